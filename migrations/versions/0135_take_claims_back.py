"""0135 A household takes its claim to priority back while the window runs (PRI-8); then it may claim again."""

from __future__ import annotations

from alembic import op

revision = "0135"
down_revision = "0134"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE exchange.correction DROP CONSTRAINT correction_record_check,
            ADD CHECK (record IN ('deposit', 'reserve', 'rent_payment', 'contract_event', 'priority_claim'));
        CREATE POLICY of_own_claim ON exchange.correction FOR SELECT TO landreg_citizen
            USING (record = 'priority_claim' AND EXISTS (SELECT FROM exchange.priority_claim AS c
                WHERE c.county = correction.county AND c.claim_id = correction.record_id));
        GRANT INSERT ON exchange.correction TO landreg_citizen;
        CREATE POLICY taken_back_by_the_household ON exchange.correction FOR INSERT TO landreg_citizen
            WITH CHECK (record = 'priority_claim' AND "by" = access.actor() AND EXISTS (SELECT FROM exchange.priority_claim AS c
                WHERE c.county = correction.county AND c.claim_id = correction.record_id AND c.village = correction.village
                  AND c.household_id = access.household()
                  AND (access.stands_for(c.household_id, '{}') OR access.claims_for(c.household_id))));
        CREATE VIEW exchange.priority_claim_standing WITH (security_invoker = true) AS
            SELECT r.* FROM exchange.priority_claim AS r WHERE NOT EXISTS (SELECT FROM exchange.correction AS c
                WHERE c.county = r.county AND c.record_id = r.claim_id);
    """)
    op.execute(f"""
        -- A household claims once among what it did not take back.
        ALTER TABLE exchange.priority_claim ADD COLUMN again integer NOT NULL DEFAULT 0,
            DROP CONSTRAINT pri_3_a_household_claims_once,
            ADD CONSTRAINT pri_3_a_household_claims_once UNIQUE (county, priority_id, household_id, again);
        CREATE FUNCTION exchange.claim_again() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            SELECT count(*) INTO NEW.again FROM exchange.priority_claim AS r
            JOIN exchange.correction AS c ON c.county = r.county AND c.record_id = r.claim_id
            WHERE r.county = NEW.county AND r.priority_id = NEW.priority_id AND r.household_id = NEW.household_id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER again BEFORE INSERT ON exchange.priority_claim FOR EACH ROW EXECUTE FUNCTION exchange.claim_again();
        CREATE FUNCTION exchange.take_claim_back() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            NEW.at := system.clock();
            IF NEW.instead IS NOT NULL OR NOT EXISTS (SELECT FROM exchange.priority_claim_standing AS c
                    JOIN exchange.priority AS p ON p.county = c.county AND p.priority_id = c.priority_id
                    WHERE c.county = NEW.county AND c.claim_id = NEW.record_id AND c.village = NEW.village
                      AND (NEW.at AT TIME ZONE 'Asia/Shanghai')::date <= p.last_day) THEN
                RAISE EXCEPTION 'claim %', NEW.record_id {_REFUSED} = 'pri_8_taken_back_in_time';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER take_claim_back BEFORE INSERT ON exchange.correction FOR EACH ROW
            WHEN (NEW.record = 'priority_claim') EXECUTE FUNCTION exchange.take_claim_back();
        REVOKE ALL ON FUNCTION exchange.claim_again(), exchange.take_claim_back() FROM PUBLIC;
        DROP TRIGGER take_correction ON exchange.correction;
        CREATE TRIGGER take_correction BEFORE INSERT ON exchange.correction FOR EACH ROW
            WHEN (NEW.record <> 'priority_claim') EXECUTE FUNCTION exchange.take_correction();
        DROP TRIGGER correction_is_whole ON exchange.correction;
        CREATE CONSTRAINT TRIGGER correction_is_whole AFTER INSERT ON exchange.correction DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.record <> 'priority_claim') EXECUTE FUNCTION exchange.correction_is_whole();
    """)
    op.execute("""
        -- Who gets the land is asked of the claims that stand.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.window_has_run()'::regprocedure);
            after text := replace(before, 'JOIN exchange.priority_claim AS', 'JOIN exchange.priority_claim_standing AS');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.window_has_run is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
        -- A citizen's login tells the log of what it took back too.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.has_just_written(text, text, text, text)'::regprocedure);
            after text := replace(before, 'ELSE false END',
                $$WHEN kind = 'exchange.correction' THEN EXISTS (SELECT FROM exchange.correction AS x
                    WHERE x.county = in_county::char(6) AND x.record_id = key::uuid AND x.village = in_village
                      AND x.xmin = pg_current_xact_id()::xid) ELSE false END$$);
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.has_just_written is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
