"""Each kind of act tells which signed contracts run on its ground (TR-33) or leaves the ground as it is, all of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.exchange.contracts import drawing
from landreg.law.book import act_types, examine
from landreg.law.queries import load_law
from landreg.registry import queries
from landreg.registry.casework import applications
from landreg.registry.casework.parcel_applications import apply_on_parcel
from landreg.registry.facts.acts import act_proposals
from landreg.registry.rules import ACT_RULES
from landreg.registry.rules.bound_land import BINDING
from landreg.registry.rules.household_requests import (
    Exchange,
    HomesteadInheritance,
    HouseholdMerge,
    LandOperation,
    LandOperationChange,
    Operator,
    Placed,
)
from landreg.registry.rules.parcel_requests import (
    AreaChange,
    BoundaryCorrection,
    Corrected,
    Correction,
    ParcelMerge,
    ParcelRequest,
    ParcelSplit,
    PartLoss,
)
from landreg.registry.rules.requests import Assignment, Cancellation
from tests import exit_kit
from tests.contract_kit import OPERATOR, OTHER, TAKER, draft, drawn, parcels_of, right_id, signed
from tests.database.exchange.test_house_leases import HOUSE
from tests.database.registry.test_parcel_acts import LOWER, UPPER, face, line
from tests.exchange_kit import TERM
from tests.household_kit import asked_for, division, household_id, members, parcels
from tests.registry_kit import HOUSEHOLD, Connection, applied, booked, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, citizen_id

SIGNED = date(2026, 1, 5)
QUIET = {
    "first_registration": "no right stands on the ground yet",
    "household_change": "the same household holds the same land",
    "representative_change": "the same household holds the same land",
    "name_change": "a name is written otherwise",
    "organization_name_change": "a name is written otherwise",
    "reissue": "a certificate is printed again",
    "certificate_exchange": "a certificate is printed again",
    "renewal": "the same household holds the same land on; a transfer ends within the old term (TR-1)",
    "renewal_single": "the same household holds the same land on; a transfer ends within the old term (TR-1)",
    "other_means": "it is opened from its own contract alone, beside which none stands on the land (CON-2)",
    "land_operation_end": "the right is what the contract let, and ends with it (TR-29 tells what is owed)",
    "exit_return": "the household has back what was its own; nobody applies",
    **dict.fromkeys(
        (kind.kind for kind in act_types() if kind.kind.startswith(("mortgage", "seizure", "objection", "advance", "dispute"))),
        "what restricts a right leaves the land with its holder and its lessee",
    ),
}  # fmt: skip
"""By kind of act that leaves the ground as it is: why."""
GONE = ("cancellation", "part_loss")
"""Those that are tried here on ground that is expropriated: the lease binds nobody who takes it (TR-34)."""


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2, **TERM)
    pass_days(superuser, 5)


Opening = Callable[[Actor, Actor, Connection], UUID]


def on_parcel(kind: str, asked: ParcelRequest) -> Opening:
    return lambda registrar, _reviewer, _superuser: apply_on_parcel(registrar, LOWER, kind, asked)


def corrected(by: str) -> Opening:
    return on_parcel(
        "correction", Correction("parcel", by, "复测", (Corrected("registered_area_m2", "401.00"),), (LOWER,))
    )


def redrawn(registrar: Actor, _reviewer: Actor, _superuser: Connection) -> UUID:
    asked = BoundaryCorrection((LOWER,), face((0, 0), (0, 20), (19, 20), (19, 0)))
    with pytest.raises(Refused) as unsigned:
        apply_on_parcel(registrar, LOWER, "boundary_correction", asked)
    (finding,) = (one for one in unsigned.value.findings if one.code == "PAR-7")
    return apply_on_parcel(
        registrar, LOWER, "boundary_correction", replace(asked, signed=tuple(finding.values["codes"]))
    )


def assigned(registrar: Actor, _reviewer: Actor, _superuser: Connection) -> UUID:
    asked = Assignment(household_id(registrar, OTHER), OTHER, SIGNED, (LOWER,))
    return asked_for(registrar, "assignment", asked, right=right_id())


def exchanged(registrar: Actor, _reviewer: Actor, _superuser: Connection) -> UUID:
    """The other household asks: what it takes is let."""
    theirs = right_of(registrar, OTHER)
    asked = Exchange(right_id(), tuple(parcels(registrar, theirs)[:1]), (LOWER,), SIGNED)
    return asked_for(registrar, "exchange", asked, right=theirs)


def divided(registrar: Actor, _reviewer: Actor, _superuser: Connection) -> UUID:
    return asked_for(registrar, "division", division(registrar, right_id(), parcels=(LOWER,)))


def merged(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    """The household that let its land joins the other."""
    home = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar, OTHER, "homestead"))
    booked(registrar, reviewer, superuser, home, "cancellation")
    joining = tuple(Placed(member, "30") for member in members(registrar, HOUSEHOLD))
    asked = HouseholdMerge(household_id(registrar, HOUSEHOLD), joining, SIGNED)
    return asked_for(registrar, "household_merge", asked, household=OTHER)


def cancelled(registrar: Actor, _reviewer: Actor, _superuser: Connection) -> UUID:
    return asked_for(registrar, "cancellation", Cancellation("expropriation", (LOWER,)), right=right_id())


def inherited(registrar: Actor, _reviewer: Actor, _superuser: Connection) -> UUID:
    heir = applications.person_of(registrar, "城里人", citizen_id(970))
    asked = HomesteadInheritance(heir, "城里人", "（2026）公证1号", deceased=tuple(members(registrar)))
    return asked_for(registrar, "homestead_inheritance", asked, right=right_of(registrar, kind="homestead"))


def let_again(registrar: Actor, _reviewer: Actor, _superuser: Connection) -> UUID:
    """By another paper to the same cooperative: to another it is refused (LO-13)."""
    operator = Operator("organization", uuid4(), "样本种植专业合作社", TAKER)
    asked = LandOperation("", operator, "lease", "另一合同7号", SIGNED, date(2022, 1, 1), date(2027, 6, 30), (LOWER,))
    return asked_for(registrar, "land_operation", asked, right=right_id())


def shortened(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    booked(registrar, reviewer, superuser, let_again(registrar, reviewer, superuser), "land_operation")
    right = one(
        registrar, "SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND upper_inf(recorded)"
    )
    return asked_for(registrar, "land_operation_change", LandOperationChange("补充1号", date(2027, 5, 31)), right=right)


def given_back(registrar: Actor, _reviewer: Actor, _superuser: Connection) -> UUID:
    return exit_kit.asked_for(registrar).case_id


TELLS: Mapping[str, Opening] = {
    "assignment": assigned,
    "exchange": exchanged,
    "division": divided,
    "household_merge": merged,
    "homestead_inheritance": inherited,
    "cancellation": cancelled,
    "exit": given_back,
    "part_loss": on_parcel("part_loss", PartLoss((LOWER,), face((-3, -1), (-3, 21), (5, 21), (5, -1)), "expropriation")),
    "parcel_split": on_parcel("parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21)))),
    "parcel_merge": on_parcel("parcel_merge", ParcelMerge((LOWER, UPPER))),
    "boundary_correction": redrawn,
    "area_change": on_parcel("area_change", AreaChange((LOWER,), Decimal("395.50"))),
    "correction": corrected("holder"),
    "office_correction": corrected("office"),
    "land_operation": let_again,
    "land_operation_change": shortened,
}  # fmt: skip


def test_every_kind_of_act_tells_of_contracts_or_leaves_the_ground_as_it_is() -> None:
    assert TELLS.keys() == set(BINDING)
    assert not TELLS.keys() & QUIET.keys()
    assert TELLS.keys() | QUIET.keys() == {kind.kind for kind in act_types()}


@pytest.mark.parametrize("kind", sorted(TELLS))
def test_who_registers_it_reads_the_lease_that_runs_on_the_ground(
    kind: str, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    if kind == "homestead_inheritance":
        home = right_of(registrar, kind="homestead")
        asked = draft(
            home, parcels_of(OPERATOR, home), HOUSE, kind="homestead_lease", unit="yuan_year", price=Decimal("3000.00")
        )
        contract = signed(drawing.draw_recorded(OPERATOR, COUNTY, asked, TAKER, "样本种植专业合作社"))
    else:
        contract = signed(drawn(codes=[LOWER]))
    case_id = TELLS[kind](registrar, reviewer, superuser)
    with unit_of_work(registrar) as uow:
        case = queries.case(uow.session, COUNTY, case_id)
        assert case is not None
        assert case.act_kind == kind
        law = load_law(uow.session, COUNTY, beijing_day(uow.now))
        (proposal,) = act_proposals(uow.session, [case])
        found = [one for one in examine(ACT_RULES[kind], proposal.facts, law) if one.code in ("TR-33", "TR-34")]
    (told,) = found
    assert told.code == ("TR-34" if kind in GONE else "TR-33")
    assert law.level(told) == "warn"
    assert contract.number in law.say(told, "zh")
