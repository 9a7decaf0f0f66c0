"""What corrections of which land a right is over, of who holds it, and of what restricts it are judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from landreg.registry.rules.requests import RestrictionAsked


@dataclass(frozen=True)
class LandCorrected:
    """The parcels of a right as a correction would have them, each by its code.

    foreign: to be added, and no registered farmland of the issuing party. held: to be added, to the code of the other right that
    holds it on some of the days. there: to be added, and under the right already. absent: to be taken off, and not under it.
    let: to be taken off, to the land-operation right that stands on it. left: how many stay on the day with the fewest.
    """

    foreign: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    there: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    let: Mapping[str, str] = field(default_factory=dict)
    left: int = 1


@dataclass(frozen=True)
class HolderCorrected:
    """Who is said to have held a right from the start.

    fits: it is a household of the same collective with members, in the register for as long as the right. came_by: the kind of act
    by which the register has the holder whom it names, and said_on the day of that act. homesteads: others that the household
    held on some of the days. strange: the code of a right to be exchanged for it that is none of the household's of that kind.
    turned: the same of the right exchanged for it, which is said to have been the first household's.
    """

    fits: bool = True
    came_by: str = "first_registration"
    said_on: date | None = None
    homesteads: tuple[str, ...] = ()
    strange: str = ""
    turned: HolderCorrected | None = None


@dataclass(frozen=True)
class LimitCorrected:
    """A restriction as a correction would have it. stands: it is on the right, of the kind that is said. said_on: the day
    since which it says what is wrong. laid: as it would stand.
    """

    stands: bool = True
    said_on: date | None = None
    laid: RestrictionAsked | None = None
