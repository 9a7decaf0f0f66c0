"""CON: what changes or renews a contract over a collective's own land is resolved anew by its members. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from landreg.core.errors import Finding
from landreg.exchange.listings.rules.offer import may_be_a_meeting, two_thirds_agree
from landreg.law.book import Law


@dataclass(frozen=True)
class Resolved:
    """What the members resolved of the terms of a contract that follows another. number, made_on: of that other, and when both had
    signed it. day: of the resolution, None where none is named. members: who was to come. minutes, approval: its scan is there; the
    township's number and scan are. outside: the land goes to farm to one who is no member, so that the township approves it.
    households: of the collective, by the register.
    """

    number: str
    made_on: date
    day: date | None = None
    members: int = 0
    in_favour: int = 0
    minutes: bool = False
    outside: bool = False
    approval: bool = False
    households: int = 0


def con_105_members_resolved_anew(facts: Resolved, law: Law) -> Finding | None:
    """CON-105: a change or renewal over a collective's own land rests on a resolution of its members of a day after the contract
    below was made, by two thirds of as many as such a meeting has, with its minutes; to farm by an outsider, approved by the
    township. RCEO-26, RCEO-28, RLCL-52, LAL-63.
    """
    faults = {
        "resolved_missing": facts.day is None,
        "resolved_before": facts.day is not None and facts.day <= facts.made_on,
        "resolved_ahead": facts.day is not None and facts.day > law.on,
        "resolved_who": not may_be_a_meeting(facts.members, facts.households),
        "resolved_few": not two_thirds_agree(facts.members, facts.in_favour),
        "resolved_minutes": not facts.minutes,
        "resolved_approval": facts.outside and not facts.approval,
    }
    fault = next((name for name, holds in faults.items() if holds), "")
    field = {
        "resolved_who": "members",
        "resolved_few": "in_favour",
        "resolved_minutes": "minutes",
        "resolved_approval": "approved",
    }.get(fault)
    values = {"number": facts.number, "fault": fault, "since": facts.made_on}
    values |= {"members": facts.members, "households": facts.households}
    return Finding("CON-105", field or "resolved_on", values, subject=facts.number) if fault else None
