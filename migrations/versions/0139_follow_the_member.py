"""0139 An account that is bound to a person stands for the household in which the register has that person today."""

from __future__ import annotations

from alembic import op

revision = "0139"
down_revision = "0138"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- The household of which the person that an account was bound to is a member now: who died, or left, stands for the former
        -- one no more; who founded a household of their own, or came into another, stands for that.
        CREATE FUNCTION access.member_of(account uuid) RETURNS TABLE (household_id uuid, village text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT m.household_id, m.village FROM access.binding AS b
            JOIN party.member AS m ON m.county = b.county AND m.person_id = b.person_id
                AND upper_inf(m.recorded) AND upper_inf(m.valid)
            WHERE b.account_id = account AND b.ended_at IS NULL ORDER BY b.bound_at DESC LIMIT 1
        $$;
        REVOKE ALL ON FUNCTION access.member_of(uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION access.member_of(uuid) TO landreg_citizen, landreg_registry;
        CREATE OR REPLACE FUNCTION access.household_of(account uuid) RETURNS TABLE (household_id uuid, village text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT m.household_id, m.village FROM access.member_of(account) AS m
            UNION ALL
            SELECT h.id, '' FROM exchange.holder_of(account) AS h (id) WHERE h.id IS NOT NULL
            LIMIT 1
        $$;
        CREATE OR REPLACE FUNCTION access.stands_for(asked uuid, steps text[]) RETURNS boolean
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT EXISTS (SELECT FROM access.member_of(access.actor()) AS m WHERE m.household_id = asked)
                OR EXISTS (SELECT FROM access.consent AS c WHERE c.agent_id = access.actor() AND c.household_id = asked
                           AND c.step = ANY (steps) AND c.revoked_at IS NULL
                           AND system.clock() >= c.from_at AND system.clock() < c.until_at)
                OR coalesce(asked = exchange.holder_of(access.actor()), false)
        $$;
        DROP POLICY own_household ON access.binding;
        CREATE POLICY own_household ON access.binding FOR SELECT TO landreg_citizen USING (account_id = access.actor());
        DROP POLICY given_by_the_household ON access.consent;
        CREATE POLICY given_by_the_household ON access.consent FOR INSERT TO landreg_citizen
            WITH CHECK (given_by = access.actor() AND sha256 IS NULL AND EXISTS (
                SELECT FROM access.member_of(access.actor()) AS m WHERE m.household_id = consent.household_id));
        -- Of two sides of a negotiation too.
        DO $do$ DECLARE
            before text := pg_get_functiondef('exchange.two_sides()'::regprocedure);
            made text := replace(before, 'SELECT FROM access.binding AS b WHERE b.account_id = NEW."by" AND b.ended_at IS NULL
                    AND b.household_id', 'SELECT FROM access.member_of(NEW."by") AS b WHERE b.household_id');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.two_sides is not as it was';
            END IF;
            EXECUTE made;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
