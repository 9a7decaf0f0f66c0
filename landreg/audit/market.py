"""The market as it is held against chance: its sales, windows, and what takers, officers and agents did there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

AGENT_STEPS = ("list", "answer", "bid", "priority", "sign")
"""What agents do for households on the market."""


@dataclass(frozen=True)
class Entry:
    """Who took part in a sale, at which highest price; None where no price is known. marks: what it may share with others, as
    digests by kind ('account', 'contact', 'household'): of two takers with one mark somebody may be both.
    """

    taker: str
    price: Decimal | None = None
    marks: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Sale:
    """A listing that went its course. floor: the least that was taken, where it was kept secret. index: the middle price of such
    land. days, due: of its publication, and those that it should have had. entries: who came to its last round, or to talks;
    earlier: who came to each round before, which led to nothing.
    """

    number: str
    village: str
    operator: str = ""
    winner: str = ""
    price: Decimal | None = None
    floor: Decimal | None = None
    index: Decimal | None = None
    days: int | None = None
    due: int = 0
    entries: tuple[Entry, ...] = ()
    earlier: tuple[tuple[Entry, ...], ...] = ()

    @property
    def everybody(self) -> tuple[Entry, ...]:
        """Whoever came to any of its rounds, as in the last to which they came. A listing is drawn once, however often it is sold:
        who wants its land comes to each round.
        """
        known = {entry.taker: entry for entries in (*self.earlier, self.entries) for entry in entries}
        return tuple(known[taker] for taker in sorted(known))


@dataclass(frozen=True)
class Window:
    """A priority window whose days are over: households that had to be told, and those of whom there is evidence that they were."""

    number: str
    operator: str
    households: int
    told: int


@dataclass(frozen=True)
class Marked:
    """Something that somebody did, in the course of a listing, and whether it came to nothing, or late."""

    by: str
    number: str
    nothing: bool


@dataclass(frozen=True)
class Acting:
    """An agent who took a step for a household, once or more. numbers: the listings or contracts behind it."""

    agent: str
    step: str
    household: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Market:
    """All that is looked at, of one county and some months. rounds: sales by who set them up, called off or held; returns: deposits
    that were to go back, by the same, late or not. deals: by who won them, fallen or standing. acts: what agents did for
    households, each household, step and agent once. struck: deposits of sales, taken from their bidder after the close or not, by
    who did or took them; turns: deals and who was passed over, by the officer; followed: what changed or
    renewed a contract of a deal, for less or not, by who drew it. announced: sales of a collective's land by who set them up, with
    hardly any notice or not. stopped: sales that somebody has bid for, called off or held, by who did. unreceived: returns of
    deposits, of which their bidder says that they did not come or not, by who recorded them.
    """

    sales: tuple[Sale, ...] = ()
    windows: tuple[Window, ...] = ()
    rounds: tuple[Marked, ...] = ()
    returns: tuple[Marked, ...] = ()
    deals: tuple[Marked, ...] = ()
    acts: tuple[Acting, ...] = ()
    struck: tuple[Marked, ...] = ()
    turns: tuple[Marked, ...] = ()
    followed: tuple[Marked, ...] = ()
    announced: tuple[Marked, ...] = ()
    stopped: tuple[Marked, ...] = ()
    unreceived: tuple[Marked, ...] = ()
