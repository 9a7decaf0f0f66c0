"""0176 Since when a deposit waits to go back is told; who claims land in a members' window was told of it."""

from __future__ import annotations

from alembic import op

revision = "0176"
down_revision = "0175"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- Since which day the deposit of an entrant to whom the land did not go is to go back: the sale came to nothing, the land
        -- went to another, its owner gave the deal up, or the listing ended. NULL: none is there, or not yet.
        CREATE FUNCTION exchange.deposit_free_since(of_county text, of_entrant uuid) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT greatest(p.on_day, (min(ended.at) AT TIME ZONE 'Asia/Shanghai')::date)
            FROM exchange.deposit_standing AS p
            JOIN exchange.entrant AS e ON e.county = p.county AND e.entrant_id = p.entrant_id
            JOIN exchange.sale AS s ON s.county = p.county AND s.sale_id = p.sale_id
            CROSS JOIN LATERAL (
                SELECT v.at FROM exchange.sale_event AS v
                    WHERE v.county = s.county AND v.sale_id = s.sale_id AND v.kind IN ('cancelled', 'failed', 'spent')
                UNION ALL SELECT d.decided_at FROM exchange.deals_of_sale(s.county, s.sale_id) AS o
                    JOIN exchange.deal AS d ON d.county = s.county AND d.deal_id = o.deal_id WHERE NOT o.fell
                UNION ALL SELECT f.at FROM exchange.deals_of_sale(s.county, s.sale_id) AS o
                    JOIN exchange.deal_fall AS f ON f.county = s.county AND f.deal_id = o.deal_id
                    WHERE f.given_up_by = 'contractor'
                UNION ALL SELECT v.at FROM exchange.listing_event AS v
                    WHERE v.county = s.county AND v.listing_id = s.listing_id AND v.at >= s.set_at
                      AND v.kind IN ('withdrawn', 'expired', 'failed')) AS ended
            WHERE p.county = of_county::char(6) AND p.entrant_id = of_entrant AND p.kind = 'paid'
              AND NOT EXISTS (SELECT FROM exchange.deals_of_sale(s.county, s.sale_id) AS o
                  WHERE o.taker_id = e.taker_id AND NOT o.fell)
            GROUP BY p.on_day
        $$;
        REVOKE ALL ON FUNCTION exchange.deposit_free_since(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.deposit_free_since(text, uuid) TO landreg_citizen, landreg_exchange, landreg_auditor;
    """)
    op.execute("""
        -- As in 0054; a household that claims the land was told of it.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.window_has_run()'::regprocedure);
            after text := replace(before, 'AND n.priority_id = wanted.priority_id AND NOT EXISTS (',
                'AND n.priority_id = wanted.priority_id AND NOT EXISTS (SELECT FROM exchange.priority_claim AS k
                        WHERE k.county = n.county AND k.priority_id = n.priority_id AND k.household_id = n.household_id)
                    AND NOT EXISTS (');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.window_has_run is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
