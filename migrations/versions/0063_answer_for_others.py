"""0063 An agent answers, for the household whose land is listed, what others offer for it: under a consent to that step alone.

Accepting binds more than listing does, so that a consent to list is none to answer. And who takes land takes it in other villages
too: what a farmer does on the market there is told of to the log.
"""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    stands = (
        "t.account_id = access.actor() OR t.household_id = access.household() AND access.takes_part_for(t.household_id)"
    )
    op.execute(f"""
        -- Whether the account is the household's own, or an agent who has just written that it answers for it: in this
        -- transaction, under a consent to the step (access.consent_holds).
        CREATE FUNCTION access.answers_for(asked uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT access.stands_for(asked, '{{}}') OR EXISTS (SELECT FROM access.agent_act AS a WHERE a.household_id = asked
                AND a.agent_id = access.actor() AND a.step = 'answer' AND a.xmin = pg_current_xact_id()::xid)
        $$;
        REVOKE ALL ON FUNCTION access.answers_for(uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION access.answers_for(uuid) TO landreg_citizen;
        DROP POLICY own_household ON exchange.listing;
        CREATE POLICY own_household ON exchange.listing FOR SELECT TO landreg_citizen
            USING (household_id = access.household()
                AND access.stands_for(household_id, ARRAY['list', 'sign', 'withdraw', 'view', 'answer']));
        -- As in 0059, and the household's side by an agent who answers for it.
        DROP POLICY said_by_its_side ON exchange.offer;
        CREATE POLICY said_by_its_side ON exchange.offer FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND CASE side
                WHEN 'taker' THEN EXISTS (SELECT FROM exchange.taker AS t
                    WHERE t.county = offer.county AND t.taker_id = offer.taker_id AND ({stands}))
                ELSE EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = offer.county AND l.listing_id = offer.listing_id
                        AND l.household_id = access.household()) AND access.answers_for(access.household()) END);
        -- The rows have policies of their own; of a leaf without its row the recheck tells.
        CREATE POLICY of_the_market ON log.entry FOR INSERT TO landreg_citizen
            WITH CHECK (kind >= 'exchange.' AND kind < 'exchange/');
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
