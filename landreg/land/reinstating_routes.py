"""The step by which a package that was superseded is in force again."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from landreg.access.policy import allow, current_actor
from landreg.land.package_routes import report
from landreg.land.reinstating import SENDERS, make_current
from landreg.web import problems
from landreg.web.forms import read_form

blueprint = Blueprint("reinstating", __name__)


@dataclass(frozen=True)
class Reinstated:
    """Why a package is put in force again."""

    reason: str = field(default="", metadata={"most": 500})


@blueprint.post("/packages/<county>/<uuid:package_id>/again")
@allow(*SENDERS)
@problems.back_to(report)
def again(county: str, package_id: UUID) -> Response:
    """Put a package that was superseded in force again."""
    make_current(current_actor(), county, package_id, read_form(Reinstated).reason)
    return redirect(url_for("land.packages.report", county=county, package_id=package_id), 303)
