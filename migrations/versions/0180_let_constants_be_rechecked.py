"""0180 What the program itself says of cases and acts is read by whoever rechecks the log."""

from __future__ import annotations

from alembic import op

revision = "0180"
down_revision = "0179"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT SELECT ON registry.case_course, registry.act_kind TO landreg_worker, landreg_auditor")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
