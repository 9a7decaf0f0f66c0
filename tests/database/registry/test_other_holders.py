"""A case is for, or against, who held the right when it was opened: it goes on nobody else's right, and passes none over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.registry import booking
from landreg.registry.casework import cases
from landreg.registry.rules.household_requests import HouseholdMerge, LandOperation, Operator, Placed
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    HouseholdChange,
    Identified,
    Reissue,
    Request,
    RestrictionAsked,
)
from tests.household_kit import SECOND, asked_for, household_id, members, parcels
from tests.registry_kit import (
    BANK,
    HOUSEHOLD,
    Connection,
    applied,
    booked,
    codes,
    pass_days,
    right_of,
    to_rights,
)
from tests.villages import COUNTY, VILLAGE

THIRD = f"{VILLAGE}010003"
MORTGAGE = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("1000.00"), whose=BANK)
SEIZURE = RestrictionAsked("seizure", "第一法院", "（2027）执1号")


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def landless(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    """The second household, which holds no contract right any more: a right that it takes goes over whole."""
    to_rights(registrar, reviewer, superuser, 3)
    case = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar, SECOND))
    booked(registrar, reviewer, superuser, case, "cancellation")
    pass_days(superuser, 1)
    return household_id(registrar, SECOND)


def assigned(taker: UUID) -> Assignment:
    return Assignment(taker, f"{SECOND}J", date(2026, 1, 5))


def operation(actor: Actor) -> LandOperation:
    to = Operator("organization", uuid4(), "样本合作社", "93610902MA0000001B")
    return LandOperation("", to, "lease", "流转合同1号", date(2026, 1, 5), date(2022, 1, 1), date(2027, 6, 30), ())


def _asked(kind: str, actor: Actor) -> Request:
    right = right_of(actor)
    requests: dict[str, Request] = {
        "mortgage": MORTGAGE,
        "seizure": SEIZURE,
        "cancellation": Cancellation("ruling"),
        "reissue": Reissue("遗失"),
    }
    return requests.get(kind) or replace(operation(actor), parcels=tuple(parcels(actor, right)[:1]))


@pytest.mark.parametrize("kind", ["mortgage", "seizure", "cancellation", "reissue", "land_operation"])
def test_what_the_former_holder_applied_for_is_not_entered_on_the_right_of_the_next(
    landless: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, kind: str
) -> None:
    right = right_of(registrar)
    assignment = applied(registrar, "assignment", assigned(landless), right)
    case = applied(registrar, kind, _asked(kind, registrar), right)
    booked(registrar, reviewer, superuser, assignment, "assignment")
    assert right_of(registrar, SECOND) == right
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    held = {
        finding.code: finding.values.get("holders") for finding in refused.value.findings if finding.code[:3] == "REG"
    }
    assert held == {"REG-29": [HOUSEHOLD]}


def test_a_right_that_changes_hands_after_the_review_stops_the_registration(
    landless: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    right = right_of(registrar)
    assignment = applied(registrar, "assignment", assigned(landless), right)
    cases.accept(registrar, COUNTY, [assignment])
    mortgage = applied(registrar, "mortgage", MORTGAGE, right)
    cases.accept(registrar, COUNTY, [mortgage])
    cases.review(reviewer, COUNTY, [mortgage])
    cases.review(reviewer, COUNTY, [assignment])
    booking.register(reviewer, COUNTY, [assignment])
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [mortgage])
    assert codes(refused) == {"REG-29", "TR-22"}
    cases.withdraw(registrar, COUNTY, [mortgage], "换了权利人")
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", MORTGAGE, right), "mortgage")


def test_what_was_accepted_first_on_the_taker_s_land_is_registered_first(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    first = applied(registrar, "seizure", SEIZURE, right_of(registrar, SECOND))
    cases.accept(registrar, COUNTY, [first])
    second = applied(registrar, "assignment", assigned(household_id(registrar, SECOND)), right_of(registrar))
    cases.accept(registrar, COUNTY, [second])
    cases.review(reviewer, COUNTY, [second])
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [second])
    assert codes(refused) == {"REG-2"}


def test_a_right_that_the_taker_came_by_meanwhile_is_not_passed_over(
    landless: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """Two assign to one household; the second finds a right there that its own application did not name."""
    first = applied(registrar, "assignment", assigned(landless), right_of(registrar))
    second = applied(registrar, "assignment", assigned(landless), right_of(registrar, THIRD))
    booked(registrar, reviewer, superuser, first, "assignment")
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [second])
    assert codes(refused) == {"REG-30"}
    cases.withdraw(registrar, COUNTY, [second], "重新申请")
    pass_days(superuser, 1)
    again = applied(registrar, "assignment", assigned(landless), right_of(registrar, THIRD))
    booked(registrar, reviewer, superuser, again, "assignment")


@pytest.mark.parametrize("kind", ["assignment", "cancellation", "mortgage", "advance_notice", "seizure"])
def test_what_is_asked_for_over_a_whole_right_is_the_land_of_that_day(
    registrar: Actor, reviewer: Actor, superuser: Connection, kind: str
) -> None:
    """Another's parcel joins the second household's right meanwhile; a court's order is over whatever the right has."""
    to_rights(registrar, reviewer, superuser, 3)
    second, third = right_of(registrar, SECOND), right_of(registrar, THIRD)
    gives = replace(
        assigned(household_id(registrar, SECOND)), parcels=tuple(parcels(registrar, right_of(registrar))[:1])
    )
    first = applied(registrar, "assignment", gives, right_of(registrar))
    cases.accept(registrar, COUNTY, [first])
    to = Identified("household", THIRD, household_id(registrar, THIRD))
    notice = RestrictionAsked(
        "advance_notice", "受让人", "预告合同", lapse_days=90, registrable_on=date(2030, 6, 1), whose=to
    )
    whole = {"assignment": assigned(household_id(registrar, THIRD)), "advance_notice": notice}
    case = applied(registrar, kind, whole.get(kind) or _asked(kind, registrar), second)
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [first])
    booking.register(reviewer, COUNTY, [first])
    if kind == "seizure":
        cases.review(reviewer, COUNTY, [case])
        return
    with pytest.raises(Refused) as refused:
        cases.review(reviewer, COUNTY, [case])
    (found,) = (one for one in refused.value.findings if one.code == "REG-43")
    assert (found.values["gained"], found.values["lost"]) == (list(gives.parcels), [])
    assert right_of(registrar, THIRD) == third
    cases.withdraw(registrar, COUNTY, [case], "重新申请")
    cases.accept(registrar, COUNTY, [applied(registrar, kind, whole.get(kind) or _asked(kind, registrar), second)])


def test_a_right_that_came_to_one_side_stops_the_merge(
    landless: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """The second household gains a contract right after the merge was applied for: it would stay with a household that ended."""
    home = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar, kind="homestead"))
    booked(registrar, reviewer, superuser, home, "cancellation")
    joining = tuple(Placed(member, "30") for member in members(registrar, SECOND))
    asked = HouseholdMerge(landless, joining, date(2026, 1, 5))
    merge = asked_for(registrar, "household_merge", asked)
    assignment = applied(registrar, "assignment", assigned(landless), right_of(registrar, THIRD))
    booked(registrar, reviewer, superuser, assignment, "assignment")
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [merge])
    assert "REG-30" in codes(refused)


def test_a_change_of_the_household_goes_on_while_its_rights_stay_its_own(
    landless: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    case = applied(registrar, "household_change", HouseholdChange(address="新址"))
    booked(registrar, reviewer, superuser, case, "household_change")
