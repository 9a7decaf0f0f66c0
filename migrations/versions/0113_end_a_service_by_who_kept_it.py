"""0113 A service is ended alone by the side that kept it, a lease of no farmland by Party A, after the days of a notice to the
other.
"""

from __future__ import annotations

from alembic import op

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- As con_37_no_transfer_of_farmland_ends_by_breach: the ground is a breach, and the last notice asked the other side.
        CREATE FUNCTION exchange.ended_by_who_kept_it() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            kind text;
            what text;
            until date;
            side text := coalesce(NEW.facts ->> 'side', 'contractor');
        BEGIN
            SELECT c.kind INTO kind FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                AND c.kind IN ('entrusted', 'house_lease', 'homestead_lease', 'construction');
            IF kind IS NULL THEN
                RETURN NEW;
            END IF;
            SELECT e.facts ->> 'what', e.on_day + (e.facts ->> 'days')::integer INTO what, until FROM exchange.contract_event AS e
            WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id AND e.kind = 'remedy_asked' ORDER BY e.at DESC LIMIT 1;
            IF NEW.facts ->> 'ground' IS DISTINCT FROM 'breach' OR (NEW.on_day > until) IS NOT TRUE
                OR side IS DISTINCT FROM (CASE WHEN kind = 'entrusted' AND what = 'arrears' THEN 'taker' ELSE 'contractor' END) THEN
                RAISE EXCEPTION 'contract %: not ended by who kept it', NEW.contract_id
                    {_REFUSED} = 'con_37_ended_by_who_kept_it';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER ended_by_who_kept_it BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'terminated') EXECUTE FUNCTION exchange.ended_by_who_kept_it();
        REVOKE ALL ON FUNCTION exchange.ended_by_who_kept_it() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
