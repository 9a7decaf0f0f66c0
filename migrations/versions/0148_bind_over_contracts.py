"""0148 The register's office reads which contracts run on the land of an act; what a signed contract lets to another is under no
land-operation right that is registered anew over the same days (TR-33, LO-13).
"""

from __future__ import annotations

from alembic import op

revision = "0148"
down_revision = "0147"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    op.execute(f"""
        -- The contracts that bind these parcels, or the ground that they came from: signed, not void, their last day not over;
        -- whose the taker is, and the cases that were opened for them.
        CREATE FUNCTION exchange.running(in_county text, codes text[]) RETURNS TABLE (parcel_code text, number text, kind text,
                from_on date, until_on date, taker text, taker_code text, household_id uuid, cases text[])
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT o.parcel_code, c.number, c.kind, c.from_on, coalesce(c.ends_on, c.until_on), t.name, t.code, t.household_id,
                ARRAY(SELECT e.facts ->> 'case_id' FROM exchange.contract_event AS e
                    WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'case_opened')
            FROM exchange.contracts_over(in_county, codes) AS o
            JOIN exchange.contract AS c ON c.county = in_county::char(6) AND c.contract_id = o.contract_id AND NOT c.void
            JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
            WHERE c.state IN ('signed', 'disputed', 'ended') AND coalesce(c.ends_on, c.until_on) > {_TODAY}
        $$;
        REVOKE ALL ON FUNCTION exchange.running(text, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.running(text, text[]) TO landreg_registry, landreg_auditor;
        -- As lo_13_let_to_nobody_else; of a person as taker the name alone is known.
        CREATE FUNCTION registry.let_to_nobody_else() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            codes text[];
            found text;
        BEGIN
            IF EXISTS (SELECT FROM registry."right" AS r WHERE r.county = NEW.county AND r.right_id = NEW.right_id
                    AND r.row_id <> NEW.row_id) THEN
                RETURN NULL;
            END IF;
            SELECT array_agg(p.code) INTO codes FROM registry.right_parcel AS q
            JOIN land.parcel AS p ON p.county = q.county AND p.parcel_id = q.parcel_id AND upper_inf(p.recorded) AND upper_inf(p.valid)
            WHERE q.county = NEW.county AND q.right_row = NEW.row_id;
            SELECT r.number INTO found FROM exchange.running(NEW.county, codes) AS r
            WHERE r.kind <> 'retransfer' AND daterange(r.from_on, r.until_on) && NEW.term
              AND r.household_id IS DISTINCT FROM NEW.household_id
              AND NOT EXISTS (SELECT FROM party.holder AS h WHERE h.county = NEW.county AND h.holder_id = NEW.household_id
                  AND upper_inf(h.recorded) AND upper_inf(h.valid)
                  AND CASE h.kind WHEN 'person' THEN r.taker_code = '' AND r.taker = h.name ELSE r.taker_code = h.code END)
              AND NOT EXISTS (SELECT FROM exchange.running(NEW.county, codes) AS own WHERE own.number = NEW.note)
            LIMIT 1;
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'right %: its land is let by contract %', NEW.code, found {_REFUSED} = 'lo_13_let_to_nobody_else';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER let_to_nobody_else AFTER INSERT ON registry."right" DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.kind = 'land_operation') EXECUTE FUNCTION registry.let_to_nobody_else();
        REVOKE ALL ON FUNCTION registry.let_to_nobody_else() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
