"""0173 Whoever has the land answers an inquiry on renewal by its last day; silence is recorded after it (CON-103, CON-104)."""

from __future__ import annotations

from alembic import op

revision = "0173"
down_revision = "0172"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    op.execute("""
        -- renewal_wanted: who has the land wants to renew; renewal_silent: nothing was said by the last day of the inquiry.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.keep_contract_course()'::regprocedure);
            made text := replace(before, '''renewal_declined''', '''renewal_declined'', ''renewal_wanted'', ''renewal_silent''');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.keep_contract_course is not as it was';
            END IF;
            EXECUTE made;
            EXECUTE 'ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check, ADD CONSTRAINT '
                || 'contract_event_kind_check ' || replace((SELECT pg_get_constraintdef(c.oid) FROM pg_constraint AS c
                    WHERE c.conrelid = 'exchange.contract_event'::regclass AND c.conname = 'contract_event_kind_check'),
                    '''renewal_declined''::text', '''renewal_declined''::text, ''renewal_wanted''::text, ''renewal_silent''::text');
        END $do$;
    """)
    op.execute(f"""
        CREATE FUNCTION exchange.who_has_it_is_asked() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            made date;
            last exchange.contract_event;
        BEGIN
            IF NEW.kind = 'renewal_asked' THEN
                SELECT coalesce(e.on_day, c.from_on) INTO made FROM exchange.contract AS c
                LEFT JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id
                    AND e.kind = 'signed'
                WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
                IF NEW.document_id IS NULL OR (NEW.on_day BETWEEN made AND {_TODAY}) IS NOT TRUE
                    OR ((NEW.facts ->> 'answer_by')::date > NEW.on_day) IS NOT TRUE THEN
                    RAISE EXCEPTION 'contract %: an inquiry without its facts', NEW.contract_id
                        {_REFUSED} = 'con_103_asked_on_a_day_that_was';
                END IF;
                RETURN NEW;
            END IF;
            SELECT e.* INTO last FROM exchange.contract_event AS e
            WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id
              AND e.kind IN ('renewal_asked', 'renewal_wanted', 'renewal_declined', 'renewal_silent')
            ORDER BY e.at DESC LIMIT 1;
            IF (last.kind = 'renewal_asked' AND (last.facts ->> 'answer_by')::date < {_TODAY}) IS NOT TRUE THEN
                RAISE EXCEPTION 'contract %: nobody was silent to a last day', NEW.contract_id
                    {_REFUSED} = 'con_104_silent_after_the_last_day';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER who_has_it_is_asked BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('renewal_asked', 'renewal_silent')) EXECUTE FUNCTION exchange.who_has_it_is_asked();
        REVOKE ALL ON FUNCTION exchange.who_has_it_is_asked() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
