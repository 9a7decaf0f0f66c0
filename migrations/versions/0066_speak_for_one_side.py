"""0066 In a negotiation nobody speaks for both sides, and an agent goes no lower than the household's least.

An agent may hold consents of two households; a consent to answer leaves the least that is taken where the household set it.
"""

from __future__ import annotations

from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- Comes after `take_offer`, which holds the listing's row, so that two words of one person wait for each other.
        CREATE FUNCTION exchange.two_sides() RETURNS trigger LANGUAGE plpgsql
            SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            l exchange.listing;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id;
            IF EXISTS (SELECT FROM exchange.offer AS o WHERE o.county = NEW.county AND o.listing_id = NEW.listing_id
                    AND o.taker_id = NEW.taker_id AND o.side <> NEW.side AND o."by" = NEW."by")
               OR EXISTS (SELECT FROM access.binding AS b WHERE b.account_id = NEW."by" AND b.ended_at IS NULL
                    AND b.household_id = CASE NEW.side WHEN 'taker' THEN l.household_id ELSE (
                        SELECT t.household_id FROM exchange.taker AS t
                        WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id) END) THEN
                RAISE EXCEPTION 'one side of listing %', NEW.listing_id {_REFUSED} = 'off_4_speaks_for_one_side';
            ELSIF NEW.side = 'household' AND NEW.kind IN ('accept', 'counter') AND NEW.price < l.floor
                    AND NOT access.stands_for(l.household_id, '{{}}') THEN
                RAISE EXCEPTION 'below the least of listing %', NEW.listing_id {_REFUSED} = 'off_5_least_of_the_household';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER two_sides BEFORE INSERT ON exchange.offer FOR EACH ROW EXECUTE FUNCTION exchange.two_sides();
        REVOKE ALL ON FUNCTION exchange.two_sides() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
