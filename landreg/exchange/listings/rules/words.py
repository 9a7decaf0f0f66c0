"""TR, CON: what words may not say, in a listing, in talks, in a contract, a project or what changes them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from landreg.core.errors import Finding
from landreg.exchange.listings.rules.offer import HOUSES
from landreg.law.book import Law, examine
from landreg.law.straying import strays

OF_ANY_LAND = frozenset(("term", "price"))
"""Ways that are asked of houses and of land to build on as well."""


NAME_SUMS = frozenset(("service_work", "service_standard", "valued_by", "plan_terms", "resolution", "house_state"))
"""Fields that ask for sums or weights of their own: how work is done, by what land was valued, what members decided."""


@dataclass(frozen=True)
class Spoken:
    """What was written freely, by field. number: of what it is written in. basic: parcels that are permanent basic farmland."""

    number: str
    kind: str
    texts: Mapping[str, str]
    basic: tuple[str, ...] = ()

    @property
    def built(self) -> bool:
        """Whether it is of houses, or of land to build on."""
        return self.kind in (*HOUSES, "construction")

    def found(self, law: Law, way: str) -> tuple[str, str] | None:
        """The field and the words that leave the law in a way; None where none do, or where it isn't asked of such land."""
        if self.built and way not in OF_ANY_LAND:
            return None
        asked = self.texts.items() if way != "price" else [one for one in self.texts.items() if one[0] not in NAME_SUMS]
        said = ((name, strays(text, law.on, way)) for name, text in asked)
        return next(((name, words) for name, words in said if words), None)


def tr_2_words_keep_it_farmed(facts: Spoken, law: Law) -> Finding | None:
    """TR-2: farmland is not built on nor dug away, permanent basic farmland gets no trees or ponds. RLCL-38, CC-334."""
    if found := facts.found(law, "not_farming"):
        return _told("TR-2", facts, found, fault="use_not_farming")
    if facts.basic and (found := facts.found(law, "not_basic")):
        return _told("TR-2", facts, found, fault="use_on_basic", parcels=list(facts.basic))
    return None


def con_110_words_end_with_the_term(facts: Spoken, law: Law) -> Finding | None:
    """CON-110: a transfer ends with its term: it is not prolonged by itself, and nobody keeps the land then. RLCL-38."""
    found = None if facts.built else facts.found(law, "term")
    return _told("CON-110", facts, found) if found else None


def con_117_words_let_no_longer_than_the_kind(facts: Spoken, law: Law) -> Finding | None:
    """CON-117: nor is a lease of a house, a homestead or construction land, whose years LST-16 limits. CC 705."""
    found = facts.found(law, "term") if facts.built else None
    return _told("CON-117", facts, found) if found else None


def con_116_words_leave_the_price_to_the_terms(facts: Spoken, law: Law) -> Finding | None:
    """CON-116: price, rise and way of paying stand in the terms alone: members were told those, and calendar, index and certificate
    know no others. RLCL-40, SPC-RLC-11.
    """
    found = facts.found(law, "price")
    return _told("CON-116", facts, found) if found else None


def con_111_words_mortgage_with_consent(facts: Spoken, law: Law) -> Finding | None:
    """CON-111: the taker mortgages the land-operation right with the contractor's written consent. RLCL-47."""
    found = facts.found(law, "pledge")
    return _told("CON-111", facts, found) if found else None


def con_112_words_leave_the_grounds_of_the_law(facts: Spoken, law: Law) -> Finding | None:
    """CON-112: the contractor may end it on the grounds of the law, whatever is agreed. RLCL-42."""
    found = facts.found(law, "waiver")
    return _told("CON-112", facts, found) if found else None


def _told(code: str, facts: Spoken, found: tuple[str, str], **values: object) -> Finding:
    name, said = found
    return Finding(code, name, {**values, "said": said}, subject=facts.number or None)


WORD_RULES: tuple[Callable[[Spoken, Law], Finding | None], ...] = (
    tr_2_words_keep_it_farmed,
    con_110_words_end_with_the_term,
    con_111_words_mortgage_with_consent,
    con_112_words_leave_the_grounds_of_the_law,
    con_116_words_leave_the_price_to_the_terms,
    con_117_words_let_no_longer_than_the_kind,
)


def words_stray(facts: Spoken, law: Law) -> list[Finding]:
    """Everything that was said freely against the law, or beside the terms."""
    return list(examine(WORD_RULES, facts, law))
