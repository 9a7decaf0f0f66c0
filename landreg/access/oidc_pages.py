"""Signing on through the province's OpenID provider: code flow with PKCE, state and nonce (Authlib).

Nothing is bound or changed by coming back from the provider alone: who is signed in sees the identity and confirms it with a
form of ours, so that nobody is led into binding another's identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Response, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response as Redirect

from landreg.access import province, sessions
from landreg.access.home import inside
from landreg.access.policy import ANYONE, SESSION_KEY, allow, door, own_affairs, signed_in
from landreg.config import Oidc, Settings
from landreg.core.actor import Role
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.web import pages

blueprint = Blueprint("province", __name__)
_KEPT = "landreg_oidc"
_ASKED = "province"
_SHOWN = "province_shown"


class SignOnFailed(sessions.LoginFailed):
    """The provider, or what came back from it, cannot be trusted."""


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for. name: as it says, to be shown only."""

    issuer: str
    subject: str
    name: str


@blueprint.get("/login/province")
@allow(Role.PUBLIC)
def ask() -> Redirect:
    """Go to the provider; `?next=`: where to go on."""
    return _away({"next": inside(request.args.get("next", "/"))})


@blueprint.get("/account/sign-on/province")
@allow(*ANYONE, without_factor=True)
def ask_to_bind() -> Redirect:
    """Go to the provider to bind the account that is signed in."""
    return _away({"account": str(own_affairs().account_id)})


@blueprint.get("/login/province/back")
@allow(Role.PUBLIC)
def back() -> Response | Redirect:
    """Come back from the provider: signed on, or shown whose identity would be bound."""
    asked: dict[str, str] = session.pop(_ASKED, {})
    if not asked or asked.get("state") != request.args.get("state"):
        raise SignOnFailed(Finding("ACC-26", values={"reason": "state"}))
    vouched = _vouched()
    if "account" in asked:
        found = signed_in()
        if found is None or str(found.account_id) != asked["account"]:
            raise SignOnFailed(Finding("ACC-26", values={"reason": "account"}))
        session[_SHOWN] = {"account": asked["account"], "issuer": vouched.issuer, "subject": vouched.subject}
        return pages.render("access/province.html", vouched=vouched)
    token = province.sign_on(door(), vouched.issuer, vouched.subject)
    session.clear()
    session[SESSION_KEY] = token
    return redirect(asked["next"], 303)


@blueprint.post("/account/sign-on/province")
@allow(*ANYONE, without_factor=True)
def bound() -> Redirect:
    """Bind the identity that was shown."""
    actor = own_affairs()
    shown: dict[str, str] = session.pop(_SHOWN, {})
    if shown.get("account") != str(actor.account_id):
        raise SignOnFailed(Finding("ACC-26", values={"reason": "account"}))
    province.bind(actor, shown["issuer"], shown["subject"])
    flash(_("统一身份已绑定，下次可以直接用它登录。"))
    return redirect(url_for("access.factor.shown"), 303)


@blueprint.post("/account/sign-on/province/end")
@allow(*ANYONE, without_factor=True)
def unbound() -> Redirect:
    """End the binding."""
    province.unbind(own_affairs(), _settings().issuer)
    flash(_("统一身份的绑定已解除。"))
    return redirect(url_for("access.factor.shown"), 303)


def offered() -> bool:
    """Whether this process has a provider."""
    settings: Settings = current_app.extensions["landreg"]
    return settings.oidc is not None


def _away(asked: dict[str, str]) -> Redirect:
    client = _client()
    try:
        # The address of ours comes from the settings, not from what the request claims.
        settings: Settings = current_app.extensions["landreg"]
        to = client.create_authorization_url(settings.base_url + url_for("access.province.back"))
        client.save_authorize_data(redirect_uri=settings.base_url + url_for("access.province.back"), **to)
    except (AuthlibBaseError, RequestException, RuntimeError, ValueError) as error:
        raise SignOnFailed(Finding("ACC-26", values={"reason": type(error).__name__})) from error
    session[_ASKED] = asked | {"state": to["state"]}
    return redirect(to["url"], 303)


def _vouched() -> Vouched:
    client, issuer = _client(), _settings().issuer
    try:
        # The issuer is the one of our settings, whatever the provider's own metadata says.
        token = client.authorize_access_token(claims_options={"iss": {"essential": True, "values": [issuer]}})
        claims = token["userinfo"]
        return Vouched(claims["iss"], str(claims["sub"]), str(claims.get("name", "")))
    except (AuthlibBaseError, JoseError, RequestException, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = getattr(error, "error", None) or type(error).__name__
        raise SignOnFailed(Finding("ACC-26", values={"reason": reason})) from error


def _settings() -> Oidc:
    settings: Settings = current_app.extensions["landreg"]
    if settings.oidc is None:
        raise NotFound
    return settings.oidc


def _client() -> Any:
    """The client of this process, made on first use."""
    settings = _settings()
    kept: dict[Oidc, Any] = current_app.extensions.setdefault(_KEPT, {})
    if settings not in kept:
        try:
            secret = settings.secret_file.read_text("utf-8").strip()
        except OSError as error:
            given = str(settings.secret_file)
            raise BadInput(Finding("SYS-2", "LANDREG_OIDC_CLIENT_SECRET_FILE", {"given": given})) from error
        oauth = OAuth(current_app)
        kept[settings] = oauth.register(
            "province",
            client_id=settings.client_id,
            client_secret=secret,
            server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "timeout": 10},
        )
    return kept[settings]
