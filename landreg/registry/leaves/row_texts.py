"""Rows as the texts whose digests leaves hold, so that evidence is held against the log without the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.leaves.rows import CERTIFICATE_TEXT, CLOCKED, row_text


class RowText(NamedTuple):
    """A row's text, and the entry whose leaf holds its digest. key: what names the row in its table."""

    table: str
    key: str
    kind: str
    entry: str
    text: str


def of_rows(session: Session, county: str, written: Mapping[str, Mapping[UUID, Sequence[str]]]) -> list[RowText]:
    """The texts of rows of tables with two clocks. written: by table, by the act that wrote them, what names the rows.

    Of a first registration all rows of a table are given, since its leaf holds one digest over them.
    """
    found: list[RowText] = []
    for table, named in CLOCKED.items():
        name = table.split(".")[1].strip('"')
        acts = written.get(name, {})
        asked = {
            "county": county,
            "acts": list(acts),
            "keys": [key for keys in acts.values() for key in keys],
            "name": name,
        }
        if acts:
            found += [RowText(*row) for row in session.execute(text(_opened(table, named)), asked)]
    return found


def of_acts(session: Session, county: str, acts: Sequence[UUID]) -> list[RowText]:
    """The texts of these acts, and of the ends of certificates that they wrote."""
    return [RowText(*row) for row in session.execute(text(_ACTS), {"county": county, "acts": list(acts)})]


def of_certificates(session: Session, county: str, numbers: Sequence[str]) -> list[RowText]:
    """The texts of these certificates; of the columns that their leaves tell of by name there is nothing in them."""
    return [RowText(*row) for row in session.execute(text(_CERTIFICATES), {"county": county, "numbers": list(numbers)})]


def _opened(table: str, key: str) -> str:
    return f"""SELECT :name, {key}, 'act', a.number, {row_text("x", table)} FROM {table} AS x
        JOIN registry.act AS a ON a.county = x.county AND a.act_id = x.act_id
        WHERE x.county = :county AND x.act_id = ANY (:acts) AND (a.kind = 'first_registration' OR {key} = ANY (:keys))
        ORDER BY 4, 2"""


_ACTS = """
    SELECT 'act', a.number, 'act', a.number, (to_jsonb(a) - '{county,village}'::text[])::text
    FROM registry.act AS a WHERE a.county = :county AND a.act_id = ANY (:acts)
    UNION ALL SELECT 'certificate_end', e.certificate_id::text, 'act', a.number, (to_jsonb(e) - '{county,village}'::text[])::text
    FROM registry.certificate_end AS e JOIN registry.act AS a ON a.county = e.county AND a.act_id = e.act_id
    WHERE e.county = :county AND e.act_id = ANY (:acts) ORDER BY 1, 2
"""
_CERTIFICATES = f"""
    SELECT 'certificate', c.number, 'certificate.issued', c.number,
        {CERTIFICATE_TEXT}
    FROM registry.certificate AS c WHERE c.county = :county AND c.number = ANY (:numbers) ORDER BY 2
"""
