"""CHG: what the identity number of who joins speaks against. Pure."""

from __future__ import annotations

from datetime import date

from landreg.core.codes import birth_of, of_age, sex_of
from landreg.core.errors import Finding
from landreg.core.periods import years_after
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.requests import HouseholdChange

_MALE = (11, *range(20, 30), 41, 43, 46, 47, 51, 53, 55, 57, 61, 63, 66, 71, 73, 76, 78, *range(81, 90, 2), 93, 95)
_FEMALE = (12, *range(30, 40), 42, 44, 45, 48, 52, 54, 56, 58, 62, 64, 67, 72, 74, 75, 77, *range(82, 91, 2), 94, 96)
RELATION_SEX = dict.fromkeys(map(str, _MALE), "1") | dict.fromkeys(map(str, _FEMALE), "2")
"""By relation that says it: the sex, as GB/T 2261.1 writes it. NY/T 2539 code C.8."""
HEADS = ("01", "02")
"""The relations of a representative to themselves. NY/T 2539 code C.8."""
SPOUSES = ("10", "11", "12")
"""The relations of the representative's spouse."""
MARRIED = (*SPOUSES, "28", "38", "45", "46", "72", "74", "76", "78")
"""Those of who is somebody's spouse in the household, the representative's or a relative's."""
HEAD_SEX = dict.fromkeys(("11", "53", "54"), "2") | dict.fromkeys(("12", "55", "56"), "1")
"""By relation that says it: the sex of who stands for the household, of whom somebody is the husband, the father-in-law."""
RESTORED = "error"
"""The reason of who comes back into a household that an act took them out of in error."""
_ELDERS = frozenset(map(str, range(50, 70)))


def may_marry(born: date, sex: str, law: Law) -> bool:
    """Whether whoever was born on a day is old enough to be married: by the county's age for the sex (GB/T 2261.1)."""
    return years_after(born, int(law.number("CHG-17.marries_years", "male" if sex == "1" else "female"))) <= law.on


def unlike(number: str, relation: str, reason: str, law: Law) -> tuple[str, ...]:
    """What the number of who joins speaks against: the reason, of birth where they are of age, or the relation, of another sex, or
    of a parent or grandparent where they are not of age; or their age, where it is that of a spouse.
    """
    born, sex = birth_of(number), RELATION_SEX.get(relation)
    grown = born is not None and of_age(born, law.on)
    amiss = sex not in (None, sex_of(number)) or (relation in _ELDERS and born is not None and not grown)
    young = relation in MARRIED and born is not None and not may_marry(born, sex_of(number), law)
    told = {"reason": reason == "birth" and grown, "relation": amiss, "age": young}
    return tuple(one for one, wrong in told.items() if wrong)


def chg_12_goes_with_the_number(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-12: reason and relation of who joins go with age and sex in their identity number: a note for the reviewer. RCEO-12."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange):
        return None
    found = {one for joining in asked.joins for one in joining.unlike if one != "age"}
    return Finding("CHG-12", f"join_{min(found)}", {"fields": sorted(found)}, subject=facts.code) if found else None


def chg_14_the_dead_do_not_join(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-14: whom an act registered as dead joins no household, unless it was in error. RCEO-17."""
    if not facts.dead:
        return None
    values = {"members": list(facts.dead), "acts": sorted(set(facts.dead.values()))}
    return Finding("CHG-14", "join_name", values, subject=facts.code)
