"""0035 Exits: offers before agreements, papers that are numbered and kept, repayments, income shares; the window's own count.

What is agreed on stands on an offer, and no kind of item lies below the offer's floor. A temporary exit that comes back leads to a
certificate. The window tells the log, a quarter at a time, how many households have settled: what the public reads of it.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = ("offer", "offer_item", "repayment", "paper")
_HEAD = 'county char(6) NOT NULL, village text COLLATE "C" NOT NULL, exit_id uuid NOT NULL'


def upgrade() -> None:
    _tables()
    _policies()
    _second_wall()
    _numbers()
    _window()
    op.execute("UPDATE registry.act_kind SET certificate = 'issue' WHERE kind = 'exit_return'")


def _tables() -> None:
    op.execute(f"""
        -- missing: figures that the county has not set. lease_yuan: what leases pay over the same years, reckoned to today.
        CREATE TABLE exit.offer (
            {_HEAD}, offer_id uuid NOT NULL, number text COLLATE "C" NOT NULL, made_on date NOT NULL,
            total_yuan numeric(16,2) NOT NULL CHECK (total_yuan >= 0), floor_yuan numeric(16,2) NOT NULL CHECK (floor_yuan >= 0),
            land_yuan numeric(16,2) NOT NULL, lease_yuan numeric(16,2), summed_yuan numeric(16,2), staying_yuan numeric(16,2),
            leases text[] NOT NULL, missing text[] NOT NULL,
            made_by uuid NOT NULL, made_by_name text NOT NULL, made_at timestamptz NOT NULL,
            PRIMARY KEY (county, offer_id),
            UNIQUE (county, number),
            UNIQUE (county, exit_id, offer_id),
            FOREIGN KEY (county, exit_id) REFERENCES exit.exit,
            CHECK (num_nonnulls(lease_yuan, summed_yuan, staying_yuan) IN (0, 3))
        );
        CREATE TABLE exit.offer_item (
            {_HEAD}, offer_id uuid NOT NULL, item_id uuid NOT NULL, position integer NOT NULL,
            kind text COLLATE "C" NOT NULL
                CHECK (kind IN ('land', 'improvement', 'house', 'homestead', 'fixture', 'crop', 'relocation')),
            of_class text COLLATE "C" NOT NULL, amount_yuan numeric(16,2) NOT NULL,
            floor_yuan numeric(16,2) NOT NULL, said text[] NOT NULL,
            PRIMARY KEY (county, item_id),
            UNIQUE (county, offer_id, position),
            FOREIGN KEY (county, exit_id, offer_id) REFERENCES exit.offer (county, exit_id, offer_id),
            CONSTRAINT cmp_13_reckoned_above_its_floor CHECK (amount_yuan >= floor_yuan AND floor_yuan >= 0)
        );
        CREATE INDEX offer_item_by_exit ON exit.offer_item (county, exit_id);
        ALTER TABLE exit.agreement ADD COLUMN offer_id uuid,
            ADD FOREIGN KEY (county, exit_id, offer_id) REFERENCES exit.offer (county, exit_id, offer_id),
            ADD CONSTRAINT exit_17_stands_on_an_offer CHECK (offer_id IS NOT NULL) NOT VALID;
        -- Income shares stand in the collective's own book: here, how many go back with the land, by which charter.
        ALTER TABLE exit.exit ADD COLUMN shares numeric(12,2) CHECK (shares > 0), ADD COLUMN charter_document_id uuid,
            ADD FOREIGN KEY (county, charter_document_id) REFERENCES registry.document,
            ADD CONSTRAINT exit_19_shares_by_the_charter CHECK ((shares IS NULL) = (charter_document_id IS NULL));
        ALTER TABLE exit.item DROP CONSTRAINT item_kind_check, ADD CONSTRAINT item_kind_check
            CHECK (kind IN ('land', 'improvements', 'house', 'fixtures', 'crops', 'relocation', 'shares'));
        CREATE TABLE exit.repayment (
            {_HEAD}, repayment_id uuid NOT NULL, amount_yuan numeric(16,2) NOT NULL, repaid_on date NOT NULL,
            receipt text COLLATE "C" NOT NULL, document_id uuid NOT NULL,
            recorded_by uuid NOT NULL, recorded_by_name text NOT NULL, recorded_at timestamptz NOT NULL,
            PRIMARY KEY (county, repayment_id),
            CONSTRAINT exit_18_a_receipt_counts_once UNIQUE (county, receipt),
            FOREIGN KEY (county, exit_id) REFERENCES exit.exit,
            FOREIGN KEY (county, document_id) REFERENCES registry.document,
            CONSTRAINT exit_18_a_repayment_is_a_sum CHECK (amount_yuan > 0 AND receipt <> '')
        );
        CREATE INDEX repayment_by_exit ON exit.repayment (county, exit_id);
        -- A paper that was handed out, each once. subject_id: the row that it tells of.
        CREATE TABLE exit.paper (
            {_HEAD}, paper_id uuid NOT NULL, number text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL
                CHECK (kind IN ('statement', 'consent', 'offer', 'agreement', 'payment', 'withdrawal', 'lapse', 'ending')),
            subject_id uuid NOT NULL, pdf_sha256 text COLLATE "C" NOT NULL CHECK (pdf_sha256 ~ '^[0-9a-f]{{64}}$'),
            made_at timestamptz NOT NULL, made_by uuid NOT NULL, sample boolean NOT NULL,
            PRIMARY KEY (county, paper_id),
            UNIQUE (county, number),
            CONSTRAINT exit_13_printed_once UNIQUE (county, kind, subject_id),
            FOREIGN KEY (county, exit_id) REFERENCES exit.exit
        );
        CREATE INDEX paper_by_exit ON exit.paper (county, exit_id);
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
            GRANT SELECT ON exit.{table} TO landreg_registry, landreg_auditor, landreg_worker;
        """)
    op.execute("""
        -- A household that takes its exit back by itself prints its receipt by itself.
        GRANT SELECT, INSERT ON exit.paper TO landreg_citizen;
        CREATE POLICY own_household ON exit.paper FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exit.exit AS x WHERE x.county = paper.county AND x.exit_id = paper.exit_id));
        CREATE POLICY printed_by_the_household ON exit.paper FOR INSERT TO landreg_citizen
            WITH CHECK (kind = 'withdrawal' AND made_by = access.actor() AND EXISTS (SELECT FROM exit.event AS e
                WHERE e.county = paper.county AND e.exit_id = paper.exit_id AND e.event_id = paper.subject_id
                  AND e.kind = 'withdrawal' AND e.village = paper.village));
    """)
    for table in ("offer", "offer_item"):
        op.execute(f"""
            GRANT SELECT ON exit.{table} TO landreg_citizen;
            CREATE POLICY own_household ON exit.{table} FOR SELECT TO landreg_citizen
                USING (EXISTS (SELECT FROM exit.exit AS x WHERE x.county = {table}.county AND x.exit_id = {table}.exit_id));
        """)


def _second_wall() -> None:
    op.execute("""
        -- Looked at when all of the agreement is written.
        CREATE FUNCTION exit.not_below_floors() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            low text;
        BEGIN
            SELECT f.kind INTO low FROM (
                SELECT CASE o.kind WHEN 'improvement' THEN 'improvements' WHEN 'homestead' THEN 'house' WHEN 'fixture' THEN 'fixtures'
                           WHEN 'crop' THEN 'crops' ELSE o.kind END AS kind, sum(o.floor_yuan) AS floor
                FROM exit.offer_item AS o WHERE o.county = NEW.county AND o.offer_id = NEW.offer_id GROUP BY 1) AS f
            WHERE f.floor > coalesce((SELECT sum(i.amount_yuan) FROM exit.item AS i
                WHERE i.county = NEW.county AND i.exit_id = NEW.exit_id AND i.kind = f.kind), 0) LIMIT 1;
            IF low IS NOT NULL THEN
                RAISE EXCEPTION 'exit % is agreed below the floor of %', NEW.exit_id, low
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cmp_13_not_below_floor';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER not_below_floors AFTER INSERT ON exit.agreement DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION exit.not_below_floors();
        -- Only of an exit that is over without an act, and no more than was paid.
        CREATE FUNCTION exit.repaid_of_what_was_paid() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('exit:' || NEW.exit_id::text, 0));
            IF NOT EXISTS (SELECT FROM exit.event AS e WHERE e.county = NEW.county AND e.exit_id = NEW.exit_id
                           AND e.kind IN ('withdrawal', 'lapse'))
               OR (SELECT coalesce(sum(p.amount_yuan), 0) FROM exit.payment AS p
                   WHERE p.county = NEW.county AND p.exit_id = NEW.exit_id)
                < NEW.amount_yuan + (SELECT coalesce(sum(r.amount_yuan), 0) FROM exit.repayment AS r
                   WHERE r.county = NEW.county AND r.exit_id = NEW.exit_id) THEN
                RAISE EXCEPTION 'exit % has less to be repaid', NEW.exit_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'exit_18_of_what_was_paid';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER repaid_of_what_was_paid BEFORE INSERT ON exit.repayment
            FOR EACH ROW EXECUTE FUNCTION exit.repaid_of_what_was_paid();
        REVOKE ALL ON FUNCTION exit.not_below_floors(), exit.repaid_of_what_was_paid() FROM PUBLIC;
    """)


def _numbers() -> None:
    op.execute("""
        -- What land was paid, as a share of what leases would have paid over the same years: the middle one, where five are.
        CREATE FUNCTION exit.public_beside_leases() RETURNS TABLE (count bigint, middle numeric)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            WITH until AS (
                SELECT date_trunc('quarter', system.clock() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai' AS at
            ), beside AS (
                SELECT (SELECT sum(i.amount_yuan) FROM exit.item AS i
                        WHERE i.county = a.county AND i.exit_id = a.exit_id AND i.kind = 'land') / o.lease_yuan AS share
                FROM exit.agreement AS a
                JOIN exit.offer AS o ON o.county = a.county AND o.offer_id = a.offer_id AND o.lease_yuan > 0
                JOIN exit.exit AS x ON x.county = a.county AND x.exit_id = a.exit_id
                JOIN registry.act AS t ON t.county = x.county AND t.case_id = x.case_id AND t.kind = 'exit'
                WHERE t.registered_at < (SELECT at FROM until)
            )
            SELECT count(*), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY b.share)::numeric, 2) FROM beside AS b
            WHERE b.share IS NOT NULL HAVING count(*) >= 5
        $$;
        REVOKE ALL ON FUNCTION exit.public_beside_leases() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exit.public_beside_leases() TO landreg_public;
    """)


def _window() -> None:
    op.execute("""
        -- The window's own count to the end of a quarter: households that settled, by the county that they come from.
        CREATE TABLE settlement.statement (
            county char(6) NOT NULL, statement_id uuid NOT NULL, division text COLLATE "C" NOT NULL, until date NOT NULL,
            origins text[] NOT NULL, households integer[] NOT NULL,
            stated_at timestamptz NOT NULL, stated_by uuid NOT NULL, stated_by_name text NOT NULL,
            PRIMARY KEY (county, statement_id),
            CONSTRAINT set_20_once_a_quarter UNIQUE (county, until),
            CONSTRAINT set_20_a_quarter_that_is_over CHECK (extract(day FROM until) = 1
                AND extract(month FROM until) IN (1, 4, 7, 10) AND until <= (stated_at AT TIME ZONE 'Asia/Shanghai')::date),
            CONSTRAINT set_20_nothing_of_a_few CHECK (cardinality(origins) = cardinality(households) AND 5 <= ALL (households))
        );
        ALTER TABLE settlement.statement ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY read_in_jurisdiction ON settlement.statement FOR SELECT TO landreg_settlement, landreg_owner
            USING (division BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        CREATE POLICY write_in_own_name ON settlement.statement FOR INSERT TO landreg_settlement
            WITH CHECK (division BETWEEN access.jurisdiction_from() AND access.jurisdiction_to() AND stated_by = access.actor());
        GRANT SELECT, INSERT ON settlement.statement TO landreg_settlement;
        -- What the window has told the log for everybody, and nothing else of its leaves.
        CREATE FUNCTION log.stated_numbers() RETURNS TABLE (county char(6), until date, counts jsonb)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT e.county, (told.facts ->> 'until')::date, told.facts -> 'settled' FROM log.entry AS e,
                LATERAL (SELECT convert_from(e.leaf, 'UTF8')::jsonb -> 'facts' AS facts) AS told
            WHERE e.kind = 'settlement.stated'
        $$;
        REVOKE ALL ON FUNCTION log.stated_numbers() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION log.stated_numbers() TO landreg_public;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
