"""0025 An advance notice gets its day later; several courts and objectors wait in their order; a sum's check bears its rule."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SEVERAL = (
    "seizure", "seizure_release", "seizure_renewal", "objection_entry", "objection_release", "objection_suit",
)  # fmt: skip
"""What others than the holder ask for, each for themselves (registry.rules.requests)."""


def upgrade() -> None:
    op.execute(f"""
        INSERT INTO registry.act_kind (kind, noticed, certificate) VALUES ('advance_notice_day', false, 'keep');
        ALTER TABLE registry.restriction RENAME CONSTRAINT restriction_amount_check TO res_5_sum_is_some;
        DROP INDEX registry.reg_8_one_open_case_per_subject;
        CREATE UNIQUE INDEX reg_26_one_open_case_per_subject ON registry."case" (county, subject_code, act_kind)
            WHERE state NOT IN ('certified', 'returned', 'withdrawn', 'refused', 'registered')
            AND act_kind NOT IN ({", ".join(f"'{kind}'" for kind in SEVERAL)});
        CREATE UNIQUE INDEX reg_26_one_open_case_per_request ON registry."case" (county, subject_code, act_kind, request)
            WHERE state NOT IN ('certified', 'returned', 'withdrawn', 'refused', 'registered')
            AND act_kind IN ({", ".join(f"'{kind}'" for kind in SEVERAL)});
    """)
