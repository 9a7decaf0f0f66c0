"""0076 A deposit credited to the price counts under the contract of its deal; grain is paid by its kilograms alone; a household's
word on a project drops the draft of its contract.
"""

from __future__ import annotations

from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- The deposit that was credited to the price of a contract's deal: who reads the contract reads it. It belongs to the first
        -- contract of the deal, not to what renews, changes or passes it on.
        CREATE FUNCTION exchange.credited(of_county text, contracts uuid[])
            RETURNS TABLE (contract_id uuid, amount numeric, on_day date, receipt text) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.contract_id, p.amount, p.on_day, p.receipt
            FROM exchange.contract AS c
            JOIN exchange.deal AS d ON d.county = c.county AND d.deal_id = c.deal_id
            JOIN exchange.sale AS s ON s.county = d.county AND s.listing_id = d.listing_id
            JOIN exchange.entrant AS e ON e.county = s.county AND e.sale_id = s.sale_id AND e.taker_id = c.taker_id
            JOIN exchange.deposit AS p ON p.county = e.county AND p.entrant_id = e.entrant_id AND p.kind = 'credited'
            WHERE c.county = of_county::char(6) AND c.contract_id = ANY (contracts) AND c.relation = ''
            ORDER BY c.contract_id, p.on_day, p.receipt
        $$;
        REVOKE ALL ON FUNCTION exchange.credited(text, uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.credited(text, uuid[])
            TO landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
        -- amount_yuan: NULL of grain, which settles kilograms; what was paid in grain before has the worth of its day beside it.
        ALTER TABLE exchange.rent_payment ALTER COLUMN amount_yuan DROP NOT NULL,
            DROP CONSTRAINT con_6_a_payment_is_a_sum,
            ADD CONSTRAINT con_6_a_payment_is_a_sum CHECK (receipt <> '' AND coalesce(amount_yuan > 0, kg > 0, false)
                AND coalesce(kg > 0, true));
    """)
    op.execute("""
        -- As before; and whose household has not its contract made drops the draft by its word on the project.
        DROP POLICY signed_by_a_party ON exchange.contract_event;
        CREATE POLICY signed_by_a_party ON exchange.contract_event FOR INSERT TO landreg_citizen
            WITH CHECK (by_id = access.actor() AND EXISTS (SELECT FROM exchange.contract AS c
                WHERE c.county = contract_event.county AND c.contract_id = contract_event.contract_id
                AND c.village = contract_event.village AND CASE contract_event.kind
                    WHEN 'signed_contractor' THEN CASE WHEN c.relation = 'retransfer'
                            THEN exchange.passes_on(c.county, c.previous_id, ARRAY['sign'])
                            ELSE c.household_id = access.household() END
                        AND CASE contract_event.facts ->> 'way'
                        WHEN 'service' THEN true
                        WHEN 'agent' THEN EXISTS (SELECT FROM access.agent_act AS a WHERE a.county = c.county
                            AND a.agent_act_id::text = contract_event.facts ->> 'agent_act_id' AND a.agent_id = access.actor()
                            AND a.household_id = access.household() AND a.step = 'sign' AND a.subject = c.number)
                        ELSE false END
                    WHEN 'signed_taker' THEN contract_event.facts ->> 'way' = 'service' AND EXISTS (SELECT FROM exchange.taker AS t
                        WHERE t.county = c.county AND t.taker_id = c.taker_id)
                    WHEN 'withdrawn' THEN c.project_id IS NOT NULL AND c.relation = '' AND c.household_id = access.household()
                        AND access.stands_for(c.household_id, ARRAY['sign'])
                    ELSE contract_event.kind IN ('signed', 'registration_asked') END));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
