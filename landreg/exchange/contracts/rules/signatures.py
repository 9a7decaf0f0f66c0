"""CON: whose signature counts under a contract. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from landreg.core.errors import Finding
from landreg.law.book import Law

WAYS = ("in_person", "agent", "service", "mandate")
"""How a side signs: at the desk; by the village agent with recorded consent; by a verified-signature service; by the written
mandate that a household gave to a village's project."""


@dataclass(frozen=True)
class Signing:
    """A signature as it is taken. text_sha256: of what was signed; expected: of the contract as it stands.

    of_collective: the contractor is a collective; representative: who signs for it, as the contract names them.
    """

    side: str
    way: str
    text_sha256: str
    expected: str
    name: str
    identity_checked: bool = False
    witness: str = ""
    consented: bool = False
    verified: bool = False
    number: str = ""
    of_collective: bool = False
    representative: str = ""


def con_3_signature_is_sound(facts: Signing, law: Law) -> Finding | None:
    """CON-3: a side signs the contract as it stands, itself and recognised, or by an agent whom it lets sign. RLCL-40, LOT-8."""
    sound = facts.side in ("contractor", "taker") and facts.way in WAYS and bool(facts.name.strip())
    sound = sound and facts.text_sha256 == facts.expected
    match facts.way:
        case "in_person":
            sound = sound and facts.identity_checked and bool(facts.witness.strip())
        case "agent" | "mandate":
            sound = sound and facts.consented and facts.side == "contractor"
        case "service":
            sound = sound and facts.verified
    return None if sound else Finding("CON-3", "way", {}, subject=facts.number or None)


def con_4_service_answer_fits(facts: Signing, law: Law) -> Finding | None:
    """CON-4: the answer of a signature service is signed by its key and names this contract, this text and this side. LOT-26."""
    if facts.way != "service" or facts.verified:
        return None
    return Finding("CON-4", "answer", {}, subject=facts.number or None)


def con_18_collective_signs_by_its_representative(facts: Signing, law: Law) -> Finding | None:
    """CON-18: for a collective signs whom the contract names by its members' resolution, itself. RCEO-5, RLCL-22."""
    if not facts.of_collective or facts.side != "contractor":
        return None
    if facts.way in ("in_person", "service") and facts.name.strip() == facts.representative:
        return None
    return Finding("CON-18", "name", {}, subject=facts.number or None)


SIGNATURE_RULES = (con_4_service_answer_fits, con_3_signature_is_sound, con_18_collective_signs_by_its_representative)
"""What a signature is held against; the first finding is told."""
