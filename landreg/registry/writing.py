"""Writing acts: the one place where rows of the register close and open, certificates end, and each act's leaf is staged.

Called by `booking`, and by `lapses` for what ends by itself. The caller holds the locks and has asked the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import bindparam, func, insert, update
from sqlalchemy.dialects.postgresql import Range

from landreg.core.db import UnitOfWork
from landreg.core.errors import Conflict, Finding
from landreg.core.periods import Period
from landreg.log.leaf import Entry
from landreg.log.store import stage_all
from landreg.registry.casebook import Act, Case, CertificateEnd
from landreg.registry.effects import Changes, Opened
from landreg.registry.facts.standing import ROWS, certificates_in_force, key_columns
from landreg.registry.leaves.changes import NOT_OF_CHANGE, change_facts
from landreg.registry.leaves.logged import right_facts
from landreg.registry.numbers import act_numbers

_OPTIONAL: Mapping[str, Mapping[str, Any]] = {
    "right": {
        "contract_id": None,
        "term": None,
        "excess_m2": Decimal("0.00"),
        "confirmed_by": "",
        "footprint_m2": None,
        "floor_area_m2": None,
        "floors": None,
        "built_on": None,
        "note": "",
    },
    "right_parcel": {"note": "", "signed_on": None},
}


@dataclass(frozen=True)
class Booking:
    """A case about to be registered: its changes, and the act that will make them."""

    case: Case
    changes: Changes
    act_id: UUID


def write(uow: UnitOfWork, county: str, bookings: Sequence[Booking]) -> None:
    """Write acts in a fixed number of statements. Raises Conflict (REG-21) where a row that closes was closed meanwhile."""
    numbers = act_numbers(uow, county, len(bookings))
    uow.session.execute(insert(Act), [_act(uow, b, number) for b, number in zip(bookings, numbers, strict=True)])
    _close(uow, county, bookings)
    for table, model in ROWS.items():
        rows = [row for booking in bookings for row in _rows(booking, table, uow.now)]
        if rows:
            uow.session.execute(insert(model), rows)
    _end_certificates(uow, county, bookings)
    stage_all(uow, _entries(uow, county, bookings, numbers))


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
            if "geom" in row:
                row["geom"] = WKBElement(row["geom"], extended=True)
            if isinstance(row.get("term"), Period):
                row["term"] = Range(row["term"].start, row["term"].end)
            yield row


def _valid(opened: Opened, changes: Changes) -> Range[date]:
    since = None if opened.always else opened.since or changes.valid_from
    return Range(since, opened.until)
