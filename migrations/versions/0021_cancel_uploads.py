"""0021 A file that was sent to be checked can be called back, and is said to have been, by whom."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE land.upload DROP CONSTRAINT upload_state_check,
            ADD CONSTRAINT upload_state_check CHECK (state IN ('waiting', 'checking', 'done', 'failed', 'cancelled')),
            ADD COLUMN cancelled_by uuid, ADD COLUMN cancelled_by_name text, ADD COLUMN cancelled_at timestamptz,
            ADD CONSTRAINT upload_cancelled_by_someone CHECK (
                num_nulls(cancelled_by, cancelled_by_name, cancelled_at) IN (0, 3)
                AND (cancelled_by IS NULL OR state <> 'done') AND (cancelled_by IS NOT NULL OR state <> 'cancelled'));
        -- The desk asks; the state stays the worker's, which stops and says so.
        GRANT UPDATE (cancelled_by, cancelled_by_name, cancelled_at) ON land.upload TO landreg_registry;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
