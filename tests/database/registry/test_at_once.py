"""Two desks at once on the same ground or the same right: the second waits for the first, and is judged on what it left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import psycopg
import pytest

from landreg.core.actor import Actor, Desk
from landreg.core.errors import Refused
from landreg.registry import booking
from landreg.registry.casework import applications, cases
from landreg.registry.casework.cases import Stepped
from landreg.registry.casework.parcel_applications import apply_on_parcel
from landreg.registry.rules.parcel_requests import AreaChange
from landreg.registry.rules.requests import HouseholdChange, Joining, RestrictionAsked
from tests.household_kit import asked_for
from tests.registry_kit import (
    BANK,
    HOUSEHOLD,
    TOLD,
    Connection,
    applied,
    codes,
    one,
    put_papers,
    right_of,
    state_of,
    to_rights,
)
from tests.villages import COUNTY, VILLAGE, citizen_id, past_triggers

LOWER, UPPER = f"{VILLAGE}0100002", f"{VILLAGE}0100003"
PATIENCE_S = 20.0
GATE = 4242


@pytest.fixture(autouse=True)
def _registered(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


@contextmanager
def held_up(superuser: Connection, table: str, case: UUID) -> Iterator[None]:
    """Whoever writes a row of this case to a table waits there with all that they hold, until this ends."""
    superuser.execute(f"""
        CREATE FUNCTION public.wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock({GATE}); RETURN NULL; END $$;
        CREATE TRIGGER wait_at_gate AFTER INSERT ON {table} FOR EACH ROW WHEN (NEW.case_id = '{case}')
            EXECUTE FUNCTION public.wait_at_gate();
        SELECT pg_advisory_lock({GATE})""")
    try:
        yield
    finally:
        superuser.execute(f"SELECT pg_advisory_unlock({GATE})")
        _wait(superuser, 0)
        superuser.execute(f"DROP TRIGGER wait_at_gate ON {table}; DROP FUNCTION public.wait_at_gate()")


def _wait(superuser: Connection, count: int) -> None:
    """Until so many transactions wait for an advisory lock."""
    asked = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
    until = monotonic() + PATIENCE_S
    while monotonic() < until:
        (found,) = superuser.execute(asked).fetchone() or (None,)
        if found == count:
            return
        sleep(0.02)
    raise AssertionError(f"{found} wait, not {count}")


class Doing(threading.Thread):
    """A step in a thread of its own."""

    def __init__(self, step: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.step, self.given, self.error = step, None, None
        self.start()

    def run(self) -> None:
        try:
            self.given = self.step()
        except Exception as error:
            self.error = error

    def done(self) -> Any:
        self.join(PATIENCE_S)
        assert not self.is_alive()
        if self.error:
            raise self.error
        return self.given


def _held_at_a_lock(superuser: Connection, count: int) -> None:
    """Until so many transactions of this database wait for a lock of any kind."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    until = monotonic() + PATIENCE_S
    while monotonic() < until:
        if superuser.execute(asked).fetchone() == (count,):
            return
        sleep(0.02)
    raise AssertionError(f"not {count} wait")


def resized(registrar: Actor, code: str, area: str) -> UUID:
    case = apply_on_parcel(registrar, code, "area_change", AreaChange((code,), Decimal(area)))
    put_papers(registrar, case, "area_change")
    return case


def test_who_is_accepted_while_another_acceptance_is_under_way_comes_after_it(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    first = resized(registrar, LOWER, "401.00")
    loan = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("1000.00"), whose=BANK)
    second = applied(registrar, "mortgage", loan, right_of(registrar))
    with held_up(superuser, "registry.case_event", first):
        one_of = Doing(lambda: cases.accept(registrar, COUNTY, [first]))
        _wait(superuser, 1)
        other = Doing(lambda: cases.accept(registrar, COUNTY, [second]))
        _wait(superuser, 2)
    assert (one_of.done(), other.done()) == (Stepped(1), Stepped(1))
    cases.review(reviewer, COUNTY, [first, second])
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [second])
    assert codes(refused) - TOLD - {"TR-22"} == {"REG-2"}
    booking.register(reviewer, COUNTY, [first])
    booking.register(reviewer, COUNTY, [second])


def test_a_seizure_does_not_wait_for_what_was_applied_for_before_and_stops_it(
    registrar: Actor, reviewer: Actor
) -> None:
    """REG-2, TR-12: an order of a court is carried out at once."""
    first = resized(registrar, LOWER, "401.00")
    order = RestrictionAsked("seizure", "第一法院", "（2026）执1号")
    second = applied(registrar, "seizure", order, right_of(registrar))
    for case in (first, second):
        cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [first, second])
    booking.register(reviewer, COUNTY, [second])
    with pytest.raises(Refused) as stopped:
        booking.register(reviewer, COUNTY, [first])
    assert "TR-12" in codes(stopped)


def test_what_was_accepted_before_an_order_to_seize_is_not_registered_while_the_order_waits_for_its_entry(
    registrar: Actor, reviewer: Actor
) -> None:
    """REG-39: accepted and reviewed is not registered; withdrawn, the order holds nothing."""
    first = resized(registrar, LOWER, "401.00")
    cases.accept(registrar, COUNTY, [first])
    cases.review(reviewer, COUNTY, [first])
    order = RestrictionAsked("seizure", "第一法院", "（2026）执1号")
    second = applied(registrar, "seizure", order, right_of(registrar))
    cases.accept(registrar, COUNTY, [second])
    with pytest.raises(Refused) as stopped:
        booking.register(reviewer, COUNTY, [first])
    assert codes(stopped) - TOLD == {"REG-39"}
    cases.withdraw(registrar, COUNTY, [second], "法院撤回")
    booking.register(reviewer, COUNTY, [first])


def test_two_acts_on_parcels_of_one_right_registered_at_once_are_both_registered_one_upon_the_other(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    made = [resized(registrar, LOWER, "401.00"), resized(registrar, UPPER, "402.00")]
    cases.accept(registrar, COUNTY, made)
    cases.review(reviewer, COUNTY, made)
    with held_up(superuser, "registry.act", made[0]):
        first = Doing(lambda: booking.register(reviewer, COUNTY, made[:1]))
        _wait(superuser, 1)
        second = Doing(lambda: booking.register(reviewer, COUNTY, made[1:]))
        _wait(superuser, 2)
    assert (first.done(), second.done()) == (Stepped(1), Stepped(1))
    assert [state_of(registrar, case) for case in made] == ["registered", "registered"]
    areas = """SELECT jsonb_agg(x.area_m2::text ORDER BY x.area_m2) FROM registry."right" AS r
        JOIN registry.right_parcel AS x ON x.county = r.county AND x.right_row = r.row_id
        WHERE r.right_id = :right AND upper_inf(r.recorded) AND upper_inf(r.valid)"""
    assert one(registrar, areas, right=right_of(registrar)) == ["401.00", "402.00"]
    total = (
        'SELECT area_m2::text FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid)'
    )
    assert one(registrar, total, r=right_of(registrar)) == "803.00"


def test_of_two_registrars_who_register_one_case_at_once_the_second_is_told_that_it_ended(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    case = resized(registrar, LOWER, "401.00")
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    with held_up(superuser, "registry.act", case):
        first = Doing(lambda: booking.register(reviewer, COUNTY, [case]))
        _wait(superuser, 1)
        second = Doing(lambda: booking.register(reviewer, COUNTY, [case]))
        _wait(superuser, 2)
    assert first.done() == Stepped(1)
    with pytest.raises(Refused) as refused:
        second.done()
    assert "REG-8" in codes(refused)


def test_of_two_bookings_at_once_of_one_number_under_two_names_one_alone_makes_a_member(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """PT-1: the rules of each see nothing of the other, and the database refuses the second."""
    names = [applications.person_of(registrar, name, citizen_id(902)) for name in ("成员斤", "成员新")]
    made = [
        asked_for(
            registrar, "household_change", HouseholdChange((Joining(person, "21", True, "birth"),)), household=home
        )
        for person, home in zip(names, (HOUSEHOLD, f"{VILLAGE}010002"), strict=True)
    ]
    cases.accept(registrar, COUNTY, made)
    cases.review(reviewer, COUNTY, made)
    with held_up(superuser, "registry.act", made[0]):
        first = Doing(lambda: booking.register(reviewer, COUNTY, made[:1]))
        _wait(superuser, 1)
        second = Doing(lambda: booking.register(reviewer, COUNTY, made[1:]))
        # It has asked its rules, and waits for the number of its act.
        _held_at_a_lock(superuser, 2)
    assert first.done() == Stepped(1)
    with pytest.raises(Refused) as refused:
        second.done()
    assert codes(refused) == {"PT-1"}
    assert refused.value.findings[0].values["constraint"] == "pt_1_one_household_per_person"
    found = "SELECT count(*) FROM party.member WHERE person_id = ANY (:persons)"
    assert one(registrar, found, persons=names) == 1


def test_two_writers_at_once_who_ask_no_rule_make_one_number_a_member_once(
    registrar: Actor, superuser: Connection, as_desk: Any
) -> None:
    """PT-1, by the desk's own login; whose number it is is not for the writer to say, and told to nobody."""
    names = [applications.person_of(registrar, name, citizen_id(902)) for name in ("成员斤", "成员新")]
    with past_triggers(superuser), superuser.transaction():
        superuser.execute(_MEMBER, [names[0]])
        desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
        late = Doing(lambda: _refused(desk, names[1]))
        _held_at_a_lock(superuser, 1)
    assert late.done() == "pt_1_one_household_per_person"


_MEMBER = """
    INSERT INTO party.member (county, row_id, member_id, village, household_id, person_id, relation, holds_right, position, valid,
        recorded, act_id, bearer_id)
    SELECT county, gen_random_uuid(), gen_random_uuid(), village, gen_random_uuid(), %s, '21', true, 9,
        daterange('2026-01-01', NULL), tstzrange(system.clock(), NULL), gen_random_uuid(), gen_random_uuid()
    FROM party.member LIMIT 1"""


def _refused(desk: Connection, person: UUID) -> str | None:
    with pytest.raises(psycopg.errors.IntegrityError) as refused, desk.transaction():
        desk.execute(_MEMBER, [person])
    return refused.value.diag.constraint_name
