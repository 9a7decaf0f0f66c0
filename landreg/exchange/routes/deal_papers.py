"""The papers of a members' window and of a deal: the notice, letters to hand out, what a lot came to, the confirmation."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, request, send_file

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import beijing_day
from landreg.exchange import letter
from landreg.exchange.bidding import deal_queries, lot_queries, notice, protocol, told_queries, windows
from landreg.exchange.routes.sales import READERS
from landreg.registry.routes.surroundings import desk_of, page_day

blueprint = Blueprint("deal_papers", __name__)


@blueprint.get("/sales/windows/<county>/<uuid:priority_id>/notice.pdf")
@allow(*READERS)
def notice_pdf(county: str, priority_id: UUID) -> Response:
    """The window's notice for the board of the village."""
    with unit_of_work(current_actor()) as uow:
        found = deal_queries.priority(uow.session, county, priority_id)
        if found is None:
            raise NotFound
        pdf = notice.of_window(uow, desk_of(uow.session, county), found)
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{priority_id}.pdf")


@blueprint.get("/sales/windows/<county>/<uuid:priority_id>/letters.pdf")
@allow(Role.OPERATOR)
def letters_pdf(county: str, priority_id: UUID) -> Response:
    """The letters to hand out: to each household of the window of which nothing shows that it read the terms or was handed them; of
    `household` alone where it is named.
    """
    with unit_of_work(current_actor()) as uow:
        found = deal_queries.priority(uow.session, county, priority_id)
        if found is None:
            raise NotFound
        told, alone = windows.facts_of(uow, found, page_day(uow.session)).told, request.args.get("household", "")
        asked = [
            one for one in deal_queries.notices(uow.session, county, priority_id)
            if (str(one.household_id) == alone if alone else not told.get(one.household_id))
        ]  # fmt: skip
        if not asked:
            raise NotFound
        desk = desk_of(uow.session, county)
        pdf = letter.printed(uow.session, desk, county, notice.letters(uow, desk, found, asked), found.first_day)
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{priority_id}-letters.pdf")


@blueprint.get("/sales/windows/<county>/<uuid:priority_id>/lot.pdf")
@allow(Role.OPERATOR)
def lot_pdf(county: str, priority_id: UUID) -> Response:
    """What the lot came to, as a letter to each household that claimed. Raises NotFound where none was drawn."""
    with unit_of_work(current_actor()) as uow:
        found = deal_queries.priority(uow.session, county, priority_id)
        listing = None if found is None else told_queries.listing(uow.session, county, found.listing_id)
        if found is None or listing is None:
            raise NotFound
        claims = windows.claims_on(uow, found)
        drawn = lot_queries.of_claims(uow.session, listing.number, claims)
        if not drawn:
            raise NotFound
        desk = desk_of(uow.session, county)
        made = notice.of_lot(uow, desk, listing, drawn[-1], claims)
        pdf = letter.printed(uow.session, desk, county, made, beijing_day(drawn[-1].decided_at))
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{priority_id}-lot.pdf")


@blueprint.get("/sales/deals/<county>/<uuid:deal_id>/confirmation.pdf")
@allow(*READERS)
def confirmation_pdf(county: str, deal_id: UUID) -> Response:
    """The confirmation of a deal of talks. Raises NotFound for one of a sale: its protocol has it."""
    with unit_of_work(current_actor()) as uow:
        deal = deal_queries.deal(uow.session, county, deal_id)
        listing = None if deal is None else told_queries.listing(uow.session, county, deal.listing_id)
        if deal is None or listing is None or deal.way != "negotiation":
            raise NotFound
        pdf = protocol.of_talks(uow, desk_of(uow.session, county), listing, deal)
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{listing.number}.pdf")
