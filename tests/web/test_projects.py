"""The pages of a village's project and of a deal that passes land on: words, runs with their bar, the taker's signature."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from landreg.access import consents
from landreg.access.rules import Step
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import takers
from landreg.exchange.contracts import life, project_queries, project_runs, projects, queries
from landreg.exchange.contracts.projects import Planned, Priced
from tests.contract_kit import OPERATOR, PAPER, TAKER, VALUES, card_of, drawn, right_id, signed, terms, today
from tests.database.exchange.test_contract_of_deal import dealt, heard
from tests.database.exchange.test_listing_papers import put
from tests.exchange_kit import (
    NEIGHBOUR,
    agent_of,
    farmer_of,
    listing_row,
    market,
    parcels_of,
    photographed,
    put_event,
    put_listing,
)
from tests.registry_kit import Connection, to_rights
from tests.retransfer_kit import operated
from tests.villages import COUNTY, VILLAGE
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_endings import seized as seize
from tests.web.test_lapsed_offers import given_password

NEW = f"/contracts/projects/new?county={COUNTY}&village={VILLAGE}&kind=lease&unit=yuan_mu_year"


@pytest.fixture
def ling(browser: Browser, account: OpenAccount) -> Browser:
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    return browser


def rules(answer: Any) -> set[str]:
    assert 400 <= answer.status_code < 500, answer.status_code
    return set(re.findall(r'class="code">([A-Z]+-\d+)<', answer.text))


def last_run(page: str) -> UUID:
    with unit_of_work(OPERATOR) as uow:
        found = project_queries.last_run(uow.session, COUNTY, UUID(page.rsplit("/", 1)[1]))
    assert found is not None
    return found.run_id


def test_a_village_s_contracts_are_made_and_signed_in_runs_whose_bar_counts_what_is_there(
    officers: tuple[Actor, Actor], superuser: Connection, ling: Browser, worker: Actor
) -> None:
    to_rights(*officers, superuser, 2)
    with unit_of_work(OPERATOR) as uow:
        land = sorted(project_queries.contracted(uow.session, COUNTY, VILLAGE, []))
    new = f"{NEW}&from_on=2022-01-01&last_day=2027-06-30"
    said = {
        **VALUES, "title": "样本村整村流转", "unit": "yuan_mu_year", "parcel": land, "from_on": "2022-01-01", "price": "500",
        "last_day": "2027-06-30", "paid_every": "year", "paid": "before", "taker": TAKER, "taker_name": "样本种植专业合作社",
    }  # fmt: skip
    superuser.execute(
        """INSERT INTO land.division (code, name, level, parent, urban_rural)
           VALUES (left(%(v)s, 6), '样本区', 'county', '6109', ''), (left(%(v)s, 9), '样本镇', 'township', left(%(v)s, 6), ''),
               (%(v)s, '光荣村', 'village', left(%(v)s, 9), '220') ON CONFLICT DO NOTHING""",
        {"v": VILLAGE},
    )
    for named in ("", "光荣", VILLAGE, "\x00", "%"):
        chosen = ling.get("/contracts/projects/new", query_string={"named": named})
        assert chosen.status_code < 500
        assert (f'<option value="{VILLAGE}"' in chosen.text) is (named in ("", "光荣"))
    ling.get(new)
    page = ling.post(new, said).headers["Location"]
    asked = dict.fromkeys(re.findall(r'name="household" value="([^"]+)"', ling.get(page).text))
    assert len(asked) == 2
    with unit_of_work(OPERATOR) as uow:
        parcels = project_queries.parcels(uow.session, COUNTY, UUID(page.rsplit("/", 1)[1]))
    code_of = {str(one.household_id): one.household_code for one in parcels}
    for household in asked:
        name, card = card_of(code_of[household])
        word = {"kind": "consents", "name": name, "card": card, "identity": "1", "witness": "见证人甲"}
        assert rules(ling.post(f"{page}/words", {**word, "household": household, "card": ""})) == {"CON-29"}
        assert ling.post(f"{page}/words", {**word, "household": household}).status_code == 303
    assert ling.post(f"{page}/runs").status_code == 303
    signature = {"name": "社长", "witness": "见证人甲", "identity": "1"}
    assert rules(ling.post(f"{page}/signatures", signature)) == {"CON-5"}
    (bar,) = re.findall(r'data-job="([^"]+)"', ling.get(page).text)
    assert ling.get(bar).json == {
        "done": False,
        "percent": 0,
        "text": "已办 0 / 2 户，拟成 0 份，还没有表示意愿的 0 户，不参加的 0 户，不能拟的 0 户。",
    }
    # As a worker leaves it that is killed when one is made and no figure is written.
    first = next(iter(asked))
    project_runs.make(OPERATOR, COUNTY, UUID(page.rsplit("/", 1)[1]), UUID(first))
    assert (
        ling.get(bar).json["text"] == "已办 1 / 2 户，拟成 1 份，还没有表示意愿的 0 户，不参加的 0 户，不能拟的 0 户。"
    )
    assert project_runs.work(worker) == 1
    assert ling.get(bar).json == {
        "done": True,
        "percent": 100,
        "text": "已办 2 / 2 户，拟成 2 份，还没有表示意愿的 0 户，不参加的 0 户，不能拟的 0 户。",
    }
    shown = ling.get(page).text
    assert ('data-job="' in shown, "有 2 份合同等受让方签字。" in shown) == (False, True)
    for wrong in ({**signature, "witness": " "}, {**signature, "identity": ""}, {**signature, "name": "\x00"}):
        assert rules(ling.post(f"{page}/signatures", wrong)) & {"CON-3", "FORM-1", "FORM-6", "FORM-9", "FORM-10"}
    assert rules(ling.post(f"{page}/signatures", signature)) == {"CON-29"}
    mandate = {"attorney": (BytesIO(photographed()), "授权委托书.jpg")}
    assert ling.post(f"{page}/signatures", signature | mandate).status_code == 303
    # Asked for when an organisation signed without its paper: refused once, for all of the run, and asked for anew.
    superuser.execute("UPDATE exchange.project_run SET given = given - 'paper' - 'attorney' WHERE state = 'waiting'")
    assert project_runs.work(worker) == 1
    shown = ling.get(page).text
    assert (re.findall(r'class="code">(CON-\d+)<', shown), 'value="go"' in shown) == (["CON-29"], False)
    assert ling.get(f"{page}/runs/{last_run(page)}.json").json == {
        "done": True, "percent": 0, "text": "已办 0 / 2 份，签成 0 份，不能签的 0 份。"
    }  # fmt: skip
    mandate = {"attorney": (BytesIO(photographed()), "授权委托书.jpg")}
    assert ling.post(f"{page}/signatures", signature | mandate).status_code == 303
    assert rules(ling.post(f"{page}/signatures", signature)) == {"CON-5"}
    assert project_runs.work(worker) == 1
    shown = ling.get(page).text
    assert "已办 2 / 2 份，签成 2 份，不能签的 0 份。" in shown
    assert "没有等待签字的合同。" in shown
    assert ling.get(bar.replace(page.rsplit("/", 1)[1], str(uuid4()))).status_code == 404


def test_land_that_something_has_for_the_days_of_a_project_is_shown_with_the_reason_and_not_to_be_ticked(
    officers: tuple[Actor, Actor], superuser: Connection, ling: Browser
) -> None:
    """CON-2 of a contract, CON-32 of a listing, TR-12 of a seizure; posted all the same each is refused."""
    market(*officers, superuser, 3)
    with unit_of_work(OPERATOR) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
    homes: dict[str, list[str]] = {}
    for code, row in sorted(land.items()):
        homes.setdefault(row.household_code, []).append(code)
    leased, listed, seized = sorted(homes)
    lease = signed(drawn(leased, homes[leased][:1], from_on=date(2027, 1, 1), until_on=date(2030, 1, 1)))
    owner = farmer_of(superuser, listed)
    listing = put_listing(owner, listing_row(owner, right_id(listed), household_code=listed), homes[listed][:1])
    seize(officers, superuser, right_id(seized), 20)
    days = "&from_on=2027-01-01&last_day=2029-12-31"
    page = ling.get(NEW + days).text
    free = {code for home in (leased, listed) for code in homes[home][1:]}
    assert set(re.findall(r'name="parcel" value="(\d+)"', page)) == free
    for code, reason in (
        (homes[leased][0], lease.number),
        (homes[listed][0], listing.number),
        (homes[seized][0], "TR-12"),
    ):
        row = re.search(rf"<tr><td><input[^>]*disabled aria-label=\"{code}\".*?</tr>", page, re.S)
        assert row
        assert reason in row[0]
        assert re.search(r'户\*\d <span class="sub">样本村一组</span><br><span class="code sub">\d{18}<', row[0])
    asked = {
        **VALUES, "title": "样本村整村流转", "unit": "yuan_mu_year", "parcel": sorted(land), "from_on": "2027-01-01",
        "price": "500", "last_day": "2029-12-31", "paid_every": "year", "paid": "before", "taker": TAKER, "taker_name": "合作社",
    }  # fmt: skip
    assert rules(ling.post(NEW + days, asked)) >= {"CON-2", "CON-32", "TR-12"}
    # Other days, nothing but the seizure.
    page = ling.get(f"{NEW}&from_on=2040-01-01&last_day=2041-12-31").text
    assert set(re.findall(r'name="parcel" value="(\d+)"', page)) == {*homes[leased], *homes[listed]}
    assert 'name="parcel"' not in ling.get(NEW).text
    assert ling.get(f"{NEW}&from_on=2040-01-01&last_day=9999-12-31").status_code == 200


def test_the_contract_of_a_deal_that_passes_land_on_shows_what_it_rests_on_and_asks_for_no_consent_again(
    officers: tuple[Actor, Actor], superuser: Connection, ling: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    account("er.nong", Role.FARMER, jurisdiction=VILLAGE)
    right, _first = operated(*officers, superuser)
    land = parcels_of(officers[0], right)
    row = put(farmer_of(superuser, NEIGHBOUR, login="er.nong"), right, land, "contractor_consent")
    put_event(OPERATOR, row, "published")
    with unit_of_work(OPERATOR) as uow:
        taker = takers.by_code(uow, COUNTY, VILLAGE, TAKER, "样本种植专业合作社")
    heard(superuser, row, taker.taker_id)
    deal = dealt(row, taker.taker_id, row.price)
    address = f"/contracts/of-deal/{COUNTY}/{deal.deal_id}"
    assert "依据登记的土地经营权" in ling.get(address).text
    page = ling.get(address).text
    assert ("contractor_consent.jpg" in page, 'name="contractor_consent"' in page) == (True, False)
    made = ling.post(address, VALUES)
    assert made.status_code == 303, rules(made)
    page = ling.get(made.headers["Location"]).text
    assert re.search(r"户\*1 → 户\*2<.*户\*2 → 样本种植专业合作社 <", page, re.S)
    assert not re.search(r"户主[12]", page)
    # Ended, it is offered anew out of the right by which the land is operated, filled in from the listing that brought it.
    made_id = UUID(made.headers["Location"].rsplit("/", 1)[1])
    with unit_of_work(OPERATOR) as uow:
        made_one = queries.one(uow.session, COUNTY, made_id)
    assert made_one is not None
    signed(made_one)
    life.end(OPERATOR, COUNTY, made_id, life.End("agreed", today()), PAPER)
    another_browser.log_in("er.nong")
    assert "成交了，合同双方已经签好" in another_browser.get("/").text
    anew = f"/my/listings/new/{right}?again={row.listing_id}"
    assert f'href="{anew}">再次挂牌' in another_browser.get(f"/my/contracts/{COUNTY}/{made_id}").text
    assert 'name="instead_of"' in another_browser.get(anew).text


def test_a_household_is_told_which_parcel_is_barred_by_its_listing_and_its_yes_goes_without_it(
    officers: tuple[Actor, Actor], superuser: Connection, ling: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    """The same on the desk's page of the project; posted all the same it is refused, and so is a yes with no parcel at all."""
    account("nong.jia", Role.FARMER, jurisdiction=VILLAGE)
    market(*officers, superuser, 1)
    with unit_of_work(OPERATOR) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
    code = next(iter(land.values())).household_code
    barred, *free = sorted(land)
    owner = farmer_of(superuser, code, login="nong.jia")
    listing = put_listing(owner, listing_row(owner, right_id(code), household_code=code), [barred])
    planned = Planned(
        "样本村整村流转", TAKER, terms(from_on=date(2040, 1, 1), until_on=date(2042, 1, 1)),
        tuple(Priced(one, Decimal(500)) for one in sorted(land)), VALUES, taker_name="样本种植专业合作社",
    )  # fmt: skip
    project = projects.open_project(OPERATOR, COUNTY, VILLAGE, planned)
    superuser.execute("UPDATE exchange.project SET from_on = '2027-01-01', until_on = '2030-01-01'")
    another_browser.log_in("nong.jia")
    page = another_browser.get("/my/contracts").text
    assert set(re.findall(r'name="keep" value="(\d+)"', page)) == set(free)
    assert listing.number in page
    word = f"/my/projects/{COUNTY}/{project.project_id}"
    assert rules(another_browser.post(word, {"kind": "consents", "keep": [barred, *free]})) == {"CON-32"}
    assert rules(another_browser.post(word, {"kind": "consents"})) == {"CON-32", "CON-97"}  # CON-32: of the page
    shown = ling.get(f"/contracts/projects/{COUNTY}/{project.project_id}").text
    assert f'<input type="hidden" name="left_out" value="{barred}">' in shown
    assert listing.number in shown
    assert "checked" not in re.sub(r"<nav.*?</nav>", "", page, flags=re.S)
    assert rules(another_browser.post(word, {"kind": "consents", "keep": free})) >= {"CON-108"}
    assert another_browser.get(word).status_code == 303
    shown = another_browser.get(f"{word}?{urlencode({'keep': free}, doseq=True)}").text
    assert "授权按此条款签订" in shown
    assert VALUES["paid_to"] in shown
    assert re.search(r"合同期内一共要付 [0-9,.]+ 元，由对方付；第一期 [0-9,.]+ 元，2027-01-01 付", shown)
    assert "质量等级：以登记簿记载为准" in shown, (
        "not what the project's form said: the contract has the register's grade"
    )
    (read,) = re.findall(r'name="read" value="(\w{64})"', shown)
    assert another_browser.post(word, {"kind": "consents", "keep": free, "read": read}).status_code == 303
    # A contract has the other parcel by now: told to whom the household lets sign for it too.
    lease = signed(drawn(code, free[:1], from_on=date(2027, 1, 1), until_on=date(2030, 1, 1)))
    agent = agent_of(superuser)
    consent = consents.give(owner, agent.account_id, Step.SIGN, today(), today() + timedelta(days=3))
    ling.log_in(given_password(superuser, agent))
    seen = ling.get(f"/agent/{COUNTY}/{consent}/contracts").text
    assert (lease.number in seen, 'name="keep"' in seen, "现在拟不成合同" in seen) == (True, False, True)
    with unit_of_work(OPERATOR) as uow:
        said = project_queries.last_word(
            uow.session, COUNTY, project.project_id, next(iter(land.values())).household_id
        )
    assert said is not None
    assert said.left_out == [barred]
