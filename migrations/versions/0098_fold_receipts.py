"""0098 A receipt counts once however its letters were typed: of rents, deposits, reserves and exits."""

from alembic import op

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None

_TABLES = (
    ("exchange.rent_payment", "payment_id", "con_6_a_receipt_counts_once_however_typed"),
    ("exchange.deposit", "deposit_id", "bid_9_a_receipt_counts_once_however_typed"),
    ("exchange.reserve", "reserve_id", "bid_9_a_reserve_s_receipt_counts_once_however_typed"),
    ("exit.payment", "payment_id", "exit_12_a_receipt_counts_once_however_typed"),
    ("exit.repayment", "repayment_id", "exit_18_a_receipt_counts_once_however_typed"),
)


def upgrade() -> None:
    op.execute("SET LOCAL landreg.jurisdiction = '6109'")
    for table, key, name in _TABLES:
        # Rows stay as they are: of those that say one receipt in several ways the first is held, the others are left out by name.
        op.execute(f"""
            DO $do$
            DECLARE
                others text;
            BEGIN
                SELECT string_agg(quote_literal(q.{key}), ', ') INTO others
                FROM (SELECT r.{key}, row_number() OVER (PARTITION BY r.county, upper(btrim(r.receipt)) ORDER BY r.{key}) AS place
                      FROM {table} AS r) AS q
                WHERE q.place > 1;
                EXECUTE 'CREATE UNIQUE INDEX {name} ON {table} (county, upper(btrim(receipt)))'
                    || coalesce(' WHERE {key} NOT IN (' || others || ')', '');
            END $do$;
        """)
    op.execute("SET LOCAL landreg.jurisdiction = ''")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
