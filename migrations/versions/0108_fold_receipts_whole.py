"""0108 A receipt counts once in full-width signs and letters too, as `core.codes.tidy` compares them."""

from __future__ import annotations

from alembic import op

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None

_WIDE = "".join(chr(0xFF01 + place) for place in range(94))
_PLAIN = "".join(chr(0x21 + place) for place in range(94)).replace("'", "''")
_TABLES = (
    ("exchange.rent_payment", "payment_id", "con_6_a_receipt_counts_once_however_typed"),
    ("exchange.deposit", "deposit_id", "bid_9_a_receipt_counts_once_however_typed"),
    ("exchange.reserve", "reserve_id", "bid_9_a_reserve_s_receipt_counts_once_however_typed"),
    ("exit.payment", "payment_id", "exit_12_a_receipt_counts_once_however_typed"),
    ("exit.repayment", "repayment_id", "exit_18_a_receipt_counts_once_however_typed"),
)


def upgrade() -> None:
    op.execute(f"""
        -- A code as it is compared: trimmed, its full-width signs made plain, in upper case.
        CREATE FUNCTION system.tidied(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            SET search_path = pg_catalog AS $tidied$
            SELECT upper(translate(btrim(said, U&' \\0009\\000A\\000B\\000C\\000D\\3000'), '{_WIDE}', '{_PLAIN}'))
        $tidied$;
        REVOKE ALL ON FUNCTION system.tidied(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION system.tidied(text) TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
        SET LOCAL landreg.jurisdiction = '6109';
    """)
    for table, key, name in _TABLES:
        # As in 0098: of rows that say one receipt in several ways the first is held, the others are left out by name.
        op.execute(f"""
            DROP INDEX {table.split(".")[0]}.{name};
            DO $do$
            DECLARE
                others text;
            BEGIN
                SELECT string_agg(quote_literal(q.{key}), ', ') INTO others
                FROM (SELECT r.{key}, row_number() OVER (PARTITION BY r.county, system.tidied(r.receipt) ORDER BY r.{key}) AS place
                      FROM {table} AS r) AS q
                WHERE q.place > 1;
                EXECUTE 'CREATE UNIQUE INDEX {name} ON {table} (county, system.tidied(receipt))'
                    || coalesce(' WHERE {key} NOT IN (' || others || ')', '');
            END $do$;
        """)
    op.execute("SET LOCAL landreg.jurisdiction = ''")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
