"""Acts on households as tests apply for them: members and parcels of the small village by their places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from landreg.access import identity
from landreg.access.person_queries import masked_persons
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.periods import DAY
from landreg.party.model import Member
from landreg.registry import documents
from landreg.registry.casework import applications
from landreg.registry.facts import standing
from landreg.registry.rules.household_requests import (
    Branch,
    Division,
    Exchange,
    HouseholdMerge,
    LandOperation,
    Operator,
    Placed,
    RepresentativeChange,
)
from landreg.registry.rules.requests import Request
from tests.contract_kit import FIRST, UNTIL
from tests.registry_kit import HOUSEHOLD, Connection, put_papers, right_of
from tests.villages import COUNTY, VILLAGE, citizen_id, past_triggers

SECOND = f"{VILLAGE}010002"
SIGNED = date(2026, 1, 5)
NOW = "upper_inf(x.recorded) AND upper_inf(x.valid)"


def members(actor: Actor, household: str = HOUSEHOLD) -> list[UUID]:
    """The members of a household in their order."""
    with unit_of_work(actor) as uow:
        found = standing.households(uow.session, COUNTY, [household])[household].members
        return [row.row["member_id"] for row in found]


def parcels(actor: Actor, right: UUID) -> list[str]:
    """The parcels of a right in their order."""
    with unit_of_work(actor) as uow:
        bundle = standing.rights(uow.session, COUNTY, [right])[right]
        return [bundle.codes[row.row["parcel_id"]] for row in bundle.parcels]


def household_id(actor: Actor, code: str) -> UUID:
    """The id of a household by its code."""
    with unit_of_work(actor) as uow:
        found: UUID = standing.households(uow.session, COUNTY, [code])[code].household.row["household_id"]
        return found


def branch(actor: Actor, right: UUID, household: str = HOUSEHOLD, **changed: Any) -> Branch:
    """The second member of a household goes with the second parcel."""
    serial = int(household[-4:])
    member = members(actor, household)[1]
    given: dict[str, Any] = {"code": "", "representative": member, "name": f"成员{serial}之2"}
    given |= {"members": (Placed(member, "02"),), "parcels": tuple(parcels(actor, right)[1:])}
    return Branch(**(given | changed))


def division(actor: Actor, right: UUID, household: str = HOUSEHOLD, **changed: Any) -> Division:
    """That member divides from the household."""
    return Division((branch(actor, right, household, **changed),), "division", date(2026, 1, 5))


def asked_for(
    actor: Actor,
    kind: str,
    asked: Request,
    *,
    right: UUID | None = None,
    household: str = HOUSEHOLD,
    more: Sequence[str] = (),
) -> UUID:
    """A case with its papers, and with more than those that every case of its kind asks for."""
    case = (
        applications.apply_on_household(actor, household, kind, asked)
        if right is None
        else applications.apply_on_right(actor, COUNTY, right, kind, asked)
    )
    put_papers(actor, case, kind)
    with unit_of_work(actor) as uow:
        for paper in more:
            documents.enter(
                uow, county=COUNTY, village=VILLAGE, sha256="00" * 32, size=1, kind=paper, name=f"{paper}.pdf", cases=[case]
            )  # fmt: skip
    return case


def handed_out_before(superuser: Connection, case: UUID, number: str) -> None:
    """A certificate of registration of the right, as they were handed out before there were certificates of it."""
    superuser.execute(
        """INSERT INTO registry.paper (county, paper_id, village, number, kind, case_id, event_id, pdf_sha256, made_at, made_by,
               sample)
           SELECT county, gen_random_uuid(), village, %s, 'proof', case_id, event_id, repeat('0', 64), at, by, true
           FROM registry.case_event WHERE case_id = %s AND step = 'register'""",
        [number, case],
    )


def among_households(actor: Actor, kind: str, code: str, other: str) -> UUID | None:
    """A case of an act on a household, or between it and another, as a sequence of chance asks for it; None where there is
    nothing to ask.
    """
    with unit_of_work(actor) as uow:
        found = standing.households(uow.session, COUNTY, [code, other])
    if code not in found:
        return None
    right, people = right_of(actor, code), members(actor, code)
    match kind:
        case "division" if right and len(people) > 1:
            part = Branch(
                "", people[-1], _name(actor, people[-1]), (Placed(people[-1], "02"),), tuple(parcels(actor, right)[1:])
            )
            return asked_for(actor, kind, Division((part,), "divorce", SIGNED), household=code)
        case "household_merge" if other in found:
            joining = tuple(Placed(member, "30") for member in members(actor, other))
            return asked_for(actor, kind, HouseholdMerge(household_id(actor, other), joining, SIGNED), household=code)
        case "representative_change":
            relations = tuple(Placed(member, "02" if member == people[-1] else "30") for member in people)
            change = RepresentativeChange(people[-1], _name(actor, people[-1]), "agreement", (), relations)
            return asked_for(actor, kind, change, household=code, more=("household_proof",))
        case "exchange" if right and (theirs := right_of(actor, other)):
            exchange = Exchange(theirs, tuple(parcels(actor, right)[:1]), tuple(parcels(actor, theirs)[-1:]), SIGNED)
            return asked_for(actor, kind, exchange, right=right, more=("filing",))
        case "land_operation" if right:
            operator = Operator("organization", uuid4(), "样本合作社", "93610902MA0000001B")
            term = (FIRST, UNTIL - DAY)
            lease = LandOperation("", operator, "lease", "1号", SIGNED, *term, tuple(parcels(actor, right)[:1]))
            return asked_for(actor, kind, lease, right=right, more=("filing",))
    return None


def _name(actor: Actor, member: UUID) -> str:
    """The member's name as the small village has it: its persons are named by household and place."""
    with unit_of_work(actor) as uow:
        person = uow.session.scalars(select(Member.person_id).where(Member.member_id == member)).first()
        masked = masked_persons(uow.session, [person] if person else [])
    return next((shown[0] for shown in masked.values()), "").replace("*", "员", 1).replace("**", "某之")


def list_in_another_county(registrar: Actor, superuser: Connection) -> None:
    """The first member of the small village's first household, also in a household of another county (PT-5)."""
    with unit_of_work(registrar) as uow:
        (person,) = identity.enter(uow, [identity.NewPerson("成员1之1", "1", citizen_id(2))])
    household = uuid4()
    superuser.execute(
        "INSERT INTO land.division (code, name, level, parent, urban_rural) VALUES ('610929', '白河县', 'county', '6109', '')"
    )
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO party.household (county, row_id, household_id, village, code, name, collective_id, valid,
                   recorded, act_id)
               VALUES ('610929', %s, %s, '610929101202', '610929101202010001', '别户', %s, '[2020-01-01,)', '[2020-01-01,)', %s)""",
            [uuid4(), household, uuid4(), uuid4()],
        )
        superuser.execute(
            """INSERT INTO party.member (county, row_id, member_id, village, household_id, person_id, relation, holds_right,
                   position, valid, recorded, act_id)
               VALUES ('610929', %s, %s, '610929101202', %s, %s, '02', true, 1, '[2020-01-01,)', '[2020-01-01,)', %s)""",
            [uuid4(), uuid4(), household, person, uuid4()],
        )
