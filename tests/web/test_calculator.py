"""The calculator and the plain page: open to everybody, nothing kept, a clear word for every bad number."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.registry.figures import Figure, set_figure
from tests.conftest import Connection
from tests.database import catalog
from tests.unit.exit.figures import SET
from tests.villages import COUNTY

CLAIM = {
    "county": COUNTY, "term_until": "2090-12-31", "land_kind_2": "dry", "land_mu_2": "3.20", "house_structure": "brick_timber",
    "house_m2": "120.5", "house_built": "2006", "homestead_m2": "133", "fixture_wall_m": "24", "crop_kind_1": "grain",
    "crop_mu_1": "3.2", "improvement_kind_1": "irrigation", "improvement_cost_1": "6000", "improvement_age_1": "5", "movers": "4",
}  # fmt: skip


@pytest.fixture(autouse=True)
def division(database: Any, superuser: Connection) -> None:
    """The county is known."""
    superuser.execute(
        "INSERT INTO land.division (code, name, level, parent, urban_rural) VALUES (%s, '汉滨区', 'county', '6109', '')",
        [COUNTY],
    )


@pytest.fixture
def figures_set(registrar: Actor, database: Any) -> None:
    """The county has set every figure."""
    with unit_of_work(registrar) as uow:
        today = beijing_day(uow.now)
    from landreg.law.book import national_law

    for name, value in SET.items():
        for key in national_law(COUNTY, today).parameters[name].values:
            set_figure(registrar, COUNTY, Figure(name, key, value, today, "汉农发〔2026〕3号"))


def test_a_farmer_tries_it_without_logging_in_and_reads_every_line(client: Any, figures_set: None) -> None:
    term = {**CLAIM, "term_until": "2027-12-31"}
    page = client.get("/compensation", query_string=term)
    assert page.status_code == 200
    assert "每平方米 450.00 元" in page.text
    assert "旱地 3.20 亩 × 每亩每年 383.00 元 × 折算" in page.text
    assert "地还是您家的" in page.text
    assert "还没有规定的数" not in page.text
    assert "没有足够的同类备案合同可比，按县里公布的流转价，每亩每年 350.00 元" in page.text
    assert client.get("/compensation", query_string={**term, "township": "610902100"}).status_code == 200
    english = client.get("/compensation", query_string=term, headers={"Accept-Language": "en"})
    assert "dry land, 3.20 mu" in english.text


def test_what_the_county_has_not_set_is_named_and_no_total_is_shown(client: Any, database: Any) -> None:
    page = client.get("/compensation", query_string=CLAIM)
    assert page.status_code == 200
    assert "还没有规定的数" in page.text
    assert "各类结构房屋的重置单价" in page.text
    assert "合计</h2>" not in page.text


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"county": "610999"}, "FORM-5", "county"),
        ({"township": "610921100"}, "FORM-5", "township"),
        ({"township": "%"}, "FORM-5", "township"),
        ({"land_mu_2": "0"}, "CMP-12", "land_mu_2"),
        ({"land_mu_2": "-3"}, "CMP-12", "land_mu_2"),
        ({"land_mu_2": "99999999999999999999999999999999999999"}, "CMP-12", "land_mu_2"),
        ({"land_mu_2": "1e9"}, "FORM-3", "land_mu_2"),
        ({"land_mu_2": ""}, "FORM-1", "land_mu_2"),
        ({"land_kind_2": ""}, "FORM-1", "land_kind_2"),
        ({"land_kind_2": "moon"}, "FORM-5", "land_kind_2"),
        ({"term_until": "soon"}, "FORM-2", "term_until"),
        ({"term_until": ""}, "FORM-1", "term_until"),
        ({"term_until": "9999-12-31"}, "CMP-12", "term_until"),
        ({"temporary_years": "900"}, "CMP-15", "temporary_years"),
        ({"temporary_years": "-1"}, "CMP-15", "temporary_years"),
        ({"house_built": "2999"}, "CMP-12", "house_built"),
        ({"house_built": "-999999999999999999"}, "CMP-12", "house_built"),
        ({"house_m2": ""}, "FORM-1", "house_m2"),
        ({"house_structure": "paper"}, "FORM-5", "house_structure"),
        ({"homestead_m2": "-1"}, "CMP-12", "homestead_m2"),
        ({"improvement_age_1": "201"}, "CMP-12", "improvement_age_1"),
        ({"improvement_cost_1": "1" * 39}, "CMP-12", "improvement_cost_1"),
        ({"crop_mu_1": "0"}, "CMP-12", "crop_mu_1"),
        ({"fixture_well": "0"}, "CMP-12", "fixture_well"),
        ({"movers": "101"}, "CMP-12", "movers"),
        ({"movers": "x"}, "FORM-4", "movers"),
    ],
)
def test_a_number_that_cannot_be_is_said_beside_its_field(
    client: Any, database: Any, changed: dict[str, str], code: str, field: str
) -> None:
    answer = client.get("/compensation", query_string={**CLAIM, **changed}, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert (code, field) in [(finding["code"], finding["field"]) for finding in answer.json["findings"]]
    page = client.get("/compensation", query_string={**CLAIM, **changed})
    assert page.status_code == 400
    assert f'id="error-{field}-1"' in page.text


def test_a_nul_or_nothing_at_all_is_a_plain_no(client: Any, database: Any) -> None:
    assert client.get("/compensation?county=610902&movers=%00").status_code == 400
    empty = client.get("/compensation?county=610902", headers={"Accept": "application/json"})
    assert [finding["code"] for finding in empty.json["findings"]] == ["CMP-11"]


def test_trying_it_keeps_nothing(client: Any, figures_set: None, superuser: Connection) -> None:
    def kept() -> dict[str, Any]:
        """Every table's rows, but the counters of how often something is asked."""
        tables = catalog.ask(superuser, "SELECT ours.oid::regclass FROM ours WHERE kind = 'r'")
        return {
            name: superuser.execute(f"SELECT count(*) FROM {name}").fetchone()
            for name in tables
            if name != "access.attempt"
        }

    before = kept()
    assert client.get("/compensation", query_string=CLAIM).status_code == 200
    assert kept() == before


def test_the_plain_page_says_what_is_yours_and_leads_to_the_calculator(client: Any, database: Any) -> None:
    page = client.get("/yours")
    assert page.status_code == 200
    for said in (
        "这三样是您家的",
        "谁也不能这样要求您",
        "后悔了怎么办",
        "怎么投诉",
        'href="/compensation"',
        "data-read-aloud",
    ):
        assert said in page.text
