"""0184 What changes or renews a contract over a collective's land is signed after its members resolved it anew (CON-105)."""

from __future__ import annotations

from alembic import op

revision = "0184"
down_revision = "0183"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    op.execute("""
        -- members_resolved: with the minutes; township_approved: with the approval. Before both have signed.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.keep_contract_course()'::regprocedure);
            made text := replace(before, '''members_told'', ''issuer_consented''',
                '''members_told'', ''members_resolved'', ''township_approved'', ''issuer_consented''');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.keep_contract_course is not as it was';
            END IF;
            EXECUTE made;
            EXECUTE 'ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check, ADD CONSTRAINT '
                || 'contract_event_kind_check ' || replace((SELECT pg_get_constraintdef(c.oid) FROM pg_constraint AS c
                    WHERE c.conrelid = 'exchange.contract_event'::regclass AND c.conname = 'contract_event_kind_check'),
                    '''members_told''::text', '''members_told''::text, ''members_resolved''::text, ''township_approved''::text');
        END $do$;
    """)
    op.execute(f"""
        CREATE FUNCTION exchange.resolved_anew() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.contract := (SELECT c FROM exchange.contract AS c
                                        WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id);
            made date;
        BEGIN
            IF asked.right_id IS NOT NULL OR asked.kind = 'retransfer' OR asked.relation NOT IN ('change', 'renewal') THEN
                RETURN NEW;
            END IF;
            SELECT e.on_day INTO made FROM exchange.contract_event AS e
            WHERE e.county = asked.county AND e.contract_id = asked.previous_id AND e.kind = 'signed';
            IF NEW.kind = 'members_resolved' THEN
                IF NEW.document_id IS NULL OR (NEW.on_day > made AND NEW.on_day <= {_TODAY}) IS NOT TRUE
                   OR ((NEW.facts ->> 'in_favour')::integer BETWEEN 1 AND (NEW.facts ->> 'members')::integer
                       AND (NEW.facts ->> 'in_favour')::integer * 3 >= (NEW.facts ->> 'members')::integer * 2) IS NOT TRUE THEN
                    RAISE EXCEPTION 'contract %: no resolution of the members', NEW.contract_id
                        {_REFUSED} = 'con_105_members_resolved_anew';
                END IF;
            ELSIF NOT EXISTS (SELECT FROM exchange.contract_event AS e
                WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id AND e.kind = 'members_resolved') THEN
                RAISE EXCEPTION 'contract %: the members have not resolved it', NEW.contract_id
                    {_REFUSED} = 'con_105_members_resolved_anew';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER resolved_anew BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('members_resolved', 'signed_contractor', 'signed_taker', 'signed'))
            EXECUTE FUNCTION exchange.resolved_anew();
        REVOKE ALL ON FUNCTION exchange.resolved_anew() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
