"""0178 An auditor's sample may be of openings of identity data."""

from __future__ import annotations

from alembic import op

revision = "0178"
down_revision = "0177"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE audit.sample DROP CONSTRAINT sample_kind_check,
            ADD CONSTRAINT sample_kind_check CHECK (kind IN ('case', 'act', 'certificate', 'opening'));
        """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
