"""Reads of who may stand at the counter: the party to a side of a contract, a household's members by masked name, by their card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Party:
    """A party: its kind, its household where it is one, its name."""

    kind: str
    household_id: UUID | None
    name: str


def party_of(session: Session, county: str, contract_id: UUID, side: str) -> Party:
    """Who is party to a side of a contract."""
    asked = sa.text("SELECT * FROM exchange.signing_party(:county, :contract, :side)")
    row = session.execute(asked, {"county": county, "contract": contract_id, "side": side}).one()
    return Party(row.kind, row.household_id, row.name)


def members_said(session: Session, county: str, households: Collection[UUID]) -> Mapping[UUID, list[Any]]:
    """By household: masked name and relation of its members, as the desk sees who may stand at the counter."""
    asked = sa.text("SELECT * FROM exchange.members_said(:county, :households)")
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(asked, {"county": county, "households": list(households)}):
        found[row.household_id].append(row)
    return found


def member_bearing(
    session: Session, county: str, household_id: UUID, numbers: Sequence[bytes], names: Sequence[bytes]
) -> UUID | None:
    """The member of a household who bears one of these digests of a number and of a name."""
    asked = sa.text("SELECT exchange.member_bearing(:county, :household, :numbers, :names)")
    values = {"county": county, "household": household_id, "numbers": list(numbers), "names": list(names)}
    found: UUID | None = session.scalar(asked, values)
    return found
