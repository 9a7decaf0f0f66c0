"""The store held against the register: papers, certificates and pictures that are gone, or are no longer what a row says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from landreg.audit.file_queries import named_files
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound
from landreg.core.files import Store


def files_differ(actor: Actor, store: Store, told: Callable[[int, int], None]) -> Iterator[Finding]:
    """DOC-1 and DOC-2 of each file that a row of the register names, with table and number; told: how many of how many."""
    with unit_of_work(actor) as uow:
        named = list(named_files(uow.session))
    for place, (sha256, table, said) in enumerate(named, 1):
        try:
            store.sound(sha256)
        except NotFound as error:
            yield from (replace(one, subject=f"{table} {said}".strip()) for one in error.findings)
        told(place, len(named))
