"""0055 Who sees what of the market: bids by plate, what is over as coarsely as deals are told.

And what was kept for a while goes: answers under a key, deliveries of a webhook that ended.
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    _bids()
    _coarse()
    _checked()
    _kept()


def _bids() -> None:
    op.execute("""
        -- Everybody sees what was bid under which plate; whose plate it is, and by which account, is the sale's own.
        REVOKE SELECT ON exchange.bid FROM landreg_citizen;
        GRANT SELECT (county, village, bid_id, sale_id, seq, plate, price, at, closes_at) ON exchange.bid TO landreg_citizen;
    """)


def _coarse() -> None:
    op.execute(f"""
        -- Listings by their numbers. Such as have found their taker, or are over, tell no more than the deals beside them do: the
        -- township and no village, the area to a tenth of a mu, no place, no words, no photos.
        CREATE OR REPLACE FUNCTION exchange.market_listings(numbers text[]) RETURNS SETOF exchange.shown LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT (jsonb_populate_record(l, CASE l.state WHEN 'open' THEN '{{}}'::jsonb ELSE jsonb_build_object(
                'village', left(l.village, 9), 'said', '', 'grid', NULL, 'east', NULL, 'north', NULL, 'photos', 0,
                'area_m2', round(round(l.area_m2 * 0.015) / 0.015, 2), 'hundredths', round(l.area_m2 * 0.015)::integer * 10) END)).*
            FROM exchange.shown AS l WHERE l.number = ANY (numbers[1:20]) ORDER BY array_position(numbers, l.number)
        $$;
        CREATE OR REPLACE FUNCTION exchange.market_photos(asked text) RETURNS TABLE ("position" integer, sha256 text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT f."position", f.sha256 FROM exchange.shown AS l
            JOIN exchange.listing_photo AS f ON f.county = l.county AND f.listing_id = l.listing_id
            WHERE l.number = asked AND l.state = 'open' ORDER BY f."position"
        $$;
        CREATE OR REPLACE FUNCTION exchange.market_places(numbers text[]) RETURNS TABLE (number text, lon numeric, lat numeric)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.number, round(public.ST_X(p.at)::numeric, 4), round(public.ST_Y(p.at)::numeric, 4) FROM exchange.shown AS l
            CROSS JOIN LATERAL (SELECT public.ST_Transform(l.grid, 4326) AS at) AS p
            WHERE l.number = ANY (numbers[1:5000]) AND l.grid IS NOT NULL AND l.state = 'open'
        $$;
    """)


def _checked() -> None:
    op.execute(f"""
        -- As before, by an index for the number of a contract and one for that of its certificate.
        CREATE OR REPLACE FUNCTION exchange.check_contract(asked text) RETURNS TABLE (
            number text, certificate text, certified_on date, kind text, village text, contractor text, taker text, from_on date,
            until_on date, area_m2 numeric, state text, ends_on date, text_sha256 text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.number, coalesce(e.facts ->> 'number', ''), e.on_day, c.kind, c.village,
                CASE WHEN c.household_id IS NULL THEN c.household_name
                    ELSE left(c.household_name, 1) || repeat('*', greatest(1, length(c.household_name) - 1)) END,
                CASE WHEN t.kind = 'organisation' THEN c.taker_name
                    ELSE left(c.taker_name, 1) || repeat('*', greatest(1, length(c.taker_name) - 1)) END,
                c.from_on, c.until_on, c.area_m2, c.state, c.ends_on, c.text_sha256
            FROM (SELECT o.county, o.contract_id FROM exchange.contract AS o WHERE o.number = asked
                  UNION
                  SELECT f.county, f.contract_id FROM exchange.contract_event AS f
                  WHERE f.kind = 'certified' AND f.facts ->> 'number' = asked) AS wanted
            JOIN exchange.contract AS c ON c.county = wanted.county AND c.contract_id = wanted.contract_id
            JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
            LEFT JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'certified'
            WHERE c.state IN ('signed', 'disputed', 'ended')
        $$;
    """)


def _kept() -> None:
    op.execute(f"""
        CREATE INDEX kept_answer_by_age ON exchange.kept_answer (at);
        -- An answer is kept for thirty days; how many went.
        CREATE FUNCTION exchange.forget_answers() RETURNS bigint LANGUAGE sql VOLATILE {_WIDE} AS $$
            WITH gone AS (DELETE FROM exchange.kept_answer AS k WHERE k.at < system.clock() - interval '30 days' RETURNING 1)
            SELECT count(*) FROM gone
        $$;
        -- What a webhook that ended was still to be told is given up.
        CREATE FUNCTION exchange.give_up_deliveries() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            UPDATE exchange.delivery AS d SET state = 'dead'
                WHERE d.county = NEW.county AND d.webhook_id = NEW.webhook_id AND d.state = 'due';
            RETURN NULL;
        END $$;
        CREATE TRIGGER give_up_deliveries AFTER UPDATE OF ended_at ON exchange.webhook FOR EACH ROW
            WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION exchange.give_up_deliveries();
        UPDATE exchange.delivery AS d SET state = 'dead' FROM exchange.webhook AS w
            WHERE w.county = d.county AND w.webhook_id = d.webhook_id AND w.ended_at IS NOT NULL AND d.state = 'due';
        REVOKE ALL ON FUNCTION exchange.forget_answers(), exchange.give_up_deliveries() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.forget_answers() TO landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
