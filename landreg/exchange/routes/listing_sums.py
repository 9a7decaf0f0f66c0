"""The sums of a listing's form: what is no number ("480元", "五百") is told with everything else that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from landreg.core.errors import BadInput, Finding
from landreg.web.forms import collected, read_form


@dataclass(frozen=True)
class Sums:
    """What of a listing is a number of yuan or kilograms."""

    price: Decimal | None = None
    floor: Decimal | None = None


SUMS = ("price", "floor")
STAND_IN = Decimal(1)
"""In place of a price that is no number, so that everything else is judged; what is found of it is not told."""


def unread_sums() -> list[Finding]:
    """What of the sums that were sent is no number ("480元"): told with everything else."""
    faults: list[Finding] = []
    with collected(faults):
        read_form(Sums)
    return faults


def told_with(unread: Sequence[Finding], refused: Sequence[Finding]) -> None:
    """Raises BadInput where a sum is no number, with all that is wrong beside the sums."""
    if unread:
        raise BadInput([*unread, *(one for one in refused if one.field not in SUMS)])
