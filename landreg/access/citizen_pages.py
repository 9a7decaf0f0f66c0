"""Binding a farmer at the office, the farmer's own household, and the village agent's desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as Redirect

from landreg.access import bindings, consents, household_queries, person_queries
from landreg.access.model import Consent
from landreg.access.navigation import offers
from landreg.access.policy import allow, current_actor, door
from landreg.access.rules import Step
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, Refused
from landreg.core.typesetting import qr_svg
from landreg.law.book import term
from landreg.web import pages, problems
from landreg.web.forms import read_form
from landreg.web.i18n import language

blueprint = Blueprint("citizen", __name__)


@dataclass(frozen=True)
class CodeWanted:
    """Whose account is to be bound. by_letter: the code holds longer."""

    household: str = field(metadata={"most": 18})
    person: UUID
    by_letter: bool = False


@dataclass(frozen=True)
class Join:
    """The two codes that the office handed out, and the account to make."""

    household: str = field(metadata={"most": 18})
    code: str = field(metadata={"most": 40})
    login: str = field(metadata={"most": 32})
    name: str = field(metadata={"most": 40})
    password: str = field(metadata={"most": 1000, "verbatim": True})
    again: str = field(metadata={"most": 1000, "verbatim": True})


@dataclass(frozen=True)
class ConsentForm:
    """What which agent may do, and on which days, both inside."""

    agent: UUID
    step: Step
    first_day: date
    last_day: date


@dataclass(frozen=True)
class ActForm:
    """What the agent does, in words or by the number of a case."""

    subject: str = field(default="", metadata={"most": 200})


@blueprint.get("/bindings")
@allow(Role.REGISTRAR)
def office() -> Response:
    """At the office: look a household up, hand out a code, see and end its bindings."""
    asked = request.values.get("household", "").strip()[:18]
    with unit_of_work(current_actor()) as uow:
        found = household_queries.household_by_code(uow.session, asked) if asked else None
        bound = household_queries.bindings_of(uow.session, found.county, found.household_id) if found else ()
        ids = {row.Binding.person_id for row in bound}
        names = {person: name for person, (name, _number) in person_queries.masked_persons(uow.session, ids).items()}
        members = household_queries.members_bound(uow.session, [row.Binding for row in bound])
    return pages.render("access/bindings.html", asked=asked, found=found, bound=bound, names=names, members=members)


@blueprint.post("/bindings")
@allow(Role.REGISTRAR)
@problems.back_to(office)
def code_made() -> Response:
    """Make a one-time code; it is shown this once, to be printed or handed over."""
    given = read_form(CodeWanted)
    told = bindings.make_code(current_actor(), given.household, given.person, by_letter=given.by_letter)
    address = url_for(".join_form", household=told.household_code, code=told.code, _external=True)
    drawn = Markup(qr_svg(address))  # noqa: S704  (drawn here from our own text)
    return pages.render("access/household_code.html", 201, told=told, qr=drawn)


@blueprint.post("/bindings/<county>/<uuid:binding_id>/end")
@allow(Role.REGISTRAR)
@problems.back_to(office)
def unbound(county: str, binding_id: UUID) -> Redirect:
    """End a binding."""
    bindings.end(current_actor(), county, binding_id)
    flash(_("绑定已解除。"))
    return redirect(url_for(".office", household=request.form.get("household", "")), 303)


@blueprint.get("/join")
@allow(Role.PUBLIC)
def join_form() -> Response:
    """The form with which a farmer makes an account by the code of the office; both come with the QR code of its sheet."""
    household, code = (request.args.get(name, "")[:40] for name in ("household", "code"))
    return pages.render("access/join.html", household=household, code=code)


@blueprint.post("/join")
@allow(Role.PUBLIC)
@problems.back_to(join_form)
def joined() -> Redirect:
    """Make the account and bind it."""
    given = read_form(Join)
    if given.password != given.again:
        raise BadInput(Finding("ACC-18", "again"))
    wanted = bindings.Joining(given.household, given.code, given.login, given.name, given.password)
    bindings.join(door(), wanted, request.remote_addr or "")
    flash(_("账户已开立并绑定农户，请登录。"))
    return redirect(url_for("access.log_in", next=url_for(".household")), 303)


@blueprint.get("/my")
@allow(Role.FARMER)
def household() -> Response:
    """The farmer's household: rights, consents, and what agents did."""
    try:
        home = consents.home(current_actor())
    except Refused as unbound:
        return pages.render("access/not_bound.html", unbound.status, findings=unbound.findings)
    return pages.render("access/my_household.html", home=home, steps=_steps())


@blueprint.post("/my/consents")
@allow(Role.FARMER)
@problems.back_to(household)
def given() -> Redirect:
    """Let an agent do a step."""
    wanted = read_form(ConsentForm)
    consents.give(current_actor(), wanted.agent, wanted.step, wanted.first_day, wanted.last_day)
    flash(_("委托已生效，可以随时撤销。"))
    return redirect(url_for(".household"), 303)


@blueprint.post("/my/consents/<county>/<uuid:consent_id>/revoke")
@allow(Role.FARMER)
@problems.back_to(household)
def revoked(county: str, consent_id: UUID) -> Redirect:
    """Take a consent back."""
    consents.revoke(current_actor(), county, consent_id)
    flash(_("委托已撤销。"))
    return redirect(url_for(".household"), 303)


_DOORS = {
    Step.APPLY: "applications", Step.WITHDRAW: "applications", Step.LIST: "listings", Step.BID: "bids", Step.ANSWER: "bids",
    Step.PRIORITY: "bids", Step.SIGN: "contracts",
}  # fmt: skip


def _door_of(consent: Consent) -> str:
    """Where a step is done; '' of one that has no pages in this process."""
    address = f"/agent/{consent.county}/{consent.consent_id}/{_DOORS.get(Step(consent.step), '')}"
    return address if offers(address) else ""


@blueprint.get("/agent")
@allow(Role.AGENT)
def agent_desk() -> Response:
    """For whom the agent may do what now."""
    return pages.render("access/agent_desk.html", held=consents.held(current_actor()))


@blueprint.get("/agent/<county>/<uuid:consent_id>")
@allow(Role.AGENT)
def agent_step(county: str, consent_id: UUID) -> Response | Redirect:
    """One consent: whose act it would be, before anything is done; of a step that has pages of its own, these."""
    consent = consents.one_held(current_actor(), county, consent_id)
    if door_of_step := _door_of(consent):
        return redirect(door_of_step, 303)
    return pages.render("access/agent_step.html", consent=consent, rights=None, done=False)


@blueprint.post("/agent/<county>/<uuid:consent_id>")
@allow(Role.AGENT)
@problems.back_to(agent_step)
def agent_acted(county: str, consent_id: UUID) -> Response | Redirect:
    """Do the step in the household's name: it is written and logged first, and then shown.

    A step that has pages of its own is done there, where the act is written together with what it does.
    """
    given = read_form(ActForm)
    actor = current_actor()
    consent = consents.one_held(actor, county, consent_id)
    step = Step(consent.step)
    if door_of_step := _door_of(consent):
        return redirect(door_of_step, 303)
    if step is not Step.VIEW and not given.subject:
        raise BadInput(Finding("FORM-1", "subject"))
    acting = consents.act_for(actor, county, consent_id, step, given.subject)
    rights = consents.rights_of(acting) if step is Step.VIEW else None
    return pages.render("access/agent_step.html", consent=consent, rights=rights, done=True)


def _steps() -> list[tuple[str, str]]:
    return [(step.value, term("consent_step", step.value, language())) for step in Step]
