"""The evidence of a case, to take away."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Response, send_file
from flask_babel import gettext as _

from landreg.access.policy import allow, current_actor
from landreg.audit.evidence import bundle
from landreg.core.actor import Role
from landreg.registry.routes.surroundings import settings
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/evidence")
@allow(Role.AUDITOR)
def index() -> Response:
    """The form: which case."""
    return pages.render("audit/evidence.html", title=_("证据包"))


@dataclass(frozen=True)
class Which:
    """A case by its number."""

    case: str = field(metadata={"most": 80})


@blueprint.post("/evidence")
@allow(Role.AUDITOR)
@problems.back_to(index)
def take() -> Response:
    """The ZIP. That it was taken is in the log before it is sent."""
    made = bundle(current_actor(), settings(), read_form(Which).case)
    return send_file(made.content, "application/zip", as_attachment=True, download_name=made.name)
