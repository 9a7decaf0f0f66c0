"""0010 Salts of the log can be destroyed by decision, and cosignatures of witnesses are kept beside their checkpoint."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- As before, and: what is erased by `log.destroy_salts` may go, and nothing else of the entry changes with it.
        CREATE OR REPLACE FUNCTION log.number_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        DECLARE
            stays boolean := (NEW.county, NEW.id, NEW.village, NEW.kind, NEW.key, NEW.leaf, NEW.detail, NEW.staged_at, NEW.made_in)
                IS NOT DISTINCT FROM
                (OLD.county, OLD.id, OLD.village, OLD.kind, OLD.key, OLD.leaf, OLD.detail, OLD.staged_at, OLD.made_in);
        BEGIN
            IF stays AND NEW.salts = OLD.salts AND OLD.leaf_index IS NULL AND NEW.leaf_index IS NOT NULL THEN
                RETURN NEW;
            END IF;
            IF stays AND NEW.leaf_index IS NOT DISTINCT FROM OLD.leaf_index AND NEW.salts <@ OLD.salts
               AND current_user = 'landreg_owner' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'entry % of the log is numbered once, and does not change', OLD.key
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'log_2_entry_stays';
        END $$;
        -- Only what an entry of the log, written in this transaction, says is erased; within the actor's jurisdiction.
        CREATE FUNCTION log.destroy_salts(of_county text, of_kind text, of_key text, names text[]) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
        DECLARE
            destroyed bigint;
        BEGIN
            IF NOT EXISTS (SELECT FROM log.entry AS e WHERE e.county = of_county AND e.kind = 'personal.erased'
                           AND starts_with(e.key, of_kind || ' ' || of_key || ' ')
                           AND e.made_in = pg_current_xact_id()) THEN
                RAISE EXCEPTION 'a salt is destroyed by an entry in the log only' USING ERRCODE = 'insufficient_privilege';
            END IF;
            UPDATE log.entry AS e SET salts = e.salts - names
            WHERE e.county = of_county AND e.kind = of_kind AND e.key = of_key;
            GET DIAGNOSTICS destroyed = ROW_COUNT;
            RETURN destroyed;
        END $$;
        REVOKE ALL ON FUNCTION log.destroy_salts(text, text, text, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION log.destroy_salts(text, text, text, text[]) TO landreg_worker;
    """)
    op.execute("""
        -- What a witness has signed on a checkpoint: its line of the note. A table of the log: written by the worker, once.
        CREATE TABLE log.cosignature (
            size bigint NOT NULL REFERENCES log.checkpoint, witness text COLLATE "C" NOT NULL CHECK (witness <> ''),
            key text NOT NULL, line text NOT NULL, signed_at timestamptz NOT NULL,
            PRIMARY KEY (size, witness)
        );
        GRANT SELECT, INSERT ON log.cosignature TO landreg_worker;
        GRANT SELECT ON log.cosignature TO landreg_registry, landreg_auditor;

        -- A checkpoint as it is published: the log's note and the lines of its witnesses.
        CREATE FUNCTION log.read_cosigned(asked bigint) RETURNS TABLE (
            size bigint, root bytea, note text, signed_at timestamptz, witnesses text[])
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT c.size, c.root, c.note || coalesce(string_agg(s.line || E'\\n', '' ORDER BY s.witness), ''), c.signed_at,
                coalesce(array_agg(s.witness ORDER BY s.witness) FILTER (WHERE s.witness IS NOT NULL), '{}')
            FROM log.checkpoint AS c LEFT JOIN log.cosignature AS s ON s.size = c.size
            WHERE (asked IS NULL AND c.size = (SELECT max(x.size) FROM log.cosignature AS x)) OR c.size = asked
            GROUP BY c.size
        $$;
        -- The last checkpoint of a week of Beijing, which the public notice board prints.
        CREATE FUNCTION log.read_weekly(weeks integer) RETURNS TABLE (
            week date, size bigint, root bytea, note text, signed_at timestamptz, witnesses text[])
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT w.week, r.size, r.root, r.note, r.signed_at, r.witnesses FROM (
                SELECT date_trunc('week', c.signed_at AT TIME ZONE 'Asia/Shanghai')::date AS week, max(c.size) AS size
                FROM log.checkpoint AS c GROUP BY 1 ORDER BY 1 DESC LIMIT least(weeks, 60)
            ) AS w CROSS JOIN LATERAL log.read_cosigned(w.size) AS r ORDER BY w.week DESC
        $$;
        REVOKE ALL ON FUNCTION log.read_cosigned(bigint), log.read_weekly(integer) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION log.read_cosigned(bigint), log.read_weekly(integer)
            TO landreg_public, landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
