"""0206 Whom an act has brought is known in the whole prefecture, and who is a member of a household by their number, whatever name."""

from __future__ import annotations

from alembic import op

revision = "0206"
down_revision = "0205"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- As in 0013; an edition of a person by another name is the same person (0030).
        CREATE OR REPLACE FUNCTION party.households_of(in_county text, persons uuid[]) RETURNS TABLE (
            person_id uuid, member_id uuid, household_code text) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT a.person_id, m.member_id, h.code FROM identity.person AS a
            JOIN identity.person AS p ON p.id_digest = a.id_digest
            JOIN party.member AS m ON m.person_id = p.person_id
            JOIN party.household AS h ON h.county = m.county AND h.household_id = m.household_id
                 AND upper_inf(h.recorded) AND upper_inf(h.valid)
            WHERE a.person_id = ANY (persons) AND m.county = in_county::char(6) AND upper_inf(m.recorded) AND upper_inf(m.valid)
        $$;
        -- A name that an application gave and no act brought is nobody's; one that an act brought is, wherever that was.
        CREATE FUNCTION identity.brought(ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT asked FROM unnest(ids) AS asked
            WHERE EXISTS (SELECT FROM party.member AS m WHERE m.person_id = asked)
               OR EXISTS (SELECT FROM party.holder AS h WHERE h.person_id = asked)
               OR EXISTS (SELECT FROM party.household AS h WHERE h.representative_id = asked)
               OR EXISTS (SELECT FROM party.collective AS c WHERE c.representative_id = asked)
               OR EXISTS (SELECT FROM registry.restriction AS r WHERE r.party_id = asked)
        $$;
        REVOKE ALL ON FUNCTION identity.brought(uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION identity.brought(uuid[]) TO landreg_registry, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
