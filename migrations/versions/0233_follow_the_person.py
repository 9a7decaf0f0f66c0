"""0233 An account follows the person that it was bound to, and never a number; what the register says no more brings nobody."""

from __future__ import annotations

from alembic import op

revision = "0233"
down_revision = "0232"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        CREATE INDEX member_by_id ON party.member (county, member_id);
        -- Who the register says are the same person as these members: under a later name of one membership, and in a later membership
        -- under one name. What was corrected is said no more; a number alone makes nobody the same.
        CREATE FUNCTION party.same_members(of_county text, members uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql STABLE {_WIDE} AS $$
        BEGIN
            RETURN QUERY WITH RECURSIVE same (member_id) AS (
                SELECT unnest(members)
                UNION
                SELECT s.member_id FROM same AS o
                JOIN party.member AS r ON r.county = of_county::char(6) AND r.member_id = o.member_id AND upper_inf(r.recorded)
                JOIN party.member AS s ON s.county = r.county AND s.person_id = r.person_id AND upper_inf(s.recorded))
            SELECT same.member_id FROM same;
        END $$;
        REVOKE ALL ON FUNCTION party.same_members(text, uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION party.same_members(text, uuid[]) TO landreg_registry, landreg_worker;
        -- The member is whom the office saw: in that household, by that person, whatever the register says of them since.
        CREATE OR REPLACE FUNCTION access.member_of(account uuid) RETURNS TABLE (household_id uuid, village text)
            LANGUAGE plpgsql STABLE {_WIDE} AS $$
        #variable_conflict use_column
        BEGIN
            RETURN QUERY SELECT m.household_id, m.village FROM access.binding AS b
            CROSS JOIN LATERAL party.same_members(b.county, ARRAY(SELECT w.member_id FROM party.member AS w
                WHERE w.county = b.county AND w.household_id = b.household_id AND w.person_id = b.person_id)) AS s (member_id)
            JOIN party.member AS m ON m.county = b.county AND m.member_id = s.member_id
                AND upper_inf(m.recorded) AND upper_inf(m.valid)
            WHERE b.account_id = account AND b.ended_at IS NULL ORDER BY b.bound_at DESC LIMIT 1;
        END $$;
        -- As in 0206, of what the register says: of days that are over too.
        CREATE OR REPLACE FUNCTION identity.brought(ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT asked FROM unnest(ids) AS asked
            WHERE EXISTS (SELECT FROM party.member AS m WHERE m.person_id = asked AND upper_inf(m.recorded))
               OR EXISTS (SELECT FROM party.holder AS h WHERE h.person_id = asked AND upper_inf(h.recorded))
               OR EXISTS (SELECT FROM party.household AS h WHERE h.representative_id = asked AND upper_inf(h.recorded))
               OR EXISTS (SELECT FROM party.collective AS c WHERE c.representative_id = asked AND upper_inf(c.recorded))
               OR EXISTS (SELECT FROM registry.restriction AS r WHERE r.party_id = asked AND upper_inf(r.recorded))
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
