"""The settlement window attacked over HTTP: SQL in every field, the other process's session, what its pages give away."""

from __future__ import annotations

import io
import logging
import re
import time
from typing import Any

import pytest
from flask import request, request_started

from landreg.access import sealing
from landreg.core.actor import Desk, Role
from tests.kept_kit import Connection
from tests.registry_kit import to_rights
from tests.settlement_kit import citizen
from tests.villages import citizen_id
from tests.web.conftest import Browser, OpenAccount
from tests.web.settlement.test_window import ALONG, FORM, received, sent

INJECTED = (
    "' OR '1'='1",
    "'; SET ROLE landreg_owner; SELECT code FROM land.parcel; --",
    "') UNION SELECT code, code FROM land.parcel --",
    "\"; SELECT pg_sleep(3); --",
    "'||(SELECT string_agg(code, ',') FROM land.parcel)||'",
    "$$; COPY (SELECT * FROM registry.\"right\") TO PROGRAM 'id'; $$",
    "%(x)s %s {0} {{7*7}} :name",
    "\\'; RESET ROLE; --",
)  # fmt: skip
TEXTS = (
    "division", "ground", "name", "id_number", "phone", "origin", "village", "address", "tenure", "dwelling_since", "employer",
    "work_since", "pension_months", "note", "evidence", "other_title", "person1_name", "person1_id", "person1_relation",
    "person1_together",
)  # fmt: skip


def rows(superuser: Connection) -> dict[str, int]:
    """How many rows the land side and the window have."""
    tables = ("land.parcel", 'registry."right"', "party.member", "identity.person", "access.account")
    return {table: int((superuser.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,))[0]) for table in tables}


@pytest.mark.parametrize("field", TEXTS)
def test_sql_in_a_field_of_an_application_is_a_text_or_refused(wen: Browser, superuser: Connection, field: str) -> None:
    before = rows(superuser)
    for number, text in enumerate(INJECTED):
        began = time.monotonic()
        told = {**ALONG, "id_number": citizen(300 + number), "person1_id": citizen(400 + number), field: text}
        answer = sent(wen, **told)
        assert answer.status_code in (303, 400, 422), (field, text, answer.text[:300])
        assert time.monotonic() - began < 3
        assert "psycopg" not in answer.text
    assert rows(superuser) == before
    for column in ("origin", "address", "employer", "note"):
        if field == column:
            kept = superuser.execute(f"SELECT {column} FROM settlement.application").fetchall()
            assert {text for (text,) in kept} <= {text.strip() for text in INJECTED} | {FORM.get(column, "")}


@pytest.mark.parametrize("text", INJECTED)
def test_sql_in_a_reason_a_search_or_an_address_is_a_text_or_refused(
    wen: Browser, superuser: Connection, text: str
) -> None:
    before = rows(superuser)
    address = received(wen)
    wen.get(address)
    for path, form in (
        (f"{address}/decision", {"outcome": text, "reason": "x"}),
        (f"{address}/decision", {"outcome": "withdrawn", "reason": text}),
    ):
        assert wen.post(path, form).status_code in (303, 400, 422)
    for path in (
        f"/applications?q={text}",
        f"/applications?state={text}",
        f"/applications?page={text}",
        f"/not-taken?page={text}",
    ):
        assert wen.get(path).status_code in (200, 400)
    for path in (
        f"/applications/{text}/00000000-0000-0000-0000-000000000000",
        f"/applications/610902/{text}",
        f"/not-taken/{text}/notice",
    ):
        assert wen.get(path).status_code in (400, 404, 405)
    assert rows(superuser) == before


def test_a_paper_s_file_name_and_content_are_no_statement(wen: Browser, superuser: Connection) -> None:
    for text in INJECTED:
        sent_file = (io.BytesIO(text.encode()), f"{text}.pdf")
        answer = sent(wen, id_number=citizen(500 + len(text)), file_lease=sent_file)
        assert answer.status_code in (303, 400, 422)


def test_a_session_of_the_register_opens_nothing_at_the_window_nor_the_other_way_round(
    wen: Browser, window: Any, app: Any, account: OpenAccount, browser: Browser
) -> None:
    """One browser, two processes on one machine: their cookies have two names and two keys."""
    account("deng", Role.REGISTRAR)
    browser.log_in("deng")
    cookies = {cookie.key: cookie.value for cookie in browser.client._cookies.values()}
    stranger = window.test_client()
    for name, value in cookies.items():
        stranger.set_cookie(name, value)
        stranger.set_cookie(f"{name}-window", value)
    assert stranger.get("/applications").status_code in (302, 303, 401, 403)
    theirs = {cookie.key: cookie.value for cookie in wen.client._cookies.values()}
    assert set(theirs).isdisjoint(cookies)
    other = app.test_client()
    for value in theirs.values():
        other.set_cookie(next(iter(cookies)), value)
    assert other.get("/cases").status_code in (302, 303, 401, 403, 404)


def jar(client: Any) -> dict[str, str]:
    """The cookies that a browser keeps."""
    return {cookie.key: cookie.value for cookie in client._cookies.values()}


def test_at_one_host_name_each_process_reads_its_own_cookie_and_neither_says_nor_ends_the_other_s(
    wen: Browser, window: Any, app: Any, account: OpenAccount, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """A browser sends a host's cookies to each of its ports: both processes are sent both sessions."""
    account("deng", Role.REGISTRAR)
    browser.log_in("deng")
    sessions = {"landreg": jar(browser.client)["landreg"], "landreg-window": jar(wen.client)["landreg-window"]}
    for name, value in sessions.items():
        browser.client.set_cookie(name, value)
        wen.client.set_cookie(name, value)
    read: list[tuple[str, set[str]]] = []

    def note(sender: Any, **_: Any) -> None:
        read.append((sender.config["SESSION_COOKIE_NAME"], set(request.cookies) | {request.headers.get("Cookie", "")}))

    answers = []
    with caplog.at_level(logging.DEBUG), request_started.connected_to(note):
        for one, inside in ((browser, "/cases"), (wen, "/applications")):
            answers += [one.get(inside), one.get("/nowhere"), one.client.post("/logout"), one.post("/logout", {})]
            assert one.get(inside).status_code in (302, 303)
            # Who signed out of one is in the other as before.
            if one is browser:
                assert wen.get("/applications").status_code == 200
    assert {"landreg", "landreg-window"} == {own for own, _ in read}
    for own, names in read:
        (other,) = {"landreg", "landreg-window"} - {own}
        assert other not in names
        assert not any(sessions[other] in said for said in names)
    for number, answer in enumerate(answers):
        own, other = ("landreg", "landreg-window") if number < len(answers) / 2 else ("landreg-window", "landreg")
        assert {told.partition("=")[0] for told in answer.headers.getlist("Set-Cookie")} <= {own}
        assert sessions[other] not in answer.text
        assert "Clear-Site-Data" not in answer.headers
    assert not any(value in caplog.text for value in sessions.values())


def test_the_window_s_process_knows_no_address_of_the_register(window: Any, wen: Browser) -> None:
    for path in (
        "/cases",
        "/land",
        "/map",
        "/search?q=610902",
        "/packages",
        "/audit",
        "/certificates",
        "/exits",
        "/tiles/1/1/1",
        "/log",
    ):
        assert wen.get(path).status_code == 404, path
    assert not [
        rule
        for rule in map(str, window.url_map.iter_rules())
        if rule.startswith(("/audit", "/exit", "/land", "/cases"))
    ]


def test_a_number_that_the_register_knows_is_answered_like_one_that_it_does_not(
    wen: Browser, registrar: Any, reviewer: Any, superuser: Connection
) -> None:
    """The same page, byte for byte, for a person who has land and for one who has none."""

    def told(number: str) -> str:
        answer = sent(wen, id_number=number, address="")
        assert answer.status_code == 422
        return str(answer.text).replace(number, "")

    key = sealing._keys.file
    to_rights(registrar, reviewer, superuser, 1)
    assert key is not None
    sealing.use_key(key)
    known = citizen_id(1)
    first, second = told(known), told(citizen(901))
    token = re.compile(r'name="csrf_token"[^>]*value="[^"]*"|nonce="[^"]*"|value="[^"]{60,}"')
    assert token.sub("", first) == token.sub("", second)


def test_an_error_page_of_the_window_names_no_table_and_no_statement(
    wen: Browser, window: Any, superuser: Connection
) -> None:
    address = received(wen)
    superuser.execute("REVOKE SELECT ON settlement.evidence FROM landreg_settlement")
    window.testing = False
    window.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        answer = wen.get(address)
    finally:
        superuser.execute("GRANT SELECT ON settlement.evidence TO landreg_settlement")
        window.testing = True
        window.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500
    for word in ("SELECT", "settlement.", "psycopg", "permission", "Traceback"):
        assert word not in answer.text


def test_the_window_holds_the_url_and_keys_of_its_own_desk_alone(window_settings: Any) -> None:
    assert set(window_settings.urls) == {Desk.SETTLEMENT}
    assert set(window_settings.keys) == {"settlement", "settlement_session"}
