"""0208 Who prepared a case is said once: who opened or accepted it, or put its papers in, neither reviews nor refuses it, nor settles
an objection in its favour (REG-1).
"""

from __future__ import annotations

from alembic import op

revision = "0208"
down_revision = "0207"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- What comes while a case is accepted is of its review, and prepares nothing.
        CREATE FUNCTION registry.who_prepared(of_county text, of_case uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
            SELECT c.prepared_by FROM registry."case" AS c WHERE c.county = of_county::char(6) AND c.case_id = of_case
            UNION ALL
            SELECT v."by" FROM registry.case_event AS v
            WHERE v.county = of_county::char(6) AND v.case_id = of_case AND v.step = 'accept'
            UNION ALL
            SELECT d.put_by FROM registry.case_document AS x
            JOIN registry.document AS d ON d.county = x.county AND d.document_id = x.document_id
            WHERE x.county = of_county::char(6) AND x.case_id = of_case
              AND (SELECT v.step FROM registry.case_event AS v WHERE v.county = x.county AND v.case_id = x.case_id
                       AND v.step IN ('accept', 'return') AND v.at < d.put_at
                   ORDER BY v.at DESC LIMIT 1) IS DISTINCT FROM 'accept'
        $$;
        CREATE FUNCTION registry.reviewed_by_another() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.reviewed_by IN (SELECT registry.who_prepared(NEW.county, NEW.case_id)) THEN
                RAISE EXCEPTION 'case % is reviewed by who prepared it', NEW.number {_REFUSED} = 'reg_1_four_eyes';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER reviewed_by_another BEFORE UPDATE OF state, reviewed_by ON registry."case" FOR EACH ROW
            WHEN (NEW.reviewed_by IS NOT NULL
                AND (NEW.reviewed_by IS DISTINCT FROM OLD.reviewed_by OR (NEW.state = 'reviewed' AND OLD.state <> 'reviewed')))
            EXECUTE FUNCTION registry.reviewed_by_another();
        CREATE OR REPLACE FUNCTION registry.refused_by_another() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW."by" IN (SELECT registry.who_prepared(NEW.county, NEW.case_id)) THEN
                RAISE EXCEPTION 'case % is refused by who prepared it', NEW.case_id {_REFUSED} = 'reg_1_refused_by_another';
            END IF;
            RETURN NEW;
        END $$;
        CREATE OR REPLACE FUNCTION registry.keep_four_eyes() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.outcome IN ('dismissed', 'withdrawn')
                AND NEW.settled_by IN (SELECT registry.who_prepared(NEW.county, NEW.case_id)) THEN
                RAISE EXCEPTION 'an objection is settled in favour of a case by another than who prepared it'
                    {_REFUSED} = 'reg_1_settled_by_another';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION registry.who_prepared(text, uuid), registry.reviewed_by_another() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.who_prepared(text, uuid) TO landreg_registry, landreg_worker, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
