"""The parties' own pages, in large type: their contracts and rents, signing by a signature service, their word on a project.

An agent's pages lie under the consent to sign by which the agent acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access import consents
from landreg.access.model import Consent
from landreg.access.policy import allow, current_actor
from landreg.access.rules import Step
from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, NotFound, Refused
from landreg.core.periods import DAY, beijing_day
from landreg.exchange.bidding import review_queries
from landreg.exchange.bidding.deal_queries import words_agreed
from landreg.exchange.contracts import (
    deal_queries,
    land_queries,
    project_queries,
    projects,
    queries,
    signer_queries,
    signing,
)
from landreg.exchange.contracts.asked_land import barred, of_project
from landreg.exchange.contracts.disputes import waits_until
from landreg.exchange.contracts.holders import holders, out_of_right
from landreg.exchange.contracts.making import land_gone
from landreg.exchange.contracts.members import first_come
from landreg.exchange.contracts.model import Project, ProjectParcel
from landreg.exchange.contracts.offering import offered, unusual
from landreg.exchange.contracts.projects import Said
from landreg.exchange.contracts.routes.forms import Declining
from landreg.exchange.contracts.rules.clauses import Text, written
from landreg.exchange.contracts.rules.course import UNSIGNED, VOID, stage
from landreg.exchange.contracts.rules.renewing import open_until
from landreg.exchange.contracts.rules.rent import arrears_kg
from landreg.exchange.contracts.saying import to_be_paid, told_of
from landreg.exchange.contracts.signing import Signature
from landreg.exchange.contracts.verifying import name_of
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.listings import listing_queries, offered_queries
from landreg.law.queries import load_law
from landreg.registry.home import brought_queries
from landreg.registry.routes.surroundings import page_day
from landreg.web import pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("own_contracts", __name__)
MOST_ANSWER = 10_000


@blueprint.get("/my/contracts")
@allow(Role.FARMER, Role.TAKER)
def index() -> Response:
    """The contracts of the household, and those by which this account takes land, with the next rent of each."""
    return _list(current_actor(), None)


@blueprint.get("/my/contracts/<county>/<uuid:contract_id>")
@allow(Role.FARMER, Role.TAKER)
def one(county: str, contract_id: UUID) -> Response:
    """One contract: what it says, what falls due when, what was paid."""
    return _one(current_actor(), county, contract_id, None)


@dataclass(frozen=True)
class ServiceAnswer:
    """The answer of a signature service."""

    side: str
    text: str = field(metadata={"most": 64})
    answer: Upload


@blueprint.post("/my/contracts/<county>/<uuid:contract_id>/sign")
@allow(Role.FARMER, Role.TAKER)
@problems.back_to(one)
def sign(county: str, contract_id: UUID) -> Redirect:
    """Sign by a signature service, of the text that was shown."""
    given = read_form(ServiceAnswer)
    answer = given.answer.content.read(MOST_ANSWER)
    signing.sign(
        current_actor(), county, contract_id, Signature(given.side, "service", answer=answer, text_sha256=given.text)
    )
    flash(_("签字已核验并记录。"))
    return redirect(url_for(".one", county=county, contract_id=contract_id), 303)


@blueprint.post("/my/contracts/<county>/<uuid:contract_id>/decline")
@allow(Role.FARMER, Role.TAKER)
@problems.back_to(one)
def decline(county: str, contract_id: UUID) -> Redirect:
    """Say no to a contract that is drawn."""
    signing.decline(current_actor(), county, contract_id, read_form(Declining).said)
    flash(_("已记录：您不同意这份合同，它已经作废。"))
    return redirect(url_for(".index"), 303)


@blueprint.get("/agent/<county>/<uuid:consent_id>/contracts")
@allow(Role.AGENT)
def agents(county: str, consent_id: UUID) -> Response:
    """The household's contracts and projects, for the agent whom it lets sign."""
    consent, actor = _acting(county, consent_id)
    return _list(actor, consent)


@blueprint.get("/agent/<county>/<uuid:consent_id>/contracts/<uuid:contract_id>")
@allow(Role.AGENT)
def agents_one(county: str, consent_id: UUID, contract_id: UUID) -> Response:
    """One contract, to be read to the household before it is signed."""
    consent, actor = _acting(county, consent_id)
    return _one(actor, county, contract_id, consent)


@dataclass(frozen=True)
class AgentSigning:
    """text: the digest of what was shown."""

    text: str = field(metadata={"most": 64})


@blueprint.post("/agent/<county>/<uuid:consent_id>/contracts/<uuid:contract_id>")
@allow(Role.AGENT)
@problems.back_to(agents_one)
def sign_for(county: str, consent_id: UUID, contract_id: UUID) -> Redirect:
    """Sign for the household, under its consent."""
    text = read_form(AgentSigning).text
    given = Signature("contractor", "agent", consent=consent_id, text_sha256=text)
    signing.sign(current_actor(), county, contract_id, given)
    flash(_("已代该户签字，并记入登记日志。"))
    return redirect(url_for(".agents", county=county, consent_id=consent_id), 303)


@dataclass(frozen=True)
class Word:
    """A household's word on a project. keep: parcels that take part; read: the digest of the text that was shown."""

    kind: str
    keep: tuple[str, ...] = ()
    read: str = field(default="", metadata={"most": 64})


@blueprint.get("/my/projects/<county>/<uuid:project_id>")
@allow(Role.FARMER)
def read(county: str, project_id: UUID) -> Response | Redirect:
    """The contract that a project asks the household for, with the parcels that it picked: read before it says yes."""
    return _text(_bound(), county, project_id, None)


@blueprint.get("/agent/<county>/<uuid:consent_id>/projects/<uuid:project_id>")
@allow(Role.AGENT)
def read_for(county: str, consent_id: UUID, project_id: UUID) -> Response | Redirect:
    """The same, to be read to the household by its agent."""
    consent, actor = _acting(county, consent_id)
    return _text(actor, county, project_id, consent)


def _text(actor: Actor, county: str, project_id: UUID, consent: Consent | None) -> Response | Redirect:
    assert actor.household is not None  # noqa: S101  (asked just now)
    with unit_of_work(actor) as uow:
        project, day = project_queries.one(uow.session, county, project_id), beijing_day(uow.now)
        rows = project_queries.parcels_of(uow.session, county, project_id, actor.household)
        law = load_law(uow.session, county, day)
    if project is None or not rows:
        raise NotFound
    if not (kept := [one for one in rows if one.parcel_code in request.args.getlist("keep")]):
        flash(_("先打勾：哪块地参加。"), "warn")
        return redirect(
            url_for(".agents", county=county, consent_id=consent.consent_id) if consent else url_for(".index"), 303
        )
    offer = offered(project, kept, day)
    return pages.render(
        "exchange/contracts/own_project.html", project=project, offer=offer, consent=consent, DAY=DAY, mine="contractor",
        told=unusual(project, offer, law),
    )  # fmt: skip


@blueprint.post("/my/projects/<county>/<uuid:project_id>")
@allow(Role.FARMER)
@problems.back_to(lambda county, project_id: index())
def say(county: str, project_id: UUID) -> Redirect:
    """The household's own word: with these parcels, or not at all; it can be said anew until the contract is made."""
    actor = _bound()
    assert actor.household is not None  # noqa: S101  (asked just now)
    projects.say(actor, county, project_id, actor.household, _said(actor, county, project_id, read_form(Word)))
    flash(_("您户的意愿已记录，签合同之前可以随时更改。"))
    return redirect(url_for(".index"), 303)


@blueprint.post("/agent/<county>/<uuid:consent_id>/projects/<uuid:project_id>")
@allow(Role.AGENT)
@problems.back_to(lambda county, consent_id, project_id: agents(county, consent_id))
def say_for(county: str, consent_id: UUID, project_id: UUID) -> Redirect:
    """The household's word by its agent."""
    consent, actor = _acting(county, consent_id)
    said = replace(_said(actor, county, project_id, read_form(Word)), consent=consent_id)
    projects.say(current_actor(), county, project_id, consent.household_id, said)
    flash(_("已代该户表示意愿，并记入登记日志。"))
    return redirect(url_for(".agents", county=county, consent_id=consent_id), 303)


def _said(actor: Actor, county: str, project_id: UUID, given: Word) -> Said:
    if actor.household is None:
        raise NotFound
    with unit_of_work(actor) as uow:
        rows = project_queries.parcels_of(uow.session, county, project_id, actor.household)
    left_out = tuple(one.parcel_code for one in rows if one.parcel_code not in given.keep)
    return Said(given.kind, left_out if given.kind == "consents" else (), read=given.read)


def _list(actor: Actor, consent: Consent | None) -> Response:
    with unit_of_work(actor) as uow:
        session = uow.session
        today = page_day(session)
        rows = queries.wholes(session, queries.own(session))
        asked: dict[UUID, tuple[Project, list[ProjectParcel]]] = {}
        for project, parcel in project_queries.own(session):
            asked.setdefault(project.project_id, (project, []))[1].append(parcel)
        taking = {one.taker_id for one in deal_queries.own_takers(session)}
        passed = queries.passed_by_others(
            session, [one.contract for one in rows if one.contract.taker_id not in taking]
        )
        words = project_queries.last_words(session, actor.household) if actor.household and asked else {}
        against = {key: _barred(uow, *one) for key, one in asked.items()}
    stages = {one.contract.contract_id: VOID if one.contract.void else stage(one.course(today)) for one in rows}
    drafted = {found.contract.project_id: stages[found.contract.contract_id] for found in rows}
    return pages.render(
        "exchange/contracts/own.html", rows=rows, today=today, consent=consent, projects=asked, words=words, DAY=DAY,
        made=drafted, stages=stages, taking=taking, passed=passed, against=against,
    )  # fmt: skip


def _barred(uow: UnitOfWork, project: Project, parcels: Sequence[ProjectParcel]) -> dict[str, list[Finding]]:
    """By parcel, what stands in the way of what a project asks of the household."""
    land, law = {one.parcel_code: one for one in parcels}, load_law(uow.session, project.county, beijing_day(uow.now))
    return barred(of_project(uow, project, land), project.kind, land, law)


def _one(actor: Actor, county: str, contract_id: UUID, consent: Consent | None) -> Response:
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None:
            raise NotFound
        found, today = queries.whole(uow.session, row), page_day(uow.session)
        passes = queries.passes_land(uow.session, row, actor.household)
        taker = next((one for one in deal_queries.own_takers(uow.session) if one.taker_id == row.taker_id), None)
        takes, course = taker is not None, found.course(today)
        law = load_law(uow.session, county, today)
        first = first_come(uow.session, found, law) if passes or takes else None
        lacking = land_gone(uow.session, found, own=True) if passes or takes else ()
        told = [*([first] if first else ()), *lacking, *told_of(uow.session, row, law, own=True)]
        anew = _anew(uow.session, actor, found) if passes and consent is None and stage(course) == "ended" else None
        held_by = holders(uow.session, found, own=True)
        gone = out_of_right(uow.session, found, own=True) if passes or takes else []
        words = words_agreed(uow.session, county, row.deal_id) if row.state in UNSIGNED else ()
        after = land_queries.listed_after(uow.session, row) if takes else ()
        watched = review_queries.watched(uow.session, county, [row.deal_id], [contract_id])
        codes = [one.parcel_code for one in found.parcels]
        further = offered_queries.on_land(uow.session, codes) if passes and consent is None else ()
    text = Text(row.kind, row.unit, row.clauses, row.said, free=not row.price, number=row.number)
    mine = "contractor" if passes else "taker" if takes else ""
    return pages.render(
        "exchange/contracts/own_one.html", by_household=taker is not None and taker.kind == "household",
        found=found, contract=row, today=today, consent=consent, course=course,
        stage=stage(course), mediated=waits_until(found, law),
        clauses=written(text, beijing_day(row.drawn_at)), settled=found.settled, DAY=DAY,
        arrears_kg=arrears_kg(found.settled, today), balance_late=found.late_from_contractor(today), anew=anew,
        mine=mine, by_power=signer_queries.by_power(found.events, f"signed_{mine}"),
        told=told, words=words, total=to_be_paid(found), after=after, watched=watched, offered=further,
        holders=held_by, gone=gone,
        answer_by=open_until(course.events) if stage(course) in ("running", "over") else None,
        service=name_of(law.text("CON-4.service_key")), may_decline=consent is None and (not row.project_id or row.relation != ""),
    )  # fmt: skip


def _anew(session: Any, actor: Actor, found: Whole) -> dict[str, Any] | None:
    """How land whose contract has ended is listed again: of which own right, filled in from which listing of it. Of land that was
    taken in that is the right by which it is operated, not the contract's own.
    """
    rights = brought_queries.own_rights(session, actor.household) if actor.household else ()
    own, codes = {one.right_id for one in rights}, {one.parcel_code for one in found.parcels}
    for row in listing_queries.of_household(session, actor.household) if actor.household and own else ():
        listed = listing_queries.parcels(session, row.county, row.listing_id) if row.right_id in own else ()
        if codes and {parcel.parcel_code for parcel in listed} == codes:
            return {"right_id": row.right_id, "again": row.listing_id}
    if found.contract.right_id in own:
        return {"right_id": found.contract.right_id}
    for right in rights:
        said = listing_queries.parcels_said(session, right.county, right.right_id, (), own=True)
        if codes and codes <= {parcel.parcel_code for parcel in said}:
            return {"right_id": right.right_id}
    return None


def _acting(county: str, consent_id: UUID) -> tuple[Consent, Actor]:
    """The consent to sign, and the agent as one who sees its household. Raises NotFound, Refused (ACC-25)."""
    consent = consents.one_held(current_actor(), county, consent_id)
    if consent.step != Step.SIGN.value:
        raise Refused(Finding("ACC-25", values={"consent_step": Step.SIGN.value}))
    return consent, replace(current_actor(), household=consent.household_id, jurisdiction=consent.village)


def _bound() -> Actor:
    actor = current_actor()
    if actor.household is None:
        raise Refused(Finding("ACC-30"))
    return actor
