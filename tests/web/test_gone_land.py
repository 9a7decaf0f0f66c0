"""The pages of expropriated land say that it was."""

from __future__ import annotations

from typing import Any

from landreg.core.actor import Actor, Role
from landreg.registry.rules.requests import Cancellation
from tests.bidding_kit import farmer
from tests.contract_kit import drawn
from tests.exchange_kit import TERM, parcels_of
from tests.registry_kit import HOUSEHOLD, Connection, applied, booked, one, right_of, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password


def test_a_draft_over_it_says_to_the_desk_and_to_its_household_that_nobody_signs_it(
    app: Any, account: OpenAccount, browser: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    """CON-109 on the desk's page with the case, on the household's own without it."""
    to_rights(*officers, superuser, 2, **TERM)
    contract = drawn()
    case = applied(officers[0], "cancellation", Cancellation("expropriation"), right_of(officers[0]))
    booked(*officers, superuser, case, "cancellation")
    number = one(officers[0], 'SELECT number FROM registry."case" WHERE case_id = :case', case=case)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    desk = Browser(app.test_client())
    desk.log_in("ling")
    browser.log_in(given_password(superuser, farmer(superuser, HOUSEHOLD)))
    address = f"/contracts/{COUNTY}/{contract.contract_id}"
    for page, with_case in ((desk.get(address).text, True), (browser.get(f"/my{address}").text, False)):
        said = page[page.index("现在不在甲方名下了") :].split("。")[0]
        assert ("这份拟好的合同不能签" in said, number in said) == (True, with_case)


def test_the_pages_of_a_parcel_and_its_rights_say_that_it_was_expropriated(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    to_rights(*officers, superuser, 2)
    right = right_of(officers[0])
    code = parcels_of(officers[0], right)[0]
    forms = [f"/parcels/{code}/{form}" for form in ("acts/parcel_split", "acts/part_loss", "correction")]
    assert all(form in deng.get(f"/parcels/{code}").text for form in forms)
    case = applied(officers[0], "cancellation", Cancellation("expropriation"), right)
    booked(*officers, superuser, case, "cancellation")
    assert [form in deng.get(f"/parcels/{code}").text for form in forms] == [False, False, True]
    number = one(officers[0], 'SELECT number FROM registry."case" WHERE case_id = :case', case=case)
    for path in (f"/parcels/{code}", f"/rights/of-parcel/{code}"):
        page = deng.get(path).text
        assert "依法征收" in page
        assert number in page
        assert "不再是集体的土地" in page
        assert "所有权属于农民集体" not in page
    assert number in deng.get(f"/parcels/{code}.json").text
