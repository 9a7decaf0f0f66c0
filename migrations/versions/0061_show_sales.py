"""0061 A sale is shown to everybody while it takes bids, and what the use of farmland is bound to.

The publication of a listing ends before its sale begins: until the sale closes, the listing stays on the market with its terms.
"""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- The last day on which somebody may ask for a listing: of its publication, or of a sale that is not over.
        CREATE FUNCTION exchange.shown_until(of_county text, of_listing uuid) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT greatest(l.closes_on, (
                SELECT max((coalesce(c.closes_at, s.closes_at) AT TIME ZONE 'Asia/Shanghai')::date)
                FROM exchange.sale AS s
                LEFT JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
                WHERE s.county = l.county AND s.listing_id = l.listing_id AND coalesce(c.over, '') = ''))
            FROM exchange.listing AS l WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
        $$;
        CREATE FUNCTION exchange.show_sale() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            listing uuid := (SELECT s.listing_id FROM exchange.sale AS s WHERE s.county = NEW.county AND s.sale_id = NEW.sale_id);
        BEGIN
            UPDATE exchange.shown AS w SET closes_on = exchange.shown_until(NEW.county, listing)
                WHERE w.county = NEW.county AND w.listing_id = listing
                  AND w.closes_on <> exchange.shown_until(NEW.county, listing);
            RETURN NULL;
        END $$;
        CREATE TRIGGER show_sale AFTER INSERT ON exchange.sale FOR EACH ROW EXECUTE FUNCTION exchange.show_sale();
        CREATE TRIGGER show_sale AFTER INSERT ON exchange.sale_event FOR EACH ROW EXECUTE FUNCTION exchange.show_sale();
        UPDATE exchange.shown AS w SET closes_on = exchange.shown_until(w.county, w.listing_id)
            WHERE w.state = 'open' AND w.closes_on <> exchange.shown_until(w.county, w.listing_id);
        -- The last sale of a listing that is open, without a bidder: its hours and terms, how many entered, the price of now where
        -- bids are open.
        CREATE FUNCTION exchange.market_sale(asked text) RETURNS TABLE (way text, opens_at timestamptz, closes_at timestamptz,
            start_price numeric, step numeric, deposit_yuan numeric, deposit_by timestamptz, entrants integer, price numeric,
            over text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT s.way, s.opens_at, c.closes_at, s.start_price, s.step, s.deposit_yuan, s.deposit_by, c.entrants,
                CASE WHEN s.way = 'auction' THEN c.price END, c.over
            FROM exchange.shown AS w
            JOIN exchange.sale AS s ON s.county = w.county AND s.listing_id = w.listing_id
            JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
            WHERE w.number = asked AND w.state = 'open' ORDER BY s.round DESC LIMIT 1
        $$;
        -- Whether land of a listing that is open is permanent basic farmland, on which no trees and no ponds may be.
        CREATE FUNCTION exchange.market_farmland(asked text) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (
                SELECT FROM exchange.shown AS w
                JOIN exchange.listing_parcel AS q ON q.county = w.county AND q.listing_id = w.listing_id
                JOIN land.parcel AS d ON d.county = q.county AND d.code = q.parcel_code
                    AND upper_inf(d.recorded) AND upper_inf(d.valid)
                WHERE w.number = asked AND w.state = 'open' AND d.basic_farmland)
        $$;
        REVOKE ALL ON FUNCTION exchange.shown_until(text, uuid), exchange.show_sale(), exchange.market_sale(text),
            exchange.market_farmland(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.market_sale(text), exchange.market_farmland(text) TO landreg_public;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
