"""0134 Members have priority in farmland of their collective, not in the lease of a house, and whoever gave the land up has none."""

from __future__ import annotations

from alembic import op

revision = "0134"
down_revision = "0133"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- Whether the members of the collective are to be asked: a household may take the land, and it is farmland or four-wastes.
        CREATE OR REPLACE FUNCTION exchange.members_may_take(of_county text, of_listing uuid) RETURNS boolean
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.kind NOT IN ('share', 'construction', 'house_lease', 'homestead_lease') FROM exchange.listing AS l
            WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
        $$;
        CREATE FUNCTION exchange.claimed_by_one_who_keeps_it() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.priority AS p
                    JOIN exchange.deal AS d ON d.county = p.county AND d.listing_id = p.listing_id
                    JOIN exchange.deal_fall AS f ON f.county = d.county AND f.deal_id = d.deal_id AND f.given_up_by = 'taker'
                    JOIN exchange.taker AS t ON t.county = d.county AND t.taker_id = d.taker_id
                    WHERE p.county = NEW.county AND p.priority_id = NEW.priority_id AND t.household_id = NEW.household_id) THEN
                RAISE EXCEPTION 'household % gave this land up', NEW.household_id {_REFUSED} = 'pri_7_gave_it_up';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER claimed_by_one_who_keeps_it AFTER INSERT ON exchange.priority_claim
            FOR EACH ROW EXECUTE FUNCTION exchange.claimed_by_one_who_keeps_it();
        REVOKE ALL ON FUNCTION exchange.claimed_by_one_who_keeps_it() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
