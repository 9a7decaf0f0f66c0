"""What the check of a survey package noted on what a case would register: its contract or homestead, its parcels, its household."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.registry.casebook import Case
from landreg.registry.rules.procedure import ANSWERED

WEIGH = "weigh"
"""The step by which an officer wrote down what they found on the ground about notes that touch what is certified."""
_OF_A_CASE = """
    FROM land.package_finding AS f WHERE f.county = {c}.county AND f.package_id = {c}.package_id
    AND {c}.act_kind = 'first_registration' AND f.subject = ANY (array(
        SELECT {c}.subject_code UNION ALL SELECT {c}.household_code UNION ALL
        SELECT p.parcel_code FROM registry.case_parcel AS p WHERE p.county = {c}.county AND p.case_id = {c}.case_id))
"""
_NOTES = f"""
    SELECT c.case_id, n.* FROM registry."case" AS c
    CROSS JOIN LATERAL (SELECT f.position, f.code, f.field, f.facts, f.layer, f.subject {_OF_A_CASE.format(c="c")}) AS n
    WHERE c.county = :county AND c.case_id = ANY (:ids) ORDER BY n.position
"""
_UNANSWERED = f"""
    SELECT c.case_id, n.code, n.subject FROM registry."case" AS c
    CROSS JOIN LATERAL (SELECT f.position, f.code, f.subject {_OF_A_CASE.format(c="c")} AND f.code = ANY (:codes)) AS n
    WHERE c.county = :county AND c.case_id = ANY (:ids) AND NOT EXISTS (
        SELECT FROM registry.case_event AS e WHERE e.county = c.county AND e.case_id = c.case_id AND e.step = '{WEIGH}')
    ORDER BY n.position
"""


def notes(session: Session, cases: Sequence[Case]) -> Mapping[UUID, list[Finding]]:
    """By case: the notes on it, in the order of the package's report."""
    found: dict[UUID, list[Finding]] = defaultdict(list)
    for row in _rows(session, _NOTES, cases):
        found[row.case_id].append(Finding(row.code, row.field, row.facts, row.layer, row.subject))
    return found


def unanswered(session: Session, cases: Sequence[Case]) -> Mapping[UUID, tuple[str, ...]]:
    """By case: notes that touch what is certified and that nobody has answered yet, as code and subject."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in _rows(session, _UNANSWERED, cases, codes=list(ANSWERED)):
        found[row.case_id].append(f"{row.code} {row.subject}")
    return {case_id: tuple(dict.fromkeys(said)) for case_id, said in found.items()}


def noted() -> sa.ColumnElement[bool]:
    """Of a statement on cases: those with a note."""
    return sa.literal_column("EXISTS (SELECT 1 " + _OF_A_CASE.format(c='registry."case"') + ")", sa.Boolean)


def _rows(session: Session, statement: str, cases: Sequence[Case], **more: Any) -> Sequence[Any]:
    asked = [case for case in cases if case.package_id is not None]
    if not asked:
        return ()
    key = {"county": asked[0].county, "ids": [case.case_id for case in asked], **more}
    return session.execute(text(statement), key).all()
