"""0011 Audit: samples with their seed and list, findings with their events, and steps that were refused as one's own."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA audit;
        GRANT USAGE ON SCHEMA audit TO landreg_registry, landreg_auditor, landreg_worker;
        CREATE SEQUENCE audit.finding_number;
        CREATE SEQUENCE audit.sample_number;

        -- An officer who tried to approve a case of their own: the step was refused and wrote nothing else.
        CREATE TABLE audit.attempt (
            county char(6) NOT NULL, attempt_id uuid NOT NULL, village text COLLATE "C" NOT NULL, case_id uuid NOT NULL,
            step text NOT NULL, rule text NOT NULL, by uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, attempt_id),
            FOREIGN KEY (county, case_id) REFERENCES registry."case"
        );
        CREATE INDEX attempt_by_village ON audit.attempt (village, at);

        -- population: a line an item, "stratum, weight, key", as it was staged in the log before anything was drawn.
        CREATE TABLE audit.sample (
            county char(6) NOT NULL, sample_id uuid NOT NULL, village text COLLATE "C" NOT NULL, number text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('case', 'act', 'certificate')),
            method text NOT NULL CHECK (method IN ('random', 'by_village', 'by_act_kind', 'by_risk')),
            month date, size integer NOT NULL CONSTRAINT aud_13_sample_size CHECK (size BETWEEN 1 AND 1000),
            seed text NOT NULL CHECK (seed ~ '^[0-9a-f]{64}$'), population text[] NOT NULL
                CONSTRAINT aud_13_sample_of_something CHECK (cardinality(population) > 0),
            population_sha256 text NOT NULL, prepared_by uuid NOT NULL, prepared_by_name text NOT NULL,
            prepared_at timestamptz NOT NULL,
            PRIMARY KEY (county, sample_id),
            UNIQUE (county, number)
        );
        CREATE TABLE audit.sample_draw (
            county char(6) NOT NULL, sample_id uuid NOT NULL, village text COLLATE "C" NOT NULL, keys text[] NOT NULL,
            drawn_by uuid NOT NULL, drawn_at timestamptz NOT NULL,
            CONSTRAINT aud_14_drawn_once PRIMARY KEY (county, sample_id),
            FOREIGN KEY (county, sample_id) REFERENCES audit.sample
        );

        CREATE TABLE audit.finding (
            county char(6) NOT NULL, finding_id uuid NOT NULL, village text COLLATE "C" NOT NULL, number text NOT NULL,
            subject_kind text NOT NULL CHECK (subject_kind IN ('case', 'act', 'certificate')), subject_key text NOT NULL,
            case_id uuid, rule text, sample_id uuid, title text NOT NULL
                CONSTRAINT aud_10_finding_says_something CHECK (btrim(title) <> ''),
            written_by uuid NOT NULL, written_by_name text NOT NULL, written_at timestamptz NOT NULL,
            PRIMARY KEY (county, finding_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, case_id) REFERENCES registry."case",
            FOREIGN KEY (county, sample_id) REFERENCES audit.sample
        );
        CREATE INDEX finding_by_village ON audit.finding (village, written_at);
        CREATE TABLE audit.finding_event (
            county char(6) NOT NULL, finding_id uuid NOT NULL, "position" integer NOT NULL CHECK ("position" > 0),
            village text COLLATE "C" NOT NULL, step text NOT NULL CHECK (step IN ('write', 'answer', 'close', 'reopen')),
            by uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            text text NOT NULL CONSTRAINT aud_10_step_says_something CHECK (btrim(text) <> ''),
            -- Two who act at once: the second is told to look again.
            CONSTRAINT aud_12_one_step_at_a_time PRIMARY KEY (county, finding_id, "position"),
            FOREIGN KEY (county, finding_id) REFERENCES audit.finding
        );
        CREATE FUNCTION audit.keep_course() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        DECLARE
            was text := coalesce((SELECT e.step FROM audit.finding_event AS e
                                  WHERE e.county = NEW.county AND e.finding_id = NEW.finding_id
                                  ORDER BY e."position" DESC LIMIT 1), '');
        BEGIN
            IF (was, NEW.step) NOT IN (('', 'write'), ('write', 'answer'), ('reopen', 'answer'), ('answer', 'close'),
                                       ('answer', 'reopen'), ('close', 'reopen')) THEN
                RAISE EXCEPTION 'a finding does not go from "%" to "%"', was, NEW.step
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'aud_11_finding_keeps_its_course';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION audit.keep_course() FROM PUBLIC;
        CREATE TRIGGER keep_course BEFORE INSERT ON audit.finding_event FOR EACH ROW EXECUTE FUNCTION audit.keep_course();
    """)
    for table in ("attempt", "sample", "sample_draw", "finding", "finding_event"):
        op.execute(f"""
            ALTER TABLE audit.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY read_in_jurisdiction ON audit.{table} FOR SELECT
                USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
            GRANT SELECT ON audit.{table} TO landreg_auditor, landreg_worker;
        """)
    inside = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
    op.execute(f"""
        -- Nobody writes in another's name; the bureau answers, and only that; everything else is the auditor's.
        CREATE POLICY own_attempt ON audit.attempt FOR INSERT TO landreg_registry, landreg_worker
            WITH CHECK ({inside} AND by = access.actor());
        CREATE POLICY auditor_prepares ON audit.sample FOR INSERT TO landreg_auditor
            WITH CHECK ({inside} AND prepared_by = access.actor());
        CREATE POLICY auditor_draws ON audit.sample_draw FOR INSERT TO landreg_auditor
            WITH CHECK ({inside} AND drawn_by = access.actor());
        CREATE POLICY auditor_writes ON audit.finding FOR INSERT TO landreg_auditor
            WITH CHECK ({inside} AND written_by = access.actor());
        CREATE POLICY auditor_follows_up ON audit.finding_event FOR INSERT TO landreg_auditor
            WITH CHECK ({inside} AND by = access.actor() AND step IN ('write', 'close', 'reopen'));
        CREATE POLICY bureau_answers ON audit.finding_event FOR INSERT TO landreg_registry
            WITH CHECK ({inside} AND by = access.actor() AND step = 'answer');
        GRANT SELECT, INSERT ON audit.attempt TO landreg_registry;
        GRANT INSERT ON audit.attempt TO landreg_worker;
        GRANT SELECT ON audit.finding TO landreg_registry;
        GRANT SELECT, INSERT ON audit.finding_event TO landreg_registry;
        GRANT INSERT ON audit.sample, audit.sample_draw, audit.finding, audit.finding_event TO landreg_auditor;
        GRANT USAGE ON SEQUENCE audit.finding_number, audit.sample_number TO landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
