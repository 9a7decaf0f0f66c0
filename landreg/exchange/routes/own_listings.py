"""A household's own listings, by itself or through its agent, and an organisation's: what is offered, how it stands, the way back.

An agent's pages lie under the consent by which the agent acts; a band across each of them says whose act it is.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access import consents
from landreg.access.model import Consent
from landreg.access.policy import allow, current_actor
from landreg.access.rules import Step
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound, Refused
from landreg.core.periods import DAY, beijing_day
from landreg.exchange.bidding import deal_queries, sale_queries
from landreg.exchange.listings import floor_queries, free, papers, service
from landreg.exchange.listings import listing_queries as queries
from landreg.exchange.listings.rules.units import rhythms_of
from landreg.exchange.routes import far_prices, first_rows, listing_sums
from landreg.exchange.routes import listing_forms as forms
from landreg.exchange.routes.listing_files import paper_of, photo_of
from landreg.law.queries import load_law
from landreg.law.transfers import transfers
from landreg.registry.home import brought_queries
from landreg.registry.home.brought import seeing
from landreg.web import pages, problems

blueprint = Blueprint("own_listings", __name__)
OWNERS = (Role.FARMER, Role.TAKER)
"""A household, and an organisation that holds land by the register and passes it on."""


@blueprint.app_template_filter()
def day_before(day: date) -> date:
    """The last day of a term whose end is named as the day after it."""
    return day - DAY


@blueprint.get("/my/listings")
@allow(*OWNERS)
def index() -> Response:
    """The household's listings, the newest first, and what it may list."""
    return _index(_bound(), None)


@blueprint.get("/my/listings/new/<uuid:right_id>")
@allow(*OWNERS)
def new(right_id: UUID) -> Response:
    """The form. ?kind: another kind of transfer; ?part: of one parcel a part, drawn on the map."""
    return _form(_bound(), right_id, None)


@blueprint.post("/my/listings/new/<uuid:right_id>")
@allow(*OWNERS)
@problems.back_to(new)
def listed(right_id: UUID) -> Redirect | Response:
    """List it, or only say what is wrong with it."""
    return _sent(_bound(), right_id, None)


@blueprint.get("/my/listings/<county>/<uuid:listing_id>")
@allow(*OWNERS)
def one(county: str, listing_id: UUID) -> Response:
    """One listing: how it stands, and the button that takes it back."""
    return _one(_bound(), county, listing_id, None)


@blueprint.post("/my/listings/<county>/<uuid:listing_id>/withdraw")
@allow(*OWNERS)
@problems.back_to(one)
def withdraw(county: str, listing_id: UUID) -> Redirect:
    """Take it back, by one click."""
    service.withdraw(_bound(), county, listing_id)
    flash(_("挂牌已撤回，不收任何费用，您户的地照旧。"))
    return redirect(url_for(".one", county=county, listing_id=listing_id), 303)


@blueprint.get("/my/listings/<county>/<uuid:listing_id>/photos/<int:position>.jpg")
@allow(*OWNERS)
def photo(county: str, listing_id: UUID, position: int) -> Response:
    """A photo of one's own listing."""
    return photo_of(_bound(), county, listing_id, position)


@blueprint.get("/my/listings/<county>/<uuid:listing_id>/papers/<kind>")
@allow(*OWNERS)
def paper(county: str, listing_id: UUID, kind: str) -> Response:
    """A paper of one's own listing."""
    return paper_of(_bound(), county, listing_id, kind)


@blueprint.get("/agent/<county>/<uuid:consent_id>/listings")
@allow(Role.AGENT)
def agents(county: str, consent_id: UUID) -> Response:
    """The same for the household whose consent it is."""
    return _index(*_acting(county, consent_id))


@blueprint.get("/agent/<county>/<uuid:consent_id>/listings/new/<uuid:right_id>")
@allow(Role.AGENT)
def new_for(county: str, consent_id: UUID, right_id: UUID) -> Response:
    """The form in the household's name."""
    actor, consent = _acting(county, consent_id)
    return _form(actor, right_id, consent)


@blueprint.post("/agent/<county>/<uuid:consent_id>/listings/new/<uuid:right_id>")
@allow(Role.AGENT)
@problems.back_to(new_for)
def listed_for(county: str, consent_id: UUID, right_id: UUID) -> Redirect | Response:
    """List it: the agent's act and the listing are written together."""
    actor, consent = _acting(county, consent_id)
    return _sent(actor, right_id, consent)


@blueprint.get("/agent/<county>/<uuid:consent_id>/listings/<uuid:listing_id>")
@allow(Role.AGENT)
def one_for(county: str, consent_id: UUID, listing_id: UUID) -> Response:
    """One listing of the household."""
    actor, consent = _acting(county, consent_id)
    return _one(actor, county, listing_id, consent)


@blueprint.post("/agent/<county>/<uuid:consent_id>/listings/<uuid:listing_id>/withdraw")
@allow(Role.AGENT)
@problems.back_to(one_for)
def withdraw_for(county: str, consent_id: UUID, listing_id: UUID) -> Redirect:
    """Take it back in the household's name."""
    service.withdraw_for(current_actor(), county, consent_id, listing_id)
    flash(_("已代该户撤回挂牌。"))
    return redirect(url_for(".one_for", county=county, consent_id=consent_id, listing_id=listing_id), 303)


def _bound() -> Actor:
    """Who asks: a farmer for the household, or whoever was opened for an organisation that holds land by the register.

    Raises Refused (ACC-30) when a farmer's account is bound to no household, (LST-29) for an organisation without land.
    """
    actor = current_actor()
    if actor.household is None:
        raise Refused(Finding("ACC-30" if actor.has(Role.FARMER) else "LST-29"))
    return actor


def _acting(county: str, consent_id: UUID) -> tuple[Actor, Consent]:
    """The agent as one who sees the consent's household. Raises as `consents.one_held`; ACC-25 for another step."""
    actor = current_actor()
    consent = consents.one_held(actor, county, consent_id)
    if consent.step != Step.LIST:
        raise Refused(Finding("ACC-25", values={"consent_step": consent.step}))
    return seeing(actor, consent), consent


def _index(actor: Actor, consent: Consent | None) -> Response:
    assert actor.household is not None  # noqa: S101  (both roads ask)
    with unit_of_work(actor) as uow:
        rows = queries.of_household(uow.session, actor.household)
        rights = brought_queries.own_rights(uow.session, actor.household)
        unsold = {sale.listing_id for sale in sale_queries.failed(uow.session)}
        today = beijing_day(uow.now)
    offered = [right for right in rights if forms.kinds_of(right.kind, "household", today)]
    return pages.render(
        "exchange/own_listings.html", rows=rows, rights=offered, consent=consent, kinds=transfers(today), unsold=unsold
    )


def _form(actor: Actor, right_id: UUID, consent: Consent | None) -> Response:
    """The form, filled in with what the register knows. Raises NotFound for a right that is none of the household's."""
    with unit_of_work(actor) as uow:
        rights = brought_queries.own_rights(uow.session, actor.household) if actor.household else ()
        right = next((row for row in rights if row.right_id == right_id), None)
        said = queries.right_said(uow.session, right.county, right_id, own=True) if right is not None else None
        if right is None or said is None:
            raise NotFound
        parcels = queries.parcels_said(uow.session, right.county, right_id, (), own=True)
        today = beijing_day(uow.now)
        law = load_law(uow.session, right.county, today)
        before = _before(uow.session, right.county)
        handed_before = () if before is None else queries.papers(uow.session, right.county, before.listing_id)
        floor = None if before is None else floor_queries.own(uow.session, right.county, before.listing_id)
        held = () if before is None else queries.parcels(uow.session, right.county, before.listing_id)
        kinds = forms.kinds_of(right.kind, "household", today)
        asked = request.form.get("kind") or request.args.get("kind") or (before.kind if before else "")
        kind = next((one for one in kinds if one.kind == asked), kinds[0] if kinds else None)
        if kind is None:
            raise NotFound
        end = said.term.upper if said.term is not None else None
        days = forms.days_meant(kind, end, law)
        against = free.against(uow.session, actor, right.county, right_id, kind.kind, days, law)
    drawn_before = forms.part_of(held)
    asked_part = request.args.get("part", drawn_before[0])
    part = next((row.parcel_code for row in parcels if row.parcel_code == asked_part), "")
    return pages.render(
        "exchange/own_listing_form.html",
        consent=consent, right=right, said=said, parcels=parcels, against=against, kind=kind, before=before, part=part, floor=floor,
        corners=drawn_before[1] if part == drawn_before[0] else "", chosen=[row.parcel_code for row in held],
        years_before="" if before is None else forms.years_of(before.from_on, before.until_on, end),
        kinds=[(one.kind, forms.named(one)) for one in kinds],
        drawing=forms.drawing(parcels, *([part] if part else [])),
        years=forms.year_choices(end, kind.most_years(law), days[0], forms.first_of_sale(kind, law)),
        days=forms.day_choices(law), usual=law.days("LST-18.publication_days", "usual"),
        units=forms.words("price_unit", kind.units),
        priced=before is not None and before.unit in kind.units, grains=forms.words("price_grain"),
        whom=forms.words("to_whom" if kind.members_first else "to_whom_built", kind.to_whom),
        ways=forms.words("listing_way", kind.ways),
        rhythms=forms.words("paid_every", rhythms_of(kind.units[0])),
        waters=forms.words("land_water"), roads=forms.words("land_road"),
        slopes=forms.words("land_slope"),
        most_photos=law.days("LST-21.photos"), listing_id=request.form.get("listing") or uuid4(),
        photo_tokens=g.get("photo_tokens", ()), papers=papers.asked_of(kind),
        paper_tokens=g.get("paper_tokens", forms.paper_tokens(handed_before)),
        over=None if end is None or end > today else end - today.resolution,
        checked=g.get("checked"), notes=g.get("notes", ()), areas=g.get("areas"), far=far_prices.is_far(g.get("notes", ())),
    )  # fmt: skip


def _before(session: Any, county: str) -> Any:
    """The listing that is listed anew, for what it said; only one's own is seen."""
    try:
        asked = UUID(request.args.get("again", "") or request.form.get("instead_of", ""))
    except ValueError:
        return None
    return queries.one(session, county, asked)


def _sent(actor: Actor, right_id: UUID, consent: Consent | None) -> Redirect | Response:
    given, unread = forms.read_listing(), listing_sums.unread_sums()
    kept = forms.kept_photos(given)
    g.photo_tokens = forms.tokens(kept)
    handed = forms.kept_papers(given)
    g.paper_tokens = forms.paper_tokens(handed)
    with unit_of_work(actor) as uow:
        county = _county_of(uow.session, actor, right_id)
        said = queries.right_said(uow.session, county, right_id, own=True)
        law = load_law(uow.session, county, beijing_day(uow.now))
    if said is None:
        raise NotFound
    end = said.term.upper if said.term is not None else None
    offer = forms.offer_from(given, law, right_id, end, handed=handed, unread=unread)
    judged = service.judge(actor, county, offer, photos=len(kept), index=far_prices.index_of(county, offer.kind))
    listing_sums.told_with(unread, judged.refused)
    if "check" in request.form and judged.refused:
        raise Refused((*judged.refused, *judged.told))
    if "check" in request.form or far_prices.far_unseen(judged, given):
        g.checked, g.notes, g.areas = offer, judged.told, [one.area_m2 for one in judged.land.chosen]
        return _form(actor, right_id, consent)
    if consent is None:
        row = service.list_own(actor, county, offer, kept, given.listing)
        flash(_("已提交，编号 %(number)s。工作人员审核后发布；成交以前，您随时可以撤回。", number=row.number))
        return redirect(url_for(".one", county=county, listing_id=row.listing_id), 303)
    row = service.list_for(current_actor(), county, consent.consent_id, offer, kept, given.listing)
    flash(_("已代该户提交，编号 %(number)s。该户在自己的页面上看得到，可以随时撤回。", number=row.number))
    return redirect(url_for(".one_for", county=county, consent_id=consent.consent_id, listing_id=row.listing_id), 303)


def _county_of(session: Any, actor: Actor, right_id: UUID) -> str:
    rights = brought_queries.own_rights(session, actor.household) if actor.household else ()
    found = next((row.county for row in rights if row.right_id == right_id), None)
    if found is None:
        raise NotFound
    return str(found)


def _one(actor: Actor, county: str, listing_id: UUID, consent: Consent | None) -> Response:
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, county, listing_id)
        if row is None or row.household_id != actor.household:
            raise NotFound
        windows = deal_queries.priorities(uow.session, county, listing_id)
        return pages.render(
            "exchange/own_listing.html",
            listing=row,
            floor=floor_queries.own(uow.session, county, listing_id),
            parcels=queries.parcels(uow.session, county, listing_id),
            photos=queries.photos(uow.session, county, listing_id),
            papers=queries.papers(uow.session, county, listing_id),
            events=queries.events(uow.session, county, listing_id),
            consent=consent,
            answering=None if consent is None else _answering(consent),
            kinds=transfers(beijing_day(row.listed_at)),
            review_by=first_rows.review_of(uow.session, row, beijing_day(uow.now)),
            open=row.state in (*queries.OPEN, "objected"),
            agreed=any(one.kind == "accept" for one in deal_queries.offers(uow.session, county, listing_id)),
            window_until=max((one.last_day for one in windows if one.last_day >= beijing_day(uow.now)), default=None),
            unsold=bool(sale_queries.failed(uow.session, listing_id)),
            sale=next(reversed(sale_queries.sales(uow.session, listing_id)), None),
        )


def _answering(consent: Consent) -> Consent | None:
    """The consent by which the same agent answers what is offered for the household's land."""
    held = consents.held(current_actor())
    return next((one for one in held if one.step == Step.ANSWER and one.household_id == consent.household_id), None)
