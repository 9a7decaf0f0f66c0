"""At the office's counter: a household without an account consents to an agent's step on paper, and takes it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.consents import Wanted
from landreg.access.policy import allow, current_actor
from landreg.access.rules import Step
from landreg.core.actor import Role
from landreg.core.errors import BadInput, Finding
from landreg.registry import documents
from landreg.registry.guarded import attached
from landreg.registry.home import consented
from landreg.registry.home.consented import Came
from landreg.registry.routes.papers import SHOWN
from landreg.registry.routes.surroundings import store
from landreg.web import i18n, pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("paper_consents", __name__)


@dataclass(frozen=True)
class Sheet:
    """A consent as it was signed: whose, to which agent for what, on which days, both inside; who came, and the scan."""

    household: str = field(metadata={"most": 18})
    agent: UUID
    step: Step
    first_day: date
    last_day: date
    name: str = field(metadata={"most": 100})
    card: str = field(metadata={"most": 30})
    paper: Upload
    witness: str = field(default="", metadata={"most": 60})


@dataclass(frozen=True)
class Back:
    """Who came to take a consent of theirs back."""

    household: str = field(metadata={"most": 18})
    name: str = field(metadata={"most": 100})
    card: str = field(metadata={"most": 30})
    consent: UUID
    county: str = field(metadata={"most": 6})


@blueprint.get("/consents")
@allow(Role.REGISTRAR)
def counter() -> Response:
    """A household's consents, a sheet to be recorded, one to be taken back."""
    asked = request.values.get("household", "").strip()[:18]
    found = consented.at_desk(current_actor(), asked) if asked else None
    steps = [(step.value, i18n.shown_term(step.value, "consent_step")) for step in Step]
    return pages.render("registry/paper_consents.html", asked=asked, found=found, steps=steps)


@blueprint.post("/consents")
@allow(Role.REGISTRAR)
@problems.back_to(counter)
def given() -> Redirect:
    """Record a consent on paper."""
    sent = read_form(Sheet)
    sheet = attached(store(), sent.paper)
    if sheet is None or Path(sheet.name).suffix.lower() not in SHOWN:
        raise BadInput(Finding("FORM-15", "paper"))
    documents.must_open(store(), sheet.sha256, "paper")
    wanted = Wanted(sent.agent, sent.step, sent.first_day, sent.last_day)
    consented.give_on_paper(current_actor(), sent.household, Came(sent.name, sent.card, sent.witness), wanted, sheet)
    flash(_("纸质委托已登记，可以随时撤销。"))
    return redirect(url_for(".counter", household=sent.household), 303)


@blueprint.post("/consents/back")
@allow(Role.REGISTRAR)
@problems.back_to(counter)
def taken_back() -> Redirect:
    """Take a consent back for a member who came."""
    sent = read_form(Back)
    consented.take_back(current_actor(), sent.county, sent.consent, Came(sent.name, sent.card))
    flash(_("委托已撤销。"))
    return redirect(url_for(".counter", household=sent.household), 303)


@blueprint.get("/consents/<county>/<uuid:consent_id>/paper")
@allow(Role.REGISTRAR, Role.AUDITOR)
def sheet(county: str, consent_id: UUID) -> Response:
    """The scan of the signed sheet. Raises NotFound."""
    found = consented.sheet_of(current_actor(), county, consent_id)
    path = store().sound(str(found.sha256))
    name = str(found.paper)
    return send_file(path, SHOWN.get(Path(name).suffix.lower()), download_name=name)
