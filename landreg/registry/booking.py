"""Booking: the only writer of rights. Locks, asks the rules again, closes and opens the rows of the act, stages its leaf.

A registrable change takes effect when it is entered here (民法典 214).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, insert, text, update
from sqlalchemy.dialects.postgresql import Range

from landreg.core.actor import Actor
from landreg.core.db import Unavailable, UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, Refused
from landreg.core.periods import Period, beijing_day
from landreg.law.book import Law, examine
from landreg.law.queries import load_law
from landreg.log.leaf import Entry
from landreg.log.store import stage_all
from landreg.registry.act_proposals import ActProposal
from landreg.registry.casebook import Act, Case, CertificateEnd
from landreg.registry.cases import Stepped, judge, keep_findings, laws_of, locked, note
from landreg.registry.effects import Changes, Opened
from landreg.registry.entry import ENTERED, enter_survey
from landreg.registry.facts import Proposal, case_facts, proposals
from landreg.registry.logged import right_facts
from landreg.registry.logged_acts import NOT_OF_CHANGE, change_facts
from landreg.registry.numbers import act_numbers
from landreg.registry.places import PARCEL_IDS, Places
from landreg.registry.rules import REGISTER_RULES
from landreg.registry.rules.procedure import reg_18_as_registered
from landreg.registry.standing import ROWS, certificates_in_force, key_columns

BOOKED = ('registry."right"', "registry.right_parcel", "registry.right_holder", "registry.contract", "registry.act")
_OPTIONAL: Mapping[str, Mapping[str, Any]] = {
    "right": {
        "contract_id": None,
        "term": None,
        "excess_m2": Decimal("0.00"),
        "footprint_m2": None,
        "floor_area_m2": None,
        "floors": None,
        "built_on": None,
        "note": "",
    },
    "right_parcel": {"note": ""},
}


@dataclass(frozen=True)
class Booking:
    """A case about to be registered: its changes, and the act that will make them."""

    case: Case
    changes: Changes
    act_id: UUID


def register(actor: Actor, county: str, case_ids: Sequence[UUID]) -> Stepped:
    """Register cases (登簿) in one transaction: all that the rules let through, each by an act and a leaf of its own.

    On one case a refusal is raised; on many, those refused stay on notice with their findings.
    """
    with unit_of_work(actor) as uow:
        surveyed = _villages_surveyed(uow, county, case_ids)
        for _, village in surveyed:
            uow.lock_village(village)
        uow.lock_parcels(county, _parcels_asked(uow, county, case_ids))
        cases = locked(uow, county, case_ids)
        law = load_law(uow.session, county, beijing_day(uow.now))
        proposed = proposals(uow.session, cases)
        judged = judge(uow, cases, REGISTER_RULES, law, proposed)
        refused = {
            case.number: judged[case.case_id]
            for case in cases
            if any(law.level(finding) == "refuse" for finding in judged[case.case_id])
        }
        if len(cases) == 1 and refused:
            raise Refused(judged[cases[0].case_id])
        go = [case for case in cases if case.number not in refused]
        entered = [enter_survey(uow, county, *place) for place in surveyed] if go else []
        if len({package for package, _ in surveyed}) > 1 and any(entered):
            go = _as_entered(uow, go, judged, refused, law)
        book(uow, go, [proposal for proposal in proposed if proposal.case.number not in refused])
        keep_findings(uow, cases, judged, law)
    if any(entered):
        # What is registered stands, whatever becomes of the statistics.
        with suppress(Unavailable), unit_of_work(actor) as uow:
            uow.take_statistics(*ENTERED, *BOOKED)
    return Stepped(len(go), refused)


def _as_entered(
    uow: UnitOfWork,
    cases: Sequence[Case],
    judged: dict[UUID, tuple[Finding, ...]],
    refused: dict[str, tuple[Finding, ...]],
    law: Law,
) -> list[Case]:
    """The cases that still agree with the register, now that two packages were entered into it; the others are refused."""
    if not cases:
        return []
    facts = case_facts(
        uow.session, cases, uow.actor.account_id, beijing_day(uow.now), law.number("TOP-1.overlap", "m2")
    )
    for case in cases:
        if found := examine((reg_18_as_registered,), facts[case.case_id], law):
            judged[case.case_id] = refused[case.number] = (*judged[case.case_id], *found)
    return [case for case in cases if case.number not in refused]


def changes_of(
    uow: UnitOfWork, cases: Sequence[Case], proposed: Sequence[Proposal | ActProposal] | None = None
) -> list[Booking]:
    """What the acts of these cases will do: the same for the reviewer's eyes and for `book`. proposed: where read already.

    Parties and parcels that the survey has not entered yet appear under the ids that they will get only in `book`.
    """
    if not cases:
        return []
    today = beijing_day(uow.now)
    laws = laws_of(uow, cases, load_law(uow.session, cases[0].county, today))
    places = Places.of(uow, [case for case in cases if case.act_kind == "first_registration"])
    return [
        Booking(proposal.case, _changes(proposal, places, laws[proposal.case.case_id], today), uuid4())
        for proposal in (proposals(uow.session, cases) if proposed is None else proposed)
    ]


def book(
    uow: UnitOfWork, cases: Sequence[Case], proposed: Sequence[Proposal | ActProposal] | None = None
) -> list[Booking]:
    """Write the acts of cases that the rules let through, in a fixed number of statements. The caller holds the locks.

    proposed: what the cases ask for, where it was read under the same locks.
    """
    bookings = changes_of(uow, cases, proposed)
    if not bookings:
        return []
    county = cases[0].county
    numbers = act_numbers(uow, county, len(bookings))
    uow.session.execute(insert(Act), [_act(uow, b, number) for b, number in zip(bookings, numbers, strict=True)])
    _close(uow, county, bookings)
    for table, model in ROWS.items():
        rows = [row for booking in bookings for row in _rows(booking, table, uow.now)]
        if rows:
            uow.session.execute(insert(model), rows)
    _end_certificates(uow, county, bookings)
    stage_all(uow, _entries(uow, county, bookings, numbers))
    uow.session.execute(
        update(Case),
        [{"county": county, "case_id": b.case.case_id, "state": "registered", "act_id": b.act_id} for b in bookings],
    )
    note(uow, [b.case for b in bookings], "register")
    return bookings


def _act(uow: UnitOfWork, booking: Booking, number: str) -> dict[str, Any]:
    return {
        "county": booking.case.county,
        "act_id": booking.act_id,
        "village": booking.case.village,
        "number": number,
        "kind": booking.case.act_kind,
        "case_id": booking.case.case_id,
        "package_id": booking.case.package_id,
        "registered_at": uow.now,
        "registered_by": uow.actor.account_id,
    }


def _changes(proposal: Proposal | ActProposal, places: Places, law: Law, today: date) -> Changes:
    return proposal.changes(today) if isinstance(proposal, ActProposal) else places.changes(proposal, law, today)


def _close(uow: UnitOfWork, county: str, bookings: Sequence[Booking]) -> None:
    """Close the rows that the acts end. Raises Conflict (REG-21) where one of them was closed meanwhile."""
    for table, model in ROWS.items():
        columns = model.__table__.c
        closing = [
            {"act": booking.act_id, **{f"key_{name}": value for name, value in row.key.items()}}
            for booking in bookings
            for row in booking.changes.closes
            if row.table == table
        ]
        if not closing:
            continue
        named = (columns[name] == bindparam(f"key_{name}") for name in key_columns(table))
        statement = (
            update(model.__table__)
            .where(columns.county == county, *named, func.upper_inf(columns.recorded))
            .values(recorded=func.tstzrange(func.lower(columns.recorded), uow.now), ended_by_act=bindparam("act"))
        )
        if uow.session.connection().execute(statement, closing).rowcount != len(closing):
            raise Conflict(Finding("REG-21", "subject", {"code": bookings[0].case.subject_code}))


def _end_certificates(uow: UnitOfWork, county: str, bookings: Sequence[Booking]) -> None:
    """The certificates in force of the rights that the acts change are replaced or cancelled."""
    ends = {right_id: (booking, end) for booking in bookings for right_id, end in booking.changes.ends.items()}
    if not ends:
        return
    rows = [
        {
            "county": county,
            "certificate_id": certificate.certificate_id,
            "village": certificate.village,
            "state": ends[certificate.right_id][1],
            "act_id": ends[certificate.right_id][0].act_id,
            "ended_at": uow.now,
        }
        for certificate in certificates_in_force(uow.session, county, list(ends))
    ]
    if rows:
        uow.session.execute(insert(CertificateEnd), rows)


def _entries(uow: UnitOfWork, county: str, bookings: Sequence[Booking], numbers: Sequence[str]) -> list[Entry]:
    """A leaf for each act: what the tables say of it now."""
    first = [b.act_id for b in bookings if b.case.act_kind in NOT_OF_CHANGE]
    later = [b.act_id for b in bookings if b.case.act_kind not in NOT_OF_CHANGE]
    told: dict[UUID, tuple[dict[str, Any], dict[str, str]]] = {}
    if first:
        told |= {act_id: (facts, {}) for act_id, facts in right_facts(uow.session, county, first).items()}
    if later:
        told |= change_facts(uow.session, county, later)
    return [
        Entry("act", county, b.case.village, number, *told[b.act_id])
        for b, number in zip(bookings, numbers, strict=True)
    ]


def _rows(booking: Booking, table: str, now: datetime) -> Iterator[dict[str, Any]]:
    common = {
        "county": booking.case.county,
        "village": booking.case.village,
        "recorded": Range(now, None),
        "act_id": booking.act_id,
        "ended_by_act": None,
    }
    for opened in booking.changes.opens:
        if opened.table == table:
            row = {**common, **_OPTIONAL.get(table, {}), **opened.row, "valid": _valid(opened, booking.changes)}
            if isinstance(row.get("term"), Period):
                row["term"] = Range(row["term"].start, row["term"].end)
            yield row


def _valid(opened: Opened, changes: Changes) -> Range[date]:
    since = None if opened.always else opened.since or changes.valid_from
    return Range(since, opened.until)


def _villages_surveyed(uow: UnitOfWork, county: str, case_ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """Package and village of all that the cases name: a homestead may lie in another village than its household.

    Of one village the package received last comes first: the latest survey is the one that is entered.
    """
    asked = {"county": county, "cases": list(case_ids)}
    return [(row.package_id, row.village) for row in uow.session.execute(text(_VILLAGES), asked)]


def _parcels_asked(uow: UnitOfWork, county: str, case_ids: Sequence[UUID]) -> list[UUID]:
    asked = {"county": county, "cases": list(case_ids)}
    return [row.parcel_id for row in uow.session.execute(text(PARCEL_IDS), asked)]


# Looked up by key row for row: joined, the planner guesses at the CTE and pairs every case with every parcel of its package.
_VILLAGES = """
    WITH c AS MATERIALIZED (
        SELECT case_id, package_id, village, subject_code, household_code FROM registry."case"
        WHERE county = :county AND case_id = ANY (:cases)
    ), places AS (
        SELECT package_id, village FROM c
        UNION SELECT package_id, (SELECT h.village FROM land.staged_household AS h
            WHERE h.county = :county AND h.package_id = c.package_id AND h.code = c.household_code) FROM c
        UNION SELECT c.package_id, (SELECT p.village FROM land.staged_parcel AS p
            WHERE p.county = :county AND p.package_id = c.package_id AND p.code = x.parcel_code)
        FROM c JOIN registry.case_parcel AS x ON x.county = :county AND x.case_id = c.case_id
        UNION SELECT package_id, (SELECT i.village FROM land.staged_issuer AS i
            WHERE i.county = :county AND i.package_id = c.package_id AND i.code = left(c.household_code, 14)) FROM c
        UNION SELECT package_id, (SELECT i.village FROM land.staged_contract AS s JOIN land.staged_issuer AS i
            ON i.county = s.county AND i.package_id = s.package_id AND i.code = s.issuer_code
            WHERE s.county = :county AND s.package_id = c.package_id AND s.code = c.subject_code) FROM c
    )
    SELECT o.package_id, o.village FROM places AS o
    JOIN land.package AS k ON k.county = :county AND k.package_id = o.package_id
    WHERE o.village IS NOT NULL ORDER BY o.village, k.received_at DESC, o.package_id
"""
