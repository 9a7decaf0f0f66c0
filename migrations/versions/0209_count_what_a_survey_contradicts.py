"""0209 How many rights of a village the survey in force has otherwise is kept, for the first page to read."""

from __future__ import annotations

from alembic import op

revision = "0209"
down_revision = "0208"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- By village: the survey in force when its rights were held against it, and the acts of the village that were known then.
        CREATE TABLE registry.contradicted_village (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, package_id uuid NOT NULL,
            rights integer NOT NULL CHECK (rights >= 0), acts integer NOT NULL CHECK (acts >= 0), counted_at timestamptz NOT NULL,
            PRIMARY KEY (county, village)
        );
        ALTER TABLE registry.contradicted_village ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON registry.contradicted_village
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        GRANT SELECT, INSERT, UPDATE ON registry.contradicted_village TO landreg_registry;
        -- On which surveys the registered rights of a village rest, without a look at each of them.
        CREATE INDEX case_by_survey ON registry."case" (county, village, package_id)
            WHERE act_kind = 'first_registration' AND state IN ('registered', 'certified');
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
