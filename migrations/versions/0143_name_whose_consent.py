"""0143 The consent of a later creditor names the mortgage whose creditor gave it; one that would secure more, or for longer, is
changed with that of each behind it, whoever writes the row (TR-32).
"""

from __future__ import annotations

from alembic import op

revision = "0143"
down_revision = "0142"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        ALTER TABLE registry.document ADD COLUMN restriction_id uuid,
            ADD CONSTRAINT tr_32_consent_names_its_mortgage CHECK (restriction_id IS NULL OR kind = 'later_creditors_consent');
        -- As in 0081; a consent's digest has the mortgage that it names.
        CREATE OR REPLACE FUNCTION registry.papers_told(of_county text, of_case uuid) RETURNS jsonb LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT coalesce(jsonb_object_agg(d.document_id, encode(sha256(convert_to((jsonb_build_array(d.kind, d.sha256, d.size,
                encode(sha256(convert_to(d.name, 'UTF8')), 'hex'), d.put_by, log.instant(d.put_at))
                || CASE WHEN coalesce(d.letter, d.restriction_id) IS NULL THEN '[]'
                    ELSE jsonb_build_array(coalesce(d.letter, d.restriction_id)) END)::text, 'UTF8')), 'hex')), '{{}}')
            FROM registry.case_document AS f
            JOIN registry.document AS d ON d.county = f.county AND d.document_id = f.document_id
            WHERE f.county = of_county::char(6) AND f.case_id = of_case
        $$;
        -- As tr_32_later_creditors_consent.
        CREATE FUNCTION registry.later_creditors_consent() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            of_case uuid;
            was registry.restriction;
        BEGIN
            SELECT a.case_id INTO of_case FROM registry.act AS a
            WHERE a.county = NEW.county AND a.act_id = NEW.act_id AND a.kind = 'mortgage_change';
            SELECT r.* INTO was FROM registry.restriction AS r
            WHERE r.county = NEW.county AND r.restriction_id = NEW.restriction_id AND r.row_id <> NEW.row_id AND r.act_id <> NEW.act_id
            ORDER BY lower(r.recorded) DESC, lower(r.valid) DESC LIMIT 1;
            IF of_case IS NOT NULL AND (NEW.amount > was.amount OR NEW.until > was.until) AND EXISTS (
                    SELECT FROM registry.restriction AS r WHERE r.county = NEW.county AND r.right_id = NEW.right_id
                      AND r.kind = 'mortgage' AND r.rank > NEW.rank AND upper_inf(r.recorded) AND upper_inf(r.valid)
                      AND NOT EXISTS (SELECT FROM registry.case_document AS f
                          JOIN registry.document AS d ON d.county = f.county AND d.document_id = f.document_id
                          WHERE f.county = r.county AND f.case_id = of_case AND d.restriction_id = r.restriction_id)) THEN
                RAISE EXCEPTION 'restriction %: later creditors have not consented', NEW.restriction_id
                    {_REFUSED} = 'tr_32_later_creditors_consent';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER later_creditors_consent BEFORE INSERT ON registry.restriction FOR EACH ROW
            WHEN (NEW.kind = 'mortgage' AND upper_inf(NEW.recorded) AND upper_inf(NEW.valid))
            EXECUTE FUNCTION registry.later_creditors_consent();
        REVOKE ALL ON FUNCTION registry.later_creditors_consent() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
