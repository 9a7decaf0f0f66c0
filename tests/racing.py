"""Processes, each with some threads, that take the same step of the register at the same instant."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from multiprocessing.connection import Connection as Pipe
from typing import Any
from uuid import UUID, uuid4

from landreg.core import db
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.exchange.bidding import auction, correcting, deals, offers, reviews, sale_queries, sales, takers
from landreg.registry import booking
from landreg.registry.casework import applications
from landreg.registry.rules.requests import Assignment, RestrictionAsked
from tests.registry_kit import BANK
from tests.villages import COUNTY

Task = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Tried:
    """What came of a race: how many succeeded, what the others were told, and what the first of those who did gave."""

    done: int
    refused: Counter[str]
    given: Any = None


def assign(actor: Actor, right: UUID, taker: UUID, code: str) -> Any:
    """An application for the transfer of a right."""
    asked = Assignment(taker, code, date(2026, 1, 5))
    return applications.apply_on_right(actor, COUNTY, right, "assignment", asked)


def mortgage(actor: Actor, right: UUID, contract: str) -> Any:
    """An application for a mortgage of a right."""
    asked = RestrictionAsked("mortgage", "样本农村信用社", contract, Decimal("9000.00"), whose=BANK)
    return applications.apply_on_right(actor, COUNTY, right, "mortgage", asked)


def register(actor: Actor, case: UUID) -> Any:
    """The registration of a case; None where another was first."""
    return booking.register(actor, COUNTY, [case]).done or None


def bid(actor: Actor, sale: UUID, entrant: UUID) -> Any:
    """A bid of the least that is asked at this instant."""
    with unit_of_work(actor) as uow:
        found = sale_queries.standing(uow.session, COUNTY, sale)
    assert found is not None
    return auction.bid(actor, COUNTY, sale, entrant, auction.auction_of(found).least, uuid4()).seq


def say(actor: Actor, listing: UUID, taker: UUID, kind: str) -> Any:
    """A word in a negotiation."""
    return offers.say(actor, COUNTY, listing, taker, offers.Word(kind)).offer_id


def household(actor: Actor) -> Any:
    """The taker that a household's account is, opened where it is the first time."""
    return takers.of_household(actor, COUNTY).taker_id


def give_back(actor: Actor, taker: UUID, amount: Decimal, on_day: date) -> Any:
    """A return of a risk reserve, by a receipt of its own."""
    return reviews.record_reserve(actor, COUNTY, taker, "returned", amount, f"FX-{uuid4()}", on_day).reserve_id


def correct(actor: Actor, deposit: UUID, entrant: UUID, on_day: date) -> Any:
    """A deposit's record is corrected, to a receipt of its own."""
    right = sales.Receipt("paid", Decimal("100.00"), f"BZ-{uuid4()}", on_day)
    made = correcting.correct_deposit(actor, COUNTY, deposit, "回单号抄错", correcting.Instead(entrant, right))
    return made.record_id


def proceed(actor: Actor, listing: UUID) -> Any:
    """The next step to a deal, where it makes one."""
    deal = deals.proceed(actor, COUNTY, listing).deal
    return None if deal is None else deal.deal_id


STEPS = {
    "assign": assign, "mortgage": mortgage, "register": register, "bid": bid, "say": say, "proceed": proceed,
    "household": household, "give_back": give_back, "correct": correct,
}  # fmt: skip


class Racers:
    """So many processes with so many threads each, that race when they are told."""

    def __init__(self, urls: dict[Any, str], processes: int = 2, threads: int = 8) -> None:
        context = multiprocessing.get_context("spawn")
        self.count = processes * threads
        self.racers = []
        for _ in range(processes):
            here, there = context.Pipe()
            process = context.Process(target=_race, args=(urls, threads, there), daemon=True)
            process.start()
            there.close()
            self.racers.append((process, here))

    def race(self, tasks: Sequence[Task], times: int = 1) -> Tried:
        """Every thread takes one of the tasks, all at the same instant, and then again, so many times in all."""
        at = time.time() + 0.03
        for _, pipe in self.racers:
            pipe.send((at, list(tasks), times))
        outcomes = [outcome for _, pipe in self.racers for outcome in pipe.recv()]
        faults = [said for kind, said in outcomes if kind == "fault"]
        assert not faults, faults[:3]
        assert len(outcomes) == self.count * times
        done = [given for kind, given in outcomes if kind == "done"]
        return Tried(
            len(done), Counter(said for kind, said in outcomes if kind == "refused"), done[0] if done else None
        )

    def end(self) -> None:
        """No more races."""
        for process, pipe in self.racers:
            pipe.close()
            process.join(20)
            process.kill()


def _race(urls: dict[Any, str], threads: int, pipe: Pipe) -> None:
    db.configure(urls)
    while True:
        try:
            at, tasks, times = pipe.recv()
        except EOFError:
            return
        outcomes: list[list[tuple[str, Any]]] = [[] for _ in range(threads)]

        def run(
            place: int, at: float = at, tasks: list[Task] = tasks, times: int = times, out: list[Any] = outcomes
        ) -> None:
            time.sleep(max(0.0, at - time.time()))
            for _ in range(times):
                out[place].append(_taken(*tasks[place % len(tasks)]))

        running = [threading.Thread(target=run, args=(place,)) for place in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        pipe.send([outcome for of_one in outcomes for outcome in of_one])


def _taken(name: str, values: tuple[Any, ...]) -> tuple[str, Any]:
    """A step, and what came of it: done, refused by a rule, or a fault."""
    try:
        given = STEPS[name](*values)
    except LandregError as error:
        return "refused", ",".join(sorted(finding.code for finding in error.findings))
    except Exception as error:
        return "fault", repr(error)
    return ("refused", "nothing to do") if given is None else ("done", given)
