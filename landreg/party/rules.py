"""PT: parties of the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from landreg.core.errors import Finding
from landreg.law.book import Law


class MembershipFacts(Protocol):
    """Whatever brings members into the register. elsewhere: masked name to the code of another household of the county that lists
    them, '' of one outside the jurisdiction of who asks; abroad: to county and code of a household of another county.
    """

    @property
    def code(self) -> str:
        """What the step is about."""

    @property
    def elsewhere(self) -> Mapping[str, str]:
        """Members found in another household."""

    @property
    def abroad(self) -> Mapping[str, str]:
        """Members found in a household of another county."""


def pt_1_members_in_one_household(facts: MembershipFacts, law: Law) -> Finding | None:
    """PT-1: nobody is a member of two households. 农村集体经济组织法 第十七条 (RCEO-17)."""
    if not facts.elsewhere:
        return None
    seen = {name: code for name, code in facts.elsewhere.items() if code}
    values: dict[str, object] = {"members": list(seen), "households": sorted(set(seen.values()))} if seen else {}
    if outside := len(facts.elsewhere) - len(seen):
        values["outside"] = outside
    return Finding("PT-1", "members", values, subject=facts.code)


def pt_5_members_in_one_county(facts: MembershipFacts, law: Law) -> Finding | None:
    """PT-5: whom the register has in a household of another county too is told who reviews. RCEO-17."""
    if not facts.abroad:
        return None
    values = {"members": list(facts.abroad), "households": sorted(set(facts.abroad.values()))}
    return Finding("PT-5", "members", values, subject=facts.code)


class ListedByNumber(MembershipFacts, Protocol):
    """A household as a survey lists it. misnamed: masked name of a member whose number the register has under another name, to the
    household there, '' of one outside the jurisdiction; former: of one whom no household has any more. answered: what officers
    wrote down of members whom another county has too, or who are known by another name, with the households and names.
    """

    @property
    def misnamed(self) -> Mapping[str, str]:
        """Members whose number is another name's."""

    @property
    def former(self) -> Sequence[str]:
        """Members of no household whose number is another name's."""

    @property
    def answered(self) -> str:
        """What was found of those of another county, and of those under another name."""


def pt_6_name_of_the_number(facts: ListedByNumber, law: Law) -> Finding | None:
    """PT-6: nobody comes into the register by a number that it has under another name. 不动产登记暂行条例 第十八条 (RERR-18)."""
    if not facts.misnamed:
        return None
    seen = sorted({code for code in facts.misnamed.values() if code})
    values: dict[str, object] = {"members": list(facts.misnamed), **({"households": seen} if seen else {})}
    if outside := sum(not code for code in facts.misnamed.values()):
        values["outside"] = outside
    return Finding("PT-6", "members", values, subject=facts.code)


def pt_7_other_county_answered(facts: ListedByNumber, law: Law) -> Finding | None:
    """PT-7: whom a household of another county lists too is registered here once an officer has written down how that is.
    不动产登记暂行条例 第十八条 (RERR-18).
    """
    open_ = sorted({code for code in facts.abroad.values() if code not in facts.answered})
    return Finding("PT-7", "members", {"households": open_}, subject=facts.code) if open_ else None


def known_as_another(name: str) -> str:
    """How an answer names a member whom the register knew by another name."""
    return f"{name}（原登记为另一姓名）"


def pt_8_former_member_answered(facts: ListedByNumber, law: Law) -> Finding | None:
    """PT-8: who left every household and is listed by another name since is registered once an officer has written down, by the
    paper that proves it, that it is the same person. 不动产登记暂行条例 第十八条 (RERR-18).
    """
    open_ = [name for name in facts.former if known_as_another(name) not in facts.answered]
    return Finding("PT-8", "members", {"members": open_}, subject=facts.code) if open_ else None


SHARED = "contract_management"
"""The right that a household's members share by the contract; a homestead is the household's, and so each member's."""


@dataclass(frozen=True)
class Related:
    """The members of a household as a survey lists them: how many, how many of them as its head, and as the head's spouse."""

    listed: int = 0
    heads: int = 0
    spouses: int = 0


NOBODY = Related()


class ListedFacts(Protocol):
    """Whatever certifies a household with its members."""

    @property
    def code(self) -> str:
        """What the step is about."""

    @property
    def related(self) -> Related:
        """How its members are related to its head."""


def pt_4_one_head(facts: ListedFacts, law: Law) -> Finding | None:
    """PT-4: of a household's members one is the head, and one at most the head's spouse. 农村土地承包法 第二十四条 (RLCL-24)."""
    found = facts.related
    if not found.listed or (found.heads == 1 and found.spouses <= 1):
        return None
    return Finding("PT-4", "members", {"heads": found.heads, "spouses": found.spouses}, subject=facts.code)
