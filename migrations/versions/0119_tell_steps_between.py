"""0119 Steps of a case that have no leaf of their own (its opening, who took it up) are kept as digests with each step that has
one, or with its registration, and so told by that leaf.

Steps of before keep none: when those cases were opened nobody can prove any more.
"""

from __future__ import annotations

from alembic import op

revision = "0119"
down_revision = "0118"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- By step: a digest of what its row says (landreg.registry.leaves.coursed makes it again).
        CREATE FUNCTION registry.steps_told(of_county text, of_case uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT coalesce(jsonb_object_agg(e.event_id, encode(sha256(convert_to(jsonb_build_array(e.step, log.instant(e.at),
                e."by", e.by_name, e.reason)::text, 'UTF8')), 'hex')), '{}')
            FROM registry.case_event AS e WHERE e.county = of_county::char(6) AND e.case_id = of_case
                AND e.step NOT IN ('accept', 'review', 'return', 'withdraw', 'refuse')
        $$;
        CREATE OR REPLACE FUNCTION registry.keep_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        BEGIN
            NEW.told := CASE WHEN NEW.step = 'accept' THEN coalesce(registry.told_by(NEW.county, NEW.case_id), '{}') ELSE '{}' END;
            IF NEW.step IN ('accept', 'register', 'withdraw', 'refuse') THEN
                NEW.told := NEW.told || jsonb_build_object('papers', registry.papers_told(NEW.county, NEW.case_id));
            END IF;
            IF NEW.step IN ('accept', 'review', 'return', 'register', 'withdraw', 'refuse') THEN
                NEW.told := NEW.told || jsonb_build_object('steps', registry.steps_told(NEW.county, NEW.case_id));
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION registry.steps_told(text, uuid) FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
