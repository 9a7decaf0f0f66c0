"""0083 A land-operation right in land that a collective gave out is certified; its code and its contract say one thing."""

from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The sign Q ends the code of a right that has a contract of its own with the collective, and of no other.
        ALTER TABLE registry."right" ADD CONSTRAINT lo_11_code_says_who_gave_the_land
            CHECK (kind <> 'land_operation' OR (contract_id IS NOT NULL) = (code LIKE '%Q'));

        -- replace_held: where the right has a certificate, which of land-operation rights those by other means have.
        ALTER TABLE registry.act_kind DROP CONSTRAINT act_kind_certificate_check,
            ADD CHECK (certificate IN ('issue', 'replace', 'replace_held', 'cancel', 'keep'));
        UPDATE registry.act_kind SET certificate = CASE kind WHEN 'other_means' THEN 'issue' WHEN 'land_operation_end' THEN 'cancel'
                ELSE 'replace_held' END
            WHERE kind IN ('other_means', 'land_operation_change', 'land_operation_end', 'organization_name_change');
        DROP FUNCTION registry.case_waits(text, text, jsonb);
        CREATE FUNCTION registry.case_waits(state text, act_kind text, request jsonb, code text) RETURNS boolean LANGUAGE sql
            STABLE SET search_path = pg_catalog AS $$
            SELECT CASE WHEN state <> 'registered' THEN state NOT IN ('certified', 'withdrawn', 'refused')
                ELSE (SELECT k.certificate IN ('issue', 'replace') OR (k.certificate = 'replace_held' AND code LIKE '%Q')
                          OR (k.certificate = 'cancel'
                          AND (coalesce(request -> 'parcels', '[]') NOT IN (jsonb '[]', jsonb 'null')
                               OR coalesce(request ->> 'taker_id', '') <> ''
                               OR coalesce(request ->> 'cut', '') <> ''))
                      FROM registry.act_kind AS k WHERE k.kind = act_kind) END
        $$;
        REVOKE ALL ON FUNCTION registry.case_waits(text, text, jsonb, text) FROM PUBLIC;
        CREATE OR REPLACE FUNCTION registry.note_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        BEGIN
            IF TG_OP = 'INSERT' OR OLD.state <> NEW.state THEN
                NEW.state_since := system.clock();
            END IF;
            NEW.waits := registry.case_waits(NEW.state, NEW.act_kind, NEW.request, NEW.subject_code);
            RETURN NEW;
        END $$;
        -- Who was registered before waits for the certificate now, where the right still stands.
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE registry."case" AS c SET waits = true WHERE c.state = 'registered' AND c.act_kind = 'other_means'
            AND EXISTS (SELECT FROM registry."right" AS r WHERE r.county = c.county AND r.code = c.subject_code
                AND r.kind = 'land_operation' AND upper_inf(r.recorded) AND upper_inf(r.valid));
        SET LOCAL landreg.jurisdiction = '';
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
