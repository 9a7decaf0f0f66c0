"""0016 Acts on households: division, merge, inheritance, exchange, land-operation right."""

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
