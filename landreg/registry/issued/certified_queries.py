"""The rows that certificates are made of: the rights that cases are about, who holds them, and their parcels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.party.rules import SHARED


def rights(session: Session, county: str, case_ids: Sequence[UUID]) -> Sequence[Mapping[Any, Any]]:
    """The rights, by case and kind, with whom their certificates name."""
    return session.execute(text(_RIGHTS), {"county": county, "cases": list(case_ids)}).mappings().all()


def members(session: Session, county: str, case_ids: Sequence[UUID]) -> Sequence[Any]:
    """Who holds the rights, by household, kind of right and place in the household."""
    return session.execute(text(_MEMBERS), {"county": county, "cases": list(case_ids)}).all()


def parcels(session: Session, county: str, case_ids: Sequence[UUID]) -> Sequence[Any]:
    """The parcels under the rights, in the order of each, with their shapes and boundary points."""
    return session.execute(text(_PARCELS), {"county": county, "cases": list(case_ids)}).all()


# The rights that the certificates of cases are about, as they stand: those that its act opened, whichever act said them since,
# those that it names, those whose certificate its act replaced, a right of the household that came after the application
# perhaps, and those of a holder whom it renamed. A land-operation right leaves the certificate of the right that it comes out of.
_CERTIFIED = """
    (SELECT c.county, c.case_id, c.act_id, r.row_id FROM registry."case" AS c
     JOIN registry."right" AS o ON o.county = c.county AND o.act_id = c.act_id
     JOIN registry."right" AS r ON r.county = o.county AND r.right_id = o.right_id
          AND upper_inf(r.recorded) AND upper_inf(r.valid)
     WHERE c.county = :county AND c.case_id = ANY (:cases)
     UNION SELECT c.county, c.case_id, c.act_id, r.row_id FROM registry."case" AS c CROSS JOIN unnest(c.right_ids) AS named (id)
     JOIN registry."right" AS r ON r.county = c.county AND r.right_id = named.id
          AND upper_inf(r.recorded) AND upper_inf(r.valid)
     WHERE c.county = :county AND c.case_id = ANY (:cases) AND c.act_kind <> 'land_operation'
     UNION SELECT c.county, c.case_id, c.act_id, r.row_id FROM registry."case" AS c
     JOIN party.holder AS h ON h.county = c.county AND h.act_id = c.act_id AND upper_inf(h.recorded) AND upper_inf(h.valid)
     JOIN registry."right" AS r ON r.county = h.county AND r.household_id = h.holder_id
          AND upper_inf(r.recorded) AND upper_inf(r.valid)
     WHERE c.county = :county AND c.case_id = ANY (:cases) AND c.act_kind LIKE '%name_change'
     UNION SELECT c.county, c.case_id, c.act_id, r.row_id FROM registry."case" AS c
     JOIN registry.certificate_end AS e ON e.county = c.county AND e.act_id = c.act_id AND e.state = 'replaced'
     JOIN registry.certificate AS o ON o.county = e.county AND o.certificate_id = e.certificate_id
     JOIN registry."right" AS r ON r.county = o.county AND r.right_id = o.right_id
          AND upper_inf(r.recorded) AND upper_inf(r.valid)
     WHERE c.county = :county AND c.case_id = ANY (:cases)) AS c
    JOIN registry."right" AS r ON r.county = c.county AND r.row_id = c.row_id
"""
_RIGHTS = f"""
    SELECT c.case_id, r.right_id, r.row_id AS right_row, r.kind, r.code, r.household_id, r.term,
           (SELECT o.term FROM registry."right" AS o WHERE o.county = r.county AND o.right_id = r.right_id AND upper_inf(o.recorded)
            AND upper(o.term) = lower(r.term) ORDER BY lower(o.valid) DESC LIMIT 1) AS running, r.area_m2, r.mu, r.excess_m2,
           r.confirmed_by,
           r.footprint_m2, r.floor_area_m2, r.floors, r.built_on, r.nature, r.note, a.number AS act_number,
           h.name AS holder, h.code AS holder_code, r.village,
           (SELECT x.representative_id FROM party.household AS x WHERE x.county = h.county AND x.household_id = h.household_id
            AND upper_inf(x.recorded) AND upper_inf(x.valid)) AS representative_id,
           CASE WHEN r.kind = 'land_operation' AND r.contract_id IS NULL THEN (
               SELECT coalesce(string_agg(DISTINCT n.name, '、' ORDER BY n.name), '—') FROM registry.right_parcel AS x
               JOIN registry.right_parcel AS y ON y.county = x.county AND y.parcel_id = x.parcel_id
                    AND y.kind = 'contract_management'
               JOIN registry."right" AS k ON k.county = y.county AND k.row_id = y.right_row
                    AND upper_inf(k.recorded) AND upper_inf(k.valid)
               JOIN party.named AS n ON n.county = k.county AND n.household_id = k.household_id
                    AND upper_inf(n.recorded) AND upper_inf(n.valid)
               WHERE x.county = r.county AND x.right_row = r.row_id) ELSE '' END AS contractors,
           coalesce(i.name, '') AS issuer, coalesce(i.representative, '') AS representative,
           coalesce(d.name, c.county) AS county_name,
           CASE WHEN a.kind = 'reissue' THEN (SELECT o.number FROM registry.certificate_end AS e
               JOIN registry.certificate AS o ON o.county = e.county AND o.certificate_id = e.certificate_id
               WHERE e.county = c.county AND e.act_id = c.act_id AND o.right_id = r.right_id LIMIT 1) END AS lost,
           EXISTS (SELECT FROM registry.certificate AS o WHERE o.county = r.county AND o.right_id = r.right_id
               AND o.issued_at > a.registered_at AND NOT EXISTS (SELECT FROM registry.certificate_end AS e
                   WHERE e.county = o.county AND e.certificate_id = o.certificate_id)) AS certified_since
    FROM {_CERTIFIED}
    JOIN registry.act AS a ON a.county = c.county AND a.act_id = c.act_id
    JOIN party.named AS h ON h.county = r.county AND h.household_id = r.household_id
         AND upper_inf(h.recorded) AND upper_inf(h.valid)
    LEFT JOIN party.collective AS i ON i.county = h.county
         AND i.collective_id = CASE r.kind WHEN 'land_operation' THEN (SELECT k.collective_id FROM registry.contract AS k
             WHERE k.county = r.county AND k.contract_id = r.contract_id AND upper_inf(k.recorded) AND upper_inf(k.valid))
             ELSE h.collective_id END
         AND upper_inf(i.recorded) AND upper_inf(i.valid)
    LEFT JOIN land.division AS d ON d.code = c.county
    ORDER BY c.case_id, r.kind, r.code
"""
_MEMBERS = f"""
    SELECT m.household_id, r.kind, m.person_id, m.relation, m.note
    FROM (SELECT DISTINCT r.county, r.household_id, r.kind FROM {_CERTIFIED}) AS r
    JOIN party.member AS m ON m.county = r.county AND m.household_id = r.household_id
         AND upper_inf(m.recorded) AND upper_inf(m.valid)
    WHERE m.holds_right OR r.kind <> '{SHARED}' ORDER BY m.household_id, m.position
"""
_OF_CASES = f"""
    FROM {_CERTIFIED}
    JOIN registry.right_parcel AS x ON x.county = r.county AND x.right_row = r.row_id
    JOIN land.parcel AS l ON l.county = x.county AND l.parcel_id = x.parcel_id AND upper_inf(l.recorded) AND upper_inf(l.valid)
"""
_PARCELS = f"""
    SELECT x.right_row, l.parcel_id, l.code, l.name, l.neighbour_east, l.neighbour_south, l.neighbour_west, l.neighbour_north,
           x.mu, x.area_m2, x.signed_on, l.basic_farmland, x.note, ST_AsBinary(l.geom) AS shape, ST_SRID(l.geom) AS srid,
           p.numbers, p.east, p.north
    {_OF_CASES}
    LEFT JOIN land.staged_boundary_point AS p ON p.county = l.county AND p.package_id = l.package_id AND p.parcel_code = l.code
    ORDER BY x.right_row, x.position
"""
