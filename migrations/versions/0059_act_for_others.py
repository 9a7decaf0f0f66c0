"""0059 An organisation that holds land by the register offers it; an agent takes part for a household under its consent.

Who acts for whom the database holds itself: a cooperative by the code under which account and register have it, an agent by an act
that a consent let through in the same transaction.
"""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_FORCE = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"


def upgrade() -> None:
    _organisations()
    _their_land()
    _not_their_own()
    _agents()


def _organisations() -> None:
    op.execute(f"""
        -- The holder under which the register has the organisation that an account was opened for.
        CREATE FUNCTION exchange.holder_of(account uuid) RETURNS uuid LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT h.holder_id FROM exchange.taker AS t
            JOIN party.holder AS h ON h.county = t.county AND h.code = t.code AND h.kind = 'organization' AND {_FORCE.format("h")}
            WHERE t.account_id = account AND t.kind = 'organisation' AND t.code <> ''
            ORDER BY lower(h.recorded), h.holder_id LIMIT 1
        $$;
        REVOKE ALL ON FUNCTION exchange.holder_of(uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.holder_of(uuid) TO landreg_citizen;
        -- As in 0009; and the account of an organisation for the holder that it is.
        CREATE OR REPLACE FUNCTION access.household_of(account uuid) RETURNS TABLE (household_id uuid, village text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            (SELECT b.household_id, b.village FROM access.binding AS b
             WHERE b.account_id = account AND b.ended_at IS NULL ORDER BY b.bound_at DESC LIMIT 1)
            UNION ALL
            SELECT h.id, '' FROM exchange.holder_of(account) AS h (id) WHERE h.id IS NOT NULL
            LIMIT 1
        $$;
        -- As in 0018; and the account of an organisation for the holder that it is, whatever the step.
        CREATE OR REPLACE FUNCTION access.stands_for(asked uuid, steps text[]) RETURNS boolean
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT EXISTS (SELECT FROM access.binding AS b WHERE b.account_id = access.actor() AND b.household_id = asked
                           AND b.ended_at IS NULL)
                OR EXISTS (SELECT FROM access.consent AS c WHERE c.agent_id = access.actor() AND c.household_id = asked
                           AND c.step = ANY (steps) AND c.revoked_at IS NULL
                           AND system.clock() >= c.from_at AND system.clock() < c.until_at)
                OR coalesce(asked = exchange.holder_of(access.actor()), false)
        $$;
    """)


def _their_land() -> None:
    op.execute(f"""
        -- As in 0034; and of a right that an organisation holds: it stands where the household does, without a collective.
        CREATE OR REPLACE FUNCTION exchange.right_said(in_county text, asked uuid) RETURNS TABLE (
            right_id uuid, right_kind text, right_code text, village text, household_id uuid, household_code text,
            household_name text, collective_id uuid, collective_code text, collective_name text, mode text, term daterange)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT r.right_id, r.kind, r.code, r.village, h.id, h.code, h.name, h.collective_id,
                coalesce(c.code, ''), coalesce(c.name, ''), coalesce(k.mode, ''), r.term
            FROM registry."right" AS r
            JOIN LATERAL (
                SELECT o.household_id AS id, o.code, o.name, o.collective_id FROM party.household AS o
                WHERE o.county = r.county AND o.household_id = r.household_id AND {_FORCE.format("o")}
                UNION ALL
                SELECT o.holder_id, o.code, o.name, NULL FROM party.holder AS o
                WHERE o.county = r.county AND o.holder_id = r.household_id AND o.kind = 'organization' AND {_FORCE.format("o")}
            ) AS h ON true
            LEFT JOIN party.collective AS c ON c.county = r.county AND c.collective_id = h.collective_id AND {_FORCE.format("c")}
            LEFT JOIN registry.contract AS k ON k.county = r.county AND k.contract_id = r.contract_id AND {_FORCE.format("k")}
            WHERE r.county = in_county::char(6) AND r.right_id = asked AND {_FORCE.format("r")}
        $$;
        -- As in 0037; and of what an organisation offers, the households of the village where it lies.
        CREATE OR REPLACE FUNCTION exchange.is_member(of_county text, of_listing uuid, household uuid) RETURNS boolean
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (
                SELECT FROM exchange.listing AS l
                JOIN party.household AS h ON h.county = l.county AND h.household_id = household AND {_FORCE.format("h")}
                LEFT JOIN party.household AS o ON o.county = l.county AND o.household_id = l.household_id AND {_FORCE.format("o")}
                WHERE l.county = of_county::char(6) AND l.listing_id = of_listing
                  AND CASE WHEN o.household_id IS NULL THEN h.village = l.village ELSE o.collective_id = h.collective_id END)
        $$;
    """)


def _not_their_own() -> None:
    op.execute(f"""
        -- As in 0054; and an organisation bids for no land that it offers itself.
        CREATE OR REPLACE FUNCTION exchange.not_of_the_family() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            listing uuid := to_jsonb(NEW) ->> 'listing_id';
        BEGIN
            IF listing IS NULL THEN
                SELECT s.listing_id INTO listing FROM exchange.sale AS s
                    WHERE s.county = NEW.county AND s.sale_id = (to_jsonb(NEW) ->> 'sale_id')::uuid;
            END IF;
            IF EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = NEW.county AND l.listing_id = listing AND (
                    exchange.is_of_household(NEW.county, NEW.taker_id, l.household_id)
                    OR l.household_code <> '' AND l.household_code = (SELECT t.code FROM exchange.taker AS t
                        WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id))) THEN
                RAISE EXCEPTION 'the land of taker %', NEW.taker_id {_REFUSED} = 'bid_6_not_the_land_of_one_s_household';
            END IF;
            RETURN NEW;
        END $$;
    """)


def _agents() -> None:
    stands = (
        "t.account_id = access.actor() OR t.household_id = access.household() AND access.takes_part_for(t.household_id)"
    )
    by_taker = (
        f"EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = {{0}}.county AND t.taker_id = {{0}}.taker_id "
        f"AND ({stands}))"
    )
    by_entrant = (
        f"EXISTS (SELECT FROM exchange.entrant AS e JOIN exchange.taker AS t USING (county, taker_id) "
        f"WHERE e.county = {{0}}.county AND e.entrant_id = {{0}}.entrant_id AND e.village = {{0}}.village "
        f"AND ({stands}))"
    )
    op.execute(f"""
        -- Whether the account is the household's own, or an agent who has just written that this is done for it: in this
        -- transaction, under a consent to the step (access.consent_holds).
        CREATE FUNCTION access.takes_part_for(asked uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT access.stands_for(asked, '{{}}') OR EXISTS (SELECT FROM access.agent_act AS a WHERE a.household_id = asked
                AND a.agent_id = access.actor() AND a.step = 'bid' AND a.xmin = pg_current_xact_id()::xid)
        $$;
        REVOKE ALL ON FUNCTION access.takes_part_for(uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION access.takes_part_for(uuid) TO landreg_citizen;
        DROP POLICY own_taker ON exchange.taker;
        CREATE POLICY own_taker ON exchange.taker FOR SELECT TO landreg_citizen
            USING (account_id = access.actor()
                OR household_id = access.household() AND access.stands_for(household_id, ARRAY['sign', 'view', 'bid']));
        -- As in 0054; what an agent opens for a household is of no account.
        DROP POLICY opened_by_oneself ON exchange.taker;
        CREATE POLICY opened_by_oneself ON exchange.taker FOR INSERT TO landreg_citizen
            WITH CHECK (opened_by = access.actor() AND kind = 'household' AND household_id = access.household()
                AND CASE WHEN account_id IS NULL THEN access.takes_part_for(household_id)
                    ELSE account_id = access.actor() AND access.stands_for(household_id, '{{}}') END
                AND id_sealed IS NULL AND EXISTS (SELECT FROM party.household AS h
                    WHERE h.county = taker.county AND h.household_id = taker.household_id AND h.village = taker.village
                      AND h.code = taker.code AND h.name = taker.name AND upper_inf(h.recorded) AND upper_inf(h.valid)));
        DROP POLICY entered_by_the_taker ON exchange.entrant;
        CREATE POLICY entered_by_the_taker ON exchange.entrant FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND {by_taker.format("entrant")});
        DROP POLICY bid_by_the_entrant ON exchange.bid;
        CREATE POLICY bid_by_the_entrant ON exchange.bid FOR INSERT TO landreg_citizen
            WITH CHECK (by_id = access.actor() AND {by_entrant.format("bid")});
        DROP POLICY sealed_by_the_entrant ON exchange.sealed_bid;
        CREATE POLICY sealed_by_the_entrant ON exchange.sealed_bid FOR INSERT TO landreg_citizen
            WITH CHECK (by_id = access.actor() AND {by_entrant.format("sealed_bid")});
        DROP POLICY said_by_its_side ON exchange.offer;
        CREATE POLICY said_by_its_side ON exchange.offer FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND CASE side WHEN 'taker' THEN {by_taker.format("offer")}
                ELSE EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = offer.county AND l.listing_id = offer.listing_id
                        AND l.household_id = access.household()) AND access.stands_for(access.household(), '{{}}') END);
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
