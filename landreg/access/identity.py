"""Persons: entered once for ever, sealed at rest, opened by `reveal` alone, which logs before it opens.

Name and identity number are sealed and digested by `access.sealing`.

What the log's leaves say of a person does not turn: `said`, a digest by a key of that person alone, which is sealed too.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.access import person_queries
from landreg.access.rules import SHORTEST_REASON
from landreg.access.sealing import digest, digests, open_sealed, person_place, seal
from landreg.core.actor import Actor
from landreg.core.codes import citizen_id_fault, masked_id, masked_name, sex_of, tidy
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.log.leaf import Entry
from landreg.log.store import stage

CITIZEN_ID, OTHER_ID = "1", "9"
"""Kinds of identity papers (NY/T 2539, table C.9)."""
ID_KINDS = ("1", "2", "3", "4", "5", "9", "person")
"""Kinds of identity papers that a member may be registered by (NY/T 2539, table C.15), and as takers were once known."""
OLD_ENOUGH_TO_MARRY, OF_AGE = "登记为配偶：核对是否达到结婚年龄", "退出申请：核对成员是否成年"
CHECKS = frozenset((OLD_ENOUGH_TO_MARRY, OF_AGE))
"""The reasons by which an application has numbers held against a rule, which nobody sees: no reveal is given one of them."""


@dataclass(frozen=True)
class NewPerson:
    """A person as a survey or an applicant names them. id_kind: code of NY/T 2539 table C.9, "1" for a citizen ID."""

    name: str
    id_kind: str
    id_number: str


@dataclass(frozen=True)
class Identity:
    """What `reveal` opens."""

    name: str
    id_kind: str
    id_number: str


def masked(name: str) -> str:
    """A name as lists show it."""
    return masked_name(name)


def enter(uow: UnitOfWork, persons: Sequence[NewPerson]) -> list[UUID]:
    """The persons' ids in the order given; who is not yet here is entered. The same kind and number is the same person; of whom
    applications alone named so far, by another name, there is an edition of this one.

    A person without a number is a person of their own each time. One statement for all, however many.
    """
    found, new = _entered(uow, persons)
    named = {key: one for key, one in zip(found, persons, strict=True) if key not in new}
    editions = {key: enter_renamed(uow, named[key]) for key in _only_applied_for(uow, named)}
    return [editions.get(key) or key for key in found]


def enter_alone(uow: UnitOfWork, person: NewPerson, field: str = "name") -> UUID:
    """The id of a person whom no act brings, or not yet: who is new has a leaf of their own (`person.entered`).

    Raises BadInput (HH-6) where the register knows who bears the number by another name.
    """
    (person_id,), new = _entered(uow, [person])
    _told_alone(uow, new)
    if _only_applied_for(uow, {person_id: person}):
        return enter_renamed(uow, person) or person_id
    if not bearing(uow.session, [(person_id, person.name)]):
        raise BadInput(Finding("HH-6", field, {"names": [person.name]}))
    return person_id


def _only_applied_for(uow: UnitOfWork, named: Mapping[UUID, NewPerson]) -> frozenset[UUID]:
    """Those who were entered by another name than the one given, and whom no act has brought: an application did that came to
    nothing, or to nothing yet."""
    unlike = named.keys() - bearing(uow.session, [(key, one.name) for key, one in named.items()])
    return frozenset(unlike - person_queries.brought(uow.session, unlike)) if unlike else frozenset()


def _told_alone(uow: UnitOfWork, person_ids: Collection[UUID]) -> None:
    county = uow.actor.jurisdiction[:6].ljust(6, "0")
    for told in person_queries.persons_told(uow.session, person_ids):
        key = str(told.person_id)
        stage(uow, Entry("person.entered", county, uow.actor.jurisdiction, key, *person_queries.person_facts(told)))


def _entered(uow: UnitOfWork, persons: Sequence[NewPerson]) -> tuple[list[UUID], list[UUID]]:
    """Ids in the order given, and those of them that are new."""
    if not persons:
        return [], []
    borne = [_person_digests(person) for person in persons]
    found = person_queries.person_ids(uow.session, [key for keys in borne for key in keys])
    known = {keys[0]: found[key] for keys in borne for key in keys if key in found}
    rows = {
        keys[0]: _row(uuid4(), one, keys[0]) for keys, one in zip(borne, persons, strict=True) if keys[0] not in known
    }
    new: list[UUID] = []
    if rows:
        columns = {name: [row[name] for row in rows.values()] for name in next(iter(rows.values()))}
        new = list(uow.session.scalars(_ENTER, columns))
        # Another desk may have entered one of them meanwhile: its row then stands.
        known |= person_queries.person_ids(uow.session, list(rows))
    return [known[keys[0]] for keys in borne], new


def enter_shown(uow: UnitOfWork, name: str, number: str) -> UUID | None:
    """The id of a person who showed their card at the counter of the exchange, whose desk reads no person; who is new has a leaf of
    their own and is no person of the register yet (edition 0). name: as it is written on the card; None where the number is known
    under another.
    """
    number = tidy(number)
    person = NewPerson(name, CITIZEN_ID if citizen_id_fault(number) is None else OTHER_ID, number)
    keys = _person_digests(person)
    row = person_queries.enter_shown(uow.session, keys, digests(name), _row(uuid4(), person, keys[0]))
    if row is None:
        return None
    if row.told is not None:
        county = uow.actor.jurisdiction[:6].ljust(6, "0")
        facts = ({"person": row.person_id}, {"person": row.told})
        stage(uow, Entry("person.entered", county, uow.actor.jurisdiction, str(row.person_id), *facts))
    return UUID(str(row.person_id))


def enter_renamed(uow: UnitOfWork, person: NewPerson) -> UUID | None:
    """The id of the edition of a person under another name; a new one has a leaf of its own. None where nobody has the number.

    Nobody is found by a new edition until an act brings it (`identity.persons_of`).
    """
    keys = _person_digests(person)
    known = person_queries.editions(uow.session, keys)
    named = digests(person.name)
    for one in known:
        if bytes(one.name_digest) in named:
            return UUID(str(one.person_id))
    if not known:
        return None
    first = {"known": known[0].person_id, "edition": known[0].edition + 1}
    row = {**_row(uuid4(), person, bytes(known[0].id_digest)), **first}
    # Two desks that rename one person at once draw the same number: the second is refused, and tried again.
    person_queries.enter_edition(uow.session, row)
    _told_alone(uow, [row["person_id"]])
    return UUID(str(row["person_id"]))


def bearing(session: Session, names: Iterable[tuple[UUID, str]]) -> frozenset[UUID]:
    """Those of the persons whose name, as the register has it, is the one given; compared by digest, not by mask."""
    return person_queries.bearing(session, {person: digests(name) for person, name in names})


def find(uow: UnitOfWork, *, id_kind: str = CITIZEN_ID, id_number: str) -> UUID | None:
    """The person with an identity number."""
    keys = _person_digests(NewPerson("", id_kind, id_number))
    return next(iter(person_queries.person_ids(uow.session, keys).values()), None)


def bearing_number(session: Session, number: str) -> frozenset[UUID]:
    """Every edition of whoever bears a number, whatever kind of paper it is of."""
    keys = [key for kind in ID_KINDS for key in digests(f"{kind}:{tidy(number)}")]
    return frozenset(row.person_id for row in person_queries.editions(session, keys))


def named(uow: UnitOfWork, name: str) -> tuple[UUID, ...]:
    """The persons of exactly this name, in the whole prefecture; what of it an actor sees, row policies decide."""
    return person_queries.persons_named(uow.session, digests(name))


def reveal(actor: Actor, person_ids: Collection[UUID], reason: str, subject: str) -> dict[UUID, Identity]:
    """Names and identity numbers of persons who are party to something in the actor's jurisdiction.

    reason: why, in words; subject: the code or number of what is dealt with. Who opened whom, when and why is in the log,
    committed, before this returns. Runs its own transactions. Raises BadInput without a reason, (ACC-15) or with one of
    `CHECKS` (ACC-35), NotFound when one of the persons is not known in the jurisdiction.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(Finding("ACC-15", "reason", {"least": SHORTEST_REASON}))
    if reason.strip() in CHECKS:
        raise BadInput(Finding("ACC-35", "reason"))
    return _opened(actor, person_ids, reason.strip(), subject)


def check(actor: Actor, person_ids: Collection[UUID], what: str, subject: str) -> dict[UUID, Identity]:
    """The same for one of `CHECKS`: the caller compares the numbers with a rule and shows them to nobody."""
    if what not in CHECKS:
        raise ValueError(what)
    return _opened(actor, person_ids, what, subject)


def _opened(actor: Actor, person_ids: Collection[UUID], reason: str, subject: str) -> dict[UUID, Identity]:
    asked = sorted(set(person_ids))
    if not asked:
        return {}
    county = (actor.jurisdiction[:6]).ljust(6, "0")
    with unit_of_work(actor) as uow:
        if person_queries.linked_persons(uow.session, asked) != frozenset(asked):
            raise NotFound(Finding("ACC-17"))
        opening_id = _stage_opening(uow, county, asked, reason, subject)
    with unit_of_work(actor) as uow:
        sealed = person_queries.opened_persons(uow.session, county, opening_id)
    return {
        person_id: Identity(
            open_sealed(person.name, person_place("name_sealed", person_id)),
            person.id_kind,
            open_sealed(person.id_number, person_place("id_sealed", person_id)),
        )
        for person_id, person in sealed.items()
    }


def _stage_opening(uow: UnitOfWork, county: str, person_ids: list[UUID], reason: str, subject: str) -> UUID:
    opening_id = uuid4()
    row = {
        "county": county,
        "opening_id": opening_id,
        "village": uow.actor.jurisdiction,
        "account_id": uow.actor.account_id,
        "person_ids": person_ids,
        "reason": reason,
        "subject": subject,
        "opened_at": uow.now,
    }
    uow.session.execute(_OPENING, row)
    facts, personal = person_queries.opening_facts(uow.actor.account_id, person_ids, reason, subject)
    stage(uow, Entry("identity.opened", county, uow.actor.jurisdiction, str(opening_id), facts, personal))
    return opening_id


def _person_digests(person: NewPerson) -> tuple[bytes, ...]:
    if not person.id_number.strip():
        return (os.urandom(32),)
    return digests(f"{person.id_kind}:{tidy(person.id_number)}")


def said_of(key: bytes, person: NewPerson) -> str:
    """What leaves say of a person: a digest by a key that is that person's alone."""
    text = f"{person.id_kind}:{tidy(person.id_number)}:{tidy(person.name)}"
    return hmac.digest(key, text.encode(), "sha256").hex()


def _row(person_id: UUID, person: NewPerson, key: bytes) -> Mapping[str, object]:
    number = tidy(person.id_number)
    own_key = os.urandom(32)
    citizen = person.id_kind == CITIZEN_ID and citizen_id_fault(number) is None
    return {
        "person_id": person_id,
        "name_masked": masked_name(person.name),
        "name_sealed": seal(person.name, person_place("name_sealed", person_id)),
        "name_digest": digest(person.name),
        "id_kind": person.id_kind,
        "id_masked": masked_id(number),
        "id_sealed": seal(number, person_place("id_sealed", person_id)),
        "id_digest": key,
        "sex": sex_of(number) if citizen else None,
        "said": said_of(own_key, person),
        "said_key_sealed": seal(own_key.hex(), person_place("said_key_sealed", person_id)),
    }


_ENTER = sa.text(
    """INSERT INTO identity.person (person_id, name_masked, name_sealed, name_digest, id_kind, id_masked, id_sealed,
           id_digest, sex, said, said_key_sealed)
       SELECT * FROM unnest(CAST(:person_id AS uuid[]), CAST(:name_masked AS text[]), CAST(:name_sealed AS bytea[]),
           CAST(:name_digest AS bytea[]), CAST(:id_kind AS text[]), CAST(:id_masked AS text[]), CAST(:id_sealed AS bytea[]),
           CAST(:id_digest AS bytea[]), CAST(:sex AS text[]), CAST(:said AS text[]), CAST(:said_key_sealed AS bytea[]))
       ON CONFLICT (id_digest, edition) DO NOTHING RETURNING person_id"""
)
_OPENING = sa.text(
    """INSERT INTO identity.opening VALUES (:county, :opening_id, :village, :account_id, :person_ids, :reason, :subject,
           :opened_at)"""
)
