"""What is said in an exit: each member's word, the written notice, how minors are provided for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.errors import BadInput, Finding
from landreg.exit import service
from landreg.exit.routes.desk import back, blueprint, one, sent_paper
from landreg.exit.service import Spoken
from landreg.law.book import terms
from landreg.registry.routes.queues import OFFICERS
from landreg.web import problems
from landreg.web.forms import Upload, read_form


@dataclass(frozen=True)
class Saying:
    """A member's word. answer: yes or no."""

    member: UUID
    answer: str
    way: str
    office: str = field(default="", metadata={"most": 100})
    language: str = ""
    identity: bool = False
    read: bool = False
    witness: str = field(default="", metadata={"most": 60})
    apart: bool = False
    by_name: str = field(default="", metadata={"most": 60})
    paper: Upload | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/consents")
@allow(*OFFICERS)
@problems.back_to(one)
def consent(county: str, exit_id: UUID) -> Redirect:
    """Take a member's word."""
    given = read_form(Saying)
    if given.answer not in ("yes", "no"):
        raise BadInput(Finding("FORM-5", "answer", {"given": given.answer[:40]}))
    language = given.language if given.language in terms("exit_language") else ""
    said = Spoken(
        given.member, given.answer == "yes", given.way, given.office, language, given.identity, given.read, given.witness,
        given.apart, given.by_name,
    )  # fmt: skip
    service.consent(current_actor(), county, exit_id, said, sent_paper(given.paper))
    flash(_("意愿已记录。") if said.agrees else _("已记录不同意：这件退出不再往下办，权利照旧。"))
    return back(county, exit_id)


@dataclass(frozen=True)
class Noticing:
    """When the collective was told in writing."""

    on_day: date
    paper: Upload | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/notice")
@allow(*OFFICERS)
@problems.back_to(one)
def notify(county: str, exit_id: UUID) -> Redirect:
    """Record the written notice."""
    given = read_form(Noticing)
    service.notify(current_actor(), county, exit_id, given.on_day, sent_paper(given.paper))
    flash(_("书面通知已记录。"))
    return back(county, exit_id)


@dataclass(frozen=True)
class Providing:
    """How minors are provided for."""

    said: str = field(metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/minors")
@allow(*OFFICERS)
@problems.back_to(one)
def provide(county: str, exit_id: UUID) -> Redirect:
    """Record it."""
    given = read_form(Providing)
    service.provide_for_minors(current_actor(), county, exit_id, given.said, sent_paper(given.paper))
    flash(_("未成年成员的保障已记录。"))
    return back(county, exit_id)
