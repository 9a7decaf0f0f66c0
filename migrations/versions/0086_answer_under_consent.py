"""0086 A village agent answers the second chance of a household under its consent to bid, and the answer says by which act."""

from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE exchange.chance_answer ADD COLUMN agent_act_id uuid;
        DROP POLICY answered_by_the_bidder ON exchange.chance_answer;
        CREATE POLICY answered_by_the_bidder ON exchange.chance_answer FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND EXISTS (SELECT FROM exchange.second_chance AS c
                JOIN exchange.entrant AS e USING (county, entrant_id) JOIN exchange.taker AS t USING (county, taker_id)
                WHERE c.county = chance_answer.county AND c.chance_id = chance_answer.chance_id
                  AND c.village = chance_answer.village AND (t.account_id = access.actor()
                    OR t.household_id = access.household() AND access.takes_part_for(t.household_id))));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
