"""0183 A case that the office opened anew from a later survey ends as that ('rebuild'), told by a leaf of its own; the receipt,
the notice and whoever objected are led on to the case that took its place.
"""

from __future__ import annotations

from alembic import op

revision = "0183"
down_revision = "0182"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    _told()
    _led_on()


def _told() -> None:
    op.execute(f"""
        -- As in 0136; a case opened anew has a leaf.
        CREATE OR REPLACE FUNCTION registry.steps_told(of_county text, of_case uuid) RETURNS jsonb LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT coalesce(jsonb_object_agg(e.event_id, encode(sha256(convert_to(jsonb_build_array(e.step, log.instant(e.at),
                e."by", e.by_name, CASE e.step WHEN 'tell' THEN encode(sha256(convert_to(e.salt || e.reason, 'UTF8')), 'hex')
                    ELSE e.reason END)::text, 'UTF8')), 'hex')), '{{}}')
            FROM registry.case_event AS e WHERE e.county = of_county::char(6) AND e.case_id = of_case
                AND e.step NOT IN ('accept', 'review', 'return', 'withdraw', 'refuse', 'rebuild')
        $$;
        -- As in 0153; so is one that the office opened anew.
        CREATE OR REPLACE FUNCTION registry.keep_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        BEGIN
            NEW.told := CASE NEW.step WHEN 'accept' THEN coalesce(registry.told_by(NEW.county, NEW.case_id), '{{}}')
                WHEN 'contact' THEN jsonb_build_object('objection', NEW.told ->> 'objection') ELSE '{{}}' END;
            IF NEW.step IN ('accept', 'register', 'withdraw', 'refuse', 'rebuild') THEN
                NEW.told := NEW.told || jsonb_build_object('papers', registry.papers_told(NEW.county, NEW.case_id));
            END IF;
            IF NEW.step IN ('accept', 'review', 'return', 'register', 'withdraw', 'refuse', 'rebuild') THEN
                NEW.told := NEW.told || jsonb_build_object('steps', registry.steps_told(NEW.county, NEW.case_id));
            END IF;
            IF NEW.step IN ('register', 'withdraw', 'refuse', 'rebuild') THEN
                NEW.told := NEW.told || jsonb_build_object('notes', registry.notes_told(NEW.county, NEW.case_id, NEW.salt));
            END IF;
            RETURN NEW;
        END $$;
        -- As in 0140, and of a case opened anew.
        CREATE OR REPLACE FUNCTION registry.tell_step(e registry.case_event, at timestamptz) RETURNS void
            LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $$
        DECLARE
            c registry."case";
        BEGIN
            SELECT x.* INTO c FROM registry."case" AS x WHERE x.county = e.county AND x.case_id = e.case_id;
            PERFORM log.stage(e.county, e.village, CASE e.step WHEN 'accept' THEN 'case.accepted' WHEN 'review' THEN 'case.reviewed'
                    WHEN 'return' THEN 'case.returned' WHEN 'withdraw' THEN 'case.withdrawn' WHEN 'refuse' THEN 'case.refused'
                    WHEN 'rebuild' THEN 'case.rebuilt' WHEN 'contact' THEN 'objection.opened' END, e.event_id::text, at,
                jsonb_build_object('case', c.number, 'case_id', e.case_id, 'step', e.step, 'at', log.instant(e.at), 'by', e."by")
                    || e.told,
                jsonb_build_object('by_name', e.by_name, 'reason', e.reason, 'asked', jsonb_build_array(c.act_kind, c.right_kind,
                    c.subject_code, c.household_code, c.applicant, c.prepared_by, c.package_id, c.request, c.right_ids)::text));
        END $$;
        CREATE TRIGGER rebuild_has_a_leaf AFTER INSERT ON registry.case_event FOR EACH ROW WHEN (NEW.step = 'rebuild')
            EXECUTE FUNCTION registry.step_has_a_leaf();
    """)


def _led_on() -> None:
    op.execute(f"""
        -- The cases opened on the same subject after one that ended, the first first. rebuilt: by the office, in the same instant.
        CREATE FUNCTION registry.went_on_in(of_county text, of_case uuid) RETURNS TABLE (
            case_id uuid, number text, state text, rebuilt boolean) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT s.case_id, s.number, s.state, EXISTS (
                SELECT FROM registry.case_event AS e WHERE e.county = c.county AND e.case_id = c.case_id AND e.at = o.at
                AND e.step IN ('rebuild', 'withdraw'))
            FROM registry."case" AS c
            JOIN registry."case" AS s ON s.county = c.county AND s.subject_code = c.subject_code AND s.act_kind = c.act_kind
                AND s.case_id <> c.case_id
            CROSS JOIN LATERAL (SELECT min(e.at) AS at FROM registry.case_event AS e
                                WHERE e.county = s.county AND e.case_id = s.case_id) AS o
            WHERE c.county = of_county::char(6) AND c.case_id = of_case AND c.state IN ('returned', 'withdrawn', 'refused')
              AND o.at > (SELECT min(e.at) FROM registry.case_event AS e WHERE e.county = c.county AND e.case_id = c.case_id)
            ORDER BY o.at, s.number
        $$;
        REVOKE ALL ON FUNCTION registry.went_on_in(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.went_on_in(text, uuid) TO landreg_registry, landreg_auditor, landreg_worker;

        -- As in 0007; successor: the case that the office opened in its place.
        DROP FUNCTION registry.check_case(text);
        CREATE FUNCTION registry.check_case(asked text) RETURNS TABLE (
            number text, right_kind text, state text, accepted_on date, due_on date, notice text, last_day date, successor text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.number, c.right_kind, CASE WHEN w.number IS NULL THEN c.state ELSE 'rebuilt' END, c.accepted_on, c.due_on,
                n.number, n.last_day, w.number
            FROM registry."case" AS c LEFT JOIN registry.notice AS n ON n.county = c.county AND n.notice_id = c.notice_id
            LEFT JOIN LATERAL (SELECT x.number FROM registry.went_on_in(c.county, c.case_id) AS x
                               WHERE x.rebuilt LIMIT 1) AS w ON c.state = 'withdrawn'
            WHERE c.number = asked
        $$;
        DROP FUNCTION registry.noticed_cases(text);
        CREATE FUNCTION registry.noticed_cases(asked text) RETURNS TABLE (number text, state text, successor text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.number, CASE WHEN w.number IS NULL THEN c.state ELSE 'rebuilt' END, w.number FROM registry.notice AS n
            JOIN registry."case" AS c ON c.county = n.county AND c.notice_id = n.notice_id
            LEFT JOIN LATERAL (SELECT x.number FROM registry.went_on_in(c.county, c.case_id) AS x
                               WHERE x.rebuilt LIMIT 1) AS w ON c.state = 'withdrawn'
            WHERE n.number = asked
        $$;
        -- As in 0140; state: of its case. successor: the last case opened on the same subject after that one ended.
        DROP FUNCTION registry.objection_told(text, text);
        CREATE FUNCTION registry.objection_told(notice_number text, receipt text) RETURNS TABLE (
            case_number text, raised_on date, outcome text, settled_on date, paper text, state text, successor text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.number, (o.raised_at AT TIME ZONE 'Asia/Shanghai')::date, o.outcome,
                (o.settled_at AT TIME ZONE 'Asia/Shanghai')::date, p.number, c.state,
                (SELECT x.number FROM registry.went_on_in(c.county, c.case_id) WITH ORDINALITY AS x
                 ORDER BY x.ordinality DESC LIMIT 1)
            FROM registry.notice AS n
            JOIN registry.objection AS o ON o.county = n.county AND o.notice_id = n.notice_id
            JOIN registry."case" AS c ON c.county = o.county AND c.case_id = o.case_id
            LEFT JOIN registry.case_event AS e ON e.county = o.county AND e.case_id = o.case_id AND e.step = 'settle'
                AND e.at = o.settled_at
            LEFT JOIN registry.paper AS p ON p.county = e.county AND p.event_id = e.event_id
            WHERE n.number = notice_number AND length(receipt) = 8 AND left(o.objection_id::text, 8) = lower(receipt)
        $$;
        REVOKE ALL ON FUNCTION registry.check_case(text), registry.noticed_cases(text), registry.objection_told(text, text)
            FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.check_case(text), registry.noticed_cases(text), registry.objection_told(text, text)
            TO landreg_public, landreg_registry, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
