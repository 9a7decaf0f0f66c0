"""Rows of a party's first page on bidding and offers: how the sale of one's land or of one's bid stands, what offer has lapsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.access.home import Row
from landreg.core.db import UnitOfWork
from landreg.core.periods import beijing_day
from landreg.exchange import prices
from landreg.exchange.bidding import (
    deal_queries,
    lot_queries,
    opened,
    sale_queries,
    standing_queries,
    stop_queries,
    told_queries,
    windows,
)
from landreg.exchange.bidding.deal_model import Priority
from landreg.exchange.bidding.model import Entrant
from landreg.exchange.bidding.outcome_queries import Outcome
from landreg.exchange.bidding.sale_queries import Standing
from landreg.exchange.bidding.told_queries import Told
from landreg.exchange.listings import listing_queries
from landreg.registry.routes.surroundings import page_day
from landreg.web import i18n

LAPSED_FOR = timedelta(days=30)
"""For how long it is told that an offer has lapsed, and what a lot came to."""
BID_FOR = ("auction", "sealed")


def of_sales(session: Session, household: UUID | None) -> Iterator[Row]:
    """Of land that is bid for and has not come to anybody yet: its last sale, as its household and each bidder see it."""
    yield from _of_bidder(session)
    if household is None:
        return
    for row in listing_queries.of_household(session, household):
        if row.state == "published" and row.way in BID_FOR:
            told = told_queries.told(session, row.county, row.listing_id)
            held = sale_queries.sales(session, row.listing_id)
            if told is not None and held and held[-1].stage in ("announced", "open", "closed", "opened"):
                yield from _of_seller(session, held[-1], told)


def _of_seller(session: Session, found: Standing, told: Told) -> Iterator[Row]:
    way = i18n.shown_term(found.sale.way, "listing_way")
    price = _first_price(session, found)
    if found.stage in ("announced", "open"):
        label = _("您挂牌的地：%(way)s，%(at)s 截止", way=way, at=i18n.shown_instant(found.clock.closes_at))
    elif price is not None:
        label = _("您挂牌的地：%(way)s有了结果，最高 %(price)s", way=way, price=_said(price, told))
    elif found.sale.way == "sealed" and found.stage == "closed":
        label = _("您挂牌的地：%(way)s已截止，等开标", way=way)
    else:
        label = _("您挂牌的地：%(way)s已截止，没有报价", way=way)
    yield Row(label, _address(found), _note(session, found, told))


def _of_bidder(session: Session) -> Iterator[Row]:
    """Of each sale that one entered: until when it runs; closed, while its land is to be had, how one's bid stands."""
    entries = sale_queries.own_entries(session)
    standing = sale_queries.standings(session, [(one.county, one.sale_id) for one in entries])
    held = [one for one in entries if one.sale_id in standing and not standing[one.sale_id].ended]
    told = told_queries.told_of(session, {(one.county, standing[one.sale_id].sale.listing_id) for one in held})
    for one in held:
        found = standing[one.sale_id]
        land = told.get(found.sale.listing_id)
        if land is None or land.own or land.state not in ("published", "dealt"):
            continue
        if found.stage in ("announced", "open"):
            way, at = i18n.shown_term(found.sale.way, "listing_way"), i18n.shown_instant(found.clock.closes_at)
            yield Row(_("您报名的%(way)s：%(at)s 截止", way=way, at=at), _address(found), land.number)
            continue
        if said := _stands_words(session, found, one, land):
            yield Row(said[0], _address(found), " · ".join((land.number, *said[1:])))


def how_bids_stand(
    session: Session, entries: Sequence[tuple[Entrant, Standing]], told: Mapping[UUID, Told]
) -> dict[UUID, str]:
    """By the entrant of a sale that has closed, while its land is to be had: how the bid stands and what is waited for."""
    stand = {}
    for one, found in entries:
        land = told.get(found.sale.listing_id)
        if (
            land is not None
            and not land.own
            and land.state in deal_queries.OPEN
            and found.stage in ("closed", "opened")
        ):
            stand[one.entrant_id] = "；".join(_stands_words(session, found, one, land))
    return stand


def _stands_words(session: Session, found: Standing, own: Entrant, land: Told) -> tuple[str, ...]:
    """How one's bid stands after the close, then what is waited for; () where the land went to another."""
    stands = standing_queries.of_bidder(session, own.county, own.entrant_id)
    if stands.passed:
        return (_("轮到您时不能受让，已经跳过您"),)
    if not stands.may_win and land.state != "published":
        return ()
    label = _("您已经答应接手，等交易员办理") if stands.said_yes else _own_place(session, found, own)
    since = (since_words(beijing_day(found.clock.closes_at)),) if land.state == "published" else ()
    return (label, *(window_words(session, stands.until, stands.own) or since))


def to_call_off(session: Session, own: UUID) -> Iterator[Row]:
    """At the desk: sales that an officer asked to call off, which another does or lets run. own: who reads it."""
    asked = stop_queries.waiting(session)
    told = told_queries.listings(session, {(one.county, sale.listing_id) for one, sale in asked})
    for one, sale in asked:
        label = _("场次待另一名交易员核对取消") if one.by == own else _("有人提出取消场次，请您核对")
        number = told[sale.listing_id].number if sale.listing_id in told else ""
        address = url_for("sales.one", county=one.county, sale_id=one.sale_id)
        yield Row(f"{label} {number}", address, f"{one.by_name} · {i18n.shown_term(one.ground, 'stop_ground')}")


def turns(uow: UnitOfWork) -> Iterator[Row]:
    """At the desk: sales and members' windows that are over and whose next step nobody took, since when; the longest first."""
    session, today = uow.session, page_day(uow.session)
    last = {one.listing_id: one for one in sorted(deal_queries.open_priorities(session, today), key=lambda one: one.at)}
    over = [one for one in last.values() if one.last_day < today]
    sales = sale_queries.turn_waits(session)
    lands = {(one.county, one.listing_id) for one in over} | {(sale.county, sale.listing_id) for sale, _state in sales}
    told = told_queries.listings(session, lands)
    found: list[tuple[date, Row]] = []
    for window in over:
        untold = len(windows.facts_of(uow, window, today).untold)
        label = _("公示期满，%(n)s 户没有告知，要重新公示", n=untold) if untold else _("公示期满，待成交")
        address = url_for("sale_deals.window", county=window.county, priority_id=window.priority_id)
        found.append((window.last_day, Row(f"{label} {told[window.listing_id].number}", address, "")))
    for sale, state in sales:
        sealed = sale.way == "sealed" and not state
        label = _("密封报价已截止，待开标") if sealed else _("报价已截止，待办理下一步")
        address = url_for("sales.one", county=sale.county, sale_id=sale.sale_id)
        found.append((beijing_day(sale.closes_at), Row(f"{label} {told[sale.listing_id].number}", address, "")))
    for since, row in sorted(found, key=lambda one: one[0]):
        yield replace(row, note=since_words(since))


def since_words(since: date) -> str:
    """Since when the desk's next step is waited for."""
    said: str = _("从 %(day)s 等到现在", day=i18n.shown_day(since))
    return said


def outcome_words(session: Session, one: Outcome) -> str:
    """What came, in words; of a deal that has no day left, that and what may be done."""
    land = told_queries.told(session, one.county, one.listing_id) if one.what in ("won", "dealt") else None
    if land is None or land.until_on > page_day(session):
        return i18n.shown_term(one.what, "outcome")
    said: str = _("成交了，但期限已经过完，不再拟合同：请在“竞价与报价”页放弃成交，还想流转的重新挂牌")
    return said


def _own_place(session: Session, found: Standing, own: Entrant) -> str:
    if found.sale.way == "auction":
        leads = found.clock.plate == own.plate
        said: str = _("竞价已截止：您的报价领先") if leads else _("竞价已截止：领先的不是您")
        return said
    if found.stage == "closed":
        waits: str = _("密封报价已截止，等开标")
        return waits
    rows = opened.of_sale(session, found.sale.county, found.sale.sale_id)
    place = next((row.place for row in rows if row.place is not None and row.entrant_id == own.entrant_id), None)
    ranked: str = _("已开标：您没有计入排序的报价") if place is None else _("已开标：您的报价排第 %(n)s", n=place)
    return ranked


def _first_price(session: Session, found: Standing) -> Decimal | None:
    """What is bid at the head; None where nobody bid, or before sealed bids are opened."""
    if found.sale.way == "auction":
        return found.clock.price
    rows = opened.of_sale(session, found.sale.county, found.sale.sale_id)
    return next((row.price for row in rows if row.place == 1), None)


def _note(session: Session, found: Standing, told: Told) -> str:
    """Which land it is, and until when the members of the collective may claim it."""
    if found.stage not in ("closed", "opened"):
        return told.number
    until = deal_queries.window_until(session, found.sale)
    return " · ".join(
        (told.number, *(window_words(session, until) or (since_words(beijing_day(found.clock.closes_at)),)))
    )


def window_words(session: Session, until: date | None, own: bool | None = None) -> tuple[str, ...]:
    """Until when a members' window runs, that it has run; own: on whose terms, None where only one can be. () for none."""
    if until is None:
        return ()
    day = i18n.shown_day(until)
    said: str = _("成员优先权公示到 %(day)s", day=day)
    if until < page_day(session):
        said = _("成员优先权公示已于 %(day)s 期满，等交易员办理", day=day)
    if own is None:
        return (said,)
    terms: str = _("公示的是您的条件") if own else _("公示的是别人的条件")
    return said, terms


def _address(found: Standing) -> str:
    return url_for("bids.one", county=found.sale.county, sale_id=found.sale.sale_id)


def _said(price: Decimal, told: Told) -> str:
    return prices.price_words(price, told.unit, told.grain, i18n.language())


def lapsed(session: Session, today: date) -> Iterator[Row]:
    """Offers on land that is still listed that nobody answered in their days, told for some weeks to both sides."""
    said = deal_queries.own_offers(session)
    gone = [one for one in said if one.kind in ("offer", "counter") and today - LAPSED_FOR <= one.until_day < today]
    told = told_queries.told_of(session, {(one.county, one.listing_id) for one in gone})
    for one in gone:
        land = told.get(one.listing_id)
        if land is None or land.state != "published":
            continue
        price = _said(one.price, land)
        if (one.side == "household") == land.own:
            label = _("您出的价没有等到答复，已过期：%(price)s", price=price)
        else:
            label = _("对方出的价没有答复，已过期：%(price)s", price=price)
        address = url_for("bids.talk", county=one.county, listing_id=one.listing_id)
        yield Row(label, address, f"{land.number} · {i18n.shown_day(one.until_day)}")


def of_lot(session: Session, windows: Sequence[Priority], land: Told, address: str) -> Iterator[Row]:
    """What the last lot on land came to that the household claimed, told for some days. windows: of that land."""
    own = {claim.taker_id for one in windows for claim in deal_queries.claims(session, one.county, one.priority_id)}
    for lot in lot_queries.of_listing(session, land.number)[-1:]:
        place = lot.own(own)
        if place is None or page_day(session) > beijing_day(lot.decided_at) + LAPSED_FOR:
            continue
        said = {"place": place.place, "n": len(lot.places)}
        if place.won and lot.stands:
            yield Row(_("优先权抽签：本户第 %(place)s 位，共 %(n)s 户，由本户成交。", **said), address, land.number)
        elif not place.won:
            yield Row(_("优先权抽签：本户第 %(place)s 位，共 %(n)s 户，没有轮到本户。", **said), address, land.number)
