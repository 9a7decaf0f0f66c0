"""0044 No deal with somebody who is no member before the members' window on these terms is over (PRI-1)."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- A member takes land at once, unless it takes it by the priority of a window: that one has to end first as well, since
        -- other members may still claim.
        CREATE FUNCTION exchange.window_has_run() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            today date := (system.clock() AT TIME ZONE 'Asia/Shanghai')::date;
            household uuid := (SELECT t.household_id FROM exchange.taker AS t
                WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id);
        BEGIN
            IF NEW."by" = 'priority' AND NOT EXISTS (
                    SELECT FROM exchange.priority AS p
                    JOIN exchange.priority_claim AS c ON c.county = p.county AND c.priority_id = p.priority_id
                    WHERE p.county = NEW.county AND p.listing_id = NEW.listing_id AND p.price = NEW.price
                      AND p.last_day < today AND c.taker_id = NEW.taker_id)
               OR NEW."by" <> 'priority' AND NOT exchange.is_member(NEW.county, NEW.listing_id, household) AND NOT EXISTS (
                    SELECT FROM exchange.priority AS p WHERE p.county = NEW.county AND p.listing_id = NEW.listing_id
                      AND p.taker_id = NEW.taker_id AND p.price = NEW.price AND p.last_day < today) THEN
                RAISE EXCEPTION 'listing %: the members have not been heard out on these terms', NEW.listing_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'pri_1_window_has_run';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER window_has_run AFTER INSERT ON exchange.deal
            FOR EACH ROW EXECUTE FUNCTION exchange.window_has_run();
        REVOKE ALL ON FUNCTION exchange.window_has_run() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
