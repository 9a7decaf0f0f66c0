"""0090 Who stands at the counter is known by the card in one way, a person too; a claim there is witnessed; at a desk a service's
answer is named, and a word stands for a household alone. An organisation is one holder within a county.
"""

from __future__ import annotations

from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def _open(row: str) -> str:
    return f"upper_inf({row}.recorded) AND upper_inf({row}.valid)"


def upgrade() -> None:
    _known()
    _signs()
    _claims()
    _holds()


def _known() -> None:
    op.execute(f"""
        -- Whose number it is, of some households and persons: digests are compared, no number is opened or kept. named: one of the
        -- names is that of the member as it is registered.
        CREATE FUNCTION exchange.bearers(of_county text, parties uuid[], numbers bytea[], names bytea[])
            RETURNS TABLE (party_id uuid, member_id uuid, named boolean) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT m.household_id, m.member_id, coalesce(p.name_digest = ANY (names), false) FROM party.member AS m
            JOIN identity.person AS p ON p.person_id = m.person_id AND p.id_digest = ANY (numbers)
            WHERE m.county = of_county::char(6) AND m.household_id = ANY (parties) AND {_open("m")}
            UNION ALL
            SELECT t.taker_id, NULL, false FROM exchange.taker AS t
            WHERE t.county = of_county::char(6) AND t.taker_id = ANY (parties) AND t.id_digest = ANY (numbers)
            UNION ALL
            SELECT h.holder_id, NULL, false FROM party.holder AS h
            JOIN identity.person AS p ON p.person_id = h.person_id AND p.id_digest = ANY (numbers)
            WHERE h.county = of_county::char(6) AND h.holder_id = ANY (parties) AND {_open("h")}
            ORDER BY 3 DESC
        $$;
        DROP FUNCTION exchange.member_bearing(text, uuid, bytea[], bytea[]);
        DROP FUNCTION exchange.who_claims(text, uuid, bytea[]);
        DROP FUNCTION exchange.signing_party(text, uuid, text);
        -- As in 0071; party_id: of the household, or of who takes or holds land and is none.
        CREATE FUNCTION exchange.signing_party(of_county text, of_contract uuid, of_side text)
            RETURNS TABLE (kind text, party_id uuid, name text) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT CASE WHEN t.taker_id IS NOT NULL THEN t.kind WHEN c.household_id IS NULL THEN 'collective'
                    WHEN h.kind IS NOT NULL THEN h.kind ELSE 'household' END,
                CASE WHEN t.taker_id IS NOT NULL THEN coalesce(t.household_id, t.taker_id) ELSE c.household_id END,
                coalesce(t.name, h.name, c.household_name)
            FROM exchange.contract AS c
            LEFT JOIN exchange.contract AS p ON c.relation = 'retransfer' AND p.county = c.county AND p.contract_id = c.previous_id
            LEFT JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = CASE
                WHEN of_side = 'taker' THEN c.taker_id WHEN c.relation = 'retransfer' THEN p.taker_id END
            LEFT JOIN party.holder AS h ON h.county = c.county AND h.holder_id = c.household_id AND {_open("h")}
            WHERE c.county = of_county::char(6) AND c.contract_id = of_contract
        $$;
        REVOKE ALL ON FUNCTION exchange.bearers(text, uuid[], bytea[], bytea[]), exchange.signing_party(text, uuid, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.bearers(text, uuid[], bytea[], bytea[]), exchange.signing_party(text, uuid, text)
            TO landreg_exchange;
    """)


def _signs() -> None:
    op.execute(f"""
        -- As in 0071; a person too is known by the card.
        CREATE OR REPLACE FUNCTION exchange.party_signs() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            side text := substr(NEW.kind, length('signed_') + 1);
            signer text := exchange.plain_name(NEW.facts ->> 'name');
            witness text := exchange.plain_name(NEW.facts ->> 'witness');
            by_attorney boolean := NEW.facts ->> 'attorney' = 'true' AND NEW.document_id IS NOT NULL;
            party record;
        BEGIN
            SELECT s.* INTO party FROM exchange.signing_party(NEW.county, NEW.contract_id, side) AS s;
            IF signer = witness
               OR EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id
                    AND e.kind IN ('signed_contractor', 'signed_taker') AND e.kind <> NEW.kind
                    AND (exchange.plain_name(e.facts ->> 'name') IN (signer, witness)
                         OR exchange.plain_name(e.facts ->> 'witness') = signer))
               OR by_attorney IS NOT TRUE AND (
                    party.kind = 'household' AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = NEW.county
                        AND m.household_id = party.party_id AND m.member_id::text = NEW.facts ->> 'member_id' AND {_open("m")})
                    OR party.kind = 'person' AND (signer <> exchange.plain_name(party.name)
                        OR NEW.facts ->> 'person_id' IS DISTINCT FROM party.party_id::text)) THEN
                RAISE EXCEPTION 'contract %: not the % itself', NEW.contract_id, side
                    {_REFUSED} = 'con_29_the_party_itself_signs';
            END IF;
            RETURN NEW;
        END $$;
        -- As in 0080; whose signature a service verified says by which answer, and by a word on a project signs a household alone.
        DROP POLICY signed_as_at_a_desk ON exchange.contract_event;
        CREATE POLICY signed_as_at_a_desk ON exchange.contract_event AS RESTRICTIVE FOR INSERT TO landreg_exchange
            WITH CHECK (kind NOT IN ('signed_contractor', 'signed_taker')
                OR CASE coalesce(facts ->> 'way', '') WHEN 'in_person' THEN true
                    WHEN 'service' THEN coalesce(btrim(facts ->> 'reference'), '') <> ''
                    WHEN 'mandate' THEN kind = 'signed_contractor' ELSE false END);
    """)


def _claims() -> None:
    op.execute(f"""
        ALTER TABLE exchange.priority_claim ADD COLUMN witness text,
            ADD CONSTRAINT pri_5_witnessed_at_the_counter CHECK (came IS NOT NULL OR witness IS NULL);
        CREATE OR REPLACE FUNCTION exchange.claimed_by_whom() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.member_id IS NOT NULL AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = NEW.county
                    AND m.household_id = NEW.household_id AND m.member_id = NEW.member_id AND {_open("m")})
               OR NEW.came IS NOT NULL
                    AND exchange.plain_name(NEW.witness) IN ('', exchange.plain_name(NEW.came)) THEN
                RAISE EXCEPTION 'nobody who stands for household %, witnessed', NEW.household_id {_REFUSED} = 'pri_5_who_claims';
            END IF;
            RETURN NEW;
        END $$;
    """)


def _holds() -> None:
    op.execute(f"""
        -- Two acts that enter the organisation of a code wait for each other; who was entered before goes on as they were.
        CREATE FUNCTION party.one_holder_a_code() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended(format('holder:%s:%s', NEW.county, NEW.code), 0));
            IF EXISTS (SELECT FROM party.holder AS h WHERE h.county = NEW.county AND h.code = NEW.code
                    AND h.holder_id <> NEW.holder_id AND {_open("h")})
               AND NOT EXISTS (SELECT FROM party.holder AS h WHERE h.county = NEW.county AND h.holder_id = NEW.holder_id) THEN
                RAISE EXCEPTION 'the organisation % is a holder already', NEW.code {_REFUSED} = 'lo_3_one_holder_a_code';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER one_holder_a_code BEFORE INSERT ON party.holder FOR EACH ROW
            WHEN (NEW.code <> '' AND upper_inf(NEW.recorded) AND upper_inf(NEW.valid)) EXECUTE FUNCTION party.one_holder_a_code();
        REVOKE ALL ON FUNCTION party.one_holder_a_code() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
