"""Entering a survey: parcels, collectives, households and members of a village, by one act, before its rights are booked.

Entering changes no right. What the register holds already is left as it is: a difference is for an act of change. A household
with a member whom the register has in another one (PT-1), or under another name (PT-6), stays out until that is settled, and
holds up nobody else. Of whom an officer wrote down that the name is a new one (PT-8), the register gets it by a further edition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from gis.nyt2539 import member_note
from landreg.access.identity import NewPerson, enter, enter_renamed
from landreg.access.sealing import open_sealed
from landreg.core.db import UnitOfWork
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.registry.casebook import Act
from landreg.registry.facts import elsewhere
from landreg.registry.facts.resurveyed import left_out
from landreg.registry.leaves.logged import entry_facts
from landreg.registry.numbers import act_numbers

ENTERED = (
    "party.collective",
    "party.organization",
    "party.household",
    "party.member",
    "land.parcel",
    "identity.person",
)
"""Tables that an entry fills."""


def enter_survey(
    uow: UnitOfWork,
    county: str,
    package_id: UUID,
    village: str,
    registered: Sequence[UUID],
    alone: Mapping[str, Sequence[str]] | None = None,
) -> UUID | None:
    """Enter what a package holds of a village and the register lacks; the act, or None when there was nothing new.

    What a later survey has otherwise waits for its own case there (`resurveyed.left_out`). registered: the cases that are now.
    alone: codes of the only households and parcels to enter; None for all of the village.
    The caller holds the village's lock. One leaf for the act, with a digest a parcel and a salted one a household; it takes its
    number once there is something to enter.
    """
    act_id = uuid4()
    asked = {
        "county": county,
        "package": package_id,
        "act": act_id,
        "from": village,
        "to": village + "~",
        "now": uow.now,
        "renamed": list(elsewhere.renamed(uow.session, county, registered)),
    }
    later = left_out(uow.session, county, package_id, village, registered)
    households, parcels = (
        {**asked, "later": later[name], "alone": None if alone is None else list(alone[name])}
        for name in ("household", "parcel")
    )
    new = sum(
        uow.session.execute(text(statement), of).rowcount  # type: ignore[attr-defined]
        for statement, of in (
            (_COLLECTIVES, {**asked, "later": [], "alone": None}),
            (_ORGANIZATIONS, households),
            (_HOUSEHOLDS, households),
            (_PARCELS, parcels),
            (_HOMESTEAD_PARCELS, parcels),
        )
    )
    new += _members(uow, asked)
    if not new:
        return None
    act = Act(
        county=county,
        act_id=act_id,
        village=village,
        number=act_numbers(uow, county, 1)[0],
        kind="survey_entry",
        case_id=None,
        package_id=package_id,
        registered_at=uow.now,
        registered_by=uow.actor.account_id,
    )
    uow.session.add(act)
    uow.session.flush()
    facts, personal = entry_facts(uow.session, county, act.act_id, act.number)
    stage(uow, Entry("act", county, village, act.number, facts, personal))
    return act.act_id


def _members(uow: UnitOfWork, asked: Mapping[str, Any]) -> int:
    """Members become persons, one row a person for ever, and take their place in the household."""
    rows = list(uow.session.execute(text(_STAGED_MEMBERS), asked))
    if not rows:
        return 0
    named = [NewPerson(_opened(row.name_sealed), row.id_kind, _opened(row.id_sealed)) for row in rows]
    persons = [
        (row.household_code in asked["renamed"] and enter_renamed(uow, one)) or person
        for row, one, person in zip(rows, named, enter(uow, named), strict=True)
    ]
    left = uow.session.execute(text(_LEFT), {"county": asked["county"], "persons": persons})
    since = {row.person_id: row.day for row in left}
    uow.session.execute(
        text(_MEMBERS),
        [
            {
                **asked,
                "village": row.village,
                "household": row.household_id,
                "person": person,
                "since": since.get(person),
                "relation": row.relation,
                "holds": row.holds_right,
                "position": row.position,
                "note": member_note(row.note_kind, row.note),
            }
            for row, person in zip(rows, persons, strict=True)
        ],
    )
    return len(rows)


def _opened(sealed: bytes | None) -> str:
    return open_sealed(sealed) if sealed else ""


def _entered(staged: str, where: str) -> str:
    """The staged codes whose subject the register has, found before the first row goes in.

    A statement must not look row by row at the table it fills: PostgreSQL notes dead entries of a GiST root page and, when
    that page splits under the same scan, puts the marks on living entries of the new page, which no index scan finds again.
    """
    return f"WITH entered AS MATERIALIZED (SELECT s.code FROM {staged} AS s WHERE {_OF_VILLAGE} AND ({where}))"


_CLOCKS = "daterange(NULL, NULL), tstzrange(:now, NULL), :act"
_OF_VILLAGE = "s.county = :county AND s.package_id = :package AND s.village >= :from AND s.village < :to"
_NEW = f"""{_OF_VILLAGE} AND NOT EXISTS (SELECT FROM entered AS e WHERE e.code = s.code) AND NOT s.code = ANY (:later)
        AND (CAST(:alone AS text[]) IS NULL OR s.code = ANY (:alone))"""
_OPEN_ROW = """EXISTS (SELECT FROM {} AS o WHERE o.county = s.county AND o.code = s.code
        AND upper_inf(o.recorded) AND upper_inf(o.valid))"""
_IN_ANOTHER_HOUSEHOLD = """EXISTS (SELECT FROM party.households_of(s.county, array(
        SELECT i.person_id FROM land.staged_member AS m JOIN identity.person AS i ON i.id_digest = m.id_digest
        WHERE m.county = s.county AND m.package_id = s.package_id AND m.household_code = s.code)))"""
_UNDER_ANOTHER_NAME = """(NOT s.code = ANY (:renamed)
        AND EXISTS (SELECT FROM identity.known_otherwise(s.county, s.package_id, ARRAY[s.code])))"""
_NOT_YET = f"{_IN_ANOTHER_HOUSEHOLD} OR {_UNDER_ANOTHER_NAME}"
# A code that ever named a parcel enters no other one: what was divided or joined since the survey is not entered again.
_EVER_A_PARCEL = "EXISTS (SELECT FROM land.parcel AS l WHERE l.county = s.county AND l.code = s.code)"
_COLLECTIVES = f"""
    {_entered("land.staged_issuer", _OPEN_ROW.format("party.collective"))}
    INSERT INTO party.collective (county, row_id, collective_id, village, code, name, representative, address, postcode,
                                  valid, recorded, act_id)
    SELECT s.county, gen_random_uuid(), gen_random_uuid(), s.village, s.code, s.name, s.representative, s.address, s.postcode,
           {_CLOCKS}
    FROM land.staged_issuer AS s
    WHERE {_NEW}
"""
_ORGANIZATIONS = f"""
    {_entered("land.staged_household", _OPEN_ROW.format("party.organization"))}
    INSERT INTO party.organization (county, row_id, organization_id, village, code, name, address, valid, recorded, act_id)
    SELECT s.county, gen_random_uuid(), gen_random_uuid(), s.village, s.code, s.name, s.address, {_CLOCKS}
    FROM land.staged_household AS s
    WHERE {_NEW} AND s.kind = '3'
"""
_HOUSEHOLDS = f"""
    {_entered("land.staged_household", f"{_OPEN_ROW.format('party.household')} OR {_NOT_YET}")}
    INSERT INTO party.household (county, row_id, household_id, village, code, name, collective_id, address, postcode,
                                 valid, recorded, act_id)
    SELECT s.county, gen_random_uuid(), gen_random_uuid(), s.village, s.code, s.name, c.collective_id, s.address, s.postcode,
           {_CLOCKS}
    FROM land.staged_household AS s
    JOIN party.collective AS c ON c.county = s.county AND c.code = left(s.code, 14)
         AND upper_inf(c.recorded) AND upper_inf(c.valid)
    WHERE {_NEW} AND s.kind <> '3'
"""
_STAGED_MEMBERS = f"""
    SELECT s.village, s.household_code, s.name_sealed, s.id_kind, s.id_sealed, s.relation, s.holds_right, s.position,
           s.note_kind, s.note, h.household_id
    FROM land.staged_member AS s
    JOIN party.household AS h ON h.county = s.county AND h.code = s.household_code AND h.act_id = :act
    WHERE {_OF_VILLAGE} ORDER BY s.household_code, s.position
"""
_MEMBERS = """
    INSERT INTO party.member (county, row_id, member_id, village, household_id, person_id, relation, holds_right, position,
                              note, valid, recorded, act_id)
    VALUES (:county, gen_random_uuid(), gen_random_uuid(), :village, :household, :person, :relation, :holds, :position, :note,
            daterange(CAST(:since AS date), NULL), tstzrange(:now, NULL), :act)
"""
_LEFT = """
    SELECT p.person_id, max(upper(m.valid)) AS day FROM identity.person AS p JOIN identity.person AS e ON e.id_digest = p.id_digest
    JOIN party.member AS m ON m.county = :county AND m.person_id = e.person_id AND upper_inf(m.recorded)
    WHERE p.person_id = ANY (:persons) GROUP BY p.person_id
"""
"""Whoever was a member elsewhere is one here from the day on which that ended: nobody is of two households (PT-1)."""
_PARCELS = f"""
    {_entered("land.staged_parcel", _EVER_A_PARCEL)}
    INSERT INTO land.parcel (county, row_id, parcel_id, village, code, kind, name, geom, surveyed_area_m2,
        registered_area_m2, ellipsoidal_area_m2, mu, land_class, soil_grade, land_use, basic_farmland, neighbour_east,
        neighbour_south, neighbour_west, neighbour_north, package_id, valid, recorded, act_id)
    SELECT s.county, gen_random_uuid(), gen_random_uuid(), s.village, s.code,
           CASE WHEN p.parcel_code IS NULL THEN 'collective' ELSE 'contracted' END, s.name, s.geom, s.surveyed_area_m2,
           coalesce(s.surveyed_area_m2, s.plane_area_m2), s.ellipsoidal_area_m2,
           round(coalesce(s.surveyed_area_m2, s.plane_area_m2) * 0.0015, 2), s.land_class, s.soil_grade, s.land_use,
           s.basic_farmland, s.neighbour_east, s.neighbour_south, s.neighbour_west, s.neighbour_north, s.package_id, {_CLOCKS}
    FROM land.staged_parcel AS s
    LEFT JOIN (SELECT DISTINCT parcel_code FROM land.staged_contract_parcel WHERE county = :county AND package_id = :package)
         AS p ON p.parcel_code = s.code
    WHERE {_NEW}
"""
_HOMESTEAD_PARCELS = f"""
    {_entered("land.staged_homestead", _EVER_A_PARCEL)}
    INSERT INTO land.parcel (county, row_id, parcel_id, village, code, kind, name, geom, surveyed_area_m2,
        registered_area_m2, ellipsoidal_area_m2, mu, package_id, valid, recorded, act_id)
    SELECT s.county, gen_random_uuid(), gen_random_uuid(), s.village, s.code, 'homestead', '', s.geom, s.area_m2,
           coalesce(s.area_m2, s.plane_area_m2), s.ellipsoidal_area_m2,
           round(coalesce(s.area_m2, s.plane_area_m2) * 0.0015, 2), s.package_id, {_CLOCKS}
    FROM land.staged_homestead AS s
    WHERE {_NEW}
"""
