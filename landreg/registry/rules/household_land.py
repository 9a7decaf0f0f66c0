"""HH, TR, HS: what an act on households must rest on in the land and rights that they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.law.book import Law
from landreg.registry.rules.act_facts import Restricted
from landreg.registry.rules.household_facts import HouseholdActFacts
from landreg.registry.rules.household_requests import (
    Division,
    Exchange,
    HomesteadInheritance,
    HouseholdMerge,
)


def hh_4_parcels_taken_once(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-4: what a new household takes is land of the old one, and only one takes it. RLCL-16, CC-209."""
    asked = facts.asked
    if not isinstance(asked, Division):
        return None
    taken = Counter(code for branch in asked.branches for code in branch.parcels)
    wrong = sorted(code for code, times in taken.items() if times > 1 or code not in facts.parcels)
    wrong += facts.homesteads if sum(branch.homestead for branch in asked.branches) > 1 else ()
    return Finding("HH-4", "parcels", {"parcels": wrong}, subject=facts.code) if wrong else None


def hh_5_each_takes_land(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-5: a new household takes a parcel or the homestead; without a right there is nothing to register. RERR-16."""
    asked = facts.asked
    if not isinstance(asked, Division):
        return None
    new = enumerate(asked.branches, 1)
    bare: list[int | str] = [number for number, b in new if not b.parcels and not (b.homestead and facts.homesteads)]
    bare = bare if asked.branches else [facts.code]
    return Finding("HH-5", "parcels", {"households": bare}, subject=facts.code) if bare else None


def hh_11_not_shared(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-11: a right that the household shares with another is parted from it before households divide or merge. RERR-14."""
    return Finding("HH-11", "rights", {"rights": list(facts.shared)}, subject=facts.code) if facts.shared else None


def hh_13_mortgage_follows(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-13: a mortgage goes whole onto each right that takes some of its land: a note for the reviewer. RLCL-47.

    One of a right of which nothing is taken, as of a homestead that stays, is as it was.
    """
    creditors = sorted({r.party for r in facts.restrictions if r.kind == "mortgage" and _divided(r, facts.asked)})
    return Finding("HH-13", "restrictions", {"parties": creditors}, subject=facts.code) if creditors else None


def hh_14_one_homestead_after_a_merge(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HH-14: households that hold a homestead each do not merge while both stand. LAL-62."""
    if not isinstance(facts.asked, HouseholdMerge) or facts.other is None:
        return None
    return both_hold_homesteads(facts.homesteads, facts.other.homesteads, facts.code)


def both_hold_homesteads(own: Sequence[str], theirs: Sequence[str], code: str) -> Finding | None:
    """HH-14 of the codes of two households' homesteads, before anything else of their merge is known."""
    both = [*own, *theirs]
    return Finding("HH-14", "other", {"others": both}, subject=code) if len(both) > 1 else None


def tr_13_same_term_to_merge(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-13: land of two households goes under one right only where both contracts run for the same term. RLCL-16, RLCL-34."""
    other = facts.other
    if not isinstance(facts.asked, HouseholdMerge) or other is None or None in (other.term, facts.term):
        return None
    return None if other.term == facts.term else Finding("TR-13", "other", {"taker": other.code}, subject=facts.code)


def hs_4_heir_of_no_member(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HS-4: a homestead whose heir is no member of the collective bears that note. LAL-62; wording as dated data."""
    if not isinstance(facts.asked, HomesteadInheritance) or facts.heir_member:
        return None
    return Finding("HS-4", "heir", {"note": law.text("HS-4.note")}, subject=facts.code)


def hs_9_heirs_agreed(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HS-9: where there are other heirs, they agreed that this one takes the house: a note for the reviewer. landreg."""
    if not isinstance(facts.asked, HomesteadInheritance) or not facts.asked.others:
        return None
    return Finding("HS-9", "others", {}, subject=facts.code)


def hs_8_nobody_lives_there(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """HS-8: the homestead is its household's while a member of it lives; only one that died out leaves it to heirs. LAL-62."""
    if not isinstance(facts.asked, HomesteadInheritance):
        return None
    left = [person.name for member, person in facts.people.items() if member not in facts.asked.deceased]
    return Finding("HS-8", "deceased", {"members": left}, subject=facts.code) if left else None


def tr_4_exchange_within_the_collective(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-4: two households of one collective exchange parcels with each other, none with itself. RLCL-33."""
    if not isinstance(facts.asked, Exchange):
        return None
    other = facts.other
    if other is not None and other.collective == facts.collective and other.code != facts.household:
        return None
    return Finding("TR-4", "other", {"other": other.code if other else None}, subject=facts.code)


def tr_14_exchange_of_one_term(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-14: the contracts run for the same term; else the parcels would be under a term that is not theirs. RLCL-33, RLCL-21."""
    if not isinstance(facts.asked, Exchange) or facts.other is None or facts.other.term == facts.term:
        return None
    lasts = [None if term is None or term[1] is None else term[1] - DAY for term in (facts.term, facts.other.term)]
    said = dict(zip(("last", "until"), lasts, strict=True)) if all(lasts) else {}
    return Finding("TR-14", "other", {"other": facts.other.code, **said}, subject=facts.code)


def tr_15_exchange_of_their_own(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-15: each side gives parcels of its own right; of one that was divided or joined since, its heirs are named. RLCL-33."""
    asked = facts.asked
    if not isinstance(asked, Exchange):
        return None
    mine = {*asked.give} - {*facts.parcels}
    foreign = mine | {*asked.take} - {*(facts.other.parcels if facts.other else ())}
    if not foreign:
        return None
    values: dict[str, Any] = {"parcels": sorted(foreign)}
    if gone := [facts.gone[code] for code in sorted(foreign) if code in facts.gone]:
        values["heirs"] = sorted({heir for one in gone for heir in one.heirs})
        values["since"] = max((one.since for one in gone if one.since), default=None)
    return Finding("TR-15", "give" if mine else "take", values, subject=facts.code)


def tr_31_each_side_gives(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-31: each side gives at least one parcel. RLCL-33."""
    asked = facts.asked
    if not isinstance(asked, Exchange) or (asked.give and asked.take):
        return None
    return Finding("TR-31", "take" if asked.give else "give", {}, subject=facts.code)


def tr_16_exchange_filed(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-16: an exchange is filed with the issuing party; where it is not, that is noted and stops nothing. RLCL-33."""
    if not isinstance(facts.asked, Exchange) or facts.filed:
        return None
    return Finding("TR-16", "documents", {}, subject=facts.code)


def tr_17_operation_right_stays(facts: HouseholdActFacts, law: Law) -> Finding | None:
    """TR-17: a registered land-operation right stays on its parcels, whoever holds them then: a note for the reviewer. RLCL-44."""
    codes = sorted({code for parcel, code in facts.operated.items() if parcel in _moving(facts)})
    return Finding("TR-17", "parcels", {"rights": codes}, subject=facts.code) if codes else None


def _divided(one: Restricted, asked: object) -> bool:
    """Whether a new household takes land of the right that a restriction lies on."""
    if one.on is None or not isinstance(asked, Division):
        return True
    of_house = one.on.kind == "homestead"
    return any(branch.homestead if of_house else branch.parcels for branch in asked.branches)


def _moving(facts: HouseholdActFacts) -> frozenset[str]:
    """The parcels that come to another household."""
    match facts.asked:
        case Division(branches=branches):
            return frozenset(code for branch in branches for code in branch.parcels)
        case Exchange(give=give, take=take):
            return frozenset((*give, *take))
        case HouseholdMerge() if facts.other is not None:
            return frozenset(facts.other.parcels)
    return frozenset()
