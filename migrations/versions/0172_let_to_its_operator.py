"""0172 Who operates land by a registered right may have the contract of it recorded: the right stands in another taker's way alone
(CON-2).
"""

from __future__ import annotations

from alembic import op

revision = "0172"
down_revision = "0171"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        DROP FUNCTION exchange.operated(text, text[], date, date);
        -- As in 0162, but those of the taker by_taker, known as in registry.let_to_nobody_else; NULL: of nobody.
        CREATE FUNCTION exchange.operated(in_county text, codes text[], first_day date, until_day date, by_taker uuid)
            RETURNS TABLE (parcel_code text, number text) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT p.code, r.code FROM land.parcel AS p
            JOIN registry.right_parcel AS q ON q.county = p.county AND q.parcel_id = p.parcel_id
                AND upper_inf(q.recorded) AND upper_inf(q.valid) AND q.kind = 'land_operation'
            JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row
                AND upper_inf(r.recorded) AND upper_inf(r.valid)
            WHERE p.county = in_county::char(6) AND p.code = ANY (codes) AND upper_inf(p.recorded) AND upper_inf(p.valid)
              AND r.term && daterange(first_day, until_day)
              AND NOT EXISTS (SELECT FROM registry."right" AS was JOIN exchange.contract AS c ON c.county = was.county
                  AND c.number = was.note WHERE was.county = r.county AND was.right_id = r.right_id)
              AND NOT EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = r.county AND t.taker_id = by_taker
                  AND (t.household_id = r.household_id OR EXISTS (SELECT FROM party.holder AS h WHERE h.county = r.county
                      AND h.holder_id = r.household_id AND upper_inf(h.recorded) AND upper_inf(h.valid)
                      AND CASE h.kind WHEN 'person' THEN t.code = '' AND t.name = h.name ELSE t.code = h.code END)))
        $$;
        REVOKE ALL ON FUNCTION exchange.operated(text, text[], date, date, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.operated(text, text[], date, date, uuid)
            TO landreg_exchange, landreg_registry, landreg_worker;
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.let_once()'::regprocedure);
            after text := replace(before, 'lower(NEW.held), upper(NEW.held))', 'lower(NEW.held), upper(NEW.held), c.taker_id)');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.let_once is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
