"""The members' priority of land that goes off the market: told on every page of the contract, its notice printed and recorded."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.pdftext import pdf_text
from landreg.exchange.contracts import members, project_queries, project_runs, projects
from landreg.exchange.contracts.projects import Planned, Priced
from tests.contract_kit import HOUSEHOLD, OPERATOR, OTHER, TAKER, VALUES, drawn, says, signed, terms, today
from tests.exchange_kit import farmer_of, photographed
from tests.registry_kit import Connection
from tests.villages import COUNTY, VILLAGE
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_contract_life import ling, of, village

__all__ = ["ling", "village"]


def test_the_household_reads_it_and_the_desk_prints_the_notice_and_records_it(
    village: Actor, superuser: Connection, ling: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    account("nong.yi", Role.FARMER, jurisdiction=VILLAGE)
    farmer_of(superuser, HOUSEHOLD, login="nong.yi")
    contract = signed(drawn())
    another_browser.log_in("nong.yi")
    own = f"/my{of(contract)}"
    assert "CON-91" in another_browser.get(own).text
    page = ling.get(of(contract)).text
    assert of(contract, "members-notice.pdf") in page
    paper = ling.client.get(of(contract, "members-notice.pdf"), query_string={"first": "2026-12-01"})
    words = pdf_text(BytesIO(paper.data)).replace(" ", "")
    for said in ("流转条件公示", contract.number, "2026年12月15日", "样本种植专业合作社"):
        assert said in words, said
    assert ling.get(of(contract, "members-notice.pdf"), query_string={"first": "x"}).status_code == 400
    assert ling.get(of(contract, "members-notice.pdf"), query_string={"first": "9999-12-31"}).status_code == 400
    posted = {"on_day": today().isoformat(), "notice": (BytesIO(photographed()), "公示.jpg")}
    assert ling.post(of(contract, "members-told"), posted).status_code == 303
    assert "CON-91" not in ling.get(of(contract)).text
    assert "CON-91" not in another_browser.get(own).text


def test_of_a_household_as_taker_nobody_is_told_what_its_page_cannot_know(
    village: Actor, superuser: Connection, ling: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    account("nong.yi", Role.FARMER, jurisdiction=VILLAGE)
    farmer_of(superuser, HOUSEHOLD, login="nong.yi")
    contract = drawn(taker=OTHER)
    another_browser.log_in("nong.yi")
    assert "CON-91" not in another_browser.get(f"/my{of(contract)}").text
    assert ling.get(of(contract, "members-notice.pdf")).status_code == 404


def test_of_a_project_the_notice_is_printed_and_recorded_once_for_all_its_contracts(
    village: Actor, ling: Browser
) -> None:
    with unit_of_work(OPERATOR) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
    asked = tuple(Priced(code, Decimal(500 + place)) for place, code in enumerate(sorted(land)))
    planned = Planned("样本村整村流转", TAKER, terms(), asked, VALUES, taker_name="样本种植专业合作社")
    project = projects.open_project(OPERATOR, COUNTY, VILLAGE, planned)
    at = (COUNTY, project.project_id)
    page = f"/contracts/projects/{COUNTY}/{project.project_id}"
    paper = pdf_text(BytesIO(ling.client.get(f"{page}/members-notice.pdf").data)).replace(" ", "")
    assert all(word in paper for word in (project.number, "本村2户", "501.00元/亩·年"))
    posted = {"on_day": today().isoformat(), "notice": (BytesIO(photographed()), "公示.jpg")}
    assert ling.get(f"{page}/members-notice.pdf", query_string={"first": "9999-12-31"}).status_code == 400
    assert "CON-92" in ling.post(f"{page}/members-told", posted).text, "no contract yet"
    for home in {row.household_id: row for row in land.values()}.values():
        projects.say(OPERATOR, *at, home.household_id, says("consents", home.household_code))
        project_runs.make(OPERATOR, *at, home.household_id)
    assert "2 份合同还没有公示的记录" in ling.get(page).text
    posted = {"on_day": today().isoformat(), "notice": (BytesIO(photographed()), "公示.jpg")}
    assert ling.post(f"{page}/members-told", posted).status_code == 303
    with unit_of_work(OPERATOR) as uow:
        made = list(project_queries.contracts(uow.session, *at).values())
        assert members.project_untold(uow.session, project) == []
        rows = project_queries.parcels(uow.session, *at)
        takers = (("organisation", TAKER), ("household", OTHER))
        assert [members.project_outside(project, *taker, rows) for taker in takers] == [True, False]
    assert ["CON-91" in ling.get(of(one)).text for one in made] == [False, False]
