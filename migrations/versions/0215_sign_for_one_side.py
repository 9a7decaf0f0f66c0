"""0215 Who signs, speaks or claims by a power is none of the other side (CON-29, PRI-5); the members of a collective's own listing are
those of the collective that issues the land (PRI-6, BID-11, BID-23).
"""

from __future__ import annotations

from alembic import op

revision = "0215"
down_revision = "0214"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"


def upgrade() -> None:
    _sides()
    _signs()
    _speaks()
    _members()


def _sides() -> None:
    op.execute(f"""
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.is_of_a_party(text, uuid[], bytea[], text)'::regprocedure);
            made text := replace(before, 'AND exchange.plain_name(t.name) = exchange.plain_name(borne)',
                'AND (exchange.plain_name(t.name) = exchange.plain_name(borne) OR length(exchange.plain_name(borne)) > 1
                    AND strpos(exchange.plain_name(t.contact), exchange.plain_name(borne)) > 0)');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.is_of_a_party is not as it was';
            END IF;
            EXECUTE made;
        END $do$;
        -- Whether somebody is of a party: by their card, where it was shown (mandatary), and by the name.
        CREATE FUNCTION exchange.is_on_side(of_county text, party uuid, mandatary text, borne text) RETURNS boolean
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT party IS NOT NULL AND (
                exchange.is_of_a_party(of_county, ARRAY[party], ARRAY(SELECT p.name_digest FROM identity.person AS p
                    WHERE p.person_id::text = mandatary AND p.name_digest IS NOT NULL), borne)
                OR EXISTS (SELECT FROM identity.person AS p
                    CROSS JOIN LATERAL exchange.bearers(of_county, ARRAY[party], ARRAY[p.id_digest], '{{}}'::bytea[])
                    WHERE p.person_id::text = mandatary AND p.id_digest IS NOT NULL))
        $$;
        REVOKE ALL ON FUNCTION exchange.is_on_side(text, uuid, text, text) FROM PUBLIC;
    """)


def _signs() -> None:
    op.execute(f"""
        -- As in 0094; whoever is not the party itself is none of the other side, nor who represents it, nor its agent; an agent too.
        CREATE OR REPLACE FUNCTION exchange.party_signs() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            side text := substr(NEW.kind, length('signed_') + 1);
            agent boolean := NEW.facts ->> 'way' = 'agent';
            signer text := exchange.plain_name(CASE WHEN agent THEN NEW.by_name ELSE NEW.facts ->> 'name' END);
            witness text := exchange.plain_name(NEW.facts ->> 'witness');
            by_attorney boolean := NEW.facts ->> 'attorney' = 'true' AND NEW.document_id IS NOT NULL;
            party record;
            other record;
            itself boolean;
        BEGIN
            SELECT s.* INTO party FROM exchange.signing_party(NEW.county, NEW.contract_id, side) AS s;
            SELECT s.*, exchange.plain_name(c.clauses ->> 'representative') AS representative INTO other
            FROM exchange.contract AS c CROSS JOIN LATERAL exchange.signing_party(NEW.county, NEW.contract_id,
                CASE side WHEN 'taker' THEN 'contractor' ELSE 'taker' END) AS s
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            itself := NOT agent AND CASE party.kind
                WHEN 'household' THEN EXISTS (SELECT FROM party.member AS m WHERE m.county = NEW.county
                    AND m.household_id = party.party_id AND m.member_id::text = NEW.facts ->> 'member_id' AND {_OPEN.format("m")})
                WHEN 'person' THEN signer = exchange.plain_name(party.name)
                    AND NEW.facts ->> 'person_id' IS NOT DISTINCT FROM party.party_id::text
                ELSE false END;
            IF EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id
                    AND e.kind IN ('signed_contractor', 'signed_taker') AND e.kind <> NEW.kind
                    AND (exchange.plain_name(e.facts ->> 'name') IN (signer, witness)
                         OR exchange.plain_name(e.facts ->> 'witness') = signer
                         OR e.facts ->> 'way' = 'agent' AND exchange.plain_name(e.by_name) IN (signer, witness)))
               OR NOT itself AND (exchange.is_on_side(NEW.county, other.party_id, NEW.facts ->> 'mandatary_id', signer)
                    OR other.kind = 'collective' AND other.representative = signer)
               OR NOT agent AND (signer = witness
                    OR by_attorney IS NOT TRUE AND NOT itself AND party.kind <> 'collective'
                    OR party.kind NOT IN ('household', 'person', 'collective') AND signer = exchange.plain_name(party.name)) THEN
                RAISE EXCEPTION 'contract %: not the % itself', NEW.contract_id, side
                    {_REFUSED} = 'con_29_the_party_itself_signs';
            END IF;
            RETURN NEW;
        END $$;
        DROP TRIGGER party_signs ON exchange.contract_event;
        CREATE TRIGGER party_signs BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('signed_contractor', 'signed_taker') AND NEW.facts ->> 'way' IN ('in_person', 'agent'))
            EXECUTE FUNCTION exchange.party_signs();
    """)


def _speaks() -> None:
    op.execute(f"""
        -- As in 0071; who speaks by a power of attorney is none of the taker's.
        CREATE OR REPLACE FUNCTION exchange.household_speaks() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF exchange.plain_name(NEW.name) = exchange.plain_name(NEW.witness)
               OR NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = NEW.county
                    AND m.household_id = NEW.household_id AND m.member_id = NEW.member_id AND {_OPEN.format("m")})
                  AND (NEW.document_id IS NULL OR EXISTS (SELECT FROM exchange.project AS p
                      JOIN exchange.taker AS t ON t.county = p.county AND t.taker_id = p.taker_id
                      WHERE p.county = NEW.county AND p.project_id = NEW.project_id AND exchange.is_on_side(
                          NEW.county, coalesce(t.household_id, t.taker_id), NEW.mandatary_id::text, NEW.name))) THEN
                RAISE EXCEPTION 'project %: not the household % itself', NEW.project_id, NEW.household_id
                    {_REFUSED} = 'con_29_the_household_itself_speaks';
            END IF;
            RETURN NEW;
        END $$;
        -- As in 0090; who claims by a power of attorney is neither of whose land it is nor of who would take it.
        CREATE OR REPLACE FUNCTION exchange.claimed_by_whom() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.member_id IS NOT NULL AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = NEW.county
                    AND m.household_id = NEW.household_id AND m.member_id = NEW.member_id AND {_OPEN.format("m")})
               OR NEW.came IS NOT NULL AND (
                    exchange.plain_name(NEW.witness) IN ('', exchange.plain_name(NEW.came))
                    OR NEW.member_id IS NULL AND EXISTS (SELECT FROM exchange.priority AS p
                        JOIN exchange.listing AS l ON l.county = p.county AND l.listing_id = p.listing_id
                        LEFT JOIN exchange.taker AS t ON t.county = p.county AND t.taker_id = p.taker_id
                        CROSS JOIN LATERAL unnest(ARRAY[l.household_id, coalesce(t.household_id, t.taker_id)]) AS s (side)
                        WHERE p.county = NEW.county AND p.priority_id = NEW.priority_id AND s.side <> NEW.household_id
                          AND exchange.is_on_side(NEW.county, s.side, NEW.mandatary_id::text, NEW.came))) THEN
                RAISE EXCEPTION 'nobody who stands for household %, witnessed', NEW.household_id {_REFUSED} = 'pri_5_who_claims';
            END IF;
            RETURN NEW;
        END $$;
    """)


def _members() -> None:
    op.execute(f"""
        -- As in 0059; of what a collective or an organisation offers, the households of the collective that issues one of its parcels
        -- by their first fourteen signs, and of a village's, whose last two are zeros, those of all its groups.
        CREATE OR REPLACE FUNCTION exchange.is_member(of_county text, of_listing uuid, household uuid) RETURNS boolean
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (
                SELECT FROM exchange.listing AS l
                JOIN party.household AS h ON h.county = l.county AND h.household_id = household AND {_OPEN.format("h")}
                LEFT JOIN party.household AS o ON o.county = l.county AND o.household_id = l.household_id AND {_OPEN.format("o")}
                WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
                  AND CASE WHEN o.household_id IS NOT NULL THEN o.collective_id = h.collective_id ELSE EXISTS (
                      SELECT FROM party.collective AS c
                      JOIN exchange.listing_parcel AS p ON p.county = l.county AND p.listing_id = l.listing_id
                          AND starts_with(c.code, regexp_replace(left(p.parcel_code, 14), '^([0-9]{{12}})00$', '\\1'))
                      WHERE c.county = h.county AND c.collective_id = h.collective_id AND {_OPEN.format("c")}) END)
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
