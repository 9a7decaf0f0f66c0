"""What land a right has otherwise than when an act over all of it was applied for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.casebook import Case
from landreg.registry.rules.fixed_land import over_all
from landreg.registry.rules.requests import read


@dataclass(frozen=True)
class OtherLand:
    """Codes of the parcels that a case's rights came by since it was opened, and of those that they lost."""

    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def other_land(session: Session, cases: Sequence[Case]) -> dict[UUID, OtherLand]:
    """By case over whole rights whose land is another by now. Parcels that came of a right's own by a split, a merge or a new
    boundary are the same land.
    """
    whole = [case for case in cases if case.right_ids and over_all(read(case.act_kind, case.request))]
    if not whole:
        return {}
    codes: dict[tuple[UUID, bool], list[str]] = defaultdict(list)
    asked = {"county": whole[0].county, "cases": [case.case_id for case in whole]}
    for row in session.execute(text(_OTHER_LAND), asked):
        codes[row.case_id, row.gained].append(row.code)
    return {one: OtherLand(tuple(codes[one, True]), tuple(codes[one, False])) for one, _ in list(codes)}


# A case is over its own rights, the first of which it is on; the taker's, where it names it, follows.
_OTHER_LAND = """
    WITH RECURSIVE asked AS (
        SELECT c.county, c.case_id, e.at, x.right_id FROM registry."case" AS c
        JOIN registry.case_event AS e ON e.county = c.county AND e.case_id = c.case_id AND e.step = 'open'
        CROSS JOIN unnest(CASE c.act_kind WHEN 'exit' THEN c.right_ids ELSE c.right_ids[1:1] END) AS x (right_id)
        WHERE c.county = :county AND c.case_id = ANY (:cases)
    ), before AS (
        SELECT a.county, a.case_id, p.parcel_id FROM asked AS a
        JOIN registry."right" AS r ON r.county = a.county AND r.right_id = a.right_id AND r.recorded @> a.at
             AND upper_inf(r.valid)
        JOIN registry.right_parcel AS p ON p.county = r.county AND p.right_row = r.row_id AND p.recorded @> a.at
             AND upper_inf(p.valid)
    ), today AS (
        SELECT a.county, a.case_id, p.parcel_id FROM asked AS a
        JOIN registry."right" AS r ON r.county = a.county AND r.right_id = a.right_id AND upper_inf(r.recorded)
             AND upper_inf(r.valid)
        JOIN registry.right_parcel AS p ON p.county = r.county AND p.right_row = r.row_id AND upper_inf(p.recorded)
             AND upper_inf(p.valid)
    ), left_it AS (SELECT * FROM before EXCEPT SELECT * FROM today),
    heir (county, case_id, root, parcel_id) AS (
        SELECT county, case_id, parcel_id, parcel_id FROM left_it
        UNION
        SELECT h.county, h.case_id, h.root, o.parcel_id FROM heir AS h
        JOIN land.parcel_origin AS o ON o.county = h.county AND o.origin_id = h.parcel_id AND upper_inf(o.recorded)
    ), other (county, case_id, parcel_id, gained) AS (
        SELECT t.county, t.case_id, t.parcel_id, true FROM (SELECT * FROM today EXCEPT SELECT * FROM before) AS t
        WHERE NOT EXISTS (SELECT FROM heir AS h WHERE h.case_id = t.case_id AND h.parcel_id = t.parcel_id)
        UNION ALL
        SELECT l.county, l.case_id, l.parcel_id, false FROM left_it AS l
        WHERE NOT EXISTS (SELECT FROM heir AS h JOIN today AS t ON t.case_id = h.case_id AND t.parcel_id = h.parcel_id
            WHERE h.case_id = l.case_id AND h.root = l.parcel_id)
    )
    SELECT DISTINCT o.case_id, o.gained, p.code FROM other AS o
    JOIN land.parcel AS p ON p.county = o.county AND p.parcel_id = o.parcel_id AND upper_inf(p.recorded)
    ORDER BY o.case_id, p.code
"""
