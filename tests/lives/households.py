"""Acts on households and between them, and rights to operate their land: each from its application to the register."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from landreg.core.db import unit_of_work
from landreg.registry.casework import applications
from landreg.registry.facts import standing
from landreg.registry.renewal import roster_cases
from landreg.registry.rules.household_requests import (
    Exchange,
    HomesteadInheritance,
    HouseholdMerge,
    LandOperation,
    LandOperationChange,
    LandOperationEnd,
    Operator,
    Placed,
    RepresentativeChange,
)
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.requests import Cancellation, NameChange
from tests.household_kit import SECOND, SIGNED, division, household_id, members, parcels
from tests.life_kit import Life, Stage, act
from tests.registry_kit import HOUSEHOLD, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id

THIRD, FOURTH = (f"{VILLAGE}01000{number}" for number in (3, 4))
STANDS = "upper_inf(recorded) AND upper_inf(valid)"


def households(on: Stage) -> Life:
    """Divided, represented by another, inherited, exchanged, given back, merged; operated by others."""
    to_rights(on.registrar, on.reviewer, on.superuser, 4)
    pass_days(on.superuser, 10)
    yield from _operated(on)
    yield from _between_people(on)
    yield from _land_moves(on)


def _between_people(on: Stage) -> Life:
    registrar = on.registrar
    yield from _of_household(on, "division", division(registrar, right_of(registrar)))
    head, wife = members(registrar, SECOND)
    stands = RepresentativeChange(wife, "成员2之2", "death", (head,), (Placed(wife, "02"),))
    yield from _of_household(on, "representative_change", stands, SECOND, ("death_proof",))
    renamed = yield "renamed", lambda: applications.renamed(registrar, "成员3之新", citizen_id(7))
    name = NameChange(members(registrar, THIRD)[1], renamed, "成员3之新", "renamed")
    yield from _of_household(on, "name_change", name, THIRD)
    other = members(registrar, FOURTH)[1]
    number = yield "renumbered", lambda: applications.renumbered(registrar, FOURTH, other, "成员4之2", citizen_id(971))
    right = (Corrected("person_id", str(number)), Corrected("relation", "12"))
    wrong = Correction("member", "office", "户口簿", right, (), other, "成员4之2")
    yield from _of_household(on, "correction", wrong, FOURTH)
    heir = yield "person_of", lambda: applications.person_of(registrar, "城里人", citizen_id(970))
    dead = tuple(members(registrar))
    asked = HomesteadInheritance(heir, "城里人", "（2026）公证1号", "某市某街1号", dead)
    home = right_of(registrar, kind="homestead")
    yield from _of_right(on, "homestead_inheritance", asked, home)
    with unit_of_work(registrar) as uow:
        held_by = standing.rights(uow.session, COUNTY, [home])[home].right.row["household_id"]
        holder = standing.person(uow.session, COUNTY, held_by)
    assert holder is not None
    person = yield "holder_named", lambda: applications.holder_named(registrar, holder, "城里仁", citizen_id(970))
    mended = (Corrected("name", "城里仁"), Corrected("person_id", str(person)))
    yield from _of_right(on, "correction", Correction("holder", "office", "身份证", mended), home)


def _operated(on: Stage) -> Life:
    registrar, right = on.registrar, right_of(on.registrar, THIRD)
    cooperative = Operator("organization", uuid4(), "样本合作社", "93610902MA0000001B")
    term = (date(2022, 1, 1), date(2027, 6, 30))
    leased = tuple(parcels(registrar, right)[:1])
    lease = LandOperation("", cooperative, "lease", "流转合同1号", SIGNED, *term, leased)
    yield from _of_right(on, "land_operation", lease, right, ("filing",))
    operated = one(registrar, f"SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND {STANDS}")
    taker = Operator("household", household_id(registrar, FOURTH), "户主4", FOURTH)
    change = LandOperationChange("再流转合同", date(2027, 9, 30), (), taker)
    yield from _of_right(on, "land_operation_change", change, operated, ("contractor_consent", "filing"))
    yield from _of_right(on, "land_operation_end", LandOperationEnd("agreed", "解除协议"), operated)


def _land_moves(on: Stage) -> Life:
    registrar = on.registrar
    mine, theirs = right_of(registrar, THIRD), right_of(registrar, FOURTH)
    exchange = Exchange(theirs, tuple(parcels(registrar, mine)[:1]), tuple(parcels(registrar, theirs)[:1]), SIGNED)
    yield from _of_right(on, "exchange", exchange, mine, ("filing",))
    homestead = right_of(registrar, FOURTH, "homestead")
    yield from _of_right(
        on, "cancellation", Cancellation("returned"), homestead, ("return_decision", "member_consents")
    )
    joining = tuple(Placed(member, "30") for member in members(registrar, FOURTH))
    merge = HouseholdMerge(household_id(registrar, FOURTH), joining, SIGNED)
    yield from _of_household(on, "household_merge", merge, THIRD)
    alone = right_of(registrar, SECOND)
    yield from act(on, "renewal_single", lambda: roster_cases.apply_singly(registrar, COUNTY, alone, None))


def _of_household(on: Stage, kind: str, asked: Any, code: str = HOUSEHOLD, more: tuple[str, ...] = ()) -> Life:
    yield from act(on, kind, lambda: applications.apply_on_household(on.registrar, code, kind, asked), more)
    pass_days(on.superuser, 1)


def _of_right(on: Stage, kind: str, asked: Any, right: UUID, more: tuple[str, ...] = ()) -> Life:
    yield from act(on, kind, lambda: applications.apply_on_right(on.registrar, COUNTY, right, kind, asked), more)
    pass_days(on.superuser, 1)
