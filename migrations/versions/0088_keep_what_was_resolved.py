"""0088 What the members of a collective resolved stands in a column of its own, and is shown as it was said: no number of it is taken
for somebody's telephone.
"""

from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

_DESKS = "landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor"


def upgrade() -> None:
    op.execute(f"""
        -- NULL of a household's listing, and of one whose words hold it, as they did before.
        ALTER TABLE exchange.listing ADD COLUMN resolution text COLLATE "C" CHECK (resolution IS NULL OR resolution <> '' AND source = 'collective');
        GRANT SELECT (resolution) ON exchange.listing TO {_DESKS};
        DO $do$ BEGIN
            EXECUTE replace(pg_get_functiondef('exchange.shown_of(text, uuid)'::regprocedure), 'exchange.without_contacts(l.said)',
                'concat_ws(chr(10), nullif(exchange.without_contacts(l.said), ''''), l.resolution)');
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
