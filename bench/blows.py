"""Blows of a superuser against a register: one row changed, removed or added, and put back as it was.

The tables are read from the catalog, so that a new one cannot be forgotten: the log's own, and every one that a desk may write
but those that are left out here by name, each with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg

from landreg.audit.logged import register
from landreg.core.errors import Finding
from landreg.log.told_rows import told_along
from landreg.registry.leaves.coursed import KINDS

_WORD = re.compile(r"[^0-9A-Za-z-]+")
Connection = psycopg.Connection[tuple[Any, ...]]

_DELIVERED = (
    "a delivery as it came, kept as a file under its own SHA-256; what was taken from it is told by the survey's act"
)
_SEARCH = "a person's own way of looking at the market, and what was found for it"
_TOLD_ON = "what programs are told of rows that have leaves"
LEFT_OUT = {
    "access.client_token": "what a program signed on with: gone within the hour",
    "access.saved_filter": "a person's own way of looking at lists",
    "access.second_factor": "secrets of sign-on: that they were set or used has a leaf, what they are has none",
    "access.session": "who is signed on now: gone when they leave",
    "exchange.attempt": _TOLD_ON,
    "exchange.delivery": _TOLD_ON,
    "exchange.found": _SEARCH,
    "exchange.kept_answer": "what a program was answered, should it ask the same again",
    "exchange.message": _SEARCH,
    "exchange.project_run": "long work in hand",
    "exchange.saved_search": _SEARCH,
    "land.division_alias": "names of the divisions, loaded from a public list",
    "land.parcel_serial": "the next number of a village's parcels; a number given twice is refused by another wall",
    "land.refused_plot": _DELIVERED,
    "land.upload": _DELIVERED,
    "registry.batch": "a way of working on many cases",
    "registry.job": "long work in hand",
    "registry.contradicted_village": "a count of what surveys have otherwise, made anew from them and the register by the worker",
    "registry.renewal_entry": "a roster's line: work, until the members decide; then each of them has its act or its leaf",
}
"""Tables that a desk may write, and yet no leaf tells of their rows: table to reason."""
_APART = (
    "the settlement window's own: its login alone reads it, and holds it against the log by itself (settlement.logged)"
)
KEPT_BY_ITSELF = {"exchange.sale_clock", "land.division", "registry.act_kind", "registry.case_course"}
"""Tables that no desk writes, or of which no leaf tells, and yet the recheck holds them against what they follow from."""
LEFT_OUT_FAMILIES = {"land.staged_": _DELIVERED, "land.package": _DELIVERED, "settlement.": _APART}
"""The same, of all tables whose names begin so."""
UNHELD = {
    "": {"county", "village"},
    "log.entry": {"id", "made_in"},
    "log.checkpoint": {"signed_at"},
    "log.cosignature": {"signed_at"},
    "access.household_code": {"code_hash", "attempts", "used_at", "withdrawn_at"},
    "identity.opening": {"made_in", "opened_at"},
    "law.county_parameter": {"set_at"},
    "registry.case": {"batch_id", "notice_id", "taken_by", "state_since", "officer", "waits"},
    "registry.case_event": {"salt"},
    "registry.objection": {"contact_sealed"},
    "registry.notice": {"notice_id", "batch_id", "pdf_sha256"},
    "registry.renewal": {"batch_id"},
    "exchange.sale_clock": {"last_at"},
    "land.division": {"boundary", "urban_rural_year"},
}
"""By table, or of all: columns of which no leaf tells. Division codes are recoded; the rest the database keeps for itself, or is
work.
"""
HELD = {"access.account": {"account_id", "login", "name", "desk", "roles", "jurisdiction", "locked_at"}}
"""Of these tables only these columns are the log's: passwords and second factors are nobody's to read there."""

TOLD_WITH = {"audit.complaint_event": "audit.complaint"}
"""Tables whose rows are told, and named, with those of another."""
FIRST = {("exit.event", "kind"): "'notice'", ("exchange.listing_event", "kind"): "'published'"}
"""By table and column: a value that makes a row one of which a leaf would tell."""
_LOGGED_STEPS = ", ".join(f"'{step}'" for step in KINDS)
_ACCEPTED = "case_id IN (SELECT case_id FROM registry.case_event WHERE step = 'accept')"
_ENDED = "case_id IN (SELECT case_id FROM registry.case_event WHERE told ? 'notes')"
ONLY = {
    "registry.case": f"{_ACCEPTED} AND {_ENDED}",
    "registry.case_document": _ACCEPTED,
    "registry.document": f"document_id IN (SELECT document_id FROM registry.case_document WHERE {_ACCEPTED})",
    "registry.case_event": f"step IN ({_LOGGED_STEPS})",
    "registry.case_parcel": _ACCEPTED,
}
"""By table: the rows of which a leaf tells. A draft, the notes of a case under way, and the steps that are work, may be otherwise
tomorrow."""
OTHERWISE_TOLD = {
    "identity.person": "EXISTS (SELECT FROM log.entry WHERE kind = 'person.entered' AND key = person_id::text)"
}
"""By table: rows of which another kind of leaf tells than of most."""


@dataclass(frozen=True)
class Column:
    """A column that can be written. unique: no two rows may have the same."""

    name: str
    type: str
    unique: bool


@dataclass(frozen=True)
class Table:
    """A registered table. key: the columns of its primary key."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def plain(self) -> str:
        """As findings name it."""
        return self.name.replace('"', "")

    @property
    def has_clocks(self) -> bool:
        """Whether its rows say from when until when they were said."""
        return "recorded" in {column.name for column in self.columns}

    @property
    def held(self) -> tuple[Column, ...]:
        """The columns of which a leaf tells."""
        unheld = UNHELD[""] | UNHELD.get(self.plain, set())
        held = HELD.get(self.plain)
        return tuple(c for c in self.columns if (c.name not in unheld if held is None else c.name in held))


@dataclass(frozen=True)
class Blow:
    """What was done to which row. names: all that may name the row in a finding."""

    table: Table
    what: str
    column: str
    names: frozenset[str]

    def named_by(self, findings: tuple[Finding, ...]) -> Finding | None:
        """The finding that names table and row, if there is one."""
        for finding in findings:
            said = {str(value) for value in (finding.subject, finding.field, *finding.values.values()) if value}
            if self._is_of(finding) and any(self.names & {text, *_WORD.split(text)} for text in said):
                return finding
        return None

    def _is_of(self, finding: Finding) -> bool:
        # A salt that was changed shows in the fact that it belonged to: which of the two was, nobody can tell.
        return finding.layer in (self.table.plain, TOLD_WITH.get(self.table.plain)) or (
            self.table.plain == "log.entry" and self.column == "salts"
        )


def tables(connection: Connection) -> tuple[Table, ...]:
    """The registered tables of a database, in the order of their names."""
    held = register()
    known = (
        {name.replace('"', "") for names in held.tables.values() for name in names.values()}
        | {*held.states}
        | KEPT_BY_ITSELF
    )
    found = connection.execute(_TABLES, {"known": sorted(known)}).fetchall()
    return tuple(
        Table(name, tuple(Column(*column) for column in columns), tuple(key))
        for name, columns, key in found
        if _is_struck(name.replace('"', ""))
    )


def _is_struck(name: str) -> bool:
    return name not in LEFT_OUT and not name.startswith(tuple(LEFT_OUT_FAMILIES))


_TABLES = """
    WITH ours AS (
        SELECT c.oid, format('%%I.%%I', n.nspname, c.relname) AS name, n.nspname AS schema
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('public', 'system')
          AND n.nspname !~ '^(pg_|information_schema)'
    ), desk AS (
        SELECT oid FROM pg_roles WHERE rolname ~ '^landreg_' AND rolname NOT IN ('landreg_owner', 'landreg_superuser')
    )
    SELECT o.name,
        (SELECT jsonb_agg(jsonb_build_array(a.attname, format_type(a.atttypid, NULL), EXISTS (
                SELECT FROM pg_index AS i WHERE i.indrelid = o.oid AND i.indisunique AND a.attnum = ANY (i.indkey)))
            ORDER BY a.attnum)
         FROM pg_attribute AS a WHERE a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
        (SELECT jsonb_agg(a.attname ORDER BY a.attnum) FROM pg_index AS i JOIN pg_attribute AS a
            ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = o.oid AND i.indisprimary)
    FROM ours AS o
    WHERE o.schema = 'log' OR replace(o.name, '"', '') = ANY (%(known)s)
       OR 3 = (SELECT count(*) FROM pg_attribute AS a
               WHERE a.attrelid = o.oid AND a.attname IN ('recorded', 'act_id', 'ended_by_act'))
       OR EXISTS (SELECT FROM desk WHERE has_any_column_privilege(desk.oid, o.oid, 'INSERT, UPDATE')
                                      OR has_table_privilege(desk.oid, o.oid, 'DELETE'))
    ORDER BY o.name COLLATE "C"
"""


def unbar(connection: Connection, struck: tuple[Table, ...]) -> None:
    """What a superuser can do first: no trigger, foreign key, check, exclusion or unique index of these tables holds."""
    connection.execute("SET session_replication_role = replica")
    for table in struck:
        for (name,) in connection.execute(_BARS, [table.name]).fetchall():
            connection.execute(f'ALTER TABLE {table.name} DROP CONSTRAINT "{name}" CASCADE')
        for (name,) in connection.execute(_INDEXES, [table.name]).fetchall():
            connection.execute(f"DROP INDEX IF EXISTS {name}")


_BARS = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'x', 'u')"
_INDEXES = """SELECT indexrelid::regclass::text FROM pg_index
    WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary"""


_NUMBERED = (
    ("registry.act", "act_id", ("act_id", "ended_by_act")),
    ("audit.sample", "sample_id", ("sample_id",)),
    ("audit.finding", "finding_id", ("finding_id",)),
)
"""What a row is of, by its columns: a finding names the row by the number of that."""


class Row:
    """One row of a table, remembered whole, to be put back."""

    _serial = count()

    def __init__(self, connection: Connection, table: Table, which: str = "true") -> None:
        self.connection, self.table = connection, table
        serial = next(self._serial)
        self.was, self.keys = f"row_as_it_was_{serial}", f"keys_as_they_were_{serial}"
        self.columns = ", ".join(f'"{column.name}"' for column in table.columns)
        key = ", ".join(f'"{name}"' for name in table.key)
        taken = connection.execute(
            f"CREATE TEMP TABLE {self.was} AS SELECT {self.columns} FROM {table.name} "
            f"WHERE {which} ORDER BY md5(({key})::text) LIMIT 1"
        )
        self.there = taken.rowcount > 0
        connection.execute(f"CREATE TEMP TABLE {self.keys} AS SELECT {key} FROM {table.name}")

    def names(self) -> frozenset[str]:
        """What may name the row in a finding: its key and codes before and after the blow, the number of its act, and the key of
        the row with which it is told along.
        """
        rows = self.connection.execute(
            f"""SELECT to_jsonb(was) FROM pg_temp.{self.was} AS was UNION ALL SELECT to_jsonb(t) FROM {self.table.name} AS t
            WHERE NOT EXISTS (SELECT FROM pg_temp.{self.keys} AS was WHERE {self._same()})
               OR EXISTS (SELECT FROM pg_temp.{self.was} AS was WHERE {self._same()})"""
        ).fetchall()
        asked = {*self.table.key, "code", "number", "key", "leaf_index", "name"} - {"county", "village", "level"}
        names = {str(row[name]) for (row,) in rows for name in asked if row.get(name) is not None}
        for table, key, columns in _NUMBERED:
            ids = [row[name] for (row,) in rows for name in columns if row.get(name)]
            found = self.connection.execute(f"SELECT number FROM {table} WHERE {key} = ANY (%s::uuid[])", [ids])
            names |= {str(number) for (number,) in found}
        tellers = {str(of.__table__): by for of, by in told_along(register().sources.values()).items()}
        for teller, shared in tellers.get(self.table.plain, ()):
            values = [str(row[shared]) for (row,) in rows if row.get(shared) is not None]
            naming = ", ".join(f"{name}::text" for name in teller.key)
            told_by = f"SELECT {naming} FROM {teller.table.__table__} WHERE {shared}::text = ANY (%s)"
            names |= {name for found in self.connection.execute(told_by, [values]).fetchall() for name in found}
        return frozenset(names)

    def change(self, column: Column) -> None:
        """Give a column another value."""
        self.connection.execute(
            f'UPDATE {self.table.name} AS t SET "{column.name}" = {_other(self.table, column)} '
            f"FROM pg_temp.{self.was} AS was WHERE {self._same()}"
        )

    def move_village(self) -> None:
        """Let it stand in another village of the county, whose office alone then sees it."""
        self.connection.execute(
            f"UPDATE {self.table.name} AS t SET village = '610902999999' FROM pg_temp.{self.was} AS was WHERE {self._same()}"
        )

    def move_end(self) -> None:
        """Let it have been said for a shorter time: pages of days between then tell of another row."""
        self.connection.execute(
            f"UPDATE {self.table.name} AS t SET recorded = tstzrange(lower(t.recorded), upper(t.recorded) - interval '1 us') "
            f"FROM pg_temp.{self.was} AS was WHERE {self._same()}"
        )

    def remove(self) -> None:
        """Take the row away."""
        self.connection.execute(
            f"DELETE FROM {self.table.name} AS t USING pg_temp.{self.was} AS was WHERE {self._same()}"
        )

    def add(self) -> None:
        """Put a second row beside it, like it but for what may not be twice."""
        # These go on, but where one is all that tells rows apart: what is added is to look like what is there.
        alike = {"county", "level", "kind"} - ({*self.table.key} if len(self.table.key) == 1 else set())
        twice = {column.name for column in self.table.columns if not column.unique} | alike
        values = ", ".join(
            f'was."{column.name}"' if column.name in twice else _other(self.table, column)
            for column in self.table.columns
        )
        self.connection.execute(
            f"INSERT INTO {self.table.name} ({self.columns}) SELECT {values} FROM pg_temp.{self.was} AS was"
        )

    def add_first(self) -> None:
        """Put a row into a table that has none, of values that fit its columns, by an act that there is."""
        values = ", ".join(
            FIRST.get((self.table.plain, column.name)) or _first(column) for column in self.table.columns
        )
        self.connection.execute(
            f"INSERT INTO {self.table.name} ({self.columns}) SELECT {values} FROM registry.act AS a ORDER BY a.number LIMIT 1"
        )

    def restore(self) -> None:
        """The table as it was before the blow."""
        self.connection.execute(
            f"DELETE FROM {self.table.name} AS t WHERE NOT EXISTS (SELECT FROM pg_temp.{self.keys} AS was "
            f"WHERE {self._same()}) OR EXISTS (SELECT FROM pg_temp.{self.was} AS was WHERE {self._same()})"
        )
        self.connection.execute(
            f"INSERT INTO {self.table.name} ({self.columns}) SELECT {self.columns} FROM pg_temp.{self.was}"
        )

    def _same(self) -> str:
        return " AND ".join(f't."{name}" = was."{name}"' for name in self.table.key)


def _other(table: Table, column: Column) -> str:
    """Another value of the same type, as SQL."""
    old = f'was."{column.name}"'
    match column.type:
        case "text" | "character" | "character varying":
            return f"coalesce({old}, '') || '9'"
        case "uuid":
            return "gen_random_uuid()"
        case "bigint" | "integer" | "smallint" if column.unique:
            return f'(SELECT max(x."{column.name}") + 1 FROM {table.name} AS x)'
        case "bigint" | "integer" | "smallint" | "numeric":
            return f"coalesce({old}, 0) + 1"
        case "boolean":
            return f"NOT coalesce({old}, false)"
        case "date":
            return f"coalesce({old}, '2026-01-01') + 1"
        case "timestamp with time zone":
            return f"coalesce({old}, now()) + interval '1 day'"
        case "daterange":
            return "daterange('1990-01-01', '1991-01-01')"
        case "tstzrange":
            return f"tstzrange(lower({old}) - interval '1 day', upper({old}))"
        case "bytea":
            last = f"octet_length({old}) - 1"
            return f"coalesce(set_byte({old}, {last}, (get_byte({old}, {last}) + 1) % 256), '9')"
        case "jsonb":
            return f"""coalesce({old}, '{{}}') || '{{"9": "9"}}'"""
        case "text[]":
            return f"{old} || '9'::text"
        case "uuid[]":
            return f"{old} || gen_random_uuid()"
        case "geometry":
            return f"public.ST_Translate({old}, 1, 0)"
    raise NotImplementedError(f"no other value of {column.type} is known ({table.name}.{column.name})")


def _first(column: Column) -> str:
    """A value for a column of a table that is empty, as SQL; `a` is an act."""
    if column.name in ("county", "village", "act_id"):
        return f"a.{column.name}"
    if column.name == "ended_by_act":
        return "NULL"
    values = {
        "text": "'x'", "uuid": "gen_random_uuid()", "boolean": "true", "date": "current_date",
        "timestamp with time zone": "now()", "daterange": "'(,)'", "tstzrange": "tstzrange(now(), NULL)",
        "bytea": "'x'", "jsonb": "'{}'", "bigint": "1", "integer": "1", "smallint": "1", "numeric": "1",
        "text[]": "'{}'", "uuid[]": "'{}'",
        "xid8": "pg_current_xact_id()",
    }  # fmt: skip
    if column.name == "state":
        return "'decided'"  # of a roster: only then has it a leaf
    return values.get(column.type, "NULL")
