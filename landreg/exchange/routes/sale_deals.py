"""From the close of a sale, or the yes of a negotiation, to the deal and after it: the members' window, a fall, the watch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.codes import masked_name
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.exchange.bidding import (
    correction_queries,
    deal_queries,
    deals,
    fall_queries,
    falling,
    lot_queries,
    reviews,
    sales,
    taker_queries,
    taking_back,
    told_queries,
    windows,
)
from landreg.exchange.bidding.rules.ending import NOBODY, NONE_FOLLOWS, OVER
from landreg.exchange.listings import household_queries, papers
from landreg.exchange.routes.sales import READERS, Reason, index, one
from landreg.registry.routes.surroundings import as_it_was_handed_in, page_day, store
from landreg.web import i18n, pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("sale_deals", __name__)


@blueprint.post("/sales/<county>/<uuid:sale_id>/proceed")
@allow(Role.OPERATOR)
@problems.back_to(one)
def proceed(county: str, sale_id: UUID) -> Redirect:
    """The next step to a deal."""
    with unit_of_work(current_actor()) as uow:
        found = sales.standing(uow, county, sale_id)
    return _went_on(county, found.sale.listing_id, url_for("sales.one", county=county, sale_id=sale_id))


@blueprint.post("/sales/listings/<county>/<uuid:listing_id>/proceed")
@allow(Role.OPERATOR)
@problems.back_to(lambda county, listing_id: index())
def proceed_with(county: str, listing_id: UUID) -> Redirect:
    """The same of a negotiation."""
    return _went_on(county, listing_id, url_for("sales.index"))


def _went_on(county: str, listing_id: UUID, back: str) -> Redirect:
    step = deals.proceed(current_actor(), county, listing_id)
    if step.window is not None:
        flash(_("已向本集体全体成员公示成交条件，请在第一天张贴并拍照。"))
        return redirect(url_for(".window", county=county, priority_id=step.window.priority_id), 303)
    if step.chance is not None:
        day = i18n.shown_day(step.chance.until_day)
        flash(_("已征询下一位，请通知其在 %(day)s 以前答复。", day=day))
    else:
        flash(_("已成交，可以打印成交确认书。"))
        if step.deal is not None and step.deal.way == "negotiation":
            # Of talks the paper, with what comes next, stands where its contract is drawn.
            return redirect(url_for("contract_drawing.of_deal", county=county, deal_id=step.deal.deal_id), 303)
    return redirect(back, 303)


@blueprint.get("/sales/windows/<county>/<uuid:priority_id>")
@allow(*READERS)
def window(county: str, priority_id: UUID) -> Response:
    """A members' window: the terms, whom it must be told, the evidence, the claims."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        found = deal_queries.priority(session, county, priority_id)
        if found is None:
            raise NotFound
        facts = windows.facts_of(uow, found, page_day(session))
        notices = deal_queries.notices(session, county, priority_id)
        claims = windows.claims_on(uow, found, standing=False)
        listing = told_queries.listing(session, county, found.listing_id)
        return pages.render(
            "exchange/window.html", named=household_queries.named(session, (one.household_id for one in notices)),
            window=found, listing=listing, facts=facts, deal=deal_queries.deal_of(session, county, found.listing_id),
            lots=lot_queries.of_claims(session, listing.number, claims) if listing else [],
            notices=notices, today=page_day(session),
            evidence=deal_queries.evidence(session, county, priority_id), may_act=current_actor().has(Role.OPERATOR),
            claims=claims, came=masked_name,
            taken_back=correction_queries.corrections(session, county, [one.claim_id for one in claims]),
            had=[one for one, way in facts.told.items() if way],
        )  # fmt: skip


@dataclass(frozen=True)
class Telling:
    """That households were told. household: handed to it; none: posted for all."""

    on_day: date
    household: UUID | None = None
    proof: Upload | None = None


@blueprint.post("/sales/windows/<county>/<uuid:priority_id>")
@allow(Role.OPERATOR)
@problems.back_to(window)
def tell(county: str, priority_id: UUID) -> Redirect:
    """Record the evidence."""
    given = read_form(Telling)
    way = "posted" if given.household is None else "by_hand"
    windows.tell(
        current_actor(),
        county,
        priority_id,
        way,
        given.household,
        given.on_day,
        papers.keep_one(store(), given.proof, "proof"),
    )
    flash(_("已记载。"))
    return redirect(url_for(".window", county=county, priority_id=priority_id), 303)


@dataclass(frozen=True)
class Coming:
    """Who came to claim. code: of the household, where its power of attorney is brought."""

    name: str = field(metadata={"most": 100})
    card: str = field(default="", metadata={"most": 30})
    identity: bool = False
    witness: str = field(default="", metadata={"most": 60})
    code: str = field(default="", metadata={"most": 30})
    attorney: Upload | None = None


@blueprint.post("/sales/windows/<county>/<uuid:priority_id>/claims")
@allow(Role.OPERATOR)
@problems.back_to(window)
def claim(county: str, priority_id: UUID) -> Redirect:
    """Write the claim of a household down that came to the counter."""
    given = read_form(Coming)
    came = windows.Came(given.name, given.card, given.identity, given.witness, given.code)
    windows.claim_at_counter(
        current_actor(), county, priority_id, came, papers.keep_one(store(), given.attorney, "attorney")
    )
    flash(_("已经登记优先权主张。"))
    return redirect(url_for(".window", county=county, priority_id=priority_id), 303)


@blueprint.post("/sales/windows/<county>/<uuid:priority_id>/claims/take-back")
@allow(Role.OPERATOR)
@problems.back_to(window)
def take_back(county: str, priority_id: UUID) -> Redirect:
    """A member of the household takes its claim back at the counter."""
    given = read_form(Coming)
    came = windows.Came(given.name, given.card, given.identity, given.witness)
    taking_back.take_back_at_counter(current_actor(), county, priority_id, came)
    flash(_("已经撤回，公示期内还可以再主张。"))
    return redirect(url_for(".window", county=county, priority_id=priority_id), 303)


@blueprint.post("/sales/windows/<county>/<uuid:priority_id>/anew")
@allow(Role.OPERATOR)
@problems.back_to(window)
def tell_anew(county: str, priority_id: UUID) -> Redirect:
    """Tell the terms anew where not all were told in their days."""
    opened = windows.tell_anew(current_actor(), county, priority_id)
    flash(_("已重新公示成交条件，请在第一天张贴并拍照。"))
    return redirect(url_for(".window", county=county, priority_id=opened.priority_id), 303)


@blueprint.post("/sales/listings/<county>/<uuid:listing_id>/pass")
@allow(Role.OPERATOR)
@problems.back_to(lambda county, listing_id: index())
def pass_over(county: str, listing_id: UUID) -> Redirect:
    """Whose turn it is may not take the land: the next one has a chance."""
    deals.pass_over(current_actor(), county, listing_id, read_form(Reason).reason)
    flash(_("已跳过。%(next)s", next=_what_follows(county, listing_id)))
    return redirect(url_for("sales.index"), 303)


@dataclass(frozen=True)
class GivenUp:
    """Why a deal does not come about, who gave it up and by what: its paper, or a demand that was served."""

    given_up_by: str = field(default="", metadata={"most": 20})
    ground: str = field(default="", metadata={"most": 20})
    paper: Upload | None = None
    served_on: date | None = None
    reason: str = field(default="", metadata={"most": 500})


@blueprint.get("/sales/deals/<county>/<uuid:deal_id>/fall")
@allow(Role.OPERATOR)
def falling_form(county: str, deal_id: UUID) -> Response:
    """The form by which a deal falls, of a sale and of talks alike."""
    with unit_of_work(current_actor()) as uow:
        deal = deal_queries.deal(uow.session, county, deal_id)
        listing = None if deal is None else told_queries.listing(uow.session, county, deal.listing_id)
        if deal is None or listing is None:
            raise NotFound
        return pages.render(
            "exchange/deal_fall.html", deal=deal, listing=listing, over=listing.until_on <= page_day(uow.session),
            taker=taker_queries.takers(uow.session, county, [deal.taker_id])[deal.taker_id],
            fell=fall_queries.fall_of(uow.session, county, deal_id),
            contracted=bool(deal_queries.under_contract(uow.session, [deal_id])),
            drawn=fall_queries.drawn_first(uow.session, deal),
            demand_days=sales.law_of(uow, county).days("BID-25.demand_days"),
        )  # fmt: skip


@blueprint.post("/sales/deals/<county>/<uuid:deal_id>/fall")
@allow(Role.OPERATOR)
@problems.back_to(falling_form)
def fall(county: str, deal_id: UUID) -> Redirect:
    """One side gave the deal up."""
    given = read_form(GivenUp)
    paper = papers.keep_one(store(), given.paper)
    whose = NOBODY if given.ground == OVER else given.given_up_by
    shown = falling.Shown(whose, given.ground, paper, given.served_on)
    falling.fall(current_actor(), county, deal_id, given.reason, shown)
    with unit_of_work(current_actor()) as uow:
        deal = deal_queries.deal(uow.session, county, deal_id)
    if deal is None:
        raise NotFound
    if whose not in NONE_FOLLOWS:
        flash(_("这次成交已作废。%(next)s", next=_what_follows(county, deal.listing_id)))
    elif deal.way == "negotiation":
        flash(_("这次成交已作废，挂牌到此为止。"))
    else:
        flash(_("这次成交已作废，挂牌到此为止，请退还保证金。"))
    return redirect(url_for("sales.index"), 303)


def _what_follows(county: str, listing_id: UUID) -> str:
    """Once whose turn it was is out: that the next one has theirs, or that there is none, and what becomes of the land."""
    with unit_of_work(current_actor()) as uow:
        listing = told_queries.listing(uow.session, county, listing_id)
        if listing is None:
            raise NotFound
        said: str
        if deals.candidate(uow, listing) is not None:
            said = _("可以办理下一位。")
        elif listing.way != "negotiation":
            said = _("没有下一位：这一场不会成交，请退还保证金；土地可以另设一场。")
        elif listing.closes_on >= page_day(uow.session):
            said = _("没有下一位：发布期到 %(day)s，流出方可以再和别人谈。", day=i18n.shown_day(listing.closes_on))
        else:
            said = _("没有下一位，发布期也已经满了：流出方还想流转的，另行挂牌。")
    return said


@blueprint.get("/sales/deals/<county>/<uuid:deal_id>/fall/paper")
@allow(*READERS)
def fall_paper(county: str, deal_id: UUID) -> Response:
    """The paper by which a deal fell."""
    with unit_of_work(current_actor()) as uow:
        found = fall_queries.fall_of(uow.session, county, deal_id)
    if found is None or found.sha256 is None:
        raise NotFound
    return as_it_was_handed_in(found.sha256, found.paper)


@dataclass(frozen=True)
class Watching:
    """How the land of a deal is used."""

    kind: str = field(metadata={"most": 20})
    on_day: date
    said: str = field(default="", metadata={"most": 500})


@blueprint.post("/sales/deals/<county>/<uuid:deal_id>/watch")
@allow(Role.OPERATOR)
@problems.back_to(lambda county, deal_id: index())
def watch(county: str, deal_id: UUID) -> Redirect:
    """Write down what was seen of the land."""
    given = read_form(Watching)
    reviews.watch(current_actor(), county, deal_id, given.kind, given.said, given.on_day)
    flash(_("已记载。"))
    return redirect(url_for("sales.index"), 303)
