"""0012 Another day than today: rows found by key whether open or closed, and excerpts from the register that say both days."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _other_days()


def _other_days() -> None:
    op.execute("""
        -- What held until some day stays said, under the code that it had: only what holds on has a code to itself.
        DROP INDEX land.cod_90_parcel_code_once;
        CREATE UNIQUE INDEX cod_90_parcel_code_once ON land.parcel (county, code)
            WHERE upper_inf(recorded) AND upper_inf(valid);
        CREATE INDEX parcel_was_on_map ON land.parcel USING gist (geom_3857) WHERE NOT upper_inf(recorded);
        CREATE INDEX household_by_code ON party.household (county, code);
        CREATE INDEX household_by_id ON party.household (county, household_id);
        CREATE INDEX member_by_household_ever ON party.member (county, household_id);
        CREATE INDEX contract_by_id ON registry.contract (county, contract_id);
        CREATE INDEX right_by_id ON registry."right" (county, right_id);
        CREATE INDEX right_holder_by_household ON registry.right_holder (county, household_id);
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
