"""0151 Of land that goes to somebody outside the collective off the market the desk records the village's written notice to the members."""

from __future__ import annotations

from alembic import op

revision = "0151"
down_revision = "0150"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute("""
        -- members_told: the members' priority was publicly notified in writing, by its paper.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.keep_contract_course()'::regprocedure);
            made text := replace(replace(before, '''parent_end''', '''parent_end'', ''members_told'''),
                '''contractor_consented''', '''contractor_consented'', ''members_told''');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.keep_contract_course is not as it was';
            END IF;
            EXECUTE made;
            EXECUTE 'ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check, ADD CONSTRAINT '
                || 'contract_event_kind_check ' || replace((SELECT pg_get_constraintdef(c.oid) FROM pg_constraint AS c
                    WHERE c.conrelid = 'exchange.contract_event'::regclass AND c.conname = 'contract_event_kind_check'),
                    '''parent_end''::text', '''parent_end''::text, ''members_told''::text');
        END $do$;
    """)
    op.execute(f"""
        CREATE FUNCTION exchange.members_are_told() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.document_id IS NULL OR NEW.on_day > (system.clock() AT TIME ZONE 'Asia/Shanghai')::date THEN
                RAISE EXCEPTION 'contract %: no notice to the members', NEW.contract_id
                    {_REFUSED} = 'con_92_notice_has_its_day';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER members_are_told BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'members_told') EXECUTE FUNCTION exchange.members_are_told();
        REVOKE ALL ON FUNCTION exchange.members_are_told() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
