"""0053 An exit of a part that is drawn leaves the rest of the parcel to the household: its case waits for the certificate."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE OR REPLACE FUNCTION registry.case_waits(state text, act_kind text, request jsonb) RETURNS boolean LANGUAGE sql
            STABLE SET search_path = pg_catalog AS $$
            SELECT CASE WHEN state <> 'registered' THEN state NOT IN ('certified', 'withdrawn', 'refused')
                ELSE (SELECT k.certificate IN ('issue', 'replace') OR (k.certificate = 'cancel'
                          AND (coalesce(request -> 'parcels', '[]') NOT IN (jsonb '[]', jsonb 'null')
                               OR coalesce(request ->> 'taker_id', '') <> ''
                               OR coalesce(request ->> 'cut', '') <> ''))
                      FROM registry.act_kind AS k WHERE k.kind = act_kind) END
        $$;
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE registry."case" SET waits = true
            WHERE state = 'registered' AND act_kind = 'exit' AND coalesce(request ->> 'cut', '') <> '' AND NOT waits;
        SET LOCAL landreg.jurisdiction = '';
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
