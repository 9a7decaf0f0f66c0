"""Who an application names beside the holder, so that no namesake is meant."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

QUOTED = {"quoted": True}
"""Of a field that gives the words of a court, a contract or a wrong entry, and says nothing of the application's own."""


@dataclass(frozen=True)
class Identified:
    """Who somebody is that no namesake is: an organization by its social credit code, a household by its code, or a person.

    kind: which of the three. party_id: the household's or the person's.
    """

    kind: str
    code: str = ""
    party_id: UUID | None = None
