"""What a village's project would have a household sign: the clauses, its parcels and their prices, as its own page shows them
before it says yes. The digest of this text is what its yes is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.units import figure, total_mu
from landreg.exchange.contracts.drafts import Terms
from landreg.exchange.contracts.model import Contract, ContractParcel, Project, ProjectParcel
from landreg.exchange.contracts.rules import wording
from landreg.exchange.contracts.rules.clauses import Text, written
from landreg.exchange.contracts.rules.rent import DEPOSIT, Due
from landreg.exchange.contracts.rules.sharing import of_land
from landreg.exchange.contracts.rules.usual import con_113_valuation_is_usual
from landreg.exchange.contracts.rules.wording import Parcelled
from landreg.exchange.contracts.whole import calendar_of
from landreg.law.book import Law, term

AS_REGISTERED = "以登记簿记载为准"


@dataclass(frozen=True)
class Offered:
    """clauses: title and wording of each, in the order of the contract. total: what falls due over the term, in yuan or kg, and the
    first of it, as the contract's calendar reckons it. digest: SHA-256 of the whole text.
    mu: of these parcels; valued, shares: what they are contributed at and as, of a project of shares.
    """

    clauses: tuple[tuple[str, str], ...]
    parcels: Sequence[ProjectParcel]
    said: str
    total: tuple[Decimal, Due, Decimal] | None
    digest: str
    mu: Decimal
    valued: Decimal | None = None
    shares: Decimal | None = None


def offered(project: Project, parcels: Sequence[ProjectParcel], on: date) -> Offered:
    """The contract of a household for these of its parcels, at least one, as the book of clauses stands on a day. What the register
    fills in as it is drawn (where the household is at home, the grade of its soil) is said to be as there.
    """
    terms = Terms(
        project.kind, project.from_on, project.until_on, project.unit, parcels[0].price, project.grain,
        project.escalator_percent, project.paid_every, project.paid_before,
    )  # fmt: skip
    several, mu = len({one.price for one in parcels}) > 1, total_mu(one.area_m2 for one in parcels)
    values = of_land(project.clauses, mu)
    known = wording.given(
        contractor=parcels[0].household_name, home=AS_REGISTERED, taker=project.taker_name,
        mu=mu, from_on=terms.from_on, until_on=terms.until_on,
        price=wording.price_zh(terms.price, terms.unit, terms.grain, terms.escalator_percent, several),
        rhythm=wording.rhythm_zh(terms.paid_every, terms.paid_before),
        grain=term("contract_grain", terms.grain) if terms.grain else "", grain_price="", parent="", first_contractor="",
    )  # fmt: skip
    clauses = {**known, **values, "grade": AS_REGISTERED}
    text = Text(terms.kind, terms.unit, clauses, project.said, terms.months, number=project.number)
    pieces = [Parcelled(one.parcel_code, "", one.area_m2, one.price) for one in parcels]
    return Offered(
        written(text, on),
        parcels,
        project.said,
        comes_to(_dues(project, terms, parcels)),
        wording.digest(text, pieces, on),
        mu,
        figure(str(values.get("valued_yuan") or "")),
        figure(str(values.get("shares") or "")),
    )


def _dues(project: Project, terms: Terms, parcels: Sequence[ProjectParcel]) -> tuple[Due, ...]:
    """What falls due by a contract that is not drawn yet."""
    row = Contract(
        kind=terms.kind, from_on=terms.from_on, until_on=terms.until_on, unit=terms.unit, price=terms.price, grain=terms.grain,
        escalator_percent=terms.escalator_percent, paid_every=terms.paid_every, paid_before=terms.paid_before, instalments=None,
        clauses=project.clauses,
    )  # fmt: skip
    pieces = [ContractParcel(parcel_code=one.parcel_code, area_m2=one.area_m2, price=one.price) for one in parcels]
    return calendar_of(row, pieces)


def comes_to(dues: Sequence[Due]) -> tuple[Decimal, Due, Decimal] | None:
    """What falls due over a term, in yuan or kg, and the first of it; None where nobody pays. The deposit stands beside: it is no
    part of the price.
    """
    owed = [one for one in dues if one.kind != DEPOSIT]
    deposit = sum((one.amount for one in dues if one.kind == DEPOSIT), Decimal(0))
    return (sum((one.amount for one in owed), Decimal(0)), owed[0], deposit) if owed else None


def unusual(project: Project, offer: Offered, law: Law) -> list[Finding]:
    """What is asked about of what a household's land would be contributed at, before its yes (CON-113): a note."""
    if offer.valued is None:
        return []
    days = (project.until_on - project.from_on).days
    found = con_113_valuation_is_usual((project.number, offer.valued, offer.mu, days), law)
    return [found] if found else []
