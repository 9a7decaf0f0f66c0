"""0082 A creditor's consent is of the mortgages that stood when it was given; what restricts a right stops a change of its contract
too. A service has no step of a transfer, and binds no land that it bound before 0075.
"""

from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _restricted()
    _services()
    _unbound()


def _restricted() -> None:
    op.execute(f"""
        -- What restricts the registered right of a contract, each as it stands now. consented: its creditor lets the contract end
        -- or change, by a consent that names this row of it.
        CREATE FUNCTION exchange.laid_under(in_county text, of_contract uuid)
            RETURNS TABLE (row_id uuid, kind text, party text, code text, consented boolean) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT s.row_id, s.kind, s.party, r.code, EXISTS (SELECT FROM exchange.contract_event AS e
                WHERE e.county = s.county AND e.contract_id = of_contract AND e.kind = 'creditor_consented'
                  AND e.document_id IS NOT NULL AND e.facts -> 'restrictions' ? s.row_id::text)
            FROM exchange.rights_under(in_county, of_contract) AS r
            JOIN registry.restriction AS s ON s.county = in_county::char(6) AND s.right_id = r.right_id
                AND upper_inf(s.recorded) AND upper_inf(s.valid)
            ORDER BY r.code, s.kind, s.party
        $$;
        -- As in 0077, of a consent to these mortgages, and of a contract that another replaces.
        CREATE OR REPLACE FUNCTION exchange.restricted_right_ends() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.laid_under(NEW.county, NEW.contract_id) AS s
                       WHERE s.kind IN ('seizure', 'dispute')) THEN
                RAISE EXCEPTION 'contract %: its registered right is seized or disputed', NEW.contract_id
                    {_REFUSED} = 'con_38_frozen_right_is_not_given_up';
            END IF;
            IF EXISTS (SELECT FROM exchange.laid_under(NEW.county, NEW.contract_id) AS s
                       WHERE s.kind = 'mortgage' AND NOT s.consented) THEN
                RAISE EXCEPTION 'contract %: its registered right is mortgaged', NEW.contract_id
                    {_REFUSED} = 'con_39_creditor_lets_it_end';
            END IF;
            RETURN NEW;
        END $$;
        DROP TRIGGER restricted_right_ends ON exchange.contract_event;
        CREATE TRIGGER restricted_right_ends BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'ended' AND NEW.facts ->> 'how' IN ('agreed', 'replaced'))
            EXECUTE FUNCTION exchange.restricted_right_ends();
        REVOKE ALL ON FUNCTION exchange.laid_under(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.laid_under(text, uuid) TO landreg_registry, landreg_exchange, landreg_auditor;
    """)


def _services() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.step_of_a_transfer() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
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
            RETURN NEW;
        END $$;
        CREATE TRIGGER step_of_a_transfer BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('filed', 'registration_asked', 'case_opened', 'registered', 'certified', 'renewal_asked',
                'renewal_declined', 'returned'))
            EXECUTE FUNCTION exchange.step_of_a_transfer();
        CREATE FUNCTION exchange.follows_a_transfer() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.previous_id
                       AND (c.kind = 'entrusted' OR c.kind = 'custody' AND NEW.relation = 'retransfer')) THEN
                RAISE EXCEPTION 'contract %: nothing was transferred', NEW.number {_REFUSED} = 'con_40_step_of_a_transfer';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER follows_a_transfer BEFORE INSERT ON exchange.contract FOR EACH ROW
            WHEN (NEW.previous_id IS NOT NULL) EXECUTE FUNCTION exchange.follows_a_transfer();
        REVOKE ALL ON FUNCTION exchange.step_of_a_transfer(), exchange.follows_a_transfer() FROM PUBLIC;
    """)


def _unbound() -> None:
    op.execute("""
        SET LOCAL landreg.jurisdiction = '6109';
        DELETE FROM exchange.held_parcel AS h USING exchange.contract AS c
            WHERE c.county = h.county AND c.contract_id = h.contract_id AND c.kind = 'entrusted';
        SET LOCAL landreg.jurisdiction = '';
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
