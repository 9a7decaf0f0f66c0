"""0093 The register reads when the contract of a land-operation right ends, before a mortgage is laid on the right."""

from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- By right in force, of these: the contract that it stands on, as it was last changed, where that has ended or is to end
        -- before its term. ends_on: the first day without it.
        CREATE FUNCTION exchange.ends_below(in_county text, of_rights uuid[])
            RETURNS TABLE (right_id uuid, number text, ends_on date) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH RECURSIVE line AS (
                SELECT r.right_id, c.county, c.contract_id, c.number, c.ends_on
                FROM registry."right" AS r
                JOIN exchange.contract AS c ON c.county = r.county AND (c.number = r.note OR EXISTS (
                    SELECT FROM exchange.contract_event AS e
                    JOIN registry."case" AS k ON k.county = e.county AND k.case_id = (e.facts ->> 'case_id')::uuid
                    WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'case_opened'
                      AND k.act_kind IN ('land_operation', 'other_means') AND k.request ->> 'code' = r.code))
                WHERE r.county = in_county::char(6) AND r.right_id = ANY (of_rights) AND r.kind = 'land_operation'
                  AND upper_inf(r.recorded) AND upper_inf(r.valid)
                UNION
                SELECT l.right_id, n.county, n.contract_id, n.number, n.ends_on FROM line AS l
                JOIN exchange.contract AS n ON n.county = l.county AND n.previous_id = l.contract_id
                    AND n.relation = 'change' AND n.state IN ('signed', 'ended')
            )
            SELECT DISTINCT ON (l.right_id) l.right_id, l.number, l.ends_on FROM line AS l
            WHERE l.ends_on IS NOT NULL AND NOT EXISTS (
                SELECT FROM exchange.contract_event AS e WHERE e.county = l.county AND e.contract_id = l.contract_id
                  AND e.kind = 'ended' AND e.facts ->> 'how' = 'replaced')
            ORDER BY l.right_id, l.ends_on
        $$;
        REVOKE ALL ON FUNCTION exchange.ends_below(text, uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.ends_below(text, uuid[]) TO landreg_registry, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
