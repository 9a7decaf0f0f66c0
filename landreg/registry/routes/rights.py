"""Pages of rights and of the households that hold them: facts, parcels, certificates, and every row on both clocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from landreg.access.identity import Identity, reveal
from landreg.access.policy import STAFF, allow, current_actor
from landreg.access.queries import masked_persons
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import BEIJING
from landreg.land.queries import division_path
from landreg.party import queries as parties
from landreg.party.model import Household
from landreg.registry import desk, queries, shelves
from landreg.registry.queries import AsOf
from landreg.web import pages, problems
from landreg.web.forms import read_form, read_query

blueprint = Blueprint("rights", __name__)
READERS = (*STAFF, Role.AUDITOR)


@dataclass(frozen=True)
class Days:
    """What `?day=` and `?said=` ask for."""

    day: date | None = None
    said: date | None = None


def _as_of(session: Session, asked: Days) -> AsOf:
    """About `day` (today), as the register stood at the end of `said` (now)."""
    now = desk.now(session)
    said = now
    if asked.said is not None:
        said = datetime.combine(asked.said + timedelta(days=1), time(), BEIJING) - timedelta(microseconds=1)
    return AsOf(asked.day or desk.today(session), min(said, now))


@blueprint.get("/rights/<county>/<uuid:right_id>")
@allow(*READERS)
def one(county: str, right_id: UUID) -> Response:
    """A right about a day, as said on a day. Raises NotFound outside the jurisdiction."""
    asked = read_query(Days)
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        rows = queries.right_rows(session, county, right_id)
        if not rows:
            raise NotFound
        shown = queries.right_as_of(session, county, right_id, _as_of(session, asked))
        right = shown or rows[-1]
        holder = parties.household(session, county, right.household_id)
        certificates = queries.certificates_of_right(session, county, right_id)
        acts = {row.act_id for row in rows} | {row.ended_by_act for row in rows if row.ended_by_act}
        return pages.render(
            "registry/right.html",
            right=right,
            held=shown is not None,
            asked=asked,
            rows=rows,
            last=right.term.upper - timedelta(days=1) if right.term and right.term.upper else None,
            parcels=queries.parcels_of_right(session, right),
            holder=holder,
            collective=parties.collective(session, county, holder.collective_id) if holder else None,
            members=len(parties.members(session, county, holder.household_id)) if holder else 0,
            path=division_path(session, right.village),
            certificates=certificates,
            acts=shelves.act_numbers(session, county, list(acts)),
        )


@blueprint.get("/households/<code>")
@allow(*READERS)
def household(code: str) -> Response:
    """A household: members with masked names, rights."""
    with unit_of_work(current_actor()) as uow:
        return _shown(uow.session, _household(uow.session, code), {})


@dataclass(frozen=True)
class Why:
    """The reason for opening identities."""

    reason: str = field(default="", metadata={"most": 200})


@blueprint.post("/households/<code>/identities")
@allow(Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)
@problems.back_to(household)
def identities(code: str) -> Response:
    """The same page with the members' names and identity numbers. Who opened them, when and why is in the log first."""
    given, actor = read_form(Why), current_actor()
    with unit_of_work(actor) as uow:
        found = _household(uow.session, code)
        persons = [member.person_id for member in parties.members(uow.session, found.county, found.household_id)]
    opened = reveal(actor, persons, given.reason, code)
    with unit_of_work(actor) as uow:
        return _shown(uow.session, found, opened)


def _household(session: Session, code: str) -> Household:
    found = parties.household_by_code(session, code)
    if found is None:
        raise NotFound
    return found


def _shown(session: Session, found: Household, opened: dict[UUID, Identity]) -> Response:
    members = parties.members(session, found.county, found.household_id)
    return pages.render(
        "registry/household.html",
        household=found,
        members=members,
        masked=masked_persons(session, [member.person_id for member in members]),
        opened=opened,
        rights=queries.rights_of_household(session, found.county, found.household_id),
        collective=parties.collective(session, found.county, found.collective_id),
        path=division_path(session, found.village),
        may_open=current_actor().has(Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR),
    )
