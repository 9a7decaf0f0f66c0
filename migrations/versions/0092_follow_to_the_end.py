"""0092 A re-transfer is signed with the contractor's written consent as a paper; what one has paid too much goes over to the contract
that changes the old one; a draft that can be concluded no more is dropped; a party drops one from its own page.
"""

from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _consented()
    _carried()
    _overtaken()
    _declined()


def _consented() -> None:
    op.execute(f"""
        -- contractor_consented: the contractor lets the land go further, by its paper.
        ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check,
            ADD CONSTRAINT contract_event_kind_check CHECK (kind IN ('signed_contractor', 'signed_taker', 'signed', 'filed',
                'registration_asked', 'case_opened', 'registered', 'certified', 'remedy_asked', 'remedied', 'disputed', 'settled',
                'renewal_asked', 'renewal_declined', 'dividend', 'creditor_consented', 'ended', 'cancellation_asked', 'returned',
                'withdrawn', 'draft_renewed', 'contractor_consented'));
        DO $do$ BEGIN
            EXECUTE replace(pg_get_functiondef('exchange.keep_contract_course()'::regprocedure),
                'NEW.kind = ''draft_renewed'' THEN asked.state',
                'NEW.kind IN (''draft_renewed'', ''contractor_consented'') THEN asked.state');
        END $do$;
        -- Of a deal the paper is the listing's; what was drawn before today's step said in words that the contractor consents.
        CREATE FUNCTION exchange.contractor_consents() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                       AND c.relation = 'retransfer' AND c.deal_id IS NULL AND c.drawn_at >= 'since')
                AND NOT EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = NEW.county
                    AND e.contract_id = NEW.contract_id AND e.kind = 'contractor_consented' AND e.document_id IS NOT NULL) THEN
                RAISE EXCEPTION 'contract %: the contractor has not consented', NEW.contract_id
                    {_REFUSED} = 'tr_10_contractor_consents';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER contractor_consents BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('signed_contractor', 'signed_taker')) EXECUTE FUNCTION exchange.contractor_consents();
        DO $do$ BEGIN
            EXECUTE replace(pg_get_functiondef('exchange.contractor_consents()'::regprocedure),
                '''since''', quote_literal(system.clock()));
        END $do$;
        REVOKE ALL ON FUNCTION exchange.contractor_consents() FROM PUBLIC;
    """)


def _carried() -> None:
    op.execute(f"""
        -- As before; and what was paid too much of the contract that this one changes, in yuan and kg of grain, by the fact of its
        -- making, with the number of that contract where a receipt stands.
        DROP FUNCTION exchange.credited(text, uuid[]);
        CREATE FUNCTION exchange.credited(of_county text, contracts uuid[])
            RETURNS TABLE (contract_id uuid, amount numeric, on_day date, receipt text, kg numeric) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.contract_id, p.amount, p.on_day, p.receipt, 0.00
            FROM exchange.contract AS c
            JOIN exchange.deal AS d ON d.county = c.county AND d.deal_id = c.deal_id
            JOIN exchange.sale AS s ON s.county = d.county AND s.listing_id = d.listing_id
            JOIN exchange.entrant AS e ON e.county = s.county AND e.sale_id = s.sale_id AND e.taker_id = c.taker_id
            JOIN exchange.deposit AS p ON p.county = e.county AND p.entrant_id = e.entrant_id AND p.kind = 'credited'
            WHERE c.county = of_county::char(6) AND c.contract_id = ANY (contracts) AND c.relation = ''
            UNION ALL
            SELECT c.contract_id, coalesce((e.facts ->> 'carried')::numeric, 0.00), e.on_day, b.number,
                coalesce((e.facts ->> 'carried_kg')::numeric, 0.00)
            FROM exchange.contract AS c
            JOIN exchange.contract AS b ON b.county = c.county AND b.contract_id = c.previous_id
            JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'signed'
                AND e.facts ?| ARRAY['carried', 'carried_kg']
            WHERE c.county = of_county::char(6) AND c.contract_id = ANY (contracts) AND c.relation = 'change'
            ORDER BY 1, 3, 4
        $$;
        REVOKE ALL ON FUNCTION exchange.credited(text, uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.credited(text, uuid[])
            TO landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
        -- What goes over is more than nothing, and no more than was paid.
        CREATE FUNCTION exchange.carried_was_paid() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            yuan numeric;
            grain numeric;
        BEGIN
            SELECT coalesce(sum(p.amount_yuan) FILTER (WHERE p.kg IS NULL), 0), coalesce(sum(p.kg), 0) INTO yuan, grain
            FROM exchange.rent_payment AS p WHERE p.county = NEW.county AND p.contract_id = NEW.contract_id;
            SELECT yuan + coalesce(sum(c.amount), 0), grain + coalesce(sum(c.kg), 0) INTO yuan, grain
            FROM exchange.credited(NEW.county, ARRAY[NEW.contract_id]) AS c;
            IF NEW.facts ->> 'how' IS DISTINCT FROM 'replaced'
                OR NEW.facts ? 'carried' AND ((NEW.facts ->> 'carried')::numeric BETWEEN 0.01 AND yuan) IS NOT TRUE
                OR NEW.facts ? 'carried_kg' AND ((NEW.facts ->> 'carried_kg')::numeric BETWEEN 0.01 AND grain) IS NOT TRUE THEN
                RAISE EXCEPTION 'contract %: no more goes over than was paid', NEW.contract_id
                    {_REFUSED} = 'con_61_carried_from_its_contract';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER carried_was_paid BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'ended' AND NEW.facts ?| ARRAY['carried', 'carried_kg']) EXECUTE FUNCTION exchange.carried_was_paid();
        -- It comes from the contract that ends for it.
        CREATE FUNCTION exchange.carried_from_its_contract() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM exchange.contract AS c
                JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.previous_id AND e.kind = 'ended'
                    AND e.facts ->> 'how' = 'replaced' AND e.facts ->> 'by' = c.number
                WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id AND c.relation = 'change'
                  AND e.facts -> 'carried' IS NOT DISTINCT FROM NEW.facts -> 'carried'
                  AND e.facts -> 'carried_kg' IS NOT DISTINCT FROM NEW.facts -> 'carried_kg') THEN
                RAISE EXCEPTION 'contract %: nothing goes over to it', NEW.contract_id {_REFUSED} = 'con_61_carried_from_its_contract';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER carried_from_its_contract BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'signed' AND NEW.facts ?| ARRAY['carried', 'carried_kg'])
            EXECUTE FUNCTION exchange.carried_from_its_contract();
        REVOKE ALL ON FUNCTION exchange.carried_was_paid(), exchange.carried_from_its_contract() FROM PUBLIC;
    """)


def _overtaken() -> None:
    op.execute(f"""
        -- Whether a draft can be concluded no more: what it changes has an end, what it passes on ends before it, what it renews was
        -- replaced or is renewed by another.
        CREATE FUNCTION exchange.draft_is_overtaken(of_county text, of_contract uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.contract AS d
                JOIN exchange.contract AS b ON b.county = d.county AND b.contract_id = d.previous_id
                WHERE d.county = of_county::char(6) AND d.contract_id = of_contract AND d.state IN ('drawn', 'part_signed')
                  AND CASE d.relation
                    WHEN 'change' THEN b.ends_on IS NOT NULL OR b.until_on <= greatest(d.from_on, {_TODAY})
                    WHEN 'retransfer' THEN coalesce(b.ends_on, b.until_on) < d.until_on
                    ELSE EXISTS (SELECT FROM exchange.contract AS o WHERE o.county = d.county AND o.previous_id = d.previous_id
                        AND o.relation = 'renewal' AND o.state IN ('signed', 'disputed', 'ended'))
                      OR EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = b.county
                        AND e.contract_id = b.contract_id AND e.kind = 'ended' AND e.facts ->> 'how' = 'replaced') END)
        $$;
        REVOKE ALL ON FUNCTION exchange.draft_is_overtaken(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.draft_is_overtaken(text, uuid) TO landreg_exchange, landreg_citizen, landreg_worker;
        DROP POLICY by_its_day_or_the_register ON exchange.contract_event;
        CREATE POLICY by_its_day_or_the_register ON exchange.contract_event AS RESTRICTIVE FOR INSERT TO landreg_worker
            WITH CHECK (kind = 'registered' OR kind = 'ended' AND facts ->> 'how' IN ('term_over', 'parent_ended')
                OR kind = 'withdrawn' AND CASE facts ->> 'how'
                    WHEN 'lapsed' THEN exchange.draft_is_over(county, contract_id)
                    WHEN 'overtaken' THEN exchange.draft_is_overtaken(county, contract_id) ELSE false END);
    """)


def _declined() -> None:
    op.execute("""
        -- A party, and the household under whose contract re-transferred land lies, drops a draft by itself; of a project's draft
        -- it says so by its word on the project.
        CREATE POLICY declined_by_a_party ON exchange.contract_event FOR INSERT TO landreg_citizen
            WITH CHECK (kind = 'withdrawn' AND facts ->> 'how' = 'declined' AND by_id = access.actor()
                AND EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = contract_event.county
                    AND c.contract_id = contract_event.contract_id AND c.village = contract_event.village
                    AND (c.project_id IS NULL OR c.relation <> '')
                    AND (c.household_id = access.household() AND access.stands_for(c.household_id, '{}')
                        OR c.relation = 'retransfer' AND exchange.passes_on(c.county, c.previous_id, '{}')
                        OR EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = c.county AND t.taker_id = c.taker_id
                            AND (t.account_id = access.actor() OR access.stands_for(t.household_id, '{}'))))));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
