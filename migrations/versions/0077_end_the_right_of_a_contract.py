"""0077 What restricts the registered right of a contract stops its end by agreement; the right is struck out when it has ended."""

from __future__ import annotations

from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _rights()
    _course()
    _restricted()


def _rights() -> None:
    op.execute("""
        -- The land-operation rights in force that a contract, or what it is a change of, brought into the register: by the case
        -- that was opened for it, or at the counter under its number. ending: the number of the open case that would end the right.
        CREATE FUNCTION exchange.rights_under(in_county text, of_contract uuid)
            RETURNS TABLE (right_id uuid, code text, ending text) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH RECURSIVE line AS (
                SELECT c.county, c.contract_id, c.number, c.relation, c.previous_id FROM exchange.contract AS c
                WHERE c.county = in_county::char(6) AND c.contract_id = of_contract
                UNION
                SELECT p.county, p.contract_id, p.number, p.relation, p.previous_id FROM line AS l
                JOIN exchange.contract AS p ON p.county = l.county AND p.contract_id = l.previous_id
                WHERE l.relation = 'change'
            ), told AS (
                SELECT k.request ->> 'code' AS code, NULL AS note FROM line AS l
                JOIN exchange.contract_event AS e ON e.county = l.county AND e.contract_id = l.contract_id
                    AND e.kind = 'case_opened'
                JOIN registry."case" AS k ON k.county = e.county AND k.case_id = (e.facts ->> 'case_id')::uuid
                    AND k.act_kind IN ('land_operation', 'other_means')
                UNION ALL
                SELECT NULL, l.number FROM line AS l
            )
            SELECT r.right_id, r.code, (SELECT min(k.number) FROM registry."case" AS k
                WHERE k.county = r.county AND k.right_ids @> ARRAY[r.right_id] AND k.act_kind = 'land_operation_end'
                  AND k.act_id IS NULL AND k.state NOT IN ('withdrawn', 'refused'))
            FROM registry."right" AS r
            WHERE r.county = in_county::char(6) AND r.kind = 'land_operation' AND upper_inf(r.recorded) AND upper_inf(r.valid)
              AND EXISTS (SELECT FROM told AS t WHERE t.code = r.code OR t.note = r.note)
            ORDER BY r.code
        $$;
        REVOKE ALL ON FUNCTION exchange.rights_under(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.rights_under(text, uuid) TO landreg_registry, landreg_exchange, landreg_auditor;
    """)


def _course() -> None:
    op.execute(f"""
        -- creditor_consented: whom a mortgage of the right protects lets it end. cancellation_asked: the parties ask the register
        -- to strike the right out after the contract has ended.
        ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check,
            ADD CONSTRAINT contract_event_kind_check CHECK (kind IN ('signed_contractor', 'signed_taker', 'signed', 'filed',
                'registration_asked', 'case_opened', 'registered', 'certified', 'remedy_asked', 'remedied', 'disputed', 'settled',
                'renewal_asked', 'renewal_declined', 'dividend', 'creditor_consented', 'ended', 'cancellation_asked', 'returned',
                'withdrawn'));
        DROP INDEX exchange.con_5_each_once;
        CREATE UNIQUE INDEX con_5_each_once ON exchange.contract_event (county, contract_id, kind)
            WHERE kind IN ('signed_contractor', 'signed_taker', 'signed', 'filed', 'registration_asked', 'registered', 'certified',
                'ended', 'cancellation_asked', 'returned', 'withdrawn');
        -- As before, and the two steps.
        CREATE OR REPLACE FUNCTION exchange.keep_contract_course() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.contract;
            signatures integer;
            goes_to text;
        BEGIN
            SELECT c.* INTO asked FROM exchange.contract AS c
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id FOR UPDATE;
            SELECT count(*) INTO signatures FROM exchange.contract_event AS e
            WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id AND e.kind IN ('signed_contractor', 'signed_taker');
            goes_to := CASE
                WHEN asked.state IN ('drawn', 'part_signed') THEN CASE
                    WHEN NEW.kind IN ('signed_contractor', 'signed_taker')
                        AND NEW.facts ->> 'text_sha256' = asked.text_sha256 THEN 'part_signed'
                    WHEN NEW.kind = 'signed' AND signatures = 2 THEN 'signed'
                    WHEN NEW.kind = 'withdrawn' THEN 'withdrawn' END
                WHEN asked.state = 'signed' THEN CASE
                    WHEN NEW.kind = 'disputed' THEN 'disputed' WHEN NEW.kind = 'ended' THEN 'ended'
                    WHEN NEW.kind IN ('filed', 'registration_asked', 'case_opened', 'registered', 'certified', 'remedy_asked',
                        'remedied', 'renewal_asked', 'renewal_declined', 'dividend', 'creditor_consented') THEN 'signed' END
                WHEN asked.state = 'disputed' THEN CASE
                    WHEN NEW.kind = 'settled' THEN 'signed' WHEN NEW.kind IN ('filed', 'disputed', 'registered') THEN 'disputed'
                    WHEN NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'term_over' THEN 'ended' END
                WHEN asked.state = 'ended' THEN CASE
                    WHEN NEW.kind IN ('returned', 'disputed', 'settled', 'filed', 'registered', 'cancellation_asked')
                        THEN 'ended' END
            END;
            IF goes_to IS NULL OR NEW.village <> asked.village THEN
                RAISE EXCEPTION 'contract % does not go from "%" by "%"', asked.number, asked.state, NEW.kind
                    {_REFUSED} = 'con_5_contract_keeps_its_course';
            END IF;
            IF NEW.kind = 'signed' THEN
                PERFORM exchange.bind_land(asked);
            ELSIF NEW.kind = 'ended' OR NEW.kind = 'registered' AND asked.relation = ''
                    AND asked.kind IN ('exchange', 'assignment') THEN
                DELETE FROM exchange.held_parcel AS h WHERE h.county = NEW.county AND h.contract_id = NEW.contract_id
                    AND lower(h.held) >= NEW.on_day;
                UPDATE exchange.held_parcel AS h SET held = daterange(lower(h.held), least(upper(h.held), NEW.on_day))
                    WHERE h.county = NEW.county AND h.contract_id = NEW.contract_id;
            END IF;
            UPDATE exchange.contract AS c SET state = goes_to,
                ends_on = CASE WHEN NEW.kind = 'ended' THEN NEW.on_day ELSE c.ends_on END
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            RETURN NEW;
        END $$;
    """)


def _restricted() -> None:
    op.execute(f"""
        -- What restricts the registered right stands in the way of an end that both sides agree to.
        CREATE FUNCTION exchange.restricted_right_ends() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            laid text[];
        BEGIN
            SELECT array_agg(s.kind) INTO laid FROM exchange.rights_under(NEW.county, NEW.contract_id) AS r
            JOIN registry.restriction AS s ON s.county = NEW.county AND s.right_id = r.right_id
                AND upper_inf(s.recorded) AND upper_inf(s.valid);
            IF laid && ARRAY['seizure', 'dispute'] THEN
                RAISE EXCEPTION 'contract %: its registered right is seized or disputed', NEW.contract_id
                    {_REFUSED} = 'con_38_frozen_right_is_not_given_up';
            END IF;
            IF 'mortgage' = ANY (laid) AND NOT EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = NEW.county
                    AND e.contract_id = NEW.contract_id AND e.kind = 'creditor_consented' AND e.document_id IS NOT NULL) THEN
                RAISE EXCEPTION 'contract %: its registered right is mortgaged', NEW.contract_id
                    {_REFUSED} = 'con_39_creditor_lets_it_end';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER restricted_right_ends BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'agreed') EXECUTE FUNCTION exchange.restricted_right_ends();
        REVOKE ALL ON FUNCTION exchange.restricted_right_ends() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
