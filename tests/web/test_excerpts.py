"""Excerpts from the register: two days on the paper, a leaf in the log, and a check for whoever holds the paper."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from landreg.config import Settings
from landreg.core.actor import WORKER, Actor, Desk, Role
from landreg.core.pdftext import pdf_text
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry.leaves import logged
from tests.acts_kit import change, pass_hours
from tests.registry_kit import Connection, one, to_rights
from tests.villages import COUNTY, past_triggers
from tests.web.conftest import Browser, OpenAccount

ASKED = {"applicant": "户主1", "purpose": "办理贷款"}


@pytest.fixture
def officers(account: OpenAccount) -> tuple[Actor, Actor]:
    return tuple(
        Actor(account(login, role), f"{login}先生", Desk.REGISTRY, frozenset({role}), COUNTY)
        for login, role in (("deng", Role.REGISTRAR), ("shen", Role.REVIEWER))
    )  # type: ignore[return-value]


@pytest.fixture
def right(browser: Browser, officers: tuple[Actor, Actor], superuser: Connection) -> Any:
    """The id of a registered right of 800 m², since 2020-03-01 of 790 m²; the registrar is logged in."""
    to_rights(*officers, superuser, 1)
    pass_hours(superuser)
    found = one(officers[0], "SELECT right_id FROM registry.\"right\" WHERE kind = 'contract_management'")
    change(officers[0], "registry.right", found, {"area_m2": "790"}, since=date(2020, 3, 1))
    browser.log_in("deng")
    return found


def test_an_excerpt_tells_of_the_day_asked_for_and_anyone_may_check_it(
    browser: Browser, another_browser: Browser, right: Any, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    assert "出具登记簿摘录" in browser.get(f"/rights/{COUNTY}/{right}").text
    answer = browser.post(f"/rights/{COUNTY}/{right}/excerpts?day=2019-12-31", ASKED)
    assert answer.status_code == 303
    with browser.client.get(answer.location) as file:
        assert file.data.startswith(b"%PDF")
    number, token = superuser.execute("SELECT number, token FROM registry.excerpt").fetchone() or ("", "")
    assert answer.location.endswith(number)
    for address in (f"/check?number={number}", f"/c/{token}"):
        page = another_browser.get(address).text
        assert "2019-12-31" in page
        assert "800.00 m²" in page
        assert "户主1" not in page
    assert another_browser.client.get(answer.location).status_code != 200


def test_excerpts_print_the_day_of_the_contract_and_of_the_one_that_brought_a_parcel(
    browser: Browser, right: Any, superuser: Connection
) -> None:
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.contract SET signed_on = '1998-03-21'")
        superuser.execute(
            "UPDATE registry.right_parcel SET signed_on = '2024-05-06' WHERE kind = 'contract_management'"
        )
        superuser.execute("UPDATE registry.\"right\" SET mu = 1.19 WHERE kind = 'contract_management'")
    code = superuser.execute("SELECT code FROM party.household LIMIT 1").fetchone()[0]
    for address in (f"/rights/{COUNTY}/{right}/excerpts", f"/excerpts/new/household/{code}"):
        browser.get(f"/rights/{COUNTY}/{right}")
        answer = browser.post(address, ASKED)
        assert answer.status_code == 303
        with browser.client.get(answer.location) as file:
            text = pdf_text(io.BytesIO(file.data)).replace("\n", "")
        assert "1998-03-21" in text
        assert "1.19" in text
        assert ("各地块亩数之和 1.20 亩" in text) is ("/rights/" in address)
        assert "2024-05-06 签订的合同取得" in text


def test_an_excerpt_tells_nothing_of_a_day_to_come_and_of_no_day_that_was_mistyped(
    browser: Browser, right: Any, superuser: Connection
) -> None:
    code = superuser.execute("SELECT code FROM party.household LIMIT 1").fetchone()[0]
    form = f"/rights/{COUNTY}/{right}"
    for page, address in ((form, f"{form}/excerpts"), (None, f"/excerpts/new/household/{code}")):
        browser.get(form)
        for day, rule in (("2999-01-01", "CLK-1"), ("2026-13-45", "FORM-2")):
            refused = browser.post(f"{address}?day={day}", ASKED)
            assert (refused.status_code, rule in refused.text) == (400, True), (address, day)
        shown = browser.get(f"{page or address}?day=2026-13-45&said=%27")
        assert (shown.status_code, "FORM-2" in shown.text) == (400, True)
        assert 'name="purpose"' not in shown.text, "no paper of today for who meant another day"
    shown = browser.get(f"/households/{code}?day=2026-13-45")
    assert "/excerpts/new" not in shown.text
    assert superuser.execute("SELECT count(*) FROM registry.excerpt").fetchone() == (0,)


def test_an_excerpt_is_refused_without_who_asks_what_for_or_where_there_was_no_right(
    browser: Browser, another_browser: Browser, right: Any, superuser: Connection
) -> None:
    browser.get(f"/rights/{COUNTY}/{right}")
    refused = browser.post(f"/rights/{COUNTY}/{right}/excerpts", {"applicant": "", "purpose": ""})
    assert refused.status_code == 400
    assert refused.text.count("FORM-1") >= 2
    assert browser.post(f"/rights/{COUNTY}/{right}/excerpts?day=1990-01-01", ASKED).status_code == 404
    another_browser.log_in("shen")
    assert another_browser.post(f"/rights/{COUNTY}/{right}/excerpts", ASKED).status_code == 403
    assert superuser.execute("SELECT count(*) FROM registry.excerpt").fetchone() == (0,)


@pytest.mark.parametrize(
    "changed", ["said_at = said_at - interval '1 day'", "valid_on = valid_on - 1", "purpose = '别的'"]
)
def test_an_excerpt_changed_behind_the_register_s_back_is_named(
    browser: Browser, right: Any, superuser: Connection, database: Settings, changed: str
) -> None:
    browser.get(f"/rights/{COUNTY}/{right}")
    assert browser.post(f"/rights/{COUNTY}/{right}/excerpts", ASKED).status_code == 303
    seal(WORKER, database)

    def named() -> list[tuple[str, str | None]]:
        found = recheck(WORKER, database, {"excerpt.issued": logged.SOURCES["excerpt.issued"]}, logged.TABLES).findings
        return [(finding.code, finding.layer) for finding in found]

    assert named() == []
    superuser.execute(f"UPDATE registry.excerpt SET {changed}")
    assert named() == [("LOG-17", "registry.excerpt")]
