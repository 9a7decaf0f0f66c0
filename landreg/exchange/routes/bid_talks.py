"""Pages of those who take land, on: offers, the members' priority, a deal that is given up."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.access.rules import Step
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import (
    chances,
    correction_queries,
    deal_queries,
    doubting,
    fall_queries,
    falling,
    lot_queries,
    offers,
    sales,
    standing_queries,
    swapped,
    taker_queries,
    takers,
    taking_back,
    told_queries,
    windows,
)
from landreg.exchange.bidding.rules.ending import CONTRACTOR
from landreg.exchange.bidding.rules.offers import NAMING
from landreg.exchange.bidding.rules.second import YES
from landreg.exchange.listings import papers
from landreg.exchange.routes import window_next
from landreg.exchange.routes.bids import BIDDERS, blueprint, index, taker_of, whose
from landreg.exchange.routes.bids import one as sale_page
from landreg.exchange.routes.market_shown import kind_name, lot_of, where
from landreg.land.queries import division_names
from landreg.registry.routes.shown import holder_name
from landreg.registry.routes.surroundings import as_it_was_handed_in, store
from landreg.web import i18n, pages, problems
from landreg.web.forms import Upload, read_form

__all__ = ["blueprint"]


@blueprint.get("/offers/<county>/<uuid:listing_id>")
@allow(*BIDDERS)
def talk(county: str, listing_id: UUID) -> Response:
    """A negotiation on a listing: all that was said, and the next word."""
    asker = whose()
    with unit_of_work(asker.actor) as uow:
        told = told_queries.told(uow.session, county, listing_id)
        if told is None or told.way != "negotiation":
            raise NotFound
        said: dict[UUID, list[Any]] = {}
        for word in deal_queries.offers(uow.session, county, listing_id):
            said.setdefault(word.taker_id, []).append(word)
        own = taker_queries.own_takers(uow.session)
        who = offering(uow.session, county) if told.own else {}
        swap = told.kind == swapped.EXCHANGE
        return pages.render(
            "exchange/talk.html", consent=asker.consent, told=told, said=said, own={one.taker_id for one in own}, takers=own,
            deal=deal_queries.deal_of(uow.session, county, listing_id),
            until=standing_queries.talk_until(uow.session, county, listing_id),
            withdrawn=standing_queries.withdrawn_at(uow.session, county, listing_id) if told.state == "withdrawn" else None,
            today=beijing_day(uow.now), who=who, barred=sales.said_first(uow, told, own),
            place=division_names(uow.session, [told.village]).get(told.village, told.village), path=where(told.village), swap=swap,
            lot=lot_of(told.number), given=deal_queries.offered(uow.session, county, listing_id) if swap else {},
            land=swapped.own_land(uow, sales.law_of(uow, county), told) if swap and not told.own else [],
        )  # fmt: skip


def offering(session: Session, county: str) -> dict[UUID, str]:
    """By taker: who offers for the household's own land, as shown: an organisation's name, a neighbour's or a person's in short."""
    return {taker_id: _named(*told) for taker_id, told in deal_queries.who_offer(session, county).items()}


def _named(kind: str, name: str) -> str:
    if kind == "organisation":
        return name
    return _("%(name)s家", name=holder_name(name)) if kind == "household" else holder_name(name)


@dataclass(frozen=True)
class Saying:
    """The next word of a negotiation. taker: with whom, or as whom. parcel: what is given in an exchange. seen: a price that was
    looked at once more.
    """

    kind: str = field(metadata={"most": 20})
    taker: UUID | None = None
    price: Decimal | None = None
    said: str = field(default="", metadata={"most": 500})
    parcel: tuple[str, ...] = ()
    seen: Decimal | None = None


@blueprint.post("/offers/<county>/<uuid:listing_id>")
@allow(*BIDDERS)
@problems.back_to(lambda county, listing_id: talk(county, listing_id))
def say(county: str, listing_id: UUID) -> Redirect:
    """Say it."""
    given, asker = read_form(Saying), whose()
    taker = given.taker or taker_of(asker, county, None).taker_id
    # What was written beside another price belongs to no other button of the form.
    said = given.said if given.kind in NAMING else ""
    word = offers.Word(given.kind, given.price, said, given.parcel)
    offers.look_at(asker.actor, county, listing_id, word, given.seen)
    offers.say(asker.actor, county, listing_id, taker, word, asker.under)
    flash(_("已经送达对方。"))
    return redirect(url_for(".talk", county=county, listing_id=listing_id), 303)


@blueprint.get("/priority/<county>/<uuid:priority_id>")
@allow(Role.FARMER, Role.AGENT)
def window(county: str, priority_id: UUID) -> Response:
    """Terms on which a member may have the land instead, and until when."""
    asker = whose()
    with unit_of_work(asker.actor) as uow:
        found = deal_queries.priority(uow.session, county, priority_id)
        if found is None:
            raise NotFound
        told = told_queries.told(uow.session, county, found.listing_id)
        claims = windows.claims_on(uow, found)
        own = {one.taker_id for one in claims}
        drawn = [] if told is None else lot_queries.of_claims(uow.session, told.number, claims)
        today, won = beijing_day(uow.now), {one.listing_id for one in deal_queries.own_deals(uow.session)}
        return pages.render(
            "exchange/priority.html", window=found, told=told, consent=asker.consent, kind_name=kind_name, where=where,
            claims=claims, lots=drawn, own=own,
            taker=taker_queries.would_take(uow.session, county, priority_id),
            read=[one for one in deal_queries.evidence(uow.session, county, priority_id) if one.way == "read"],
            today=today, next=told and window_next.next_of(found, told, bool(claims), won, today),
            gave_up=asker.actor.household in fall_queries.gave_up(uow.session, county, found.listing_id),
        )  # fmt: skip


@blueprint.post("/priority/<county>/<uuid:priority_id>/read")
@allow(Role.FARMER)
def read(county: str, priority_id: UUID) -> Redirect:
    """The household says that it has read the notice."""
    windows.read(current_actor(), county, priority_id)
    return redirect(url_for(".window", county=county, priority_id=priority_id), 303)


@blueprint.post("/priority/<county>/<uuid:priority_id>/claim")
@allow(Role.FARMER, Role.AGENT)
@problems.back_to(lambda county, priority_id: window(county, priority_id))
def claim(county: str, priority_id: UUID) -> Redirect:
    """Claim the land on these terms."""
    asker = whose()
    taker = takers.of_household(asker.actor, county, asker.under, Step.PRIORITY)
    windows.claim(asker.actor, county, priority_id, taker, asker.under)
    flash(_("已经登记优先权主张。"))
    return redirect(url_for(".window", county=county, priority_id=priority_id), 303)


@blueprint.post("/priority/<county>/<uuid:priority_id>/take-back")
@allow(Role.FARMER, Role.AGENT)
@problems.back_to(lambda county, priority_id: window(county, priority_id))
def take_back(county: str, priority_id: UUID) -> Redirect:
    """Take the household's claim back while the window runs."""
    asker = whose()
    taker = takers.of_household(asker.actor, county, asker.under, Step.PRIORITY)
    taking_back.take_back(asker.actor, county, priority_id, taker, asker.under)
    flash(_("已经撤回，公示期内还可以再主张。"))
    return redirect(url_for(".window", county=county, priority_id=priority_id), 303)


@dataclass(frozen=True)
class Answering:
    """Whether whoever comes next takes the land: yes or no."""

    answer: str = field(metadata={"most": 10})


@blueprint.post("/bids/<county>/<uuid:sale_id>/chances/<uuid:chance_id>")
@allow(*BIDDERS)
@problems.back_to(lambda county, sale_id, chance_id: sale_page(county, sale_id))
def answer(county: str, sale_id: UUID, chance_id: UUID) -> Redirect:
    """The bidder who comes next says whether they take the land."""
    asker = whose()
    made = chances.answer(asker.actor, county, chance_id, read_form(Answering).answer, asker.under)
    flash(_("已经同意，交易员会办理成交。") if made.answer == YES else _("已经记下：您不要了，保证金由交易员退还。"))
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


@dataclass(frozen=True)
class Explaining:
    """What a bidder says of their deposit, and the bank's slip where they have it."""

    said: str = field(default="", metadata={"most": 500})
    slip: Upload | None = None


@blueprint.post("/bids/<county>/<uuid:sale_id>/deposits/<uuid:deposit_id>")
@allow(*BIDDERS)
@problems.back_to(lambda county, sale_id, deposit_id: sale_page(county, sale_id))
def explain(county: str, sale_id: UUID, deposit_id: UUID) -> Redirect:
    """The bidder whose deposit is doubted answers."""
    asker = whose()
    given = read_form(Explaining)
    slip = papers.keep_one(store(), given.slip, "slip")
    doubting.answer(asker.actor, county, deposit_id, given.said, asker.under, slip)
    flash(_("已经记下您的说明，另一名交易员会核对。"))
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


@dataclass(frozen=True)
class Missing:
    """That a deposit did not come back, and what the bank says where they have it."""

    missed: str = field(default="", metadata={"most": 500})
    slip: Upload | None = None


@blueprint.post("/bids/<county>/<uuid:sale_id>/deposits/<uuid:deposit_id>/missing")
@allow(*BIDDERS)
@problems.back_to(lambda county, sale_id, deposit_id: sale_page(county, sale_id))
def missing(county: str, sale_id: UUID, deposit_id: UUID) -> Redirect:
    """The bidder whose deposit is recorded as returned says that it did not come."""
    asker, given = whose(), read_form(Missing)
    slip = papers.keep_one(store(), given.slip, "slip")
    made = doubting.miss(asker.actor, county, deposit_id, given.missed, asker.under, slip)
    flash(_("已经记下：交易员应在 %(day)s 前附银行回单答复，或者重新退还。", day=i18n.shown_day(made.answer_by)))
    return redirect(url_for(".one", county=county, sale_id=sale_id), 303)


@blueprint.get("/bids/<county>/<uuid:sale_id>/deposits/<uuid:deposit_id>/receipt")
@allow(*BIDDERS)
def return_receipt(county: str, sale_id: UUID, deposit_id: UUID) -> Response:
    """The bank's receipt of a return, for whose deposit it is. Raises NotFound."""
    with unit_of_work(whose().actor) as uow:
        told = correction_queries.doubts(uow.session, county, sale_id).get(deposit_id, {})
    found = told.get("shown")
    if found is None or found.sha256 is None:
        raise NotFound
    return as_it_was_handed_in(found.sha256, found.paper)


@dataclass(frozen=True)
class Falling:
    """Why a deal does not come about."""

    reason: str = field(default="", metadata={"most": 500})


@blueprint.post("/bids/deals/<county>/<uuid:deal_id>/fall")
@allow(Role.TAKER, Role.FARMER)
@problems.back_to(lambda county, deal_id: index())
def fall(county: str, deal_id: UUID) -> Redirect:
    """Withdraw from a deal."""
    made = falling.fall(current_actor(), county, deal_id, read_form(Falling).reason)
    if made.given_up_by == CONTRACTOR:
        flash(_("您户已经放弃这次成交，这宗挂牌到此为止，对方的保证金全部退还。"))
    else:
        flash(_("已经放弃这次成交，交易员会联系下一位。"))
    return redirect(url_for(".index"), 303)
