"""0121 A decision on a roster by fewer members than the register has persons says why they are fewer (REN-15)."""

from __future__ import annotations

from alembic import op

revision = "0121"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE registry.renewal ADD COLUMN explained text NOT NULL DEFAULT '';
        GRANT UPDATE (explained) ON registry.renewal TO landreg_registry;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
