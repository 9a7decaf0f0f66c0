"""CON-17: what came of a dispute, as mediation agreement, award or judgment say it, and since when it binds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.exchange.contracts.rules.closing import is_sum
from landreg.exchange.contracts.rules.course import OUTCOMES
from landreg.exchange.contracts.rules.rent import PAYERS, ZERO, Due
from landreg.law.book import Law

LONGEST_YEARS = 10
"""So many years after the term an award may still be due."""
DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "village": ("settlement", "note"), "township": ("settlement", "note"), "arbitration": ("settlement", "award", "judgment"),
    "court": ("settlement", "judgment"),
}  # fmt: skip
"""By forum: by which papers a dispute ends there; whoever does not take an award sues, and a judgment comes in its stead."""
MEDIATION = ("village", "township")
FAILED = "failed"
"""Mediation came to no agreement, by the mediator's note: arbitration or court goes on, no claim is lost by it."""
LAPSED = "lapsed"
"""Its days ran out without a word of the mediator: the desk says so, without a paper, and the contract waits for it no more."""
UNPROVEN = ("withdrawn", LAPSED)
"""Outcomes of no paper among DOCUMENTS."""
ALONE = ("dismissed", FAILED, *UNPROVEN)
"""Outcomes beside which no sum is awarded."""
ENDING = ("ended", "void")
"""Outcomes that end a contract, or say that it never was: looked at with what follows before they are recorded."""
BY_PAPER: Mapping[str, tuple[str, ...]] = {
    "settlement": ("stands", "ended", "owed", "hand_back"), "note": (FAILED,),
    "award": ("stands", "ended", "void", "owed", "hand_back", "dismissed"),
    "judgment": ("stands", "ended", "void", "owed", "hand_back", "dismissed"),
}  # fmt: skip
"""By paper, what it can say: the sides agree on what they may give up, not that a contract was void or a claim unfounded."""


@dataclass(frozen=True)
class Outcome:
    """What came of a dispute. on_day: from which day it binds, or the contract ends. yuan, pays, due_on: what which side owes until
    when, beside any outcome that is not of ALONE; due_on also: until when the land goes back. document: of DOCUMENTS. served_on: of
    an award, when the last side had it. final: of a judgment, that it is in force. covers: the dues in place of which the sum is
    owed, by their positions; beside: it is owed beside them, as damages or costs. looked: of ENDING, that what follows in money
    was looked at.
    """

    outcome: str
    on_day: date
    yuan: Decimal | None = None
    due_on: date | None = None
    said: str = ""
    pays: str = ""
    document: str = "settlement"
    served_on: date | None = None
    final: bool = False
    covers: tuple[int, ...] = ()
    beside: bool = False
    looked: bool = False


@dataclass(frozen=True)
class Recorded:
    """An outcome as it is recorded of a contract. from_on, until_on: of its term, exclusive. brought_on, forum: of the dispute.
    ended: the contract has ended already; void: by an outcome that says so. about: the dispute. late: the dues of which the side
    that pays has left something over their day; owed: of which it has left something. mediated_until: the last day of a mediation.
    """

    number: str
    asked: Outcome
    from_on: date
    until_on: date
    brought_on: date
    ended: bool = False
    void: bool = False
    forum: str = "arbitration"
    about: str = ""
    late: frozenset[int] = frozenset()
    owed: frozenset[int] = frozenset()
    mediated_until: date | None = None


def mediated_until(forum: str, brought_on: date, law: Law) -> date | None:
    """The last day for which a contract waits for a mediation; None of arbitration and court, which end by their own word."""
    return brought_on + timedelta(days=law.days("CON-9.mediation_days")) if forum in MEDIATION else None


def con_114_mediated_once(facts: tuple[str, str, str, Iterable[tuple[str, str]]], law: Law) -> Finding | None:
    """CON-114: what a mediation of a village or township came to no agreement about is mediated there no more: arbitration or a
    court hears it. facts: the contract's number, the forum, what it is about, of which of both mediations failed or ran out.
    """
    number, forum, about, failed = facts
    if forum not in MEDIATION or (forum, about) not in failed:
        return None
    return Finding("CON-114", "forum", {}, subject=number)


def binds_from(served_on: date, law: Law) -> date:
    """The day from which an award binds: when the days are over in which it may be sued. 农村土地承包经营纠纷调解仲裁法 48."""
    return served_on + timedelta(days=law.days("CON-17.suit_days")) + DAY


def con_17_outcome_is_said(facts: Recorded, law: Law) -> tuple[Finding, ...]:
    """CON-17: what is wrong of an outcome, each fault by its field: what it says fits the contract, its days lie since the dispute,
    a sum has its payer and its day, and its paper binds both sides. 农村土地承包经营纠纷调解仲裁法 48, 49.
    """
    asked = facts.asked
    values = {
        "since": facts.from_on if asked.outcome == "ended" else facts.brought_on,
        "last": facts.until_on if asked.outcome == "ended" else law.on,
        "due_since": max(facts.brought_on, min(asked.on_day, law.on)),
        "due_last": years_after(max(facts.until_on, law.on), LONGEST_YEARS),
        "brought": facts.brought_on,
        "binds": law.on if asked.served_on is None else binds_from(asked.served_on, law),
        "mediated": facts.mediated_until or law.on,
    }
    found = [
        *_of_contract(facts, values, law.on), *_of_sum(asked, values), *_of_dues(facts), *_of_paper(facts, values, law.on)
    ]  # fmt: skip
    first = dict(reversed(found))
    return tuple(
        Finding("CON-17", field, {"fault": fault, **values}, subject=facts.number) for field, fault in first.items()
    )


def _of_contract(facts: Recorded, values: Mapping[str, date], today: date) -> Iterator[tuple[str, str]]:
    outcome = facts.asked.outcome
    if outcome not in OUTCOMES or (outcome == FAILED and facts.forum not in MEDIATION):
        yield "outcome", "outcome_unsaid"
    elif outcome == LAPSED and (facts.mediated_until is None or today <= facts.mediated_until):
        yield "outcome", "outcome_unsaid" if facts.mediated_until is None else "mediation_runs"
    elif outcome in ("stands", "ended") and facts.ended:
        yield "outcome", "outcome_of_ended"
    elif outcome == "hand_back" and not facts.ended:
        yield "outcome", "outcome_not_ended"
    elif outcome == "void" and facts.void:
        yield "outcome", "outcome_void_again"
    if not values["since"] <= facts.asked.on_day <= values["last"]:
        yield "on_day", "outcome_day"
    if outcome in ENDING and not facts.asked.looked:
        yield "looked", "outcome_not_looked_at"


def _of_sum(asked: Outcome, values: Mapping[str, date]) -> Iterator[tuple[str, str]]:
    due, owed = asked.outcome in ("owed", "hand_back"), asked.outcome == "owed" or asked.yuan is not None
    if asked.yuan is None:
        if owed:
            yield "yuan", "award_no_sum"
    elif asked.outcome in ALONE:
        yield "yuan", "award_beside_none"
    elif not is_sum(asked.yuan):
        yield "yuan", "award_sum"
    if owed and asked.pays not in PAYERS:
        yield "pays", "award_no_payer"
    elif asked.pays and not owed:
        yield "pays", "award_of_nothing"
    if asked.due_on is None:
        if due or owed:
            yield "due_on", "award_no_day"
    elif not (due or owed):
        yield "due_on", "award_of_nothing"
    elif not values["due_since"] <= asked.due_on <= values["due_last"]:
        yield "due_on", "award_day"


def _of_dues(facts: Recorded) -> Iterator[tuple[str, str]]:
    """A sum that a dispute over the price ends with says of which dues it is, or that it is beside them."""
    asked = facts.asked
    if set(asked.covers) - facts.owed or (asked.covers and (asked.yuan is None or asked.beside)):
        yield "covers", "award_covers_none"
    elif asked.yuan is not None and facts.about == "rent" and facts.late and not (asked.covers or asked.beside):
        yield "covers", "award_covers_unsaid"


def _of_paper(facts: Recorded, values: Mapping[str, date], today: date) -> Iterator[tuple[str, str]]:
    asked = facts.asked
    if asked.outcome in UNPROVEN:
        return
    if asked.document not in DOCUMENTS.get(facts.forum, ()) or (asked.document == "note") != (asked.outcome == FAILED):
        yield "document", "outcome_document"
    elif asked.outcome in OUTCOMES and asked.outcome not in BY_PAPER[asked.document]:
        yield "outcome", "outcome_of_no_settlement"
    elif asked.document == "judgment" and not asked.final:
        yield "final", "judgment_not_final"
    elif asked.document == "award" and asked.served_on is None:
        yield "served_on", "award_not_served"
    elif asked.document == "award" and not (values["brought"] <= (asked.served_on or today) <= today):
        yield "served_on", "award_served_day"
    elif asked.document == "award" and today < values["binds"]:
        yield "served_on", "award_may_be_sued"
    elif asked.document == "award" and asked.outcome != "ended" and asked.on_day < values["binds"]:
        yield "on_day", "award_before_it_binds"
    elif asked.document != "award" and asked.served_on is not None:
        yield "served_on", "award_served_none"


class Award(Protocol):
    """An outcome as it was recorded."""

    facts: Any


def covered(outcomes: Iterable[Award]) -> dict[int, Decimal]:
    """By the position of a due what of it was awarded over: what was left then, in yuan or, in kind, in kg. 民法典 557."""
    gone: dict[int, Decimal] = {}
    for one in outcomes:
        for position, left in one.facts.get("covers", {}).items():
            gone[int(position)] = gone.get(int(position), ZERO) + Decimal(left)
    return gone


def replaced(
    said: Iterable[Due], dues: Iterable[Due], before: Mapping[int, Decimal], since: Mapping[int, Decimal]
) -> tuple[Due, ...]:
    """Dues without what outcomes awarded something in place of (`covered`): what was paid of them stays. said: each whole; dues: as
    an end left them. before: of the whole ones, until the end was recorded; since: of what it left.
    """
    most = {due.position: due.amount - before.get(due.position, ZERO) for due in said}
    return tuple(
        replace(due, amount=max(min(due.amount, most[due.position]) - since.get(due.position, ZERO), ZERO))
        for due in dues
    )
