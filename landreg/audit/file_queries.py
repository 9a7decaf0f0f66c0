"""The files that rows of the register name by their hash."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

COLUMNS = ("sha256", "pdf_sha256", "file_sha256")
"""What a column is called that names a file of the store."""


def named_files(session: Session) -> Iterator[tuple[str, str, str]]:
    """Hash, table, and the number or name that its row goes by, '' where it has neither; each file of a table once."""
    for schema, table, column, label in session.execute(_NAMING, {"columns": list(COLUMNS)}).all():
        digest: sa.ColumnClause[str] = sa.column(column)
        known = sa.func.min(sa.column(label)) if label else sa.literal("")
        rows = sa.select(digest, known).select_from(sa.table(table, schema=schema)).where(digest > "").group_by(digest)
        for sha256, said in session.execute(rows.order_by(digest)):
            yield sha256, f"{schema}.{table}", str(said)


_NAMING = sa.text("""
    SELECT n.nspname, c.relname, a.attname,
           (SELECT l.attname FROM pg_attribute AS l WHERE l.attrelid = c.oid AND l.attname IN ('number', 'name', 'paper')
            AND has_column_privilege(c.oid, l.attnum, 'SELECT') ORDER BY l.attname = 'number' DESC LIMIT 1)
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE a.attname = ANY (:columns) AND a.atttypid = 'text'::regtype AND has_column_privilege(c.oid, a.attnum, 'SELECT')
    ORDER BY 1, 2, 3
""")
