"""The auditor's look at the market: who does otherwise than chance would. Each look is a leaf of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID, uuid4

from landreg.access.queries import names_of
from landreg.audit import fairness
from landreg.audit.fairness import AGENT, Asked, Figures
from landreg.audit.fairness_queries import Read, market
from landreg.audit.fairness_rules import aud_20_to_29_more_than_chance_gives, rate_of_a_look
from landreg.audit.looking import begun, looked_at
from landreg.audit.market import AGENT_STEPS
from landreg.audit.queries import month_after
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding
from landreg.core.periods import BEIJING, beijing_day
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage

AGENTS = frozenset(f"{AGENT}{step}" for step in AGENT_STEPS)
ABOUT_OFFICERS = AGENTS | {
    "cut_short",
    "untold",
    "far_price_operator",
    "called_off",
    "stopped",
    "deposit_late",
    "struck",
    "passed_over",
    "unreceived",
    "short_notice",
}
FACTS = frozenset(
    {
        "related",
        "unheard",
        "stopped",
        "deposit_late",
        "struck",
        "passed_over",
        "price_fell",
        "short_notice",
        "unreceived",
    }
)
"""Kinds that are listed whatever chance says of them: that they are is worth knowing."""


@dataclass(frozen=True)
class Flagged:
    """A question that chance does not answer, and what the rule says of it."""

    finding: Finding
    asked: Asked


@dataclass(frozen=True)
class Look:
    """What one look found. names: of takers, operators and agents. facts: what is listed whatever chance says."""

    since: date
    until: date
    sales: int
    windows: int
    asked: Sequence[Asked]
    flagged: Sequence[Flagged]
    facts: Sequence[Asked]
    names: Mapping[str, str]

    @property
    def last(self) -> date:
        """The last day that counts."""
        return date.fromordinal(self.until.toordinal() - 1)


def look(actor: Actor, month: date, within: str = "") -> Look:
    """Hold the market of the months up to and with this one against chance, and tell the log.

    within: '' for the whole jurisdiction. Raises NotAllowed for another role, BadInput with FORM-5 for a division outside,
    FORM-16 for a month that has not begun.
    """
    within = looked_at(actor, within)
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
        begun(month.replace(day=1), today)
        law = load_law(uow.session, within[:6], today)
        since = month_after(month.replace(day=1), 1 - law.days("AUD-20.market", "months"))
        until = month_after(month.replace(day=1))
        found = _read(uow, law, within, since, until)
        asked = fairness.look(found.market, _figures(law))
        names = _names(uow, found, asked)
        flagged = [Flagged(one, test) for test in asked if (one := aud_20_to_29_more_than_chance_gives(
            test, said(test.subject, names), law))]  # fmt: skip
        told = Look(
            since, until, len(found.market.sales), len(found.market.windows), asked, flagged,
            [one for one in asked if one.kind in FACTS and one.seen], names,
        )  # fmt: skip
        _announce(uow, within, told)
        return told


def said(subject: str, names: Mapping[str, str]) -> str:
    """A subject by its name, two by both; a listing by its number."""
    return "、".join(names.get(part, part) for part in subject.split(" "))


def _read(uow: UnitOfWork, law: Law, within: str, since: date, until: date) -> Read:
    first, last = (datetime.combine(day, time(), BEIJING) for day in (since, until))
    return market(uow.session, within, first, last, law)


def _figures(law: Law) -> Figures:
    near, far = (law.number("AUD-20.market", name) / 100 for name in ("near_percent", "far_percent"))
    return Figures(near, far, rate_of_a_look(law))


def _names(uow: UnitOfWork, found: Read, asked: Sequence[Asked]) -> dict[str, str]:
    """Of operators and agents the names of their accounts; of takers as the market tells them."""
    officers = {one.subject for one in asked if one.kind in ABOUT_OFFICERS}
    by_id = names_of(uow.session, {UUID(one) for one in officers})
    return {**found.names, **{str(key): name for key, name in by_id.items()}}


def _announce(uow: UnitOfWork, within: str, told: Look) -> None:
    """Who looked at what, how much was asked and flagged; of whom, the look itself tells the auditor alone."""
    facts: dict[str, Json] = {
        "by": str(uow.actor.account_id), "within": within, "since": told.since, "until": told.until, "sales": told.sales,
        "asked": len(told.asked), "flagged": len(told.flagged),
    }  # fmt: skip
    stage(uow, Entry("audit.market_watched", within[:6].ljust(6, "0"), within, str(uuid4()), facts))
