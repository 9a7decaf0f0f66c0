"""Reads of persons: their editions, masked names, what is sealed of them and what the log was told of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as DatabaseSession


@dataclass(frozen=True)
class SealedPerson:
    """Name and identity number as they are stored."""

    name: bytes
    id_kind: str
    id_number: bytes


def person_ids(session: DatabaseSession, digests: Collection[bytes]) -> Mapping[bytes, UUID]:
    """Persons by the digest of their identity number; of one whose name changed, as the last act has them (migration 0030)."""
    question = sa.text("SELECT id_digest, person_id FROM identity.persons_of(:digests)")
    rows = session.execute(question, {"digests": list(digests)})
    return {bytes(digest): person_id for digest, person_id in rows}


def editions(session: DatabaseSession, digests: Collection[bytes]) -> Sequence[Any]:
    """Every edition that the register has of the persons of these numbers, the last first: person_id, edition, id_digest,
    name_digest. Of whom only the exchange's counter knows (edition 0) none.
    """
    question = sa.text(
        """SELECT person_id, edition, id_digest, name_digest FROM identity.person
           WHERE id_digest = ANY (:digests) AND edition > 0 ORDER BY edition DESC"""
    )
    return session.execute(question, {"digests": list(digests)}).all()


def enter_shown(
    session: DatabaseSession, digests: Collection[bytes], names: Collection[bytes], row: Mapping[str, object]
) -> Any:
    """person_id of who bears one of these digests of a number, entered as this row where nobody does: `told` then says what a leaf
    says of them. None where whoever bears it has none of these digests of a name.
    """
    asked = sa.text(
        """SELECT * FROM exchange.enter_shown(:digests, :person_id, :name_masked, :name_sealed, :name_digest, :id_kind, :id_masked,
               :id_sealed, :id_digest, :sex, :said, :said_key_sealed, :names)"""
    )
    return session.execute(asked, {"digests": list(digests), "names": list(names), **row}).one_or_none()


def enter_edition(session: DatabaseSession, row: Mapping[str, object]) -> None:
    """Enter a further edition of a person, under the digest of one that is known. The statement that writes it reads it: while keys
    turn, it waits for a batch, and takes what that one left.
    """
    entered = sa.text(
        """WITH known AS MATERIALIZED (SELECT p.id_digest FROM identity.person AS p WHERE p.person_id = :known)
           INSERT INTO identity.person (person_id, name_masked, name_sealed, name_digest, id_kind, id_masked, id_sealed,
               id_digest, sex, said, said_key_sealed, edition)
           SELECT :person_id, :name_masked, :name_sealed, :name_digest, :id_kind, :id_masked, :id_sealed, id_digest, :sex, :said,
               :said_key_sealed, :edition FROM known"""
    )
    session.execute(entered, row)


def same_persons(session: DatabaseSession, ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """By person: whose number they bear, as the id of the first edition under it."""
    question = sa.text(
        """SELECT p.person_id, f.person_id AS first FROM identity.person AS p
           JOIN identity.person AS f ON f.id_digest = p.id_digest AND f.edition = 1 WHERE p.person_id = ANY (:ids)"""
    )
    return {row.person_id: row.first for row in session.execute(question, {"ids": list(ids)})}


def bearing(session: DatabaseSession, names: Mapping[UUID, Collection[bytes]]) -> frozenset[UUID]:
    """Those of the persons whose name has one of the digests given for them."""
    question = sa.text("SELECT person_id, name_digest FROM identity.person WHERE person_id = ANY (:ids)")
    found = session.execute(question, {"ids": list(names)})
    return frozenset(row.person_id for row in found if bytes(row.name_digest) in names[row.person_id])


def persons_named(session: DatabaseSession, digests: Collection[bytes]) -> tuple[UUID, ...]:
    """Persons of exactly this name, by its digests."""
    question = sa.text("SELECT person_id FROM identity.person WHERE name_digest = ANY (:digests) ORDER BY person_id")
    return tuple(session.scalars(question, {"digests": list(digests)}))


def masked_persons(session: DatabaseSession, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
    """Masked name and masked identity number of persons, for lists."""
    question = sa.text("SELECT person_id, name_masked, id_masked FROM identity.person WHERE person_id = ANY (:ids)")
    return {row.person_id: (row.name_masked, row.id_masked) for row in session.execute(question, {"ids": list(ids)})}


def sexes_of(session: DatabaseSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The sex digit of persons (GB/T 2261.1); of who has no sound citizen ID none."""
    question = sa.text("SELECT person_id, sex FROM identity.person WHERE person_id = ANY (:ids) AND sex IS NOT NULL")
    return {row.person_id: row.sex for row in session.execute(question, {"ids": list(ids)})}


def told_at(session: DatabaseSession, ids: Collection[UUID], at: datetime) -> Mapping[UUID, bytes]:
    """The sealed numbers of persons of whom a leaf of this instant told by the masks of then (migration 0024); else none."""
    question = sa.text("SELECT person_id, id_sealed FROM identity.told_at(CAST(:ids AS uuid[]), :at)")
    return {row.person_id: bytes(row.id_sealed) for row in session.execute(question, {"ids": list(ids), "at": at})}


def linked_persons(session: DatabaseSession, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the persons who are, or were, party to something in the actor's jurisdiction (row policies decide)."""
    question = sa.text(
        """SELECT person_id FROM party.member WHERE person_id = ANY (:ids)
           UNION SELECT representative_id FROM party.household WHERE representative_id = ANY (:ids)
           UNION SELECT representative_id FROM party.collective WHERE representative_id = ANY (:ids)
           UNION SELECT person_id FROM party.holder WHERE person_id = ANY (:ids)
           UNION SELECT party_id FROM registry.restriction WHERE party_id = ANY (:ids)
           UNION SELECT exchange.mandataries(CAST(:ids AS uuid[]))"""
    )
    return frozenset(session.scalars(question, {"ids": list(ids)}))


def brought(session: DatabaseSession, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the persons whom an act brought into the register, anywhere in the prefecture (migration 0206)."""
    return frozenset(session.scalars(sa.text("SELECT identity.brought(CAST(:ids AS uuid[]))"), {"ids": list(ids)}))


def opened_persons(session: DatabaseSession, county: str, opening_id: UUID) -> Mapping[UUID, SealedPerson]:
    """The sealed identities that a committed opening names. The database refuses any other (migration 0004)."""
    question = sa.text("SELECT * FROM identity.open_sealed(:county, :opening)")
    rows: Any = session.execute(question, {"county": county, "opening": opening_id})
    return {row.person_id: SealedPerson(bytes(row.name_sealed), row.id_kind, bytes(row.id_sealed)) for row in rows}


def opening_facts(
    account_id: UUID, persons: Collection[UUID], reason: str, subject: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """What the leaf of an opening says: who, how many persons and one hash of them; salted: for what, and why."""
    joined = "".join(str(person_id) for person_id in sorted(persons))
    facts = {
        "account": str(account_id),
        "persons": len(persons),
        "persons_sha256": hashlib.sha256(joined.encode()).hexdigest(),
    }
    return facts, {"reason": reason, "subject": subject}


def openings(session: DatabaseSession) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    """Every opening of identities as the table has it now, to be held against its leaf (`identity.opened`)."""
    question = sa.text(
        "SELECT opening_id, account_id, person_ids, reason, subject FROM identity.opening ORDER BY county, opening_id"
    )
    for row in session.execute(question):
        yield str(row.opening_id), *opening_facts(row.account_id, row.person_ids, row.reason, row.subject)


def persons_sealed(session: DatabaseSession) -> int:
    """How many persons there are, for the owner alone."""
    return int(session.scalar(sa.text("SELECT count(*) FROM identity.person")) or 0)


def sealed_persons(session: DatabaseSession, after: UUID, batch: int) -> tuple[Any, ...]:
    """The next persons by id with all that is sealed of them and said of them, for the owner alone."""
    question = sa.text(
        """SELECT person_id, name_masked, name_sealed, name_digest, id_kind, id_masked, id_sealed, id_digest, said,
               said_key_sealed FROM identity.person WHERE person_id > :after ORDER BY person_id LIMIT :batch"""
    )
    return tuple(session.execute(question, {"after": after, "batch": batch}))


def persons_told(session: DatabaseSession, ids: Collection[UUID]) -> tuple[Any, ...]:
    """What a leaf says of these persons (`person_facts`)."""
    return tuple(session.execute(sa.text(f"{_PERSONS} WHERE p.person_id = ANY (:ids)"), {"ids": list(ids)}))


def person_facts(row: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """What the leaf of a person's entry says: that there is one; salted: what the leaf of a survey says of a person."""
    return {"person": row.person_id}, {"person": row.said_of}


def persons_entered(session: DatabaseSession) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    """Every person who has a leaf of their own, as the table has them now."""
    question = f"{_PERSONS} JOIN log.entry AS e ON e.key = p.person_id::text AND e.kind = 'person.entered'"
    for row in session.execute(sa.text(question)):
        yield str(row.person_id), *person_facts(row)


PERSON_TOLD = "jsonb_build_array(p.said, p.name_masked, p.id_kind, p.id_masked, p.sex)::text"
"""What a leaf says of a person, salted: a digest, masks, kind and sex (before migration 0024 also the day of birth: `told`)."""
OF_NO_LEAF = """NOT EXISTS (SELECT FROM party.member AS m WHERE m.person_id = p.person_id)
    AND NOT EXISTS (SELECT FROM party.household AS h WHERE h.representative_id = p.person_id)
    AND NOT EXISTS (SELECT FROM party.collective AS c WHERE c.representative_id = p.person_id)
    AND NOT EXISTS (SELECT FROM party.holder AS o WHERE o.person_id = p.person_id)
    AND NOT EXISTS (SELECT FROM log.entry AS e WHERE e.key = p.person_id::text AND e.kind = 'person.entered')"""
"""That no leaf tells of a person `p`."""
_PERSONS = f"SELECT p.person_id, {PERSON_TOLD} AS said_of FROM identity.person AS p"
