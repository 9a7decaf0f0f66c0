"""PT: parties of the register."""

from __future__ import annotations

from collections.abc import Mapping
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
