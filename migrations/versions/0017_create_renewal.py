"""0017 Renewal of contracts: rosters, what is set aside, the members' decision; restrictions that end by themselves."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Kind, and whether it waits for a public notice before it is registered.
KINDS = (
    ("renewal", True),
    ("renewal_single", False),
    ("objection_suit", False),
    ("seizure_renewal", False),
    ("mortgage_change", False),
    ("objection_lapse", False),
    ("advance_notice_lapse", False),
    ("seizure_expiry", False),
)
REASONS = (
    "head_gone", "no_member", "disputed", "restricted", "land_lost", "several_contracts", "under_way", "boundary_open",
    "division_open", "papers_lacking", "unreachable", "own_wish", "adjusted",
)  # fmt: skip


def upgrade() -> None:
    for kind, noticed in KINDS:
        op.execute(f"INSERT INTO registry.act_kind VALUES ('{kind}', {noticed})")
    op.execute("""
        -- A batch of renewals rests on a roster, one of first registrations on a survey.
        ALTER TABLE registry.batch ALTER COLUMN package_id DROP NOT NULL;
        -- 'renew': registers and certifies chunk by chunk.
        ALTER TABLE registry.job DROP CONSTRAINT job_step_check,
            ADD CONSTRAINT job_step_check CHECK (step IN ('accept', 'review', 'register', 'certify', 'renew'));
        -- What ends by itself is found by its last day; rights by the end of their terms.
        CREATE INDEX restriction_by_last_day ON registry.restriction (county, until)
            WHERE upper_inf(recorded) AND upper_inf(valid) AND until IS NOT NULL;
        CREATE INDEX right_by_last_day ON registry."right" (county, upper(term))
            WHERE upper_inf(recorded) AND upper_inf(valid) AND term IS NOT NULL;
        CREATE SEQUENCE registry.renewal_number;
    """)
    _rosters()
    _entries()


def _rosters() -> None:
    op.execute("""
        -- A roster (延包名册) of one collective: contracts whose last day lies between ends_from and ends_until.
        -- adjusts: the plan moves land, for a ground of RLCL-28 and with its approvals; those households go one by one.
        CREATE TABLE registry.renewal (
            county char(6) NOT NULL, renewal_id uuid NOT NULL, village text COLLATE "C" NOT NULL, number text COLLATE "C" NOT NULL,
            collective_id uuid NOT NULL, collective_code text COLLATE "C" NOT NULL, collective text NOT NULL,
            ends_from date NOT NULL, ends_until date NOT NULL, adjusts boolean NOT NULL, ground text NOT NULL DEFAULT '',
            state text COLLATE "C" NOT NULL CHECK (state IN ('drawn', 'opened', 'decided', 'given_up')),
            drawn_by uuid NOT NULL, drawn_at timestamptz NOT NULL, plan_id uuid NOT NULL, approval_id uuid, batch_id uuid, members integer, present integer,
            in_favour integer, held_on date, minutes_id uuid, decided_by uuid, decided_at timestamptz,
            PRIMARY KEY (county, renewal_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, batch_id) REFERENCES registry.batch,
            FOREIGN KEY (county, plan_id) REFERENCES registry.document,
            FOREIGN KEY (county, approval_id) REFERENCES registry.document,
            FOREIGN KEY (county, minutes_id) REFERENCES registry.document,
            CONSTRAINT ren_2_land_moves_with_an_approval CHECK (NOT adjusts OR (ground <> '' AND approval_id IS NOT NULL)),
            CHECK (ends_from <= ends_until),
            CHECK (state <> 'opened' OR batch_id IS NOT NULL),
            -- 农村集体经济组织法 27: two thirds of all members; the register takes no other decision.
            CONSTRAINT ren_5_two_thirds_of_all_members CHECK (state <> 'decided' OR (members > 0 AND present <= members
                AND in_favour <= present AND in_favour * 3 >= members * 2)),
            CONSTRAINT ren_7_decided_on_minutes CHECK (state <> 'decided' OR (minutes_id IS NOT NULL AND held_on IS NOT NULL
                AND decided_by IS NOT NULL AND decided_at IS NOT NULL))
        );
        CREATE INDEX renewal_by_batch ON registry.renewal (county, batch_id);
        CREATE INDEX renewal_by_village ON registry.renewal (village, drawn_at);
        CREATE FUNCTION registry.keep_decision() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            RAISE EXCEPTION 'roster % was decided', OLD.number
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ren_12_decision_stands';
        END $$;
        CREATE TRIGGER keep_decision BEFORE UPDATE ON registry.renewal FOR EACH ROW
            WHEN (OLD.state IN ('decided', 'given_up')) EXECUTE FUNCTION registry.keep_decision();
        ALTER TABLE registry.renewal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON registry.renewal
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        GRANT SELECT, INSERT, UPDATE (state, batch_id, members, present, in_favour, held_on, minutes_id, decided_by, decided_at)
            ON registry.renewal TO landreg_registry;
        GRANT SELECT ON registry.renewal TO landreg_auditor, landreg_worker;
        GRANT USAGE ON SEQUENCE registry.renewal_number TO landreg_registry;
        REVOKE ALL ON FUNCTION registry.keep_decision() FROM PUBLIC;
    """)


def _entries() -> None:
    listed = ", ".join(f"'{reason}'" for reason in REASONS)
    op.execute(f"""
        -- A contract on a roster. aside: it is treated by itself, for the reasons named. ends_on: last day of its running term.
        CREATE TABLE registry.renewal_entry (
            county char(6) NOT NULL, renewal_id uuid NOT NULL, right_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            code text COLLATE "C" NOT NULL, household_code text COLLATE "C" NOT NULL, holder text NOT NULL, ends_on date NOT NULL,
            area_m2 numeric(14,2) NOT NULL, mu numeric(12,2) NOT NULL, parcels integer NOT NULL, aside boolean NOT NULL,
            reasons text[] NOT NULL DEFAULT '{{}}', said text NOT NULL DEFAULT '', put_by uuid, case_id uuid,
            PRIMARY KEY (county, renewal_id, right_id),
            FOREIGN KEY (county, renewal_id) REFERENCES registry.renewal,
            FOREIGN KEY (county, case_id) REFERENCES registry."case",
            CONSTRAINT ren_4_reason_of_the_list CHECK (reasons <@ ARRAY[{listed}]),
            CONSTRAINT ren_4_aside_for_a_reason CHECK (aside = (cardinality(reasons) > 0)),
            CHECK (case_id IS NULL OR NOT aside)
        );
        CREATE INDEX renewal_entry_by_right ON registry.renewal_entry (county, right_id);
        CREATE INDEX renewal_entry_by_case ON registry.renewal_entry (county, case_id);
        ALTER TABLE registry.renewal_entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON registry.renewal_entry
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        GRANT SELECT, INSERT, UPDATE (aside, reasons, said, put_by, case_id) ON registry.renewal_entry TO landreg_registry;
        GRANT SELECT ON registry.renewal_entry TO landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
