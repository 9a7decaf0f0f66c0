"""0049 The name of an organisation that holds a right changes by an act; the office corrects its own errors after a notice."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO registry.act_kind (kind, noticed, certificate) VALUES
            ('organization_name_change', false, 'keep'), ('office_correction', true, 'replace')
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
