"""0114 A deposit stays while its entrant may still have the land, and its days lie within the sale; a reserve goes no day before it
came."""

from __future__ import annotations

from alembic import op

revision = "0114"
down_revision = "0113"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- Whether the land of a sale may still come to one who bid in it: the sale came to no end, no deal of it stands or was given
        -- up by whose land it is, the bid counts, and this one was not passed over and gave up no deal and no chance. Who does not
        -- reach the least waits like the others: to be paid back earlier would tell where it lies.
        CREATE FUNCTION exchange.may_still_win(of_county text, of_entrant uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (
                SELECT FROM exchange.entrant AS e
                JOIN exchange.sale AS s ON s.county = e.county AND s.sale_id = e.sale_id
                JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
                JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
                WHERE e.county = of_county::char(6) AND e.entrant_id = of_entrant
                  AND c.over NOT IN ('cancelled', 'failed', 'spent') AND l.state IN ('published', 'dealt')
                  AND NOT EXISTS (SELECT FROM exchange.deals_of_sale(of_county, s.sale_id) AS d
                      LEFT JOIN exchange.deal_fall AS f ON f.county = e.county AND f.deal_id = d.deal_id
                      WHERE NOT d.fell OR d.taker_id = e.taker_id OR f.given_up_by = 'contractor')
                  AND NOT EXISTS (SELECT FROM exchange.passed_over AS p
                      WHERE p.county = s.county AND p.listing_id = s.listing_id AND p.taker_id = e.taker_id AND p.at >= s.set_at)
                  AND (EXISTS (SELECT FROM exchange.bid AS b WHERE b.county = e.county AND b.entrant_id = e.entrant_id)
                    OR EXISTS (SELECT FROM exchange.sealed_bid AS b WHERE b.county = e.county AND b.entrant_id = e.entrant_id))
                  AND (c.over <> 'opened' OR EXISTS (SELECT FROM exchange.opened_told(of_county, s.sale_id) AS o
                      WHERE o.entrant_id = e.entrant_id AND o.counts AND o.price >= s.start_price))
                  AND NOT EXISTS (SELECT FROM exchange.second_chance AS t
                      LEFT JOIN exchange.chance_answer AS a ON a.county = t.county AND a.chance_id = t.chance_id
                      WHERE t.county = e.county AND t.entrant_id = e.entrant_id AND (a.answer = 'no'
                        OR a.chance_id IS NULL AND t.until_day < (system.clock() AT TIME ZONE 'Asia/Shanghai')::date)))
        $$;
        -- From which day a deposit may be recorded: as paid since the sale was set up, as gone since it was paid and the sale closed,
        -- where it was not called off before, or its listing ended.
        CREATE FUNCTION exchange.deposit_since(of_county text, of_entrant uuid, of_kind text) RETURNS date
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT CASE of_kind WHEN 'paid' THEN (s.set_at AT TIME ZONE 'Asia/Shanghai')::date
                ELSE greatest((SELECT d.on_day FROM exchange.deposit AS d
                        WHERE d.county = e.county AND d.entrant_id = e.entrant_id AND d.kind = 'paid'),
                    CASE WHEN c.over <> 'cancelled' THEN (c.closes_at AT TIME ZONE 'Asia/Shanghai')::date END)
                END
            FROM exchange.entrant AS e
            JOIN exchange.sale AS s ON s.county = e.county AND s.sale_id = e.sale_id
            JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
            WHERE e.county = of_county::char(6) AND e.entrant_id = of_entrant
        $$;
        CREATE FUNCTION exchange.deposit_in_its_days() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NOT coalesce(NEW.on_day BETWEEN exchange.deposit_since(NEW.county, NEW.entrant_id, NEW.kind)
                    AND (system.clock() AT TIME ZONE 'Asia/Shanghai')::date, false)
               OR NEW.kind = 'returned' AND exchange.may_still_win(NEW.county, NEW.entrant_id) THEN
                RAISE EXCEPTION 'deposit of entrant %', NEW.entrant_id {_REFUSED} = 'bid_9_deposit_in_its_days';
            END IF;
            RETURN NEW;
        END $$;
        -- After take_deposit, which holds the sale: triggers fire by name.
        CREATE TRIGGER take_deposit_in_its_days BEFORE INSERT ON exchange.deposit
            FOR EACH ROW EXECUTE FUNCTION exchange.deposit_in_its_days();
        CREATE FUNCTION exchange.reserve_in_its_days() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.on_day > (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
               OR NEW.on_day < (SELECT CASE NEW.kind WHEN 'paid' THEN (system.clock() AT TIME ZONE 'Asia/Shanghai')::date - 366 ELSE min(r.on_day) END
                  FROM exchange.reserve AS r WHERE r.county = NEW.county AND r.taker_id = NEW.taker_id AND r.kind = 'paid') THEN
                RAISE EXCEPTION 'reserve of taker %', NEW.taker_id {_REFUSED} = 'qual_9_reserve_in_its_days';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER reserve_in_its_days BEFORE INSERT ON exchange.reserve
            FOR EACH ROW EXECUTE FUNCTION exchange.reserve_in_its_days();
        REVOKE ALL ON FUNCTION exchange.may_still_win(text, uuid), exchange.deposit_since(text, uuid, text),
            exchange.deposit_in_its_days(), exchange.reserve_in_its_days() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.may_still_win(text, uuid), exchange.deposit_since(text, uuid, text)
            TO landreg_exchange, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
