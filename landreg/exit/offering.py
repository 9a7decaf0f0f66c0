"""What a household is offered before it signs: reckoned from the register, from what was counted on the spot and from the county's
figures, beside what the same land brings by leasing it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.core.units import mu_of
from landreg.exit import logged, queries
from landreg.exit.holding import held, open_for
from landreg.exit.model import Exit, Offer, OfferItem
from landreg.exit.rules.claimed import (
    CLASSES,
    LAND,
    MONTHS_A_YEAR,
    Claim,
    Filed,
    House,
    Improvement,
    Land,
    built_when,
)
from landreg.exit.rules.compensation import Compensation, compensate, in_words, of_agreement, whence
from landreg.exit.rules.reckoning import filed_since
from landreg.law.book import Law, term
from landreg.registry.effects import RightBundle
from landreg.registry.facts import standing

CONTRACT, HOMESTEAD = "contract_management", "homestead"
MOST_SAID = 200
TOWNSHIP = 9
"""Digits of a division's code that name its township."""


@dataclass(frozen=True)
class Counted:
    """What the register does not tell: structure of the house, what was put into the land, fixtures, crops, who moves.

    rest: the class of parcels whose class the register does not say. built: the year, where the register has none.
    """

    rest: str = ""
    structure: str = ""
    house_m2: Decimal | None = None
    built: int | None = None
    improvements: tuple[Improvement, ...] = ()
    fixtures: tuple[tuple[str, Decimal], ...] = ()
    crops: tuple[tuple[str, Decimal], ...] = ()
    movers: int = 0


@dataclass(frozen=True)
class Given:
    """What the register says of that which is given back. land: mu by class, '' where the register has none; months_left: of the
    term; months: of a temporary exit.
    """

    land: dict[str, Decimal]
    months_left: int
    months: int | None
    homestead_m2: Decimal
    house_m2: Decimal | None
    built: int | None


def given_back(session: Session, row: Exit, on: date) -> Given:
    """What an exit gives back, as it stands in the register on a day: areas by class, the term's rest, the homestead's area."""
    bundles = standing.rights(session, row.county, row.right_ids).values()
    contract = next((one for one in bundles if one.right.row["kind"] == CONTRACT), None)
    home = next((one.right.row for one in bundles if one.right.row["kind"] == HOMESTEAD), {})
    left = 0
    if contract is not None and contract.right.row["term"] is not None:
        left = months_between(on, contract.right.row["term"].upper)
    return Given(
        land=_areas(session, row, contract) if contract is not None else {},
        months_left=left,
        months=None if row.returns_on is None else months_between(on, row.returns_on),
        homestead_m2=home.get("area_m2", Decimal()),
        house_m2=home.get("floor_area_m2"),
        built=home["built_on"].year if home.get("built_on") else None,
    )


def _areas(session: Session, row: Exit, contract: RightBundle) -> dict[str, Decimal]:
    given = {contract.codes[parcel.row["parcel_id"]]: parcel.row["mu"] for parcel in contract.parcels}
    if row.cut_parcel is not None and row.cut_m2 is not None:
        given = {code: mu for code, mu in given.items() if code in row.parcels} | {row.cut_parcel: mu_of(row.cut_m2)}
    codes = [code for code in given if not row.parcels or code in row.parcels or code == row.cut_parcel]
    classes = queries.classes_of(session, row.county, codes)
    areas: dict[str, Decimal] = defaultdict(Decimal)
    for code in codes:
        said = classes.get(code, "")
        areas[next((kind for first, kind in CLASSES.items() if said.startswith(first)), "")] += given[code]
    return dict(areas)


def months_between(today: date, until: date | None) -> int:
    """The whole months from a day to another, none for one that is past or not said."""
    if until is None:
        return 0
    months = (until.year - today.year) * MONTHS_A_YEAR + until.month - today.month - (until.day < today.day)
    return max(0, months)


def offer(actor: Actor, county: str, exit_id: UUID, counted: Counted) -> Offer:
    """Reckon an offer and write it down; the last one counts. Raises BadInput for what cannot be reckoned (CMP-11, CMP-12, CMP-15,
    FORM-1, FORM-5), Conflict (EXIT-13) where the exit is agreed on or over.
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, exit_id)
        open_for(found, law, "applied", "cooling", "agreeing")
        claim = claim_of(given_back(uow.session, found.exit, law.on), counted, law.on)
        reckoned = compensate(claim, law, filed(uow.session, found.exit.village, law))
        if refused := [finding for finding in reckoned.findings if law.level(finding) == "refuse"]:
            raise BadInput(refused)
        number = f"{found.exit.number}-F{1 + queries.count_of_offers(uow.session, county, exit_id)}"
        row = _row(found.exit, reckoned, number, law) | {
            "made_by": actor.account_id, "made_by_name": actor.name, "made_at": uow.now,
        }  # fmt: skip
        made = Offer(**row)
        items = [
            OfferItem(
                county=county, village=made.village, exit_id=exit_id, offer_id=made.offer_id, item_id=uuid4(), position=place,
                kind=item.kind, of_class=item.of, amount_yuan=item.amount, floor_yuan=item.floor, said=list(in_words(item, "zh")),
            )
            for place, item in enumerate(reckoned.items, 1)
        ]  # fmt: skip
        uow.session.add(made)
        uow.session.flush()
        uow.session.add_all(items)
        uow.session.flush()
        logged.stage_offer(uow, made, items)
    return made


def claim_of(given: Given, counted: Counted, on: date) -> Claim:
    """What is reckoned of: the register's part and what was counted. Raises BadInput (FORM-1, FORM-5)."""
    faults = []
    if given.land.get("") and counted.rest not in LAND:
        faults.append(Finding("FORM-5" if counted.rest else "FORM-1", "land_rest", {"given": counted.rest[:40]}))
    area = given.house_m2 if given.house_m2 else counted.house_m2
    built = given.built or counted.built
    if (area or counted.structure) and given.homestead_m2:
        lacking = {"house_structure": counted.structure, "house_m2": area, "house_built": built}
        faults += [Finding("FORM-1", name) for name, value in lacking.items() if not value]
        faults += built_when(built, on)
    if faults:
        raise BadInput(faults)
    areas: dict[str, Decimal] = defaultdict(Decimal)
    for kind, mu in given.land.items():
        areas[kind or counted.rest] += mu
    house = None
    if given.homestead_m2 and area and built:
        house = House(counted.structure, area, on.year - built)
    # A term that runs out meanwhile is renewed (RLCL-21): what is given for some years is paid for all of them.
    left = max(given.months_left, given.months or 0)
    return Claim(
        land=tuple(Land(kind, mu, left) for kind, mu in sorted(areas.items())),
        temporary_months=given.months,
        improvements=counted.improvements,
        house=house,
        homestead_m2=given.homestead_m2,
        fixtures=counted.fixtures,
        crops=counted.crops,
        movers=counted.movers,
    )


def _row(exit_: Exit, reckoned: Compensation, number: str, law: Law) -> dict[str, Any]:
    beside, compared = reckoned.comparison, bool(reckoned.comparison.leases)
    return {
        "county": exit_.county, "village": exit_.village, "exit_id": exit_.exit_id, "offer_id": uuid4(), "number": number,
        "made_on": law.on, "total_yuan": reckoned.total, "floor_yuan": reckoned.floor, "land_yuan": beside.offered,
        "lease_yuan": beside.today if compared else None, "summed_yuan": beside.summed if compared else None,
        "staying_yuan": beside.staying if compared else None, "leases": [whence(one) for one in beside.leases],
        "missing": [str(finding.values["figure"]) for finding in reckoned.findings if finding.code == "CMP-10"],
    }  # fmt: skip


def filed(session: Session, village: str, law: Law) -> tuple[Filed, ...]:
    """What filed contracts of a village's township pay, as far back as the county's figure says."""
    return queries.filed_prices(session, village[:TOWNSHIP], filed_since(law), law.on)


def agreed_lines(items: Sequence[OfferItem]) -> dict[str, tuple[str, Decimal]]:
    """By kind of an agreement's item: what the lines of an offer say of it, and their sum; to begin an agreement with.

    What is said is as long as an item's text may be, and no longer.
    """
    found: dict[str, tuple[str, Decimal]] = {}
    for item in items:
        kind = of_agreement(item.kind)
        said, amount = found.get(kind, ("", Decimal()))
        line = item.said[0] if item.said else term("cmp_item", item.kind)
        found[kind] = ((f"{said}；{line}" if said else line)[:MOST_SAID], amount + item.amount_yuan)
    return found


def floors(items: Sequence[OfferItem]) -> dict[str, Decimal]:
    """By kind of an agreement's item: the floor of the offer's lines."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        found[of_agreement(item.kind)] += item.floor_yuan
    return {kind: floor for kind, floor in found.items() if floor}
