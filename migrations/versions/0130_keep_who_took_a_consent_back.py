"""0130 A consent that is taken back at the counter ends now, and keeps which member came for it (ACC-32)."""

from __future__ import annotations

from alembic import op

revision = "0130"
down_revision = "0129"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- taken_back_by: who came to the counter; NULL where the household's own account took it back, and before this migration.
        ALTER TABLE access.consent ADD COLUMN taken_back_by uuid;
        CREATE FUNCTION access.consent_ends_now() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF OLD.revoked_at IS NOT NULL
                OR (NEW.revoked_at BETWEEN system.clock() - interval '1 minute' AND system.clock()) IS NOT TRUE THEN
                RAISE EXCEPTION 'consent %: it is taken back now, and once', NEW.consent_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'acc_32_consent_ends_now';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION access.consent_ends_now() FROM PUBLIC;
        CREATE TRIGGER consent_ends_now BEFORE UPDATE ON access.consent FOR EACH ROW
            WHEN ((NEW.revoked_at, NEW.revoked_by, NEW.taken_back_by) IS DISTINCT FROM
                (OLD.revoked_at, OLD.revoked_by, OLD.taken_back_by))
            EXECUTE FUNCTION access.consent_ends_now();
        DROP POLICY taken_back_at_the_counter ON access.consent;
        CREATE POLICY taken_back_at_the_counter ON access.consent FOR UPDATE TO landreg_registry
            USING (revoked_at IS NULL AND village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (revoked_by = access.actor()
                AND EXISTS (SELECT FROM access.account AS a
                    WHERE a.account_id = access.actor() AND 'registrar' = ANY (a.roles) AND a.locked_at IS NULL)
                AND EXISTS (SELECT FROM party.member AS m
                    WHERE m.county = consent.county AND m.household_id = consent.household_id
                      AND m.person_id = consent.taken_back_by AND upper_inf(m.recorded) AND upper_inf(m.valid)));
        GRANT UPDATE (taken_back_by) ON access.consent TO landreg_registry;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
