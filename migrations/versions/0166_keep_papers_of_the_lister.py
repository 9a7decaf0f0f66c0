"""0166 The registry's desk hands papers in with a collective's listing alone, as it lists it."""

from __future__ import annotations

from alembic import op

revision = "0166"
down_revision = "0165"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE POLICY listed_for_a_collective ON exchange.listing_paper AS RESTRICTIVE FOR INSERT TO landreg_registry
            WITH CHECK (EXISTS (SELECT FROM exchange.listing AS l
                WHERE l.county = listing_paper.county AND l.listing_id = listing_paper.listing_id AND l.household_id IS NULL
                  AND l.village = listing_paper.village AND l.state = 'new' AND l.listed_by = access.actor()));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
