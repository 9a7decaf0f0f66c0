"""0133 A payment of a contract, a dividend and an outcome that were recorded wrongly are corrected by a further row, as money of the
exchange is; what was corrected makes nothing due, pays nothing and settles no dispute.
"""

from __future__ import annotations

from alembic import op

revision = "0133"
down_revision = "0132"
branch_labels = None
depends_on = None

_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_COMPARED = "translate(system.tidied({0}receipt), ' -_/.·—–', '')"


def upgrade() -> None:
    _rows()
    _receipts()
    _counting()
    _rests()
    _corrections()


def _rows() -> None:
    op.execute(f"""
        ALTER TABLE exchange.correction DROP CONSTRAINT correction_record_check,
            ADD CHECK (record IN ('deposit', 'reserve', 'rent_payment', 'contract_event')),
            ADD COLUMN contract_id uuid;
        CREATE INDEX correction_by_contract ON exchange.correction (county, contract_id) WHERE contract_id IS NOT NULL;
        DROP POLICY of_own_record ON exchange.correction;
        CREATE POLICY of_own_record ON exchange.correction FOR SELECT TO landreg_citizen
            USING (CASE record
                WHEN 'deposit' THEN EXISTS (SELECT FROM exchange.deposit AS d
                    WHERE d.county = correction.county AND d.deposit_id = correction.record_id)
                WHEN 'reserve' THEN EXISTS (SELECT FROM exchange.reserve AS r
                    WHERE r.county = correction.county AND r.reserve_id = correction.record_id)
                WHEN 'rent_payment' THEN EXISTS (SELECT FROM exchange.rent_payment AS p
                    WHERE p.county = correction.county AND p.payment_id = correction.record_id)
                ELSE EXISTS (SELECT FROM exchange.contract_event AS e
                    WHERE e.county = correction.county AND e.event_id = correction.record_id) END);
        CREATE POLICY read_by_the_register ON exchange.correction FOR SELECT TO landreg_registry USING ({_INSIDE});
        GRANT SELECT ON exchange.correction TO landreg_registry;
        CREATE VIEW exchange.rent_payment_standing WITH (security_invoker = true) AS
            SELECT r.* FROM exchange.rent_payment AS r WHERE NOT EXISTS (SELECT FROM exchange.correction AS c
                WHERE c.county = r.county AND c.record_id = r.payment_id);
        CREATE VIEW exchange.rent_due_standing WITH (security_invoker = true) AS
            SELECT r.* FROM exchange.rent_due AS r WHERE NOT EXISTS (SELECT FROM exchange.correction AS c
                WHERE c.county = r.county AND c.record_id = r.event_id);
    """)


def _receipts() -> None:
    """As in 0127, of payments, whose receipts are compared without the signs that part them."""
    op.execute(f"""
        SET LOCAL landreg.jurisdiction = '6109';
        ALTER TABLE exchange.rent_payment ADD COLUMN again integer NOT NULL DEFAULT 0, DROP CONSTRAINT con_6_a_receipt_counts_once;
        CREATE FUNCTION exchange.rent_payment_again() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            SELECT count(*) INTO NEW.again FROM exchange.rent_payment AS r
            JOIN exchange.correction AS c ON c.county = r.county AND c.record_id = r.payment_id
            WHERE r.county = NEW.county AND {_COMPARED.format("r.")} = {_COMPARED.format("NEW.")};
            RETURN NEW;
        END $$;
        CREATE TRIGGER again BEFORE INSERT ON exchange.rent_payment FOR EACH ROW EXECUTE FUNCTION exchange.rent_payment_again();
        REVOKE ALL ON FUNCTION exchange.rent_payment_again() FROM PUBLIC;
    """)
    compared = (
        ("con_6_a_receipt_counts_once_however_typed", "system.tidied({0}receipt)"),
        ("con_6_a_receipt_counts_once_however_parted", _COMPARED),
    )
    for name, said in compared:
        op.execute(f"""
            DROP INDEX exchange.{name};
            DO $do$
            DECLARE
                others text;
            BEGIN
                -- As in 0108: of rows that say one receipt in several ways the first is held, the others are left out by name.
                SELECT string_agg(quote_literal(q.payment_id), ', ') INTO others
                FROM (SELECT r.payment_id, row_number() OVER (PARTITION BY r.county, {said.format("r.")} ORDER BY r.payment_id) AS place
                      FROM exchange.rent_payment AS r) AS q
                WHERE q.place > 1;
                EXECUTE $index$CREATE UNIQUE INDEX {name} ON exchange.rent_payment (county, {said.format("")}, again)$index$
                    || coalesce(' WHERE payment_id NOT IN (' || others || ')', '');
            END $do$;
        """)
    op.execute("SET LOCAL landreg.jurisdiction = ''")


def _counting() -> None:
    op.execute("""
        -- What counts dues and payments counts those that stand.
        DO $do$
        DECLARE
            f record;
            n integer := 0;
        BEGIN
            FOR f IN SELECT p.oid FROM pg_proc AS p JOIN pg_namespace AS s ON s.oid = p.pronamespace
                    WHERE s.nspname = 'exchange' AND p.proname <> 'rent_payment_again'
                      AND (p.prosrc LIKE '%exchange.rent_payment AS%' OR p.prosrc LIKE '%exchange.rent_due AS%') LOOP
                EXECUTE replace(replace(pg_get_functiondef(f.oid), 'exchange.rent_payment AS', 'exchange.rent_payment_standing AS'),
                    'exchange.rent_due AS', 'exchange.rent_due_standing AS');
                n := n + 1;
            END LOOP;
            IF n < 5 THEN
                RAISE EXCEPTION 'what counts dues and payments is not as it was';
            END IF;
        END $do$;
    """)


def _rests() -> None:
    op.execute(f"""
        -- The dividend of a year is declared once, among what stands; under the lock of its contract (keep_contract_course).
        DROP INDEX exchange.con_5_one_dividend_a_year;
        CREATE FUNCTION exchange.one_dividend_a_year() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id
                    AND e.kind = 'dividend' AND e.facts ->> 'year' = NEW.facts ->> 'year' AND NOT EXISTS (
                        SELECT FROM exchange.correction AS c WHERE c.county = e.county AND c.record_id = e.event_id)) THEN
                RAISE EXCEPTION 'contract %: a dividend of %', NEW.contract_id, NEW.facts ->> 'year'
                    {_REFUSED} = 'con_5_one_dividend_a_year';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER one_dividend_a_year BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'dividend') EXECUTE FUNCTION exchange.one_dividend_a_year();
        -- Whether what a contract owes and was paid went over to one that changes it.
        CREATE FUNCTION exchange.went_over(of_county text, of_contract uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.contract AS k JOIN exchange.contract_event AS e
                    ON e.county = k.county AND e.contract_id = k.contract_id AND e.kind = 'signed'
                WHERE k.county = of_county::char(6) AND k.previous_id = of_contract AND k.relation = 'change')
        $$;
        -- Whether a payment was certified, or went over; then its sum and its contract stay.
        CREATE FUNCTION exchange.payment_is_counted(p exchange.rent_payment) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT exchange.went_over(p.county, p.contract_id) OR EXISTS (SELECT FROM exchange.contract_event AS e
                WHERE e.county = p.county AND e.contract_id = p.contract_id AND e.kind = 'certified' AND e.at >= p.recorded_at)
        $$;
        CREATE FUNCTION exchange.payment_is_whole(was exchange.rent_payment, into_row uuid) RETURNS boolean LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT CASE WHEN into_row IS NULL THEN NOT exchange.payment_is_counted(was) ELSE EXISTS (
                SELECT FROM exchange.rent_payment AS n WHERE n.county = was.county AND n.payment_id = into_row
                  AND (NOT exchange.payment_is_counted(was) OR n.contract_id = was.contract_id
                    AND (n.amount_yuan, n.kg, n.payer) IS NOT DISTINCT FROM (was.amount_yuan, was.kg, coalesce(was.payer, n.payer)))) END
        $$;
        -- A dividend that went over stays; so does an outcome that ended its contract, after which another dispute came, or of which
        -- more was paid than is due without it.
        CREATE FUNCTION exchange.step_is_whole(was exchange.contract_event, into_row uuid) RETURNS boolean LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT (into_row IS NULL OR EXISTS (SELECT FROM exchange.contract_event AS n WHERE n.county = was.county
                    AND n.event_id = into_row AND n.contract_id = was.contract_id AND n.kind = was.kind))
                AND CASE was.kind WHEN 'dividend' THEN NOT exchange.went_over(was.county, was.contract_id)
                    WHEN 'settled' THEN was.facts ->> 'outcome' NOT IN ('ended', 'void')
                        AND NOT EXISTS (SELECT FROM exchange.contract_event AS d WHERE d.county = was.county
                            AND d.contract_id = was.contract_id AND d.kind = 'disputed' AND d.at > was.at)
                        AND coalesce(was.facts ->> 'pays' <> 'contractor' OR (
                            SELECT coalesce(sum(p.amount_yuan), 0) FROM exchange.rent_payment_standing AS p
                            WHERE p.county = was.county AND p.contract_id = was.contract_id AND p.payer = 'contractor') <= (
                            SELECT coalesce(sum(d.amount), 0) FROM exchange.rent_due_standing AS d
                            JOIN exchange.contract AS c ON c.county = d.county AND c.contract_id = d.contract_id
                            WHERE d.county = was.county AND d.contract_id = was.contract_id
                              AND coalesce(d.payer, exchange.payer_of(d.kind, c.unit)) = 'contractor'), true)
                    ELSE false END
        $$;
        REVOKE ALL ON FUNCTION exchange.one_dividend_a_year(), exchange.went_over(text, uuid),
            exchange.payment_is_counted(exchange.rent_payment), exchange.payment_is_whole(exchange.rent_payment, uuid),
            exchange.step_is_whole(exchange.contract_event, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.went_over(text, uuid) TO landreg_exchange;
    """)


def _corrections() -> None:
    op.execute(f"""
        -- As in 0127, of contracts too, under the lock of the contract. A dispute whose outcome was wrong is open again.
        CREATE OR REPLACE FUNCTION exchange.take_correction() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            contract uuid;
        BEGIN
            CASE NEW.record
                WHEN 'deposit' THEN
                    PERFORM FROM exchange.sale_clock AS c JOIN exchange.deposit AS d ON d.county = c.county AND d.sale_id = c.sale_id
                        WHERE d.county = NEW.county AND d.deposit_id = NEW.record_id FOR UPDATE OF c;
                WHEN 'reserve' THEN
                    PERFORM FROM exchange.taker AS t JOIN exchange.reserve AS r ON r.county = t.county AND r.taker_id = t.taker_id
                        WHERE r.county = NEW.county AND r.reserve_id = NEW.record_id FOR NO KEY UPDATE OF t;
                ELSE
                    SELECT x.contract_id INTO contract FROM (
                        SELECT p.contract_id FROM exchange.rent_payment AS p
                            WHERE NEW.record = 'rent_payment' AND p.county = NEW.county AND p.payment_id = NEW.record_id
                              AND p.village = NEW.village
                        UNION ALL SELECT e.contract_id FROM exchange.contract_event AS e
                            WHERE NEW.record = 'contract_event' AND e.county = NEW.county AND e.event_id = NEW.record_id
                              AND e.village = NEW.village AND e.kind IN ('dividend', 'settled')) AS x;
                    PERFORM FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = contract FOR UPDATE;
            END CASE;
            NEW.at := system.clock();
            NEW.contract_id := contract;
            IF NOT (CASE NEW.record
                WHEN 'deposit' THEN EXISTS (SELECT FROM exchange.deposit_standing AS d WHERE d.county = NEW.county
                    AND d.deposit_id = NEW.record_id AND d.village = NEW.village)
                WHEN 'reserve' THEN EXISTS (SELECT FROM exchange.reserve_standing AS r WHERE r.county = NEW.county
                    AND r.reserve_id = NEW.record_id AND r.village = NEW.village)
                ELSE contract IS NOT NULL AND NOT EXISTS (SELECT FROM exchange.correction AS c
                    WHERE c.county = NEW.county AND c.record_id = NEW.record_id) END) THEN
                RAISE EXCEPTION 'record % does not stand', NEW.record_id {_REFUSED} = 'rec_1_record_stands';
            END IF;
            IF NEW.record = 'contract_event' THEN
                UPDATE exchange.contract AS c SET state = 'disputed' FROM exchange.contract_event AS e
                WHERE e.county = NEW.county AND e.event_id = NEW.record_id AND e.kind = 'settled'
                  AND c.county = e.county AND c.contract_id = e.contract_id AND c.state = 'signed';
            END IF;
            RETURN NEW;
        END $$;
        CREATE OR REPLACE FUNCTION exchange.correction_is_whole() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NOT (CASE NEW.record
                WHEN 'deposit' THEN (SELECT exchange.deposit_is_whole(d) AND (NEW.instead IS NULL OR EXISTS (
                        SELECT FROM exchange.deposit AS n WHERE n.county = d.county AND n.deposit_id = NEW.instead
                          AND n.sale_id = d.sale_id AND (n.kind = 'paid') = (d.kind = 'paid')))
                    FROM exchange.deposit AS d WHERE d.county = NEW.county AND d.deposit_id = NEW.record_id)
                WHEN 'reserve' THEN (SELECT exchange.reserve_is_whole(r) AND (NEW.instead IS NULL OR EXISTS (
                        SELECT FROM exchange.reserve AS n WHERE n.county = r.county AND n.reserve_id = NEW.instead
                          AND (n.kind = 'paid') = (r.kind = 'paid')))
                    FROM exchange.reserve AS r WHERE r.county = NEW.county AND r.reserve_id = NEW.record_id)
                WHEN 'rent_payment' THEN (SELECT exchange.payment_is_whole(p, NEW.instead)
                    FROM exchange.rent_payment AS p WHERE p.county = NEW.county AND p.payment_id = NEW.record_id)
                ELSE (SELECT exchange.step_is_whole(e, NEW.instead)
                    FROM exchange.contract_event AS e WHERE e.county = NEW.county AND e.event_id = NEW.record_id) END) THEN
                RAISE EXCEPTION 'something rests on record %', NEW.record_id {_REFUSED} = 'rec_1_nothing_rests_on_it';
            END IF;
            RETURN NULL;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
