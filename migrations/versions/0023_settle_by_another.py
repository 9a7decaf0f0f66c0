"""0023 An objection is settled in favour of a case by another officer than who opened it, whatever the outcome is called."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE OR REPLACE FUNCTION registry.keep_four_eyes() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF NEW.outcome IN ('dismissed', 'withdrawn') AND EXISTS (SELECT FROM registry."case" AS c
                    WHERE c.county = NEW.county AND c.case_id = NEW.case_id AND c.prepared_by = NEW.settled_by) THEN
                RAISE EXCEPTION 'an objection is settled in favour of a case by another than who opened it'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reg_1_settled_by_another';
            END IF;
            RETURN NEW;
        END $$;
    """)
