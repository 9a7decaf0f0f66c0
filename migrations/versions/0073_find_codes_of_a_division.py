"""0073 The beginning of another division's code is looked for without reading that division: indexes of codes hold the village."""

from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        DROP INDEX registry.case_by_subject, party.household_by_any_code, registry.right_by_any_code;
        CREATE INDEX case_by_subject ON registry."case" (subject_code, village);
        CREATE INDEX household_by_any_code ON party.household (code, village) WHERE upper_inf(recorded);
        CREATE INDEX right_by_any_code ON registry."right" (code, village) WHERE upper_inf(recorded);
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
