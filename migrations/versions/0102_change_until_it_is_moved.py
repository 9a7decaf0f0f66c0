"""0102 An assignment or an exchange is changed until the register moves what it moves, and never after; the register's move frees
the land of what changed one, too.
"""

from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _moves()
    _freed()


def _moves() -> None:
    op.execute(f"""
        -- Whether the register moves the contract right by this contract: its case is registered, or is on its way.
        CREATE FUNCTION exchange.register_moves_it(of_county text, of_contract uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.contract AS c
                JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id
                LEFT JOIN registry."case" AS k ON k.county = e.county AND k.case_id = (e.facts ->> 'case_id')::uuid
                WHERE c.county = of_county::char(6) AND c.contract_id = of_contract AND c.kind IN ('assignment', 'exchange')
                  AND (e.kind = 'registered' OR e.kind = 'case_opened' AND k.state NOT IN ('withdrawn', 'refused')))
        $$;
        CREATE FUNCTION exchange.changed_until_it_is_moved() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF exchange.register_moves_it(NEW.county, (to_jsonb(NEW) ->> TG_ARGV[0])::uuid) THEN
                RAISE EXCEPTION 'contract %: the register moves its right', to_jsonb(NEW) ->> TG_ARGV[0]
                    {_REFUSED} = 'con_69_moved_right_is_changed_no_more';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER changed_until_it_is_moved BEFORE INSERT ON exchange.contract FOR EACH ROW
            WHEN (NEW.relation = 'change') EXECUTE FUNCTION exchange.changed_until_it_is_moved('previous_id');
        CREATE TRIGGER changed_until_it_is_moved BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'replaced')
            EXECUTE FUNCTION exchange.changed_until_it_is_moved('contract_id');
        REVOKE ALL ON FUNCTION exchange.register_moves_it(text, uuid), exchange.changed_until_it_is_moved() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.register_moves_it(text, uuid) TO landreg_exchange, landreg_citizen;
    """)


def _freed() -> None:
    op.execute("""
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.keep_contract_course()'::regprocedure);
            made text := replace(before, 'NEW.kind = ''registered'' AND asked.relation = ''''',
                'NEW.kind = ''registered'' AND asked.relation IN ('''', ''change'')');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.keep_contract_course is not as it was';
            END IF;
            EXECUTE made;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
