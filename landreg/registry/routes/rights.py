"""Pages of rights and of the households that hold them, as of a day and as said on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from landreg.access.identity import Identity, reveal
from landreg.access.person_queries import masked_persons
from landreg.access.policy import STAFF, allow, current_actor, known_instant
from landreg.core.actor import Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import DAY
from landreg.core.tables import stands
from landreg.land.queries import division_path
from landreg.party import queries as parties
from landreg.party.model import Household
from landreg.registry import ending_queries, queries, shelves
from landreg.registry.casebook import Case
from landreg.registry.casework import household_queries, under_way_queries
from landreg.registry.facts import contradicted
from landreg.registry.facts.found_uses import found_uses
from landreg.registry.facts.limits import lying, marks
from landreg.registry.routes import later_shown
from landreg.registry.term_queries import first_entered, running_term
from landreg.web import clocks, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("rights", __name__)
READERS = (*STAFF, Role.AUDITOR)


@dataclass(frozen=True)
class Why:
    """The reason for opening identities."""

    reason: str = field(default="", metadata={"most": 200})


def right_page(county: str, right_id: UUID, opened: Mapping[UUID, Identity] | None = None) -> Response:
    """A right on the day asked for; its last row, said to be that, when it was none then. opened: identities of those for whom
    restrictions on it stand.
    """
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        shown_days = clocks.asked(known_instant() or uow.now)
        rows = queries.right_rows(session, county, right_id)
        if not rows:
            raise NotFound
        shown = next((row for row in rows if stands(row, shown_days.as_of)), None)
        right = shown or rows[-1]
        holders = queries.holders_of_right(session, right, shown_days.as_of)
        lead = holders[0] if holders else None
        people = [m for one in holders for m in parties.members(session, county, one.household_id, shown_days.as_of)]
        contract = queries.contract_of_right(session, right, shown_days.as_of)
        collective = contract.collective_id if contract else lead.collective_id if lead else None
        limits = queries.restrictions_of_right(session, county, right_id, shown_days.as_of)
        otherwise = contradicted.of_right(session, county, right_id) if shown and not shown_days.elsewhen else None
        changed = later_shown.otherwise_rows(session, county, [otherwise])[0][1] if otherwise else ()
        acts = {row.act_id for row in rows} | {row.ended_by_act for row in rows if row.ended_by_act}
        return pages.render(
            "registry/right.html",
            right=right,
            held=shown is not None,
            clocks=shown_days,
            may_excerpt=current_actor().has(Role.REGISTRAR),
            rows=rows,
            last=right.term.upper - DAY if right.term and right.term.upper else None,
            running=running_term(session, right, shown_days.as_of) if shown else None,
            roster=ending_queries.roster_of(session, county, right_id) if _renews() else None,
            parcels=queries.parcels_of_right(session, right, shown_days.as_of),
            holders=holders,
            beside=household_queries.beside(session, right, shown_days.as_of),
            restrictions=limits,
            marks=marks(session, limits),
            lying=lying(session, county, limits),
            entered=first_entered(session, county, limits),
            opened=opened or {},
            may_open=_sees_cases(),
            cases=()
            if shown_days.elsewhen or not _sees_cases()
            else under_way_queries.on_right(session, county, right_id),
            contract=contract,
            collective=parties.collective(session, county, collective, shown_days.as_of) if collective else None,
            members=len(people),
            sharing=len(parties.holders_among(right.kind, people)),
            path=division_path(session, right.village),
            certificates=shelves.certificates_then(session, county, right_id, shown_days.as_of),
            proofs=shelves.proofs_of_acts(session, county, acts, shown_days.as_of),
            may_prove=_sees_cases(),
            acts=shelves.act_numbers(session, county, list(acts)),
            otherwise=otherwise,
            changed=changed,
            found_uses=found_uses(session, county, [right.row_id], shown_days.as_of).get(right.row_id, ()),
        )


@blueprint.get("/rights/<county>/<uuid:right_id>")
@allow(*READERS)
@problems.back_to(right_page)
def one(county: str, right_id: UUID) -> Response:
    """A right about `?day=`, as said on `?said=`. Raises NotFound outside the jurisdiction."""
    return right_page(county, right_id)


@blueprint.post("/rights/<county>/<uuid:right_id>/identities")
@allow(Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)
@problems.back_to(right_page)
def limited_by(county: str, right_id: UUID) -> Response:
    """The same page with the identities of the persons for whom restrictions stand. Who opened them and why is in the log first."""
    given, actor = read_form(Why), current_actor()
    with unit_of_work(actor) as uow:
        limits = queries.restrictions_of_right(uow.session, county, right_id, clocks.asked(uow.now).as_of)
        right = queries.right_rows(uow.session, county, right_id)
    persons = [row.party_id for row in limits if row.party_kind == "person" and row.party_id]
    if not right or not persons:
        raise NotFound
    return right_page(county, right_id, reveal(actor, persons, given.reason, right[-1].code))


def household_page(code: str) -> Response:
    """A household on the day asked for: members with masked names, rights; what there is of it when it was none then."""
    with unit_of_work(current_actor()) as uow:
        return _shown(uow, code, {})


@blueprint.get("/households/<code>")
@allow(*READERS)
@problems.back_to(household_page)
def household(code: str) -> Response:
    """A household about `?day=`, as said on `?said=`. Raises NotFound outside the jurisdiction."""
    return household_page(code)


@blueprint.post("/households/<code>/identities")
@allow(Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)
@problems.back_to(household_page)
def identities(code: str) -> Response:
    """The same page with the members' names and identity numbers. Who opened them, when and why is in the log first."""
    given, actor = read_form(Why), current_actor()
    with unit_of_work(actor) as uow:
        asked = clocks.asked(uow.now).as_of
        found = _household(uow.session, code)
        members = parties.members(uow.session, found.county, found.household_id, asked)
    opened = reveal(actor, [member.person_id for member in members], given.reason, code)
    with unit_of_work(actor) as uow:
        return _shown(uow, code, opened)


def _renews() -> bool:
    """Whether renewals are the actor's to make."""
    return current_actor().has(Role.REGISTRAR)


def _sees_cases() -> bool:
    """Whether the pages of cases are the actor's."""
    return current_actor().has(Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)


def _household(session: Session, code: str) -> Household:
    found = parties.last_row(session, code)
    if found is None:
        raise NotFound
    return found


def _shown(uow: UnitOfWork, code: str, opened: dict[UUID, Identity]) -> Response:
    session = uow.session
    shown_days = clocks.asked(known_instant() or uow.now)
    last, asked = _household(session, code), shown_days.as_of
    held = last if stands(last, asked) else parties.household(session, last.county, last.household_id, asked)
    found = held or last
    members = parties.members(session, found.county, found.household_id, asked)
    rights = queries.rights_of_household(session, found.county, found.household_id, asked)
    cases: Sequence[Case] = ()
    if _sees_cases() and not shown_days.elsewhen:
        held_ids = [row.Right.right_id for row in rights]
        cases = under_way_queries.on_household(session, found.county, found.code, held_ids)
    return pages.render(
        "registry/household.html",
        household=found,
        held=held is not None,
        ended=None if held else shelves.act_that_ended(session, last),
        clocks=shown_days,
        members=members,
        masked=masked_persons(session, [member.person_id for member in members]),
        opened=opened,
        rights=rights,
        since=queries.first_days(session, found.county, [row.Right.right_id for row in rights], asked),
        cases=cases,
        collective=parties.collective(session, found.county, found.collective_id, asked),
        path=division_path(session, found.village),
        may_open=_sees_cases(),
    )
