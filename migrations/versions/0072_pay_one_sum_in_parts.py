"""0072 One sum may be paid in instalments; a desk of the exchange sees whose a household's code is."""

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- instalments: NULL of a price that is paid at once, or year by year; else days in order, which add up to it.
        CREATE FUNCTION exchange.adds_up(instalments jsonb, price numeric, since date, until_on date) RETURNS boolean
            LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
            SELECT coalesce(count(*) BETWEEN 2 AND 6 AND count(s.yuan) = count(*) AND count(s.due_on) = count(*)
                AND sum(s.yuan) = price AND min(s.yuan) > 0 AND min(s.due_on) >= since AND max(s.due_on) < until_on
                AND bool_and(s.later), false)
            FROM (SELECT (e.part ->> 'yuan')::numeric AS yuan, (e.part ->> 'due_on')::date AS due_on,
                    coalesce((e.part ->> 'due_on')::date > lag((e.part ->> 'due_on')::date) OVER (ORDER BY e.place), true) AS later
                FROM jsonb_array_elements(instalments) WITH ORDINALITY AS e (part, place)) AS s
        $$;
        REVOKE ALL ON FUNCTION exchange.adds_up(jsonb, numeric, date, date) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.adds_up(jsonb, numeric, date, date) TO landreg_exchange;
        ALTER TABLE exchange.contract ADD COLUMN instalments jsonb, ADD CONSTRAINT con_35_instalments_add_up
            CHECK (instalments IS NULL OR unit = 'yuan_once' AND exchange.adds_up(instalments, price,
                least(from_on, (drawn_at AT TIME ZONE 'Asia/Shanghai')::date), until_on));
        -- Households by id: whose code it is, of which collective.
        CREATE FUNCTION exchange.households_named(asked uuid[]) RETURNS TABLE (
            household_id uuid, code text, name text, collective text) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT h.household_id, h.code, h.name, c.name FROM party.household AS h
            LEFT JOIN party.collective AS c ON c.county = h.county AND c.collective_id = h.collective_id
                AND upper_inf(c.recorded) AND upper_inf(c.valid)
            WHERE h.household_id = ANY (asked) AND upper_inf(h.recorded) AND upper_inf(h.valid)
        $$;
        REVOKE ALL ON FUNCTION exchange.households_named(uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.households_named(uuid[]) TO landreg_registry, landreg_exchange, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
