"""0220 Who stands for a party by a power is of the other side by their card where one was shown, by the name alone only where none
was or the number of whom they would be is not known, and by a power under the same contract or one that it follows; who heads an
organisation may be of the household whose land it takes, for which another member signs (CON-29, PRI-5).
"""

from __future__ import annotations

from alembic import op

revision = "0220"
down_revision = "0219"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_ASKED = {
    "party_signs": (
        "exchange.is_on_side(NEW.county, other.party_id, NEW.facts ->> 'mandatary_id', signer)",
        """exchange.is_on_side(NEW.county, ARRAY[other.party_id], '{}', '{}',
                    (NEW.facts ->> 'mandatary_id')::uuid, signer, coalesce(by_attorney AND NEW.facts ->> 'head' = 'true'
                        AND NEW.facts ? 'mandatary_id' AND party.kind NOT IN ('household', 'person', 'collective'), false),
                    NEW.contract_id)""",
    ),
    "household_speaks": (
        """exchange.is_on_side(
                          NEW.county, coalesce(t.household_id, t.taker_id), NEW.mandatary_id::text, NEW.name)""",
        """exchange.is_on_side(NEW.county,
                          ARRAY[coalesce(t.household_id, t.taker_id)], '{}', '{}', NEW.mandatary_id, NEW.name, false, NULL)""",
    ),
    "claimed_by_whom": (
        "exchange.is_on_side(NEW.county, s.side, NEW.mandatary_id::text, NEW.came)",
        "exchange.is_on_side(NEW.county, ARRAY[s.side], '{}', '{}', NEW.mandatary_id, NEW.came, false, NULL)",
    ),
}


def upgrade() -> None:
    op.execute(f"""
        DROP FUNCTION exchange.is_on_side(text, uuid, text, text);
        -- Whether somebody is of some parties. numbers, names: digests of what is known of them, and of mandatary, whose card was
        -- shown. head: they head an organisation, and may be of the household whose land it takes. of_contract: who signed by a power
        -- under it or one that it follows is of the side for which they did.
        CREATE FUNCTION exchange.is_on_side(of_county text, parties uuid[], numbers bytea[], names bytea[], mandatary uuid,
            borne text, head boolean, of_contract uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            WITH RECURSIVE one AS MATERIALIZED (
                SELECT k.numbers, k.names, cardinality(k.numbers) = 0 AS cardless, exchange.plain_name(borne) AS name FROM (SELECT
                    numbers || ARRAY(SELECT p.id_digest FROM identity.person AS p
                        WHERE p.person_id = mandatary AND p.id_digest IS NOT NULL) AS numbers,
                    names || ARRAY(SELECT p.name_digest FROM identity.person AS p
                        WHERE p.person_id = mandatary AND p.name_digest IS NOT NULL) AS names) AS k
            ), chain AS (
                SELECT c.contract_id, c.previous_id FROM exchange.contract AS c
                WHERE c.county = of_county::char(6) AND c.contract_id = of_contract
                UNION SELECT c.contract_id, c.previous_id FROM chain AS k
                JOIN exchange.contract AS c ON c.county = of_county::char(6) AND c.contract_id = k.previous_id
            )
            SELECT EXISTS (
                SELECT FROM one CROSS JOIN LATERAL exchange.bearers(of_county, parties, one.numbers, '{{}}'::bytea[]) AS b
                WHERE NOT (head AND b.member_id IS NOT NULL)
            ) OR EXISTS (
                SELECT FROM party.member AS m JOIN identity.person AS p ON p.person_id = m.person_id CROSS JOIN one
                WHERE NOT head AND m.county = of_county::char(6) AND m.household_id = ANY (parties) AND {_OPEN.format("m")}
                  AND p.name_digest = ANY (one.names) AND (one.cardless OR p.id_digest IS NULL)
            ) OR EXISTS (
                SELECT FROM party.household AS h JOIN identity.person AS p ON p.person_id = h.representative_id CROSS JOIN one
                WHERE NOT head AND h.county = of_county::char(6) AND h.household_id = ANY (parties) AND {_OPEN.format("h")}
                  AND p.name_digest = ANY (one.names) AND (one.cardless OR p.id_digest IS NULL)
            ) OR EXISTS (
                SELECT FROM exchange.taker AS t CROSS JOIN one
                WHERE t.county = of_county::char(6) AND t.taker_id = ANY (parties) AND (one.cardless OR t.id_digest IS NULL)
                  AND (exchange.plain_name(t.name) = one.name
                      OR length(one.name) > 1 AND strpos(exchange.plain_name(t.contact), one.name) > 0)
            ) OR EXISTS (
                SELECT FROM party.holder AS h LEFT JOIN identity.person AS p ON p.person_id = h.person_id CROSS JOIN one
                WHERE h.county = of_county::char(6) AND h.holder_id = ANY (parties) AND {_OPEN.format("h")}
                  AND exchange.plain_name(h.name) = one.name AND (one.cardless OR p.id_digest IS NULL)
            ) OR EXISTS (
                SELECT FROM chain AS k
                JOIN exchange.contract_event AS e ON e.county = of_county::char(6) AND e.contract_id = k.contract_id
                    AND e.kind IN ('signed_contractor', 'signed_taker')
                CROSS JOIN LATERAL exchange.signing_party(of_county, k.contract_id, substr(e.kind, length('signed_') + 1)) AS s
                LEFT JOIN identity.person AS p ON p.person_id = (e.facts ->> 'mandatary_id')::uuid
                CROSS JOIN one
                WHERE s.party_id = ANY (parties) AND NOT e.facts ?| ARRAY['member_id', 'person_id']
                  AND (p.id_digest = ANY (one.numbers) OR (one.cardless OR p.id_digest IS NULL) AND one.name = exchange.plain_name(
                      CASE e.facts ->> 'way' WHEN 'agent' THEN e.by_name ELSE e.facts ->> 'name' END)))
        $$;
        REVOKE ALL ON FUNCTION exchange.is_on_side(text, uuid[], bytea[], bytea[], uuid, text, boolean, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.is_on_side(text, uuid[], bytea[], bytea[], uuid, text, boolean, uuid) TO landreg_exchange;
    """)
    for name, (before, now) in _ASKED.items():
        op.execute(f"""
            DO $do$
            DECLARE
                before text := pg_get_functiondef('exchange.{name}()'::regprocedure);
                made text := replace(before, $b${before}$b$, $n${now}$n$);
            BEGIN
                IF made = before THEN
                    RAISE EXCEPTION 'exchange.{name} is not as it was';
                END IF;
                EXECUTE made;
            END $do$;
        """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
