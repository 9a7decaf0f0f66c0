"""0045 A recheck names what the market's page shows of a listing otherwise than the listing stands, and how."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Land and photos may change after a listing was shown: what the listing itself says is compared.
        CREATE FUNCTION exchange.shown_differs() RETURNS TABLE (number text, fact text, shown text, stands text)
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT l.number, d.fact, coalesce(d.shown, ''), coalesce(d.stands, '') FROM exchange.listing AS l
            JOIN exchange.shown_otherwise() AS w ON w.number = l.number
            LEFT JOIN exchange.shown AS s ON s.county = l.county AND s.listing_id = l.listing_id
            CROSS JOIN LATERAL exchange.shown_of(l.county, l.listing_id) AS o
            CROSS JOIN LATERAL (VALUES ('state', s.state, o.state), ('kind', s.kind, o.kind), ('said', s.said, o.said),
                ('price', s.price::text, o.price::text), ('area_m2', s.area_m2::text, o.area_m2::text),
                ('until_on', s.until_on::text, o.until_on::text)) AS d (fact, shown, stands)
            WHERE d.shown IS DISTINCT FROM d.stands
            ORDER BY 1, 2
        $$;
        REVOKE ALL ON FUNCTION exchange.shown_differs() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.shown_differs() TO landreg_worker, landreg_auditor;
        GRANT EXECUTE ON FUNCTION exchange.shown_of(text, uuid), exchange.shown_otherwise() TO landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
