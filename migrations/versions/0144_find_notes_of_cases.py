"""0144 The notes that the check of a package made on a parcel, a household or a contract are found by its code."""

from __future__ import annotations

from alembic import op

revision = "0144"
down_revision = "0143"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX package_finding_by_subject ON land.package_finding (county, package_id, subject)")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
