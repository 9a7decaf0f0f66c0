"""The opinion of a review is kept as a file, and printed as a letter to the business with its number and code (QUAL-6)."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.pdftext import pdf_text
from landreg.exchange.bidding import reviews, takers
from tests import bidding_kit as kit
from tests.exchange_kit import OPERATOR, market, photographed
from tests.registry_kit import Connection
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount

CODE = "91610900MA0000001L"


def test_the_opinion_is_kept_and_what_the_review_came_to_is_printed_for_the_business(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser, account: OpenAccount
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser)
    firm, _ = takers.open_at_counter(OPERATOR, takers.Opening("organisation", "样本农业公司", CODE, "0915-2", "gongsi"))
    asked = reviews.ask(kit.SECOND, firm, reviews.Asking(Decimal(200), "种植玉米", "", kit.FULL))
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    page = f"/sales/reviews/{COUNTY}/{asked.qualification_id}"
    assert browser.client.get(f"{page}/result.pdf").status_code == 404
    said = {"outcome": "passed", "took_part": "样本镇农业办 甲", "expert": "样本专家乙", "opinion": "样审〔2026〕1号"}
    browser.get(page)
    bare = browser.post(page, said)
    assert (bare.status_code, "附上它的扫描件" in bare.text) == (422, True)
    assert browser.post(page, {**said, "paper": (BytesIO(photographed()), "yijian.jpg")}).status_code == 303
    shown = browser.get(page).text
    assert ("yijian.jpg" in shown, "打印审查意见书" in shown) == (True, True)
    assert browser.client.get(f"{page}/opinion").data == photographed()
    told = re.sub(r"\s", "", pdf_text(BytesIO(browser.client.get(f"{page}/result.pdf").data)))
    for words in ("资格审查意见书", f"编号：{COUNTY}-S", "样本农业公司", "样审〔2026〕1号", "样本专家乙", "SHA-256"):
        assert words in told
