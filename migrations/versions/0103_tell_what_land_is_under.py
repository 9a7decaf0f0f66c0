"""0103 Under which contracts land is, told to whoever may list it: the household, its agent, also of a contract that came with the
land from another."""

from __future__ import annotations

from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- A desk reads it within its own jurisdiction: no SECURITY DEFINER.
        CREATE FUNCTION exchange.contracts_on(of_county text, codes text[], passed_on boolean) RETURNS TABLE (
            kind text, number text, parcel_code text, from_on date, until_on date)
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT c.kind, c.number, p.parcel_code, c.from_on, coalesce(c.ends_on, c.until_on)
            FROM exchange.contract_parcel AS p
            JOIN exchange.contract AS c ON c.county = p.county AND c.contract_id = p.contract_id
            WHERE p.county = of_county::char(6) AND p.parcel_code = ANY (codes) AND p.area_m2 = p.registered_m2
              AND c.state <> 'withdrawn' AND c.kind <> 'entrusted' AND (c.kind = 'retransfer') = passed_on
              AND NOT (c.kind IN ('assignment', 'exchange') AND EXISTS (SELECT FROM exchange.contract_event AS e
                  WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'registered'))
            ORDER BY c.from_on, p.parcel_code
        $$;
        CREATE FUNCTION exchange.contracts_on_own(of_county text, asked uuid, passed_on boolean) RETURNS TABLE (
            kind text, number text, parcel_code text, from_on date, until_on date)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.* FROM exchange.own_right_said(of_county, asked) AS s, exchange.contracts_on(of_county,
                ARRAY(SELECT p.parcel_code FROM exchange.parcels_said(of_county, s.right_id, '{}') AS p), passed_on) AS c
        $$;
        REVOKE ALL ON FUNCTION exchange.contracts_on(text, text[], boolean), exchange.contracts_on_own(text, uuid, boolean)
            FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.contracts_on(text, text[], boolean)
            TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
        GRANT EXECUTE ON FUNCTION exchange.contracts_on_own(text, uuid, boolean) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
