"""The members' priority of land that goes off the market: told on every page of the contract, its notice printed and recorded."""

from __future__ import annotations

from io import BytesIO

from landreg.core.actor import Actor, Role
from landreg.core.pdftext import pdf_text
from tests.contract_kit import HOUSEHOLD, OTHER, drawn, signed, today
from tests.exchange_kit import farmer_of, photographed
from tests.registry_kit import Connection
from tests.villages import VILLAGE
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
