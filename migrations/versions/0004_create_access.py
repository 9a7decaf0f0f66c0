"""0004 Accounts with their roles, sessions and attempt counters; persons whose identity is sealed and opened by log."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _attempts()
    _persons()


def _accounts() -> None:
    op.execute("""
        CREATE TABLE access.account (
            account_id uuid PRIMARY KEY,
            login text COLLATE "C" NOT NULL CONSTRAINT acc_6_login_once UNIQUE
                CONSTRAINT acc_5_login_is_plain CHECK (login ~ '^[a-z][a-z0-9._-]{2,31}$'),
            name text NOT NULL CHECK (name <> ''),
            desk text NOT NULL CHECK (desk IN ('registry', 'exchange', 'citizen', 'settlement', 'auditor')),
            roles text[] NOT NULL,
            jurisdiction text COLLATE "C" NOT NULL CONSTRAINT acc_11_jurisdiction_is_a_division
                CHECK (jurisdiction ~ '^6109([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$'),
            password_hash text NOT NULL,
            password_temporary boolean NOT NULL,
            opened_at timestamptz NOT NULL,
            opened_by uuid NOT NULL,
            locked_at timestamptz,
            locked_by uuid,
            CONSTRAINT acc_9_roles_exclude CHECK (
                NOT ('administrator' = ANY (roles) AND roles && ARRAY['registrar', 'reviewer', 'auditor'])),
            CONSTRAINT acc_10_roles_of_one_desk CHECK (cardinality(roles) > 0 AND roles <@ CASE desk
                WHEN 'registry' THEN ARRAY['surveyor', 'registrar', 'reviewer', 'administrator']
                WHEN 'exchange' THEN ARRAY['operator']
                WHEN 'citizen' THEN ARRAY['farmer', 'agent']
                WHEN 'settlement' THEN ARRAY['settlement_officer']
                ELSE ARRAY['auditor'] END),
            CHECK ((locked_at IS NULL) = (locked_by IS NULL))
        );
        CREATE INDEX account_by_jurisdiction ON access.account (jurisdiction, login);
        CREATE TABLE access.session (
            token_digest bytea PRIMARY KEY CHECK (octet_length(token_digest) = 32),
            account_id uuid NOT NULL REFERENCES access.account,
            opened_at timestamptz NOT NULL,
            seen_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL CHECK (ends_at > opened_at),
            ended_at timestamptz
        );
        CREATE INDEX session_by_account ON access.session (account_id) WHERE ended_at IS NULL;
        CREATE INDEX session_by_end ON access.session (ends_at);

        -- The settlement process logs in its own officers, the registry's process all others (architecture.md 11).
        ALTER TABLE access.account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY land_side ON access.account TO landreg_registry USING (desk <> 'settlement')
            WITH CHECK (desk <> 'settlement');
        CREATE POLICY settlement_side ON access.account TO landreg_settlement USING (desk = 'settlement')
            WITH CHECK (desk = 'settlement');
        CREATE POLICY readers ON access.account FOR SELECT TO landreg_auditor, landreg_worker USING (true);
        ALTER TABLE access.session ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY of_own_accounts ON access.session TO landreg_registry, landreg_settlement
            USING (EXISTS (SELECT FROM access.account AS a WHERE a.account_id = session.account_id));

        GRANT SELECT, INSERT, UPDATE (roles, desk, jurisdiction, name, password_hash, password_temporary, locked_at, locked_by)
            ON access.account TO landreg_registry, landreg_settlement;
        GRANT SELECT (account_id, login, name, desk, roles, jurisdiction, opened_at, opened_by, locked_at, locked_by)
            ON access.account TO landreg_auditor, landreg_worker;
        GRANT SELECT, INSERT, UPDATE (seen_at, ended_at), DELETE ON access.session TO landreg_registry, landreg_settlement;
    """)


def _attempts() -> None:
    op.execute("""
        -- Counters of fixed windows, shared by all processes; worth nothing after a crash, hence unlogged.
        CREATE UNLOGGED TABLE access.attempt (
            name text COLLATE "C" PRIMARY KEY CHECK (length(name) <= 300),
            count integer NOT NULL,
            until timestamptz NOT NULL
        );
        CREATE INDEX attempt_by_end ON access.attempt (until);
        CREATE FUNCTION access.count_attempt(counter text, seconds integer, amount integer) RETURNS integer
            LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
            INSERT INTO access.attempt AS a VALUES (left(counter, 300), amount, clock_timestamp() + make_interval(secs => seconds))
            ON CONFLICT (name) DO UPDATE SET
                count = CASE WHEN a.until < clock_timestamp() THEN excluded.count ELSE a.count + excluded.count END,
                until = CASE WHEN a.until < clock_timestamp() THEN excluded.until ELSE a.until END
            RETURNING count
        $$;
        CREATE FUNCTION access.attempts(counter text, OUT count integer, OUT until timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT a.count, a.until FROM access.attempt AS a WHERE a.name = left(counter, 300) AND a.until >= clock_timestamp()
        $$;
        CREATE FUNCTION access.forget_attempts(counter text) RETURNS void
            LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
            DELETE FROM access.attempt WHERE name = left(counter, 300);
            DELETE FROM access.attempt WHERE name IN (
                SELECT name FROM access.attempt WHERE until < clock_timestamp() ORDER BY until LIMIT 100 FOR UPDATE SKIP LOCKED)
        $$;
        REVOKE ALL ON FUNCTION access.count_attempt(text, integer, integer), access.attempts(text),
            access.forget_attempts(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION access.count_attempt(text, integer, integer), access.attempts(text)
            TO landreg_registry, landreg_settlement, landreg_public;
        GRANT EXECUTE ON FUNCTION access.forget_attempts(text) TO landreg_registry, landreg_settlement;
    """)


def _persons() -> None:
    op.execute("""
        CREATE TABLE identity.person (
            person_id uuid PRIMARY KEY,
            name_masked text NOT NULL,
            name_sealed bytea NOT NULL,
            name_digest bytea NOT NULL,
            id_kind text NOT NULL,
            id_masked text NOT NULL,
            id_sealed bytea NOT NULL,
            id_digest bytea NOT NULL UNIQUE,
            birth date,
            sex text CHECK (sex IN ('1', '2'))
        );
        CREATE INDEX person_by_name ON identity.person (name_digest);

        -- Who opened whose identity, when and why. Written and committed before anything is opened; never changed.
        CREATE TABLE identity.opening (
            county char(6) NOT NULL,
            opening_id uuid NOT NULL,
            village text COLLATE "C" NOT NULL,
            account_id uuid NOT NULL,
            person_ids uuid[] NOT NULL CHECK (cardinality(person_ids) > 0),
            reason text NOT NULL CONSTRAINT acc_15_opening_has_a_reason CHECK (length(reason) >= 2),
            subject text NOT NULL,
            opened_at timestamptz NOT NULL,
            made_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
            PRIMARY KEY (county, opening_id)
        );
        ALTER TABLE identity.opening ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON identity.opening
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()
                AND account_id = access.actor());

        -- Whether the transaction that wrote a row stands. Asked of the whole one, not of a savepoint in it (xmin), so that
        -- nobody opens by what they roll back afterwards.
        CREATE FUNCTION identity.stands(made_in xid8) RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
            SELECT made_in IS DISTINCT FROM pg_current_xact_id_if_assigned()
                   AND coalesce(pg_xact_status(made_in) = 'committed', false)
        $$;
        -- The only road to sealed columns: an opening of this actor that is committed, fresh, and in the log, of persons who
        -- are party to something in the jurisdiction: its policies hold for the owner of this function too.
        CREATE FUNCTION identity.open_sealed(of_county text, opening uuid)
            RETURNS TABLE (person_id uuid, name_sealed bytea, id_kind text, id_sealed bytea)
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
        DECLARE
            found identity.opening;
            leaf_made_in xid8;
        BEGIN
            SELECT o.* INTO found FROM identity.opening AS o
                WHERE o.county = of_county AND o.opening_id = opening AND o.account_id = access.actor()
                  AND o.opened_at BETWEEN system.clock() - interval '2 minutes' AND system.clock();
            SELECT e.made_in INTO leaf_made_in FROM log.entry AS e
                WHERE e.county = found.county AND e.kind = 'identity.opened' AND e.key = found.opening_id::text;
            IF leaf_made_in IS NULL OR NOT identity.stands(found.made_in) OR NOT identity.stands(leaf_made_in) THEN
                RAISE EXCEPTION 'identity is opened by an entry in the log only' USING ERRCODE = 'insufficient_privilege';
            END IF;
            IF EXISTS (SELECT FROM unnest(found.person_ids) AS asked (id)
                       WHERE NOT EXISTS (SELECT FROM party.member AS m WHERE m.person_id = asked.id)
                         AND NOT EXISTS (SELECT FROM party.household AS h WHERE h.representative_id = asked.id)
                         AND NOT EXISTS (SELECT FROM party.collective AS c WHERE c.representative_id = asked.id)) THEN
                RAISE EXCEPTION 'persons are party to nothing in the jurisdiction' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN QUERY SELECT p.person_id, p.name_sealed, p.id_kind, p.id_sealed FROM identity.person AS p
                WHERE p.person_id = ANY (found.person_ids);
        END $$;
        REVOKE ALL ON FUNCTION identity.open_sealed(text, uuid), identity.stands(xid8) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION identity.open_sealed(text, uuid) TO landreg_registry, landreg_auditor, landreg_worker;
        GRANT SELECT (person_id, name_masked, name_digest, id_kind, id_masked, id_digest, birth, sex)
            ON identity.person TO landreg_registry, landreg_auditor, landreg_worker;
        GRANT INSERT ON identity.person TO landreg_registry, landreg_worker;
        GRANT SELECT, INSERT (county, opening_id, village, account_id, person_ids, reason, subject, opened_at)
            ON identity.opening TO landreg_registry, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
