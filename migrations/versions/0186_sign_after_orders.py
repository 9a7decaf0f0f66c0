"""0186 No contract is signed over a right against which an order to seize was accepted and is not registered yet (REG-39)."""

from __future__ import annotations

from alembic import op

revision = "0186"
down_revision = "0185"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- The rights of exchange.bind_land: the contract's, the one that was listed for its deal, and what is given in an exchange.
        CREATE FUNCTION exchange.signed_after_orders() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            found text;
        BEGIN
            SELECT k.number INTO found FROM exchange.contract AS c
            LEFT JOIN exchange.deal AS d ON d.county = c.county AND d.deal_id = c.deal_id
            LEFT JOIN exchange.listing AS l ON l.county = d.county AND l.listing_id = d.listing_id
            CROSS JOIN LATERAL unnest(ARRAY[c.right_id, l.right_id, CASE WHEN c.kind = 'exchange' THEN exchange.right_given(
                c.county, c.taker_id, exchange.codes_in(c.clauses ->> 'other_parcels')) END]) AS r (right_id)
            JOIN registry."case" AS k ON k.county = c.county AND k.right_ids @> ARRAY[r.right_id] AND k.act_kind = 'seizure'
                AND k.state IN ('accepted', 'reviewed', 'noticed', 'objected')
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id LIMIT 1;
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'contract %: order % is not registered yet', NEW.contract_id, found
                    {_REFUSED} = 'reg_39_orders_first';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER signed_after_orders BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('signed_contractor', 'signed_taker', 'signed')) EXECUTE FUNCTION exchange.signed_after_orders();
        REVOKE ALL ON FUNCTION exchange.signed_after_orders() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
