"""0188 Both sides of a talk keep it after its listing was withdrawn."""

from alembic import op

revision = "0188"
down_revision = "0187"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- As in 0109; and what was withdrawn, to its household and to those who spoke of it.
        CREATE OR REPLACE FUNCTION exchange.listing_told(of_county text, of_listing uuid) RETURNS TABLE (
            county text, village text, listing_id uuid, number text, kind text, way text, to_whom text, from_on date, until_on date,
            unit text, grain text, price numeric, paid_every text, crop text, area_m2 numeric, area_mu numeric, closes_on date,
            state text, own boolean, member boolean, published_on date)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.county, l.village, l.listing_id, l.number, l.kind, l.way, l.to_whom, l.from_on, l.until_on, l.unit, l.grain,
                l.price, l.paid_every, l.crop, l.area_m2,
                (SELECT sum(round(q.area_m2 * 0.0015, 2)) FROM exchange.listing_parcel AS q
                 WHERE q.county = l.county AND q.listing_id = l.listing_id),
                l.closes_on, l.state, coalesce(l.household_id = access.household(), false),
                access.household() IS NOT NULL AND exchange.is_member(l.county, l.listing_id, access.household()),
                (SELECT (min(v.at) AT TIME ZONE 'Asia/Shanghai')::date FROM exchange.listing_event AS v
                 WHERE v.county = l.county AND v.listing_id = l.listing_id AND v.kind = 'published')
            FROM exchange.listing AS l
            WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
              AND (l.state IN ('published', 'dealt', 'failed', 'expired') OR l.state = 'withdrawn' AND EXISTS (
                  SELECT FROM exchange.offer AS o JOIN exchange.taker AS t ON t.county = o.county AND t.taker_id = o.taker_id
                  WHERE o.county = l.county AND o.listing_id = l.listing_id AND (l.household_id = access.household()
                      OR t.account_id = access.actor() OR t.household_id = access.household()
                          AND access.stands_for(t.household_id, ARRAY['sign', 'view', 'bid', 'priority']))))
        $$;
        -- When a listing was withdrawn; NULL where it was not.
        CREATE FUNCTION exchange.withdrawn_at(of_county text, of_listing uuid) RETURNS timestamptz LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT max(v.at) FROM exchange.listing_event AS v
            WHERE v.county = of_county::char(6) AND v.listing_id = of_listing AND v.kind = 'withdrawn'
        $$;
        REVOKE ALL ON FUNCTION exchange.withdrawn_at(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.withdrawn_at(text, uuid) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
