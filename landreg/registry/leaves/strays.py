"""What else is held against the log: rows of which no leaf tells, and what accounts may do now.

`register` puts together all that `landreg log recheck` needs of this register.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.access.person_queries import OF_NO_LEAF
from landreg.log.recheck_register import Register
from landreg.log.recheck_rows import Restated
from landreg.registry.leaves import coursed, logged
from landreg.registry.leaves.placed import placed
from landreg.registry.leaves.rows import CLOCKED
from landreg.registry.leaves.shapes import drawn_otherwise

ACCOUNT_KINDS = (
    "account.opened",
    "account.changed",
    "account.locked",
    "account.unlocked",
    "account.password_reset",
)
_REGISTERED = ("registry.", "land.", "party.")


def register() -> Register:
    """All of this register that is held against its log."""
    accounts_now = {"access.account": (ACCOUNT_KINDS, accounts)}
    return Register(logged.SOURCES, logged.TABLES, logged.closings, strays, placed, accounts_now, drawn_otherwise)


def accounts(session: Session) -> Iterator[Restated]:
    """What each account may do now, as the last leaf of it says."""
    for row in session.execute(text(_ACCOUNTS)):
        facts: dict[str, Any] = {
            "account": str(row.account_id),
            "desk": row.desk,
            "jurisdiction": row.jurisdiction,
            "locked": row.locked,
            "roles": ",".join(row.roles),
        }
        yield str(row.account_id), facts, {"login": row.login, "name": row.name}


def strays(session: Session) -> Iterator[tuple[str, str]]:
    """Rows of which no leaf can tell: of an act that is not there or of a kind that opens none such, persons who are party to
    nothing, and cases that say otherwise than their steps.
    """
    for row in session.execute(text(_STRAYS)):
        yield row.table_name.replace('"', ""), row.key
    yield from coursed.untold(session)


_ACCOUNTS = """
    SELECT account_id, login, name, desk, roles, jurisdiction, locked_at IS NOT NULL AS locked FROM access.account
"""
# Rows that a survey's act and a first registration open, whose leaves tell of these tables only; those of acts of change of all.
_OF_SURVEY = ("land.parcel", "party.collective", "party.household", "party.member", "party.organization")
_OF_FIRST = ("registry.contract", 'registry."right"', "registry.right_holder", "registry.right_parcel")


def _untold(table: str) -> str:
    """Kinds of act whose leaves do not tell of a table, as SQL."""
    kinds = {"survey_entry": _OF_SURVEY, "first_registration": _OF_FIRST}
    return ", ".join(f"'{kind}'" for kind, told in kinds.items() if table not in told)


_OF_NO_ACT = " UNION ALL ".join(
    f"""SELECT '{table}' AS table_name, {key} AS key FROM {table} AS x
        LEFT JOIN registry.act AS a ON a.county = x.county AND a.act_id = x.act_id
        WHERE a.kind IS NULL OR a.kind IN ({_untold(table)})"""
    for table, key in CLOCKED.items()
)
# Nothing ends a certificate but an act of change, and no survey or first registration makes a parcel out of another.
_OF_NO_CHANGE = """
    SELECT '{table}', x.{key}::text FROM {table} AS x LEFT JOIN registry.act AS a ON a.county = x.county AND a.act_id = x.act_id
    WHERE a.kind IS NULL OR a.kind IN ('survey_entry', 'first_registration')
"""
# Kept beside its term, so that an index finds it.
_OTHER_END = """ UNION ALL SELECT 'registry."right"', row_id::text FROM registry."right"
    WHERE term_ended_on IS DISTINCT FROM upper(term)"""
_STRAYS = (
    _OF_NO_ACT
    + _OTHER_END
    + " UNION ALL "
    + _OF_NO_CHANGE.format(table="registry.certificate_end", key="certificate_id")
    + " UNION ALL "
    + _OF_NO_CHANGE.format(table="land.parcel_origin", key="row_id")
    + f" UNION ALL SELECT 'identity.person', p.person_id::text FROM identity.person AS p WHERE {OF_NO_LEAF}"
)
