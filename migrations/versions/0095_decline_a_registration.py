"""0095 The office declines the parties' application for the register, with its reason; then they may apply anew. A lease of a house
has no step of a transfer of contracted land.
"""

from alembic import op

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _declined()
    _houses()


def _declined() -> None:
    op.execute(f"""
        DO $do$ BEGIN
            EXECUTE 'ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check, ADD CONSTRAINT '
                || 'contract_event_kind_check ' || replace((SELECT pg_get_constraintdef(c.oid) FROM pg_constraint AS c
                    WHERE c.conrelid = 'exchange.contract_event'::regclass AND c.conname = 'contract_event_kind_check'),
                    '''registration_asked''::text', '''registration_asked''::text, ''registration_declined''::text');
            EXECUTE replace(pg_get_functiondef('exchange.keep_contract_course()'::regprocedure),
                '''filed'', ''registration_asked'', ''case_opened''',
                '''filed'', ''registration_asked'', ''registration_declined'', ''case_opened''');
        END $do$;
        -- As before, but for the application, which follows one that was declined.
        DROP INDEX exchange.con_5_each_once;
        CREATE UNIQUE INDEX con_5_each_once ON exchange.contract_event (county, contract_id, kind)
            WHERE kind IN ('signed_contractor', 'signed_taker', 'signed', 'filed', 'registered', 'certified', 'ended',
                'cancellation_asked', 'returned', 'withdrawn');
        CREATE FUNCTION exchange.one_application_waits() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            last text;
        BEGIN
            PERFORM FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id FOR UPDATE;
            SELECT e.kind INTO last FROM exchange.contract_event AS e
            WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id
              AND e.kind IN ('registration_asked', 'registration_declined', 'case_opened')
            ORDER BY e.at DESC, e.kind = 'registration_asked' LIMIT 1;
            IF NEW.kind = 'registration_asked' AND last IN ('registration_asked', 'case_opened')
                OR NEW.kind = 'registration_declined' AND (last IS DISTINCT FROM 'registration_asked' OR btrim(NEW.said) = '') THEN
                RAISE EXCEPTION 'contract %: its application does not go by "%"', NEW.contract_id, NEW.kind
                    {_REFUSED} = 'con_5_contract_keeps_its_course';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER one_application_waits BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('registration_asked', 'registration_declined')) EXECUTE FUNCTION exchange.one_application_waits();
        REVOKE ALL ON FUNCTION exchange.one_application_waits() FROM PUBLIC;
        DROP POLICY opened_by_the_office ON exchange.contract_event;
        CREATE POLICY opened_by_the_office ON exchange.contract_event AS RESTRICTIVE FOR INSERT TO landreg_registry
            WITH CHECK (kind IN ('case_opened', 'registration_declined') AND by_id = access.actor());
        CREATE POLICY declined_by_the_office ON exchange.contract_event AS RESTRICTIVE FOR INSERT
            TO landreg_exchange, landreg_citizen, landreg_worker WITH CHECK (kind <> 'registration_declined');
    """)


def _houses() -> None:
    op.execute(f"""
        -- As in 0082; and of a house that is let, what is of contracted land.
        CREATE OR REPLACE FUNCTION exchange.step_of_a_transfer() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            kind text;
        BEGIN
            SELECT c.kind INTO kind FROM exchange.contract AS c
                WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            IF kind = 'entrusted' OR kind = 'custody'
                    AND NEW.kind IN ('registration_asked', 'case_opened', 'registered', 'certified') THEN
                RAISE EXCEPTION 'contract % transfers nothing: no %', NEW.contract_id, NEW.kind
                    {_REFUSED} = 'con_40_step_of_a_transfer';
            END IF;
            IF kind IN ('house_lease', 'homestead_lease')
                    AND NEW.kind IN ('filed', 'registration_asked', 'case_opened', 'registered') THEN
                RAISE EXCEPTION 'contract % lets a house: no %', NEW.contract_id, NEW.kind
                    {_REFUSED} = 'con_81_step_of_contracted_land';
            END IF;
            RETURN NEW;
        END $$;
        CREATE OR REPLACE FUNCTION exchange.follows_a_transfer() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            kind text;
        BEGIN
            SELECT c.kind INTO kind FROM exchange.contract AS c
                WHERE c.county = NEW.county AND c.contract_id = NEW.previous_id;
            IF kind = 'entrusted' OR kind = 'custody' AND NEW.relation = 'retransfer' THEN
                RAISE EXCEPTION 'contract %: nothing was transferred', NEW.number {_REFUSED} = 'con_40_step_of_a_transfer';
            END IF;
            IF kind IN ('house_lease', 'homestead_lease') AND NEW.relation = 'retransfer' THEN
                RAISE EXCEPTION 'contract %: a house was let', NEW.number {_REFUSED} = 'con_81_step_of_contracted_land';
            END IF;
            RETURN NEW;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
