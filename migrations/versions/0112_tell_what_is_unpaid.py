"""0112 The register's office reads what was paid of the contract whose assignment, exchange or end it is to register."""

from __future__ import annotations

from alembic import op

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX contract_event_case ON exchange.contract_event ((facts ->> 'case_id')) WHERE kind = 'case_opened';
        -- Of cases that came from a contract: its number, what is owed of it until it ends, in yuan, and what was paid.
        CREATE FUNCTION exchange.paid_below(in_county text, of_cases uuid[])
            RETURNS TABLE (case_id uuid, number text, owed numeric, paid numeric) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT k.case_id, c.number, o.yuan, (
                SELECT coalesce(sum(p.amount_yuan) FILTER (WHERE p.kg IS NULL), 0.00) FROM exchange.rent_payment AS p
                WHERE p.county = c.county AND p.contract_id = c.contract_id) + (
                SELECT coalesce(sum(p.amount), 0.00) FROM exchange.credited(in_county, ARRAY[c.contract_id]) AS p)
            FROM (SELECT n.case_id, b.contract_id FROM registry."case" AS n
                JOIN exchange.contract AS b ON b.county = n.county AND b.number = n.request ->> 'basis'
                WHERE n.county = in_county::char(6) AND n.case_id = ANY (of_cases) AND n.act_kind = 'land_operation_end'
                UNION
                SELECT n.case_id, e.contract_id FROM registry."case" AS n
                JOIN exchange.contract_event AS e ON e.county = n.county AND e.kind = 'case_opened'
                    AND e.facts ->> 'case_id' = n.case_id::text
                WHERE n.county = in_county::char(6) AND n.case_id = ANY (of_cases)
                  AND n.act_kind IN ('assignment', 'exchange')) AS k
            JOIN exchange.contract AS c ON c.county = in_county::char(6) AND c.contract_id = k.contract_id AND NOT c.void
            CROSS JOIN LATERAL exchange.owed_until(in_county, c.contract_id, coalesce(c.ends_on, c.until_on), '') AS o
            WHERE c.state IN ('signed', 'disputed', 'ended')
        $$;
        REVOKE ALL ON FUNCTION exchange.paid_below(text, uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.paid_below(text, uuid[]) TO landreg_registry, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
