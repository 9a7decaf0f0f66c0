"""0159 A review of who takes much land names those who took part in it."""

from __future__ import annotations

from alembic import op

revision = "0159"
down_revision = "0158"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE exchange.qualification_decision ADD took_part text;
        -- What was decided before this was asked names nobody.
        ALTER TABLE exchange.qualification_decision ADD CONSTRAINT qual_6_names_who_took_part
            CHECK (outcome = 'withdrawn' OR coalesce(btrim(took_part), '') <> '') NOT VALID;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
