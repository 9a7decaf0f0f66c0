"""The window's own numbers: what it has stated for everybody, and the button that states the last quarter's."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.settlement import queries, stating
from landreg.web import pages, problems

blueprint = Blueprint("numbers", __name__)
COUNTY = 6


@blueprint.get("/numbers")
@allow(Role.SETTLEMENT_OFFICER)
def shown() -> Response:
    """What was stated, and what stands to be."""
    actor = current_actor()
    county = _county(actor)
    with unit_of_work(actor) as uow:
        rows = queries.statements(uow.session)
    due = stating.due(actor, county) if county else None
    return pages.render("numbers.html", rows=rows, due=due, least=stating.LEAST, before=timedelta(days=1))


@blueprint.post("/numbers")
@allow(Role.SETTLEMENT_OFFICER)
@problems.back_to(shown)
def state() -> Redirect:
    """State the last quarter's. Raises BadInput (FORM-5) for an officer of more than a county."""
    actor = current_actor()
    county = _county(actor)
    if not county:
        raise BadInput(Finding("FORM-5", "county", {"given": actor.jurisdiction}))
    stating.state(actor, county)
    flash(_("季度数字已公布，写入公开的日志。"))
    return redirect(url_for(".shown"), 303)


def _county(actor: Actor) -> str:
    """The county whose window the officer is of; '' for one of the whole prefecture."""
    return actor.jurisdiction[:COUNTY] if len(actor.jurisdiction) >= COUNTY else ""
