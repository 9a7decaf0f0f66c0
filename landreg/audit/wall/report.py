"""The wall's report: a text that an auditor keeps, signed as a note, and read again with nothing but the public key."""

from __future__ import annotations

import re
from dataclasses import dataclass

from landreg.audit.wall import queries
from landreg.audit.wall.catalog_queries import Connection
from landreg.audit.wall.queries import Answer, Place
from landreg.log.note import NoteFault, Signer, open_text

FORMAT = "landreg-wall-report/1"
_LAST = re.compile(r"(\d+) checks, (\d+) holes")
LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class Proof:
    """A wall asked and told. holes: how many checks found something."""

    text: str
    checks: int
    holes: int


def prove(connection: Connection, signer: Signer) -> Proof:
    """Ask every check of a database in one read-only snapshot, and sign what was found. The connection is left as it was."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = queries.answers(connection)
        where, checkpoint = queries.place(connection), queries.checkpoint(connection)
        fingerprint = queries.fingerprint(connection)
    last = last_line(found)
    body = "".join(f"{line}\n" for line in [*_head(where, fingerprint, checkpoint), *_told(found), last])
    # The signature stands above the last line, so that the last line is the sum.
    return Proof(f"{signer.sign_text(body)}{last}\n", len(found), sum(bool(answer.found) for answer in found))


def last_line(found: list[Answer]) -> str:
    """`N checks, M holes`."""
    return f"{len(found)} checks, {sum(bool(answer.found) for answer in found)} holes"


def check(text: str, verifier: str) -> Proof:
    """The report in a text that this key has signed. Raises NoteFault when it is none, was changed, or adds up to another sum."""
    note, _, last = text.rstrip("\n").rpartition("\n")
    body = open_text(f"{note}\n", verifier)
    lines = body.splitlines()
    told = _LAST.fullmatch(lines[-1]) if lines else None
    if lines[:1] != [FORMAT] or told is None:
        raise NoteFault("the signed text is no report on the wall")
    if last != lines[-1]:
        raise NoteFault("the last line is not the one that was signed")
    holes = sum(line.startswith("HOLE ") for line in lines)
    if (holes + sum(line.startswith("OK ") for line in lines), holes) != (int(told[1]), int(told[2])):
        raise NoteFault("the checks in the report do not add up to its last line")
    return Proof(text, int(told[1]), int(told[2]))


def _head(where: Place, fingerprint: tuple[str, int], checkpoint: str) -> list[str]:
    digest, lines = fingerprint
    log = checkpoint.split("\n")[:3] if checkpoint else ["-"]
    return [
        FORMAT,
        "落户与土地之间的隔墙 · the wall between settling and land",
        f"at: {where.at}",
        f"database: {where.database}",
        f"asked as: {where.login}",
        f"server: PostgreSQL {where.server}",
        f"migration: {where.migration}",
        f"schema: sha256 {digest} ({lines} lines)",
        f"log checkpoint: {' '.join(log)}",
    ]


def _told(found: list[Answer]) -> list[str]:
    lines = []
    for answer in found:
        lines.append(f"{'HOLE' if answer.found else 'OK'} {answer.check.name}: {answer.check.zh} · {answer.check.en}")
        # A name with a line feed in it may not write a line of its own.
        lines += [f"    {' '.join(name.split())}" for name in answer.found]
    return lines
