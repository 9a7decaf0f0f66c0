"""The household's own pages: what it may apply for, by itself or through its agent, and how that stands.

An agent's pages lie under the consent by which the agent acts; a band across each of them says whose act it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access import consents
from landreg.access.model import Consent
from landreg.access.policy import allow, current_actor
from landreg.access.rules import Step
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.law.book import terms
from landreg.registry.home import brought, brought_queries
from landreg.registry.home.brought import Wanted
from landreg.registry.routes.member_forms import relating
from landreg.registry.rules.acts import JOIN_REASONS
from landreg.registry.rules.brought import BROUGHT
from landreg.registry.rules.leaving import IN_ERROR, LEAVE_REASONS
from landreg.registry.rules.related import RELATE_REASONS
from landreg.registry.rules.relations import HEADS
from landreg.registry.rules.requests import HouseholdChange, plain
from landreg.web import i18n, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("own", __name__)


@dataclass(frozen=True)
class ChangeForm:
    """Who joins and who leaves the household, whose relation is another, and what else changes."""

    join_name: str = field(default="", metadata={"most": 60})
    join_id: str = field(default="", metadata={"most": 20})
    join_relation: str = ""
    join_reason: str = ""
    leave: tuple[UUID, ...] = ()
    leave_reason: str = ""
    relate: UUID | None = None
    relate_to: str = ""
    relate_reason: str = ""
    relate_on: date | None = None
    address: str = field(default="", metadata={"most": 200})


@dataclass(frozen=True)
class LossForm:
    """Which certificate was lost, and how."""

    right: UUID
    lost: str = field(metadata={"most": 500})


@dataclass(frozen=True)
class WithdrawalForm:
    """Why an application is taken back; nobody has to say."""

    reason: str = field(default="", metadata={"most": 200})


@blueprint.get("/my/applications")
@allow(Role.FARMER)
def applications() -> Response:
    """What the household applied for, who brought it, how its cases stand, and what it may apply for."""
    return _list(_bound(), None)


@blueprint.get("/my/applications/new/<kind>")
@allow(Role.FARMER)
def new(kind: str) -> Response:
    """The form of an application."""
    return _form(_bound(), kind, None)


@blueprint.post("/my/applications/new/<kind>")
@allow(Role.FARMER)
@problems.back_to(new)
def bring(kind: str) -> Redirect:
    """Bring it."""
    number = brought.bring(_bound(), _wanted(kind))
    flash(_("申请已提交，编号 %(number)s。登记机构收到后会建立业务，请按通知带材料原件到窗口核对。", number=number))
    return redirect(url_for(".applications"), 303)


@blueprint.post("/my/applications/<county>/<uuid:application_id>/withdraw")
@allow(Role.FARMER)
@problems.back_to(lambda county, application_id: applications())
def withdraw(county: str, application_id: UUID) -> Redirect:
    """Take it back."""
    brought.withdraw(_bound(), county, application_id, read_form(WithdrawalForm).reason)
    flash(_("申请已撤回，您户已有的权利不受影响。"))
    return redirect(url_for(".applications"), 303)


@blueprint.get("/agent/<county>/<uuid:consent_id>/applications")
@allow(Role.AGENT)
def agents(county: str, consent_id: UUID) -> Response:
    """The same for the household whose consent it is."""
    consent, actor = _acting(county, consent_id)
    return _list(actor, consent)


@blueprint.get("/agent/<county>/<uuid:consent_id>/applications/new/<kind>")
@allow(Role.AGENT)
def new_for(county: str, consent_id: UUID, kind: str) -> Response:
    """The form of an application in the household's name."""
    consent, actor = _acting(county, consent_id, Step.APPLY)
    return _form(actor, kind, consent)


@blueprint.post("/agent/<county>/<uuid:consent_id>/applications/new/<kind>")
@allow(Role.AGENT)
@problems.back_to(new_for)
def bring_for(county: str, consent_id: UUID, kind: str) -> Redirect:
    """Bring it: the agent's act and the application are written together."""
    number = brought.bring_for(current_actor(), county, consent_id, _wanted(kind))
    flash(_("已代该户提交申请，编号 %(number)s。该户在自己的页面上看得到这一步，可以随时撤回。", number=number))
    return redirect(url_for(".agents", county=county, consent_id=consent_id), 303)


@blueprint.post("/agent/<county>/<uuid:consent_id>/applications/<uuid:application_id>/withdraw")
@allow(Role.AGENT)
@problems.back_to(lambda county, consent_id, application_id: agents(county, consent_id))
def withdraw_for(county: str, consent_id: UUID, application_id: UUID) -> Redirect:
    """Take an application of the household back in its name."""
    brought.withdraw_for(current_actor(), county, consent_id, application_id, read_form(WithdrawalForm).reason)
    flash(_("已代该户撤回申请。"))
    return redirect(url_for(".agents", county=county, consent_id=consent_id), 303)


def _bound() -> Actor:
    """The farmer who asks. Raises Refused (ACC-30) when the account is bound to no household."""
    actor = current_actor()
    if actor.household is None:
        raise Refused(Finding("ACC-30"))
    return actor


def _acting(county: str, consent_id: UUID, *steps: Step) -> tuple[Consent, Actor]:
    """The consent, and the agent as one who sees its household. Raises as `consents.one_held`; ACC-25 for another step."""
    actor = current_actor()
    consent = consents.one_held(actor, county, consent_id)
    wanted = steps or (Step.APPLY, Step.WITHDRAW)
    if Step(consent.step) not in wanted:
        raise Refused(Finding("ACC-25", values={"consent_step": consent.step}))
    return consent, brought.seeing(actor, consent)


def _list(actor: Actor, consent: Consent | None) -> Response:
    assert actor.household is not None  # noqa: S101  (both roads ask)
    with unit_of_work(actor) as uow:
        return pages.render(
            "registry/own_applications.html",
            rows=brought_queries.of_household(uow.session, actor.household),
            cases={case.case_id: case for case in brought_queries.own_cases(uow.session)},
            kinds=BROUGHT if consent is None or consent.step == Step.APPLY else (),
            may_withdraw=consent is None or consent.step == Step.WITHDRAW,
            consent=consent,
        )


def _form(actor: Actor, kind: str, consent: Consent | None) -> Response:
    if kind not in BROUGHT or actor.household is None:
        raise NotFound
    with unit_of_work(actor) as uow:
        rights = brought_queries.own_rights(uow.session, actor.household)
        members = brought_queries.own_members(uow.session)
    return pages.render(
        "registry/own_application.html",
        kind=kind,
        consent=consent,
        rights=[(str(right.right_id), f"{i18n.shown_term(right.kind, 'right')} {right.code}") for right in rights],
        members=[
            (str(one.member_id), f"{one.name_masked}（{i18n.shown_term(one.relation, 'relation')}）")
            for one in members
            if one.relation not in HEADS
        ],
        relations=_words("relation", [one for one in terms("relation") if one not in HEADS]),
        join_reasons=_words("join_reason", JOIN_REASONS),
        leave_reasons=_words("leave_reason", LEAVE_REASONS),
        relate_reasons=_words("relate_reason", RELATE_REASONS),
    )


def _words(kind: str, values: Any) -> list[tuple[str, str]]:
    return [(value, i18n.shown_term(value, kind)) for value in values]


def _wanted(kind: str) -> Wanted:
    """What the form asks for. Raises NotFound for a kind without one, BadInput for what it lacks."""
    if kind == "reissue":
        loss = read_form(LossForm)
        return Wanted(kind, loss.right, {}, {"lost": loss.lost})
    if kind != "household_change":
        raise NotFound
    given = read_form(ChangeForm)
    joins = bool(given.join_name or given.join_id)
    needed: tuple[str, ...] = ("join_name", "join_id", "join_relation", "join_reason") if joins else ()
    needed += ("leave_reason",) if given.leave else ()
    relates, unsaid = relating(given.relate, given.relate_to, given.relate_reason, given.relate_on)
    lacking = [*(name for name in needed if not getattr(given, name)), *unsaid]
    choices = (
        ("join_relation", terms("relation")), ("join_reason", JOIN_REASONS), ("leave_reason", (*LEAVE_REASONS, IN_ERROR)),
        ("relate_to", terms("relation")), ("relate_reason", RELATE_REASONS),
    )  # fmt: skip
    wrong = [name for name, known in choices if getattr(given, name) and getattr(given, name) not in known]
    if lacking or wrong:
        raise BadInput([*(Finding("FORM-1", name) for name in lacking),
                        *(Finding("FORM-6", name, {"given": getattr(given, name)}) for name in wrong)])  # fmt: skip
    request: dict[str, Any] = {"leaves": [str(member) for member in given.leave], "leave_reason": given.leave_reason}
    if joins:
        request["join"] = {"relation": given.join_relation, "holds_right": True, "reason": given.join_reason}
    request |= {"relates": plain(HouseholdChange(relates=relates))["relates"]} if relates else {}
    typed = {"join_name": given.join_name, "join_id": given.join_id.strip().upper(), "address": given.address}
    return Wanted(kind, None, request, typed)
