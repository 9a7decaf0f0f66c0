"""0013 What rules ask of the whole county: an officer of one village learns that somebody, or a homestead, is elsewhere."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- PT-1 and HS-1 hold in the whole county. What is answered: codes, for persons and households that the asker names.
        CREATE FUNCTION party.households_of(in_county text, persons uuid[]) RETURNS TABLE (
            person_id uuid, member_id uuid, household_code text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT m.person_id, m.member_id, h.code FROM party.member AS m
            JOIN party.household AS h ON h.county = m.county AND h.household_id = m.household_id
                 AND upper_inf(h.recorded) AND upper_inf(h.valid)
            WHERE m.person_id = ANY (persons) AND m.county = in_county::char(6) AND upper_inf(m.recorded) AND upper_inf(m.valid)
        $$;
        CREATE FUNCTION registry.homesteads_of(in_county text, household uuid) RETURNS TABLE (code text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT r.code FROM registry."right" AS r
            WHERE r.county = in_county::char(6) AND r.household_id = household AND r.kind = 'homestead'
              AND upper_inf(r.recorded) AND upper_inf(r.valid)
        $$;
        REVOKE ALL ON FUNCTION party.households_of(text, uuid[]), registry.homesteads_of(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION party.households_of(text, uuid[]), registry.homesteads_of(text, uuid)
            TO landreg_registry, landreg_worker, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
