"""What the rules ask of a contract's steps the database asks too: each forbidden row is tried by the desk's own login, in SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.core.actor import Actor, Desk
from landreg.core.periods import DAY
from landreg.exchange.contracts import life, signing
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.telling import demanded
from tests.conftest import AsDesk
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    VALUES,
    drawn,
    parcels_of,
    right_id,
    seen,
    signed,
    today,
)
from tests.database.exchange.test_contract_right_ends import MORTGAGE, contract, laid, stands, village
from tests.database.exchange.test_house_leases import let
from tests.registry_kit import Connection, pass_days
from tests.villages import COUNTY, VILLAGE, past_triggers

__all__ = ["contract", "village"]

STEP = """INSERT INTO exchange.contract_event
    (county, village, contract_id, event_id, kind, on_day, said, facts, document_id, by_id, by_name, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '某人', system.clock())"""


def wrote(
    desk: Connection, of: Contract, kind: str, day: date, said: str = "", paper: UUID | None = None, **facts: Any
) -> None:
    """A step as a login writes it by itself."""
    by = OPERATOR.account_id
    desk.execute(STEP, [COUNTY, of.village, of.contract_id, uuid4(), kind, day, said, json.dumps(facts), paper, by])


def refused(desk: Connection, *of: Any, **facts: Any) -> str:
    """The wall that a step of a login runs into."""
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as wall:
        wrote(desk, *of, **facts)
    return str(wall.value.diag.constraint_name)


def owing(of: Contract, side: str = "taker") -> dict[str, Any]:
    """What a notice of arrears that reached a side today says."""
    return {"what": "arrears", **demanded(seen(of), side, today())}


def kept(of: Contract) -> UUID:
    """A paper of a contract."""
    return next(iter(seen(of).papers))


@pytest.fixture
def desk(as_desk: AsDesk) -> Connection:
    return as_desk(Desk.EXCHANGE, COUNTY)


@pytest.fixture
def office(as_desk: AsDesk) -> Connection:
    """The registry's login, as whoever opens cases."""
    opened = as_desk(Desk.REGISTRY, COUNTY)
    opened.execute(f"SET landreg.actor = '{OPERATOR.account_id}'")
    return opened


def test_a_notice_to_remedy_has_its_facts_and_one_of_arrears_is_given_where_something_is_overdue(
    desk: Connection, superuser: Connection
) -> None:
    """CON-66."""
    made = signed(drawn())
    wall, paper, day = "con_66_notice_says_what_is_wrong", kept(made), today()
    assert refused(desk, made, "remedy_asked", day, "请付清", paper, what="arrears") == wall, "nothing is overdue yet"
    pass_days(superuser, 1)
    for on, said, document, what in (
        (day, " ", paper, "arrears"), (day, "请付清", None, "arrears"), (day, "请付清", paper, ""),
        (day - DAY, "请付清", paper, "arrears"), (today() + DAY, "请付清", paper, "arrears"),
    ):  # fmt: skip
        assert refused(desk, made, "remedy_asked", on, said, document, **{**owing(made), "what": what}) == wall
    for less in ({"due_on": []}, {"arrears": "1.00"}, {"arrears_kg": "1.00"}):
        assert refused(desk, made, "remedy_asked", today(), "请付清", paper, **{**owing(made), **less}) == wall
    wrote(desk, made, "remedy_asked", today(), "请付清", paper, **owing(made))
    life.pay(OPERATOR, COUNTY, made.contract_id, seen(made).course(today()).arrears, today(), "HZ-66", PAPER)
    assert refused(desk, made, "remedy_asked", today(), "请付清", paper, what="arrears") == wall, "all of it is paid"
    wrote(desk, made, "remedy_asked", today(), "请复耕", paper, what="abandoned")


def test_grain_that_is_overdue_is_arrears_too(desk: Connection, superuser: Connection) -> None:
    """CON-66, of what is due in kg."""
    made = signed(drawn(unit="kg_mu_year", price=Decimal("400.00"), grain="wheat"))
    pass_days(superuser, 1)
    asked = owing(made)
    wrote(desk, made, "remedy_asked", today(), "请交清", kept(made), **asked)
    kg = seen(made).course(today()).arrears_kg
    life.pay(OPERATOR, COUNTY, made.contract_id, None, today(), "HZ-67", PAPER, kg)
    wall = refused(desk, made, "remedy_asked", today(), "请交清", kept(made), **asked)
    assert wall == "con_66_notice_says_what_is_wrong"


def test_who_ends_a_contract_alone_says_what_was_done_by_paper_and_when_the_other_side_was_told(
    desk: Connection,
) -> None:
    """CON-67."""
    made = signed(drawn())
    paper, day = kept(made), today()
    for said, document, told in (
        (" ", paper, day), ("挖沙取土", None, day), ("挖沙取土", paper, day + DAY),
        ("挖沙取土", paper, made.from_on - DAY),
    ):  # fmt: skip
        facts = {"how": "terminated", "ground": "damaged", "told_on": str(told)}
        assert refused(desk, made, "ended", day, said, document, **facts) == "con_67_end_is_told_with_its_facts"
    untold = refused(desk, made, "ended", day, "挖沙取土", paper, how="terminated", ground="damaged")
    assert untold == "con_67_end_is_told_with_its_facts"
    wrote(desk, made, "ended", day, "挖沙取土", paper, how="terminated", ground="damaged", told_on=str(day))


def test_a_filing_is_of_a_day_between_the_making_of_the_contract_and_today(desk: Connection) -> None:
    """CON-68."""
    made = signed(drawn())
    for day in (today() - DAY, today() + DAY):
        assert refused(desk, made, "filed", day, "", kept(made)) == "con_68_filed_after_it_was_made"
    wrote(desk, made, "filed", today(), "", kept(made))


def test_what_an_assignment_moves_is_asked_of_the_register_from_its_day(
    desk: Connection, superuser: Connection
) -> None:
    """CON-64."""
    values = {**VALUES, "issuer_consent": "同意书一号"}
    on: dict[str, Any] = {"unit": "yuan_once", "price": Decimal("9000.00"), "paid_every": "once"}
    on |= {"from_on": today() + timedelta(days=30), "until_on": date(2048, 1, 1), "values": values, "taker": OTHER}
    made = signed(drawn(codes=parcels_of(OPERATOR, right_id()), kind="assignment", **on))
    assert refused(desk, made, "registration_asked", today(), "", kept(made)) == "con_64_moved_from_its_day"
    pass_days(superuser, 30)
    wrote(desk, made, "registration_asked", today(), "", kept(made))


def test_neither_a_house_nor_construction_land_goes_to_the_land_board_or_into_the_register(
    desk: Connection, office: Connection, superuser: Connection
) -> None:
    """CON-83, CON-81, CON-25."""
    made = signed(let())
    board = refused(desk, made, "disputed", today(), "租金", kept(made), forum="arbitration")
    assert board == "con_83_land_board_hears_disputes_over_farmland"
    for kind in ("filed", "registration_asked"):
        assert refused(desk, made, kind, today(), "", kept(made)) == "con_81_step_of_contracted_land"
    with past_triggers(superuser):
        wrote(superuser, made, "registration_asked", today(), "", kept(made))
    opened = refused(office, made, "case_opened", today(), case_id=str(uuid4()))
    assert opened == "con_81_step_of_contracted_land", "of what was asked for all the same no case is opened"
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET kind = 'construction' WHERE contract_id = %s", [made.contract_id]
        )
    board = refused(desk, made, "disputed", today(), "租金", kept(made), forum="arbitration")
    assert board == "con_83_land_board_hears_disputes_over_farmland"
    asked = refused(desk, made, "registration_asked", today(), "", kept(made))
    assert asked == "con_25_whole_farmland_of_the_collective"
    wrote(desk, made, "disputed", today(), "租金", kept(made), forum="court")


def test_one_case_is_opened_of_one_application_by_two_at_once_too(office: Connection, as_desk: AsDesk) -> None:
    """CON-5: the second waits for the first, and sees it."""
    made = signed(drawn())
    wall, case = "con_5_contract_keeps_its_course", {"case_id": str(uuid4())}
    assert refused(office, made, "case_opened", today(), **case) == wall, "nothing was asked for"
    signing.ask_registration(OPERATOR, COUNTY, made.contract_id, PAPER)
    another = as_desk(Desk.REGISTRY, COUNTY)
    another.execute(f"SET landreg.actor = '{OPERATOR.account_id}'")
    day = today()
    with ThreadPoolExecutor(1) as pool:
        with office.transaction():
            wrote(office, made, "case_opened", day, **case)
            second = pool.submit(refused, another, made, "case_opened", day, case_id=str(uuid4()))
            with pytest.raises(TimeoutError):
                second.result(0.3)
        assert second.result(20) == wall
    assert refused(office, made, "registration_declined", day, "没有双方签字") == wall
    assert [step.kind for step in seen(made).events].count("case_opened") == 1


ACT = """INSERT INTO registry.act (county, act_id, village, number, kind, registered_at, registered_by)
    VALUES (%(county)s, %(act)s, %(village)s, %(number)s, %(kind)s, system.clock(), %(by)s)"""
CLOSED = """UPDATE registry.restriction SET recorded = tstzrange(lower(recorded), system.clock()), ended_by_act = %(act)s
    WHERE restriction_id = %(restriction)s AND upper_inf(recorded)"""
LAID = """INSERT INTO registry.restriction
        (county, row_id, restriction_id, village, kind, right_id, rank, party, basis, until, valid, recorded, act_id)
    SELECT %(county)s, %(row)s, %(restriction)s, %(village)s, 'mortgage', %(right)s, 1 + count(*), '样本农村信用社', '抵押合同二号',
        %(until)s, daterange(%(day)s, NULL), tstzrange(system.clock(), NULL), %(act)s
    FROM registry.restriction WHERE right_id = %(right)s AND upper_inf(recorded)"""


@contextmanager
def securing(
    office: Connection, right: UUID, until: date | None, kind: str = "mortgage", restriction: UUID | None = None
) -> Iterator[None]:
    """A mortgage as the registry's login lays or changes it by itself, taken back before the act is asked for its leaf."""
    act = uuid4()
    said = {
        "county": COUNTY, "village": VILLAGE, "act": act, "number": f"W{act.int % 10**9}", "kind": kind, "by": OPERATOR.account_id,
        "row": uuid4(), "restriction": restriction or uuid4(), "right": right, "until": until, "day": today(),
    }  # fmt: skip
    with office.transaction(force_rollback=True):
        for statement in (ACT, CLOSED, LAID):
            office.execute(statement, said)
        yield


def secured(office: Connection, *asked: Any, **more: Any) -> None:
    with securing(office, *asked, **more):
        pass


def unsecured(office: Connection, *asked: Any, **more: Any) -> str:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as wall:
        secured(office, *asked, **more)
    return str(wall.value.diag.constraint_name)


def test_a_right_whose_contract_ends_secures_no_debt_beyond_that_day(
    contract: Contract, office: Connection, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    """TR-27; what changes a mortgage may leave its day as it is while the contract runs."""
    wall, right, last = "tr_27_debt_within_the_contract", stands(contract).rights[0].right_id, today() + 60 * DAY
    mortgage = laid(contract, registrar, reviewer, superuser, MORTGAGE)
    life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", last), PAPER, consent=PAPER)
    for until in (last, None):
        assert unsecured(office, right, until) == wall
        assert unsecured(office, right, until, "mortgage_change", mortgage) == wall
    secured(office, right, last - DAY)
    secured(office, right, MORTGAGE.until, "mortgage_change", mortgage)
    pass_days(superuser, 60)
    for kind in ("mortgage", "mortgage_change"):
        assert unsecured(office, right, MORTGAGE.until, kind, mortgage) == wall


def test_of_who_ends_a_contract_and_who_mortgages_its_right_at_once_the_second_sees_the_first(
    contract: Contract, office: Connection, desk: Connection
) -> None:
    """TR-27."""
    right, last, paper = stands(contract).rights[0].right_id, today() + 60 * DAY, kept(contract)
    ended = (desk, contract, "ended", last, "", paper)
    with ThreadPoolExecutor(1) as pool:
        with securing(office, right, last):
            waiting = pool.submit(wrote, *ended, how="agreed")
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
        waiting.result(20)
    assert unsecured(office, right, last) == "tr_27_debt_within_the_contract"
