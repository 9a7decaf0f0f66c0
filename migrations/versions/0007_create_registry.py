"""0007 The register: cases, notices, objections, documents, acts, contracts, rights, certificates, and the public's questions."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TWO_CLOCKS = "valid daterange NOT NULL, recorded tstzrange NOT NULL, act_id uuid NOT NULL, ended_by_act uuid"
TWO_CLOCKED = (
    *(f"party.{table}" for table in ("collective", "household", "member", "organization")),
    "land.parcel",
    *(f'registry."{table}"' for table in ("contract", "right", "right_holder", "right_parcel")),
)
REGISTERED = ("contract", "right", "right_holder", "right_parcel")
WRITTEN_ONCE = ("act", "certificate", "certificate_end", "document", "case_event", "case_document")
WORKED_ON = ("batch", "case", "case_parcel", "notice", "objection", "job")


def upgrade() -> None:
    op.execute(
        """
        CREATE SEQUENCE registry.case_number;
        CREATE SEQUENCE registry.act_number;
        CREATE SEQUENCE registry.notice_number;
        CREATE SEQUENCE registry.certificate_number;
        CREATE SEQUENCE registry.acceptance_order;

        CREATE TABLE registry.batch (
            county char(6) NOT NULL, batch_id uuid NOT NULL, village text COLLATE "C" NOT NULL, package_id uuid NOT NULL,
            opened_by uuid NOT NULL, opened_at timestamptz NOT NULL,
            PRIMARY KEY (county, batch_id)
        );
        CREATE TABLE registry.notice (
            county char(6) NOT NULL, notice_id uuid NOT NULL, village text COLLATE "C" NOT NULL, number text NOT NULL,
            batch_id uuid, published_on date NOT NULL, last_day date NOT NULL, published_by uuid NOT NULL,
            published_at timestamptz NOT NULL, title text NOT NULL, content jsonb NOT NULL, pdf_sha256 text,
            PRIMARY KEY (county, notice_id),
            UNIQUE (county, number),
            CHECK (published_on < last_day)
        );
        CREATE TABLE registry."case" (
            county char(6) NOT NULL, case_id uuid NOT NULL, village text COLLATE "C" NOT NULL, number text NOT NULL,
            batch_id uuid, package_id uuid NOT NULL, act_kind text NOT NULL CHECK (act_kind IN ('first_registration')),
            right_kind text NOT NULL CHECK (right_kind IN ('contract_management', 'homestead')),
            subject_code text COLLATE "C" NOT NULL, household_code text COLLATE "C" NOT NULL, applicant text NOT NULL,
            state text NOT NULL CHECK (state IN ('draft', 'accepted', 'reviewed', 'noticed', 'objected', 'registered',
                'certified', 'returned', 'withdrawn', 'refused')),
            prepared_by uuid NOT NULL, accepted_by uuid, accepted_at timestamptz, accepted_on date, due_on date, reviewed_by uuid,
            reviewed_at timestamptz, notice_id uuid, act_id uuid, findings jsonb NOT NULL DEFAULT '[]',
            PRIMARY KEY (county, case_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, batch_id) REFERENCES registry.batch,
            FOREIGN KEY (county, notice_id) REFERENCES registry.notice,
            CONSTRAINT reg_1_four_eyes CHECK (reviewed_by IS NULL
                OR (reviewed_by IS DISTINCT FROM prepared_by AND reviewed_by IS DISTINCT FROM accepted_by)),
            CONSTRAINT reg_8_accepted_by_somebody CHECK (
                (accepted_by IS NULL) = (accepted_at IS NULL)
                AND (accepted_by IS NOT NULL OR state IN ('draft', 'returned', 'withdrawn', 'refused')))
        );
        CREATE INDEX case_by_batch ON registry."case" (county, batch_id, state);
        CREATE INDEX case_by_village ON registry."case" (village, state);
        CREATE INDEX case_by_household ON registry."case" (county, household_code);
        CREATE INDEX case_by_notice ON registry."case" (county, notice_id);
        CREATE UNIQUE INDEX reg_8_one_open_case_per_subject ON registry."case" (county, subject_code, act_kind)
            WHERE state NOT IN ('certified', 'returned', 'withdrawn', 'refused', 'registered');
        -- The steps of a case's life, whoever takes them: a state follows from another, and a case begins as a draft.
        CREATE TABLE registry.case_course (
            before text COLLATE "C" NOT NULL, after text COLLATE "C" NOT NULL, PRIMARY KEY (before, after)
        );
        INSERT INTO registry.case_course VALUES
            ('', 'draft'), ('draft', 'accepted'), ('returned', 'accepted'), ('accepted', 'reviewed'), ('reviewed', 'noticed'),
            ('noticed', 'objected'), ('objected', 'noticed'), ('noticed', 'registered'), ('registered', 'certified');
        INSERT INTO registry.case_course
            SELECT before, after
            FROM unnest(ARRAY['draft', 'returned', 'accepted', 'reviewed', 'noticed', 'objected']) AS b (before),
                unnest(ARRAY['returned', 'withdrawn', 'refused']) AS a (after) WHERE before <> after;
        CREATE FUNCTION registry.keep_course() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
        DECLARE
            was text := CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END;
        BEGIN
            IF was <> NEW.state AND NOT EXISTS (SELECT FROM registry.case_course AS c
                                                WHERE c.before = was AND c.after = NEW.state) THEN
                RAISE EXCEPTION 'case % does not go from "%" to "%"', NEW.number, was, NEW.state
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reg_8_case_keeps_its_course';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_course BEFORE INSERT OR UPDATE OF state ON registry."case"
            FOR EACH ROW EXECUTE FUNCTION registry.keep_course();
        CREATE TABLE registry.case_parcel (
            county char(6) NOT NULL, case_id uuid NOT NULL, parcel_code text COLLATE "C" NOT NULL,
            village text COLLATE "C" NOT NULL, acceptance_order bigint,
            PRIMARY KEY (county, case_id, parcel_code),
            FOREIGN KEY (county, case_id) REFERENCES registry."case"
        );
        CREATE INDEX case_parcel_by_code ON registry.case_parcel (county, parcel_code);
        CREATE TABLE registry.case_event (
            county char(6) NOT NULL, event_id uuid NOT NULL, village text COLLATE "C" NOT NULL, case_id uuid NOT NULL,
            step text NOT NULL, at timestamptz NOT NULL, by uuid NOT NULL, by_name text NOT NULL, reason text NOT NULL DEFAULT '',
            PRIMARY KEY (county, event_id),
            FOREIGN KEY (county, case_id) REFERENCES registry."case"
        );
        CREATE INDEX case_event_by_case ON registry.case_event (county, case_id, at);
        CREATE TABLE registry.document (
            county char(6) NOT NULL, document_id uuid NOT NULL, village text COLLATE "C" NOT NULL, sha256 text NOT NULL,
            kind text NOT NULL, name text NOT NULL, size bigint NOT NULL, put_by uuid NOT NULL, put_at timestamptz NOT NULL,
            PRIMARY KEY (county, document_id)
        );
        CREATE TABLE registry.case_document (
            county char(6) NOT NULL, case_id uuid NOT NULL, document_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            PRIMARY KEY (county, case_id, document_id),
            FOREIGN KEY (county, case_id) REFERENCES registry."case",
            FOREIGN KEY (county, document_id) REFERENCES registry.document
        );
        CREATE TABLE registry.objection (
            county char(6) NOT NULL, objection_id uuid NOT NULL, village text COLLATE "C" NOT NULL, case_id uuid NOT NULL,
            notice_id uuid NOT NULL, raised_by text NOT NULL, contact_sealed bytea, reason text NOT NULL,
            raised_at timestamptz NOT NULL, taken_by uuid, settled_at timestamptz, settled_by uuid, outcome text
                CHECK (outcome IN ('upheld', 'dismissed', 'withdrawn')), settlement text,
            PRIMARY KEY (county, objection_id),
            FOREIGN KEY (county, case_id) REFERENCES registry."case",
            FOREIGN KEY (county, notice_id) REFERENCES registry.notice,
            CHECK ((settled_at IS NULL) = (outcome IS NULL))
        );
        CREATE INDEX objection_by_case ON registry.objection (county, case_id);

        CREATE TABLE registry.act (
            county char(6) NOT NULL, act_id uuid NOT NULL, village text COLLATE "C" NOT NULL, number text COLLATE "C" NOT NULL,
            kind text NOT NULL CHECK (kind IN ('survey_entry', 'first_registration')), case_id uuid, package_id uuid,
            registered_at timestamptz NOT NULL, registered_by uuid NOT NULL,
            PRIMARY KEY (county, act_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, case_id) REFERENCES registry."case"
        );
        CREATE INDEX act_by_village ON registry.act (village, registered_at);
        CREATE UNIQUE INDEX reg_10_one_act_per_case ON registry.act (county, case_id);
        -- An act that the log does not tell of is none. Asked at the end: the leaf is made from what the act has written.
        CREATE FUNCTION registry.act_has_a_leaf() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM log.entry AS e
                           WHERE e.county = NEW.county AND e.kind = 'act' AND e.key = NEW.number) THEN
                RAISE EXCEPTION 'act % has no leaf in the log', NEW.number
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'log_18_act_has_a_leaf';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER act_has_a_leaf AFTER INSERT ON registry.act DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION registry.act_has_a_leaf();

        -- Steps over many cases, taken by the worker in the name of who asked; `position`: how many of case_ids were tried.
        CREATE TABLE registry.job (
            county char(6) NOT NULL, job_id uuid NOT NULL, village text COLLATE "C" NOT NULL, batch_id uuid,
            step text NOT NULL CHECK (step IN ('accept', 'review', 'register', 'certify')), case_ids uuid[] NOT NULL,
            "position" integer NOT NULL DEFAULT 0, done integer NOT NULL DEFAULT 0, refused jsonb NOT NULL DEFAULT '[]',
            findings jsonb NOT NULL DEFAULT '[]', state text NOT NULL
                CHECK (state IN ('waiting', 'running', 'stopping', 'stopped', 'failed', 'done')),
            asked_by uuid NOT NULL, asked_by_name text NOT NULL, asked_roles text[] NOT NULL, jurisdiction text NOT NULL,
            asked_at timestamptz NOT NULL, started_at timestamptz, started_from integer NOT NULL DEFAULT 0,
            ended_at timestamptz,
            PRIMARY KEY (county, job_id),
            FOREIGN KEY (county, batch_id) REFERENCES registry.batch,
            CHECK (cardinality(case_ids) > 0 AND "position" BETWEEN 0 AND cardinality(case_ids))
        );
        CREATE INDEX job_under_way ON registry.job (county, asked_at) WHERE state IN ('waiting', 'running', 'stopping');
        CREATE UNIQUE INDEX reg_16_one_job_per_batch ON registry.job (county, batch_id)
            WHERE state IN ('waiting', 'running', 'stopping');

        CREATE TABLE registry.contract (
            county char(6) NOT NULL, row_id uuid NOT NULL, contract_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            code text COLLATE "C" NOT NULL, collective_id uuid NOT NULL, household_id uuid NOT NULL, mode text NOT NULL,
            term daterange NOT NULL, signed_on date, area_m2 numeric(14,2) NOT NULL, mu numeric(12,2) NOT NULL, """
        + TWO_CLOCKS
        + """,
            PRIMARY KEY (county, row_id),
            CONSTRAINT ct_5_contract_code_once EXCLUDE USING gist
                (county WITH =, code WITH =, valid WITH &&, recorded WITH &&)
        );
        CREATE TABLE registry."right" (
            county char(6) NOT NULL, row_id uuid NOT NULL, right_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            kind text NOT NULL CHECK (kind IN ('contract_management', 'homestead')),
            code text COLLATE "C" NOT NULL, household_id uuid NOT NULL, contract_id uuid, term daterange,
            area_m2 numeric(14,2) NOT NULL CHECK (area_m2 > 0), mu numeric(12,2) NOT NULL, excess_m2 numeric(14,2) NOT NULL DEFAULT 0,
            footprint_m2 numeric(14,2), floor_area_m2 numeric(14,2), floors integer, built_on date, nature text NOT NULL,
            note text NOT NULL DEFAULT '', """
        + TWO_CLOCKS
        + """,
            PRIMARY KEY (county, row_id),
            UNIQUE (county, row_id, kind),
            CONSTRAINT ct_3_one_row_per_right EXCLUDE USING gist
                (county WITH =, right_id WITH =, valid WITH &&, recorded WITH &&)
        );
        CREATE INDEX right_by_household ON registry."right" (county, household_id) WHERE upper_inf(recorded);
        CREATE INDEX right_by_code ON registry."right" (county, code) WHERE upper_inf(recorded);
        CREATE INDEX right_by_village ON registry."right" (village, code) WHERE upper_inf(recorded);
        CREATE TABLE registry.right_holder (
            county char(6) NOT NULL, right_row uuid NOT NULL, household_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            kind text NOT NULL, numerator integer NOT NULL, denominator integer NOT NULL, """
        + TWO_CLOCKS
        + """,
            PRIMARY KEY (county, right_row, household_id),
            FOREIGN KEY (county, right_row, kind) REFERENCES registry."right" (county, row_id, kind),
            CHECK (numerator > 0 AND numerator <= denominator),
            -- 土地管理法 62: one homestead a household, whatever village it lies in.
            CONSTRAINT hs_1_one_homestead_per_household EXCLUDE USING gist
                (county WITH =, household_id WITH =, valid WITH &&, recorded WITH &&) WHERE (kind = 'homestead')
        );
        CREATE TABLE registry.right_parcel (
            county char(6) NOT NULL, right_row uuid NOT NULL, parcel_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            kind text NOT NULL, position integer NOT NULL, area_m2 numeric(14,2) NOT NULL CHECK (area_m2 > 0),
            mu numeric(12,2) NOT NULL, note text NOT NULL DEFAULT '', """
        + TWO_CLOCKS
        + """,
            PRIMARY KEY (county, right_row, parcel_id),
            FOREIGN KEY (county, right_row, kind) REFERENCES registry."right" (county, row_id, kind),
            CONSTRAINT ct_2_one_right_per_parcel EXCLUDE USING gist
                (county WITH =, parcel_id WITH =, kind WITH =, valid WITH &&, recorded WITH &&)
        );
        CREATE INDEX right_parcel_by_parcel ON registry.right_parcel (county, parcel_id);

        -- At the end of a transaction a right that is open is whole: its open shares add up to one, and it has land. Of a right
        -- that is closed nothing is asked: its holders and parcels close with it. All villages count, whoever asks.
        CREATE FUNCTION registry.shares_add_to_one() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            asked uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
        BEGIN
            IF NOT EXISTS (SELECT FROM registry."right" AS r
                           WHERE r.county = NEW.county AND r.row_id = asked AND upper_inf(r.recorded)) THEN
                RETURN NULL;
            END IF;
            IF NOT EXISTS (SELECT FROM registry.right_holder AS h
                           WHERE h.county = NEW.county AND h.right_row = asked AND upper_inf(h.recorded)
                           HAVING sum(h.numerator) = max(h.denominator) AND min(h.denominator) = max(h.denominator)) THEN
                RAISE EXCEPTION 'the shares of right row % do not add up to one', asked
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ct_2_shares_add_to_one';
            END IF;
            IF NOT EXISTS (SELECT FROM registry.right_parcel AS p
                           WHERE p.county = NEW.county AND p.right_row = asked AND upper_inf(p.recorded)) THEN
                RAISE EXCEPTION 'right row % has no parcel', asked
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'ct_7_right_has_a_parcel';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER shares_add_to_one AFTER INSERT OR UPDATE ON registry."right" DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION registry.shares_add_to_one('row_id');
        CREATE CONSTRAINT TRIGGER shares_add_to_one AFTER INSERT OR UPDATE ON registry.right_holder
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registry.shares_add_to_one('right_row');
        CREATE CONSTRAINT TRIGGER shares_add_to_one AFTER UPDATE ON registry.right_parcel
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registry.shares_add_to_one('right_row');

        CREATE TABLE registry.certificate (
            county char(6) NOT NULL, certificate_id uuid NOT NULL, village text COLLATE "C" NOT NULL, number text NOT NULL,
            serial text NOT NULL, token text NOT NULL, kind text NOT NULL CHECK (kind IN ('contract_management', 'homestead')),
            right_id uuid NOT NULL, case_id uuid NOT NULL, act_id uuid NOT NULL, issued_at timestamptz NOT NULL,
            issued_by uuid NOT NULL, pdf_sha256 text NOT NULL, sample boolean NOT NULL,
            PRIMARY KEY (county, certificate_id),
            UNIQUE (county, number),
            UNIQUE (county, serial),
            UNIQUE (county, token),
            CONSTRAINT reg_8_one_certificate_per_case UNIQUE (county, case_id),
            FOREIGN KEY (county, act_id) REFERENCES registry.act
        );
        CREATE INDEX certificate_by_right ON registry.certificate (county, right_id);
        CREATE INDEX certificate_by_token ON registry.certificate (token);
        CREATE INDEX certificate_by_number ON registry.certificate (number);
        CREATE TABLE registry.certificate_end (
            county char(6) NOT NULL, certificate_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            state text NOT NULL CHECK (state IN ('replaced', 'cancelled')), act_id uuid NOT NULL, ended_at timestamptz NOT NULL,
            PRIMARY KEY (county, certificate_id),
            FOREIGN KEY (county, certificate_id) REFERENCES registry.certificate
        );
    """
    )
    for table in (*REGISTERED, *WRITTEN_ONCE, *WORKED_ON):
        op.execute(f"""
            ALTER TABLE registry."{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON registry."{table}"
                USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
                WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
            GRANT SELECT, INSERT ON registry."{table}" TO landreg_registry;
            GRANT SELECT ON registry."{table}" TO landreg_auditor, landreg_worker;
        """)
    for table in TWO_CLOCKED:
        # Rows come before their act in one transaction, and are asked for it at its end.
        op.execute(f"""
            ALTER TABLE {table}
                ADD CONSTRAINT reg_9_opened_by_an_act FOREIGN KEY (county, act_id) REFERENCES registry.act
                    DEFERRABLE INITIALLY DEFERRED,
                ADD CONSTRAINT reg_9_closed_by_an_act FOREIGN KEY (county, ended_by_act) REFERENCES registry.act
                    DEFERRABLE INITIALLY DEFERRED;
        """)
    for table in REGISTERED:
        op.execute(f"""
            ALTER TABLE registry."{table}"
                ADD CONSTRAINT reg_9_valid_is_some_time CHECK (NOT isempty(valid)),
                ADD CONSTRAINT reg_9_recorded_is_some_time CHECK (NOT isempty(recorded)),
                ADD CONSTRAINT reg_9_row_is_ended_by_an_act CHECK (upper_inf(recorded) = (ended_by_act IS NULL));
            CREATE TRIGGER open_once BEFORE INSERT ON registry."{table}" FOR EACH ROW EXECUTE FUNCTION system.open_once();
            CREATE TRIGGER close_once BEFORE UPDATE ON registry."{table}" FOR EACH ROW EXECUTE FUNCTION system.close_once();
            CREATE INDEX "{table}_by_act" ON registry."{table}" (county, act_id);
            GRANT UPDATE (recorded, ended_by_act) ON registry."{table}" TO landreg_registry;
        """)
    op.execute("""
        GRANT UPDATE (batch_id, state, accepted_by, accepted_at, accepted_on, due_on, reviewed_by, reviewed_at, notice_id, act_id,
                findings)
            ON registry."case" TO landreg_registry;
        GRANT UPDATE (acceptance_order) ON registry.case_parcel TO landreg_registry;
        GRANT UPDATE (pdf_sha256) ON registry.notice TO landreg_registry;
        GRANT UPDATE (settled_at, settled_by, outcome, settlement) ON registry.objection TO landreg_registry;
        GRANT UPDATE (state) ON registry.job TO landreg_registry;
        GRANT UPDATE (state, "position", done, refused, findings, started_at, started_from, ended_at) ON registry.job TO landreg_worker;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA registry TO landreg_registry;

        -- The public reads no table: these functions answer, and only what anyone may know (民法典 219).
        CREATE FUNCTION registry.check_certificate(asked text) RETURNS TABLE (
            number text, kind text, state text, issued_at timestamptz, ended_at timestamptz, act_number text, holder text,
            area_m2 numeric, mu numeric, parcels bigint, term daterange, division text, sample boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, c.kind, coalesce(e.state, 'valid'), c.issued_at, e.ended_at, a.number,
                   left(h.name, CASE WHEN length(h.name) > 1 THEN 1 ELSE 0 END) || repeat('*', greatest(length(h.name) - 2, 1))
                       || CASE WHEN length(h.name) > 2 THEN right(h.name, 1) ELSE '' END,
                   r.area_m2, r.mu, (SELECT count(*) FROM registry.right_parcel AS p
                                     WHERE p.county = r.county AND p.right_row = r.row_id),
                   r.term, coalesce(d.name, ''), c.sample
            FROM registry.certificate AS c
            JOIN registry.act AS a ON a.county = c.county AND a.act_id = c.act_id
            JOIN registry."right" AS r ON r.county = c.county AND r.right_id = c.right_id AND r.act_id = c.act_id
            JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id
                 AND h.recorded @> lower(r.recorded)
            LEFT JOIN registry.certificate_end AS e ON e.county = c.county AND e.certificate_id = c.certificate_id
            LEFT JOIN land.division AS d ON d.code = c.village
            WHERE c.token = asked OR c.number = asked
        $$;
        CREATE FUNCTION registry.public_notices(village_prefix text, over boolean, most integer, skipped integer)
            RETURNS TABLE (number text, title text, village text, published_on date, last_day date, cases bigint,
                objected bigint, total bigint)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            WITH page AS (
                SELECT n.*, count(*) OVER () AS total FROM registry.notice AS n
                WHERE n.village >= village_prefix COLLATE "C" AND n.village <= (village_prefix || '~') COLLATE "C"
                  AND over = (n.last_day < (system.clock() AT TIME ZONE 'Asia/Shanghai')::date)
                ORDER BY n.last_day DESC, n.number DESC LIMIT least(most, 200) OFFSET skipped
            )
            SELECT n.number, n.title, n.village, n.published_on, n.last_day, count(c.case_id),
                   count(c.case_id) FILTER (WHERE c.state = 'objected'), n.total
            FROM page AS n LEFT JOIN registry."case" AS c ON c.county = n.county AND c.notice_id = n.notice_id
            GROUP BY n.number, n.title, n.village, n.published_on, n.last_day, n.total ORDER BY n.last_day DESC, n.number DESC
        $$;
        CREATE FUNCTION registry.public_notice(asked text) RETURNS TABLE (
            number text, title text, village text, published_on date, last_day date, content jsonb, pdf_sha256 text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT n.number, n.title, n.village, n.published_on, n.last_day, n.content, n.pdf_sha256
            FROM registry.notice AS n WHERE n.number = asked
        $$;
        -- An objection from the public page. It stops its case as one taken at the window does; nothing else is written by it.
        CREATE FUNCTION registry.raise_objection(notice_number text, case_number text, named text, contact bytea, why text)
            RETURNS uuid
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            found record;
            new_id uuid := gen_random_uuid();
            at_instant timestamptz;
        BEGIN
            IF length(btrim(named)) NOT BETWEEN 1 AND 60 OR length(btrim(why)) NOT BETWEEN 1 AND 2000 THEN
                RAISE EXCEPTION 'an objection has a name and a reason'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'reg_12_objection_has_a_reason';
            END IF;
            SELECT c.county, c.case_id, c.village, n.notice_id, n.last_day INTO found
            FROM registry.notice AS n
            JOIN registry."case" AS c ON c.county = n.county AND c.notice_id = n.notice_id
            WHERE n.number = notice_number AND c.number = case_number AND c.state IN ('noticed', 'objected')
            FOR UPDATE OF c;
            at_instant := system.clock();
            IF found.case_id IS NULL OR (at_instant AT TIME ZONE 'Asia/Shanghai')::date > found.last_day THEN
                RAISE EXCEPTION 'the notice is over'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'reg_14_notice_is_running';
            END IF;
            INSERT INTO registry.objection (county, objection_id, village, case_id, notice_id, raised_by, contact_sealed,
                reason, raised_at)
            VALUES (found.county, new_id, found.village, found.case_id, found.notice_id, btrim(named), contact, btrim(why),
                at_instant);
            UPDATE registry."case" AS c SET state = 'objected' WHERE c.county = found.county AND c.case_id = found.case_id;
            INSERT INTO registry.case_event (county, event_id, village, case_id, step, at, by, by_name, reason)
            VALUES (found.county, gen_random_uuid(), found.village, found.case_id, 'object', at_instant,
                '00000000-0000-0000-0000-000000000000', '公众', btrim(why));
            RETURN new_id;
        END $$;
        -- The names of a division from the county down, for pages of the public.
        CREATE FUNCTION registry.place(asked text) RETURNS text
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT string_agg(d.name, ' ' ORDER BY d.code COLLATE "C") FROM land.division AS d
            WHERE d.code IN (left(asked, 6), left(asked, 9), left(asked, 12))
        $$;
        -- How far a case is, by the number on its receipt: no name, no place.
        CREATE FUNCTION registry.check_case(asked text) RETURNS TABLE (
            number text, right_kind text, state text, accepted_on date, due_on date, notice text, last_day date)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, c.right_kind, c.state, c.accepted_on, c.due_on, n.number, n.last_day
            FROM registry."case" AS c LEFT JOIN registry.notice AS n ON n.county = c.county AND n.notice_id = c.notice_id
            WHERE c.number = asked
        $$;
        -- Which cases of a notice are stopped by an objection: the notice shows it, and nothing of who objected.
        CREATE FUNCTION registry.noticed_cases(asked text) RETURNS TABLE (number text, state text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, c.state FROM registry.notice AS n
            JOIN registry."case" AS c ON c.county = n.county AND c.notice_id = n.notice_id
            WHERE n.number = asked
        $$;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA registry FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.raise_objection(text, text, text, bytea, text) TO landreg_public;
        GRANT EXECUTE ON FUNCTION registry.noticed_cases(text), registry.check_case(text), registry.place(text) TO landreg_public, landreg_registry, landreg_auditor, landreg_worker;
        GRANT EXECUTE ON FUNCTION registry.check_certificate(text), registry.public_notices(text, boolean, integer, integer),
            registry.public_notice(text)
            TO landreg_public, landreg_registry, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
