"""0014 A package that was refused may be checked again: rules and figures change. One that was staged is kept once."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the same bytes stand once a county but for what was refused."""
    op.execute(
        """
        ALTER TABLE land.package DROP CONSTRAINT pkg_90_package_once;
        CREATE UNIQUE INDEX pkg_90_package_once ON land.package (county, sha256) WHERE state <> 'refused';
        CREATE INDEX package_by_hash ON land.package (sha256);
        """
    )
