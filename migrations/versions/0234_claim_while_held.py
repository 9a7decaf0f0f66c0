"""0234 Members claim in their days while the contractor's word holds the listing: the hold takes none of them."""

from alembic import op

revision = "0234"
down_revision = "0233"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        DO $do$
        DECLARE
            said text := pg_get_functiondef('exchange.claim_in_time()'::regprocedure);
            was text := 'l.state IN (''published'', ''dealt'')';
        BEGIN
            IF length(said) - length(replace(said, was, '')) <> length(was) THEN
                RAISE EXCEPTION 'exchange.claim_in_time is not as it was';
            END IF;
            EXECUTE replace(said, was, 'l.state IN (''published'', ''dealt'', ''objected'')');
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
