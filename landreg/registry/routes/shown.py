"""What a case would enter, as its page shows it: the present state of the register beside the state after the act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.access.person_queries import masked_persons, same_persons
from landreg.access.policy import known_actor
from landreg.core.actor import Role
from landreg.core.codes import masked_name
from landreg.core.periods import DAY, Period
from landreg.core.units import mu_of
from landreg.land.shown import code_name
from landreg.law.book import Law
from landreg.party.queries import household_codes
from landreg.registry.effects import Changes, Line, Opened, Standing, difference
from landreg.registry.facts import standing
from landreg.registry.facts.addressees import masked
from landreg.registry.facts.first import Proposal
from landreg.registry.facts.places import nature_of
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.routes.member_reasons import rests_on
from landreg.registry.rules.homestead import HomesteadFacts, confirmed_area
from landreg.web.i18n import shown_term


def holder_name(name: str | None) -> str:
    """A holder's name: whole for registrar and reviewer, who work with it, masked for everyone else and in their files."""
    whole = known_actor().has(Role.REGISTRAR, Role.REVIEWER)
    return (name or "") if whole else masked_name(name or "")


def addressee_shown(addressee: str) -> str:
    """To whom a letter on an error goes, on the same terms as a holder's name."""
    return addressee if known_actor().has(Role.REGISTRAR, Role.REVIEWER) else masked(addressee)


def hints(findings: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Of what is kept on a case the codes, each once, and the tone of the gravest."""
    grave = any(finding.get("level") == "refuse" for finding in findings)
    return " ".join(dict.fromkeys(finding["code"] for finding in findings)), "refuse" if grave else "warn"


@dataclass(frozen=True)
class ProposedParcel:
    """A parcel that goes under the right; taken_by: code of the right that holds it now."""

    code: str
    area_m2: Decimal
    mu: Decimal
    taken_by: str | None


@dataclass(frozen=True)
class Proposed:
    """What the act of a case will write."""

    kind: str
    code: str
    holder: str
    household_code: str
    mode: str
    starts_on: date | None
    ends_on: date | None
    area_m2: Decimal
    mu: Decimal
    surveyed_m2: Decimal
    excess_m2: Decimal
    members: int | None
    parcels: Sequence[ProposedParcel]
    staged: Any


@dataclass(frozen=True)
class Shown:
    """A line of a difference as the page shows it; `named` in words, before and after as text, '' where there is none."""

    table: str
    named: str
    fact: str
    before: str
    after: str


def difference_of(session: Session, proposal: ActProposal, today: date) -> list[Shown]:
    """What the act of a case would change, in words: the same `Changes` that booking writes. Nothing is written."""
    if not proposal.facts.in_force:
        return []
    changes = proposal.changes(today)
    lines = _represented(difference(changes), proposal)
    corrected = _renumbered(session, lines)
    told: list[Opened | Standing] = [*changes.closes, *changes.opens]
    persons = {one for line in lines if line.fact in _OF_PERSON for one in (line.before, line.after) if one}
    persons |= {row.row["person_id"] for row in told if row.table == "member"}
    masked = masked_persons(session, list(persons))
    limited = {
        one: masked[one][1]
        for line in lines
        if line.fact == "party_id"
        for one in (line.before, line.after)
        if one in masked
    }
    codes = {parcel: code for one in proposal.in_force.bundles for parcel, code in one.codes.items()}
    codes |= {row.row["parcel_id"]: row.row["code"] for row in told if row.table == "parcel"}
    codes |= {one.right_id: one.right.row["code"] for one in proposal.in_force.bundles}
    codes |= {row.row["right_id"]: row.row["code"] for row in told if row.table == "right"}
    households = {line.before or line.after for line in lines if line.fact == "household_id"}
    codes |= {
        UUID(line.named): line.after or line.before for line in lines if (line.table, line.fact) == ("parcel", "code")
    }
    codes |= household_codes(session, proposal.case.county, [*households, *_after(lines, "household_id")])
    codes |= _new_parties(changes)
    names = {person: shown[0] for person, shown in masked.items()} | codes | limited
    labels = _labels(changes, names)
    shown = [
        Shown(
            line.table,
            _named(line, lines, names) or labels.get((line.table, line.named), ""),
            "id_number" if line.before in corrected else _fact(line),
            corrected.get(line.before) or _text(line, line.before, names),
            corrected.get(line.after) or _text(line, line.after, names),
        )
        for line in lines
        if line.fact not in _UNSAID
        and not _told_elsewhere(line, lines)
        and (line.fact != "party_id" or {line.before, line.after} & limited.keys())
    ]
    members = {row.row["member_id"]: row.row["person_id"] for row in told if row.table == "member"}
    why = rests_on(session, proposal.facts.asked, members)
    return [*shown, *(Shown("member", names.get(person, ""), fact, "", text) for person, fact, text in why)]


_OF_PERSON = ("person_id", "party_id", "representative_id")
_UNSAID = ("kind", "position", "numerator", "denominator", "party_kind")


def _fact(line: Line) -> str:
    """What a line is about: whom a right is of, who may be no household, is its holder."""
    return "holder" if line.fact == "household_id" and line.table in ("right", "right_holder") else line.fact


def _renumbered(session: Session, lines: Sequence[Line]) -> dict[Any, str]:
    """By person whose identity number is corrected, before and after: the number behind its mask, told apart where alike."""
    pairs = [(line.before, line.after) for line in lines if line.fact == "person_id" and line.before and line.after]
    persons = [person for pair in pairs for person in pair]
    first, masked = same_persons(session, persons), masked_persons(session, persons)
    found: dict[Any, str] = {}
    for pair in pairs:
        if first.get(pair[0]) != first.get(pair[1]):
            was, is_ = (masked.get(person, ("—", "—"))[1] for person in pair)
            found |= zip(pair, (was, is_) if was != is_ else (f"{was}（1）", f"{is_}（2）"), strict=True)
    return found


def _represented(lines: Sequence[Line], proposal: ActProposal) -> list[Line]:
    """Who stood for a household that another is to stand for, also where the register says it by a member's relation alone."""
    rows = proposal.in_force
    stood = {str(one.household.row["household_id"]): one for one in (*rows.parties, rows.household) if one}
    return [
        replace(line, before=person)
        if line.fact == "representative_id"
        and not line.before
        and (person := standing.stands_for(stood.get(line.named))).int
        else line
        for line in lines
    ]


def _new_parties(changes: Changes) -> dict[Any, str]:
    """Households and other holders that the act brings: code, or name of who has none."""
    found = {row.row["household_id"]: row.row["code"] for row in changes.opens if row.table == "household"}
    holders = (row.row for row in changes.opens if row.table == "holder")
    return found | {row["holder_id"]: row["code"] or holder_name(row["name"]) for row in holders}


def _labels(changes: Changes, names: Mapping[Any, str]) -> dict[tuple[str, str], str]:
    """What a restriction is, and whose; whom a member's lines are about; the code of households, rights and contracts where an act
    touches several.
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    told: list[Opened | Standing] = [*changes.closes, *changes.opens]
    for row in told:
        if (key := _LABELLED.get(row.table)) and row.row.get("code"):
            found[row.table][str(row.row[key])] = str(row.row["code"])
    limits = {str(row.row["restriction_id"]): row.row for row in told if row.table == "restriction"}
    named = {
        ("restriction", one): f"{shown_term(row['kind'], 'restriction')}（{holder_name(row['party'])}）"
        for one, row in limits.items()
    }
    named |= {
        ("member", str(row.row["member_id"])): names.get(row.row["person_id"], "")
        for row in told
        if row.table == "member"
    }
    return named | {
        (table, named): code for table, codes in found.items() if len(codes) > 1 for named, code in codes.items()
    }


_LABELLED = {"household": "household_id", "right": "right_id", "contract": "contract_id"}


def _told_elsewhere(line: Line, lines: Sequence[Line]) -> bool:
    """What the name of a row says, or the drawing of parcels: codes, lineage, and of one that comes or goes all but its area."""
    if line.fact == "parcel_id" or line.table == "parcel_origin" or not (line.before or line.after):
        return True
    if line.table != "parcel":
        return line.fact == "excess_m2" and not (line.before and line.after)
    comes_or_goes = any((one.named, one.fact) == (line.named, "parcel_id") for one in lines if one.table == "parcel")
    return comes_or_goes and line.fact != "registered_area_m2"


def _after(lines: Sequence[Line], fact: str) -> list[Any]:
    return [line.after for line in lines if line.fact == fact and line.after]


def _named(line: Line, lines: Sequence[Line], names: Mapping[Any, str]) -> str:
    """Whom or what a line is about: the member, the parcel, or nothing where the table says it all."""
    of_row = [one for one in lines if (one.table, one.named) == (line.table, line.named)]
    for one in of_row:
        if one.fact in ("person_id", "parcel_id"):
            return names.get(one.before or one.after, "")
    first, _space, _kind = line.named.partition(" ")
    return names.get(UUID(first), "") if line.table in ("right_parcel", "parcel") else ""


def _text(line: Line, value: Any, names: Mapping[Any, str]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return shown_term(str(value).lower(), "answer")
    if isinstance(value, UUID):
        return names.get(value, "")
    if isinstance(value, tuple):
        return "、".join(sorted(names.get(one, "") for one in value))
    if isinstance(value, Period):
        return f"{value.start} — {value.last or ''}"
    if line.fact == "amount":
        return f"{value:.2f}"
    if line.fact in ("land_class", "soil_grade", "land_use"):
        return code_name(str(value), line.fact)
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        return f"{value.lower or ''} — {value.upper - DAY if value.upper else ''}"
    return next((word for kind in _TERMS.get(line.fact, ()) if (word := shown_term(value, kind)) != value), str(value))


_TERMS: Mapping[str, tuple[str, ...]] = {
    "relation": ("relation",),
    "nature": ("land_mode", "transfer_mode"),
    "mode": ("land_mode",),
    "confirmed_by": ("confirmed_by",),
}
"""By fact: the lists of terms of which its value may be one."""


def proposed(proposal: Proposal, law: Law) -> Proposed:
    """The proposal of a case in one shape for both kinds of right; nothing of it is written."""
    case, facts, staged = proposal.case, proposal.facts, proposal.staged
    if isinstance(facts, HomesteadFacts):
        confirmed = confirmed_area(facts, law)
        area, surveyed, excess = confirmed.area_m2, facts.area_m2, confirmed.excess_m2
        parcels = [ProposedParcel(facts.code, area, mu_of(area), facts.taken_by)]
        code, mode, members, term, mu = facts.unit_code or facts.code, nature_of(staged), None, None, mu_of(area)
    else:
        area = surveyed = facts.area_m2
        excess, term, members = Decimal(0), facts.term, facts.members
        parcels = [ProposedParcel(p.code, p.area_m2, mu_of(p.area_m2), p.taken_by) for p in facts.parcels]
        code, mode, mu = facts.code, staged["way"] or "", facts.mu
    return Proposed(
        kind=case.right_kind,
        code=code,
        holder=case.applicant,
        household_code=case.household_code,
        mode=mode,
        starts_on=term.start if term else None,
        ends_on=term.last if term else None,
        area_m2=area,
        mu=mu,
        surveyed_m2=surveyed,
        excess_m2=excess,
        members=members,
        parcels=parcels,
        staged=staged,
    )
