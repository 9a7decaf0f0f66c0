"""0199 A lot between members who claim the same land is told to anybody with all that it is drawn from: by marks, not by name."""

from __future__ import annotations

from alembic import op

revision = "0199"
down_revision = "0198"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- Of the listing of a number: the claims on the terms of each deal by priority, where several stood. opened: the members'
        -- window before the deal; with it counts each on its terms since the land was bid for, or the yes was said.
        CREATE FUNCTION exchange.lots_told(of_number text)
            RETURNS TABLE (deal_id uuid, price numeric, decided_at timestamptz, stands boolean, taker_id uuid, mark uuid,
                at timestamptz, won boolean) LANGUAGE sql STABLE {_WIDE} AS $$
            WITH listing AS (
                SELECT l.county, l.listing_id FROM exchange.listing AS l WHERE l.number = of_number
            ), made AS (
                SELECT d.county, d.listing_id, d.deal_id, d.price, d.decided_at, d.taker_id, w.terms_of, w.opened_at,
                    NOT EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id) AS stands
                FROM listing JOIN exchange.deal AS d USING (county, listing_id)
                CROSS JOIN LATERAL (
                    SELECT p.taker_id AS terms_of, p.at AS opened_at FROM exchange.priority AS p
                    WHERE p.county = d.county AND p.listing_id = d.listing_id AND p.price = d.price AND p.at < d.decided_at
                    ORDER BY p.at DESC LIMIT 1
                ) AS w
                WHERE d.by = 'priority'
            ), since AS (
                SELECT m.*, greatest(
                    (SELECT max(s.set_at) FROM exchange.sale AS s
                        WHERE s.county = m.county AND s.listing_id = m.listing_id AND s.set_at <= m.opened_at),
                    (SELECT max(o.at) FROM exchange.offer AS o WHERE o.county = m.county AND o.listing_id = m.listing_id
                        AND o.taker_id = m.terms_of AND o.kind = 'accept' AND o.at <= m.opened_at)) AS since
                FROM made AS m
            ), claims AS (
                SELECT s.deal_id, s.price, s.decided_at, s.stands, c.taker_id, c.mark, c.at, c.taker_id = s.taker_id AS won,
                    count(*) OVER (PARTITION BY s.deal_id) AS claimants
                FROM since AS s
                JOIN exchange.priority AS p ON p.county = s.county AND p.listing_id = s.listing_id AND p.price = s.price
                    AND p.taker_id = s.terms_of AND p.at >= s.since AND p.at <= s.opened_at
                JOIN exchange.priority_claim_standing AS c ON c.county = p.county AND c.priority_id = p.priority_id
            )
            SELECT c.deal_id, c.price, c.decided_at, c.stands, c.taker_id, c.mark, c.at, c.won FROM claims AS c
            WHERE c.claimants > 1 ORDER BY c.decided_at, c.at
        $$;
        REVOKE ALL ON FUNCTION exchange.lots_told(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.lots_told(text)
            TO landreg_public, landreg_citizen, landreg_exchange, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
