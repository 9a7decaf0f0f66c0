"""0043 Contracts over land of a collective: without a right of a household, signed by the collective's representative."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _rows()
    _wall()
    _public()


def _rows() -> None:
    op.execute(f"""
        -- right_id, household_id: NULL of a collective's own land, which comes by a deal or follows a contract of that kind;
        -- household_code, household_name are the collective's then.
        ALTER TABLE exchange.contract ALTER right_id DROP NOT NULL, ALTER household_id DROP NOT NULL,
            ADD CONSTRAINT con_18_of_a_right_or_of_a_collective CHECK ((right_id IS NULL) = (household_id IS NULL)
                AND (right_id IS NOT NULL OR right_code = '' AND (deal_id IS NOT NULL OR previous_id IS NOT NULL)));
        -- The collective that issues land of this code: its first fourteen signs are the collective's.
        CREATE FUNCTION exchange.collective_said(in_county text, asked text) RETURNS TABLE (
            right_id uuid, right_code text, village text, household_id uuid, household_code text, household_name text,
            term daterange, representative text) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT NULL::uuid, '', c.village, NULL::uuid, c.code, c.name, NULL::daterange, c.representative
            FROM party.collective AS c
            WHERE c.county = in_county::char(6) AND c.code = left(asked, 14) AND upper_inf(c.recorded) AND upper_inf(c.valid)
        $$;
        CREATE FUNCTION exchange.collective_parcels(in_county text, codes text[]) RETURNS TABLE (
            parcel_code text, name text, neighbours text, area_m2 numeric, soil_grade text, basic_farmland boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT s.parcel_code, s.name, format('东：%s；南：%s；西：%s；北：%s', p.neighbour_east, p.neighbour_south,
                p.neighbour_west, p.neighbour_north), s.area_m2, s.soil_grade, s.basic_farmland
            FROM exchange.parcels_said(in_county, NULL, codes) AS s
            JOIN land.parcel AS p ON p.county = in_county::char(6) AND p.parcel_id = s.parcel_id
                AND upper_inf(p.recorded) AND upper_inf(p.valid)
        $$;
        REVOKE ALL ON FUNCTION exchange.collective_said(text, text), exchange.collective_parcels(text, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.collective_said(text, text), exchange.collective_parcels(text, text[])
            TO landreg_exchange, landreg_registry, landreg_worker;
    """)


def _wall() -> None:
    op.execute(f"""
        -- Its side is signed by whom the contract names for it, and by no agent of a household.
        CREATE FUNCTION exchange.representative_signs() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                       AND c.household_id IS NULL AND (NEW.facts ->> 'way' NOT IN ('in_person', 'service')
                           OR NEW.facts ->> 'name' IS DISTINCT FROM c.clauses ->> 'representative')) THEN
                RAISE EXCEPTION 'contract %: not its representative', NEW.contract_id
                    {_REFUSED} = 'con_18_collective_signs_by_its_representative';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER representative_signs BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'signed_contractor') EXECUTE FUNCTION exchange.representative_signs();
        -- What a household has under a right is not the collective's to give, also where it got it after the contract was drawn.
        CREATE FUNCTION exchange.collective_has_it() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                       AND c.right_id IS NULL)
               AND NOT EXISTS (SELECT FROM exchange.parcels_said(NEW.county, NULL, ARRAY[NEW.parcel_code]) AS s
                   WHERE s.area_m2 >= NEW.area_m2) THEN
                RAISE EXCEPTION 'parcel % is not the collective''s to give', NEW.parcel_code
                    {_REFUSED} = 'con_1_area_as_registered';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER collective_has_it BEFORE INSERT ON exchange.held_parcel
            FOR EACH ROW EXECUTE FUNCTION exchange.collective_has_it();
        REVOKE ALL ON FUNCTION exchange.representative_signs(), exchange.collective_has_it() FROM PUBLIC;
    """)


def _public() -> None:
    op.execute(f"""
        -- As before; a collective is named in full.
        CREATE OR REPLACE FUNCTION exchange.check_contract(asked text) RETURNS TABLE (
            number text, certificate text, certified_on date, kind text, village text, contractor text, taker text, from_on date,
            until_on date, area_m2 numeric, state text, ends_on date, text_sha256 text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.number, coalesce(e.facts ->> 'number', ''), e.on_day, c.kind, c.village,
                CASE WHEN c.household_id IS NULL THEN c.household_name
                    ELSE left(c.household_name, 1) || repeat('*', greatest(1, length(c.household_name) - 1)) END,
                CASE WHEN t.kind = 'organisation' THEN c.taker_name
                    ELSE left(c.taker_name, 1) || repeat('*', greatest(1, length(c.taker_name) - 1)) END,
                c.from_on, c.until_on, c.area_m2, c.state, c.ends_on, c.text_sha256
            FROM exchange.contract AS c
            JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
            LEFT JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'certified'
            WHERE c.state IN ('signed', 'disputed', 'ended') AND (c.number = asked OR EXISTS (
                SELECT FROM exchange.contract_event AS f WHERE f.county = c.county AND f.contract_id = c.contract_id
                  AND f.kind = 'certified' AND f.facts ->> 'number' = asked))
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
