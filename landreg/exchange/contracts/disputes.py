"""Disputes about a contract and their outcome, before or after its end: the record waits for the outcome, and is bound by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, Refused
from landreg.core.periods import DAY
from landreg.core.units import CENT
from landreg.exchange.contracts import correcting
from landreg.exchange.contracts.correcting import Wrong
from landreg.exchange.contracts.entering import happened, held, must, open_for
from landreg.exchange.contracts.life import end_what_rests_on
from landreg.exchange.contracts.rules.closing import (
    ABOUT,
    Raised,
    con_26_dispute_within_limitation,
    con_83_land_board_hears_disputes_over_farmland,
    con_101_brought_on_a_day_that_is_shown,
)
from landreg.exchange.contracts.rules.outcomes import (
    ENDING,
    FAILED,
    LAPSED,
    UNPROVEN,
    Outcome,
    Recorded,
    con_17_outcome_is_said,
    con_114_mediated_once,
    mediated_until,
)
from landreg.exchange.contracts.rules.rent import AWARDED, ZERO, Due, Settled
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law, terms
from landreg.registry.guarded import Attached, ties_nothing, words_of_transfer_tie_nothing


@dataclass(frozen=True)
class Brought:
    """A dispute as it is brought. accepted: the paper is the forum's, which says that it took the case up. on_day: when it was
    brought, today where none is said.
    """

    forum: str
    said: str
    about: str = "other"
    accepted: bool = False
    on_day: date | None = None


def dispute(actor: Actor, county: str, contract_id: UUID, asked: Brought, paper: Attached | None) -> None:
    """Record that a dispute is before mediation, arbitration or court: ends and changes wait.

    Raises BadInput (FORM-5), Refused (CON-26 past the limitation after the end, CON-83, CON-101, CON-114,
    GUARD-1), Conflict (CON-5, also while one
    is open).
    """
    listed: Mapping[str, tuple[str, Any]] = {
        "forum": (asked.forum, terms("contract_forum")),
        "about": (asked.about, ABOUT),
    }
    if wrong := [
        Finding("FORM-5", name, {"given": given[:40]}) for name, (given, among) in listed.items() if given not in among
    ]:
        raise BadInput(wrong)
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "signed", "running", "over", "ending", "ended")
        row, end = found.contract, found.of("ended")
        if found.course(law.on).disputed:
            raise Conflict(Finding("CON-5", "state", {"where": "disputed"}, subject=row.number))
        ties_nothing(law.on, paper, said=asked.said)
        # A void contract ended on its first day, which nobody knew before the outcome said so.
        said_void = [one.on_day for one in found.events if one.facts.get("outcome") == "void"]
        ended_on = max([end.on_day, *said_void]) if end else None
        last_due = max((one.due.due_on for one in found.settled), default=None)
        raised = Raised(row.number, asked.forum, asked.about, ended_on, last_due, asked.accepted and paper is not None)
        elsewhere = con_83_land_board_hears_disputes_over_farmland((row.number, row.kind, asked.forum), law)
        on_day = asked.on_day or law.on
        brought = (row.number, on_day, found.signed_on(law.on), raised.accepted)
        again = con_114_mediated_once((row.number, asked.forum, asked.about, _mediated(found)), law)
        early = con_101_brought_on_a_day_that_is_shown(brought, law)
        if finding := elsewhere or again or early or con_26_dispute_within_limitation(raised, law):
            raise Refused(finding)
        facts = {"forum": asked.forum, "about": asked.about}
        happened(uow, row, "disputed", on_day, said=asked.said, facts=facts, paper=paper)


def settle(
    actor: Actor, county: str, contract_id: UUID, asked: Outcome, paper: Attached | None, wrong: Wrong | None = None
) -> None:
    """Record the outcome; it binds the record: a contract that it ends is ended, a sum that it awards is due. wrong: in place of an
    outcome that was recorded wrongly.

    Raises NotFound, Refused (CON-17, REC-1), Conflict (CON-5) where nothing is in dispute, BadInput (FORM-7).
    """
    with unit_of_work(actor) as uow:
        key = uuid4()
        made = correcting.struck(uow, county, contract_id, wrong, key, _by_contractor(asked)) if wrong else None
        found, law = held(uow, county, contract_id)
        row, ended = found.contract, found.of("ended") is not None
        if not found.course(law.on).disputed:
            raise Conflict(Finding("CON-5", "state", {"where": "ended" if ended else "running"}, subject=row.number))
        kept, brought = paper if asked.outcome == LAPSED else must(paper), found.of("disputed")
        ties_nothing(law.on, kept, said=asked.said)
        if asked.document == "settlement":  # What an award or a judgment says of such a term is no term.
            words_of_transfer_tie_nothing(law.on, said=asked.said)
        since, forum = (brought.on_day, str(brought.facts.get("forum", ""))) if brought else (law.on, "")
        about, owed = str(brought.facts.get("about", "")) if brought else "", _owed(found, asked.pays)
        late = frozenset(position for position, one in owed.items() if one.late(law.on))
        said = Recorded(
            row.number, asked, row.from_on, row.until_on, since, ended, row.void, forum, about, late, frozenset(owed),
            mediated_until(forum, since, law),
        )  # fmt: skip
        if refused := con_17_outcome_is_said(said, law):
            raise Refused(refused)
        happened(
            uow, row, "settled", asked.on_day, said=asked.said, facts=_facts(asked, owed), paper=kept,
            dues=_dues(found, asked), event_id=key,
        )  # fmt: skip
        if made is not None:
            correcting.staged(uow, made)
        if asked.outcome in ENDING and not ended:
            _end(uow, found, law, asked)


def _mediated(found: Whole) -> list[tuple[str, str]]:
    """Before whom, and about what, mediations came to no agreement or ran out since a dispute was last settled otherwise: a later
    one is another dispute.
    """
    said: list[tuple[str, str]] = []
    before = ("", "")
    for one in found.events:
        if one.kind == "disputed":
            before = (str(one.facts.get("forum", "")), str(one.facts.get("about", "")))
        elif one.kind == "settled":
            said = [*said, before] if one.facts.get("outcome") in (FAILED, LAPSED) else []
    return said


def waits_until(found: Whole, law: Law) -> date | None:
    """The last day for which a contract in dispute waits for its mediation; None where nothing is mediated."""
    brought = found.of("disputed")
    if brought is None or not found.course(law.on).disputed:
        return None
    return mediated_until(str(brought.facts.get("forum", "")), brought.on_day, law)


def _by_contractor(asked: Outcome) -> Decimal:
    """What an outcome makes the contractor owe, in yuan."""
    return asked.yuan if asked.yuan is not None and asked.pays == "contractor" else ZERO


def _owed(found: Whole, side: str) -> dict[int, Settled]:
    """The dues of which a side has left something, by their positions."""
    return {one.due.position: one for one in found.settled if one.open and one.due.payer == side}


def _facts(asked: Outcome, owed: Mapping[int, Settled]) -> dict[str, Any]:
    """What is recorded of an outcome: by which paper, served when; who owes which sum until when, in place of how much of which
    dues; until when the land goes back.
    """
    facts: dict[str, Any] = {"outcome": asked.outcome}
    if asked.outcome not in UNPROVEN:
        facts |= {"document": asked.document}
    if asked.yuan is not None:
        facts |= {"pays": asked.pays, "yuan": str(asked.yuan.quantize(CENT))}
    if asked.covers:
        left = {one: owed[one].left_kg if owed[one].due.in_kind else owed[one].left for one in asked.covers}
        facts["covers"] = {str(position): str(sum_) for position, sum_ in left.items()}
    for name, day in (("due_on", asked.due_on), ("served_on", asked.served_on)):
        facts |= {} if day is None else {name: day.isoformat()}
    return facts


def _dues(found: Whole, asked: Outcome) -> list[Due]:
    """What a side owes by an award, as what is due of the contract."""
    if asked.yuan is None or asked.due_on is None:
        return []
    term = (min(asked.on_day, asked.due_on), asked.due_on + DAY)
    return [
        Due(found.recorded.dues + 1, *term, asked.due_on, asked.yuan.quantize(CENT), kind=AWARDED, payer=asked.pays)
    ]


def _end(uow: UnitOfWork, found: Whole, law: Law, asked: Outcome) -> None:
    """A contract that is void was never; one that ends does so on the day of the award, and with it what rests on it."""
    row = found.contract
    day = row.from_on if asked.outcome == "void" else asked.on_day
    end_what_rests_on(uow, found, law, day)
    happened(uow, row, "ended", day, facts={"how": "award", "outcome": asked.outcome})
