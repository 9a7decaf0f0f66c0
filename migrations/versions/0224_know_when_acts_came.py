"""0224 Whether acts came since the rights of a village were counted is asked of the latest act, not of how many there are."""

from __future__ import annotations

from alembic import op

revision = "0224"
down_revision = "0223"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE registry.contradicted_village DROP COLUMN acts")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
