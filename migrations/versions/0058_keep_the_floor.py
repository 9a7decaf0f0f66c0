"""0058 What a listing keeps back stays with whose it is; a sale ends when nobody is left; grain is worth what the county says.

The least that a household takes is its own secret: no desk's login reads the column. What reaches it the database says after the
close, of bids that are there, and of no other price.
"""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_DESKS = "landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor"
_TOLD = """county, village, listing_id, number, kind, source, right_id, household_id, household_code, way, to_whom, from_on,
    until_on, unit, grain, price, floor_shown, escalator_percent, paid_every, paid_before, crop, water, road, soil, said,
    area_m2, closes_on, listed_by, listed_by_name, agent_id, agent_act_id, instead_of, listed_at, state, slope"""


def upgrade() -> None:
    _floor()
    _reaching()
    _grain()
    _start()
    _end()


def _floor() -> None:
    op.execute(f"""
        -- floor_mark: drawn by whoever lists, so that who may read the salt of a leaf (0003) cannot try the least out on it.
        ALTER TABLE exchange.listing ADD floor_mark uuid;
        CREATE FUNCTION exchange.floor_has_its_mark() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF (NEW.floor IS NOT NULL AND NOT NEW.floor_shown) <> (NEW.floor_mark IS NOT NULL) THEN
                RAISE EXCEPTION 'listing %: the mark of its least', NEW.number {_REFUSED} = 'lst_2_kept_with_its_mark';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER floor_has_its_mark BEFORE INSERT ON exchange.listing
            FOR EACH ROW EXECUTE FUNCTION exchange.floor_has_its_mark();
        REVOKE ALL ON FUNCTION exchange.floor_has_its_mark() FROM PUBLIC;
        -- The worker alone reads the whole row, to hold it against its leaf.
        REVOKE SELECT ON exchange.listing FROM {_DESKS};
        GRANT SELECT ({_TOLD}) ON exchange.listing TO {_DESKS};
        -- What is told of the least that is taken: where it is shown what it is, else whether there is one.
        CREATE FUNCTION exchange.floor_told(of_county text, of_listing uuid) RETURNS TABLE (
            lowest numeric, kept boolean, shown boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT CASE WHEN l.floor_shown THEN l.floor END, l.floor IS NOT NULL AND NOT l.floor_shown,
                l.floor IS NOT NULL AND l.floor_shown
            FROM exchange.listing AS l WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
        $$;
        -- The same to whose it is: the household, and an agent to whom it left the listing.
        CREATE FUNCTION exchange.own_floor(of_county text, of_listing uuid) RETURNS TABLE (
            lowest numeric, kept boolean, shown boolean) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.floor, l.floor IS NOT NULL AND NOT l.floor_shown, l.floor IS NOT NULL AND l.floor_shown
            FROM exchange.listing AS l WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
              AND l.household_id = access.household() AND access.stands_for(l.household_id, ARRAY['list'])
        $$;
        -- What was kept back of a listing that is over: for the fairness watch. NULL while anybody may still bid for the land.
        CREATE FUNCTION exchange.floor_kept_of_ended(of_county text, of_listing uuid) RETURNS numeric LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT l.floor FROM exchange.listing AS l WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
              AND NOT l.floor_shown AND (l.state IN ('withdrawn', 'expired', 'failed') OR l.state = 'dealt' AND EXISTS (
                SELECT FROM exchange.deal AS d WHERE d.county = l.county AND d.listing_id = l.listing_id AND NOT EXISTS (
                    SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)))
        $$;
        REVOKE ALL ON FUNCTION exchange.floor_told(text, uuid), exchange.own_floor(text, uuid),
            exchange.floor_kept_of_ended(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.floor_told(text, uuid) TO landreg_registry, landreg_exchange, landreg_auditor;
        GRANT EXECUTE ON FUNCTION exchange.own_floor(text, uuid) TO landreg_citizen;
        GRANT EXECUTE ON FUNCTION exchange.floor_kept_of_ended(text, uuid) TO landreg_auditor;
        -- What is shown of a listing, its shown least too, is made by whoever may read the whole row.
        ALTER FUNCTION exchange.shown_of(text, uuid) SECURITY DEFINER SET landreg.jurisdiction = '6109';
    """)


def _reaching() -> None:
    op.execute(f"""
        -- The entrants of a sale whose bid counts and reaches the least that is taken; nobody before the close, or the opening.
        CREATE FUNCTION exchange.reaching(of_county text, of_sale uuid) RETURNS TABLE (entrant_id uuid, taker_id uuid)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT e.entrant_id, e.taker_id FROM exchange.sale AS s
            JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
            JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
            JOIN exchange.entrant AS e ON e.county = s.county AND e.sale_id = s.sale_id
            WHERE s.county = of_county::char(6) AND s.sale_id = of_sale AND CASE s.way
                WHEN 'auction' THEN c.closes_at <= system.clock() AND EXISTS (SELECT FROM exchange.bid AS b
                    WHERE b.county = e.county AND b.sale_id = e.sale_id AND b.entrant_id = e.entrant_id
                      AND b.price >= coalesce(l.floor, 0))
                ELSE c.over IN ('opened', 'failed', 'spent') AND EXISTS (SELECT FROM exchange.opened_bid AS o
                    JOIN exchange.sealed_bid AS b ON b.county = o.county AND b.sealed_id = o.sealed_id
                    WHERE o.county = e.county AND o.sale_id = e.sale_id AND o.entrant_id = e.entrant_id
                      AND o.price >= greatest(s.start_price, l.floor) AND NOT EXISTS (SELECT FROM exchange.sealed_bid AS n
                        WHERE n.county = b.county AND n.sale_id = b.sale_id AND n.entrant_id = b.entrant_id AND n.seq > b.seq)) END
        $$;
        -- Whether somebody could have had the land, and all who could have given it up: no deal of it stands, and somebody's fell
        -- or was passed over since the sale was set up.
        CREATE FUNCTION exchange.nobody_is_left(of_county text, of_sale uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.reaching(s.county, s.sale_id)) AND NOT EXISTS (
                    SELECT FROM exchange.reaching(s.county, s.sale_id) AS r
                    WHERE NOT exchange.gave_way(s.county, s.listing_id, r.taker_id, s.set_at))
                AND NOT EXISTS (SELECT FROM exchange.deal AS d
                    WHERE d.county = s.county AND d.listing_id = s.listing_id AND NOT EXISTS (
                        SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id))
            FROM exchange.sale AS s WHERE s.county = of_county::char(6) AND s.sale_id = of_sale
        $$;
        -- Whether a sale that has closed came to nothing: no bid that counts reaches the least, or no envelope was handed in.
        CREATE FUNCTION exchange.nobody_came(of_county text, of_sale uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT NOT EXISTS (SELECT FROM exchange.reaching(s.county, s.sale_id)) AND (s.way = 'auction' OR c.over = 'opened'
                OR NOT EXISTS (SELECT FROM exchange.sealed_bid AS b WHERE b.county = s.county AND b.sale_id = s.sale_id))
            FROM exchange.sale AS s JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
            WHERE s.county = of_county::char(6) AND s.sale_id = of_sale AND c.closes_at <= system.clock()
        $$;
        REVOKE ALL ON FUNCTION exchange.reaching(text, uuid), exchange.nobody_is_left(text, uuid),
            exchange.nobody_came(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.reaching(text, uuid) TO landreg_exchange;
        GRANT EXECUTE ON FUNCTION exchange.nobody_is_left(text, uuid), exchange.nobody_came(text, uuid) TO landreg_worker;
    """)


def _grain() -> None:
    op.execute("""
        -- grain_yuan: what a kg of the listing's grain cost when the deposit was reckoned, by the county's series.
        ALTER TABLE exchange.sale ADD grain_yuan numeric CHECK (grain_yuan > 0);
    """)


def _start() -> None:
    op.execute(f"""
        -- As in 0037; and not while a deal of the listing stands, nor on a price in grain of which nobody said what it is in yuan.
        CREATE OR REPLACE FUNCTION exchange.start_clock() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            l exchange.listing;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x
                WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id AND x.village = NEW.village FOR UPDATE;
            IF coalesce(l.state, '') NOT IN ('published', 'dealt') OR l.way <> NEW.way THEN
                RAISE EXCEPTION 'listing % is not for this sale', NEW.listing_id {_REFUSED} = 'bid_8_listing_is_for_this_sale';
            ELSIF EXISTS (SELECT FROM exchange.sale_clock AS c
                JOIN exchange.sale AS s ON s.county = c.county AND s.sale_id = c.sale_id
                WHERE s.county = NEW.county AND s.listing_id = NEW.listing_id AND s.sale_id <> NEW.sale_id AND c.over = '') THEN
                RAISE EXCEPTION 'listing % has a sale', NEW.listing_id {_REFUSED} = 'bid_8_sale_under_way';
            ELSIF EXISTS (SELECT FROM exchange.deal AS d
                WHERE d.county = NEW.county AND d.listing_id = NEW.listing_id AND NOT EXISTS (
                    SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)) THEN
                RAISE EXCEPTION 'listing % has its deal', NEW.listing_id {_REFUSED} = 'bid_8_deal_stands';
            ELSIF (l.grain <> '') <> (NEW.grain_yuan IS NOT NULL) THEN
                RAISE EXCEPTION 'listing %: what grain costs', NEW.listing_id {_REFUSED} = 'bid_17_grain_has_its_price';
            END IF;
            INSERT INTO exchange.sale_clock (county, village, sale_id, closes_at, last_at)
            VALUES (NEW.county, NEW.village, NEW.sale_id, NEW.closes_at, NEW.set_at);
            RETURN NULL;
        END $$;
    """)


def _end() -> None:
    op.execute(f"""
        ALTER TABLE exchange.sale_event DROP CONSTRAINT sale_event_kind_check;
        ALTER TABLE exchange.sale_event ADD CONSTRAINT sale_event_kind_check
            CHECK (kind IN ('cancelled', 'opened', 'failed', 'spent'));
        GRANT INSERT ON exchange.sale_event TO landreg_worker;
        CREATE POLICY ended_by_itself ON exchange.sale_event AS RESTRICTIVE FOR INSERT TO landreg_worker
            WITH CHECK (kind = 'spent' OR kind = 'failed' AND exchange.nobody_came(county, sale_id));
        -- As in 0050; and of itself when the last who could have had the land gave it up.
        CREATE OR REPLACE FUNCTION exchange.end_clock() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            c exchange.sale_clock;
            s exchange.sale;
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x
                WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id AND x.village = NEW.village FOR UPDATE;
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            IF coalesce(c.over NOT IN ('', 'opened'), true)
               OR (NEW.kind = 'cancelled') <> (system.clock() < c.closes_at)
               OR NEW.kind = 'spent' AND NOT coalesce(exchange.nobody_is_left(NEW.county, NEW.sale_id), false) THEN
                RAISE EXCEPTION 'sale % is over, not closed yet, or closed', NEW.sale_id {_REFUSED} = 'bid_8_sale_keeps_its_course';
            ELSIF NEW.kind = 'failed' AND s.way = 'sealed' AND c.over = ''
                  AND (btrim(NEW.said) = '' OR NEW."by" IN (s.officer_one, s.officer_two)) THEN
                RAISE EXCEPTION 'sale % is given up by its own officer', NEW.sale_id {_REFUSED} = 'seal_6_given_up_by_another';
            END IF;
            UPDATE exchange.sale_clock AS x SET over = NEW.kind WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            RETURN NULL;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
