"""The way of a farmer to an account: from the login page, and from the sheet with both codes in its QR code."""

from __future__ import annotations

from tests.web.conftest import Browser


def test_the_login_page_leads_to_it_and_the_address_of_the_sheet_fills_it_in(browser: Browser) -> None:
    assert 'href="/join"' in browser.get("/login").text
    page = browser.get("/join?household=610902104202010001&code=ABCD-EFGH-JKLM").text
    assert 'value="610902104202010001"' in page
    assert 'value="ABCD-EFGH-JKLM"' in page
