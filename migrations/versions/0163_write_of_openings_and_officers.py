"""0163 A finding is written of an opening of identity data or of an officer too, and answered by another than the
officer it is about; a login may be a mobile number; each desk that reads a listing reads until when the
market shows it.
"""

from __future__ import annotations

from alembic import op

revision = "0163"
down_revision = "0162"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        GRANT EXECUTE ON FUNCTION exchange.shown_until(text, uuid) TO landreg_registry, landreg_auditor;
        ALTER TABLE access.account DROP CONSTRAINT acc_5_login_is_plain,
            ADD CONSTRAINT acc_5_login_is_plain CHECK (login ~ '^([a-z][a-z0-9._-]{2,31}|1[3-9][0-9]{9})$');
        ALTER TABLE audit.finding ADD COLUMN about uuid, DROP CONSTRAINT finding_subject_kind_check,
            ADD CONSTRAINT finding_subject_kind_check
                CHECK (subject_kind IN ('case', 'act', 'certificate', 'opening', 'officer')),
            ADD CONSTRAINT finding_says_about_whom CHECK ((about IS NOT NULL) = (subject_kind IN ('opening', 'officer')));
        -- As in 0011; whoever a finding is about does not answer it.
        CREATE OR REPLACE FUNCTION audit.keep_course() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
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
            IF NEW.step = 'answer' AND EXISTS (SELECT FROM audit.finding AS f
                    WHERE f.county = NEW.county AND f.finding_id = NEW.finding_id AND f.about = NEW."by") THEN
                RAISE EXCEPTION 'a finding is answered by another than whom it is about'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'aud_32_answered_by_another';
            END IF;
            RETURN NEW;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
