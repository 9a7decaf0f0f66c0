"""0116 A demonstration remembers which steps of its seeding are done, so that none is taken again among the cases of its users."""

from __future__ import annotations

from alembic import op

revision = "0116"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE system.demo ADD COLUMN seeded text[] NOT NULL DEFAULT '{}';
        -- The clock of one whose year is over has come to today, and its users have been at work since.
        UPDATE system.demo SET seeded = ARRAY['first', 'year', 'households', 'waiting', 'sealed', 'heard']
            WHERE ahead > interval '-1 day' AND EXISTS (SELECT FROM registry.act);
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
