"""0125 The database too asks why an assembly has fewer members than the register persons (REN-15), and for another officer's
eyes on a decision (REN-16) and on a refusal (REG-1).
"""

from __future__ import annotations

from alembic import op

revision = "0125"
down_revision = "0124"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- Persons are counted as `roster_queries.persons_counted` counts them.
        CREATE FUNCTION registry.fewer_are_explained() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF btrim(NEW.explained) = '' AND NEW.members < (
                    SELECT count(DISTINCT m.person_id) FROM party.household AS h
                    JOIN party.member AS m ON m.county = h.county AND m.household_id = h.household_id
                    WHERE h.county = NEW.county AND h.collective_id = NEW.collective_id
                      AND upper_inf(h.recorded) AND upper_inf(h.valid) AND upper_inf(m.recorded) AND upper_inf(m.valid)) THEN
                RAISE EXCEPTION 'roster %: fewer members than persons, and not why', NEW.number
                    {_REFUSED} = 'ren_15_fewer_are_explained';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER fewer_are_explained BEFORE INSERT OR UPDATE ON registry.renewal FOR EACH ROW
            WHEN (NEW.state = 'decided') EXECUTE FUNCTION registry.fewer_are_explained();
        CREATE FUNCTION registry.decision_seen_by_another() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM registry.renewal_entry AS e
                    JOIN registry.renewal AS r ON r.county = e.county AND r.renewal_id = e.renewal_id
                    WHERE e.county = NEW.county AND e.case_id = NEW.case_id AND r.decided_by = NEW.registered_by) THEN
                RAISE EXCEPTION 'act %: registered by who entered the decision', NEW.number
                    {_REFUSED} = 'ren_16_decision_seen_by_another';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER decision_seen_by_another BEFORE INSERT ON registry.act FOR EACH ROW
            WHEN (NEW.kind = 'renewal') EXECUTE FUNCTION registry.decision_seen_by_another();
        CREATE FUNCTION registry.refused_by_another() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM registry."case" AS c
                    WHERE c.county = NEW.county AND c.case_id = NEW.case_id AND c.prepared_by = NEW."by")
                OR EXISTS (SELECT FROM registry.case_event AS e
                    WHERE e.county = NEW.county AND e.case_id = NEW.case_id AND e.step = 'accept' AND e.by = NEW."by") THEN
                RAISE EXCEPTION 'case %: refused by who opened or accepted it', NEW.case_id
                    {_REFUSED} = 'reg_1_refused_by_another';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refused_by_another BEFORE INSERT ON registry.case_event FOR EACH ROW
            WHEN (NEW.step = 'refuse') EXECUTE FUNCTION registry.refused_by_another();
        -- Nor is a case refused without the step that says by whom. Asked at the end: the state is written before its step.
        CREATE FUNCTION registry.refusal_has_its_step() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM registry.case_event AS e
                    WHERE e.county = NEW.county AND e.case_id = NEW.case_id AND e.step = 'refuse') THEN
                RAISE EXCEPTION 'case % is refused by nobody', NEW.number {_REFUSED} = 'reg_1_refusal_has_its_step';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER refusal_has_its_step AFTER UPDATE OF state ON registry."case" DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.state = 'refused') EXECUTE FUNCTION registry.refusal_has_its_step();
        REVOKE ALL ON FUNCTION registry.fewer_are_explained(), registry.decision_seen_by_another(), registry.refused_by_another(),
            registry.refusal_has_its_step() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
