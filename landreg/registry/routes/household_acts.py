"""Applying for acts on households and between them: who and what goes where is chosen, seen before and after, and sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.person_queries import masked_persons
from landreg.access.policy import allow, current_actor
from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, NotFound, Refused
from landreg.core.periods import DAY, beijing_day
from landreg.land.queries import division_path
from landreg.law.book import terms
from landreg.law.queries import load_law
from landreg.party import queries as parties
from landreg.party.model import Household
from landreg.registry.casework import applications, household_queries
from landreg.registry.casework.household_applications import foreseen, provisional
from landreg.registry.facts import standing
from landreg.registry.routes import household_forms as forms
from landreg.registry.routes.applying import opened
from landreg.registry.routes.household_shown import Preview, preview_of
from landreg.registry.rules.household_land import both_hold_homesteads
from landreg.registry.rules.households import CHANGE_REASONS, DIVISION_REASONS
from landreg.registry.rules.operation import LAND_LOST, OPERATION_END_REASONS, TRANSFER_MODES
from landreg.registry.rules.relations import HEADS
from landreg.registry.rules.requests import Request
from landreg.web import i18n, pages, problems

blueprint = Blueprint("household_acts", __name__)
HOUSEHOLD_CODE = re.compile(r"[0-9]{18}")


@blueprint.app_template_filter()
def last_of(term: Any) -> str:
    """The last day of a term, which is kept with the day after it."""
    return i18n.shown_day(term.upper - DAY) if term.upper else ""


@blueprint.get("/households/<code>/acts/division", defaults={"kind": "division"})
@blueprint.get("/households/<code>/acts/household_merge", defaults={"kind": "household_merge"})
@blueprint.get("/households/<code>/acts/representative_change", defaults={"kind": "representative_change"})
@allow(Role.REGISTRAR)
def on_household(code: str, kind: str) -> Response:
    """The form of an act on a household. Raises NotFound where it is not in force."""
    return _household_page(code, kind, None)


@blueprint.post("/households/<code>/acts/division", defaults={"kind": "division"})
@blueprint.post("/households/<code>/acts/household_merge", defaults={"kind": "household_merge"})
@blueprint.post("/households/<code>/acts/representative_change", defaults={"kind": "representative_change"})
@allow(Role.REGISTRAR)
@problems.back_to(on_household)
def apply_on_household(code: str, kind: str) -> Response | Redirect:
    """Show what the application would do, or open its case: which, says the button that was pressed."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        household = parties.household_by_code(uow.session, code)
    if household is None:
        raise NotFound
    asked = _ON_HOUSEHOLD[kind](actor, household)
    if not _sent():
        return _household_page(code, kind, asked)
    return opened(household.county, applications.apply_on_household(actor, code, kind, asked))


@blueprint.get("/rights/<county>/<uuid:right_id>/acts/exchange", defaults={"kind": "exchange"})
@blueprint.get(
    "/rights/<county>/<uuid:right_id>/acts/homestead_inheritance", defaults={"kind": "homestead_inheritance"}
)
@blueprint.get("/rights/<county>/<uuid:right_id>/acts/land_operation", defaults={"kind": "land_operation"})
@blueprint.get(
    "/rights/<county>/<uuid:right_id>/acts/land_operation_change", defaults={"kind": "land_operation_change"}
)
@blueprint.get("/rights/<county>/<uuid:right_id>/acts/land_operation_end", defaults={"kind": "land_operation_end"})
@allow(Role.REGISTRAR)
def on_right(county: str, right_id: UUID, kind: str) -> Response:
    """The form of an act on a right. Raises NotFound for a right that ended, or an act that is not for its kind."""
    return _right_page(county, right_id, kind, None)


@blueprint.post("/rights/<county>/<uuid:right_id>/acts/exchange", defaults={"kind": "exchange"})
@blueprint.post(
    "/rights/<county>/<uuid:right_id>/acts/homestead_inheritance", defaults={"kind": "homestead_inheritance"}
)
@blueprint.post("/rights/<county>/<uuid:right_id>/acts/land_operation", defaults={"kind": "land_operation"})
@blueprint.post(
    "/rights/<county>/<uuid:right_id>/acts/land_operation_change", defaults={"kind": "land_operation_change"}
)
@blueprint.post("/rights/<county>/<uuid:right_id>/acts/land_operation_end", defaults={"kind": "land_operation_end"})
@allow(Role.REGISTRAR)
@problems.back_to(on_right)
def apply_on_right(county: str, right_id: UUID, kind: str) -> Response | Redirect:
    """Show what the application would do, or open its case."""
    actor = current_actor()
    asked = _ON_RIGHT[kind](actor, county)
    if not _sent():
        return _right_page(county, right_id, kind, asked)
    return opened(county, applications.apply_on_right(actor, county, right_id, kind, asked))


def _exchange(actor: Actor, county: str) -> Request:
    """The request of an exchange. Raises Refused (TR-15) where the right is not that of the household which the page names."""
    asked, code = forms.exchange(actor, county), _named_other()
    if code:
        with unit_of_work(actor) as uow:
            other = household_queries.household_of(uow.session, code) if HOUSEHOLD_CODE.fullmatch(code) else None
            of = [] if other is None else household_queries.land_of(uow.session, county, other.household_id)
        if asked.right_id not in {one.right_id for one in of}:
            raise Refused(Finding("TR-15", "take", {"parcels": list(asked.take)}, subject=code))
    return asked


_ON_HOUSEHOLD: Mapping[str, Callable[..., Request]] = {
    "division": forms.division,
    "household_merge": forms.household_merge,
    "representative_change": forms.representative_change,
}
_ON_RIGHT: Mapping[str, Callable[..., Request]] = {
    "exchange": _exchange,
    "homestead_inheritance": forms.homestead_inheritance,
    "land_operation": forms.land_operation,
    "land_operation_change": forms.land_operation_change,
    "land_operation_end": forms.land_operation_end,
}


def _sent() -> bool:
    """Whether the case is to be opened, and not only its result to be seen."""
    return request.form.get("step", "open") != "preview"


def _household_page(code: str, kind: str, asked: Request | None) -> Response:
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        household = parties.household_by_code(session, code)
        if household is None:
            raise NotFound
        preview = None
        if asked is not None:
            law = load_law(session, household.county, beijing_day(uow.now))
            values, _ = applications.case_on_household(uow, law, household, kind, provisional(asked))
            preview = _preview(uow, values)
        other = _other(session, household.collective_id, code)
        homesteads = _homesteads(session, household)
        both = both_hold_homesteads(homesteads, _homesteads(session, other), code) if other else None
        return pages.render(
            f"registry/{kind}.html",
            kind=kind,
            county=household.county,
            household=household,
            path=division_path(session, household.village),
            preview=preview,
            branches=forms.branches(),
            other=other,
            neighbours=household_queries.households_of(session, household.county, household.collective_id, code),
            members=_members(session, household),
            joining=_members(session, other) if other else [],
            land=household_queries.land_of(session, household.county, household.household_id),
            homesteads=homesteads,
            both=both,
            relations=_words("relation", terms("relation")),
            reasons=_words(*_REASONS.get(kind, ("", ()))),
        )


def _homesteads(session: Session, household: Household) -> list[str]:
    """Codes of the homesteads that a household holds."""
    held = standing.rights_held(session, household.county, [household.household_id], "homestead")
    found = standing.rights(session, household.county, list(held.get(household.household_id, {})))
    return [one.right.row["code"] for one in found.values()]


def _right_page(county: str, right_id: UUID, kind: str, asked: Request | None) -> Response:
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        bundle = standing.rights(session, county, [right_id]).get(right_id)
        if bundle is None or not applications.fits(kind, "right", bundle.right.row["kind"]):
            raise NotFound
        preview = None
        if asked is not None:
            law = load_law(session, county, beijing_day(uow.now))
            values, _ = applications.case_on_right(uow, law, county, right_id, kind, provisional(asked))
            preview = _preview(uow, values)
        holder = parties.household(session, county, bundle.right.row["household_id"])
        other = _other(session, holder.collective_id, holder.code) if holder else None
        return pages.render(
            f"registry/{kind if kind not in _OPERATION else 'land_operation'}.html",
            kind=kind,
            county=county,
            right=bundle.right.row,
            holder=parties.named(session, county, bundle.right.row["household_id"]),
            path=division_path(session, bundle.right.row["village"]),
            preview=preview,
            members=_members(session, holder) if holder and kind == "homestead_inheritance" else [],
            mine=household_queries.land_under(session, county, bundle),
            other=other,
            unfit="" if other else _named_other()[:20],
            theirs=household_queries.land_of(session, county, other.household_id) if other else [],
            neighbours=household_queries.households_of(session, county, holder.collective_id, holder.code)
            if holder and kind == "exchange"
            else [],
            modes=_words("transfer_mode", TRANSFER_MODES),
            operators=_words("operator", ("organization", "person", "household")),
            reasons=_words(*_REASONS.get(kind, ("", ()))),
        )


_OPERATION = ("land_operation", "land_operation_change", "land_operation_end")
_REASONS = {
    "division": ("division_reason", DIVISION_REASONS),
    "representative_change": ("change_reason", CHANGE_REASONS),
    "land_operation_change": ("operation_end", (LAND_LOST,)),
    "land_operation_end": ("operation_end", OPERATION_END_REASONS),
}


def _other(session: Session, collective: UUID, own: str) -> Household | None:
    """The household on the other side that the address or the form names; None where there is no other one in the collective."""
    code = _named_other()
    found = household_queries.household_of(session, code) if HOUSEHOLD_CODE.fullmatch(code) else None
    return found if found is not None and found.collective_id == collective and found.code != own else None


def _named_other() -> str:
    return (request.form.get("other") or request.args.get("other") or "").strip()


def _members(session: Session, household: Household) -> list[dict[str, Any]]:
    rows = parties.members(session, household.county, household.household_id)
    masked = masked_persons(session, [row.person_id for row in rows])
    return [
        {
            "id": str(row.member_id),
            "name": masked.get(row.person_id, ("—", ""))[0],
            "relation": row.relation,
            "holds_right": row.holds_right,
            "head": row.person_id == household.representative_id
            or (household.representative_id is None and row.relation in HEADS),
        }
        for row in rows
    ]


def _preview(uow: UnitOfWork, values: dict[str, Any]) -> Preview:
    """What a case of these values would do. Raises Refused with every finding where one of them stops it."""
    today = beijing_day(uow.now)
    seen = foreseen(uow.session, load_law(uow.session, values["county"], today), values)
    if seen.proposal is None:
        raise Refused(seen.findings)
    return preview_of(uow.session, seen.proposal, today, seen.findings)


def _words(kind: str, values: Any) -> list[tuple[str, str]]:
    return [(value, i18n.shown_term(value, kind)) for value in values]
