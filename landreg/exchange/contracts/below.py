"""Who holds land by a re-transfer and what it rests on: they let that end early, or are told so, before both sides end it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, Refused
from landreg.exchange.contracts import queries
from landreg.exchange.contracts.entering import happened, held, must, open_for
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.below import (
    WORDS,
    Below,
    Word,
    con_90_who_holds_below_is_asked,
    con_90_word_has_its_days,
)
from landreg.exchange.contracts.rules.course import stage
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law
from landreg.registry.guarded import Attached, ties_nothing


def resting_below(session: Session, row: Contract, on_day: date) -> Iterator[tuple[Contract, Below]]:
    """What was transferred further out of a contract, and out of that, and goes on after a day; each with what was asked of it."""
    for one in queries.resting(session, row, on_day):
        days = [
            date.fromisoformat(str(event.facts["ends_on"]))
            for event in queries.whole(session, one).events
            if event.kind == "parent_end"
        ]
        yield one, Below(one.number, min(days, default=None))
        yield from resting_below(session, one, on_day)


def unasked(session: Session, found: Whole, ends_on: date, law: Law) -> Finding | None:
    """What stops that both sides end a contract on a day (CON-90)."""
    below = tuple(one for _row, one in resting_below(session, found.contract, ends_on))
    return con_90_who_holds_below_is_asked((found.contract.number, ends_on, below), law)


def hear(
    actor: Actor, county: str, contract_id: UUID, word: str, on_day: date, ends_on: date, paper: Attached | None
) -> None:
    """Record that the taker of a re-transfer let what it rests on end from a day, or was told that it does. paper: its consent, or
    the notice with the proof of its delivery.

    Raises BadInput (FORM-5, FORM-7), Conflict (CON-5) of a contract that rests on none, Refused (CON-90, GUARD-1).
    """
    if word not in WORDS:
        raise BadInput(Finding("FORM-5", "word", {"given": word[:40]}))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        row, made = found.contract, found.of("signed")
        open_for(found, law, "signed", "running", "over")
        if row.relation != "retransfer" or made is None:
            raise Conflict(Finding("CON-5", "state", {"where": stage(found.course(law.on))}, subject=row.number))
        kept = must(paper)
        ties_nothing(law.on, kept)
        if wrong := con_90_word_has_its_days(Word(row.number, on_day, ends_on, made.on_day), law):
            raise Refused(wrong)
        facts = {"word": word, "ends_on": ends_on.isoformat()}
        happened(uow, row, "parent_end", on_day, facts=facts, paper=kept)
