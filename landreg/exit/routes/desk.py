"""The registry desk's pages of exits: the list, the application, and one exit with its next steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.exit import offering, papers, queries, service
from landreg.exit.queries import Whole
from landreg.exit.rules import claimed
from landreg.exit.rules.course import FINAL, WAYS, agreed_from, stage
from landreg.exit.rules.money import ITEMS, MODELS
from landreg.exit.service import Asked
from landreg.land import shown as land_shown
from landreg.land.queries import division_path
from landreg.law.book import Law, figure_in_words, terms
from landreg.law.queries import load_law
from landreg.party import queries as parties
from landreg.registry import documents
from landreg.registry.effects import RightBundle
from landreg.registry.facts import drawn, standing
from landreg.registry.facts.drawn import Undrawable
from landreg.registry.guarded import Attached, attached
from landreg.registry.routes import parcel_acts, parcel_shown
from landreg.registry.routes.queues import OFFICERS, READERS
from landreg.registry.routes.surroundings import page_day, store
from landreg.web import i18n, pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("exits", __name__)


@blueprint.get("/exits")
@allow(*READERS)
def index() -> Response:
    """The exits of the jurisdiction, newest first."""
    with unit_of_work(current_actor()) as uow:
        session, day = uow.session, page_day(uow.session)
        page = pages.page_of(session, queries.listed(), number=pages.page_number(), size=pages.page_size())
        law = load_law(session, current_actor().jurisdiction[:6].ljust(6, "0"), day)
        cooling = law.days("EXIT-9.cooling_days")
        rows = [queries.whole(session, row) for row in page.items]
        stages = {row.exit.exit_id: stage(row.course(day), cooling) for row in rows}
    return pages.render("exit/exits.html", page=page, rows=rows, stages=stages)


@blueprint.get("/exits/new/<code>")
@allow(Role.REGISTRAR)
def new(code: str) -> Response:
    """The form of an application: what the household holds, and what of it is given back."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        household = parties.household_by_code(session, code)
        if household is None:
            raise NotFound
        law = load_law(session, household.county, page_day(session))
        held = standing.rights_held(session, household.county, [household.household_id], *service.KINDS)
        bundles = standing.rights(session, household.county, list(held.get(household.household_id, {})))
        return pages.render(
            "exit/new.html",
            household=household,
            rights=bundles,
            right_choices=[
                (str(one.right_id), f"{i18n.shown_term(one.right.row['kind'], 'right')} {one.right.row['code']}")
                for one in sorted(bundles.values(), key=lambda one: str(one.right.row["kind"]))
            ],
            parcels=sorted(
                code
                for one in bundles.values()
                if one.right.row["kind"] == service.KINDS[0]
                for code in one.codes.values()
            ),
            parcel_choices=sorted(
                (one.codes[row.row["parcel_id"]], f"{one.codes[row.row['parcel_id']]} · {row.row['mu']} " + _("亩"))
                for one in bundles.values()
                if one.right.row["kind"] == service.KINDS[0]
                for row in one.parcels
            ),
            path=division_path(session, household.village),
            **_map(session, household.county, request.values.get("cut", ""), bundles.values()),
            most_years=law.days("EXIT-5.most_years"),
            modes=_words("exit_mode"),
            reasons=_words("exit_reason"),
        )


def _map(session: Session, county: str, cut: str, bundles: Iterable[RightBundle]) -> dict[str, Any]:
    """The map on which a part of a parcel is drawn; nothing where none of the contract's was chosen."""
    own = {code for one in bundles if one.right.row["kind"] == service.KINDS[0] for code in one.codes.values()}
    if cut not in own:
        return {"cut": ""}
    seen, ground = parcel_acts.ground_of(session, current_actor().jurisdiction, cut, parcel_acts.SHOWN_AROUND_M)
    return {
        "cut": cut,
        "seen": seen,
        "zone": land_shown.zone(seen.epsg),
        "shapes": parcel_shown.features(ground, seen.epsg),
        "sketch": parcel_shown.sketch_of(ground.shapes, [], list(ground.others([cut]).items())),
    }


def _shape(cut: str, typed: str) -> str:
    """What was drawn, as it is kept on the case. Raises BadInput (PAR-1) for what is no face, FORM-1 where nothing is drawn."""
    if not cut:
        return ""
    if not typed.strip():
        raise BadInput(Finding("FORM-1", "shape"))
    actor = current_actor()
    with unit_of_work(actor) as uow:
        seen, ground = parcel_acts.ground_of(uow.session, actor.jurisdiction, cut)
    try:
        return drawn.hexed(drawn.read_face(typed, ground.shapes[0]), seen.epsg)
    except Undrawable as fault:
        raise BadInput(Finding("PAR-1", "shape", {"fault": fault.word})) from None


@dataclass(frozen=True)
class Applying:
    """What is given back, how, and why."""

    right: tuple[UUID, ...] = ()
    mode: str = ""
    reason: str = ""
    parcel: tuple[str, ...] = ()
    years: int = 0
    taker: str = field(default="", metadata={"most": 18})
    said: str = field(default="", metadata={"most": 500})
    shares: Decimal | None = None
    charter: Upload | None = None
    cut: str = field(default="", metadata={"most": 19})
    shape: str = field(default="", metadata=parcel_acts.LONG)


@blueprint.post("/exits/new/<code>")
@allow(Role.REGISTRAR)
@problems.back_to(new)
def apply(code: str) -> Redirect:
    """Open the exit and its case."""
    given = read_form(Applying)
    if empty := [name for name in ("right", "mode", "reason") if not getattr(given, name)]:
        raise BadInput(Finding("FORM-1", name) for name in empty)
    asked = Asked(
        given.right, given.mode, given.reason, given.parcel, given.years, given.taker, given.said, given.shares,
        given.cut, _shape(given.cut, given.shape),
    )  # fmt: skip
    found = service.apply(current_actor(), code, asked, sent_paper(given.charter, "charter"))
    flash(_("退出已申请，编号 %(number)s。请每名成年成员分别到窗口表示意愿。", number=found.number))
    return redirect(url_for(".one", county=found.county, exit_id=found.exit_id), 303)


@blueprint.get("/exits/of-case/<county>/<uuid:case_id>")
@allow(*READERS)
def of_case(county: str, case_id: UUID) -> Redirect:
    """The exit behind a case."""
    with unit_of_work(current_actor()) as uow:
        found = queries.of_case(uow.session, county, case_id)
    if found is None:
        raise NotFound
    return redirect(url_for(".one", county=county, exit_id=found.exit_id), 303)


@blueprint.get("/exits/<county>/<uuid:exit_id>")
@allow(*READERS)
def one(county: str, exit_id: UUID) -> Response:
    """One exit: where it is, what comes next, each member's word, the agreement, the payments."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, county, exit_id)
        if row is None:
            raise NotFound
        found, law = queries.whole(uow.session, row), load_law(uow.session, county, page_day(uow.session))
        return pages.render(
            "exit/exit.html",
            found=found,
            exit=found.exit,
            may_act=actor.has(*OFFICERS),
            path=division_path(uow.session, row.village),
            **_standing(found, law),
            **_choices(),
            **_rights(uow.session, found),
            **_offers(uow.session, found, law),
        )


def _standing(found: Whole, law: Law) -> dict[str, Any]:
    course, cooling = found.course(law.on), law.days("EXIT-9.cooling_days")
    where = stage(course, cooling)
    spoken = {one.member_id: one for one in found.consents}
    return {
        "course": course,
        "stage": where,
        "final": where in FINAL,
        "cooling_days": cooling,
        "agreed_from": agreed_from(course, cooling),
        "today": law.on,
        "spoken": spoken,
        "to_ask": [(str(member), name) for member, name in course.adults.items() if member not in spoken],
        "holders": [(str(one.member_id), found.names.get(one.person_id, "")) for one in found.holders],
        "unpaid": unpaid(found) if found.payments else [],
    }


def unpaid(found: Whole) -> list[str]:
    """Masked names of adults who hold the right and to whom nothing was paid: who pays one for all is asked whether all know."""
    paid = {one.person_id for one in found.payments}
    holders = (one for one in found.holders if one.member_id not in found.exit.minors)
    return [found.names.get(one.person_id, "") for one in holders if one.person_id not in paid]


def _choices() -> dict[str, Any]:
    return {
        "ways": [(way, i18n.shown_term(way, "exit_way")) for way in WAYS],
        "languages": _words("exit_language"),
        "models": [(model, i18n.shown_term(model, "exit_model")) for model in MODELS],
        "items": ITEMS,
        "withdrawn_by": [(way, i18n.shown_term(way, "exit_withdrawn_by")) for way in ("word", "letter")],
    }


def _offers(session: Session, found: Whole, law: Law) -> dict[str, Any]:
    """The offer that counts, what an agreement begins with, and what a new offer is asked: nothing where it is settled."""
    offer, land = found.offer, found.land_agreed
    given = None if found.agreement else offering.given_back(session, found.exit, law.on)
    figures = [] if offer is None else [figure_in_words(name, i18n.language()) for name in offer.missing]
    agreed = [line for line in found.items if line.kind == "land"]
    paid_for = land if agreed else (offer.land_yuan if offer else land)
    return {
        "offer": offer,
        "unset": figures,
        "begun": offering.agreed_lines(found.offer_items),
        "floors": offering.floors(found.offer_items),
        "below_leases": papers.below(paid_for, offer),
        "land_agreed": paid_for,
        "given": given,
        "kinds": {
            name: [(kind, i18n.shown_term(kind, "figure_key")) for kind in getattr(claimed, name)]
            for name in ("LAND", "IMPROVEMENTS", "HOUSES", "FIXTURES", "CROPS")
        },
        "printed": {(one.kind, one.subject_id): one.number for one in found.papers},
    }


def _rights(session: Session, found: Whole) -> dict[str, Any]:
    bundles = standing.rights(session, found.exit.county, found.exit.right_ids)
    taker = parties.household(session, found.exit.county, found.exit.taker_id) if found.exit.taker_id else None
    return {"rights": [bundles[right] for right in found.exit.right_ids if right in bundles], "taker": taker}


@dataclass(frozen=True)
class Withdrawing:
    """How the exit is taken back; nobody has to say why."""

    withdrawn_by: str
    why: str = field(default="", metadata={"most": 500})


@blueprint.post("/exits/<county>/<uuid:exit_id>/withdraw")
@allow(*OFFICERS)
@problems.back_to(one)
def withdraw(county: str, exit_id: UUID) -> Redirect:
    """Take it back."""
    given = read_form(Withdrawing)
    service.withdraw(current_actor(), county, exit_id, given.withdrawn_by, given.why)
    flash(_("退出已撤回，权利照旧。请打印撤回回执交给农户。"))
    return back(county, exit_id)


def sent_paper(sent: Upload | None, name: str = "paper") -> Attached | None:
    """A file that was sent, kept and read. Raises BadInput for one that cannot be opened (FORM-15)."""
    paper = attached(store(), sent, name)
    if paper is not None:
        documents.must_open(store(), paper.sha256, name)
    return paper


def _words(kind: str) -> list[tuple[str, str]]:
    return [(value, i18n.shown_term(value, kind)) for value in terms(kind)]


def back(county: str, exit_id: UUID) -> Redirect:
    """To the exit's page."""
    return redirect(url_for(".one", county=county, exit_id=exit_id), 303)
