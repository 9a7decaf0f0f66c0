"""0091 A contract is changed for its own taker, within its term and on no day that is over; one draft at a time changes or renews it."""

from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.follows_in_its_time() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            below exchange.contract;
        BEGIN
            -- Two who draw at once draw one after the other.
            SELECT c.* INTO below FROM exchange.contract AS c
            WHERE c.county = NEW.county AND c.contract_id = NEW.previous_id FOR UPDATE;
            IF NEW.relation = 'change' AND NEW.taker_id <> below.taker_id THEN
                RAISE EXCEPTION 'contract %: its taker is another', below.number
                    {_REFUSED} = 'con_60_changed_between_the_same_two';
            END IF;
            IF NEW.relation = 'change' AND (NEW.from_on < greatest(below.from_on, {_TODAY})
                    OR NEW.from_on >= coalesce(below.ends_on, below.until_on)) THEN
                RAISE EXCEPTION 'contract %: not changed from %', below.number, NEW.from_on
                    {_REFUSED} = 'con_61_changed_within_its_term';
            END IF;
            IF EXISTS (SELECT FROM exchange.contract AS d WHERE d.county = NEW.county AND d.previous_id = NEW.previous_id
                       AND d.relation IN ('change', 'renewal') AND d.state IN ('drawn', 'part_signed')) THEN
                RAISE EXCEPTION 'contract %: another draft follows it', below.number
                    {_REFUSED} = 'con_62_one_draft_follows';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER follows_in_its_time BEFORE INSERT ON exchange.contract FOR EACH ROW
            WHEN (NEW.relation IN ('change', 'renewal')) EXECUTE FUNCTION exchange.follows_in_its_time();
        -- What replaces a contract begins on one of its days.
        CREATE FUNCTION exchange.replaced_within_its_term() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                       AND (NEW.on_day < c.from_on OR NEW.on_day >= c.until_on)) THEN
                RAISE EXCEPTION 'contract %: not replaced from %', NEW.contract_id, NEW.on_day
                    {_REFUSED} = 'con_61_changed_within_its_term';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER replaced_within_its_term BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'replaced') EXECUTE FUNCTION exchange.replaced_within_its_term();
        REVOKE ALL ON FUNCTION exchange.follows_in_its_time(), exchange.replaced_within_its_term() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
