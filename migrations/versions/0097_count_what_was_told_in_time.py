"""0097 What shows that members were told counts where it was brought while their days ran; programs are told from when a contract ends."""

from alembic import op

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None

_IN_TIME = "(t.at AT TIME ZONE ''Asia/Shanghai'')::date <= wanted.last_day"


def upgrade() -> None:
    op.execute(f"""
        DO $do$ BEGIN
            EXECUTE replace(replace(pg_get_functiondef('exchange.window_has_run()'::regprocedure),
                't.way = ''posted''', 't.way = ''posted'' AND {_IN_TIME}'),
                't.household_id = n.household_id', 't.household_id = n.household_id AND {_IN_TIME}');
        END $do$;
        CREATE OR REPLACE FUNCTION exchange.contract_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            PERFORM exchange.tell_programs(NEW.village, 'contract.' || NEW.kind, NEW.at,
                jsonb_build_object('county', NEW.county, 'village', NEW.village, 'contract', c.number)
                || CASE NEW.kind WHEN 'ended' THEN jsonb_build_object('ends_on', NEW.on_day) ELSE '{{}}' END)
            FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            RETURN NULL;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
