"""A business reads from which area on it is reviewed before it types anything."""

from __future__ import annotations

from landreg.core.actor import Role
from tests.exchange_kit import OPERATOR
from tests.registry_kit import Connection
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount


def test_the_form_of_a_review_says_from_which_area_on_and_what_is_counted(
    browser: Browser, account: OpenAccount, superuser: Connection
) -> None:
    account("qiye", Role.TAKER, jurisdiction=COUNTY)
    superuser.execute(
        """INSERT INTO exchange.taker (county, village, taker_id, kind, name, code, contact, account_id, opened_at, opened_by)
           SELECT %s, %s, gen_random_uuid(), 'organisation', '样本企业', '91610902MA0000001X', '', account_id, system.clock(), %s
           FROM access.account WHERE login = 'qiye'""",
        [COUNTY, COUNTY, OPERATOR.account_id],
    )
    browser.log_in("qiye")
    page = browser.get("/bids/reviews").text
    assert "亩以上的，才需要审查" in page
    assert "已受让 0" in page
