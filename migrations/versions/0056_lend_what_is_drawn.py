"""0056 What is drawn of a parcel may be given back for some years too."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE exit.exit DROP CONSTRAINT exit_5_a_drawn_part_goes_for_good,
            ADD CONSTRAINT exit_5_a_drawn_part_is_of_another_parcel CHECK ((cut_parcel IS NULL) = (cut_m2 IS NULL)
                AND (cut_parcel IS NULL OR mode IN ('part', 'temporary') AND NOT cut_parcel = ANY (parcels)));
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
