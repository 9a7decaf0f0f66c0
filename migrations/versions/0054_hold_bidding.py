"""0054 What the program alone had held of takers, offers, reviews and windows the database holds too.

A desk that is broken into does no more than its program: what nobody's program writes is no grant, and what two may do at once is
held under a lock.
"""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _grants()
    _takers()
    _family()
    _turns()
    _reviews()
    _windows()


def _grants() -> None:
    op.execute("""
        -- Deals are made at the operator's desk alone; a household says that it lists and withdraws.
        REVOKE INSERT ON exchange.deal FROM landreg_citizen;
        DROP POLICY agreed_by_the_household ON exchange.deal;
        CREATE POLICY not_dealt_by_the_household ON exchange.listing_event AS RESTRICTIVE FOR INSERT TO landreg_citizen
            WITH CHECK (kind IN ('submitted', 'withdrawn'));
        -- Who is no household is opened at the counter; a household's own row says what is registered of it.
        DROP POLICY opened_by_oneself ON exchange.taker;
        CREATE POLICY opened_by_oneself ON exchange.taker FOR INSERT TO landreg_citizen
            WITH CHECK (opened_by = access.actor() AND account_id = access.actor() AND kind = 'household'
                AND household_id = access.household() AND access.stands_for(household_id, '{}')
                AND id_sealed IS NULL AND EXISTS (SELECT FROM party.household AS h
                    WHERE h.county = taker.county AND h.household_id = taker.household_id AND h.village = taker.village
                      AND h.code = taker.code AND h.name = taker.name AND upper_inf(h.recorded) AND upper_inf(h.valid)));
        -- The office enters and withdraws what a collective lists.
        CREATE POLICY of_a_collective ON exchange.listing_event AS RESTRICTIVE FOR INSERT TO landreg_registry
            WITH CHECK (EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = listing_event.county
                AND l.listing_id = listing_event.listing_id AND l.source = 'collective'));
        -- The rents of a contract are set by the signature that makes it, in its transaction, and by nothing later.
        CREATE POLICY set_by_the_signature ON exchange.rent_due AS RESTRICTIVE FOR INSERT TO landreg_citizen
            WITH CHECK (EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = rent_due.county
                AND e.contract_id = rent_due.contract_id AND e.kind = 'signed' AND e.by_id = access.actor()
                AND e.xmin = pg_current_xact_id()::xid));
    """)


def _takers() -> None:
    op.execute("""
        ALTER INDEX exchange.taker_by_code RENAME TO bid_16_a_taker_is_there_once;
        DROP INDEX exchange.taker_by_digest;
        CREATE UNIQUE INDEX bid_16_a_person_is_there_once ON exchange.taker (county, id_digest) WHERE id_digest IS NOT NULL;
    """)


def _family() -> None:
    op.execute(f"""
        -- A member who came to the counter as a person bids for no land of the own household. Digests are compared, no number is
        -- opened; until a taker who was opened before has been turned by the identity keys, its digest is of another text.
        CREATE FUNCTION exchange.is_of_household(of_county text, taker uuid, household uuid) RETURNS boolean LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.taker AS t
                JOIN identity.person AS p ON p.id_digest = t.id_digest
                JOIN party.member AS m ON m.county = t.county AND m.person_id = p.person_id AND m.household_id = household
                    AND upper_inf(m.recorded) AND upper_inf(m.valid)
                WHERE t.county = of_county::char(6) AND t.taker_id = taker)
        $$;
        CREATE FUNCTION exchange.not_of_the_family() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            listing uuid := to_jsonb(NEW) ->> 'listing_id';
        BEGIN
            IF listing IS NULL THEN
                SELECT s.listing_id INTO listing FROM exchange.sale AS s
                    WHERE s.county = NEW.county AND s.sale_id = (to_jsonb(NEW) ->> 'sale_id')::uuid;
            END IF;
            IF exchange.is_of_household(NEW.county, NEW.taker_id, (SELECT l.household_id FROM exchange.listing AS l
                    WHERE l.county = NEW.county AND l.listing_id = listing)) THEN
                RAISE EXCEPTION 'the land of taker %', NEW.taker_id {_REFUSED} = 'bid_6_not_the_land_of_one_s_household';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER not_of_the_family BEFORE INSERT ON exchange.entrant
            FOR EACH ROW EXECUTE FUNCTION exchange.not_of_the_family();
        CREATE TRIGGER not_of_the_family BEFORE INSERT ON exchange.offer
            FOR EACH ROW EXECUTE FUNCTION exchange.not_of_the_family();
        REVOKE ALL ON FUNCTION exchange.is_of_household(text, uuid, uuid), exchange.not_of_the_family() FROM PUBLIC;
    """)


def _turns() -> None:
    op.execute(f"""
        -- A negotiation goes in turn; a yes is to the price that was named, in its days. Comes after `take_offer`, which holds the
        -- listing's row.
        CREATE FUNCTION exchange.take_turn() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            last exchange.offer;
            sound boolean;
        BEGIN
            SELECT o.* INTO last FROM exchange.offer AS o WHERE o.county = NEW.county AND o.listing_id = NEW.listing_id
                AND o.taker_id = NEW.taker_id ORDER BY o.seq DESC LIMIT 1;
            NEW.at := system.clock();
            sound := NEW.seq = coalesce(last.seq, 0) + 1 AND CASE
                WHEN last.seq IS NULL OR last.kind IN ('decline', 'withdraw') THEN NEW.side = 'taker' AND NEW.kind = 'offer'
                WHEN last.kind = 'accept' THEN false
                WHEN NEW.kind = 'withdraw' THEN last.side = NEW.side
                ELSE last.side <> NEW.side AND NEW.kind IN ('accept', 'decline', 'counter') END
                AND (NEW.kind IN ('offer', 'counter') OR NEW.price = last.price AND NEW.until_day = last.until_day);
            IF NOT sound THEN
                RAISE EXCEPTION 'a word out of turn on listing %', NEW.listing_id {_REFUSED} = 'off_1_in_turn';
            ELSIF NEW.kind = 'accept' AND last.until_day < {_TODAY} THEN
                RAISE EXCEPTION 'a price that held until %', last.until_day {_REFUSED} = 'off_2_still_holds';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER take_turn BEFORE INSERT ON exchange.offer FOR EACH ROW EXECUTE FUNCTION exchange.take_turn();
        REVOKE ALL ON FUNCTION exchange.take_turn() FROM PUBLIC;
    """)


def _reviews() -> None:
    op.execute(f"""
        -- The taker's row is held, so that of two at once the second sees what the first wrote.
        CREATE FUNCTION exchange.reserve_is_there() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM FROM exchange.taker AS t WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id FOR NO KEY UPDATE;
            IF NEW.kind <> 'paid' AND NEW.amount > (SELECT coalesce(sum(CASE r.kind WHEN 'paid' THEN r.amount ELSE -r.amount END), 0)
                    FROM exchange.reserve AS r WHERE r.county = NEW.county AND r.taker_id = NEW.taker_id) THEN
                RAISE EXCEPTION 'reserve of taker %', NEW.taker_id {_REFUSED} = 'qual_9_no_more_than_there_is';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER reserve_is_there BEFORE INSERT ON exchange.reserve
            FOR EACH ROW EXECUTE FUNCTION exchange.reserve_is_there();
        CREATE FUNCTION exchange.one_review_waits() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM FROM exchange.taker AS t WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id FOR NO KEY UPDATE;
            IF EXISTS (SELECT FROM exchange.qualification AS q WHERE q.county = NEW.county AND q.taker_id = NEW.taker_id
                    AND NOT EXISTS (SELECT FROM exchange.qualification_decision AS d
                        WHERE d.county = q.county AND d.qualification_id = q.qualification_id)) THEN
                RAISE EXCEPTION 'a review of taker % waits', NEW.taker_id {_REFUSED} = 'qual_8_one_review_waits';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER one_review_waits BEFORE INSERT ON exchange.qualification
            FOR EACH ROW EXECUTE FUNCTION exchange.one_review_waits();
        REVOKE ALL ON FUNCTION exchange.reserve_is_there(), exchange.one_review_waits() FROM PUBLIC;
    """)


def _windows() -> None:
    op.execute(f"""
        -- A window begins on the day on which it is opened and runs the days that the county has set, the book's where it set none.
        CREATE FUNCTION exchange.window_runs_its_days() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.first_day <> {_TODAY} OR NEW.last_day - NEW.first_day + 1 < coalesce((SELECT c.value::integer
                    FROM law.county_parameter AS c WHERE c.county = NEW.county AND c.name = 'PRI-1.window_days'
                      AND c.since <= NEW.first_day ORDER BY c.since DESC, c.set_at DESC LIMIT 1), 15) THEN
                RAISE EXCEPTION 'window of listing %', NEW.listing_id {_REFUSED} = 'pri_1_window_runs_its_days';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER window_runs_its_days BEFORE INSERT ON exchange.priority
            FOR EACH ROW EXECUTE FUNCTION exchange.window_runs_its_days();
        -- The lot is drawn by the database: nobody brings a mark along.
        CREATE FUNCTION exchange.draw_mark() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            NEW.mark := gen_random_uuid();
            RETURN NEW;
        END $$;
        CREATE TRIGGER draw_mark BEFORE INSERT ON exchange.priority_claim FOR EACH ROW EXECUTE FUNCTION exchange.draw_mark();
        -- Of terms that somebody from elsewhere offers the last window decides: its days are over, every household was told of it,
        -- and nobody who claims the land is left. A claim stands in every window on the same terms.
        CREATE OR REPLACE FUNCTION exchange.window_has_run() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            household uuid := (SELECT t.household_id FROM exchange.taker AS t
                WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id);
            wanted exchange.priority;
            since timestamptz;
        BEGIN
            IF NEW."by" <> 'priority' AND exchange.is_member(NEW.county, NEW.listing_id, household) THEN
                RETURN NULL;
            END IF;
            -- Members are asked after the last sale was set up, or after the yes.
            since := coalesce((SELECT max(s.set_at) FROM exchange.sale AS s
                    WHERE s.county = NEW.county AND s.listing_id = NEW.listing_id),
                (SELECT max(o.at) FROM exchange.offer AS o
                    WHERE o.county = NEW.county AND o.listing_id = NEW.listing_id AND o.kind = 'accept'), '-infinity');
            SELECT p.* INTO wanted FROM exchange.priority AS p
            WHERE p.county = NEW.county AND p.listing_id = NEW.listing_id AND p.price = NEW.price AND p.at >= since
              AND CASE NEW."by" WHEN 'priority' THEN EXISTS (SELECT FROM exchange.priority AS same
                    JOIN exchange.priority_claim AS c ON c.county = same.county AND c.priority_id = same.priority_id
                    WHERE same.county = p.county AND same.listing_id = p.listing_id AND same.taker_id = p.taker_id
                      AND same.price = p.price AND c.taker_id = NEW.taker_id)
                ELSE p.taker_id = NEW.taker_id END
            ORDER BY p.first_day DESC, p.at DESC LIMIT 1;
            IF wanted.priority_id IS NULL OR wanted.last_day >= {_TODAY} THEN
                RAISE EXCEPTION 'listing %: the members have not been heard out on these terms', NEW.listing_id
                    {_REFUSED} = 'pri_1_window_has_run';
            ELSIF NOT EXISTS (SELECT FROM exchange.priority_told AS t WHERE t.county = wanted.county
                    AND t.priority_id = wanted.priority_id AND t.way = 'posted')
               AND EXISTS (SELECT FROM exchange.priority_notice AS n WHERE n.county = wanted.county
                    AND n.priority_id = wanted.priority_id AND NOT EXISTS (SELECT FROM exchange.priority_told AS t
                        WHERE t.county = n.county AND t.priority_id = n.priority_id AND t.household_id = n.household_id)) THEN
                RAISE EXCEPTION 'listing %: not all were told', NEW.listing_id {_REFUSED} = 'pri_2_every_household_was_told';
            ELSIF NEW."by" <> 'priority' AND EXISTS (SELECT FROM exchange.priority AS p
                    JOIN exchange.priority_claim AS c ON c.county = p.county AND c.priority_id = p.priority_id
                    WHERE p.county = wanted.county AND p.listing_id = wanted.listing_id AND p.taker_id = wanted.taker_id
                      AND p.price = wanted.price AND p.at >= since
                      AND NOT exchange.gave_way(c.county, p.listing_id, c.taker_id, c.at)) THEN
                RAISE EXCEPTION 'listing %: a member claims it', NEW.listing_id {_REFUSED} = 'pri_1_no_claim_is_left';
            END IF;
            RETURN NULL;
        END $$;
        -- Whose deal of a listing fell, or who was passed over, from an instant on.
        CREATE FUNCTION exchange.gave_way(of_county text, of_listing uuid, taker uuid, since timestamptz) RETURNS boolean LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.deal AS d
                    JOIN exchange.deal_fall AS f ON f.county = d.county AND f.deal_id = d.deal_id
                    WHERE d.county = of_county::char(6) AND d.listing_id = of_listing AND d.taker_id = taker AND f.at >= since)
                OR EXISTS (SELECT FROM exchange.passed_over AS o
                    WHERE o.county = of_county::char(6) AND o.listing_id = of_listing AND o.taker_id = taker AND o.at >= since)
        $$;
        REVOKE ALL ON FUNCTION exchange.window_runs_its_days(), exchange.draw_mark(), exchange.gave_way(text, uuid, uuid, timestamptz)
            FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
