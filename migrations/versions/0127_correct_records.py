"""0127 A record of money that was wrong is corrected by a further row that names it, says why, and names what is recorded in its
place; what was corrected counts no more, and stays.
"""

from __future__ import annotations

from alembic import op

revision = "0127"
down_revision = "0126"
branch_labels = None
depends_on = None

_HEAD = 'county char(6) NOT NULL, village text COLLATE "C" NOT NULL'
_BY = '"by" uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL'
_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"
_BOOKS = {
    "deposit": ("deposit_id", "bid_9_a_receipt_counts_once"),
    "reserve": ("reserve_id", "bid_9_a_reserve_s_receipt_counts_once"),
}
_COUNTING = {
    "deposit": ("deposit_since(text, uuid, text)", "deposit_stands(text, uuid, numeric)", "credited(text, uuid[])",
                "outcomes_told(timestamptz)"),
    "reserve": ("taker_stands(text, uuid)", "reserve_is_there()"),
}  # fmt: skip


def upgrade() -> None:
    _rows()
    _books()
    _counting()
    _deposits()
    _reserves()
    _corrections()


def _rows() -> None:
    op.execute(f"""
        -- record_id: the row of the book `record` that was wrong. instead: the row of the same book that is recorded in its place,
        -- NULL where nothing is. said: why.
        CREATE TABLE exchange.correction (
            {_HEAD}, record text COLLATE "C" NOT NULL CHECK (record IN ('deposit', 'reserve')), record_id uuid NOT NULL,
            instead uuid, said text NOT NULL, {_BY},
            CONSTRAINT rec_1_corrected_once PRIMARY KEY (county, record_id),
            CONSTRAINT rec_1_in_place_of_one UNIQUE (county, instead),
            CONSTRAINT rec_1_says_why CHECK (btrim(said) <> ''),
            CHECK (instead <> record_id)
        );
        ALTER TABLE exchange.correction ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON exchange.correction TO landreg_exchange, landreg_auditor, landreg_worker, landreg_owner
            USING ({_INSIDE}) WITH CHECK ({_INSIDE});
        -- Whoever sees what was corrected sees that it was.
        CREATE POLICY of_own_record ON exchange.correction FOR SELECT TO landreg_citizen
            USING (CASE record
                WHEN 'deposit' THEN EXISTS (SELECT FROM exchange.deposit AS d
                    WHERE d.county = correction.county AND d.deposit_id = correction.record_id)
                ELSE EXISTS (SELECT FROM exchange.reserve AS r
                    WHERE r.county = correction.county AND r.reserve_id = correction.record_id) END);
        GRANT SELECT ON exchange.correction TO landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
        GRANT INSERT ON exchange.correction TO landreg_exchange;
        -- What a row is recorded in place of.
        CREATE FUNCTION exchange.in_place_of(of_county text, of_record uuid) RETURNS uuid LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.record_id FROM exchange.correction AS c WHERE c.county = of_county::char(6) AND c.instead = of_record
        $$;
        REVOKE ALL ON FUNCTION exchange.in_place_of(text, uuid) FROM PUBLIC;
    """)


def _books() -> None:
    """A receipt counts once among what was not corrected: the index holds it beside how often it was corrected before."""
    op.execute("SET LOCAL landreg.jurisdiction = '6109'")
    for table, (key, name) in _BOOKS.items():
        op.execute(f"""
            CREATE VIEW exchange.{table}_standing WITH (security_invoker = true) AS
                SELECT r.* FROM exchange.{table} AS r WHERE NOT EXISTS (SELECT FROM exchange.correction AS c
                    WHERE c.county = r.county AND c.record_id = r.{key});
            GRANT SELECT ON exchange.{table}_standing TO landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
            ALTER TABLE exchange.{table} ADD COLUMN again integer NOT NULL DEFAULT 0, DROP CONSTRAINT {name};
            CREATE FUNCTION exchange.{table}_again() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
            BEGIN
                SELECT count(*) INTO NEW.again FROM exchange.{table} AS r
                JOIN exchange.correction AS c ON c.county = r.county AND c.record_id = r.{key}
                WHERE r.county = NEW.county AND system.tidied(r.receipt) = system.tidied(NEW.receipt);
                RETURN NEW;
            END $$;
            CREATE TRIGGER again BEFORE INSERT ON exchange.{table} FOR EACH ROW EXECUTE FUNCTION exchange.{table}_again();
            REVOKE ALL ON FUNCTION exchange.{table}_again() FROM PUBLIC;
            DROP INDEX exchange.{name}_however_typed;
            DO $do$
            DECLARE
                others text;
            BEGIN
                -- As in 0108: of rows that say one receipt in several ways the first is held, the others are left out by name.
                SELECT string_agg(quote_literal(q.{key}), ', ') INTO others
                FROM (SELECT r.{key}, row_number() OVER (PARTITION BY r.county, system.tidied(r.receipt) ORDER BY r.{key}) AS place
                      FROM exchange.{table} AS r) AS q
                WHERE q.place > 1;
                EXECUTE 'CREATE UNIQUE INDEX {name}_however_typed ON exchange.{table} (county, system.tidied(receipt), again)'
                    || coalesce(' WHERE {key} NOT IN (' || others || ')', '');
            END $do$;
        """)
    op.execute("SET LOCAL landreg.jurisdiction = ''")


def _counting() -> None:
    """What counts money counts what stands."""
    for table, names in _COUNTING.items():
        for name in names:
            op.execute(f"""
                DO $do$
                DECLARE
                    before text := pg_get_functiondef('exchange.{name}'::regprocedure);
                    after text := replace(before, 'exchange.{table} AS', 'exchange.{table}_standing AS');
                BEGIN
                    IF after = before THEN
                        RAISE EXCEPTION 'exchange.{name} is not as it was';
                    END IF;
                    EXECUTE after;
                END $do$;
            """)


def _deposits() -> None:
    op.execute(f"""
        DROP INDEX exchange.bid_9_paid_once, exchange.bid_9_given_back_once;
        CREATE INDEX deposit_by_entrant ON exchange.deposit (county, entrant_id);
        -- As in 0074, of what stands: paid once, gone once. What is recorded in place of a payment was paid in time as that was.
        CREATE OR REPLACE FUNCTION exchange.take_deposit() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            c exchange.sale_clock;
            s exchange.sale;
            paid numeric;
            gone boolean;
            won boolean;
            stands boolean;
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id FOR UPDATE;
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            SELECT max(d.amount) FILTER (WHERE d.kind = 'paid'), coalesce(bool_or(d.kind <> 'paid'), false) INTO paid, gone
                FROM exchange.deposit_standing AS d WHERE d.county = NEW.county AND d.entrant_id = NEW.entrant_id;
            SELECT count(*) > 0, coalesce(bool_or(NOT d.fell), false) INTO won, stands
                FROM exchange.deals_of_sale(NEW.county, NEW.sale_id) AS d
                LEFT JOIN exchange.deal_fall AS f ON f.county = NEW.county AND f.deal_id = d.deal_id
                JOIN exchange.entrant AS e ON e.county = NEW.county AND e.entrant_id = NEW.entrant_id AND e.taker_id = d.taker_id
                WHERE f.given_up_by IS DISTINCT FROM 'contractor';
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
            ELSIF NOT (CASE NEW.kind WHEN 'kept' THEN won AND btrim(NEW.said) <> '' WHEN 'credited' THEN stands
                    WHEN 'returned' THEN NOT stands ELSE true END) THEN
                RAISE EXCEPTION 'deposit of entrant %, who is no winner', NEW.entrant_id {_REFUSED} = 'bid_9_kept_of_a_winner';
            END IF;
            RETURN NEW;
        END $$;
        -- Whether what a deposit was credited to has been certified, or was changed, since.
        CREATE FUNCTION exchange.credit_is_counted(of_county text, of_deposit uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.deposit AS p
                JOIN exchange.entrant AS e ON e.county = p.county AND e.entrant_id = p.entrant_id
                JOIN exchange.sale AS s ON s.county = p.county AND s.sale_id = p.sale_id
                JOIN exchange.deal AS d ON d.county = s.county AND d.listing_id = s.listing_id AND d.taker_id = e.taker_id
                JOIN exchange.contract AS c ON c.county = d.county AND c.deal_id = d.deal_id AND c.relation = ''
                WHERE p.county = of_county::char(6) AND p.deposit_id = of_deposit AND p.kind = 'credited'
                  AND (EXISTS (SELECT FROM exchange.contract_event AS v WHERE v.county = c.county
                        AND v.contract_id = c.contract_id AND v.kind = 'certified')
                    OR EXISTS (SELECT FROM exchange.contract AS k JOIN exchange.contract_event AS v
                            ON v.county = k.county AND v.contract_id = k.contract_id AND v.kind = 'signed'
                        WHERE k.county = c.county AND k.previous_id = c.contract_id AND k.relation = 'change')))
        $$;
        REVOKE ALL ON FUNCTION exchange.credit_is_counted(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.credit_is_counted(text, uuid) TO landreg_exchange;
        -- After a correction: a payment that went again, or on which bids rest, is there, in its days; what was certified is credited.
        CREATE FUNCTION exchange.deposit_is_whole(was exchange.deposit) RETURNS boolean LANGUAGE plpgsql STABLE {_WIDE} AS $$
        DECLARE
            paid exchange.deposit;
            gone exchange.deposit;
        BEGIN
            SELECT d.* INTO paid FROM exchange.deposit AS d JOIN exchange.deposit_standing AS x USING (county, deposit_id)
                WHERE d.county = was.county AND d.entrant_id = was.entrant_id AND d.kind = 'paid';
            SELECT d.* INTO gone FROM exchange.deposit AS d JOIN exchange.deposit_standing AS x USING (county, deposit_id)
                WHERE d.county = was.county AND d.entrant_id = was.entrant_id AND d.kind <> 'paid';
            RETURN CASE
                WHEN was.kind = 'credited' AND gone.kind IS DISTINCT FROM 'credited'
                    THEN NOT exchange.credit_is_counted(was.county, was.deposit_id)
                WHEN was.kind <> 'paid' THEN true
                WHEN paid.deposit_id IS NULL THEN gone.deposit_id IS NULL
                    AND NOT EXISTS (SELECT FROM exchange.bid AS b WHERE b.county = was.county AND b.entrant_id = was.entrant_id)
                    AND NOT EXISTS (SELECT FROM exchange.sealed_bid AS b WHERE b.county = was.county AND b.entrant_id = was.entrant_id)
                ELSE paid.on_day <= coalesce(gone.on_day, paid.on_day) AND paid.on_day <= (SELECT
                    (s.deposit_by AT TIME ZONE 'Asia/Shanghai')::date FROM exchange.sale AS s
                    WHERE s.county = was.county AND s.sale_id = was.sale_id) END;
        END $$;
        REVOKE ALL ON FUNCTION exchange.deposit_is_whole(exchange.deposit) FROM PUBLIC;
    """)


def _reserves() -> None:
    op.execute(f"""
        -- As in 0114, of what stands; what is recorded in place of a payment is of a year before that was recorded.
        CREATE OR REPLACE FUNCTION exchange.reserve_in_its_days() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            recorded date := coalesce((SELECT (r.at AT TIME ZONE 'Asia/Shanghai')::date FROM exchange.reserve AS r
                WHERE r.county = NEW.county AND r.reserve_id = exchange.in_place_of(NEW.county, NEW.reserve_id)), {_TODAY});
        BEGIN
            IF NEW.on_day > {_TODAY} OR NEW.kind = 'paid' AND NEW.on_day < recorded - 366
               OR NEW.kind <> 'paid' AND NEW.on_day < (SELECT min(r.on_day) FROM exchange.reserve_standing AS r
                    WHERE r.county = NEW.county AND r.taker_id = NEW.taker_id AND r.kind = 'paid') THEN
                RAISE EXCEPTION 'reserve of taker %', NEW.taker_id {_REFUSED} = 'qual_9_reserve_in_its_days';
            END IF;
            RETURN NEW;
        END $$;
        -- After a correction: no more went than came, and none before the first of it.
        CREATE FUNCTION exchange.reserve_is_whole(was exchange.reserve) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT coalesce(sum(CASE r.kind WHEN 'paid' THEN r.amount ELSE -r.amount END), 0) >= 0
                AND (min(r.on_day) FILTER (WHERE r.kind <> 'paid') < min(r.on_day) FILTER (WHERE r.kind = 'paid')) IS NOT TRUE
            FROM exchange.reserve_standing AS r WHERE r.county = was.county AND r.taker_id = was.taker_id
        $$;
        REVOKE ALL ON FUNCTION exchange.reserve_is_whole(exchange.reserve) FROM PUBLIC;
    """)


def _corrections() -> None:
    op.execute(f"""
        -- Under the lock under which the book is written; what was corrected is corrected in what is recorded in its place.
        CREATE FUNCTION exchange.take_correction() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.record = 'deposit' THEN
                PERFORM FROM exchange.sale_clock AS c JOIN exchange.deposit AS d ON d.county = c.county AND d.sale_id = c.sale_id
                    WHERE d.county = NEW.county AND d.deposit_id = NEW.record_id FOR UPDATE OF c;
            ELSE
                PERFORM FROM exchange.taker AS t JOIN exchange.reserve AS r ON r.county = t.county AND r.taker_id = t.taker_id
                    WHERE r.county = NEW.county AND r.reserve_id = NEW.record_id FOR NO KEY UPDATE OF t;
            END IF;
            NEW.at := system.clock();
            IF NOT (CASE NEW.record
                WHEN 'deposit' THEN EXISTS (SELECT FROM exchange.deposit_standing AS d WHERE d.county = NEW.county
                    AND d.deposit_id = NEW.record_id AND d.village = NEW.village)
                ELSE EXISTS (SELECT FROM exchange.reserve_standing AS r WHERE r.county = NEW.county
                    AND r.reserve_id = NEW.record_id AND r.village = NEW.village) END) THEN
                RAISE EXCEPTION 'record % does not stand', NEW.record_id {_REFUSED} = 'rec_1_record_stands';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER take_correction BEFORE INSERT ON exchange.correction
            FOR EACH ROW EXECUTE FUNCTION exchange.take_correction();
        CREATE FUNCTION exchange.correction_is_whole() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NOT (CASE NEW.record
                WHEN 'deposit' THEN (SELECT exchange.deposit_is_whole(d) AND (NEW.instead IS NULL OR EXISTS (
                        SELECT FROM exchange.deposit AS n WHERE n.county = d.county AND n.deposit_id = NEW.instead
                          AND n.sale_id = d.sale_id AND (n.kind = 'paid') = (d.kind = 'paid')))
                    FROM exchange.deposit AS d WHERE d.county = NEW.county AND d.deposit_id = NEW.record_id)
                ELSE (SELECT exchange.reserve_is_whole(r) AND (NEW.instead IS NULL OR EXISTS (
                        SELECT FROM exchange.reserve AS n WHERE n.county = r.county AND n.reserve_id = NEW.instead
                          AND (n.kind = 'paid') = (r.kind = 'paid')))
                    FROM exchange.reserve AS r WHERE r.county = NEW.county AND r.reserve_id = NEW.record_id) END) THEN
                RAISE EXCEPTION 'something rests on record %', NEW.record_id {_REFUSED} = 'rec_1_nothing_rests_on_it';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER correction_is_whole AFTER INSERT ON exchange.correction DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION exchange.correction_is_whole();
        REVOKE ALL ON FUNCTION exchange.take_correction(), exchange.correction_is_whole() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
