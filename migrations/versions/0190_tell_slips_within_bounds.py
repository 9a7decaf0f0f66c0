"""0190 For what a slip counts is told within the caller's jurisdiction, the register's desk by the book alone; a citizen reads
since when the own deposit waits to go back, and nobody else's."""

from __future__ import annotations

from alembic import op

revision = "0190"
down_revision = "0189"
branch_labels = None
depends_on = None

_DEFINER = "SECURITY DEFINER SET search_path = pg_catalog"
_WIDE = f"{_DEFINER} SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        ALTER FUNCTION exchange.slip_used(text, text) RENAME TO slip_in_books;
        REVOKE EXECUTE ON FUNCTION exchange.slip_in_books(text, text) FROM landreg_exchange, landreg_registry;
        -- A county's slips are its own, also to a desk of one of its divisions.
        CREATE FUNCTION exchange.slip_used(of_county text, slip text) RETURNS TABLE (book text, whose text) LANGUAGE sql STABLE
            {_DEFINER} AS $$
            SELECT u.book, u.whose FROM exchange.slip_in_books(of_county, slip) AS u
            WHERE of_county COLLATE "C" BETWEEN left(access.jurisdiction_from(), 6) AND access.jurisdiction_to()
        $$;
        -- The same by its book alone: NULL where it counts for nothing.
        CREATE FUNCTION exchange.slip_book(of_county text, slip text) RETURNS text LANGUAGE sql STABLE {_DEFINER} AS $$
            SELECT u.book FROM exchange.slip_used(of_county, slip) AS u LIMIT 1
        $$;
        REVOKE ALL ON FUNCTION exchange.slip_used(text, text), exchange.slip_book(text, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.slip_used(text, text) TO landreg_exchange;
        GRANT EXECUTE ON FUNCTION exchange.slip_book(text, text) TO landreg_registry;

        CREATE FUNCTION exchange.own_deposit_free_since(of_county text, of_entrant uuid) RETURNS date
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT exchange.deposit_free_since(of_county, of_entrant)
            FROM exchange.entrant AS e JOIN exchange.taker AS t ON t.county = e.county AND t.taker_id = e.taker_id
            WHERE e.county = of_county::char(6) AND e.entrant_id = of_entrant
              AND (t.account_id = access.actor() OR t.household_id = access.household()
                  AND access.stands_for(t.household_id, ARRAY['sign', 'view', 'bid', 'priority']))
        $$;
        REVOKE ALL ON FUNCTION exchange.own_deposit_free_since(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.own_deposit_free_since(text, uuid) TO landreg_citizen;
        REVOKE EXECUTE ON FUNCTION exchange.deposit_free_since(text, uuid) FROM landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
