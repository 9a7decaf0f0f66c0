"""Whom the register has by the same number: in another household of the county (PT-1), in one of another county (PT-5, PT-7), or
under another name (PT-6, PT-8).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from landreg.access.person_queries import masked_persons
from landreg.party.rules import known_as_another
from landreg.registry.casebook import Case
from landreg.registry.rules.leaving import ELSEWHERE
from landreg.registry.rules.requests import HouseholdChange

_Key = tuple[UUID | None, str]
MEMBERS = "weigh_members"
"""The step by which an officer wrote down how it stands with members whom another county has too (PT-7), or who are known
by another name (PT-8)."""


@dataclass(frozen=True)
class Elsewhere:
    """By masked name. here: the code of a household of the county, '' of one outside the jurisdiction; abroad: county and code of a
    household of another; misnamed: whose number the register has under another name, to the household there as it is said of the
    others; former: of those whom no household has any more.
    """

    here: dict[str, str] = field(default_factory=dict)
    abroad: dict[str, str] = field(default_factory=dict)
    misnamed: dict[str, str] = field(default_factory=dict)
    former: list[str] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        """Whether an officer has to write down how it is."""
        return bool(self.abroad or self.former)

    def add(self, name: str, row: Row[Any]) -> None:
        """Take in a household that lists somebody."""
        if row.abroad:
            self.abroad[name] = f"{row.county}{row.code}"
        else:
            self.here[name] = row.code if row.inside else ""


NOWHERE = Elsewhere()


def homes(session: Session, county: str, persons: Sequence[UUID]) -> Sequence[Row[Any]]:
    """The households that list these persons, under whatever name of their number, in every county of the register."""
    return session.execute(text(_HOMES), {"county": county, "persons": list(persons)}).all() if persons else ()


def taken_in(
    session: Session, county: str, asked: Mapping[UUID, Any], members: Mapping[UUID, UUID]
) -> dict[UUID, dict[str, tuple[str, ...]]]:
    """By case of a change of household: masked names of those who go on elsewhere, to the other households that the register has
    them in, with their county where it is another. members: id of a member to the person.
    """
    going = {
        one.member_id: case_id
        for case_id, change in asked.items()
        for one in (change.leaves if isinstance(change, HouseholdChange) else ())
        if one.reason in ELSEWHERE and one.member_id in members
    }
    if not going:
        return {}
    homes_of: dict[UUID, list[str]] = defaultdict(list)
    for row in homes(session, county, [members[member] for member in going]):
        if row.member_id not in going:
            homes_of[row.person_id].append(f"{row.county}{row.code}" if row.abroad else row.code if row.inside else "")
    names = masked_persons(session, [members[member] for member in going])
    found: dict[UUID, dict[str, tuple[str, ...]]] = defaultdict(dict)
    alike = Counter[tuple[UUID, str]]()
    for member, case_id in going.items():
        name = names[members[member]][0]
        alike[case_id, name] += 1
        # Two whose names are one behind the mask are two.
        shown = name if (number := alike[case_id, name]) == 1 else f"{name}（{number}）"
        found[case_id][shown] = tuple(sorted(homes_of[members[member]]))
    return found


def staged(session: Session, asked: Mapping[str, Any]) -> Mapping[_Key, Elsewhere]:
    """By package and household: members whom the register has in another household, or under another name."""
    found: dict[_Key, Elsewhere] = defaultdict(Elsewhere)
    for row in session.execute(text(_STAGED), asked):
        of = found[row.package_id, row.household_code]
        if row.misnamed and row.code is None:
            of.former.append(row.name_masked)
        elif row.misnamed:
            of.misnamed[row.name_masked] = f"{row.county}{row.code}" if row.abroad else row.code if row.inside else ""
        else:
            of.add(row.name_masked, row)
    return found


def answered(session: Session, cases: Sequence[Case]) -> Mapping[UUID, str]:
    """By case: what officers wrote down of members whom another county has too, or who are known by another name; it begins with
    the households and names.
    """
    told: dict[UUID, str] = defaultdict(str)
    if not cases:
        return told
    asked = {"county": cases[0].county, "ids": [case.case_id for case in cases]}
    for row in session.execute(text(_ANSWERED), asked):
        told[row.case_id] += row.reason
    return told


def renamed(session: Session, county: str, cases: Sequence[UUID]) -> frozenset[str]:
    """The households of these cases of which an officer wrote down that a member bears a new name (PT-8)."""
    asked = {"county": county, "cases": list(cases), "words": f"%{known_as_another('')}%"}
    return frozenset(session.scalars(text(_RENAMED), asked))


_HOMES_OF = """
    SELECT r.person_id, r.member_id, r.household_code AS code, coalesce(d.name, c.code) AS county, c.code <> :county AS abroad,
           starts_with(r.household_code, access.jurisdiction_from()) AS inside
    FROM (SELECT CAST(:county AS text) AS code UNION SELECT code FROM land.division WHERE level = 'county') AS c
    LEFT JOIN land.division AS d ON d.code = c.code CROSS JOIN LATERAL party.households_of(c.code, {persons}) AS r
"""
_HOMES = f"""
    WITH editions AS MATERIALIZED (
        SELECT a.person_id AS asked, p.person_id, p.name_masked FROM identity.person AS a
        JOIN identity.person AS p ON p.id_digest = a.id_digest WHERE a.person_id = ANY (:persons)
    )
    SELECT e.asked AS person_id, r.member_id, r.code, r.county, r.abroad, r.inside, e.name_masked
    FROM ({_HOMES_OF.format(persons="array(SELECT person_id FROM editions)")}) AS r JOIN editions AS e ON e.person_id = r.person_id
"""
_STAGED = f"""
    WITH other AS MATERIALIZED (
        SELECT p.package_id, o.* FROM unnest(CAST(:packages AS uuid[])) AS p (package_id)
        CROSS JOIN LATERAL identity.known_otherwise(:county, p.package_id, CAST(:households AS text[])) AS o
    ), named AS MATERIALIZED (
        SELECT m.package_id, m.household_code, m.name_masked, i.person_id FROM land.staged_member AS m
        JOIN identity.person AS i ON i.id_digest = m.id_digest
        WHERE m.county = :county AND m.package_id = ANY (:packages) AND m.household_code = ANY (:households)
          AND NOT EXISTS (SELECT FROM other AS o WHERE (o.package_id, o.household_code, o.place)
                          = (m.package_id, m.household_code, m.position))
    )
    SELECT n.package_id, n.household_code, n.name_masked, false AS misnamed, r.code, r.county, r.abroad, r.inside
    FROM ({_HOMES_OF.format(persons="array(SELECT person_id FROM named)")}) AS r JOIN named AS n ON n.person_id = r.person_id
    WHERE r.code <> n.household_code
    UNION ALL
    SELECT o.package_id, o.household_code, m.name_masked, true, r.code, r.county, r.abroad, r.inside
    FROM other AS o
    JOIN land.staged_member AS m ON m.county = :county AND m.package_id = o.package_id AND m.household_code = o.household_code
         AND m.position = o.place
    LEFT JOIN ({_HOMES_OF.format(persons="array(SELECT unnest(person_ids) FROM other)")}) AS r ON r.person_id = ANY (o.person_ids)
"""
_ANSWERED = f"""
    SELECT case_id, reason FROM registry.case_event
    WHERE county = :county AND case_id = ANY (:ids) AND step = '{MEMBERS}' ORDER BY at
"""
_RENAMED = f"""
    SELECT c.household_code FROM registry."case" AS c JOIN registry.case_event AS e ON e.county = c.county AND e.case_id = c.case_id
    WHERE c.county = :county AND c.case_id = ANY (:cases) AND e.step = '{MEMBERS}' AND e.reason LIKE :words
"""
