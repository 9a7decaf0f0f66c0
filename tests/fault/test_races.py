"""Many who ask for the same right at the same instant: one of them gets it, and the register is as if they had queued."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.law.book import act_type
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry import booking
from landreg.registry.casework import applications, cases, notices
from landreg.registry.rules.requests import Release
from tests.racing import Racers, Tried
from tests.registry_kit import Connection, one, pass_days, put_papers, right_of, to_rights
from tests.villages import COUNTY, VILLAGE

HOUSEHOLDS = tuple(f"{VILLAGE}01000{number}" for number in (1, 2))


@pytest.fixture(params=[(2, 8)], ids=str)
def racers(database: Settings, request: pytest.FixtureRequest) -> Iterator[Racers]:
    """So many processes, of so many threads each: no more than a process has connections."""
    processes, threads = request.param
    made = Racers(dict(database.urls), processes, threads)
    yield made
    made.end()


@pytest.fixture
def rights(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 10)


class Course:
    """Rounds of races for one right, which goes from one household to the other and back."""

    def __init__(
        self, racers: Racers, registrar: Actor, reviewer: Actor, superuser: Connection, times: int = 1
    ) -> None:
        """times: how often each thread tries to register, the first time at the same instant as all the others."""
        self.times = times
        self.racers, self.registrar, self.reviewer, self.superuser = racers, registrar, reviewer, superuser
        self.right = right_of(registrar, HOUSEHOLDS[0])
        self.households = [
            one(registrar, "SELECT household_id FROM party.household WHERE code = :c AND upper_inf(recorded)", c=code)
            for code in HOUSEHOLDS
        ]
        self.told: dict[str, Counter[str]] = {}
        self.attempts = 0

    def run(self, attempts: int) -> None:
        """So many attempts, a round a time."""
        number = 0
        while self.attempts < attempts:
            number += 1
            self._transferred(number)
            self._mortgaged(number)

    def _transferred(self, number: int) -> None:
        """Double transfer: applied for by all at once, then registered by all at once."""
        taker = self.households[number % 2]
        apply = ("assign", (self.registrar, self.right, taker, f"{HOUSEHOLDS[number % 2]}J{number}"))
        case = self._raced("double transfer", self.racers.race([apply])).given
        self._to_register(case, "assignment")
        self._registered(case)
        assert one(self.registrar, "SELECT count(*) FROM registry.act WHERE case_id = :c", c=case) == 1
        statement = """SELECT r.right_id FROM registry."right" AS r WHERE r.household_id = :h AND upper_inf(r.recorded)
            AND upper_inf(r.valid) AND r.kind = 'contract_management' AND r.act_id =
                (SELECT act_id FROM registry.act WHERE case_id = :c)"""
        self.right = one(self.registrar, statement, h=taker, c=case)
        assert self.right is not None

    def _mortgaged(self, number: int) -> None:
        """Double mortgage: applied for by all at once, then registered by all at once; and released again."""
        ask = ("mortgage", (self.registrar, self.right, f"（2027）抵{number}号"))
        case = self._raced("double mortgage", self.racers.race([ask])).given
        self._to_register(case, "mortgage")
        self._registered(case)
        held = "SELECT restriction_id FROM registry.restriction WHERE upper_inf(recorded) AND upper_inf(valid)"
        with unit_of_work(self.registrar) as uow:
            (restriction,) = uow.session.execute(text(held)).scalars().all()
        asked = Release(restriction, f"（2027）抵{number}号注销")
        case = applications.apply_on_right(self.registrar, COUNTY, self.right, "mortgage_release", asked)
        self._to_register(case, "mortgage_release")
        assert booking.register(self.reviewer, COUNTY, [case]).done == 1

    def _registered(self, case: UUID) -> None:
        self._raced("double registration", self.racers.race([("register", (self.reviewer, case))], self.times))

    def _raced(self, what: str, tried: Tried) -> Tried:
        assert tried.done == 1, (what, tried)
        self.attempts += tried.done + tried.refused.total()
        self.told.setdefault(what, Counter())
        self.told[what].update(tried.refused)
        return tried

    def _to_register(self, case: UUID, kind: str) -> None:
        put_papers(self.registrar, case, kind)
        cases.accept(self.registrar, COUNTY, [case])
        cases.review(self.reviewer, COUNTY, [case])
        if act_type(kind).notice:
            notices.publish(self.registrar, COUNTY, [case], "公告")
            pass_days(self.superuser, 40)


ONE_RIGHT = """
    SELECT count(*) FROM (
        SELECT 1 FROM registry.right_parcel AS p JOIN registry."right" AS r ON r.county = p.county AND r.row_id = p.right_row
        WHERE upper_inf(p.recorded) AND upper_inf(p.valid) AND upper_inf(r.recorded) AND upper_inf(r.valid)
        GROUP BY p.county, p.parcel_id, p.kind HAVING count(*) > 1) AS twice
"""


def raced(course: Course, attempts: int, worker: Actor, settings: Settings) -> None:
    course.run(attempts)
    assert one(worker, ONE_RIGHT) == 0
    seal(worker, settings)
    assert recheck_register(worker, settings, register()).findings == ()


def test_of_many_who_ask_at_once_one_succeeds(
    rights: None,
    racers: Racers,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
) -> None:
    raced(Course(racers, registrar, reviewer, superuser), 100, worker, database)


@pytest.mark.drill
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("racers", [(4, 16)], indirect=True, ids=str)
def test_of_ten_thousand_attempts_at_a_double_transfer_or_mortgage_none_succeeds_twice(
    rights: None, racers: Racers, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor,
    database: Settings, capsys: Any,
) -> None:  # fmt: skip
    # Of each race, 64 attempts are at one instant: all but the winner wait for its locks. Who comes after its commit is refused by
    # one read, so that each of them tries again and again; three rounds are twelve such races.
    course = Course(racers, registrar, reviewer, superuser, times=32)
    raced(course, 10_000, worker, database)
    with capsys.disabled():
        told = "; ".join(f"{what}: refused {dict(said)}" for what, said in course.told.items())
        print(f"\n{course.attempts} attempts, none succeeded twice. {told}")
