"""0169 Who has land by a lease reads on the own page that it is listed for the days after (CON-10)."""

from __future__ import annotations

from alembic import op

revision = "0169"
down_revision = "0168"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- Public listings of land of a contract for days after its term: what the market's pages show of them.
        CREATE FUNCTION exchange.listed_after(in_county text, of_contract uuid)
            RETURNS TABLE (number text, from_on date, dealt boolean) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT DISTINCT l.number, l.from_on, l.state = 'dealt' FROM exchange.contract AS c
            JOIN exchange.contract_parcel AS q ON q.county = c.county AND q.contract_id = c.contract_id
            JOIN exchange.listing_parcel AS p ON p.county = q.county AND p.parcel_code = q.parcel_code
            JOIN exchange.listing AS l ON l.county = p.county AND l.listing_id = p.listing_id
                AND l.state IN ('published', 'dealt') AND l.from_on >= c.until_on
                AND l.kind NOT IN ('assignment', 'exchange', 'retransfer')
            WHERE c.county = in_county::char(6) AND c.contract_id = of_contract AND c.state IN ('signed', 'disputed')
            ORDER BY l.from_on, l.number
        $$;
        REVOKE ALL ON FUNCTION exchange.listed_after(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.listed_after(text, uuid) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
