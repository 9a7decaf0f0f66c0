"""0128 A contract has the ground of its parcels, whatever they become; an exchange has what either side gives, until it is moved."""

from __future__ import annotations

from alembic import op

revision = "0128"
down_revision = "0127"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _ground()
    _listings()
    _contracts()


def _ground() -> None:
    op.execute(f"""
        -- By parcel: its own code, and those of the parcels that it came from by split or merge.
        CREATE FUNCTION exchange.ground(of_county text, codes text[]) RETURNS TABLE (parcel_code text, ground text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            WITH RECURSIVE came AS (
                SELECT p.code AS parcel_code, p.parcel_id FROM land.parcel AS p
                WHERE p.county = of_county::char(6) AND p.code = ANY (codes)
                UNION
                SELECT c.parcel_code, o.origin_id FROM came AS c
                JOIN land.parcel_origin AS o ON o.county = of_county::char(6) AND o.parcel_id = c.parcel_id
            )
            SELECT u.code, u.code FROM unnest(codes) AS u (code)
            UNION
            SELECT c.parcel_code, p.code FROM came AS c
            JOIN land.parcel AS p ON p.county = of_county::char(6) AND p.parcel_id = c.parcel_id
        $$;
        -- The contracts that have these parcels whole, or any of what they came from: drawn, signed or over, those of a service and
        -- what the register has moved since left out. Of an exchange also what the other household gives.
        CREATE FUNCTION exchange.contracts_over(of_county text, codes text[]) RETURNS TABLE (parcel_code text, contract_id uuid)
            LANGUAGE sql STABLE {_WIDE} AS $$
            WITH g AS MATERIALIZED (SELECT * FROM exchange.ground(of_county, codes)),
            over AS (
                SELECT g.parcel_code, p.contract_id FROM g JOIN exchange.contract_parcel AS p
                    ON p.county = of_county::char(6) AND p.parcel_code = g.ground
                    AND (p.area_m2 = p.registered_m2 OR g.ground <> g.parcel_code)
                UNION
                SELECT g.parcel_code, h.contract_id FROM g JOIN exchange.held_parcel AS h
                    ON h.county = of_county::char(6) AND h.parcel_code = g.ground AND (h.whole OR g.ground <> g.parcel_code)
                UNION
                SELECT g.parcel_code, x.contract_id FROM exchange.contract AS x
                CROSS JOIN LATERAL unnest(exchange.codes_in(x.clauses ->> 'other_parcels')) AS u (code) JOIN g ON g.ground = u.code
                WHERE x.county = of_county::char(6) AND x.kind = 'exchange' AND x.state IN ('drawn', 'part_signed')
            )
            SELECT o.parcel_code, o.contract_id FROM over AS o
            JOIN exchange.contract AS c ON c.county = of_county::char(6) AND c.contract_id = o.contract_id
            WHERE c.state <> 'withdrawn' AND c.kind <> 'entrusted'
              AND NOT (c.kind IN ('assignment', 'exchange') AND EXISTS (SELECT FROM exchange.contract_event AS e
                  WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'registered'))
        $$;
        CREATE INDEX held_parcel_by_parcel ON exchange.held_parcel (county, parcel_code);
        CREATE INDEX exchange_drawn ON exchange.contract (county) WHERE kind = 'exchange' AND state IN ('drawn', 'part_signed');
        REVOKE ALL ON FUNCTION exchange.ground(text, text[]), exchange.contracts_over(text, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.contracts_over(text, text[])
            TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
    """)


def _listings() -> None:
    op.execute(f"""
        -- A desk reads it within its own jurisdiction: no SECURITY DEFINER.
        CREATE OR REPLACE FUNCTION exchange.contracts_on(of_county text, codes text[], passed_on boolean) RETURNS TABLE (
            kind text, number text, parcel_code text, from_on date, until_on date)
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT c.kind, c.number, o.parcel_code, c.from_on, coalesce(c.ends_on, c.until_on)
            FROM exchange.contracts_over(of_county, codes) AS o
            JOIN exchange.contract AS c ON c.county = of_county::char(6) AND c.contract_id = o.contract_id
            WHERE (c.kind = 'retransfer') = passed_on
            ORDER BY c.from_on, o.parcel_code
        $$;
        CREATE OR REPLACE FUNCTION exchange.listed_of_free_land() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.listing;
            found text;
        BEGIN
            SELECT l.* INTO asked FROM exchange.listing AS l WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id;
            SELECT c.number INTO found FROM exchange.contracts_over(asked.county, ARRAY(SELECT q.parcel_code
                FROM exchange.listing_parcel AS q WHERE q.county = asked.county AND q.listing_id = asked.listing_id)) AS o
            JOIN exchange.contract AS c ON c.county = asked.county AND c.contract_id = o.contract_id
            WHERE c.from_on < asked.until_on AND coalesce(c.ends_on, c.until_on) > asked.from_on
              AND (c.kind = 'retransfer') = (asked.kind = 'retransfer')
              AND (asked.kind NOT IN ('assignment', 'exchange') OR c.kind IN ('assignment', 'exchange'))
              AND NOT EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = c.county AND d.deal_id = c.deal_id
                  AND d.listing_id = asked.listing_id)
            LIMIT 1;
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'listing %: its land is under contract %', asked.number, found
                    {_REFUSED} = 'lst_7_land_is_under_no_contract';
            END IF;
            RETURN NULL;
        END $$;
    """)


def _contracts() -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION exchange.bound(in_county text, codes text[], first_day date, until_day date, at_depth integer,
            but uuid[]) RETURNS TABLE (parcel_code text, number text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT g.parcel_code, c.number FROM exchange.ground(in_county, codes) AS g
            JOIN exchange.held_parcel AS h ON h.county = in_county::char(6) AND h.parcel_code = g.ground
                AND (h.whole OR g.ground <> g.parcel_code)
            JOIN exchange.contract AS c ON c.county = h.county AND c.contract_id = h.contract_id
            WHERE h.held && daterange(first_day, until_day) AND h.depth = at_depth AND NOT h.contract_id = ANY (but)
        $$;
        -- Bound are its parcels and what they came from: who binds either waits for the other.
        DO $do$ DECLARE
            before text := pg_get_functiondef('exchange.bind_land(exchange.contract)'::regprocedure);
            made text := replace(replace(before,
                'SELECT DISTINCT code FROM unnest(codes || others) AS u (code) ORDER BY 1',
                'SELECT DISTINCT g.ground AS code FROM exchange.ground(asked.county, codes || others) AS g ORDER BY 1'),
                'IF over IS NOT NULL THEN', $$IF over IS NULL THEN
                SELECT g.parcel_code INTO over FROM exchange.ground(asked.county, codes || others) AS g
                JOIN exchange.held_parcel AS o ON o.county = asked.county AND o.parcel_code = g.ground AND o.depth = at_depth
                    AND o.held && daterange(asked.from_on, asked.until_on) AND o.contract_id <> asked.contract_id
                WHERE g.ground <> g.parcel_code LIMIT 1;
            END IF;
            IF over IS NOT NULL THEN$$);
        BEGIN
            IF length(made) < length(before) + 300 THEN
                RAISE EXCEPTION 'exchange.bind_land is not as it was';
            END IF;
            EXECUTE made;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
