"""An account that was bound in person stands for the household in which the register has its person, and for no other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from landreg.access import household_queries
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.codes import masked_name
from landreg.core.db import unit_of_work
from landreg.registry.casework import applications
from landreg.registry.home import brought_queries
from landreg.registry.routes.first_page import TOLD_FOR
from landreg.registry.rules.household_requests import Placed, RepresentativeChange
from landreg.registry.rules.requests import HouseholdChange, Leaving, NameChange
from tests.database.registry.test_completed_acts import renamed
from tests.database.registry.test_member_corrections import of_member
from tests.exchange_kit import farmer_of
from tests.household_kit import SECOND, asked_for, division, household_id, members
from tests.registry_kit import (
    HOUSEHOLD,
    Connection,
    applied,
    booked,
    one,
    pass_days,
    put_paper,
    right_of,
    to_rights,
)
from tests.villages import citizen_id

THIRD = f"{HOUSEHOLD[:-4]}0003"
STANDS_FOR = "SELECT access.stands_for(:asked, ARRAY['view'])"


@pytest.fixture(autouse=True)
def _registered(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 10)


def _household(actor: Actor, account: UUID) -> UUID | None:
    with unit_of_work(actor) as uow:
        found = household_queries.bound_household(uow.session, account)
    return None if found is None else found[0]


def _open_bindings(registrar: Actor, account: Actor) -> int:
    question = "SELECT count(*) FROM access.binding WHERE account_id = :a AND ended_at IS NULL"
    return int(one(registrar, question, a=account.account_id))


def _left(account: Actor) -> list[Any]:
    with unit_of_work(account) as uow:
        return list(brought_queries.left_own_household(uow.session, uow.now - TOLD_FOR))


def test_who_divides_out_stands_for_the_own_new_household_and_the_others_for_the_old(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    stays, goes = (farmer_of(superuser, member=position) for position in (1, 2))
    old = household_id(registrar, HOUSEHOLD)
    assert [_household(registrar, one_.account_id) for one_ in (stays, goes)] == [old, old]
    case = asked_for(registrar, "division", division(registrar, right_of(registrar)))
    booked(registrar, reviewer, superuser, case, "division")
    new = household_id(registrar, THIRD)
    assert [_household(registrar, one_.account_id) for one_ in (stays, goes)] == [old, new]
    assert (one(goes, STANDS_FOR, asked=old), one(goes, STANDS_FOR, asked=new)) == (False, True)


def test_the_account_of_who_is_dead_stands_for_nobody(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    head, wife = members(registrar)
    account, stays = (farmer_of(superuser, member=position) for position in (1, 2))
    asked = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", asked, more=("death_proof",))
    booked(registrar, reviewer, superuser, case, "representative_change")
    assert _household(registrar, account.account_id) is None
    assert _open_bindings(registrar, account) == 0
    told = "SELECT count(*) FROM log.entry WHERE kind = 'household.unbound'"
    assert one(registrar, told) == 1
    assert [(row.died, row.name_masked) for row in _left(stays)] == [(True, masked_name("成员1之1"))]
    assert _left(account) == [], "and to nobody else"
    pass_days(superuser, 31)
    assert _left(stays) == []
    assert one(account, STANDS_FOR, asked=household_id(registrar, HOUSEHOLD)) is False


def test_who_leaves_alive_keeps_the_account_and_stands_for_the_household_no_more(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    _head, wife = members(registrar)
    stays, leaves = (farmer_of(superuser, member=position) for position in (1, 2))
    case = applied(registrar, "household_change", HouseholdChange(leaves=(Leaving(wife, "marriage"),)))
    put_paper(registrar, case, "taken_in_proof")
    booked(registrar, reviewer, superuser, case, "household_change")
    assert _household(registrar, leaves.account_id) is None
    assert one(leaves, STANDS_FOR, asked=household_id(registrar, HOUSEHOLD)) is False
    assert _open_bindings(registrar, leaves) == 1, "it stands for wherever the register takes them in"
    assert [row.died for row in _left(stays)] == [False]
    assert _household(registrar, stays.account_id) == household_id(registrar, HOUSEHOLD)


def test_a_change_of_name_leaves_the_account_with_its_household(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    account = farmer_of(superuser, member=2)
    booked(registrar, reviewer, superuser, applied(registrar, "name_change", renamed(registrar)), "name_change")
    pass_days(superuser, 1)
    assert _household(registrar, account.account_id) == household_id(registrar, HOUSEHOLD)
    assert _left(account) == [], "nobody left"


def _number_corrected(officers: tuple[Actor, Actor, Connection], household: str, name: str, number: str) -> None:
    """Of the second member of a household."""
    registrar, reviewer, superuser = officers
    member = members(registrar, household)[1]
    right = applications.renumbered(registrar, household, member, name, number)
    pass_days(superuser, 1)
    case = asked_for(registrar, "correction", of_member(member, name, person_id=str(right)), household=household)
    booked(registrar, reviewer, superuser, case, "correction")
    pass_days(superuser, 1)


def test_an_account_follows_its_person_and_never_the_number_that_was_said_of_them(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """The wife bore the number of a member of another household by error; both are corrected, and the wife dies."""
    officers = (registrar, reviewer, superuser)
    wrong = citizen_id(3)
    wife, theirs = farmer_of(superuser, member=2), farmer_of(superuser, SECOND, member=2)
    own, others = household_id(registrar, HOUSEHOLD), household_id(registrar, SECOND)
    _number_corrected(officers, HOUSEHOLD, "成员1之2", citizen_id(880))
    assert _household(registrar, wife.account_id) == own, "the right number takes nothing away"
    _number_corrected(officers, SECOND, "成员2之2", wrong)
    assert [_household(registrar, one_.account_id) for one_ in (wife, theirs)] == [own, others]
    assert (one(wife, STANDS_FOR, asked=own), one(wife, STANDS_FOR, asked=others)) == (True, False)
    dies = HouseholdChange(leaves=(Leaving(members(registrar)[1], "death"),))
    case = applied(registrar, "household_change", dies)
    put_paper(registrar, case, "death_proof")
    booked(registrar, reviewer, superuser, case, "household_change")
    assert [_open_bindings(registrar, one_) for one_ in (wife, theirs)] == [0, 1]
    assert _household(registrar, theirs.account_id) == others


def test_who_divides_out_and_takes_a_name_and_a_number_after_keeps_the_account(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    goes = farmer_of(superuser, member=2)
    case = asked_for(registrar, "division", division(registrar, right_of(registrar)))
    booked(registrar, reviewer, superuser, case, "division")
    new = household_id(registrar, THIRD)
    (member,) = members(registrar, THIRD)
    pass_days(superuser, 1)
    person = applications.renamed(registrar, "成员新名", citizen_id(3))
    named = NameChange(member, person, "成员新名", "renamed")
    booked(registrar, reviewer, superuser, asked_for(registrar, "name_change", named, household=THIRD), "name_change")
    pass_days(superuser, 1)
    assert _household(registrar, goes.account_id) == new
    right = applications.renumbered(registrar, THIRD, member, "成员新名", citizen_id(881))
    pass_days(superuser, 1)
    case = asked_for(registrar, "correction", of_member(member, "成员新名", person_id=str(right)), household=THIRD)
    booked(registrar, reviewer, superuser, case, "correction")
    pass_days(superuser, 1)
    assert _household(registrar, goes.account_id) == new
