"""0157 Anybody reads of land that is talked over that its sides have agreed, and until when members may still have it instead."""

from __future__ import annotations

from alembic import op

revision = "0157"
down_revision = "0156"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- No row: nothing is agreed. until: the last day of the members' window, null before one is opened. No name and no price.
        CREATE FUNCTION exchange.market_agreed(asked text) RETURNS TABLE (until date) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT exchange.talk_until(w.county, w.listing_id) FROM exchange.shown AS w
            WHERE w.number = asked AND w.state = 'open' AND EXISTS (SELECT FROM exchange.offer AS o
                WHERE o.county = w.county AND o.listing_id = w.listing_id AND o.kind = 'accept'
                  AND NOT EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = o.county AND d.listing_id = o.listing_id
                      AND d.taker_id = o.taker_id AND d.decided_at > o.at)
                  AND NOT EXISTS (SELECT FROM exchange.passed_over AS p WHERE p.county = o.county
                      AND p.listing_id = o.listing_id AND p.taker_id = o.taker_id AND p.at > o.at))
        $$;
        REVOKE ALL ON FUNCTION exchange.market_agreed(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.market_agreed(text) TO landreg_public;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
