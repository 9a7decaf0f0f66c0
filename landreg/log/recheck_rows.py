"""One row of the register held against its entry of the log: where they differ, and how."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from landreg.core.errors import Finding
from landreg.log.erasure import Erased
from landreg.log.leaf import Json, hashed, plain
from landreg.log.recheck_queries import WholeEntry
from landreg.log.recheck_tree import read_json

Gone = Mapping[tuple[str, str], Erased]
# What the register says of one of its entries: key and facts, and, where its leaf has any, the personal facts.
Restated = tuple[str, Mapping[str, Json]] | tuple[str, Mapping[str, Json], Mapping[str, str]]


def missing(key: str, table: str | None) -> Finding:
    """LOG-16: the log tells of it, and the register has none."""
    return Finding("LOG-16", values={"key": key, "table": table}, layer=table, subject=key)


def unlogged(key: str, table: str | None) -> Finding:
    """LOG-18: the register has it, and the log does not tell of it."""
    return Finding("LOG-18", values={"key": key, "table": table}, layer=table, subject=key)


def row_differs(
    row: Restated,
    entry: WholeEntry | None,
    names: Mapping[str, str],
    gone: Gone,
    only: set[str] | None = None,
) -> Iterator[Finding]:
    """only: the names of the facts that are compared, where the leaf tells of more."""
    key, facts = row[0], row[1]
    if entry is None:
        yield unlogged(key, names.get(""))
        return
    leaf = read_json(entry.leaf)
    said = read_json(entry.detail) if "detail" in leaf else leaf
    then = said.get("facts")
    if only is not None and isinstance(then, dict):
        then = {name: value for name, value in then.items() if name in only}
    now = plain(facts)
    yield from _reopened(key, now, then)
    differences = [one for one in _differences(now, then, "") if not one[0].startswith("closed")]
    if len(row) == 3:
        erased = gone.get((entry.kind, entry.key), Erased())
        differences += _personal_differs(row[2], entry, said.get("personal"), erased)
    for path, now, before in differences:
        table = names.get(path.split(".")[0].split("[")[0]) or names.get("")
        row_key = key if table == names.get("") else _named(then, table) or key
        values = {"key": row_key, "table": table, "fact": path, "now": _short(now), "then": _short(before)}
        yield Finding("LOG-17", values=values, layer=table, subject=row_key, field=path)


def _named(facts: Any, table: str | None) -> str | None:
    """What a leaf calls the row of another table than its own: its fact by the name of that table, if it has one."""
    named = facts.get((table or "").rpartition(".")[2]) if isinstance(facts, dict) else None
    return named if isinstance(named, str) else None


def _reopened(number: str, now: Any, then: Any) -> Iterator[Finding]:
    """LOG-17: a row that the act closed is open again; of one that it did not close, LOG-22 tells."""
    was, is_ = (set(facts.get("closed", ())) if isinstance(facts, dict) else set() for facts in (then, now))
    for table, _, row in (line.partition(" ") for line in sorted(was - is_)):
        values = {"key": row, "table": table, "fact": "recorded", "now": "—", "then": number}
        yield Finding("LOG-17", values=values, layer=table, subject=row, field="recorded")


def _personal_differs(
    now: Mapping[str, str], entry: WholeEntry, then: Any, erased: Erased
) -> Iterator[tuple[str, Any, Any]]:
    """Personal facts against their salted hashes; of what the log says is erased only that it is erased is compared.

    A fact whose salt is gone, and no leaf says so, cannot be held against its hash: that is a difference too.
    """
    salted = {name: value for name, value in now.items() if _is_salt(entry.salts.get(name))}
    restated = {**dict.fromkeys(now, ""), **hashed(salted, entry.salts)}
    for path, one, other in _differences(restated, then, ""):
        if path not in erased.names or entry.salts.get(path) is not None:
            yield path, one, other
    # A salt for which there is no fact was slipped in.
    known = then if isinstance(then, dict) else {}
    for name in sorted({*entry.salts} - {*known}):
        yield name, "salt", None


def _is_salt(salt: object) -> bool:
    try:
        return isinstance(salt, str) and bool(bytes.fromhex(salt))
    except ValueError:
        return False


def _differences(now: Any, then: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Where two JSON values differ: the path, and both values there."""
    if isinstance(now, dict) and isinstance(then, dict):
        for name in sorted({*now, *then}):
            yield from _differences(now.get(name), then.get(name), f"{path}.{name}" if path else name)
    elif isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        for place, (one, other) in enumerate(zip(now, then, strict=True)):
            yield from _differences(one, other, f"{path}[{place}]")
    elif type(now) is not type(then) or now != then:
        yield path, now, then


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
