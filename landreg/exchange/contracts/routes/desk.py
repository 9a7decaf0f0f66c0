"""The pages of contracts: what waits to be drawn, the list, what is late, one contract with its next steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
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
from landreg.core.errors import NotFound
from landreg.core.periods import DAY
from landreg.exchange.bidding import review_queries
from landreg.exchange.bidding.deal_queries import words_agreed
from landreg.exchange.contracts import (
    cancelling,
    changing,
    deal_queries,
    disputes,
    issuer,
    land_queries,
    list_queries,
    making,
    queries,
    signer_queries,
    signing,
    watching,
)
from landreg.exchange.contracts.holders import holders, out_of_right
from landreg.exchange.contracts.members import first_come
from landreg.exchange.contracts.routes.forms import words
from landreg.exchange.contracts.routes.steps import steps_of
from landreg.exchange.contracts.rules import rent
from landreg.exchange.contracts.rules.course import UNSIGNED, stage
from landreg.exchange.contracts.rules.free import KEPT
from landreg.exchange.contracts.rules.renewing import open_until
from landreg.exchange.contracts.rules.rent import con_11_grain_price_is_set
from landreg.exchange.contracts.rules.service import NOT_OF
from landreg.exchange.contracts.rules.stepping import con_65_price_is_open
from landreg.exchange.contracts.rules.terms import tr_5_transfer_filed
from landreg.exchange.contracts.saying import to_be_paid, told_of
from landreg.exchange.contracts.whole import Whole, stands
from landreg.exchange.counter.queries import members_said
from landreg.exchange.listings import household_queries
from landreg.exchange.listings.rules.land import MOVING
from landreg.land.queries import division_path
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry.routes.surroundings import page_day
from landreg.web import i18n, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("contracts", __name__)
READERS = (Role.OPERATOR, Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)
STAGES = ("drawn", "part_signed", "signed", "running", "over", "disputed", "ending", "ended", "void", "withdrawn")


@blueprint.get("/contracts")
@allow(*READERS)
def index() -> Response:
    """Deals whose contract waits to be drawn, and the contracts of the jurisdiction, newest first."""
    state, text = request.args.get("state", ""), request.args.get("q", "").strip()[:60]
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        today = page_day(session)
        found = list_queries.listed(state if state in STAGES else "", today, text)
        page = pages.page_of(session, found, number=pages.page_number(), size=pages.page_size())
        waiting = deal_queries.deals_waiting(session) if current_actor().has(Role.OPERATOR) else []
        untold = land_queries.creditors_to_tell(session) if current_actor().has(Role.OPERATOR) else []
        named = household_queries.named(session, (one.Listing.household_id for one in waiting))
        natural = deal_queries.natural(session, page.items)
    return pages.render(
        "exchange/contracts/contracts.html",
        natural=natural,
        page=page,
        waiting=waiting,
        untold=untold,
        named=named,
        today=today,
        sought=text,
        stages=STAGES,
        stands=stands,
        DAY=DAY,
        may_act=current_actor().has(Role.OPERATOR),
    )


@blueprint.get("/contracts/late")
@allow(*READERS)
def late() -> Response:
    """What is late today, contract by contract, the oldest first."""
    with unit_of_work(current_actor()) as uow:
        today = page_day(uow.session)
        rows = queries.late(uow.session, today)
        owing = sorted((_owing(found, today) for found in rows), key=lambda one: one.since)
        number, size = pages.page_number(), pages.page_size()
        shown = owing[(number - 1) * size : number * size]
        natural = deal_queries.natural(uow.session, [one.found.contract for one in shown])
    page = pages.page_from(shown, len(owing), number=number, size=size)
    yuan, kg, unpriced = (sum((getattr(one, name) for one in owing), rent.ZERO) for name in ("yuan", "kg", "unpriced"))
    return pages.render(
        "exchange/contracts/late.html",
        page=page,
        today=today,
        yuan=yuan,
        kg=kg - unpriced,
        unpriced=unpriced,
        natural=natural,
        may_act=current_actor().has(Role.OPERATOR),
    )


@dataclass(frozen=True)
class Owing:
    """What is late of a contract: in yuan; in kg of grain, priced or not; since the day of the oldest; by whom. unpriced: the kg
    that the county has set no price for, which no yuan stand for.
    """

    found: Whole
    since: date
    yuan: Decimal
    kg: Decimal
    unpriced: Decimal
    payers: tuple[str, ...] = ()


def _owing(found: Whole, today: date) -> Owing:
    settled = found.settled
    since = rent.late_since(settled, today) or today
    payers = tuple(dict.fromkeys(one.due.payer for one in settled if one.late(today)))
    kg = rent.arrears_kg(settled, today), rent.unpriced_kg(settled, today)
    return Owing(found, since, rent.arrears(settled, today), *kg, payers)


@blueprint.get("/contracts/<county>/<uuid:contract_id>")
@allow(*READERS)
def one(county: str, contract_id: UUID) -> Response:
    """One contract: where it is, what comes next, its clauses, its rents, what happened to it."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        session = uow.session
        row = queries.one(session, county, contract_id)
        if row is None:
            raise NotFound
        found = queries.whole(session, row)
        law = load_law(session, county, page_day(session))
        above, below = queries.chain(session, row), queries.following(session, county, contract_id)
        in_register = cancelling.registered(session, found)
        may_trace = actor.has(Role.OPERATOR, Role.AUDITOR)
        return pages.render(
            "exchange/contracts/contract.html", found=found, contract=row, path=division_path(session, row.village),
            may_trace=may_trace, may_act=actor.has(Role.OPERATOR), may_open=actor.has(Role.REGISTRAR),
            may_read_cases=actor.has(Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR), above=above, below=below,
            natural=deal_queries.natural(session, [*above, row, *below]), DAY=DAY, **standing(session, found, law),
            words=words_agreed(session, county, row.deal_id) if actor.has(Role.OPERATOR) and row.state in UNSIGNED else (),
            total=to_be_paid(found), holders=holders(session, found, own=False),
            gone=out_of_right(session, found, own=False), in_register=in_register,
            to_follow=changing.rights_of(session, found), renewals=changing.renewals(session, below),
            creditor_purposes=words("creditor_purpose", in_register.waits),
            at_counter=_at_counter(session, found, law) if actor.has(Role.OPERATOR) else [],
            watched=review_queries.watched(session, county, [row.deal_id], [contract_id]) if may_trace else (),
        )  # fmt: skip


@dataclass(frozen=True)
class Watching:
    """How the land of a contract is used, as seen on a day."""

    kind: str = field(metadata={"most": 20})
    on_day: date
    said: str = field(default="", metadata={"most": 500})


@blueprint.post("/contracts/<county>/<uuid:contract_id>/watch")
@allow(Role.OPERATOR)
@problems.back_to(one)
def watch(county: str, contract_id: UUID) -> Redirect:
    """Write down what was seen of the land of a contract."""
    given = read_form(Watching)
    watching.watch(current_actor(), county, contract_id, given.kind, given.said, given.on_day)
    flash(_("已记载。"))
    return redirect(url_for(".one", county=county, contract_id=contract_id), 303)


def _at_counter(session: Session, found: Whole, law: Law) -> list[tuple[str, list[Any]]]:
    """By side whose signature is lacking and that a household has: its members, who may sign."""
    row = found.contract
    parties = {
        side: signer_queries.party_of(session, row.county, row.contract_id, side).party_id
        for side in found.course(law.on).lacking
    }
    members = members_said(session, row.county, [one for one in parties.values() if one])
    return [
        (i18n.shown_term(side, "contract_side"), members[one])
        for side, one in parties.items()
        if one is not None and one in members
    ]


def standing(session: Session, found: Whole, law: Law) -> dict[str, Any]:
    """How a contract stands today, with what is only told of it."""
    course = found.course(law.on)
    facts = signing.contracted(found)
    signed = found.of("signed") is not None
    row = found.contract
    filed = None if row.kind in NOT_OF or found.of(issuer.STEP) else tr_5_transfer_filed(facts, law)
    told = [filed, con_11_grain_price_is_set(found.settled, law)]
    if row.kind in MOVING and signed and found.of("registered") is None:
        told.append(con_65_price_is_open(signing.moving(found), law))
    told = [
        *(told if signed else ()),
        first_come(session, found, law),
        *told_of(session, row, law),
        *making.land_gone(session, found, own=False),
        *making.freezes(session, found),
    ]
    return {
        "never": (*NOT_OF.get(row.kind, ()), *(("retransfer",) if row.clauses.get("sublet") == KEPT else ())),
        "course": course, "stage": stage(course), "mediated": disputes.waits_until(found, law),
        "stands": stands, "today": law.on, "settled": found.settled, "signed": signed,
        "told": [finding for finding in told if finding and row.state != "withdrawn"],
        "may_register": signed and signing.may_register(found, law),
        "given_up": land_queries.case_given_up(session, row.county, row.contract_id),
        "steps": steps_of(found, law.on), "arrears_kg": rent.arrears_kg(found.settled, law.on),
        "balance_late": found.late_from_contractor(law.on),
        "answer_by": open_until(course.events) if stage(course) in ("running", "over") else None,
        "sides": [(side, i18n.shown_term(side, "contract_side")) for side in course.lacking],
    }  # fmt: skip
