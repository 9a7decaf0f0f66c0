"""Contracts that were signed; what a program may tell of one, and the paper that comes with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from landreg.exchange.contracts.rules.rent import PAYERS
from landreg.exchange.interfaces.schema import UNSEEN
from landreg.exchange.interfaces.shapes.land import ListedParcel
from landreg.exchange.interfaces.shapes.walking import RHYTHM, UNIT, WITHIN, InTime

LONGEST_PAPER = 1_400_000


@dataclass(frozen=True, kw_only=True)
class ContractsAsked(InTime):
    """Contracts that were signed, of a division."""

    within: str = field(default="", metadata=WITHIN)


@dataclass(frozen=True)
class Instalment:
    """A part of one sum, and the day on which it is due."""

    due_on: date
    yuan: Decimal


@dataclass(frozen=True)
class Given:
    """A parcel that the taker gives in an exchange, with its mu as the contract says it; None where it says none."""

    code: str
    mu: Decimal | None


@dataclass(frozen=True)
class Contract:
    """A contract of transfer that was signed, without its parties. filed_on: None where the issuer has not filed it. state: ending
    until the day on which it ends, where that is set; ends_on: that day, the first without it, no earlier
    than from_on: one that ended before its term never runs, and is ended.
    void where an outcome says that it never was in force. parcels: what goes to the taker; given: what the taker gives for it in
    an exchange, empty of every other kind. previous: the number of the contract that it follows (relation). listing: the number
    under which the market dealt it.
    """

    county: str
    village: str
    number: str
    kind: str
    relation: str
    taker: str
    state: str
    from_on: date
    until_on: date
    unit: str = field(metadata=UNIT)
    grain: str
    price: Decimal
    escalator_percent: Decimal
    paid_every: str = field(metadata=RHYTHM)
    paid_before: bool
    instalments: tuple[Instalment, ...] = field(
        metadata={"en": "of one sum that is paid on several days; they add up to the price. Empty of every other price"}
    )
    area_m2: Decimal
    parcels: tuple[ListedParcel, ...]
    given: tuple[Given, ...]
    previous: str | None
    listing: str | None
    signed_on: date
    filed_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class Contracts:
    """A page of contracts, in the order in which they were signed."""

    items: tuple[Contract, ...]
    next: str | None = field(metadata={"en": "address of the next page"})


@dataclass(frozen=True)
class Paper:
    """A paper that comes with a step: its name and its content."""

    name: str = field(metadata={"most": 120, "shortest": 1, "pattern": rf"^[^{UNSEEN}/\\]+$", "form": "file_name"})
    content: str = field(metadata={"format": "byte", "most": LONGEST_PAPER, "shortest": 4, "en": "base64 of the file"})


@dataclass(frozen=True)
class Filing:
    """That the issuing party has filed a contract."""

    on_day: date
    paper: Paper
    said: str = field(default="", metadata={"most": 500})


@dataclass(frozen=True)
class Filed:
    """A contract, filed."""

    number: str
    on_day: date


@dataclass(frozen=True)
class Payment:
    """A payment under a contract, by the receipt of its bank. The register moves no money."""

    amount_yuan: Decimal
    paid_on: date
    receipt: str = field(metadata={"most": 60, "pattern": r"^[0-9A-Za-z-]{4,60}$", "form": "receipt"})
    paper: Paper
    payer: str = field(
        default="", metadata={"choices": ("", *PAYERS), "en": "the side that paid; asked for where both owe something"}
    )


@dataclass(frozen=True)
class Paid:
    """A payment that was recorded, and what the side that paid still owes."""

    number: str
    receipt: str
    left_yuan: str = field(metadata={"pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$"})
