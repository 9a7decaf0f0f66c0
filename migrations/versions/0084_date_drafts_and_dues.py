"""0084 A draft of a contract has a last day, after which it is not signed and binds nothing; it is put off or drawn anew. What was
to be paid before the contract was made is due on the day of its making.
"""

from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _last_days()
    _steps()
    _dues()


def _last_days() -> None:
    op.execute(f"""
        -- drawn_until: the last day on which a draft is signed, as it was drawn; sign_until: as it was put off last, kept by its steps.
        -- Drafts of before have sixty days from now, of which no leaf has told.
        ALTER TABLE exchange.contract ADD COLUMN drawn_until date, ADD COLUMN sign_until date;
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE exchange.contract SET sign_until = {_TODAY} + 60 WHERE state IN ('drawn', 'part_signed');
        SET LOCAL landreg.jurisdiction = '';
        CREATE INDEX contract_by_last_day ON exchange.contract (sign_until) WHERE state IN ('drawn', 'part_signed');
        CREATE FUNCTION exchange.draft_comes_with_its_day() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.drawn_until IS DISTINCT FROM NEW.sign_until OR NEW.sign_until IS NULL
                OR NEW.sign_until NOT BETWEEN {_TODAY} + 1 AND {_TODAY} + 366 THEN
                RAISE EXCEPTION 'contract %: no day to sign it until', NEW.number {_REFUSED} = 'con_45_draft_has_its_day';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER draft_comes_with_its_day BEFORE INSERT ON exchange.contract
            FOR EACH ROW EXECUTE FUNCTION exchange.draft_comes_with_its_day();
        REVOKE ALL ON FUNCTION exchange.draft_comes_with_its_day() FROM PUBLIC;
    """)


def _steps() -> None:
    op.execute(f"""
        -- draft_renewed: its last day is put off. until: the new one.
        ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check,
            ADD CONSTRAINT contract_event_kind_check CHECK (kind IN ('signed_contractor', 'signed_taker', 'signed', 'filed',
                'registration_asked', 'case_opened', 'registered', 'certified', 'remedy_asked', 'remedied', 'disputed', 'settled',
                'renewal_asked', 'renewal_declined', 'dividend', 'creditor_consented', 'ended', 'cancellation_asked', 'returned',
                'withdrawn', 'draft_renewed'));
        DO $do$ BEGIN
            EXECUTE replace(pg_get_functiondef('exchange.keep_contract_course()'::regprocedure),
                'WHEN NEW.kind = ''withdrawn'' THEN ''withdrawn'' END',
                'WHEN NEW.kind = ''withdrawn'' THEN ''withdrawn'' WHEN NEW.kind = ''draft_renewed'' THEN asked.state END');
        END $do$;
        -- Before the course is kept: it comes first by its name.
        CREATE FUNCTION exchange.draft_has_its_day() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            last date;
        BEGIN
            IF NEW.kind = 'draft_renewed' THEN
                last := (NEW.facts ->> 'until')::date;
                IF last IS NULL OR last NOT BETWEEN {_TODAY} + 1 AND {_TODAY} + 366 THEN
                    RAISE EXCEPTION 'contract %: no day to put it off to', NEW.contract_id {_REFUSED} = 'con_45_draft_has_its_day';
                END IF;
                UPDATE exchange.contract AS c SET sign_until = last WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                    AND c.state IN ('drawn', 'part_signed');
            ELSIF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                          AND c.sign_until < {_TODAY}) THEN
                RAISE EXCEPTION 'contract %: its last day is over', NEW.contract_id {_REFUSED} = 'con_45_draft_has_its_day';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER draft_has_its_day BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('signed_contractor', 'signed_taker', 'draft_renewed'))
            EXECUTE FUNCTION exchange.draft_has_its_day();
        CREATE FUNCTION exchange.draft_is_over(of_county text, of_contract uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = of_county::char(6) AND c.contract_id = of_contract
                AND c.sign_until < {_TODAY})
        $$;
        REVOKE ALL ON FUNCTION exchange.draft_has_its_day(), exchange.draft_is_over(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.draft_is_over(text, uuid) TO landreg_worker;
        DROP POLICY by_its_day_or_the_register ON exchange.contract_event;
        CREATE POLICY by_its_day_or_the_register ON exchange.contract_event AS RESTRICTIVE FOR INSERT TO landreg_worker
            WITH CHECK (kind = 'registered' OR kind = 'ended' AND facts ->> 'how' IN ('term_over', 'parent_ended')
                OR kind = 'withdrawn' AND facts ->> 'how' = 'lapsed' AND exchange.draft_is_over(county, contract_id));
    """)


def _dues() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.due_once_made() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = NEW.county AND e.event_id = NEW.event_id
                       AND e.kind = 'signed' AND e.on_day > NEW.due_on) THEN
                RAISE EXCEPTION 'contract %: due before it was made', NEW.contract_id {_REFUSED} = 'con_46_due_once_it_is_made';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER due_once_made BEFORE INSERT ON exchange.rent_due FOR EACH ROW EXECUTE FUNCTION exchange.due_once_made();
        REVOKE ALL ON FUNCTION exchange.due_once_made() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
