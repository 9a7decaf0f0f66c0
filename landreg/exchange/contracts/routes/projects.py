"""The operator's pages of a village's project: opened over its parcels, each household's word, the run, the taker's signature."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.core.periods import DAY
from landreg.core.units import decimal_of
from landreg.exchange.contracts import deal_queries, members, project_queries, project_runs, projects
from landreg.exchange.contracts.asked_land import barred, of_project, standing
from landreg.exchange.contracts.model import Contract, ProjectParcel
from landreg.exchange.contracts.offering import offered
from landreg.exchange.contracts.project_runs import UNDER_WAY
from landreg.exchange.contracts.projects import KINDS, Planned, Priced, Said
from landreg.exchange.contracts.routes.desk import READERS
from landreg.exchange.contracts.routes.forms import Drawing, choices, kept, questions, unit_of
from landreg.exchange.contracts.routes.progress import progress
from landreg.exchange.contracts.rules.course import UNSIGNED
from landreg.exchange.contracts.whole import stands
from landreg.exchange.counter.present import Present
from landreg.exchange.counter.queries import members_said
from landreg.exchange.listings import household_queries
from landreg.land.queries import division_path
from landreg.law.queries import load_law
from landreg.registry.routes.surroundings import page_day
from landreg.web import i18n, pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("contract_projects", __name__)
VILLAGE = 12
LONGEST_NAME = 40
MOST_VILLAGES = 600


@blueprint.get("/contracts/projects")
@allow(*READERS)
def index() -> Response:
    """The projects of the jurisdiction, newest first."""
    with unit_of_work(current_actor()) as uow:
        page = pages.page_of(uow.session, project_queries.listed(), number=pages.page_number(), size=pages.page_size())
        natural = deal_queries.natural(uow.session, page.items)
    return pages.render(
        "exchange/contracts/projects.html",
        page=page,
        natural=natural,
        DAY=DAY,
        may_act=current_actor().has(Role.OPERATOR),
    )


@blueprint.get("/contracts/projects/new")
@allow(Role.OPERATOR)
def new() -> Response:
    """The form: first the village, found by its name, and the days, then its parcels with their prices, what has one for these days
    beside it, the terms and the clauses.
    """
    days = _days()
    village, kind = request.args.get("village", "").strip()[:VILLAGE], request.args.get("kind", "lease")
    named, own = request.args.get("named", "").strip()[:LONGEST_NAME], current_actor().jurisdiction
    kind = kind if kind in KINDS else "lease"
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        county = request.args.get("county", village or own)[:6]
        found, more = project_queries.villages(session, own, named, MOST_VILLAGES)
        asked = len(village) == VILLAGE and days is not None
        land = project_queries.contracted(session, county, village, []) if asked else {}
        today, path = page_day(session), division_path(session, village) if land else []
        homes = household_queries.named(session, (row.household_id for row in land.values()))
        against: dict[str, list[Finding]] = {}
        if land and days is not None:
            found_on, law = standing(session, county, land, days), load_law(session, county, today)
            against = barred(found_on, kind, land, law)
    unit, units = unit_of(kind, request.args.get("unit", ""), today)
    return pages.render(
        "exchange/contracts/new_project.html", village=village, county=county, kind=kind, unit=unit, land=land, path=path,
        against=against, homes=homes, days=days, wanted=asked, DAY=DAY, today=today,
        asked=questions(kind, unit, today, by_mu=True), named=named, townships=found, more=more,
        project_kinds=[(one, i18n.shown_term(one, "contract_kind")) for one in KINDS],
        **choices(unit, units),
    )  # fmt: skip


def _days() -> tuple[date, date] | None:
    """The days that the page is asked for, half-open; None where they are none, or do not run forward."""
    try:
        first, last = (date.fromisoformat(request.args.get(name, "")) for name in ("from_on", "last_day"))
    except ValueError:
        return None
    return (first, last + DAY) if first <= last < date.max else None


@dataclass(frozen=True)
class Opening(Drawing):
    """A project: its title, and the price of each parcel that is not the common one."""

    title: str = field(default="", metadata={"most": 100})

    def priced(self) -> tuple[Priced, ...]:
        """The parcels that are asked for; one with a price of its own has it in `price-CODE`."""
        found, faults = [], []
        for code in sorted(set(self.parcel)):
            own = request.form.get(f"price-{code}", "").strip()[:20]
            try:
                found.append(Priced(code, decimal_of(own) if own else self.price or Decimal(0)))
            except ValueError:
                faults.append(Finding("FORM-3", f"price-{code}", {"given": own}))
        if faults:
            raise BadInput(faults)
        return tuple(found)


@blueprint.post("/contracts/projects/new")
@allow(Role.OPERATOR)
@problems.back_to(new)
def open_project() -> Redirect:
    """Open it."""
    given = read_form(Opening)
    county, village = request.args.get("county", "")[:6], request.args.get("village", "")[:VILLAGE]
    planned = Planned(
        given.title, given.taker, given.terms(request.args.get("kind", "lease")), given.priced(), given.values(), given.said,
        given.taker_name,
    )  # fmt: skip
    made = projects.open_project(current_actor(), county, village, planned)
    flash(_("项目 %(number)s 已建立，请逐户征询意愿。", number=made.number))
    return _back(county, made.project_id)


@blueprint.get("/contracts/projects/<county>/<uuid:project_id>")
@allow(*READERS)
def one(county: str, project_id: UUID) -> Response:
    """One project: each household with its land, its word and its contract; how the run goes."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        found = project_queries.one(session, county, project_id)
        if found is None:
            raise NotFound
        parcels = project_queries.parcels(session, county, project_id)
        words = project_queries.words(session, county, project_id)
        made = project_queries.contracts(session, county, project_id)
        run = project_queries.last_run(session, county, project_id)
        far = None if run is None else progress(uow, run)
        path, natural = division_path(session, found.village), deal_queries.natural(session, [found])
        may_act = current_actor().has(Role.OPERATOR)
        people = members_said(session, county, {row.household_id for row in parcels}) if may_act else {}
        untold = members.project_untold(session, found) if may_act else []
        today = page_day(session)
        homes = household_queries.named(session, (one.household_id for one in parcels))
        asked = {one.parcel_code: one for one in parcels if may_act and not _has_signed(made.get(one.household_id))}
        law = load_law(session, county, today)
        against = barred(of_project(uow, found, asked), found.kind, asked, law) if asked else {}
    households: dict[UUID, list[ProjectParcel]] = {}
    for row in parcels:
        households.setdefault(row.household_id, []).append(row)
    valued = {}
    for key, rows in households.items():
        left_out = words[key].left_out if key in words else ()
        kept_land = [row for row in rows if row.parcel_code not in left_out]
        if found.kind == "share" and kept_land and (offer := offered(found, kept_land, today)).valued is not None:
            valued[key] = offer
    refused = {one["household"]: one["findings"] for one in (run.refused if run else [])}
    return pages.render(
        "exchange/contracts/project.html", project=found, households=households, valued=valued, words=words, made=made, run=run,
        far=far, homes=homes, against=against,
        path=path, natural=natural, under_way=run is not None and run.state in UNDER_WAY,
        refused=refused, DAY=DAY, stands=stands, today=today, may_act=may_act, members=people, untold=untold,
        unsigned=[row for row in made.values() if row.state == "part_signed"],
        consenting=sum(word.kind == "consents" for word in words.values()), most_shown=MOST_SHOWN,
    )  # fmt: skip


def _has_signed(contract: Contract | None) -> bool:
    return contract is not None and contract.state not in UNSIGNED


MOST_SHOWN = 500


@dataclass(frozen=True)
class WordForm:
    """A household's word, said at the desk."""

    household: UUID
    kind: str
    left_out: tuple[str, ...] = ()
    name: str = field(default="", metadata={"most": 60})
    identity: bool = False
    witness: str = field(default="", metadata={"most": 60})
    said: str = field(default="", metadata={"most": 500})
    card: str = field(default="", metadata={"most": 30})
    attorney: Upload | None = None


@blueprint.post("/contracts/projects/<county>/<uuid:project_id>/words")
@allow(Role.OPERATOR)
@problems.back_to(one)
def say(county: str, project_id: UUID) -> Redirect:
    """Record a household's word."""
    given = read_form(WordForm)
    paper = kept(given.attorney, "attorney")
    said = Said(
        given.kind,
        given.left_out,
        given.name,
        given.identity,
        given.witness,
        given.said,
        card=given.card,
        attorney=paper,
    )
    projects.say(current_actor(), county, project_id, given.household, said)
    flash(_("意愿已记录。"))
    return _back(county, project_id)


@blueprint.post("/contracts/projects/<county>/<uuid:project_id>/runs")
@allow(Role.OPERATOR)
@problems.back_to(one)
def start(county: str, project_id: UUID) -> Redirect:
    """Ask for the run that makes the contracts."""
    project_runs.ask_run(current_actor(), county, project_id)
    flash(_("已开始逐户拟定合同，可以关闭页面，进度不受影响。"))
    return _back(county, project_id)


@dataclass(frozen=True)
class Turning:
    """Stop a run or go on with it."""

    run: UUID
    turn: str


@blueprint.post("/contracts/projects/<county>/<uuid:project_id>/turn")
@allow(Role.OPERATOR)
@problems.back_to(one)
def turn(county: str, project_id: UUID) -> Redirect:
    """Do so."""
    given = read_form(Turning)
    if given.turn == "stop":
        project_runs.interrupt(current_actor(), county, given.run)
    else:
        project_runs.resume(current_actor(), county, given.run)
    return _back(county, project_id)


@dataclass(frozen=True)
class TakerSigning:
    """The taker's signature under all contracts of the project that wait for it."""

    name: str = field(metadata={"most": 60})
    witness: str = field(metadata={"most": 60})
    identity: bool = False
    card: str = field(default="", metadata={"most": 30})
    attorney: Upload | None = None
    head: bool = False


@blueprint.post("/contracts/projects/<county>/<uuid:project_id>/signatures")
@allow(Role.OPERATOR)
@problems.back_to(one)
def sign(county: str, project_id: UUID) -> Redirect:
    """Ask for the run that takes it."""
    given = read_form(TakerSigning)
    one = Present(given.name, given.witness, given.card, head=given.head)
    project_runs.ask_signatures(
        current_actor(), county, project_id, one, given.identity, kept(given.attorney, "attorney")
    )
    flash(_("已开始逐份签字，可以关闭页面，进度不受影响。"))
    return _back(county, project_id)


@blueprint.get("/contracts/projects/<county>/<uuid:project_id>/runs/<uuid:run_id>.json")
@allow(*READERS)
def state(county: str, project_id: UUID, run_id: UUID) -> Response:
    """How far a run is, for the bar of the page: done, percent, text."""
    with unit_of_work(current_actor()) as uow:
        run = project_queries.run(uow.session, county, run_id)
        if run is None or run.project_id != project_id:
            raise NotFound
        far = progress(uow, run)
    return pages.json_answer({"done": run.state not in UNDER_WAY, "percent": far.percent, "text": far.text})


def _back(county: str, project_id: UUID) -> Redirect:
    return redirect(url_for(".one", county=county, project_id=project_id), 303)
