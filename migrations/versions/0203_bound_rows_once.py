"""0203 The jurisdiction that a staged row must lie in is looked up once a statement, and not for each of a package's million rows."""

from __future__ import annotations

from alembic import op

revision = "0203"
down_revision = "0202"
branch_labels = None
depends_on = None

TABLES = ("package_finding", "staged_boundary_line", "staged_boundary_point", "staged_contract", "staged_contract_parcel",
          "staged_extra", "staged_homestead", "staged_household", "staged_issuer", "staged_member", "staged_parcel",
          "staged_register", "staged_transfer")  # fmt: skip


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"""
            ALTER POLICY by_jurisdiction ON land.{table} WITH CHECK
                (village BETWEEN (SELECT access.jurisdiction_from()) AND (SELECT access.jurisdiction_to()))
        """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
