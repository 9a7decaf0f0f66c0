"""What the letter on an error says that the office found: each fact in words, as registered and as it should be, and who else has
it as their rights were entered since."""

from __future__ import annotations

from sqlalchemy.orm import Session

from landreg.core.codes import masked_name
from landreg.law.book import term
from landreg.registry.casebook import Case
from landreg.registry.facts.acts import act_proposals
from landreg.registry.facts.said import corrected_in_words
from landreg.registry.papers.office import ErrorSaid
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts

LONGEST_OF_A_PERSON = 4
"""Signs of a Chinese name with a double family name; who a restriction is for is kept as free text, of persons and of others."""


def said_of(session: Session, case: Case) -> ErrorSaid:
    """What a case would set right, for the party, and whom it is told beside them."""
    (proposal,) = act_proposals(session, [case])
    facts = proposal.facts
    assert isinstance(facts, ParcelActFacts) and isinstance(facts.asked, Correction)  # noqa: S101, PT018  the kind of act says so
    return ErrorSaid(tuple(corrected_in_words(facts.asked, facts.now)), _others(facts) if facts.asked.touches else ())


def _others(facts: ParcelActFacts) -> tuple[str, ...]:
    """Restrictions with whom they stand for, land-operation rights, and transfers."""
    restrictions = [f"{term('restriction', one.kind)}（{_party(one.party)}）" for one in facts.restrictions]
    operated = [f"{term('right', 'land_operation')} {rights}" for rights in dict.fromkeys(facts.operated.values())]
    passed = [f"{code} 于 {day.isoformat()} 转移登记" for code, day in sorted(facts.disposed.items())]
    return tuple(dict.fromkeys((*restrictions, *operated, *passed)))


def _party(name: str) -> str:
    """Whom a restriction stands for: what can be a person's name behind the mask, as an operator's is; offices in full."""
    return masked_name(name) if len(name) <= LONGEST_OF_A_PERSON or "·" in name else name
