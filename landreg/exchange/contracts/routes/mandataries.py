"""Who signed a contract by a power of attorney, and by which number of the card where an officer of the register opens it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response

from landreg.access.identity import Identity, reveal
from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.exchange.contracts import queries
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("contract_mandataries", __name__)
OPENING = (Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)


@dataclass(frozen=True)
class Why:
    """The reason for opening identities."""

    reason: str = field(default="", metadata={"most": 200})


@blueprint.get("/contracts/<county>/<uuid:contract_id>/mandataries")
@allow(*OPENING)
def shown(county: str, contract_id: UUID) -> Response:
    """Who signed by a power of attorney."""
    return _page(county, contract_id, {})


@blueprint.post("/contracts/<county>/<uuid:contract_id>/mandataries")
@allow(*OPENING)
@problems.back_to(shown)
def opened(county: str, contract_id: UUID) -> Response:
    """The same page with their numbers. Who opened them, when and why is in the log first."""
    given = read_form(Why)
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None:
            raise NotFound
        asked = [UUID(one.facts["mandatary_id"]) for one in queries.whole(uow.session, row).by_mandatary]
    return _page(county, contract_id, reveal(current_actor(), asked, given.reason, row.number))


def _page(county: str, contract_id: UUID, found: dict[UUID, Identity]) -> Response:
    """Raises NotFound for a contract that is none, or that nobody signed so by a card."""
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        signed = () if row is None else queries.whole(uow.session, row).by_mandatary
    if row is None or not signed:
        raise NotFound
    return pages.render(
        "exchange/contracts/mandataries.html", contract=row, signed=signed, opened={str(one): who for one, who in found.items()}
    )  # fmt: skip
