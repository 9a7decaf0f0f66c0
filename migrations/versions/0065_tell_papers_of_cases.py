"""0065 What an acceptance, a registration, a withdrawal or a refusal found in a case's folder is kept with the step, and so told by
its leaf, or by that of the act.

Steps of before keep none: nobody can say any more what they found.
"""

from __future__ import annotations

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- By document in the folder: a digest of what its row says (landreg.registry.leaves.coursed makes it again). Whoever
        -- takes the step: a paper may have been put in for more villages than theirs.
        CREATE FUNCTION registry.papers_told(of_county text, of_case uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT coalesce(jsonb_object_agg(d.document_id, encode(sha256(convert_to(jsonb_build_array(d.kind, d.sha256, d.size,
                encode(sha256(convert_to(d.name, 'UTF8')), 'hex'), d.put_by, log.instant(d.put_at))::text, 'UTF8')), 'hex')), '{}')
            FROM registry.case_document AS f
            JOIN registry.document AS d ON d.county = f.county AND d.document_id = f.document_id
            WHERE f.county = of_county::char(6) AND f.case_id = of_case
        $$;
        CREATE OR REPLACE FUNCTION registry.keep_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        BEGIN
            NEW.told := CASE WHEN NEW.step = 'accept' THEN coalesce(registry.told_by(NEW.county, NEW.case_id), '{}') ELSE '{}' END;
            IF NEW.step IN ('accept', 'register', 'withdraw', 'refuse') THEN
                NEW.told := NEW.told || jsonb_build_object('papers', registry.papers_told(NEW.county, NEW.case_id));
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION registry.papers_told(text, uuid) FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
