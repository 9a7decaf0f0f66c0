"""A transfer from its listing to its dues, leaf by leaf, for the operator and the auditor."""

from __future__ import annotations

from flask import Blueprint, Response

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.exchange.contracts import trace_queries
from landreg.web import pages

blueprint = Blueprint("chains", __name__)


@blueprint.get("/chains/<number>")
@allow(Role.OPERATOR, Role.AUDITOR)
def one(number: str) -> Response:
    """A page of what the log holds of a transfer, by the number of its listing or of its contract. Raises NotFound."""
    place, size = pages.page_number(), pages.page_size()
    with unit_of_work(current_actor()) as uow:
        steps = trace_queries.trace(uow.session, number[:60], size, (place - 1) * size)
    if not steps:
        raise NotFound
    page = pages.page_from(steps, steps[0].total, number=place, size=size)
    return pages.render("exchange/chain.html", number=number, page=page, lost=steps[0].lost)
