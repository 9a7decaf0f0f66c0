"""Pages of those who take land: sales to enter, bids open and sealed, offers, the members' priority."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.exchange.bidding import (
    auction,
    deal_queries,
    deals,
    offers,
    sale_queries,
    sales,
    sealed,
    sealed_queries,
    taker_queries,
    takers,
    told_queries,
    windows,
)
from landreg.exchange.bidding.deal_model import Offer, Priority
from landreg.exchange.bidding.model import Sale
from landreg.exchange.bidding.rules.sealing import Envelope
from landreg.exchange.model import Taker
from landreg.land.queries import division_names
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("bids", __name__)
BIDDERS = (Role.TAKER, Role.FARMER)


@blueprint.get("/bids")
@allow(*BIDDERS)
def index() -> Response:
    """Own entries, negotiations and windows, and the sales that can still be entered."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        session = uow.session
        held = sale_queries.sales(session, since=uow.now)
        entries = sale_queries.own_entries(session)
        said, own = deal_queries.own_offers(session), deal_queries.own_deals(session)
        shown = [] if actor.household is None else deal_queries.own_priorities(session, actor.household)
        standing = sale_queries.standings(session, [(one.county, one.sale_id) for one in entries])
        mine = [(one, standing[one.sale_id]) for one in entries if one.sale_id in standing]
        subjects: list[Sale | Offer | Priority] = [*(one.sale for one in (*held, *standing.values())), *said, *shown]
        told = told_queries.told_of(session, {(one.county, one.listing_id) for one in subjects})
        names = division_names(session, sorted({one.village for one in told.values()}))
        return pages.render(
            "exchange/bids.html", sales=held, entries=mine, offers=said, windows=shown, told=told, names=names, now=uow.now,
            deals=own, contracted=deal_queries.under_contract(session, [one.deal_id for one in own]),
            takers=taker_queries.own_takers(session),
        )  # fmt: skip


@blueprint.get("/bids/listings/<county>/<uuid:listing_id>")
@allow(*BIDDERS)
def take_part(county: str, listing_id: UUID) -> Redirect:
    """From a listing to where it is dealt with: the negotiation, or its last sale. Raises NotFound."""
    with unit_of_work(current_actor()) as uow:
        told = told_queries.told(uow.session, county, listing_id)
        held = sale_queries.sales(uow.session, listing_id)
    if told is None:
        raise NotFound
    if told.way == "negotiation":
        return redirect(url_for(".talk", county=county, listing_id=listing_id), 303)
    if held:
        return redirect(url_for(".one", county=county, sale_id=held[-1].sale.sale_id), 303)
    flash(_("这宗还没有设立场次，公告期满以后由交易员设立。"))
    return redirect(url_for(".index"), 303)


@blueprint.get("/bids/<county>/<uuid:sale_id>")
@allow(*BIDDERS)
def one(county: str, sale_id: UUID) -> Response:
    """A sale: how it stands, and the form of the next step: enter, bid, seal a bid."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        session = uow.session
        found = sales.standing(uow, county, sale_id)
        told = told_queries.told(session, county, found.sale.listing_id)
        if told is None:
            raise NotFound
        mine = list(sale_queries.entrants(session, county, sale_id))
        deposits = {
            one.entrant_id: one for one in sale_queries.deposits(session, county, sale_id) if one.kind == "paid"
        }
        envelopes = list(sealed_queries.sealed_bids(session, county, sale_id))
        opened = list(sealed_queries.opened(session, county, sale_id))
        keys = [
            None if key is None else sealed_queries.key(session, county, key)
            for key in (found.sale.key_one, found.sale.key_two)
        ]
        return pages.render(
            "exchange/sale.html", found=found, sale=found.sale, told=told, mine=mine, deposits=deposits,
            least=auction.auction_of(found).least, bids=sale_queries.bids_shown(session, county, sale_id, 12), form=uuid4(),
            keys=[(one, base64.b64encode(one.public_key).decode()) for one in keys if one is not None],
            envelopes=envelopes, opened=sealed.verified(envelopes, opened) if envelopes else [], all_opened=opened,
            unopened=sealed_queries.unopened(session, county, sale_id) if opened else {},
            place=division_names(session, [told.village]).get(told.village, told.village), takers=taker_queries.own_takers(session),
        )  # fmt: skip


@dataclass(frozen=True)
class Entering:
    """As whom; none: as the household of the account."""

    taker: UUID | None = None


@blueprint.post("/bids/<county>/<uuid:sale_id>/enter")
@allow(*BIDDERS)
@problems.back_to(lambda county, sale_id: one(county, sale_id))
def enter(county: str, sale_id: UUID) -> Redirect:
    """Enter the sale."""
    taker = taker_of(current_actor(), county, read_form(Entering).taker)
    entrant = sales.enter(current_actor(), county, sale_id, taker)
    flash(_("报名成功，您的竞买号是 %(plate)s。保证金到账以后就能报价。", plate=entrant.plate))
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


def taker_of(actor: Actor, county: str, taker_id: UUID | None) -> Taker:
    """As whom the actor acts: the taker that was named, the only one there is, or the household. Raises NotFound."""
    if taker_id is not None:
        return takers.own(actor, county, taker_id)
    with unit_of_work(actor) as uow:
        own = [taker for taker in taker_queries.own_takers(uow.session) if taker.county == county]
    return own[0] if len(own) == 1 else takers.of_household(actor, county)


@dataclass(frozen=True)
class Bidding:
    """A bid in an open auction. form: of the page, so that it counts once."""

    entrant: UUID
    price: Decimal
    form: UUID


@blueprint.post("/bids/<county>/<uuid:sale_id>/bid")
@allow(*BIDDERS)
@problems.back_to(lambda county, sale_id: one(county, sale_id))
def bid(county: str, sale_id: UUID) -> Redirect:
    """Bid."""
    given = read_form(Bidding)
    made = auction.bid(current_actor(), county, sale_id, given.entrant, given.price, given.form)
    flash(_("报价 %(price)s 已收到，是第 %(seq)s 次报价，现在领先。", price=f"{made.price:.2f}", seq=made.seq))
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


@dataclass(frozen=True)
class Sealing:
    """A bid that the browser has locked: every part in base64, digests in hex. The price is not among them."""

    entrant: UUID
    form: UUID
    iv: str = field(metadata={"most": 40})
    cipher: str = field(metadata={"most": 400})
    wrapped_one: str = field(metadata={"most": 700})
    wrapped_two: str = field(metadata={"most": 700})
    digest_one: str = field(metadata={"most": 64})
    digest_two: str = field(metadata={"most": 64})
    commitment: str = field(metadata={"most": 64})


@blueprint.post("/bids/<county>/<uuid:sale_id>/seal")
@allow(*BIDDERS)
@problems.back_to(lambda county, sale_id: one(county, sale_id))
def seal(county: str, sale_id: UUID) -> Redirect:
    """Hand a sealed bid in."""
    if request.form.get("price"):
        # A browser without script would send the price itself: it is thrown away unread, and said so.
        raise BadInput(Finding("SEAL-1", "price"))
    given = read_form(Sealing)
    envelope = Envelope(
        bytes_of(given.iv, "iv"), bytes_of(given.cipher, "cipher"),
        (bytes_of(given.wrapped_one, "wrapped_one"), bytes_of(given.wrapped_two, "wrapped_two")),
        (given.digest_one, given.digest_two), given.commitment,
    )  # fmt: skip
    made = sealed.hand_in(current_actor(), county, sale_id, given.entrant, envelope, given.form)
    flash(
        _(
            "密封报价已收到（第 %(seq)s 份）。承诺指纹 %(mark)s… 已写入登记日志，开标之前谁也看不到价格。",
            seq=made.seq,
            mark=made.commitment[:12],
        )
    )
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


def bytes_of(text: str, name: str) -> bytes:
    """What base64 says. Raises BadInput (SEAL-1)."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(Finding("SEAL-1", name)) from None


@blueprint.get("/offers/<county>/<uuid:listing_id>")
@allow(*BIDDERS)
def talk(county: str, listing_id: UUID) -> Response:
    """A negotiation on a listing: all that was said, and the next word."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        told = told_queries.told(uow.session, county, listing_id)
        if told is None or told.way != "negotiation":
            raise NotFound
        said: dict[UUID, list[Any]] = {}
        for word in deal_queries.offers(uow.session, county, listing_id):
            said.setdefault(word.taker_id, []).append(word)
        own = taker_queries.own_takers(uow.session)
        return pages.render(
            "exchange/talk.html", told=told, said=said, own={one.taker_id for one in own}, takers=own, now=uow.now,
            place=division_names(uow.session, [told.village]).get(told.village, told.village),
        )  # fmt: skip


@dataclass(frozen=True)
class Saying:
    """The next word of a negotiation. taker: with whom, or as whom."""

    kind: str = field(metadata={"most": 20})
    taker: UUID | None = None
    price: Decimal | None = None
    said: str = field(default="", metadata={"most": 500})


@blueprint.post("/offers/<county>/<uuid:listing_id>")
@allow(*BIDDERS)
@problems.back_to(lambda county, listing_id: talk(county, listing_id))
def say(county: str, listing_id: UUID) -> Redirect:
    """Say it."""
    given, actor = read_form(Saying), current_actor()
    taker = given.taker or taker_of(actor, county, None).taker_id
    offers.say(actor, county, listing_id, taker, offers.Word(given.kind, given.price, given.said))
    flash(_("已经送达对方。"))
    return redirect(url_for(".talk", county=county, listing_id=listing_id), 303)


@blueprint.get("/priority/<county>/<uuid:priority_id>")
@allow(Role.FARMER)
def window(county: str, priority_id: UUID) -> Response:
    """Terms on which a member may have the land instead, and until when."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        found = deal_queries.priority(uow.session, county, priority_id)
        if found is None:
            raise NotFound
        told = told_queries.told(uow.session, county, found.listing_id)
        return pages.render(
            "exchange/priority.html", window=found, told=told, claims=deal_queries.claims(uow.session, county, priority_id),
            read=[one for one in deal_queries.evidence(uow.session, county, priority_id) if one.way == "read"],
        )  # fmt: skip


@blueprint.post("/priority/<county>/<uuid:priority_id>/read")
@allow(Role.FARMER)
def read(county: str, priority_id: UUID) -> Redirect:
    """The household says that it has read the notice."""
    windows.read(current_actor(), county, priority_id)
    return redirect(url_for(".window", county=county, priority_id=priority_id), 303)


@blueprint.post("/priority/<county>/<uuid:priority_id>/claim")
@allow(Role.FARMER)
@problems.back_to(lambda county, priority_id: window(county, priority_id))
def claim(county: str, priority_id: UUID) -> Redirect:
    """Claim the land on these terms."""
    actor = current_actor()
    windows.claim(actor, county, priority_id, takers.of_household(actor, county))
    flash(_("已经登记您户的优先权主张。"))
    return redirect(url_for(".window", county=county, priority_id=priority_id), 303)


@dataclass(frozen=True)
class Falling:
    """Why a deal does not come about."""

    reason: str = field(default="", metadata={"most": 500})


@blueprint.post("/bids/deals/<county>/<uuid:deal_id>/fall")
@allow(*BIDDERS)
@problems.back_to(lambda county, deal_id: index())
def fall(county: str, deal_id: UUID) -> Redirect:
    """Withdraw from a deal."""
    deals.fall(current_actor(), county, deal_id, read_form(Falling).reason)
    flash(_("已经放弃这次成交，交易员会联系下一位。"))
    return redirect(url_for(".index"), 303)
