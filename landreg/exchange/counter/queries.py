"""Reads of who may stand at the counter: a household's members by masked name, and who bears a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Bearer:
    """Whose number it is: of a household or a person by id, as which member of it, and whether it is of the name that was given."""

    party_id: UUID
    member_id: UUID | None
    named: bool


def bearer(
    session: Session, county: str, parties: Collection[UUID], numbers: Sequence[bytes], names: Sequence[bytes]
) -> Bearer | None:
    """Who of some parties bears one of these digests of a number, if possible with one of these of a name."""
    asked = sa.text("SELECT * FROM exchange.bearers(:county, :parties, :numbers, :names)")
    values = {"county": county, "parties": list(parties), "numbers": list(numbers), "names": list(names)}
    row = session.execute(asked, values).first()
    return None if row is None else Bearer(row.party_id, row.member_id, row.named)


def of_a_party(session: Session, county: str, parties: Collection[UUID], names: Sequence[bytes], said: str) -> bool:
    """Whether a name, by itself and by its digests, is that of one of some parties, of a member or of who has signed for one."""
    asked = sa.text("SELECT exchange.is_of_a_party(:county, CAST(:parties AS uuid[]), CAST(:names AS bytea[]), :said)")
    values = {"county": county, "parties": list(parties), "names": list(names), "said": said}
    return bool(session.scalar(asked, values))


@dataclass(frozen=True)
class Comer:
    """Who comes: digests of the card's number and of the name, the name, who they are by id; head: of an organisation, as its paper
    names them.
    """

    numbers: Sequence[bytes]
    names: Sequence[bytes]
    said: str
    mandatary: UUID | None
    head: bool


def on_side(session: Session, county: str, parties: Collection[UUID], one: Comer, contract: UUID | None) -> bool:
    """Whether who comes is of some parties, or has by a power signed for one under a contract or one that it follows."""
    asked = sa.text(
        "SELECT exchange.is_on_side(:county, CAST(:parties AS uuid[]), CAST(:numbers AS bytea[]), CAST(:names AS bytea[]),"
        " CAST(:mandatary AS uuid), :said, :head, CAST(:contract AS uuid))"
    )
    values = {**vars(one), "county": county, "parties": list(parties), "contract": contract}
    return bool(session.scalar(asked, values | {"numbers": list(one.numbers), "names": list(one.names)}))


def members_said(session: Session, county: str, households: Collection[UUID]) -> Mapping[UUID, list[Any]]:
    """By household: masked name and relation of its members, as the desk sees who may stand at the counter."""
    asked = sa.text("SELECT * FROM exchange.members_said(:county, :households)")
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(asked, {"county": county, "households": list(households)}):
        found[row.household_id].append(row)
    return found
