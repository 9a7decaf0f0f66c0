"""0020 Of a house whose day of completion nobody knows, the last day that its month or year can mean."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- For telling before from after; no day that is printed is taken from it.
        ALTER TABLE land.staged_homestead ADD COLUMN built_by date;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
