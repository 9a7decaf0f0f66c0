"""Names and numbers of this window: sealed and digested by a key of its own, opened by an entry in the log alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from landreg.access import sealing
from landreg.access.rules import SHORTEST_REASON
from landreg.core.actor import Actor
from landreg.core.codes import masked_id, masked_name, tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.settlement import logged, queries
from landreg.settlement.model import Application, Opening, Settler
from landreg.settlement.rules import Person


@dataclass(frozen=True)
class Identity:
    """What is opened of a person."""

    relation: str
    name: str
    id_number: str
    phone: str


def digest_of(id_number: str) -> bytes:
    """The digest by which this window finds a person again. The register's is by another key: the two cannot be matched."""
    return sealing.digest(f"settlement:{tidy(id_number)}")


def digests_of(id_number: str) -> tuple[bytes, ...]:
    """The same by every key in use: while the window's keys turn, a row may bear any of them."""
    return sealing.digests(f"settlement:{tidy(id_number)}")


def sealed(application: Application, position: int, person: Person, phone: str = "") -> Settler:
    """A person as their row."""
    number, name = tidy(person.id_number), person.name.strip()

    def seal(column: str, text: str) -> bytes:
        return sealing.seal(text, place_of(column, application.application_id, position))

    return Settler(
        county=application.county,
        application_id=application.application_id,
        position=position,
        division=application.division,
        relation=person.relation,
        name_masked=masked_name(name),
        name_sealed=seal("name_sealed", name),
        id_masked=masked_id(number),
        id_sealed=seal("id_sealed", number),
        id_digest=digest_of(number),
        phone_sealed=seal("phone_sealed", phone) if phone else None,
        said=sealing.digest(f"said:{application.application_id}:{position}:{number}:{name}:{phone}").hex(),
    )


def open_persons(actor: Actor, county: str, application_id: UUID, reason: str) -> Sequence[Identity]:
    """The names and numbers of an application, the applicant first; that they were opened is in the log before they are.

    Runs its own transactions. Raises BadInput without a reason (ACC-15), NotFound.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(Finding("ACC-15", "reason", {"least": SHORTEST_REASON}))
    with unit_of_work(actor) as uow:
        application = queries.application(uow.session, county, application_id)
        if application is None:
            raise NotFound
        relations = [one.relation for one in queries.settlers(uow.session, county, application_id)]
        opening = Opening(
            county=county,
            opening_id=uuid4(),
            application_id=application_id,
            division=application.division,
            account_id=actor.account_id,
            reason=reason.strip(),
            opened_at=uow.now,
        )
        uow.session.add(opening)
        uow.session.flush()
        key = str(opening.opening_id)
        stage(uow, Entry("settlement.opened", county, application.division, key, logged.opened_facts(opening)))
    with unit_of_work(actor) as uow:
        rows = queries.opened(uow.session, county, opening.opening_id)

    def read(column: str, position: int, text: bytes | None) -> str:
        return "" if text is None else sealing.open_sealed(bytes(text), place_of(column, application_id, position))

    return [
        Identity(
            relation,
            read("name_sealed", row.position, row.name),
            read("id_sealed", row.position, row.id_number),
            read("phone_sealed", row.position, row.phone),
        )
        for row, relation in zip(rows, relations, strict=True)
    ]


def place_of(column: str, application_id: UUID, position: int) -> bytes:
    """Where a sealed text of a person stands."""
    return f"settlement.person.{column}:{application_id}:{position}".encode()
