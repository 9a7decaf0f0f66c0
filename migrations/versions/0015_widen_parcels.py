"""0015 Acts on parcels: lineage under two clocks, codes that are used once, and the kinds of act that redraw or correct."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Kind, and whether it waits for a public notice before it is registered.
KINDS = (
    ("parcel_split", False),
    ("parcel_merge", False),
    ("boundary_correction", False),
    ("area_change", False),
    ("correction", False),
    ("part_loss", True),
)


def upgrade() -> None:
    for kind, noticed in KINDS:
        op.execute(f"INSERT INTO registry.act_kind VALUES ('{kind}', {noticed})")
    _codes()
    _lineage()


def _codes() -> None:
    op.execute("""
        -- A parcel that is redrawn has two open rows, what it was until the day and what it is from it on.
        DROP INDEX land.cod_90_parcel_code_once;
        CREATE UNIQUE INDEX cod_90_parcel_code_once ON land.parcel (county, code)
            WHERE upper_inf(recorded) AND upper_inf(valid);

        -- A code that once named a parcel names no other one. Asked once a statement, whatever it brings.
        CREATE FUNCTION land.keep_codes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            -- LIMIT keeps the two apart: each code is looked up by the index, however large the register is.
            used text := (SELECT a.code FROM added AS a CROSS JOIN LATERAL (
                SELECT FROM land.parcel AS p
                WHERE p.county = a.county AND p.code = a.code AND p.parcel_id <> a.parcel_id LIMIT 1) AS other LIMIT 1);
        BEGIN
            IF used IS NOT NULL THEN
                RAISE EXCEPTION 'code % names another parcel, or did', used
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'par_11_code_names_one_parcel';
            END IF;
            RETURN NULL;
        END $$;
        REVOKE ALL ON FUNCTION land.keep_codes() FROM PUBLIC;
        CREATE TRIGGER keep_codes AFTER INSERT ON land.parcel REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION land.keep_codes();

        -- The last number of a group that was given out to a parcel, used since or not.
        CREATE TABLE land.parcel_serial (
            county char(6) NOT NULL, prefix text COLLATE "C" NOT NULL, village text COLLATE "C" NOT NULL,
            last integer NOT NULL, PRIMARY KEY (county, prefix),
            CONSTRAINT par_10_group_has_numbers_left CHECK (last BETWEEN 1 AND 99999));
        GRANT SELECT, INSERT, UPDATE (last) ON land.parcel_serial TO landreg_registry;
        GRANT SELECT ON land.parcel_serial TO landreg_auditor, landreg_worker;
    """)
    _policy("parcel_serial")


def _lineage() -> None:
    op.execute("""
        DROP TABLE land.parcel_origin;
        CREATE TABLE land.parcel_origin (
            county char(6) NOT NULL, row_id uuid NOT NULL, parcel_id uuid NOT NULL, origin_id uuid NOT NULL,
            village text COLLATE "C" NOT NULL, valid daterange NOT NULL, recorded tstzrange NOT NULL,
            act_id uuid NOT NULL, ended_by_act uuid,
            PRIMARY KEY (county, row_id),
            CHECK (parcel_id <> origin_id),
            CONSTRAINT par_12_origin_said_once EXCLUDE USING gist
                (county WITH =, parcel_id WITH =, origin_id WITH =, valid WITH &&, recorded WITH &&),
            CONSTRAINT reg_9_valid_is_some_time CHECK (NOT isempty(valid)),
            CONSTRAINT reg_9_recorded_is_some_time CHECK (NOT isempty(recorded)),
            CONSTRAINT reg_9_row_is_ended_by_an_act CHECK (upper_inf(recorded) = (ended_by_act IS NULL)),
            CONSTRAINT reg_9_opened_by_an_act FOREIGN KEY (county, act_id) REFERENCES registry.act
                DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT reg_9_closed_by_an_act FOREIGN KEY (county, ended_by_act) REFERENCES registry.act
                DEFERRABLE INITIALLY DEFERRED
        );
        CREATE INDEX parcel_origin_by_parcel ON land.parcel_origin (county, parcel_id);
        CREATE INDEX parcel_origin_by_origin ON land.parcel_origin (county, origin_id);
        CREATE INDEX parcel_origin_by_act ON land.parcel_origin (county, act_id);
        CREATE TRIGGER open_once BEFORE INSERT ON land.parcel_origin FOR EACH ROW EXECUTE FUNCTION system.open_once();
        CREATE TRIGGER close_once BEFORE UPDATE ON land.parcel_origin FOR EACH ROW EXECUTE FUNCTION system.close_once();
        GRANT SELECT, INSERT, UPDATE (recorded, ended_by_act) ON land.parcel_origin TO landreg_registry;
        GRANT SELECT ON land.parcel_origin TO landreg_auditor, landreg_worker;

        -- What comes of parcels is together as large as they were registered, to the hundredth of a square metre.
        CREATE FUNCTION land.children_add_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM land.parcel AS p WHERE p.county = NEW.county AND p.parcel_id = NEW.parcel_id
                           AND p.act_id = NEW.act_id AND upper_inf(p.valid))
               OR NOT EXISTS (SELECT FROM land.parcel AS p WHERE p.county = NEW.county AND p.parcel_id = NEW.origin_id
                              AND p.ended_by_act = NEW.act_id AND upper_inf(p.valid))
               OR (SELECT sum(p.registered_area_m2) FROM land.parcel AS p
                WHERE p.county = NEW.county AND p.act_id = NEW.act_id AND upper_inf(p.valid) AND p.parcel_id IN (
                    SELECT o.parcel_id FROM land.parcel_origin AS o WHERE o.county = NEW.county AND o.act_id = NEW.act_id))
               IS DISTINCT FROM
               (SELECT sum(p.registered_area_m2) FROM land.parcel AS p
                WHERE p.county = NEW.county AND p.ended_by_act = NEW.act_id AND upper_inf(p.valid) AND p.parcel_id IN (
                    SELECT o.origin_id FROM land.parcel_origin AS o WHERE o.county = NEW.county AND o.act_id = NEW.act_id))
            THEN
                RAISE EXCEPTION 'the parcels of act % are not as large as those they come from', NEW.act_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'par_2_children_add_up';
            END IF;
            RETURN NULL;
        END $$;
        REVOKE ALL ON FUNCTION land.children_add_up() FROM PUBLIC;
        CREATE CONSTRAINT TRIGGER children_add_up AFTER INSERT ON land.parcel_origin DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION land.children_add_up();
    """)
    _policy("parcel_origin")


def _policy(table: str) -> None:
    op.execute(f"""
        ALTER TABLE land.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON land.{table}
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
