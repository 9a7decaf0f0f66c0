"""The ground that cases are about, under whatever code it stands: what they name, what came of it, and what that came from.

A case names parcels by the codes of the day when it was opened. Until it is registered they may be merged, divided or
corrected to other codes; it is about the same land all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.land import parcel_queries
from landreg.law.shelf import act_types
from landreg.registry.rules.household_facts import Gone
from landreg.registry.rules.renewal import PERSONS


def parcels_touched(session: Session, county: str, case_ids: Sequence[UUID]) -> list[UUID]:
    """Ids of all parcels to lock for cases: two cases about the same ground have one in common, whenever it was redrawn.

    What the named parcels came from is among them, so that one who read before a merge and one who applied after it meet.
    """
    asked = {"county": county, "ids": list(case_ids)}
    return list(session.scalars(text(_TOUCHED), asked))


def gone(session: Session, county: str, codes: Iterable[str]) -> dict[str, Gone]:
    """By code: what became of each of these parcels that stands no more; a query or two for each, so for few."""
    found = {code: parcel_queries.gone(session, county, code) for code in codes}
    return {
        code: Gone(one.since, tuple(heir.code for heir in one.heirs))
        for code, one in found.items()
        if one and one.heirs
    }


# From the cases' own parcels on, row for row: the planner cannot know how few parcels were ever redrawn, and OFFSET 0 keeps it
# from reading a whole table for them. Two cases are about the same ground where a parcel that came of both is one: so down
# to the heirs first, and from these up to all that they came from.
KIN = """
    own AS MATERIALIZED (
        SELECT case_id, parcel_code, acceptance_order FROM registry.case_parcel
        WHERE county = :county AND case_id = ANY (:ids)
    ), named AS MATERIALIZED (
        SELECT DISTINCT own.case_id, l.parcel_id FROM own CROSS JOIN LATERAL (
            SELECT p.parcel_id FROM land.parcel AS p
            WHERE p.county = :county AND p.code = own.parcel_code OFFSET 0) AS l
    ), heir AS (
        SELECT case_id, parcel_id FROM named
        UNION
        SELECT heir.case_id, l.parcel_id FROM heir CROSS JOIN LATERAL (
            SELECT o.parcel_id FROM land.parcel_origin AS o
            WHERE o.county = :county AND o.origin_id = heir.parcel_id AND upper_inf(o.recorded) OFFSET 0) AS l
    ), kin AS (
        SELECT case_id, parcel_id FROM heir
        UNION
        SELECT kin.case_id, l.origin_id FROM kin CROSS JOIN LATERAL (
            SELECT o.origin_id FROM land.parcel_origin AS o
            WHERE o.county = :county AND o.parcel_id = kin.parcel_id AND upper_inf(o.recorded) OFFSET 0) AS l
    )
"""
"""own: the parcels that the cases :ids name; kin: case_id and parcel_id of all the ground that they are about. RECURSIVE."""

_ORDERS = ", ".join(f"'{one.kind}'" for one in act_types() if one.by == "court")
_PERSONS = ", ".join(f"'{kind}'" for kind in PERSONS)
_STOPPED = ", ".join(f"'{one.kind}'" for one in act_types() if one.under("seizure") == "stop")
_OPEN = "('accepted', 'reviewed', 'noticed', 'objected')"
TURNS = f"""
    {KIN}, called AS MATERIALIZED (
        SELECT case_id, parcel_code FROM own
        UNION
        SELECT kin.case_id, l.code FROM kin CROSS JOIN LATERAL (
            SELECT p.code FROM land.parcel AS p WHERE p.county = :county AND p.parcel_id = kin.parcel_id OFFSET 0) AS l
    ), turn AS MATERIALIZED (
        SELECT case_id, max(acceptance_order) AS place FROM own GROUP BY case_id
    ), other AS MATERIALIZED (
        SELECT DISTINCT called.case_id, q.case_id AS other, q.acceptance_order < turn.place AS before
        FROM called JOIN turn USING (case_id) CROSS JOIN LATERAL (
            SELECT c.case_id, c.acceptance_order FROM registry.case_parcel AS c
            WHERE c.county = :county AND c.parcel_code = called.parcel_code AND c.acceptance_order IS NOT NULL OFFSET 0) AS q
    ), turns AS MATERIALIZED (
        SELECT other.case_id, array_agg(DISTINCT e.number) FILTER (WHERE other.before) AS earlier,
            array_agg(DISTINCT e.number) FILTER (WHERE e.act_kind = 'seizure' AND own_case.act_kind IN ({_STOPPED})
                AND NOT (own_case.act_kind = 'assignment' AND own_case.right_ids[1] <> ALL (e.right_ids))) AS ordered
        FROM other JOIN registry."case" AS own_case ON own_case.county = :county AND own_case.case_id = other.case_id
        CROSS JOIN LATERAL (
            SELECT c.number, c.act_kind, c.right_ids FROM registry."case" AS c WHERE c.county = :county AND c.case_id = other.other
            AND (own_case.act_kind NOT IN ({_ORDERS}) OR c.act_kind IN ({_ORDERS}))
            AND (own_case.act_kind NOT IN ({_PERSONS}) OR c.act_kind <> 'renewal') AND c.state IN {_OPEN} OFFSET 0) AS e
        GROUP BY other.case_id
    )
"""
"""turns: case_id; earlier: the numbers of open cases on the same ground that were accepted before it, of which an order of a court
waits for other orders alone, since what was only applied for is still the debtor's, and what says who holds a right (PERSONS) for
no renewal by a roster; ordered: of accepted orders to seize that would stop its act, before it or after; an order against the
taker's right stops no assignment to it.
"""

_TOUCHED = f"WITH RECURSIVE {KIN} SELECT DISTINCT parcel_id FROM kin"
