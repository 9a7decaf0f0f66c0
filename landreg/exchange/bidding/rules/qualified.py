"""Businesses that take land in: from which area they are reviewed, by what papers, in how many days, with what reserve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from landreg.core.errors import Finding
from landreg.core.units import CENT
from landreg.exchange.bidding.rules.entering import MOST_DEPOSIT
from landreg.law.book import Law
from landreg.law.straying import strays

INTENT = "intent"
PAPERS = ("licence", "ability", "plan", "credit", INTENT)
"""营业执照, 农业经营能力证明, 项目计划书, 信用报告, 流转意向协议书 (办法 29)."""
PARTS = ("部门", "集体", "农民代表", "专家")
"""Who reviews (农村土地承包法 45, 办法 29), as the record names them, a line each."""
OPINION = "审查意见"
"""What the record calls the paper of the review: its number and day."""
WATCHED = ("fine", "non_grain", "idle", "non_farm", "built")
ADVERSE = frozenset(WATCHED[1:])


@dataclass(frozen=True)
class TakingIn:
    """A taker that would take in area_mu more. held_mu: what it has by deals that stand. passed_mu: up to which it was reviewed
    and passed, None where it never was. reserve: the risk reserve that is paid in, in yuan.
    """

    kind: str
    area_mu: Decimal
    held_mu: Decimal
    passed_mu: Decimal | None = None
    reserve: Decimal = Decimal(0)

    @property
    def whole_mu(self) -> Decimal:
        """All that it would have."""
        return self.area_mu + self.held_mu


@dataclass(frozen=True)
class Reviewing:
    """A review. papers: kinds that are there. decided_on: None while it waits. purpose: what the land is wanted for. took_part: who
    reviewed; kept: what they found is kept as a paper. by_market: the land is to be had in the open, with nobody agreed before.
    """

    papers: tuple[str, ...]
    asked_on: date
    decided_on: date | None = None
    outcome: str = ""
    said: str = ""
    purpose: str = ""
    took_part: str = ""
    kept: bool = False
    by_market: bool = False


@dataclass(frozen=True)
class Paying:
    """A payment of the risk reserve: paid in, returned or used. stands: what the taker has. since: the first day that it can be: a
    year ago, or of the first payment. in_place: it is recorded in place of one that was. slip: for what its slip counts
    already, and whose.
    """

    kind: str
    amount: Decimal
    stands: TakingIn
    receipt: str
    on_day: date
    since: date
    today: date
    said: str = ""
    in_place: bool = False
    slip: tuple[str, str] = ("", "")


def qual_1_reviewed_from_the_threshold(facts: TakingIn, law: Law) -> Finding | None:
    """QUAL-1: from the county's threshold on a business is reviewed before it takes land in. 农村土地承包法 45."""
    threshold = law.number("QUAL-1.threshold_mu")
    needs = facts.kind == "organisation" and facts.whole_mu >= threshold
    if not needs or (facts.passed_mu is not None and facts.whole_mu <= facts.passed_mu):
        return None
    return Finding("QUAL-1", "taker", {"whole": facts.whole_mu, "threshold": threshold})


def qual_2_papers_are_complete(facts: Reviewing, law: Law | None = None) -> Finding | None:
    """QUAL-2: the review is asked for with all its papers."""
    asked = [paper for paper in PAPERS if paper != INTENT or not facts.by_market]
    lacking = [paper for paper in asked if paper not in facts.papers]
    return Finding("QUAL-2", "paper", {"review_papers": lacking}) if lacking else None


def tr_2_purpose_keeps_it_farmed(facts: Reviewing, law: Law | None = None) -> Finding | None:
    """TR-2: what the land is wanted for is farming, by the words by which a listing is read. RLCL-38, CC-334."""
    said = strays(facts.purpose, facts.asked_on, "not_farming")
    return Finding("TR-2", "purpose", {"fault": "use_not_farming", "said": said}) if said else None


def qual_3_decided_in_time(facts: Reviewing, law: Law) -> Finding | None:
    """QUAL-3: decided within the working days of the measures; later it is said, and still decided. 办法 29."""
    due = due_on(facts.asked_on, law)
    late = (facts.decided_on or law.on) > due
    return Finding("QUAL-3", "outcome", {"due": due}) if late else None


def qual_4_within_the_limit(facts: TakingIn, law: Law) -> Finding | None:
    """QUAL-4: no taker has more than the county lets one have."""
    most = law.number("QUAL-4.most_mu", facts.kind)
    return None if facts.whole_mu <= most else Finding("QUAL-4", "taker", {"whole": facts.whole_mu, "most": most})


def qual_5_reserve_is_paid(facts: TakingIn, law: Law) -> Finding | None:
    """QUAL-5: whoever is reviewed pays the risk reserve in before the land is handed over. 农村土地承包法 45, 办法 30."""
    owed = reserve_due(facts, law)
    return None if facts.reserve >= owed else Finding("QUAL-5", "taker", {"owed": owed, "held": facts.reserve})


def qual_6_refusal_says_why(facts: Reviewing, law: Law | None = None) -> Finding | None:
    """QUAL-6: a review passes or not; one that does not says why; at least two of the parts that review together are named, and
    what they found is a paper. 农村土地承包法 45.
    """
    sound = facts.outcome == "passed" or (facts.outcome == "refused" and bool(facts.said.strip()))
    if not sound:
        return Finding("QUAL-6", "said")
    lines = (line.partition("：") for line in facts.took_part.splitlines())
    named = {part for part, _, who in lines if len(who.strip()) > 1}
    if len(named & {*PARTS}) < 2:
        return Finding("QUAL-6", "took_part")
    if OPINION not in named:
        return Finding("QUAL-6", "opinion")
    return None if facts.kept else Finding("QUAL-6", "paper")


def qual_6_decided_by_another(facts: tuple[UUID, UUID]) -> Finding | None:
    """QUAL-6: who entered what a business asks for does not decide it. facts: who asked, who decides."""
    asked_by, decides = facts
    return Finding("QUAL-6", "outcome") if asked_by == decides else None


def qual_2_each_paper_is_its_own(digests: Mapping[str, str]) -> list[Finding]:
    """QUAL-2: one file is one paper of a review: each kind whose file stands for another already."""
    first: dict[str, str] = {}
    return [
        Finding("QUAL-2", kind, {"fault": "review_same_file"})
        for kind, one in digests.items()
        if first.setdefault(one, kind) != kind
    ]


def qual_9_reserve_as_held(facts: Paying, law: Law) -> Finding | None:
    """QUAL-9: paid in after a review was passed; recorded by its receipt and day; no more of the reserve is given back or used than
    there is, used for a reason alone; while land is held what it asks for stays. 办法 30.
    """
    if facts.kind == "paid" and facts.stands.passed_mu is None and not facts.in_place:
        return _reserve_wrong("kind", "reserve_unreviewed")
    owed, held = reserve_due(facts.stands, law), facts.stands.reserve
    least = owed if facts.kind == "returned" else Decimal(0)
    sum_sound = facts.amount.is_finite() and 0 < facts.amount <= MOST_DEPOSIT
    if not sum_sound or (facts.kind != "paid" and held - facts.amount < least):
        return _reserve_wrong("amount", "reserve_sum", held=held, owed=owed)
    if not facts.receipt.strip():
        return _reserve_wrong("receipt", "deposit_receipt")
    if facts.slip[0]:
        return _reserve_wrong("receipt", f"slip_{facts.slip[0]}", whose=facts.slip[1])
    if not facts.since <= facts.on_day <= facts.today:
        return _reserve_wrong("on_day", "reserve_day", since=facts.since)
    return _reserve_wrong("said", "reserve_why") if facts.kind == "used" and not facts.said.strip() else None


@dataclass(frozen=True)
class Seen:
    """How land that was taken in is used, as seen on a day. since: the day of the deal, or the first day of a term without one.
    last: of what has ended, its last day.
    """

    kind: str
    said: str
    on_day: date
    since: date
    today: date
    last: date | None = None


def qual_10_seen_since_the_deal(facts: Seen, law: Law | None = None) -> Finding | None:
    """QUAL-10: what was seen is of a day since the land was taken in, by today and while the contract was; what is
    wrong is said. 农村土地承包法 38.
    """
    last = min(facts.today, facts.last or facts.today)
    values = {"since": facts.since, "today": last}
    if not facts.since <= facts.on_day <= last:
        return Finding("QUAL-10", "on_day", values)
    return None if facts.kind == "fine" or facts.said.strip() else Finding("QUAL-10", "said", values)


def _reserve_wrong(field: str, fault: str, **values: object) -> Finding:
    """fault: a word of terms.toml."""
    return Finding("QUAL-9", field, {"fault": fault, **values})


def due_on(asked_on: date, law: Law) -> date:
    """The last day of a review."""
    return law.working_days_after(asked_on, law.days("QUAL-3.review_working_days"))


def reserve_due(facts: TakingIn, law: Law) -> Decimal:
    """The risk reserve that a taker must have for all that it would have, in yuan; nought under the threshold."""
    needed = facts.kind == "organisation" and facts.whole_mu >= law.number("QUAL-1.threshold_mu")
    return reserve_owed(facts.whole_mu, law) if needed else Decimal(0)


def reserve_owed(area_mu: Decimal, law: Law) -> Decimal:
    """The risk reserve of an area, in yuan."""
    return (area_mu * law.number("QUAL-5.reserve_yuan_mu")).quantize(CENT)


ENTER_RULES = (qual_1_reviewed_from_the_threshold, qual_4_within_the_limit)
"""What stands before a bid or an offer."""
DEAL_RULES = (*ENTER_RULES, qual_5_reserve_is_paid)
"""What stands before a deal."""
