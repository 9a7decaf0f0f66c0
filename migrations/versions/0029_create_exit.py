"""0029 Compensated exits: what a household asks to give back, each member's word, the agreement, what was paid, how it went on.

Every row is said once: no desk changes or deletes one. How an exit stands follows from its rows.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = ("exit", "consent", "agreement", "item", "payment", "event")
_HEAD = 'county char(6) NOT NULL, village text COLLATE "C" NOT NULL, exit_id uuid NOT NULL'


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA exit;
        GRANT USAGE ON SCHEMA exit TO landreg_registry, landreg_citizen, landreg_auditor, landreg_worker;
        INSERT INTO registry.act_kind (kind, noticed, certificate) VALUES
            ('exit', true, 'cancel'), ('exit_return', false, 'keep');
        -- Of an exit within the collective, the household that takes the land over has a certificate coming too.
        CREATE OR REPLACE FUNCTION registry.case_waits(state text, act_kind text, request jsonb) RETURNS boolean LANGUAGE sql
            STABLE SET search_path = pg_catalog AS $$
            SELECT CASE WHEN state <> 'registered' THEN state NOT IN ('certified', 'withdrawn', 'refused')
                ELSE (SELECT k.certificate IN ('issue', 'replace') OR (k.certificate = 'cancel'
                          AND (coalesce(request -> 'parcels', '[]') NOT IN (jsonb '[]', jsonb 'null')
                               OR coalesce(request ->> 'taker_id', '') <> ''))
                      FROM registry.act_kind AS k WHERE k.kind = act_kind) END
        $$;
    """)
    _tables()
    _policies()
    _second_wall()


def _tables() -> None:
    op.execute(f"""
        CREATE SEQUENCE exit.exit_number;
        -- parcels: of the contract right, none named: all. returns_on: of a temporary exit, the day on which it comes back.
        -- minors: members who were no adults when it was asked for. taker_id: of the collective, where it takes the land over.
        CREATE TABLE exit.exit (
            {_HEAD}, number text COLLATE "C" NOT NULL, case_id uuid NOT NULL, household_id uuid NOT NULL,
            household_code text COLLATE "C" NOT NULL, applicant text NOT NULL, right_ids uuid[] NOT NULL,
            contracted boolean NOT NULL, parcels text[] NOT NULL,
            mode text COLLATE "C" NOT NULL CHECK (mode IN ('whole', 'part', 'temporary')),
            returns_on date, taker_id uuid, reason text COLLATE "C" NOT NULL, said text NOT NULL, minors uuid[] NOT NULL,
            opened_by uuid NOT NULL, opened_by_name text NOT NULL, opened_at timestamptz NOT NULL,
            PRIMARY KEY (county, exit_id),
            UNIQUE (county, number),
            UNIQUE (county, case_id),
            FOREIGN KEY (county, case_id) REFERENCES registry."case",
            CHECK (cardinality(right_ids) > 0),
            CONSTRAINT exit_5_temporary_has_its_day CHECK ((mode = 'temporary') = (returns_on IS NOT NULL)),
            CONSTRAINT exit_5_temporary_goes_to_the_collective CHECK (mode <> 'temporary' OR taker_id IS NULL),
            CONSTRAINT exit_5_part_names_its_parcels CHECK (mode <> 'part' OR cardinality(parcels) > 0)
        );
        CREATE INDEX exit_by_household ON exit.exit (county, household_id, opened_at);
        CREATE INDEX exit_by_village ON exit.exit (village, opened_at);
        -- A member's own word. by_name: who spoke, where it is a guardian; office: the counter.
        CREATE TABLE exit.consent (
            {_HEAD}, consent_id uuid NOT NULL, member_id uuid NOT NULL, person_id uuid NOT NULL,
            way text COLLATE "C" NOT NULL CHECK (way IN ('counter', 'video', 'notarised', 'guardian')), agrees boolean NOT NULL,
            office text NOT NULL, language text COLLATE "C" NOT NULL, identity_checked boolean NOT NULL,
            read_aloud boolean NOT NULL, witness text NOT NULL, witness_apart boolean NOT NULL, by_name text NOT NULL,
            document_id uuid, taken_by uuid NOT NULL, taken_by_name text NOT NULL, taken_at timestamptz NOT NULL,
            PRIMARY KEY (county, consent_id),
            CONSTRAINT exit_13_one_word_a_member UNIQUE (county, exit_id, member_id),
            FOREIGN KEY (county, exit_id) REFERENCES exit.exit,
            FOREIGN KEY (county, document_id) REFERENCES registry.document,
            CONSTRAINT exit_1_read_aloud_and_witnessed CHECK (NOT agrees
                OR (identity_checked AND read_aloud AND language <> '' AND witness <> '' AND witness_apart)),
            CONSTRAINT exit_7_other_ways_have_their_paper CHECK (way = 'counter' OR document_id IS NOT NULL)
        );
        CREATE TABLE exit.agreement (
            {_HEAD}, agreement_id uuid NOT NULL,
            model text COLLATE "C" NOT NULL CHECK (model IN ('replacement', 'cash', 'reserve')),
            payer text NOT NULL, funds_source text NOT NULL, funds_yuan numeric(16,2) NOT NULL, funds_shown_on date NOT NULL,
            funds_document_id uuid NOT NULL, signed_on date NOT NULL, lapses_on date NOT NULL, instalments integer NOT NULL,
            guarantee text NOT NULL, total_yuan numeric(16,2) NOT NULL, document_id uuid NOT NULL,
            recorded_by uuid NOT NULL, recorded_by_name text NOT NULL, recorded_at timestamptz NOT NULL,
            PRIMARY KEY (county, agreement_id),
            CONSTRAINT exit_13_agreed_once UNIQUE (county, exit_id),
            FOREIGN KEY (county, exit_id) REFERENCES exit.exit,
            FOREIGN KEY (county, funds_document_id) REFERENCES registry.document,
            FOREIGN KEY (county, document_id) REFERENCES registry.document,
            CONSTRAINT exit_14_funds_are_there_before CHECK (funds_shown_on <= signed_on AND funds_yuan >= total_yuan
                AND total_yuan > 0),
            CONSTRAINT exit_11_instalments_are_guaranteed CHECK (instalments BETWEEN 1 AND 60
                AND (instalments = 1 OR guarantee <> '')),
            CHECK (lapses_on > signed_on)
        );
        CREATE TABLE exit.item (
            {_HEAD}, item_id uuid NOT NULL, position integer NOT NULL, what text NOT NULL,
            amount_yuan numeric(16,2) NOT NULL, kind text COLLATE "C" NOT NULL
                CHECK (kind IN ('land', 'improvements', 'house', 'fixtures', 'crops', 'relocation')),
            PRIMARY KEY (county, item_id),
            UNIQUE (county, exit_id, position),
            FOREIGN KEY (county, exit_id) REFERENCES exit.exit,
            CONSTRAINT exit_11_an_item_has_its_sum CHECK (amount_yuan > 0)
        );
        -- account_sealed: of the payee's bank; told of it is its end alone.
        CREATE TABLE exit.payment (
            {_HEAD}, payment_id uuid NOT NULL, person_id uuid NOT NULL, account_sealed bytea NOT NULL, account_masked text NOT NULL,
            amount_yuan numeric(16,2) NOT NULL, paid_on date NOT NULL, receipt text COLLATE "C" NOT NULL, document_id uuid NOT NULL,
            recorded_by uuid NOT NULL, recorded_by_name text NOT NULL, recorded_at timestamptz NOT NULL,
            PRIMARY KEY (county, payment_id),
            CONSTRAINT exit_12_a_receipt_counts_once UNIQUE (county, receipt),
            FOREIGN KEY (county, exit_id) REFERENCES exit.exit,
            FOREIGN KEY (county, document_id) REFERENCES registry.document,
            CONSTRAINT exit_12_a_payment_is_a_sum CHECK (amount_yuan > 0 AND receipt <> '')
        );
        CREATE INDEX payment_by_exit ON exit.payment (county, exit_id);
        -- notice: in writing to the collective (EXIT-2); minors, spouse: how their interest is kept (EXIT-6); withdrawal, lapse,
        -- return: how it ended. on_day: the day that counts. way: of a withdrawal.
        CREATE TABLE exit.event (
            {_HEAD}, event_id uuid NOT NULL, kind text COLLATE "C" NOT NULL
                CHECK (kind IN ('notice', 'minors', 'withdrawal', 'lapse', 'return')),
            number text COLLATE "C" NOT NULL, on_day date NOT NULL, way text COLLATE "C" NOT NULL, said text NOT NULL,
            document_id uuid, by uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, event_id),
            UNIQUE (county, number),
            CONSTRAINT exit_13_each_once UNIQUE (county, exit_id, kind),
            FOREIGN KEY (county, exit_id) REFERENCES exit.exit,
            FOREIGN KEY (county, document_id) REFERENCES registry.document,
            CONSTRAINT exit_2_in_writing CHECK (kind <> 'notice' OR document_id IS NOT NULL)
        );
        GRANT USAGE ON SEQUENCE exit.exit_number TO landreg_registry;
    """)


def _policies() -> None:
    for table in TABLES:
        op.execute(f"""
            ALTER TABLE exit.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON exit.{table}
                TO landreg_registry, landreg_auditor, landreg_worker, landreg_owner
                USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
                WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
            GRANT INSERT ON exit.{table} TO landreg_registry;
        """)
        if table != "payment":
            op.execute(f"GRANT SELECT ON exit.{table} TO landreg_registry, landreg_auditor, landreg_worker")
    op.execute("""
        GRANT SELECT (county, village, exit_id, payment_id, person_id, account_masked, amount_yuan, paid_on, receipt, document_id,
            recorded_by, recorded_by_name, recorded_at) ON exit.payment TO landreg_registry, landreg_auditor, landreg_worker;
        -- A household sees how its own exit stands, and takes it back by itself.
        CREATE POLICY own_household ON exit.exit FOR SELECT TO landreg_citizen
            USING (household_id = access.household() AND access.stands_for(household_id, '{}'));
        GRANT SELECT ON exit.exit, exit.event, exit.agreement, exit.item TO landreg_citizen;
        GRANT INSERT ON exit.event TO landreg_citizen;
    """)
    for table in ("event", "agreement", "item"):
        op.execute(f"""
            CREATE POLICY own_household ON exit.{table} FOR SELECT TO landreg_citizen
                USING (EXISTS (SELECT FROM exit.exit AS x WHERE x.county = {table}.county AND x.exit_id = {table}.exit_id))
        """)
    op.execute("""
        CREATE POLICY withdrawn_by_the_household ON exit.event FOR INSERT TO landreg_citizen
            WITH CHECK (kind = 'withdrawal' AND by = access.actor() AND EXISTS (SELECT FROM exit.exit AS x
                WHERE x.county = event.county AND x.exit_id = event.exit_id AND x.village = event.village));
    """)


def _second_wall() -> None:
    op.execute("""
        -- What registry and worker ask of a case: paid in full, given notice of, and still wanted.
        CREATE FUNCTION exit.standing(in_county text, cases uuid[]) RETURNS TABLE (
            case_id uuid, agreed numeric, paid numeric, noticed_on date, over text) LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT x.case_id, a.total_yuan,
                coalesce((SELECT sum(p.amount_yuan) FROM exit.payment AS p
                          WHERE p.county = x.county AND p.exit_id = x.exit_id), 0),
                (SELECT e.on_day FROM exit.event AS e
                 WHERE e.county = x.county AND e.exit_id = x.exit_id AND e.kind = 'notice'),
                (SELECT e.kind FROM exit.event AS e WHERE e.county = x.county AND e.exit_id = x.exit_id
                 AND e.kind IN ('withdrawal', 'lapse') LIMIT 1)
            FROM exit.exit AS x LEFT JOIN exit.agreement AS a ON a.county = x.county AND a.exit_id = x.exit_id
            WHERE x.county = in_county::char(6) AND x.case_id = ANY (cases)
        $$;
        -- The right ends only when all is paid, and never once the household took its word back.
        CREATE FUNCTION exit.paid_before_the_act() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        DECLARE
            found record;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('exit:' || x.exit_id::text, 0)) FROM exit.exit AS x
                WHERE x.county = NEW.county AND x.case_id = NEW.case_id;
            SELECT s.agreed, s.paid, s.over INTO found FROM exit.standing(NEW.county, ARRAY[NEW.case_id]) AS s;
            IF found IS NULL OR found.agreed IS NULL OR found.paid < found.agreed THEN
                RAISE EXCEPTION 'the exit of case % is not paid', NEW.case_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'exit_3_paid_before_the_act';
            END IF;
            IF found.over IS NOT NULL THEN
                RAISE EXCEPTION 'the exit of case % is over', NEW.case_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'exit_4_taken_back_before_the_act';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER paid_before_the_act BEFORE INSERT ON registry.act FOR EACH ROW
            WHEN (NEW.kind = 'exit') EXECUTE FUNCTION exit.paid_before_the_act();
        -- Taken back or lapsed only while the act is not written; back on its day only after it.
        CREATE FUNCTION exit.ends_before_the_act() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            is_over boolean;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('exit:' || NEW.exit_id::text, 0));
            SELECT c.act_id IS NOT NULL INTO is_over FROM exit.exit AS x
            JOIN registry."case" AS c ON c.county = x.county AND c.case_id = x.case_id
            WHERE x.county = NEW.county AND x.exit_id = NEW.exit_id;
            IF coalesce(is_over, true) THEN
                RAISE EXCEPTION 'exit % is registered', NEW.exit_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'exit_13_not_after_the_act';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER ends_before_the_act BEFORE INSERT ON exit.event FOR EACH ROW
            WHEN (NEW.kind IN ('withdrawal', 'lapse')) EXECUTE FUNCTION exit.ends_before_the_act();
        REVOKE ALL ON FUNCTION exit.standing(text, uuid[]), exit.paid_before_the_act(), exit.ends_before_the_act() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exit.standing(text, uuid[]) TO landreg_registry, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
