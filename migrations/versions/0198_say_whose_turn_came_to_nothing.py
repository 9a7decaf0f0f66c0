"""0198 A sale's page tells anybody whose turn came to nothing: by plate, place and price, never by name."""

from __future__ import annotations

from alembic import op

revision = "0198"
down_revision = "0197"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- Of a sale, in their order: who had a deal that fell, was passed over, or took no second chance. plate: under which they
        -- bid; place: by the best prices of all, which a lot among equal sealed ones may part; price: their best.
        CREATE FUNCTION exchange.turns_told(of_county text, of_sale uuid)
            RETURNS TABLE (plate integer, place integer, price numeric, what text, at timestamptz) LANGUAGE sql STABLE {_WIDE} AS $$
            WITH sale AS (
                SELECT s.* FROM exchange.sale AS s WHERE s.county = of_county::char(6) AND s.sale_id = of_sale
            ), best AS (
                SELECT e.entrant_id, e.taker_id, e.plate, p.price, rank() OVER (ORDER BY p.price DESC NULLS LAST)::integer AS place
                FROM sale AS s JOIN exchange.entrant AS e ON e.county = s.county AND e.sale_id = s.sale_id
                CROSS JOIN LATERAL (SELECT CASE s.way
                    WHEN 'auction' THEN (SELECT max(b.price) FROM exchange.bid AS b
                        WHERE b.county = e.county AND b.entrant_id = e.entrant_id)
                    ELSE (SELECT max(o.price) FROM exchange.opened_told(of_county, of_sale) AS o
                        WHERE o.entrant_id = e.entrant_id AND o.counts) END AS price) AS p
            ), turns AS (
                SELECT o.taker_id, 'fell_' || coalesce(f.given_up_by, 'taker') AS what, f.at
                FROM exchange.deals_of_sale(of_county, of_sale) AS o
                JOIN exchange.deal_fall AS f ON f.county = of_county::char(6) AND f.deal_id = o.deal_id
                UNION ALL SELECT p.taker_id, 'passed', p.at FROM sale AS s
                JOIN exchange.passed_over AS p ON p.county = s.county AND p.listing_id = s.listing_id AND p.at >= s.set_at
                WHERE NOT EXISTS (SELECT FROM exchange.sale AS n WHERE n.county = s.county AND n.listing_id = s.listing_id
                    AND n.round > s.round AND n.set_at <= p.at)
                UNION ALL SELECT b.taker_id, 'declined', coalesce(a.at, (t.until_day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
                FROM sale AS s JOIN exchange.second_chance AS t ON t.county = s.county AND t.sale_id = s.sale_id
                JOIN best AS b ON b.entrant_id = t.entrant_id
                LEFT JOIN exchange.chance_answer AS a ON a.county = t.county AND a.chance_id = t.chance_id
                WHERE a.answer = 'no' OR a.chance_id IS NULL AND t.until_day < (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
            )
            SELECT b.plate, b.place, b.price, t.what, t.at FROM turns AS t JOIN best AS b ON b.taker_id = t.taker_id
            WHERE b.price IS NOT NULL ORDER BY t.at, b.place
        $$;
        REVOKE ALL ON FUNCTION exchange.turns_told(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.turns_told(text, uuid)
            TO landreg_public, landreg_citizen, landreg_exchange, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
