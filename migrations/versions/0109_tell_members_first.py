"""0109 Since when a listing is published is told with it; households of its collective read what is theirs to take first."""

from __future__ import annotations

from alembic import op

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        DROP FUNCTION exchange.listing_told(text, uuid);
        CREATE FUNCTION exchange.listing_told(of_county text, of_listing uuid) RETURNS TABLE (
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
            WHERE l.county = of_county::char(6) AND l.listing_id = of_listing AND l.state IN ('published', 'dealt', 'failed', 'expired')
        $$;
        -- What was published for the members first since a day, for a household of that collective; not its own.
        CREATE FUNCTION exchange.members_first_since(since date) RETURNS TABLE (county text, listing_id uuid)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.county, l.listing_id FROM exchange.listing AS l
            WHERE l.state = 'published' AND l.to_whom = 'members_first' AND l.household_id IS DISTINCT FROM access.household()
              AND EXISTS (SELECT FROM exchange.listing_event AS v WHERE v.county = l.county AND v.listing_id = l.listing_id
                  AND v.kind = 'published' AND (v.at AT TIME ZONE 'Asia/Shanghai')::date >= since)
              AND access.stands_for(access.household(), ARRAY['view', 'bid'])
              AND exchange.is_member(l.county, l.listing_id, access.household())
            ORDER BY l.number
        $$;
        REVOKE ALL ON FUNCTION exchange.listing_told(text, uuid), exchange.members_first_since(date) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.listing_told(text, uuid) TO landreg_citizen, landreg_exchange;
        GRANT EXECUTE ON FUNCTION exchange.members_first_since(date) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
