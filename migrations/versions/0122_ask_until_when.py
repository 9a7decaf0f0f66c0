"""0122 A program is told by the same function as the market until when a listing may be asked for."""

from __future__ import annotations

from alembic import op

revision = "0122"
down_revision = "0121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT EXECUTE ON FUNCTION exchange.shown_until(text, uuid) TO landreg_exchange")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
