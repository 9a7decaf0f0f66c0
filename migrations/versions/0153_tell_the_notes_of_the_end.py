"""0153 The notes that the rules made on a case, over which officers went on, are kept as a digest with the step that ends it, and
so told by its leaf or by that of the act.

Steps of before keep none: nobody can say any more which notes those cases had.
"""

from __future__ import annotations

from alembic import op

revision = "0153"
down_revision = "0152"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Salted by the step's own salt: notes may name people (landreg.registry.leaves.coursed makes it again).
        CREATE FUNCTION registry.notes_told(of_county text, of_case uuid, salt uuid) RETURNS text LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT encode(sha256(convert_to(salt || c.findings::text, 'UTF8')), 'hex')
            FROM registry."case" AS c WHERE c.county = of_county::char(6) AND c.case_id = of_case
        $$;
        -- As in 0140; what ends a case says which notes it had.
        CREATE OR REPLACE FUNCTION registry.keep_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        BEGIN
            NEW.told := CASE NEW.step WHEN 'accept' THEN coalesce(registry.told_by(NEW.county, NEW.case_id), '{}')
                WHEN 'contact' THEN jsonb_build_object('objection', NEW.told ->> 'objection') ELSE '{}' END;
            IF NEW.step IN ('accept', 'register', 'withdraw', 'refuse') THEN
                NEW.told := NEW.told || jsonb_build_object('papers', registry.papers_told(NEW.county, NEW.case_id));
            END IF;
            IF NEW.step IN ('accept', 'review', 'return', 'register', 'withdraw', 'refuse') THEN
                NEW.told := NEW.told || jsonb_build_object('steps', registry.steps_told(NEW.county, NEW.case_id));
            END IF;
            IF NEW.step IN ('register', 'withdraw', 'refuse') THEN
                NEW.told := NEW.told || jsonb_build_object('notes', registry.notes_told(NEW.county, NEW.case_id, NEW.salt));
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION registry.notes_told(text, uuid, uuid) FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
