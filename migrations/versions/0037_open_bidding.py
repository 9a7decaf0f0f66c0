"""0037 Bidding: sales with one lock row each, entrants, deposits, bids, sealed bids and their opening, offers, the members'
priority, and the review of businesses that take land in.

The database's clock rules. A bid gets its place, its instant and the new closing instant under the sale's lock row, in the
statement that writes it; what comes at the closing instant or later is refused there, whatever a process believed.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_HEAD = 'county char(6) NOT NULL, village text COLLATE "C" NOT NULL'
_BY = '"by" uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL'
_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
BY_OPERATOR = ("sale", "sale_event", "deposit", "officer_key", "sealed_share", "opened_bid", "priority", "priority_told",
               "qualification_decision", "reserve", "land_watch")
BY_CITIZEN = ("entrant", "bid", "sealed_bid", "offer", "priority_told", "priority_claim", "qualification", "qualification_paper")
BY_ITSELF = ("sale_clock", "priority_notice")
TABLES = tuple(dict.fromkeys((*BY_OPERATOR, *BY_CITIZEN, *BY_ITSELF)))


def upgrade() -> None:
    _accounts()
    _sales()
    _sealed()
    _offers()
    _priority()
    _qualification()
    _policies()
    _clock()
    _second_wall()
    _opening()
    _told()


def _accounts() -> None:
    op.execute("""
        ALTER TABLE access.account DROP CONSTRAINT acc_10_roles_of_one_desk;
        ALTER TABLE access.account ADD CONSTRAINT acc_10_roles_of_one_desk
            CHECK (cardinality(roles) > 0 AND roles <@ CASE desk
                WHEN 'registry' THEN ARRAY['surveyor', 'registrar', 'reviewer', 'administrator']
                WHEN 'exchange' THEN ARRAY['operator']
                WHEN 'citizen' THEN ARRAY['farmer', 'agent', 'taker']
                WHEN 'settlement' THEN ARRAY['settlement_officer']
                ELSE ARRAY['auditor'] END);
        -- The exchange's operator opens accounts of takers at the counter, and no other account.
        CREATE POLICY takers_at_the_counter ON access.account FOR INSERT TO landreg_owner
            WITH CHECK (desk = 'citizen' AND roles = ARRAY['taker']);
        CREATE FUNCTION access.open_taker(account uuid, of_login text, of_name text, of_jurisdiction text, hash text)
            RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
            INSERT INTO access.account (account_id, login, name, desk, roles, jurisdiction, password_hash, password_temporary,
                opened_at, opened_by)
            SELECT account, of_login, of_name, 'citizen', ARRAY['taker'], of_jurisdiction, hash, true, system.clock(), access.actor()
            RETURNING opened_at
        $$;
        REVOKE ALL ON FUNCTION access.open_taker(uuid, text, text, text, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION access.open_taker(uuid, text, text, text, text) TO landreg_exchange;
        GRANT SELECT (opened_at) ON access.account TO landreg_owner;
        CREATE POLICY takers_seen ON access.account FOR SELECT TO landreg_owner USING (roles = ARRAY['taker']);
    """)


def _sales() -> None:
    op.execute(f"""
        -- One round of bidding on a listing. start_price, step: in the listing's unit. deposit_by: until when a deposit counts.
        -- soft_seconds: how long an auction goes on after a bid. most_times: above so many times the leading price a bid is one
        -- of another unit. officers and keys: of sealed bids.
        CREATE TABLE exchange.sale (
            {_HEAD}, sale_id uuid NOT NULL, listing_id uuid NOT NULL, round integer NOT NULL CHECK (round > 0),
            way text COLLATE "C" NOT NULL CHECK (way IN ('auction', 'sealed')),
            opens_at timestamptz NOT NULL, closes_at timestamptz NOT NULL, start_price numeric(12,2) NOT NULL CHECK (start_price > 0),
            step numeric(12,2) NOT NULL, deposit_yuan numeric(12,2) NOT NULL CHECK (deposit_yuan >= 0),
            deposit_by timestamptz NOT NULL, soft_seconds integer NOT NULL CHECK (soft_seconds BETWEEN 0 AND 3600),
            most_times numeric(6,2) NOT NULL CHECK (most_times > 1),
            officer_one uuid, officer_two uuid, key_one uuid, key_two uuid,
            set_by uuid NOT NULL, set_by_name text NOT NULL, set_at timestamptz NOT NULL,
            PRIMARY KEY (county, sale_id),
            CONSTRAINT bid_8_a_round_is_set_once UNIQUE (county, listing_id, round),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing,
            CONSTRAINT bid_7_hours_in_order CHECK (set_at < deposit_by AND deposit_by <= opens_at AND opens_at < closes_at),
            CONSTRAINT bid_7_auction_has_its_step CHECK (way <> 'auction' OR step > 0),
            CONSTRAINT seal_4_two_officers CHECK ((way = 'sealed') = (officer_one IS NOT NULL AND officer_two IS NOT NULL
                AND key_one IS NOT NULL AND key_two IS NOT NULL AND officer_one <> officer_two))
        );
        CREATE INDEX sale_by_hours ON exchange.sale (village, closes_at);
        -- Where a sale stands: the row under which its bids queue. Written by triggers alone, and made again from the bids.
        CREATE TABLE exchange.sale_clock (
            {_HEAD}, sale_id uuid NOT NULL, closes_at timestamptz NOT NULL, seq integer NOT NULL DEFAULT 0,
            price numeric(12,2), entrant_id uuid, plate integer, last_at timestamptz NOT NULL, entrants integer NOT NULL DEFAULT 0,
            over text COLLATE "C" NOT NULL DEFAULT '',
            PRIMARY KEY (county, sale_id),
            FOREIGN KEY (county, sale_id) REFERENCES exchange.sale
        ) WITH (fillfactor = 10);
        CREATE TABLE exchange.sale_event (
            {_HEAD}, sale_id uuid NOT NULL, event_id uuid NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('cancelled', 'opened', 'failed')), said text NOT NULL, {_BY},
            PRIMARY KEY (county, event_id),
            CONSTRAINT bid_8_an_event_comes_once UNIQUE (county, sale_id, kind),
            FOREIGN KEY (county, sale_id) REFERENCES exchange.sale
        );
        -- plate: the number under which a taker bids in public. member: a household of the collective, when it entered.
        CREATE TABLE exchange.entrant (
            {_HEAD}, entrant_id uuid NOT NULL, sale_id uuid NOT NULL, taker_id uuid NOT NULL, plate integer NOT NULL,
            member boolean NOT NULL, {_BY},
            PRIMARY KEY (county, entrant_id),
            CONSTRAINT bid_8_a_taker_enters_once UNIQUE (county, sale_id, taker_id),
            CONSTRAINT bid_8_a_plate_is_given_once UNIQUE (county, sale_id, plate),
            FOREIGN KEY (county, sale_id) REFERENCES exchange.sale,
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker
        );
        CREATE INDEX entrant_by_taker ON exchange.entrant (county, taker_id);
        -- kept: of a winner who withdrew. credited: counted toward the rent.
        CREATE TABLE exchange.deposit (
            {_HEAD}, deposit_id uuid NOT NULL, sale_id uuid NOT NULL, entrant_id uuid NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('paid', 'returned', 'kept', 'credited')),
            amount numeric(12,2) NOT NULL CHECK (amount > 0), receipt text COLLATE "C" NOT NULL, on_day date NOT NULL,
            said text NOT NULL, {_BY},
            PRIMARY KEY (county, deposit_id),
            CONSTRAINT bid_9_a_receipt_counts_once UNIQUE (county, receipt),
            CONSTRAINT bid_9_has_its_receipt CHECK (btrim(receipt) <> ''),
            FOREIGN KEY (county, sale_id) REFERENCES exchange.sale,
            FOREIGN KEY (county, entrant_id) REFERENCES exchange.entrant
        );
        CREATE UNIQUE INDEX bid_9_paid_once ON exchange.deposit (county, entrant_id) WHERE kind = 'paid';
        CREATE UNIQUE INDEX bid_9_given_back_once ON exchange.deposit (county, entrant_id) WHERE kind <> 'paid';
        -- seq, plate, at, closes_at: given by the database, under the lock row. bid_id: of the form, so that one sent twice is one.
        CREATE TABLE exchange.bid (
            {_HEAD}, bid_id uuid NOT NULL, sale_id uuid NOT NULL, seq integer NOT NULL, entrant_id uuid NOT NULL,
            plate integer NOT NULL, price numeric NOT NULL, at timestamptz NOT NULL, closes_at timestamptz NOT NULL,
            by_id uuid NOT NULL,
            CONSTRAINT bid_8_a_form_bids_once PRIMARY KEY (county, bid_id),
            UNIQUE (county, sale_id, seq),
            FOREIGN KEY (county, sale_id) REFERENCES exchange.sale,
            FOREIGN KEY (county, entrant_id) REFERENCES exchange.entrant,
            CONSTRAINT bid_5_price_is_a_sum CHECK (price > 0 AND price <= 9999999.99 AND price = round(price, 2)),
            CHECK (at < closes_at)
        );
    """)


def _sealed() -> None:
    op.execute(f"""
        -- An officer's public key (DER). The private one is made in her browser, locked by her passphrase there, and never here.
        CREATE TABLE exchange.officer_key (
            {_HEAD}, key_id uuid NOT NULL, account_id uuid NOT NULL, account_name text NOT NULL, public_key bytea NOT NULL,
            fingerprint text COLLATE "C" NOT NULL, made_at timestamptz NOT NULL,
            PRIMARY KEY (county, key_id),
            CONSTRAINT seal_4_a_key_is_of_one_officer UNIQUE (county, fingerprint),
            CONSTRAINT seal_4_fingerprint_of_its_key CHECK (fingerprint = encode(sha256(public_key), 'hex'))
        );
        CREATE INDEX officer_key_by_account ON exchange.officer_key (county, account_id, made_at);
        ALTER TABLE exchange.sale ADD FOREIGN KEY (county, key_one) REFERENCES exchange.officer_key,
            ADD FOREIGN KEY (county, key_two) REFERENCES exchange.officer_key;
        -- What a browser locked (docs/sealed-bids.md). Of an entrant's, the one with the highest seq counts.
        CREATE TABLE exchange.sealed_bid (
            {_HEAD}, sealed_id uuid NOT NULL, sale_id uuid NOT NULL, entrant_id uuid NOT NULL, plate integer NOT NULL,
            seq integer NOT NULL, iv bytea NOT NULL, cipher bytea NOT NULL, wrapped_one bytea NOT NULL, wrapped_two bytea NOT NULL,
            digest_one text COLLATE "C" NOT NULL, digest_two text COLLATE "C" NOT NULL, commitment text COLLATE "C" NOT NULL,
            at timestamptz NOT NULL, by_id uuid NOT NULL,
            CONSTRAINT bid_8_an_envelope_comes_once PRIMARY KEY (county, sealed_id),
            UNIQUE (county, sale_id, seq),
            CONSTRAINT seal_1_a_commitment_is_ones_own UNIQUE (county, sale_id, commitment),
            FOREIGN KEY (county, sale_id) REFERENCES exchange.sale,
            FOREIGN KEY (county, entrant_id) REFERENCES exchange.entrant,
            CONSTRAINT seal_1_envelope_is_whole CHECK (octet_length(iv) = 12 AND octet_length(cipher) = 190
                AND octet_length(wrapped_one) = 384 AND octet_length(wrapped_two) = 384 AND wrapped_one <> wrapped_two
                AND commitment ~ '^[0-9a-f]{{64}}$' AND digest_one ~ '^[0-9a-f]{{64}}$' AND digest_two ~ '^[0-9a-f]{{64}}$')
        );
        -- An officer's half of the key of a bid, unwrapped in her browser after the close.
        CREATE TABLE exchange.sealed_share (
            {_HEAD}, sale_id uuid NOT NULL, sealed_id uuid NOT NULL, place integer NOT NULL CHECK (place IN (1, 2)),
            share bytea NOT NULL, {_BY},
            CONSTRAINT seal_2_a_share_is_given_once PRIMARY KEY (county, sealed_id, place),
            FOREIGN KEY (county, sealed_id) REFERENCES exchange.sealed_bid
        );
        -- slip: the bid as it was locked, '' where its own bidder locked it wrongly. Published, so that all can verify all.
        CREATE TABLE exchange.opened_bid (
            {_HEAD}, sale_id uuid NOT NULL, sealed_id uuid NOT NULL, entrant_id uuid NOT NULL, plate integer NOT NULL,
            price numeric(12,2), nonce text COLLATE "C" NOT NULL, slip text NOT NULL, {_BY},
            CONSTRAINT seal_2_a_bid_is_opened_once PRIMARY KEY (county, sealed_id),
            FOREIGN KEY (county, sealed_id) REFERENCES exchange.sealed_bid,
            CHECK ((slip = '') = (price IS NULL)), CHECK ((slip = '') = (nonce = ''))
        );
        CREATE INDEX opened_bid_by_sale ON exchange.opened_bid (county, sale_id);
    """)


def _offers() -> None:
    op.execute(f"""
        -- A negotiation between a taker and the household, step by step. until_day: to which a price may be accepted.
        CREATE TABLE exchange.offer (
            {_HEAD}, offer_id uuid NOT NULL, listing_id uuid NOT NULL, taker_id uuid NOT NULL, seq integer NOT NULL,
            side text COLLATE "C" NOT NULL CHECK (side IN ('taker', 'household')),
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('offer', 'counter', 'accept', 'decline', 'withdraw')),
            price numeric(12,2) NOT NULL CHECK (price > 0), until_day date NOT NULL, said text NOT NULL, {_BY},
            PRIMARY KEY (county, offer_id),
            CONSTRAINT off_1_one_after_the_other UNIQUE (county, listing_id, taker_id, seq),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing,
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker
        );
        -- Two buyers for one parcel: one of them hears yes.
        CREATE INDEX offer_by_taker ON exchange.offer (county, taker_id, at);
    """)


def _priority() -> None:
    op.execute(f"""
        -- The terms at which somebody who is no member would take the land, open to the members until last_day.
        CREATE TABLE exchange.priority (
            {_HEAD}, priority_id uuid NOT NULL, listing_id uuid NOT NULL, taker_id uuid NOT NULL,
            way text COLLATE "C" NOT NULL CHECK (way IN ('negotiation', 'auction', 'sealed')), price numeric(12,2) NOT NULL,
            unit text COLLATE "C" NOT NULL, first_day date NOT NULL, last_day date NOT NULL, {_BY},
            PRIMARY KEY (county, priority_id),
            CONSTRAINT pri_4_terms_are_told_once UNIQUE (county, listing_id, taker_id, price),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing,
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker,
            CHECK (last_day >= first_day)
        );
        -- Whom it must be told: every household of the collective, drawn from the register when it opens.
        CREATE TABLE exchange.priority_notice (
            {_HEAD}, priority_id uuid NOT NULL, household_id uuid NOT NULL, household_code text COLLATE "C" NOT NULL,
            PRIMARY KEY (county, priority_id, household_id),
            FOREIGN KEY (county, priority_id) REFERENCES exchange.priority
        );
        CREATE INDEX priority_notice_by_household ON exchange.priority_notice (county, household_id);
        -- The evidence. read: opened by the household's own account; by_hand: signed for; posted: on the village's board, for all.
        CREATE TABLE exchange.priority_told (
            {_HEAD}, told_id uuid NOT NULL, priority_id uuid NOT NULL, household_id uuid,
            way text COLLATE "C" NOT NULL CHECK (way IN ('read', 'by_hand', 'posted')), sha256 text COLLATE "C" NOT NULL,
            paper text NOT NULL, on_day date NOT NULL, {_BY},
            PRIMARY KEY (county, told_id),
            FOREIGN KEY (county, priority_id) REFERENCES exchange.priority,
            CHECK ((way = 'posted') = (household_id IS NULL)),
            CONSTRAINT pri_2_told_on_paper CHECK (way = 'read' OR length(sha256) = 64)
        );
        CREATE UNIQUE INDEX pri_2_read_once ON exchange.priority_told (county, priority_id, household_id) WHERE way = 'read';
        CREATE INDEX priority_told_by_priority ON exchange.priority_told (county, priority_id);
        CREATE TABLE exchange.priority_claim (
            {_HEAD}, claim_id uuid NOT NULL, priority_id uuid NOT NULL, taker_id uuid NOT NULL, household_id uuid NOT NULL,
            mark uuid NOT NULL DEFAULT gen_random_uuid(), {_BY},
            PRIMARY KEY (county, claim_id),
            CONSTRAINT pri_3_a_household_claims_once UNIQUE (county, priority_id, household_id),
            FOREIGN KEY (county, priority_id, household_id) REFERENCES exchange.priority_notice,
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker
        );
    """)


def _qualification() -> None:
    op.execute(f"""
        -- A business asks to be reviewed for so much land in all.
        CREATE TABLE exchange.qualification (
            {_HEAD}, qualification_id uuid NOT NULL, taker_id uuid NOT NULL, area_mu numeric(12,2) NOT NULL CHECK (area_mu > 0),
            purpose text NOT NULL CHECK (btrim(purpose) <> ''), experience text NOT NULL, due_on date NOT NULL, {_BY},
            PRIMARY KEY (county, qualification_id),
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker
        );
        CREATE INDEX qualification_by_taker ON exchange.qualification (county, taker_id, at);
        CREATE TABLE exchange.qualification_paper (
            {_HEAD}, qualification_id uuid NOT NULL, kind text COLLATE "C" NOT NULL
                CHECK (kind IN ('licence', 'ability', 'plan', 'credit')),
            sha256 text COLLATE "C" NOT NULL CHECK (length(sha256) = 64), size bigint NOT NULL, name text NOT NULL,
            PRIMARY KEY (county, qualification_id, kind),
            FOREIGN KEY (county, qualification_id) REFERENCES exchange.qualification
        );
        CREATE TABLE exchange.qualification_decision (
            {_HEAD}, qualification_id uuid NOT NULL, outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('passed', 'refused')),
            said text NOT NULL, {_BY},
            CONSTRAINT qual_6_decided_once PRIMARY KEY (county, qualification_id),
            CONSTRAINT qual_6_refusal_says_why CHECK (outcome = 'passed' OR btrim(said) <> ''),
            FOREIGN KEY (county, qualification_id) REFERENCES exchange.qualification
        );
        CREATE TABLE exchange.reserve (
            {_HEAD}, reserve_id uuid NOT NULL, taker_id uuid NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('paid', 'returned', 'used')), amount numeric(14,2) NOT NULL CHECK (amount > 0),
            receipt text COLLATE "C" NOT NULL CHECK (btrim(receipt) <> ''), on_day date NOT NULL, said text NOT NULL, {_BY},
            PRIMARY KEY (county, reserve_id),
            CONSTRAINT bid_9_a_reserve_s_receipt_counts_once UNIQUE (county, receipt),
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker
        );
        CREATE INDEX reserve_by_taker ON exchange.reserve (county, taker_id);
        -- How land that was taken in is used, as seen on the spot.
        CREATE TABLE exchange.land_watch (
            {_HEAD}, watch_id uuid NOT NULL, deal_id uuid NOT NULL, kind text COLLATE "C" NOT NULL
                CHECK (kind IN ('fine', 'non_grain', 'idle', 'non_farm', 'built')),
            said text NOT NULL, on_day date NOT NULL, {_BY},
            PRIMARY KEY (county, watch_id),
            FOREIGN KEY (county, deal_id) REFERENCES exchange.deal,
            CHECK (kind = 'fine' OR btrim(said) <> '')
        );
        CREATE INDEX land_watch_by_deal ON exchange.land_watch (county, deal_id, on_day);
    """)


def _policies() -> None:
    for table in TABLES:
        op.execute(f"""
            ALTER TABLE exchange.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON exchange.{table} TO landreg_exchange, landreg_auditor, landreg_worker, landreg_owner
                USING ({_INSIDE}) WITH CHECK ({_INSIDE});
            GRANT SELECT ON exchange.{table} TO landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
        """)
    for table in BY_OPERATOR:
        op.execute(f"GRANT INSERT ON exchange.{table} TO landreg_exchange")
    for table in BY_CITIZEN:
        op.execute(f"GRANT INSERT ON exchange.{table} TO landreg_citizen")
    # What everybody of the county may see of a sale: its terms, its bids by plate, the opened bids, the keys they were locked with.
    for table in ("sale", "sale_clock", "sale_event", "bid", "officer_key", "opened_bid"):
        op.execute(f"CREATE POLICY shown_to_all ON exchange.{table} FOR SELECT TO landreg_citizen "
                   "USING (county = left(access.jurisdiction_from(), 6)::char(6))")
    # No officer sees another's share: together they are the key. Shares are read by the opening alone (exchange.shares_of).
    op.execute("""
        REVOKE SELECT ON exchange.sealed_share FROM landreg_exchange, landreg_citizen;
        GRANT SELECT (county, village, sale_id, sealed_id, place, "by", by_name, at) ON exchange.sealed_share TO landreg_exchange;
    """)
    own_taker = ("EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = {0}.county AND t.taker_id = {0}.taker_id "
                 "AND (t.account_id = access.actor() OR t.household_id = access.household()))")
    by_taker = ("EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = {0}.county AND t.taker_id = {0}.taker_id "
                "AND (t.account_id = access.actor() OR t.household_id = access.household() "
                "AND access.stands_for(t.household_id, '{{}}')))")
    by_entrant = ("EXISTS (SELECT FROM exchange.entrant AS e JOIN exchange.taker AS t USING (county, taker_id) "
                  "WHERE e.county = {0}.county AND e.entrant_id = {0}.entrant_id AND e.village = {0}.village "
                  "AND (t.account_id = access.actor() OR t.household_id = access.household() "
                  "AND access.stands_for(t.household_id, '{{}}')))")
    own_entrant = ("EXISTS (SELECT FROM exchange.entrant AS e WHERE e.county = {0}.county AND e.entrant_id = {0}.entrant_id "
                   "AND e.village = {0}.village)")
    own_listing = ("EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = {0}.county AND l.listing_id = {0}.listing_id "
                   "AND l.household_id = access.household())")
    of_notice = ("EXISTS (SELECT FROM exchange.priority_notice AS n WHERE n.county = {0}.county "
                 "AND n.priority_id = {0}.priority_id AND n.household_id = access.household(){1})")
    for table in ("entrant", "qualification", "reserve"):
        op.execute(f"CREATE POLICY own_taker ON exchange.{table} FOR SELECT TO landreg_citizen USING ({own_taker.format(table)})")
    for table in ("deposit", "sealed_bid"):
        op.execute(f"CREATE POLICY own_entrant ON exchange.{table} FOR SELECT TO landreg_citizen USING ({own_entrant.format(table)})")
    for table in ("qualification_paper", "qualification_decision"):
        op.execute(f"""CREATE POLICY own_taker ON exchange.{table} FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.qualification AS q
                WHERE q.county = {table}.county AND q.qualification_id = {table}.qualification_id))""")
    op.execute(f"""
        CREATE POLICY entered_by_the_taker ON exchange.entrant FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND {by_taker.format("entrant")});
        CREATE POLICY bid_by_the_entrant ON exchange.bid FOR INSERT TO landreg_citizen
            WITH CHECK (by_id = access.actor() AND {by_entrant.format("bid")});
        CREATE POLICY sealed_by_the_entrant ON exchange.sealed_bid FOR INSERT TO landreg_citizen
            WITH CHECK (by_id = access.actor() AND {by_entrant.format("sealed_bid")});
        CREATE POLICY of_both_sides ON exchange.offer FOR SELECT TO landreg_citizen
            USING ({own_taker.format("offer")} OR {own_listing.format("offer")});
        CREATE POLICY said_by_its_side ON exchange.offer FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND CASE side WHEN 'taker' THEN {by_taker.format("offer")}
                ELSE {own_listing.format("offer")} AND access.stands_for(access.household(), '{{}}') END);
        CREATE POLICY own_household ON exchange.priority_notice FOR SELECT TO landreg_citizen
            USING (household_id = access.household() AND access.stands_for(household_id, ARRAY['view']));
        CREATE POLICY told_to_members ON exchange.priority FOR SELECT TO landreg_citizen
            USING ({of_notice.format("priority", "")} OR {own_listing.format("priority")} OR {own_taker.format("priority")});
        CREATE POLICY own_household ON exchange.priority_told FOR SELECT TO landreg_citizen
            USING (household_id = access.household());
        CREATE POLICY read_by_the_household ON exchange.priority_told FOR INSERT TO landreg_citizen
            WITH CHECK (way = 'read' AND "by" = access.actor() AND household_id = access.household()
                AND access.stands_for(household_id, '{{}}') AND {of_notice.format("priority_told", " AND n.village = priority_told.village")});
        CREATE POLICY own_household ON exchange.priority_claim FOR SELECT TO landreg_citizen
            USING (household_id = access.household());
        CREATE POLICY claimed_by_the_household ON exchange.priority_claim FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND household_id = access.household() AND {by_taker.format("priority_claim")}
                AND {of_notice.format("priority_claim", " AND n.village = priority_claim.village")});
        CREATE POLICY asked_by_the_taker ON exchange.qualification FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND {by_taker.format("qualification")});
        CREATE POLICY brought_by_the_taker ON exchange.qualification_paper FOR INSERT TO landreg_citizen
            WITH CHECK (EXISTS (SELECT FROM exchange.qualification AS q WHERE q.county = qualification_paper.county
                AND q.qualification_id = qualification_paper.qualification_id AND q.village = qualification_paper.village));
        -- The public and takers see what a deal's watch found only with the deal itself.
        CREATE POLICY of_own_deal ON exchange.land_watch FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = land_watch.county AND d.deal_id = land_watch.deal_id));
    """)


def _clock() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.start_clock() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            l exchange.listing;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x
                WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id AND x.village = NEW.village FOR UPDATE;
            IF coalesce(l.state, '') NOT IN ('published', 'dealt') OR l.way <> NEW.way OR EXISTS (
                SELECT FROM exchange.sale_clock AS c JOIN exchange.sale AS s ON s.county = c.county AND s.sale_id = c.sale_id
                WHERE s.county = NEW.county AND s.listing_id = NEW.listing_id AND s.sale_id <> NEW.sale_id AND c.over = '') THEN
                RAISE EXCEPTION 'listing % is not for this sale', NEW.listing_id {_REFUSED} = 'bid_8_listing_is_for_this_sale';
            END IF;
            INSERT INTO exchange.sale_clock (county, village, sale_id, closes_at, last_at)
            VALUES (NEW.county, NEW.village, NEW.sale_id, NEW.closes_at, NEW.set_at);
            RETURN NULL;
        END $$;
        CREATE TRIGGER start_clock AFTER INSERT ON exchange.sale FOR EACH ROW EXECUTE FUNCTION exchange.start_clock();

        CREATE FUNCTION exchange.end_clock() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            c exchange.sale_clock;
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x
                WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id AND x.village = NEW.village FOR UPDATE;
            IF coalesce(c.over NOT IN ('', 'opened'), true) OR (NEW.kind <> 'cancelled' AND system.clock() < c.closes_at) THEN
                RAISE EXCEPTION 'sale % is over, or not closed yet', NEW.sale_id {_REFUSED} = 'bid_8_sale_keeps_its_course';
            END IF;
            UPDATE exchange.sale_clock AS x SET over = NEW.kind WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER end_clock AFTER INSERT ON exchange.sale_event FOR EACH ROW EXECUTE FUNCTION exchange.end_clock();

        -- Whose deposit is there: paid in time, and not given back.
        CREATE FUNCTION exchange.deposit_stands(of_county text, entrant uuid, owed numeric) RETURNS boolean LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT owed = 0 OR coalesce((SELECT sum(CASE d.kind WHEN 'paid' THEN d.amount ELSE -d.amount END) >= owed
                FROM exchange.deposit AS d WHERE d.county = of_county::char(6) AND d.entrant_id = entrant), false)
        $$;
        -- What every bid waits for: the lock row, and then the clock. The clock of a sale never goes back, whatever is done to
        -- that of the machine.
        CREATE FUNCTION exchange.held_clock(of_county text, of_sale uuid, entrant uuid, of_way text, OUT c exchange.sale_clock,
            OUT s exchange.sale, OUT now timestamptz, OUT plate integer) LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x WHERE x.county = of_county::char(6) AND x.sale_id = of_sale FOR UPDATE;
            now := greatest(system.clock(), c.last_at);
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = of_county::char(6) AND x.sale_id = of_sale;
            SELECT e.plate INTO plate FROM exchange.entrant AS e
                WHERE e.county = of_county::char(6) AND e.entrant_id = entrant AND e.sale_id = of_sale;
            IF plate IS NULL OR NOT exchange.deposit_stands(of_county, entrant, s.deposit_yuan) THEN
                RAISE EXCEPTION 'no deposit of entrant %', entrant {_REFUSED} = 'bid_3_deposit_is_there';
            ELSIF c.over <> '' OR s.way <> of_way THEN
                RAISE EXCEPTION 'sale % is over', of_sale {_REFUSED} = 'bid_8_sale_takes_bids';
            ELSIF now >= c.closes_at THEN
                RAISE EXCEPTION 'sale % closed at %, a bid came at %', of_sale, c.closes_at, now {_REFUSED} = 'bid_1_before_the_close';
            ELSIF now < s.opens_at THEN
                RAISE EXCEPTION 'sale % opens at %', of_sale, s.opens_at {_REFUSED} = 'bid_4_after_the_opening';
            END IF;
        END $$;
        CREATE FUNCTION exchange.take_bid() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            h record;
            basis numeric;
        BEGIN
            SELECT x.* INTO h FROM exchange.held_clock(NEW.county, NEW.sale_id, NEW.entrant_id, 'auction') AS x;
            basis := coalesce((h.c).price, (h.s).start_price);
            IF NEW.price < coalesce((h.c).price + (h.s).step, (h.s).start_price) OR NEW.price = 'NaN' THEN
                RAISE EXCEPTION 'bid % is below the next step', NEW.price {_REFUSED} = 'bid_2_by_a_whole_step';
            ELSIF (h.c).entrant_id = NEW.entrant_id THEN
                RAISE EXCEPTION 'entrant % leads', NEW.entrant_id {_REFUSED} = 'bid_10_not_above_oneself';
            ELSIF NEW.price > basis * (h.s).most_times THEN
                RAISE EXCEPTION 'bid % is of another unit', NEW.price {_REFUSED} = 'bid_12_price_fits_its_unit';
            END IF;
            NEW.seq := (h.c).seq + 1;
            NEW.plate := h.plate;
            NEW.at := h.now;
            NEW.village := (h.s).village;
            NEW.closes_at := greatest((h.c).closes_at, h.now + make_interval(secs => (h.s).soft_seconds));
            UPDATE exchange.sale_clock AS x SET seq = NEW.seq, price = NEW.price, entrant_id = NEW.entrant_id, plate = NEW.plate,
                closes_at = NEW.closes_at, last_at = NEW.at
            WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER take_bid BEFORE INSERT ON exchange.bid FOR EACH ROW EXECUTE FUNCTION exchange.take_bid();
        CREATE FUNCTION exchange.take_sealed() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            h record;
        BEGIN
            SELECT x.* INTO h FROM exchange.held_clock(NEW.county, NEW.sale_id, NEW.entrant_id, 'sealed') AS x;
            NEW.seq := (h.c).seq + 1;
            NEW.plate := h.plate;
            NEW.at := h.now;
            NEW.village := (h.s).village;
            UPDATE exchange.sale_clock AS x SET seq = NEW.seq, last_at = NEW.at WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER take_sealed BEFORE INSERT ON exchange.sealed_bid FOR EACH ROW EXECUTE FUNCTION exchange.take_sealed();

        -- A bid's leaf, staged where its order is made: no bid without one, and no journey more under the lock.
        CREATE FUNCTION exchange.bid_has_a_leaf() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF session_user LIKE 'landreg\\_%' AND session_user NOT IN ('landreg_owner', 'landreg_superuser') THEN
                PERFORM log.stage(NEW.county, NEW.village, 'exchange.bid', NEW.bid_id::text, NEW.at,
                    jsonb_build_object('sale', NEW.sale_id, 'seq', NEW.seq, 'price', NEW.price::numeric(12,2)::text, 'plate', NEW.plate,
                        'at', log.instant(NEW.at), 'closes', log.instant(NEW.closes_at)),
                    jsonb_build_object('entrant', NEW.entrant_id::text || ' ' || NEW.by_id::text));
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER bid_has_a_leaf AFTER INSERT ON exchange.bid FOR EACH ROW EXECUTE FUNCTION exchange.bid_has_a_leaf();
    """)


def _second_wall() -> None:
    op.execute(f"""
        -- Whether a household is of the collective whose land is listed.
        CREATE FUNCTION exchange.is_member(of_county text, of_listing uuid, household uuid) RETURNS boolean LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT EXISTS (
                SELECT FROM exchange.listing AS l
                JOIN party.household AS h ON h.county = l.county AND h.household_id = household
                    AND upper_inf(h.recorded) AND upper_inf(h.valid)
                WHERE l.county = of_county::char(6) AND l.listing_id = of_listing AND CASE l.source
                    WHEN 'collective' THEN h.village = l.village
                    ELSE EXISTS (SELECT FROM party.household AS o WHERE o.county = l.county AND o.household_id = l.household_id
                        AND o.collective_id = h.collective_id AND upper_inf(o.recorded) AND upper_inf(o.valid)) END)
        $$;
        CREATE FUNCTION exchange.enter_sale() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            c exchange.sale_clock;
            s exchange.sale;
            l exchange.listing;
            household uuid;
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id FOR UPDATE;
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            SELECT x.* INTO l FROM exchange.listing AS x WHERE x.county = s.county AND x.listing_id = s.listing_id;
            SELECT t.household_id INTO household FROM exchange.taker AS t WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id;
            NEW.at := system.clock();
            NEW.member := household IS NOT NULL AND exchange.is_member(NEW.county, l.listing_id, household);
            IF coalesce(c.over <> '', true) OR NEW.at >= s.deposit_by THEN
                RAISE EXCEPTION 'sale % takes nobody any more', NEW.sale_id {_REFUSED} = 'bid_8_sale_takes_entrants';
            ELSIF household = l.household_id THEN
                RAISE EXCEPTION 'the land of taker %', NEW.taker_id {_REFUSED} = 'bid_6_not_ones_own_land';
            ELSIF l.to_whom = 'members' AND NOT NEW.member THEN
                RAISE EXCEPTION 'taker % is no member', NEW.taker_id {_REFUSED} = 'bid_11_listed_to_members_only';
            END IF;
            NEW.plate := c.entrants + 1;
            NEW.village := s.village;
            UPDATE exchange.sale_clock AS x SET entrants = NEW.plate WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER enter_sale BEFORE INSERT ON exchange.entrant FOR EACH ROW EXECUTE FUNCTION exchange.enter_sale();
        -- Paid whole and in time; given back, kept or credited whole, after it was paid, and not while bids are taken.
        CREATE FUNCTION exchange.take_deposit() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            c exchange.sale_clock;
            s exchange.sale;
            paid numeric;
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id FOR UPDATE;
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            SELECT d.amount INTO paid FROM exchange.deposit AS d
                WHERE d.county = NEW.county AND d.entrant_id = NEW.entrant_id AND d.kind = 'paid';
            IF NOT coalesce(CASE NEW.kind WHEN 'paid' THEN NEW.amount = s.deposit_yuan AND system.clock() < s.deposit_by AND c.over = ''
                    ELSE NEW.amount = paid AND (c.over <> '' OR system.clock() >= c.closes_at) END, false)
               OR NOT EXISTS (SELECT FROM exchange.entrant AS e WHERE e.county = NEW.county AND e.entrant_id = NEW.entrant_id
                              AND e.sale_id = NEW.sale_id AND e.village = NEW.village) THEN
                RAISE EXCEPTION 'deposit of entrant %', NEW.entrant_id {_REFUSED} = 'bid_9_deposit_as_owed';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER take_deposit BEFORE INSERT ON exchange.deposit FOR EACH ROW EXECUTE FUNCTION exchange.take_deposit();
        -- A step of a negotiation comes while the listing is open. The row of the listing is held, so that of two who hear yes at
        -- the same instant one does.
        CREATE FUNCTION exchange.take_offer() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            l exchange.listing;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x
                WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id AND x.village = NEW.village FOR UPDATE;
            IF coalesce(l.way <> 'negotiation' OR l.state <> 'published', true) OR EXISTS (
                SELECT FROM exchange.offer AS o WHERE o.county = NEW.county AND o.listing_id = NEW.listing_id AND o.kind = 'accept'
                AND NOT EXISTS (SELECT FROM exchange.deal AS d JOIN exchange.deal_fall AS f USING (county, deal_id)
                    WHERE d.county = o.county AND d.listing_id = o.listing_id AND d.taker_id = o.taker_id)) THEN
                RAISE EXCEPTION 'listing % hears no offer', NEW.listing_id {_REFUSED} = 'bid_8_listing_hears_offers';
            ELSIF (SELECT t.household_id FROM exchange.taker AS t WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id)
                    = l.household_id THEN
                RAISE EXCEPTION 'the land of taker %', NEW.taker_id {_REFUSED} = 'bid_6_not_ones_own_land';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER take_offer BEFORE INSERT ON exchange.offer FOR EACH ROW EXECUTE FUNCTION exchange.take_offer();
        CREATE FUNCTION exchange.tell_members() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            INSERT INTO exchange.priority_notice (county, village, priority_id, household_id, household_code)
            SELECT NEW.county, NEW.village, NEW.priority_id, h.household_id, h.code
            FROM exchange.listing AS l
            JOIN party.household AS h ON h.county = l.county AND upper_inf(h.recorded) AND upper_inf(h.valid)
                AND h.household_id IS DISTINCT FROM l.household_id
                AND exchange.is_member(l.county, l.listing_id, h.household_id)
            WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id AND h.village >= left(l.village, 9)
                AND h.village < left(l.village, 9) || '~';
            RETURN NULL;
        END $$;
        CREATE TRIGGER tell_members AFTER INSERT ON exchange.priority FOR EACH ROW EXECUTE FUNCTION exchange.tell_members();
        CREATE FUNCTION exchange.claim_in_time() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            NEW.at := system.clock();
            IF NOT EXISTS (SELECT FROM exchange.priority AS p JOIN exchange.listing AS l
                    ON l.county = p.county AND l.listing_id = p.listing_id
                WHERE p.county = NEW.county AND p.priority_id = NEW.priority_id AND l.state IN ('published', 'dealt')
                  AND (NEW.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN p.first_day AND p.last_day)
               OR NOT EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id
                              AND t.household_id = NEW.household_id) THEN
                RAISE EXCEPTION 'claim of household %', NEW.household_id {_REFUSED} = 'pri_3_claimed_in_time_by_a_member';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER claim_in_time BEFORE INSERT ON exchange.priority_claim FOR EACH ROW EXECUTE FUNCTION exchange.claim_in_time();
    """)


def _opening() -> None:
    op.execute(f"""
        -- A share comes after the close, from the officer for whom it was locked, and is the one that was locked.
        CREATE FUNCTION exchange.take_share() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            b exchange.sealed_bid;
            s exchange.sale;
            c exchange.sale_clock;
        BEGIN
            SELECT x.* INTO b FROM exchange.sealed_bid AS x WHERE x.county = NEW.county AND x.sealed_id = NEW.sealed_id
                AND x.sale_id = NEW.sale_id AND x.village = NEW.village;
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            SELECT x.* INTO c FROM exchange.sale_clock AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id FOR UPDATE;
            NEW.at := system.clock();
            IF NOT coalesce(NEW.at >= c.closes_at AND c.over = '' AND NEW."by" = access.actor()
                AND NEW."by" = CASE NEW.place WHEN 1 THEN s.officer_one ELSE s.officer_two END, false) THEN
                RAISE EXCEPTION 'share of sale %', NEW.sale_id {_REFUSED} = 'seal_2_opened_after_the_close_by_both_officers';
            ELSIF encode(sha256(NEW.share), 'hex') <> (CASE NEW.place WHEN 1 THEN b.digest_one ELSE b.digest_two END) THEN
                RAISE EXCEPTION 'share of bid %', NEW.sealed_id {_REFUSED} = 'seal_3_share_is_the_one_locked';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER take_share BEFORE INSERT ON exchange.sealed_share FOR EACH ROW EXECUTE FUNCTION exchange.take_share();
        -- Both shares of each bid, once all are there.
        CREATE FUNCTION exchange.shares_of(of_county text, of_sale uuid) RETURNS TABLE (sealed_id uuid, one bytea, two bytea)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT b.sealed_id, x.share, y.share FROM exchange.sealed_bid AS b
            JOIN exchange.sealed_share AS x ON x.county = b.county AND x.sealed_id = b.sealed_id AND x.place = 1
            JOIN exchange.sealed_share AS y ON y.county = b.county AND y.sealed_id = b.sealed_id AND y.place = 2
            WHERE b.county = of_county::char(6) AND b.sale_id = of_sale
        $$;
        -- What is opened is what was committed to, by both shares.
        CREATE FUNCTION exchange.take_opened() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            b exchange.sealed_bid;
        BEGIN
            SELECT x.* INTO b FROM exchange.sealed_bid AS x WHERE x.county = NEW.county AND x.sealed_id = NEW.sealed_id
                AND x.sale_id = NEW.sale_id AND x.village = NEW.village AND x.entrant_id = NEW.entrant_id AND x.plate = NEW.plate;
            IF b IS NULL OR (SELECT count(*) FROM exchange.sealed_share AS x
                             WHERE x.county = NEW.county AND x.sealed_id = NEW.sealed_id) <> 2 THEN
                RAISE EXCEPTION 'bid % lacks a share', NEW.sealed_id {_REFUSED} = 'seal_2_opened_after_the_close_by_both_officers';
            ELSIF NEW.slip <> '' AND (encode(sha256(convert_to(NEW.slip, 'UTF8')), 'hex') <> b.commitment
                    OR split_part(NEW.slip, E'\\n', 2) <> NEW.sale_id::text OR split_part(NEW.slip, E'\\n', 3) <> NEW.entrant_id::text
                    OR split_part(NEW.slip, E'\\n', 4)::numeric <> NEW.price OR split_part(NEW.slip, E'\\n', 5) <> NEW.nonce) THEN
                RAISE EXCEPTION 'bid % is not what was committed to', NEW.sealed_id {_REFUSED} = 'seal_5_opened_as_committed';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER take_opened BEFORE INSERT ON exchange.opened_bid FOR EACH ROW EXECUTE FUNCTION exchange.take_opened();
    """)


def _told() -> None:
    """What the farmers' and takers' desk is told of listings that are not its own: no floor, no household."""
    op.execute(f"""
        CREATE FUNCTION exchange.listing_told(of_county text, of_listing uuid) RETURNS TABLE (
            county text, village text, listing_id uuid, number text, kind text, way text, to_whom text, from_on date, until_on date,
            unit text, grain text, price numeric, paid_every text, crop text, area_m2 numeric, closes_on date, state text,
            own boolean, member boolean)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.county, l.village, l.listing_id, l.number, l.kind, l.way, l.to_whom, l.from_on, l.until_on, l.unit, l.grain,
                l.price, l.paid_every, l.crop, l.area_m2, l.closes_on, l.state,
                coalesce(l.household_id = access.household(), false),
                access.household() IS NOT NULL AND exchange.is_member(l.county, l.listing_id, access.household())
            FROM exchange.listing AS l
            WHERE l.county = of_county::char(6) AND l.listing_id = of_listing AND l.state IN ('published', 'dealt', 'failed', 'expired')
        $$;
        -- What a taker has by deals that stand, in m².
        CREATE FUNCTION exchange.area_held(of_county text, taker uuid) RETURNS numeric LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT coalesce(sum(l.area_m2), 0) FROM exchange.deal AS d
            JOIN exchange.listing AS l ON l.county = d.county AND l.listing_id = d.listing_id
            WHERE d.county = of_county::char(6) AND d.taker_id = taker AND l.until_on > (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
              AND NOT EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
        $$;
        -- Whether somebody accepted an offer, or a deal of the listing stands.
        REVOKE ALL ON FUNCTION exchange.listing_told(text, uuid), exchange.area_held(text, uuid), exchange.shares_of(text, uuid),
            exchange.is_member(text, uuid, uuid), exchange.deposit_stands(text, uuid, numeric),
            exchange.held_clock(text, uuid, uuid, text), exchange.start_clock(), exchange.end_clock(), exchange.take_bid(),
            exchange.take_sealed(), exchange.bid_has_a_leaf(), exchange.enter_sale(), exchange.take_deposit(), exchange.take_offer(),
            exchange.tell_members(), exchange.claim_in_time(), exchange.take_share(), exchange.take_opened() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.listing_told(text, uuid), exchange.area_held(text, uuid)
            TO landreg_citizen, landreg_exchange;
        GRANT EXECUTE ON FUNCTION exchange.shares_of(text, uuid), exchange.is_member(text, uuid, uuid) TO landreg_exchange;
        GRANT EXECUTE ON FUNCTION exchange.is_member(text, uuid, uuid) TO landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
