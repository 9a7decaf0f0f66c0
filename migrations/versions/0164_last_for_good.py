"""0164 What moves the right itself, an assignment or an exchange, ends with no day: it binds its land until the register has moved
it (CON-30).
"""

from __future__ import annotations

from alembic import op

revision = "0164"
down_revision = "0163"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _no_end()
    _bound()
    _listed()


def _no_end() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.no_end_by_day() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                    AND c.kind IN ('assignment', 'exchange')) THEN
                RAISE EXCEPTION 'contract % has no term that is over', NEW.contract_id
                    {_REFUSED} = 'con_30_what_was_moved_has_no_term';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER no_end_by_day BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'term_over') EXECUTE FUNCTION exchange.no_end_by_day();
        REVOKE ALL ON FUNCTION exchange.no_end_by_day() FROM PUBLIC;
    """)


def _bound() -> None:
    op.execute("""
        DO $do$ DECLARE
            before text := pg_get_functiondef('exchange.bind_land(exchange.contract)'::regprocedure);
            made text := regexp_replace(before, '(at_depth|0), daterange\\(asked\\.from_on, asked\\.until_on\\)',
                '\\1, daterange(asked.from_on,
                    CASE WHEN asked.kind IN (''assignment'', ''exchange'') THEN NULL ELSE asked.until_on END)', 'g');
        BEGIN
            IF length(made) < length(before) + 130 THEN
                RAISE EXCEPTION 'exchange.bind_land is not as it was';
            END IF;
            EXECUTE made;
        END $do$;
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE exchange.held_parcel AS h SET held = daterange(lower(h.held), NULL) FROM exchange.contract AS c
        WHERE c.county = h.county AND c.contract_id = h.contract_id AND c.kind IN ('assignment', 'exchange')
          AND c.state IN ('signed', 'disputed') AND NOT EXISTS (SELECT FROM exchange.contract_event AS e
              WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'registered');
        SET LOCAL landreg.jurisdiction = '';
    """)


def _listed() -> None:
    op.execute("""
        -- As before; until_on NULL: for good.
        CREATE OR REPLACE FUNCTION exchange.contracts_on(of_county text, codes text[], passed_on boolean) RETURNS TABLE (
            kind text, number text, parcel_code text, from_on date, until_on date)
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT c.kind, c.number, o.parcel_code, c.from_on,
                CASE WHEN c.ends_on IS NOT NULL OR c.kind NOT IN ('assignment', 'exchange') THEN coalesce(c.ends_on, c.until_on) END
            FROM exchange.contracts_over(of_county, codes) AS o
            JOIN exchange.contract AS c ON c.county = of_county::char(6) AND c.contract_id = o.contract_id
            WHERE (c.kind = 'retransfer') = passed_on
            ORDER BY c.from_on, o.parcel_code
        $$;
        DO $do$ DECLARE
            before text := pg_get_functiondef('exchange.listed_of_free_land()'::regprocedure);
            made text := replace(before, 'coalesce(c.ends_on, c.until_on) > asked.from_on',
                '(coalesce(c.ends_on, c.until_on) > asked.from_on
                OR c.ends_on IS NULL AND c.kind IN (''assignment'', ''exchange''))');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.listed_of_free_land is not as it was';
            END IF;
            EXECUTE made;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
