"""0218 A household is put aside from a roster at its own wish by its written request (REN-18); once the members decided only for what
came since or is its own (REN-19), and it is known when.
"""

from __future__ import annotations

from alembic import op

revision = "0218"
down_revision = "0217"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_AFTER = "ARRAY['head_gone', 'boundary_open', 'division_open', 'own_wish']"


def upgrade() -> None:
    op.execute(f"""
        -- requests: the documents in which the household asked for it, the last of them last. put_at: when it was put aside or back
        -- by hand; of lines from before, when the roster was drawn up.
        ALTER TABLE registry.renewal_entry ADD COLUMN requests uuid[] NOT NULL DEFAULT '{{}}', ADD COLUMN put_at timestamptz;
        UPDATE registry.renewal_entry AS e SET put_at = n.drawn_at FROM registry.renewal AS n
        WHERE n.county = e.county AND n.renewal_id = e.renewal_id AND e.put_by IS NOT NULL;
        GRANT UPDATE (requests, put_at) ON registry.renewal_entry TO landreg_registry;
        CREATE FUNCTION registry.put_aside_for_its_own() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            came text[] := NEW.reasons;
            paper uuid := NEW.requests[cardinality(NEW.requests)];
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                came := ARRAY(SELECT unnest(NEW.reasons) EXCEPT SELECT unnest(OLD.reasons));
                IF paper = ANY (OLD.requests) THEN
                    paper := NULL;
                END IF;
            END IF;
            IF 'own_wish' = ANY (came) AND NOT EXISTS (SELECT FROM registry.document AS d
                    WHERE d.county = NEW.county AND d.document_id = paper AND d.kind = 'renewal_request') THEN
                RAISE EXCEPTION 'right %: put aside at its wish without its request', NEW.right_id
                    {_REFUSED} = 'ren_18_own_wish_in_writing';
            END IF;
            IF TG_OP = 'UPDATE' AND EXISTS (SELECT FROM registry.renewal AS n WHERE n.county = NEW.county
                    AND n.renewal_id = NEW.renewal_id AND n.state = 'decided')
                AND (OLD.aside OR NOT NEW.aside OR NEW.put_at IS NULL OR NOT came <@ {_AFTER}) THEN
                RAISE EXCEPTION 'right %: the members decided', NEW.right_id {_REFUSED} = 'ren_19_only_its_own_after_the_decision';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER put_aside_for_its_own BEFORE INSERT OR UPDATE OF aside, reasons, said, put_by, requests, put_at
            ON registry.renewal_entry FOR EACH ROW EXECUTE FUNCTION registry.put_aside_for_its_own();
        REVOKE ALL ON FUNCTION registry.put_aside_for_its_own() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
