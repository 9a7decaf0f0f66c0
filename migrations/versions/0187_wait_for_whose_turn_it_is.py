"""0187 A listing does not run out while somebody's bid or yes waits for the desk's next step."""

from alembic import op

revision = "0187"
down_revision = "0186"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- Whether somebody's turn waits for the desk while days of the term are left: a bid of the last sale that is not opened or
        -- may still have the land, or a yes after which no deal fell and nobody was passed over.
        CREATE FUNCTION exchange.turn_waits(of_county text, of_listing uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.until_on > (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AND (coalesce((
                SELECT c.over IN ('', 'opened') AND NOT exchange.nobody_came(s.county, s.sale_id)
                    AND NOT exchange.nobody_is_left(s.county, s.sale_id)
                FROM exchange.sale AS s JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
                WHERE s.county = l.county AND s.listing_id = l.listing_id ORDER BY s.round DESC LIMIT 1), false)
                OR EXISTS (SELECT FROM exchange.offer AS o
                    WHERE o.county = l.county AND o.listing_id = l.listing_id AND o.kind = 'accept'
                      AND NOT exchange.gave_way(o.county, o.listing_id, o.taker_id, o.at)))
            FROM exchange.listing AS l WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
        $$;
        REVOKE ALL ON FUNCTION exchange.turn_waits(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.turn_waits(text, uuid) TO landreg_worker;
        -- As in 0050; and not while somebody's turn waits.
        CREATE OR REPLACE FUNCTION exchange.expires_when_quiet() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            l exchange.listing;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x
                WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id FOR UPDATE;
            IF NEW.kind = 'expired' AND (greatest(l.closes_on, exchange.under_way_until(NEW.county, NEW.listing_id))
                    >= (system.clock() AT TIME ZONE 'Asia/Shanghai')::date OR exchange.turn_waits(NEW.county, NEW.listing_id)) THEN
                RAISE EXCEPTION 'listing %: something is under way on it', l.number {_REFUSED} = 'lst_6_expires_when_quiet';
            ELSIF NEW.kind IN ('submitted', 'published', 'dealt') AND EXISTS (
                    SELECT FROM registry.restriction AS s WHERE s.county = l.county AND s.right_id = l.right_id
                      AND s.kind = 'dispute' AND upper_inf(s.recorded) AND upper_inf(s.valid)) THEN
                RAISE EXCEPTION 'listing %: dispute on the land', l.number {_REFUSED} = 'tr_12_disputed_land_is_not_listed';
            END IF;
            RETURN NEW;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
