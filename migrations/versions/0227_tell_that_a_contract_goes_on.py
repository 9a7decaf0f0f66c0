"""0227 Programs are told that a contract goes on whose end was taken back (REC-1), as they are told of its end."""

from __future__ import annotations

from alembic import op

revision = "0227"
down_revision = "0226"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION exchange.resumption_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            PERFORM exchange.tell_programs(NEW.village, 'contract.resumed', NEW.at,
                jsonb_build_object('county', NEW.county, 'village', NEW.village, 'contract', c.number))
            FROM exchange.contract_event AS e JOIN exchange.contract AS c ON c.county = e.county AND c.contract_id = e.contract_id
            WHERE e.county = NEW.county AND e.event_id = NEW.record_id AND e.kind = 'ended';
            RETURN NULL;
        END $$;
        CREATE TRIGGER resumption_told AFTER INSERT ON exchange.correction FOR EACH ROW
            WHEN (NEW.record = 'contract_event') EXECUTE FUNCTION exchange.resumption_told();
        REVOKE ALL ON FUNCTION exchange.resumption_told() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
