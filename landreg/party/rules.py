"""PT: parties of the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from landreg.core.errors import Finding
from landreg.law.book import Law


class MembershipFacts(Protocol):
    """Whatever brings members into the register. elsewhere: masked name to the code of another household that lists them."""

    @property
    def code(self) -> str:
        """What the step is about."""

    @property
    def elsewhere(self) -> Mapping[str, str]:
        """Members found in another household."""


def pt_1_members_in_one_household(facts: MembershipFacts, law: Law) -> Finding | None:
    """PT-1: nobody is a member of two households. 农村集体经济组织法 第十七条 (RCEO-17)."""
    if not facts.elsewhere:
        return None
    values = {"members": list(facts.elsewhere), "households": sorted(set(facts.elsewhere.values()))}
    return Finding("PT-1", "members", values, subject=facts.code)
