"""What a collective of the sample gives out itself: four wastes, land that it kept back and construction land are listed by its
members' resolution, auctioned, contracted and paid; of farmland the operation right is registered. At the end one of each is open.

Resumable: each step is taken of what stands.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from landreg.access.service import SYSTEM
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import DAY, beijing_day, years_after
from landreg.core.units import CENT, mu_of
from landreg.demo_bids import announce, go_on
from landreg.demo_contracts import SAID, paid
from landreg.demo_market import Market, farmers
from landreg.demo_signers import scan, sign_both
from landreg.exchange.bidding import offers, taker_queries, takers
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.takers import Opening
from landreg.exchange.contracts import certifying, drawing, papers, queries, registering, signing
from landreg.exchange.contracts.rules.terms import OTHER_MEANS
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.listings import service
from landreg.exchange.listings.reading import Offer, Resolution
from landreg.exchange.listings.rules.facts import APPROVAL, MINUTES
from landreg.law.queries import load_law
from landreg.registry import documents
from landreg.registry import queries as register_queries
from landreg.registry.booking import register
from landreg.registry.casework import cases
from landreg.registry.papers import office as paper_office

BIDDERS = 3
PUBLISHED, BEGINS, TODAY_BEGINS = timedelta(days=45), timedelta(days=175), timedelta(days=120)
DEPOSIT_SHARE, DEAR = Decimal("0.1"), 1000
FIRMS = (
    Opening("organisation", "样本茶叶加工有限公司", "91610902MA0000031L", "样本联系人", "firm1"),
    Opening("organisation", "样本仓储物流有限公司", "91610902MA0000032P", "样本联系人", "firm2"),
)
"""Both with one contact and in one sale: planted for the auditor's watch, which lists who is related (AUD-20)."""
HEAD = "样本组长"
USES = {"four_wastes": "tea", "unallocated": "grain", "construction": "storage"}
VALUES = {
    **SAID, "representative": HEAD, "fixtures_end": "left_paid", "start_by": "合同签订后六个月内", "paid_to": "样本组集体账户",
    "plan_terms": "规划样本2026-2号：仓储用地，容积率不高于 1.0",
}  # fmt: skip
PAPERS = ("identity", "assembly_minutes", "approval", "qualification_proof")


@dataclass(frozen=True)
class Planned:
    """Land that is listed in a month, by its parcel's name. price: yuan a mu and year."""

    parcel: str
    kind: str
    price: int
    years: int
    said: str
    month: int = 0
    way: str = "auction"
    proof: str = ""


PLAN = (
    Planned("北荒坡", "four_wastes", 60, 15, "缓坡荒草地，宜开成茶园，路通到坡脚。", 2),
    Planned("机动地东块", "unallocated", 260, 5, "集体机动地，平整连片，有渠水。", 3),
    Planned("旧茶厂", "construction", 2600, 20, "原村办茶厂用地，水电到户，靠公路。", 18, proof="规划样本2026-1号"),
)  # fmt: skip
OPEN = (
    Planned("中荒坡", "four_wastes", 65, 15, "荒草坡，朝南，宜种茶或者药材。"),
    Planned("机动地中块", "unallocated", 270, 5, "集体机动地，紧靠机耕路。"),
    Planned("旧粮库", "construction", 2400, 20, "原村粮库用地，有硬化场地。", proof="规划样本2026-2号"),
)  # fmt: skip
SEALED = Planned("南荒坡", "four_wastes", 55, 20, "荒草坡，可以种药材，密封报价。", 21, "sealed")


def begin_month(market: Market, number: int) -> None:
    """What a month begins with: land that is listed, and what becomes of that of the months before. number: of both years."""
    for one in (*PLAN, SEALED):
        if one.month <= number:
            _offered(market, one, BEGINS)
    _sell(market)
    _contracted(market, "four_wastes", "unallocated")
    _registered(market)
    _paid_up(market)


def finish(market: Market) -> None:
    """What is open when the year has ended: one of each kind, and land that members may claim. Construction land's contract is
    drawn last, by the clauses of today.
    """
    _contracted(market, "construction")
    for one in OPEN:
        _offered(market, one, TODAY_BEGINS)
    if not _rows(market.operator, _WINDOWS):
        _asked_members(market)


def _offered(market: Market, one: Planned, begins: timedelta) -> None:
    """Listed once by the registrar, as the members resolved, and published. What a rule refuses stays where it is."""
    county, registrar = market.office.county, market.office.registrar
    scanned = scan(market.office.store)
    for row in _rows(SYSTEM, _LAND, county=county, name=one.parcel):
        with unit_of_work(registrar) as uow:
            today = beijing_day(uow.now)
        resolved = Resolution(
            today - 9 * DAY,
            row.members,
            row.members - row.members // 6,
            f"镇政府批复样本{today.year}-{row.code[-3:]}号",
            one.proof,
        )
        first = today + begins
        offer = Offer(
            one.kind, (row.code,), first, years_after(first, one.years), today + PUBLISHED, Decimal(one.price),
            to_whom="all" if one.kind == "construction" else "members_first", way=one.way, road="tractor", said=one.said,
            papers=resolved.papers, resolution=resolved, handed=dict.fromkeys((MINUTES, APPROVAL), scanned),
        )  # fmt: skip
        with suppress(LandregError):
            service.list_collective(registrar, county, offer)
    for row in _rows(market.operator, _TO_PUBLISH, county=county):
        with suppress(LandregError):
            service.publish(market.operator, county, row.listing_id)


def _sell(market: Market) -> None:
    """A sale for each listing whose publication is over: of construction land firms come, of other land neighbours."""
    for row in _rows(market.operator, _TO_SELL, county=market.office.county):
        coming = _firms(market) if row.kind == "construction" else farmers(market)[:BIDDERS]
        with suppress(LandregError):
            announce(market, row, coming, Decimal(10 if row.price < DEAR else 100), deposit(row))


def deposit(listing: Any) -> Decimal:
    """A tenth of what a year of it costs, in yuan."""
    return Decimal(listing.price * mu_of(listing.area_m2) * DEPOSIT_SHARE).quantize(CENT)


def _firms(market: Market) -> list[Actor]:
    """Who acts for the sample's firms, each with its account; opened at the counter where they are not there yet."""
    county, found = market.office.county, []
    for one in FIRMS:
        with unit_of_work(market.operator) as uow:
            known = taker_queries.taker_of_code(uow.session, county, one.number)
        firm = known or takers.open_at_counter(market.operator, one)[0]
        if firm.account_id is not None:
            found.append(Actor(firm.account_id, firm.name, Desk.CITIZEN, frozenset({Role.TAKER}), county))
    return found


def _asked_members(market: Market) -> None:
    """A firm and a household agree, and the members of its collective are told of the terms."""
    owners = {one.household: one for one in farmers(market)}
    firm = _firms(market)[0]
    with unit_of_work(firm) as uow:
        taker = taker_queries.own_takers(uow.session)[0].taker_id
    for row in _rows(market.operator, _TO_AGREE, county=market.office.county):
        if row.household_id in owners:
            with suppress(LandregError):
                offers.say(firm, row.county, row.listing_id, taker, Word("offer", row.price, "种粮油，租金一年一付。"))
                offers.say(owners[row.household_id], row.county, row.listing_id, taker, Word("accept"))
                go_on(market)
                return


def _contracted(market: Market, *kinds: str) -> None:
    """Each deal of these kinds becomes a contract that both sides sign; it is filed, and what is due of it is paid."""
    county, operator, paper = market.office.county, market.operator, scan(market.office.store)
    for row in _rows(operator, _DEALS, county=county, kinds=list(kinds)):
        with suppress(LandregError):
            drawing.draw_from_deal(operator, county, row.deal_id, {**VALUES, "use": USES[row.kind]})
    for row in _rows(SYSTEM, _MADE, county=county):
        with unit_of_work(operator) as uow:
            made, today = queries.one(uow.session, county, row.contract_id), beijing_day(uow.now)
        if made is None:
            continue
        with suppress(LandregError):
            sign_both(market, made, _whole(market, made.contract_id).course(today).lacking)
            if not _whole(market, made.contract_id).of("filed"):
                signing.file(operator, county, made.contract_id, today, "", paper)
            paid(market, made)
            if not _whole(market, made.contract_id).of("certified"):
                certifying.certify(operator, county, made.contract_id)


def _registered(market: Market) -> None:
    """The operation right of each contract over the collective's farmland, through the register's own case."""
    office = market.office
    for row in _rows(SYSTEM, _TO_REGISTER, county=office.county, kinds=list(OTHER_MEANS)):
        with suppress(LandregError):
            found = _whole(market, row.contract_id)
            if not found.of("registration_asked"):
                signing.ask_registration(market.operator, office.county, row.contract_id, scan(office.store))
            opened = found.of("case_opened")
            case = UUID(opened.facts["case_id"]) if opened else registering.open_case_of(
                office.registrar, office.store, office.county, row.contract_id, _printed(market, row.contract_id)
            )  # fmt: skip
            _taken_through(market, row.village, case)


def _taken_through(market: Market, village: str, case: UUID) -> None:
    """A case from where it stands to its registration."""
    office, held = market.office, {"county": market.office.county, "case": case}
    state = 'SELECT state FROM registry."case" WHERE county = :county AND case_id = :case'
    if _rows(SYSTEM, state, **held)[0].state == "draft":
        _hand_in(market, village, case)
        cases.accept(office.registrar, office.county, [case])
    if _rows(SYSTEM, state, **held)[0].state == "accepted":
        cases.review(office.reviewer, office.county, [case])
    if _rows(SYSTEM, state, **held)[0].state == "reviewed":
        register(office.reviewer, office.county, [case])


def _whole(market: Market, contract_id: UUID) -> Whole:
    with unit_of_work(market.operator) as uow:
        row = queries.one(uow.session, market.office.county, contract_id)
        assert row is not None  # noqa: S101  (it was drawn by this operator's desk)
        return queries.whole(uow.session, row)


def _paid_up(market: Market) -> None:
    """The rents of the collective's contracts that have fallen due."""
    for row in _rows(SYSTEM, _RUNNING, county=market.office.county):
        with unit_of_work(market.operator) as uow:
            contract = queries.one(uow.session, market.office.county, row.contract_id)
        if contract is not None:
            with suppress(LandregError):
                paid(market, contract)


def _printed(market: Market, contract_id: UUID) -> bytes:
    """The contract as PDF, as the office puts it into the folder."""
    with unit_of_work(market.office.registrar) as uow:
        row = queries.one(uow.session, market.office.county, contract_id)
        assert row is not None  # noqa: S101  (signed just now)
        law = load_law(uow.session, market.office.county, beijing_day(uow.now))
        return papers.contract(
            uow.session, paper_office.Desk(law, market.office.base_url, sample=True), queries.whole(uow.session, row)
        )


def _hand_in(market: Market, village: str, case: UUID) -> None:
    paper = scan(market.office.store)
    with unit_of_work(market.office.registrar) as uow:
        there = {one.kind for one in register_queries.documents(uow.session, market.office.county, case)}
        for kind in (one for one in PAPERS if one not in there):
            documents.enter(
                uow, county=market.office.county, village=village, sha256=paper.sha256, size=paper.size, kind=kind,
                name=paper.name, cases=[case],
            )  # fmt: skip


def _rows(reader: Actor, statement: str, **values: Any) -> list[Any]:
    with unit_of_work(reader) as uow:
        return list(uow.session.execute(text(statement), values).all())


_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
# A parcel under no right that was never listed, and how many members its collective has.
_LAND = f"""SELECT p.code, (SELECT count(*) FROM party.household AS h
        JOIN party.member AS m ON m.county = h.county AND m.household_id = h.household_id AND {_OPEN.format("m")}
        WHERE h.county = p.county AND left(h.code, 14) = left(p.code, 14) AND {_OPEN.format("h")}) AS members
    FROM land.parcel AS p WHERE p.county = :county AND p.kind = 'collective' AND p.name = :name AND {_OPEN.format("p")}
      AND NOT EXISTS (SELECT FROM exchange.listing_parcel AS t WHERE t.county = p.county AND t.parcel_code = p.code)"""
_TO_SELL = """SELECT l.county, l.listing_id, l.household_id, l.price, l.area_m2, l.way, l.source, l.kind FROM exchange.listing AS l
    WHERE l.county = :county AND l.source = 'collective' AND l.state = 'published' AND l.way = 'auction'
      AND l.closes_on < (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AND NOT EXISTS (
        SELECT FROM exchange.sale AS s WHERE s.county = l.county AND s.listing_id = l.listing_id)
    ORDER BY l.listed_at"""
_WINDOWS = """SELECT p.priority_id FROM exchange.priority AS p
    WHERE p.last_day >= (system.clock() AT TIME ZONE 'Asia/Shanghai')::date LIMIT 1"""
_TO_AGREE = """SELECT l.county, l.listing_id, l.household_id, l.price FROM exchange.listing AS l
    WHERE l.county = :county AND l.state = 'published' AND l.way = 'negotiation' AND l.to_whom <> 'members'
      AND l.unit = 'yuan_mu_year' AND NOT EXISTS (
        SELECT FROM exchange.offer AS o WHERE o.county = l.county AND o.listing_id = l.listing_id AND o.kind = 'accept')
    ORDER BY l.listed_at"""
_DEALS = """SELECT d.deal_id, l.kind FROM exchange.deal AS d JOIN exchange.listing AS l USING (county, listing_id)
    WHERE d.county = :county AND l.source = 'collective' AND l.kind = ANY (:kinds) AND NOT EXISTS (
        SELECT FROM exchange.contract AS c WHERE c.county = d.county AND c.deal_id = d.deal_id)
    ORDER BY d.decided_at"""
_TO_PUBLISH = """SELECT l.listing_id FROM exchange.listing AS l
    WHERE l.county = :county AND l.source = 'collective' AND l.state = 'submitted' ORDER BY l.listed_at"""
_MADE = """SELECT c.contract_id FROM exchange.contract AS c
    WHERE c.county = :county AND c.right_id IS NULL AND c.state IN ('drawn', 'part_signed', 'signed') AND NOT EXISTS (
        SELECT FROM exchange.contract_event AS e WHERE e.county = c.county AND e.contract_id = c.contract_id
          AND e.kind = 'certified')
    ORDER BY c.drawn_at"""
_RUNNING = """SELECT c.contract_id FROM exchange.contract AS c
    WHERE c.county = :county AND c.right_id IS NULL AND c.state = 'signed' ORDER BY c.drawn_at"""
_TO_REGISTER = """SELECT c.contract_id, c.village FROM exchange.contract AS c
    WHERE c.county = :county AND c.right_id IS NULL AND c.kind = ANY (:kinds) AND c.state = 'signed' AND NOT EXISTS (
        SELECT FROM exchange.contract_event AS e WHERE e.county = c.county AND e.contract_id = c.contract_id
          AND e.kind = 'registered')
    ORDER BY c.drawn_at"""
