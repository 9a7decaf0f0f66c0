"""No sequence of steps at the desk breaks the register: CT-2, shares, one row a right, and answers once given.

Hypothesis goes through the services, on the real database, with two overlapping surveys of one village.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.errors import LandregError
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry import booking
from landreg.registry.casework import cases, notices, opening
from landreg.registry.leaves import logged
from tests.registry_kit import Connection, by_word, pass_days
from tests.villages import COUNTY, VILLAGE, Staged, stage_village

DAYS = (date(1997, 12, 31), date(1998, 1, 1), date(2026, 1, 1), date(2040, 1, 1))
# A case by its place among those open to a step; few cases, so that steps meet on one.
WHICH = st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True)
OUTCOMES = st.sampled_from(["upheld", "dismissed", "withdrawn"])
FINAL = {"registered", "certified", "withdrawn", "refused"}
FOLLOWS = {
    "draft": {"accepted", "returned", "withdrawn", "refused"},
    "returned": {"accepted", "withdrawn", "refused"},
    "accepted": {"reviewed", "returned", "withdrawn", "refused"},
    "reviewed": {"noticed", "returned", "withdrawn", "refused"},
    "noticed": {"objected", "registered", "returned", "withdrawn", "refused"},
    "objected": {"noticed", "returned", "withdrawn", "refused"},
}
Answer = list[str] | None
# Broken would be: a parcel under two rights of a kind at once; a right with two rows at once; shares that are not one;
# an act without a registered case or the other way round; an act without its leaf.
BROKEN = {
    "CT-2": """SELECT a.parcel_id FROM registry.right_parcel AS a JOIN registry.right_parcel AS b
        ON b.parcel_id = a.parcel_id AND b.kind = a.kind AND b.right_row <> a.right_row
        AND b.valid && a.valid AND b.recorded && a.recorded""",
    "CT-3": """SELECT right_id FROM registry."right" WHERE upper_inf(recorded) GROUP BY right_id HAVING count(*) > 1""",
    "HS-1": """SELECT household_id FROM registry."right" WHERE kind = 'homestead' AND upper_inf(recorded)
        GROUP BY household_id HAVING count(*) > 1""",
    "shares": """SELECT r.row_id FROM registry."right" AS r LEFT JOIN registry.right_holder AS h ON h.right_row = r.row_id
        GROUP BY r.row_id HAVING coalesce(sum(h.numerator::numeric / h.denominator), 0) <> 1""",
    "areas": """SELECT r.row_id FROM registry."right" AS r JOIN registry.right_parcel AS p ON p.right_row = r.row_id
        GROUP BY r.row_id, r.area_m2, r.mu HAVING sum(p.area_m2) <> r.area_m2 OR sum(p.mu) <> r.mu""",
    "acts": """SELECT c.number FROM registry."case" AS c LEFT JOIN registry.act AS a ON a.case_id = c.case_id
        WHERE (c.state = 'registered') <> (a.act_id IS NOT NULL) OR c.act_id IS DISTINCT FROM a.act_id""",
    "rights": """SELECT a.number FROM registry.act AS a LEFT JOIN registry."right" AS r ON r.act_id = a.act_id
        WHERE a.case_id IS NOT NULL GROUP BY a.number HAVING count(r.row_id) <> 1""",
    "leaves": """SELECT coalesce(a.number, e.key) FROM registry.act AS a
        FULL JOIN (SELECT key FROM log.entry WHERE kind = 'act') AS e ON e.key = a.number
        WHERE a.number IS NULL OR e.key IS NULL""",
    "skipped": """SELECT c.number FROM registry."case" AS c JOIN registry.case_event AS v USING (county, case_id)
        WHERE c.state IN ('reviewed', 'noticed', 'objected', 'registered') GROUP BY c.number
        HAVING count(*) FILTER (WHERE v.step = 'review') = 0
            OR max(v.at) FILTER (WHERE v.step = 'review') < max(v.at) FILTER (WHERE v.step IN ('accept', 'return'))""",
    "members": """SELECT person_id FROM party.member WHERE upper_inf(recorded) GROUP BY person_id HAVING count(*) > 1""",
    "open": """SELECT subject_code FROM registry."case"
        WHERE state IN ('draft', 'accepted', 'reviewed', 'noticed', 'objected') GROUP BY subject_code HAVING count(*) > 1""",
    "REG-1": """SELECT c.number FROM registry."case" AS c WHERE c.reviewed_by = c.prepared_by
        OR c.state IN ('reviewed', 'noticed', 'objected', 'registered') AND EXISTS (SELECT FROM registry.case_event AS v
            WHERE v.case_id = c.case_id AND v.step = 'accept' AND v.by = c.reviewed_by)""",
}


def _leave(officer: Actor, asked: Sequence[UUID], leave: str) -> None:
    grounds = ("disputed",) if leave == "refuse" else ()
    getattr(cases, leave)(officer, COUNTY, asked, "理由", *grounds)


_ALL_BROKEN = " UNION ALL ".join(
    f"SELECT '{what}', q.*::text FROM ({question}) AS q" for what, question in BROKEN.items()
)
# What the register said at each of these instants about each of these days, in one question.
_ANSWERS = """
    SELECT n, array_agg(row(r.right_id, r.kind, r.code, r.household_id, r.area_m2, r.excess_m2, h.numerator, p.parcel_id)::text
                        ORDER BY r.right_id, p.parcel_id)
    FROM unnest(CAST(%s AS date[]), CAST(%s AS timestamptz[])) WITH ORDINALITY AS asked (day, said_at, n)
    JOIN registry."right" AS r ON r.valid @> asked.day AND r.recorded @> asked.said_at
    JOIN registry.right_holder AS h ON h.right_row = r.row_id AND h.valid @> asked.day AND h.recorded @> asked.said_at
    JOIN registry.right_parcel AS p ON p.right_row = r.row_id AND p.valid @> asked.day AND p.recorded @> asked.said_at
    GROUP BY n
"""


class Desk(RuleBasedStateMachine):
    """Two registrars and a reviewer, two surveys of a village that disagree, and time that passes."""

    superuser: Connection
    empty: Callable[[], object]
    officers: tuple[Actor, Actor, Actor]

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[UUID, str] = {}
        self.objections: list[UUID] = []
        self.answers: dict[tuple[date, datetime], Answer] = {}
        self.packages: tuple[Staged, ...] = ()

    @initialize(begin=st.sampled_from(["notice over", "on notice", "drafts"]))
    def surveys(self, begin: str) -> None:
        self.empty()
        pass_days(self.superuser, 0)
        first, second = stage_village(self.superuser, 1), stage_village(self.superuser, 1, first=2)
        # The second survey has a parcel of the first under another contract, and a second homestead of a household.
        change = "UPDATE land.{} SET {} = %s WHERE {} = %s AND package_id = %s"
        for table, column in (("staged_parcel", "code"), ("staged_contract_parcel", "parcel_code")):
            values = [first.parcels[0], second.parcels[0], second.package_id]
            self.superuser.execute(change.format(table, column, column), values)  # type: ignore[arg-type]
        values = [first.households[0], second.households[0], second.package_id]
        self.superuser.execute(change.format("staged_homestead", "household_code", "household_code"), values)  # type: ignore[arg-type]
        self.packages = (first, second)
        for package in (0, 1):
            self.open(package)
        self.look()
        if begin != "drafts":
            self.take_to_notice(officer=0, which=[0, 1, 2, 3])
            self.look()
        if begin == "notice over":
            pass_days(self.superuser, 30)

    @contextmanager
    def step(self) -> Iterator[None]:
        """A refusal is an answer; anything else is a fault."""
        try:
            yield
        except LandregError as error:
            assert error.status < 500  # noqa: PT017

    def look(self) -> None:
        found = self.superuser.execute('SELECT case_id, state FROM registry."case" ORDER BY number').fetchall()
        self.states = dict(found)

    def chosen(self, which: list[int], *states: str) -> list[UUID]:
        """Cases by their places; of those in these states, if there are any: a step out of turn is tried too."""
        asked = [case for case, state in self.states.items() if state in states] or list(self.states)
        return list(dict.fromkeys(asked[place % len(asked)] for place in which))

    @rule(package=st.integers(0, 1))
    def open(self, package: int) -> None:
        with self.step():
            opening.open_batch(self.officers[0], COUNTY, self.packages[package].package_id, VILLAGE)

    @rule(which=WHICH, officer=st.integers(0, 2))
    def accept(self, which: list[int], officer: int) -> None:
        with self.step():
            cases.accept(self.officers[officer], COUNTY, self.chosen(which, "draft", "returned"))

    @rule(which=WHICH, officer=st.integers(0, 2))
    def review(self, which: list[int], officer: int) -> None:
        with self.step():
            cases.review(self.officers[officer], COUNTY, self.chosen(which, "accepted"))

    @rule(which=WHICH)
    def publish(self, which: list[int]) -> None:
        with self.step():
            notices.publish(self.officers[0], COUNTY, self.chosen(which, "reviewed"), "公告")

    @rule(officer=st.integers(0, 2), which=WHICH)
    def take_to_notice(self, officer: int, which: list[int]) -> None:
        """So that registration is reached often."""
        for one in self.chosen(which):
            for take in (
                lambda ids: cases.accept(self.officers[officer], COUNTY, ids),
                lambda ids: cases.review(self.officers[2], COUNTY, ids),
                lambda ids: notices.publish(self.officers[0], COUNTY, ids, "公告"),
            ):
                with self.step():
                    take([one])

    @rule(days=st.sampled_from([1, 10, 30]))
    def wait(self, days: int) -> None:
        pass_days(self.superuser, days)

    @rule(which=WHICH, in_turn=st.booleans())
    def register(self, which: list[int], in_turn: bool) -> None:
        with self.step():
            booking.register(self.officers[2], COUNTY, self.chosen(which, *(["noticed"] if in_turn else [])))

    @rule(which=WHICH, together=st.booleans())
    def register_when_the_notice_is_over(self, which: list[int], together: bool) -> None:
        """All of the cases on notice but a few, in one transaction or each in its own, and those that have left besides."""
        pass_days(self.superuser, 30)
        asked = self.chosen(list(range(6)), "noticed", "objected", "withdrawn", "refused", "returned")[: 1 + len(which)]
        for ids in [asked] if together else [[one] for one in asked]:
            with self.step():
                booking.register(self.officers[2], COUNTY, ids)

    @rule(which=WHICH)
    def object_to(self, which: list[int]) -> None:
        for one in self.chosen(which[:1], "noticed", "objected"):
            with self.step():
                self.objections.append(notices.object_to(self.officers[0], COUNTY, one, "邻户", "界址有争议"))

    @precondition(lambda self: self.objections)
    @rule(which=st.integers(0, 11), outcome=OUTCOMES)
    def settle(self, which: int, outcome: str) -> None:
        with self.step():
            objection = self.objections[which % len(self.objections)]
            notices.settle(
                self.officers[1],
                COUNTY,
                objection,
                outcome,
                "实地查看，墙在界线以内",
                taken_back=by_word(self.officers[1]),
            )

    @rule(
        which=WHICH,
        leave=st.sampled_from(["withdraw", "take_out", "return_for_completion", "refuse"]),
        objected=st.booleans(),
    )
    def leave(self, which: list[int], leave: str, objected: bool) -> None:
        with self.step():
            asked = self.chosen(which[:2], *(["objected"] if objected else []))
            _leave(self.officers[0], asked, leave)

    @rule(which=WHICH, leave=st.sampled_from(["withdraw", "refuse", "return_for_completion"]), outcome=OUTCOMES)
    def object_then_leave_then_settle(self, which: list[int], leave: str, outcome: str) -> None:
        for one in self.chosen(which[:1], "noticed", "objected"):
            with self.step():
                objection = notices.object_to(self.officers[0], COUNTY, one, "邻户", "界址有争议")
                _leave(self.officers[0], [one], leave)
                self.objections.append(objection)
                self.look()
                notices.settle(
                    self.officers[1],
                    COUNTY,
                    objection,
                    outcome,
                    "实地查看，墙在界线以内",
                    taken_back=by_word(self.officers[1]),
                )

    @invariant()
    def nothing_is_broken(self) -> None:
        assert self.superuser.execute(_ALL_BROKEN).fetchall() == []  # type: ignore[arg-type]

    @invariant()
    def cases_follow_their_life(self) -> None:
        before = self.states
        self.look()
        for case, state in before.items():
            assert self.states[case] == state or self._reachable(state, self.states[case]), (state, self.states[case])

    @staticmethod
    def _reachable(before: str, now: str) -> bool:
        """Whether one step, or the few of `take_to_notice`, lead from a state to another."""
        reached = {before}
        for _ in range(3):
            reached |= {after for state in reached if state not in FINAL for after in FOLLOWS[state]}
        return before not in FINAL and now in reached

    @invariant()
    def answers_once_given_are_given_again(self) -> None:
        row = self.superuser.execute("SELECT system.clock()").fetchone()
        assert row is not None
        asked = [*self.answers, *((day, row[0]) for day in DAYS)]
        days, instants = zip(*asked, strict=True)
        found = dict(self.superuser.execute(_ANSWERS, [list(days), list(instants)]).fetchall())
        answers = {question: found.get(place) for place, question in enumerate(asked, 1)}
        assert {question: answers[question] for question in self.answers} == self.answers
        self.answers = answers


@pytest.fixture
def desk(
    superuser: Connection, registrar: Actor, reviewer: Actor, request: pytest.FixtureRequest
) -> type[RuleBasedStateMachine]:
    both = Actor(UUID(int=0x6109_0007), "登记员庚", registrar.desk, frozenset({Role.REGISTRAR, Role.REVIEWER}), COUNTY)

    class Here(Desk):
        pass

    Here.superuser, Here.officers = superuser, (registrar, both, reviewer)
    Here.empty = staticmethod(request.getfixturevalue("_emptying"))
    return Here


def run(desk: type[RuleBasedStateMachine], examples: int, steps: int, *phases: Phase) -> None:
    """Walk through the desk's steps, on other paths each time."""
    run_state_machine_as_test(
        desk,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate, *phases),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_steps_of_the_desk_break_the_register(
    desk: type[RuleBasedStateMachine], worker: Actor, database: Settings
) -> None:
    run(desk, 8, 20)
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()


@pytest.mark.drill
@pytest.mark.timeout(7200)
def test_no_thousand_steps_of_the_desk_break_the_register(
    desk: type[RuleBasedStateMachine], worker: Actor, database: Settings
) -> None:
    run(desk, 150, 50, Phase.shrink)
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()
