"""0067 First registration of a land-operation right in a collective's own land: its kind of act, and one contractor of a parcel."""

from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO registry.act_kind (kind, noticed, certificate) VALUES ('other_means', false, 'keep');
        -- A land-operation right with a contract of its own is the collective's own gift: such land is under no household's contract
        -- right, whichever of the two came first. Of rights of one kind ct_2_one_right_per_parcel says it.
        CREATE FUNCTION registry.one_contractor_per_parcel() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM registry.right_parcel AS p
                JOIN registry."right" AS o ON o.county = p.county AND o.row_id IN (p.right_row, NEW.right_row)
                     AND o.kind = 'land_operation' AND o.contract_id IS NOT NULL
                WHERE p.county = NEW.county AND p.parcel_id = NEW.parcel_id
                  AND p.kind = CASE NEW.kind WHEN 'land_operation' THEN 'contract_management' ELSE 'land_operation' END
                  AND upper_inf(p.recorded) AND upper_inf(p.valid)) THEN
                RAISE EXCEPTION 'parcel % has its contractor', NEW.parcel_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'lo_8_one_contractor_per_parcel';
            END IF;
            RETURN NULL;
        END $$;
        REVOKE ALL ON FUNCTION registry.one_contractor_per_parcel() FROM PUBLIC;
        CREATE TRIGGER one_contractor_per_parcel AFTER INSERT ON registry.right_parcel FOR EACH ROW
            WHEN (NEW.kind IN ('contract_management', 'land_operation') AND upper_inf(NEW.recorded) AND upper_inf(NEW.valid))
            EXECUTE FUNCTION registry.one_contractor_per_parcel();
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
