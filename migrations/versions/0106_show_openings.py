"""0106 What came of sealed bids is anybody's to read and to work out again; what land is offered is told with each class and grade."""

from __future__ import annotations

from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- Every bid of a sale that was opened, with all from which its commitment and the order are worked out; no name.
        CREATE FUNCTION exchange.opened_told(of_county text, of_sale uuid) RETURNS TABLE (sealed_id uuid, entrant_id uuid,
            plate integer, member boolean, seq integer, at timestamptz, price numeric, nonce text, slip text, commitment text,
            counts boolean, start_price numeric, unit text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT b.sealed_id, b.entrant_id, b.plate, e.member, b.seq, b.at, o.price, o.nonce, o.slip, b.commitment,
                b.seq = max(b.seq) OVER (PARTITION BY b.entrant_id), s.start_price, l.unit
            FROM exchange.opened_bid AS o
            JOIN exchange.sealed_bid AS b ON b.county = o.county AND b.sealed_id = o.sealed_id
            JOIN exchange.entrant AS e ON e.county = b.county AND e.entrant_id = b.entrant_id
            JOIN exchange.sale AS s ON s.county = o.county AND s.sale_id = o.sale_id
            JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
            WHERE o.county = of_county::char(6) AND o.sale_id = of_sale
            ORDER BY b.plate, b.seq
        $$;
        -- The last day of the members' window that runs after a sale: a day and nothing else, for whoever has an account.
        CREATE FUNCTION exchange.window_until(of_county text, of_sale uuid) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT max(p.last_day) FROM exchange.sale AS s
            JOIN exchange.priority AS p ON p.county = s.county AND p.listing_id = s.listing_id AND p.at >= s.set_at
            WHERE s.county = of_county::char(6) AND s.sale_id = of_sale
              AND NOT EXISTS (SELECT FROM exchange.sale AS n
                  WHERE n.county = s.county AND n.listing_id = s.listing_id AND n.round > s.round)
        $$;
        DROP FUNCTION exchange.market_sale(text);
        CREATE FUNCTION exchange.market_sale(asked text) RETURNS TABLE (county text, sale_id uuid, way text, opens_at timestamptz,
            closes_at timestamptz, start_price numeric, step numeric, deposit_yuan numeric, deposit_by timestamptz,
            entrants integer, price numeric, over text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT s.county, s.sale_id, s.way, s.opens_at, c.closes_at, s.start_price, s.step, s.deposit_yuan, s.deposit_by,
                c.entrants, CASE WHEN s.way = 'auction' THEN c.price END, c.over
            FROM exchange.shown AS w
            JOIN exchange.sale AS s ON s.county = w.county AND s.listing_id = w.listing_id
            JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
            WHERE w.number = asked AND w.state <> 'over' ORDER BY s.round DESC LIMIT 1
        $$;
        -- Of listings that are open: how much of each class and grade is offered, the most first.
        CREATE FUNCTION exchange.market_ground(numbers text[]) RETURNS TABLE (number text, land_class text, soil_grade text,
            basic_farmland boolean, area_m2 numeric)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT w.number, d.land_class, d.soil_grade, d.basic_farmland, sum(q.area_m2)
            FROM exchange.shown AS w
            JOIN exchange.listing_parcel AS q ON q.county = w.county AND q.listing_id = w.listing_id
            JOIN land.parcel AS d ON d.county = q.county AND d.code = q.parcel_code
                AND upper_inf(d.recorded) AND upper_inf(d.valid)
            WHERE w.number = ANY (numbers[1:50]) AND w.state = 'open'
            GROUP BY 1, 2, 3, 4 ORDER BY 1, 5 DESC, 2, 3
        $$;
        DROP FUNCTION exchange.market_farmland(text);
        REVOKE ALL ON FUNCTION exchange.opened_told(text, uuid), exchange.window_until(text, uuid), exchange.market_sale(text),
            exchange.market_ground(text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.opened_told(text, uuid)
            TO landreg_public, landreg_citizen, landreg_exchange, landreg_auditor;
        GRANT EXECUTE ON FUNCTION exchange.unopened_told(text, uuid) TO landreg_public;
        GRANT EXECUTE ON FUNCTION exchange.window_until(text, uuid) TO landreg_citizen;
        GRANT EXECUTE ON FUNCTION exchange.market_sale(text), exchange.market_ground(text[]) TO landreg_public;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
