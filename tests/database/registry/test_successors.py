"""What came in the place of a case that ended: told on its receipt, its public notice and to whoever objected to it."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.access.sealing import seal
from landreg.audit.logged import register
from landreg.core.actor import NOBODY, Actor
from landreg.core.db import unit_of_work
from landreg.log.recheck import recheck_register
from landreg.log.store import seal as seal_log
from landreg.registry import booking, public_desk, public_queries, queries
from landreg.registry.casework import cases, notices, opening
from landreg.registry.facts import successors
from landreg.registry.rules.requests import Cancellation
from tests.database.registry.test_resurveyed import _ANOTHER_NUMBER, corrected, notice, of, open_village
from tests.registry_kit import Connection, applied, one, pass_days, right_of, to_notice
from tests.villages import COUNTY, VILLAGE, Staged, stage_village


@pytest.fixture
def staged(superuser: Connection) -> Staged:
    return stage_village(superuser, 2)


def test_a_rebuilt_case_is_told_as_that_with_the_one_in_its_place(
    staged: Staged,
    superuser: Connection,
    registrar: Actor,
    reviewer: Actor,
    worker: Actor,
    database: Any,
) -> None:
    """On the receipt's number and the public notice; the log has it as what the office did."""
    notice(registrar, reviewer, superuser, open_village(registrar, staged))
    number = 'SELECT number FROM registry."case" WHERE case_id = :case'
    old = one(registrar, number, case=of(registrar, staged.contracts[0], "noticed"))
    new = corrected(superuser, staged, "staged_member", _ANOTHER_NUMBER, staged.households[0])
    opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    anew = one(registrar, number, case=of(registrar, staged.contracts[0], "draft"))
    of_notice = one(registrar, "SELECT number FROM registry.notice")
    with unit_of_work(NOBODY) as uow:
        checked, noticed = (
            public_queries.check_case(uow.session, old),
            public_queries.noticed_cases(uow.session, of_notice),
        )
    assert checked is not None
    assert (checked.state, checked.successor) == ("rebuilt", anew)
    assert (noticed[old].state, noticed[old].successor) == ("rebuilt", anew)
    assert one(worker, "SELECT count(*) FROM log.entry WHERE kind = 'case.rebuilt'") == 2
    assert one(worker, "SELECT count(*) FROM log.entry WHERE kind = 'case.withdrawn'") == 0
    seal_log(worker, database)
    assert list(recheck_register(worker, database, register()).findings) == []


def test_a_case_that_was_withdrawn_and_applied_for_again_is_no_rebuilt_one(
    staged: Staged, registrar: Actor, superuser: Connection
) -> None:
    first = open_village(registrar, staged)[0]
    cases.withdraw(registrar, COUNTY, [first], "申请人撤回")
    pass_days(superuser, 1)
    open_village(registrar, staged)
    with unit_of_work(NOBODY) as uow:
        told = public_queries.check_case(
            uow.session, one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=first)
        )
    assert told is not None
    assert (told.state, told.successor) == ("withdrawn", None)


def test_whoever_objected_is_led_on_to_what_was_opened_in_the_place_of_their_case(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """While the objection is unsettled, and after it."""
    ids = open_village(registrar, staged)
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    case = of(registrar, staged.contracts[0], "noticed")
    of_notice = one(registrar, "SELECT number FROM registry.notice")
    number = 'SELECT number FROM registry."case" WHERE case_id = :case'
    with unit_of_work(NOBODY) as uow:
        receipt = public_desk.raise_objection(
            uow.session, of_notice, one(registrar, number, case=case), "邻户", seal("13800000000"), "界线不对"
        )

    def told() -> Any:
        with unit_of_work(NOBODY) as uow:
            return public_queries.objection_told(uow.session, of_notice, receipt)

    assert (told().state, told().successor) == ("objected", None)
    cases.return_for_completion(registrar, COUNTY, [case], "补正")
    assert (told().outcome, told().state, told().successor) == (None, "returned", None)
    pass_days(superuser, 1)
    new = corrected(superuser, staged, "staged_member", _ANOTHER_NUMBER, staged.households[0])
    opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    anew = one(registrar, number, case=of(registrar, staged.contracts[0], "draft"))
    assert (told().outcome, told().successor) == (None, anew)
    objection = one(registrar, "SELECT objection_id FROM registry.objection")
    notices.settle(reviewer, COUNTY, objection, "upheld", "合同核对属实")
    assert (told().outcome, told().successor) == ("upheld", anew)


def test_what_is_applied_for_later_on_the_same_right_is_no_successor_of_a_case_that_ended(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """Another application of the same kind is its own applicant's."""
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    ended = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar))
    cases.withdraw(registrar, COUNTY, [ended], "申请人撤回")
    pass_days(superuser, 1)
    applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar))
    with unit_of_work(registrar) as uow:
        case = queries.case(uow.session, COUNTY, ended)
        assert case is not None
        told = successors.ending(uow.session, case)
    assert (told["successor"], told["shown_state"]) == (None, "withdrawn")
