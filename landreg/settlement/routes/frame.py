"""The first page, which is the list of what waits; how pages look; the icon."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response as Redirect

from landreg.access import home
from landreg.access.policy import allow, signed_in
from landreg.core.actor import Role

blueprint = Blueprint("home", __name__)
blueprint.add_url_rule("/favicon.ico", view_func=home.icon, methods=["GET"])
blueprint.add_url_rule("/appearance", view_func=home.appearance, methods=["POST"])


@blueprint.get("/")
@allow(Role.PUBLIC)
def first_page() -> Redirect:
    """Go to what waits, or to the log-in."""
    return redirect(url_for("access.log_in" if signed_in() is None else "desk.listed"), 303)
