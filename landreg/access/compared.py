"""Sealed persons held against what leaves say of them: a text that was sealed for another, or is another's, is named.

`said`, of which a leaf tells, is a digest of name and number by a key that is sealed in the person's own row. Opening all
three shows whether the row still seals whom the log tells of, whatever of it was exchanged, put back or sealed anew by
somebody who has the keys. As the database's owner and with the identity key, as their turning is; nothing opened is shown.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from landreg.access import identity, person_queries, sealing
from landreg.access.identity import NewPerson
from landreg.access.rotation import OWNER
from landreg.access.sealing import person_place
from landreg.core.codes import masked_id, masked_name
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding

BATCH = 1000
_NO_KEY_OF_THEIR_OWN = 128
"""Signs of a `said` from before persons had keys of their own (migration 0009): digests that turned with the keys."""


def sealed_differ(told: Callable[[int, int], None] = lambda _done, _of: None) -> Iterator[Finding]:
    """LOG-31: persons whose sealed columns are not those of whom the log tells. As the owner, with the identity key.

    told: how many were opened so far, and of how many, after each batch.
    """
    done, after = 0, UUID(int=0)
    with unit_of_work(OWNER) as uow:
        every = person_queries.persons_sealed(uow.session)
    while True:
        with unit_of_work(OWNER) as uow:
            rows = person_queries.sealed_persons(uow.session, after, BATCH)
        for row in rows:
            for column in _differing(row):
                values = {"key": row.person_id, "table": "identity.person", "fact": column}
                yield Finding("LOG-31", column, values, "identity.person", str(row.person_id))
        if not rows:
            return
        done, after = done + len(rows), rows[-1].person_id
        told(done, max(done, every))


def _differing(row: Any) -> Iterator[str]:
    opened = {name: _opened(row, name) for name in ("name_sealed", "id_sealed", "said_key_sealed")}
    name, number, key = opened["name_sealed"], opened["id_sealed"], opened["said_key_sealed"]
    # A name and a number that do not fit their masks are told by themselves; else either may be another's.
    if name is None or masked_name(name) != row.name_masked:
        yield "name_sealed"
    elif number is None or masked_id(number) != row.id_masked:
        yield "id_sealed"
    elif not _is_said(row, name, number, key):
        yield "said_key_sealed"
    if name is not None and bytes(row.name_digest) not in sealing.digests(name):
        yield "name_digest"
    if number and bytes(row.id_digest) not in sealing.digests(f"{row.id_kind}:{number}"):
        yield "id_digest"


def _opened(row: Any, column: str) -> str | None:
    """The text of a sealed column; none where it is empty or does not open."""
    sealed = getattr(row, column)
    try:
        return None if sealed is None else sealing.open_sealed(bytes(sealed), person_place(column, row.person_id))
    except ValueError:
        return None


def _is_said(row: Any, name: str, number: str, key: str | None) -> bool:
    if key is None:
        return row.said_key_sealed is None and len(row.said) == _NO_KEY_OF_THEIR_OWN
    try:
        said = identity.said_of(bytes.fromhex(key), NewPerson(name, row.id_kind, number))
    except ValueError:
        return False
    return hmac.compare_digest(said, row.said)
