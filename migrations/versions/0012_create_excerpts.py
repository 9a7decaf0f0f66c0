"""0012 Another day than today: rows found by key whether open or closed, and excerpts from the register that say both days."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _other_days()
    _excerpts()


def _other_days() -> None:
    op.execute("""
        -- What held until some day stays said, under the code that it had: only what holds on has a code to itself.
        DROP INDEX land.cod_90_parcel_code_once;
        CREATE UNIQUE INDEX cod_90_parcel_code_once ON land.parcel (county, code)
            WHERE upper_inf(recorded) AND upper_inf(valid);
        CREATE INDEX parcel_was_on_map ON land.parcel USING gist (geom_3857) WHERE NOT upper_inf(recorded);
        CREATE INDEX household_by_code ON party.household (county, code);
        CREATE INDEX household_by_id ON party.household (county, household_id);
        CREATE INDEX member_by_household_ever ON party.member (county, household_id);
        CREATE INDEX contract_by_id ON registry.contract (county, contract_id);
        CREATE INDEX right_by_id ON registry."right" (county, right_id);
        CREATE INDEX right_holder_by_household ON registry.right_holder (county, household_id);
    """)


def _excerpts() -> None:
    op.execute("""
        CREATE SEQUENCE registry.excerpt_number;
        -- content: what anyone who holds the paper may see again: kind, code, masked holder, areas, number of parcels.
        CREATE TABLE registry.excerpt (
            county char(6) NOT NULL, excerpt_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            number text COLLATE "C" NOT NULL, token text COLLATE "C" NOT NULL, right_id uuid NOT NULL, valid_on date NOT NULL,
            said_at timestamptz NOT NULL, applicant text NOT NULL CHECK (btrim(applicant) <> ''),
            purpose text NOT NULL CHECK (btrim(purpose) <> ''), content jsonb NOT NULL, issued_at timestamptz NOT NULL,
            issued_by uuid NOT NULL, pdf_sha256 text NOT NULL, sample boolean NOT NULL,
            PRIMARY KEY (county, excerpt_id),
            UNIQUE (county, number),
            UNIQUE (county, token)
        );
        CREATE INDEX excerpt_by_number ON registry.excerpt (number);
        CREATE INDEX excerpt_by_token ON registry.excerpt (token);
        ALTER TABLE registry.excerpt ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON registry.excerpt
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        GRANT SELECT, INSERT ON registry.excerpt TO landreg_registry;
        GRANT SELECT ON registry.excerpt TO landreg_auditor, landreg_worker;
        GRANT USAGE ON SEQUENCE registry.excerpt_number TO landreg_registry;
        CREATE FUNCTION registry.check_excerpt(asked text) RETURNS TABLE (
            number text, valid_on date, said_at timestamptz, issued_at timestamptz, content jsonb, sample boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT e.number, e.valid_on, e.said_at, e.issued_at, e.content, e.sample FROM registry.excerpt AS e
            WHERE e.number = asked OR e.token = asked
        $$;
        REVOKE ALL ON FUNCTION registry.check_excerpt(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.check_excerpt(text)
            TO landreg_public, landreg_registry, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
