"""0006 Land: divisions, survey packages and their staged rows, registered parcels with two clocks and their lineage."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = """county char(6) NOT NULL, package_id uuid NOT NULL, village text COLLATE "C" NOT NULL"""

# No foreign key to the package: asked of each of millions of rows it costs as much as writing them, and rows come and go
# with their package in one transaction.
STAGED = {
    "staged_issuer": f"""{KEY}, code text COLLATE "C" NOT NULL, name text NOT NULL, representative text NOT NULL,
        id_kind text NOT NULL, id_sealed bytea, id_digest bytea, phone text NOT NULL, address text NOT NULL,
        postcode text NOT NULL, surveyor text NOT NULL, surveyed_on date, note text NOT NULL,
        PRIMARY KEY (county, package_id, code)""",
    "staged_household": f"""{KEY}, code text COLLATE "C" NOT NULL, kind text NOT NULL, name text NOT NULL,
        id_kind text NOT NULL, id_sealed bytea, id_digest bytea, address text NOT NULL, postcode text NOT NULL,
        phone text NOT NULL, member_count integer, surveyor text NOT NULL, surveyed_on date, survey_note text NOT NULL,
        notice_note text NOT NULL, notice_recorder text NOT NULL, notice_reviewer text NOT NULL, notice_on date,
        PRIMARY KEY (county, package_id, code)""",
    "staged_member": f"""{KEY}, household_code text COLLATE "C" NOT NULL, position integer NOT NULL, name text NOT NULL,
        sex text NOT NULL, id_kind text NOT NULL, id_sealed bytea, id_digest bytea, relation text NOT NULL,
        note_kind text NOT NULL, holds_right boolean NOT NULL, note text NOT NULL,
        PRIMARY KEY (county, package_id, household_code, position)""",
    "staged_contract": f"""{KEY}, code text COLLATE "C" NOT NULL, former_code text COLLATE "C" NOT NULL,
        issuer_code text COLLATE "C" NOT NULL, household_code text COLLATE "C" NOT NULL, way text NOT NULL,
        starts_on date, ends_on date, area_m2 numeric(14,2), mu numeric(12,2), former_area_m2 numeric(14,2),
        former_mu numeric(12,2), parcel_count integer, signed_on date, PRIMARY KEY (county, package_id, code)""",
    "staged_contract_parcel": f"""{KEY}, contract_code text COLLATE "C" NOT NULL, parcel_code text COLLATE "C" NOT NULL,
        household_code text COLLATE "C" NOT NULL, issuer_code text COLLATE "C" NOT NULL, way text NOT NULL,
        area_m2 numeric(14,2), mu numeric(12,2), former_area_m2 numeric(14,2), former_mu numeric(12,2),
        transfer_code text COLLATE "C" NOT NULL, certificate_code text COLLATE "C" NOT NULL, by_shares boolean NOT NULL,
        PRIMARY KEY (county, package_id, contract_code, parcel_code)""",
    "staged_register": f"""{KEY}, code text COLLATE "C" NOT NULL, issuer_code text COLLATE "C" NOT NULL,
        household_code text COLLATE "C" NOT NULL, way text NOT NULL, term text NOT NULL, starts_on date, ends_on date,
        serial text NOT NULL, former_number text NOT NULL, note text NOT NULL, registrar text NOT NULL,
        registered_on date, PRIMARY KEY (county, package_id, code)""",
    "staged_transfer": f"""{KEY}, code text COLLATE "C" NOT NULL, contract_code text COLLATE "C" NOT NULL,
        household_code text COLLATE "C" NOT NULL, transferee_code text COLLATE "C" NOT NULL, way text NOT NULL,
        term text NOT NULL, starts_on date, ends_on date, area_m2 numeric(14,2), mu numeric(12,2), parcel_count integer,
        use_before text NOT NULL, use_after text NOT NULL, price_note text NOT NULL, signed_on date,
        PRIMARY KEY (county, package_id, code)""",
    "staged_parcel": f"""{KEY}, code text COLLATE "C" NOT NULL, name text NOT NULL, ownership text NOT NULL,
        category text NOT NULL, soil_grade text NOT NULL, land_class text NOT NULL, land_use text NOT NULL,
        basic_farmland boolean, neighbour_east text NOT NULL, neighbour_south text NOT NULL,
        neighbour_west text NOT NULL, neighbour_north text NOT NULL, boundary_witness text NOT NULL, note text NOT NULL,
        surveyed_area_m2 numeric(14,2), mu numeric(12,2), plane_area_m2 numeric(14,2) NOT NULL,
        ellipsoidal_area_m2 numeric(14,2) NOT NULL, geom geometry(Polygon) NOT NULL,
        geom_3857 geometry(Polygon, 3857) NOT NULL, PRIMARY KEY (county, package_id, code)""",
    "staged_homestead": f"""{KEY}, code text COLLATE "C" NOT NULL, unit_code text COLLATE "C" NOT NULL,
        household_code text COLLATE "C" NOT NULL, holder text NOT NULL, area_m2 numeric(14,2),
        approved_area_m2 numeric(14,2), footprint_m2 numeric(14,2), building_area_m2 numeric(14,2), storeys integer,
        built_on date, nature text NOT NULL, plane_area_m2 numeric(14,2) NOT NULL,
        ellipsoidal_area_m2 numeric(14,2) NOT NULL, geom geometry(Polygon) NOT NULL,
        geom_3857 geometry(Polygon, 3857) NOT NULL, PRIMARY KEY (county, package_id, code)""",
    # One row a parcel: six million points as rows of their own would triple the time and the size of a county.
    "staged_boundary_point": f"""{KEY}, parcel_code text COLLATE "C" NOT NULL, numbers text[] NOT NULL,
        marks text[] NOT NULL, kinds text[] NOT NULL, east double precision[] NOT NULL,
        north double precision[] NOT NULL, PRIMARY KEY (county, package_id, parcel_code)""",
    "staged_boundary_line": f"""{KEY}, parcel_code text COLLATE "C" NOT NULL, numbers text[] NOT NULL,
        natures text[] NOT NULL, kinds text[] NOT NULL, positions text[] NOT NULL, descriptions text[] NOT NULL,
        neighbours text[] NOT NULL, witnesses text[] NOT NULL, lines geometry(MultiLineString) NOT NULL,
        PRIMARY KEY (county, package_id, parcel_code)""",
    "staged_extra": f"""{KEY}, layer text NOT NULL, position integer NOT NULL, code text COLLATE "C" NOT NULL,
        facts jsonb NOT NULL, geom geometry, PRIMARY KEY (county, package_id, layer, position)""",
}

POLICY = """
    ALTER TABLE land.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY by_jurisdiction ON land.{table}
        USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
        WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
"""


def upgrade() -> None:
    _divisions()
    _packages()
    _uploads()
    _staged()
    _registered()


def _divisions() -> None:
    op.execute("""
        CREATE TABLE land.division (
            code text COLLATE "C" PRIMARY KEY, name text NOT NULL, level text NOT NULL
                CHECK (level IN ('prefecture', 'county', 'township', 'village')),
            parent text COLLATE "C" NOT NULL, urban_rural text NOT NULL, urban_rural_year integer,
            boundary geometry(MultiPolygon, 4326));
        CREATE INDEX division_by_parent ON land.division (parent, code);
        CREATE TABLE land.division_alias (
            old text COLLATE "C" PRIMARY KEY, new text COLLATE "C" NOT NULL, since date NOT NULL);
        GRANT SELECT ON land.division, land.division_alias
            TO landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
        GRANT INSERT, UPDATE ON land.division, land.division_alias TO landreg_registry, landreg_worker;
    """)


def _packages() -> None:
    op.execute("""
        CREATE TABLE land.package (
            county char(6) NOT NULL, package_id uuid NOT NULL, village text COLLATE "C" NOT NULL, sha256 bytea NOT NULL,
            size bigint NOT NULL DEFAULT 0 CHECK (size >= 0), name text NOT NULL, state text NOT NULL CHECK (state IN ('refused', 'staged', 'superseded')),
            received_at timestamptz NOT NULL, received_by uuid NOT NULL, epsg integer,
            refusals integer NOT NULL, warnings integer NOT NULL, counts jsonb NOT NULL, changes jsonb NOT NULL,
            supersedes uuid, PRIMARY KEY (county, package_id),
            CONSTRAINT pkg_90_package_once UNIQUE (county, sha256));
        CREATE INDEX package_by_time ON land.package (village, received_at DESC);
        GRANT SELECT, INSERT, UPDATE (state, changes, supersedes), DELETE ON land.package TO landreg_registry, landreg_worker;
        GRANT SELECT ON land.package TO landreg_auditor;
        CREATE TABLE land.package_finding (
            county char(6) NOT NULL, package_id uuid NOT NULL, village text COLLATE "C" NOT NULL, position integer NOT NULL,
            code text COLLATE "C" NOT NULL, level text NOT NULL CHECK (level IN ('refuse', 'warn')), layer text,
            subject text COLLATE "C", field text, facts jsonb NOT NULL, place geometry(Point, 4326),
            PRIMARY KEY (county, package_id, position), FOREIGN KEY (county, package_id) REFERENCES land.package);
        CREATE INDEX package_finding_by_code ON land.package_finding (county, package_id, code, position);
        GRANT SELECT, INSERT, DELETE ON land.package_finding TO landreg_registry, landreg_worker;
        GRANT SELECT ON land.package_finding TO landreg_auditor;
    """)
    for table in ("package", "package_finding"):
        op.execute(POLICY.format(table=table))


def _uploads() -> None:
    """A file that waits for the worker, is being checked, or could not be read as a package at all."""
    op.execute("""
        CREATE TABLE land.upload (
            county char(6) NOT NULL, upload_id uuid NOT NULL, village text COLLATE "C" NOT NULL, name text NOT NULL,
            file_sha256 text NOT NULL, size bigint NOT NULL,
            state text NOT NULL CHECK (state IN ('waiting', 'checking', 'done', 'failed')),
            step text NOT NULL DEFAULT '', percent integer CHECK (percent BETWEEN 0 AND 100),
            sent_by uuid NOT NULL, sent_by_name text NOT NULL, sent_at timestamptz NOT NULL, started_at timestamptz,
            ended_at timestamptz, package_county char(6), package_id uuid, findings jsonb NOT NULL DEFAULT '[]',
            PRIMARY KEY (county, upload_id));
        CREATE INDEX upload_waiting ON land.upload (sent_at) WHERE state IN ('waiting', 'checking');
        GRANT SELECT, INSERT ON land.upload TO landreg_registry;
        GRANT SELECT, UPDATE (state, step, percent, started_at, ended_at, package_county, package_id, findings)
            ON land.upload TO landreg_worker;
        GRANT SELECT ON land.upload TO landreg_auditor;
    """)
    op.execute(POLICY.format(table="upload"))


def _staged() -> None:
    for table, columns in STAGED.items():
        op.execute(f"""
            CREATE TABLE land.{table} ({columns});
            GRANT SELECT, INSERT, DELETE ON land.{table} TO landreg_registry, landreg_worker;
            GRANT SELECT ON land.{table} TO landreg_auditor;
        """)
        op.execute(POLICY.format(table=table))
    op.execute("""
        CREATE INDEX staged_parcel_on_map ON land.staged_parcel USING gist (geom_3857);
        CREATE INDEX staged_homestead_on_map ON land.staged_homestead USING gist (geom_3857);
        CREATE INDEX staged_contract_by_household ON land.staged_contract (county, package_id, household_code);
        CREATE INDEX staged_homestead_by_household ON land.staged_homestead (county, package_id, household_code);
    """)


def _registered() -> None:
    op.execute("""
        CREATE FUNCTION land.set_geom_3857() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
        BEGIN
            NEW.geom_3857 := public.ST_Transform(NEW.geom, 3857);
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION land.set_geom_3857() FROM PUBLIC;
        CREATE TABLE land.parcel (
            county char(6) NOT NULL, row_id uuid NOT NULL, parcel_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            code text COLLATE "C" NOT NULL, kind text NOT NULL CHECK (kind IN ('contracted', 'homestead', 'collective')),
            name text NOT NULL DEFAULT '', geom geometry(Polygon) NOT NULL CHECK (ST_SRID(geom) BETWEEN 4513 AND 4554),
            geom_3857 geometry(Polygon, 3857) NOT NULL, surveyed_area_m2 numeric(14,2),
            registered_area_m2 numeric(14,2) NOT NULL, ellipsoidal_area_m2 numeric(14,2) NOT NULL, mu numeric(12,2) NOT NULL,
            land_class text NOT NULL DEFAULT '', soil_grade text NOT NULL DEFAULT '', land_use text NOT NULL DEFAULT '',
            basic_farmland boolean, neighbour_east text NOT NULL DEFAULT '', neighbour_south text NOT NULL DEFAULT '',
            neighbour_west text NOT NULL DEFAULT '', neighbour_north text NOT NULL DEFAULT '', package_id uuid,
            valid daterange NOT NULL, recorded tstzrange NOT NULL, act_id uuid NOT NULL, ended_by_act uuid,
            PRIMARY KEY (county, row_id),
            CONSTRAINT cod_90_parcel_has_one_open_row EXCLUDE USING gist
                (county WITH =, parcel_id WITH =, valid WITH &&, recorded WITH &&),
            CONSTRAINT reg_9_valid_is_some_time CHECK (NOT isempty(valid)),
            CONSTRAINT reg_9_recorded_is_some_time CHECK (NOT isempty(recorded)),
            CONSTRAINT reg_9_row_is_ended_by_an_act CHECK (upper_inf(recorded) = (ended_by_act IS NULL)));
        CREATE INDEX parcel_by_code ON land.parcel (county, code);
        CREATE INDEX parcel_by_id ON land.parcel (county, parcel_id);
        CREATE INDEX parcel_by_act ON land.parcel (county, act_id);
        CREATE UNIQUE INDEX cod_90_parcel_code_once ON land.parcel (county, code) WHERE upper_inf(recorded);
        CREATE INDEX parcel_by_village ON land.parcel (village, code) WHERE upper_inf(recorded);
        CREATE INDEX parcel_by_name ON land.parcel (name COLLATE "C") WHERE upper_inf(recorded);
        CREATE INDEX parcel_on_map ON land.parcel USING gist (geom_3857) WHERE upper_inf(recorded);
        CREATE INDEX parcel_in_zone ON land.parcel USING gist (geom) WHERE upper_inf(recorded);
        CREATE TRIGGER set_geom_3857 BEFORE INSERT ON land.parcel FOR EACH ROW EXECUTE FUNCTION land.set_geom_3857();
        CREATE TRIGGER open_once BEFORE INSERT ON land.parcel FOR EACH ROW EXECUTE FUNCTION system.open_once();
        CREATE TRIGGER close_once BEFORE UPDATE ON land.parcel FOR EACH ROW EXECUTE FUNCTION system.close_once();
        GRANT SELECT, INSERT, UPDATE (recorded, ended_by_act) ON land.parcel TO landreg_registry;
        GRANT SELECT ON land.parcel TO landreg_auditor, landreg_worker;
        CREATE TABLE land.parcel_origin (
            county char(6) NOT NULL, parcel_id uuid NOT NULL, origin_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            act_id uuid NOT NULL, PRIMARY KEY (county, parcel_id, origin_id));
        GRANT SELECT, INSERT ON land.parcel_origin TO landreg_registry;
        GRANT SELECT ON land.parcel_origin TO landreg_auditor, landreg_worker;
    """)
    for table in ("parcel", "parcel_origin"):
        op.execute(POLICY.format(table=table))


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
