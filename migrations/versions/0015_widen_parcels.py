"""0015 Acts on parcels: lineage, split and merge, boundary and area."""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
