"""0165 Of a household that has no member no contract is renewed and no land is let or listed (HH-15), and nobody joins it who was
never of it (HH-17).
"""

from __future__ import annotations

from alembic import op

revision = "0165"
down_revision = "0164"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_DISPOSES = (
    "'assignment', 'exchange', 'household_merge', 'land_operation', 'mortgage', 'mortgage_change', 'advance_notice', 'renewal', "
    "'renewal_single'"
)


def upgrade() -> None:
    op.execute(f"""
        DROP TRIGGER somebody_lives ON registry.act;
        CREATE TRIGGER somebody_lives BEFORE INSERT ON registry.act FOR EACH ROW
            WHEN (NEW.kind IN ({_DISPOSES})) EXECUTE FUNCTION registry.somebody_lives();
        -- As hh_17_who_joins_was_of_it: whom the register had as a member of it comes back, and others with them.
        CREATE FUNCTION registry.was_of_it() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            found text;
        BEGIN
            SELECT h.code INTO found FROM registry."case" AS c
            JOIN party.household AS h ON h.county = c.county AND h.code = c.household_code AND upper_inf(h.recorded)
                AND upper_inf(h.valid)
            WHERE c.county = NEW.county AND c.case_id = NEW.case_id AND jsonb_array_length(coalesce(c.request -> 'joins', '[]')) > 0
              AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
                  AND (upper_inf(m.recorded) AND upper_inf(m.valid)
                       OR m.person_id::text IN (SELECT j ->> 'person_id' FROM jsonb_array_elements(c.request -> 'joins') AS j)));
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'household % has no member', found {_REFUSED} = 'hh_17_who_joins_was_of_it';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER was_of_it BEFORE INSERT ON registry.act FOR EACH ROW WHEN (NEW.kind = 'household_change')
            EXECUTE FUNCTION registry.was_of_it();
        -- The code of a contract right in force whose household has no member; NULL of any other.
        CREATE FUNCTION exchange.died_out(in_county text, asked uuid) RETURNS text LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT r.code FROM registry."right" AS r
            JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND upper_inf(h.recorded)
                AND upper_inf(h.valid)
            WHERE r.county = in_county::char(6) AND r.right_id = asked AND r.kind = 'contract_management'
              AND upper_inf(r.recorded) AND upper_inf(r.valid)
              AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
                  AND upper_inf(m.recorded) AND upper_inf(m.valid))
        $$;
        REVOKE ALL ON FUNCTION exchange.died_out(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.died_out(text, uuid)
            TO landreg_exchange, landreg_registry, landreg_citizen, landreg_worker;
        CREATE FUNCTION exchange.somebody_lives() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF exchange.died_out(NEW.county, NEW.right_id) IS NOT NULL THEN
                RAISE EXCEPTION 'right %: its household has no member', NEW.right_id {_REFUSED} = 'hh_15_somebody_lives';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER somebody_lives BEFORE INSERT ON exchange.listing FOR EACH ROW WHEN (NEW.right_id IS NOT NULL)
            EXECUTE FUNCTION exchange.somebody_lives();
        -- What is passed on below a contract is its taker's to give.
        CREATE TRIGGER somebody_lives BEFORE INSERT ON exchange.contract FOR EACH ROW
            WHEN (NEW.right_id IS NOT NULL AND NEW.relation <> 'retransfer') EXECUTE FUNCTION exchange.somebody_lives();
        CREATE FUNCTION exchange.signed_by_the_living() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            found text;
        BEGIN
            SELECT exchange.died_out(c.county, c.right_id) INTO found FROM exchange.contract AS c
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id AND c.relation <> 'retransfer';
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'right %: its household has no member', found {_REFUSED} = 'hh_15_somebody_lives';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER signed_by_the_living BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('signed_contractor', 'signed_taker', 'signed')) EXECUTE FUNCTION exchange.signed_by_the_living();
        REVOKE ALL ON FUNCTION registry.was_of_it() FROM PUBLIC;
        REVOKE ALL ON FUNCTION exchange.somebody_lives() FROM PUBLIC;
        REVOKE ALL ON FUNCTION exchange.signed_by_the_living() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
