"""What its taker offers further of a household's own land: under which paper, and the word that it never consented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.home import Row
from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.exchange.listings import listing_queries, offered_queries, service
from landreg.registry.routes.shown import holder_name
from landreg.registry.routes.surroundings import as_it_was_handed_in
from landreg.web import i18n, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("offered_land", __name__)


@blueprint.get("/my/offered/<county>/<uuid:listing_id>")
@allow(Role.FARMER)
def one(county: str, listing_id: UUID) -> Response:
    """What is offered, by whom, under which paper."""
    with unit_of_work(current_actor()) as uow:
        found = offered_queries.one_of_own(uow.session, county, listing_id)
    return pages.render("exchange/offered_land.html", offered=found)


@blueprint.get("/my/offered/<county>/<uuid:listing_id>/paper")
@allow(Role.FARMER)
def paper(county: str, listing_id: UUID) -> Response:
    """The paper that is said to be the household's consent. Raises NotFound."""
    with unit_of_work(current_actor()) as uow:
        found = offered_queries.one_of_own(uow.session, county, listing_id)
    if found.sha256 is None:
        raise NotFound
    return as_it_was_handed_in(found.sha256, found.paper)


@dataclass(frozen=True)
class Objecting:
    """What the household says of it."""

    said: str = field(default="", metadata={"most": 500})


@blueprint.post("/my/offered/<county>/<uuid:listing_id>/object")
@allow(Role.FARMER)
@problems.back_to(one)
def objected(county: str, listing_id: UUID) -> Redirect:
    """It never consented: the listing is held."""
    service.object_to(current_actor(), county, listing_id, read_form(Objecting).said)
    flash(_("已经记下，挂牌先停下来，由交易员核实。"))
    return redirect(url_for(".one", county=county, listing_id=listing_id), 303)


def of_own_land(session: Session) -> Iterator[Row]:
    """On a household's first page: what is offered further of its own land, until that has come to a deal."""
    for one in offered_queries.of_own(session):
        if one.state == "dealt":
            continue
        label = _("您户承包的地被再流转挂牌，说是您户书面同意的：请看同意书")
        if one.state == "objected":
            label = _("您户说没有同意过再流转，挂牌已暂停，等交易员核实")
        address = url_for("offered_land.one", county=one.county, listing_id=one.listing_id)
        yield Row(label, address, f"{holder_name(one.lister)} · {one.number}")


def objected_to(session: Session) -> Iterator[Row]:
    """At the desk: listings that are held since the contractor says that it never consented."""
    for row in session.scalars(listing_queries.listed("objected").limit(50)):
        address = url_for("listing_desk.one", county=row.county, listing_id=row.listing_id)
        since = max(
            (one.at for one in listing_queries.events(session, row.county, row.listing_id) if one.kind == "objected"),
            default=row.listed_at,
        )
        yield Row(_("承包方说没有同意过再流转，待核实"), address, f"{row.number} · {i18n.shown_instant(since)}")
