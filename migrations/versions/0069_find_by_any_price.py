"""0069 A price is found and put in order within its unit, whatever that is; what is shown of a lister's words names no way to reach them.

What is bid in one sum for all of the land may be as large as a price is.
"""

from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

_ORDER = "(l.unit <> 'yuan_mu_year'), l.unit, l.grain, l.price_parts"
_DEFINER = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    _words()
    _shown()
    _searched()
    _bids()


def _words() -> None:
    op.execute(r"""
        -- What a lister wrote, without telephone, card and identity numbers, addresses of mail and names in messengers; a date
        -- stays. As `landreg/exchange/listings/rules/contacts.py` finds them.
        CREATE FUNCTION exchange.without_contacts(said text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
            SELECT regexp_replace(regexp_replace(regexp_replace(regexp_replace(said,
                '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z0-9.-]+', '***', 'g'),
                '((微信|威信|薇信|weixin|wechat|vx|wx|v信|qq|扣扣|企鹅)(号|号码|群|id)?[ 　:：是为]*)[A-Za-z0-9_-]{5,}', '\1***', 'gi'),
                '(?<![0-9０-９])(?![0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]))[0-9０-９]([ 　.·-]?[0-9０-９]){5,}([ 　.·-]?[0-9０-９])[Xx]?', '***', 'g'),
                '[零〇一二三四五六七八九幺]{7,}', '***', 'g')
        $$;
        REVOKE ALL ON FUNCTION exchange.without_contacts(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.without_contacts(text) TO landreg_auditor, landreg_worker;
    """)


def _shown() -> None:
    op.execute(f"""
        -- price_parts: hundredths of what the unit counts, of every unit; compared within one alone.
        DROP INDEX exchange.shown_by_price, exchange.shown_by_price_down;
        ALTER TABLE exchange.shown RENAME COLUMN fen TO price_parts;
        CREATE OR REPLACE FUNCTION exchange.shown_of(in_county text, asked uuid) RETURNS exchange.shown LANGUAGE sql STABLE
            {_DEFINER} AS $$
            SELECT l.county, l.village, l.listing_id, l.number, l.kind, l.source, l.way, l.to_whom, l.from_on, l.until_on,
                (round((l.until_on - l.from_on) / 30.4375))::integer, l.unit, l.grain, l.price,
                CASE WHEN l.floor_shown THEN l.floor END, (l.price * 100)::bigint,
                l.escalator_percent, l.paid_every, l.paid_before, exchange.without_contacts(l.crop), l.water, l.road, l.soil,
                exchange.without_contacts(l.said), l.area_m2, round(l.area_m2 * 0.15)::integer,
                coalesce(p.land_class, ''), coalesce(p.soil_grade, ''), coalesce(p.parcels, 0)::integer,
                (SELECT count(*) FROM exchange.listing_photo AS f
                 WHERE f.county = l.county AND f.listing_id = l.listing_id)::integer,
                p.grid, public.ST_X(p.grid)::integer, public.ST_Y(p.grid)::integer, l.closes_on, e.first_at,
                CASE l.state WHEN 'published' THEN 'open' WHEN 'dealt' THEN 'dealt' ELSE 'over' END, e.last_at,
                coalesce(l.slope, '')
            FROM exchange.listing AS l
            CROSS JOIN LATERAL (
                SELECT min(v.at) FILTER (WHERE v.kind = 'published') AS first_at, max(v.at) AS last_at
                FROM exchange.listing_event AS v WHERE v.county = l.county AND v.listing_id = l.listing_id) AS e
            LEFT JOIN LATERAL (
                SELECT count(*) AS parcels, (array_agg(d.land_class ORDER BY q.area_m2 DESC, q.parcel_code))[1] AS land_class,
                    (array_agg(d.soil_grade ORDER BY q.area_m2 DESC, q.parcel_code))[1] AS soil_grade,
                    (array_agg(public.ST_SnapToGrid(public.ST_Centroid(d.geom_3857), 120)
                        ORDER BY q.area_m2 DESC, q.parcel_code))[1] AS grid
                FROM exchange.listing_parcel AS q
                LEFT JOIN land.parcel AS d ON d.county = q.county AND d.code = q.parcel_code
                    AND upper_inf(d.recorded) AND upper_inf(d.valid)
                WHERE q.county = l.county AND q.listing_id = l.listing_id) AS p ON true
            WHERE l.county = in_county::char(6) AND l.listing_id = asked AND e.first_at IS NOT NULL
        $$;
        UPDATE exchange.shown SET price_parts = (price * 100)::bigint, said = exchange.without_contacts(said),
            crop = exchange.without_contacts(crop)
            WHERE price_parts IS NULL OR said <> exchange.without_contacts(said) OR crop <> exchange.without_contacts(crop);
        UPDATE exchange.shown AS s SET said = o.said FROM exchange.listing AS l
            CROSS JOIN LATERAL exchange.shown_of(l.county, l.listing_id) AS o
            WHERE s.county = l.county AND s.listing_id = l.listing_id AND s.said <> o.said;
        ALTER TABLE exchange.shown ALTER COLUMN price_parts SET NOT NULL;
        CREATE INDEX shown_by_price ON exchange.shown ((unit <> 'yuan_mu_year'), unit, grain, price_parts, listing_id)
            WHERE state = 'open';
        CREATE INDEX shown_by_price_down ON exchange.shown ((unit <> 'yuan_mu_year'), unit, grain, price_parts DESC, listing_id)
            WHERE state = 'open';
    """)


def _searched() -> None:
    op.execute(f"""
        -- A unit comes with all that stands before the price in its index; of grain the kind may be asked for beside it.
        CREATE OR REPLACE FUNCTION exchange.market_where(asked jsonb) RETURNS text LANGUAGE sql IMMUTABLE
            SET search_path = pg_catalog AS $$
            SELECT 'l.state = ''open'' AND l.closes_on >= $2'
                || coalesce(string_agg(' AND ' || w.condition, '' ORDER BY w.place), '')
            FROM (VALUES
                (1, 'within', 'l.village >= ($1 ->> ''within'') AND l.village < ($1 ->> ''within'') || ''~'''),
                (2, 'kind', 'l.kind = ($1 ->> ''kind'')'),
                (3, 'way', 'l.way = ($1 ->> ''way'')'),
                (4, 'unit', 'l.unit = ($1 ->> ''unit'') AND (l.unit <> ''yuan_mu_year'') = (($1 ->> ''unit'') <> ''yuan_mu_year'')'
                    || CASE asked ->> 'unit' WHEN 'kg_mu_year' THEN '' ELSE ' AND l.grain = ''''' END),
                (5, 'price_least', 'l.price_parts >= ($1 ->> ''price_least'')::bigint'),
                (6, 'price_most', 'l.price_parts <= ($1 ->> ''price_most'')::bigint'),
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
                (17, 'since', 'l.published_at > ($1 ->> ''since'')::timestamptz'),
                (18, 'slope', 'l.slope = ($1 ->> ''slope'')'),
                (19, 'grain', 'l.grain = ($1 ->> ''grain'')')
            ) AS w (place, name, condition) WHERE asked ? w.name
        $$;
        -- As before; by price each unit for itself, a mu and year in yuan first, and of grain each kind.
        CREATE OR REPLACE FUNCTION exchange.market_page(asked jsonb, sort text, few boolean, most integer, skip integer)
            RETURNS SETOF exchange.shown LANGUAGE plpgsql STABLE {_DEFINER} AS $$
        BEGIN
            RETURN QUERY EXECUTE 'WITH l AS ' || CASE WHEN few THEN 'MATERIALIZED' ELSE 'NOT MATERIALIZED' END
                || ' (SELECT l.* FROM exchange.shown AS l WHERE ' || exchange.market_where(asked) || ') SELECT l.* FROM l ORDER BY '
                || CASE sort WHEN 'price' THEN $order${_ORDER}, l.listing_id$order$
                    WHEN '-price' THEN $order${_ORDER} DESC, l.listing_id$order$
                    WHEN 'area' THEN 'l.hundredths, l.listing_id' WHEN '-area' THEN 'l.hundredths DESC, l.listing_id DESC'
                    WHEN 'closes' THEN 'l.closes_on, l.listing_id' ELSE 'l.published_at DESC, l.listing_id' END
                || ' LIMIT $3 OFFSET $4'
                USING asked, (system.clock() AT TIME ZONE 'Asia/Shanghai')::date, least(most, 5000), least(skip, 5000);
        END $$;
        -- A kept range of prices was one of a mu and year.
        UPDATE exchange.saved_search SET query = (query - 'fen_least' - 'fen_most' || jsonb_strip_nulls(jsonb_build_object(
                'price_least', query -> 'fen_least', 'price_most', query -> 'fen_most')) || '{{"unit": "yuan_mu_year"}}'::jsonb)
            WHERE query ?| ARRAY['fen_least', 'fen_most'];
    """)


def _bids() -> None:
    op.execute("""
        -- How large a price may be follows from its unit, which the rules hold it against; the largest of all is one sum.
        ALTER TABLE exchange.bid DROP CONSTRAINT bid_5_price_is_a_sum, ADD CONSTRAINT bid_5_price_is_a_sum
            CHECK (price > 0 AND price <= 9999999999.99 AND price = round(price, 2));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
