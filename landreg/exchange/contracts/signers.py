"""Who stands at the counter for a party of a contract or for a household of a project, and whether they may (CON-29).

A member of a household is known by the number and the name of the identity card: digests are compared, no number is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.access.sealing import digests
from landreg.core.codes import birth_of, citizen_id_fault, tidy
from landreg.core.errors import Refused
from landreg.exchange.contracts.rules.signer import Signer, con_29_the_party_itself
from landreg.exchange.contracts.signer_queries import Party, member_bearing
from landreg.law.book import Law

ID_KINDS = ("1", "2", "3", "4", "5", "9")
"""Kinds of identity papers that a member may be registered by: NY/T 2539, table C.15."""


@dataclass(frozen=True)
class Present:
    """Who stands at the counter. card: the number of the identity card, for a member of a household. attorney: the party's written
    power of attorney is there. member: known by their card before.
    """

    name: str
    witness: str
    card: str = ""
    attorney: bool = False
    member: UUID | None = None


def known(session: Session, county: str, party: Party, one: Present) -> UUID | None:
    """The member of the household whose card this is, of this name; None for anybody else, and where the party is no household."""
    if one.member is not None or party.household_id is None:
        return one.member
    number = tidy(one.card)
    if not number:
        return None
    numbers = [key for kind in ID_KINDS for key in digests(f"{kind}:{number}")]
    return member_bearing(session, county, party.household_id, numbers, digests(one.name.strip()))


def stands_for(
    session: Session, county: str, party: Party, one: Present, law: Law, other: Mapping[str, Any] | None = None,
    number: str = "",
) -> dict[str, Any]:  # fmt: skip
    """What is recorded of who stands for a party: the member, or that a power of attorney is there. other: what was recorded of
    the other side's signature. Raises Refused (CON-29).
    """
    member, said, apart = known(session, county, party, one), tidy(one.card), other or {}
    born = birth_of(said) if citizen_id_fault(said) is None else None
    facts = Signer(
        party.kind, party.name, one.name, one.witness, member is not None, born, one.attorney, str(apart.get("name", "")),
        str(apart.get("witness", "")), number,
    )  # fmt: skip
    if wrong := con_29_the_party_itself(facts, law):
        raise Refused(wrong)
    told: dict[str, Any] = {"member_id": str(member)} if member else {}
    return told | ({"attorney": True} if one.attorney else {})
