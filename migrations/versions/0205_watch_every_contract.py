"""0205 What is seen of the use of land is written down of every contract by which land is taken in, also one without a deal (QUAL-10)."""

from __future__ import annotations

from alembic import op

revision = "0205"
down_revision = "0204"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Of a deal as before; of what came off the market or by a project, of its contract.
        ALTER TABLE exchange.land_watch ALTER COLUMN deal_id DROP NOT NULL, ADD COLUMN contract_id uuid,
            ADD CONSTRAINT qual_10_of_a_deal_or_a_contract CHECK (num_nonnulls(deal_id, contract_id) = 1),
            ADD FOREIGN KEY (county, contract_id) REFERENCES exchange.contract;
        CREATE INDEX land_watch_by_contract ON exchange.land_watch (county, contract_id, on_day) WHERE contract_id IS NOT NULL;
        -- Its sides see it with the contract itself.
        CREATE POLICY of_own_contract ON exchange.land_watch FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = land_watch.county
                AND c.contract_id = land_watch.contract_id));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
