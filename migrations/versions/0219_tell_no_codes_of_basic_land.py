"""0219 Whether words are said over permanent basic farmland is answered to households and takers by yes or no, of land that they are
told of; its parcels are named to officers alone (TR-2).
"""

from __future__ import annotations

from alembic import op

revision = "0219"
down_revision = "0218"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_SEES = "ARRAY['list', 'sign', 'withdraw', 'view', 'answer', 'bid', 'priority']"


def upgrade() -> None:
    op.execute(f"""
        REVOKE EXECUTE ON FUNCTION exchange.basic_land(text, uuid, text[]) FROM landreg_citizen, landreg_worker;
        -- Whether any of the land of a listing that is told to who asks, or of these parcels as far as they are of its own right or
        -- of a contract to which it is a side, is permanent basic farmland.
        CREATE FUNCTION exchange.on_basic_land(of_county text, of_listing uuid, codes text[]) RETURNS boolean LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.listing_parcel AS q
                JOIN land.parcel AS p ON p.county = q.county AND p.code = q.parcel_code AND p.basic_farmland
                    AND upper_inf(p.recorded) AND upper_inf(p.valid)
                WHERE q.county = of_county::char(6) AND q.listing_id = of_listing
                  AND EXISTS (SELECT FROM exchange.listing_told(of_county, of_listing)))
            OR EXISTS (SELECT FROM land.parcel AS p
                WHERE p.county = of_county::char(6) AND p.code = ANY (codes) AND p.basic_farmland
                  AND upper_inf(p.recorded) AND upper_inf(p.valid)
                  AND (EXISTS (SELECT FROM registry."right" AS r
                          JOIN registry.right_parcel AS q ON q.county = r.county AND q.right_row = r.row_id
                          WHERE q.county = p.county AND q.parcel_id = p.parcel_id
                            AND upper_inf(q.recorded) AND upper_inf(q.valid) AND upper_inf(r.recorded) AND upper_inf(r.valid)
                            AND r.household_id = access.household() AND access.stands_for(r.household_id, {_SEES}))
                    OR EXISTS (SELECT FROM exchange.contract_parcel AS k
                          JOIN exchange.contract AS c ON c.county = k.county AND c.contract_id = k.contract_id
                          WHERE k.county = p.county AND k.parcel_code = p.code
                            AND (c.household_id = access.household() AND access.stands_for(c.household_id, {_SEES})
                              OR EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = c.county AND t.taker_id = c.taker_id
                                  AND (t.account_id = access.actor()
                                    OR t.household_id = access.household() AND access.stands_for(t.household_id, {_SEES})))
                              OR c.relation = 'retransfer' AND exchange.passes_on(c.county, c.previous_id, {_SEES})))))
        $$;
        REVOKE ALL ON FUNCTION exchange.on_basic_land(text, uuid, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.on_basic_land(text, uuid, text[]) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
