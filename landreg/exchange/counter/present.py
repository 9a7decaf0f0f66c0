"""Who stands at the counter for a party, and whether they may (CON-29, PRI-5).

A member of a household, and a person who is a party, is known by the number of the identity card: digests are compared, no number
is kept. Who stands there by a power of attorney is in no register: their number is kept as a person's, sealed
(`access.identity`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.access.identity import ID_KINDS, enter_shown
from landreg.access.sealing import digests
from landreg.core.codes import birth_of, citizen_id_fault, tidy
from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding, Refused
from landreg.exchange.counter import queries
from landreg.exchange.counter.queries import Bearer, Comer
from landreg.exchange.counter.rules import BY_CARD, COLLECTIVE, Standing, con_29_the_party_itself, plain
from landreg.law.book import Law


@dataclass(frozen=True)
class Party:
    """A party: its kind, the id of the household or the person, its name. No id where it is a collective, or was not found."""

    kind: str
    party_id: UUID | None
    name: str


@dataclass(frozen=True)
class Present:
    """Who stands at the counter. card: the number of the identity card. attorney: the party's written power of attorney is there,
    or an organisation's paper on who heads it. bearer: known by their card before; mandatary: entered by it before, by id.
    seen: the operator saw the card. head: the paper names them as who heads the organisation, and they act by no power.
    """

    name: str
    witness: str
    card: str = ""
    attorney: bool = False
    bearer: Bearer | None = None
    mandatary: UUID | None = None
    seen: bool = True
    head: bool = False


def known(session: Session, county: str, parties: Collection[UUID | None], one: Present) -> Bearer | None:
    """Whose card this is of the households or persons of some ids; None for anybody else."""
    numbers, asked = _numbers(one), [party for party in parties if party is not None]
    if one.bearer is not None or not numbers or not asked:
        return one.bearer
    return queries.bearer(session, county, asked, numbers, digests(one.name.strip()))


def _numbers(one: Present) -> list[bytes]:
    """The digests by which the number of the card may be known; none where no card was shown."""
    number = tidy(one.card)
    return [key for kind in ID_KINDS for key in digests(f"{kind}:{number}")] if number else []


def stands_for(
    uow: UnitOfWork, county: str, party: Party, one: Present, law: Law, other: Mapping[str, Any] | None = None,
    number: str = "", rule: Callable[[Standing, Law], Finding | None] = con_29_the_party_itself,
    sides: Collection[Party] = (), contract: UUID | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What is recorded of who stands for a party: the member, the person, or that a power of attorney is there and, by the card,
    who they are. other: what was recorded of the other side's signature. sides: the other parties, none of whose people witness it.
    contract: which is signed.
    Raises Refused (CON-29, PRI-5), also where the number on the card is known under another name.
    """
    one = replace(one, head=one.head and _heads(party, one))
    found, said, apart = known(uow.session, county, (party.party_id,), one), tidy(one.card), other or {}
    named = found is not None and found.named
    born = birth_of(said) if citizen_id_fault(said) is None else None
    facts = Standing(
        party.kind, party.name, one.name, one.witness, found is not None, named, born, one.attorney,
        str(apart.get("name", "")), str(apart.get("witness", "")), number, one.seen,
        _theirs(uow.session, county, (party, *sides), one.witness),
        found is None and _of_the_other(uow.session, county, sides, one, contract),
    )  # fmt: skip
    if wrong := rule(facts, law):
        raise Refused(wrong)
    told: dict[str, Any] = {key: True for key in ("attorney", "head") if getattr(one, key)}
    if found is not None and found.member_id is not None and named:
        return {"member_id": str(found.member_id)} | told
    if found is not None and party.kind == "person" and not one.attorney:
        return {"person_id": str(found.party_id)}
    return told | _mandatary(uow, one, said)


def _heads(party: Party, one: Present) -> bool:
    """Whether somebody whose card was shown can be who heads a party by its paper."""
    shown = bool(one.card.strip()) or one.mandatary is not None
    return shown and one.attorney and party.kind not in (*BY_CARD, COLLECTIVE)


def _of_the_other(session: Session, county: str, sides: Collection[Party], one: Present, contract: UUID | None) -> bool:
    """Whether who stands there is of one of these parties: by their card; by the name where none was shown, or where the number of
    whom they would be is not known. Who heads an organisation may be of a household.
    """
    said, ids = plain(one.name), [side.party_id for side in sides if side.party_id is not None]
    if said in {plain(side.name) for side in sides if side.party_id is None}:
        return bool(said)
    comer = Comer(_numbers(one), digests(said) if said else [], said, one.mandatary, one.head)
    return bool(ids) and queries.on_side(session, county, ids, comer, contract)


def _theirs(session: Session, county: str, parties: Collection[Party], name: str) -> bool:
    """Whether a name is that of one of these parties, of one of a household's members or of who has signed for one."""
    said, ids = plain(name), [one.party_id for one in parties if one.party_id is not None]
    if not said:
        return False
    return said in {plain(one.name) for one in parties} or queries.of_a_party(session, county, ids, digests(said), said)


def _mandatary(uow: UnitOfWork, one: Present, card: str) -> dict[str, Any]:
    """Who stands there by a power of attorney, as a person by id; nothing where they showed no card."""
    if one.attorney and one.mandatary is None and card:
        shown = enter_shown(uow, one.name.strip(), card)
        if shown is None:
            raise Refused(Finding("CON-29", "name", {"fault": "counter_named"}))
        one = replace(one, mandatary=shown)
    return {"mandatary_id": str(one.mandatary)} if one.attorney and one.mandatary else {}


def recorded(told: Mapping[str, Any]) -> Bearer | None:
    """Who was known by the card when it was recorded."""
    if "member_id" in told:
        return Bearer(UUID(told["member_id"]), UUID(told["member_id"]), True)
    return Bearer(UUID(told["person_id"]), None, True) if "person_id" in told else None
