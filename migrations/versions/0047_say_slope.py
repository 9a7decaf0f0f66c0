"""0047 A listing says how steep its land is: the slope class of the third national land survey, shown, found and compared."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_DEFINER = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute("""
        -- Code of the survey's class: 1 up to 2 degrees, 2 up to 6, 3 up to 15, 4 up to 25, 5 above. NULL: not said.
        ALTER TABLE exchange.listing ADD COLUMN slope text COLLATE "C" CHECK (slope IN ('1', '2', '3', '4', '5'));
        ALTER TABLE exchange.shown ADD COLUMN slope text COLLATE "C" NOT NULL DEFAULT '';
        CREATE INDEX shown_by_slope ON exchange.shown (slope, published_at DESC) WHERE state = 'open';
    """)
    _shown()
    _searched()


def _shown() -> None:
    op.execute("""
        CREATE OR REPLACE FUNCTION exchange.shown_of(in_county text, asked uuid) RETURNS exchange.shown LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT l.county, l.village, l.listing_id, l.number, l.kind, l.source, l.way, l.to_whom, l.from_on, l.until_on,
                (round((l.until_on - l.from_on) / 30.4375))::integer, l.unit, l.grain, l.price,
                CASE WHEN l.floor_shown THEN l.floor END, CASE WHEN l.unit = 'yuan_mu_year' THEN (l.price * 100)::bigint END,
                l.escalator_percent, l.paid_every, l.paid_before, l.crop, l.water, l.road, l.soil,
                regexp_replace(l.said, '[0-9０-９][0-9０-９ -]{5,}[0-9０-９]', '***', 'g'),
                l.area_m2, round(l.area_m2 * 0.15)::integer,
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
        CREATE OR REPLACE FUNCTION exchange.shown_otherwise() RETURNS TABLE (number text) LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT l.number FROM exchange.listing AS l
            LEFT JOIN exchange.shown AS s ON s.county = l.county AND s.listing_id = l.listing_id
            CROSS JOIN LATERAL exchange.shown_of(l.county, l.listing_id) AS o
            WHERE o.listing_id IS NOT NULL AND (s.listing_id IS NULL OR s.state <> o.state OR s.price <> o.price
                OR s.area_m2 <> o.area_m2 OR s.until_on <> o.until_on OR s.kind <> o.kind OR s.said <> o.said OR s.slope <> o.slope)
        $$;
        CREATE OR REPLACE FUNCTION exchange.shown_differs() RETURNS TABLE (number text, fact text, shown text, stands text)
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT l.number, d.fact, coalesce(d.shown, ''), coalesce(d.stands, '') FROM exchange.listing AS l
            JOIN exchange.shown_otherwise() AS w ON w.number = l.number
            LEFT JOIN exchange.shown AS s ON s.county = l.county AND s.listing_id = l.listing_id
            CROSS JOIN LATERAL exchange.shown_of(l.county, l.listing_id) AS o
            CROSS JOIN LATERAL (VALUES ('state', s.state, o.state), ('kind', s.kind, o.kind), ('said', s.said, o.said),
                ('price', s.price::text, o.price::text), ('area_m2', s.area_m2::text, o.area_m2::text),
                ('until_on', s.until_on::text, o.until_on::text), ('slope', s.slope, o.slope)) AS d (fact, shown, stands)
            WHERE d.shown IS DISTINCT FROM d.stands
            ORDER BY 1, 2
        $$;
    """)


def _searched() -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION exchange.market_where(asked jsonb) RETURNS text LANGUAGE sql IMMUTABLE
            SET search_path = pg_catalog AS $$
            SELECT 'l.state = ''open'' AND l.closes_on >= $2'
                || coalesce(string_agg(' AND ' || w.condition, '' ORDER BY w.place), '')
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
                (17, 'since', 'l.published_at > ($1 ->> ''since'')::timestamptz'),
                (18, 'slope', 'l.slope = ($1 ->> ''slope'')')
            ) AS w (place, name, condition) WHERE asked ? w.name
        $$;
        CREATE OR REPLACE FUNCTION exchange.market_choices() RETURNS TABLE (what text, key text, count bigint)
            LANGUAGE sql STABLE {_DEFINER} AS $$
            WITH many AS (
                SELECT left(l.village, 9) AS township, l.kind, l.unit, l.crop, l.water, l.road, l.land_class, l.slope,
                    count(*) AS count
                FROM exchange.shown AS l
                WHERE l.state = 'open' AND l.closes_on >= (SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date)
                GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
            )
            SELECT c.what, c.key, sum(m.count)::bigint FROM many AS m
            CROSS JOIN LATERAL (VALUES ('township', m.township), ('kind', m.kind), ('unit', m.unit), ('crop', m.crop),
                ('water', m.water), ('road', m.road), ('land_class', m.land_class), ('slope', m.slope)) AS c (what, key)
            WHERE c.key <> '' GROUP BY c.what, c.key ORDER BY c.what, c.key
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
