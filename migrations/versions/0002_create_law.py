"""0002 A county's own dated figures."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE law.county_parameter (
            county char(6) NOT NULL,
            id uuid NOT NULL,
            village text COLLATE "C" NOT NULL,
            name text NOT NULL,
            key text NOT NULL DEFAULT '',
            value text NOT NULL,
            since date NOT NULL,
            decided_in text NOT NULL,
            set_by uuid NOT NULL,
            set_at timestamptz NOT NULL,
            PRIMARY KEY (county, id),
            UNIQUE (county, name, key, since, set_at)
        );
        ALTER TABLE law.county_parameter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        -- The law of a county holds for all in it, from its townships' desks to the public: no jurisdiction to read it.
        CREATE POLICY everyone_reads ON law.county_parameter FOR SELECT USING (true);
        CREATE POLICY by_jurisdiction ON law.county_parameter FOR INSERT
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        GRANT SELECT ON law.county_parameter TO landreg_registry, landreg_exchange, landreg_citizen, landreg_settlement,
            landreg_auditor, landreg_worker;
        GRANT INSERT ON law.county_parameter TO landreg_registry;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
