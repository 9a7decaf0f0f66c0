"""Rows as the log's digests see them: every table with two clocks, how a row of it is named, and its text."""

from __future__ import annotations

import hashlib

CLOCKED = {
    "registry.contract": "x.row_id::text",
    'registry."right"': "x.row_id::text",
    "registry.right_holder": "x.right_row || ':' || x.household_id",
    "registry.right_parcel": "x.right_row || ':' || x.parcel_id",
    "registry.restriction": "x.row_id::text",
    "land.parcel": "x.row_id::text",
    "party.collective": "x.row_id::text",
    "party.household": "x.row_id::text",
    "party.member": "x.row_id::text",
    "party.organization": "x.row_id::text",
}
"""Every table with two clocks, and how a row of it is named."""


def digest(facts: str | None) -> str:
    """Enough of a SHA-256 to name the row that was changed."""
    return "" if facts is None else hashlib.sha256(facts.encode()).hexdigest()[:32]


def row_text(alias: str, *left_out: str) -> str:
    """A row as text: every column but division codes, those that close it, and `left_out`; its beginning on the clock kept."""
    dropped = ("county", "village", "ended_by_act", "recorded", *left_out)
    return (
        f"(to_jsonb({alias}) - '{{{','.join(dropped)}}}'::text[])::text || extract(epoch FROM lower({alias}.recorded))"
    )
