"""The administrator's page of the programs that call the interface: registered, shut out, and what could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access import client_queries, clients
from landreg.access.client_rules import Scope
from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.exchange.interfaces import queries, webhooks
from landreg.law.book import term
from landreg.web import pages, problems
from landreg.web.forms import read_form
from landreg.web.i18n import language

blueprint = Blueprint("clients", __name__, url_prefix="/clients")
DEAD_SHOWN = 50


@dataclass(frozen=True)
class ClientForm:
    """A program to register."""

    name: str = field(metadata={"most": 80})
    jurisdiction: str = field(metadata={"most": 12})
    scopes: tuple[Scope, ...]


@blueprint.get("")
@allow(Role.ADMINISTRATOR)
def index() -> Response:
    """The programs of the administrator's jurisdiction, with what each could not be told."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        page = pages.page_of(
            uow.session,
            client_queries.clients_of(actor.jurisdiction),
            number=pages.page_number(),
            size=pages.page_size(),
        )
        counts = queries.counts_by_client(uow.session)
        dead = uow.session.execute(queries.dead().limit(DEAD_SHOWN)).all()
        said = queries.last_said(uow.session, [one.delivery_id for one, _hook in dead])
    return pages.render("exchange/clients.html", page=page, counts=counts, dead=dead, said=said)


@blueprint.get("/new")
@allow(Role.ADMINISTRATOR)
def new() -> Response:
    """The form."""
    scopes = [(scope.value, term("scope", scope.value, language())) for scope in Scope]
    return pages.render("exchange/new_client.html", scopes=scopes, jurisdiction=current_actor().jurisdiction)


@blueprint.post("/new")
@allow(Role.ADMINISTRATOR)
@problems.back_to(new)
def register() -> Response:
    """Register it; its secret is shown once."""
    form = read_form(ClientForm)
    wanted = clients.NewClient(form.name, tuple(scope.value for scope in form.scopes), form.jurisdiction)
    made = clients.register(current_actor(), wanted)
    return pages.render("exchange/client_told.html", 201, made=made, name=form.name)


@blueprint.post("/<uuid:client_id>/end")
@allow(Role.ADMINISTRATOR)
def end(client_id: UUID) -> Redirect:
    """Shut it out."""
    clients.end(current_actor(), client_id)
    flash(_("已停用，它的令牌同时失效。"))
    return redirect(url_for(".index"), 303)


@blueprint.post("/deliveries/<uuid:delivery_id>/again")
@allow(Role.ADMINISTRATOR)
def again(delivery_id: UUID) -> Redirect:
    """Let what was given up be tried again."""
    webhooks.send_anew(current_actor(), delivery_id)
    flash(_("已重新排队，稍后送出。"))
    return redirect(url_for(".index"), 303)
