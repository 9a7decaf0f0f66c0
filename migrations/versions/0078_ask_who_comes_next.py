"""0078 Who comes next after a winner fell says yes first, in days of their own, and loses nothing by a no (BID-20). Members are asked
of land that a household may take, and of no other kind (CON-20). An offer of one's own is taken back at any time.
"""

from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_HEAD = 'county char(6) NOT NULL, village text COLLATE "C" NOT NULL'
_BY = '"by" uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL'
_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _kinds()
    _chances()
    _answers()
    _offers()


def _kinds() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.members_may_take(of_county text, of_listing uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.kind NOT IN ('share', 'construction') FROM exchange.listing AS l
            WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
        $$;
        CREATE FUNCTION exchange.asked_of_whom_it_is_open_to() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NOT (SELECT exchange.members_may_take(p.county, p.listing_id) FROM exchange.priority AS p
                    WHERE p.county = NEW.county AND p.priority_id = NEW.priority_id) THEN
                RAISE EXCEPTION 'window %: no household takes the land', NEW.priority_id {_REFUSED} = 'con_20_taker_of_the_kind';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER asked_of_whom_it_is_open_to AFTER INSERT ON exchange.priority
            FOR EACH ROW EXECUTE FUNCTION exchange.asked_of_whom_it_is_open_to();
        CREATE TRIGGER asked_of_whom_it_is_open_to AFTER INSERT ON exchange.priority_claim
            FOR EACH ROW EXECUTE FUNCTION exchange.asked_of_whom_it_is_open_to();
        DROP TRIGGER window_has_run ON exchange.deal;
        CREATE CONSTRAINT TRIGGER window_has_run AFTER INSERT ON exchange.deal FOR EACH ROW
            WHEN (NEW."by" = 'priority' OR exchange.members_may_take(NEW.county, NEW.listing_id))
            EXECUTE FUNCTION exchange.window_has_run();
        REVOKE ALL ON FUNCTION exchange.members_may_take(text, uuid), exchange.asked_of_whom_it_is_open_to() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.members_may_take(text, uuid) TO landreg_exchange;
    """)


def _chances() -> None:
    op.execute(f"""
        CREATE TABLE exchange.second_chance (
            {_HEAD}, chance_id uuid NOT NULL, sale_id uuid NOT NULL, entrant_id uuid NOT NULL,
            price numeric(12,2) NOT NULL CHECK (price > 0), until_day date NOT NULL, {_BY},
            PRIMARY KEY (county, chance_id),
            FOREIGN KEY (county, entrant_id) REFERENCES exchange.entrant
        );
        CREATE INDEX second_chance_by_sale ON exchange.second_chance (county, sale_id);
        CREATE INDEX second_chance_by_entrant ON exchange.second_chance (county, entrant_id);
        CREATE TABLE exchange.chance_answer (
            {_HEAD}, chance_id uuid NOT NULL, answer text COLLATE "C" NOT NULL CHECK (answer IN ('yes', 'no')), {_BY},
            CONSTRAINT bid_20_answered_once PRIMARY KEY (county, chance_id),
            FOREIGN KEY (county, chance_id) REFERENCES exchange.second_chance
        );
    """)
    for table in ("second_chance", "chance_answer"):
        op.execute(f"""
            ALTER TABLE exchange.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON exchange.{table} TO landreg_exchange, landreg_auditor, landreg_worker, landreg_owner
                USING ({_INSIDE}) WITH CHECK ({_INSIDE});
            GRANT SELECT ON exchange.{table} TO landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
        """)
    op.execute(f"""
        GRANT INSERT ON exchange.second_chance TO landreg_exchange;
        GRANT INSERT ON exchange.chance_answer TO landreg_citizen;
        CREATE POLICY own_entrant ON exchange.second_chance FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.entrant AS e WHERE e.county = second_chance.county
                AND e.entrant_id = second_chance.entrant_id));
        CREATE POLICY own_chance ON exchange.chance_answer FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.second_chance AS c WHERE c.county = chance_answer.county
                AND c.chance_id = chance_answer.chance_id));
        CREATE POLICY answered_by_the_bidder ON exchange.chance_answer FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND EXISTS (SELECT FROM exchange.second_chance AS c
                JOIN exchange.entrant AS e USING (county, entrant_id) JOIN exchange.taker AS t USING (county, taker_id)
                WHERE c.county = chance_answer.county AND c.chance_id = chance_answer.chance_id
                  AND c.village = chance_answer.village AND (t.account_id = access.actor()
                    OR t.household_id = access.household() AND access.stands_for(t.household_id, '{{}}'))));
        CREATE FUNCTION exchange.asked_one_at_a_time() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM FROM exchange.sale_clock AS c WHERE c.county = NEW.county AND c.sale_id = NEW.sale_id FOR UPDATE;
            NEW.at := system.clock();
            IF NEW.until_day <= {_TODAY} OR NOT EXISTS (SELECT FROM exchange.entrant AS e WHERE e.county = NEW.county
                    AND e.entrant_id = NEW.entrant_id AND e.sale_id = NEW.sale_id AND e.village = NEW.village)
               OR EXISTS (SELECT FROM exchange.second_chance AS c WHERE c.county = NEW.county AND c.sale_id = NEW.sale_id
                    AND c.until_day >= {_TODAY} AND NOT EXISTS (SELECT FROM exchange.chance_answer AS a
                        WHERE a.county = c.county AND a.chance_id = c.chance_id)) THEN
                RAISE EXCEPTION 'entrant % is not to be asked', NEW.entrant_id {_REFUSED} = 'bid_20_asked_one_at_a_time';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER asked_one_at_a_time BEFORE INSERT ON exchange.second_chance
            FOR EACH ROW EXECUTE FUNCTION exchange.asked_one_at_a_time();
        REVOKE ALL ON FUNCTION exchange.asked_one_at_a_time() FROM PUBLIC;
    """)


def _answers() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.answered_in_time() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            NEW.at := system.clock();
            IF (SELECT c.until_day FROM exchange.second_chance AS c
                    WHERE c.county = NEW.county AND c.chance_id = NEW.chance_id) < {_TODAY} THEN
                RAISE EXCEPTION 'chance % is over', NEW.chance_id {_REFUSED} = 'bid_20_answered_in_time';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER answered_in_time BEFORE INSERT ON exchange.chance_answer
            FOR EACH ROW EXECUTE FUNCTION exchange.answered_in_time();
        -- After a deal of the last sale fell nobody gets the land by a bid but who said yes since.
        CREATE FUNCTION exchange.next_one_said_yes() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            sale exchange.sale;
            since timestamptz;
        BEGIN
            SELECT s.* INTO sale FROM exchange.sale AS s WHERE s.county = NEW.county AND s.listing_id = NEW.listing_id
                ORDER BY s.set_at DESC LIMIT 1;
            SELECT max(f.at) INTO since FROM exchange.deal AS d
                JOIN exchange.deal_fall AS f ON f.county = d.county AND f.deal_id = d.deal_id
                WHERE d.county = NEW.county AND d.listing_id = NEW.listing_id AND f.at >= sale.set_at;
            IF since IS NOT NULL AND NOT EXISTS (SELECT FROM exchange.second_chance AS c
                    JOIN exchange.chance_answer AS a ON a.county = c.county AND a.chance_id = c.chance_id
                    JOIN exchange.entrant AS e ON e.county = c.county AND e.entrant_id = c.entrant_id
                    WHERE c.county = NEW.county AND c.sale_id = sale.sale_id AND c.price = NEW.price AND c.at >= since
                      AND a.answer = 'yes' AND e.taker_id = NEW.taker_id) THEN
                RAISE EXCEPTION 'listing %: the next one has not said yes', NEW.listing_id {_REFUSED} = 'bid_20_next_one_said_yes';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER next_one_said_yes AFTER INSERT ON exchange.deal FOR EACH ROW
            WHEN (NEW.way <> 'negotiation' AND NEW."by" <> 'priority') EXECUTE FUNCTION exchange.next_one_said_yes();
        -- As in 0058; whoever said no, or did not answer in the days, is not left either.
        CREATE OR REPLACE FUNCTION exchange.nobody_is_left(of_county text, of_sale uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.reaching(s.county, s.sale_id)) AND NOT EXISTS (
                    SELECT FROM exchange.reaching(s.county, s.sale_id) AS r
                    WHERE NOT exchange.gave_way(s.county, s.listing_id, r.taker_id, s.set_at) AND NOT EXISTS (
                        SELECT FROM exchange.second_chance AS c
                        LEFT JOIN exchange.chance_answer AS a ON a.county = c.county AND a.chance_id = c.chance_id
                        WHERE c.county = s.county AND c.sale_id = s.sale_id AND c.entrant_id = r.entrant_id
                          AND (a.answer = 'no' OR a.answer IS NULL AND c.until_day < {_TODAY})))
                AND NOT EXISTS (SELECT FROM exchange.deal AS d
                    WHERE d.county = s.county AND d.listing_id = s.listing_id AND NOT EXISTS (
                        SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id))
            FROM exchange.sale AS s WHERE s.county = of_county::char(6) AND s.sale_id = of_sale
        $$;
        -- A citizen's login tells the log of its answer too.
        DO $do$ BEGIN
            EXECUTE replace(pg_get_functiondef('exchange.has_just_written(text, text, text, text)'::regprocedure), 'ELSE false END',
                $$WHEN kind = 'exchange.chance_answer' THEN EXISTS (SELECT FROM exchange.chance_answer AS x
                    WHERE x.county = in_county::char(6) AND x.chance_id = key::uuid AND x.village = in_village
                      AND x.xmin = pg_current_xact_id()::xid) ELSE false END$$);
        END $do$;
        REVOKE ALL ON FUNCTION exchange.answered_in_time(), exchange.next_one_said_yes() FROM PUBLIC;
    """)


def _offers() -> None:
    op.execute(f"""
        -- As in 0050; one's own offer is taken back also where no other is heard.
        CREATE OR REPLACE FUNCTION exchange.take_offer() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            l exchange.listing;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x
                WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id AND x.village = NEW.village FOR UPDATE;
            IF coalesce(l.way <> 'negotiation', true) OR NEW.kind <> 'withdraw' AND (l.state <> 'published' OR EXISTS (
                SELECT FROM exchange.offer AS o WHERE o.county = NEW.county AND o.listing_id = NEW.listing_id AND o.kind = 'accept'
                AND NOT EXISTS (SELECT FROM exchange.deal AS d JOIN exchange.deal_fall AS f USING (county, deal_id)
                    WHERE d.county = o.county AND d.listing_id = o.listing_id AND d.taker_id = o.taker_id AND f.at > o.at)
                AND NOT EXISTS (SELECT FROM exchange.passed_over AS p
                    WHERE p.county = o.county AND p.listing_id = o.listing_id AND p.taker_id = o.taker_id AND p.at > o.at))) THEN
                RAISE EXCEPTION 'listing % hears no offer', NEW.listing_id {_REFUSED} = 'bid_8_listing_hears_offers';
            ELSIF (SELECT t.household_id FROM exchange.taker AS t WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id)
                    = l.household_id THEN
                RAISE EXCEPTION 'the land of taker %', NEW.taker_id {_REFUSED} = 'bid_6_not_ones_own_land';
            ELSIF NEW.price = 0 AND l.kind <> 'exchange' THEN
                RAISE EXCEPTION 'an offer of nothing for listing %', l.number {_REFUSED} = 'off_3_price_is_a_sum';
            END IF;
            RETURN NEW;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
