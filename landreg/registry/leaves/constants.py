"""Tables that hold what the program says, not what anybody registered, held against that for `landreg log recheck`: the order of a
case's steps, and which kinds of act wait for a notice and what they do to certificates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.law.book import act_types
from landreg.log.recheck_register import Copied

SURVEY = "survey_entry"
"""A survey's own act, which nobody applies for."""
_OPEN = ("draft", "returned", "accepted", "reviewed", "noticed", "objected")
COURSE = frozenset((
    ("", "draft"), ("draft", "accepted"), ("returned", "accepted"), ("accepted", "reviewed"), ("reviewed", "noticed"),
    ("noticed", "objected"), ("objected", "noticed"), ("noticed", "registered"), ("reviewed", "registered"),
    ("registered", "certified"),
    *((before, after) for before, after in product(_OPEN, ("returned", "withdrawn", "refused")) if before != after),
))  # fmt: skip
"""Which state of a case follows from which."""


def constants_otherwise(session: Session) -> Iterator[Copied]:
    """LOG-17: which step of a case's course, and which kind of act, stands otherwise than the program has it."""
    course = session.scalars(sa.text("SELECT before || ' → ' || after FROM registry.case_course"))
    steps = {f"{before} → {after}": "true" for before, after in COURSE}
    yield from _otherwise("registry.case_course", "after", dict.fromkeys(course, "true"), steps)
    kinds = session.execute(sa.text("SELECT kind, noticed, certificate FROM registry.act_kind")).all()
    acts = act_types()
    noticed = {act.kind: str(act.notice is not None) for act in acts} | {SURVEY: str(False)}
    yield from _otherwise("registry.act_kind", "noticed", {row.kind: str(row.noticed) for row in kinds}, noticed)
    certificates = {act.kind: act.certificate for act in acts} | {SURVEY: "keep"}
    yield from _otherwise(
        "registry.act_kind", "certificate", {row.kind: row.certificate for row in kinds}, certificates
    )


def _otherwise(table: str, fact: str, there: Mapping[str, str], said: Mapping[str, str]) -> Iterator[Copied]:
    for key in sorted(there.keys() | said.keys()):
        now, then = there.get(key, "—"), said.get(key, "—")
        if now != then:
            yield Copied(table, key, fact, now, then)
