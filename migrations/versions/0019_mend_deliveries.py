"""0019 The map of a refused package shows the plots around its findings; a homestead keeps what its area was confirmed by; four eyes."""

from alembic import op

revision = "0019"
down_revision = "0018"
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

        -- Identity data of a delivery is the registry's, which enters it; auditors count and compare without it.
        DO $$
        DECLARE
            staged text;
        BEGIN
            FOREACH staged IN ARRAY ARRAY['staged_issuer', 'staged_household', 'staged_member'] LOOP
                EXECUTE format('REVOKE SELECT ON land.%I FROM landreg_auditor', staged);
                EXECUTE (SELECT format('GRANT SELECT (%s) ON land.%I TO landreg_auditor',
                                       string_agg(quote_ident(attname), ', ' ORDER BY attnum), staged)
                         FROM pg_attribute WHERE attrelid = format('land.%I', staged)::regclass AND attnum > 0
                           AND NOT attisdropped AND attname NOT IN ('id_sealed', 'phone'));
            END LOOP;
        END $$;

        -- Whether an objection stands in the way of a case is decided by another than who opened the case.
        CREATE FUNCTION registry.keep_four_eyes() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF NEW.outcome = 'dismissed' AND EXISTS (SELECT FROM registry."case" AS c WHERE c.county = NEW.county
                    AND c.case_id = NEW.case_id AND c.prepared_by = NEW.settled_by) THEN
                RAISE EXCEPTION 'an objection is dismissed by another than who opened its case'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reg_1_dismissed_by_another';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION registry.keep_four_eyes() FROM PUBLIC;
        CREATE TRIGGER keep_four_eyes BEFORE INSERT OR UPDATE ON registry.objection
            FOR EACH ROW EXECUTE FUNCTION registry.keep_four_eyes();

        ALTER TABLE registry."right" ADD COLUMN confirmed_by text NOT NULL DEFAULT ''
            CHECK (confirmed_by IN ('', 'approved', 'before_1982', 'limit'));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
