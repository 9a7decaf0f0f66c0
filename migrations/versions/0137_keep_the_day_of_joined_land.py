"""0137 A parcel keeps the day of the contract by which it came under a right that another contract made."""

from alembic import op

revision = "0137"
down_revision = "0136"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE registry.right_parcel ADD COLUMN signed_on date")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
