"""Pages of those who take land: sales to enter, bids open and sealed. bid_talks.py: offers, the members' priority, deals.

They lie there twice: for whoever takes land, and under the consent by which a village agent acts for a household that does; a band
says whose act it is. `whose()` says who asks.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.model import Consent
from landreg.access.policy import allow, current_actor
from landreg.access.rules import Step
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import (
    auction,
    chances,
    correction_queries,
    deal_queries,
    opened,
    outcome_queries,
    returning,
    sale_queries,
    sales,
    sealed,
    sealed_queries,
    standing_queries,
    stop_queries,
    taker_queries,
    takers,
    told_queries,
)
from landreg.exchange.bidding.acting import Under, for_household
from landreg.exchange.bidding.deal_model import Offer
from landreg.exchange.bidding.model import Sale
from landreg.exchange.bidding.rules.sealing import Envelope
from landreg.exchange.listings.rules.units import MOST_PRICE
from landreg.exchange.model import Taker
from landreg.exchange.routes import first_sales, window_next
from landreg.land.queries import division_names
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("bids", __name__)
BIDDERS = (Role.TAKER, Role.FARMER, Role.AGENT)
AGENTS = "agent_bids"
"""The name under which these pages are registered for agents."""


@dataclass(frozen=True)
class Whose:
    """Who asks. under, consent: of an agent, who sees the household's side."""

    actor: Actor
    under: Under | None = None
    consent: Consent | None = None


@blueprint.url_value_preprocessor
def _under(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """What the address says of a consent is no view's own argument."""
    found = values is not None and "consent_id" in values
    g.under = (values.pop("consent_county"), values.pop("consent_id")) if values is not None and found else None


@blueprint.url_defaults
def _stays_under(endpoint: str, values: dict[str, Any]) -> None:
    """From a page under a consent to the next one under it."""
    if endpoint.startswith(f"{AGENTS}.") and g.get("under"):
        values.setdefault("consent_county", g.under[0])
        values.setdefault("consent_id", g.under[1])


def whose() -> Whose:
    """Who asks, and for whom. Raises NotFound for an agent without a consent and for another's, Refused (ACC-25)."""
    actor, under = current_actor(), g.get("under")
    if under is None:
        if not actor.has(Role.TAKER) and not actor.has(Role.FARMER):
            raise NotFound
        return Whose(actor)
    return Whose(*_seeing(actor, under))


def _seeing(actor: Actor, under: Under) -> tuple[Actor, Under, Consent]:
    acting, consent = for_household(actor, under)
    return acting, under, consent


@blueprint.get("/bids")
@allow(*BIDDERS)
def index() -> Response:
    """Own entries, negotiations and windows, and the sales that can still be entered."""
    asker = whose()
    with unit_of_work(asker.actor) as uow:
        session = uow.session
        held = sale_queries.sales(session, since=uow.now)
        entries = sale_queries.own_entries(session)
        said, own = deal_queries.own_offers(session), deal_queries.own_deals(session)
        claims = asker.consent is None or asker.consent.step == Step.PRIORITY
        household = asker.actor.household if claims else None
        today = beijing_day(uow.now)
        shown = [] if household is None else list(window_next.of_household(session, household, today))
        standing = sale_queries.standings(session, [(one.county, one.sale_id) for one in entries])
        mine = [(one, standing[one.sale_id]) for one in entries if one.sale_id in standing]
        subjects: list[Sale | Offer] = [*(one.sale for one in (*held, *standing.values())), *said]
        told = told_queries.told_of(session, {(one.county, one.listing_id) for one in subjects})
        places = {one.village for one in told.values()} | {one.land.village for one in shown}
        names = division_names(session, sorted(places))
        return pages.render(
            "exchange/bids.html", windows=shown, stand=first_sales.how_bids_stand(session, mine, told),
            sales=[one for one in held if uow.now < one.sale.deposit_by],
            entries=mine, offers=said, told=told, names=names,
            today=today, deals=own, contracted=deal_queries.under_contract(session, [one.deal_id for one in own]),
            takers=taker_queries.own_takers(session), consent=asker.consent,
        )  # fmt: skip


@blueprint.get("/bids/listings/<county>/<uuid:listing_id>")
@allow(*BIDDERS)
def take_part(county: str, listing_id: UUID) -> Redirect:
    """From a listing to where it is dealt with: the negotiation, or its last sale. Raises NotFound."""
    with unit_of_work(whose().actor) as uow:
        told = told_queries.told(uow.session, county, listing_id)
        held = sale_queries.sales(uow.session, listing_id)
    if told is None:
        raise NotFound
    if told.way == "negotiation":
        return redirect(url_for(".talk", county=county, listing_id=listing_id), 303)
    if held:
        return redirect(url_for(".one", county=county, sale_id=held[-1].sale.sale_id), 303)
    flash(_("这宗还没有设立场次，由交易员设立：设立以后，这里和公告页都写明到什么时候报名。"))
    return redirect(url_for(".index"), 303)


@blueprint.get("/bids/<county>/<uuid:sale_id>")
@allow(*BIDDERS)
def one(county: str, sale_id: UUID) -> Response:
    """A sale: how it stands, and the form of the next step: enter, bid, seal a bid."""
    asker = whose()
    with unit_of_work(asker.actor) as uow:
        session = uow.session
        found = sales.standing(uow, county, sale_id)
        told = told_queries.told(session, county, found.sale.listing_id)
        if told is None:
            raise NotFound
        mine = list(sale_queries.entrants(session, county, sale_id))
        recorded = sale_queries.deposits(session, county, sale_id)
        corrections = correction_queries.corrections(session, county, [one.deposit_id for one in recorded])
        deposits = {
            one.entrant_id: one
            for one in sorted(recorded, key=lambda one: one.kind != "paid")
            if one.deposit_id not in corrections
        }
        own = {one.taker_id for one in mine}
        deals = [row for row in deal_queries.deals_of_sale(session, found.sale) if row[0].taker_id in own]
        deal = next((one for one, stands in deals if stands), None)
        fell = None if deal else next((one for one, _stands in deals), None)
        falls = deal_queries.falls(session, county, found.sale.listing_id) if fell else ()
        envelopes = list(sealed_queries.sealed_bids(session, county, sale_id))
        keys = [
            None if key is None else sealed_queries.key(session, county, key)
            for key in (found.sale.key_one, found.sale.key_two)
        ]
        law = sales.law_of(uow, county)
        stands = standing_queries.of_bidder(session, county, mine[0].entrant_id) if mine else None
        known = taker_queries.own_takers(session)
        passed = [one for one in known if stands and stands.passed and one.taker_id in own]
        return pages.render(
            "exchange/sale.html", deposit_to=law.text("MKT-5.office", "deposit"), phone=law.text("MKT-5.office", "phone"),
            found=found, sale=found.sale, told=told, mine=mine, most=MOST_PRICE[told.unit], deposits=deposits, deal=deal,
            recorded=recorded, corrections=corrections,
            least=auction.auction_of(found).least, bids=sale_queries.bids_shown(session, county, sale_id, 12), form=uuid4(),
            keys=[(one, base64.b64encode(one.public_key).decode()) for one in keys if one is not None],
            envelopes=envelopes, opened=opened.of_sale(session, county, sale_id),
            turns=outcome_queries.turns(session, county, sale_id),
            called_off=stop_queries.called_off(session, county, sale_id),
            window_until=deal_queries.window_until(session, found.sale),
            stands=stands, lacking=[finding for one in passed for finding in sales.against_deal(uow, told, one)],
            place=division_names(session, [told.village]).get(told.village, told.village), takers=known,
            consent=asker.consent, asked=chances.asked_of(session, county, sale_id, beijing_day(uow.now)),
            barred=sales.said_first(uow, told, known),
            to_return=[own for own in returning.own(session, beijing_day(uow.now)) if own.entrant.sale_id == sale_id],
            return_days=law.days("BID-9.return_working_days"),
            doubts=correction_queries.doubts(session, county, sale_id), today=beijing_day(uow.now),
            passed_why=standing_queries.passed_why(session, county, mine[0].entrant_id) if mine else frozenset(),
            fell=next((one for one in falls if fell and one.deal_id == fell.deal_id), None),
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
    asker = whose()
    taker = taker_of(asker, county, read_form(Entering).taker)
    entrant = sales.enter(asker.actor, county, sale_id, taker, asker.under)
    flash(_("报名成功，您的竞买号是 %(plate)s。保证金到账以后就能报价。", plate=entrant.plate))
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


def taker_of(asker: Whose, county: str, taker_id: UUID | None) -> Taker:
    """As whom somebody acts: the taker that was named, the only one there is, or the household. Raises NotFound."""
    if asker.under is not None:
        return takers.of_household(asker.actor, county, asker.under)
    if taker_id is not None:
        return takers.own(asker.actor, county, taker_id)
    with unit_of_work(asker.actor) as uow:
        own = [taker for taker in taker_queries.own_takers(uow.session) if taker.county == county]
    return own[0] if len(own) == 1 else takers.of_household(asker.actor, county)


@dataclass(frozen=True)
class Bidding:
    """A bid in an open auction. form: of the page, so that it counts once. seen: a price that was looked at once more."""

    entrant: UUID
    price: Decimal
    form: UUID
    seen: Decimal | None = None


@blueprint.post("/bids/<county>/<uuid:sale_id>/bid")
@allow(*BIDDERS)
@problems.back_to(lambda county, sale_id: one(county, sale_id))
def bid(county: str, sale_id: UUID) -> Redirect:
    """Bid."""
    given, asker = read_form(Bidding), whose()
    auction.look_at(asker.actor, county, sale_id, given.entrant, given.price, given.seen)
    made = auction.bid(asker.actor, county, sale_id, given.entrant, given.price, given.form, asker.under)
    flash(_("报价 %(price)s 已收到，是第 %(seq)s 次报价，收到时领先。", price=f"{made.price:.2f}", seq=made.seq))
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
    given, asker = read_form(Sealing), whose()
    envelope = Envelope(
        bytes_of(given.iv, "iv"), bytes_of(given.cipher, "cipher"),
        (bytes_of(given.wrapped_one, "wrapped_one"), bytes_of(given.wrapped_two, "wrapped_two")),
        (given.digest_one, given.digest_two), given.commitment,
    )  # fmt: skip
    made = sealed.hand_in(asker.actor, county, sale_id, given.entrant, envelope, given.form, asker.under)
    flash(
        _(
            "密封报价已收到。承诺指纹 %(mark)s… 已写入登记日志，开标之前谁也看不到价格。",
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
