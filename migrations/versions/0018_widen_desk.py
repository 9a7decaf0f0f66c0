"""0018 The desk: who works on a case and since when, kept filters, indexes of the search box, papers, and applications that a
household brings by itself or through its agent."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BY_JURISDICTION = """
    USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
    WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())"""


def upgrade() -> None:
    _work()
    _filters()
    _search()
    _papers()
    _applications()
    _of_households()


def _work() -> None:
    op.execute("""
        -- taken_by: who took a case up from the one who opened it. state_since: from when it waits for its next step.
        ALTER TABLE registry."case" ADD COLUMN taken_by uuid, ADD COLUMN state_since timestamptz;
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE registry."case" AS c SET state_since = coalesce(
            (SELECT max(e.at) FROM registry.case_event AS e WHERE e.county = c.county AND e.case_id = c.case_id),
            c.accepted_at, system.clock());
        SET LOCAL landreg.jurisdiction = '';
        ALTER TABLE registry."case" ALTER COLUMN state_since SET NOT NULL;
        CREATE FUNCTION registry.note_state() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF TG_OP = 'INSERT' OR OLD.state <> NEW.state THEN
                NEW.state_since := system.clock();
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION registry.note_state() FROM PUBLIC;
        CREATE TRIGGER note_state BEFORE INSERT OR UPDATE OF state ON registry."case"
            FOR EACH ROW EXECUTE FUNCTION registry.note_state();
        GRANT UPDATE (taken_by) ON registry."case" TO landreg_registry;
        CREATE INDEX case_by_officer ON registry."case" ((coalesce(taken_by, prepared_by)), state);
        CREATE INDEX case_by_state ON registry."case" (state, state_since);
    """)


def _filters() -> None:
    op.execute("""
        CREATE TABLE access.saved_filter (
            filter_id uuid PRIMARY KEY,
            account_id uuid NOT NULL REFERENCES access.account,
            list text COLLATE "C" NOT NULL CHECK (list <> ''),
            name text NOT NULL CONSTRAINT dsk_1_filter_has_a_name CHECK (length(btrim(name)) BETWEEN 1 AND 40),
            query text NOT NULL CHECK (length(query) <= 1000),
            made_at timestamptz NOT NULL,
            removed_at timestamptz
        );
        CREATE UNIQUE INDEX dsk_2_filter_name_once ON access.saved_filter (account_id, list, name) WHERE removed_at IS NULL;
        ALTER TABLE access.saved_filter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON access.saved_filter TO landreg_registry, landreg_auditor
            USING (account_id = access.actor()) WITH CHECK (account_id = access.actor());
        GRANT SELECT, INSERT, UPDATE (query, removed_at) ON access.saved_filter TO landreg_registry, landreg_auditor;
    """)


def _search() -> None:
    op.execute("""
        -- One index for each thing that the search box takes, read by ranges in "C": those are leakproof.
        CREATE INDEX case_by_number ON registry."case" ((number COLLATE "C"));
        CREATE INDEX case_by_subject ON registry."case" (subject_code);
        CREATE INDEX case_by_applicant ON registry."case" ((applicant COLLATE "C"));
        CREATE INDEX household_by_any_code ON party.household (code) WHERE upper_inf(recorded);
        CREATE INDEX household_by_its_name ON party.household ((name COLLATE "C")) WHERE upper_inf(recorded);
        CREATE INDEX right_by_any_code ON registry."right" (code) WHERE upper_inf(recorded);
        CREATE INDEX act_by_number ON registry.act (number);
        CREATE INDEX certificate_by_any_number ON registry.certificate ((number COLLATE "C"));
        CREATE INDEX certificate_by_serial ON registry.certificate ((serial COLLATE "C"));
        CREATE INDEX certificate_by_case ON registry.certificate (county, case_id);
    """)


def _papers() -> None:
    op.execute("""
        -- An excerpt is of a right, of a household with all its rights, or of a parcel with all that lies on it.
        ALTER TABLE registry.excerpt ALTER COLUMN right_id DROP NOT NULL,
            ADD COLUMN about text COLLATE "C" NOT NULL DEFAULT 'right' CHECK (about IN ('right', 'household', 'parcel')),
            ADD COLUMN subject_id uuid,
            ADD CHECK ((about = 'right') = (right_id IS NOT NULL)),
            ADD CHECK ((about = 'right') = (subject_id IS NULL));
        -- A paper of a case as it was handed out: the same bytes for ever. event_id: the step that it tells of.
        CREATE TABLE registry.paper (
            county char(6) NOT NULL, paper_id uuid NOT NULL, village text COLLATE "C" NOT NULL, number text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('receipt', 'completion', 'refusal')), case_id uuid NOT NULL,
            event_id uuid NOT NULL, pdf_sha256 text NOT NULL, made_at timestamptz NOT NULL, made_by uuid NOT NULL,
            sample boolean NOT NULL,
            PRIMARY KEY (county, paper_id),
            UNIQUE (county, number),
            CONSTRAINT doc_6_one_paper_of_a_step UNIQUE (county, event_id),
            FOREIGN KEY (county, case_id) REFERENCES registry."case",
            FOREIGN KEY (county, event_id) REFERENCES registry.case_event
        );
        CREATE INDEX paper_by_number ON registry.paper (number);
        CREATE INDEX paper_by_case ON registry.paper (county, case_id);
        ALTER TABLE registry.paper ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    """)
    op.execute(f"""
        CREATE POLICY by_jurisdiction ON registry.paper {BY_JURISDICTION};
        GRANT SELECT, INSERT ON registry.paper TO landreg_registry;
        GRANT SELECT ON registry.paper TO landreg_auditor, landreg_worker;
        CREATE FUNCTION registry.check_paper(asked text) RETURNS TABLE (
            number text, kind text, made_at timestamptz, case_number text, pdf_sha256 text, sample boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT p.number, p.kind, p.made_at, c.number, p.pdf_sha256, p.sample FROM registry.paper AS p
            JOIN registry."case" AS c ON c.county = p.county AND c.case_id = p.case_id WHERE p.number = asked
        $$;
        REVOKE ALL ON FUNCTION registry.check_paper(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.check_paper(text)
            TO landreg_public, landreg_registry, landreg_auditor, landreg_worker;
    """)


def _applications() -> None:
    op.execute("""
        CREATE SEQUENCE registry.application_number;
        -- What a household asks the office for, before a case is opened. agent_act_id: the agent's act by which it was brought;
        -- none: the household's own. typed_sealed: names and numbers that were typed, for the officer who takes it up.
        CREATE TABLE registry.application (
            county char(6) NOT NULL, application_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            number text COLLATE "C" NOT NULL, household_id uuid NOT NULL, household_code text COLLATE "C" NOT NULL,
            applicant text NOT NULL, act_kind text COLLATE "C" NOT NULL REFERENCES registry.act_kind, right_id uuid,
            subject_code text COLLATE "C" NOT NULL, request jsonb NOT NULL, typed_sealed bytea NOT NULL,
            by_account uuid NOT NULL REFERENCES access.account, by_name text NOT NULL, agent_act_id uuid,
            made_at timestamptz NOT NULL,
            state text COLLATE "C" NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'withdrawn', 'declined')),
            taken_at timestamptz, taken_by uuid, case_id uuid,
            ended_at timestamptz, ended_by uuid, reason text NOT NULL DEFAULT '',
            PRIMARY KEY (county, application_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, agent_act_id) REFERENCES access.agent_act,
            FOREIGN KEY (county, case_id) REFERENCES registry."case",
            CHECK ((taken_at IS NULL) = (taken_by IS NULL) AND (taken_at IS NULL) = (case_id IS NULL)),
            CHECK ((state IN ('withdrawn', 'declined')) = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_by IS NULL)),
            CONSTRAINT app_5_decline_has_a_reason CHECK (state <> 'declined' OR btrim(reason) <> '')
        );
        CREATE UNIQUE INDEX app_4_one_open_application_per_subject ON registry.application (county, subject_code, act_kind)
            WHERE state = 'open';
        CREATE INDEX application_by_household ON registry.application (county, household_id, made_at);
        CREATE INDEX application_waiting ON registry.application (village, made_at) WHERE state = 'open';
        CREATE INDEX application_by_case ON registry.application (county, case_id);
        CREATE INDEX application_by_agent_act ON registry.application (county, agent_act_id);
        CREATE FUNCTION registry.application_ends_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF NOT (OLD.state = 'open' AND NEW.state <> 'open' OR OLD.state = 'taken' AND NEW.state = 'withdrawn') THEN
                RAISE EXCEPTION 'application % does not go from % to %', NEW.number, OLD.state, NEW.state
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'app_3_application_ends_once';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION registry.application_ends_once() FROM PUBLIC;
        CREATE TRIGGER application_ends_once BEFORE UPDATE ON registry.application
            FOR EACH ROW EXECUTE FUNCTION registry.application_ends_once();

        -- Whether the account that asks is bound to this household now, or holds its consent to one of these steps.
        CREATE FUNCTION access.stands_for(asked uuid, steps text[]) RETURNS boolean
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT EXISTS (SELECT FROM access.binding AS b WHERE b.account_id = access.actor() AND b.household_id = asked
                           AND b.ended_at IS NULL)
                OR EXISTS (SELECT FROM access.consent AS c WHERE c.agent_id = access.actor() AND c.household_id = asked
                           AND c.step = ANY (steps) AND c.revoked_at IS NULL
                           AND system.clock() >= c.from_at AND system.clock() < c.until_at)
        $$;
        REVOKE ALL ON FUNCTION access.stands_for(uuid, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION access.stands_for(uuid, text[]) TO landreg_citizen;
        ALTER TABLE registry.application ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    """)
    op.execute(f"""
        CREATE POLICY by_jurisdiction ON registry.application
            TO landreg_registry, landreg_auditor, landreg_worker, landreg_owner {BY_JURISDICTION};
        CREATE POLICY own_household ON registry.application FOR SELECT TO landreg_citizen
            USING (household_id = access.household() AND access.stands_for(household_id, ARRAY['apply', 'withdraw', 'view']));
        -- By the household itself, or under an act of this agent that a consent let through.
        CREATE POLICY brought_by_the_household ON registry.application FOR INSERT TO landreg_citizen
            WITH CHECK (household_id = access.household() AND by_account = access.actor() AND state = 'open' AND taken_at IS NULL
                AND EXISTS (SELECT FROM party.household AS h WHERE h.county = application.county
                    AND h.household_id = application.household_id AND h.village = application.village
                    AND h.code = application.household_code AND upper_inf(h.recorded) AND upper_inf(h.valid))
                AND CASE WHEN agent_act_id IS NULL
                    THEN access.stands_for(household_id, '{{}}')
                    ELSE EXISTS (SELECT FROM access.agent_act AS a WHERE a.county = application.county
                        AND a.agent_act_id = application.agent_act_id AND a.agent_id = access.actor()
                        AND a.household_id = application.household_id AND a.step = 'apply') END);
        CREATE POLICY withdrawn_by_the_household ON registry.application FOR UPDATE TO landreg_citizen
            USING (state = 'open' AND household_id = access.household()
                AND access.stands_for(household_id, ARRAY['withdraw']))
            WITH CHECK (household_id = access.household() AND state = 'withdrawn' AND ended_by = access.actor());
        GRANT SELECT, INSERT, UPDATE (state, ended_at, ended_by, reason) ON registry.application TO landreg_citizen;
        GRANT SELECT, UPDATE (state, taken_at, taken_by, case_id, ended_at, ended_by, reason)
            ON registry.application TO landreg_registry;
        GRANT SELECT ON registry.application TO landreg_auditor, landreg_worker;
        GRANT USAGE ON SEQUENCE registry.application_number TO landreg_citizen;
    """)


def _of_households() -> None:
    op.execute("""
        -- What the farmers' desk asks of its one household beyond its own rows: members by masked name, and how cases stand.
        CREATE FUNCTION party.own_members() RETURNS TABLE (member_id uuid, name_masked text, relation text, holds_right boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT m.member_id, p.name_masked, m.relation, m.holds_right FROM party.member AS m
            JOIN identity.person AS p ON p.person_id = m.person_id
            WHERE m.household_id = access.household() AND access.stands_for(m.household_id, ARRAY['apply'])
              AND upper_inf(m.recorded) AND upper_inf(m.valid) ORDER BY m.position
        $$;
        CREATE FUNCTION registry.own_cases() RETURNS TABLE (
            case_id uuid, number text, act_kind text, right_kind text, state text, accepted_on date, due_on date, reason text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.case_id, c.number, c.act_kind, c.right_kind, c.state, c.accepted_on, c.due_on,
                coalesce((SELECT e.reason FROM registry.case_event AS e WHERE e.county = c.county AND e.case_id = c.case_id
                          AND e.step IN ('return', 'refuse') AND c.state IN ('returned', 'refused')
                          ORDER BY e.at DESC LIMIT 1), '')
            FROM party.household AS h
            JOIN registry."case" AS c ON c.county = h.county AND c.household_code = h.code
            WHERE h.household_id = access.household() AND upper_inf(h.recorded) AND upper_inf(h.valid)
              AND access.stands_for(h.household_id, ARRAY['apply', 'withdraw', 'view'])
            ORDER BY c.number DESC LIMIT 50
        $$;
        -- 条例 15: an application is withdrawn at any time before it is registered, also when a case has been opened on it.
        CREATE FUNCTION registry.withdraw_taken(of_county text, application uuid, named text, why text) RETURNS text
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            asked record;
            found record;
        BEGIN
            SELECT a.* INTO asked FROM registry.application AS a
            WHERE a.county = of_county AND a.application_id = withdraw_taken.application AND a.state = 'taken'
              AND a.household_id = access.household() AND access.stands_for(a.household_id, ARRAY['withdraw'])
            FOR UPDATE OF a;
            IF asked.case_id IS NULL THEN
                RAISE EXCEPTION 'no such application' USING ERRCODE = 'integrity_constraint_violation',
                    CONSTRAINT = 'app_3_application_ends_once';
            END IF;
            SELECT c.* INTO found FROM registry."case" AS c WHERE c.county = asked.county AND c.case_id = asked.case_id FOR UPDATE;
            IF found.state IN ('registered', 'certified', 'refused') THEN
                RAISE EXCEPTION 'case % is at its end', found.number USING ERRCODE = 'integrity_constraint_violation',
                    CONSTRAINT = 'app_3_application_ends_once';
            END IF;
            IF found.state <> 'withdrawn' THEN
                UPDATE registry."case" AS c SET state = 'withdrawn', batch_id = NULL
                    WHERE c.county = found.county AND c.case_id = found.case_id;
                INSERT INTO registry.case_event (county, event_id, village, case_id, step, at, by, by_name, reason)
                VALUES (found.county, gen_random_uuid(), found.village, found.case_id, 'withdraw', system.clock(),
                    access.actor(), named, why);
            END IF;
            UPDATE registry.application AS a SET state = 'withdrawn', ended_at = system.clock(), ended_by = access.actor(), reason = why
                WHERE a.county = asked.county AND a.application_id = asked.application_id;
            RETURN found.number;
        END $$;
        REVOKE ALL ON FUNCTION party.own_members(), registry.own_cases(), registry.withdraw_taken(text, uuid, text, text)
            FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION party.own_members(), registry.own_cases(),
            registry.withdraw_taken(text, uuid, text, text) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
