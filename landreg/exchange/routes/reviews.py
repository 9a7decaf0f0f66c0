"""The review of businesses that take land in: asked for by the taker, decided at the operator's desk, with reserve and watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.core.periods import beijing_day
from landreg.core.units import mu_of
from landreg.exchange import letter
from landreg.exchange.bidding import (
    correction_queries,
    review_letter,
    review_queries,
    reviews,
    sales,
    taker_queries,
    takers,
)
from landreg.exchange.bidding.correction_model import Correction
from landreg.exchange.bidding.review_model import Reserve
from landreg.exchange.bidding.rules.qualified import OPINION, PAPERS, PARTS
from landreg.exchange.contracts import draft_queries
from landreg.exchange.contracts.taking import reserve_lacking
from landreg.exchange.listings import papers
from landreg.exchange.model import Taker
from landreg.registry.guarded import Attached
from landreg.registry.routes.surroundings import as_it_was_handed_in, desk_of, page_day, store
from landreg.web import pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("exchange_reviews", __name__)
READERS = (Role.OPERATOR, Role.AUDITOR)


@blueprint.get("/bids/reviews")
@allow(Role.TAKER)
def own() -> Response:
    """A taker's reviews, and the form to ask for one."""
    with unit_of_work(current_actor()) as uow:
        mine = [taker for taker in taker_queries.own_takers(uow.session) if taker.kind == "organisation"]
        found = {taker.taker_id: review_queries.reviews(uow.session, taker.county, taker.taker_id) for taker in mine}
        held = {one.taker_id: taker_queries.area_held(uow.session, one.county, one.taker_id) for one in mine}
        from_mu = {one.taker_id: sales.law_of(uow, one.county).number("QUAL-1.threshold_mu") for one in mine}
        reserves = {one.taker_id: review_queries.reserves(uow.session, one.county, one.taker_id) for one in mine}
        drafts = draft_queries.own(uow.session, page_day(uow.session))
        laws = {one.county: sales.law_of(uow, one.county) for one in mine}
        return pages.render(
            "exchange/own_reviews.html", owed={one.taker_id: reserve_lacking(uow, one, drafts, laws[one.county]) for one in mine},
            paid_to={key: (law.text("MKT-5.office", "deposit"), law.text("MKT-5.office", "phone")) for key, law in laws.items()},
            takers=mine, reviews=found, papers=PAPERS, held=held, from_mu=from_mu, reserves=reserves,
            reserve={one.taker_id: review_queries.reserve_held(uow.session, one.county, one.taker_id) for one in mine},
            corrections={one.taker_id: _corrections(uow.session, one.county, reserves[one.taker_id]) for one in mine},
        )  # fmt: skip


def _corrections(session: Session, county: str, told: Sequence[Reserve]) -> dict[UUID, Correction]:
    return correction_queries.corrections(session, county, [one.reserve_id for one in told])


@dataclass(frozen=True)
class Asking:
    """What a business asks to be reviewed for. more_mu: beside what it has in the county by the record. outside_mu: elsewhere."""

    taker: UUID
    more_mu: Decimal
    outside_mu: Decimal = Decimal(0)
    purpose: str = field(default="", metadata={"most": 500})
    experience: str = field(default="", metadata={"most": 2000})
    licence: Upload | None = None
    ability: Upload | None = None
    plan: Upload | None = None
    credit: Upload | None = None
    intent: Upload | None = None
    by_market: bool = False


@blueprint.post("/bids/reviews/<county>")
@allow(Role.TAKER)
@problems.back_to(lambda county: own())
def ask(county: str) -> Redirect:
    """Ask for a review."""
    given, actor = read_form(Asking), current_actor()
    taker = takers.own(actor, county, given.taker)
    asked = _asked(actor, taker, given)
    made = reviews.ask(actor, taker, asked)
    flash(_("资格审查已受理，%(day)s 前作出决定。", day=made.due_on.isoformat()))
    return redirect(url_for(".own"), 303)


@blueprint.post("/bids/reviews/<county>/<uuid:qualification_id>/withdraw")
@allow(Role.TAKER)
@problems.back_to(lambda county, qualification_id: own())
def withdraw(county: str, qualification_id: UUID) -> Redirect:
    """Take a review back that was asked for by mistake."""
    reviews.withdraw(current_actor(), county, qualification_id)
    flash(_("已撤回，可以重新申请。"))
    return redirect(url_for(".own"), 303)


@blueprint.get("/sales/reviews")
@allow(*READERS)
def index() -> Response:
    """Reviews of the jurisdiction, those that wait first."""
    with unit_of_work(current_actor()) as uow:
        rows = review_queries.waiting_reviews(uow.session)
        names: dict[UUID, Taker] = {}
        place = current_actor().jurisdiction
        may_ask = current_actor().has(Role.OPERATOR) and len(place) >= 6
        for county in {one.county for one, _decision in rows}:
            names |= taker_queries.takers(uow.session, county, [one.taker_id for one, _decision in rows])
        return pages.render(
            "exchange/reviews.html", rows=rows, takers=names, today=page_day(uow.session), papers=PAPERS,
            may_ask=may_ask, from_mu=sales.law_of(uow, place[:6]).number("QUAL-1.threshold_mu") if may_ask else None,
        )  # fmt: skip


@dataclass(frozen=True)
class AskingFor:
    """The same for a business that came by a contract of its own and has no account, by its code."""

    code: str = field(metadata={"most": 18})
    more_mu: Decimal
    outside_mu: Decimal = Decimal(0)
    purpose: str = field(default="", metadata={"most": 500})
    experience: str = field(default="", metadata={"most": 2000})
    licence: Upload | None = None
    ability: Upload | None = None
    plan: Upload | None = None
    credit: Upload | None = None
    intent: Upload | None = None
    by_market: bool = False


@blueprint.post("/sales/reviews")
@allow(Role.OPERATOR)
@problems.back_to(index)
def ask_for() -> Redirect:
    """Ask for the review of a business that comes to the counter."""
    given, actor = read_form(AskingFor), current_actor()
    with unit_of_work(actor) as uow:
        taker = taker_queries.taker_of_code(uow.session, actor.jurisdiction[:6], given.code.strip().upper())
    if taker is None or taker.kind != "organisation":
        raise BadInput(Finding("CON-16", "code"))
    asked = _asked(actor, taker, given)
    made = reviews.ask(actor, taker, asked)
    flash(_("资格审查已受理，%(day)s 前作出决定。", day=made.due_on.isoformat()))
    return redirect(url_for(".one", county=made.county, qualification_id=made.qualification_id), 303)


def _asked(actor: Actor, taker: Taker, given: Asking | AskingFor) -> reviews.Asking:
    """What is reviewed: what the taker has in the county by contracts and deals, and what it wants beside; land elsewhere is told.

    Raises BadInput (QUAL-7) for an area that is none.
    """
    wrong = [] if reviews.is_area(given.more_mu) else [Finding("QUAL-7", "more_mu", {"fault": "review_area"})]
    if not (given.outside_mu.is_finite() and 0 <= given.outside_mu <= reviews.MOST_MU):
        wrong.append(Finding("QUAL-7", "outside_mu", {"fault": "review_outside"}))
    if wrong:
        raise BadInput(wrong)
    with unit_of_work(actor) as uow:
        held = mu_of(taker_queries.area_held(uow.session, taker.county, taker.taker_id))
    elsewhere = f"本县（区）以外已受让 {given.outside_mu:.2f} 亩。\n" if given.outside_mu else ""
    agreed = "没有流转意向协议书：拟在本交易机构公开竞价、报价受让。\n" if given.by_market else ""
    told = f"{elsewhere}{agreed}{given.experience}"
    return reviews.Asking(held + given.more_mu, given.purpose, told, _papers_of(given), given.by_market)


def _papers_of(given: Asking | AskingFor) -> dict[str, Attached]:
    """What was sent of them. Raises BadInput (FORM-15) for what is no paper, whatever its name says."""
    return papers.keep(store(), {kind: getattr(given, kind) for kind in PAPERS})


@blueprint.get("/sales/reviews/<county>/<uuid:qualification_id>")
@allow(*READERS)
def one(county: str, qualification_id: UUID) -> Response:
    """One review with its papers, and what the taker has."""
    with unit_of_work(current_actor()) as uow:
        found = review_queries.review(uow.session, county, qualification_id)
        if found is None:
            raise NotFound
        asked, decision = found
        taker = taker_queries.taker(uow.session, county, asked.taker_id)
        reserves = review_queries.reserves(uow.session, county, asked.taker_id)
        return pages.render(
            "exchange/review.html", asked=asked, decision=decision, taker=taker, today=page_day(uow.session),
            papers=review_queries.review_papers(uow.session, county, qualification_id),
            reserve=review_queries.reserve_held(uow.session, county, asked.taker_id),
            reserves=reserves, corrections=_corrections(uow.session, county, reserves),
            may_act=current_actor().has(Role.OPERATOR),
            held=taker_queries.area_held(uow.session, county, asked.taker_id),
            watched=review_queries.watched_of_taker(uow.session, county, asked.taker_id),
        )  # fmt: skip


@blueprint.get("/sales/reviews/<county>/<uuid:qualification_id>/papers/<kind>")
@allow(*READERS)
def paper(county: str, qualification_id: UUID, kind: str) -> Response:
    """A paper of a review."""
    with unit_of_work(current_actor()) as uow:
        found = review_queries.review_papers(uow.session, county, qualification_id)
    row = next((one for one in found if one.kind == kind), None)
    if row is None:
        raise NotFound
    return as_it_was_handed_in(row.sha256, row.name)


@blueprint.get("/sales/reviews/<county>/<uuid:qualification_id>/opinion")
@allow(*READERS)
def opinion(county: str, qualification_id: UUID) -> Response:
    """What those who reviewed found, as it is kept. Raises NotFound of what was decided before it was."""
    with unit_of_work(current_actor()) as uow:
        found = review_queries.review(uow.session, county, qualification_id)
    decision = found[1] if found else None
    if decision is None or decision.sha256 is None:
        raise NotFound
    return as_it_was_handed_in(decision.sha256, decision.paper)


@blueprint.get("/sales/reviews/<county>/<uuid:qualification_id>/result.pdf")
@allow(*READERS)
def result_pdf(county: str, qualification_id: UUID) -> Response:
    """What the review came to, as a letter to the business. Raises NotFound before it was decided."""
    with unit_of_work(current_actor()) as uow:
        found = review_queries.review(uow.session, county, qualification_id)
        decision = found[1] if found else None
        taker = None if found is None else taker_queries.taker(uow.session, county, found[0].taker_id)
        if found is None or taker is None or decision is None or decision.outcome == reviews.WITHDRAWN:
            raise NotFound
        desk = desk_of(uow.session, county)
        made = review_letter.of_review(desk, taker, found[0], decision)
        pdf = letter.printed(uow.session, desk, county, [made], beijing_day(decision.at))
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{made.number}.pdf")


@dataclass(frozen=True)
class Deciding:
    """What a review comes to: who took part, of which side; opinion: the number and day of what they found."""

    outcome: str = field(default="", metadata={"most": 20})
    said: str = field(default="", metadata={"most": 1000})
    took_part: str = field(default="", metadata={"most": 200})
    collective: str = field(default="", metadata={"most": 200})
    farmers: str = field(default="", metadata={"most": 200})
    expert: str = field(default="", metadata={"most": 200})
    opinion: str = field(default="", metadata={"most": 200})
    paper: Upload | None = None

    def named(self) -> str:
        """Who took part and what they found, a line each, as it is recorded."""
        said = (self.took_part, self.collective, self.farmers, self.expert, self.opinion)
        lines = zip((*PARTS, OPINION), said, strict=True)
        return "\n".join(f"{part}：{' '.join(who.split())}" for part, who in lines if who.strip())


@blueprint.post("/sales/reviews/<county>/<uuid:qualification_id>")
@allow(Role.OPERATOR)
@problems.back_to(one)
def decide(county: str, qualification_id: UUID) -> Redirect:
    """Decide it."""
    given = read_form(Deciding)
    kept = papers.keep_one(store(), given.paper)
    late = reviews.decide(current_actor(), county, qualification_id, given.outcome, given.said, given.named(), kept)
    flash(_("已作出决定，超过了规定的工作日。") if late else _("已作出决定。"))
    return redirect(url_for(".one", county=county, qualification_id=qualification_id), 303)


@blueprint.post("/sales/reviews/<county>/<uuid:qualification_id>/withdraw")
@allow(Role.OPERATOR)
@problems.back_to(one)
def withdraw_for(county: str, qualification_id: UUID) -> Redirect:
    """Take it back for a taker without an account, who asks for it at the counter."""
    reviews.withdraw(current_actor(), county, qualification_id, read_form(Deciding).said)
    flash(_("已撤回，可以重新申请。"))
    return redirect(url_for(".one", county=county, qualification_id=qualification_id), 303)


@dataclass(frozen=True)
class Reserving:
    """The risk reserve by its receipt."""

    kind: str = field(metadata={"most": 20})
    amount: Decimal
    receipt: str = field(metadata={"most": 60})
    on_day: date
    said: str = field(default="", metadata={"most": 500})


@blueprint.post("/sales/reviews/<county>/<uuid:qualification_id>/reserve")
@allow(Role.OPERATOR)
@problems.back_to(one)
def reserve(county: str, qualification_id: UUID) -> Redirect:
    """Record the risk reserve of the taker."""
    given = read_form(Reserving)
    with unit_of_work(current_actor()) as uow:
        found = review_queries.review(uow.session, county, qualification_id)
    if found is None:
        raise NotFound
    reviews.record_reserve(
        current_actor(), county, found[0].taker_id, given.kind, given.amount, given.receipt, given.on_day, given.said
    )
    flash(_("已记载。"))
    return redirect(url_for(".one", county=county, qualification_id=qualification_id), 303)
