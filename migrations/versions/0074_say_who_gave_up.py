"""0074 A deal that does not stand says who gave it up: after its own side did the land goes to nobody else, and no deposit is kept.

An account gives up for its own side alone.
"""

from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- Of rows that were said before it was asked: the taker.
        ALTER TABLE exchange.deal_fall ADD COLUMN given_up_by text CHECK (given_up_by IN ('taker', 'contractor')),
            ADD CONSTRAINT deal_fall_says_who CHECK (given_up_by IS NOT NULL) NOT VALID;
        DROP POLICY fallen_by_its_parties ON exchange.deal_fall;
        CREATE POLICY fallen_by_its_parties ON exchange.deal_fall FOR INSERT TO landreg_citizen
            WITH CHECK (by = access.actor() AND EXISTS (
                SELECT FROM exchange.deal AS d WHERE d.county = deal_fall.county AND d.deal_id = deal_fall.deal_id
                AND CASE deal_fall.given_up_by
                    WHEN 'taker' THEN EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = d.county AND t.taker_id = d.taker_id
                        AND (t.account_id = access.actor()
                            OR t.household_id = access.household() AND access.stands_for(t.household_id, '{{}}')))
                    WHEN 'contractor' THEN EXISTS (SELECT FROM exchange.listing AS l
                        WHERE l.county = d.county AND l.listing_id = d.listing_id
                          AND l.household_id = access.household() AND access.stands_for(l.household_id, '{{}}'))
                    ELSE false END));

        -- As in 0034; and where its own side gave a deal up, no other comes.
        CREATE OR REPLACE FUNCTION exchange.one_deal_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            state text;
        BEGIN
            SELECT l.state INTO state FROM exchange.listing AS l
            WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id AND l.village = NEW.village FOR UPDATE;
            IF coalesce(state NOT IN ('published', 'dealt'), true) OR EXISTS (
                SELECT FROM exchange.deal AS d LEFT JOIN exchange.deal_fall AS f ON f.county = d.county AND f.deal_id = d.deal_id
                WHERE d.county = NEW.county AND d.listing_id = NEW.listing_id
                  AND (f.deal_id IS NULL OR f.given_up_by = 'contractor')) THEN
                RAISE EXCEPTION 'listing % has no deal to come', NEW.listing_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'lst_8_one_deal_stands';
            END IF;
            RETURN NEW;
        END $$;

        -- As in 0050; kept of a winner whose deal the other side did not give up.
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
                LEFT JOIN exchange.deal_fall AS f ON f.county = NEW.county AND f.deal_id = d.deal_id
                JOIN exchange.entrant AS e ON e.county = NEW.county AND e.entrant_id = NEW.entrant_id AND e.taker_id = d.taker_id
                WHERE f.given_up_by IS DISTINCT FROM 'contractor';
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


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
