"""Who comes first among bids, equal ones too, and who comes next when the first withdraws."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class Standing:
    """The best bid of an entrant. member: a household of the collective. mark: what was drawn beside the bid before anybody
    knew it: of a sealed bid its nonce.
    """

    entrant: UUID
    price: Decimal
    member: bool
    seq: int = 0
    mark: str = ""


def best_of_each(bids: Iterable[Standing]) -> tuple[Standing, ...]:
    """The highest bid of each entrant in an open auction, the highest first: no two are equal, for each beats the last."""
    best: dict[UUID, Standing] = {}
    for one in bids:
        if one.entrant not in best or one.price > best[one.entrant].price:
            best[one.entrant] = one
    return tuple(sorted(best.values(), key=lambda one: (-one.price, one.seq)))


def ranked(bids: Iterable[Standing]) -> tuple[Standing, ...]:
    """Sealed bids in order: the higher price, on an equal one the member of the collective (农村土地承包法 38), then a lot.

    The lot is drawn from the marks of all bids together, which nobody knew before the opening: anyone can draw it again.
    """
    found = list(bids)
    seed = seed_of(one.mark for one in found)
    return tuple(sorted(found, key=lambda one: (-one.price, not one.member, drawn(seed, str(one.entrant)))))


def seed_of(marks: Iterable[str]) -> str:
    """What a lot is drawn from: SHA-256 of all marks, in their own order."""
    return hashlib.sha256("\n".join(sorted(marks)).encode()).hexdigest()


def drawn(seed: str, name: str) -> str:
    """The place of a name in the lot: the lowest comes first."""
    return hashlib.sha256(f"{seed}\n{name}".encode()).hexdigest()


def by_lot(names: Collection[str], marks: Iterable[str]) -> tuple[str, ...]:
    """Names in the order of their lot."""
    seed = seed_of(marks)
    return tuple(sorted(names, key=lambda name: drawn(seed, name)))


def tied(order: Sequence[Standing]) -> tuple[Standing, ...]:
    """Those at the head of the order who named the same price; one alone is no tie."""
    same = tuple(one for one in order if one.price == order[0].price)
    return same if len(same) > 1 else ()


def standing_next(order: Sequence[Standing], fallen: Collection[UUID], reaching: Collection[UUID]) -> Standing | None:
    """Who is first of those who have not withdrawn and who reach the least that is taken: one bidder alone is one too.

    reaching: the entrants who do; what the least is, nobody is told. None: it failed.
    """
    return next((one for one in order if one.entrant not in fallen and one.entrant in reaching), None)
