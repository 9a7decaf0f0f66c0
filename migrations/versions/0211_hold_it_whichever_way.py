"""0211 By whatever act a mortgage would secure more, those behind it have consented (TR-32); a collective's land that is gone is signed
over by neither side (CON-109); who has signed for a household, or represents it, is on its side (CON-29, PRI-5).
"""

from __future__ import annotations

from alembic import op

revision = "0211"
down_revision = "0210"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"


def upgrade() -> None:
    _consents()
    _land()
    _sides()


def _consents() -> None:
    op.execute(f"""
        -- As in 0143, by a correction or any other act too; those behind it that lie on none of the same land are not harmed.
        CREATE OR REPLACE FUNCTION registry.later_creditors_consent() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            of_case uuid;
            was registry.restriction;
        BEGIN
            SELECT a.case_id INTO of_case FROM registry.act AS a WHERE a.county = NEW.county AND a.act_id = NEW.act_id;
            SELECT r.* INTO was FROM registry.restriction AS r
            WHERE r.county = NEW.county AND r.restriction_id = NEW.restriction_id AND r.row_id <> NEW.row_id AND r.act_id <> NEW.act_id
            ORDER BY lower(r.recorded) DESC, lower(r.valid) DESC LIMIT 1;
            IF (NEW.amount > was.amount OR NEW.until > was.until) AND EXISTS (
                    SELECT FROM registry.restriction AS r WHERE r.county = NEW.county AND r.right_id = NEW.right_id
                      AND r.kind = 'mortgage' AND r.rank > NEW.rank AND {_OPEN.format("r")}
                      AND (r.parcels IS NULL OR NEW.parcels IS NULL OR r.parcels && NEW.parcels)
                      AND NOT EXISTS (SELECT FROM registry.case_document AS f
                          JOIN registry.document AS d ON d.county = f.county AND d.document_id = f.document_id
                          WHERE f.county = r.county AND f.case_id = of_case AND d.restriction_id = r.restriction_id)) THEN
                RAISE EXCEPTION 'restriction %: later creditors have not consented', NEW.restriction_id
                    {_REFUSED} = 'tr_32_later_creditors_consent';
            END IF;
            RETURN NEW;
        END $$;
    """)


def _land() -> None:
    op.execute(f"""
        -- As in 0202; of a collective's own land, what is the collective's to give today.
        CREATE OR REPLACE FUNCTION exchange.signed_over_its_land() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            found text;
        BEGIN
            WITH ground AS MATERIALIZED (
                SELECT h.parcel_code, h.area_m2 FROM exchange.contract AS c
                CROSS JOIN LATERAL exchange.held_now(c.county, c.contract_id) AS h
                WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id AND c.right_id IS NOT NULL
                  AND (c.relation = 'retransfer' OR h.household_id = c.household_id)
                UNION ALL
                SELECT s.parcel_code, s.area_m2 FROM exchange.contract AS c
                CROSS JOIN LATERAL exchange.parcels_said(c.county, NULL, ARRAY(SELECT p.parcel_code::text
                    FROM exchange.contract_parcel AS p WHERE p.county = c.county AND p.contract_id = c.contract_id)) AS s
                WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id AND c.right_id IS NULL
            )
            SELECT p.parcel_code INTO found FROM exchange.contract_parcel AS p
            LEFT JOIN ground AS g ON g.parcel_code = p.parcel_code
            WHERE p.county = NEW.county AND p.contract_id = NEW.contract_id
            GROUP BY p.parcel_code, p.area_m2 HAVING coalesce(sum(g.area_m2), 0) < p.area_m2 LIMIT 1;
            IF found IS NOT NULL THEN
                RAISE EXCEPTION 'contract %: parcel % is not its giver''s', NEW.contract_id, found
                    {_REFUSED} = 'con_109_land_is_there_to_give';
            END IF;
            RETURN NEW;
        END $$;
    """)


def _sides() -> None:
    op.execute(f"""
        -- As in 0204; who signed for a household before, as who gives land or who takes it, is on its side as a taker's signer is.
        CREATE OR REPLACE FUNCTION exchange.is_of_a_party(of_county text, parties uuid[], names bytea[], borne text) RETURNS boolean
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (
                SELECT FROM party.member AS m JOIN identity.person AS p ON p.person_id = m.person_id AND p.name_digest = ANY (names)
                WHERE m.county = of_county::char(6) AND m.household_id = ANY (parties) AND {_OPEN.format("m")}
            ) OR EXISTS (
                SELECT FROM party.household AS h
                JOIN identity.person AS p ON p.person_id = h.representative_id AND p.name_digest = ANY (names)
                WHERE h.county = of_county::char(6) AND h.household_id = ANY (parties) AND {_OPEN.format("h")}
            ) OR EXISTS (
                SELECT FROM exchange.taker AS t WHERE t.county = of_county::char(6) AND t.taker_id = ANY (parties)
                  AND exchange.plain_name(t.name) = exchange.plain_name(borne)
            ) OR EXISTS (
                SELECT FROM party.holder AS h WHERE h.county = of_county::char(6) AND h.holder_id = ANY (parties)
                  AND {_OPEN.format("h")} AND exchange.plain_name(h.name) = exchange.plain_name(borne)
            ) OR EXISTS (
                WITH taken AS MATERIALIZED (
                    SELECT c.contract_id FROM exchange.taker AS t
                    JOIN exchange.contract AS c ON c.county = t.county AND c.taker_id = t.taker_id
                    WHERE t.county = of_county::char(6) AND (t.taker_id = ANY (parties) OR t.household_id = ANY (parties))
                ), theirs AS MATERIALIZED (
                    SELECT contract_id FROM taken
                    UNION SELECT c.contract_id FROM exchange.contract AS c
                    WHERE c.county = of_county::char(6) AND c.household_id = ANY (parties)
                    UNION SELECT c.contract_id FROM taken AS t
                    JOIN exchange.contract AS c ON c.county = of_county::char(6) AND c.previous_id = t.contract_id
                )
                SELECT FROM theirs AS o
                JOIN exchange.contract_event AS e ON e.county = of_county::char(6) AND e.contract_id = o.contract_id
                    AND e.kind IN ('signed_contractor', 'signed_taker')
                    AND exchange.plain_name(e.facts ->> 'name') = exchange.plain_name(borne)
                CROSS JOIN LATERAL exchange.signing_party(of_county, o.contract_id, substr(e.kind, length('signed_') + 1)) AS s
                WHERE s.party_id = ANY (parties))
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
