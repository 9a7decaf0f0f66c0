"""One's own sign-on: the authenticator, its recovery codes."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import segno
from flask import Blueprint, Response, current_app, redirect, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Redirect

from landreg.access import factors, province, rules, sessions
from landreg.access.policy import ANYONE, allow, door, factor_missing, own_affairs, signed_in
from landreg.config import Settings
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("factor", __name__)


@dataclass(frozen=True)
class CodeForm:
    """A code of the authenticator, or a recovery code."""

    code: str = field(default="", metadata={"most": 40})


@blueprint.get("/account/sign-on")
@allow(*ANYONE, without_factor=True)
def shown() -> Response:
    """How one signs on; an authenticator that waits for its first code with its QR."""
    found = signed_in()
    assert found is not None  # noqa: S101  (the route asks for a log-in)
    state = factors.state(door(), found.account_id, found.login)
    drawn = None if state.pending is None else _drawn(state.pending.uri)
    settings: Settings = current_app.extensions["landreg"]
    oidc = settings.oidc
    bound = province.bound(door(), oidc.issuer, found.account_id) if oidc is not None else None
    due = factor_missing(found) is not None
    return pages.render("access/sign_on.html", state=state, drawn=drawn, province_bound=bound, due=due)


@blueprint.post("/account/sign-on/authenticator")
@allow(*ANYONE, without_factor=True)
@problems.back_to(shown)
def begun() -> Redirect:
    """Make a secret for a new authenticator; with a code of the present one, where there is one."""
    given = read_form(CodeForm)
    actor = own_affairs()
    sessions.count(door(), _limits(actor.account_id.hex))
    factors.begin(actor, given.code)
    return redirect(url_for(".shown"), 303)


@blueprint.post("/account/sign-on/confirm")
@allow(*ANYONE, without_factor=True)
@problems.back_to(shown)
def confirmed() -> Response:
    """Let the new authenticator count; its recovery codes are shown this once."""
    given = read_form(CodeForm)
    actor = own_affairs()
    sessions.count(door(), _limits(actor.account_id.hex))
    return pages.render("access/recovery_codes.html", codes=factors.confirm(actor, given.code))


def _limits(account: str) -> dict[str, int]:
    return {f"own-code:{account}": 4 * rules.ATTEMPTS_PER_ACCOUNT}


def _drawn(uri: str) -> Markup:
    out = io.BytesIO()
    segno.make(uri, error="m").save(out, kind="svg", xmldecl=False, svgns=True, scale=5, dark="#000", light="#fff")
    return Markup(out.getvalue().decode())  # noqa: S704  (drawn here from our own text)
