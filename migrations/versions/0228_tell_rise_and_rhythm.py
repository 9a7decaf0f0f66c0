"""0228 What everybody is told of a listing says by how much its price rises each year, and whether it is paid before."""

from alembic import op

revision = "0228"
down_revision = "0227"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        DROP FUNCTION exchange.listing_told(text, uuid);
        -- As in 0188, with the yearly rise and whether it is paid before: a price is told whole where a yes binds.
        CREATE FUNCTION exchange.listing_told(of_county text, of_listing uuid) RETURNS TABLE (
            county text, village text, listing_id uuid, number text, kind text, way text, to_whom text, from_on date, until_on date,
            unit text, grain text, price numeric, escalator_percent numeric, paid_every text, paid_before boolean, crop text,
            area_m2 numeric, area_mu numeric, closes_on date, state text, own boolean, member boolean, published_on date)
            LANGUAGE plpgsql STABLE {_WIDE} AS $$
            #variable_conflict use_column
            BEGIN RETURN QUERY
            SELECT l.county::text, l.village::text, l.listing_id, l.number::text, l.kind::text, l.way::text, l.to_whom::text,
                l.from_on, l.until_on, l.unit::text, l.grain::text, l.price, l.escalator_percent, l.paid_every::text,
                l.paid_before, l.crop::text, l.area_m2,
                (SELECT sum(round(q.area_m2 * 0.0015, 2)) FROM exchange.listing_parcel AS q
                 WHERE q.county = l.county AND q.listing_id = l.listing_id),
                l.closes_on, l.state::text, coalesce(l.household_id = access.household(), false),
                access.household() IS NOT NULL AND exchange.is_member(l.county, l.listing_id, access.household()),
                (SELECT (min(v.at) AT TIME ZONE 'Asia/Shanghai')::date FROM exchange.listing_event AS v
                 WHERE v.county = l.county AND v.listing_id = l.listing_id AND v.kind = 'published')
            FROM exchange.listing AS l
            WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
              AND (l.state IN ('published', 'dealt', 'failed', 'expired') OR l.state = 'withdrawn' AND EXISTS (
                  SELECT FROM exchange.offer AS o JOIN exchange.taker AS t ON t.county = o.county AND t.taker_id = o.taker_id
                  WHERE o.county = l.county AND o.listing_id = l.listing_id AND (l.household_id = access.household()
                      OR t.account_id = access.actor() OR t.household_id = access.household()
                          AND access.stands_for(t.household_id, ARRAY['sign', 'view', 'bid', 'priority']))));
            END
        $$;
        REVOKE ALL ON FUNCTION exchange.listing_told(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.listing_told(text, uuid) TO landreg_citizen, landreg_exchange;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
