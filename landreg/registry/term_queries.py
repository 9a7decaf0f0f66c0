"""What the row of a day does not say of itself: the term that runs until a renewed one begins, and how a restriction was first
entered, whose rank, sum or land changed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from landreg.core.asof import AsOf
from landreg.registry.model import Restriction


def running_term(session: Session, right: Any, asked: AsOf) -> Range[date] | None:
    """The term that runs on a day on which the renewed one is still to begin, as said at an instant; None where the right's own
    runs, or follows none. right: a row with county, right_id and term.
    """
    if right.term is None or right.term.lower is None or right.term.lower <= asked.valid:
        return None
    keys = {"county": right.county, "right": right.right_id, "ends": right.term.lower, "said": asked.said}
    return cast("Range[date] | None", session.execute(text(_BEFORE), keys).scalar())


_BEFORE = """
    SELECT o.term FROM registry."right" AS o
    WHERE o.county = :county AND o.right_id = :right AND o.recorded @> CAST(:said AS timestamptz)
      AND upper(o.term) = CAST(:ends AS date)
    ORDER BY lower(o.valid) DESC LIMIT 1
"""


@dataclass(frozen=True)
class FirstEntry:
    """How a restriction came into the register: since when it holds, at which instant and by which act, and on which case."""

    since: date
    at: datetime
    act: str
    case: str | None


def first_entered(session: Session, county: str, rows: Iterable[Restriction]) -> dict[UUID, FirstEntry]:
    """By row of a restriction: how it was first entered, on whichever right it lay then: this is what ranks it. 民法典
    第四百一十四条.
    """
    asked = [row.row_id for row in rows]
    if not asked:
        return {}
    found = session.execute(text(_ENTERED), {"county": county, "rows": asked})
    return {row.of: FirstEntry(row.since, row.at, row.act, row.case) for row in found}


# What goes with some of its land onto another right has a name of its own there: it comes from the one of the same facts on a right
# that the same act said anew.
_ENTERED = """
    WITH RECURSIVE line AS (
        SELECT s.row_id AS of, f.* FROM registry.restriction AS s
        CROSS JOIN LATERAL (
            SELECT e.* FROM registry.restriction AS e
            WHERE e.county = s.county AND e.restriction_id = s.restriction_id ORDER BY lower(e.recorded), lower(e.valid) LIMIT 1
        ) AS f
        WHERE s.county = :county AND s.row_id = ANY (:rows)
        UNION ALL
        SELECT l.of, f.* FROM line AS l
        CROSS JOIN LATERAL (
            SELECT e.* FROM registry.restriction AS o
            JOIN registry.restriction AS e ON e.county = o.county AND e.restriction_id = o.restriction_id
            WHERE o.county = l.county AND o.right_id <> l.right_id AND o.restriction_id <> l.restriction_id
              AND o.kind = l.kind AND o.party = l.party AND o.basis = l.basis
              AND (o.party_code, o.party_id, o.amount, o.until)
                  IS NOT DISTINCT FROM (l.party_code, l.party_id, l.amount, l.until)
              AND lower(o.recorded) < lower(l.recorded)
              AND (upper_inf(o.recorded) OR upper(o.recorded) >= lower(l.recorded))
              AND o.right_id IN (SELECT b.right_id FROM registry."right" AS b
                                 WHERE b.county = l.county AND b.ended_by_act = l.act_id)
            ORDER BY lower(e.recorded), lower(e.valid) LIMIT 1
        ) AS f
    )
    SELECT DISTINCT ON (l.of) l.of, lower(l.valid) AS since, lower(l.recorded) AS at, a.number AS act, c.number AS case
    FROM line AS l
    JOIN registry.act AS a ON a.county = l.county AND a.act_id = l.act_id
    LEFT JOIN registry."case" AS c ON c.county = a.county AND c.case_id = a.case_id
    ORDER BY l.of, lower(l.recorded), lower(l.valid)
"""
