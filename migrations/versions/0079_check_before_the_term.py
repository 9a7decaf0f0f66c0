"""0079 Certificates and proofs are found by anybody from the day of their issue, also where what they certify begins later."""

from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- As in 0016; of a right that begins after the issue it says what will stand from its first day on.
        CREATE OR REPLACE FUNCTION registry.check_certificate(asked text) RETURNS TABLE (
            number text, kind text, state text, issued_at timestamptz, ended_at timestamptz, act_number text, holder text,
            area_m2 numeric, mu numeric, parcels bigint, term daterange, division text, sample boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, c.kind, coalesce(e.state, 'valid'), c.issued_at, e.ended_at, a.number,
                   left(h.name, CASE WHEN length(h.name) > 1 THEN 1 ELSE 0 END) || repeat('*', greatest(length(h.name) - 2, 1))
                       || CASE WHEN length(h.name) > 2 THEN right(h.name, 1) ELSE '' END,
                   r.area_m2, r.mu, (SELECT count(*) FROM registry.right_parcel AS p
                                     WHERE p.county = r.county AND p.right_row = r.row_id),
                   r.term, coalesce(d.name, ''), c.sample
            FROM registry.certificate AS c
            JOIN registry.act AS a ON a.county = c.county AND a.act_id = c.act_id
            CROSS JOIN LATERAL (SELECT (c.issued_at AT TIME ZONE 'Asia/Shanghai')::date AS day) AS issue
            JOIN LATERAL (SELECT x.*, greatest(issue.day, coalesce(lower(x.valid), issue.day)) AS day FROM registry."right" AS x
                WHERE x.county = c.county AND x.right_id = c.right_id AND x.recorded @> c.issued_at
                  AND (upper_inf(x.valid) OR upper(x.valid) > issue.day)
                ORDER BY lower(x.valid) NULLS FIRST LIMIT 1) AS r ON true
            JOIN party.named AS h ON h.county = r.county AND h.household_id = r.household_id
                 AND h.recorded @> c.issued_at AND h.valid @> r.day
            LEFT JOIN registry.certificate_end AS e ON e.county = c.county AND e.certificate_id = c.certificate_id
            LEFT JOIN land.division AS d ON d.code = c.village
            WHERE c.token = asked OR c.number = asked
        $$;

        -- As in 0060; what begins later has not ended before.
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
                    (e.party, e.basis, e.amount, e.until) THEN 'changed' ELSE 'valid' END,
                (SELECT max(upper(y.valid)) FROM registry.restriction AS y WHERE y.county = e.county
                    AND y.restriction_id = e.restriction_id AND upper_inf(y.recorded) AND NOT upper_inf(y.valid))
            FROM restricted AS e LEFT JOIN registry.restriction AS x ON x.county = e.county
                AND x.restriction_id = e.restriction_id AND upper_inf(x.recorded) AND x.valid @> greatest(e.today, lower(e.valid))
            UNION ALL
            SELECT e.act_kind, lower(e.valid), upper(e.term) - 1,
                CASE WHEN x.row_id IS NULL THEN 'ended' WHEN (x.household_id, x.term, x.area_m2) IS DISTINCT FROM
                    (e.household_id, e.term, e.area_m2) THEN 'changed' ELSE 'valid' END,
                (SELECT max(upper(y.valid)) FROM registry."right" AS y WHERE y.county = e.county
                    AND y.right_id = e.right_id AND upper_inf(y.recorded) AND NOT upper_inf(y.valid))
            FROM operated AS e LEFT JOIN registry."right" AS x ON x.county = e.county
                AND x.right_id = e.right_id AND upper_inf(x.recorded) AND x.valid @> greatest(e.today, lower(e.valid))
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
