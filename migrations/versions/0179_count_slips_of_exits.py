"""0179 One slip counts once over deposits, reserves, payments of contracts and what is paid and repaid of an exit together."""

from __future__ import annotations

from alembic import op

revision = "0179"
down_revision = "0178"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.slip_used(text, text)'::regprocedure);
            after text := replace(before, 'UNION ALL SELECT ''reserve''',
                'UNION ALL SELECT ''exit_payment'', e.number FROM exit.payment AS p
                JOIN exit.exit AS e ON e.county = p.county AND e.exit_id = p.exit_id
                WHERE p.county = of_county::char(6) AND system.unparted(p.receipt) = system.unparted(slip)
            UNION ALL SELECT ''exit_repayment'', e.number FROM exit.repayment AS p
                JOIN exit.exit AS e ON e.county = p.county AND e.exit_id = p.exit_id
                WHERE p.county = of_county::char(6) AND system.unparted(p.receipt) = system.unparted(slip)
            UNION ALL SELECT ''reserve''');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.slip_used is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
        -- As exchange.take_slip, under the same lock.
        CREATE FUNCTION exit.take_slip() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('slip ' || NEW.county || system.unparted(NEW.receipt), 0));
            IF EXISTS (SELECT FROM exchange.slip_used(NEW.county, NEW.receipt)) THEN
                RAISE EXCEPTION 'a slip that counts already' {_REFUSED} = 'exit_12_a_slip_counts_once';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION exit.take_slip() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.slip_used(text, text), system.unparted(text) TO landreg_registry;
        CREATE INDEX payment_by_slip ON exit.payment (county, system.unparted(receipt));
        CREATE INDEX repayment_by_slip ON exit.repayment (county, system.unparted(receipt));
    """)
    for table in ("payment", "repayment"):
        op.execute(f"""
            CREATE TRIGGER take_slip BEFORE INSERT ON exit.{table} FOR EACH ROW EXECUTE FUNCTION exit.take_slip();
        """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
