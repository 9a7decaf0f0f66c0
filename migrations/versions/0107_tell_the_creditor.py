"""0107 A creditor's consent says what it is for, the end of a contract or its change, and lets nothing else through. The creditor of
a mortgage whose contract ends without its consent is told, with proof, before the right is asked to be struck out.
"""

from alembic import op

revision = "0107"
down_revision = "0106"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _steps()
    _laid()
    _held()
    _waiting()


def _steps() -> None:
    op.execute("""
        -- creditor_told: whom a mortgage protects was told that the contract has ended.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.keep_contract_course()'::regprocedure);
            made text := replace(before, '''registered'', ''cancellation_asked''', '''registered'', ''creditor_told'', ''cancellation_asked''');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.keep_contract_course is not as it was';
            END IF;
            EXECUTE made;
            EXECUTE 'ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check, ADD CONSTRAINT '
                || 'contract_event_kind_check ' || replace((SELECT pg_get_constraintdef(c.oid) FROM pg_constraint AS c
                    WHERE c.conrelid = 'exchange.contract_event'::regclass AND c.conname = 'contract_event_kind_check'),
                    '''creditor_consented''::text', '''creditor_consented''::text, ''creditor_told''::text');
        END $do$;
    """)


def _laid() -> None:
    op.execute(f"""
        -- As before; consented_to: what its creditor lets come, of 'change' and 'end', by a consent that names this row of it; one
        -- of before consents said what they are for is of both. told: its creditor was told of the end.
        DROP FUNCTION exchange.laid_under(text, uuid);
        CREATE FUNCTION exchange.laid_under(in_county text, of_contract uuid)
            RETURNS TABLE (row_id uuid, kind text, party text, code text, consented_to text[], told boolean) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT s.row_id, s.kind, s.party, r.code,
                ARRAY(SELECT DISTINCT p.purpose FROM exchange.contract_event AS e
                    CROSS JOIN LATERAL unnest(CASE WHEN e.facts ? 'for' THEN ARRAY[e.facts ->> 'for'] ELSE ARRAY['change', 'end'] END)
                        AS p (purpose)
                    WHERE e.county = s.county AND e.contract_id = of_contract AND e.kind = 'creditor_consented'
                      AND e.document_id IS NOT NULL AND e.facts -> 'restrictions' ? s.row_id::text ORDER BY 1),
                EXISTS (SELECT FROM exchange.contract_event AS e
                    WHERE e.county = s.county AND e.contract_id = of_contract AND e.kind = 'creditor_told'
                      AND e.facts -> 'restrictions' ? s.row_id::text)
            FROM exchange.rights_under(in_county, of_contract) AS r
            JOIN registry.restriction AS s ON s.county = in_county::char(6) AND s.right_id = r.right_id
                AND upper_inf(s.recorded) AND upper_inf(s.valid)
            ORDER BY r.code, s.kind, s.party
        $$;
        CREATE OR REPLACE FUNCTION exchange.restricted_right_ends() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.laid_under(NEW.county, NEW.contract_id) AS s
                       WHERE s.kind IN ('seizure', 'dispute')) THEN
                RAISE EXCEPTION 'contract %: its registered right is seized or disputed', NEW.contract_id
                    {_REFUSED} = 'con_38_frozen_right_is_not_given_up';
            END IF;
            IF EXISTS (SELECT FROM exchange.laid_under(NEW.county, NEW.contract_id) AS s WHERE s.kind = 'mortgage'
                    AND NOT CASE NEW.facts ->> 'how' WHEN 'replaced' THEN 'change' ELSE 'end' END = ANY (s.consented_to)) THEN
                RAISE EXCEPTION 'contract %: its registered right is mortgaged', NEW.contract_id
                    {_REFUSED} = 'con_39_creditor_lets_it_end';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION exchange.laid_under(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.laid_under(text, uuid) TO landreg_registry, landreg_exchange, landreg_auditor;
    """)


def _held() -> None:
    op.execute(f"""
        -- The mortgages of a contract that has ended before its term of whose end the creditor was neither told nor lets it come.
        CREATE FUNCTION exchange.creditors_untold(in_county text, of_contract uuid)
            RETURNS TABLE (row_id uuid, party text, code text) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT s.row_id, s.party, s.code FROM exchange.contract_event AS e
            CROSS JOIN LATERAL exchange.laid_under(in_county, of_contract) AS s
            WHERE e.county = in_county::char(6) AND e.contract_id = of_contract AND e.kind = 'ended'
              AND e.facts ->> 'how' NOT IN ('replaced', 'term_over') AND s.kind = 'mortgage' AND NOT s.told
              AND NOT 'end' = ANY (s.consented_to)
        $$;
        CREATE FUNCTION exchange.creditor_has_its_say() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            named jsonb := coalesce(NEW.facts -> 'restrictions', '[]');
        BEGIN
            IF NEW.kind = 'creditor_consented' AND (NEW.document_id IS NULL OR jsonb_array_length(named) = 0
                    OR (NEW.facts ->> 'for' IN ('change', 'end')) IS NOT TRUE) THEN
                RAISE EXCEPTION 'contract %: a consent that does not say what it is for', NEW.contract_id
                    {_REFUSED} = 'con_39_creditor_lets_it_end';
            ELSIF NEW.kind = 'creditor_told' AND (NEW.document_id IS NULL OR jsonb_array_length(named) = 0
                    OR EXISTS (SELECT FROM jsonb_array_elements_text(named) AS n (row_id) WHERE n.row_id NOT IN (
                        SELECT u.row_id::text FROM exchange.creditors_untold(NEW.county, NEW.contract_id) AS u))
                    OR (NEW.on_day BETWEEN (SELECT e.on_day FROM exchange.contract_event AS e WHERE e.county = NEW.county
                        AND e.contract_id = NEW.contract_id AND e.kind = 'signed') AND {_TODAY}) IS NOT TRUE) THEN
                RAISE EXCEPTION 'contract %: no creditor is told so', NEW.contract_id {_REFUSED} = 'con_70_creditor_is_told';
            ELSIF NEW.kind = 'cancellation_asked'
                    AND EXISTS (SELECT FROM exchange.creditors_untold(NEW.county, NEW.contract_id)) THEN
                RAISE EXCEPTION 'contract %: its creditor was not told', NEW.contract_id {_REFUSED} = 'con_70_creditor_is_told';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER creditor_has_its_say BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('creditor_consented', 'creditor_told', 'cancellation_asked'))
            EXECUTE FUNCTION exchange.creditor_has_its_say();
        REVOKE ALL ON FUNCTION exchange.creditors_untold(text, uuid), exchange.creditor_has_its_say() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.creditors_untold(text, uuid) TO landreg_exchange, landreg_registry, landreg_auditor;
    """)


def _waiting() -> None:
    op.execute("""
        -- Contracts of the jurisdiction that have ended and whose creditor waits to be told, from the mortgages in force.
        CREATE FUNCTION exchange.creditors_to_tell() RETURNS TABLE (county text, contract_id uuid, number text, party text, code text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT c.county, c.contract_id, c.number, u.party, u.code
            FROM (SELECT DISTINCT r.county, r.right_id FROM registry.restriction AS s
                JOIN registry."right" AS r ON r.county = s.county AND r.right_id = s.right_id AND r.kind = 'land_operation'
                    AND upper_inf(r.recorded) AND upper_inf(r.valid)
                WHERE s.kind = 'mortgage' AND upper_inf(s.recorded) AND upper_inf(s.valid)) AS m
            CROSS JOIN LATERAL exchange.ends_below(m.county, ARRAY[m.right_id]) AS b
            JOIN exchange.contract AS c ON c.county = m.county AND c.number = b.number
            CROSS JOIN LATERAL exchange.creditors_untold(c.county, c.contract_id) AS u
            ORDER BY c.ends_on, c.number
        $$;
        REVOKE ALL ON FUNCTION exchange.creditors_to_tell() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.creditors_to_tell() TO landreg_exchange;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
