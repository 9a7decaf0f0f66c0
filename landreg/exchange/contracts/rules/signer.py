"""Who signs and speaks for a party at the counter: itself, or whom its power of attorney names; never who witnesses it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from landreg.core.codes import of_age
from landreg.core.errors import Finding
from landreg.law.book import Law


@dataclass(frozen=True)
class Signer:
    """Who stands at the counter for a party. kind: of the party, a household, a person, an organisation or a collective; party:
    its name. member: the household knows them by number and name; born: by that number, None where it tells no day. attorney: the
    party's written power of attorney is there. apart: who signs for the other side, and who witnessed that.
    """

    kind: str
    party: str
    name: str
    witness: str = ""
    member: bool = False
    born: date | None = None
    attorney: bool = False
    other: str = ""
    other_witness: str = ""
    number: str = ""


def con_29_the_party_itself(facts: Signer, law: Law) -> Finding | None:
    """CON-29: for a household signs one of its members of age, for a person they themselves, or whom the party's written power of
    attorney names; and nobody who witnesses it, or stands for the other side. LOT-8, RLCL-40.
    """
    name, witness = _plain(facts.name), _plain(facts.witness)
    grown = facts.born is None or of_age(facts.born, law.on)
    wrong = ""
    if not facts.attorney and facts.kind == "household" and not (facts.member and grown):
        wrong = "card"
    if not facts.attorney and facts.kind == "person" and name != _plain(facts.party):
        wrong = "name"
    if name and name in (_plain(facts.other), _plain(facts.other_witness)):
        wrong = "name"
    if witness and witness in (name, _plain(facts.other)):
        wrong = "witness"
    return Finding("CON-29", wrong, {}, subject=facts.number or None) if wrong else None


def _plain(name: str) -> str:
    return "".join(name.split())
