"""0168 A deposit that never came is struck once its sale has closed, though it was bid by; a payment that was struck may be
recorded anew as it came in time. One slip counts once over deposits, reserves and payments of contracts together.
"""

from __future__ import annotations

from alembic import op

revision = "0168"
down_revision = "0167"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _struck()
    _recorded_anew()
    _slips()


def _struck() -> None:
    op.execute(f"""
        -- As in 0127; bids hold the payment that they rest on until their sale has closed.
        CREATE OR REPLACE FUNCTION exchange.deposit_is_whole(was exchange.deposit) RETURNS boolean LANGUAGE plpgsql STABLE
            {_WIDE} AS $$
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
                    AND (EXISTS (SELECT FROM exchange.sale_clock AS c WHERE c.county = was.county AND c.sale_id = was.sale_id
                            AND (c.over <> '' OR system.clock() >= c.closes_at))
                        OR NOT EXISTS (SELECT FROM exchange.bid AS b WHERE b.county = was.county AND b.entrant_id = was.entrant_id)
                        AND NOT EXISTS (SELECT FROM exchange.sealed_bid AS b
                            WHERE b.county = was.county AND b.entrant_id = was.entrant_id))
                ELSE paid.on_day <= coalesce(gone.on_day, paid.on_day) AND paid.on_day <= (SELECT
                    (s.deposit_by AT TIME ZONE 'Asia/Shanghai')::date FROM exchange.sale AS s
                    WHERE s.county = was.county AND s.sale_id = was.sale_id) END;
        END $$;
    """)


def _recorded_anew() -> None:
    op.execute("""
        -- As in 0138; in time is also what is recorded anew of an entrant whose payment was recorded in time and struck.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.take_deposit()'::regprocedure);
            after text := replace(before, 'AND d.deposit_id = exchange.in_place_of(NEW.county, NEW.deposit_id)',
                'AND (d.deposit_id = exchange.in_place_of(NEW.county, NEW.deposit_id) OR d.entrant_id = NEW.entrant_id
                    AND NEW.on_day <= (s.deposit_by AT TIME ZONE ''Asia/Shanghai'')::date)');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.take_deposit is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def _slips() -> None:
    op.execute(f"""
        -- For what a slip counts already, of what stands: the book, and the listing, the taker or the contract by its number.
        CREATE FUNCTION exchange.slip_used(of_county text, slip text) RETURNS TABLE (book text, whose text) LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT 'deposit', l.number FROM exchange.deposit_standing AS d
                JOIN exchange.sale AS s ON s.county = d.county AND s.sale_id = d.sale_id
                JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
                WHERE d.county = of_county::char(6) AND system.unparted(d.receipt) = system.unparted(slip)
            UNION ALL SELECT 'reserve', t.name FROM exchange.reserve_standing AS r
                JOIN exchange.taker AS t ON t.county = r.county AND t.taker_id = r.taker_id
                WHERE r.county = of_county::char(6) AND system.unparted(r.receipt) = system.unparted(slip)
            UNION ALL SELECT 'rent_payment', c.number FROM exchange.rent_payment_standing AS p
                JOIN exchange.contract AS c ON c.county = p.county AND c.contract_id = p.contract_id
                WHERE p.county = of_county::char(6) AND translate(system.tidied(p.receipt), ' -_/.·—–', '') = system.unparted(slip)
        $$;
        -- Within one book an index holds it; under a lock of the slip, so that two books do not take it in one instant.
        CREATE FUNCTION exchange.take_slip() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('slip ' || NEW.county || system.unparted(NEW.receipt), 0));
            IF EXISTS (SELECT FROM exchange.slip_used(NEW.county, NEW.receipt) AS u WHERE u.book <> TG_TABLE_NAME) THEN
                RAISE EXCEPTION 'a slip that counts already' {_REFUSED} = 'bid_9_a_slip_counts_once';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION exchange.slip_used(text, text), exchange.take_slip() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.slip_used(text, text) TO landreg_exchange;
    """)
    for book in ("deposit", "reserve", "rent_payment"):
        op.execute(f"""
            CREATE TRIGGER take_slip BEFORE INSERT ON exchange.{book} FOR EACH ROW EXECUTE FUNCTION exchange.take_slip();
        """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
