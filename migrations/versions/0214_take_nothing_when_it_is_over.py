"""0214 A land-operation right whose term is over is neither secured, nor noticed in advance, nor passed on (LO-18)."""

from __future__ import annotations

from alembic import op

revision = "0214"
down_revision = "0213"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"
_IN_FORCE = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"


def upgrade() -> None:
    op.execute(f"""
        -- By an act that lays or changes a mortgage or an advance notice; what corrects one is let through.
        CREATE FUNCTION registry.over_it_secures_nothing() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM registry."right" AS r WHERE r.county = NEW.county AND r.right_id = NEW.right_id
                    AND r.kind = 'land_operation' AND r.term_ended_on <= {_TODAY} AND {_IN_FORCE.format("r")})
                AND EXISTS (SELECT FROM registry.act AS a WHERE a.county = NEW.county AND a.act_id = NEW.act_id
                    AND a.kind IN ('mortgage', 'mortgage_change', 'advance_notice', 'advance_notice_day')) THEN
                RAISE EXCEPTION 'right %: its term is over', NEW.right_id {_REFUSED} = 'lo_18_over_it_secures_nothing';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER over_it_secures_nothing BEFORE INSERT ON registry.restriction FOR EACH ROW
            WHEN (NEW.kind IN ('mortgage', 'advance_notice') AND upper_inf(NEW.recorded) AND upper_inf(NEW.valid))
            EXECUTE FUNCTION registry.over_it_secures_nothing();
        -- Once it is over its own holder has it until a later day, and nobody has it otherwise.
        CREATE FUNCTION registry.over_it_is_not_passed_on() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            was record;
        BEGIN
            IF NOT EXISTS (SELECT FROM registry.act AS a WHERE a.county = NEW.county AND a.act_id = NEW.act_id
                    AND a.kind = 'land_operation_change') THEN
                RETURN NEW;
            END IF;
            SELECT r.household_id, r.term_ended_on INTO was FROM registry."right" AS r
            WHERE r.county = NEW.county AND r.right_id = NEW.right_id AND r.act_id <> NEW.act_id
            ORDER BY lower(r.recorded) DESC, lower(r.valid) DESC LIMIT 1;
            IF was.term_ended_on <= {_TODAY}
                AND (upper(NEW.term) <= {_TODAY} OR NEW.household_id IS DISTINCT FROM was.household_id) THEN
                RAISE EXCEPTION 'right %: its term is over', NEW.right_id {_REFUSED} = 'lo_18_over_it_is_not_passed_on';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER over_it_is_not_passed_on BEFORE INSERT ON registry."right" FOR EACH ROW
            WHEN (NEW.kind = 'land_operation' AND upper_inf(NEW.recorded) AND upper_inf(NEW.valid))
            EXECUTE FUNCTION registry.over_it_is_not_passed_on();
        REVOKE ALL ON FUNCTION registry.over_it_secures_nothing(), registry.over_it_is_not_passed_on() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
