"""What of the exchange waits for somebody, on the first page: the operator's work, and what a household or taker is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.access import consents
from landreg.access.home import Figure, Queue, Row, Shown, on_first_page
from landreg.access.rules import Step
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.exchange import prices
from landreg.exchange.bidding import (
    deal_queries,
    fall_queries,
    outcome_queries,
    review_queries,
    sale_queries,
    standing_queries,
    told_queries,
)
from landreg.exchange.bidding.acting import STEPS
from landreg.exchange.contracts import deal_queries as contract_deals
from landreg.exchange.contracts import queries as contracts
from landreg.exchange.contracts.draft_queries import unsigned
from landreg.exchange.contracts.rules.course import UNSIGNED
from landreg.exchange.listings import listing_queries as listings
from landreg.exchange.model import Listing
from landreg.exchange.routes import first_deposits, first_powers, first_rows, first_sales, offered_land, window_next
from landreg.exchange.routes.bid_talks import offering
from landreg.exchange.routes.bids import AGENTS
from landreg.land.place_names import name_of
from landreg.registry.home.brought import seeing
from landreg.registry.routes.shown import holder_name
from landreg.registry.routes.surroundings import page_day
from landreg.web import i18n

ON_FIRST_PAGE = 8
CONSENTS_LOOKED_AT = 40
TOLD_FOR = timedelta(days=30)
WAITS_FOR = timedelta(days=365)
"""For how long what came of something stands on the first page."""


@on_first_page(Role.OPERATOR)
def to_do(actor: Actor) -> Iterator[Shown]:
    """What waits for the operator: listings to review, deals to bring about, contracts to draw and to sign, rents that are late."""
    with unit_of_work(actor) as uow:
        session = uow.session
        count = listings.counts(session).get("submitted", 0)
        waiting = [
            (row, first_rows.review_of(session, row, page_day(session)), page_day(session))
            for row in session.scalars(listings.listed("submitted").limit(ON_FIRST_PAGE))
        ]
        held = [one for one in sale_queries.sales(session, since=uow.now) if not one.clock.over]
        deals = contract_deals.deals_waiting(session)
        unsigned_now = unsigned(session)
        late = len(contracts.late(session, page_day(session)))
        stops = first_sales.to_call_off(session, actor.account_id)
        turns = [*offered_land.objected_to(session), *first_sales.turns(uow)]
        next_steps = [*stops, *turns, *first_rows.to_tell(session), *_next_steps(session)]
    at_review = url_for("listing_desk.index", state="submitted")
    yield Figure(_("待审核的挂牌"), count, at_review)
    yield Figure(_("进行中的场次"), len(held), url_for("sales.index"))
    yield Figure(_("已成交，待拟合同"), len(deals), url_for("contracts.index"))
    yield Figure(_("等双方签字的合同"), unsigned_now, url_for("contracts.index", state="part_signed"))
    yield Figure(_("有价款逾期的合同"), late, url_for("contracts.late"))
    yield Queue(_("待审核的挂牌"), at_review, [_to_review(*one) for one in waiting], _("现在没有要审核的挂牌。"))
    if next_steps:
        yield Queue(_("等您办下一步的"), url_for("sales.index"), next_steps[:ON_FIRST_PAGE], "")
    shown = [
        Row(
            f"{i18n.shown_term(standing.sale.way, 'listing_way')} {i18n.shown_term(standing.stage, 'sale_stage')}",
            url_for("sales.one", county=standing.sale.county, sale_id=standing.sale.sale_id),
            _("%(at)s 截止", at=i18n.shown_instant(standing.clock.closes_at)),
        )
        for standing in held[:ON_FIRST_PAGE]
    ]
    yield Queue(_("进行中的场次"), url_for("sales.index"), shown, _("现在没有进行中的场次。"))


def _to_review(row: Listing, by: date, today: date) -> Row:
    """A listing that waits: which, how much land, where, at what price, how; by which day it is reviewed, or that this is over."""
    said = f"{name_of(row.village)} {row.area_mu} {_('亩')} · {prices.price_of(row, i18n.language())}"
    address = url_for("listing_desk.one", county=row.county, listing_id=row.listing_id)
    way = i18n.shown_term(row.way, "listing_way")
    day = i18n.shown_day(by)
    due = _("超过审核期限 %(day)s", day=day) if by < today else _("%(day)s 前审核", day=day)
    return Row(f"{row.number} · {said}", address, f"{due} · {way} · {i18n.shown_instant(row.listed_at)}")


def _next_steps(session: Session) -> Iterator[Row]:
    """Deposits that are to go back, reviews that are due, windows of the members, talks that came to a yes."""
    yield from first_deposits.doubted(session)
    yield from first_deposits.returns(session)
    for review, decision in review_queries.waiting_reviews(session):
        if decision is None:
            address = url_for("exchange_reviews.one", county=review.county, qualification_id=review.qualification_id)
            yield Row(_("资格审查"), address, _("%(day)s 前作出决定", day=i18n.shown_day(review.due_on)))
    for chance in deal_queries.chances_that_wait(session, page_day(session)):
        address = url_for("sales.one", county=chance.county, sale_id=chance.sale_id)
        yield Row(_("征询下一位，等答复"), address, _("%(day)s 前答复", day=i18n.shown_day(chance.until_day)))
    failed = sale_queries.failed(session)
    unsold = told_queries.listings(session, {(one.county, one.listing_id) for one in failed})
    for sale in failed:
        address = url_for("sales.one", county=sale.county, sale_id=sale.sale_id)
        label, number = _("没有成交，可以再设一场"), unsold[sale.listing_id].number
        day = i18n.shown_day(beijing_day(sale.closes_at))
        note = f"{name_of(sale.village)} · {i18n.shown_term(sale.way, 'listing_way')} · {day}"
        yield Row(f"{label} {number}", address, note)
    windows = deal_queries.open_priorities(session, page_day(session))
    yes = [one for one in deal_queries.accepted(session) if one.listing_id not in {w.listing_id for w in windows}]
    told = told_queries.listings(
        session, {(one.county, one.listing_id) for one in windows} | {(one.county, one.listing_id) for one in yes}
    )
    numbers = {listing_id: row.number for listing_id, row in told.items()}
    for window in (one for one in windows if one.last_day >= page_day(session)):
        address = url_for("sale_deals.window", county=window.county, priority_id=window.priority_id)
        note = _("公示到 %(day)s", day=i18n.shown_day(window.last_day))
        yield Row(f"{_('成员优先权公示')} {numbers.get(window.listing_id, '')}", address, note)
    for one in yes:
        yield Row(
            f"{_('协商一致，待成交')} {numbers.get(one.listing_id, '')}",
            url_for("sales.index"),
            i18n.shown_instant(one.at),
        )


@on_first_page(Role.FARMER, Role.TAKER)
def asked_of_you(actor: Actor) -> Iterator[Shown]:
    """What a household or a taker is asked for, and may answer or leave."""
    with unit_of_work(actor) as uow:
        own = contracts.own(uow.session)
        rows = [
            *_chances(uow.session),
            *_talks(uow.session),
            *_windows(uow.session, actor.household),
            *(offered_land.of_own_land(uow.session) if actor.household else ()),
            *first_sales.of_sales(uow.session, actor.household),
            *first_powers.of_powers(uow.session, own, uow.now - TOLD_FOR, actor.household),
            *first_deposits.of_doubts(uow.session),
            *first_deposits.of_deposits(uow.session),
            *first_rows.of_projects(uow.session, actor.household),
            *first_rows.of_contracts(uow.session, own, page_day(uow.session), actor.household),
            *first_rows.of_reserve(uow, page_day(uow.session)),
            *first_rows.of_listings(uow.session, page_day(uow.session), actor.household),
            *first_rows.of_members(uow.session, page_day(uow.session)),
            *first_rows.of_searches(uow.session, actor),
        ]
        came = [*first_sales.lapsed(uow.session, page_day(uow.session)), *_outcomes(uow.session, uow.now - TOLD_FOR)]
    yield Queue(_("等您看的"), url_for("bids.index"), rows, _("现在没有要您答复的事。"))
    if came:
        yield Queue(_("有了结果的"), url_for("bids.index"), came[:ON_FIRST_PAGE], "", asks=False)


def _outcomes(session: Session, since: datetime) -> Iterator[Row]:
    """What came of what was listed, bid or offered, for some weeks; a deal that no contract was drawn of yet goes on being told."""
    drawn = contract_deals.drawn_of_listings(session)
    talked = {said.listing_id for said in deal_queries.own_offers(session)}
    for one in outcome_queries.outcomes(session, since - WAITS_FOR):
        if one.at < since and (one.what not in ("won", "dealt") or one.listing_id in drawn):
            continue
        address = url_for("bids.take_part", county=one.county, listing_id=one.listing_id)
        if one.what in ("taken_back", "window_taken_back") and one.listing_id not in talked:
            address = url_for("bids.index")
        elif one.own:
            address = url_for("own_listings.one", county=one.county, listing_id=one.listing_id)
        label = first_sales.outcome_words(session, one)
        if one.what in ("won", "dealt") and (contract := drawn.get(one.listing_id)):
            waits = contract.state in UNSIGNED
            label = _("成交了，合同已经拟好，等双方签字") if waits else _("成交了，合同双方已经签好")
            address = url_for("own_contracts.one", county=contract.county, contract_id=contract.contract_id)
        if one.amount is not None and one.what.startswith("deposit_"):
            label = _("%(what)s：%(yuan)s 元", what=label, yuan=f"{one.amount:,.2f}")
        elif one.amount is not None:
            label = _(
                "%(what)s：%(price)s",
                what=label,
                price=prices.price_words(one.amount, one.unit, one.grain, i18n.language()),
            )
        yield Row(label, address, f"{one.number} · {i18n.shown_instant(one.at)}")


@on_first_page(Role.AGENT)
def asked_of_those_acted_for(actor: Actor) -> Iterator[Shown]:
    """What waits for households that gave the agent a consent to answer, to bid or to sign, and for whom the agent may do what."""
    held = consents.held(actor)
    rows = []
    for consent in [one for one in held if one.step in (*STEPS, Step.SIGN)][:CONSENTS_LOOKED_AT]:
        side = "household" if consent.step == Step.ANSWER else "taker"
        with unit_of_work(seeing(actor, consent)) as uow:
            under = {"consent_county": consent.county, "consent_id": consent.consent_id}
            if consent.step == Step.PRIORITY:
                own, said = consent.household_id, _("本集体有地要流转，该户优先")
                waiting = list(_windows(uow.session, own, AGENTS, said, **under))
            elif consent.step == Step.SIGN:
                at: dict[str, Any] = {"county": consent.county, "consent_id": consent.consent_id}
                waiting = list(first_rows.to_sign(uow.session, page_day(uow.session), at))
                waiting += first_rows.of_projects(
                    uow.session, consent.household_id, url_for("own_contracts.agents", **at)
                )
            else:
                waiting = list(_talks(uow.session, AGENTS, side, **under))
                waiting += _chances(uow.session, AGENTS, **under) if consent.step == Step.BID else ()
        rows += [replace(row, note=f"{holder_name(consent.household_name)} · {row.note}") for row in waiting]
    yield Queue(_("等您代办的"), "/agent", rows, _("现在没有要您代为答复的事。"))
    may = [
        Row(
            f"{holder_name(one.household_name)} · {i18n.shown_term(one.step, 'consent_step')}",
            url_for("access.citizen.agent_step", county=one.county, consent_id=one.consent_id),
            _("到 %(day)s", day=i18n.shown_day(one.last_at)),
        )
        for one in held[:ON_FIRST_PAGE]
    ]
    yield Queue(_("您受托的"), "/agent", may, _("现在没有有效的委托"), asks=False)


def _talks(session: Session, at: str = "bids", as_: str = "", **under: Any) -> Iterator[Row]:
    """Negotiations whose next word is one's own, and those that came to a yes. Of an agent, at, under: where they lie, as_: on
    which side the consent lets one speak.
    """
    said = deal_queries.own_offers(session)
    told = told_queries.told_of(session, {(one.county, one.listing_id) for one in said})
    counties = {land.county for land in told.values() if land.own}
    who = {taker: name for county in counties for taker, name in offering(session, county).items()}
    today = page_day(session)
    for one in said:
        land = told.get(one.listing_id)
        if land is None or land.state != "published" or (one.kind != "accept" and one.until_day < today):
            continue
        side = "household" if land.own else "taker"
        if as_ not in ("", side):
            continue
        window: tuple[str, ...] = ()
        price, mine = prices.price_words(one.price, land.unit, land.grain, i18n.language()), one.side == side
        if one.kind == "accept":
            label = _("已经谈妥，等交易员办理：%(price)s", price=price)
            until = standing_queries.talk_until(session, one.county, one.listing_id)
            window = first_sales.window_words(session, until) or (first_sales.since_words(beijing_day(one.at)),)
        elif one.kind in ("offer", "counter") and not mine:
            label = _("对方还价：%(price)s", price=price)
            if land.own:
                somebody = _("有人")
                label = _("%(who)s出价：%(price)s", who=who.get(one.taker_id, somebody), price=price)
        else:
            continue
        note = " · ".join((f"{land.area_mu} {_('亩')}", land.number, *window))
        if one.kind != "accept":
            until = _("%(day)s 前答复", day=i18n.shown_day(one.until_day))
            note = f"{until} · {note}"
        yield Row(label, url_for(f"{at}.talk", county=one.county, listing_id=one.listing_id, **under), note)


def _chances(session: Session, at: str = "bids", **under: Any) -> Iterator[Row]:
    """Bids whose turn has come after a winner fell, to be answered with a yes or a no. Of an agent, at, under: where they lie."""
    for one in deal_queries.chances_that_wait(session, page_day(session)):
        address = url_for(f"{at}.one", county=one.county, sale_id=one.sale_id, **under)
        yield Row(_("前一位放弃了，轮到您：要不要？"), address, _("%(day)s 前答复", day=i18n.shown_day(one.until_day)))


def _windows(session: Session, household: UUID | None, at: str = "bids", said: str = "", **under: Any) -> Iterator[Row]:
    """Terms on which the household may have land of its collective before others. Of an agent, at, under: where they lie."""
    if household is None:
        return
    today, shown = page_day(session), deal_queries.own_priorities(session, household)
    claimed = window_next.claimed_of(session, household, shown)
    told = told_queries.told_of(session, {(one.county, one.listing_id) for one in shown})
    last: set[UUID] = set()
    for window in shown:
        land, newest = told.get(window.listing_id), window.listing_id not in last
        last.add(window.listing_id)
        if land is None or land.state not in ("published", "dealt") or land.own:
            continue
        if newest and window.priority_id in claimed:
            address = url_for(f"{at}.window", county=window.county, priority_id=window.priority_id, **under)
            yield from first_sales.of_lot(
                session, [one for one in shown if one.listing_id == window.listing_id], land, address
            )
        if window.last_day < today:
            if newest and window.priority_id in claimed and land.state == "published":
                address = url_for(f"{at}.window", county=window.county, priority_id=window.priority_id, **under)
                yield Row(_("已经主张优先权，公示期满，等交易员办理"), address, land.number)
            continue
        address = url_for(f"{at}.window", county=window.county, priority_id=window.priority_id, **under)
        day = i18n.shown_day(window.last_day)
        if household in fall_queries.gave_up(session, window.county, window.listing_id):
            continue
        if window.priority_id in claimed:
            yield Row(_("已经主张优先权，等公示期满"), address, _("公示到 %(day)s", day=day))
        else:
            yield Row(said or _("本集体有地要流转，您户优先"), address, _("%(day)s 前可以主张", day=day))
