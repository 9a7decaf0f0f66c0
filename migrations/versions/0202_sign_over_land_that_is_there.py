"""0202 No contract is signed over land that its giver has no more, by either side in whichever way (CON-109)."""

from __future__ import annotations

from alembic import op

revision = "0202"
down_revision = "0201"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- Of each parcel what its ground under the giver's right comes to today, in whatever pieces; what is passed on below a contract
        -- is whoever's the contract right is by now.
        CREATE FUNCTION exchange.signed_over_its_land() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            found text;
        BEGIN
            SELECT p.parcel_code INTO found FROM exchange.contract AS c
            JOIN exchange.contract_parcel AS p ON p.county = c.county AND p.contract_id = c.contract_id
            LEFT JOIN exchange.held_now(NEW.county, NEW.contract_id) AS h ON h.parcel_code = p.parcel_code
                AND (c.relation = 'retransfer' OR h.household_id = c.household_id)
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id AND c.right_id IS NOT NULL
            GROUP BY p.parcel_code, p.area_m2 HAVING coalesce(sum(h.area_m2), 0) < p.area_m2 LIMIT 1;
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'contract %: parcel % is not its giver''s', NEW.contract_id, found
                    {_REFUSED} = 'con_109_land_is_there_to_give';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER signed_over_its_land BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('signed_contractor', 'signed_taker', 'signed')) EXECUTE FUNCTION exchange.signed_over_its_land();
        REVOKE ALL ON FUNCTION exchange.signed_over_its_land() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
