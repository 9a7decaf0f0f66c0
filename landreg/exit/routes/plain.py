"""What every farmer may know, in plain words: what is theirs, what nobody may ask, how to withdraw, how to complain."""

from __future__ import annotations

from flask import Blueprint, Response

from landreg.access.limits import limiter
from landreg.access.policy import allow
from landreg.core.actor import Role
from landreg.web import pages

blueprint = Blueprint("plain", __name__)
LOOKS = "120 per minute"


@blueprint.get("/yours")
@allow(Role.PUBLIC)
@limiter.limit(LOOKS)
def yours() -> Response:
    """The page, with nothing of the register in it."""
    return pages.render("exit/yours.html")
