"""Signing on through the province, against an OpenID provider that runs beside the tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey

from landreg.access import province
from landreg.access.logged import SOURCES, TABLES
from landreg.config import Oidc, Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.errors import BadInput, NotFound, Refused
from landreg.log.recheck import recheck
from tests.oidc_provider import CLIENT, SECRET, Provider, running
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture
def provider(app: Any, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    # Authlib's server insists on TLS; on loopback there is none.
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    secret = tmp_path / "oidc"
    secret.write_text(SECRET + "\n")
    with running(f"{settings.base_url}/login/province/back") as provider:
        app.extensions["landreg"] = replace(settings, oidc=Oidc(provider.issuer, CLIENT, secret), second_factor=True)
        yield provider


@pytest.fixture
def bound(browser: Browser, provider: Provider, account: OpenAccount) -> Browser:
    """A surveyor's account, bound by its owner; the browser is signed out again."""
    account("lin", Role.SURVEYOR)
    browser.log_in("lin")
    shown = _through(browser, "/account/sign-on/province")
    assert shown.status_code == 200
    assert "林省" in shown.text
    assert browser.post("/account/sign-on/province").status_code == 303
    browser.post("/logout")
    return browser


def _at_provider(browser: Browser, start: str) -> str:
    """Follow a sign-on to the provider over HTTP; the address that it sends back to, as a path of ours."""
    away = browser.get(start)
    assert away.status_code == 303, away.text
    answer = requests.get(away.location, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def _through(browser: Browser, start: str) -> Any:
    return browser.get(_at_provider(browser, start))


def _codes(answer: Any) -> set[str]:
    return set(re.findall(r"ACC-\d+", answer.text))


def test_a_bound_account_signs_on_without_password_or_code(bound: Browser, provider: Provider, superuser: Any) -> None:
    assert "/login/province?next=/packages" in bound.get("/login?next=/packages").text
    done = _through(bound, "/login/province?next=/packages")
    assert (done.status_code, done.location) == (303, "/packages")
    # Staff must have an authenticator here, unless they come by the province.
    assert bound.get("/account/password").status_code == 200
    assert bound.get("/packages").status_code == 200
    methods = superuser.execute("SELECT method FROM access.session ORDER BY opened_at").fetchall()
    assert methods == [("password",), ("oidc",)]


def test_what_is_sent_has_state_nonce_and_a_challenge(bound: Browser, provider: Provider) -> None:
    _through(bound, "/login/province")
    sent = provider.seen[-1]
    assert sent["code_challenge_method"] == "S256"
    assert len(sent["code_challenge"]) == 43
    assert len(sent["state"]) >= 20
    assert len(sent["nonce"]) >= 16
    assert provider.seen[0]["state"] != sent["state"]


def test_an_identity_that_is_bound_to_nobody_opens_nothing(
    browser: Browser, bound: Browser, provider: Provider
) -> None:
    provider.person = {"sub": "p-2", "name": "别人"}
    refused = _through(bound, "/login/province")
    assert (refused.status_code, _codes(refused)) == (401, {"ACC-27"})
    assert bound.get("/account/password").status_code == 303


def test_a_locked_account_does_not_sign_on(bound: Browser, provider: Provider, superuser: Any) -> None:
    superuser.execute("UPDATE access.account SET locked_at = now(), locked_by = account_id")
    assert _codes(_through(bound, "/login/province")) == {"ACC-27"}


def test_an_answer_that_belongs_to_another_browser_is_refused(
    bound: Browser, another_browser: Browser, provider: Provider
) -> None:
    stolen = _at_provider(bound, "/login/province")
    refused = another_browser.get(stolen)
    assert (refused.status_code, _codes(refused)) == (401, {"ACC-26"})
    another_browser.get("/login/province")
    assert _codes(another_browser.get(stolen)) == {"ACC-26"}


def test_a_code_of_another_sign_on_does_not_pass_the_challenge(
    bound: Browser, another_browser: Browser, provider: Provider
) -> None:
    victims = parse_qs(urlsplit(_at_provider(bound, "/login/province")).query)["code"][0]
    own = parse_qs(urlsplit(_at_provider(another_browser, "/login/province")).query)["state"][0]
    assert _codes(another_browser.get(f"/login/province/back?code={victims}&state={own}")) == {"ACC-26"}


@pytest.mark.parametrize("fault", ["nonce", "issuer", "key", "denied"])
def test_an_answer_that_cannot_be_trusted_signs_nobody_on(bound: Browser, provider: Provider, fault: str) -> None:
    if fault == "nonce":
        provider.forge_nonce = "of-yesterday"
    elif fault == "issuer":
        provider.say_issuer = "https://evil.example"
    elif fault == "key":
        provider.sign_with = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})
    back = _at_provider(bound, "/login/province")
    if fault == "denied":
        state = parse_qs(urlsplit(back).query)["state"][0]
        back = f"/login/province/back?error=access_denied&state={state}"
    refused = bound.get(back)
    assert (refused.status_code, _codes(refused)) == (401, {"ACC-26"})
    assert bound.get("/account/password").status_code == 303


def test_coming_back_alone_binds_nothing_and_one_identity_is_of_one_account(
    bound: Browser, another_browser: Browser, provider: Provider, account: OpenAccount, superuser: Any
) -> None:
    account("wang", Role.SURVEYOR)
    another_browser.log_in("wang")
    _through(another_browser, "/account/sign-on/province")
    assert superuser.execute("SELECT count(*) FROM access.external_identity").fetchone() == (1,)
    taken = another_browser.post("/account/sign-on/province")
    assert (taken.status_code, _codes(taken)) == (422, {"ACC-28"})


def test_a_binding_is_ended_by_its_owner_and_both_are_in_the_log(
    bound: Browser, provider: Provider, database: Settings, worker: Actor, superuser: Any
) -> None:
    _through(bound, "/login/province?next=/account/password")
    bound.get("/account/sign-on")
    assert bound.post("/account/sign-on/province/end").status_code == 303
    assert bound.get("/account/password").status_code == 303
    assert _codes(_through(bound, "/login/province")) == {"ACC-27"}
    kinds = [kind for (kind,) in superuser.execute("SELECT kind FROM log.entry ORDER BY staged_at")]
    assert kinds == ["account.opened", "account.province_bound", "account.province_unbound"]
    assert recheck(worker, database, SOURCES, TABLES).findings == ()
    superuser.execute("UPDATE access.external_identity SET subject = 'p-9'")
    assert {one.layer for one in recheck(worker, database, SOURCES, TABLES).findings} == {"access.external_identity"}


def test_a_provider_that_is_down_is_said_and_the_password_still_works(
    browser: Browser, app: Any, settings: Settings, tmp_path: Path, account: OpenAccount
) -> None:
    (tmp_path / "oidc").write_text("x")
    app.extensions["landreg"] = replace(settings, oidc=Oidc("http://127.0.0.1:9", "x", tmp_path / "oidc"))
    refused = browser.get("/login/province")
    assert (refused.status_code, _codes(refused)) == (401, {"ACC-26"})
    account("lin", Role.SURVEYOR)
    assert browser.log_in("lin").status_code == 303


def test_without_a_provider_there_is_no_such_address(browser: Browser) -> None:
    assert "/login/province" not in browser.get("/login").text
    assert browser.get("/login/province").status_code == 404


def test_an_issuer_without_tls_elsewhere_or_without_a_client_is_a_wrong_setting() -> None:
    with pytest.raises(BadInput) as bad:
        Settings.from_environment({"LANDREG_OIDC_ISSUER": "http://id.example"})
    assert {finding.field for finding in bad.value.findings} == {"LANDREG_OIDC_ISSUER", "LANDREG_OIDC_CLIENT_ID"}


def test_an_administrator_ends_the_binding_of_another_account_in_their_jurisdiction_alone(
    bound: Browser, provider: Provider, account: OpenAccount, superuser: Any, worker: Actor, database: Settings
) -> None:
    lin = superuser.execute("SELECT account_id FROM access.account WHERE login = 'lin'").fetchone()[0]
    guan, wai = (
        Actor(account(login, Role.ADMINISTRATOR, jurisdiction=place), login, Desk.REGISTRY, roles, place)
        for login, place, roles in (("guan", "610902", ADMINISTRATORS), ("wai", "610921", ADMINISTRATORS))
    )
    for administrator, account_id, error in ((wai, lin, NotFound), (guan, guan.account_id, Refused)):
        with pytest.raises(error):
            province.unbind_for(administrator, account_id)
    _through(bound, "/login/province?next=/account/password")
    province.unbind_for(guan, lin)
    assert bound.get("/account/password").status_code == 303
    assert _codes(_through(bound, "/login/province")) == {"ACC-27"}
    with pytest.raises(NotFound):
        province.unbind_for(guan, lin)
    assert superuser.execute("SELECT ended_by FROM access.external_identity").fetchone() == (guan.account_id,)
    assert recheck(worker, database, SOURCES, TABLES).findings == ()


ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
