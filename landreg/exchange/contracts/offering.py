"""What a village's project would have a household sign: the clauses, its parcels and their prices, as its own page shows them
before it says yes. The digest of this text is what its yes is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.units import CENT, mu_of, total_mu
from landreg.exchange.contracts.drafts import Terms
from landreg.exchange.contracts.model import Project, ProjectParcel
from landreg.exchange.contracts.rules import wording
from landreg.exchange.contracts.rules.clauses import Text, written
from landreg.exchange.contracts.rules.wording import Parcelled
from landreg.law.book import term

AS_REGISTERED = "以登记簿记载为准"


@dataclass(frozen=True)
class Offered:
    """clauses: title and wording of each, in the order of the contract. of_year: what its parcels bring in the first year, in the
    unit of the price: yuan or kg. digest: SHA-256 of the whole text.
    """

    clauses: tuple[tuple[str, str], ...]
    parcels: Sequence[ProjectParcel]
    said: str
    of_year: Decimal
    digest: str


def offered(project: Project, parcels: Sequence[ProjectParcel], on: date) -> Offered:
    """The contract of a household for these of its parcels, at least one, as the book of clauses stands on a day. What the register
    fills in as it is drawn (where the household is at home, the grade of its soil) is said to be as there.
    """
    terms = Terms(
        project.kind, project.from_on, project.until_on, project.unit, parcels[0].price, project.grain,
        project.escalator_percent, project.paid_every, project.paid_before,
    )  # fmt: skip
    several = len({one.price for one in parcels}) > 1
    known = wording.given(
        contractor=parcels[0].household_name, home=AS_REGISTERED, taker=project.taker_name,
        mu=total_mu(one.area_m2 for one in parcels), from_on=terms.from_on, until_on=terms.until_on,
        price=wording.price_zh(terms.price, terms.unit, terms.grain, terms.escalator_percent, several),
        rhythm=wording.rhythm_zh(terms.paid_every, terms.paid_before),
        grain=term("contract_grain", terms.grain) if terms.grain else "", grain_price="", parent="", first_contractor="",
    )  # fmt: skip
    clauses = {**known, **project.clauses, "grade": AS_REGISTERED}
    text = Text(terms.kind, terms.unit, clauses, project.said, terms.months, number=project.number)
    pieces = [Parcelled(one.parcel_code, "", one.area_m2, one.price) for one in parcels]
    of_year = sum((mu_of(one.area_m2) * one.price for one in parcels), Decimal(0)).quantize(CENT)
    return Offered(written(text, on), parcels, project.said, of_year, wording.digest(text, pieces, on))
