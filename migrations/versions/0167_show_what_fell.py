"""0167 Anybody reads of a listing whose deal fell that it did, and until when the next bidder is asked; an agent who signs for a
household reads what stands on its own right; what is operated by a registered right alone is passed on by who operates it (CON-2).
"""

from __future__ import annotations

from alembic import op

revision = "0167"
down_revision = "0166"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- No row: a deal stands, or there was none. over: the side whose land it is gave it up, so that nobody follows; until: the
        -- last day on which the next may answer, null while nobody is asked. No name and no price.
        CREATE FUNCTION exchange.market_fell(asked text) RETURNS TABLE (over boolean, until date) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT bool_or(f.given_up_by = 'contractor'),
                (SELECT max(t.until_day) FROM exchange.second_chance AS t
                    JOIN exchange.sale AS s ON s.county = t.county AND s.sale_id = t.sale_id AND s.listing_id = w.listing_id
                    WHERE t.county = w.county AND t.until_day >= (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
                      AND NOT EXISTS (SELECT FROM exchange.chance_answer AS a
                          WHERE a.county = t.county AND a.chance_id = t.chance_id))
            FROM exchange.shown AS w
            JOIN exchange.deal AS d ON d.county = w.county AND d.listing_id = w.listing_id
            JOIN exchange.deal_fall AS f ON f.county = d.county AND f.deal_id = d.deal_id
            WHERE w.number = asked AND NOT EXISTS (SELECT FROM exchange.deal AS o
                WHERE o.county = w.county AND o.listing_id = w.listing_id AND NOT EXISTS (SELECT FROM exchange.deal_fall AS g
                    WHERE g.county = o.county AND g.deal_id = o.deal_id))
            GROUP BY w.county, w.listing_id
        $$;
        REVOKE ALL ON FUNCTION exchange.market_fell(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.market_fell(text) TO landreg_public;
    """)
    op.execute("""
        -- As before, also for whom the household lets sign: a project asks which of its land is free.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.own_right_said(text, uuid)'::regprocedure);
            after text := replace(before, 'ARRAY[''list'', ''bid'']', 'ARRAY[''list'', ''bid'', ''sign'']');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.own_right_said is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)
    _passed_on()


def _passed_on() -> None:
    op.execute("""
        -- As in 0162, but the right that is passed on does not stand in its own way, where no contract of the market is below it.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.let_once()'::regprocedure);
            after text := replace(before, '(''assignment'', ''exchange'')', '(''assignment'', ''exchange'', ''retransfer'')');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.let_once is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
