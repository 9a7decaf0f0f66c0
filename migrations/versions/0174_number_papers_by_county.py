"""0174 Acts and certificates are numbered by county, over all years."""

from alembic import op

revision = "0174"
down_revision = "0173"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- year: 0 in the books of acts and certificates, whose numbers go on over the years: a printing number bears none.
        ALTER TABLE registry.book DROP CONSTRAINT book_book_check;
        ALTER TABLE registry.book ADD CONSTRAINT book_book_check
            CHECK (CASE WHEN book IN ('act', 'certificate') THEN year = 0 ELSE book IN ('case', 'notice') AND year > 0 END);
        -- A county that has acts goes on behind the last number that any county was given.
        SET LOCAL landreg.jurisdiction = '6109';
        INSERT INTO registry.book (county, book, year, village, last)
            SELECT a.county, of.book, 0, a.county, of.last
            FROM (SELECT DISTINCT county FROM registry.act) AS a CROSS JOIN (
                SELECT 'act', last_value::integer FROM registry.act_number WHERE is_called
                UNION ALL SELECT 'certificate', last_value::integer FROM registry.certificate_number WHERE is_called)
                AS of (book, last);
        SET LOCAL landreg.jurisdiction = '';
        DROP SEQUENCE registry.act_number, registry.certificate_number;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
