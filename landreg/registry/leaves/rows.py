"""Rows as the log's digests see them: every table with two clocks, how a row of it is named, and its text."""

from __future__ import annotations

import hashlib

import landreg.land.model
import landreg.party.model
import landreg.registry.model  # noqa: F401  the columns of all three
from landreg.core.tables import Base

CLOCKED = {
    "registry.contract": "x.row_id::text",
    'registry."right"': "x.row_id::text",
    "registry.right_holder": "x.right_row || ':' || x.household_id",
    "registry.right_parcel": "x.right_row || ':' || x.parcel_id",
    "registry.restriction": "x.row_id::text",
    "land.parcel": "x.row_id::text",
    "land.parcel_origin": "x.row_id::text",
    "party.collective": "x.row_id::text",
    "party.household": "x.row_id::text",
    "party.member": "x.row_id::text",
    "party.organization": "x.row_id::text",
    "party.holder": "x.row_id::text",
}
"""Every table with two clocks, and how a row of it is named."""


def digest(facts: str | None) -> str:
    """Enough of a SHA-256 to name the row that was changed."""
    return "" if facts is None else hashlib.sha256(facts.encode()).hexdigest()[:32]


def digest_sql(text: str) -> str:
    """The same of a text, as SQL: of many rows the digests are read, and not the rows."""
    return f"left(encode(sha256(convert_to({text}, 'UTF8')), 'hex'), 32)"


CLOSING = frozenset(("county", "village", "ended_by_act", "recorded"))
"""Columns of which no leaf tells: today's division codes, and those that close a row."""


LATER = {
    "registry.restriction": ("bars_transfer", "party_kind", "party_code", "party_id", "parcels"),
    "registry.right_parcel": ("signed_on",),
}
"""Columns that came after leaves had told of the table: a row that says nothing there has the text that it always had."""


def row_text(alias: str, table: str) -> str:
    """A row of a table with two clocks as text: every column but `CLOSING`; its beginning on the clock kept.

    Geometry enters as a hash of its bytes. Of the row only these columns are written as JSON: its geometry would take ten
    times as long.
    """
    mapped = Base.metadata.tables.get(table.replace('"', ""))
    began = f" || extract(epoch FROM lower({alias}.recorded))"
    if mapped is None:
        return f"(to_jsonb({alias}) - '{{{','.join(sorted(CLOSING))}}}'::text[])::text{began}"
    columns = mapped.columns.keys()
    later = LATER.get(table, ())
    left = {*CLOSING, *later}
    named = ", ".join(f'{alias}."{name}"' for name in columns if name not in left and not name.startswith("geom"))
    said = f"(SELECT to_jsonb(s)::text FROM (SELECT {named}) AS s){began}"
    said += "".join(f" || coalesce(' {name}=' || {alias}.{name}::text, '')" for name in later)
    return f"md5(ST_AsEWKB({alias}.geom)) || {said}" if "geom" in columns else said


CERTIFICATE_TEXT = "(to_jsonb(c) - '{county,village,number,act_id,pdf_sha256,token,right_id,sample}'::text[])::text"
"""A certificate `c` as text: what its leaf does not tell of by name. As SQL."""


def at_beginning_of(alias: str, row: str) -> str:
    """That a row stood when another began on the clock; written so that no index of ranges is taken for it, which is slower
    than the one by id.
    """
    began = f"lower({row}.recorded)"
    return f"lower({alias}.recorded) <= {began} AND (upper_inf({alias}.recorded) OR upper({alias}.recorded) > {began})"


FOUND = ("papers", "steps", "notes")
"""What a registration finds of its case: the papers in its folder, its steps that have no leaf of their own, and the notes that the
rules made on it."""


def finds(act: str, what: str) -> str:
    """What (of `FOUND`) the registration of an act's case found, by document or step, or as one digest; null where it was of
    before that was kept.

    act: a row of registry.act. As SQL.
    """
    return f"""(SELECT s.told -> '{what}' FROM registry.case_event AS s WHERE s.county = {act}.county
        AND s.case_id = {act}.case_id AND s.step = 'register' ORDER BY s.at DESC LIMIT 1)"""


def found(act: str) -> str:
    """Each of `FOUND` by its name, as SQL for the arguments of jsonb_build_object."""
    return ", ".join(f"'{what}', {finds(act, what)}" for what in FOUND)
