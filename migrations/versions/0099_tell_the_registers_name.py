"""0099 By what name the register has the organisation of a code, told where it is entered as a taker."""

from __future__ import annotations

from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION exchange.holder_named(of_county text, of_code text)
            RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT h.name FROM party.holder AS h WHERE h.county = of_county::char(6) AND h.code = of_code AND h.code <> ''
                AND upper_inf(h.recorded) AND upper_inf(h.valid)
        $$;
        REVOKE ALL ON FUNCTION exchange.holder_named(text, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.holder_named(text, text) TO landreg_exchange;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
