"""0027 Auditors see on a case whether a delivery's members are already in the register: by digest, names stay masked."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT SELECT (id_digest) ON land.staged_member TO landreg_auditor")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
