"""What changes of names do: of a member of a household, of an organisation that holds rights. Pure. `new` gives the ids of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from landreg.registry.effects.changes import Changes, Standing
from landreg.registry.rules.relations import HEADS
from landreg.registry.rules.requests import NameChange, OrganizationNameChange

NewId = Callable[[], UUID]


def rename(
    household: Standing,
    members: Iterable[Standing],
    asked: NameChange,
    on: date,
    new: NewId,
    elsewhere: Iterable[Standing] = (),
) -> Changes:
    """A member is the same person under another name from the day on, and so is the household's representative.

    elsewhere: rows that name the same person as the holder of a right of their own, or as a collective's representative.
    """
    (member,) = (row for row in members if row.row["member_id"] == asked.member_id)
    closes = [member]
    opens = [*member.until(on, row_id=new()), member.from_day(on, row_id=new(), person_id=asked.person_id)]
    head = household.row["representative_id"]
    if head == member.row["person_id"] or (head is None and member.row["relation"] in HEADS):
        closes.append(household)
        told = {"name": asked.name, "representative_id": asked.person_id}
        opens += (*household.until(on, row_id=new()), household.from_day(on, row_id=new(), **told))
    for row in elsewhere:
        closes.append(row)
        opens += (*row.until(on, row_id=new()), row.from_day(on, row_id=new(), **_renamed_as(row.table, asked)))
    return Changes(tuple(opens), on, tuple(closes))


def _renamed_as(table: str, asked: NameChange) -> dict[str, Any]:
    if table == "holder":
        return {"name": asked.name, "person_id": asked.person_id}
    return {"representative": asked.name, "representative_id": asked.person_id}


def rename_organization(
    rights: Iterable[UUID], holders: Iterable[Standing], asked: OrganizationNameChange, on: date, new: NewId
) -> Changes:
    """The organisation is the same under another name from the day on; its rights, and what restricts them, stay as they are.

    rights: all that it holds; the certificates of them are replaced.
    """
    rows = list(holders)
    name = asked.name.strip()
    opens = [told for row in rows for told in (*row.until(on, row_id=new()), row.from_day(on, row_id=new(), name=name))]
    return Changes(tuple(opens), on, tuple(rows), dict.fromkeys(rights, "replaced"))
