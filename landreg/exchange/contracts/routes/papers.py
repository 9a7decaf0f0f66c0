"""The papers of contracts: printed for whoever may see the contract; held against the record by anybody."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, request, send_file

from landreg.access.limits import limiter
from landreg.access.policy import allow, current_actor, door
from landreg.core.actor import NOBODY, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.core.periods import DAY
from landreg.exchange.contracts import papers, queries
from landreg.exchange.contracts.rules.course import VOID, stage_on
from landreg.exchange.listings.rules.land import MOVING
from landreg.land.queries import division_path
from landreg.registry.routes.surroundings import desk_of, page_day
from landreg.web import pages

blueprint = Blueprint("contract_papers", __name__)
SEEING = (Role.OPERATOR, Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR, Role.FARMER, Role.TAKER)
CHECKS = "30 per minute;300 per hour"


@blueprint.get("/contracts/<county>/<uuid:contract_id>/contract.pdf")
@allow(*SEEING)
def contract(county: str, contract_id: UUID) -> Response:
    """The contract."""
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None:
            raise NotFound
        pdf = papers.contract(uow.session, desk_of(uow.session, county), queries.whole(uow.session, row))
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{row.number}.pdf")


@blueprint.get("/contracts/<county>/<uuid:contract_id>/certificate.pdf")
@allow(*SEEING)
def certificate(county: str, contract_id: UUID) -> Response:
    """The transaction certificate. Raises Conflict (CON-14) before it was given."""
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None:
            raise NotFound
        found = queries.whole(uow.session, row)
        given = found.of("certified")
        if given is None:
            raise Conflict(Finding("CON-14", "state", subject=row.number))
        pdf = papers.certificate(uow.session, desk_of(uow.session, county), found, given)
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{given.facts['number']}.pdf")


@blueprint.get("/contracts/check")
@allow(Role.PUBLIC)
@limiter.limit(CHECKS)
def check() -> Response:
    """A contract or transaction certificate by its number, as its QR code asks: what it is, how it stands, no name whole."""
    number = request.args.get("number", "").strip()[:40].replace("\x00", "")
    found, path, where, today = None, "", "", None
    if number:
        with unit_of_work(NOBODY) as uow:
            found, today = queries.checked(uow.session, number), page_day(uow.session)
        if found is not None:
            disputed, term = found.state == "disputed", (found.from_on, found.until_on)
            for_good = found.kind in MOVING
            where = stage_on(today, term, found.ends_on, disputed=disputed, for_good=for_good)
            where = VOID if found.void else where
            with unit_of_work(door()) as uow:
                path = " ".join(division_path(uow.session, found.village))
    return pages.render("exchange/contracts/check.html", number=number, found=found, path=path, stage=where, DAY=DAY)
