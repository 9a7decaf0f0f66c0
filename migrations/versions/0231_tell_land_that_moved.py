"""0231 A county's notice is no shorter than the law's floor and no longer than makes sense, whoever writes the figure (LAW-5); who
checks the proof of a restriction is told that it lies on other land than on the day of its entry.
"""

from __future__ import annotations

from alembic import op

revision = "0231"
down_revision = "0230"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was set before stays as it was said: the program asks for the floor itself.
    op.execute("""
        ALTER TABLE law.county_parameter ADD CONSTRAINT law_5_notice_within_bounds CHECK (
            CASE WHEN name LIKE '%notice\\_working\\_days' THEN value ~ '^[0-9]{2}$' AND value::int BETWEEN 15 AND 60 ELSE true END
        ) NOT VALID
    """)
    op.execute("CREATE INDEX restriction_by_name ON registry.restriction (county, restriction_id)")
    op.execute("""
        CREATE OR REPLACE FUNCTION registry.check_proof(asked text) RETURNS TABLE (
            act_kind text, since date, until date, state text, ended_on date)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            WITH proven AS (
                SELECT c.county, c.act_id, c.act_kind, (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AS today
                FROM registry.paper AS p JOIN registry."case" AS c ON c.county = p.county AND c.case_id = p.case_id
                WHERE p.number = asked AND p.kind = 'proof'
            ), restricted AS (
                SELECT c.act_kind, c.today, r.* FROM proven AS c
                JOIN registry.restriction AS r ON r.county = c.county AND r.act_id = c.act_id
                ORDER BY lower(r.valid) DESC LIMIT 1
            ), operated AS (
                SELECT c.act_kind, c.today, r.* FROM proven AS c
                JOIN registry."right" AS r ON r.county = c.county AND r.act_id = c.act_id AND r.kind = 'land_operation'
                ORDER BY lower(r.valid) DESC LIMIT 1
            )
            SELECT e.act_kind, lower(e.valid), e.until,
                CASE WHEN x.row_id IS NULL THEN 'ended' WHEN (x.party, x.basis, x.amount, x.until) IS DISTINCT FROM
                    (e.party, e.basis, e.amount, e.until) THEN 'changed'
                    WHEN coalesce(x.parcels, n.land) @> coalesce(e.parcels, t.land)
                        AND coalesce(x.parcels, n.land) <@ coalesce(e.parcels, t.land) THEN 'valid' ELSE 'moved' END,
                (SELECT max(upper(y.valid)) FROM registry.restriction AS y WHERE y.county = e.county
                    AND y.restriction_id = e.restriction_id AND upper_inf(y.recorded) AND NOT upper_inf(y.valid))
            FROM restricted AS e LEFT JOIN registry.restriction AS x ON x.county = e.county
                AND x.restriction_id = e.restriction_id AND upper_inf(x.recorded) AND x.valid @> greatest(e.today, lower(e.valid))
            CROSS JOIN LATERAL (SELECT array_agg(o.parcel_id) AS land
                FROM registry."right" AS r JOIN registry.right_parcel AS o ON o.county = r.county AND o.right_row = r.row_id
                WHERE r.county = e.county AND r.right_id = e.right_id AND r.recorded @> lower(e.recorded)
                    AND r.valid @> lower(e.valid)) AS t
            CROSS JOIN LATERAL (SELECT array_agg(o.parcel_id) AS land
                FROM registry."right" AS r JOIN registry.right_parcel AS o ON o.county = r.county AND o.right_row = r.row_id
                WHERE r.county = x.county AND r.right_id = x.right_id AND upper_inf(r.recorded)
                    AND r.valid @> greatest(e.today, lower(e.valid))) AS n
            UNION ALL
            SELECT e.act_kind, lower(e.valid), upper(e.term) - 1,
                CASE WHEN x.row_id IS NULL THEN 'ended' WHEN g.day IS NOT NULL THEN 'replaced'
                    WHEN (x.household_id, x.term, x.area_m2) IS DISTINCT FROM (e.household_id, e.term, e.area_m2) THEN 'changed'
                    ELSE 'valid' END,
                CASE WHEN x.row_id IS NULL THEN (SELECT max(upper(y.valid)) FROM registry."right" AS y WHERE y.county = e.county
                    AND y.right_id = e.right_id AND upper_inf(y.recorded) AND NOT upper_inf(y.valid)) ELSE g.day END
            FROM operated AS e LEFT JOIN registry."right" AS x ON x.county = e.county
                AND x.right_id = e.right_id AND upper_inf(x.recorded) AND x.valid @> greatest(e.today, lower(e.valid))
            CROSS JOIN LATERAL (SELECT (min(i.issued_at) AT TIME ZONE 'Asia/Shanghai')::date AS day
                FROM registry.certificate AS i WHERE i.county = e.county AND i.right_id = e.right_id) AS g
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
