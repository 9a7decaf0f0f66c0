"""0158 What a collective lists comes with the scans of its members' minutes and, for outsiders, of the township's approval."""

from __future__ import annotations

from alembic import op

revision = "0158"
down_revision = "0157"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        ALTER TABLE exchange.listing_paper DROP CONSTRAINT listing_paper_kind_check, ADD CONSTRAINT listing_paper_kind_check
            CHECK (kind IN ('contractor_consent', 'filing', 'assembly_minutes', 'township_approval'));
        GRANT INSERT ON exchange.listing_paper TO landreg_registry;
        -- RLCL-48, RLCL-52: of farmland that goes to others than members the township approves.
        CREATE FUNCTION exchange.keep_resolved_papers() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.listing := (SELECT l FROM exchange.listing AS l
                                       WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id);
            there text[] := ARRAY(SELECT p.kind FROM exchange.listing_paper AS p
                                  WHERE p.county = NEW.county AND p.listing_id = NEW.listing_id);
        BEGIN
            IF asked.kind IN ('unallocated', 'four_wastes', 'construction') AND 'assembly_minutes' <> ALL (there) THEN
                RAISE EXCEPTION 'listing %: no minutes of its members', NEW.listing_id {_REFUSED} = 'lst_23_papers_are_there';
            END IF;
            IF asked.kind IN ('unallocated', 'four_wastes') AND asked.to_whom <> 'members'
                AND 'township_approval' <> ALL (there) THEN
                RAISE EXCEPTION 'listing %: no approval of the township', NEW.listing_id
                    {_REFUSED} = 'lst_26_township_approves';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_resolved_papers BEFORE INSERT ON exchange.listing_event FOR EACH ROW
            WHEN (NEW.kind = 'submitted') EXECUTE FUNCTION exchange.keep_resolved_papers();
        REVOKE ALL ON FUNCTION exchange.keep_resolved_papers() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
