"""SET: who may settle where, on what, with whom; what is taken as evidence; what a decision may stand on. Pure.

Source: 安政发〔2016〕33号 三（一）1, as dated data in law/settling.toml (`opinion`). Nothing else is asked of anybody.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from landreg.core.codes import birth_of, citizen_id_fault, tidy
from landreg.core.errors import Finding
from landreg.core.periods import years_after
from landreg.law.book import Law, RuleFunction
from landreg.settlement import opinion
from landreg.settlement.opinion import Condition
from landreg.settlement.refusing import articles_against

APPLICANT = "applicant"
MONTHS = 12
MOST_MONTHS = 720


class Tenure(StrEnum):
    """How a dwelling is held: 自有, 租赁, 租借, 寄住, 单位提供."""

    OWN = "own"
    RENTED = "rented"
    LENT = "lent"
    LODGED = "lodged"
    PROVIDED = "provided"


class Ground(StrEnum):
    """The conditions of the opinion."""

    TOWN_DWELLING = "town_dwelling"
    OWN_DWELLING = "own_dwelling"
    STABLE_DWELLING = "stable_dwelling"
    STABLE_WORK = "stable_work"


class Outcome(StrEnum):
    """What becomes of an application."""

    SETTLED = "settled"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Person:
    """Somebody who settles. relation: 'applicant', or one of those who may settle along. together: lives with the applicant."""

    name: str
    id_number: str
    relation: str
    together: bool = True


@dataclass(frozen=True)
class Application:
    """An application as it is judged on a day: where to, on what condition, what is told and what is shown.

    evidence: kinds of the papers that were seen. persons: the applicant first.
    """

    division: str
    ground: str
    tenure: str | None
    dwelling_since: date | None
    work_since: date | None
    pension_months: int | None
    evidence: frozenset[str]
    persons: tuple[Person, ...]
    on: date
    village: str = ""


@dataclass(frozen=True)
class Offered:
    """A paper as it is offered. content: the text in it, as far as one can be read. field: of the form."""

    kind: str
    title: str
    file_name: str
    content: str
    on: date
    field: str


@dataclass(frozen=True)
class Wording:
    """Free text of a form. field: where it stands."""

    text: str
    on: date
    field: str


@dataclass(frozen=True)
class Decision:
    """A decision as it would be. unmet: findings of each condition that holds at the place, () of one that is met."""

    outcome: str
    unmet: tuple[tuple[Finding, ...], ...]
    along: tuple[Finding, ...]
    due_on: date
    on: date


def set_1_place_is_of_the_opinion(facts: Application, law: Law) -> Finding | None:
    """SET-1: built towns and the municipal district. 安政发〔2016〕33号 三（一）1."""
    if opinion.conditions_of(facts.division, law.on):
        return None
    return Finding("SET-1", "division", {"given": facts.division or None})


def set_2_ground_holds_at_the_place(facts: Application, law: Law) -> Finding | None:
    """SET-2: which condition holds is a matter of the place. 三（一）1."""
    holding = [one.code for one in opinion.conditions_of(facts.division, law.on)]
    if not holding or facts.ground in holding:
        return None
    return Finding("SET-2", "ground", {"holding": holding})


def set_3_lawful_stable_dwelling(facts: Application, law: Law) -> Finding | None:
    """SET-3: in a built town a lawful stable dwelling, a rented one too. 三（一）1.1."""
    return _dwelling("SET-3", facts, law, Ground.TOWN_DWELLING)


def set_4_own_lawful_dwelling(facts: Application, law: Law) -> Finding | None:
    """SET-4: in the municipal district one's own lawful dwelling. 三（一）1.2（1）."""
    return _dwelling("SET-4", facts, law, Ground.OWN_DWELLING)


def set_5_stable_dwelling_for_a_year(facts: Application, law: Law) -> Finding | None:
    """SET-5: a lawful stable dwelling, lodging too, for a year without a break. 三（一）1.2（2）."""
    return _dwelling("SET-5", facts, law, Ground.STABLE_DWELLING)


def set_6_stable_work_and_pension_for_a_year(facts: Application, law: Law) -> Finding | None:
    """SET-6: lawful stable work, and a year of the urban employees' pension. 三（一）1.2（3）."""
    asked = _holding(facts, law, Ground.STABLE_WORK)
    if asked is None:
        return None
    missing = [*_missing(asked, facts.evidence)]
    if not _long_enough(facts.work_since, facts.on, asked.least_years["work"]):
        missing.append("work_since")
    if (facts.pension_months or 0) < MONTHS * asked.least_years["pension"]:
        missing.append("pension_months")
    return Finding("SET-6", _field(missing), {"lacking": missing}) if missing else None


def set_7_who_settles_along(facts: Application, law: Law) -> Finding | None:
    """SET-7: spouse, minor children and parents who live with the applicant, each once. 三（一）1.1, 1.2."""
    numbers = Counter(tidy(person.id_number) for person in facts.persons if person.id_number)
    for place, person in enumerate(facts.persons[1:], 1):
        wrong = _wrong_along(person, facts.on)
        if wrong is None and numbers[tidy(person.id_number)] > 1:
            wrong = "twice"
        if wrong is not None:
            return Finding("SET-7", f"person{place}_relation", {"row": place, "along": wrong})
    spouses = sum(person.relation == "spouse" for person in facts.persons)
    parents = sum(person.relation == "parent" for person in facts.persons)
    if spouses > 1 or parents > 4:
        return Finding("SET-7", None, {"row": len(facts.persons) - 1, "along": "too_many"})
    return None


def set_8_identity_numbers_are_sound(facts: Application, _law: Law) -> Finding | None:
    """SET-8: a citizen's number is the one name of a person, who is born by that day (GB 11643; 33号 三（二）1)."""
    for place, person in enumerate(facts.persons):
        if citizen_id_fault(tidy(person.id_number), facts.on) is not None or not person.name.strip():
            return Finding("SET-8", f"person{place}_id" if place else "id_number")
    return None


def set_9_evidence_is_of_the_closed_list(facts: Offered, law: Law) -> Finding | None:
    """SET-9: papers of the list and no others are taken."""
    return None if facts.kind in opinion.papers() else Finding("SET-9", facts.field)


def set_10_paper_may_be_taken(facts: Offered, law: Law) -> Finding | None:
    """SET-10: by its title, its file's name, or what is written in it. 三（三）1; GUARD-2."""
    for found_in, text in (("title", facts.title), ("file_name", facts.file_name), ("content", facts.content)):
        if articles := articles_against(text, facts.on):
            return Finding("SET-10", facts.field, {"found_in": found_in, "law": list(articles)})
    return None


def set_10_wording_may_be_taken(facts: Wording, law: Law) -> Finding | None:
    """SET-10, of free text. 三（三）1; GUARD-2."""
    articles = articles_against(facts.text, facts.on)
    return Finding("SET-10", facts.field, {"found_in": "text", "law": list(articles)}) if articles else None


def set_11_decision_stands_on_the_opinion_alone(facts: Decision, law: Law) -> Finding | None:
    """SET-11: who meets one condition is settled, who meets none is not; there is no other ground, and no quota."""
    met = any(not found for found in facts.unmet) and not facts.along
    if facts.outcome in (Outcome.WITHDRAWN, Outcome.SETTLED if met else Outcome.REFUSED):
        return None
    return Finding("SET-11", "outcome", {"along": "met" if met else "unmet"})


def set_14_decided_in_time(facts: Decision, law: Law) -> Finding | None:
    """SET-14: a decision comes within the days of SET-14.decide_working_days; a late one is made all the same."""
    return None if facts.on <= facts.due_on else Finding("SET-14", None, {"due_on": facts.due_on.isoformat()})


def set_16_days_are_not_to_come(facts: Application, law: Law) -> Finding | None:
    """SET-16: nobody has lived or worked somewhere since a day that is still to come, or paid for more months than a life has."""
    if facts.pension_months is not None and not 0 <= facts.pension_months <= MOST_MONTHS:
        return Finding("SET-16", "pension_months", {"given": facts.pension_months})
    for name, day in (("dwelling_since", facts.dwelling_since), ("work_since", facts.work_since)):
        if day is not None and day > facts.on:
            return Finding("SET-16", name, {"given": day.isoformat()})
    return None


def set_19_origin_code_is_a_division(facts: Application, law: Law) -> Finding | None:
    """SET-19: a code of the place of origin, where one is told, is of a county, a township or a village (GB/T 2260, 10114)."""
    if re.fullmatch(r"(?:\d{6}(?:\d{3}(?:\d{3})?)?)?", facts.village, re.ASCII):
        return None
    return Finding("SET-19", "village", {"given": facts.village})


def unmet(facts: Application, law: Law) -> dict[str, tuple[Finding, ...]]:
    """By condition that holds at the place, what is not met of it yet; () of one that is met."""
    by_code: dict[str, RuleFunction] = {
        Ground.TOWN_DWELLING: set_3_lawful_stable_dwelling,
        Ground.OWN_DWELLING: set_4_own_lawful_dwelling,
        Ground.STABLE_DWELLING: set_5_stable_dwelling_for_a_year,
        Ground.STABLE_WORK: set_6_stable_work_and_pension_for_a_year,
    }
    return {
        one.code: () if (found := by_code[one.code](facts, law)) is None else (found,)
        for one in opinion.conditions_of(facts.division, law.on)
    }


def along_unshown(facts: Application) -> tuple[Finding, ...]:
    """SET-7 where somebody settles along and no paper shows that they belong together."""
    if len(facts.persons) < 2 or facts.evidence.intersection(opinion.along_shown_by()):
        return ()
    return (Finding("SET-7", "evidence", {"row": 1, "along": "unshown"}),)


RECEIVING: tuple[RuleFunction, ...] = (
    set_1_place_is_of_the_opinion, set_2_ground_holds_at_the_place, set_8_identity_numbers_are_sound, set_7_who_settles_along,
    set_16_days_are_not_to_come, set_19_origin_code_is_a_division,
)  # fmt: skip
OFFERING: tuple[RuleFunction, ...] = (set_10_paper_may_be_taken, set_9_evidence_is_of_the_closed_list)
WORDING: tuple[RuleFunction, ...] = (set_10_wording_may_be_taken,)
DECIDING: tuple[RuleFunction, ...] = (set_11_decision_stands_on_the_opinion_alone, set_14_decided_in_time)


def _holding(facts: Application, law: Law, ground: Ground) -> Condition | None:
    return next((one for one in opinion.conditions_of(facts.division, law.on) if one.code == ground), None)


def _dwelling(code: str, facts: Application, law: Law, ground: Ground) -> Finding | None:
    asked = _holding(facts, law, ground)
    if asked is None:
        return None
    missing = [*_missing(asked, facts.evidence)]
    if facts.tenure not in asked.tenures:
        missing.append("tenure")
    years = asked.least_years.get("dwelling", 0)
    if years and not _long_enough(facts.dwelling_since, facts.on, years):
        missing.append("dwelling_since")
    return Finding(code, _field(missing), {"lacking": missing}) if missing else None


def _missing(asked: Condition, evidence: frozenset[str]) -> list[str]:
    """A word for each list of papers of which none was seen."""
    kinds = ("work", "pension") if asked.code == Ground.STABLE_WORK else ("dwelling",)
    return [f"paper_{kind}" for kind, listed in zip(kinds, asked.shown_by, strict=True) if not evidence & set(listed)]


def _field(missing: list[str]) -> str:
    return "evidence" if missing[0].startswith("paper_") else missing[0]


def _long_enough(since: date | None, on: date, years: int) -> bool:
    return since is not None and years_after(since, years) <= on


def _wrong_along(person: Person, on: date) -> str | None:
    if person.relation not in opinion.relations():
        return "relation"
    if not person.together:
        return "apart"
    born = birth_of(tidy(person.id_number)) if citizen_id_fault(tidy(person.id_number)) is None else None
    if person.relation == "minor_child" and born is not None and years_after(born, opinion.of_age()) <= on:
        return "of_age"
    return None
