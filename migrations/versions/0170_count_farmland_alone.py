"""0170 What a taker has taken in is land to farm: a house, a homestead and construction land are not counted (QUAL-1)."""

from __future__ import annotations

from alembic import op

revision = "0170"
down_revision = "0169"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.area_held(text, uuid)'::regprocedure);
            after text := replace(replace(before, $$c.kind <> 'entrusted'$$,
                    $$c.kind NOT IN ('entrusted', 'house_lease', 'homestead_lease', 'construction')$$),
                $$l.until_on > clock.today$$,
                $$l.until_on > clock.today AND l.kind NOT IN ('house_lease', 'homestead_lease', 'construction')$$);
        BEGIN
            IF position($$c.kind NOT IN$$ IN after) = 0 OR position($$l.kind NOT IN$$ IN after) = 0 THEN
                RAISE EXCEPTION 'exchange.area_held is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
