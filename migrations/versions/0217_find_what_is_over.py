"""0217 The land-operation rights whose terms end are found by an index, as contract rights are."""

from __future__ import annotations

from alembic import op

revision = "0217"
down_revision = "0216"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX operation_by_end_of_term ON registry."right" (term_ended_on, code)
            WHERE upper_inf(recorded) AND upper_inf(valid) AND kind = 'land_operation'
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
