"""The operator's desk: listings to review, published or returned with all reasons; the office enters what a collective lists."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.core.periods import beijing_day
from landreg.exchange.listings import floor_queries, household_queries, papers, service
from landreg.exchange.listings import listing_queries as queries
from landreg.exchange.listings.reading import Land, Resolution
from landreg.exchange.routes import far_prices, first_rows, listing_sums
from landreg.exchange.routes import listing_forms as forms
from landreg.exchange.routes.listing_files import paper_of, photo_of
from landreg.land.queries import division_names
from landreg.law.book import Law, term, terms
from landreg.law.queries import load_law
from landreg.law.transfers import Transfer, transfers
from landreg.web import i18n, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("listing_desk", __name__)
READERS = (Role.OPERATOR, Role.REGISTRAR, Role.AUDITOR)


@dataclass(frozen=True)
class Returning:
    """Why a listing is given back: reasons of the list, what the rules find on it today, and more in words."""

    reason: tuple[str, ...] = ()
    found: bool = False
    said: str = field(default="", metadata={"most": 500})


@blueprint.get("/listings")
@allow(*READERS)
def index() -> Response:
    """Listings by state; those to be reviewed that wait longest come first."""
    asked = request.args.get("state", "submitted")
    state = asked if asked in terms("listing") else ""
    with unit_of_work(current_actor()) as uow:
        today = beijing_day(uow.now)
        page = pages.page_of(uow.session, queries.listed(state), number=pages.page_number(), size=pages.page_size())
        return pages.render(
            "exchange/listings.html",
            page=page,
            state=state,
            states=[one for one in terms("listing") if one != "new"],
            counts=queries.counts(uow.session),
            may_enter=current_actor().has(Role.REGISTRAR),
            names=division_names(uow.session, [row.village for row in page.items]),
            kinds=transfers(today),
            today=today,
            review_by=first_rows.reviews_of(uow.session, page.items, today),
        )


@dataclass(frozen=True)
class Collective:
    """Which parcels of the collective, what its members' meeting decided, and by what number it is proven which land it is."""

    codes: str = field(metadata={"most": 4000})
    resolved_on: date
    members: int
    in_favour: int
    approval: str = field(default="", metadata={"most": 80})
    proof: str = field(default="", metadata={"most": 80})


TALKS = "negotiation"
"""Nobody answers offers for a collective: what it lists goes by a sale, which everybody sees."""


@blueprint.get("/listings/new")
@allow(Role.REGISTRAR)
def new() -> Response:
    """The form by which the office enters what a collective lists, with the units, takers and ways of its kind."""
    county = current_actor().jurisdiction[:6].ljust(6, "0")
    with unit_of_work(current_actor()) as uow:
        today = beijing_day(uow.now)
        law = load_law(uow.session, county, today)
    kinds = {one.kind: one for one in forms.kinds_of(None, "collective", today)}
    kind = kinds.get(request.values.get("kind", "")) or next(iter(kinds.values()))
    units, sums = _by_length(kind, law, request.values.get("unit", ""))
    return pages.render(
        "exchange/collective_listing.html",
        kind=kind,
        kinds=[(one.kind, forms.named(one)) for one in kinds.values()],
        years=forms.year_choices(None, kind.most_years(law, units[0]), today),
        units=forms.words("price_unit", units),
        sums=sums,
        grains=forms.words("price_grain"),
        whom=forms.words("to_whom" if kind.members_first else "to_whom_built", kind.to_whom),
        ways=forms.words("listing_way", tuple(way for way in kind.ways if way != TALKS)),
        slopes=forms.words("land_slope"),
        days=forms.day_choices(law),
        usual=law.days("LST-18.publication_days", "usual"),
        listing_id=request.form.get("listing") or uuid4(),
        papers=papers.asked_of(kind),
        paper_tokens=g.get("paper_tokens", {}),
        notes=g.get("notes", ()),
    )


def _by_length(kind: Transfer, law: Law, unit: str) -> tuple[tuple[str, ...], list[tuple[str, int | None, bool]]]:
    """The units of a form that go with the most years of the one that was chosen, the first where none was; and of each length the
    first unit, its years, and whether it is chosen. None where all units go with one length.
    """
    by_most: dict[int | None, list[str]] = {}
    for one in kind.units:
        by_most.setdefault(kind.most_years(law, one), []).append(one)
    most = kind.most_years(law, unit if unit in kind.units else kind.units[0])
    lengths = [(units[0], years, years == most) for years, units in by_most.items()]
    return tuple(by_most[most]), lengths if len(lengths) > 1 else []


@blueprint.post("/listings/new")
@allow(Role.REGISTRAR)
@problems.back_to(new)
def listed() -> Redirect | Response:
    """List it; the operator reviews it as any other."""
    actor, given, decided = current_actor(), forms.read_listing(), read_form(Collective)
    unread = listing_sums.unread_sums()
    county = actor.jurisdiction[:6].ljust(6, "0")
    with unit_of_work(actor) as uow:
        law = load_law(uow.session, county, beijing_day(uow.now))
    resolution = Resolution(
        decided.resolved_on, decided.members, decided.in_favour, decided.approval.strip(), decided.proof.strip()
    )
    handed = forms.kept_papers(given)
    g.paper_tokens = forms.paper_tokens(handed)
    offer = forms.offer_from(given, law, None, None, resolution.papers, handed, unread)
    offer = replace(offer, parcels=tuple(dict.fromkeys(decided.codes.split())), resolution=resolution)
    judged = service.judge(actor, county, offer, source="collective", index=far_prices.index_of(county, offer.kind))
    listing_sums.told_with(unread, judged.refused)
    if offer.way == TALKS:
        raise BadInput([Finding("FORM-5", "way", {"given": offer.way}), *judged.refused])
    if decided.resolved_on > law.on:
        ahead = Finding("FORM-13", "resolved_on", {"given": decided.resolved_on, "today": law.on})
        raise BadInput([ahead, *judged.refused])
    if far_prices.far_unseen(judged, given):
        g.notes = judged.told
        return new()
    row = service.list_collective(actor, county, offer, (), given.listing)
    flash(_("已提交，编号 %(number)s，由交易员审核。", number=row.number))
    return redirect(url_for(".one", county=row.county, listing_id=row.listing_id), 303)


@blueprint.get("/listings/<county>/<uuid:listing_id>")
@allow(*READERS)
def one(county: str, listing_id: UUID) -> Response:
    """One listing with what the rules find on it today, its land, photos and course."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, county, listing_id)
        if row is None:
            raise NotFound
        names = division_names(uow.session, [row.village])
        context: dict[str, Any] = {
            "home": household_queries.named(uow.session, [row.household_id]).get(row.household_id),
            "floor": floor_queries.told(uow.session, county, listing_id),
            "parcels": queries.parcels(uow.session, county, listing_id),
            "photos": queries.photos(uow.session, county, listing_id),
            "papers": queries.papers(uow.session, county, listing_id),
            "events": queries.events(uow.session, county, listing_id),
            "would_run": service.would_run(row, beijing_day(uow.now)),
            "over": row.state == "published" and queries.shown_until(uow.session, row) < beijing_day(uow.now),
        }
    may_review = actor.has(Role.OPERATOR) and row.state == "submitted"
    judged = service.review(actor, county, listing_id, far_prices.index_of(county, row.kind)) if may_review else None
    return pages.render(
        "exchange/listing.html",
        listing=row,
        names=names,
        judged=judged,
        drawing=None if judged is None else _drawing(judged.land),
        ground={} if judged is None else judged.land.parcels,
        may_review=may_review,
        may_trace=actor.has(Role.OPERATOR, Role.AUDITOR),
        may_withdraw=actor.has(Role.REGISTRAR) and row.source == "collective" and row.state in queries.OPEN,
        may_settle=actor.has(Role.OPERATOR) and row.state == "objected",
        reasons=forms.words("return_reason"),
        kinds=transfers(beijing_day(row.listed_at)),
        **context,
    )


@blueprint.post("/listings/<county>/<uuid:listing_id>/publish")
@allow(Role.OPERATOR)
@problems.back_to(one)
def publish(county: str, listing_id: UUID) -> Redirect:
    """Publish it."""
    service.publish(current_actor(), county, listing_id)
    flash(_("已发布。"))
    return redirect(url_for(".index"), 303)


@blueprint.post("/listings/<county>/<uuid:listing_id>/return")
@allow(Role.OPERATOR)
@problems.back_to(one)
def return_(county: str, listing_id: UUID) -> Redirect:
    """Give it back, with all reasons at once."""
    given = read_form(Returning)
    unknown = [reason for reason in given.reason if reason not in terms("return_reason")]
    if unknown:
        raise BadInput(Finding("FORM-5", "reason", {"given": unknown[0][:40]}))
    judged = service.review(current_actor(), county, listing_id) if given.found else None
    found = [] if judged is None else [i18n.say(one, "zh") for one in judged.refused]
    said = [*(term("return_reason", reason) for reason in dict.fromkeys(given.reason)), *found, given.said]
    service.return_(current_actor(), county, listing_id, "\n".join(part for part in said if part))
    flash(_("已退回，原因已告知。"))
    return redirect(url_for(".index"), 303)


@dataclass(frozen=True)
class Settling:
    """Whether the contractor did consent, and how that was found."""

    consented: bool = False
    said: str = field(default="", metadata={"most": 500})


@blueprint.post("/listings/<county>/<uuid:listing_id>/settle")
@allow(Role.OPERATOR)
@problems.back_to(one)
def settle(county: str, listing_id: UUID) -> Redirect:
    """Settle what the contractor objected to: published again, or stopped."""
    given = read_form(Settling)
    service.settle(current_actor(), county, listing_id, given.consented, given.said)
    flash(_("已恢复发布。") if given.consented else _("挂牌已终止。"))
    return redirect(url_for(".one", county=county, listing_id=listing_id), 303)


@dataclass(frozen=True)
class Withdrawing:
    """Why a collective takes its listing back."""

    said: str = field(default="", metadata={"most": 500})


@blueprint.post("/listings/<county>/<uuid:listing_id>/withdraw")
@allow(Role.REGISTRAR)
@problems.back_to(one)
def withdraw(county: str, listing_id: UUID) -> Redirect:
    """Take back what a collective lists, before the deal."""
    service.withdraw(current_actor(), county, listing_id, read_form(Withdrawing).said)
    flash(_("挂牌已撤回。"))
    return redirect(url_for(".one", county=county, listing_id=listing_id), 303)


@blueprint.get("/listings/<county>/<uuid:listing_id>/photos/<int:position>.jpg")
@allow(*READERS)
def photo(county: str, listing_id: UUID, position: int) -> Response:
    """A photo of a listing."""
    return photo_of(current_actor(), county, listing_id, position)


@blueprint.get("/listings/<county>/<uuid:listing_id>/papers/<kind>")
@allow(*READERS)
def paper(county: str, listing_id: UUID, kind: str) -> Response:
    """A paper that a listing was handed in with."""
    return paper_of(current_actor(), county, listing_id, kind)


def _drawing(land: Land) -> forms.Drawn | None:
    """What is listed among the parcels of its right, parts on their parcels."""
    return forms.drawing(list(land.parcels.values()), *(one.code for one in land.chosen), cut=land.cut)
