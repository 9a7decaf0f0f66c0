"""0152 Of a household that has no member its contracted land is disposed of by no act (HH-15)."""

from __future__ import annotations

from alembic import op

revision = "0152"
down_revision = "0151"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_DISPOSES = "'assignment', 'exchange', 'household_merge', 'land_operation', 'mortgage', 'mortgage_change', 'advance_notice'"


def upgrade() -> None:
    op.execute(f"""
        -- As hh_15_somebody_lives: an act is written before the rows that it changes.
        CREATE FUNCTION registry.somebody_lives() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            found text;
        BEGIN
            SELECT r.code INTO found FROM registry."case" AS c
            JOIN registry."right" AS r ON r.county = c.county AND r.right_id = ANY (c.right_ids) AND r.kind = 'contract_management'
                AND upper_inf(r.recorded) AND upper_inf(r.valid)
            JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND upper_inf(h.recorded)
                AND upper_inf(h.valid)
            WHERE c.county = NEW.county AND c.case_id = NEW.case_id
              AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
                  AND upper_inf(m.recorded) AND upper_inf(m.valid))
            LIMIT 1;
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'right %: its household has no member', found {_REFUSED} = 'hh_15_somebody_lives';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER somebody_lives BEFORE INSERT ON registry.act FOR EACH ROW
            WHEN (NEW.kind IN ({_DISPOSES})) EXECUTE FUNCTION registry.somebody_lives();
        REVOKE ALL ON FUNCTION registry.somebody_lives() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
