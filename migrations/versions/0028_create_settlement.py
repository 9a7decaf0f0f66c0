"""0028 The settlement window: applications, who settles along, evidence, what was refused as evidence, papers, openings.

Nothing here points out of the schema, and no other desk reaches it. Policies ask for `division`, the town or community to which
somebody moves; `village` of an application is where the applicant says that they come from, and may be unknown.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = ("application", "person", "evidence", "refused_evidence", "paper", "opening")


def upgrade() -> None:
    _tables()
    _course()
    _policies()
    _opening()
    _log()


def _tables() -> None:
    op.execute("""
        CREATE SCHEMA settlement;
        CREATE SEQUENCE settlement.application_number;

        -- county: of the town or community moved to, as in every key. village: where the applicant comes from, as told.
        CREATE TABLE settlement.application (
            county char(6) NOT NULL, application_id uuid NOT NULL,
            division text COLLATE "C" NOT NULL CHECK (division ~ '^6109[0-9]{5}([0-9]{3})?$' AND left(division, 6) = county),
            village text COLLATE "C" CHECK (village ~ '^[0-9]{6}([0-9]{3}([0-9]{3})?)?$'),
            origin text NOT NULL CHECK (origin <> ''),
            number text COLLATE "C" NOT NULL,
            ground text NOT NULL CONSTRAINT set_2_ground_is_of_the_opinion
                CHECK (ground IN ('town_dwelling', 'own_dwelling', 'stable_dwelling', 'stable_work')),
            address text NOT NULL CHECK (address <> ''), tenure text
                CHECK (tenure IN ('own', 'rented', 'lent', 'lodged', 'provided')),
            dwelling_since date, employer text NOT NULL, work_since date,
            pension_months integer CHECK (pension_months BETWEEN 0 AND 720), note text NOT NULL,
            received_at timestamptz NOT NULL, received_by uuid NOT NULL, received_by_name text NOT NULL,
            received_on date NOT NULL, due_on date NOT NULL CHECK (due_on >= received_on),
            outcome text CHECK (outcome IN ('settled', 'refused', 'withdrawn')),
            decided_at timestamptz, decided_on date, decided_by uuid, decided_by_name text, reason text,
            -- The codes of the conditions that are not met: a refusal stands on these and on nothing else.
            unmet text[],
            -- Of these rows the log's leaf is a digest, salted by this: nobody who reads the log can try numbers out.
            salt text NOT NULL CHECK (salt ~ '^[0-9a-f]{32}$'), decision_salt text CHECK (decision_salt ~ '^[0-9a-f]{32}$'),
            PRIMARY KEY (county, application_id),
            UNIQUE (county, number),
            CONSTRAINT set_12_decided_whole CHECK (num_nonnulls(outcome, decided_at, decided_on, decided_by, decided_by_name,
                reason, unmet, decision_salt) IN (0, 8)),
            CONSTRAINT set_11_refused_on_the_opinion_alone CHECK ((outcome = 'refused') IS NOT TRUE
                OR cardinality(unmet) > 0),
            CONSTRAINT set_11_settled_when_all_is_met CHECK ((outcome = 'settled') IS NOT TRUE OR cardinality(unmet) = 0)
        );
        CREATE INDEX application_by_division ON settlement.application (division, received_at);
        CREATE INDEX application_waiting ON settlement.application (division, due_on) WHERE outcome IS NULL;
        CREATE INDEX application_by_day ON settlement.application (decided_on, village) WHERE outcome = 'settled';

        -- Position 0 applies; the others live with them and settle along. Keys of this window's own seal and digest.
        CREATE TABLE settlement.person (
            county char(6) NOT NULL, application_id uuid NOT NULL, "position" smallint NOT NULL CHECK ("position" BETWEEN 0 AND 30),
            division text COLLATE "C" NOT NULL, relation text NOT NULL
                CONSTRAINT set_7_who_may_settle_along CHECK (relation IN ('applicant', 'spouse', 'minor_child', 'parent')
                    AND (relation = 'applicant') = ("position" = 0)),
            name_masked text NOT NULL, name_sealed bytea NOT NULL, id_masked text NOT NULL, id_sealed bytea NOT NULL,
            id_digest bytea NOT NULL CHECK (octet_length(id_digest) = 32), phone_sealed bytea, said text NOT NULL,
            -- Kept up by the trigger below: one who waits for a decision applies once.
            waits boolean NOT NULL DEFAULT true,
            PRIMARY KEY (county, application_id, "position"),
            CONSTRAINT set_7_each_person_once UNIQUE (county, application_id, id_digest),
            FOREIGN KEY (county, application_id) REFERENCES settlement.application
        );
        CREATE UNIQUE INDEX set_13_waits_once ON settlement.person (county, id_digest) WHERE waits;
        CREATE INDEX person_by_digest ON settlement.person (county, id_digest);

        CREATE TABLE settlement.evidence (
            county char(6) NOT NULL, evidence_id uuid NOT NULL, application_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
            kind text NOT NULL CONSTRAINT set_9_evidence_of_the_closed_list CHECK (kind IN (
                'identity_card', 'household_book', 'relation_proof', 'dwelling_deed', 'purchase_contract', 'lease',
                'lodging_statement', 'dormitory_statement', 'residence_permit', 'community_statement', 'labour_contract',
                'employer_statement', 'business_licence', 'pension_record')),
            title text NOT NULL, sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'), size_bytes bigint, media text,
            put_in_at timestamptz NOT NULL, put_in_by uuid NOT NULL, put_in_by_name text NOT NULL,
            PRIMARY KEY (county, evidence_id),
            CHECK (num_nonnulls(sha256, size_bytes, media) IN (0, 3)),
            FOREIGN KEY (county, application_id) REFERENCES settlement.application
        );
        CREATE INDEX evidence_of_application ON settlement.evidence (county, application_id);

        -- What was offered and may not be taken. Of it only its hash is kept; application_id is null when it came with the form.
        CREATE TABLE settlement.refused_evidence (
            county char(6) NOT NULL, refusal_id uuid NOT NULL, application_id uuid, division text COLLATE "C" NOT NULL,
            number text COLLATE "C" NOT NULL, found_in text NOT NULL
                CHECK (found_in IN ('kind', 'title', 'file_name', 'content', 'text')),
            field text NOT NULL, sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'), articles text[] NOT NULL
                CONSTRAINT set_10_refused_on_an_article CHECK (cardinality(articles) > 0),
            applicant_masked text NOT NULL, applicant_digest bytea,
            refused_at timestamptz NOT NULL, refused_by uuid NOT NULL, refused_by_name text NOT NULL,
            PRIMARY KEY (county, refusal_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, application_id) REFERENCES settlement.application
        );
        CREATE INDEX refused_by_division ON settlement.refused_evidence (division, refused_at);
        CREATE SEQUENCE settlement.refusal_number;

        -- A paper that was handed out: printed from its row, the same again at any time.
        CREATE TABLE settlement.paper (
            county char(6) NOT NULL, paper_id uuid NOT NULL, application_id uuid, refusal_id uuid,
            division text COLLATE "C" NOT NULL,
            kind text NOT NULL CHECK (kind IN ('receipt', 'decision', 'notice', 'refused_evidence')),
            sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
            handed_at timestamptz NOT NULL, handed_by uuid NOT NULL, handed_by_name text NOT NULL,
            PRIMARY KEY (county, paper_id),
            CHECK ((kind = 'refused_evidence') = (refusal_id IS NOT NULL)),
            CHECK (kind = 'refused_evidence' OR application_id IS NOT NULL),
            FOREIGN KEY (county, application_id) REFERENCES settlement.application,
            FOREIGN KEY (county, refusal_id) REFERENCES settlement.refused_evidence
        );
        CREATE INDEX paper_of_application ON settlement.paper (county, application_id);

        -- Who opened whose name and number, when and why; written and committed before anything is opened.
        CREATE TABLE settlement.opening (
            county char(6) NOT NULL, opening_id uuid NOT NULL, application_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
            account_id uuid NOT NULL, reason text NOT NULL CHECK (length(reason) >= 2), opened_at timestamptz NOT NULL,
            made_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
            PRIMARY KEY (county, opening_id),
            FOREIGN KEY (county, application_id) REFERENCES settlement.application
        );
    """)


def _course() -> None:
    op.execute("""
        -- An application is decided once, now, by who does it; nothing else of it ever moves.
        CREATE FUNCTION settlement.decide_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF OLD.outcome IS NOT NULL OR NEW.outcome IS NULL THEN
                RAISE EXCEPTION 'an application is decided once'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'set_12_decided_once';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER decide_once BEFORE UPDATE ON settlement.application
            FOR EACH ROW EXECUTE FUNCTION settlement.decide_once();
        CREATE FUNCTION settlement.wait_no_more() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
        BEGIN
            UPDATE settlement.person SET waits = false WHERE county = NEW.county AND application_id = NEW.application_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER wait_no_more AFTER UPDATE ON settlement.application
            FOR EACH ROW EXECUTE FUNCTION settlement.wait_no_more();

        -- Evidence comes while the decision is open. Who settles along is named with the application, in its transaction.
        CREATE FUNCTION settlement.still_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
        BEGIN
            IF EXISTS (SELECT FROM settlement.application AS a WHERE a.county = NEW.county
                       AND a.application_id = NEW.application_id AND a.outcome IS NOT NULL) THEN
                RAISE EXCEPTION 'the application is decided'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'set_12_evidence_before_decision';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER still_open BEFORE INSERT ON settlement.evidence FOR EACH ROW EXECUTE FUNCTION settlement.still_open();
        CREATE TRIGGER still_open BEFORE INSERT ON settlement.person FOR EACH ROW EXECUTE FUNCTION settlement.still_open();
        REVOKE ALL ON FUNCTION settlement.decide_once(), settlement.wait_no_more(), settlement.still_open() FROM PUBLIC;
    """)


def _policies() -> None:
    inside = "division BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
    by = {"application": "received_by", "evidence": "put_in_by", "refused_evidence": "refused_by", "paper": "handed_by",
          "opening": "account_id"}  # fmt: skip
    for table in TABLES:
        own = f" AND {by[table]} = access.actor()" if table in by else ""
        op.execute(f"""
            ALTER TABLE settlement.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY read_in_jurisdiction ON settlement.{table} FOR SELECT TO landreg_settlement, landreg_owner
                USING ({inside});
            CREATE POLICY write_in_own_name ON settlement.{table} FOR INSERT TO landreg_settlement WITH CHECK ({inside}{own});
        """)
    op.execute(f"""
        CREATE POLICY decide_in_own_name ON settlement.application FOR UPDATE TO landreg_settlement USING ({inside})
            WITH CHECK ({inside} AND decided_by = access.actor());
        CREATE POLICY wait_no_more ON settlement.person FOR UPDATE TO landreg_owner USING ({inside}) WITH CHECK ({inside});

        GRANT USAGE ON SCHEMA settlement TO landreg_settlement;
        GRANT SELECT, INSERT, UPDATE (outcome, decided_at, decided_on, decided_by, decided_by_name, reason, unmet,
            decision_salt) ON settlement.application TO landreg_settlement;
        GRANT SELECT (county, application_id, "position", division, relation, name_masked, id_masked, id_digest, said, waits)
            ON settlement.person TO landreg_settlement;
        GRANT INSERT (county, application_id, "position", division, relation, name_masked, name_sealed, id_masked, id_sealed,
            id_digest, phone_sealed, said) ON settlement.person TO landreg_settlement;
        GRANT SELECT, INSERT ON settlement.evidence, settlement.refused_evidence, settlement.paper TO landreg_settlement;
        GRANT SELECT, INSERT (county, opening_id, application_id, division, account_id, reason, opened_at)
            ON settlement.opening TO landreg_settlement;
        GRANT USAGE ON SEQUENCE settlement.application_number, settlement.refusal_number TO landreg_settlement;
    """)


def _opening() -> None:
    op.execute("""
        -- Whether the transaction that wrote a row stands, asked of the whole one and not of a savepoint in it.
        CREATE FUNCTION settlement.stands(made_in xid8) RETURNS boolean LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
            SELECT made_in IS DISTINCT FROM pg_current_xact_id_if_assigned()
                   AND coalesce(pg_xact_status(made_in) = 'committed', false)
        $$;
        -- The only road to what is sealed: an opening of this actor that is committed, fresh, and in the log.
        CREATE FUNCTION settlement.open_sealed(of_county text, opening uuid)
            RETURNS TABLE ("position" smallint, name_sealed bytea, id_sealed bytea, phone_sealed bytea)
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
        DECLARE
            found settlement.opening;
            leaf_made_in xid8;
        BEGIN
            SELECT o.* INTO found FROM settlement.opening AS o
                WHERE o.county = of_county AND o.opening_id = opening AND o.account_id = access.actor()
                  AND o.opened_at BETWEEN system.clock() - interval '2 minutes' AND system.clock();
            SELECT e.made_in INTO leaf_made_in FROM log.entry AS e
                WHERE e.county = found.county AND e.kind = 'settlement.opened' AND e.key = found.opening_id::text;
            IF leaf_made_in IS NULL OR NOT settlement.stands(found.made_in) OR NOT settlement.stands(leaf_made_in) THEN
                RAISE EXCEPTION 'identity is opened by an entry in the log only' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN QUERY SELECT p."position", p.name_sealed, p.id_sealed, p.phone_sealed FROM settlement.person AS p
                WHERE p.county = found.county AND p.application_id = found.application_id ORDER BY p."position";
        END $$;
        REVOKE ALL ON FUNCTION settlement.stands(xid8), settlement.open_sealed(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION settlement.open_sealed(text, uuid) TO landreg_settlement;
    """)


def _log() -> None:
    op.execute("""
        -- The desks on the other side read no leaf of this window in the table, and no salt or place of one.
        CREATE POLICY settlement_apart ON log.entry AS RESTRICTIVE FOR SELECT
            TO landreg_registry, landreg_exchange, landreg_citizen
            USING (kind < 'settlement.' OR kind >= 'settlement/');
        -- What the log says of this window's own rows, so that it can hold them against each other.
        CREATE FUNCTION settlement.leaves() RETURNS TABLE (county char(6), kind text, key text, leaf bytea)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT e.county, e.kind, e.key, e.leaf FROM log.entry AS e
            WHERE e.kind >= 'settlement.' AND e.kind < 'settlement/'
        $$;
        REVOKE ALL ON FUNCTION settlement.leaves() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION settlement.leaves() TO landreg_settlement;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
