"""No statement looks row by row at the table it fills.

PostgreSQL (seen with 15.18) keeps the dead entries that a scan met on the root page of a GiST index and, when that page splits
before the scan begins anew, marks as many entries of a new page: living rows that no index scan, and no exclusion constraint,
finds again. Only a scan that goes on while rows go in can meet such a split.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.house import sources

_FILLS = re.compile(r'\bINSERT INTO ([a-z_]+\."?[a-z_]+"?)(.*?)(?:"""|\'\'\'|;)', re.DOTALL)
_READS = r"\b(?:FROM|JOIN) {}(?![a-z_])"


def filled_while_read(text: str) -> Iterator[str]:
    """Tables that a statement in this text reads after it began to fill them."""
    for table, rest in _FILLS.findall(text):
        if re.search(_READS.format(re.escape(table)), rest):
            yield table


def test_no_statement_fills_a_table_that_it_reads_row_by_row() -> None:
    found = {
        sources.name(file): tables
        for file in sources.modules("landreg")
        if (tables := list(filled_while_read(file.read_text("utf-8"))))
    }
    assert found == {}


def test_a_statement_that_does_is_seen() -> None:
    anti = '"""INSERT INTO land.parcel (code) SELECT s.code FROM s WHERE NOT EXISTS (SELECT FROM land.parcel AS l)"""'
    first = '"""WITH e AS MATERIALIZED (SELECT FROM land.parcel) INSERT INTO land.parcel (code) SELECT FROM land.parcel_serial"""'
    assert list(filled_while_read(anti)) == ["land.parcel"]
    assert list(filled_while_read(first)) == []
