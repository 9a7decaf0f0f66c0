"""0162 A contract of the market lets no land over which another operates by a right that was registered from a contract beside the
market (CON-2).
"""

from __future__ import annotations

from alembic import op

revision = "0162"
down_revision = "0161"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- The land-operation rights in force over some of these days on these parcels that came of no contract of the market: of
        -- one that did, the contract itself binds the land.
        CREATE FUNCTION exchange.operated(in_county text, codes text[], first_day date, until_day date)
            RETURNS TABLE (parcel_code text, number text) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT p.code, r.code FROM land.parcel AS p
            JOIN registry.right_parcel AS q ON q.county = p.county AND q.parcel_id = p.parcel_id
                AND upper_inf(q.recorded) AND upper_inf(q.valid) AND q.kind = 'land_operation'
            JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row
                AND upper_inf(r.recorded) AND upper_inf(r.valid)
            WHERE p.county = in_county::char(6) AND p.code = ANY (codes) AND upper_inf(p.recorded) AND upper_inf(p.valid)
              AND r.term && daterange(first_day, until_day)
              AND NOT EXISTS (SELECT FROM registry."right" AS was JOIN exchange.contract AS c ON c.county = was.county
                  AND c.number = was.note WHERE was.county = r.county AND was.right_id = r.right_id)
        $$;
        REVOKE ALL ON FUNCTION exchange.operated(text, text[], date, date) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.operated(text, text[], date, date) TO landreg_exchange, landreg_registry, landreg_worker;
        -- Land that moves for good takes the right along (TR-17); what is passed on below a contract is that contract's.
        CREATE FUNCTION exchange.let_once() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            against text;
        BEGIN
            SELECT o.number INTO against FROM exchange.contract AS c
            CROSS JOIN LATERAL exchange.operated(NEW.county, ARRAY[NEW.parcel_code]::text[], lower(NEW.held), upper(NEW.held)) AS o
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id AND c.kind NOT IN ('assignment', 'exchange') LIMIT 1;
            IF against IS NOT NULL THEN
                RAISE EXCEPTION 'parcel % is operated by right %', NEW.parcel_code, against {_REFUSED} = 'con_2_parcel_bound_once';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER let_once AFTER INSERT ON exchange.held_parcel FOR EACH ROW WHEN (NEW.depth = 0)
            EXECUTE FUNCTION exchange.let_once();
        REVOKE ALL ON FUNCTION exchange.let_once() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
