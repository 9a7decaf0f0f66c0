"""0050 What the market goes on with after the publication, and what ends it.

A listing is not over while a sale, a members' window or a yes is under way on it; with a listing that ends, its sales end. A
deposit is kept from a winner alone. A deal does not fall under its contract; who may not take the land is passed over, with why.
"""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"


def upgrade() -> None:
    _passed_over()
    _under_way()
    _course()
    _sales()
    _deposits()
    _falls()
    _windows()
    _offers()


def _passed_over() -> None:
    op.execute(f"""
        -- Whose turn it was, and who may not take the land: for lack of a review or of the reserve, or above what one may have.
        CREATE TABLE exchange.passed_over (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, passed_id uuid NOT NULL, listing_id uuid NOT NULL,
            taker_id uuid NOT NULL, why text COLLATE "C" NOT NULL CHECK (btrim(why) <> ''), said text NOT NULL,
            "by" uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, passed_id),
            CONSTRAINT bid_14_says_why CHECK (btrim(said) <> ''),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing,
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker
        );
        CREATE INDEX passed_over_by_listing ON exchange.passed_over (county, listing_id);
        ALTER TABLE exchange.passed_over ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON exchange.passed_over TO landreg_exchange, landreg_auditor, landreg_worker, landreg_owner
            USING ({_INSIDE}) WITH CHECK ({_INSIDE});
        GRANT SELECT ON exchange.passed_over TO landreg_exchange, landreg_auditor, landreg_worker;
        GRANT INSERT ON exchange.passed_over TO landreg_exchange;
        CREATE FUNCTION exchange.pass_over() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            state text;
        BEGIN
            SELECT l.state INTO state FROM exchange.listing AS l
                WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id AND l.village = NEW.village FOR UPDATE;
            IF coalesce(state NOT IN ('published', 'dealt'), true) OR EXISTS (
                    SELECT FROM exchange.deal AS d WHERE d.county = NEW.county AND d.listing_id = NEW.listing_id AND NOT EXISTS (
                        SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)) THEN
                RAISE EXCEPTION 'listing % has its deal', NEW.listing_id {_REFUSED} = 'bid_8_passed_over_before_a_deal';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER pass_over BEFORE INSERT ON exchange.passed_over FOR EACH ROW EXECUTE FUNCTION exchange.pass_over();
        REVOKE ALL ON FUNCTION exchange.pass_over() FROM PUBLIC;
    """)


def _under_way() -> None:
    op.execute(f"""
        -- The last day on which something came, or comes, of a listing: a sale's close, a yes, a window's end, a deal that fell,
        -- somebody passed over. NULL: nothing came.
        CREATE FUNCTION exchange.under_way_until(of_county text, of_listing uuid) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT max((x.at AT TIME ZONE 'Asia/Shanghai')::date) FROM (
                SELECT CASE WHEN c.over = 'cancelled' THEN coalesce(e.at, s.set_at) ELSE greatest(c.closes_at, e.at) END AS at
                FROM exchange.sale AS s
                JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
                LEFT JOIN LATERAL (SELECT max(v.at) AS at FROM exchange.sale_event AS v
                    WHERE v.county = s.county AND v.sale_id = s.sale_id) AS e ON true
                WHERE s.county = of_county::char(6) AND s.listing_id = of_listing
                UNION ALL
                SELECT p.last_day::timestamp AT TIME ZONE 'Asia/Shanghai' FROM exchange.priority AS p
                WHERE p.county = of_county::char(6) AND p.listing_id = of_listing
                UNION ALL
                SELECT o.at FROM exchange.offer AS o
                WHERE o.county = of_county::char(6) AND o.listing_id = of_listing AND o.kind = 'accept'
                UNION ALL
                SELECT f.at FROM exchange.deal AS d
                JOIN exchange.deal_fall AS f ON f.county = d.county AND f.deal_id = d.deal_id
                WHERE d.county = of_county::char(6) AND d.listing_id = of_listing
                UNION ALL
                SELECT o.at FROM exchange.passed_over AS o WHERE o.county = of_county::char(6) AND o.listing_id = of_listing
            ) AS x
        $$;
        -- The deal that came of a sale, whether it stands or fell: made after the sale was set up and before the next one was.
        CREATE FUNCTION exchange.deals_of_sale(of_county text, of_sale uuid) RETURNS TABLE (deal_id uuid, taker_id uuid, fell boolean)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT d.deal_id, d.taker_id, EXISTS (
                SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
            FROM exchange.sale AS s
            JOIN exchange.deal AS d ON d.county = s.county AND d.listing_id = s.listing_id AND d.decided_at >= s.set_at
            WHERE s.county = of_county::char(6) AND s.sale_id = of_sale AND NOT EXISTS (
                SELECT FROM exchange.sale AS n WHERE n.county = s.county AND n.listing_id = s.listing_id AND n.round > s.round
                  AND n.set_at <= d.decided_at)
        $$;
        REVOKE ALL ON FUNCTION exchange.under_way_until(text, uuid), exchange.deals_of_sale(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.under_way_until(text, uuid) TO landreg_worker, landreg_exchange;
    """)


def _course() -> None:
    op.execute(f"""
        -- Where the course of a listing says that it expired, nothing is under way on it any more; and it does not come to the
        -- market while a dispute stands on its land, as no contract on it is signed then (0038).
        CREATE FUNCTION exchange.expires_when_quiet() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            l exchange.listing;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x
                WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id FOR UPDATE;
            IF NEW.kind = 'expired' AND greatest(l.closes_on, exchange.under_way_until(NEW.county, NEW.listing_id))
                    >= (system.clock() AT TIME ZONE 'Asia/Shanghai')::date THEN
                RAISE EXCEPTION 'listing %: something is under way on it', l.number {_REFUSED} = 'lst_6_expires_when_quiet';
            ELSIF NEW.kind IN ('submitted', 'published', 'dealt') AND EXISTS (
                    SELECT FROM registry.restriction AS s WHERE s.county = l.county AND s.right_id = l.right_id
                      AND s.kind = 'dispute' AND upper_inf(s.recorded) AND upper_inf(s.valid)) THEN
                RAISE EXCEPTION 'listing %: dispute on the land', l.number {_REFUSED} = 'tr_12_disputed_land_is_not_listed';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER expires_when_quiet BEFORE INSERT ON exchange.listing_event FOR EACH ROW
            WHEN (NEW.kind IN ('expired', 'submitted', 'published', 'dealt')) EXECUTE FUNCTION exchange.expires_when_quiet();
        -- With a listing that ends, a sale of it ends that came to no deal: nobody bids for land that is not to be had. The step of
        -- the listing says why.
        CREATE FUNCTION exchange.end_sales() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            UPDATE exchange.sale_clock AS c SET over = CASE WHEN system.clock() < c.closes_at THEN 'cancelled' ELSE 'failed' END
            FROM exchange.sale AS s
            WHERE s.county = NEW.county AND s.listing_id = NEW.listing_id AND c.county = s.county AND c.sale_id = s.sale_id
              AND c.over IN ('', 'opened') AND NOT EXISTS (SELECT FROM exchange.deals_of_sale(s.county, s.sale_id));
            RETURN NULL;
        END $$;
        CREATE TRIGGER end_sales AFTER INSERT ON exchange.listing_event FOR EACH ROW
            WHEN (NEW.kind IN ('withdrawn', 'expired', 'failed')) EXECUTE FUNCTION exchange.end_sales();
        REVOKE ALL ON FUNCTION exchange.expires_when_quiet(), exchange.end_sales() FROM PUBLIC;
    """)


def _sales() -> None:
    op.execute(f"""
        -- A sale is called off before its close, and comes to nothing after it. Sealed bids that were not opened are given up by
        -- somebody who is none of the two who had to open them, with the reason.
        CREATE OR REPLACE FUNCTION exchange.end_clock() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            c exchange.sale_clock;
            s exchange.sale;
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x
                WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id AND x.village = NEW.village FOR UPDATE;
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            IF coalesce(c.over NOT IN ('', 'opened'), true)
               OR (NEW.kind = 'cancelled') <> (system.clock() < c.closes_at) THEN
                RAISE EXCEPTION 'sale % is over, not closed yet, or closed', NEW.sale_id {_REFUSED} = 'bid_8_sale_keeps_its_course';
            ELSIF NEW.kind = 'failed' AND s.way = 'sealed' AND c.over = ''
                  AND (btrim(NEW.said) = '' OR NEW."by" IN (s.officer_one, s.officer_two)) THEN
                RAISE EXCEPTION 'sale % is given up by its own officer', NEW.sale_id {_REFUSED} = 'seal_6_given_up_by_another';
            END IF;
            UPDATE exchange.sale_clock AS x SET over = NEW.kind WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            RETURN NULL;
        END $$;
    """)


def _deposits() -> None:
    op.execute(f"""
        -- As in 0037; and kept of nobody but a winner, with the reason; counted toward the rent where the winner's deal stands, and
        -- given back where it does not.
        CREATE OR REPLACE FUNCTION exchange.take_deposit() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            c exchange.sale_clock;
            s exchange.sale;
            paid numeric;
            won boolean;
            stands boolean;
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id FOR UPDATE;
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            SELECT d.amount INTO paid FROM exchange.deposit AS d
                WHERE d.county = NEW.county AND d.entrant_id = NEW.entrant_id AND d.kind = 'paid';
            SELECT count(*) > 0, coalesce(bool_or(NOT d.fell), false) INTO won, stands
                FROM exchange.deals_of_sale(NEW.county, NEW.sale_id) AS d
                JOIN exchange.entrant AS e ON e.county = NEW.county AND e.entrant_id = NEW.entrant_id AND e.taker_id = d.taker_id;
            IF NOT coalesce(CASE NEW.kind WHEN 'paid' THEN NEW.amount = s.deposit_yuan AND system.clock() < s.deposit_by AND c.over = ''
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
    """)


def _falls() -> None:
    op.execute(f"""
        -- A deal of which a contract is drawn or runs does not fall: the contract is withdrawn before, or ends by its own rules. The
        -- row of the deal is held by both, so that of a fall and a contract at the same instant one comes.
        CREATE FUNCTION exchange.no_fall_under_a_contract() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM FROM exchange.deal AS d WHERE d.county = NEW.county AND d.deal_id = NEW.deal_id FOR UPDATE;
            IF EXISTS (SELECT FROM exchange.contract AS c
                       WHERE c.county = NEW.county AND c.deal_id = NEW.deal_id AND c.state <> 'withdrawn') THEN
                RAISE EXCEPTION 'deal % has its contract', NEW.deal_id {_REFUSED} = 'lst_8_no_fall_under_a_contract';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER no_fall_under_a_contract BEFORE INSERT ON exchange.deal_fall
            FOR EACH ROW EXECUTE FUNCTION exchange.no_fall_under_a_contract();
        CREATE FUNCTION exchange.contract_of_a_standing_deal() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM FROM exchange.deal AS d WHERE d.county = NEW.county AND d.deal_id = NEW.deal_id FOR UPDATE;
            IF EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = NEW.county AND f.deal_id = NEW.deal_id) THEN
                RAISE EXCEPTION 'deal % fell', NEW.deal_id {_REFUSED} = 'con_5_contract_of_a_standing_deal';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER contract_of_a_standing_deal BEFORE INSERT ON exchange.contract
            FOR EACH ROW WHEN (NEW.deal_id IS NOT NULL) EXECUTE FUNCTION exchange.contract_of_a_standing_deal();
        REVOKE ALL ON FUNCTION exchange.no_fall_under_a_contract(), exchange.contract_of_a_standing_deal() FROM PUBLIC;
    """)


def _windows() -> None:
    op.execute(f"""
        -- Terms of which not all were told in their days are told anew, one window after the other.
        ALTER TABLE exchange.priority DROP CONSTRAINT pri_4_terms_are_told_once;
        ALTER TABLE exchange.priority ADD CONSTRAINT pri_4_terms_are_told_once
            UNIQUE (county, listing_id, taker_id, price, first_day);
        CREATE FUNCTION exchange.one_window_at_a_time() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM FROM exchange.listing AS l WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id FOR UPDATE;
            IF EXISTS (SELECT FROM exchange.priority AS p WHERE p.county = NEW.county AND p.listing_id = NEW.listing_id
                       AND p.taker_id = NEW.taker_id AND p.price = NEW.price AND p.last_day >= NEW.first_day) THEN
                RAISE EXCEPTION 'listing %: these terms are being told', NEW.listing_id {_REFUSED} = 'pri_4_one_window_at_a_time';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER one_window_at_a_time BEFORE INSERT ON exchange.priority
            FOR EACH ROW EXECUTE FUNCTION exchange.one_window_at_a_time();
        REVOKE ALL ON FUNCTION exchange.one_window_at_a_time() FROM PUBLIC;
    """)


def _offers() -> None:
    op.execute(f"""
        -- Land that is exchanged may change hands without a sum. A yes counts until its deal falls, or its taker is passed over.
        ALTER TABLE exchange.offer DROP CONSTRAINT offer_price_check;
        ALTER TABLE exchange.offer ADD CONSTRAINT off_3_price_is_a_sum CHECK (price >= 0);
        CREATE OR REPLACE FUNCTION exchange.take_offer() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            l exchange.listing;
        BEGIN
            SELECT x.* INTO l FROM exchange.listing AS x
                WHERE x.county = NEW.county AND x.listing_id = NEW.listing_id AND x.village = NEW.village FOR UPDATE;
            IF coalesce(l.way <> 'negotiation' OR l.state <> 'published', true) OR EXISTS (
                SELECT FROM exchange.offer AS o WHERE o.county = NEW.county AND o.listing_id = NEW.listing_id AND o.kind = 'accept'
                AND NOT EXISTS (SELECT FROM exchange.deal AS d JOIN exchange.deal_fall AS f USING (county, deal_id)
                    WHERE d.county = o.county AND d.listing_id = o.listing_id AND d.taker_id = o.taker_id AND f.at > o.at)
                AND NOT EXISTS (SELECT FROM exchange.passed_over AS p
                    WHERE p.county = o.county AND p.listing_id = o.listing_id AND p.taker_id = o.taker_id AND p.at > o.at)) THEN
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
