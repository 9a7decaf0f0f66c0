"""0019 What the recheck asks of rows that closed and of the audit."""

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
