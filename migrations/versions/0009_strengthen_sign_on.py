"""0009 A second factor and the province's sign-on; farmers bound to households, their consents; digests of persons that turn."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _roles()
    _sign_on()
    _households()
    _consents()
    _own_rows()
    _persons()


def _roles() -> None:
    op.execute("""
        ALTER TABLE access.account DROP CONSTRAINT acc_9_roles_exclude, ADD CONSTRAINT acc_9_roles_exclude CHECK (
            NOT ('administrator' = ANY (roles) AND roles && ARRAY['registrar', 'reviewer', 'auditor', 'operator'])
            AND NOT ('operator' = ANY (roles) AND roles && ARRAY['farmer', 'agent'])
            AND NOT (roles && ARRAY['auditor', 'settlement_officer'] AND cardinality(roles) > 1));
    """)


def _sign_on() -> None:
    op.execute("""
        -- The secret of an authenticator. pending: shown to its owner, not confirmed by a code yet. last_step: of the last
        -- code that was taken, which is not taken again. recovery: argon2 hashes, each taken out when it is used.
        CREATE TABLE access.second_factor (
            account_id uuid PRIMARY KEY REFERENCES access.account,
            secret_sealed bytea,
            confirmed_at timestamptz,
            last_step bigint NOT NULL DEFAULT 0,
            pending_sealed bytea,
            pending_at timestamptz,
            recovery text[] NOT NULL DEFAULT '{}',
            CHECK ((secret_sealed IS NULL) = (confirmed_at IS NULL)),
            CHECK ((pending_sealed IS NULL) = (pending_at IS NULL))
        );
        -- code_due: the password was right, the code is still asked for; such a session opens nothing.
        ALTER TABLE access.session
            ADD COLUMN method text NOT NULL DEFAULT 'password' CHECK (method IN ('password', 'oidc')),
            ADD COLUMN code_due boolean NOT NULL DEFAULT false;
        -- Who an account is at the province's sign-on.
        CREATE TABLE access.external_identity (
            external_id uuid PRIMARY KEY,
            issuer text COLLATE "C" NOT NULL CHECK (issuer <> ''),
            subject text COLLATE "C" NOT NULL CHECK (subject <> '' AND length(subject) <= 255),
            account_id uuid NOT NULL REFERENCES access.account,
            bound_at timestamptz NOT NULL,
            ended_at timestamptz CHECK (ended_at >= bound_at),
            ended_by uuid,
            CHECK ((ended_at IS NULL) = (ended_by IS NULL))
        );
        CREATE UNIQUE INDEX acc_28_external_identity_of_one_account ON access.external_identity (issuer, subject)
            WHERE ended_at IS NULL;
        CREATE UNIQUE INDEX acc_28_account_has_one_external_identity ON access.external_identity (account_id, issuer)
            WHERE ended_at IS NULL;
    """)
    for table in ("second_factor", "external_identity"):
        op.execute(f"""
            ALTER TABLE access.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY of_own_accounts ON access.{table} TO landreg_registry, landreg_settlement
                USING (EXISTS (SELECT FROM access.account AS a WHERE a.account_id = {table}.account_id));
        """)
    op.execute("""
        -- Turning the keys is the owner's work, by a command: no desk opens what others sealed.
        CREATE POLICY turning_keys ON access.second_factor TO landreg_owner USING (true);
        GRANT SELECT, INSERT, UPDATE (secret_sealed, confirmed_at, last_step, pending_sealed, pending_at, recovery)
            ON access.second_factor TO landreg_registry, landreg_settlement;
        GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON access.external_identity TO landreg_registry, landreg_settlement;
        CREATE POLICY readers ON access.external_identity FOR SELECT TO landreg_auditor, landreg_worker USING (true);
        GRANT SELECT ON access.external_identity TO landreg_auditor, landreg_worker;
    """)


def _households() -> None:
    op.execute("""
        -- A code that was handed to a member of a household in person or by letter; only its hash stays.
        CREATE TABLE access.household_code (
            county char(6) NOT NULL,
            code_id uuid NOT NULL,
            village text COLLATE "C" NOT NULL,
            household_id uuid NOT NULL,
            household_code text COLLATE "C" NOT NULL,
            person_id uuid NOT NULL,
            code_hash text NOT NULL,
            by_letter boolean NOT NULL,
            made_at timestamptz NOT NULL,
            made_by uuid NOT NULL,
            expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
            attempts integer NOT NULL DEFAULT 0,
            used_at timestamptz,
            withdrawn_at timestamptz,
            PRIMARY KEY (county, code_id)
        );
        CREATE INDEX household_code_open ON access.household_code (household_code)
            WHERE used_at IS NULL AND withdrawn_at IS NULL;
        CREATE TABLE access.binding (
            county char(6) NOT NULL,
            binding_id uuid NOT NULL,
            village text COLLATE "C" NOT NULL,
            household_id uuid NOT NULL,
            household_code text COLLATE "C" NOT NULL,
            person_id uuid NOT NULL,
            account_id uuid NOT NULL REFERENCES access.account,
            code_id uuid NOT NULL,
            made_by uuid NOT NULL,
            bound_at timestamptz NOT NULL,
            ended_at timestamptz CHECK (ended_at >= bound_at),
            ended_by uuid,
            CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
            PRIMARY KEY (county, binding_id),
            FOREIGN KEY (county, code_id) REFERENCES access.household_code
        );
        CREATE UNIQUE INDEX acc_22_account_has_one_household ON access.binding (county, account_id) WHERE ended_at IS NULL;
        CREATE UNIQUE INDEX acc_22_person_has_one_account ON access.binding (county, person_id) WHERE ended_at IS NULL;
        CREATE INDEX binding_of_account ON access.binding (account_id) WHERE ended_at IS NULL;
    """)
    for table in ("household_code", "binding"):
        op.execute(f"""
            ALTER TABLE access.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON access.{table}
                TO landreg_registry, landreg_auditor, landreg_worker, landreg_owner
                USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
                WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        """)
    op.execute("""
        CREATE POLICY own_household ON access.binding FOR SELECT TO landreg_citizen
            USING (account_id = access.actor() AND household_id = access.household());
        GRANT SELECT, INSERT, UPDATE (attempts, used_at, withdrawn_at) ON access.household_code TO landreg_registry;
        GRANT SELECT (county, code_id, village, household_id, household_code, person_id, by_letter, made_at, made_by,
            expires_at, attempts, used_at, withdrawn_at) ON access.household_code TO landreg_auditor, landreg_worker;
        GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON access.binding TO landreg_registry;
        GRANT SELECT ON access.binding TO landreg_auditor, landreg_worker, landreg_citizen;

        -- Before it is known who calls there is no jurisdiction: these two look for the door.
        CREATE FUNCTION access.open_codes(asked text) RETURNS TABLE (
            county char(6), code_id uuid, village text, code_hash text, attempts integer, expires_at timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.county, c.code_id, c.village, c.code_hash, c.attempts, c.expires_at FROM access.household_code AS c
            WHERE c.household_code = asked AND c.used_at IS NULL AND c.withdrawn_at IS NULL
            ORDER BY c.made_at DESC LIMIT 20
        $$;
        CREATE FUNCTION access.household_of(account uuid) RETURNS TABLE (household_id uuid, village text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT b.household_id, b.village FROM access.binding AS b
            WHERE b.account_id = account AND b.ended_at IS NULL ORDER BY b.bound_at DESC LIMIT 1
        $$;
        REVOKE ALL ON FUNCTION access.open_codes(text), access.household_of(uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION access.open_codes(text), access.household_of(uuid) TO landreg_registry;
    """)


def _consents() -> None:
    op.execute("""
        CREATE TABLE access.consent (
            county char(6) NOT NULL,
            consent_id uuid NOT NULL,
            village text COLLATE "C" NOT NULL,
            household_id uuid NOT NULL,
            household_code text COLLATE "C" NOT NULL,
            household_name text NOT NULL,
            given_by uuid NOT NULL REFERENCES access.account,
            agent_id uuid NOT NULL REFERENCES access.account,
            step text NOT NULL CHECK (step <> ''),
            from_at timestamptz NOT NULL,
            until_at timestamptz NOT NULL CONSTRAINT acc_24_consent_is_for_some_time CHECK (until_at > from_at),
            given_at timestamptz NOT NULL,
            revoked_at timestamptz,
            revoked_by uuid,
            CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)),
            PRIMARY KEY (county, consent_id)
        );
        CREATE INDEX consent_of_agent ON access.consent (agent_id, until_at);
        CREATE INDEX consent_of_household ON access.consent (county, household_id);
        -- What an agent did for whom. It is written under a consent that holds at that instant, or not at all.
        CREATE TABLE access.agent_act (
            county char(6) NOT NULL,
            agent_act_id uuid NOT NULL,
            village text COLLATE "C" NOT NULL,
            consent_id uuid NOT NULL,
            household_id uuid NOT NULL,
            agent_id uuid NOT NULL,
            step text NOT NULL,
            subject text NOT NULL,
            done_at timestamptz NOT NULL,
            PRIMARY KEY (county, agent_act_id),
            FOREIGN KEY (county, consent_id) REFERENCES access.consent
        );
        CREATE INDEX agent_act_of_household ON access.agent_act (county, household_id, done_at);
        CREATE INDEX agent_act_of_consent ON access.agent_act (county, consent_id);
        CREATE FUNCTION access.consent_holds() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            -- Locked, so that a consent is not taken back between this look and the commit.
            PERFORM FROM access.consent AS c
            WHERE c.county = NEW.county AND c.consent_id = NEW.consent_id AND c.agent_id = NEW.agent_id
              AND c.household_id = NEW.household_id AND c.step = NEW.step AND c.village = NEW.village
              AND c.revoked_at IS NULL AND NEW.done_at >= c.from_at AND NEW.done_at < c.until_at
              AND NEW.done_at BETWEEN system.clock() - interval '1 minute' AND system.clock()
            FOR SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'no consent to this step holds'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'acc_25_agent_has_the_consent';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION access.consent_holds() FROM PUBLIC;
        CREATE TRIGGER consent_holds BEFORE INSERT ON access.agent_act
            FOR EACH ROW EXECUTE FUNCTION access.consent_holds();
    """)
    for table in ("consent", "agent_act"):
        op.execute(f"""
            ALTER TABLE access.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON access.{table} FOR SELECT
                TO landreg_registry, landreg_auditor, landreg_worker, landreg_owner
                USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
            CREATE POLICY own_household ON access.{table} FOR SELECT TO landreg_citizen
                USING (household_id = access.household() OR agent_id = access.actor());
            GRANT SELECT ON access.{table} TO landreg_registry, landreg_auditor, landreg_worker, landreg_citizen;
        """)
    op.execute("""
        CREATE POLICY given_by_the_household ON access.consent FOR INSERT TO landreg_citizen
            WITH CHECK (given_by = access.actor() AND EXISTS (SELECT FROM access.binding AS b WHERE b.ended_at IS NULL
                AND b.household_id = consent.household_id AND b.account_id = access.actor()));
        -- FOR SHARE asks for a policy of UPDATE as well: an agent locks the consent, and has no column to change it by.
        CREATE POLICY taken_back_by_the_household ON access.consent FOR UPDATE TO landreg_citizen
            USING (household_id = access.household() OR agent_id = access.actor())
            WITH CHECK (household_id = access.household() AND revoked_by = access.actor() AND agent_id <> access.actor());
        CREATE POLICY done_by_the_agent ON access.agent_act FOR INSERT TO landreg_citizen
            WITH CHECK (agent_id = access.actor());
        GRANT INSERT, UPDATE (revoked_at, revoked_by) ON access.consent TO landreg_citizen;
        GRANT INSERT ON access.agent_act TO landreg_citizen;
        CREATE POLICY agents_and_oneself ON access.account FOR SELECT TO landreg_citizen
            USING ('agent' = ANY (roles) OR account_id = access.actor());
        GRANT SELECT (account_id, name, desk, roles, jurisdiction, locked_at) ON access.account TO landreg_citizen;
    """)


def _own_rows() -> None:
    for table in ("party.household", 'registry."right"'):
        op.execute(f"""
            -- Whatever other policy lets through: at the farmers' desk a household sees itself alone.
            CREATE POLICY own_household ON {table} AS RESTRICTIVE TO landreg_citizen
                USING (household_id = access.household());
            GRANT SELECT ON {table} TO landreg_citizen;
        """)


def _persons() -> None:
    op.execute("""
        -- What leaves say of a person. It stays when keys turn: digests for the search do not. By a key of this person alone,
        -- sealed; of persons that leaves have named before, what those leaves said.
        ALTER TABLE identity.person ADD COLUMN said text COLLATE "C", ADD COLUMN said_key_sealed bytea;
        UPDATE identity.person SET said = encode(id_digest, 'hex') || encode(name_digest, 'hex');
        ALTER TABLE identity.person ALTER COLUMN said SET NOT NULL;
        GRANT SELECT (said) ON identity.person TO landreg_registry, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
