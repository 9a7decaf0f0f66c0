"""The cases of a roster: opened in one batch, and at the end registered and certified chunk by chunk by the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.db import Unavailable, UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound, Refused
from landreg.core.periods import DAY, beijing_day
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry import booking, roster_queries
from landreg.registry.casebook import Batch, Case, CaseDocument
from landreg.registry.casework import applications
from landreg.registry.casework.cases import Stepped, note
from landreg.registry.casework.desk import cases_by_id
from landreg.registry.casework.opening import OPENED
from landreg.registry.facts.renewal import Ending, endings_of
from landreg.registry.issued import certificates
from landreg.registry.numbers import next_in_book
from landreg.registry.roster_model import Roster, RosterEntry
from landreg.registry.rules.renewal import new_term
from landreg.registry.rules.renewal_requests import Renewal
from landreg.registry.rules.requests import plain


def open_cases(actor: Actor, county: str, renewal_id: UUID) -> UUID:
    """Open a case for each household that goes with the others; the batch. The register is asked once more: who must be
    treated by themselves by now is put aside. Raises Conflict (REN-12) for a roster whose cases are open, Refused (REG-11)
    where nobody is left.
    """
    with unit_of_work(actor) as uow:
        roster = roster_queries.roster(uow.session, county, renewal_id, lock=True)
        if roster is None:
            raise NotFound
        if roster.state != "drawn":
            raise Conflict(Finding("REN-12", "state", subject=roster.number))
        going = roster_queries.entries(uow.session, roster, aside=False)
        seen = endings_of(uow.session, county, [one.right_id for one in going])
        go = [one for one in going if not _aside_now(one, seen.get(one.right_id))]
        if not go:
            raise Refused(Finding("REG-11"))
        batch = Batch(
            county=county, batch_id=uuid4(), village=roster.village, package_id=None, opened_by=actor.account_id,
            opened_at=uow.now,
        )  # fmt: skip
        uow.session.add(batch)
        uow.session.flush()
        _open(uow, roster, batch, go, seen, load_law(uow.session, county, beijing_day(uow.now)))
        roster.state, roster.batch_id = "opened", batch.batch_id
    with suppress(Unavailable), unit_of_work(actor) as uow:
        uow.take_statistics(*OPENED)
    return batch.batch_id


def _aside_now(one: RosterEntry, seen: Ending | None) -> bool:
    """Whether the register says by now that a household is treated by itself; a right that is gone is lost land."""
    reasons = ("land_lost",) if seen is None or seen.last_day != one.ends_on else seen.reasons
    if reasons:
        one.aside, one.reasons = True, list(reasons)
    return bool(reasons)


def _open(
    uow: UnitOfWork, roster: Roster, batch: Batch, go: Sequence[RosterEntry], seen: Mapping[UUID, Ending], law: Law
) -> None:
    serials = next_in_book(uow, roster.county, "case", len(go))
    rows = [
        _case(uow, roster, batch, one, serial, new_term(one.ends_on + DAY, seen[one.right_id].families, law))
        for one, serial in zip(go, serials, strict=True)
    ]
    uow.session.execute(insert(Case), rows)
    uow.session.execute(
        update(RosterEntry),
        [
            {"county": row["county"], "renewal_id": roster.renewal_id, "right_id": row["right_ids"][0]}
            | {"case_id": row["case_id"]}
            for row in rows
        ],
    )
    uow.session.execute(text(_PARCELS), {"county": roster.county, "batch": batch.batch_id})
    papers = (roster.plan_id, *((roster.approval_id,) if roster.approval_id else ()))
    folders = [
        {"county": row["county"], "case_id": row["case_id"], "document_id": paper, "village": row["village"]}
        for row in rows
        for paper in papers
    ]
    uow.session.execute(insert(CaseDocument), folders)
    note(uow, [Case(**row) for row in rows], "open")


def _case(
    uow: UnitOfWork, roster: Roster, batch: Batch, one: RosterEntry, serial: int, term: tuple[date, date]
) -> dict[str, Any]:
    return {
        "county": roster.county,
        "case_id": uuid4(),
        "village": one.village,
        "number": f"{roster.county}-{beijing_day(uow.now).year}-{serial:07d}",
        "batch_id": batch.batch_id,
        "act_kind": "renewal",
        "right_kind": "contract_management",
        "subject_code": one.code,
        "household_code": one.household_code,
        "applicant": one.holder,
        "state": "draft",
        "prepared_by": uow.actor.account_id,
        "request": plain(Renewal(*term, None, roster.renewal_id)),
        "right_ids": [one.right_id],
        "findings": [],
    }


def apply_singly(actor: Actor, county: str, right_id: UUID, signed_on: date | None) -> UUID:
    """Open a case for the renewal of one contract; the term follows from the law. Raises as `applications.apply_on_right`."""
    with unit_of_work(actor) as uow:
        found = foreseen(uow.session, county, right_id, load_law(uow.session, county, beijing_day(uow.now)))
        if found is None:
            raise NotFound
        asked = Renewal(*found[1], signed_on)
    return applications.apply_on_right(actor, county, right_id, "renewal_single", asked)


def foreseen(session: Session, county: str, right_id: UUID, law: Law) -> tuple[Ending, tuple[date, date]] | None:
    """A contract as it ends, and the term that would follow; None for a right that ended."""
    seen = endings_of(session, county, [right_id]).get(right_id)
    return None if seen is None else (seen, new_term(seen.last_day + DAY, seen.families, law))


def renew(
    actor: Actor, county: str, case_ids: Sequence[UUID], press: certificates.Press, seal: Callable[[], Any]
) -> Stepped:
    """Register what waits for it, seal, and replace the certificates: each part stands when the next is interrupted.

    Taken again after a fall, it finds what is registered registered, and goes on with its certificates.
    """
    with unit_of_work(actor) as uow:
        waiting = [case for case in cases_by_id(uow.session, county, case_ids) if case.state in ("noticed", "objected")]
    refused: Mapping[str, tuple[Finding, ...]] = {}
    if waiting:
        try:
            refused = booking.register(actor, county, [case.case_id for case in waiting]).refused
        except Refused as error:
            if len(waiting) > 1:
                raise
            refused = {waiting[0].number: error.findings}
    with unit_of_work(actor) as uow:
        registered = [case.case_id for case in cases_by_id(uow.session, county, case_ids) if case.state == "registered"]
    if not registered:
        return Stepped(0, refused)
    seal()
    pressed = certificates.issue(actor, county, registered, press)
    return Stepped(len(registered) - len(pressed.refused), {**refused, **pressed.refused})


_PARCELS = """
    INSERT INTO registry.case_parcel (county, case_id, parcel_code, village)
    SELECT c.county, c.case_id, l.code, c.village FROM registry."case" AS c
    JOIN registry."right" AS r ON r.county = c.county AND r.right_id = c.right_ids[1]
         AND upper_inf(r.recorded) AND upper_inf(r.valid)
    JOIN registry.right_parcel AS x ON x.county = r.county AND x.right_row = r.row_id
    JOIN land.parcel AS l ON l.county = x.county AND l.parcel_id = x.parcel_id AND upper_inf(l.recorded) AND upper_inf(l.valid)
    WHERE c.county = :county AND c.batch_id = :batch
"""
