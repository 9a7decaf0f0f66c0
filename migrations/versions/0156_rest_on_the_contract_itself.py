"""0156 A land-operation right rests on a contract of the market only where that contract is its operator's own, and then has no
days and no land beside it (LO-15); for longer it is registered over nobody else's contract either (LO-13).
"""

from __future__ import annotations

from alembic import op

revision = "0156"
down_revision = "0155"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- As lo_13_let_to_nobody_else and lo_15_within_its_contract; of a person as taker the name alone is known.
        CREATE OR REPLACE FUNCTION registry.let_to_nobody_else() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            codes text[];
            holder party.holder;
            one record;
            days daterange := NEW.term;
            until date;
            grounds text[] := ARRAY[NEW.note];
            own boolean := false;
            against text;
        BEGIN
            SELECT max(upper(r.term)), grounds || array_agg(r.note) INTO until, grounds FROM registry."right" AS r
            WHERE r.county = NEW.county AND r.right_id = NEW.right_id AND r.row_id <> NEW.row_id;
            IF upper(NEW.term) <= until THEN
                RETURN NULL;
            ELSIF until IS NOT NULL THEN
                days := daterange(until, upper(NEW.term));
            END IF;
            SELECT array_agg(p.code) INTO codes FROM registry.right_parcel AS q
            JOIN land.parcel AS p ON p.county = q.county AND p.parcel_id = q.parcel_id
                AND upper_inf(p.recorded) AND upper_inf(p.valid)
            WHERE q.county = NEW.county AND q.right_row = NEW.row_id;
            SELECT * INTO holder FROM party.holder AS h WHERE h.county = NEW.county AND h.holder_id = NEW.household_id
                AND upper_inf(h.recorded) AND upper_inf(h.valid);
            FOR one IN SELECT r.number, r.kind, daterange(r.from_on, r.until_on) AS days, array_agg(r.parcel_code) AS land,
                    r.household_id IS NOT DISTINCT FROM NEW.household_id OR coalesce(
                        CASE holder.kind WHEN 'person' THEN r.taker_code = '' AND r.taker = holder.name
                            ELSE r.taker_code = holder.code END, false) AS taken
                FROM exchange.running(NEW.county, codes) AS r
                GROUP BY r.number, r.kind, r.from_on, r.until_on, r.household_id, r.taker_code, r.taker
            LOOP
                IF one.number = ANY (grounds) AND one.taken THEN
                    own := true;
                    IF NOT (days <@ one.days AND codes <@ one.land) THEN
                        RAISE EXCEPTION 'right %: it has days or land beside contract %', NEW.code, one.number
                            {_REFUSED} = 'lo_15_within_its_contract';
                    END IF;
                ELSIF one.kind <> 'retransfer' AND one.days && days AND NOT one.taken THEN
                    against := one.number;
                END IF;
            END LOOP;
            IF against IS NOT NULL AND NOT own THEN
                RAISE EXCEPTION 'right %: its land is let by contract %', NEW.code, against {_REFUSED} = 'lo_13_let_to_nobody_else';
            END IF;
            RETURN NULL;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
