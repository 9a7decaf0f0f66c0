"""The operator's desk of sales: today's, set up, deposits, opening, those that come to nothing, the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound
from landreg.core.periods import BEIJING, beijing_day
from landreg.exchange.bidding import (
    auction,
    calling_off,
    chances,
    correction_queries,
    deal_queries,
    deals,
    opened,
    outcome_queries,
    protocol,
    returning,
    review_queries,
    sale_queries,
    sales,
    sealed,
    sealed_queries,
    stop_queries,
    taker_queries,
    told_queries,
)
from landreg.exchange.bidding.deal_model import Offer, Priority
from landreg.exchange.bidding.model import Sale, SaleStop
from landreg.exchange.bidding.rules.announcing import (
    deposits_from,
    least_hours,
    offered_as,
    usual_deposit,
    usual_hours,
    usual_step,
    year_in_yuan,
)
from landreg.exchange.bidding.rules.ending import GROUNDS, NONE_FOLLOWS, stopped
from landreg.exchange.listings import floor_queries, papers
from landreg.land.queries import division_names
from landreg.law.queries import load_law
from landreg.registry.routes.surroundings import as_it_was_handed_in, desk_of, page_day, store
from landreg.web import pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("sales", __name__)
READERS = (Role.OPERATOR, Role.AUDITOR)


@blueprint.get("/sales")
@allow(*READERS)
def index() -> Response:
    """What goes on today: sales, accepted offers, windows, reviews that wait."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        today, held, yes = page_day(session), sale_queries.sales(session), deal_queries.accepted(session)
        windows = deal_queries.open_priorities(session, today)
        to_return = returning.to_return(session, today)
        subjects: list[Sale | Offer | Priority] = [
            *(standing.sale for standing in held), *(one.sale for one in to_return), *yes, *windows,
        ]  # fmt: skip
        ids = {(one.county, one.listing_id) for one in subjects}
        to_set_up = sale_queries.without_sale(session, today)
        seen = told_queries.listings(session, ids)
        listings = {listing: seen.get(listing) for _, listing in ids}
        names = division_names(
            session, sorted({one.village for one in (*listings.values(), *to_set_up) if one is not None})
        )
        rows = [standing.sale for standing in held]
        given_up = dict.fromkeys(deal_queries.given_up(session, rows), _("流出方放弃"))
        order = {"open": 0, "closed": 1, "opened": 2, "announced": 3}
        return pages.render(
            "exchange/sales.html", sales=sorted(held, key=lambda one: order.get(one.stage, 9)), accepted=yes, windows=windows,
            listings=listings, names=names, waiting=sum(one is None for _asked, one in review_queries.waiting_reviews(session)),
            today=today, to_set_up=to_set_up, to_return=to_return,
            dealt=deal_queries.standing_deals(session, rows), why={**deal_queries.reasons(session, rows), **given_up},
        )  # fmt: skip


@blueprint.get("/sales/new/<county>/<uuid:listing_id>")
@allow(Role.OPERATOR)
def new(county: str, listing_id: UUID) -> Response:
    """The form of a sale."""
    with unit_of_work(current_actor()) as uow:
        found = told_queries.listing(uow.session, county, listing_id)
        if found is None or found.way == "negotiation":
            raise NotFound
        sales.free_for_a_sale(uow, found, sale_queries.sales(uow.session, listing_id))
        today = page_day(uow.session)
        law, offered = load_law(uow.session, county, today), offered_as(found.source, found.kind)
        floor = floor_queries.told(uow.session, county, listing_id)
        usual = usual_hours(today, found.closes_on, found.from_on, offered, law)
        a_year = year_in_yuan(found.unit, found.price, found.area_mu, found.grain, law)
        return pages.render(
            "exchange/new_sale.html", listing=found, keys=sealed_queries.keys(uow.session, county), floor=floor,
            soft=law.days("BID-1.soft_seconds"), share=law.number("BID-7.deposit_share", "most"),
            usual=usual, too_late=beijing_day(usual.closes_at) >= found.from_on, step=usual_step(floor.least or found.price),
            deposit="" if a_year is None else usual_deposit(a_year, law),
            deposits_from=deposits_from(today, offered, law), days=law.days("BID-7.notice_days", offered),
            hours=least_hours(offered, law),
        )  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """A sale. Instants as a browser writes them, in Beijing."""

    opens_at: str = field(metadata={"most": 25})
    closes_at: str = field(metadata={"most": 25})
    deposit_by: str = field(metadata={"most": 25})
    start: Decimal
    deposit: Decimal
    step: Decimal = Decimal(0)
    officer_one: UUID | None = None
    officer_two: UUID | None = None


@blueprint.post("/sales/new/<county>/<uuid:listing_id>")
@allow(Role.OPERATOR)
@problems.back_to(new)
def set_up(county: str, listing_id: UUID) -> Redirect:
    """Set the sale up."""
    given = read_form(Setting)
    opens, closes, until = _instants(given)
    asked = sales.Setting(
        opens, closes, until, given.start, given.step, given.deposit, given.officer_one, given.officer_two
    )
    row = sales.set_up(current_actor(), county, listing_id, asked)
    flash(_("场次已设立，到时自动开始和截止。"))
    return redirect(url_for(".one", county=county, sale_id=row.sale_id), 303)


def _instants(given: Setting) -> Iterator[datetime]:
    """When it opens and closes, until when deposits come. Raises BadInput (BID-7) with each that is none."""
    said = {name: getattr(given, name) for name in ("opens_at", "closes_at", "deposit_by")}
    read = {name: _instant(text) for name, text in said.items()}
    if wrong := [name for name, at in read.items() if at is None]:
        raise BadInput([Finding("BID-7", name, {"fault": "sale_instant"}) for name in wrong])
    return (at for at in read.values() if at is not None)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.replace(" ", "T")[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=BEIJING)
    except ValueError:
        return None


@blueprint.get("/sales/<county>/<uuid:sale_id>")
@allow(*READERS)
def one(county: str, sale_id: UUID) -> Response:
    """A sale at the desk: who entered, deposits, bids, opening, deal."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        session = uow.session
        found = sales.standing(uow, county, sale_id)
        listing = told_queries.listing(session, county, found.sale.listing_id)
        if listing is None:
            raise NotFound
        entrants = sale_queries.entrants(session, county, sale_id)
        envelopes = list(sealed_queries.sealed_bids(session, county, sale_id))
        given: dict[UUID, list[Any]] = {}
        recorded = sale_queries.deposits(session, county, sale_id)
        for deposit in recorded:
            given.setdefault(deposit.entrant_id, []).append(deposit)
        place = sealed.place_of(found.sale, actor)
        deals_made = deal_queries.deals_of_sale(session, found.sale)
        deal = next((made for made, stands in deals_made if stands), None)
        falls = deal_queries.falls(session, county, listing.listing_id)
        given_up = {one.deal_id for one in falls if one.given_up_by not in NONE_FOLLOWS}
        of_deal = [] if deal is None else [deal.deal_id]
        return pages.render(
            "exchange/sale_desk.html", found=found, sale=found.sale, listing=listing, entrants=entrants, deposits=given,
            takers=taker_queries.takers(session, county, [one.taker_id for one in entrants]), place=place,
            corrections=correction_queries.corrections(session, county, [one.deposit_id for one in recorded]),
            doubts=correction_queries.doubts(session, county, sale_id),
            bids=sale_queries.bids(session, county, sale_id, 50), envelopes=envelopes,
            opened=opened.of_sale(session, county, sale_id), turns=outcome_queries.turns(session, county, sale_id),
            wrapped=sealed.to_unwrap(envelopes, place) if place and found.stage == "closed" else [],
            key_mark=sealed.key_mark(uow, found.sale, place),
            given=sealed_queries.shares_given(session, county, sale_id), least=auction.auction_of(found).least,
            deal=deal, may_act=actor.has(Role.OPERATOR), passed=deal_queries.passed_over(session, county, listing.listing_id),
            to_return=next(iter(returning.to_return(session, page_day(session), sale_id)), None),
            contracted=bool(deal_queries.under_contract(session, of_deal)),
            concluded=bool(deal_queries.under_contract(session, of_deal, deal_queries.SIGNED)),
            gave_up={made.taker_id for made, _stands in deals_made if made.deal_id in given_up},
            asked=chances.asked_of(session, county, sale_id, page_day(session)),
            falls=falls, watched=review_queries.watched(session, county, of_deal),
            grounds=GROUNDS, stops=stop_queries.stops(session, county, sale_id),
            called_off=stop_queries.called_off(session, county, sale_id), me_id=actor.account_id,
            given_up=bool(deal_queries.given_up(session, [found.sale])),
            windows=deal_queries.priorities(session, county, listing.listing_id),
            names=division_names(session, [listing.village]),
        )  # fmt: skip


@dataclass(frozen=True)
class Paid:
    """A deposit by its receipt."""

    kind: str = field(metadata={"most": 20})
    amount: Decimal
    receipt: str = field(metadata={"most": 60})
    on_day: date
    said: str = field(default="", metadata={"most": 500})


@blueprint.post("/sales/<county>/<uuid:sale_id>/deposits/<uuid:entrant_id>")
@allow(Role.OPERATOR)
@problems.back_to(lambda county, sale_id, entrant_id: one(county, sale_id))
def deposit(county: str, sale_id: UUID, entrant_id: UUID) -> Redirect:
    """Record a deposit, or what became of it."""
    given = read_form(Paid)
    receipt = sales.Receipt(given.kind, given.amount, given.receipt, given.on_day, given.said)
    sales.record_deposit(current_actor(), county, entrant_id, receipt)
    flash(_("已记载。"))
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


@dataclass(frozen=True)
class Reason:
    """Why."""

    reason: str = field(default="", metadata={"most": 500})


@dataclass(frozen=True)
class CallingOff:
    """Why a sale is called off; once somebody has bid, on which ground and by which paper."""

    reason: str = field(default="", metadata={"most": 500})
    ground: str = field(default="", metadata={"most": 20})
    paper: Upload | None = None


@blueprint.get("/sales/<county>/<uuid:sale_id>/stops/<uuid:stop_id>")
@allow(*READERS)
def stop_paper(county: str, sale_id: UUID, stop_id: UUID) -> Response:
    """The paper by which an officer asked that a sale be called off."""
    with unit_of_work(current_actor()) as uow:
        found = [one for one in stop_queries.stops(uow.session, county, sale_id) if one.stop_id == stop_id]
    if not found:
        raise NotFound
    return as_it_was_handed_in(found[0].sha256, found[0].paper)


@blueprint.post("/sales/<county>/<uuid:sale_id>/cancel")
@allow(Role.OPERATOR)
@problems.back_to(one)
def cancel(county: str, sale_id: UUID) -> Redirect:
    """Call the sale off, or ask for it where somebody has bid."""
    given = read_form(CallingOff)
    paper = papers.keep_one(store(), given.paper)
    made = calling_off.call_off(current_actor(), county, sale_id, given.reason, given.ground, paper)
    if isinstance(made, SaleStop):
        flash(_("已经提出，由另一名交易员核对材料以后取消；在那以前场次照常进行。"))
    else:
        flash(_("场次已取消，请退还保证金。"))
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


@blueprint.post("/sales/<county>/<uuid:sale_id>/fail")
@allow(Role.OPERATOR)
@problems.back_to(one)
def fail(county: str, sale_id: UUID) -> Redirect:
    """The sale came to nothing."""
    deals.fail(current_actor(), county, sale_id, read_form(Reason).reason)
    flash(_("已记为流标，可以再设一场。"))
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


@blueprint.get("/sales/<county>/<uuid:sale_id>/protocol.pdf")
@allow(*READERS)
def protocol_pdf(county: str, sale_id: UUID) -> Response:
    """The protocol of a sale that is over, with the confirmation of its deal. Raises Conflict (BID-8) before."""
    with unit_of_work(current_actor()) as uow:
        found = sales.standing(uow, county, sale_id)
        if found.stage not in ("closed", "opened", "failed", "spent"):
            raise Conflict(stopped("sale_runs", "sale"))
        pdf = protocol.of_sale(uow, desk_of(uow.session, county), found)
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{found.sale.sale_id}.pdf")
