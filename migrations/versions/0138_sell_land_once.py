"""0138 A listing is sold again when nobody of an earlier sale may have the land any more; a deposit is kept of whoever gave their own
deal up, on no day before, and credited where the contract of the deal is signed. Receipts of deposits and reserves are compared as
those of rents are (0123), and a reserve is paid in after a review was passed.
"""

from __future__ import annotations

from alembic import op

revision = "0138"
down_revision = "0137"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"
_BOOKS = {
    "deposit": ("deposit_id", "bid_9_a_receipt_counts_once"),
    "reserve": ("reserve_id", "bid_9_a_reserve_s_receipt_counts_once"),
}


def upgrade() -> None:
    _sales()
    _receipts()
    _reserves()


def _sales() -> None:
    op.execute(f"""
        -- As in 0058; and no sale comes while of an earlier one a bidder, a second chance or a member may still have the land: it has
        -- its end (opened is none), and the days of every members' window are over.
        CREATE OR REPLACE FUNCTION exchange.start_clock() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            l exchange.listing;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x
                WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id AND x.village = NEW.village FOR UPDATE;
            IF coalesce(l.state, '') NOT IN ('published', 'dealt') OR l.way <> NEW.way THEN
                RAISE EXCEPTION 'listing % is not for this sale', NEW.listing_id {_REFUSED} = 'bid_8_listing_is_for_this_sale';
            ELSIF EXISTS (
                SELECT FROM exchange.sale_clock AS c JOIN exchange.sale AS s ON s.county = c.county AND s.sale_id = c.sale_id
                WHERE s.county = NEW.county AND s.listing_id = NEW.listing_id AND s.sale_id <> NEW.sale_id
                  AND c.over NOT IN ('cancelled', 'failed', 'spent')) THEN
                RAISE EXCEPTION 'listing % has a sale', NEW.listing_id {_REFUSED} = 'bid_8_sale_under_way';
            ELSIF EXISTS (SELECT FROM exchange.priority AS p
                WHERE p.county = NEW.county AND p.listing_id = NEW.listing_id AND p.last_day >= {_TODAY}) THEN
                RAISE EXCEPTION 'listing % is open to the members', NEW.listing_id {_REFUSED} = 'bid_8_window_runs';
            ELSIF EXISTS (SELECT FROM exchange.deal AS d
                WHERE d.county = NEW.county AND d.listing_id = NEW.listing_id AND NOT EXISTS (
                    SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)) THEN
                RAISE EXCEPTION 'listing % has its deal', NEW.listing_id {_REFUSED} = 'bid_8_deal_stands';
            ELSIF (l.grain <> '') <> (NEW.grain_yuan IS NOT NULL) THEN
                RAISE EXCEPTION 'listing %: what grain costs', NEW.listing_id {_REFUSED} = 'bid_17_grain_has_its_price';
            END IF;
            INSERT INTO exchange.sale_clock (county, village, sale_id, closes_at, last_at)
            VALUES (NEW.county, NEW.village, NEW.sale_id, NEW.closes_at, NEW.set_at);
            RETURN NULL;
        END $$;
        -- Whether a reason says something: four different signs at least.
        CREATE FUNCTION exchange.says_why(said text) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
            SELECT count(DISTINCT x.sign) >= 4 FROM regexp_split_to_table(said, '') AS x (sign)
            WHERE x.sign ~ '[^[:space:][:punct:]]'
        $$;
        -- Of a bidder's deals of one sale: the day on which the last that they gave up fell, NULL where none did; whether one stands,
        -- and has a contract that was signed by both.
        CREATE FUNCTION exchange.won_by(of_county text, of_entrant uuid, OUT fell date, OUT stands boolean, OUT concluded boolean)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT max((f.at AT TIME ZONE 'Asia/Shanghai')::date) FILTER (WHERE f.given_up_by IS DISTINCT FROM 'contractor'),
                coalesce(bool_or(f.deal_id IS NULL), false),
                coalesce(bool_or(f.deal_id IS NULL AND EXISTS (SELECT FROM exchange.contract AS c
                    WHERE c.county = e.county AND c.deal_id = d.deal_id AND c.relation = ''
                      AND c.state IN ('signed', 'disputed', 'ended'))), false)
            FROM exchange.entrant AS e
            JOIN exchange.deals_of_sale(of_county, e.sale_id) AS d ON d.taker_id = e.taker_id
            LEFT JOIN exchange.deal_fall AS f ON f.county = e.county AND f.deal_id = d.deal_id
            WHERE e.county = of_county::char(6) AND e.entrant_id = of_entrant
        $$;
        -- As in 0127; kept of nobody but whose own deal fell by their doing, on no day before and with a reason that says something;
        -- of whose deal stands nothing goes before its contract is signed, then toward its price or back; what was credited to a deal
        -- that fell is there again.
        CREATE OR REPLACE FUNCTION exchange.take_deposit() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            c exchange.sale_clock;
            s exchange.sale;
            paid numeric;
            gone boolean;
            won record;
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id FOR UPDATE;
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            SELECT x.* INTO won FROM exchange.won_by(NEW.county, NEW.entrant_id) AS x;
            SELECT max(d.amount) FILTER (WHERE d.kind = 'paid'),
                    coalesce(bool_or(d.kind NOT IN ('paid', 'credited') OR d.kind = 'credited' AND won.stands), false) INTO paid, gone
                FROM exchange.deposit_standing AS d WHERE d.county = NEW.county AND d.entrant_id = NEW.entrant_id;
            IF NEW.kind = 'paid' AND paid IS NOT NULL THEN
                RAISE EXCEPTION 'deposit of entrant %', NEW.entrant_id {_REFUSED} = 'bid_9_paid_once';
            ELSIF NEW.kind <> 'paid' AND gone THEN
                RAISE EXCEPTION 'deposit of entrant %', NEW.entrant_id {_REFUSED} = 'bid_9_given_back_once';
            ELSIF NOT coalesce(CASE NEW.kind WHEN 'paid' THEN NEW.amount = s.deposit_yuan
                        AND (system.clock() < s.deposit_by AND c.over = '' OR EXISTS (SELECT FROM exchange.deposit AS d
                            WHERE d.county = NEW.county AND d.sale_id = NEW.sale_id AND d.kind = 'paid'
                              AND d.deposit_id = exchange.in_place_of(NEW.county, NEW.deposit_id)))
                    ELSE NEW.amount = paid AND (c.over <> '' OR system.clock() >= c.closes_at) END, false)
               OR NOT EXISTS (SELECT FROM exchange.entrant AS e WHERE e.county = NEW.county AND e.entrant_id = NEW.entrant_id
                              AND e.sale_id = NEW.sale_id AND e.village = NEW.village) THEN
                RAISE EXCEPTION 'deposit of entrant %', NEW.entrant_id {_REFUSED} = 'bid_9_deposit_as_owed';
            ELSIF NOT (CASE NEW.kind
                    WHEN 'kept' THEN NOT won.stands AND coalesce(NEW.on_day >= won.fell, false) AND exchange.says_why(NEW.said)
                    WHEN 'credited' THEN won.concluded WHEN 'returned' THEN NOT won.stands OR won.concluded ELSE true END) THEN
                RAISE EXCEPTION 'deposit of entrant %, who is no winner', NEW.entrant_id {_REFUSED} = 'bid_9_kept_of_a_winner';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION exchange.says_why(text), exchange.won_by(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.won_by(text, uuid) TO landreg_exchange, landreg_auditor;
    """)


def _receipts() -> None:
    op.execute("""
        SET LOCAL landreg.jurisdiction = '6109';
        -- A receipt as it is compared: with or without the signs that part it.
        CREATE FUNCTION system.unparted(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            SET search_path = pg_catalog AS $$ SELECT translate(system.tidied(said), ' -_/.·—–', '') $$;
        REVOKE ALL ON FUNCTION system.unparted(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION system.unparted(text) TO landreg_exchange;
    """)
    for table, (key, name) in _BOOKS.items():
        op.execute(f"""
            CREATE OR REPLACE FUNCTION exchange.{table}_again() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
            BEGIN
                SELECT count(*) INTO NEW.again FROM exchange.{table} AS r
                JOIN exchange.correction AS c ON c.county = r.county AND c.record_id = r.{key}
                WHERE r.county = NEW.county AND system.unparted(r.receipt) = system.unparted(NEW.receipt);
                RETURN NEW;
            END $$;
            DROP INDEX exchange.{name}_however_typed;
            DO $do$
            DECLARE
                others text;
            BEGIN
                -- As in 0108: of rows that say one receipt in several ways the first is held, the others are left out by name.
                SELECT string_agg(quote_literal(q.{key}), ', ') INTO others
                FROM (SELECT r.{key}, row_number() OVER (PARTITION BY r.county, system.unparted(r.receipt), r.again ORDER BY r.{key})
                          AS place
                      FROM exchange.{table} AS r) AS q
                WHERE q.place > 1;
                EXECUTE 'CREATE UNIQUE INDEX {name}_however_parted ON exchange.{table} (county, system.unparted(receipt), again)'
                    || coalesce(' WHERE {key} NOT IN (' || others || ')', '');
            END $do$;
        """)
    op.execute("SET LOCAL landreg.jurisdiction = ''")


def _reserves() -> None:
    op.execute(f"""
        -- A reserve is of land that a review was passed for; what is recorded in place of a payment is of that one's.
        CREATE FUNCTION exchange.reserve_of_a_passed_review() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF exchange.in_place_of(NEW.county, NEW.reserve_id) IS NULL AND NOT EXISTS (
                    SELECT FROM exchange.qualification AS q
                    JOIN exchange.qualification_decision AS d ON d.county = q.county AND d.qualification_id = q.qualification_id
                    WHERE q.county = NEW.county AND q.taker_id = NEW.taker_id AND d.outcome = 'passed') THEN
                RAISE EXCEPTION 'taker % passed no review', NEW.taker_id {_REFUSED} = 'qual_9_reserve_of_a_passed_review';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER reserve_of_a_passed_review BEFORE INSERT ON exchange.reserve
            FOR EACH ROW WHEN (NEW.kind = 'paid') EXECUTE FUNCTION exchange.reserve_of_a_passed_review();
        REVOKE ALL ON FUNCTION exchange.reserve_of_a_passed_review() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
