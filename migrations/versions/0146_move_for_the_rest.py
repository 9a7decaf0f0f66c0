"""0146 What moves the contract right itself has no term of its own: an assignment and an exchange end with the right."""

from __future__ import annotations

from alembic import op

revision = "0146"
down_revision = "0145"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- As `con_89_moved_for_the_rest_of_the_term`: asked as the contract is drawn, and again as both have signed it.
        CREATE FUNCTION exchange.moved_for_the_rest() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.contract;
        BEGIN
            SELECT c.* INTO asked FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            IF asked.kind IN ('assignment', 'exchange') AND EXISTS (
                    SELECT FROM exchange.right_said(asked.county, asked.right_id) AS r WHERE upper(r.term) <> asked.until_on) THEN
                RAISE EXCEPTION 'contract %: the right is moved for all that is left of its term', asked.number
                    {_REFUSED} = 'con_89_moved_for_the_rest_of_the_term';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER moved_for_the_rest AFTER INSERT ON exchange.contract FOR EACH ROW
            WHEN (NEW.kind IN ('assignment', 'exchange')) EXECUTE FUNCTION exchange.moved_for_the_rest();
        CREATE TRIGGER moved_for_the_rest BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'signed') EXECUTE FUNCTION exchange.moved_for_the_rest();
        REVOKE ALL ON FUNCTION exchange.moved_for_the_rest() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
