"""0089 Each side of a listing is told what came of it: the deal, to whom it went, that it was given up, what became of a deposit."""

from __future__ import annotations

from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- What came since an instant of listings of the acting household, and of those for which it or its account bid or offered: of
        -- each the last outcome, and what became of a deposit. Of a deal or a yes that fell both sides are told the fall alone, and nobody
        -- else is told that it was. amount: of one's own deal in the listing's unit, of a deposit in yuan; what another bid or offered
        -- is told to nobody here.
        CREATE FUNCTION exchange.outcomes_told(since timestamptz) RETURNS TABLE (
            at timestamptz, county text, listing_id uuid, number text, own boolean, what text, amount numeric, unit text, grain text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            WITH mine AS (
                SELECT t.county, t.taker_id FROM exchange.taker AS t
                WHERE t.household_id = access.household() AND access.stands_for(t.household_id, ARRAY['view'])
                UNION SELECT t.county, t.taker_id FROM exchange.taker AS t WHERE t.account_id = access.actor()
            ), entered AS (
                SELECT s.county, s.listing_id, e.entrant_id, e.taker_id, e.at, s.sale_id FROM exchange.entrant AS e
                JOIN mine AS m USING (county, taker_id) JOIN exchange.sale AS s USING (county, sale_id)
            ), offered AS (
                SELECT DISTINCT ON (o.county, o.listing_id, o.taker_id) o.county, o.listing_id, o.taker_id, o.kind, o.at
                FROM exchange.offer AS o JOIN mine AS m USING (county, taker_id)
                ORDER BY o.county, o.listing_id, o.taker_id, o.seq DESC
            ), took_part AS (
                SELECT county, listing_id, taker_id, at FROM entered
                UNION ALL SELECT county, listing_id, taker_id, at FROM offered WHERE kind IN ('offer', 'counter', 'accept')
            ), stands AS (
                SELECT d.* FROM exchange.deal AS d WHERE d.decided_at >= since AND NOT EXISTS (
                    SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
            ), told AS (
                SELECT d.decided_at AS at, d.county, d.listing_id, false AS own, 'won' AS what, d.price AS amount
                FROM stands AS d JOIN mine AS m USING (county, taker_id)
                UNION ALL SELECT d.decided_at, d.county, d.listing_id, true, 'dealt', d.price FROM stands AS d
                JOIN exchange.listing AS l USING (county, listing_id)
                WHERE l.household_id = access.household() AND access.stands_for(l.household_id, ARRAY['view'])
                UNION ALL SELECT d.decided_at, d.county, d.listing_id, false,
                    CASE d.by WHEN 'priority' THEN 'went_by_priority' ELSE 'went_to_another' END, NULL
                FROM stands AS d JOIN took_part AS p USING (county, listing_id)
                WHERE p.at <= d.decided_at
                  AND NOT EXISTS (SELECT FROM mine AS m WHERE m.county = d.county AND m.taker_id = d.taker_id)
                UNION ALL SELECT o.at, o.county, o.listing_id, false, 'another_accepted', NULL FROM exchange.offer AS o
                JOIN offered AS p USING (county, listing_id)
                WHERE o.at >= since AND o.kind = 'accept' AND o.taker_id <> p.taker_id AND p.at <= o.at
                  AND p.kind IN ('offer', 'counter')
                  AND NOT EXISTS (SELECT FROM exchange.deal AS d JOIN exchange.deal_fall AS f USING (county, deal_id)
                      WHERE d.county = o.county AND d.listing_id = o.listing_id AND d.taker_id = o.taker_id AND f.at > o.at)
                  AND NOT EXISTS (SELECT FROM exchange.passed_over AS b
                      WHERE b.county = o.county AND b.listing_id = o.listing_id AND b.taker_id = o.taker_id AND b.at > o.at)
                UNION ALL SELECT f.at, f.county, d.listing_id, true,
                    CASE f.given_up_by WHEN 'contractor' THEN 'given_up_by_contractor' ELSE 'given_up_by_taker' END, NULL
                FROM exchange.deal_fall AS f
                JOIN exchange.deal AS d USING (county, deal_id) JOIN exchange.listing AS l ON l.county = d.county
                    AND l.listing_id = d.listing_id AND l.household_id = access.household()
                WHERE f.at >= since AND access.stands_for(l.household_id, ARRAY['view'])
                UNION ALL SELECT f.at, f.county, d.listing_id, false,
                    CASE f.given_up_by WHEN 'contractor' THEN 'given_up_by_contractor' ELSE 'given_up_by_taker' END, NULL
                FROM exchange.deal_fall AS f
                JOIN exchange.deal AS d USING (county, deal_id) JOIN mine AS m ON m.county = d.county AND m.taker_id = d.taker_id
                WHERE f.at >= since
                UNION ALL SELECT v.at, v.county, e.listing_id, false, 'no_deal', NULL FROM exchange.sale_event AS v
                JOIN entered AS e USING (county, sale_id) WHERE v.at >= since AND v.kind IN ('cancelled', 'failed', 'spent')
                UNION ALL SELECT v.at, v.county, l.listing_id, true, 'no_deal', NULL FROM exchange.sale_event AS v
                JOIN exchange.sale AS s USING (county, sale_id) JOIN exchange.listing AS l ON l.county = s.county
                    AND l.listing_id = s.listing_id AND l.household_id = access.household()
                WHERE v.at >= since AND v.kind IN ('cancelled', 'failed', 'spent') AND access.stands_for(l.household_id, ARRAY['view'])
            ), money AS (
                SELECT p.at, p.county, e.listing_id, false AS own, 'deposit_' || p.kind AS what, p.amount FROM exchange.deposit AS p
                JOIN entered AS e USING (county, entrant_id) WHERE p.at >= since AND p.kind <> 'paid'
            )
            SELECT t.at, t.county, t.listing_id, l.number, t.own, t.what, t.amount, l.unit, l.grain FROM (
                (SELECT DISTINCT ON (county, listing_id, own) * FROM told ORDER BY county, listing_id, own, at DESC, what)
                UNION ALL SELECT * FROM money) AS t
            JOIN exchange.listing AS l USING (county, listing_id) ORDER BY t.at DESC, t.what LIMIT 20
        $$;
        REVOKE ALL ON FUNCTION exchange.outcomes_told(timestamptz) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.outcomes_told(timestamptz) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
