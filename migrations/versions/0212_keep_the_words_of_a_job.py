"""0212 By what a review without papers was checked goes with the job that reviews, and is written down where it goes on (REG-45)."""

from __future__ import annotations

from alembic import op

revision = "0212"
down_revision = "0211"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE registry.job ADD COLUMN said text NOT NULL DEFAULT ''")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
