"""A county sets its own figures: dated, in the log, for the future only, and only what is the county's."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, NotAllowed
from landreg.core.periods import beijing_day
from landreg.law.book import all_parameters, national_law
from landreg.law.queries import load_law
from landreg.registry.figures import Figure, set_figure
from tests.registry_kit import codes, one
from tests.villages import COUNTY

NOTICE = "REG-4.notice_working_days"


@pytest.fixture
def today(registrar: Actor, database: Any) -> date:
    with unit_of_work(registrar) as uow:
        return beijing_day(uow.now)


@pytest.fixture
def figure(today: date) -> Figure:
    return Figure(NOTICE, "homestead", "20", today + timedelta(days=10), "汉自然资发〔2026〕1号")


def test_a_figure_holds_from_its_day_on_and_not_before(registrar: Actor, figure: Figure) -> None:
    set_figure(registrar, COUNTY, figure)
    with unit_of_work(registrar) as uow:
        before = load_law(uow.session, COUNTY, figure.since - timedelta(days=1))
        after = load_law(uow.session, COUNTY, figure.since)
        elsewhere = load_law(uow.session, "610921", figure.since)
    assert [law.days(NOTICE, "homestead") for law in (before, after, elsewhere)] == [15, 20, 15]
    assert after.days(NOTICE, "contract_management") == 15


@pytest.mark.parametrize("typed", ["20.0", "２０", " 20 "])
def test_a_figure_is_kept_in_the_digits_in_which_it_is_read(registrar: Actor, figure: Figure, typed: str) -> None:
    """Whatever keyboard it was typed on: what is kept is read as days by every page of the county."""
    set_figure(registrar, COUNTY, replace(figure, value=typed))
    with unit_of_work(registrar) as uow:
        assert load_law(uow.session, COUNTY, figure.since).days(NOTICE, "homestead") == 20


def test_setting_a_figure_leaves_a_leaf(registrar: Actor, figure: Figure) -> None:
    row = set_figure(registrar, COUNTY, figure)
    assert one(registrar, "SELECT kind FROM log.entry WHERE key = :key", key=str(row)) == "law.figure_set"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "CT-1.term_years", "key": "arable"}, "LAW-1"),
        ({"name": "no such figure"}, "LAW-1"),
        ({"key": "forest"}, "LAW-1"),
        ({"value": "many"}, "LAW-2"),
        ({"value": "0"}, "LAW-5"),
        ({"value": "14"}, "LAW-5"),
        ({"value": "9999"}, "LAW-5"),
        ({"name": "REG-23.loss_notice_working_days", "key": "", "value": "5"}, "LAW-5"),
        ({"name": "LST-18.publication_days", "key": "least", "value": "1"}, "LAW-5"),
        ({"name": "HS-2.limit_m2", "key": "plain", "value": "201"}, "LAW-5"),
        ({"name": "AUD-4.burst", "key": "minutes", "value": "7.5"}, "LAW-2"),
        ({"value": "7.5"}, "LAW-2"),
        ({"name": "HS-2.terrain", "key": "", "value": "desert"}, "LAW-2"),
        ({"name": "ZON-9.meridians", "key": COUNTY, "value": "114"}, "LAW-2"),
        ({"name": "ZON-9.meridians", "key": COUNTY, "value": "108 108"}, "LAW-2"),
        ({"name": "ARE-5.tolerance_mu", "key": "added", "value": "-0.01"}, "LAW-5"),
        ({"name": "CMP-1.net_share", "key": "", "value": "1.01"}, "LAW-5"),
        ({"name": "CMP-1.net_share", "key": "", "value": "-0.5"}, "LAW-5"),
        ({"name": "CMP-1.net_share", "key": "", "value": "half"}, "LAW-2"),
        ({"name": "CMP-1.renewal_years", "key": "", "value": "7.5"}, "LAW-2"),
        ({"since": date(2020, 1, 1)}, "LAW-3"),
        ({"decided_in": " "}, "LAW-4"),
    ],
)
def test_a_figure_that_is_not_the_countys_or_is_none_is_refused(
    registrar: Actor, figure: Figure, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(BadInput) as refused:
        set_figure(registrar, COUNTY, replace(figure, **changed))
    assert codes(refused) == {code}


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("HS-2.terrain", "", "hills"),
        ("ZON-9.meridians", COUNTY, "111 108"),
        ("ARE-5.tolerance_mu", "added", "0.01"),
        ("ARE-5.tolerance_mu", "added", "0"),
    ],
)
def test_a_choice_that_the_book_leaves_to_the_county_is_taken(
    registrar: Actor, figure: Figure, name: str, key: str, value: str
) -> None:
    set_figure(registrar, COUNTY, replace(figure, name=name, key=key, value=value))


def test_a_notice_is_no_shorter_than_the_implementing_rules_say_and_no_longer_than_makes_sense(
    registrar: Actor, figure: Figure
) -> None:
    """LAW-5 names both ends and the article; the ends themselves are taken."""
    with pytest.raises(BadInput) as refused:
        set_figure(registrar, COUNTY, replace(figure, value="1"))
    (found,) = refused.value.findings
    assert "15和60之间规定这项数值（不动产登记暂行条例实施细则第十七条）" in national_law(COUNTY, figure.since).say(
        found
    )
    for value in ("15", "60"):
        set_figure(registrar, COUNTY, replace(figure, value=value))


def test_every_figure_that_a_county_sets_has_its_bounds() -> None:
    """A number has a least and a most, within which the book's own lies."""
    for parameter in all_parameters():
        for key, value in parameter.values.items() if parameter.county else ():
            number = re.fullmatch(r"\d+(\.\d+)?", value)
            if number and parameter.name != "ZON-9.meridians":
                least, most = parameter.between[key]
                assert least <= Decimal(value) <= most, (parameter.name, key)


def test_nobody_sets_a_figure_for_a_county_that_is_not_wholly_theirs(registrar: Actor, figure: Figure) -> None:
    for jurisdiction in ("610902104", "610921"):
        stranger = Actor(registrar.account_id, "外", registrar.desk, registrar.roles, jurisdiction)
        with pytest.raises(NotAllowed):
            set_figure(stranger, COUNTY, figure)
