"""0005 Parties: collectives, households, their members, organisations; each with two clocks."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("collective", "household", "member", "organization")


def upgrade() -> None:
    op.execute("""
        CREATE TABLE party.collective (
            county char(6) NOT NULL, row_id uuid NOT NULL, collective_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            code text COLLATE "C" NOT NULL, name text NOT NULL, uscc text, representative_id uuid, representative text NOT NULL,
            address text NOT NULL DEFAULT '', postcode text NOT NULL DEFAULT '',
            valid daterange NOT NULL, recorded tstzrange NOT NULL, act_id uuid NOT NULL, ended_by_act uuid,
            PRIMARY KEY (county, row_id),
            CONSTRAINT pt_2_collective_has_one_open_row EXCLUDE USING gist
                (county WITH =, collective_id WITH =, valid WITH &&, recorded WITH &&),
            CONSTRAINT pt_3_collective_code_once EXCLUDE USING gist
                (county WITH =, code WITH =, valid WITH &&, recorded WITH &&)
        );
        CREATE TABLE party.household (
            county char(6) NOT NULL, row_id uuid NOT NULL, household_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            code text COLLATE "C" NOT NULL, name text NOT NULL, representative_id uuid, collective_id uuid NOT NULL,
            address text NOT NULL DEFAULT '', postcode text NOT NULL DEFAULT '',
            valid daterange NOT NULL, recorded tstzrange NOT NULL, act_id uuid NOT NULL, ended_by_act uuid,
            PRIMARY KEY (county, row_id),
            CONSTRAINT pt_2_household_has_one_open_row EXCLUDE USING gist
                (county WITH =, household_id WITH =, valid WITH &&, recorded WITH &&),
            CONSTRAINT pt_3_household_code_once EXCLUDE USING gist
                (county WITH =, code WITH =, valid WITH &&, recorded WITH &&)
        );
        CREATE INDEX household_by_village ON party.household (village, code) WHERE upper_inf(recorded);
        CREATE INDEX household_by_name ON party.household (name) WHERE upper_inf(recorded);
        CREATE TABLE party.member (
            county char(6) NOT NULL, row_id uuid NOT NULL, member_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            household_id uuid NOT NULL, person_id uuid NOT NULL, relation text NOT NULL, holds_right boolean NOT NULL,
            position integer NOT NULL, note text NOT NULL DEFAULT '',
            valid daterange NOT NULL, recorded tstzrange NOT NULL, act_id uuid NOT NULL, ended_by_act uuid,
            PRIMARY KEY (county, row_id),
            CONSTRAINT pt_1_one_household_per_person EXCLUDE USING gist
                (county WITH =, person_id WITH =, valid WITH &&, recorded WITH &&)
        );
        CREATE INDEX member_by_person ON party.member (person_id);
        CREATE INDEX household_by_representative ON party.household (representative_id);
        CREATE INDEX collective_by_representative ON party.collective (representative_id);
        CREATE INDEX member_by_household ON party.member (county, household_id) WHERE upper_inf(recorded);
        CREATE TABLE party.organization (
            county char(6) NOT NULL, row_id uuid NOT NULL, organization_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            code text COLLATE "C" NOT NULL, name text NOT NULL, uscc text, address text NOT NULL DEFAULT '',
            valid daterange NOT NULL, recorded tstzrange NOT NULL, act_id uuid NOT NULL, ended_by_act uuid,
            PRIMARY KEY (county, row_id),
            CONSTRAINT pt_2_organization_has_one_open_row EXCLUDE USING gist
                (county WITH =, organization_id WITH =, valid WITH &&, recorded WITH &&),
            CONSTRAINT pt_3_organization_code_once EXCLUDE USING gist
                (county WITH =, code WITH =, valid WITH &&, recorded WITH &&)
        );
    """)
    for table in TABLES:
        op.execute(f"""
            ALTER TABLE party.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON party.{table}
                USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
                WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
            ALTER TABLE party.{table}
                ADD CONSTRAINT reg_9_valid_is_some_time CHECK (NOT isempty(valid)),
                ADD CONSTRAINT reg_9_recorded_is_some_time CHECK (NOT isempty(recorded)),
                ADD CONSTRAINT reg_9_row_is_ended_by_an_act CHECK (upper_inf(recorded) = (ended_by_act IS NULL));
            CREATE TRIGGER open_once BEFORE INSERT ON party.{table} FOR EACH ROW EXECUTE FUNCTION system.open_once();
            CREATE TRIGGER close_once BEFORE UPDATE ON party.{table} FOR EACH ROW EXECUTE FUNCTION system.close_once();
            CREATE INDEX {table}_by_act ON party.{table} (county, act_id);
            GRANT SELECT, INSERT, UPDATE (recorded, ended_by_act) ON party.{table} TO landreg_registry;
            GRANT SELECT ON party.{table} TO landreg_auditor, landreg_worker;
        """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
