"""0147 A case is found by the household that takes the land, or comes along, whom its request names."""

from alembic import op

revision = "0147"
down_revision = "0146"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX case_by_taker ON registry."case" (county, (request ->> 'household_id'))
            WHERE act_kind IN ('assignment', 'household_merge')
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
