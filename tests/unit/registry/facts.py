"""Facts that every rule lets through; a test changes what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.core.periods import Period
from landreg.law.book import national_law
from landreg.registry.rules.contract import ContractFacts, ParcelFacts
from landreg.registry.rules.homestead import HomesteadFacts
from landreg.registry.rules.procedure import CaseFacts

LAW = national_law("610902", date(2026, 7, 1))
TODAY = date(2026, 7, 1)
HOUSEHOLD = "610902104202010001"
ISSUER = "61090210420201"
REGISTRAR, REVIEWER, CLERK = UUID(int=1), UUID(int=2), UUID(int=3)


def parcel(number: int = 1, area: str = "400.00", **changed: Any) -> ParcelFacts:
    """A surveyed plot of arable land that nobody holds."""
    return replace(ParcelFacts(f"{ISSUER}{number:05d}", Decimal(area), "013", surveyed=True), **changed)


def contract(**changed: Any) -> ContractFacts:
    """A contract over 800 m² of arable land for the thirty years of the law."""
    facts = ContractFacts(
        code=f"{HOUSEHOLD}J",
        holder=HOUSEHOLD,
        holder_known=True,
        issuer_known=True,
        members=2,
        term=Period(date(1998, 1, 1), date(2028, 1, 1)),
        area_m2=Decimal("800.00"),
        mu=Decimal("1.20"),
        parcels=(parcel(1), parcel(2)),
        elsewhere={},
    )
    return replace(facts, **changed)


def homestead(**changed: Any) -> HomesteadFacts:
    """An approved homestead of 180 m²."""
    facts = HomesteadFacts(
        code="610902104202JC00001",
        unit_code="610902104202JC00001F00010001",
        household_known=True,
        area_m2=Decimal("180.00"),
        approved_m2=Decimal("180.00"),
        built_on=date(1999, 6, 30),
    )
    return replace(facts, **changed)


def case(**changed: Any) -> CaseFacts:
    """A case on notice, whose notice ended yesterday, in the hands of another officer than prepared it."""
    facts = CaseFacts(
        number="610902-2026-0000001",
        state="noticed",
        prepared_by=frozenset({REGISTRAR}),
        actor=REVIEWER,
        today=TODAY,
        due_on=date(2026, 8, 1),
        last_day=date(2026, 6, 30),
    )
    return replace(facts, **changed)
