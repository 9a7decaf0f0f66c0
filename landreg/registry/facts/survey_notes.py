"""What the check of a survey package noted on what a case would register: its contract or homestead, its parcels, its household;
and on whole tables of its package, which is no household's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.land.rechecked import OF_A_COLUMN
from landreg.registry.casebook import Case, CaseEvent
from landreg.registry.facts.elsewhere import MEMBERS
from landreg.registry.facts.objected import MEET
from landreg.registry.facts.resurveyed import AS_NOTICED
from landreg.registry.facts.successors import AGAIN
from landreg.registry.rules.procedure import ANSWERED

WEIGH, TRUE, WITHOUT = "weigh", "weigh_true", "without_papers"
"""The steps by which an officer wrote down what they found about notes that touch what is certified: that the survey is wrong
there and the case may go on, or that it is as noted and cannot.
"""
NAMED_NOTHING = ("COD-36", "REL-33")
"""The notes that an answer counts for which names none: those that were answered at all while answers named none."""
_NAMING = "（所答提示："
_WHOLE = ", ".join(f"'{code}'" for code in OF_A_COLUMN)
"""Notes on a table, whose subject is but the first row that they count."""
_OF_A_CASE = f"""
    FROM land.package_finding AS f WHERE f.county = {{c}}.county AND f.package_id = {{c}}.package_id
    AND {{c}}.act_kind = 'first_registration' AND f.code NOT IN ({_WHOLE}) AND f.subject = ANY (array(
        SELECT {{c}}.subject_code UNION ALL SELECT {{c}}.household_code UNION ALL
        SELECT p.parcel_code FROM registry.case_parcel AS p WHERE p.county = {{c}}.county AND p.case_id = {{c}}.case_id))
"""
_NOTES = f"""
    SELECT c.case_id, n.* FROM registry."case" AS c
    CROSS JOIN LATERAL (SELECT f.position, f.code, f.field, f.facts, f.layer, f.subject {_OF_A_CASE.format(c="c")}) AS n
    WHERE c.county = :county AND c.case_id = ANY (:ids) ORDER BY n.position
"""
_ON_TABLES = f"""
    SELECT f.position, f.code, f.field, f.facts, f.layer FROM land.package_finding AS f
    WHERE f.county = :county AND f.package_id = ANY (:packages) AND f.code IN ({_WHOLE}) ORDER BY f.package_id, f.position
"""
_TO_ANSWER = f"""
    SELECT c.case_id, n.code, n.subject FROM registry."case" AS c
    CROSS JOIN LATERAL (SELECT f.position, f.code, f.subject {_OF_A_CASE.format(c="c")} AND f.code = ANY (:codes)) AS n
    WHERE c.county = :county AND c.case_id = ANY (:ids) ORDER BY n.position
"""


def notes(session: Session, cases: Sequence[Case]) -> Mapping[UUID, list[Finding]]:
    """By case: the notes on it, in the order of the package's report."""
    found: dict[UUID, list[Finding]] = defaultdict(list)
    for row in _rows(session, _NOTES, cases):
        found[row.case_id].append(Finding(row.code, row.field, row.facts, row.layer, row.subject))
    return found


def on_tables(session: Session, county: str, packages: Collection[UUID]) -> list[Finding]:
    """The notes on whole tables of these packages, in the order of each one's report."""
    rows = session.execute(text(_ON_TABLES), {"county": county, "packages": list(packages)}) if packages else ()
    return [Finding(row.code, row.field, row.facts, row.layer) for row in rows]


def answers_lacking(
    session: Session, cases: Sequence[Case]
) -> tuple[Mapping[UUID, tuple[str, ...]], Mapping[UUID, tuple[str, ...]]]:
    """By case: notes that touch what is certified, as code and subject: those that no answer names yet, and those of which the
    last answer says that they are true.
    """
    found: tuple[dict[UUID, list[str]], ...] = (defaultdict(list), defaultdict(list))
    if rows := _rows(session, _TO_ANSWER, cases, codes=list(ANSWERED)):
        said = answers(session, cases, WEIGH, TRUE)
        for row in rows:
            step = next((one.step for one in reversed(said.get(row.case_id, ())) if _names(one.reason, row)), None)
            if step != WEIGH:
                found[step == TRUE][row.case_id].append(f"{row.code} {row.subject}")
    open_, true = ({case_id: tuple(dict.fromkeys(said)) for case_id, said in kept.items()} for kept in found)
    return open_, true


def naming(reason: str, noted: Iterable[Finding]) -> str:
    """An officer's words with the notes that they answer, so that one which comes later asks anew."""
    of: dict[str, list[str]] = defaultdict(list)
    for one in noted:
        if one.code in ANSWERED and (one.subject or "") not in of[one.code]:
            of[one.code].append(one.subject or "")
    named = "；".join(f"{code} {'、'.join(subjects)}" for code, subjects in of.items())
    return f"{reason.strip()}{_NAMING}{named or '无'}）"


def without_names(reason: str) -> str:
    """An officer's words without the notes that they answer."""
    return reason.rpartition(_NAMING)[0] or reason


def _names(reason: str, note: Any) -> bool:
    """Whether these words answer a note."""
    words, _mark, named = reason.rpartition(_NAMING)
    if not words:
        return note.code in NAMED_NOTHING
    by_code = dict(one.split(" ", 1) for one in named.removesuffix("）").split("；") if " " in one)
    return note.subject in by_code.get(note.code, "").split("、")


def answers(session: Session, cases: Sequence[Case], *steps: str) -> Mapping[UUID, list[CaseEvent]]:
    """By case: what officers wrote down about its notes, a later survey, an upheld objection, an earlier end or papers that
    lack, oldest first. steps: those alone, where some are named."""
    told: dict[UUID, list[CaseEvent]] = defaultdict(list)
    if cases:
        asked = sa.select(CaseEvent).where(
            CaseEvent.county == cases[0].county,
            CaseEvent.case_id.in_([case.case_id for case in cases]),
            CaseEvent.step.in_(steps or (WEIGH, TRUE, AS_NOTICED, MEET, AGAIN, MEMBERS, WITHOUT)),
        )
        for event in session.scalars(asked.order_by(CaseEvent.at)):
            told[event.case_id].append(event)
    return told


def noted() -> sa.ColumnElement[bool]:
    """Of a statement on cases: those with a note."""
    return sa.literal_column("EXISTS (SELECT 1 " + _OF_A_CASE.format(c='registry."case"') + ")", sa.Boolean)


def _rows(session: Session, statement: str, cases: Sequence[Case], **more: Any) -> Sequence[Any]:
    asked = [case for case in cases if case.package_id is not None]
    if not asked:
        return ()
    key = {"county": asked[0].county, "ids": [case.case_id for case in asked], **more}
    return session.execute(text(statement), key).all()
