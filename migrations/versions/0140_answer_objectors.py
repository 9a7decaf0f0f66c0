"""0140 That an objector's contact was opened is a step of the case with a leaf of its own; the letter on an objection is a paper of
the case; and the public is told by notice and receipt what became of an objection.
"""

from __future__ import annotations

from alembic import op

revision = "0140"
down_revision = "0139"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE registry.paper DROP CONSTRAINT paper_kind_check,
            ADD CONSTRAINT paper_kind_check
                CHECK (kind IN ('receipt', 'completion', 'refusal', 'proof', 'error_letter', 'objection_answer'));
        -- As in 0119; a step that opened a contact says of which objection.
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
            RETURN NEW;
        END $$;
        -- As in 0033, and of a contact that was opened.
        CREATE OR REPLACE FUNCTION registry.tell_step(e registry.case_event, at timestamptz) RETURNS void
            LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $$
        DECLARE
            c registry."case";
        BEGIN
            SELECT x.* INTO c FROM registry."case" AS x WHERE x.county = e.county AND x.case_id = e.case_id;
            PERFORM log.stage(e.county, e.village, CASE e.step WHEN 'accept' THEN 'case.accepted' WHEN 'review' THEN 'case.reviewed'
                    WHEN 'return' THEN 'case.returned' WHEN 'withdraw' THEN 'case.withdrawn' WHEN 'refuse' THEN 'case.refused'
                    WHEN 'contact' THEN 'objection.opened' END, e.event_id::text, at,
                jsonb_build_object('case', c.number, 'case_id', e.case_id, 'step', e.step, 'at', log.instant(e.at), 'by', e."by")
                    || e.told,
                jsonb_build_object('by_name', e.by_name, 'reason', e.reason, 'asked', jsonb_build_array(c.act_kind, c.right_kind,
                    c.subject_code, c.household_code, c.applicant, c.prepared_by, c.package_id, c.request, c.right_ids)::text));
        END $$;
        CREATE TRIGGER contact_has_a_leaf AFTER INSERT ON registry.case_event FOR EACH ROW WHEN (NEW.step = 'contact')
            EXECUTE FUNCTION registry.step_has_a_leaf();
        -- What became of an objection, by the numbers of its notice and its receipt: no name, and no words of either side.
        CREATE FUNCTION registry.objection_told(notice_number text, receipt text) RETURNS TABLE (
            case_number text, raised_on date, outcome text, settled_on date, paper text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, (o.raised_at AT TIME ZONE 'Asia/Shanghai')::date, o.outcome,
                (o.settled_at AT TIME ZONE 'Asia/Shanghai')::date, p.number
            FROM registry.notice AS n
            JOIN registry.objection AS o ON o.county = n.county AND o.notice_id = n.notice_id
            JOIN registry."case" AS c ON c.county = o.county AND c.case_id = o.case_id
            LEFT JOIN registry.case_event AS e ON e.county = o.county AND e.case_id = o.case_id AND e.step = 'settle'
                AND e.at = o.settled_at
            LEFT JOIN registry.paper AS p ON p.county = e.county AND p.event_id = e.event_id
            WHERE n.number = notice_number AND length(receipt) = 8 AND left(o.objection_id::text, 8) = lower(receipt)
        $$;
        REVOKE ALL ON FUNCTION registry.objection_told(text, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.objection_told(text, text)
            TO landreg_public, landreg_registry, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
