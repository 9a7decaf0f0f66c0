"""0062 Prices that fit the kind: one sum for an assignment, what makes an exchange equal, a house as a whole by year or month.

What is paid in one sum is due once and rises no year. Rows of before stay as they were signed.
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_UNITS = "('yuan_mu_year', 'kg_mu_year', 'share', 'yuan_year', 'yuan_month', 'yuan_once', 'balance_in', 'balance_out')"
_ONCE = "('yuan_once', 'balance_in', 'balance_out')"
_RHYTHMS = "('year', 'half', 'quarter', 'month', 'once')"


def upgrade() -> None:
    op.execute(f"ALTER TABLE exchange.deal DROP CONSTRAINT deal_unit_check, ADD CHECK (unit IN {_UNITS})")
    for table, code in (("listing", "lst_14"), ("contract", "con_15"), ("project", "con_15")):
        op.execute(f"""
            ALTER TABLE exchange.{table} DROP CONSTRAINT {table}_unit_check, DROP CONSTRAINT {table}_paid_every_check,
                ADD CHECK (unit IN {_UNITS}), ADD CHECK (paid_every IN {_RHYTHMS}),
                ADD CONSTRAINT {code}_one_sum_is_paid_once CHECK ((unit IN {_ONCE}) = (paid_every = 'once')
                    AND (unit NOT IN {_ONCE} OR escalator_percent = 0)
                    AND (paid_every <> 'month' OR unit IN ('yuan_year', 'yuan_month')))
        """)
    op.execute("""
        -- price: what a right goes for, or what makes an exchange equal: no rent of its days.
        ALTER TABLE exchange.rent_due DROP CONSTRAINT rent_due_kind_check,
            ADD CHECK (kind IN ('rent', 'price', 'dividend', 'awarded'))
    """)
