"""0154 An assignment is signed once the issuing party's consent was seen on paper and kept."""

from __future__ import annotations

from alembic import op

revision = "0154"
down_revision = "0153"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute("""
        -- issuer_consented: the issuing party lets the land be assigned, by its paper. Before both have signed.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.keep_contract_course()'::regprocedure);
            made text := replace(before, 'WHEN NEW.kind IN (''draft_renewed'', ''contractor_consented'', ''members_told'')',
                'WHEN NEW.kind IN (''draft_renewed'', ''contractor_consented'', ''members_told'', ''issuer_consented'')');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.keep_contract_course is not as it was';
            END IF;
            EXECUTE made;
            EXECUTE 'ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check, ADD CONSTRAINT '
                || 'contract_event_kind_check ' || replace((SELECT pg_get_constraintdef(c.oid) FROM pg_constraint AS c
                    WHERE c.conrelid = 'exchange.contract_event'::regclass AND c.conname = 'contract_event_kind_check'),
                    '''members_told''::text', '''members_told''::text, ''issuer_consented''::text');
        END $do$;
    """)
    op.execute(f"""
        CREATE FUNCTION exchange.issuer_has_consented() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.contract := (SELECT c FROM exchange.contract AS c
                                        WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id);
        BEGIN
            IF NEW.kind = 'issuer_consented' THEN
                IF asked.kind <> 'assignment' OR asked.state NOT IN ('drawn', 'part_signed') OR NEW.document_id IS NULL
                    OR NOT coalesce((NEW.facts->>'read')::boolean, false)
                    OR NEW.on_day > (system.clock() AT TIME ZONE 'Asia/Shanghai')::date THEN
                    RAISE EXCEPTION 'contract %: no consent of the issuing party', NEW.contract_id
                        {_REFUSED} = 'con_93_consent_is_on_paper';
                END IF;
            ELSIF asked.kind = 'assignment' AND NOT EXISTS (SELECT FROM exchange.contract_event AS e
                WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id AND e.kind = 'issuer_consented') THEN
                RAISE EXCEPTION 'contract %: the issuing party has not consented', NEW.contract_id
                    {_REFUSED} = 'con_93_consent_is_on_paper';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER issuer_has_consented BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('issuer_consented', 'signed_contractor', 'signed_taker', 'signed'))
            EXECUTE FUNCTION exchange.issuer_has_consented();
        REVOKE ALL ON FUNCTION exchange.issuer_has_consented() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
