"""0204 Whether a name is that of a party to what is signed, of its household, or of who has signed for it before (CON-29, PRI-5)."""

from __future__ import annotations

from alembic import op

revision = "0204"
down_revision = "0203"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"


def upgrade() -> None:
    op.execute(f"""
        -- Of some households, takers and holders by id: digests of members' names are compared, no name is opened.
        CREATE FUNCTION exchange.is_of_a_party(of_county text, parties uuid[], names bytea[], borne text) RETURNS boolean
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (
                SELECT FROM party.member AS m JOIN identity.person AS p ON p.person_id = m.person_id AND p.name_digest = ANY (names)
                WHERE m.county = of_county::char(6) AND m.household_id = ANY (parties) AND {_OPEN.format("m")}
            ) OR EXISTS (
                SELECT FROM exchange.taker AS t WHERE t.county = of_county::char(6) AND t.taker_id = ANY (parties)
                  AND exchange.plain_name(t.name) = exchange.plain_name(borne)
            ) OR EXISTS (
                SELECT FROM party.holder AS h WHERE h.county = of_county::char(6) AND h.holder_id = ANY (parties)
                  AND {_OPEN.format("h")} AND exchange.plain_name(h.name) = exchange.plain_name(borne)
            ) OR EXISTS (
                SELECT FROM exchange.contract AS c
                JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'signed_taker'
                WHERE c.county = of_county::char(6) AND c.taker_id = ANY (parties)
                  AND exchange.plain_name(e.facts ->> 'name') = exchange.plain_name(borne))
        $$;
        REVOKE ALL ON FUNCTION exchange.is_of_a_party(text, uuid[], bytea[], text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.is_of_a_party(text, uuid[], bytea[], text) TO landreg_exchange;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
