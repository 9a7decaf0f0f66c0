"""0123 A receipt of a rent counts once with or without the signs that part it, as `queries.receipt_known` compares them."""

from __future__ import annotations

from alembic import op

revision = "0123"
down_revision = "0122"
branch_labels = None
depends_on = None

_COMPARED = "translate(system.tidied(r.receipt), ' -_/.·—–', '')"
_NAME = "con_6_a_receipt_counts_once_however_parted"


def upgrade() -> None:
    # As in 0108: of rows that say one receipt in several ways the first is held, the others are left out by name.
    op.execute(f"""
        SET LOCAL landreg.jurisdiction = '6109';
        DO $do$
        DECLARE
            others text;
        BEGIN
            SELECT string_agg(quote_literal(q.payment_id), ', ') INTO others
            FROM (SELECT r.payment_id, row_number() OVER (PARTITION BY r.county, {_COMPARED} ORDER BY r.payment_id) AS place
                  FROM exchange.rent_payment AS r) AS q
            WHERE q.place > 1;
            EXECUTE $index$CREATE UNIQUE INDEX {_NAME} ON exchange.rent_payment
                (county, {_COMPARED.replace("r.receipt", "receipt")})$index$
                || coalesce(' WHERE payment_id NOT IN (' || others || ')', '');
        END $do$;
        SET LOCAL landreg.jurisdiction = '';
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
