"""0149 Each side is told how it stands: that it was passed over, in whose name the members' window runs, that the next one said yes,
that a listing was taken back after a yes or with its window.
"""

from __future__ import annotations

from alembic import op

revision = "0149"
down_revision = "0148"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- How a bidder of a sale stands after its close: passed over; the land may still come to them; until when the last members'
        -- window runs, and whether on their terms; and whether they said yes as the next. It names nobody.
        CREATE FUNCTION exchange.bidder_stands(of_county text, of_entrant uuid, OUT passed boolean, OUT may_win boolean,
            OUT until date, OUT own boolean, OUT said_yes boolean) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.passed_over AS p WHERE p.county = s.county AND p.listing_id = s.listing_id
                    AND p.taker_id = e.taker_id AND p.at >= s.set_at),
                exchange.may_still_win(of_county, of_entrant), w.last_day, coalesce(w.taker_id = e.taker_id, false),
                EXISTS (SELECT FROM exchange.second_chance AS t
                    JOIN exchange.chance_answer AS a ON a.county = t.county AND a.chance_id = t.chance_id AND a.answer = 'yes'
                    WHERE t.county = e.county AND t.entrant_id = e.entrant_id)
            FROM exchange.entrant AS e
            JOIN exchange.sale AS s ON s.county = e.county AND s.sale_id = e.sale_id
            LEFT JOIN LATERAL (SELECT p.last_day, p.taker_id FROM exchange.priority AS p
                WHERE p.county = s.county AND p.listing_id = s.listing_id AND p.at >= s.set_at
                ORDER BY p.at DESC LIMIT 1) AS w ON true
            WHERE e.county = of_county::char(6) AND e.entrant_id = of_entrant
        $$;
        -- The last day of the last members' window on land that was agreed upon in talks: a day and nothing else.
        CREATE FUNCTION exchange.talk_until(of_county text, of_listing uuid) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT max(p.last_day) FROM exchange.priority AS p
            WHERE p.county = of_county::char(6) AND p.listing_id = of_listing AND p.way = 'negotiation'
              AND p.at >= (SELECT max(o.at) FROM exchange.offer AS o
                  WHERE o.county = p.county AND o.listing_id = p.listing_id AND o.kind = 'accept')
        $$;
        REVOKE ALL ON FUNCTION exchange.bidder_stands(text, uuid), exchange.talk_until(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.bidder_stands(text, uuid), exchange.talk_until(text, uuid) TO landreg_citizen;
    """)
    op.execute("""
        -- As in 0089; and that one was passed over, and that a listing was taken back: to whoever bid or offered, and to the members
        -- whose window ran then.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.outcomes_told(timestamptz)'::regprocedure);
            after text := replace(before, '), money AS (', $$UNION ALL SELECT b.at, b.county, b.listing_id, false, 'passed_over', NULL
                FROM exchange.passed_over AS b JOIN mine AS m USING (county, taker_id) WHERE b.at >= since
                UNION ALL SELECT v.at, v.county, v.listing_id, false, 'taken_back', NULL
                FROM exchange.listing_event AS v JOIN took_part AS p USING (county, listing_id)
                WHERE v.kind = 'withdrawn' AND v.at >= since AND p.at <= v.at
                UNION ALL SELECT v.at, v.county, v.listing_id, false, 'window_taken_back', NULL
                FROM exchange.listing_event AS v
                JOIN exchange.priority AS w ON w.county = v.county AND w.listing_id = v.listing_id AND w.at <= v.at
                    AND w.last_day >= (v.at AT TIME ZONE 'Asia/Shanghai')::date
                JOIN exchange.priority_notice AS n ON n.county = w.county AND n.priority_id = w.priority_id
                WHERE v.kind = 'withdrawn' AND v.at >= since AND n.household_id = access.household()
                  AND access.stands_for(n.household_id, ARRAY['view'])
                  AND NOT EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = v.county
                      AND l.listing_id = v.listing_id AND l.household_id = n.household_id)
            ), money AS ($$);
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.outcomes_told is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
