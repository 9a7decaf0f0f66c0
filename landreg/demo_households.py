"""Acts on households in the sample's year: who leaves, dies, exchanges land or lets it be operated, the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from landreg.access.identity import reveal
from landreg.access.service import SYSTEM
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import years_after
from landreg.demo_operation import COOPERATIVE
from landreg.registry.casework import household_queries
from landreg.registry.facts import standing
from landreg.registry.rules.household_requests import (
    Branch,
    Division,
    Exchange,
    LandOperation,
    Operator,
    Placed,
    RepresentativeChange,
    new_holder,
)
from landreg.registry.rules.relations import HEADS
from landreg.registry.rules.requests import Request

KINDS = ("division", "representative_change", "exchange", "land_operation")
MORE: Mapping[str, tuple[str, ...]] = {
    "exchange": ("filing",),
    "land_operation": ("filing",),
}
"""Papers beside those that a case asks for."""


def asked_on(registrar: Actor, county: str, kind: str, found: Mapping[Any, Any]) -> Request:
    """What the household of a right asks for. Raises NotFound where it has too few members or parcels for it."""
    code = found["code"]
    with unit_of_work(SYSTEM) as uow:
        session = uow.session
        members = [row.row for row in standing.households(session, county, [code])[code].members]
        bundle = standing.rights(session, county, [found["right_id"]])[found["right_id"]]
        theirs = household_queries.land_of(session, county, found["taker"])
        known = household_queries.holder_of(session, county, code=COOPERATIVE[1])
    parcels = [bundle.codes[row.row["parcel_id"]] for row in bundle.parcels]
    holding = [row for row in members if row["holds_right"]]
    if len(holding) < 2 or len(parcels) < 2 or not theirs:
        raise NotFound
    signed = found["today"] - timedelta(days=5)
    last = holding[-1]
    match kind:
        case "division":
            placed = (Placed(last["member_id"], "02"),)
            part = Branch("", last["member_id"], _name(registrar, last["person_id"], code), placed, tuple(parcels[-1:]))
            return Division((part,), "division", signed)
        case "representative_change":
            return _represented_otherwise(registrar, code, members, last)
        case "exchange":
            return Exchange(theirs[0].right_id, tuple(parcels[:1]), (theirs[0].parcels[0][0],), signed)
    name, uscc = COOPERATIVE
    operator = Operator(
        "organization", known.holder_id if known else new_holder(county, uscc), known.name if known else name, uscc
    )
    end = bundle.right.row["term"].upper - timedelta(days=1)
    first = years_after(end, -6)
    return LandOperation("", operator, "lease", f"样本流转合同{code[-4:]}号", signed, first, end, tuple(parcels[:1]))


def _represented_otherwise(
    registrar: Actor, code: str, members: Sequence[Mapping[str, Any]], last: Mapping[str, Any]
) -> RepresentativeChange:
    """Husband or wife stands for the household, to whom all others are what they were to the one before; else its last member."""
    other = next((row for row in members if row["relation"] in ("10", "11", "12") and row["holds_right"]), None)
    stands = other or last

    def now(row: Mapping[str, Any]) -> str:
        if row is stands:
            return "02"
        return "79" if other is None else "10" if row["relation"] in HEADS else str(row["relation"])

    placed = tuple(Placed(row["member_id"], now(row)) for row in members)
    name = _name(registrar, stands["person_id"], code)
    return RepresentativeChange(stands["member_id"], name, "agreement", (), placed)


def _name(registrar: Actor, person: UUID, code: str) -> str:
    """The name as the ID card says it: opened by the registrar who writes it down, in the log."""
    return reveal(registrar, [person], "登记承包方代表姓名", code)[person].name
