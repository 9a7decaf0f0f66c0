"""Who stands at the counter for a party: itself, or whom its own paper names; never who witnesses it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from landreg.core.codes import of_age
from landreg.core.errors import Finding
from landreg.law.book import Law

MOST_NAME = 100
BY_CARD = ("household", "person")
"""Kinds of parties that are known by an identity card."""
COLLECTIVE = "collective"
"""Whose representative the contract names (CON-18)."""


@dataclass(frozen=True)
class Standing:
    """Who stands there. kind: of the party, a household, a person, an organisation or a collective; party: its name, '' for a
    household that was not found. known: the card is that of one of the household's members, or of the person; named: it is of this
    name in the register. born: by the number that was given, None where it tells no day. attorney: the party's written power of
    attorney is there, or of an organisation the paper by which it names who heads it. other, other_witness: who signs for the other
    side, and who witnessed that. number: of what is signed. seen: the operator saw the card. witness_is_theirs: the witness bears
    the name of a party, of one of its household or of who has signed for it. is_theirs: who stands there for another is of the
    other side: a party, one of its household (but for who heads an organisation), who represents it, who signed for it by a power
    under the contract or one that it follows, or its contact.
    """

    kind: str
    party: str
    name: str
    witness: str = ""
    known: bool = False
    named: bool = False
    born: date | None = None
    attorney: bool = False
    other: str = ""
    other_witness: str = ""
    number: str = ""
    seen: bool = True
    witness_is_theirs: bool = False
    is_theirs: bool = False


def con_29_the_party_itself(facts: Standing, law: Law) -> Finding | None:
    """CON-29: for a household signs and speaks one of its members of age, for a person they themselves, each known by their card,
    or whom the party's written power of attorney names; for an organisation whom its own paper names, who heads it or has its power
    of attorney, since no register here has its legal representative; and nobody who witnesses it, or stands for the other side.
    Whoever is not the party itself is none of the other side. Nobody of either party witnesses it. LOT-8, RLCL-40.
    """
    return _finding("CON-29", facts, *_wrong(facts, law.on))


def pri_5_who_claims_stands_for_the_household(facts: Standing, law: Law) -> Finding | None:
    """PRI-5: who claims a priority stands for the household as who signs for it does, recognised and witnessed. RLCL-38, 民法典 17,
    161.
    """
    wrong = _wrong(facts, law.on)
    if not any(wrong) and not facts.seen:
        wrong = ("identity", "counter_unseen")
    if not any(wrong) and not plain(facts.witness):
        wrong = ("witness", "counter_unwitnessed")
    return _finding("PRI-5", facts, *wrong)


def _wrong(facts: Standing, on: date) -> tuple[str, str]:
    """The field, and what is wrong with it; both empty where nothing is."""
    name, witness = plain(facts.name), plain(facts.witness)
    by_card = facts.kind in BY_CARD and not facts.attorney
    organisation = facts.kind not in (*BY_CARD, COLLECTIVE)
    named = facts.named if facts.kind == "household" else name == plain(facts.party)
    faults = {
        ("name", "counter_unnamed"): not 0 < len(name) <= MOST_NAME,
        ("name", "counter_organisation"): organisation and name == plain(facts.party),
        ("attorney", "counter_unnamed_by_it"): organisation and not facts.attorney,
        ("card", "counter_stranger"): by_card and not facts.known,
        ("name", "counter_named"): by_card and not named,
        ("card", "counter_minor"): facts.born is not None and not of_age(facts.born, on),
        ("name", "counter_other"): name in (plain(facts.other), plain(facts.other_witness)),
        ("name", "counter_both"): facts.is_theirs,
        ("witness", "counter_witness"): bool(witness) and witness in (name, plain(facts.other)),
        ("witness", "counter_theirs"): bool(witness) and (facts.witness_is_theirs or witness == plain(facts.party)),
    }
    return next((one for one, wrong in faults.items() if wrong), ("", ""))


def _finding(code: str, facts: Standing, field: str, fault: str) -> Finding | None:
    values = {"fault": fault, "most": MOST_NAME}
    return Finding(code, field, values, subject=facts.number or None) if fault else None


def plain(name: str) -> str:
    """A name as it is compared: without spaces."""
    return "".join(name.split())
