"""0124 What a last year brought is divided when it is over, and its contract with it."""

from __future__ import annotations

from alembic import op

revision = "0124"
down_revision = "0123"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.keep_contract_course()'::regprocedure);
            after text := replace(before, 'WHEN NEW.kind IN (''returned'', ''disputed'', ''settled'', ''filed'', ',
                'WHEN NEW.kind IN (''returned'', ''dividend'', ''disputed'', ''settled'', ''filed'', ');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.keep_contract_course is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
