"""0117 A household without an account consents on paper at the counter: a registrar keeps the signed sheet, and who came."""

from __future__ import annotations

from alembic import op

revision = "0117"
down_revision = "0116"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Of a consent on paper: the member who signed it, who witnessed it ('' for nobody), and the scan.
        ALTER TABLE access.consent ADD COLUMN signed_by uuid, ADD COLUMN witness text, ADD COLUMN sha256 text COLLATE "C",
            ADD COLUMN paper text,
            ADD CONSTRAINT acc_32_paper_is_whole CHECK (num_nulls(signed_by, witness, sha256, paper) IN (0, 4)),
            ADD CHECK (sha256 ~ '^[0-9a-f]{64}$');
        DROP POLICY given_by_the_household ON access.consent;
        CREATE POLICY given_by_the_household ON access.consent FOR INSERT TO landreg_citizen
            WITH CHECK (given_by = access.actor() AND sha256 IS NULL AND EXISTS (SELECT FROM access.binding AS b
                WHERE b.ended_at IS NULL AND b.household_id = consent.household_id AND b.account_id = access.actor()));
        CREATE POLICY given_at_the_counter ON access.consent FOR INSERT TO landreg_registry
            WITH CHECK (given_by = access.actor() AND sha256 IS NOT NULL AND revoked_at IS NULL
                AND village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()
                AND EXISTS (SELECT FROM access.account AS a
                    WHERE a.account_id = access.actor() AND 'registrar' = ANY (a.roles) AND a.locked_at IS NULL)
                AND EXISTS (SELECT FROM access.account AS a WHERE a.account_id = agent_id AND 'agent' = ANY (a.roles))
                AND EXISTS (SELECT FROM party.household AS h
                    WHERE h.county = consent.county AND h.household_id = consent.household_id AND h.village = consent.village
                      AND upper_inf(h.recorded) AND upper_inf(h.valid))
                AND EXISTS (SELECT FROM party.member AS m
                    WHERE m.county = consent.county AND m.household_id = consent.household_id AND m.person_id = consent.signed_by
                      AND upper_inf(m.recorded) AND upper_inf(m.valid)));
        CREATE POLICY taken_back_at_the_counter ON access.consent FOR UPDATE TO landreg_registry
            USING (revoked_at IS NULL AND village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (revoked_by = access.actor() AND EXISTS (SELECT FROM access.account AS a
                WHERE a.account_id = access.actor() AND 'registrar' = ANY (a.roles) AND a.locked_at IS NULL));
        GRANT INSERT, UPDATE (revoked_at, revoked_by) ON access.consent TO landreg_registry;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
