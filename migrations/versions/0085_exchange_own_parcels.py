"""0085 Who offers in an exchange names the parcels that they give, and the deal is of these: what is promised is given to nobody
else; a bid is within the bound of its unit.
"""

from __future__ import annotations

from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _columns()
    _promised()
    _offers()
    _deals()
    _told()
    _bounds()


def _columns() -> None:
    op.execute("""
        -- parcels: what whoever takes the land gives for it in an exchange, by the register's codes; NULL of any other kind.
        ALTER TABLE exchange.offer ADD COLUMN parcels text[] COLLATE "C",
            ADD CONSTRAINT off_6_some_parcels CHECK (cardinality(parcels) BETWEEN 1 AND 40);
        ALTER TABLE exchange.deal ADD COLUMN parcels text[] COLLATE "C";
    """)


def _promised() -> None:
    op.execute(f"""
        -- Of these parcels what is promised for the land of a listing: by the yes to an offer, and by the deal that stands, until both
        -- have signed its contract, which binds it then.
        CREATE FUNCTION exchange.promised(in_county text, codes text[]) RETURNS TABLE (
            parcel_code text, listing_id uuid, deal_id uuid, number text, state text, from_on date, until_on date)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT p.code, l.listing_id, d.deal_id, l.number, l.state, l.from_on, l.until_on
            FROM exchange.offer AS o
            JOIN exchange.listing AS l USING (county, listing_id)
            LEFT JOIN exchange.deal AS d ON d.county = o.county AND d.listing_id = o.listing_id AND NOT EXISTS (
                SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
            CROSS JOIN LATERAL unnest(o.parcels) AS p (code)
            WHERE o.county = in_county::char(6) AND o.kind = 'accept' AND o.parcels && codes AND p.code = ANY (codes)
              AND l.state IN ('published', 'dealt') AND coalesce(d.taker_id, o.taker_id) = o.taker_id
              AND NOT EXISTS (SELECT FROM exchange.deal AS b JOIN exchange.deal_fall AS f USING (county, deal_id)
                  WHERE b.county = o.county AND b.listing_id = o.listing_id AND b.taker_id = o.taker_id AND f.at > o.at)
              AND NOT EXISTS (SELECT FROM exchange.passed_over AS b
                  WHERE b.county = o.county AND b.listing_id = o.listing_id AND b.taker_id = o.taker_id AND b.at > o.at)
              AND NOT EXISTS (SELECT FROM exchange.contract AS c
                  WHERE c.county = d.county AND c.deal_id = d.deal_id AND c.state IN ('signed', 'disputed', 'ended'))
        $$;
        CREATE INDEX offer_that_gives ON exchange.offer (county) WHERE kind = 'accept' AND parcels IS NOT NULL;
        REVOKE ALL ON FUNCTION exchange.promised(text, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.promised(text, text[]) TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
        -- What is promised stands on its parcels as a listing of them does.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.standing_on(text, uuid, text[], uuid)'::regprocedure);
            made text := replace(before, 'SELECT ''listing'', l.state',
                $$SELECT 'listing', o.state, o.number, '', o.parcel_code, o.from_on, o.until_on, NULL::public.geometry
            FROM exchange.promised(in_county, codes) AS o WHERE o.listing_id IS DISTINCT FROM but
            UNION ALL
            SELECT 'listing', l.state$$);
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.standing_on is not as it was';
            END IF;
            EXECUTE made;
        END $do$;
    """)


def _offers() -> None:
    op.execute(f"""
        -- Comes after `take_offer`, which holds the listing's row, and `take_turn`. What is given is named by the offer; each word after
        -- it is about the same parcels. It is asked again at the yes, since it may have been frozen, listed or bound meanwhile.
        CREATE FUNCTION exchange.taken_in_exchange() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            l exchange.listing;
            t exchange.taker;
            own uuid;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id;
            IF NEW.kind <> 'offer' AND NEW.parcels IS DISTINCT FROM (SELECT o.parcels FROM exchange.offer AS o
                    WHERE o.county = NEW.county AND o.listing_id = NEW.listing_id AND o.taker_id = NEW.taker_id
                    ORDER BY o.seq DESC LIMIT 1) OR l.kind <> 'exchange' AND NEW.parcels IS NOT NULL THEN
                RAISE EXCEPTION 'other parcels than were offered for listing %', l.number
                    {_REFUSED} = 'off_6_own_parcels_are_given';
            ELSIF l.kind <> 'exchange' OR NEW.kind NOT IN ('offer', 'accept') THEN
                RETURN NEW;
            END IF;
            -- Of two who promise, list or bind the same parcel at once, the second sees the first.
            PERFORM pg_advisory_xact_lock(hashtextextended('exchange:' || NEW.county || c.code, 0))
                FROM (SELECT DISTINCT code FROM unnest(NEW.parcels) AS u (code) ORDER BY 1) AS c;
            SELECT x.* INTO t FROM exchange.taker AS x WHERE x.county = NEW.county AND x.taker_id = NEW.taker_id;
            SELECT r.right_id INTO own FROM exchange.rights_of(NEW.county, t.code) AS r
                WHERE NEW.parcels <@ ARRAY(SELECT p.parcel_code FROM exchange.parcels_said(NEW.county, r.right_id, '{{}}') AS p) LIMIT 1;
            IF NEW.parcels IS NULL OR own IS NULL OR t.household_id IS NULL THEN
                RAISE EXCEPTION 'parcels of taker % are not its own', NEW.taker_id {_REFUSED} = 'off_6_own_parcels_are_given';
            ELSIF EXISTS (SELECT FROM exchange.standing_on(NEW.county, own, NEW.parcels, NULL) AS s
                    WHERE (s.parcel_code = '' OR s.parcel_code = ANY (NEW.parcels))
                      AND (s.what = 'exit' OR s.what = 'restriction' AND s.kind IN ('seizure', 'dispute'))) THEN
                RAISE EXCEPTION 'parcels of taker % are frozen', NEW.taker_id {_REFUSED} = 'tr_12_nothing_frozen';
            ELSIF EXISTS (SELECT FROM exchange.bound(NEW.county, NEW.parcels, l.from_on, l.until_on, 0, '{{}}')) THEN
                RAISE EXCEPTION 'parcels of taker % are under a contract', NEW.taker_id {_REFUSED} = 'lst_7_given_once';
            ELSIF EXISTS (SELECT FROM exchange.standing_on(NEW.county, own, NEW.parcels, NEW.listing_id) AS s
                    WHERE s.what = 'listing' AND s.parcel_code = ANY (NEW.parcels) AND s.from_on < l.until_on
                      AND s.until_on > l.from_on)
                OR EXISTS (SELECT FROM exchange.promised(NEW.county, NEW.parcels) AS p WHERE p.listing_id <> NEW.listing_id) THEN
                RAISE EXCEPTION 'parcels of taker % are promised already', NEW.taker_id {_REFUSED} = 'lst_7_given_once';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER taken_in_exchange BEFORE INSERT ON exchange.offer
            FOR EACH ROW EXECUTE FUNCTION exchange.taken_in_exchange();
        REVOKE ALL ON FUNCTION exchange.taken_in_exchange() FROM PUBLIC;
    """)


def _deals() -> None:
    op.execute(f"""
        -- A deal is of the parcels that were offered when the yes was said.
        CREATE FUNCTION exchange.deal_of_what_was_offered() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.parcels IS DISTINCT FROM (SELECT o.parcels FROM exchange.offer AS o
                    WHERE o.county = NEW.county AND o.listing_id = NEW.listing_id AND o.taker_id = NEW.taker_id AND o.kind = 'accept'
                    ORDER BY o.seq DESC LIMIT 1) THEN
                RAISE EXCEPTION 'a deal of other parcels than were offered' {_REFUSED} = 'off_6_own_parcels_are_given';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER deal_of_what_was_offered BEFORE INSERT ON exchange.deal
            FOR EACH ROW EXECUTE FUNCTION exchange.deal_of_what_was_offered();
        REVOKE ALL ON FUNCTION exchange.deal_of_what_was_offered() FROM PUBLIC;
    """)


def _told() -> None:
    op.execute(f"""
        -- The parcels that are given for the land of a listing, as the register has them: to the household whose land it is, before it
        -- says yes, and to the household that gives them.
        CREATE FUNCTION exchange.offered_parcels(in_county text, of_listing uuid) RETURNS TABLE (
            taker_id uuid, parcel_code text, name text, area_m2 numeric, mu numeric, land_class text, soil_grade text,
            basic_farmland boolean) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT DISTINCT o.taker_id, p.parcel_code, p.name, p.area_m2, p.mu, p.land_class, p.soil_grade, p.basic_farmland
            FROM exchange.listing AS l
            JOIN exchange.offer AS o ON o.county = l.county AND o.listing_id = l.listing_id AND o.parcels IS NOT NULL
            JOIN exchange.taker AS t ON t.county = o.county AND t.taker_id = o.taker_id
            CROSS JOIN LATERAL exchange.rights_of(l.county, t.code) AS r
            CROSS JOIN LATERAL exchange.parcels_said(l.county, r.right_id, '{{}}') AS p
            WHERE l.county = in_county::char(6) AND l.listing_id = of_listing AND p.parcel_code = ANY (o.parcels)
              AND (l.household_id = access.household() AND access.stands_for(l.household_id, ARRAY['list', 'view', 'answer'])
                OR t.household_id = access.household() AND access.stands_for(t.household_id, ARRAY['bid', 'view', 'list']))
            ORDER BY 1, 2
        $$;
        -- An agent who takes part for a household in an exchange reads what it could give.
        DO $do$ BEGIN
            EXECUTE replace(pg_get_functiondef('exchange.own_right_said(text, uuid)'::regprocedure), 'ARRAY[''list'']',
                'ARRAY[''list'', ''bid'']');
        END $do$;
        REVOKE ALL ON FUNCTION exchange.offered_parcels(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.offered_parcels(text, uuid) TO landreg_citizen;
    """)


def _bounds() -> None:
    op.execute("""
        -- The most that a price in a unit may be: of a mu, or of a whole.
        CREATE FUNCTION exchange.most_price(unit text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT CASE WHEN unit IN ('yuan_year', 'yuan_once', 'balance_in', 'balance_out') THEN 9999999999.99 ELSE 9999999.99 END
        $$;
        REVOKE ALL ON FUNCTION exchange.most_price(text) FROM PUBLIC;
        -- A bid is held to it as it comes; a sealed one where it is opened, since nobody could look at it before.
        DO $do$ BEGIN
            EXECUTE replace(pg_get_functiondef('exchange.take_bid()'::regprocedure),
                'ELSIF NEW.price > basis * (h.s).most_times THEN',
                $$ELSIF NEW.price > 9999999.99 AND NEW.price > (SELECT exchange.most_price(l.unit) FROM exchange.listing AS l
                    WHERE l.county = (h.s).county AND l.listing_id = (h.s).listing_id) THEN
                RAISE EXCEPTION 'bid % is above the bound of its unit', NEW.price
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'bid_5_price_is_a_sum';
            ELSIF NEW.price > basis * (h.s).most_times THEN$$);
            EXECUTE replace(pg_get_functiondef('exchange.reaching(text, uuid)'::regprocedure),
                'AND o.price >= greatest(s.start_price, l.floor)',
                'AND o.price BETWEEN greatest(s.start_price, l.floor) AND exchange.most_price(l.unit)');
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
