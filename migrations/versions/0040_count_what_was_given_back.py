"""0040 How many gave land or a homestead back, by county, for everybody; digests of what was refused turn with the keys."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- To the end of the last quarter, whatever road it took: by an exit, or by a cancellation on its being given back. Not one
        -- of a few: fewer than five are no row.
        CREATE FUNCTION exit.public_given_back() RETURNS TABLE (county text, count bigint)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT left(t.village, 6), count(*) FROM registry.act AS t
            LEFT JOIN registry."case" AS c ON c.county = t.county AND c.case_id = t.case_id
            WHERE (t.kind = 'exit' OR t.kind = 'cancellation' AND c.request ->> 'reason' = 'returned')
              AND t.registered_at < date_trunc('quarter', system.clock() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai'
            GROUP BY 1 HAVING count(*) >= 5
        $$;
        REVOKE ALL ON FUNCTION exit.public_given_back() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exit.public_given_back() TO landreg_public;
        -- Read by whoever has no jurisdiction.
        ALTER FUNCTION log.stated_numbers() SET landreg.jurisdiction = '6109';
        -- The window's keys turn: its owner makes the digests of its rows anew.
        CREATE POLICY turned_with_the_keys ON settlement.refused_evidence FOR UPDATE TO landreg_owner
            USING (division BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (division BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
