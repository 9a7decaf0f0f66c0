"""0038 Contracts of transfers: their parcels, papers and course, rents due and paid, a village's projects and their runs.

Every row is said once, but for the runs of the worker and two columns that a trigger keeps from a contract's events: how it
stands, and the day on which it ended. `held_parcel` follows from events too: which land a contract binds, for which days.
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLES = (
    "contract", "contract_parcel", "contract_paper", "contract_event", "held_parcel", "rent_due", "rent_payment",
    "project", "project_parcel", "project_word", "project_run",
)  # fmt: skip
_HEAD = 'county char(6) NOT NULL, village text COLLATE "C" NOT NULL'
_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_TERM = """from_on date NOT NULL, until_on date NOT NULL,
            unit text COLLATE "C" NOT NULL CHECK (unit IN ('yuan_mu_year', 'kg_mu_year', 'share')), grain text COLLATE "C" NOT NULL,
            escalator_percent numeric(5,2) NOT NULL CHECK (escalator_percent BETWEEN 0 AND 50),
            paid_every text COLLATE "C" NOT NULL CHECK (paid_every IN ('year', 'half', 'quarter')), paid_before boolean NOT NULL,
            CHECK (until_on > from_on), CHECK ((unit = 'kg_mu_year') = (grain <> ''))"""


def upgrade() -> None:
    _contracts()
    _rents()
    _projects()
    _policies()
    _course()
    _public()


def _contracts() -> None:
    op.execute(f"""
        CREATE SEQUENCE exchange.certificate_number;
        -- The last serial that an issuing party's contracts have.
        CREATE TABLE exchange.contract_serial (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, issuer text COLLATE "C" NOT NULL, last integer NOT NULL,
            PRIMARY KEY (county, issuer)
        );
        -- deal_id: NULL of a deal made off the market. previous_id: the contract that it renews, changes or transfers further.
        -- clauses: the values of its clauses by name. text_sha256: of the wording that is signed. state, ends_on: by trigger.
        CREATE TABLE exchange.contract (
            {_HEAD}, contract_id uuid NOT NULL, number text COLLATE "C" NOT NULL, deal_id uuid, kind text COLLATE "C" NOT NULL,
            right_id uuid NOT NULL, right_code text COLLATE "C" NOT NULL, household_id uuid NOT NULL,
            household_code text COLLATE "C" NOT NULL, household_name text NOT NULL, taker_id uuid NOT NULL,
            taker_name text NOT NULL, {_TERM},
            price numeric(12,2) NOT NULL CHECK (price >= 0), area_m2 numeric(14,2) NOT NULL CHECK (area_m2 > 0),
            clauses jsonb NOT NULL, said text NOT NULL, text_sha256 text COLLATE "C" NOT NULL CHECK (length(text_sha256) = 64),
            relation text COLLATE "C" NOT NULL CHECK (relation IN ('', 'renewal', 'change', 'retransfer')), previous_id uuid,
            project_id uuid, drawn_by uuid NOT NULL, drawn_by_name text NOT NULL, drawn_at timestamptz NOT NULL,
            state text COLLATE "C" NOT NULL DEFAULT 'drawn'
                CHECK (state IN ('drawn', 'part_signed', 'signed', 'disputed', 'ended', 'withdrawn')),
            ends_on date,
            PRIMARY KEY (county, contract_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, deal_id) REFERENCES exchange.deal,
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker,
            FOREIGN KEY (county, previous_id) REFERENCES exchange.contract,
            CHECK ((relation = '') = (previous_id IS NULL)),
            CHECK ((kind = 'share') = (unit = 'share'))
        );
        CREATE INDEX contract_by_village ON exchange.contract (village, drawn_at);
        CREATE INDEX contract_by_state ON exchange.contract (state, until_on);
        CREATE INDEX contract_by_household ON exchange.contract (county, household_id, drawn_at);
        CREATE INDEX contract_by_taker ON exchange.contract (county, taker_id, drawn_at);
        CREATE INDEX contract_by_previous ON exchange.contract (county, previous_id);
        -- One contract of a deal stands; one of a project a household.
        CREATE UNIQUE INDEX con_5_one_contract_a_deal ON exchange.contract (county, deal_id)
            WHERE deal_id IS NOT NULL AND relation = '' AND state <> 'withdrawn';
        CREATE UNIQUE INDEX con_12_one_contract_a_household ON exchange.contract (county, project_id, household_id)
            WHERE project_id IS NOT NULL AND relation = '' AND state <> 'withdrawn';
        -- part: what of a parcel is transferred, in its own zone; NULL: the whole. price: of this parcel.
        CREATE TABLE exchange.contract_parcel (
            {_HEAD}, contract_id uuid NOT NULL, parcel_code text COLLATE "C" NOT NULL, name text NOT NULL, neighbours text NOT NULL,
            area_m2 numeric(14,2) NOT NULL CHECK (area_m2 > 0), registered_m2 numeric(14,2) NOT NULL, price numeric(12,2) NOT NULL,
            part public.geometry(Polygon) CHECK (public.ST_SRID(part) BETWEEN 4513 AND 4554),
            PRIMARY KEY (county, contract_id, parcel_code),
            FOREIGN KEY (county, contract_id) REFERENCES exchange.contract,
            CONSTRAINT con_1_area_as_registered CHECK (area_m2 <= registered_m2)
        );
        CREATE INDEX contract_parcel_by_code ON exchange.contract_parcel (county, parcel_code);
        CREATE TABLE exchange.contract_paper (
            {_HEAD}, contract_id uuid, project_id uuid, document_id uuid NOT NULL, kind text COLLATE "C" NOT NULL,
            sha256 text COLLATE "C" NOT NULL CHECK (length(sha256) = 64), size bigint NOT NULL CHECK (size > 0), name text NOT NULL,
            put_by uuid NOT NULL, put_at timestamptz NOT NULL,
            PRIMARY KEY (county, document_id),
            FOREIGN KEY (county, contract_id) REFERENCES exchange.contract,
            CHECK (contract_id IS NOT NULL OR project_id IS NOT NULL)
        );
        CREATE INDEX contract_paper_by_contract ON exchange.contract_paper (county, contract_id);
        -- facts: what belongs to the kind: of a signature its way and the digest of what was signed, of an end its ground.
        CREATE TABLE exchange.contract_event (
            {_HEAD}, contract_id uuid NOT NULL, event_id uuid NOT NULL, kind text COLLATE "C" NOT NULL
                CHECK (kind IN ('signed_contractor', 'signed_taker', 'signed', 'filed', 'registration_asked', 'case_opened',
                    'certified', 'remedy_asked', 'remedied', 'disputed', 'settled', 'renewal_asked', 'renewal_declined',
                    'dividend', 'ended', 'returned', 'withdrawn')),
            on_day date NOT NULL, said text NOT NULL, facts jsonb NOT NULL, document_id uuid,
            by_id uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, event_id),
            FOREIGN KEY (county, contract_id) REFERENCES exchange.contract,
            FOREIGN KEY (county, document_id) REFERENCES exchange.contract_paper,
            CONSTRAINT con_7_an_end_has_its_evidence CHECK (kind <> 'ended' OR document_id IS NOT NULL
                OR facts ->> 'how' IN ('term_over', 'replaced', 'award'))
        );
        CREATE INDEX contract_event_by_contract ON exchange.contract_event (county, contract_id, at);
        CREATE UNIQUE INDEX con_5_each_once ON exchange.contract_event (county, contract_id, kind)
            WHERE kind IN ('signed_contractor', 'signed_taker', 'signed', 'filed', 'registration_asked', 'certified', 'ended',
                'returned', 'withdrawn');
        CREATE INDEX contract_event_waiting ON exchange.contract_event (kind, at)
            WHERE kind IN ('registration_asked', 'case_opened');
        -- depth: 0 of what the contractor transfers, 1 of what a taker transfers further.
        CREATE TABLE exchange.held_parcel (
            {_HEAD}, contract_id uuid NOT NULL, parcel_code text COLLATE "C" NOT NULL, depth integer NOT NULL,
            held daterange NOT NULL, whole boolean NOT NULL, area_m2 numeric(14,2) NOT NULL, registered_m2 numeric(14,2) NOT NULL,
            PRIMARY KEY (county, contract_id, parcel_code),
            FOREIGN KEY (county, contract_id, parcel_code) REFERENCES exchange.contract_parcel,
            CONSTRAINT con_2_parcel_bound_once EXCLUDE USING gist
                (county WITH =, parcel_code WITH =, depth WITH =, held WITH &&) WHERE (whole)
        );
    """)


def _rents() -> None:
    op.execute(f"""
        -- amount: yuan, or kg of grain where in_kind. event_id: the step that made it due.
        CREATE TABLE exchange.rent_due (
            {_HEAD}, contract_id uuid NOT NULL, "position" integer NOT NULL CHECK ("position" > 0), event_id uuid NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('rent', 'dividend', 'awarded')),
            from_on date NOT NULL, until_on date NOT NULL, due_on date NOT NULL,
            amount numeric(14,2) NOT NULL CHECK (amount >= 0), in_kind boolean NOT NULL,
            PRIMARY KEY (county, contract_id, "position"),
            FOREIGN KEY (county, contract_id) REFERENCES exchange.contract,
            FOREIGN KEY (county, event_id) REFERENCES exchange.contract_event,
            CHECK (until_on > from_on)
        );
        CREATE INDEX rent_due_by_day ON exchange.rent_due (due_on);
        -- kg: of grain that was handed over, at the county's price of that day.
        CREATE TABLE exchange.rent_payment (
            {_HEAD}, contract_id uuid NOT NULL, payment_id uuid NOT NULL, amount_yuan numeric(14,2) NOT NULL, kg numeric(14,2),
            paid_on date NOT NULL, receipt text COLLATE "C" NOT NULL, document_id uuid NOT NULL,
            recorded_by uuid NOT NULL, recorded_by_name text NOT NULL, recorded_at timestamptz NOT NULL,
            PRIMARY KEY (county, payment_id),
            CONSTRAINT con_6_a_receipt_counts_once UNIQUE (county, receipt),
            FOREIGN KEY (county, contract_id) REFERENCES exchange.contract,
            FOREIGN KEY (county, document_id) REFERENCES exchange.contract_paper,
            CONSTRAINT con_6_a_payment_is_a_sum CHECK (amount_yuan > 0 AND receipt <> '')
        );
        CREATE INDEX rent_payment_by_contract ON exchange.rent_payment (county, contract_id, paid_on);
    """)


def _projects() -> None:
    op.execute(f"""
        CREATE TABLE exchange.project (
            {_HEAD}, project_id uuid NOT NULL, number text COLLATE "C" NOT NULL, title text NOT NULL CHECK (btrim(title) <> ''),
            kind text COLLATE "C" NOT NULL, taker_id uuid NOT NULL, taker_name text NOT NULL,
            {_TERM}, clauses jsonb NOT NULL, said text NOT NULL,
            opened_by uuid NOT NULL, opened_by_name text NOT NULL, opened_at timestamptz NOT NULL,
            PRIMARY KEY (county, project_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker
        );
        CREATE INDEX project_by_village ON exchange.project (village, opened_at);
        CREATE TABLE exchange.project_parcel (
            {_HEAD}, project_id uuid NOT NULL, parcel_code text COLLATE "C" NOT NULL, household_id uuid NOT NULL,
            household_code text COLLATE "C" NOT NULL, household_name text NOT NULL, right_id uuid NOT NULL,
            area_m2 numeric(14,2) NOT NULL CHECK (area_m2 > 0), price numeric(12,2) NOT NULL CHECK (price > 0),
            PRIMARY KEY (county, project_id, parcel_code),
            FOREIGN KEY (county, project_id) REFERENCES exchange.project
        );
        CREATE INDEX project_parcel_by_household ON exchange.project_parcel (county, household_id);
        -- A household's own word on a project; the last one counts until its contract is made.
        CREATE TABLE exchange.project_word (
            {_HEAD}, project_id uuid NOT NULL, word_id uuid NOT NULL, household_id uuid NOT NULL,
            household_code text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL CHECK (kind IN ('consents', 'withdraws')),
            left_out text[] NOT NULL, way text COLLATE "C" NOT NULL CHECK (way IN ('in_person', 'own', 'agent')),
            name text NOT NULL, identity_checked boolean NOT NULL, witness text NOT NULL, agent_act_id uuid, said text NOT NULL,
            by_id uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, word_id),
            FOREIGN KEY (county, project_id) REFERENCES exchange.project,
            FOREIGN KEY (county, agent_act_id) REFERENCES access.agent_act,
            CHECK ((way = 'agent') = (agent_act_id IS NOT NULL)),
            CONSTRAINT con_12_consent_is_witnessed CHECK (kind <> 'consents' OR way <> 'in_person'
                OR (identity_checked AND btrim(witness) <> ''))
        );
        CREATE INDEX project_word_by_project ON exchange.project_word (county, project_id, household_id, at);
        CREATE TABLE exchange.project_run (
            {_HEAD}, run_id uuid NOT NULL, project_id uuid NOT NULL, household_ids uuid[] NOT NULL, "position" integer NOT NULL,
            done integer NOT NULL, refused jsonb NOT NULL,
            state text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'running', 'stopping', 'stopped', 'done', 'failed')),
            asked_by uuid NOT NULL, asked_by_name text NOT NULL, asked_at timestamptz NOT NULL, jurisdiction text NOT NULL,
            started_at timestamptz, ended_at timestamptz,
            PRIMARY KEY (county, run_id),
            FOREIGN KEY (county, project_id) REFERENCES exchange.project
        );
        CREATE UNIQUE INDEX con_5_one_run_at_a_time ON exchange.project_run (county, project_id)
            WHERE state IN ('waiting', 'running', 'stopping');
        CREATE INDEX project_run_waiting ON exchange.project_run (state, asked_at);
    """)


def _policies() -> None:
    for table in TABLES:
        op.execute(f"""
            ALTER TABLE exchange.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON exchange.{table}
                TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker, landreg_owner
                USING ({_INSIDE}) WITH CHECK ({_INSIDE});
            GRANT SELECT ON exchange.{table}
                TO landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
        """)
        if table not in ("held_parcel", "project_run"):
            op.execute(f"GRANT INSERT ON exchange.{table} TO landreg_exchange")
    op.execute("""
        ALTER TABLE exchange.contract_serial ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON exchange.contract_serial TO landreg_owner
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        GRANT USAGE ON SEQUENCE exchange.certificate_number TO landreg_exchange;
        GRANT INSERT ON exchange.project_run TO landreg_exchange;
        GRANT UPDATE (state) ON exchange.project_run TO landreg_exchange;
        GRANT UPDATE (state, "position", done, refused, started_at, ended_at) ON exchange.project_run TO landreg_worker;
        GRANT INSERT ON exchange.contract_event TO landreg_registry, landreg_worker, landreg_citizen;
        GRANT INSERT ON exchange.rent_due, exchange.contract_paper, exchange.project_word TO landreg_citizen;
        CREATE POLICY opened_by_the_office ON exchange.contract_event AS RESTRICTIVE FOR INSERT TO landreg_registry
            WITH CHECK (kind = 'case_opened' AND by_id = access.actor());
        CREATE POLICY ended_by_its_day ON exchange.contract_event AS RESTRICTIVE FOR INSERT TO landreg_worker
            WITH CHECK (kind = 'ended' AND facts ->> 'how' = 'term_over');
        CREATE POLICY own_contract ON exchange.contract FOR SELECT TO landreg_citizen
            USING (household_id = access.household() AND access.stands_for(household_id, ARRAY['sign', 'view'])
                OR EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = contract.county AND t.taker_id = contract.taker_id));
        CREATE POLICY own_household ON exchange.project_parcel FOR SELECT TO landreg_citizen
            USING (household_id = access.household() AND access.stands_for(household_id, ARRAY['sign', 'view']));
        CREATE POLICY own_household ON exchange.project_word FOR SELECT TO landreg_citizen
            USING (household_id = access.household() AND access.stands_for(household_id, ARRAY['sign', 'view']));
        CREATE POLICY asked_of_the_household ON exchange.project FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.project_parcel AS p
                WHERE p.county = project.county AND p.project_id = project.project_id));
        -- The household itself, or an agent under an act to which a consent let them; who takes part does so for oneself.
        CREATE POLICY said_by_the_household ON exchange.project_word FOR INSERT TO landreg_citizen
            WITH CHECK (by_id = access.actor() AND household_id = access.household()
                AND CASE WHEN agent_act_id IS NULL THEN way = 'own' AND access.stands_for(household_id, '{}')
                    ELSE EXISTS (SELECT FROM access.agent_act AS a WHERE a.county = project_word.county
                        AND a.agent_act_id = project_word.agent_act_id AND a.agent_id = access.actor()
                        AND a.household_id = project_word.household_id AND a.step = 'sign') END);
        CREATE POLICY signed_by_a_party ON exchange.contract_event FOR INSERT TO landreg_citizen
            WITH CHECK (by_id = access.actor() AND EXISTS (SELECT FROM exchange.contract AS c
                WHERE c.county = contract_event.county AND c.contract_id = contract_event.contract_id
                AND c.village = contract_event.village AND CASE contract_event.kind
                    WHEN 'signed_contractor' THEN c.household_id = access.household() AND CASE contract_event.facts ->> 'way'
                        WHEN 'service' THEN true
                        WHEN 'agent' THEN EXISTS (SELECT FROM access.agent_act AS a WHERE a.county = c.county
                            AND a.agent_act_id::text = contract_event.facts ->> 'agent_act_id' AND a.agent_id = access.actor()
                            AND a.household_id = c.household_id AND a.step = 'sign' AND a.subject = c.number)
                        ELSE false END
                    WHEN 'signed_taker' THEN contract_event.facts ->> 'way' = 'service' AND EXISTS (SELECT FROM exchange.taker AS t
                        WHERE t.county = c.county AND t.taker_id = c.taker_id)
                    ELSE contract_event.kind IN ('signed', 'registration_asked') END));
    """)
    for table in ("contract_parcel", "contract_paper", "contract_event", "rent_due", "rent_payment"):
        op.execute(f"""
            CREATE POLICY own_contract ON exchange.{table} FOR SELECT TO landreg_citizen
                USING (EXISTS (SELECT FROM exchange.contract AS c
                    WHERE c.county = {table}.county AND c.contract_id = {table}.contract_id))
        """)
    for table in ("contract_paper", "rent_due"):
        op.execute(f"""
            CREATE POLICY said_by_a_party ON exchange.{table} FOR INSERT TO landreg_citizen
                WITH CHECK (EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = {table}.county
                    AND c.contract_id = {table}.contract_id AND c.village = {table}.village
                    AND c.state IN ('drawn', 'part_signed', 'signed')))
        """)


def _course() -> None:
    op.execute("""
        CREATE FUNCTION exchange.next_contract_numbers(in_county text, in_village text, issuer text, how_many integer)
            RETURNS SETOF text
            LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH drawn AS (INSERT INTO exchange.contract_serial AS s (county, village, issuer, last)
                VALUES (in_county::char(6), in_village, issuer, how_many)
                ON CONFLICT (county, issuer) DO UPDATE SET last = s.last + how_many RETURNING s.last)
            SELECT issuer || lpad(n::text, greatest(4, length(n::text)), '0')
            FROM drawn, generate_series(drawn.last - how_many + 1, drawn.last) AS n
        $$;
        -- Which contract binds these parcels in this time; that of which this one is a change or a renewal, and its own, apart.
        CREATE FUNCTION exchange.bound(in_county text, codes text[], first_day date, until_day date, at_depth integer, but uuid[])
            RETURNS TABLE (parcel_code text, number text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT h.parcel_code, c.number FROM exchange.held_parcel AS h
            JOIN exchange.contract AS c ON c.county = h.county AND c.contract_id = h.contract_id
            WHERE h.county = in_county::char(6) AND h.parcel_code = ANY (codes) AND h.held && daterange(first_day, until_day)
              AND h.depth = at_depth AND h.whole AND NOT h.contract_id = ANY (but)
        $$;
        -- The contract rights of a household, by its code, as they stand; and who it is, of which collective.
        CREATE FUNCTION exchange.rights_of(in_county text, household text) RETURNS TABLE (
            right_id uuid, right_code text, household_id uuid, household_name text, village text, collective_code text,
            term daterange) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT s.right_id, s.right_code, s.household_id, s.household_name, s.village, s.collective_code, s.term
            FROM party.household AS h
            JOIN registry."right" AS r ON r.county = h.county AND r.household_id = h.household_id
                AND r.kind = 'contract_management' AND upper_inf(r.recorded) AND upper_inf(r.valid)
            CROSS JOIN LATERAL exchange.right_said(in_county, r.right_id) AS s
            WHERE h.county = in_county::char(6) AND h.code = household AND upper_inf(h.recorded) AND upper_inf(h.valid)
        $$;
        -- The parcels of a village that lie under contract rights, of these codes or all.
        CREATE FUNCTION exchange.contracted_parcels(in_county text, in_village text, codes text[]) RETURNS TABLE (
            parcel_code text, name text, neighbours text, area_m2 numeric, mu numeric, household_id uuid, household_code text,
            household_name text, right_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT p.code, p.name, format('东：%s；南：%s；西：%s；北：%s', p.neighbour_east, p.neighbour_south, p.neighbour_west,
                p.neighbour_north), q.area_m2, q.mu, h.household_id, h.code, h.name, r.right_id
            FROM registry.right_parcel AS q
            JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row AND r.kind = 'contract_management'
                AND upper_inf(r.recorded) AND upper_inf(r.valid)
            JOIN land.parcel AS p ON p.county = q.county AND p.parcel_id = q.parcel_id
                AND upper_inf(p.recorded) AND upper_inf(p.valid)
            JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id
                AND upper_inf(h.recorded) AND upper_inf(h.valid)
            WHERE q.county = in_county::char(6) AND q.village = in_village AND q.kind = 'contract_management'
              AND upper_inf(q.recorded) AND upper_inf(q.valid) AND (codes = '{}' OR p.code = ANY (codes))
            ORDER BY 1
        $$;
        CREATE FUNCTION exchange.household_said(in_county text, household text)
            RETURNS TABLE (household_id uuid, name text, village text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT h.household_id, h.name, h.village FROM party.household AS h
            WHERE h.county = in_county::char(6) AND h.code = household AND upper_inf(h.recorded) AND upper_inf(h.valid)
        $$;
        CREATE FUNCTION exchange.bind_land(asked exchange.contract) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            codes text[];
            at_depth integer := 0;
            over text;
        BEGIN
            SELECT array_agg(q.parcel_code ORDER BY q.parcel_code) INTO codes FROM exchange.contract_parcel AS q
            WHERE q.county = asked.county AND q.contract_id = asked.contract_id;
            PERFORM pg_advisory_xact_lock(hashtextextended('exchange:' || asked.county || c.code, 0))
                FROM unnest(codes) AS c (code) ORDER BY c.code;
            IF EXISTS (SELECT FROM exchange.right_said(asked.county, asked.right_id) AS r
                       WHERE r.household_id IS DISTINCT FROM asked.household_id
                          OR NOT r.term @> daterange(asked.from_on, asked.until_on)) THEN
                RAISE EXCEPTION 'contract %: the term passes that of the right', asked.number
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tr_1_term_within_the_contract';
            END IF;
            IF EXISTS (SELECT FROM exchange.standing_on(asked.county, asked.right_id, codes, NULL) AS s
                       WHERE (s.parcel_code = '' OR s.parcel_code = ANY (codes))
                         AND (s.what = 'exit' OR s.what = 'restriction' AND s.kind IN ('seizure', 'dispute'))) THEN
                RAISE EXCEPTION 'contract %: the land is frozen', asked.number
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tr_12_frozen_land_is_not_transferred';
            END IF;
            IF asked.relation = 'retransfer' THEN
                SELECT max(h.depth) + 1 INTO at_depth FROM exchange.held_parcel AS h
                WHERE h.county = asked.county AND h.contract_id = asked.previous_id;
                IF EXISTS (SELECT FROM unnest(codes) AS c (code) WHERE NOT EXISTS (
                        SELECT FROM exchange.held_parcel AS h WHERE h.county = asked.county AND h.contract_id = asked.previous_id
                          AND h.parcel_code = c.code AND h.held @> daterange(asked.from_on, asked.until_on))) THEN
                    RAISE EXCEPTION 'contract %: beyond the contract that it transfers further', asked.number
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tr_1_term_within_the_contract';
                END IF;
            END IF;
            INSERT INTO exchange.held_parcel
                (county, village, contract_id, parcel_code, depth, held, whole, area_m2, registered_m2)
            SELECT q.county, q.village, q.contract_id, q.parcel_code, at_depth, daterange(asked.from_on, asked.until_on),
                q.area_m2 = q.registered_m2, q.area_m2, q.registered_m2
            FROM exchange.contract_parcel AS q WHERE q.county = asked.county AND q.contract_id = asked.contract_id;
            -- Parts of a parcel together are no more than the parcel.
            SELECT h.parcel_code INTO over FROM exchange.held_parcel AS h
            WHERE h.county = asked.county AND h.contract_id = asked.contract_id AND h.registered_m2 < (
                SELECT sum(o.area_m2) FROM exchange.held_parcel AS o WHERE o.county = h.county AND o.parcel_code = h.parcel_code
                  AND o.depth = h.depth AND o.held && h.held) LIMIT 1;
            IF over IS NOT NULL THEN
                RAISE EXCEPTION 'contract %: more of parcel % than there is', asked.number, over
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'con_2_parcel_bound_once';
            END IF;
        END $$;
        -- A contract goes its course; signed by both sides it binds its land, ended it lets it go on that day.
        CREATE FUNCTION exchange.keep_contract_course() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            asked exchange.contract;
            signatures integer;
            goes_to text;
        BEGIN
            SELECT c.* INTO asked FROM exchange.contract AS c
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id FOR UPDATE;
            SELECT count(*) INTO signatures FROM exchange.contract_event AS e
            WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id AND e.kind IN ('signed_contractor', 'signed_taker');
            goes_to := CASE
                WHEN asked.state IN ('drawn', 'part_signed') THEN CASE
                    WHEN NEW.kind IN ('signed_contractor', 'signed_taker')
                        AND NEW.facts ->> 'text_sha256' = asked.text_sha256 THEN 'part_signed'
                    WHEN NEW.kind = 'signed' AND signatures = 2 THEN 'signed'
                    WHEN NEW.kind = 'withdrawn' THEN 'withdrawn' END
                WHEN asked.state = 'signed' THEN CASE
                    WHEN NEW.kind = 'disputed' THEN 'disputed' WHEN NEW.kind = 'ended' THEN 'ended'
                    WHEN NEW.kind IN ('filed', 'registration_asked', 'case_opened', 'certified', 'remedy_asked', 'remedied',
                        'renewal_asked', 'renewal_declined', 'dividend') THEN 'signed' END
                WHEN asked.state = 'disputed' THEN CASE
                    WHEN NEW.kind = 'settled' THEN 'signed' WHEN NEW.kind IN ('filed', 'disputed') THEN 'disputed'
                    WHEN NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'term_over' THEN 'ended' END
                WHEN asked.state = 'ended' THEN CASE WHEN NEW.kind IN ('returned', 'settled', 'filed') THEN 'ended' END
            END;
            IF goes_to IS NULL OR NEW.village <> asked.village THEN
                RAISE EXCEPTION 'contract % does not go from "%" by "%"', asked.number, asked.state, NEW.kind
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'con_5_contract_keeps_its_course';
            END IF;
            IF NEW.kind = 'signed' THEN
                PERFORM exchange.bind_land(asked);
            ELSIF NEW.kind = 'ended' THEN
                DELETE FROM exchange.held_parcel AS h WHERE h.county = NEW.county AND h.contract_id = NEW.contract_id
                    AND lower(h.held) >= NEW.on_day;
                UPDATE exchange.held_parcel AS h SET held = daterange(lower(h.held), least(upper(h.held), NEW.on_day))
                    WHERE h.county = NEW.county AND h.contract_id = NEW.contract_id;
            END IF;
            UPDATE exchange.contract AS c SET state = goes_to,
                ends_on = CASE WHEN NEW.kind = 'ended' THEN NEW.on_day ELSE c.ends_on END
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_contract_course BEFORE INSERT ON exchange.contract_event
            FOR EACH ROW EXECUTE FUNCTION exchange.keep_contract_course();
        CREATE FUNCTION exchange.contract_comes_drawn() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF NEW.state <> 'drawn' OR NEW.ends_on IS NOT NULL THEN
                RAISE EXCEPTION 'a contract comes drawn' USING ERRCODE = 'integrity_constraint_violation',
                    CONSTRAINT = 'con_5_contract_keeps_its_course';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER contract_comes_drawn BEFORE INSERT ON exchange.contract
            FOR EACH ROW EXECUTE FUNCTION exchange.contract_comes_drawn();
        REVOKE ALL ON FUNCTION exchange.next_contract_numbers(text, text, text, integer), exchange.bind_land(exchange.contract),
            exchange.bound(text, text[], date, date, integer, uuid[]), exchange.rights_of(text, text),
            exchange.household_said(text, text), exchange.contracted_parcels(text, text, text[]),
            exchange.keep_contract_course(),
            exchange.contract_comes_drawn() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.next_contract_numbers(text, text, text, integer) TO landreg_exchange;
        GRANT EXECUTE ON FUNCTION exchange.bound(text, text[], date, date, integer, uuid[]), exchange.rights_of(text, text),
            exchange.household_said(text, text), exchange.contracted_parcels(text, text, text[])
            TO landreg_exchange, landreg_registry, landreg_worker;
    """)


def _public() -> None:
    op.execute("""
        -- What anybody may hold a transaction certificate (交易鉴证书) or a contract's number against: no name in full but an
        -- organisation's.
        CREATE FUNCTION exchange.check_contract(asked text) RETURNS TABLE (
            number text, certificate text, certified_on date, kind text, village text, contractor text, taker text, from_on date,
            until_on date, area_m2 numeric, state text, ends_on date, text_sha256 text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, coalesce(e.facts ->> 'number', ''), e.on_day, c.kind, c.village,
                left(c.household_name, 1) || repeat('*', greatest(1, length(c.household_name) - 1)),
                CASE WHEN t.kind = 'organisation' THEN c.taker_name
                    ELSE left(c.taker_name, 1) || repeat('*', greatest(1, length(c.taker_name) - 1)) END,
                c.from_on, c.until_on, c.area_m2, c.state, c.ends_on, c.text_sha256
            FROM exchange.contract AS c
            JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
            LEFT JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'certified'
            WHERE c.state IN ('signed', 'disputed', 'ended') AND (c.number = asked OR EXISTS (
                SELECT FROM exchange.contract_event AS f WHERE f.county = c.county AND f.contract_id = c.contract_id
                  AND f.kind = 'certified' AND f.facts ->> 'number' = asked))
        $$;
        CREATE INDEX contract_event_certificate ON exchange.contract_event ((facts ->> 'number')) WHERE kind = 'certified';
        CREATE INDEX contract_by_number ON exchange.contract (number);
        REVOKE ALL ON FUNCTION exchange.check_contract(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.check_contract(text)
            TO landreg_public, landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
