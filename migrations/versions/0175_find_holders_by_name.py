"""0175 A person whose name was corrected as the holder of a right is found by their number under that name."""

from __future__ import annotations

from alembic import op

revision = "0175"
down_revision = "0174"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- As in 0030; an act brings an edition of a person as the holder of a right too.
        CREATE OR REPLACE FUNCTION identity.persons_of(digests bytea[]) RETURNS TABLE (id_digest bytea, person_id uuid)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT DISTINCT ON (p.id_digest) p.id_digest, p.person_id FROM identity.person AS p
            WHERE p.id_digest = ANY (digests)
              AND (p.edition = 1 OR EXISTS (SELECT FROM party.member AS m WHERE m.person_id = p.person_id)
                   OR EXISTS (SELECT FROM party.holder AS h WHERE h.person_id = p.person_id))
            ORDER BY p.id_digest, p.edition DESC
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
