"""0226 Of which household the bearer of a number is a member, so that nobody takes land beside their household as a person apart."""

from __future__ import annotations

from alembic import op

revision = "0226"
down_revision = "0225"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The household in force of the county that has a member in force of one of these digests of a number.
        CREATE FUNCTION exchange.home_of(of_county text, numbers bytea[]) RETURNS TABLE (household_id uuid, code text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT h.household_id, h.code FROM identity.person AS p
            JOIN party.member AS m ON m.person_id = p.person_id AND m.county = of_county::char(6)
                AND upper_inf(m.recorded) AND upper_inf(m.valid)
            JOIN party.household AS h ON h.county = m.county AND h.household_id = m.household_id
                AND upper_inf(h.recorded) AND upper_inf(h.valid)
            WHERE p.id_digest = ANY (numbers)
            ORDER BY h.code LIMIT 1
        $$;
        REVOKE ALL ON FUNCTION exchange.home_of(text, bytea[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.home_of(text, bytea[]) TO landreg_exchange;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
