"""The interface as programs call it: tokens, what each may see, keys of requests, and problems in one form."""

from __future__ import annotations

import json
import threading
from typing import Any
from uuid import uuid4

import pytest

from landreg.access import clients
from landreg.access.clients import Registered
from landreg.access.service import SYSTEM
from landreg.core.actor import Actor, Role
from landreg.core.errors import Conflict
from tests.interface_kit import Program, program, registered
from tests.kept_kit import Connection
from tests.registry_kit import to_rights
from tests.villages import COUNTY, VILLAGE
from tests.web.conftest import Browser, OpenAccount

HOOK = {"url": "http://127.0.0.1:9/told", "kinds": ["listing.published"]}


@pytest.fixture
def made(superuser: Connection) -> Registered:
    return registered(superuser)


@pytest.fixture
def office(app: Any, made: Registered) -> Program:
    return program(app, made)


def codes(answer: Any) -> set[str]:
    return {one["code"] for one in answer.get_json()["findings"]}


def test_a_program_is_let_in_by_its_secret_and_never_told_apart_from_an_unknown_one(app: Any, made: Registered) -> None:
    client = app.test_client()
    form = {"grant_type": "client_credentials"}
    good = client.post("/api/v1/token", data={**form, "client_id": str(made.client_id), "client_secret": made.secret})
    assert good.status_code == 200
    assert good.get_json()["token_type"] == "Bearer"
    assert good.get_json()["expires_in"] == 900
    wrong = [
        client.post("/api/v1/token", data=form, auth=(str(made.client_id), "x" * 43)),
        client.post("/api/v1/token", data=form, auth=(str(uuid4()), made.secret)),
        client.post("/api/v1/token", data=form, auth=("no id", made.secret)),
    ]
    assert {(one.status_code, one.get_json()["error"]) for one in wrong} == {(401, "invalid_client")}
    assert len({one.text for one in wrong}) == 1


@pytest.mark.parametrize(("form", "error"), [
    ({"grant_type": "password"}, "unsupported_grant_type"),
    ({}, "unsupported_grant_type"),
    ({"grant_type": "client_credentials", "scope": "everything"}, "invalid_scope"),
])  # fmt: skip
def test_a_token_is_refused_in_the_form_of_its_standard(app: Any, made: Registered, form: Any, error: str) -> None:
    answer = app.test_client().post("/api/v1/token", data=form, auth=(str(made.client_id), made.secret))
    assert (answer.status_code, answer.get_json()["error"]) == (400, error)


def test_the_database_holds_no_secret_and_no_token(superuser: Connection, made: Registered, office: Program) -> None:
    rows = superuser.execute(
        "SELECT to_jsonb(c)::text FROM access.client AS c UNION ALL SELECT to_jsonb(t)::text FROM access.client_token AS t"
    )
    told = "".join(row for (row,) in rows.fetchall())
    assert made.secret not in told
    assert office.token not in told


def test_without_a_token_with_an_old_one_or_one_for_something_else_nothing_is_told(
    app: Any, superuser: Connection, made: Registered, office: Program
) -> None:
    nobody = app.test_client().get("/api/v1/listings")
    assert (nobody.status_code, codes(nobody)) == (401, {"API-3"})
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
    assert nobody.mimetype == "application/problem+json"
    narrow = program(app, made, scope="deals:read")
    assert narrow.ask("GET", "/deals").status_code == 200
    refused = narrow.ask("GET", "/listings")
    assert (refused.status_code, codes(refused)) == (403, {"API-11"})
    superuser.execute(
        "UPDATE access.client_token SET ends_at = clock_timestamp(), issued_at = clock_timestamp() - interval '1 hour'"
    )
    assert office.ask("GET", "/listings").status_code == 401


def test_a_program_that_is_shut_out_is_out_at_once(app: Any, made: Registered, office: Program) -> None:
    assert office.ask("GET", "/webhooks").status_code == 200
    clients.end(SYSTEM, made.client_id)
    assert office.ask("GET", "/webhooks").status_code == 401
    with pytest.raises(Conflict) as error:
        clients.end(SYSTEM, made.client_id)
    assert {one.code for one in error.value.findings} == {"API-2"}
    answer = app.test_client().post(
        "/api/v1/token", data={"grant_type": "client_credentials"}, auth=(str(made.client_id), made.secret)
    )
    assert answer.status_code == 401


def test_who_is_logged_in_gets_nothing_from_the_interface_by_a_cookie(browser: Browser, account: OpenAccount) -> None:
    account("gao", Role.ADMINISTRATOR)
    browser.log_in("gao")
    assert browser.client.get("/api/v1/listings").status_code == 401
    assert browser.client.post("/api/v1/webhooks", json=HOOK).status_code == 401


def test_parcels_are_told_without_a_word_of_anybody(
    superuser: Connection, office: Program, registrar: Actor, reviewer: Actor
) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    page = office.ask("GET", f"/parcels?village={VILLAGE}&limit=2").get_json()
    assert len(page["items"]) == 2
    rest = office.client.get(page["next"], headers={"Authorization": f"Bearer {office.token}"}).get_json()
    told = [one["code"] for one in [*page["items"], *rest["items"]]]
    assert told == sorted(set(told))
    first = page["items"][0]
    assert first["rights"][0]["kind"] in ("contract_management", "homestead_use")
    assert office.ask("GET", f"/parcels/{COUNTY}/{first['code']}").get_json() == first
    names = superuser.execute("SELECT name, code FROM party.household").fetchall()
    assert names
    for name, code in names:
        assert name not in json.dumps([page, rest], ensure_ascii=False)
        assert code not in json.dumps([page, rest])


def test_a_program_of_another_county_sees_no_parcel_of_this_one(
    app: Any, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    (code,) = superuser.execute("SELECT code FROM land.parcel LIMIT 1").fetchone()  # type: ignore[misc]
    stranger = program(app, registered(superuser, within="610921", name="别县系统"))
    assert stranger.ask("GET", f"/parcels/{COUNTY}/{code}").status_code == 404
    assert stranger.ask("GET", f"/parcels?village={VILLAGE}").get_json()["items"] == []


def test_what_was_not_changed_is_not_sent_again(office: Program) -> None:
    first = office.ask("GET", "/listings")
    again = office.ask("GET", "/listings", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_a_request_asked_again_with_its_key_is_answered_the_same_and_done_once(
    superuser: Connection, office: Program
) -> None:
    key = str(uuid4())
    first, second = (office.ask("POST", "/webhooks", HOOK, key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert superuser.execute("SELECT count(*) FROM exchange.webhook").fetchone() == (1,)
    other = office.ask("POST", "/webhooks", {**HOOK, "kinds": ["deal.made"]}, key)
    assert (other.status_code, codes(other)) == (422, {"API-4"})


def test_a_request_sent_four_times_at_the_same_moment_is_done_once(
    app: Any, superuser: Connection, office: Program
) -> None:
    key, answers = str(uuid4()), []

    def ask() -> None:
        answers.append(Program(app.test_client(), office.token).ask("POST", "/webhooks", HOOK, key).get_json())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one["webhook"] for one in answers}) == 1
    assert len(answers) == 4
    assert superuser.execute("SELECT count(*) FROM exchange.webhook").fetchone() == (1,)


def test_a_key_belongs_to_its_program(app: Any, superuser: Connection, office: Program) -> None:
    key = str(uuid4())
    another = program(app, registered(superuser, name="另一个系统"))
    mine, theirs = (one.ask("POST", "/webhooks", HOOK, key).get_json() for one in (office, another))
    assert mine["webhook"] != theirs["webhook"]
    assert another.ask("DELETE", f"/webhooks/{mine['webhook']}").status_code == 404


@pytest.mark.parametrize(("body", "found"), [
    ({}, {"FORM-1"}),
    ({"url": 7, "kinds": "deal.made"}, {"API-6"}),
    ({**HOOK, "kinds": []}, {"API-6"}),
    ({**HOOK, "kinds": ["settled"]}, {"FORM-5"}),
    ({**HOOK, "more": 1}, {"API-7"}),
    ({**HOOK, "url": "http://127.0.0.1:9/\n"}, {"API-6"}),
    ([], {"API-6"}),
    (None, {"API-6"}),
])  # fmt: skip
def test_a_body_that_does_not_fit_is_refused_with_every_field_at_fault(
    office: Program, body: Any, found: set[str]
) -> None:
    answer = office.client.post(
        "/api/v1/webhooks", data=json.dumps(body), content_type="application/json",
        headers={"Authorization": f"Bearer {office.token}", "Idempotency-Key": str(uuid4())},
    )  # fmt: skip
    assert (answer.status_code, codes(answer)) == (400, found)


@pytest.mark.parametrize(("data", "kind", "status"), [
    (b"{", "application/json", 400), (b"\xff\xfe", "application/json", 400), (b"[" * 9000, "application/json", 400),
    (b'{"url": NaN, "kinds": []}', "application/json", 400), (b'{"url": "\\ud800", "kinds": []}', "application/json", 400),
    (b"{}", "text/plain", 415), (b"x" * 70_000, "application/json", 413), (b"", "application/json", 400),
])  # fmt: skip
def test_a_body_that_is_no_json_is_a_problem_and_no_fault(office: Program, data: bytes, kind: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {office.token}", "Idempotency-Key": str(uuid4())}
    answer = office.client.post("/api/v1/webhooks", data=data, content_type=kind, headers=headers)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert status == 413 or codes(answer) == {"API-12"}


@pytest.mark.parametrize(("query", "found"), [
    ("limit=0", "API-6"), ("limit=201", "API-6"), ("limit=abc", "API-6"), ("limit=1&limit=2", "API-13"), ("sort=price", "API-7"),
    ("state=new", "FORM-5"), ("within=61%00", "FORM-9"), ("after=%27", "API-6"), ("after=xx", "API-6"),
    ("limit=" + "9" * 30, "API-6"),
])  # fmt: skip
def test_a_query_that_does_not_fit_names_the_parameter(office: Program, query: str, found: str) -> None:
    answer = office.ask("GET", f"/listings?{query}")
    assert (answer.status_code, codes(answer)) == (400, {found})
    assert answer.get_json()["findings"][0]["field"] in query


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space", "钥匙钥匙钥匙钥匙"])
def test_a_request_that_writes_without_a_sound_key_is_refused(office: Program, key: str) -> None:
    headers = {"Authorization": f"Bearer {office.token}", "Idempotency-Key": key.encode().decode("latin-1")}
    answer = office.client.post("/api/v1/webhooks", json=HOOK, headers=headers)
    assert (answer.status_code, codes(answer)) == (400, {"API-5"})


def test_unknown_addresses_and_methods_are_problems_too(office: Program) -> None:
    missing, wrong = office.ask("GET", "/nothing"), office.ask("PUT", "/listings")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")
    assert (wrong.status_code, wrong.mimetype) == (405, "application/problem+json")


def test_an_administrator_registers_a_program_on_a_page_and_sees_its_secret_once(
    browser: Browser, account: OpenAccount, app: Any
) -> None:
    account("gao", Role.ADMINISTRATOR)
    browser.log_in("gao")
    browser.get("/clients/new")
    empty = browser.post("/clients/new", {"name": "", "jurisdiction": ""})
    assert empty.status_code == 400
    outside = browser.post("/clients/new", {"name": "区补贴系统", "jurisdiction": "610921", "scopes": "deals:read"})
    assert (outside.status_code, "ACC-12" in outside.text or "610921" in outside.text) == (422, True)
    told = browser.post("/clients/new", {"name": "区补贴系统", "jurisdiction": "610902", "scopes": "deals:read"})
    assert told.status_code == 201, told.text
    secret = told.text.split('id="secret">')[1].split("<")[0]
    assert secret not in browser.get("/clients").text
    assert "区补贴系统" in browser.get("/clients").text
    for role, login in ((Role.REGISTRAR, "lin"), (Role.AUDITOR, "cha")):
        account(login, role)
        other = Browser(app.test_client())
        other.log_in(login)
        assert other.get("/clients").status_code == 403
