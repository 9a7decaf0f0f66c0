"""0041 A household at the farmers' desk sees its own land: parcels, what stands on its rights, and its certificates."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Of the actor's household alone, for its members and for an agent whom it lets look.
        CREATE FUNCTION registry.own_land() RETURNS TABLE (
            right_id uuid, parcel_code text, name text, land_class text, area_m2 numeric, mu numeric)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT r.right_id, p.code, p.name, p.land_class, q.area_m2, q.mu FROM registry."right" AS r
            JOIN registry.right_parcel AS q ON q.county = r.county AND q.right_row = r.row_id
                AND upper_inf(q.recorded) AND upper_inf(q.valid)
            JOIN land.parcel AS p ON p.county = q.county AND p.parcel_id = q.parcel_id
                AND upper_inf(p.recorded) AND upper_inf(p.valid)
            WHERE r.household_id = access.household() AND access.stands_for(r.household_id, ARRAY['view'])
              AND upper_inf(r.recorded) AND upper_inf(r.valid) ORDER BY r.kind, r.code, q.position
        $$;
        -- kind: of a restriction. number: of a certificate in force.
        CREATE FUNCTION registry.own_standing() RETURNS TABLE (
            right_id uuid, kind text, party text, until date, number text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            WITH own AS (
                SELECT r.county, r.right_id FROM registry."right" AS r
                WHERE r.household_id = access.household() AND access.stands_for(r.household_id, ARRAY['view'])
                  AND upper_inf(r.recorded) AND upper_inf(r.valid))
            SELECT o.right_id, s.kind, s.party, s.until, '' FROM own AS o
            JOIN registry.restriction AS s ON s.county = o.county AND s.right_id = o.right_id
                AND upper_inf(s.recorded) AND upper_inf(s.valid)
            UNION ALL
            SELECT o.right_id, '', '', NULL, c.number FROM own AS o
            JOIN registry.certificate AS c ON c.county = o.county AND c.right_id = o.right_id
            WHERE NOT EXISTS (SELECT FROM registry.certificate_end AS e
                              WHERE e.county = c.county AND e.certificate_id = c.certificate_id)
            ORDER BY 2, 5
        $$;
        REVOKE ALL ON FUNCTION registry.own_land(), registry.own_standing() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.own_land(), registry.own_standing() TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
