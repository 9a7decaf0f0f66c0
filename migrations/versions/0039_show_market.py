"""0039 The market for everybody: what is shown of a listing, read through functions alone; searches that are kept, and their news.

A row of `exchange.shown` repeats what may be seen of a listing and nothing else: no household, no name, no number of a parcel, a
place to some 100 m. It comes and goes with the listing's events, so that the public's functions read one table by its indexes.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_HEAD = 'county char(6) NOT NULL, village text COLLATE "C" NOT NULL'
_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_DEFINER = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    _shown()
    _kept()
    _searches()
    _pages()
    _map()
    _deals()
    _public_searches()


def _shown() -> None:
    op.execute(f"""
        -- fen: the price asked of a mu and year where it is in money; hundredths: of a mu. Whole numbers, since a comparison of
        -- numerics is not leakproof and would use no index. grid, east, north: a place to some 100 m. land_class: of the larger
        -- part.
        CREATE TABLE exchange.shown (
            {_HEAD}, listing_id uuid NOT NULL, number text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL,
            source text COLLATE "C" NOT NULL, way text COLLATE "C" NOT NULL, to_whom text COLLATE "C" NOT NULL,
            from_on date NOT NULL, until_on date NOT NULL, months integer NOT NULL, unit text COLLATE "C" NOT NULL,
            grain text COLLATE "C" NOT NULL, price numeric(12,2) NOT NULL, floor numeric(12,2), fen bigint,
            escalator_percent numeric(5,2) NOT NULL, paid_every text COLLATE "C" NOT NULL, paid_before boolean NOT NULL,
            crop text COLLATE "C" NOT NULL, water text COLLATE "C" NOT NULL, road text COLLATE "C" NOT NULL,
            soil text COLLATE "C" NOT NULL, said text NOT NULL, area_m2 numeric(14,2) NOT NULL, hundredths integer NOT NULL,
            land_class text COLLATE "C" NOT NULL, soil_grade text COLLATE "C" NOT NULL, parcels integer NOT NULL,
            photos integer NOT NULL, grid public.geometry(Point, 3857), east integer, north integer, closes_on date NOT NULL, published_at timestamptz NOT NULL,
            state text COLLATE "C" NOT NULL CHECK (state IN ('open', 'dealt', 'over')), state_since timestamptz NOT NULL,
            PRIMARY KEY (county, listing_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing
        );
        CREATE INDEX shown_newest ON exchange.shown (published_at DESC, listing_id) WHERE state = 'open';
        CREATE INDEX shown_by_village ON exchange.shown (village, published_at DESC) WHERE state = 'open';
        CREATE INDEX shown_by_kind ON exchange.shown (kind, published_at DESC) WHERE state = 'open';
        CREATE INDEX shown_by_crop ON exchange.shown (crop, published_at DESC) WHERE state = 'open';
        CREATE INDEX shown_by_water ON exchange.shown (water, published_at DESC) WHERE state = 'open';
        CREATE INDEX shown_by_road ON exchange.shown (road, published_at DESC) WHERE state = 'open';
        CREATE INDEX shown_by_class ON exchange.shown (land_class, published_at DESC) WHERE state = 'open';
        CREATE INDEX shown_by_term ON exchange.shown (months, published_at DESC) WHERE state = 'open';
        CREATE INDEX shown_by_price ON exchange.shown (fen, listing_id) WHERE state = 'open';
        CREATE INDEX shown_by_price_down ON exchange.shown (fen DESC NULLS LAST, listing_id) WHERE state = 'open';
        CREATE INDEX shown_by_area ON exchange.shown (hundredths, listing_id) WHERE state = 'open';
        CREATE INDEX shown_by_last_day ON exchange.shown (closes_on, listing_id) WHERE state = 'open';
        CREATE INDEX shown_on_map ON exchange.shown USING gist (grid) WHERE state = 'open';
        CREATE INDEX shown_by_number ON exchange.shown (number);
        ALTER TABLE exchange.shown ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON exchange.shown TO landreg_auditor, landreg_worker
            USING ({_INSIDE}) WITH CHECK ({_INSIDE});
        -- Nothing of it is hidden from anybody: the range is the prefecture's, written out, so that the planner knows what it holds.
        CREATE POLICY by_function ON exchange.shown TO landreg_owner USING (village BETWEEN '6109' AND '6109~')
            WITH CHECK (village BETWEEN '6109' AND '6109~');
        GRANT SELECT ON exchange.shown TO landreg_auditor, landreg_worker;
    """)


def _kept() -> None:
    op.execute(f"""
        -- What is shown of a listing, from what it says and what the register says of its parcels. A long number in what the
        -- lister wrote may be a telephone's or a card's, and is not repeated.
        CREATE FUNCTION exchange.shown_of(in_county text, asked uuid) RETURNS exchange.shown LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT l.county, l.village, l.listing_id, l.number, l.kind, l.source, l.way, l.to_whom, l.from_on, l.until_on,
                (round((l.until_on - l.from_on) / 30.4375))::integer, l.unit, l.grain, l.price,
                CASE WHEN l.floor_shown THEN l.floor END, CASE WHEN l.unit = 'yuan_mu_year' THEN (l.price * 100)::bigint END,
                l.escalator_percent, l.paid_every, l.paid_before, l.crop, l.water, l.road, l.soil,
                regexp_replace(l.said, '[0-9０-９][0-9０-９ -]{{5,}}[0-9０-９]', '***', 'g'),
                l.area_m2, round(l.area_m2 * 0.15)::integer,
                coalesce(p.land_class, ''), coalesce(p.soil_grade, ''), coalesce(p.parcels, 0)::integer,
                (SELECT count(*) FROM exchange.listing_photo AS f WHERE f.county = l.county AND f.listing_id = l.listing_id)::integer,
                p.grid, public.ST_X(p.grid)::integer, public.ST_Y(p.grid)::integer, l.closes_on, e.first_at, CASE l.state WHEN 'published' THEN 'open' WHEN 'dealt' THEN 'dealt' ELSE 'over' END,
                e.last_at
            FROM exchange.listing AS l
            CROSS JOIN LATERAL (
                SELECT min(v.at) FILTER (WHERE v.kind = 'published') AS first_at, max(v.at) AS last_at
                FROM exchange.listing_event AS v WHERE v.county = l.county AND v.listing_id = l.listing_id) AS e
            LEFT JOIN LATERAL (
                SELECT count(*) AS parcels, (array_agg(d.land_class ORDER BY q.area_m2 DESC, q.parcel_code))[1] AS land_class,
                    (array_agg(d.soil_grade ORDER BY q.area_m2 DESC, q.parcel_code))[1] AS soil_grade,
                    (array_agg(public.ST_SnapToGrid(public.ST_Centroid(d.geom_3857), 120) ORDER BY q.area_m2 DESC, q.parcel_code))[1]
                        AS grid
                FROM exchange.listing_parcel AS q
                LEFT JOIN land.parcel AS d ON d.county = q.county AND d.code = q.parcel_code
                    AND upper_inf(d.recorded) AND upper_inf(d.valid)
                WHERE q.county = l.county AND q.listing_id = l.listing_id) AS p ON true
            WHERE l.county = in_county::char(6) AND l.listing_id = asked AND e.first_at IS NOT NULL
        $$;
        CREATE FUNCTION exchange.show_listing() RETURNS trigger LANGUAGE plpgsql {_DEFINER} AS $$
        DECLARE
            told exchange.shown := exchange.shown_of(NEW.county, NEW.listing_id);
        BEGIN
            IF told.listing_id IS NULL THEN
                RETURN NULL;
            END IF;
            UPDATE exchange.shown AS s SET state = told.state, state_since = told.state_since
                WHERE s.county = NEW.county AND s.listing_id = NEW.listing_id;
            IF NOT FOUND THEN
                INSERT INTO exchange.shown SELECT told.*;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER show_listing AFTER INSERT ON exchange.listing_event FOR EACH ROW EXECUTE FUNCTION exchange.show_listing();
        -- For `landreg log recheck` and tests: the numbers of what is shown otherwise than it stands.
        CREATE FUNCTION exchange.shown_otherwise() RETURNS TABLE (number text) LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT l.number FROM exchange.listing AS l
            LEFT JOIN exchange.shown AS s ON s.county = l.county AND s.listing_id = l.listing_id
            CROSS JOIN LATERAL exchange.shown_of(l.county, l.listing_id) AS o
            WHERE o.listing_id IS NOT NULL AND (s.listing_id IS NULL OR s.state <> o.state OR s.price <> o.price
                OR s.area_m2 <> o.area_m2 OR s.until_on <> o.until_on OR s.kind <> o.kind OR s.said <> o.said)
        $$;
        INSERT INTO exchange.shown SELECT o.* FROM exchange.listing AS l
            CROSS JOIN LATERAL exchange.shown_of(l.county, l.listing_id) AS o WHERE o.listing_id IS NOT NULL;
        REVOKE ALL ON FUNCTION exchange.shown_of(text, uuid), exchange.show_listing(), exchange.shown_otherwise() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.shown_of(text, uuid), exchange.shown_otherwise() TO landreg_worker;
    """)


def _searches() -> None:
    op.execute(f"""
        -- A search that is kept: of an account, told in the program, or of an address that confirmed it. No address stays once it
        -- has ended. query: the filters by name. looked_until: what was published until then has been looked at.
        CREATE TABLE exchange.saved_search (
            {_HEAD}, search_id uuid NOT NULL, account_id uuid,
            channel text COLLATE "C" NOT NULL CHECK (channel IN ('app', 'mail', 'sms')),
            address_sealed bytea CHECK (octet_length(address_sealed) <= 1000), address_digest bytea,
            token_sealed bytea CHECK (octet_length(token_sealed) <= 1000), token_digest bytea,
            language text COLLATE "C" NOT NULL CHECK (language IN ('zh', 'en')), query jsonb NOT NULL,
            made_at timestamptz NOT NULL, confirmed_at timestamptz, ended_at timestamptz, looked_until timestamptz NOT NULL,
            seen_at timestamptz,
            PRIMARY KEY (county, search_id),
            CHECK (jsonb_typeof(query) = 'object' AND length(query::text) <= 2000),
            CONSTRAINT mkt_4_confirmed_before_it_is_told CHECK ((channel = 'app') = (account_id IS NOT NULL)
                AND (channel <> 'app' OR confirmed_at IS NOT NULL)),
            CONSTRAINT mkt_4_no_address_outlives_its_search CHECK (ended_at IS NULL
                OR address_sealed IS NULL AND address_digest IS NULL AND token_sealed IS NULL)
        );
        CREATE INDEX saved_search_of_account ON exchange.saved_search (account_id, made_at);
        CREATE INDEX saved_search_by_token ON exchange.saved_search (token_digest);
        CREATE INDEX saved_search_by_address ON exchange.saved_search (address_digest);
        CREATE INDEX saved_search_due ON exchange.saved_search (looked_until) WHERE ended_at IS NULL AND confirmed_at IS NOT NULL;
        CREATE TABLE exchange.found (
            {_HEAD}, search_id uuid NOT NULL, number text COLLATE "C" NOT NULL, found_at timestamptz NOT NULL,
            PRIMARY KEY (county, search_id, number),
            FOREIGN KEY (county, search_id) REFERENCES exchange.saved_search
        );
        -- What is to be sent: address and text are sealed together, and blanked once it has gone.
        CREATE TABLE exchange.message (
            {_HEAD}, message_id uuid NOT NULL, search_id uuid NOT NULL,
            channel text COLLATE "C" NOT NULL CHECK (channel IN ('mail', 'sms')),
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('confirm', 'found')),
            message_sealed bytea CHECK (octet_length(message_sealed) <= 20000), made_at timestamptz NOT NULL,
            tries integer NOT NULL DEFAULT 0, due_at timestamptz NOT NULL, sent_at timestamptz, given_up_at timestamptz,
            PRIMARY KEY (county, message_id),
            FOREIGN KEY (county, search_id) REFERENCES exchange.saved_search,
            CHECK ((message_sealed IS NULL) = (sent_at IS NOT NULL OR given_up_at IS NOT NULL))
        );
        CREATE INDEX message_due ON exchange.message (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
        CREATE INDEX message_of_search ON exchange.message (county, search_id);
    """)
    for table in ("saved_search", "found", "message"):
        op.execute(f"""
            ALTER TABLE exchange.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON exchange.{table} TO landreg_worker, landreg_owner
                USING ({_INSIDE}) WITH CHECK ({_INSIDE});
            GRANT SELECT ON exchange.{table} TO landreg_worker;
        """)
    op.execute("""
        CREATE POLICY of_the_account ON exchange.saved_search TO landreg_citizen
            USING (account_id = access.actor()) WITH CHECK (account_id = access.actor() AND channel = 'app');
        CREATE POLICY of_the_account ON exchange.found FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.saved_search AS s WHERE s.county = found.county AND s.search_id = found.search_id));
        GRANT SELECT (county, village, search_id, account_id, channel, language, query, made_at, confirmed_at, ended_at, looked_until,
            seen_at) ON exchange.saved_search TO landreg_citizen;
        GRANT INSERT (county, village, search_id, account_id, channel, language, query, made_at, confirmed_at, looked_until, seen_at),
            UPDATE (ended_at, seen_at) ON exchange.saved_search TO landreg_citizen;
        GRANT SELECT ON exchange.found TO landreg_citizen;
        GRANT UPDATE (looked_until) ON exchange.saved_search TO landreg_worker;
        GRANT INSERT ON exchange.found, exchange.message TO landreg_worker;
        GRANT UPDATE (message_sealed, tries, due_at, sent_at, given_up_at) ON exchange.message TO landreg_worker;
    """)


def _pages() -> None:
    op.execute(f"""
        -- The conditions of a search as SQL over `exchange.shown AS l`, of the parameters $1 (the search) and $2 (the day). Only
        -- what is asked for becomes a condition, and no text of the search becomes SQL.
        CREATE FUNCTION exchange.market_where(asked jsonb) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
            SELECT 'l.state = ''open'' AND l.closes_on >= $2' || coalesce(string_agg(' AND ' || w.condition, '' ORDER BY w.place), '')
            FROM (VALUES
                (1, 'within', 'l.village >= ($1 ->> ''within'') AND l.village < ($1 ->> ''within'') || ''~'''),
                (2, 'kind', 'l.kind = ($1 ->> ''kind'')'),
                (3, 'way', 'l.way = ($1 ->> ''way'')'),
                (4, 'unit', 'l.unit = ($1 ->> ''unit'')'),
                (5, 'fen_least', 'l.fen >= ($1 ->> ''fen_least'')::bigint'),
                (6, 'fen_most', 'l.fen <= ($1 ->> ''fen_most'')::bigint'),
                (7, 'hundredths_least', 'l.hundredths >= ($1 ->> ''hundredths_least'')::integer'),
                (8, 'hundredths_most', 'l.hundredths <= ($1 ->> ''hundredths_most'')::integer'),
                (9, 'months_least', 'l.months >= ($1 ->> ''months_least'')::integer'),
                (10, 'months_most', 'l.months <= ($1 ->> ''months_most'')::integer'),
                (11, 'crop', 'l.crop = ($1 ->> ''crop'')'),
                (12, 'water', 'l.water = ($1 ->> ''water'')'),
                (13, 'road', 'l.road = ($1 ->> ''road'')'),
                (14, 'land_class', 'l.land_class = ($1 ->> ''land_class'')'),
                (15, 'photos', 'l.photos > 0'),
                (16, 'to_whom', 'l.to_whom = ($1 ->> ''to_whom'')'),
                (17, 'since', 'l.published_at > ($1 ->> ''since'')::timestamptz')
            ) AS w (place, name, condition) WHERE asked ? w.name
        $$;
        -- A page of what is open, in an order that has a name, else the newest first. few: the count found a few, which are then
        -- gathered and put in order; of many the index of the order is walked.
        CREATE FUNCTION exchange.market_page(asked jsonb, sort text, few boolean, most integer, skip integer)
            RETURNS SETOF exchange.shown LANGUAGE plpgsql STABLE {_DEFINER} AS $$
        BEGIN
            RETURN QUERY EXECUTE 'WITH l AS ' || CASE WHEN few THEN 'MATERIALIZED' ELSE 'NOT MATERIALIZED' END
                || ' (SELECT l.* FROM exchange.shown AS l WHERE ' || exchange.market_where(asked) || ') SELECT l.* FROM l ORDER BY '
                || CASE sort WHEN 'price' THEN 'l.fen, l.listing_id' WHEN '-price' THEN 'l.fen DESC NULLS LAST, l.listing_id'
                    WHEN 'area' THEN 'l.hundredths, l.listing_id' WHEN '-area' THEN 'l.hundredths DESC, l.listing_id DESC'
                    WHEN 'closes' THEN 'l.closes_on, l.listing_id' ELSE 'l.published_at DESC, l.listing_id' END
                || ' LIMIT $3 OFFSET $4'
                USING asked, (system.clock() AT TIME ZONE 'Asia/Shanghai')::date, least(most, 5000), least(skip, 5000);
        END $$;
        -- How many there are, counted no further than `most`.
        CREATE FUNCTION exchange.market_count(asked jsonb, most integer) RETURNS bigint LANGUAGE plpgsql STABLE {_DEFINER} AS $$
        DECLARE
            counted bigint;
        BEGIN
            EXECUTE 'SELECT count(*) FROM (SELECT 1 FROM exchange.shown AS l WHERE ' || exchange.market_where(asked)
                || ' LIMIT $3) AS those' INTO counted
                USING asked, (system.clock() AT TIME ZONE 'Asia/Shanghai')::date, least(most, 100000);
            RETURN counted;
        END $$;
        -- Listings by their numbers, also such as have found their taker or are over.
        CREATE FUNCTION exchange.market_listings(numbers text[]) RETURNS SETOF exchange.shown LANGUAGE sql STABLE {_DEFINER} AS $$
            SELECT l.* FROM exchange.shown AS l WHERE l.number = ANY (numbers[1:20]) ORDER BY array_position(numbers, l.number)
        $$;
        CREATE FUNCTION exchange.market_photos(asked text) RETURNS TABLE ("position" integer, sha256 text)
            LANGUAGE sql STABLE {_DEFINER} AS $$
            SELECT f."position", f.sha256 FROM exchange.shown AS l
            JOIN exchange.listing_photo AS f ON f.county = l.county AND f.listing_id = l.listing_id
            WHERE l.number = asked AND l.state <> 'over' ORDER BY f."position"
        $$;
        -- What there is to choose from, with how many of each: places, kinds, units, crops, water, roads, classes of land.
        CREATE FUNCTION exchange.market_choices() RETURNS TABLE (what text, key text, count bigint) LANGUAGE sql STABLE {_DEFINER} AS $$
            WITH many AS (
                SELECT left(l.village, 9) AS township, l.kind, l.unit, l.crop, l.water, l.road, l.land_class, count(*) AS count
                FROM exchange.shown AS l
                WHERE l.state = 'open' AND l.closes_on >= (SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date)
                GROUP BY 1, 2, 3, 4, 5, 6, 7
            )
            SELECT c.what, c.key, sum(m.count)::bigint FROM many AS m
            CROSS JOIN LATERAL (VALUES ('township', m.township), ('kind', m.kind), ('unit', m.unit), ('crop', m.crop),
                ('water', m.water), ('road', m.road), ('land_class', m.land_class)) AS c (what, key)
            WHERE c.key <> '' GROUP BY c.what, c.key ORDER BY c.what, c.key
        $$;
        REVOKE ALL ON FUNCTION exchange.market_where(jsonb), exchange.market_page(jsonb, text, boolean, integer, integer),
            exchange.market_count(jsonb, integer), exchange.market_listings(text[]), exchange.market_photos(text),
            exchange.market_choices() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.market_page(jsonb, text, boolean, integer, integer), exchange.market_count(jsonb, integer),
            exchange.market_listings(text[]), exchange.market_photos(text), exchange.market_choices() TO landreg_public;
        GRANT EXECUTE ON FUNCTION exchange.market_page(jsonb, text, boolean, integer, integer) TO landreg_worker;
    """)


def _map() -> None:
    op.execute(f"""
        -- A tile of points, gathered where they would lie upon each other. The box is in EPSG:3857 metres.
        CREATE FUNCTION exchange.market_tile(asked jsonb, west double precision, south double precision, east double precision,
            north double precision) RETURNS bytea LANGUAGE plpgsql STABLE {_DEFINER} AS $$
        DECLARE
            tile bytea;
        BEGIN
            EXECUTE 'SELECT public.ST_AsMVT(t, ''listing'', 4096, ''shape'') FROM (
                    SELECT g.count, g.code, g.kind, public.ST_AsMVTGeom(public.ST_SetSRID(public.ST_Point(g.east, g.north), 3857),
                        public.ST_MakeEnvelope($3, $4, $5, $6, 3857)::public.box2d, 4096, 0, true) AS shape
                    FROM (SELECT count(*)::integer AS count, min(l.number) AS code, min(l.kind) AS kind,
                              avg(l.east)::double precision AS east, avg(l.north)::double precision AS north
                          FROM exchange.shown AS l
                          WHERE l.grid OPERATOR(public.&&) public.ST_MakeEnvelope($3, $4, $5, $6, 3857) AND '
                || exchange.market_where(asked) || ' GROUP BY l.east / $7, l.north / $7) AS g) AS t WHERE shape IS NOT NULL' INTO tile
                USING asked, (system.clock() AT TIME ZONE 'Asia/Shanghai')::date, west, south, east, north,
                    greatest(1, ((east - west) / 12)::integer);
            RETURN tile;
        END $$;
        CREATE FUNCTION exchange.market_extent(asked jsonb) RETURNS double precision[] LANGUAGE plpgsql STABLE {_DEFINER} AS $$
        DECLARE
            box public.geometry;
        BEGIN
            EXECUTE 'SELECT public.ST_Transform(public.ST_MakeEnvelope(min(l.east), min(l.north), max(l.east), max(l.north), 3857), 4326)
                    FROM exchange.shown AS l WHERE l.grid IS NOT NULL AND ' || exchange.market_where(asked) INTO box
                USING asked, (system.clock() AT TIME ZONE 'Asia/Shanghai')::date;
            RETURN CASE WHEN box IS NULL THEN NULL ELSE ARRAY[public.ST_XMin(box), public.ST_YMin(box), public.ST_XMax(box),
                public.ST_YMax(box)] END;
        END $$;
        -- The places of listings in degrees, for open data and a listing's own map.
        CREATE FUNCTION exchange.market_places(numbers text[]) RETURNS TABLE (number text, lon numeric, lat numeric)
            LANGUAGE sql STABLE {_DEFINER} AS $$
            SELECT l.number, round(public.ST_X(p.at)::numeric, 4), round(public.ST_Y(p.at)::numeric, 4) FROM exchange.shown AS l
            CROSS JOIN LATERAL (SELECT public.ST_Transform(l.grid, 4326) AS at) AS p
            WHERE l.number = ANY (numbers[1:5000]) AND l.grid IS NOT NULL
        $$;
        REVOKE ALL ON FUNCTION exchange.market_tile(jsonb, double precision, double precision, double precision, double precision),
            exchange.market_extent(jsonb), exchange.market_places(text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION
            exchange.market_tile(jsonb, double precision, double precision, double precision, double precision),
            exchange.market_extent(jsonb), exchange.market_places(text[]) TO landreg_public;
    """)


def _deals() -> None:
    op.execute(f"""
        -- Deals that stand, without a person: the township and no village, the area to a tenth of a mu, who took it by kind alone.
        CREATE FUNCTION exchange.market_deals(within text, since date, most integer, skip integer) RETURNS TABLE (
            number text, county text, township text, kind text, land_class text, tenths integer, from_on date, until_on date,
            way text, decided_by text, unit text, grain text, price numeric, asked numeric, taker text, decided_on date)
            LANGUAGE sql STABLE {_DEFINER} AS $$
            SELECT l.number, l.county::text, left(l.village, 9), l.kind, l.land_class, round(l.area_m2 * 0.015)::integer, l.from_on,
                l.until_on, d.way, d.by, d.unit, l.grain, d.price, l.price, t.kind,
                (d.decided_at AT TIME ZONE 'Asia/Shanghai')::date
            FROM exchange.deal AS d
            JOIN exchange.shown AS l ON l.county = d.county AND l.listing_id = d.listing_id
            JOIN exchange.taker AS t ON t.county = d.county AND t.taker_id = d.taker_id
            WHERE d.village >= within AND d.village < within || '~' AND d.decided_at >= since::timestamp AT TIME ZONE 'Asia/Shanghai'
              AND NOT EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
            ORDER BY d.decided_at DESC, d.deal_id LIMIT least(most, 200000) OFFSET least(skip, 1000000)
        $$;
        CREATE FUNCTION exchange.market_deal_count(within text) RETURNS bigint LANGUAGE sql STABLE {_DEFINER} AS $$
            SELECT count(*) FROM exchange.deal AS d
            WHERE d.village >= within AND d.village < within || '~'
              AND NOT EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
        $$;
        REVOKE ALL ON FUNCTION exchange.market_deals(text, date, integer, integer), exchange.market_deal_count(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.market_deals(text, date, integer, integer), exchange.market_deal_count(text)
            TO landreg_public;
    """)


def _public_searches() -> None:
    op.execute(f"""
        -- A search of an address, waiting for its word; with it the message that asks for it. The same address has five at most.
        CREATE FUNCTION exchange.save_search(new_id uuid, division text, by_channel text, address bytea, digest bytea, token bytea,
            code bytea, in_language text, asked jsonb, letter bytea) RETURNS boolean LANGUAGE plpgsql VOLATILE {_DEFINER} AS $$
        DECLARE
            of_county text := rpad(division, 6, '0');
            at_instant timestamptz := system.clock();
        BEGIN
            IF division !~ '^6109([0-9][0-9])?$' OR by_channel NOT IN ('mail', 'sms') THEN
                RAISE EXCEPTION 'no county' USING ERRCODE = 'check_violation';
            END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('search:' || encode(digest, 'hex'), 0));
            IF (SELECT count(*) FROM exchange.saved_search AS s WHERE s.address_digest = digest AND s.ended_at IS NULL) >= 5 THEN
                RETURN false;
            END IF;
            INSERT INTO exchange.saved_search (county, village, search_id, channel, address_sealed, address_digest, token_sealed,
                token_digest, language, query, made_at, looked_until)
            VALUES (of_county, division, new_id, by_channel, address, digest, token, code, in_language, asked, at_instant, at_instant);
            INSERT INTO exchange.message (county, village, message_id, search_id, channel, kind, message_sealed, made_at, due_at)
            VALUES (of_county, division, gen_random_uuid(), new_id, by_channel, 'confirm', letter, at_instant, at_instant);
            RETURN true;
        END $$;
        CREATE FUNCTION exchange.search_of(code bytea) RETURNS TABLE (query jsonb, channel text, state text) LANGUAGE sql STABLE {_DEFINER} AS $$
            SELECT s.query, s.channel, CASE WHEN s.ended_at IS NOT NULL THEN 'ended' WHEN s.confirmed_at IS NOT NULL THEN 'on'
                WHEN s.made_at < system.clock() - interval '7 days' THEN 'late' ELSE 'waits' END
            FROM exchange.saved_search AS s WHERE s.token_digest = code
        $$;
        -- Confirmed within seven days; ended at any time, and then neither address nor what was to be sent is kept.
        CREATE FUNCTION exchange.confirm_search(code bytea) RETURNS boolean LANGUAGE sql VOLATILE {_DEFINER} AS $$
            WITH done AS (
                UPDATE exchange.saved_search AS s SET confirmed_at = system.clock(), looked_until = system.clock()
                WHERE s.token_digest = code AND s.ended_at IS NULL AND s.confirmed_at IS NULL
                  AND s.made_at >= system.clock() - interval '7 days' RETURNING 1
            ) SELECT EXISTS (SELECT FROM done)
        $$;
        CREATE FUNCTION exchange.end_search(code bytea) RETURNS boolean LANGUAGE sql VOLATILE {_DEFINER} AS $$
            WITH done AS (
                UPDATE exchange.saved_search AS s SET ended_at = system.clock(), address_sealed = NULL, address_digest = NULL,
                    token_sealed = NULL
                WHERE s.token_digest = code AND s.ended_at IS NULL RETURNING s.county, s.search_id
            ), unsent AS (
                UPDATE exchange.message AS m SET given_up_at = system.clock(), message_sealed = NULL FROM done
                WHERE m.county = done.county AND m.search_id = done.search_id AND m.sent_at IS NULL AND m.given_up_at IS NULL
            ) SELECT EXISTS (SELECT FROM done)
        $$;
        -- What nobody confirmed within its days ends by itself, and its address goes.
        CREATE FUNCTION exchange.end_unconfirmed() RETURNS bigint LANGUAGE sql VOLATILE {_DEFINER} AS $$
            SELECT count(*) FILTER (WHERE exchange.end_search(s.token_digest)) FROM exchange.saved_search AS s
            WHERE s.confirmed_at IS NULL AND s.ended_at IS NULL AND s.made_at < system.clock() - interval '7 days'
        $$;
        REVOKE ALL ON FUNCTION exchange.save_search(uuid, text, text, bytea, bytea, bytea, bytea, text, jsonb, bytea),
            exchange.search_of(bytea), exchange.confirm_search(bytea), exchange.end_search(bytea), exchange.end_unconfirmed()
            FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.save_search(uuid, text, text, bytea, bytea, bytea, bytea, text, jsonb, bytea),
            exchange.search_of(bytea), exchange.confirm_search(bytea), exchange.end_search(bytea) TO landreg_public;
        GRANT EXECUTE ON FUNCTION exchange.end_unconfirmed() TO landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
