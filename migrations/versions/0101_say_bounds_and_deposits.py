"""0101 What lies around a parcel, of whatever right, for the papers of contracts; the deposit of a lease falls due."""

from __future__ import annotations

from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- '' for a parcel of which the register has no neighbour. Within the jurisdiction: its policies hold for the owner too.
        CREATE FUNCTION exchange.bounds_said(in_county text, codes text[]) RETURNS TABLE (parcel_code text, neighbours text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT p.code, CASE WHEN concat(p.neighbour_east, p.neighbour_south, p.neighbour_west, p.neighbour_north) = '' THEN ''
                ELSE format('东：%s；南：%s；西：%s；北：%s', coalesce(nullif(p.neighbour_east, ''), '—'),
                    coalesce(nullif(p.neighbour_south, ''), '—'), coalesce(nullif(p.neighbour_west, ''), '—'),
                    coalesce(nullif(p.neighbour_north, ''), '—')) END
            FROM land.parcel AS p
            WHERE p.county = in_county::char(6) AND p.code = ANY (codes) AND upper_inf(p.recorded) AND upper_inf(p.valid)
        $$;
        REVOKE ALL ON FUNCTION exchange.bounds_said(text, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.bounds_said(text, text[]) TO landreg_exchange, landreg_registry, landreg_worker;
        ALTER TABLE exchange.rent_due DROP CONSTRAINT rent_due_kind_check,
            ADD CONSTRAINT rent_due_kind_check
                CHECK (kind IN ('rent', 'price', 'dividend', 'awarded', 'service', 'deposit'));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
