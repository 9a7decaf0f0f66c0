"""0150 An end by agreement takes the land from who holds it by a re-transfer only with their written consent, or after they were told."""

from __future__ import annotations

from alembic import op

revision = "0150"
down_revision = "0149"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    op.execute("""
        -- parent_end: of a re-transfer, its taker let what it rests on end early, or was told so.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.keep_contract_course()'::regprocedure);
            made text := replace(before, '''creditor_consented''', '''creditor_consented'', ''parent_end''');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.keep_contract_course is not as it was';
            END IF;
            EXECUTE made;
            EXECUTE 'ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check, ADD CONSTRAINT '
                || 'contract_event_kind_check ' || replace((SELECT pg_get_constraintdef(c.oid) FROM pg_constraint AS c
                    WHERE c.conrelid = 'exchange.contract_event'::regclass AND c.conname = 'contract_event_kind_check'),
                    '''creditor_consented''::text', '''creditor_consented''::text, ''parent_end''::text');
        END $do$;
    """)
    op.execute(f"""
        -- As `con_90_who_holds_below_is_asked`: of the word itself, and of the end of what it rests on, with which the re-transfers
        -- have ended already.
        CREATE FUNCTION exchange.who_holds_below_is_asked() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            made date;
        BEGIN
            IF NEW.kind = 'parent_end' THEN
                SELECT e.on_day INTO made FROM exchange.contract AS c
                JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'signed'
                WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id AND c.relation = 'retransfer';
                IF NEW.document_id IS NULL OR (NEW.facts ->> 'word' IN ('consented', 'told')) IS NOT TRUE
                    OR (NEW.on_day BETWEEN made AND least({_TODAY}, (NEW.facts ->> 'ends_on')::date)) IS NOT TRUE THEN
                    RAISE EXCEPTION 'contract %: nobody is asked so', NEW.contract_id {_REFUSED} = 'con_90_who_holds_below_is_asked';
                END IF;
            ELSIF EXISTS (
                    WITH RECURSIVE below AS (
                        SELECT c.county, c.contract_id FROM exchange.contract AS c
                        WHERE c.county = NEW.county AND c.previous_id = NEW.contract_id AND c.relation = 'retransfer'
                        UNION
                        SELECT c.county, c.contract_id FROM exchange.contract AS c
                        JOIN below AS b ON c.county = b.county AND c.previous_id = b.contract_id AND c.relation = 'retransfer')
                    SELECT FROM below AS b
                    JOIN exchange.contract_event AS e ON e.county = b.county AND e.contract_id = b.contract_id
                        AND e.kind = 'ended' AND e.facts ->> 'how' = 'parent_ended' AND e.on_day = NEW.on_day
                    WHERE NOT EXISTS (SELECT FROM exchange.contract_event AS w
                        WHERE w.county = b.county AND w.contract_id = b.contract_id AND w.kind = 'parent_end'
                          AND (w.facts ->> 'ends_on')::date <= NEW.on_day)) THEN
                RAISE EXCEPTION 'contract %: who holds the land under it was not asked', NEW.contract_id
                    {_REFUSED} = 'con_90_who_holds_below_is_asked';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER who_holds_below_is_asked BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'parent_end' OR NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'agreed')
            EXECUTE FUNCTION exchange.who_holds_below_is_asked();
        REVOKE ALL ON FUNCTION exchange.who_holds_below_is_asked() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
