"""0206 Whom an act has brought into the register is known in the whole prefecture."""

from __future__ import annotations

from alembic import op

revision = "0206"
down_revision = "0205"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
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
