"""0171 An assignment or an exchange that is signed runs on for the register's office until it is registered (TR-33, LO-13)."""

from __future__ import annotations

from alembic import op

revision = "0171"
down_revision = "0170"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    op.execute(f"""
        -- As before; until_on NULL: for good, as exchange.contracts_on says it.
        CREATE OR REPLACE FUNCTION exchange.running(in_county text, codes text[]) RETURNS TABLE (parcel_code text, number text,
                kind text, from_on date, until_on date, taker text, taker_code text, household_id uuid, cases text[])
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT o.parcel_code, c.number, c.kind, c.from_on, d.until_on, t.name, t.code, t.household_id,
                ARRAY(SELECT e.facts ->> 'case_id' FROM exchange.contract_event AS e
                    WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'case_opened')
            FROM exchange.contracts_over(in_county, codes) AS o
            JOIN exchange.contract AS c ON c.county = in_county::char(6) AND c.contract_id = o.contract_id AND NOT c.void
            JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
            CROSS JOIN LATERAL (SELECT CASE WHEN c.ends_on IS NOT NULL OR c.kind NOT IN ('assignment', 'exchange')
                THEN coalesce(c.ends_on, c.until_on) END) AS d (until_on)
            WHERE c.state IN ('signed', 'disputed', 'ended') AND coalesce(d.until_on > {_TODAY}, true)
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
