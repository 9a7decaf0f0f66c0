"""Applying for an act of change: what may be applied for on a right or a household, and the form of each kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.person_queries import masked_persons
from landreg.access.policy import allow, current_actor, known_actor
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.land.queries import division_path
from landreg.law.book import act_types, terms
from landreg.party import queries as parties
from landreg.registry.casework import applications, household_queries
from landreg.registry.effects import RightBundle
from landreg.registry.facts import standing
from landreg.registry.facts.limits import numbers_of
from landreg.registry.facts.proposals import restricted
from landreg.registry.routes import member_forms, restriction_forms, right_forms
from landreg.registry.rules.acts import JOIN_REASONS
from landreg.registry.rules.certificates import EXCHANGE_REASONS
from landreg.registry.rules.ends import END_REASONS, WHOLE_REASONS
from landreg.registry.rules.leaving import LEAVE_REASONS
from landreg.registry.rules.names import NAME_REASONS
from landreg.registry.rules.over import TAKEN_NO_MORE, last_day_over
from landreg.registry.rules.related import RELATE_REASONS
from landreg.registry.rules.relations import HEADS
from landreg.registry.rules.renewal_requests import CHANGES
from landreg.registry.rules.requests import (
    RELEASES,
    RESTRICTIONS,
    Request,
)
from landreg.web import i18n, pages, problems

blueprint = Blueprint("applying", __name__)


def offered(on: str, right_kind: str) -> list[str]:
    """The kinds of act that may be applied for on a right of a kind or on its household, in the book's order."""
    return [kind.kind for kind in act_types() if kind.on == on and right_kind in kind.rights]


@blueprint.app_template_global()
def offered_on_right(right: Any, restrictions: Collection[str], today: date, holder: str = "") -> dict[str, str]:
    """The acts that may be applied for on a right in force, with the address of each form; none for who may not apply.

    restrictions: kinds of those that lie on it; one that does not can be neither changed nor released. holder: of which kind
    its holder is; only an organisation changes its own name. today: one that is over takes few acts more (LO-18).
    """
    if not known_actor().has(Role.REGISTRAR):
        return {}
    key = {"county": right.county, "right_id": right.right_id}
    of = {**RELEASES, **CHANGES}
    over = last_day_over(right.kind, right.term.upper if right.term else None, today)
    apart = (
        *(() if holder == "organization" else ("organization_name_change",)),
        *(TAKEN_NO_MORE if over is not None else ()),
    )
    kinds = [
        kind
        for kind in offered("right", right.kind)
        if kind not in apart and (kind not in of or of[kind] in restrictions)
    ]
    return {kind: url_for("registry.applying.on_right", kind=kind, **key) for kind in kinds}


@blueprint.app_template_global()
def offered_on_household(code: str) -> dict[str, str]:
    """The same on a household."""
    if not known_actor().has(Role.REGISTRAR):
        return {}
    kinds = offered("household", "contract_management")
    return {kind: url_for("registry.applying.on_household", kind=kind, code=code) for kind in kinds}


@blueprint.get("/rights/<county>/<uuid:right_id>/acts/<kind>")
@allow(Role.REGISTRAR)
def on_right(county: str, right_id: UUID, kind: str) -> Response:
    """The form of an act on a right. Raises NotFound for a right that ended, or an act that is not for its kind."""
    with unit_of_work(current_actor()) as uow:
        bundle = _right(uow.session, county, right_id)
        if kind not in offered("right", bundle.right.row["kind"]):
            raise NotFound
        holder = parties.household(uow.session, county, bundle.right.row["household_id"])
        # A homestead's house is inherited: only contracted land goes back to who issued it when its household dies out.
        contracted = bundle.right.row["kind"] == "contract_management"
        return pages.render(
            "registry/apply.html",
            kind=kind,
            right=bundle.right.row,
            county=county,
            household=holder,
            path=division_path(uow.session, bundle.right.row["village"]),
            parcels=[
                (code, f"{called} {code} · {i18n.shown_mu(mu)} {_('亩')}".strip())
                for code, called, mu in household_queries.land_under(uow.session, county, bundle).parcels
            ],
            standing=_of_kind(uow.session, county, right_id, kind),
            party_kinds=words(
                "operator",
                restriction_forms.parties_of(kind, *(bundle.right.row[one] for one in ("kind", "code"))),
            ),
            end_reasons=words("end_reason", WHOLE_REASONS if contracted else END_REASONS),
            exchange_reasons=words("exchange_reason", EXCHANGE_REASONS),
            certificates=[
                (one.number, one.number) for one in standing.certificates_in_force(uow.session, county, [right_id])
            ],
        )


@blueprint.post("/rights/<county>/<uuid:right_id>/acts/<kind>")
@allow(Role.REGISTRAR)
@problems.back_to(on_right)
def apply_on_right(county: str, right_id: UUID, kind: str) -> Redirect:
    """Open the case."""
    if kind not in _ON_RIGHT:
        raise NotFound
    actor = current_actor()
    case_id = applications.apply_on_right(actor, county, right_id, kind, _ON_RIGHT[kind](actor, kind))
    return opened(county, case_id)


@blueprint.get("/households/<code>/acts/<kind>")
@allow(Role.REGISTRAR)
def on_household(code: str, kind: str) -> Response:
    """The form of an act on a household. Raises NotFound where it is not in force."""
    with unit_of_work(current_actor()) as uow:
        household = parties.household_by_code(uow.session, code)
        if household is None or kind not in _ON_HOUSEHOLD:
            raise NotFound
        members = parties.members(uow.session, household.county, household.household_id)
        names = masked_persons(uow.session, [member.person_id for member in members])
        return pages.render(
            "registry/apply.html",
            kind=kind,
            right=None,
            county=household.county,
            household=household,
            path=division_path(uow.session, household.village),
            members=[
                (str(m.member_id), f"{names[m.person_id][0]}（{i18n.shown_term(m.relation, 'relation')}）")
                for m in members
                if kind == "name_change"
                or len(members) == 1
                or (m.person_id != household.representative_id and m.relation not in HEADS)
            ],
            relations=words("relation", [one for one in terms("relation") if one not in HEADS]),
            joining=member_forms.JOINING,
            join_reasons=words("join_reason", JOIN_REASONS),
            leave_reasons=words("leave_reason", LEAVE_REASONS),
            relate_reasons=words("relate_reason", RELATE_REASONS),
            name_reasons=words("name_reason", NAME_REASONS),
        )


@blueprint.post("/households/<code>/acts/<kind>")
@allow(Role.REGISTRAR)
@problems.back_to(on_household)
def apply_on_household(code: str, kind: str) -> Redirect:
    """Open the case. Who joins becomes a person of the register, whatever becomes of the case: a person is no right."""
    if kind not in _ON_HOUSEHOLD:
        raise NotFound
    actor = current_actor()
    case_id = applications.apply_on_household(actor, code, kind, _ON_HOUSEHOLD[kind](actor, code))
    with unit_of_work(actor) as uow:
        household = parties.household_by_code(uow.session, code)
    return opened(household.county if household else "", case_id)


_ON_RIGHT: Mapping[str, Callable[[Actor, str], Request]] = {
    "assignment": right_forms.assignment,
    "cancellation": right_forms.cancellation,
    "reissue": right_forms.reissue,
    "certificate_exchange": right_forms.certificate_exchange,
    "organization_name_change": right_forms.organization_name_change,
    **dict.fromkeys(RESTRICTIONS, restriction_forms.asked),
    **dict.fromkeys(CHANGES, restriction_forms.changed),
    **dict.fromkeys(RELEASES, right_forms.release),
}
_ON_HOUSEHOLD: Mapping[str, Callable[[Actor, str], Request]] = {
    "household_change": member_forms.household_change,
    "name_change": member_forms.name_change,
}


def _right(session: Session, county: str, right_id: UUID) -> RightBundle:
    found = standing.rights(session, county, [right_id]).get(right_id)
    if found is None:
        raise NotFound
    return found


def _of_kind(session: Session, county: str, right_id: UUID, kind: str) -> list[tuple[str, str]]:
    """The restrictions that an act of a kind may release, as value and text of a choice."""
    found = standing.restrictions(session, county, [right_id]).get(right_id, ())
    mine = restricted(row for row in found if row.row["kind"] == {**RELEASES, **CHANGES}.get(kind))
    numbers = numbers_of(session, [mine])
    named = {one.restriction_id: replace(one, code=numbers.get(one.person_id, one.code)).named for one in mine}
    return [
        (str(one), f"{row.row['rank']} · {named[one]} · {row.row['basis']}")
        for row in found
        if (one := row.row["restriction_id"]) in named
    ]


def words(kind: str, values: Any) -> list[tuple[str, str]]:
    """Values of a kind with their words, for a choice."""
    return [(value, i18n.shown_term(value, kind)) for value in values]


def opened(county: str, case_id: UUID) -> Redirect:
    """To the page of a case that was just opened."""
    taken_in = known_actor().has(Role.REGISTRAR)
    flash(
        _("业务已建立。收齐材料后受理。") if taken_in else _("草案已建立，登记员首页会显示，由登记员收齐材料后受理。")
    )
    return redirect(url_for("registry.cases.one", county=county, case_id=case_id), 303)
