"""Rows that stand in another village than what they hang on: row policies would hide them from their own office.

No leaf tells of a village, since divisions are recoded. What a code names, and what other rows say, holds it instead: a row
is where its code says, where its right, parcel or household is, or where its entry in the log was made; or in a division
that is known to have come of that one (`land.division_alias`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.log.recheck_register import Placed
from landreg.registry.leaves.rows import CLOCKED

_DIGITS = 12
CODED = ("land.parcel", "party.collective", "party.household", "party.organization")
"""Tables whose codes begin with the village that registered them."""
_RIGHT_OF_ROW = 'registry."right" AS o WHERE o.county = x.county AND o.row_id = x.right_row'
_RIGHT = 'registry."right" AS o WHERE o.county = x.county AND o.right_id = x.right_id'
_PARCEL_OF_RIGHT = """registry.right_parcel AS p JOIN land.parcel AS o ON o.county = p.county AND o.parcel_id = p.parcel_id
    WHERE p.county = x.county AND p.right_row = x.row_id"""
HANGING = {
    "party.member": ("party.household AS o WHERE o.county = x.county AND o.household_id = x.household_id",),
    "party.holder": ("registry.right_holder AS o WHERE o.county = x.county AND o.household_id = x.holder_id",),
    "land.parcel_origin": ("land.parcel AS o WHERE o.county = x.county AND o.parcel_id IN (x.parcel_id, x.origin_id)",),
    "registry.contract": (
        "party.collective AS o WHERE o.county = x.county AND o.collective_id = x.collective_id",
        "party.household AS o WHERE o.county = x.county AND o.household_id = x.household_id",
    ),
    'registry."right"': (
        _PARCEL_OF_RIGHT,
        "party.household AS o WHERE o.county = x.county AND o.household_id = x.household_id",
    ),
    "registry.right_holder": (_RIGHT_OF_ROW,),
    "registry.right_parcel": (_RIGHT_OF_ROW,),
    "registry.restriction": (_RIGHT,),
    "registry.certificate": (_RIGHT,),
    "registry.certificate_end": (
        "registry.certificate AS o WHERE o.county = x.county AND o.certificate_id = x.certificate_id",
    ),
}
"""By table: what a row of it (`x`) hangs on (`o`), one of which is where it is."""
BEARING = frozenset((*CODED, "registry.right", "registry.certificate"))
"""Tables on whose rows others hang."""
ENTERED = {
    "registry.act": ("act", "x.number"),
    "registry.notice": ("notice.published", "x.number"),
    "registry.paper": ("paper.issued", "x.number"),
    "registry.excerpt": ("excerpt.issued", "x.number"),
    "registry.application": ("application.made", "x.number"),
    "registry.renewal": ("renewal.drawn_up", "x.number"),
    "access.household_code": ("household.code_made", "x.code_id::text"),
    "access.binding": ("household.bound", "x.binding_id::text"),
    "access.consent": ("consent.given", "x.consent_id::text"),
    "access.agent_act": ("agent.acted", "x.agent_act_id::text"),
}
"""By table: the kind of the entry that was made with a row, and the key it has there."""
_KEYS = {
    **CLOCKED,
    "registry.certificate": "x.number",
    "registry.certificate_end": "x.certificate_id::text",
    **{table: key for table, (_, key) in ENTERED.items()},
}
TABLES = tuple(table.replace('"', "") for table in (*CODED, *HANGING, *ENTERED))
"""Every table whose rows are held in their villages."""


def placed(session: Session) -> Iterator[Placed]:
    """Rows in a village that is none of theirs: today's code, and the one that was to be expected."""
    became = {row.old: row.new for row in session.execute(text("SELECT old, new FROM land.division_alias"))}
    coded = [
        one
        for table in CODED
        for row in session.execute(text(f"SELECT DISTINCT left(code, {_DIGITS}) AS said, village FROM {table}")).all()
        if not _came_of(row.village, row.said, became)
        for one in _coded(session, table, row.said, row.village)
    ]
    found = [
        Placed(row.table_name.replace('"', ""), row.key, row.village, min(row.villages or ["—"]))
        for row in session.execute(text(_ELSEWHERE))
        if not any(_came_of(row.village, village, became) for village in row.villages or ())
    ]
    # What hangs on a row that was moved is where that row was: the row alone is out of its place.
    moved = {(one.village, one.said) for one in (*coded, *found) if one.table in BEARING}
    yield from (one for one in found if one.table in BEARING or (one.said, one.village) not in moved)
    yield from coded


def _coded(session: Session, table: str, said: str, village: str) -> Iterator[Placed]:
    question = (
        f"SELECT {_KEYS[table]} AS key FROM {table} AS x WHERE left(code, {_DIGITS}) = :said AND village = :village"
    )
    for row in session.execute(text(question), {"said": said, "village": village}):
        yield Placed(table, row.key, village, said)


def _came_of(village: str, said: str, became: Mapping[str, str]) -> bool:
    """Whether a village's code is that which was said, or what the division's code has become since."""
    seen: set[str] = set()
    while said not in seen and said != village:
        seen.add(said)
        old = next((said[:digits] for digits in (_DIGITS, 9, 6, 4) if said[:digits] in became), None)
        said = said if old is None else became[old] + said[len(old) :]
    return said == village


def _hanging(table: str, on: tuple[str, ...]) -> str:
    apart = " AND ".join(f"NOT EXISTS (SELECT FROM {one} AND o.village = x.village)" for one in on)
    villages = " UNION ".join(f"SELECT o.village FROM {one}" for one in on)
    return f"""SELECT '{table}' AS table_name, {_KEYS[table]} AS key, x.village, ARRAY({villages}) AS villages
        FROM {table} AS x WHERE {apart}"""


def _entered(table: str, kind: str, key: str) -> str:
    return f"""SELECT '{table}', {key}, x.village, ARRAY[e.village] FROM {table} AS x
        JOIN log.entry AS e ON e.county = x.county AND e.kind = '{kind}' AND e.key = {key} WHERE e.village <> x.village"""


_ELSEWHERE = " UNION ALL ".join(
    [
        *(_hanging(table, on) for table, on in HANGING.items()),
        *(_entered(table, *named) for table, named in ENTERED.items()),
    ]
)
