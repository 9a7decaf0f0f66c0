"""0060 The letter on an error that the office found, and the certificate of a land-operation right, are papers of a case."""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE registry.paper DROP CONSTRAINT paper_kind_check,
            ADD CONSTRAINT paper_kind_check CHECK (kind IN ('receipt', 'completion', 'refusal', 'proof', 'error_letter'));
        -- What a certificate of registration proves: a restriction, or a land-operation right; and whether it stands today.
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
                AND x.restriction_id = e.restriction_id AND upper_inf(x.recorded) AND x.valid @> e.today
            UNION ALL
            SELECT e.act_kind, lower(e.valid), upper(e.term) - 1,
                CASE WHEN x.row_id IS NULL THEN 'ended' WHEN (x.household_id, x.term, x.area_m2) IS DISTINCT FROM
                    (e.household_id, e.term, e.area_m2) THEN 'changed' ELSE 'valid' END,
                (SELECT max(upper(y.valid)) FROM registry."right" AS y WHERE y.county = e.county
                    AND y.right_id = e.right_id AND upper_inf(y.recorded) AND NOT upper_inf(y.valid))
            FROM operated AS e LEFT JOIN registry."right" AS x ON x.county = e.county
                AND x.right_id = e.right_id AND upper_inf(x.recorded) AND x.valid @> e.today
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
