"""0068 A household claims its priority at the counter too, and by an agent under its consent to that step.

Who comes to the counter is a member of the household, or brings its power of attorney: the claim says which, and who wrote it down.
"""

from __future__ import annotations

from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_FORCE = "upper_inf(m.recorded) AND upper_inf(m.valid)"


def upgrade() -> None:
    op.execute(f"""
        -- agent_act_id: of an agent. came: who came to the counter; member_id: as which member, sha256, paper: or with which
        -- power of attorney. All null where the household's own account claims.
        ALTER TABLE exchange.priority_claim ADD COLUMN agent_act_id uuid, ADD COLUMN came text, ADD COLUMN member_id uuid,
            ADD COLUMN sha256 text COLLATE "C", ADD COLUMN paper text,
            ADD FOREIGN KEY (county, agent_act_id) REFERENCES access.agent_act,
            ADD CONSTRAINT pri_5_who_claims CHECK (num_nonnulls(agent_act_id, came) <= 1 AND (sha256 IS NULL) = (paper IS NULL)
                AND CASE WHEN came IS NULL THEN num_nonnulls(member_id, sha256) = 0
                    ELSE btrim(came) <> '' AND num_nonnulls(member_id, sha256) > 0 AND coalesce(length(sha256) = 64, true) END);
        CREATE INDEX priority_claim_by_agent_act ON exchange.priority_claim (county, agent_act_id);
        -- As which household of a window, and which member of it, somebody comes: by the digests of the number on the card.
        CREATE FUNCTION exchange.who_claims(in_county text, in_priority uuid, borne bytea[])
            RETURNS TABLE (household_id uuid, household_code text, member_id uuid) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT n.household_id, n.household_code, m.member_id FROM exchange.priority_notice AS n
            JOIN party.member AS m ON m.county = n.county AND m.household_id = n.household_id AND {_FORCE}
            JOIN identity.person AS p ON p.person_id = m.person_id AND p.id_digest = ANY (borne)
            WHERE n.county = in_county::char(6) AND n.priority_id = in_priority LIMIT 1
        $$;
        CREATE FUNCTION exchange.claimed_by_whom() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.member_id IS NOT NULL AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = NEW.county
                    AND m.household_id = NEW.household_id AND m.member_id = NEW.member_id AND {_FORCE}) THEN
                RAISE EXCEPTION 'no member of household %', NEW.household_id {_REFUSED} = 'pri_5_who_claims';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER claimed_by_whom BEFORE INSERT ON exchange.priority_claim
            FOR EACH ROW EXECUTE FUNCTION exchange.claimed_by_whom();
        -- Whether this agent has just written that the household's priority is claimed: in this transaction, under a consent to it.
        CREATE FUNCTION access.claims_for(asked uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT EXISTS (SELECT FROM access.agent_act AS a WHERE a.household_id = asked AND a.agent_id = access.actor()
                AND a.step = 'priority' AND a.xmin = pg_current_xact_id()::xid)
        $$;
        REVOKE ALL ON FUNCTION exchange.who_claims(text, uuid, bytea[]), exchange.claimed_by_whom(), access.claims_for(uuid)
            FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.who_claims(text, uuid, bytea[]) TO landreg_exchange;
        GRANT EXECUTE ON FUNCTION access.claims_for(uuid) TO landreg_citizen;

        GRANT INSERT ON exchange.priority_claim TO landreg_exchange;
        CREATE POLICY taken_at_the_counter ON exchange.priority_claim AS RESTRICTIVE FOR INSERT TO landreg_exchange
            WITH CHECK ("by" = access.actor() AND came IS NOT NULL);
        DROP POLICY claimed_by_the_household ON exchange.priority_claim;
        CREATE POLICY claimed_by_the_household ON exchange.priority_claim FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND household_id = access.household() AND came IS NULL
                AND CASE WHEN agent_act_id IS NULL THEN access.stands_for(household_id, '{{}}')
                    ELSE access.claims_for(household_id) AND EXISTS (SELECT FROM access.agent_act AS a
                        WHERE a.county = priority_claim.county AND a.agent_act_id = priority_claim.agent_act_id
                          AND a.household_id = priority_claim.household_id AND a.agent_id = access.actor()
                          AND a.step = 'priority') END
                AND EXISTS (SELECT FROM exchange.priority_notice AS n WHERE n.county = priority_claim.county
                    AND n.priority_id = priority_claim.priority_id AND n.household_id = access.household()
                    AND n.village = priority_claim.village));
        DROP POLICY own_household ON exchange.priority_notice;
        CREATE POLICY own_household ON exchange.priority_notice FOR SELECT TO landreg_citizen
            USING (household_id = access.household() AND access.stands_for(household_id, ARRAY['view', 'priority']));
        -- As in 0059, and of an agent who claims.
        DROP POLICY own_taker ON exchange.taker;
        CREATE POLICY own_taker ON exchange.taker FOR SELECT TO landreg_citizen
            USING (account_id = access.actor()
                OR household_id = access.household() AND access.stands_for(household_id, ARRAY['sign', 'view', 'bid', 'priority']));
        DROP POLICY opened_by_oneself ON exchange.taker;
        CREATE POLICY opened_by_oneself ON exchange.taker FOR INSERT TO landreg_citizen
            WITH CHECK (opened_by = access.actor() AND kind = 'household' AND household_id = access.household()
                AND CASE WHEN account_id IS NULL THEN access.takes_part_for(household_id) OR access.claims_for(household_id)
                    ELSE account_id = access.actor() AND access.stands_for(household_id, '{{}}') END
                AND id_sealed IS NULL AND EXISTS (SELECT FROM party.household AS h
                    WHERE h.county = taker.county AND h.household_id = taker.household_id AND h.village = taker.village
                      AND h.code = taker.code AND h.name = taker.name AND upper_inf(h.recorded) AND upper_inf(h.valid)));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
