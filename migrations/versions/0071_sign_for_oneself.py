"""0071 At the counter a party itself signs and speaks, or whom its power of attorney names; what moved for good ends not early."""

from __future__ import annotations

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_OPEN = "upper_inf(m.recorded) AND upper_inf(m.valid)"


def upgrade() -> None:
    _known()
    _signs()
    _speaks()
    _moved()


def _known() -> None:
    op.execute(f"""
        -- Who is party to a side of a contract: a household, a person, an organisation or a collective, and its name.
        CREATE FUNCTION exchange.signing_party(of_county text, of_contract uuid, of_side text)
            RETURNS TABLE (kind text, household_id uuid, name text) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT CASE WHEN t.taker_id IS NOT NULL THEN t.kind WHEN c.household_id IS NULL THEN 'collective'
                    WHEN h.kind IS NOT NULL THEN h.kind ELSE 'household' END,
                CASE WHEN t.taker_id IS NOT NULL THEN t.household_id WHEN h.kind IS NULL THEN c.household_id END,
                coalesce(t.name, h.name, c.household_name)
            FROM exchange.contract AS c
            LEFT JOIN exchange.contract AS p ON c.relation = 'retransfer' AND p.county = c.county AND p.contract_id = c.previous_id
            LEFT JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = CASE
                WHEN of_side = 'taker' THEN c.taker_id WHEN c.relation = 'retransfer' THEN p.taker_id END
            LEFT JOIN party.holder AS h ON h.county = c.county AND h.holder_id = c.household_id
                AND upper_inf(h.recorded) AND upper_inf(h.valid)
            WHERE c.county = of_county::char(6) AND c.contract_id = of_contract
        $$;
        -- The members of households by masked name, for who stands at the counter; and which one bears a number and a name. Digests
        -- are compared, no number is opened or kept.
        CREATE FUNCTION exchange.members_said(of_county text, households uuid[])
            RETURNS TABLE (household_id uuid, name_masked text, relation text) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT m.household_id, p.name_masked, m.relation FROM party.member AS m
            JOIN identity.person AS p ON p.person_id = m.person_id
            WHERE m.county = of_county::char(6) AND m.household_id = ANY (households) AND {_OPEN}
            ORDER BY m.household_id, m.position
        $$;
        CREATE FUNCTION exchange.member_bearing(of_county text, household uuid, numbers bytea[], names bytea[]) RETURNS uuid
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT m.member_id FROM party.member AS m JOIN identity.person AS p ON p.person_id = m.person_id
            WHERE m.county = of_county::char(6) AND m.household_id = household AND {_OPEN}
              AND p.id_digest = ANY (numbers) AND p.name_digest = ANY (names) LIMIT 1
        $$;
        REVOKE ALL ON FUNCTION exchange.signing_party(text, uuid, text), exchange.members_said(text, uuid[]),
            exchange.member_bearing(text, uuid, bytea[], bytea[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.signing_party(text, uuid, text), exchange.members_said(text, uuid[]),
            exchange.member_bearing(text, uuid, bytea[], bytea[]) TO landreg_exchange;
    """)


def _signs() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.plain_name(said text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
            SELECT regexp_replace(coalesce(said, ''), '\\s', '', 'g')
        $$;
        CREATE FUNCTION exchange.party_signs() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
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
                        AND m.household_id = party.household_id AND m.member_id::text = NEW.facts ->> 'member_id' AND {_OPEN})
                    OR party.kind = 'person' AND signer <> exchange.plain_name(party.name)) THEN
                RAISE EXCEPTION 'contract %: not the % itself', NEW.contract_id, side
                    {_REFUSED} = 'con_29_the_party_itself_signs';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER party_signs BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('signed_contractor', 'signed_taker') AND NEW.facts ->> 'way' = 'in_person')
            EXECUTE FUNCTION exchange.party_signs();
        REVOKE ALL ON FUNCTION exchange.plain_name(text), exchange.party_signs() FROM PUBLIC;
    """)


def _speaks() -> None:
    op.execute(f"""
        -- member_id: who spoke for the household at the counter. document_id: the power of attorney of who is none of it.
        ALTER TABLE exchange.project_word ADD COLUMN member_id uuid, ADD COLUMN document_id uuid,
            ADD FOREIGN KEY (county, document_id) REFERENCES exchange.contract_paper;
        CREATE FUNCTION exchange.household_speaks() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF exchange.plain_name(NEW.name) = exchange.plain_name(NEW.witness)
               OR NEW.document_id IS NULL AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = NEW.county
                    AND m.household_id = NEW.household_id AND m.member_id = NEW.member_id AND {_OPEN}) THEN
                RAISE EXCEPTION 'project %: not the household % itself', NEW.project_id, NEW.household_id
                    {_REFUSED} = 'con_29_the_household_itself_speaks';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER household_speaks BEFORE INSERT ON exchange.project_word FOR EACH ROW
            WHEN (NEW.way = 'in_person') EXECUTE FUNCTION exchange.household_speaks();
        REVOKE ALL ON FUNCTION exchange.household_speaks() FROM PUBLIC;
    """)


def _moved() -> None:
    op.execute(f"""
        -- An assignment moves the right for good, and so does an exchange that is registered: neither ends early but by an award.
        CREATE FUNCTION exchange.moved_for_good() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                    AND (c.kind = 'assignment' OR c.kind = 'exchange' AND (NEW.facts ->> 'how' = 'terminated'
                        OR EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = c.county
                            AND e.contract_id = c.contract_id AND e.kind = 'registered')))) THEN
                RAISE EXCEPTION 'contract % has moved the right', NEW.contract_id
                    {_REFUSED} = 'con_30_what_was_moved_has_no_term';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER moved_for_good BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'ended' AND NEW.facts ->> 'how' IN ('agreed', 'dissolved', 'land_lost', 'terminated'))
            EXECUTE FUNCTION exchange.moved_for_good();
        REVOKE ALL ON FUNCTION exchange.moved_for_good() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
