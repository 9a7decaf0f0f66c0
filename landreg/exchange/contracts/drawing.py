"""A contract is drawn: from a deal, of a deal made off the market, as renewal, change or re-transfer, or for a village's project.

What register and deal know is filled in; what only the parties can say is asked. Every finding is told at once; what lacks a
clause is not drawn, and is told which (TR-7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.codes import uscc_fault
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import CENT, half_up, mu_of, total_mu
from landreg.exchange import logged as market
from landreg.exchange.bidding.rules.qualified import ENTER_RULES
from landreg.exchange.bidding.sales import taking_in
from landreg.exchange.contracts import logged, project_queries, queries
from landreg.exchange.contracts.entering import held
from landreg.exchange.contracts.model import Contract, ContractParcel
from landreg.exchange.contracts.queries import ISSUER, Land, Whole
from landreg.exchange.contracts.rules import wording
from landreg.exchange.contracts.rules.clauses import Text, asked_of, tr_7_written_contract_complete
from landreg.exchange.contracts.rules.course import Renewal, con_9_no_open_dispute, con_10_taker_before_others, stage
from landreg.exchange.contracts.rules.terms import (
    CONTRACT_RULES,
    GRAINS,
    Contracted,
    Piece,
)
from landreg.exchange.contracts.rules.wording import Parcelled
from landreg.exchange.contracts.taking import given_in_exchange, net_area
from landreg.exchange.model import Taker
from landreg.land.queries import division_path
from landreg.law.book import Law, examine, term
from landreg.law.queries import load_law
from landreg.law.transfers import transfers
from landreg.registry.guarded import ties_nothing

MOST_SIGNS = 2000
MONTHS = 12
RESOLVED = "成员（代表）会议"
"""How the line of a collective's listing begins that tells what its members decided."""


@dataclass(frozen=True)
class Taken:
    """A parcel that is transferred. area_m2: of it, None for the whole. price: of this parcel, None for the contract's."""

    code: str
    area_m2: Decimal | None = None
    price: Decimal | None = None
    part: Any = None


@dataclass(frozen=True)
class Terms:
    """What the parties agreed on. until_on: exclusive."""

    kind: str
    from_on: date
    until_on: date
    unit: str
    price: Decimal
    grain: str = ""
    escalator_percent: Decimal = Decimal(0)
    paid_every: str = "year"
    paid_before: bool = True


@dataclass(frozen=True)
class Draft:
    """A contract to be drawn. values: what the parties say for the clauses. previous: what it renews, changes or passes on.

    right_id: None of a collective's own land.
    """

    right_id: UUID | None
    parcels: tuple[Taken, ...]
    terms: Terms
    values: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    deal_id: UUID | None = None
    relation: str = ""
    previous: Whole | None = None
    project_id: UUID | None = None


def draw_from_deal(
    actor: Actor, county: str, deal_id: UUID, kind_values: Mapping[str, str], said: str = ""
) -> Contract:
    """Draw the contract of a deal that stands: land, term, price and rhythm are the listing's and the deal's.

    Raises NotFound, Conflict (CON-5) where it has a contract, Refused with every finding (TR-*, CON-*, GUARD-1).
    """
    with unit_of_work(actor) as uow:
        found = queries.dealt(uow.session, county, deal_id)
        if found is None:
            raise NotFound
        return draw(uow, draft_of(found, kind_values, said), found.taker)


def draft_of(found: queries.Dealt, values: Mapping[str, str], said: str = "") -> Draft:
    """The contract of a deal, as it would be drawn."""
    listing, deal = found.listing, found.deal
    # The price of shares is their fixed dividend: yuan a mu and year.
    unit = "share" if listing.kind == "share" else deal.unit
    terms = Terms(
        listing.kind, listing.from_on, listing.until_on, unit, deal.price, listing.grain, listing.escalator_percent,
        listing.paid_every, listing.paid_before,
    )  # fmt: skip
    parcels = tuple(
        Taken(one.parcel_code, None if one.part is None else one.area_m2, None, one.part) for one in found.parcels
    )
    decided = (
        [line for line in listing.said.splitlines() if line.startswith(RESOLVED)] if listing.right_id is None else []
    )
    values = {**values, "resolution": decided[-1]} if decided else values
    return Draft(listing.right_id, parcels, terms, values, said, deal.deal_id)


def draw_recorded(
    actor: Actor, county: str, draft: Draft, taker_code: str, taker_name: str = "", contact: str = ""
) -> Contract:
    """Draw the contract of a deal that the parties made by themselves. Nobody has to come to the market (办法 6).

    taker_code: of a household, or of an organisation with its name. Raises as `draw_from_deal`, BadInput for a code that is none.
    """
    with unit_of_work(actor) as uow:
        land = None if draft.right_id is None else queries.land(uow.session, county, draft.right_id)
        if land is None:
            raise NotFound
        return draw(uow, draft, taker_of(uow, county, land.right.village, taker_code, taker_name, contact))


def draw_following(
    actor: Actor, county: str, contract_id: UUID, relation: str, terms: Terms, values: Mapping[str, str],
    parcels: Sequence[Taken] = (), said: str = "", taker_code: str = "", taker_name: str = "",
) -> Contract:  # fmt: skip
    """Draw what renews, changes or transfers further a contract: over its parcels where none are named, with its taker where no
    other is. Raises NotFound, Conflict (CON-5), Refused (CON-9, CON-10 and as `draw_from_deal`).
    """
    if relation not in ("renewal", "change", "retransfer"):
        raise BadInput(Finding("FORM-5", "relation", {"given": relation[:40]}))
    terms = replace(terms, kind="retransfer") if relation == "retransfer" else terms
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        old, course = found.contract, found.course(law.on)
        if stage(course) not in ("signed", "running", "over", "ended", "disputed"):
            raise Conflict(Finding("CON-5", "state", {"where": stage(course)}, subject=old.number))
        own = queries.taker(uow.session, county, old.taker_id)
        if own is None:
            raise NotFound
        taker = taker_of(uow, county, old.village, taker_code, taker_name) if taker_code else own
        findings = [con_9_no_open_dispute(course, law)]
        if relation == "renewal":
            asked = Renewal(course, terms.from_on, taker.taker_id == own.taker_id, bool(found.of("renewal_declined")))
            findings.append(con_10_taker_before_others(asked, law))
        if told := [finding for finding in findings if finding]:
            raise Refused(told)
        taken = tuple(parcels) or tuple(Taken(one.parcel_code, one.area_m2, None, one.part) for one in found.parcels)
        draft = Draft(old.right_id, taken, terms, values, said, None, relation, found)
        return draw(uow, draft, taker)


def taker_of(uow: UnitOfWork, county: str, village: str, code: str, name: str = "", contact: str = "") -> Taker:
    """Who takes land, by code: known to the market, or entered. Raises BadInput (CON-16) for a code that is none."""
    code = code.strip().upper()
    known = queries.taker_by_code(uow.session, county, code)
    if known is not None:
        return known
    kind, household_id = "organisation", None
    if uscc_fault(code) is not None:
        household = queries.household(uow.session, county, code)
        if household is None:
            raise BadInput(Finding("CON-16", "taker"))
        kind, household_id, name, village = "household", household.household_id, household.name, household.village
    if not name.strip():
        raise BadInput(Finding("FORM-1", "taker_name"))
    row = Taker(
        county=county, village=village, taker_id=uuid4(), kind=kind, name=name.strip()[:100], code=code,
        household_id=household_id, account_id=None, id_sealed=None, id_digest=None, contact=contact.strip()[:100],
        opened_by=uow.actor.account_id, opened_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    market.stage_taker(uow, row)
    return row


def draw(uow: UnitOfWork, draft: Draft, taker: Taker, number: str = "") -> Contract:
    """Draw a contract. number: one that was drawn for it before. Raises NotFound, Refused with every finding."""
    county, terms = taker.county, draft.terms
    law = load_law(uow.session, county, beijing_day(uow.now))
    said: dict[str, Any] = {"said": draft.said, **{f"clause_{name}": text for name, text in draft.values.items()}}
    ties_nothing(law.on, **said)
    land = _land_of(uow, county, draft)
    findings, values = judged(uow, law, land, draft, taker)
    if findings:
        raise Refused(findings)
    number = (
        number or queries.next_numbers(uow.session, county, land.right.village, land.right.household_code[:ISSUER])[0]
    )
    pieces = parcels_of(land, draft)
    text = Text(terms.kind, terms.unit, values, draft.said, _months(terms), number)
    row = Contract(
        county=county, village=land.right.village, contract_id=uuid4(), number=number, deal_id=draft.deal_id, kind=terms.kind,
        right_id=draft.right_id, right_code=land.right.right_code, household_id=land.right.household_id,
        household_code=land.right.household_code, household_name=land.right.household_name, taker_id=taker.taker_id,
        taker_name=taker.name, from_on=terms.from_on, until_on=terms.until_on, unit=terms.unit, price=terms.price.quantize(CENT),
        grain=terms.grain, escalator_percent=terms.escalator_percent.quantize(CENT), paid_every=terms.paid_every,
        paid_before=terms.paid_before, area_m2=sum((one.area_m2 for one in pieces), Decimal("0.00")), clauses=dict(values),
        said=draft.said.strip(), text_sha256=wording.digest(text, pieces, law.on), relation=draft.relation,
        previous_id=draft.previous.contract.contract_id if draft.previous else None, project_id=draft.project_id,
        drawn_by=uow.actor.account_id, drawn_by_name=uow.actor.name, drawn_at=uow.now, state="drawn", ends_on=None,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    told = land.parcels
    if draft.right_id is not None:
        told = project_queries.contracted(uow.session, county, row.village, [one.code for one in pieces])
    rows = [
        ContractParcel(
            county=county, village=row.village, contract_id=row.contract_id, parcel_code=one.code, name=one.name,
            neighbours=told[one.code].neighbours if one.code in told else "", area_m2=one.area_m2,
            registered_m2=land.parcels[one.code].area_m2, price=one.price.quantize(CENT),
            part=next((taken.part for taken in draft.parcels if taken.code == one.code), None),
        )
        for one in pieces
    ]  # fmt: skip
    uow.session.add_all(rows)
    uow.session.flush()
    logged.stage_contract(uow, row, rows)
    return row


def _land_of(uow: UnitOfWork, county: str, draft: Draft) -> Land:
    """The land of a draft. Raises NotFound for a right that is none, Refused (CON-18) for land that is not of one collective."""
    if draft.right_id is not None:
        found = queries.land(uow.session, county, draft.right_id)
        if found is None:
            raise NotFound
        return found
    of_collective = queries.collective_land(uow.session, county, [one.code for one in draft.parcels])
    if of_collective is None:
        raise Refused(Finding("CON-18", "parcels"))
    return of_collective


def judged(
    uow: UnitOfWork, law: Law, land: Land, draft: Draft, taker: Taker
) -> tuple[list[Finding], Mapping[str, str]]:
    """Every finding on a draft that stops it, and the values of its clauses with what is filled in."""
    terms = draft.terms
    pieces = parcels_of(land, draft)
    values = filled(uow, law, land, draft, taker, pieces)
    facts = _facts(uow, law, land, draft, taker, values)
    text = Text(terms.kind, terms.unit, values, draft.said, _months(terms))
    findings = [*examine(CONTRACT_RULES, facts, law)]
    if lacking := tr_7_written_contract_complete(text, law):
        findings.append(lacking)
    codes = [one.code for one in draft.parcels]
    stands = queries.frozen(uow.session, taker.county, draft.right_id, codes)
    area = sum((one.area_m2 for one in pieces if one.area_m2.is_finite()), Decimal(0))
    before = draft.previous.contract if draft.previous else None
    # A deal's land counts already.
    more = Decimal(0) if draft.deal_id is not None else net_area(area, draft.relation, taker.taker_id, before, law.on)
    findings += examine(ENTER_RULES, taking_in(uow, taker, mu_of(more)), law)
    if terms.kind == "exchange":
        findings += given_in_exchange(uow, law, taker, (terms.from_on, terms.until_on), values.get("other_parcels", ""))
    if stands:
        kinds = [one.kind if one.what == "restriction" else "exit" for one in stands]
        parties = [one.named or one.number for one in stands]
        findings.append(Finding("TR-12", "parcels", {"restrictions": kinds, "parties": parties}))
    return findings, values


def parcels_of(land: Land, draft: Draft) -> tuple[Parcelled, ...]:
    """The parcels as the contract names them; one that the right does not have, with no area."""
    found = []
    for taken in sorted(draft.parcels, key=lambda one: one.code):
        known = land.parcels.get(taken.code)
        whole = Decimal(0) if known is None else known.area_m2
        area = whole if taken.area_m2 is None else taken.area_m2
        price = draft.terms.price if taken.price is None else taken.price
        name = "" if known is None else known.name
        found.append(Parcelled(taken.code, name, half_up(area) if area.is_finite() else area, price, area != whole))
    return tuple(found)


def filled(
    uow: UnitOfWork, law: Law, land: Land, draft: Draft, taker: Taker, pieces: Sequence[Parcelled]
) -> Mapping[str, str]:
    """The values of the clauses: what the parties say, and what is known."""
    terms, previous = draft.terms, draft.previous
    asked = {name: draft.values.get(name, "").strip()[:MOST_SIGNS] for name in asked_of(terms.kind, terms.unit, law.on)}
    if not asked.get("grade"):
        grades = sorted({land.parcels[one.code].soil_grade for one in pieces if one.code in land.parcels} - {""})
        asked["grade"] = "、".join(grades)
    if draft.right_id is None and not asked.get("representative"):
        before = {} if previous is None else previous.contract.clauses
        asked["representative"] = str(before.get("representative") or land.representative)
    several = len({one.price for one in pieces}) > 1
    grain = term("contract_grain", terms.grain) if terms.grain else ""
    price = law.text("CON-11.grain_yuan_per_kg", terms.grain) if terms.grain in GRAINS else ""
    chain = [] if previous is None else [*queries.chain(uow.session, previous.contract), previous.contract]
    known = wording.given(
        contractor=chain[-1].taker_name if draft.relation == "retransfer" else land.right.household_name,
        home="".join(division_path(uow.session, land.right.village)) or land.right.village,
        taker=f"{taker.name}（{taker.code}）" if taker.code else taker.name,
        mu=total_mu([one.area_m2 for one in pieces if one.area_m2.is_finite()]),
        from_on=terms.from_on, until_on=terms.until_on,
        price=wording.price_zh(terms.price, terms.unit, terms.grain, terms.escalator_percent, several),
        rhythm=wording.rhythm_zh(terms.paid_every, terms.paid_before), grain=grain,
        grain_price=f"签订时每千克 {price} 元" if price else "签订时尚未公布价格",
        parent=chain[-1].number if draft.relation == "retransfer" else "",
        first_contractor=land.right.household_name,
    )  # fmt: skip
    return {**known, **asked}


def _facts(uow: UnitOfWork, law: Law, land: Land, draft: Draft, taker: Taker, values: Mapping[str, str]) -> Contracted:
    terms, previous = draft.terms, draft.previous
    codes = [one.code for one in draft.parcels]
    retransfer = draft.relation == "retransfer"
    but = [previous.contract.contract_id] if previous is not None and draft.relation == "change" else []
    depth = 0
    if retransfer and previous is not None:
        depth = 1 + sum(
            one.relation == "retransfer" for one in [*queries.chain(uow.session, previous.contract), previous.contract]
        )
    taken = {}
    if terms.from_on < terms.until_on:
        taken = queries.bound(uow.session, taker.county, codes, terms.from_on, terms.until_on, depth, but)
    ends = None if previous is None else previous.contract.ends_on or previous.contract.until_on
    of_kind = transfers(law.on).get("retransfer" if retransfer else terms.kind)
    changed = previous is not None and draft.relation == "change"
    passed_on = queries.resting(uow.session, previous.contract, terms.from_on) if previous and changed else ()
    return Contracted(
        kind="retransfer" if retransfer else terms.kind, from_on=terms.from_on, until_on=terms.until_on,
        right_until=None if land.right.term is None else land.right.term.upper,
        pieces=tuple(
            Piece(one.code, one.area_m2, land.parcels[one.code].area_m2 if one.code in land.parcels else None,
                  bool(one.code in land.parcels and land.parcels[one.code].basic_farmland))
            for one in parcels_of(land, draft)
        ),
        unit=terms.unit, price=terms.price, grain=terms.grain, escalator_percent=terms.escalator_percent,
        use=values.get("use", ""), taker_kind=taker.kind, taker_name=taker.name,
        same_collective=taker.kind == "household" and taker.code[:ISSUER] == land.right.household_code[:ISSUER],
        taker_is_contractor=(taker.household_id is not None and taker.household_id == land.right.household_id)
        or (retransfer and previous is not None and taker.taker_id == previous.contract.taker_id),
        issuer_consents=bool(values.get("issuer_consent")), contractor_consents=bool(values.get("contractor_consent")),
        bound=taken, parent_until=ends if retransfer else None,
        most_years=of_kind.most_years(law) if of_kind else None, takers=of_kind.takers if of_kind else (),
        passed_on=tuple(one.number for one in passed_on),
    )  # fmt: skip


def _months(terms: Terms) -> int:
    return (terms.until_on.year - terms.from_on.year) * MONTHS + terms.until_on.month - terms.from_on.month
