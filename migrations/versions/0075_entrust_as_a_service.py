"""0075 Entrusted management binds no land: it stands beside a listing and a contract of the same days, its fee is due from the household,
and what is served on counts for nobody as land taken in.
"""

from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE exchange.rent_due DROP CONSTRAINT rent_due_kind_check,
            ADD CONSTRAINT rent_due_kind_check CHECK (kind IN ('rent', 'price', 'dividend', 'awarded', 'service'));
    """)
    op.execute(f"""
        -- A service has no land: nothing of it is held.
        CREATE FUNCTION exchange.service_holds_nothing() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                       AND c.kind = 'entrusted') THEN
                RETURN NULL;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER a_service_holds_nothing BEFORE INSERT ON exchange.held_parcel
            FOR EACH ROW EXECUTE FUNCTION exchange.service_holds_nothing();
        -- As before, of all but a service.
        CREATE OR REPLACE FUNCTION exchange.drawn_of_free_land() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.contract;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('exchange:' || NEW.county || NEW.parcel_code, 0));
            SELECT c.* INTO asked FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            IF asked.kind <> 'entrusted' THEN
                PERFORM exchange.not_listed(asked, ARRAY[NEW.parcel_code]);
            END IF;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE FUNCTION exchange.listed_of_free_land() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.listing;
            found text;
        BEGIN
            SELECT l.* INTO asked FROM exchange.listing AS l WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id;
            SELECT c.number INTO found FROM exchange.listing_parcel AS q
            JOIN exchange.contract_parcel AS p ON p.county = q.county AND p.parcel_code = q.parcel_code
                AND p.area_m2 = p.registered_m2
            JOIN exchange.contract AS c ON c.county = p.county AND c.contract_id = p.contract_id
            WHERE q.county = asked.county AND q.listing_id = asked.listing_id AND c.state <> 'withdrawn'
              AND c.kind <> 'entrusted'
              AND c.from_on < asked.until_on AND coalesce(c.ends_on, c.until_on) > asked.from_on
              AND (c.kind = 'retransfer') = (asked.kind = 'retransfer')
              AND (asked.kind NOT IN ('assignment', 'exchange') OR c.kind IN ('assignment', 'exchange'))
              AND NOT EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = c.county AND d.deal_id = c.deal_id
                  AND d.listing_id = asked.listing_id)
              AND NOT (c.kind IN ('assignment', 'exchange') AND EXISTS (SELECT FROM exchange.contract_event AS e
                  WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'registered'))
            LIMIT 1;
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'listing %: its land is under contract %', asked.number, found
                    {_REFUSED} = 'lst_7_land_is_under_no_contract';
            END IF;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE FUNCTION exchange.area_held(of_county text, taker uuid) RETURNS numeric LANGUAGE sql STABLE {_WIDE} AS $$
            WITH clock AS MATERIALIZED (SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AS today)
            SELECT coalesce((SELECT sum(c.area_m2) FROM exchange.contract AS c CROSS JOIN clock
                WHERE c.county = of_county::char(6) AND c.taker_id = taker AND c.state IN ('signed', 'disputed', 'ended')
                  AND c.kind <> 'entrusted' AND coalesce(c.ends_on, c.until_on) > clock.today
                  AND NOT (c.relation = 'renewal' AND EXISTS (SELECT FROM exchange.contract AS p
                      WHERE p.county = c.county AND p.contract_id = c.previous_id AND p.taker_id = c.taker_id
                        AND coalesce(p.ends_on, p.until_on) > clock.today))), 0)
              + coalesce((SELECT sum(l.area_m2) FROM exchange.deal AS d CROSS JOIN clock
                JOIN exchange.listing AS l ON l.county = d.county AND l.listing_id = d.listing_id
                WHERE d.county = of_county::char(6) AND d.taker_id = taker AND l.until_on > clock.today
                  AND NOT EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
                  AND NOT EXISTS (SELECT FROM exchange.contract AS k WHERE k.county = d.county AND k.deal_id = d.deal_id
                      AND k.state IN ('signed', 'disputed', 'ended'))), 0)
        $$;
        REVOKE ALL ON FUNCTION exchange.service_holds_nothing() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
