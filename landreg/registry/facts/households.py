"""Facts for acts on households and between them: members, land and rights on both sides, as the register has them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.access.person_queries import masked_persons, sexes_of
from landreg.core.codes import masked_name
from landreg.core.periods import beijing_day
from landreg.law.book import Law, act_type
from landreg.law.queries import load_law
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, RightBundle, Standing
from landreg.registry.effects import households as effects
from landreg.registry.effects.households import CONTRACT, HOMESTEAD, Held
from landreg.registry.facts import kin, standing
from landreg.registry.facts.named_persons import borne, named
from landreg.registry.facts.operating import operated
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted, term_of
from landreg.registry.rules.household_facts import Gone, HouseholdActFacts, MemberFacts, OtherHousehold
from landreg.registry.rules.household_requests import (
    Division,
    Exchange,
    HomesteadInheritance,
    HouseholdMerge,
    RepresentativeChange,
)
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.relations import HEADS
from landreg.registry.rules.requests import Assignment, NameChange, read

FILED = "filing"
"""The paper by which the issuing party was told."""


@dataclass(frozen=True)
class _Read:
    """What was read for some cases at once."""

    households: Mapping[UUID, standing.HouseholdInForce]
    by_code: Mapping[str, standing.HouseholdInForce]
    bundles: Mapping[UUID, RightBundle]
    restrictions: Mapping[UUID, tuple[Standing, ...]]
    names: Mapping[UUID, tuple[str, str]]
    sexes: Mapping[UUID, str]
    borne: frozenset[tuple[UUID, str]]
    operated: Mapping[UUID, str]
    folders: Mapping[UUID, frozenset[str]]
    homes: Mapping[UUID, str]
    gone: Mapping[str, Gone]
    noticed: Mapping[UUID, tuple[str, ...]]
    law: Law

    def held(self, household: standing.HouseholdInForce) -> Held:
        """A household with its rights."""
        household_id = household.household.row["household_id"]
        bundles = tuple(one for one in self.bundles.values() if one.right.row["household_id"] == household_id)
        return Held(household.household, household.members, bundles)

    def people(self, household: standing.HouseholdInForce) -> dict[UUID, MemberFacts]:
        """Its members by id."""
        return {
            row.row["member_id"]: MemberFacts(
                self.names.get(row.row["person_id"], ("", ""))[0],
                row.row["holds_right"],
                row.row["relation"],
                self.sexes.get(row.row["person_id"], ""),
            )
            for row in household.members
        }


def household_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases on acts on households, in a fixed number of queries."""
    county = cases[0].county
    asked = {case.case_id: read(case.act_kind, case.request) for case in cases}
    found = _read(session, county, cases, list(asked.values()))
    return [_proposal(case, asked[case.case_id], found) for case in cases]


def concerned(session: Session, county: str, asked: Any) -> list[UUID]:
    """The rights of the other side that an application concerns too: they are locked, restricted and certified with it."""
    if isinstance(asked, Exchange):
        return [asked.right_id]
    if isinstance(asked, Assignment):
        return list(standing.rights_held(session, county, [asked.household_id], CONTRACT).get(asked.household_id, {}))
    if isinstance(asked, HouseholdMerge):
        return list(standing.rights_held(session, county, [asked.household_id]).get(asked.household_id, {}))
    if isinstance(asked, NameChange) or (isinstance(asked, Correction) and asked.said("person_id") is not None):
        return list(session.scalars(text(_HELD_BY_ONESELF), {"county": county, "member": asked.member_id}))
    return []


def _read(session: Session, county: str, cases: Sequence[Case], asked: Sequence[Any]) -> _Read:
    bundles = standing.rights(session, county, list({right for case in cases for right in case.right_ids}))
    ids = {bundle.right.row["household_id"] for bundle in bundles.values()}
    ids |= {one.household_id for one in asked if isinstance(one, HouseholdMerge)}
    by_code = standing.households(session, county, [case.household_code for case in cases])
    households = {one.household.row["household_id"]: one for one in by_code.values()}
    households |= standing.households_by_id(session, county, list(ids - households.keys()))
    persons = {row.row["person_id"] for household in households.values() for row in household.members}
    heirs = {one.person_id for one in asked if isinstance(one, HomesteadInheritance)}
    today = beijing_day(session.execute(text("SELECT system.clock()")).scalar_one())
    known = {code for bundle in bundles.values() for code in bundle.codes.values()}
    return _Read(
        households,
        by_code,
        bundles,
        standing.restrictions(session, county, list(bundles)),
        masked_persons(session, list(persons | heirs)),
        sexes_of(session, list(persons)),
        borne(session, asked, households),
        operated(session, county, [parcel for bundle in bundles.values() for parcel in bundle.codes]),
        folders(session, county, [case.case_id for case in cases]),
        {
            row.person_id: str(row.household_code)
            for row in session.execute(text(_HOMES), {"county": county, "persons": list(heirs)})
        },
        kin.gone(
            session,
            county,
            {code for one in asked if isinstance(one, Exchange) for code in (*one.give, *one.take)} - known,
        ),
        standing.noticed_for(session, county, [one.household_id for one in asked if isinstance(one, HouseholdMerge)]),
        load_law(session, county, today),
    )


def _proposal(case: Case, asked: Any, found: _Read) -> ActProposal:
    household = found.by_code.get(case.household_code)
    bundle = found.bundles.get(case.right_ids[0]) if act_type(case.act_kind).on == "right" else None
    theirs = _theirs(asked, found)
    held = None if household is None else found.held(household)
    other = None if theirs is None else found.held(theirs)
    facts = _facts(case, asked, found, household, bundle, theirs)
    limits = tuple(row for right in case.right_ids for row in found.restrictions.get(right, ()))
    others = tuple(one for one in found.bundles.values() if one.right_id in case.right_ids and one is not bundle)
    parties = tuple(one for one in (household, theirs) if one is not None)
    rows = InForce(bundle, household, limits, others=others, parties=parties)
    return ActProposal(case, rows, facts, partial(_changes, case, asked, held, other, bundle, found, facts))


def _theirs(asked: Any, found: _Read) -> standing.HouseholdInForce | None:
    if isinstance(asked, HouseholdMerge):
        return found.households.get(asked.household_id)
    if isinstance(asked, Exchange) and asked.right_id in found.bundles:
        return found.households.get(found.bundles[asked.right_id].right.row["household_id"])
    return None


def _facts(
    case: Case,
    asked: Any,
    found: _Read,
    household: standing.HouseholdInForce | None,
    bundle: RightBundle | None,
    theirs: standing.HouseholdInForce | None,
) -> HouseholdActFacts:
    held = None if household is None else found.held(household)
    contracts = held.of_kind(CONTRACT) if held else []
    land = bundle if bundle is not None else next(iter(contracts), None)
    folder = found.folders[case.case_id]
    people = found.people(household) if household else {}
    of = None if household is None else household.household.row["representative_id"]
    rights = (bundle,) if bundle is not None else held.bundles if held else ()
    misnamed = _misnamed(asked, household, found)
    return HouseholdActFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=(household if act_type(case.act_kind).on == "household" else bundle) is not None
        and (theirs is not None or not isinstance(asked, (Exchange, HouseholdMerge))),
        right_kind=case.right_kind if bundle is not None else "",
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(row for right in case.right_ids for row in found.restrictions.get(right, ())),
        members={member: facts.holds_right for member, facts in people.items()},
        parcels=tuple(bundle.codes.values())
        if bundle is not None
        else tuple(code for one in contracts for code in one.codes.values()),
        collective=str(household.household.row["collective_id"]) if household else "",
        term=term_of(land),
        people=people,
        head=_head(household, of),
        household=case.household_code,
        homesteads=_codes(held, HOMESTEAD),
        shared=tuple(one.right.row["code"] for one in rights if len(one.holders) > 1),
        operated=_operated(case, found),
        filed=FILED in folder,
        heir_member=_of_the_collective(asked, found, case),
        misnamed=tuple(misnamed.values()),
        misnamed_of=tuple(misnamed) if isinstance(asked, Division) else (),
        other=_other(asked, found, theirs),
        gone=found.gone,
    )


def _operated(case: Case, found: _Read) -> dict[str, str]:
    """By code of a parcel under the contract rights of a case: the land-operation right that stands on it."""
    return {
        code: found.operated[parcel]
        for one in found.bundles.values()
        if one.right_id in case.right_ids and one.right.row["kind"] == CONTRACT
        for parcel, code in one.codes.items()
        if parcel in found.operated
    }


def _misnamed(asked: Any, household: standing.HouseholdInForce | None, found: _Read) -> dict[int, str]:
    """By number of the household: the masked name that is not that of the person."""
    return {number: masked_name(pair[1]) for number, pair in named(asked, household) if pair not in found.borne}


def _head(household: standing.HouseholdInForce | None, person: Any) -> UUID | None:
    """The member who stands for the household: whom it names, else who is its head by relation; None where no member does."""
    members = household.members if household else ()
    named = [row.row["member_id"] for row in members if row.row["person_id"] == person]
    related = [row.row["member_id"] for row in members if row.row["relation"] in HEADS]
    return next(iter((*named, *related)), None)


def _codes(held: Held | None, kind: str) -> tuple[str, ...]:
    return tuple(one.right.row["code"] for one in held.of_kind(kind)) if held else ()


def _other(asked: Any, found: _Read, theirs: standing.HouseholdInForce | None) -> OtherHousehold | None:
    if theirs is None:
        return None
    held = found.held(theirs)
    land = (
        found.bundles.get(asked.right_id) if isinstance(asked, Exchange) else next(iter(held.of_kind(CONTRACT)), None)
    )
    return OtherHousehold(
        theirs.household.row["code"],
        str(theirs.household.row["collective_id"]),
        found.people(theirs),
        tuple(land.codes.values()) if land else (),
        _codes(held, HOMESTEAD),
        term_of(land),
        found.noticed.get(theirs.household.row["household_id"], ()),
    )


def _of_the_collective(asked: Any, found: _Read, case: Case) -> bool:
    """Whether an heir is a member of a household of the collective: their codes begin with its 14 digits, or where no household
    holds the right, with the village's 12 that its own code begins with.
    """
    if not isinstance(asked, HomesteadInheritance):
        return True
    home = found.homes.get(asked.person_id)
    return home is not None and home.startswith(case.household_code[:14] or case.subject_code[:12])


def _changes(
    case: Case,
    asked: Any,
    held: Held | None,
    other: Held | None,
    bundle: RightBundle | None,
    found: _Read,
    facts: HouseholdActFacts,
    on: date,
) -> Changes:
    match asked:
        case Division() if held is not None:
            return effects.divide(held, asked, on, uuid4)
        case HouseholdMerge() if held is not None and other is not None:
            return effects.merge(held, other, asked, on, uuid4)
        case RepresentativeChange() if held is not None:
            return effects.change_representative(held, asked, on, uuid4)
        case HomesteadInheritance() if bundle is not None:
            note = "" if facts.heir_member else found.law.text("HS-4.note")
            return effects.inherit_homestead(bundle, held.members if held else (), asked, uuid4(), note, on, uuid4)
        case Exchange() if bundle is not None and asked.right_id in found.bundles:
            return effects.exchange(bundle, found.bundles[asked.right_id], asked, on, uuid4)
    raise ValueError(f"{case.subject_code} is not in force")


# What a member inherited and holds beside the household: its certificate bears the name.
_HELD_BY_ONESELF = """
    SELECT r.right_id FROM party.member AS m
    JOIN party.holder AS h ON h.county = m.county AND h.person_id = m.person_id AND upper_inf(h.recorded) AND upper_inf(h.valid)
    JOIN registry."right" AS r ON r.county = h.county AND r.household_id = h.holder_id AND r.kind = 'homestead'
         AND upper_inf(r.recorded) AND upper_inf(r.valid)
    WHERE m.county = :county AND m.member_id = :member AND upper_inf(m.recorded) AND upper_inf(m.valid) ORDER BY r.code
"""
_HOMES = "SELECT person_id, household_code FROM party.households_of(:county, :persons)"
