"""0132 A notice to remedy asks a side, and either side that gave one in vain ends the contract alone; what is overdue of a side, and
what of a contract is not paid, is reckoned as the rules reckon it, in yuan and in grain.
"""

from __future__ import annotations

from alembic import op

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _settled()
    _asked()
    _ended()
    _told()


def _settled() -> None:
    op.execute(f"""
        -- As `queries.prices`: the county's price of a kg of grain on a day, NULL where it has set none.
        CREATE FUNCTION exchange.price_of_grain(of_county text, of_grain text, on_day date) RETURNS numeric
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT nullif(p.value, '')::numeric FROM law.county_parameter AS p
            WHERE p.county = of_county::char(6) AND p.name = 'CON-11.grain_yuan_per_kg' AND p.key = of_grain AND p.since <= on_day
            ORDER BY p.since DESC, p.set_at DESC LIMIT 1
        $$;
        -- As `rent.still_owed`: what a side owes of a contract, of one that ends on a day (NULL: with its term) until then. one_sum:
        -- what becomes of a price in one sum where the contract is changed.
        CREATE FUNCTION exchange.still_owed(of_county text, of_contract uuid, side text, ends_on date, one_sum text)
            RETURNS TABLE ("position" integer, due_on date, in_kind boolean, amount numeric) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT d."position",
                CASE WHEN b.cut THEN least(d.due_on, greatest(ends_on - 1, coalesce(s.on_day, ends_on - 1))) ELSE d.due_on END,
                d.in_kind,
                CASE WHEN b.cut THEN round(d.amount * (ends_on - d.from_on) / (d.until_on - d.from_on), 2) ELSE d.amount END
            FROM exchange.rent_due AS d
            JOIN exchange.contract AS c ON c.county = d.county AND c.contract_id = d.contract_id
            LEFT JOIN LATERAL (SELECT e.on_day FROM exchange.contract_event AS e
                WHERE e.county = d.county AND e.contract_id = d.contract_id AND e.kind = 'signed' ORDER BY e.at DESC LIMIT 1) AS s ON true
            CROSS JOIN LATERAL (SELECT d.kind IN ('rent', 'service') OR d.kind = 'price' AND one_sum = 'by_days' AS by_days) AS k
            CROSS JOIN LATERAL (SELECT coalesce(k.by_days AND d.until_on > ends_on, false) AS cut) AS b
            WHERE d.county = of_county::char(6) AND d.contract_id = of_contract
              AND coalesce(d.payer, exchange.payer_of(d.kind, c.unit)) = side
              AND CASE WHEN c.void THEN d.kind = 'awarded' WHEN ends_on IS NULL THEN true
                  ELSE d.kind <> 'deposit' AND NOT (d.kind = 'price' AND one_sum = 'goes_over')
                      AND (NOT k.by_days OR d.from_on < ends_on) END
        $$;
        -- As `rent.settled`: the same with what is left of it, each payment, in order, settling the oldest first: grain what is due in
        -- kind, kilogram for kilogram, money at the price of the day on which it was due.
        CREATE FUNCTION exchange.settled(of_county text, of_contract uuid, side text, ends_on date DEFAULT NULL,
                one_sum text DEFAULT '')
            RETURNS TABLE (due_on date, in_kind boolean, amount numeric, yuan numeric, kg numeric)
            LANGUAGE plpgsql STABLE {_WIDE} AS $$
        DECLARE
            of_price boolean := exchange.payer_of_price(of_county, of_contract) = side;
            days date[];
            kinds boolean[];
            amounts numeric[];
            prices numeric[];
            paid numeric[];
            handed numeric[];
            left_yuan numeric[];
            left_kg numeric[];
            one record;
            part numeric;
            rest numeric;
        BEGIN
            SELECT array_agg(o.due_on ORDER BY o.due_on, o."position"), array_agg(o.in_kind ORDER BY o.due_on, o."position"),
                array_agg(o.amount ORDER BY o.due_on, o."position"),
                array_agg(CASE WHEN o.in_kind THEN exchange.price_of_grain(of_county, c.grain, o.due_on) END
                    ORDER BY o.due_on, o."position"),
                array_agg(0.00 ORDER BY o.due_on, o."position")
            INTO days, kinds, amounts, prices, paid
            FROM exchange.still_owed(of_county, of_contract, side, ends_on, one_sum) AS o
            JOIN exchange.contract AS c ON c.county = of_county::char(6) AND c.contract_id = of_contract;
            handed := paid;
            FOR one IN
                SELECT p.yuan, p.kg FROM (
                    SELECT 2 * x.place + y.half AS turn, NULL::date AS paid_on, NULL::timestamptz AS at,
                        CASE y.half WHEN 0 THEN x.amount END AS yuan, x.kg
                    FROM exchange.credited(of_county, ARRAY[of_contract])
                        WITH ORDINALITY AS x (contract_id, amount, on_day, receipt, kg, place), (VALUES (0), (1)) AS y (half)
                    WHERE of_price
                    UNION ALL
                    SELECT NULL, x.paid_on, x.recorded_at, CASE WHEN x.kg IS NULL THEN x.amount_yuan END, x.kg
                    FROM exchange.rent_payment AS x WHERE x.county = of_county::char(6) AND x.contract_id = of_contract
                      AND (x.payer = side OR x.payer IS NULL AND of_price)) AS p
                ORDER BY p.turn, p.paid_on, p.at
            LOOP
                rest := coalesce(one.yuan, one.kg, 0);
                FOR i IN 1 .. coalesce(array_length(days, 1), 0) LOOP
                    IF one.yuan IS NULL THEN
                        part := least(rest, exchange.left_of(kinds[i], amounts[i], prices[i], paid[i], handed[i], true));
                        handed[i] := handed[i] + part;
                    ELSE
                        part := least(rest, exchange.left_of(kinds[i], amounts[i], prices[i], paid[i], handed[i], false));
                        paid[i] := paid[i] + part;
                    END IF;
                    rest := rest - part;
                END LOOP;
            END LOOP;
            RETURN QUERY SELECT days[i], kinds[i], amounts[i],
                exchange.left_of(kinds[i], amounts[i], prices[i], paid[i], handed[i], false),
                exchange.left_of(kinds[i], amounts[i], prices[i], paid[i], handed[i], true)
            FROM generate_series(1, coalesce(array_length(days, 1), 0)) AS i;
        END $$;
        -- As `Settled.left` and, in kg, `Settled.left_kg`.
        CREATE FUNCTION exchange.left_of(in_kind boolean, amount numeric, price numeric, paid numeric, handed numeric, in_kg boolean)
            RETURNS numeric LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
            SELECT CASE
                WHEN NOT in_kg AND NOT in_kind THEN amount - paid
                WHEN in_kg AND NOT in_kind OR NOT in_kg AND price IS NULL THEN 0.00
                WHEN in_kg AND (paid = 0 OR price IS NULL) THEN amount - handed
                WHEN round(r.rest / price, 2) <= 0 THEN 0.00
                WHEN in_kg THEN round(r.rest / price, 2)
                ELSE r.rest END
            FROM (SELECT round((amount - handed) * price, 2) - paid AS rest) AS r
        $$;
        REVOKE ALL ON FUNCTION exchange.price_of_grain(text, text, date), exchange.still_owed(text, uuid, text, date, text),
            exchange.settled(text, uuid, text, date, text), exchange.left_of(boolean, numeric, numeric, numeric, numeric, boolean)
            FROM PUBLIC;
    """)


def _asked() -> None:
    op.execute(f"""
        DROP FUNCTION exchange.something_is_overdue(text, uuid);
        -- Whether a side owes something of a contract whose day is over, in yuan or in kg of grain.
        CREATE FUNCTION exchange.something_is_overdue(of_county text, of_contract uuid, side text)
            RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.settled(of_county, of_contract, side) AS s
                WHERE s.due_on < {_TODAY} AND (s.yuan > 0 OR s.kg > 0))
        $$;
        -- As `asked_of`: the side that a notice to remedy asks to mend.
        CREATE FUNCTION exchange.asked_of(of_kind text, facts jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            SET search_path = pg_catalog AS $$
            SELECT coalesce(facts ->> 'side',
                CASE WHEN of_kind = 'entrusted' AND facts ->> 'what' = 'arrears' THEN 'contractor' ELSE 'taker' END)
        $$;
        -- As in 0104; of arrears, of the side that is asked.
        CREATE OR REPLACE FUNCTION exchange.told_with_its_facts() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            first date;
            made date;
            side text;
        BEGIN
            SELECT c.from_on, e.on_day, exchange.asked_of(c.kind, NEW.facts) INTO first, made, side FROM exchange.contract AS c
            LEFT JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'signed'
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            IF NEW.kind = 'filed' AND (NEW.on_day BETWEEN made AND {_TODAY}) IS NOT TRUE THEN
                RAISE EXCEPTION 'contract %: not filed on %', NEW.contract_id, NEW.on_day
                    {_REFUSED} = 'con_68_filed_after_it_was_made';
            ELSIF NEW.kind = 'remedy_asked' AND (btrim(NEW.said) = '' OR NEW.document_id IS NULL
                    OR (NEW.on_day BETWEEN made AND {_TODAY}) IS NOT TRUE OR coalesce(NEW.facts ->> 'what', '') = ''
                    OR (side IN ('taker', 'contractor')) IS NOT TRUE
                    OR NEW.facts ->> 'what' = 'arrears' AND NOT exchange.something_is_overdue(NEW.county, NEW.contract_id, side)) THEN
                RAISE EXCEPTION 'contract %: a notice without its facts', NEW.contract_id
                    {_REFUSED} = 'con_66_notice_says_what_is_wrong';
            ELSIF NEW.kind = 'ended' AND (btrim(NEW.said) = '' OR NEW.document_id IS NULL
                    OR ((NEW.facts ->> 'told_on')::date BETWEEN first AND NEW.on_day) IS NOT TRUE) THEN
                RAISE EXCEPTION 'contract %: ended by one side without its facts', NEW.contract_id
                    {_REFUSED} = 'con_67_end_is_told_with_its_facts';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION exchange.something_is_overdue(text, uuid, text), exchange.asked_of(text, jsonb) FROM PUBLIC;
    """)


def _ended() -> None:
    op.execute(f"""
        -- As con_37_ended_by_who_kept_it, of either side; of the contractor of farmland con_7_ended_on_the_law_s_grounds, as far as
        -- it rests on a notice. The last notice that the side gave the other had run out, and what it asked was not done.
        CREATE OR REPLACE FUNCTION exchange.ended_by_who_kept_it() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            of_kind text;
            side text := coalesce(NEW.facts ->> 'side', 'contractor');
            other text := CASE coalesce(NEW.facts ->> 'side', 'contractor') WHEN 'contractor' THEN 'taker' ELSE 'contractor' END;
            ground text := NEW.facts ->> 'ground';
            what text;
            asked_on date;
            until date;
            freely boolean;
        BEGIN
            SELECT c.kind INTO of_kind FROM exchange.contract AS c
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            freely := side <> 'contractor' OR of_kind IN ('entrusted', 'house_lease', 'homestead_lease', 'construction');
            SELECT e.facts ->> 'what', e.on_day, e.on_day + (e.facts ->> 'days')::integer INTO what, asked_on, until
            FROM exchange.contract_event AS e
            WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id AND e.kind = 'remedy_asked'
              AND exchange.asked_of(of_kind, e.facts) = other
            ORDER BY e.at DESC LIMIT 1;
            IF side NOT IN ('contractor', 'taker')
                OR (ground IN ('use_changed', 'abandoned', 'damaged', 'serious_breach')) IS NOT TRUE AND NOT freely
                OR ground IS DISTINCT FROM 'breach' AND freely
                OR ground IN ('breach', 'serious_breach') AND (
                    (least(NEW.on_day, {_TODAY}) > until) IS NOT TRUE
                    OR what = 'arrears' AND NOT exchange.something_is_overdue(NEW.county, NEW.contract_id, other)
                    OR EXISTS (SELECT FROM exchange.contract_event AS e
                        WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id AND e.kind = 'remedied'
                          AND coalesce(e.facts ->> 'side', other) = other AND e.on_day >= asked_on)) THEN
                IF freely THEN
                    RAISE EXCEPTION 'contract %: not ended by who kept it', NEW.contract_id
                        {_REFUSED} = 'con_37_ended_by_who_kept_it';
                END IF;
                RAISE EXCEPTION 'contract %: not ended on a ground of the law', NEW.contract_id
                    {_REFUSED} = 'con_7_ended_on_the_law_s_grounds';
            END IF;
            RETURN NEW;
        END $$;
    """)


def _told() -> None:
    op.execute("""
        DROP FUNCTION exchange.paid_below(text, uuid[]);
        -- As in 0112: of cases that came from a contract its number, what the side that owes its price owes until it ends, and what
        -- is settled of that: in yuan, and in kg of grain, for which money counts at the price of its day.
        CREATE FUNCTION exchange.paid_below(in_county text, of_cases uuid[])
            RETURNS TABLE (case_id uuid, number text, owed numeric, paid numeric, kg numeric, handed numeric) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT k.case_id, c.number, o.owed, o.owed - o.left_yuan, o.kg, o.kg - o.left_kg
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
            LEFT JOIN LATERAL (SELECT e.facts ->> 'one_sum' AS one_sum FROM exchange.contract_event AS e
                WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'ended' ORDER BY e.at DESC LIMIT 1) AS f ON true
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(s.amount) FILTER (WHERE NOT s.in_kind), 0.00) AS owed,
                    coalesce(sum(s.yuan) FILTER (WHERE NOT s.in_kind), 0.00) AS left_yuan,
                    coalesce(sum(s.amount) FILTER (WHERE s.in_kind), 0.00) AS kg,
                    coalesce(sum(s.kg) FILTER (WHERE s.in_kind), 0.00) AS left_kg
                FROM exchange.settled(in_county, c.contract_id, exchange.payer_of_price(in_county, c.contract_id), c.ends_on,
                    coalesce(f.one_sum, '')) AS s) AS o
            WHERE c.state IN ('signed', 'disputed', 'ended')
        $$;
        REVOKE ALL ON FUNCTION exchange.paid_below(text, uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.paid_below(text, uuid[]) TO landreg_registry, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
