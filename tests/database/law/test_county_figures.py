"""A county's own dated figures stand before the book's from their day on, in that county and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.law.book import Law, national_law
from landreg.law.queries import load_law, load_laws
from landreg.registry import booking
from landreg.registry.casework import cases, notices, opening
from tests.plans import sent
from tests.registry_kit import Connection, in_state, one, pass_days
from tests.villages import COUNTY, VILLAGE, stage_village

SINCE = date(2026, 3, 1)


def decide(
    connection: Connection, name: str, value: str, *, key: str = "", since: date = SINCE, at: str = "now()"
) -> None:
    """A figure as the county's desk writes it down."""
    connection.execute(
        f"""INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
            VALUES ('610902', %s, '610902', %s, %s, %s, %s, '汉政办发〔2026〕1号', %s, {at})""",
        (uuid4(), name, key, value, since, uuid4()),
    )


@pytest.fixture
def desk(as_desk: Any) -> Connection:
    connection: Connection = as_desk(Desk.REGISTRY, COUNTY)
    return connection


def law(actor: Actor, on: date, county: str = COUNTY) -> Law:
    with unit_of_work(actor) as uow:
        return load_law(uow.session, county, on)


def test_an_own_figure_holds_from_its_day_on_and_not_before(desk: Connection, registrar: Actor) -> None:
    decide(desk, "REG-4.notice_working_days", "20", key="homestead")
    asked = [
        law(registrar, day).days("REG-4.notice_working_days", "homestead") for day in (SINCE - timedelta(1), SINCE)
    ]
    assert asked == [15, 20]


def test_the_figures_of_many_days_are_read_in_one_statement(desk: Connection, registrar: Actor) -> None:
    decide(desk, "CON-11.grain_yuan_per_kg", "2.40", key="wheat")
    decide(desk, "CON-11.grain_yuan_per_kg", "2.60", key="wheat", since=SINCE + timedelta(10))
    days = [SINCE + timedelta(n) for n in range(-1, 20)]
    with unit_of_work(registrar) as uow, sent() as seen:
        found = load_laws(uow.session, COUNTY, days)
        assert load_laws(uow.session, COUNTY, []) == {}
    assert [statement for statement, _ in seen if "county_parameter" in statement] == [seen[-1][0]]
    told = [found[day].text("CON-11.grain_yuan_per_kg", "wheat") for day in days]
    assert told == ["", *["2.40"] * 10, *["2.60"] * 10]


def test_a_figure_of_several_keys_changes_under_the_one_that_was_decided(desk: Connection, registrar: Actor) -> None:
    decide(desk, "HS-2.limit_m2", "250", key="hills")
    found = law(registrar, SINCE)
    assert [found.number("HS-2.limit_m2", key) for key in ("suburb", "plain", "hills")] == [133, 200, 250]
    figure = found.parameters["HS-2.limit_m2"]
    assert (figure.own, figure.source, figure.since) == (True, ("汉政办发〔2026〕1号",), SINCE)


def test_another_county_is_not_touched(desk: Connection, registrar: Actor) -> None:
    decide(desk, "HS-2.terrain", "hills")
    assert law(registrar, SINCE, "610921").text("HS-2.terrain") == "plain"
    assert law(registrar, SINCE).text("HS-2.terrain") == "hills"


def test_what_the_law_does_not_leave_to_the_county_stays(desk: Connection, registrar: Actor) -> None:
    decide(desk, "CT-1.term_years", "99", key="arable")
    decide(desk, "no.such_figure", "1")
    assert law(registrar, SINCE).parameters == national_law(COUNTY, SINCE).parameters


def test_of_two_decisions_for_one_day_the_newer_holds_whatever_their_order(desk: Connection, registrar: Actor) -> None:
    decide(desk, "HS-2.limit_m2", "210", key="plain")
    decide(desk, "HS-2.limit_m2", "190", key="plain", at="now() - interval '1 day'")
    assert law(registrar, SINCE).number("HS-2.limit_m2", "plain") == 210


def test_a_later_figure_takes_over_on_its_day(desk: Connection, registrar: Actor) -> None:
    decide(desk, "HS-2.limit_m2", "190", key="plain", since=SINCE + timedelta(30))
    decide(desk, "HS-2.limit_m2", "210", key="plain")
    found = [law(registrar, SINCE + timedelta(days)).number("HS-2.limit_m2", "plain") for days in (0, 29, 30)]
    assert found == [210, 210, 190]


def test_a_figure_that_was_decided_is_never_changed_or_deleted(desk: Connection) -> None:
    decide(desk, "HS-2.limit_m2", "210", key="plain")
    for statement in ("UPDATE law.county_parameter SET value = '1'", "DELETE FROM law.county_parameter"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute(statement)


def test_a_county_decides_for_itself_alone(as_desk: Any) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        decide(as_desk(Desk.REGISTRY, "610921"), "HS-2.limit_m2", "210", key="plain")


def test_a_notice_runs_as_long_as_the_county_says(
    desk: Connection, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    decide(desk, "REG-4.notice_working_days", "25", key="homestead", since=date(2020, 1, 1))
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    assert one(registrar, "SELECT content ->> 'working_days' FROM registry.notice") == "25"


@pytest.mark.parametrize("value", ["1", "14", "61", "9999", "-20", "soon"])
def test_no_notice_out_of_its_bounds_is_written_down_past_the_program(desk: Connection, value: str) -> None:
    for name, key in (
        ("REG-4.notice_working_days", "contract_management"),
        ("REG-4.correction_notice_working_days", ""),
        ("REG-23.loss_notice_working_days", ""),
        ("REN-9.notice_working_days", ""),
    ):
        with pytest.raises(psycopg.errors.CheckViolation, match="law_5_notice_within_bounds"):
            decide(desk, name, value, key=key)


def test_a_notice_never_runs_shorter_than_the_floor_though_the_figure_says_so() -> None:
    """AUD-2 asks the same."""
    book = national_law(COUNTY, SINCE)
    figure = book.parameters["REG-4.notice_working_days"]
    short = book.with_own([replace(figure, values={"contract_management": "1", "homestead": "20"}, own=True)])
    assert [short.notice_days("first_registration", kind) for kind in figure.values] == [15, 20]


def test_a_limit_that_changes_under_way_does_not_change_what_the_applicant_was_told(
    desk: Connection, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    staged = stage_village(superuser, 1, homestead_m2="300.00", approved_m2=None)
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    today = one(registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    decide(desk, "HS-2.limit_m2", "150", key="plain", since=today + timedelta(1))
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    pass_days(superuser, 40)
    booking.register(reviewer, COUNTY, ids)
    found = "SELECT area_m2 FROM registry.\"right\" WHERE kind = 'homestead'"
    assert one(registrar, found) == Decimal("200.00")
