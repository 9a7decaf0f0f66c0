"""0020 The map of a refused package shows the plots around its findings; a homestead keeps what its area was confirmed by."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- For display only: shapes as they were delivered, whatever is wrong with them.
        CREATE TABLE land.refused_plot (
            county char(6) NOT NULL, package_id uuid NOT NULL, village text COLLATE "C" NOT NULL, position integer NOT NULL,
            code text COLLATE "C" NOT NULL, kind text NOT NULL CHECK (kind IN ('contracted', 'homestead')),
            geom_3857 geometry(Geometry, 3857) NOT NULL,
            PRIMARY KEY (county, package_id, kind, position),
            FOREIGN KEY (county, package_id) REFERENCES land.package ON DELETE CASCADE);
        CREATE INDEX refused_plot_on_map ON land.refused_plot USING gist (geom_3857);
        GRANT SELECT, INSERT ON land.refused_plot TO landreg_registry, landreg_worker;
        GRANT SELECT ON land.refused_plot TO landreg_auditor;
        ALTER TABLE land.refused_plot ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON land.refused_plot
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());

        ALTER TABLE registry."right" ADD COLUMN confirmed_by text NOT NULL DEFAULT ''
            CHECK (confirmed_by IN ('', 'approved', 'before_1982', 'limit'));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
