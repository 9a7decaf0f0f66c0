"""0022 Whether a case still waits for somebody, kept by the database; indexes of the lists that a desk opens, and of what an
act closed."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CLOCKED = (
    ("registry", "contract"), ("registry", "right"), ("registry", "right_holder"), ("registry", "right_parcel"),
    ("registry", "restriction"), ("land", "parcel"), ("land", "parcel_origin"), ("party", "collective"),
    ("party", "household"), ("party", "member"), ("party", "organization"), ("party", "holder"),
)  # fmt: skip


def upgrade() -> None:
    op.execute("""
        -- What becomes of the certificate (law/acts.toml): where none follows, a registered case is at its end.
        ALTER TABLE registry.act_kind ADD COLUMN certificate text COLLATE "C";
        UPDATE registry.act_kind SET certificate = CASE
            WHEN kind = 'first_registration' THEN 'issue'
            WHEN kind = 'cancellation' THEN 'cancel'
            WHEN kind IN ('survey_entry', 'mortgage', 'mortgage_release', 'mortgage_change', 'seizure', 'seizure_release',
                'seizure_renewal', 'seizure_expiry', 'objection_entry', 'objection_release', 'objection_suit',
                'objection_lapse', 'advance_notice', 'advance_notice_release', 'advance_notice_lapse', 'land_operation',
                'land_operation_change', 'land_operation_end') THEN 'keep'
            ELSE 'replace' END;
        ALTER TABLE registry.act_kind ALTER COLUMN certificate SET NOT NULL,
            ADD CHECK (certificate IN ('issue', 'replace', 'cancel', 'keep'));

        CREATE FUNCTION registry.case_waits(state text, act_kind text, request jsonb) RETURNS boolean LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT CASE WHEN state <> 'registered' THEN state NOT IN ('certified', 'withdrawn', 'refused')
                ELSE (SELECT k.certificate IN ('issue', 'replace') OR (k.certificate = 'cancel'
                          AND coalesce(request -> 'parcels', '[]') NOT IN (jsonb '[]', jsonb 'null'))
                      FROM registry.act_kind AS k WHERE k.kind = act_kind) END
        $$;
        REVOKE ALL ON FUNCTION registry.case_waits(text, text, jsonb) FROM PUBLIC;

        -- officer: who works on it; a column, for a policy keeps an index from being used for coalesce(), which is not leakproof.
        ALTER TABLE registry."case" ADD COLUMN waits boolean,
            ADD COLUMN officer uuid GENERATED ALWAYS AS (coalesce(taken_by, prepared_by)) STORED NOT NULL;
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE registry."case" SET waits = registry.case_waits(state, act_kind, request);
        SET LOCAL landreg.jurisdiction = '';
        ALTER TABLE registry."case" ALTER COLUMN waits SET NOT NULL;
        CREATE OR REPLACE FUNCTION registry.note_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        BEGIN
            IF TG_OP = 'INSERT' OR OLD.state <> NEW.state THEN
                NEW.state_since := system.clock();
            END IF;
            NEW.waits := registry.case_waits(NEW.state, NEW.act_kind, NEW.request);
            RETURN NEW;
        END $$;

        -- The queues read what waits alone, which does not grow with the years.
        DROP INDEX registry.case_by_officer;
        CREATE INDEX case_waiting ON registry."case" (officer, (number COLLATE "C")) WHERE waits;
        CREATE INDEX case_waiting_since ON registry."case" (officer, state_since) WHERE waits;
        CREATE INDEX case_by_act ON registry."case" (act_kind, (number COLLATE "C"));
    """)
    # A leaf names the rows that its act closed: without these every act would read the whole register.
    for schema, table in CLOCKED:
        op.execute(f"""
            CREATE INDEX "{table}_by_ending_act" ON {schema}."{table}" (county, ended_by_act) WHERE ended_by_act IS NOT NULL
        """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
