"""Booking: how cases reach the register. Locks, asks the rules again, and has the acts written (`writing`).

A registrable change takes effect when it is entered here (民法典 214).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text, update

from landreg.access import bindings
from landreg.core.actor import Actor
from landreg.core.db import Unavailable, UnitOfWork, unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.periods import beijing_day
from landreg.law.book import Law, act_type, examine
from landreg.law.queries import load_law
from landreg.registry.casebook import Case
from landreg.registry.casework.cases import FINISHED, Stepped, judge, keep_findings, laws_of, locked, note, set_values
from landreg.registry.casework.holding import hold
from landreg.registry.effects import Changes
from landreg.registry.entry import ENTERED, enter_survey
from landreg.registry.facts.deaths import the_dead
from landreg.registry.facts.first import Proposal, case_facts, proposals
from landreg.registry.facts.places import Places
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.rules import REGISTER_RULES
from landreg.registry.rules.procedure import reg_18_as_registered
from landreg.registry.writing import Booking, write

BOOKED = ('registry."right"', "registry.right_parcel", "registry.right_holder", "registry.contract", "registry.act")


def register(actor: Actor, county: str, case_ids: Sequence[UUID]) -> Stepped:
    """Register cases (登簿) in one transaction: all that the rules let through, each by an act and a leaf of its own.

    On one case a refusal is raised, of one that ended before anything is locked; on many, those refused stay on notice with
    their findings.
    """
    with unit_of_work(actor) as uow:
        if len(case_ids) == 1:
            _not_at_its_end(uow, county, case_ids[0])
        surveyed = hold(uow, county, case_ids)
        cases = locked(uow, county, case_ids)
        for named in sorted({str(one["holder_id"]) for case in cases if (one := case.request.get("operator"))}):
            # Two acts that would enter the same holder: one comes first, and the other finds them.
            uow.lock_name(f"holder:{county}:{named}")
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
        ids = [case.case_id for case in go]
        entered = [enter_survey(uow, county, *place, ids) for place in surveyed] if go else []
        if len({package for package, _ in surveyed}) > 1 and any(entered):
            go = _as_entered(uow, go, judged, refused, law)
        bookings = changes_of(uow, go, [proposal for proposal in proposed if proposal.case.number not in refused])
        for case, finding in _behind(bookings):
            judged[case.case_id] = refused[case.number] = (*judged[case.case_id], finding)
        go = [case for case in go if case.number not in refused]
        # Before the acts: their leaves tell of the notes that the step found.
        keep_findings(uow, cases, judged, law)
        book(uow, county, _once([booking for booking in bookings if booking.case.number not in refused]))
    if any(entered):
        # What is registered stands, whatever becomes of the statistics.
        with suppress(Unavailable), unit_of_work(actor) as uow:
            uow.take_statistics(*ENTERED, *BOOKED)
    return Stepped(len(go), refused)


def _not_at_its_end(uow: UnitOfWork, county: str, case_id: UUID) -> None:
    """Raises Refused (REG-8) for a case that ended: none begins again, so that no lock is waited for, and no fact is read.

    The state alone is read: a row that the session had seen would be no news to it under the lock.
    """
    row = uow.session.execute(text(_STATE), {"county": county, "case": case_id}).one_or_none()
    if row is not None and row.state in FINISHED:
        raise Refused(Finding("REG-8", "state", {"state": row.state, "step": "register"}, subject=row.number))


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


def book(uow: UnitOfWork, county: str, bookings: Sequence[Booking]) -> None:
    """Write the acts of cases that the rules let through, in a fixed number of statements. The caller holds the locks.

    No two of them close the same row (`_behind`).
    """
    if not bookings:
        return
    # Before the acts: their leaves tell of the papers that the step found.
    note(uow, [b.case for b in bookings], "register")
    write(uow, county, bookings)
    if died := [member for booking in bookings for member in the_dead(booking.case.request)]:
        bindings.end_of_dead(uow, county, died)
    uow.session.execute(
        update(Case),
        [{"county": county, "case_id": b.case.case_id, "state": "registered", "act_id": b.act_id} for b in bookings],
    )
    # An act that replaces certificates and found none to replace, as of a household that died out, is at its end.
    ended = [b.case for b in bookings if not b.changes.ends and act_type(b.case.act_kind).certificate == "replace"]
    set_values(uow, county, [case.case_id for case in ended], state="certified")
    note(uow, ended, "certify", NOTHING_TO_REPLACE)


def _behind(bookings: Sequence[Booking]) -> list[tuple[Case, Finding]]:
    """Cases that would close a row which an act of the same call closes, each with the finding (REG-2) that names that act's.

    Two parcels of one right are two parcels to REG-2, and yet the right is said anew by an act on either: the later of the
    two is registered on what the first left. Those accepted first go first.
    """
    closed_by: dict[tuple[Any, ...], str] = {}
    found = []
    for booking in sorted(bookings, key=lambda one: (one.case.accepted_at, one.case.number)):
        rows = [(row.table, *sorted(row.key.items())) for row in booking.changes.closes]
        number = booking.case.number
        if earlier := sorted({closed_by[row] for row in rows if row in closed_by}):
            found.append((booking.case, Finding("REG-2", "parcels", {"earlier": earlier}, subject=number)))
        else:
            closed_by |= dict.fromkeys(rows, number)
    return found


def _once(bookings: Sequence[Booking]) -> list[Booking]:
    """The same, and whoever would be entered as a holder by several of them is entered by the first alone."""
    entered: set[UUID] = set()
    found = []
    for one in bookings:
        opens = tuple(row for row in one.changes.opens if row.table != "holder" or row.row["holder_id"] not in entered)
        entered |= {row.row["holder_id"] for row in opens if row.table == "holder"}
        found.append(replace(one, changes=replace(one.changes, opens=opens)))
    return found


def _changes(proposal: Proposal | ActProposal, places: Places, law: Law, today: date) -> Changes:
    return proposal.changes(today) if isinstance(proposal, ActProposal) else places.changes(proposal, law, today)


NOTHING_TO_REPLACE = "没有证书要换发"
_STATE = 'SELECT number, state FROM registry."case" WHERE county = :county AND case_id = :case'
