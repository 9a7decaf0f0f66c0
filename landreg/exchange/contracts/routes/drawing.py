"""Drawing a contract: of a deal made off the market, of one that stands, as what follows another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound
from landreg.core.periods import DAY
from landreg.exchange.bidding.deal_queries import words_agreed
from landreg.exchange.contracts import deal_queries, drawing, land_queries, queries, resolving, taking
from landreg.exchange.contracts.drafts import Draft, draft_of
from landreg.exchange.contracts.judging import home_of
from landreg.exchange.contracts.resolving import Decided
from landreg.exchange.contracts.routes.forms import (
    OFF_MARKET,
    Clauses,
    Drawing,
    back,
    choices,
    draft_days,
    instalments_given,
    kept,
    questions,
    unit_of,
)
from landreg.exchange.listings import household_queries
from landreg.exchange.listings.papers import CONSENT
from landreg.exchange.listings.reading import Resolution
from landreg.law.transfers import transfers
from landreg.registry.routes.surroundings import page_day
from landreg.web import pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("contract_drawing", __name__)


@blueprint.get("/contracts/new")
@allow(Role.OPERATOR)
def new() -> Response:
    """The form of a deal made off the market: first whose land and how, then the terms and what the clauses ask."""
    code, kind = request.args.get("household", "").strip()[:18], request.args.get("kind", "")
    county = current_actor().jurisdiction[:6]
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        today = page_day(session)
        unit, units = unit_of(kind, request.args.get("unit", ""), today)
        county = request.args.get("county", county)[:6]
        rights = land_queries.rights_of(session, county, code) if code else []
        chosen = _chosen(rights)
        land = None if chosen is None else land_queries.land(session, county, chosen.right_id)
        days = draft_days(session, county) if land else 0
    basic = land is not None and all(one.basic_farmland for one in land.parcels.values())
    asked = questions(kind, unit, today, basic=basic) if kind in OFF_MARKET else []
    return pages.render(
        "exchange/contracts/new.html", code=code, county=county, kind=kind, unit=unit, land=land, asked=asked, today=today,
        rights=[(str(one.right_id), one.right_code) for one in rights],
        findings=[] if rights or not code else [Finding("CON-16", "household")], draft_days=days,
        whole_term=_whole_term(kind, today), takes_person=_takes_person(kind, today), **choices(unit, units),
    )  # fmt: skip


def _whole_term(kind: str, on: date) -> bool:
    """Whether a kind moves the right for all that is left of its term."""
    found = transfers(on).get(kind)
    return found is not None and found.whole_term


def _takes_person(kind: str, on: date) -> bool:
    """Whether somebody who stands for no household may take land so."""
    found = transfers(on).get(kind)
    return found is not None and "person" in found.takers


def _chosen(rights: Sequence[Any]) -> Any | None:
    """The right that the page is asked for; the only one of a household that has no other."""
    if len(rights) == 1:
        return rights[0]
    return next((one for one in rights if str(one.right_id) == request.args.get("right", "")), None)


@blueprint.post("/contracts/new")
@allow(Role.OPERATOR)
@problems.back_to(new)
def draw() -> Redirect:
    """Draw the contract of a deal that the parties made by themselves; a price that is unusual is asked about once."""
    given = read_form(Drawing)
    county, code = request.args.get("county", "")[:6], request.args.get("household", "")[:18]
    with unit_of_work(current_actor()) as uow:
        chosen = _chosen(land_queries.rights_of(uow.session, county, code))
    if chosen is None:
        raise NotFound
    kind = request.args.get("kind", "")
    draft = Draft(chosen.right_id, given.taken(), given.terms(kind), given.values(), given.said)
    made = drawing.draw_recorded(
        current_actor(),
        county,
        draft,
        given.taker,
        given.taker_name,
        given.contact,
        asks=given.price_seen != given.price,
    )
    flash(_("合同已拟定，编号 %(number)s。", number=made.number))
    return back(county, made.contract_id)


@blueprint.get("/contracts/of-deal/<county>/<uuid:deal_id>")
@allow(Role.OPERATOR)
def of_deal(county: str, deal_id: UUID) -> Response | Redirect:
    """The form of a deal's contract: land, term and price stand already; what the clauses ask is left. To the contract itself where
    it is drawn.
    """
    with unit_of_work(current_actor()) as uow:
        found = deal_queries.dealt(uow.session, county, deal_id)
        if found is None:
            raise NotFound
        made = deal_queries.contract_of_deal(uow.session, county, deal_id)
        today, listing = page_day(uow.session), found.listing
        consent = deal_queries.consent(uow.session, county, listing.listing_id)
        codes = [one.parcel_code for one in found.parcels]
        rests_on = None
        if listing.kind == "retransfer":
            rests_on = deal_queries.taken_by(uow.session, county, listing.household_code, codes)
        basic = land_queries.any_basic(uow.session, county, listing.right_id, codes)
        given = taking.given_parcels(uow.session, county, found.taker.code, found.deal.parcels or ())
        days = draft_days(uow.session, county)
        home = home_of(uow.session, found.taker)
        giver = household_queries.named(uow.session, [listing.household_id])
        words = words_agreed(uow.session, county, deal_id)
    if made is not None and request.method == "GET":
        return back(county, made.contract_id)
    asked = questions(listing.kind, found.deal.unit, today, basic=basic, price=found.deal.price)
    known = [*(["contractor_consent"] if consent else []), *(["other_parcels"] if found.deal.parcels else [])]
    return pages.render(
        "exchange/contracts/of_deal.html", found=found, asked=[one for one in asked if one["name"] not in known], DAY=DAY,
        consent=consent, rests_on=rests_on, given=given, values={"taker_home": home}, words=words,
        made=made, draft_days=days, home=giver.get(listing.household_id), begins=draft_of(found, {}).terms.from_on,
    )  # fmt: skip


@blueprint.post("/contracts/of-deal/<county>/<uuid:deal_id>")
@allow(Role.OPERATOR)
@problems.back_to(of_deal)
def draw_of_deal(county: str, deal_id: UUID) -> Redirect:
    """Draw it."""
    given = read_form(Clauses)
    made = drawing.draw_from_deal(current_actor(), county, deal_id, given.values(), given.said, instalments_given())
    flash(_("合同已拟定，编号 %(number)s。", number=made.number))
    return back(county, made.contract_id)


OF_SIDES = {"retransfer": ("taker_home", "paid_to")}
"""What a contract says of its two sides, and does not say of those of another: by what follows it."""


@blueprint.get("/contracts/<county>/<uuid:contract_id>/next/<relation>")
@allow(Role.OPERATOR)
def following(county: str, contract_id: UUID, relation: str) -> Response:
    """The form of what follows a contract: renewal, change or re-transfer, filled in with what it says."""
    if relation not in ("renewal", "change", "retransfer"):
        raise NotFound
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None:
            raise NotFound
        found, today = queries.whole(uow.session, row), page_day(uow.session)
        codes = [one.parcel_code for one in found.parcels]
        basic = land_queries.any_basic(uow.session, county, row.right_id, codes)
        days = draft_days(uow.session, county)
        land = None if row.right_id is None else land_queries.land(uow.session, county, row.right_id)
    kind = "retransfer" if relation == "retransfer" else row.kind
    term = None if land is None else land.right.term
    anew = resolving.resolves(row, relation)
    passed = (CONSENT, "resolution") if anew else (CONSENT,)
    asked = [one for one in questions(kind, row.unit, today, basic=basic) if one["name"] not in passed]
    own = (*OF_SIDES.get(relation, ()), *(("representative", "resolution") if anew else ()))
    return pages.render(
        "exchange/contracts/following.html", found=found, contract=row, relation=relation, DAY=DAY, today=today,
        asked=asked, anew=anew, values={name: said for name, said in row.clauses.items() if name not in own},
        draft_days=days, last_day=term.upper - DAY if term and _whole_term(kind, today) else None,
        **choices(row.unit),
    )  # fmt: skip


@dataclass(frozen=True)
class Deciding:
    """What the members of a collective resolved of what follows a contract over their land, with the papers of it."""

    resolved_on: date | None = None
    members: int | None = None
    in_favour: int | None = None
    approval: str = field(default="", metadata={"most": 80})
    minutes: Upload | None = None
    approved: Upload | None = None


def _decided(given: Deciding) -> Decided:
    told = None
    if given.resolved_on is not None:
        told = Resolution(given.resolved_on, given.members or 0, given.in_favour or 0, given.approval.strip())
    return Decided(told, kept(given.minutes, "minutes"), kept(given.approved, "approved"))


@blueprint.post("/contracts/<county>/<uuid:contract_id>/next/<relation>")
@allow(Role.OPERATOR)
@problems.back_to(following)
def draw_following(county: str, contract_id: UUID, relation: str) -> Redirect:
    """Draw it."""
    given = read_form(Drawing)
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None:
            raise NotFound
    kind = "retransfer" if relation == "retransfer" else row.kind
    made = drawing.draw_following(
        current_actor(), county, contract_id, relation, given.terms(kind), given.values(), given.taken(), given.said,
        given.taker, given.taker_name, kept(given.consent, CONSENT), _decided(read_form(Deciding)),
    )  # fmt: skip
    flash(_("合同已拟定，编号 %(number)s。", number=made.number))
    return back(county, made.contract_id)
