"""Erasing what a leaf says of a person (个人信息保护法 47): the salt is destroyed, the leaf and every proof of it stay.

Without its salt a hash tells nothing, and nothing can be held against it. That it was erased, by which decision, is an
entry of the log itself: so nobody passes a change off as an erasure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.log import recheck_queries as queries
from landreg.log.leaf import Entry
from landreg.log.recheck_tree import read_json
from landreg.log.store import destroy_salts, stage

KIND = "personal.erased"


@dataclass(frozen=True)
class Erased:
    """Of an entry: the names of the personal facts that were erased, and by which decision."""

    names: frozenset[str] = frozenset()
    basis: str = ""


def erase(actor: Actor, kind: str, key: str, names: Collection[str], basis: str) -> tuple[str, ...]:
    """Destroy the salts of an entry's personal facts, of all where no names are given; the names. As the worker.

    basis: the decision's number. Raises BadInput without one (LOG-26), NotFound for an entry (LOG-7) or a fact (LOG-27)
    that there is not, or that was erased before.
    """
    if len(basis.strip()) < 2:
        raise BadInput(Finding("LOG-26", "basis"))
    with unit_of_work(actor) as uow:
        place = queries.place_of(uow.session, kind, key)
        if place is None:
            raise NotFound(Finding("LOG-7", values={"key": key}))
        erased = tuple(sorted(set(names) or place.salts))
        if missing := [name for name in erased if name not in place.salts] or ([] if erased else ["—"]):
            raise NotFound([Finding("LOG-27", "names", {"key": key, "fact": name}) for name in missing])
        facts = {"entry_kind": kind, "entry_key": key, "names": erased, "basis": basis.strip()}
        stage(uow, Entry(KIND, place.county, place.village, f"{kind} {key} {uow.now.isoformat()}", facts))
        destroy_salts(uow, place.county, kind, key, erased)
    return erased


def erasures(session: Session) -> Mapping[tuple[str, str], Erased]:
    """By kind and key of an entry: what the log says was erased of it."""
    found: dict[tuple[str, str], Erased] = {}
    for entry in queries.entries_of_kind(session, KIND):
        leaf = read_json(entry.leaf)
        facts = (read_json(entry.detail) if "detail" in leaf else leaf).get("facts", {})
        of = (str(facts.get("entry_kind")), str(facts.get("entry_key")))
        names = found.get(of, Erased()).names | set(facts.get("names", ()))
        found[of] = Erased(frozenset(names), str(facts.get("basis", "")))
    return found
