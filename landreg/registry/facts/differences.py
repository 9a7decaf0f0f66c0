"""Where the register has a parcel or a household otherwise than the survey package of a case: for an act of change (REG-18)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.casebook import Case
from landreg.registry.rules.procedure import Overlap


def differences(session: Session, cases: Sequence[Case]) -> dict[UUID, tuple[str, ...]]:
    """By case: codes of its parcels and household that the register has otherwise than the case's package has them."""
    asked = {"county": cases[0].county, "ids": [case.case_id for case in cases]}
    found: dict[UUID, tuple[str, ...]] = {}
    for row in session.execute(text(_DIFFERENCES), asked):
        found[row.case_id] = (*found.get(row.case_id, ()), row.code)
    return found


def overlapped(session: Session, cases: Sequence[Case], most_m2: Decimal) -> dict[UUID, tuple[Overlap, ...]]:
    """By case: registered parcels of other surveys that lie over more than `most_m2` of a parcel the case asks for, each pair
    once, the largest overlap first.

    Within one survey the package's own check has looked (TOP-1). Areas are measured in the parcel's own zone.
    """
    asked = {"county": cases[0].county, "ids": [case.case_id for case in cases], "most": most_m2}
    found: dict[UUID, tuple[Overlap, ...]] = {}
    for row in session.execute(text(_OVERLAPPED), asked):
        found[row.case_id] = (*found.get(row.case_id, ()), Overlap(row.own, row.other, row.area_m2))
    return found


# A shape may begin at another corner and be the same. Compared as it will be entered: see registry.entry.
_DIFFERENCES = """
    WITH own AS MATERIALIZED (
        SELECT case_id, package_id, household_code FROM registry."case" WHERE county = :county AND case_id = ANY (:ids)
    ), parcel AS MATERIALIZED (
        SELECT own.case_id, own.package_id, l.code, l.registered_area_m2, l.geom
        FROM own JOIN registry.case_parcel AS p ON p.county = :county AND p.case_id = own.case_id
        JOIN land.parcel AS l ON l.county = :county AND l.code = p.parcel_code AND upper_inf(l.recorded) AND upper_inf(l.valid)
    ), household AS MATERIALIZED (
        SELECT own.case_id, own.package_id, h.code, h.name, h.household_id
        FROM own JOIN party.household AS h ON h.county = :county AND h.code = own.household_code
             AND upper_inf(h.recorded) AND upper_inf(h.valid)
    )
    SELECT p.case_id, p.code FROM parcel AS p CROSS JOIN LATERAL (
        SELECT coalesce(s.surveyed_area_m2, s.plane_area_m2) AS area_m2, s.geom FROM land.staged_parcel AS s
        WHERE s.county = :county AND s.package_id = p.package_id AND s.code = p.code
        UNION ALL SELECT coalesce(s.area_m2, s.plane_area_m2), s.geom FROM land.staged_homestead AS s
        WHERE s.county = :county AND s.package_id = p.package_id AND s.code = p.code) AS s
    WHERE s.area_m2 <> p.registered_area_m2
       OR CASE WHEN ST_AsEWKB(s.geom) = ST_AsEWKB(p.geom) THEN false
               WHEN ST_SRID(s.geom) = ST_SRID(p.geom) THEN ST_AsEWKB(ST_Normalize(s.geom)) <> ST_AsEWKB(ST_Normalize(p.geom))
               ELSE ST_Area(ST_SymDifference(ST_Transform(s.geom, ST_SRID(p.geom)), p.geom)) > 0.01 END
    UNION ALL SELECT h.case_id, h.code FROM household AS h CROSS JOIN LATERAL (
        SELECT s.name FROM land.staged_household AS s
        WHERE s.county = :county AND s.package_id = h.package_id AND s.code = h.code) AS s
    WHERE s.name <> h.name
       OR array(SELECT (m.id_digest, m.holds_right)::text FROM land.staged_member AS m
                WHERE m.county = :county AND m.package_id = h.package_id AND m.household_code = h.code ORDER BY 1)
       <> array(SELECT (CASE WHEN i.id_digest = ANY (SELECT m.id_digest FROM land.staged_member AS m
                            WHERE m.county = :county AND m.package_id = h.package_id AND m.household_code = h.code)
                        THEN i.id_digest END, r.holds_right)::text
                FROM party.member AS r JOIN identity.person AS i ON i.person_id = r.person_id
                WHERE r.county = :county AND r.household_id = h.household_id
                     AND upper_inf(r.recorded) AND upper_inf(r.valid) ORDER BY 1)
    ORDER BY 1, 2
"""
# Surveys come in six digits and in eight, and from either side of a zone's edge: what lies near is found on the map that
# all have in common, and measured in the zone of the case. OFFSET 0 keeps the two apart: a parcel at a time finds what lies
# over it by the spatial index.
_OVERLAPPED = """
    WITH own AS MATERIALIZED (
        SELECT case_id, package_id FROM registry."case"
        WHERE county = :county AND case_id = ANY (:ids) AND act_kind = 'first_registration'
    ), parcel AS MATERIALIZED (
        SELECT own.case_id, own.package_id, p.parcel_code, s.geom, ST_SRID(s.geom) AS srid,
               ST_Transform(s.geom, 3857) AS web
        FROM own JOIN registry.case_parcel AS p ON p.county = :county AND p.case_id = own.case_id
        CROSS JOIN LATERAL (
            SELECT s.geom FROM land.staged_parcel AS s
            WHERE s.county = :county AND s.package_id = own.package_id AND s.code = p.parcel_code
            UNION ALL SELECT s.geom FROM land.staged_homestead AS s
            WHERE s.county = :county AND s.package_id = own.package_id AND s.code = p.parcel_code) AS s
    )
    SELECT p.case_id, p.parcel_code AS own, l.code AS other,
        round(max(ST_Area(ST_Intersection(l.geom, p.geom)))::numeric, 2) AS area_m2
    FROM parcel AS p CROSS JOIN LATERAL (
        SELECT l.code, CASE WHEN ST_SRID(l.geom) = p.srid THEN l.geom ELSE ST_Transform(l.geom, p.srid) END AS geom
        FROM land.parcel AS l
        WHERE l.county = :county AND l.geom_3857 && p.web AND upper_inf(l.recorded) AND upper_inf(l.valid)
          AND l.code <> p.parcel_code AND l.package_id IS DISTINCT FROM p.package_id
        OFFSET 0) AS l
    WHERE ST_Intersects(l.geom, p.geom) AND ST_Area(ST_Intersection(l.geom, p.geom)) > :most
    GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3
"""
