"""0196 How many households a collective has, for the desks that read what its members resolved."""

from __future__ import annotations

from alembic import op

revision = "0196"
down_revision = "0195"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The households of a collective that have a member, by the fourteen digits of its issuing party.
        CREATE FUNCTION exchange.households_of(of_county text, of_issuer text) RETURNS bigint LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT count(*) FROM party.household AS h
            WHERE h.county = of_county::char(6) AND left(h.village, 12) = left(of_issuer, 12) AND left(h.code, 14) = of_issuer
                AND upper_inf(h.recorded) AND upper_inf(h.valid) AND EXISTS (
                    SELECT FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
                        AND upper_inf(m.recorded) AND upper_inf(m.valid))
        $$;
        REVOKE ALL ON FUNCTION exchange.households_of(text, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.households_of(text, text) TO landreg_registry, landreg_exchange;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
