"""What a contract adds to what its taker has (TR-9), and what another household gives in exchange for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding
from landreg.core.units import half_up, mu_of, total_mu
from landreg.exchange.bidding.rules.qualified import TakingIn, reserve_due
from landreg.exchange.bidding.sales import taking_in
from landreg.exchange.contracts import deal_queries, land_queries, queries
from landreg.exchange.contracts.drafts import Draft
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.following import con_10_who_has_it_is_asked_first
from landreg.exchange.contracts.rules.free import on_market
from landreg.exchange.contracts.rules.service import SERVICE
from landreg.exchange.contracts.rules.swapped import Side, side_of
from landreg.exchange.contracts.rules.terms import Listed, codes_in, con_22_other_parcels_are_named
from landreg.exchange.contracts.rules.uses import OUTSIDE_FARMING
from landreg.exchange.listings.rules.land import RENEWED
from landreg.exchange.model import Taker
from landreg.land.shown import code_name
from landreg.law.book import Law


def net_area(area_m2: Decimal, relation: str, taker_id: UUID, previous: Contract | None, today: date) -> Decimal:
    """An area less that of the contract which it renews or changes for the same taker, and which still runs."""
    if previous is None or relation == "retransfer" or previous.taker_id != taker_id:
        return area_m2
    runs = (previous.ends_on or previous.until_on) > today
    return max(area_m2 - previous.area_m2, Decimal(0)) if runs else area_m2


def by_contract(uow: UnitOfWork, row: Contract, law: Law) -> TakingIn:
    """What the taker of a contract would have with it, for whoever takes the signature that makes it."""
    previous = None if row.previous_id is None else queries.one(uow.session, row.county, row.previous_id)
    # A deal's land counts already, and by a service or where a house is let nobody takes any.
    counts = row.deal_id is None and row.kind not in (SERVICE, *OUTSIDE_FARMING)
    more = net_area(row.area_m2, row.relation, row.taker_id, previous, law.on) if counts else Decimal(0)
    stands = queries.taker_stands(uow.session, row.county, row.contract_id)
    return TakingIn(stands.kind, mu_of(more), mu_of(stands.held_m2), stands.passed_mu, stands.reserve)


def reserve_lacking(uow: UnitOfWork, taker: Taker, drafts: Sequence[Contract], law: Law) -> Decimal:
    """What of the risk reserve is still to be paid in, in yuan, for all that a taker has and would have by the drafts that wait for
    a signature; nought where none is due. A deal's land counts already.
    """
    waiting = [one for one in drafts if one.taker_id == taker.taker_id and one.deal_id is None]
    farmed = [
        one for one in waiting if one.kind not in (SERVICE, *OUTSIDE_FARMING) and one.relation in ("", "retransfer")
    ]
    facts = taking_in(uow, taker, total_mu(one.area_m2 for one in farmed))
    return max(reserve_due(facts, law) - facts.reserve, Decimal(0))


def unasked(session: Session, law: Law, draft: Draft, taker: Taker) -> list[Finding]:
    """CON-10 of a draft that lets land to somebody else than who has it until then: by whom it follows no contract of its own."""
    if draft.relation or draft.terms.kind not in RENEWED:
        return []
    codes = [one.code for one in draft.parcels]
    have = land_queries.sitting(session, taker.county, codes, draft.terms.from_on)
    wrong = con_10_who_has_it_is_asked_first([row.number for row in have if row.taker_id != taker.taker_id], law)
    return [wrong] if wrong else []


def given_in_exchange(
    uow: UnitOfWork, law: Law, taker: Taker, term: tuple[date, date], named: str, but: Sequence[UUID] = ()
) -> list[Finding]:
    """What stands against the parcels that a text names: none, another's (CON-22), bound (CON-2), frozen ones (TR-12,
    REG-39), listed ones (CON-31, CON-32).

    term: half-open. but: the contract that is changed, which binds them already.
    """
    county, codes = taker.county, codes_in(named)
    right = land_queries.right_over(uow.session, county, taker.code, codes)
    if wrong := con_22_other_parcels_are_named((codes, right is not None), law):
        return [wrong]
    found = []
    first, until = term
    if first < until and (bound := land_queries.bound(uow.session, county, codes, first, until, 0, but)):
        numbers = sorted(set(bound.values()))
        found.append(Finding("CON-2", "other_parcels", {"parcels": sorted(bound), "numbers": numbers}))
    if first < until:
        rows = deal_queries.listed(uow.session, county, codes, term, passed_on=False, but=None)
        found += on_market(
            [Listed(one.code, one.number, str(one.listing_id), one.under_way) for one in rows], "other_parcels"
        )
    if stands := land_queries.frozen(uow.session, county, right, codes):
        found += frozen_land("other_parcels", stands)
    return found


def given_parcels(session: Session, county: str, code: str, parcels: Sequence[str]) -> list[Any]:
    """These parcels of a household's code as the register has them, in their order; none where they are not under one right."""
    right = land_queries.right_over(session, county, code, parcels)
    land = None if right is None else land_queries.land(session, county, right)
    return [] if land is None else [land.parcels[one] for one in parcels]


def named(session: Session, county: str, code: str, parcels: Sequence[str]) -> dict[str, str]:
    """The clause of an exchange that says what the taker gives: name, code and mu of each parcel; nothing where none are known."""
    known = {row.parcel_code: row for row in given_parcels(session, county, code, parcels)}
    words = [f"{known[one].name}（{one}，{known[one].mu} 亩）" if one in known else one for one in parcels]
    return {"other_parcels": "、".join(words)} if words else {}


SIDES = ("甲方", "乙方")


def swapped(land: Sequence[tuple[Sequence[Any], Sequence[str]]], bounds: Mapping[str, str]) -> str:
    """The parcels of both sides of an exchange, a line each: side, code, name, mu, class of land, grade, bounds. RLCL-40.

    land: of each side what the register has of its parcels, and the codes of those that it gives.
    """
    return "\n".join(
        "\t".join((
            side, one.parcel_code, one.name, f"{mu_of(half_up(one.area_m2))}", code_name(one.land_class, "land_class"),
            code_name(one.soil_grade, "soil_grade"), bounds.get(one.parcel_code, ""),
        ))
        for side, (rows, codes) in zip(SIDES, land, strict=True) for one in rows if one.parcel_code in codes
    )  # fmt: skip


def sides(text: str) -> list[Side]:
    """What either side gives, as the contract's text names it."""
    grades = {code_name(f"{one:02}", "soil_grade"): one for one in range(1, 11)}
    rows = [line.split("\t") for line in text.splitlines()]
    return [side_of((Decimal(row[3]), row[5], grades.get(row[5])) for row in rows if row[0] == side) for side in SIDES]


def frozen_land(field: str, stands: Sequence[Any], number: str | None = None) -> list[Finding]:
    """TR-12 for what stands on land: seizures, disputes, exits; REG-39 for accepted orders to seize it. number: of the contract."""
    orders = sorted({one.number for one in stands if one.what == "case"})
    freezing = [one for one in stands if one.what != "case"]
    found = []
    each = dict.fromkeys(
        (one.kind if one.what == "restriction" else "exit", one.named or one.number) for one in freezing
    )
    if each:
        values = {"restrictions": [kind for kind, _ in each], "parties": [party for _, party in each]}
        found.append(Finding("TR-12", field, values, subject=number))
    return [*found, *([Finding("REG-39", field, {"orders": orders}, subject=number)] if orders else [])]
