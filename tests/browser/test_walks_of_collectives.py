"""Land that a collective gave out, walked from its contract's page into the register, and its paper."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from uuid import UUID

from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from landreg.access import service
from landreg.access.service import NewAccount
from landreg.core.actor import Actor, Role
from landreg.log.store import seal
from tests.browser.conftest import PASSWORD, OpenPage, barriers_of, show, sign_on
from tests.browser.walk_kit import Walk, follow, right_page
from tests.database.exchange.test_collective_registered import common, contracted
from tests.registry_kit import one
from tests.villages import COUNTY

OPEN = "kind = 'land_operation' AND upper_inf(recorded) AND upper_inf(valid)"


def test_a_contract_of_a_collective_s_land_is_registered_from_its_page(
    keyed: Walk, window: OpenPage, worker: Actor, tmp_path: Path
) -> None:
    walk = keyed
    contract = contracted(walk.registrar, walk.superuser, [common(walk.superuser)])
    address = f"/contracts/{COUNTY}/{contract.contract_id}"
    new = NewAccount("ling", "交易员己", frozenset({Role.OPERATOR}), COUNTY)
    service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    Image.new("RGB", (60, 80), "white").save(paper := tmp_path / "申请书.jpg")
    market = window()
    sign_on(market, "ling")
    assert barriers_of(show(market, address)) == {}
    asked = market.locator("section[aria-labelledby=filing]")
    expect(asked).to_contain_text("可以申请土地经营权首次登记")
    asked.locator("form", has_text="申请土地经营权登记").locator("input[type=file]").set_input_files(paper)
    follow(market.get_by_role("button", name="申请土地经营权登记"))
    walk.desk.goto(address)
    follow(walk.desk.get_by_role("button", name="立案"))
    case = UUID(walk.desk.url.rsplit("/", 1)[1])
    assert walk.lacking() == ["身份证明", "成员大会会议记录"]
    read = walk.registered("other_means", case)
    assert f"{contract.number}Q" in read
    right = one(walk.registrar, f'SELECT right_id FROM registry."right" WHERE {OPEN}')
    page = walk.desk
    assert barriers_of(show(page, right_page(right))) == {}
    facts = page.locator("section[aria-labelledby=facts]")
    expect(facts).to_contain_text("承包方式")
    expect(facts).to_contain_text("公开协商承包")
    seal(worker, walk.settings)
    page.goto(f"/cases/{COUNTY}/{case}")
    follow(page.get_by_role("button", name="发证"))
    number = page.locator("section[aria-labelledby=tasks] a[href*='/certificates/']").inner_text()
    pdf = page.context.request.get(f"{page.url.split('/cases')[0]}/certificates/{number}/file").body()
    said = re.sub(r"\s", "", "".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages))
    for fact in ("不动产权证书", "土地经营权", "承包方式", "公开协商", contract.number, "样本村"):
        assert fact in said, said
    show(page, right_page(right))
    expect(page.locator("section[aria-labelledby=certificates]")).to_contain_text(number)
    follow(page.get_by_role("link", name="土地经营权变更"))
    expect(page.locator("main")).not_to_contain_text("承包方书面同意")
