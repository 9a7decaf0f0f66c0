"""0080 At the desk a party signs in person, by a service's answer or by its word on a project; a household speaks there in person."""

from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Who comes is held by triggers on what is said in person (0071): in another way the desk says nothing for a party.
        CREATE POLICY signed_as_at_a_desk ON exchange.contract_event AS RESTRICTIVE FOR INSERT TO landreg_exchange
            WITH CHECK (kind NOT IN ('signed_contractor', 'signed_taker')
                OR coalesce(facts ->> 'way', '') IN ('in_person', 'service', 'mandate'));
        CREATE POLICY spoken_at_a_desk ON exchange.project_word AS RESTRICTIVE FOR INSERT TO landreg_exchange
            WITH CHECK (way = 'in_person');
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
