"""0141 Cases and notices are numbered without gaps, by county and year."""

from alembic import op

revision = "0141"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The last number that a county's book of a year has. village: the county, by which its policy knows it.
        CREATE TABLE registry.book (
            county char(6) NOT NULL, book text COLLATE "C" NOT NULL CHECK (book IN ('case', 'notice')), year integer NOT NULL,
            village text COLLATE "C" NOT NULL, last integer NOT NULL CHECK (last > 0),
            PRIMARY KEY (county, book, year)
        );
        ALTER TABLE registry.book ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON registry.book TO landreg_owner
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        -- Numbers of before there was a book go on behind the last one; whoever draws holds the book until their transaction ends.
        CREATE FUNCTION registry.next_in_book(in_county text, in_book text, in_year integer, how_many integer) RETURNS SETOF integer
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            prefix text := in_county || CASE in_book WHEN 'case' THEN '-' ELSE '-G' END || in_year || '-';
            before integer;
            top integer;
        BEGIN
            IF how_many < 1 THEN
                RETURN;
            END IF;
            UPDATE registry.book AS b SET last = b.last + how_many
                WHERE b.county = in_county::char(6) AND b.book = in_book AND b.year = in_year RETURNING b.last INTO top;
            IF NOT FOUND THEN
                SELECT coalesce(max(substr(x.number, length(prefix) + 1)::integer), 0) INTO before FROM (
                    SELECT c.number FROM registry."case" AS c WHERE in_book = 'case' AND c.county = in_county::char(6)
                    UNION ALL
                    SELECT n.number FROM registry.notice AS n WHERE in_book = 'notice' AND n.county = in_county::char(6)) AS x
                    WHERE x.number LIKE prefix || '%' AND substr(x.number, length(prefix) + 1) ~ '^[0-9]{1,9}$';
                INSERT INTO registry.book AS b (county, book, year, village, last)
                    VALUES (in_county, in_book, in_year, in_county, before + how_many)
                    ON CONFLICT (county, book, year) DO UPDATE SET last = b.last + how_many RETURNING b.last INTO top;
            END IF;
            RETURN QUERY SELECT generate_series(top - how_many + 1, top);
        END $$;
        REVOKE ALL ON FUNCTION registry.next_in_book(text, text, integer, integer) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.next_in_book(text, text, integer, integer) TO landreg_registry, landreg_worker;
        DROP SEQUENCE registry.case_number, registry.notice_number;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
