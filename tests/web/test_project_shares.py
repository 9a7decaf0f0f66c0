"""A village's project of shares: what each household's land is valued at, and its shares, follow from the parcels that it gives."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlencode

import pytest

from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.pdftext import pdf_text
from landreg.core.units import half_up, mu_of, total_mu
from landreg.exchange.contracts import project_queries, project_runs, projects
from landreg.exchange.contracts.model import Project
from landreg.exchange.contracts.projects import Planned, Priced, Said
from tests.contract_kit import OPERATOR, SHARES, SHARES_BY_MU, TAKER, says, terms, today
from tests.exchange_kit import farmer_of
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id, past_triggers
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


def opened(values: dict[str, str]) -> Project:
    with unit_of_work(OPERATOR) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
    first = today() - timedelta(days=200)
    asked = terms(kind="share", unit="share", from_on=first, until_on=first + timedelta(days=500))
    priced = tuple(Priced(code, Decimal(500)) for code in sorted(land))
    return projects.open_project(
        OPERATOR, COUNTY, VILLAGE, Planned("入股", TAKER, asked, priced, values, taker_name="样本种植专业合作社")
    )


def test_valuation_and_shares_follow_from_the_parcels_that_a_household_gives(
    superuser: Connection, browser: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    account("nong.jia", Role.FARMER, jurisdiction=VILLAGE)
    browser.log_in("ling")
    project = opened(SHARES_BY_MU)
    with unit_of_work(OPERATOR) as uow:
        rows = project_queries.parcels(uow.session, COUNTY, project.project_id)
    own = [one for one in rows if one.household_code == HOUSEHOLD]
    assert len(own) > 1
    farmer_of(superuser, HOUSEHOLD, login="nong.jia")
    another_browser.log_in("nong.jia")
    at = f"/my/projects/{COUNTY}/{project.project_id}"

    def shown(kept: list[str]) -> str:
        return another_browser.get(f"{at}?{urlencode({'keep': kept}, doseq=True)}").text

    def of(mu: Decimal) -> str:
        return f"作价 {half_up(mu * 1500)} 元，由评估组评定，折 {half_up(mu * Decimal('1.25'))} 股"

    whole, first = total_mu(one.area_m2 for one in own), mu_of(own[0].area_m2)
    assert of(whole) in shown([one.parcel_code for one in own])
    page = shown([own[0].parcel_code])
    assert of(first) in page
    assert f"每亩作价 1500 元、折 1.25 股；这 {first} 亩" in page
    (read,) = re.findall(r'name="read" value="(\w{64})"', page)
    said = {"kind": "consents", "keep": own[0].parcel_code, "read": read}
    assert another_browser.post(at, said).status_code == 303
    desk = browser.get(f"/contracts/projects/{COUNTY}/{project.project_id}").text
    assert f"作价 {half_up(first * 1500):,} 元，折 {half_up(first * Decimal('1.25')):,} 股" in desk
    project_runs.make(OPERATOR, COUNTY, project.project_id, own[0].household_id)
    with unit_of_work(OPERATOR) as uow:
        made = project_queries.contract_of(uow.session, COUNTY, project.project_id, own[0].household_id)
    assert made is not None
    assert (made.clauses["valued_yuan"], made.clauses["shares"]) == (
        str(half_up(first * 1500)), str(half_up(first * Decimal("1.25"))),
    )  # fmt: skip
    paper = browser.client.get(f"/contracts/{COUNTY}/{made.contract_id}/contract.pdf").data
    assert "".join(of(first).split()) in "".join(pdf_text(BytesIO(paper)).split())


def test_a_valuation_that_is_unusual_is_asked_about_before_the_yes(
    superuser: Connection, browser: Browser, account: OpenAccount
) -> None:
    account("nong.jia", Role.FARMER, jurisdiction=VILLAGE)
    project = opened({**SHARES_BY_MU, "valued_yuan_mu": "1"})
    farmer_of(superuser, HOUSEHOLD, login="nong.jia")
    browser.log_in("nong.jia")
    with unit_of_work(OPERATOR) as uow:
        rows = project_queries.parcels(uow.session, COUNTY, project.project_id)
    kept = [one.parcel_code for one in rows if one.household_code == HOUSEHOLD]
    page = browser.get(f"/my/projects/{COUNTY}/{project.project_id}?{urlencode({'keep': kept}, doseq=True)}").text
    assert "CON-113" in page


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (SHARES, {("TR-7", "valued_yuan_mu"), ("FORM-1", "shares_mu")}),
        ({**SHARES_BY_MU, "valued_yuan_mu": "0"}, {("CON-41", "valued_yuan_mu")}),
        ({**SHARES_BY_MU, "shares_mu": "0.0001"}, {("CON-41", "shares_mu")}),
    ],
    ids=["one sum whatever is given", "nothing", "less than a hundredth"],
)
def test_a_project_of_shares_is_refused_without_what_a_mu_comes_to(
    values: dict[str, str], told: set[tuple[str, str]]
) -> None:
    with pytest.raises(Refused) as refused:
        opened(values)
    assert {(one.code, one.field) for one in refused.value.findings} == told


def test_the_form_of_a_project_asks_by_the_mu(browser: Browser, account: OpenAccount) -> None:
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    first = today() + timedelta(days=30)
    days = f"from_on={first}&last_day={first + timedelta(days=400)}"
    page = browser.get(f"/contracts/projects/new?county={COUNTY}&village={VILLAGE}&kind=share&{days}").text
    assert set(re.findall(r'name="(valued_yuan\w*|shares\w*)"', page)) == {"valued_yuan_mu", "shares_mu"}


def test_a_household_s_word_at_the_counter_is_of_its_own_land_too() -> None:
    project = opened(SHARES_BY_MU)
    with unit_of_work(OPERATOR) as uow:
        rows = project_queries.parcels(uow.session, COUNTY, project.project_id)
    own = [one for one in rows if one.household_code == HOUSEHOLD]
    projects.say(OPERATOR, COUNTY, project.project_id, own[0].household_id, says("consents", HOUSEHOLD))
    project_runs.make(OPERATOR, COUNTY, project.project_id, own[0].household_id)
    with unit_of_work(OPERATOR) as uow:
        made = project_queries.contract_of(uow.session, COUNTY, project.project_id, own[0].household_id)
    assert made is not None
    assert Decimal(made.clauses["valued_yuan"]) == half_up(total_mu(one.area_m2 for one in own) * 1500)


def test_a_project_opened_over_one_sum_says_that_another_is_to_be_opened_and_takes_no_yes(
    superuser: Connection, browser: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    """TR-7, before anybody says yes to blanks."""
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    account("nong.jia", Role.FARMER, jurisdiction=VILLAGE)
    project = opened(SHARES_BY_MU)
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.project SET clauses = %s", [json.dumps(dict(SHARES))])
    with unit_of_work(OPERATOR) as uow:
        rows = project_queries.parcels(uow.session, COUNTY, project.project_id)
    own = [one for one in rows if one.household_code == HOUSEHOLD]
    actor = farmer_of(superuser, HOUSEHOLD, login="nong.jia")
    another_browser.log_in("nong.jia")
    browser.log_in("ling")
    kept = urlencode({"keep": [one.parcel_code for one in own]}, doseq=True)
    page = another_browser.get(f"/my/projects/{COUNTY}/{project.project_id}?{kept}").text
    assert "另开一个项目" in page
    assert 'value="consents"' not in page
    assert "另开一个项目" in browser.get(f"/contracts/projects/{COUNTY}/{project.project_id}").text
    at_counter = Said("consents", name="户主1", identity_checked=True, witness="见证人甲", card=citizen_id(1))
    for who, said in ((actor, Said("consents")), (OPERATOR, at_counter)):
        with pytest.raises(Refused) as refused:
            projects.say(who, COUNTY, project.project_id, own[0].household_id, said)
        assert [(one.code, one.field) for one in refused.value.findings] == [("TR-7", "valued_yuan_mu")]
