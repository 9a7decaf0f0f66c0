"""0087 An area in mu is the sum of its parcels' figures everywhere; members read who would take the land; a contract's acts."""

from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    _areas()
    _takers()
    _acts()


def _areas() -> None:
    op.execute(f"""
        -- Hundredths of a mu: the sum of what each parcel is printed with (standards 4), as `core.units.total_mu`.
        CREATE OR REPLACE FUNCTION exchange.shown_of(in_county text, asked uuid) RETURNS exchange.shown LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.county, l.village, l.listing_id, l.number, l.kind, l.source, l.way, l.to_whom, l.from_on, l.until_on,
                (round((l.until_on - l.from_on) / 30.4375))::integer, l.unit, l.grain, l.price,
                CASE WHEN l.floor_shown THEN l.floor END, (l.price * 100)::bigint,
                l.escalator_percent, l.paid_every, l.paid_before, exchange.without_contacts(l.crop), l.water, l.road, l.soil,
                exchange.without_contacts(l.said), l.area_m2, coalesce(p.hundredths, round(l.area_m2 * 0.15))::integer,
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
                    sum(round(q.area_m2 * 0.15)) AS hundredths,
                    (array_agg(public.ST_SnapToGrid(public.ST_Centroid(d.geom_3857), 120)
                        ORDER BY q.area_m2 DESC, q.parcel_code))[1] AS grid
                FROM exchange.listing_parcel AS q
                LEFT JOIN land.parcel AS d ON d.county = q.county AND d.code = q.parcel_code
                    AND upper_inf(d.recorded) AND upper_inf(d.valid)
                WHERE q.county = l.county AND q.listing_id = l.listing_id) AS p ON true
            WHERE l.county = in_county::char(6) AND l.listing_id = asked AND e.first_at IS NOT NULL
        $$;
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE exchange.shown AS s SET hundredths = o.hundredths FROM exchange.listing AS l
            CROSS JOIN LATERAL exchange.shown_of(l.county, l.listing_id) AS o
            WHERE s.county = l.county AND s.listing_id = l.listing_id AND s.hundredths <> o.hundredths;
        SET LOCAL landreg.jurisdiction = '';

        DROP FUNCTION exchange.listing_told(text, uuid);
        CREATE FUNCTION exchange.listing_told(of_county text, of_listing uuid) RETURNS TABLE (
            county text, village text, listing_id uuid, number text, kind text, way text, to_whom text, from_on date, until_on date,
            unit text, grain text, price numeric, paid_every text, crop text, area_m2 numeric, area_mu numeric, closes_on date,
            state text, own boolean, member boolean)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.county, l.village, l.listing_id, l.number, l.kind, l.way, l.to_whom, l.from_on, l.until_on, l.unit, l.grain,
                l.price, l.paid_every, l.crop, l.area_m2,
                (SELECT sum(round(q.area_m2 * 0.0015, 2)) FROM exchange.listing_parcel AS q
                 WHERE q.county = l.county AND q.listing_id = l.listing_id),
                l.closes_on, l.state, coalesce(l.household_id = access.household(), false),
                access.household() IS NOT NULL AND exchange.is_member(l.county, l.listing_id, access.household())
            FROM exchange.listing AS l
            WHERE l.county = of_county::char(6) AND l.listing_id = of_listing AND l.state IN ('published', 'dealt', 'failed', 'expired')
        $$;
        REVOKE ALL ON FUNCTION exchange.listing_told(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.listing_told(text, uuid) TO landreg_citizen, landreg_exchange;
    """)


def _takers() -> None:
    op.execute(f"""
        -- Who would take the land, for a household that a window was told to: an organisation by its name, anybody else masked, as
        -- the notice on the board says it.
        CREATE FUNCTION exchange.would_take(in_county text, in_priority uuid) RETURNS TABLE (kind text, name text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT t.kind, CASE t.kind WHEN 'organisation' THEN t.name
                ELSE left(t.name, CASE WHEN length(t.name) > 1 THEN 1 ELSE 0 END) || repeat('*', greatest(length(t.name) - 2, 1))
                    || CASE WHEN length(t.name) > 2 THEN right(t.name, 1) ELSE '' END END
            FROM exchange.priority AS p JOIN exchange.taker AS t ON t.county = p.county AND t.taker_id = p.taker_id
            WHERE p.county = in_county::char(6) AND p.priority_id = in_priority
              AND access.stands_for(access.household(), ARRAY['view', 'priority'])
              AND EXISTS (SELECT FROM exchange.priority_notice AS n WHERE n.county = p.county AND n.priority_id = p.priority_id
                  AND n.household_id = access.household())
        $$;
        REVOKE ALL ON FUNCTION exchange.would_take(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.would_take(text, uuid) TO landreg_citizen;
    """)


def _acts() -> None:
    op.execute("""
        -- The acts by which a contract came into the register and its right was struck out, and who registered each; within the
        -- reader's jurisdiction.
        CREATE FUNCTION exchange.acts_of(in_county text, of_contract uuid) RETURNS TABLE (number text, by_name text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH opened AS (
                SELECT k.county, k.case_id, k.act_id FROM exchange.contract_event AS e
                JOIN registry."case" AS k ON k.county = e.county AND k.case_id = (e.facts ->> 'case_id')::uuid
                WHERE e.county = in_county::char(6) AND e.contract_id = of_contract AND e.kind = 'case_opened' AND k.act_id IS NOT NULL
            ), told AS (
                SELECT o.county, o.case_id, o.act_id FROM opened AS o
                UNION SELECT k.county, k.case_id, k.act_id FROM opened AS o
                JOIN registry."right" AS r ON r.county = o.county AND r.act_id = o.act_id AND r.kind = 'land_operation'
                JOIN registry."case" AS k ON k.county = r.county AND k.right_ids @> ARRAY[r.right_id]
                    AND k.act_kind = 'land_operation_end' AND k.act_id IS NOT NULL
            )
            SELECT a.number, coalesce((SELECT v.by_name FROM registry.case_event AS v WHERE v.county = t.county
                AND v.case_id = t.case_id AND v.step = 'register' ORDER BY v.at DESC LIMIT 1), '')
            FROM told AS t JOIN registry.act AS a ON a.county = t.county AND a.act_id = t.act_id
        $$;
        REVOKE ALL ON FUNCTION exchange.acts_of(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.acts_of(text, uuid) TO landreg_exchange, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
