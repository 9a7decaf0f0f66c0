"""The review of businesses that take land in: asked for with papers, decided, the reserve, and the watch on use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.core.actor import Actor, Desk
from landreg.core.codes import tidy
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import CENT
from landreg.exchange.bidding import (
    correction_queries,
    deal_queries,
    logged,
    review_queries,
    sales,
    taker_queries,
    takers,
)
from landreg.exchange.bidding.review_model import (
    LandWatch,
    Qualification,
    QualificationDecision,
    QualificationPaper,
    Reserve,
)
from landreg.exchange.bidding.rules.qualified import (
    WATCHED,
    Paying,
    Reviewing,
    Seen,
    due_on,
    qual_2_each_paper_is_its_own,
    qual_2_papers_are_complete,
    qual_3_decided_in_time,
    qual_6_decided_by_another,
    qual_6_refusal_says_why,
    qual_9_reserve_as_held,
    qual_10_seen_since_the_deal,
    tr_2_purpose_keeps_it_farmed,
)
from landreg.exchange.model import Taker
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached, ties_nothing, words_of_transfer_tie_nothing

PAID_BEFORE = timedelta(days=366)
"""How long before it is recorded a reserve may have been paid in."""
RESERVES = ("paid", "returned", "used")
MOST_MU = Decimal(1_000_000)
WITHDRAWN = "withdrawn"
"""What a review comes to that was taken back before it was decided."""


@dataclass(frozen=True)
class Asking:
    """What a business asks to be reviewed for. papers: by kind. by_market: it agreed with nobody before, and enters sales."""

    area_mu: Decimal
    purpose: str
    experience: str
    papers: Mapping[str, Attached]
    by_market: bool = False


def ask(actor: Actor, taker: Taker, asked: Asking) -> Qualification:
    """Ask for a review. Raises Refused with every finding (QUAL-2, QUAL-7, TR-2, GUARD-1), Conflict (QUAL-8) where one waits."""
    with unit_of_work(actor) as uow:
        takers.hold(uow, taker.county)
        law = load_law(uow.session, taker.county, beijing_day(uow.now))
        words_of_transfer_tie_nothing(law.on, purpose=asked.purpose, experience=asked.experience)
        for kind, paper in asked.papers.items():
            ties_nothing(law.on, paper, kind)
        area = asked.area_mu
        facts = Reviewing(tuple(asked.papers), law.on, purpose=asked.purpose, by_market=asked.by_market)
        faults = [qual_2_papers_are_complete(facts), tr_2_purpose_keeps_it_farmed(facts)]
        faults += [None if asked.purpose.strip() else Finding("QUAL-7", "purpose", {"fault": "review_purpose"})]
        faults += [None if is_area(area) else Finding("QUAL-7", "more_mu", {"fault": "review_area"})]
        faults += qual_2_each_paper_is_its_own({kind: paper.sha256 for kind, paper in asked.papers.items()})
        if any(faults):
            raise Refused([fault for fault in faults if fault])
        if any(decision is None for _, decision in review_queries.reviews(uow.session, taker.county, taker.taker_id)):
            raise Conflict(Finding("QUAL-8", "taker", {"fault": "review_waits"}))
        row = Qualification(
            county=taker.county, village=taker.village, qualification_id=uuid4(), taker_id=taker.taker_id,
            area_mu=area.quantize(CENT), purpose=asked.purpose.strip(), experience=asked.experience.strip(),
            due_on=due_on(law.on, law), by=actor.account_id, by_name=actor.name, at=uow.now,
        )  # fmt: skip
        papers = [
            QualificationPaper(
                county=taker.county, village=taker.village, qualification_id=row.qualification_id, kind=kind,
                sha256=paper.sha256, size=paper.size, name=paper.name,
            )
            for kind, paper in sorted(asked.papers.items())
        ]  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        uow.session.add_all(papers)
        uow.session.flush()
        logged.stage_row(uow, row, papers)
    return row


def decide(
    actor: Actor, county: str, qualification_id: UUID, outcome: str, said: str, took_part: str, paper: Attached | None
) -> tuple[Finding, ...]:
    """Decide a review; what is noted with it: that it comes late (QUAL-3). took_part: who reviewed, of which side,
    and the number of their opinion, a line each; by another than who entered what was asked. paper: that opinion.

    Raises NotFound, Refused (QUAL-2, QUAL-6, GUARD-1), Conflict (QUAL-8) where it was decided.
    """
    with unit_of_work(actor) as uow:
        found = review_queries.review(uow.session, county, qualification_id)
        if found is None:
            raise NotFound
        asked, decision = found
        law = load_law(uow.session, county, beijing_day(uow.now))
        ties_nothing(law.on, said=said, took_part=took_part)
        if paper is not None:
            ties_nothing(law.on, paper, "paper")
        facts = Reviewing((), beijing_day(asked.at), law.on, outcome, said, took_part=took_part, kept=paper is not None)
        if wrong := qual_6_refusal_says_why(facts) or qual_6_decided_by_another((asked.by, actor.account_id)):
            raise Refused(wrong)
        if decision is not None:
            raise Conflict(_over(decision))
        brought = {one.kind: one.sha256 for one in review_queries.review_papers(uow.session, county, qualification_id)}
        if paper is not None and (same := qual_2_each_paper_is_its_own({**brought, "paper": paper.sha256})):
            raise Refused(same)
        _enter(uow, asked, outcome, said, took_part.strip(), paper)
        late = qual_3_decided_in_time(facts, law)
    return () if late is None else (late,)


def withdraw(actor: Actor, county: str, qualification_id: UUID, said: str = "") -> QualificationDecision:
    """Take back a review that waits: the taker by their own account, the desk for a taker that has none. Another may be asked for.

    Raises NotFound, Refused (GUARD-1), Conflict (QUAL-8) where it was decided or withdrawn.
    """
    with unit_of_work(actor) as uow:
        found = review_queries.review(uow.session, county, qualification_id)
        taker = None if found is None else taker_queries.taker(uow.session, county, found[0].taker_id)
        if found is None or taker is None or (actor.desk is Desk.EXCHANGE and taker.account_id is not None):
            raise NotFound
        asked, decision = found
        ties_nothing(beijing_day(uow.now), said=said)
        if decision is not None:
            raise Conflict(_over(decision))
        return _enter(uow, asked, WITHDRAWN, said)


def _over(decision: QualificationDecision) -> Finding:
    """QUAL-8: why nothing more is said of a review."""
    fault = "review_withdrawn" if decision.outcome == WITHDRAWN else "review_decided"
    return Finding("QUAL-8", "outcome", {"fault": fault})


def _enter(
    uow: UnitOfWork, asked: Qualification, outcome: str, said: str, took_part: str | None = None, paper: Attached | None = None
) -> QualificationDecision:  # fmt: skip
    row = QualificationDecision(
        county=asked.county, village=asked.village, qualification_id=asked.qualification_id, outcome=outcome,
        said=said.strip(), took_part=took_part, sha256=paper and paper.sha256, paper=paper and paper.name,
        by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    logged.enter(uow, row)
    return row


def is_area(mu: Decimal) -> bool:
    """Whether an area is one for which a review may be asked."""
    return mu.is_finite() and 0 < mu <= MOST_MU


def record_reserve(
    actor: Actor, county: str, taker_id: UUID, kind: str, amount: Decimal, receipt: str, on_day: date, said: str = ""
) -> Reserve:
    """Record a risk reserve that was paid in, given back or used. While land is held, what it asks for is not given back.

    Raises NotFound, BadInput (FORM-5), Refused (QUAL-9).
    """
    with unit_of_work(actor) as uow:
        takers.hold(uow, county)
        taker = taker_queries.taker(uow.session, county, taker_id)
        if taker is None:
            raise NotFound
        return put_reserve(uow, taker, sales.Receipt(kind, amount, receipt, on_day, said), uuid4())


def put_reserve(
    uow: UnitOfWork, taker: Taker, given: sales.Receipt, reserve_id: UUID, recorded: date | None = None
) -> Reserve:
    """The same, under an id. recorded: the day of the record in whose place this one stands, of a payment."""
    if given.kind not in RESERVES:
        raise BadInput(Finding("FORM-5", "kind", {"given": given.kind[:40]}))
    law = load_law(uow.session, taker.county, beijing_day(uow.now))
    ties_nothing(law.on, receipt=given.receipt, said=given.said)
    taking = sales.taking_in(uow, taker, Decimal(0))
    told = review_queries.reserves(uow.session, taker.county, taker.taker_id, standing=True)
    came = min((one.on_day for one in told if one.kind == "paid"), default=law.on)
    since = (recorded or law.on) - PAID_BEFORE if given.kind == "paid" else came
    paying = Paying(
        given.kind,
        given.amount,
        taking,
        given.receipt,
        given.on_day,
        since,
        law.on,
        given.said,
        recorded is not None,
        correction_queries.slip_used(uow.session, taker.county, given.receipt),
    )
    if wrong := qual_9_reserve_as_held(paying, law):
        raise Refused(wrong)
    row = Reserve(
        county=taker.county, village=taker.village, reserve_id=reserve_id, taker_id=taker.taker_id, kind=given.kind,
        amount=given.amount.quantize(CENT), receipt=tidy(given.receipt), on_day=given.on_day, said=given.said.strip(),
        by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    logged.enter(uow, row)
    return row


def watch(
    actor: Actor, county: str, deal_id: UUID, kind: str, said: str, on_day: date, last: date | None = None
) -> LandWatch:
    """Write down how land of a deal is used. last: of its contract that has ended, the last day.

    Raises NotFound, BadInput (FORM-5), Refused (QUAL-10).
    """
    if kind not in WATCHED:
        raise BadInput(Finding("FORM-5", "kind", {"given": kind[:40]}))
    with unit_of_work(actor) as uow:
        deal = deal_queries.deal(uow.session, county, deal_id)
        if deal is None:
            raise NotFound
        of = Of(deal.village, beijing_day(deal.decided_at), deal_id=deal_id, last=last)
        return put_watch(uow, county, of, kind, said, on_day)


@dataclass(frozen=True)
class Of:
    """Whose land is watched: of a deal or of a contract without one, in which village, since which day; last: until
    which, where that contract has ended.
    """

    village: str
    since: date
    deal_id: UUID | None = None
    contract_id: UUID | None = None
    last: date | None = None


def put_watch(uow: UnitOfWork, county: str, of: Of, kind: str, said: str, on_day: date) -> LandWatch:
    """The same, of a deal or a contract. Raises Refused (QUAL-10, GUARD-1)."""
    today = beijing_day(uow.now)
    ties_nothing(today, said=said)
    if wrong := qual_10_seen_since_the_deal(Seen(kind, said, on_day, of.since, today, of.last)):
        raise Refused(wrong)
    row = LandWatch(
        county=county, village=of.village, watch_id=uuid4(), deal_id=of.deal_id, contract_id=of.contract_id, kind=kind,
        said=said.strip(), on_day=on_day, by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    logged.enter(uow, row)
    return row
