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
            -- What is given out waits for what is being contracted, and that for it: one lock a county, not one a parcel.
            IF NEW.kind = 'contract_management' THEN
                PERFORM pg_advisory_xact_lock_shared(hashtextextended('contractors:' || NEW.county, 0));
            ELSIF EXISTS (SELECT FROM registry."right" AS o WHERE o.county = NEW.county AND o.row_id = NEW.right_row
                          AND o.contract_id IS NOT NULL) THEN
                PERFORM pg_advisory_xact_lock(hashtextextended('contractors:' || NEW.county, 0));
            END IF;
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

        -- As in 0034, but land that the collective gave out stays its own: the contract under which it was registered goes on, is
        -- renewed, changed and passed on as before. In whose time it is, `standing_on` and `bound` say.
        CREATE OR REPLACE FUNCTION exchange.parcels_said(in_county text, asked uuid, codes text[]) RETURNS TABLE (
            parcel_code text, parcel_id uuid, village text, name text, kind text, geom public.geometry, area_m2 numeric, mu numeric,
            land_class text, soil_grade text, land_use text, basic_farmland boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT p.code, p.parcel_id, p.village, p.name, p.kind, p.geom, q.area_m2, q.mu, p.land_class, p.soil_grade, p.land_use,
                p.basic_farmland
            FROM registry."right" AS r
            JOIN registry.right_parcel AS q ON q.county = r.county AND q.right_row = r.row_id
                AND upper_inf(q.recorded) AND upper_inf(q.valid)
            JOIN land.parcel AS p ON p.county = q.county AND p.parcel_id = q.parcel_id
                AND upper_inf(p.recorded) AND upper_inf(p.valid)
            WHERE asked IS NOT NULL AND r.county = in_county::char(6) AND r.right_id = asked
              AND upper_inf(r.recorded) AND upper_inf(r.valid)
            UNION ALL
            SELECT p.code, p.parcel_id, p.village, p.name, p.kind, p.geom, p.registered_area_m2, p.mu, p.land_class, p.soil_grade,
                p.land_use, p.basic_farmland
            FROM land.parcel AS p
            WHERE asked IS NULL AND p.county = in_county::char(6) AND p.code = ANY (codes)
              AND upper_inf(p.recorded) AND upper_inf(p.valid)
              AND NOT EXISTS (SELECT FROM registry.right_parcel AS q
                  JOIN registry."right" AS o ON o.county = q.county AND o.row_id = q.right_row
                  WHERE q.county = p.county AND q.parcel_id = p.parcel_id AND upper_inf(q.recorded) AND upper_inf(q.valid)
                  AND NOT (o.kind = 'land_operation' AND o.contract_id IS NOT NULL))
            ORDER BY 1
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
