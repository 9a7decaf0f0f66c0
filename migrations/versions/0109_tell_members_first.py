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
        -- BID-23: what is listed to the members first is for others some days after it was published: the county's own figure, or the
        -- book's. Where no household may take land so, there is nobody to wait for.
        CREATE FUNCTION exchange.others_from(of_county text, of_listing uuid) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT (min(v.at) AT TIME ZONE 'Asia/Shanghai')::date + coalesce((
                SELECT p.value::integer FROM law.county_parameter AS p
                WHERE p.county = l.county AND p.name = 'BID-23.members_first_days'
                  AND p.since <= (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
                ORDER BY p.since DESC, p.set_at DESC LIMIT 1), 3)
            FROM exchange.listing AS l
            JOIN exchange.listing_event AS v ON v.county = l.county AND v.listing_id = l.listing_id AND v.kind = 'published'
            WHERE l.county = of_county::char(6) AND l.listing_id = of_listing AND l.to_whom = 'members_first'
              AND l.kind NOT IN ('share', 'construction')
            GROUP BY l.county, l.listing_id
        $$;
        CREATE FUNCTION exchange.members_hear_of_it_first() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            listing uuid;
            household uuid;
        BEGIN
            SELECT t.household_id INTO household FROM exchange.taker AS t
            WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id;
            IF TG_TABLE_NAME = 'offer' THEN
                listing := NEW.listing_id;
                IF NEW.side <> 'taker' OR NEW.kind = 'withdraw' THEN
                    RETURN NEW;
                END IF;
            ELSE
                SELECT s.listing_id INTO listing FROM exchange.sale AS s WHERE s.county = NEW.county AND s.sale_id = NEW.sale_id;
            END IF;
            IF (system.clock() AT TIME ZONE 'Asia/Shanghai')::date < exchange.others_from(NEW.county, listing)
               AND (household IS NULL OR NOT exchange.is_member(NEW.county, listing, household)) THEN
                RAISE EXCEPTION 'listing % is for the members first', listing
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'bid_23_members_hear_of_it_first';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER members_hear_of_it_first BEFORE INSERT ON exchange.entrant
            FOR EACH ROW EXECUTE FUNCTION exchange.members_hear_of_it_first();
        CREATE TRIGGER members_hear_of_it_first BEFORE INSERT ON exchange.offer
            FOR EACH ROW EXECUTE FUNCTION exchange.members_hear_of_it_first();
        REVOKE ALL ON FUNCTION exchange.others_from(text, uuid), exchange.members_hear_of_it_first() FROM PUBLIC;
        REVOKE ALL ON FUNCTION exchange.listing_told(text, uuid), exchange.members_first_since(date) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.listing_told(text, uuid) TO landreg_citizen, landreg_exchange;
        GRANT EXECUTE ON FUNCTION exchange.members_first_since(date) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
