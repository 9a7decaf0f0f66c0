"""0070 Land goes one way at a time: no contract is drawn or signed over what is listed for the same days, none listed under one.

The two sides wait for each other at the lock of each parcel, so that of a listing and a contract at one instant one comes first.
"""

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- Stands in the way of a contract: a listing of the same days that is open, or dealt and without a signed contract. What is
        -- transferred further does not meet what its owner lists, and the contract of a deal not its own listing.
        CREATE FUNCTION exchange.not_listed(asked exchange.contract, codes text[]) RETURNS void LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            found text;
            under_way boolean;
        BEGIN
            SELECT l.number, l.state = 'dealt' OR EXISTS (SELECT FROM exchange.sale AS s
                    JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id AND c.over = ''
                    WHERE s.county = l.county AND s.listing_id = l.listing_id)
                INTO found, under_way FROM exchange.listing_parcel AS q
            JOIN exchange.listing AS l ON l.county = q.county AND l.listing_id = q.listing_id
            LEFT JOIN exchange.contract_parcel AS own ON own.county = asked.county AND own.contract_id = asked.contract_id
                AND own.parcel_code = q.parcel_code
            WHERE q.county = asked.county AND q.parcel_code = ANY (codes)
              AND l.from_on < asked.until_on AND l.until_on > asked.from_on
              AND (l.kind = 'retransfer') = (asked.kind = 'retransfer')
              AND (q.part IS NULL OR own.part IS NULL OR public.ST_Relate(q.part, own.part, 'T********'))
              AND NOT EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = l.county AND d.listing_id = l.listing_id
                  AND d.deal_id = asked.deal_id)
              AND (l.state IN ('submitted', 'published') OR l.state = 'dealt' AND EXISTS (
                  SELECT FROM exchange.deal AS d WHERE d.county = l.county AND d.listing_id = l.listing_id
                    AND NOT EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
                    AND NOT EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = d.county AND c.deal_id = d.deal_id
                        AND c.state IN ('signed', 'disputed', 'ended'))))
            LIMIT 1;
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'contract %: its land is listed as %', asked.number, found {_REFUSED} =
                    CASE WHEN under_way THEN 'con_31_land_is_not_on_sale' ELSE 'con_32_listing_is_withdrawn_first' END;
            END IF;
        END $$;
        CREATE FUNCTION exchange.drawn_of_free_land() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.contract;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('exchange:' || NEW.county || NEW.parcel_code, 0));
            SELECT c.* INTO asked FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            PERFORM exchange.not_listed(asked, ARRAY[NEW.parcel_code]);
            RETURN NULL;
        END $$;
        CREATE TRIGGER drawn_of_free_land AFTER INSERT ON exchange.contract_parcel
            FOR EACH ROW EXECUTE FUNCTION exchange.drawn_of_free_land();
        -- After `keep_contract_course`, which binds the land under the locks of its parcels.
        CREATE FUNCTION exchange.signed_of_free_land() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.contract;
        BEGIN
            SELECT c.* INTO asked FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            PERFORM exchange.not_listed(asked, ARRAY(SELECT h.parcel_code FROM exchange.held_parcel AS h
                WHERE h.county = NEW.county AND h.contract_id = NEW.contract_id));
            RETURN NULL;
        END $$;
        CREATE TRIGGER signed_of_free_land AFTER INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'signed') EXECUTE FUNCTION exchange.signed_of_free_land();
        -- After `keep_listing_course`, which takes the locks of its parcels. A right that is leased may move.
        CREATE FUNCTION exchange.listed_of_free_land() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
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
        CREATE TRIGGER listed_of_free_land AFTER INSERT ON exchange.listing_event FOR EACH ROW
            WHEN (NEW.kind IN ('submitted', 'published')) EXECUTE FUNCTION exchange.listed_of_free_land();
        REVOKE ALL ON FUNCTION exchange.not_listed(exchange.contract, text[]), exchange.drawn_of_free_land(),
            exchange.signed_of_free_land(), exchange.listed_of_free_land() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
