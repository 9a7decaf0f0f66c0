"""0042 Programs of offices are told of contracts that are signed, filed and ended."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION exchange.contract_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            PERFORM exchange.tell_programs(NEW.village, 'contract.' || NEW.kind, NEW.at,
                jsonb_build_object('county', NEW.county, 'village', NEW.village, 'contract', c.number))
            FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER contract_told AFTER INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('signed', 'filed', 'ended')) EXECUTE FUNCTION exchange.contract_told();
        REVOKE ALL ON FUNCTION exchange.contract_told() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
