"""0129 A review that waits is withdrawn by the taker who asked for it, at the desk where the taker has no account (QUAL-8)."""

from __future__ import annotations

from alembic import op

revision = "0129"
down_revision = "0128"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE exchange.qualification_decision
            DROP CONSTRAINT qualification_decision_outcome_check,
            ADD CONSTRAINT qual_6_passed_or_not CHECK (outcome IN ('passed', 'refused', 'withdrawn')),
            DROP CONSTRAINT qual_6_refusal_says_why,
            ADD CONSTRAINT qual_6_refusal_says_why CHECK (outcome <> 'refused' OR btrim(said) <> '');
        ALTER TABLE exchange.qualification_decision RENAME CONSTRAINT qual_6_decided_once TO qual_8_decided_once;
        GRANT INSERT ON exchange.qualification_decision TO landreg_citizen;
        CREATE POLICY withdrawn_by_the_taker ON exchange.qualification_decision FOR INSERT TO landreg_citizen
            WITH CHECK (outcome = 'withdrawn' AND "by" = access.actor() AND EXISTS (SELECT FROM exchange.qualification AS q
                JOIN exchange.taker AS t ON t.county = q.county AND t.taker_id = q.taker_id
                WHERE q.county = qualification_decision.county AND q.qualification_id = qualification_decision.qualification_id
                  AND q.village = qualification_decision.village AND t.account_id = access.actor()));
        -- The desk decides; it withdraws for nobody who can do so by their own account.
        CREATE POLICY withdrawn_for_whom_has_no_account ON exchange.qualification_decision AS RESTRICTIVE FOR INSERT
            TO landreg_exchange WITH CHECK (outcome <> 'withdrawn' OR EXISTS (SELECT FROM exchange.qualification AS q
                JOIN exchange.taker AS t ON t.county = q.county AND t.taker_id = q.taker_id
                WHERE q.county = qualification_decision.county AND q.qualification_id = qualification_decision.qualification_id
                  AND t.account_id IS NULL));
        -- A citizen's login tells the log of what it withdrew too.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.has_just_written(text, text, text, text)'::regprocedure);
            after text := replace(before, 'ELSE false END',
                $$WHEN kind = 'exchange.qualification_decision' THEN EXISTS (SELECT FROM exchange.qualification_decision AS x
                    WHERE x.county = in_county::char(6) AND x.qualification_id = key::uuid AND x.village = in_village
                      AND x.xmin = pg_current_xact_id()::xid) ELSE false END$$);
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.has_just_written is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
