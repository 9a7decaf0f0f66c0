"""0001 Schemas of the rooms, the settings that policies read, the clock, and the triggers of rows that open and close once."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA system;
        CREATE SCHEMA law;
        CREATE SCHEMA identity;
        CREATE SCHEMA access;
        CREATE SCHEMA log;
        CREATE SCHEMA party;
        CREATE SCHEMA land;
        CREATE SCHEMA registry;

        -- Both ends are NULL for a setting that is unset, empty or short: no row is seen then. An empty prefix would match all.
        -- Evaluated for each row that a scan filters, so it is cheap: no regular expression.
        CREATE FUNCTION access.jurisdiction_from() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
            SELECT CASE WHEN length(current_setting('landreg.jurisdiction', true)) >= 4
                             AND ltrim(current_setting('landreg.jurisdiction', true), '0123456789') = ''
                        THEN current_setting('landreg.jurisdiction', true) END
        $$;
        CREATE FUNCTION access.jurisdiction_to() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
            SELECT access.jurisdiction_from() || '~'
        $$;
        CREATE FUNCTION access.actor() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
            SELECT nullif(current_setting('landreg.actor', true), '')::uuid
        $$;
        CREATE FUNCTION access.household() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
            SELECT nullif(current_setting('landreg.household', true), '')::uuid
        $$;

        -- One row marks a database of demonstration, whose clock may be moved on. A register in service has none.
        CREATE TABLE system.demo (
            marker boolean PRIMARY KEY DEFAULT true CHECK (marker),
            ahead interval NOT NULL DEFAULT '0' CHECK (ahead >= interval '0'),
            made_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE FUNCTION system.clock() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER
            SET search_path = pg_catalog AS $$
            SELECT clock_timestamp() + coalesce((SELECT ahead FROM system.demo), interval '0')
        $$;
        CREATE FUNCTION system.is_demo() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = pg_catalog AS $$
            SELECT EXISTS (SELECT FROM system.demo)
        $$;

        -- What is registered is recorded from now on: a row comes open, and at the instant at which it is said. The slack is for
        -- a unit of work, which reads its one instant first and may then write a village for minutes.
        CREATE FUNCTION system.open_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        DECLARE
            now_here timestamptz := system.clock();
        BEGIN
            IF NEW.ended_by_act IS NOT NULL OR NEW.recorded IS DISTINCT FROM tstzrange(lower(NEW.recorded), NULL)
               OR coalesce(lower(NEW.recorded) NOT BETWEEN now_here - interval '10 minutes' AND now_here, true) THEN
                RAISE EXCEPTION 'a row of %.% comes open, from now on', TG_TABLE_SCHEMA, TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reg_9_row_comes_open';
            END IF;
            RETURN NEW;
        END $$;

        -- Nothing registered is changed: an open row closes once, by one act, now, and only those two columns move.
        CREATE FUNCTION system.close_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        DECLARE
            now_here timestamptz := system.clock();
            -- The transaction's own beginning by the same clock, which runs ahead in a demonstration.
            began timestamptz := now_here - (clock_timestamp() - transaction_timestamp()) - interval '1 minute';
        BEGIN
            IF NOT upper_inf(OLD.recorded) OR OLD.ended_by_act IS NOT NULL THEN
                RAISE EXCEPTION 'a closed row of %.% does not change', TG_TABLE_SCHEMA, TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reg_9_closed_row_stays';
            END IF;
            IF isempty(NEW.recorded) OR NEW.ended_by_act IS NULL
               OR NEW.recorded IS DISTINCT FROM tstzrange(lower(OLD.recorded), upper(NEW.recorded))
               OR coalesce(upper(NEW.recorded) NOT BETWEEN began AND now_here, true)
               OR (to_jsonb(NEW) - 'recorded' - 'ended_by_act') <> (to_jsonb(OLD) - 'recorded' - 'ended_by_act') THEN
                RAISE EXCEPTION 'a row of %.% closes, and does not change', TG_TABLE_SCHEMA, TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reg_9_closed_row_stays';
            END IF;
            RETURN NEW;
        END $$;

        -- After many rows came in at once: until the planner knows of them, it joins them as if there were none.
        CREATE FUNCTION system.take_statistics(VARIADIC tables regclass[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        DECLARE
            named regclass;
        BEGIN
            FOREACH named IN ARRAY tables LOOP
                EXECUTE format('ANALYZE %s', named);
            END LOOP;
        END $$;

        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA system, access FROM PUBLIC;
        GRANT USAGE ON SCHEMA system, access, law, log TO landreg_registry, landreg_exchange, landreg_citizen,
            landreg_settlement, landreg_auditor, landreg_public, landreg_worker;
        GRANT USAGE ON SCHEMA identity, party, land, registry TO landreg_registry, landreg_exchange, landreg_citizen,
            landreg_auditor, landreg_worker;
        GRANT USAGE ON SCHEMA land, registry TO landreg_public;
        GRANT EXECUTE ON FUNCTION system.clock(), system.is_demo(), access.jurisdiction_from(), access.jurisdiction_to(),
            access.actor(), access.household() TO landreg_registry, landreg_exchange, landreg_citizen, landreg_settlement,
            landreg_auditor, landreg_public, landreg_worker;
        GRANT EXECUTE ON FUNCTION system.take_statistics(regclass[]) TO landreg_registry, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
