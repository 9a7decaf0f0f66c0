"""The rows of evidence that can be held against the log without the database: their texts, as the leaves of their acts hold them.

A row that shows a name masked has none: its text would give the name away. The verifier says of which rows that is so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from landreg.audit.rows import is_whole
from landreg.core.tables import TwoClocks
from landreg.exit import logged as exits
from landreg.log.recheck_queries import entries_of
from landreg.registry.casebook import Act, Case
from landreg.registry.leaves.changes import PERSONAL
from landreg.registry.leaves.coursed import TOLD as STEP_KINDS
from landreg.registry.leaves.row_texts import of_acts, of_certificates, of_rows

Tables = Mapping[str, Sequence[Any]]


def acts_behind(session: Session, case: Case, found: Tables) -> Sequence[Act]:
    """The acts that opened or closed rows of a case that name nobody, and are not its own, as far as their leaves are sealed."""
    acts = {act for row in _clocked(found) if is_whole(row) for act in (row.act_id, row.ended_by_act)}
    asked = select(Act).where(Act.county == case.county, Act.act_id.in_(acts - {None}))
    others = [act for act in session.scalars(asked.order_by(Act.number)) if act.case_id != case.case_id]
    sealed = entries_of(session, "act", [act.number for act in others])
    return [act for act in others if act.number in sealed and sealed[act.number].index is not None]


def texts(session: Session, case: Case, found: Tables) -> list[dict[str, str]]:
    """By row: its table and key, the entry whose leaf holds its digest, its text, and the salt where it has one."""
    given = [
        *of_rows(session, case.county, _written(found)),
        *of_acts(session, case.county, [act.act_id for act in found["act"]]),
        *of_certificates(session, case.county, [row.number for row in found["certificate"]]),
    ]
    personal = [one for one in given if one.table in _SALTED]
    entries = entries_of(session, "act", sorted({one.entry for one in personal}))
    salts = {number: entry.salts for number, entry in entries.items()}
    said = ((one, salts.get(one.entry, {}).get(f"{one.table}.{one.key}")) for one in personal)
    return [
        *_given(session, _salted_facts(found)),
        *_given(session, [one for one in exits.salted_of_case(session, case) if is_whole(one[1])]),
        *(one._asdict() for one in given if one.table not in _SALTED),
        *({**one._asdict(), "salt": salt} for one, salt in said if salt is not None),
    ]


def _given(session: Session, salted: Sequence[tuple[str, Any, str, str, str]]) -> list[dict[str, str]]:
    """Of each the salt alone: what it salts is a column of the row, or follows from all of them."""
    keys: dict[str, set[str]] = defaultdict(set)
    for _, _, kind, entry, _ in salted:
        keys[kind].add(entry)
    salts = {
        (kind, number): entry.salts
        for kind, numbers in keys.items()
        for number, entry in entries_of(session, kind, sorted(numbers)).items()
    }
    return [
        {"table": table, "key": _key(row), "kind": kind, "entry": entry, "name": name, "salt": salt}
        for table, row, kind, entry, name in salted
        if (salt := salts.get((kind, entry), {}).get(name)) is not None
    ]


def _salted_facts(found: Tables) -> list[tuple[str, Any, str, str, str]]:
    """Columns that are shown as they are and that a leaf holds salted: who took a step and why, why somebody objects, what came
    of it.
    """
    steps = [row for row in found["case_event"] if row.step in STEP_KINDS and is_whole(row)]
    return [
        *(
            ("case_event", row, STEP_KINDS[row.step], str(row.event_id), name)
            for row in steps
            for name in ("by_name", "reason")
        ),
        *(("objection", row, "objection.raised", str(row.objection_id), "reason") for row in found["objection"]),
        *(
            ("objection", row, "objection.settled", str(row.objection_id), "settlement")
            for row in found["objection"]
            if row.outcome is not None
        ),
    ]


_SALTED = {table.split(".")[1] for table in PERSONAL}


def _clocked(found: Tables) -> list[Any]:
    return [row for rows in found.values() for row in rows if isinstance(row, TwoClocks)]


def _written(found: Tables) -> dict[str, dict[UUID, list[str]]]:
    """By table and act: the keys of the rows that show all that they say."""
    written: dict[str, dict[UUID, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in _clocked(found):
        if is_whole(row):
            written[row.__tablename__][row.act_id].append(_key(row))
    return written


def _key(row: Any) -> str:
    return ":".join(
        str(getattr(row, column.key)) for column in inspect(type(row)).primary_key if column.key != "county"
    )
