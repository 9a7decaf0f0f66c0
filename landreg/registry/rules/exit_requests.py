"""What an application for an exit asks for, as it is kept on its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID


@dataclass(frozen=True)
class ExitAsked:
    """What is given back: all that the case's rights hold, or of the contract the parcels named; for good or until a day.

    mode: whole, part or temporary. taker_id: the household of the collective that takes it over; none: the collective. cut: the
    parcel of which a part is given back, shape: that part as a face, WKB in hexadecimal, in its zone; codes: of the parcels that
    come of it, from west to east.
    """

    mode: str
    parcels: tuple[str, ...] = ()
    returns_on: date | None = None
    taker_id: UUID | None = None
    cut: str = ""
    shape: str = ""
    codes: tuple[str, ...] = ()


ExitRequest: TypeAlias = ExitAsked
EXIT_REQUESTS: Mapping[str, Any] = {"exit": ExitAsked, "exit_return": ExitAsked}
"""By kind of act: the shape of its request."""
