"""0003 The log: entries staged by the desks, tiles and checkpoints sealed by the worker, and the public's questions."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE log.entry (
            county char(6) NOT NULL, id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)*$'),
            key text COLLATE "C" NOT NULL CHECK (key <> ''),
            -- An entry bundle writes the length of a leaf in two bytes.
            leaf bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 1 AND 65535),
            leaf_hash bytea NOT NULL GENERATED ALWAYS AS (sha256('\\x00'::bytea || leaf)) STORED,
            -- The facts of a leaf that is too large for a bundle; the leaf then holds their hash.
            detail bytea,
            salts jsonb NOT NULL DEFAULT '{}', staged_at timestamptz NOT NULL, leaf_index bigint CHECK (leaf_index >= 0),
            -- The transaction that wrote it, which no desk can write: xmin is a savepoint's, where one was set.
            made_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
            PRIMARY KEY (county, id),
            CONSTRAINT log_1_one_entry_per_key UNIQUE (county, kind, key)
        );
        CREATE INDEX entry_by_key ON log.entry (key);
        CREATE INDEX entry_by_hash ON log.entry USING hash (leaf_hash);
        CREATE INDEX entry_staged ON log.entry (staged_at) WHERE leaf_index IS NULL;
        CREATE UNIQUE INDEX entry_leaf_index ON log.entry (leaf_index) WHERE leaf_index IS NOT NULL;

        -- tlog-tiles: up to 256 hashes of level 8 * level, from the 256 * position-th on. The last of a level grows.
        CREATE TABLE log.tile (
            level smallint NOT NULL CHECK (level BETWEEN 0 AND 7), position bigint NOT NULL CHECK (position >= 0),
            hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0),
            PRIMARY KEY (level, position)
        );
        CREATE TABLE log.checkpoint (
            size bigint PRIMARY KEY CHECK (size > 0), root bytea NOT NULL CHECK (octet_length(root) = 32),
            note text NOT NULL, signed_at timestamptz NOT NULL
        );

        -- The log only grows: an entry gets its index once, a tile keeps what it held, a checkpoint follows without a gap.
        CREATE FUNCTION log.number_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF OLD.leaf_index IS NOT NULL OR NEW.leaf_index IS NULL
               OR (NEW.county, NEW.id, NEW.village, NEW.kind, NEW.key, NEW.leaf, NEW.detail, NEW.salts, NEW.staged_at,
                   NEW.made_in) IS DISTINCT FROM
                  (OLD.county, OLD.id, OLD.village, OLD.kind, OLD.key, OLD.leaf, OLD.detail, OLD.salts, OLD.staged_at,
                   OLD.made_in) THEN
                RAISE EXCEPTION 'entry % of the log is numbered once, and does not change', OLD.key
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'log_2_entry_stays';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER number_once BEFORE UPDATE ON log.entry FOR EACH ROW EXECUTE FUNCTION log.number_once();

        CREATE FUNCTION log.grow_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF (NEW.level, NEW.position) IS DISTINCT FROM (OLD.level, OLD.position)
               OR substr(NEW.hashes, 1, octet_length(OLD.hashes)) IS DISTINCT FROM OLD.hashes THEN
                RAISE EXCEPTION 'tile %/% of the log only grows', OLD.level, OLD.position
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'log_2_tile_only_grows';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER grow_only BEFORE UPDATE ON log.tile FOR EACH ROW EXECUTE FUNCTION log.grow_only();

        CREATE FUNCTION log.follow_without_gap() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            before bigint := coalesce((SELECT max(size) FROM log.checkpoint), 0);
            first bigint;
            last bigint;
            numbered bigint;
        BEGIN
            SELECT min(leaf_index), max(leaf_index), count(*) INTO first, last, numbered
            FROM log.entry WHERE leaf_index >= before;
            IF first IS DISTINCT FROM before OR last IS DISTINCT FROM NEW.size - 1 OR numbered <> NEW.size - before THEN
                RAISE EXCEPTION 'a checkpoint of % entries does not follow one of %', NEW.size, before
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'log_2_checkpoint_follows';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION log.follow_without_gap() FROM PUBLIC;
        CREATE TRIGGER follow_without_gap BEFORE INSERT ON log.checkpoint
            FOR EACH ROW EXECUTE FUNCTION log.follow_without_gap();

        ALTER TABLE log.entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON log.entry
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());

        GRANT INSERT (county, id, village, kind, key, leaf, detail, salts, staged_at) ON log.entry
            TO landreg_registry, landreg_exchange, landreg_citizen, landreg_settlement, landreg_auditor, landreg_worker;
        GRANT SELECT (county, id, village, kind, key, leaf, leaf_hash, detail, staged_at, leaf_index) ON log.entry
            TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
        -- With its salt, a short personal fact could be guessed from its hash: only those who see the fact see the salt.
        GRANT SELECT (salts) ON log.entry TO landreg_registry, landreg_auditor, landreg_worker;
        GRANT UPDATE (leaf_index) ON log.entry TO landreg_worker;
        GRANT SELECT ON log.tile, log.checkpoint TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
        GRANT INSERT ON log.tile, log.checkpoint TO landreg_worker;
        GRANT UPDATE (hashes) ON log.tile TO landreg_worker;
    """)
    op.execute("""
        -- What anyone may ask. Leaves hold no identity data; salts and villages are never answered.
        CREATE FUNCTION log.read_checkpoint(asked bigint) RETURNS TABLE (
            size bigint, root bytea, note text, signed_at timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT c.size, c.root, c.note, c.signed_at FROM log.checkpoint AS c
            WHERE asked IS NULL OR c.size = asked ORDER BY c.size DESC LIMIT 1
        $$;
        CREATE FUNCTION log.read_tiles(levels integer[], positions bigint[]) RETURNS TABLE (
            level integer, "position" bigint, hashes bytea)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT t.level::integer, t."position", t.hashes FROM unnest(levels, positions) AS asked (level, "position")
            JOIN log.tile AS t ON t.level = asked.level AND t."position" = asked."position"
        $$;
        CREATE FUNCTION log.read_entries(first bigint, past bigint) RETURNS TABLE (leaf_index bigint, leaf bytea)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT e.leaf_index, e.leaf FROM log.entry AS e
            WHERE e.leaf_index >= first AND e.leaf_index < least(past, first + 256) ORDER BY e.leaf_index
        $$;
        CREATE FUNCTION log.read_leaves(keys text[]) RETURNS TABLE (
            kind text, key text, staged_at timestamptz, leaf bytea, leaf_index bigint)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT e.kind, e.key, e.staged_at, e.leaf, e.leaf_index FROM log.entry AS e
            WHERE e.key = ANY (keys) ORDER BY e.leaf_index NULLS LAST, e.kind, e.county
        $$;
        CREATE FUNCTION log.read_leaf_of_hash(asked bytea) RETURNS TABLE (
            kind text, key text, staged_at timestamptz, leaf bytea, leaf_index bigint)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT e.kind, e.key, e.staged_at, e.leaf, e.leaf_index FROM log.entry AS e
            WHERE e.leaf_hash = asked ORDER BY e.leaf_index NULLS LAST LIMIT 1
        $$;
        CREATE FUNCTION log.read_recent(before bigint, count integer) RETURNS TABLE (
            kind text, key text, staged_at timestamptz, leaf_index bigint, leaf_hash bytea)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT e.kind, e.key, e.staged_at, e.leaf_index, e.leaf_hash FROM log.entry AS e
            WHERE e.leaf_index < before ORDER BY e.leaf_index DESC LIMIT least(count, 200)
        $$;
        CREATE FUNCTION log.read_health() RETURNS TABLE (
            size bigint, signed_at timestamptz, checkpoints bigint, waiting bigint, waiting_since timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT coalesce((SELECT max(c.size) FROM log.checkpoint AS c), 0),
                   (SELECT c.signed_at FROM log.checkpoint AS c ORDER BY c.size DESC LIMIT 1),
                   (SELECT count(*) FROM log.checkpoint), count(*), min(e.staged_at)
            FROM log.entry AS e WHERE e.leaf_index IS NULL
        $$;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA log FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION log.read_checkpoint(bigint), log.read_tiles(integer[], bigint[]),
            log.read_entries(bigint, bigint), log.read_leaves(text[]), log.read_leaf_of_hash(bytea),
            log.read_recent(bigint, integer), log.read_health()
            TO landreg_public, landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
