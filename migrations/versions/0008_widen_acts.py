"""0008 Acts of change: their kinds, cases without a survey, restrictions, and ends of certificates that the log tells of."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Kind, and whether it waits for a public notice before it is registered.
KINDS = (
    ("survey_entry", False),
    ("first_registration", True),
    ("household_change", False),
    ("assignment", False),
    ("cancellation", True),
    ("reissue", True),
    ("seizure", False),
    ("seizure_release", False),
    ("mortgage", False),
    ("mortgage_release", False),
    ("objection_entry", False),
    ("objection_release", False),
    ("advance_notice", False),
    ("advance_notice_release", False),
)


def upgrade() -> None:
    op.execute("""
        -- A demonstration may begin in the past, so that years of acts end today.
        ALTER TABLE system.demo DROP CONSTRAINT demo_ahead_check, ADD CHECK (ahead >= interval '-5 years');

        CREATE TABLE registry.act_kind (kind text COLLATE "C" PRIMARY KEY, noticed boolean NOT NULL);
        GRANT SELECT ON registry.act_kind TO landreg_registry, landreg_auditor, landreg_worker;
    """)
    for kind, noticed in KINDS:
        op.execute(f"INSERT INTO registry.act_kind VALUES ('{kind}', {noticed})")
    op.execute("""
        ALTER TABLE registry.act DROP CONSTRAINT act_kind_check,
            ADD CONSTRAINT act_of_a_kind FOREIGN KEY (kind) REFERENCES registry.act_kind;
        ALTER TABLE registry."case" DROP CONSTRAINT case_act_kind_check, ALTER COLUMN package_id DROP NOT NULL,
            -- What is asked for, as codes, ids and days; the rights that it concerns.
            ADD COLUMN request jsonb NOT NULL DEFAULT '{}', ADD COLUMN right_ids uuid[] NOT NULL DEFAULT '{}',
            ADD CONSTRAINT case_of_a_kind FOREIGN KEY (act_kind) REFERENCES registry.act_kind,
            ADD CONSTRAINT reg_17_first_registration_rests_on_a_survey
                CHECK ((act_kind = 'first_registration') = (package_id IS NOT NULL));
        INSERT INTO registry.case_course VALUES ('reviewed', 'registered');
        CREATE OR REPLACE FUNCTION registry.keep_course() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        DECLARE
            was text := CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END;
        BEGIN
            IF was <> NEW.state AND NOT EXISTS (SELECT FROM registry.case_course AS c
                                                WHERE c.before = was AND c.after = NEW.state) THEN
                RAISE EXCEPTION 'case % does not go from "%" to "%"', NEW.number, was, NEW.state
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reg_8_case_keeps_its_course';
            END IF;
            IF was = 'reviewed' AND NEW.state IN ('registered', 'noticed') AND (NEW.state = 'registered') = (
                SELECT k.noticed FROM registry.act_kind AS k WHERE k.kind = NEW.act_kind) THEN
                RAISE EXCEPTION 'case % is registered after a notice where its act asks for one', NEW.number
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reg_4_noticed_where_asked';
            END IF;
            RETURN NEW;
        END $$;
        CREATE INDEX case_by_rights ON registry."case" USING gin (right_ids);

        CREATE TABLE registry.restriction (
            county char(6) NOT NULL, row_id uuid NOT NULL, restriction_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('mortgage', 'seizure', 'objection', 'advance_notice', 'dispute')),
            right_id uuid NOT NULL, rank integer NOT NULL CHECK (rank > 0), party text NOT NULL CHECK (party <> ''),
            basis text NOT NULL, amount numeric(16,2) CHECK (amount > 0), until date,
            valid daterange NOT NULL, recorded tstzrange NOT NULL, act_id uuid NOT NULL, ended_by_act uuid,
            PRIMARY KEY (county, row_id),
            CONSTRAINT reg_22_one_row_per_restriction EXCLUDE USING gist
                (county WITH =, restriction_id WITH =, valid WITH &&, recorded WITH &&),
            -- The seizure of rank 1 is in force, the later ones wait in their order.
            CONSTRAINT reg_22_one_restriction_per_rank EXCLUDE USING gist
                (county WITH =, right_id WITH =, kind WITH =, rank WITH =, valid WITH &&, recorded WITH &&),
            CONSTRAINT reg_9_valid_is_some_time CHECK (NOT isempty(valid)),
            CONSTRAINT reg_9_recorded_is_some_time CHECK (NOT isempty(recorded)),
            CONSTRAINT reg_9_row_is_ended_by_an_act CHECK (upper_inf(recorded) = (ended_by_act IS NULL)),
            CONSTRAINT reg_9_opened_by_an_act FOREIGN KEY (county, act_id) REFERENCES registry.act DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT reg_9_closed_by_an_act FOREIGN KEY (county, ended_by_act) REFERENCES registry.act
                DEFERRABLE INITIALLY DEFERRED
        );
        CREATE INDEX restriction_by_right ON registry.restriction (county, right_id) WHERE upper_inf(recorded);
        CREATE INDEX restriction_by_act ON registry.restriction (county, act_id);
        ALTER TABLE registry.restriction ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON registry.restriction
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        CREATE TRIGGER open_once BEFORE INSERT ON registry.restriction FOR EACH ROW EXECUTE FUNCTION system.open_once();
        CREATE TRIGGER close_once BEFORE UPDATE ON registry.restriction FOR EACH ROW EXECUTE FUNCTION system.close_once();
        GRANT SELECT, INSERT, UPDATE (recorded, ended_by_act) ON registry.restriction TO landreg_registry;
        GRANT SELECT ON registry.restriction TO landreg_auditor, landreg_worker;

        ALTER TABLE registry.certificate DROP CONSTRAINT reg_8_one_certificate_per_case,
            ADD CONSTRAINT reg_8_one_certificate_per_case_and_right UNIQUE (county, case_id, right_id);
        ALTER TABLE registry.certificate_end
            ADD CONSTRAINT reg_9_ended_by_an_act FOREIGN KEY (county, act_id) REFERENCES registry.act DEFERRABLE INITIALLY DEFERRED;
        CREATE INDEX certificate_end_by_act ON registry.certificate_end (county, act_id);

        -- A certificate says what the register said when it was issued.
        CREATE OR REPLACE FUNCTION registry.check_certificate(asked text) RETURNS TABLE (
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
            JOIN registry."right" AS r ON r.county = c.county AND r.right_id = c.right_id AND r.recorded @> c.issued_at
                 AND r.valid @> (c.issued_at AT TIME ZONE 'Asia/Shanghai')::date
            JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id
                 AND h.recorded @> c.issued_at AND h.valid @> (c.issued_at AT TIME ZONE 'Asia/Shanghai')::date
            LEFT JOIN registry.certificate_end AS e ON e.county = c.county AND e.certificate_id = c.certificate_id
            LEFT JOIN land.division AS d ON d.code = c.village
            WHERE c.token = asked OR c.number = asked
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
