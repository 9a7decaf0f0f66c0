"""Pages of transfer contracts as an operator sees them on a desk and a farmer on a phone, without barriers."""

from __future__ import annotations

from landreg.access import service
from landreg.access.service import NewAccount
from landreg.core.actor import Actor, Role
from tests.browser.conftest import PASSWORD, OpenPage, barriers_of, show, sign_on
from tests.contract_kit import OPERATOR, card_of, drawn, parcels_of, right_id, signed
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY, VILLAGE
from tests.web.test_brought import bound


def test_contracts_and_rents_are_read_and_signed_on_a_desk_and_on_a_phone(
    window: OpenPage, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    to_rights(*officers, superuser, 2)
    contract = signed(drawn())
    waiting = drawn(f"{VILLAGE}010002", codes=parcels_of(OPERATOR, right_id(f"{VILLAGE}010002")))
    new = NewAccount("ling", "交易员己", frozenset({Role.OPERATOR}), COUNTY)
    service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    desk = window()
    sign_on(desk, "ling")
    assert barriers_of(show(desk, "/contracts")) == {}
    assert barriers_of(show(desk, "/contracts/late")) == {}
    assert barriers_of(show(desk, f"/contracts/new?county={COUNTY}&household={HOUSEHOLD}&kind=lease")) == {}
    assert barriers_of(show(desk, f"/contracts/{COUNTY}/{contract.contract_id}")) == {}
    show(desk, f"/contracts/{COUNTY}/{waiting.contract_id}")
    desk.select_option("#field-side", "contractor")
    name, card = card_of(f"{VILLAGE}010002")
    assert "（户主）" in desk.inner_text("section[aria-labelledby=sign]")
    desk.fill("#field-name", name)
    desk.fill("#field-card", card)
    desk.check("#field-identity")
    desk.fill("#field-witness", "见证人甲")
    with desk.expect_navigation():
        desk.get_by_role("button", name="记录签字").click()
    assert "等另一方签字" in desk.inner_text("main")
    bound(officers[0], HOUSEHOLD, "lin.nong")
    phone = window(width=390)
    sign_on(phone, "lin.nong")
    assert barriers_of(show(phone, "/my/contracts")) == {}
    phone.set_viewport_size({"width": 390, "height": 860})
    with phone.expect_navigation():
        phone.get_by_role("link", name="看合同和租金").click()
    assert barriers_of(phone) == {}
    assert "逾期" in phone.inner_text("main")
