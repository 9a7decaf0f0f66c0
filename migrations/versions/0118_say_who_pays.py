"""0118 A payment has its payer, an award who owes it: what one side paid settles nothing that the other owes."""

from __future__ import annotations

from alembic import op

revision = "0118"
down_revision = "0117"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _columns()
    _sides()
    _sums()


def _columns() -> None:
    op.execute("""
        -- payer: of an award, the side that owes it; NULL where kind and unit say so. Of a payment, the side that paid; NULL of
        -- what was recorded before payments had it: the side that owes the price.
        ALTER TABLE exchange.rent_due ADD COLUMN payer text COLLATE "C" CHECK (payer IN ('taker', 'contractor')),
            ADD CONSTRAINT con_17_award_says_who_pays CHECK ((kind = 'awarded') = (payer IS NOT NULL)) NOT VALID,
            ADD CONSTRAINT con_17_award_is_due_from_its_day CHECK (kind <> 'awarded' OR due_on >= from_on) NOT VALID;
        ALTER TABLE exchange.rent_payment ADD COLUMN payer text COLLATE "C" CHECK (payer IN ('taker', 'contractor')),
            ADD CONSTRAINT con_6_payment_has_its_payer CHECK (payer IS NOT NULL) NOT VALID;
    """)


def _sides() -> None:
    op.execute(f"""
        -- As `rent.payer_of`: the side that owes a due of a kind under a contract whose price counts a unit.
        CREATE FUNCTION exchange.payer_of(kind text, unit text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            SET search_path = pg_catalog AS $$
            SELECT CASE WHEN kind = 'service' OR kind = 'price' AND unit = 'balance_out' THEN 'contractor' ELSE 'taker' END
        $$;
        -- As `Whole.payer`: the side that owes the price of a contract.
        CREATE FUNCTION exchange.payer_of_price(of_county text, of_contract uuid) RETURNS text LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT exchange.payer_of(CASE c.kind WHEN 'entrusted' THEN 'service' ELSE 'price' END, c.unit)
            FROM exchange.contract AS c WHERE c.county = of_county::char(6) AND c.contract_id = of_contract
        $$;
        CREATE FUNCTION exchange.payer_owes() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM exchange.rent_due AS d
                    JOIN exchange.contract AS c ON c.county = d.county AND c.contract_id = d.contract_id
                    WHERE d.county = NEW.county AND d.contract_id = NEW.contract_id
                      AND coalesce(d.payer, exchange.payer_of(d.kind, c.unit)) = NEW.payer) THEN
                RAISE EXCEPTION 'contract %: "%" owes nothing of it', NEW.contract_id, NEW.payer
                    {_REFUSED} = 'con_6_payer_owes';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER payer_owes BEFORE INSERT ON exchange.rent_payment FOR EACH ROW EXECUTE FUNCTION exchange.payer_owes();
        REVOKE ALL ON FUNCTION exchange.payer_of(text, text), exchange.payer_of_price(text, uuid), exchange.payer_owes()
            FROM PUBLIC;
    """)


def _sums() -> None:
    op.execute(f"""
        -- As in 0104; of the side that owes the price, by what that side paid.
        CREATE OR REPLACE FUNCTION exchange.something_is_overdue(of_county text, of_contract uuid)
            RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT d.yuan > p.yuan + c.yuan OR d.kg > p.kg + c.kg
            FROM (SELECT coalesce(sum(x.amount) FILTER (WHERE NOT x.in_kind), 0) AS yuan,
                    coalesce(sum(x.amount) FILTER (WHERE x.in_kind), 0) AS kg
                FROM exchange.rent_due AS x
                WHERE x.county = of_county::char(6) AND x.contract_id = of_contract AND x.due_on < {_TODAY}
                  AND (x.payer = exchange.payer_of_price(of_county, of_contract)) IS NOT FALSE) AS d,
                (SELECT coalesce(sum(x.amount_yuan) FILTER (WHERE x.kg IS NULL), 0) AS yuan, coalesce(sum(x.kg), 0) AS kg
                FROM exchange.rent_payment AS x WHERE x.county = of_county::char(6) AND x.contract_id = of_contract
                  AND (x.payer = exchange.payer_of_price(of_county, of_contract)) IS NOT FALSE) AS p,
                (SELECT coalesce(sum(x.amount), 0) AS yuan, coalesce(sum(x.kg), 0) AS kg
                FROM exchange.credited(of_county, ARRAY[of_contract]) AS x) AS c
        $$;
        -- As in 0110; of the side that owes the price.
        CREATE OR REPLACE FUNCTION exchange.owed_until(of_county text, of_contract uuid, ends_on date, one_sum text,
            OUT yuan numeric, OUT kg numeric) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT coalesce(sum(o.owed) FILTER (WHERE NOT o.in_kind), 0), coalesce(sum(o.owed) FILTER (WHERE o.in_kind), 0)
            FROM (SELECT d.in_kind, CASE
                    WHEN d.kind = 'deposit' OR d.kind = 'price' AND one_sum = 'goes_over' THEN 0
                    WHEN d.until_on <= ends_on OR d.kind NOT IN ('rent', 'service')
                        AND NOT (d.kind = 'price' AND one_sum = 'by_days') THEN d.amount
                    ELSE round(d.amount * greatest(ends_on - d.from_on, 0) / (d.until_on - d.from_on), 2) END AS owed
                FROM exchange.rent_due AS d WHERE d.county = of_county::char(6) AND d.contract_id = of_contract
                  AND (d.payer = exchange.payer_of_price(of_county, of_contract)) IS NOT FALSE) AS o
        $$;
        -- As in 0110; by what the side paid that owes the price.
        CREATE OR REPLACE FUNCTION exchange.carried_was_paid() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            yuan numeric;
            grain numeric;
            owed record;
        BEGIN
            SELECT coalesce(sum(p.amount_yuan) FILTER (WHERE p.kg IS NULL), 0), coalesce(sum(p.kg), 0) INTO yuan, grain
            FROM exchange.rent_payment AS p WHERE p.county = NEW.county AND p.contract_id = NEW.contract_id
              AND (p.payer = exchange.payer_of_price(NEW.county, NEW.contract_id)) IS NOT FALSE;
            SELECT yuan + coalesce(sum(c.amount), 0), grain + coalesce(sum(c.kg), 0) INTO yuan, grain
            FROM exchange.credited(NEW.county, ARRAY[NEW.contract_id]) AS c;
            SELECT * INTO owed
            FROM exchange.owed_until(NEW.county, NEW.contract_id, NEW.on_day, coalesce(NEW.facts ->> 'one_sum', ''));
            IF NEW.facts ->> 'how' IS DISTINCT FROM 'replaced'
                OR NEW.facts ? 'carried' AND ((NEW.facts ->> 'carried')::numeric BETWEEN 0.01 AND yuan - owed.yuan) IS NOT TRUE
                OR NEW.facts ? 'carried_kg' AND ((NEW.facts ->> 'carried_kg')::numeric BETWEEN 0.01
                    AND grain - CASE WHEN yuan > 0 THEN 0 ELSE owed.kg END) IS NOT TRUE THEN
                RAISE EXCEPTION 'contract %: no more goes over than was paid beyond what is owed', NEW.contract_id
                    {_REFUSED} = 'con_61_carried_from_its_contract';
            END IF;
            RETURN NEW;
        END $$;
        -- As in 0112; by what the side paid that owes the price.
        CREATE OR REPLACE FUNCTION exchange.paid_below(in_county text, of_cases uuid[])
            RETURNS TABLE (case_id uuid, number text, owed numeric, paid numeric) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT k.case_id, c.number, o.yuan, (
                SELECT coalesce(sum(p.amount_yuan) FILTER (WHERE p.kg IS NULL), 0.00) FROM exchange.rent_payment AS p
                WHERE p.county = c.county AND p.contract_id = c.contract_id
                  AND (p.payer = exchange.payer_of_price(in_county, c.contract_id)) IS NOT FALSE) + (
                SELECT coalesce(sum(p.amount), 0.00) FROM exchange.credited(in_county, ARRAY[c.contract_id]) AS p)
            FROM (SELECT n.case_id, b.contract_id FROM registry."case" AS n
                JOIN exchange.contract AS b ON b.county = n.county AND b.number = n.request ->> 'basis'
                WHERE n.county = in_county::char(6) AND n.case_id = ANY (of_cases) AND n.act_kind = 'land_operation_end'
                UNION
                SELECT n.case_id, e.contract_id FROM registry."case" AS n
                JOIN exchange.contract_event AS e ON e.county = n.county AND e.kind = 'case_opened'
                    AND e.facts ->> 'case_id' = n.case_id::text
                WHERE n.county = in_county::char(6) AND n.case_id = ANY (of_cases)
                  AND n.act_kind IN ('assignment', 'exchange')) AS k
            JOIN exchange.contract AS c ON c.county = in_county::char(6) AND c.contract_id = k.contract_id AND NOT c.void
            CROSS JOIN LATERAL exchange.owed_until(in_county, c.contract_id, coalesce(c.ends_on, c.until_on), '') AS o
            WHERE c.state IN ('signed', 'disputed', 'ended')
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
