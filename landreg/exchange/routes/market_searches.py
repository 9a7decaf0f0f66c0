"""Searches that are kept: by an account, told here; by an address, once it has said its word, and ended by one click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Redirect

from landreg.access.limits import limiter
from landreg.access.policy import allow, current_actor
from landreg.core.actor import NOBODY, Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.core.units import half_up
from landreg.exchange.market import search_queries, searches
from landreg.exchange.market.asked import CHOICES, RANGES, Asked
from landreg.exchange.market.sending import senders
from landreg.exchange.routes import market_shown as shown
from landreg.land.shown import code_name
from landreg.registry.routes.surroundings import settings
from landreg.web import pages, problems
from landreg.web.forms import read_form
from landreg.web.i18n import language, shown_term

blueprint = Blueprint("market_searches", __name__)
KEEPS = "10 per hour"
CLICKS = "30 per minute"
SHOWN = 50
FIELDS = 60
READERS = (Role.FARMER, Role.TAKER)


@dataclass(frozen=True)
class Kept:
    """query: the filters as an address writes them. address: of who is not signed on."""

    query: str = field(default="", metadata={"most": 2000})
    address: str = field(default="", metadata={"most": 200})


@blueprint.record
def _one_click_needs_no_form(state: BlueprintSetupState) -> None:
    # A mail program ends a search by itself (RFC 8058): who holds the link may, and nothing else is done by it.
    state.app.extensions["csrf"].exempt(f"{__name__}.end")


def _asked(query: str) -> Asked:
    try:
        given = parse_qs(query, max_num_fields=FIELDS)
    except ValueError:
        raise BadInput(Finding("FORM-8", "query", {"most": FIELDS})) from None
    return shown.meant(read_form(Asked, MultiDict(given)))


@blueprint.get("/market/saved")
@allow(Role.PUBLIC)
@limiter.limit(shown.LOOKS)
def saved() -> Response:
    """The searches of who is signed on with what is new; for others, how to be told by mail. `?` what a search is of."""
    return _page(current_actor(), request.query_string.decode("utf-8", "replace"))


def _page(actor: Actor, query: str) -> Response:
    own: list[dict[str, Any]] = []
    if actor.desk is Desk.CITIZEN:
        with unit_of_work(actor) as uow:
            rows = search_queries.own(uow.session, actor.account_id)
            found = search_queries.found_of(uow.session, [row.search_id for row in rows], SHOWN * max(1, len(rows)))
            own = [
                {"row": row, "said": said(row.query), "back": back(row.query), "found": found.get(row.search_id, []),
                 "fresh": [one.number for one in found.get(row.search_id, []) if row.seen_at is None or one.found_at > row.seen_at]}
                for row in rows
            ]  # fmt: skip
            for row in rows:
                row.seen_at = uow.now
    try:
        asked = _asked(query[:2000])
    except BadInput:
        asked = Asked()
    return pages.render(
        "exchange/market/saved.html",
        own=own, signed_on=actor.desk is Desk.CITIZEN, said_now=said(asked.query), query=request.form.get("query", query)[:2000],
        channels=sorted(senders()),
    )  # fmt: skip


@blueprint.post("/market/saved")
@allow(Role.PUBLIC)
@limiter.limit(KEEPS)
@problems.back_to(lambda: _page(current_actor(), request.form.get("query", "")))
def keep() -> Redirect | Response:
    """Keep a search. Raises BadInput (MKT-1, MKT-2, FORM-5), Refused (MKT-3)."""
    given = read_form(Kept)
    asked = _asked(given.query)
    actor = current_actor()
    if actor.desk is Desk.CITIZEN:
        searches.keep_own(actor, asked, language())
        flash(_("已经记下。有新挂牌，会在这里告诉您。"))
        return redirect(url_for("market_searches.saved"), 303)
    link = f"{settings().base_url}/market/saved/{{token}}"
    searches.keep_for_address(asked, given.address, language(), link, frozenset(senders()))
    return pages.render("exchange/market/saved_told.html", state="sent")


@blueprint.post("/market/saved/own/<uuid:search_id>/end")
@allow(*READERS)
def end_own(search_id: UUID) -> Redirect:
    """End a search of one's own. Raises NotFound."""
    searches.end_own(current_actor(), search_id)
    flash(_("已经停止提醒。"))
    return redirect(url_for("market_searches.saved"), 303)


@blueprint.get("/market/saved/<token>")
@allow(Role.PUBLIC)
@limiter.limit(CLICKS)
def linked(token: str) -> Response:
    """The page that a letter's link leads to: confirm, or end, by a button. Raises NotFound."""
    row = None
    if len(token) <= 64:
        with unit_of_work(NOBODY) as uow:
            row = search_queries.by_code(uow.session, searches.code_of(token))
    if row is None:
        raise NotFound
    return pages.render("exchange/market/saved_told.html", state=row.state, said=said(row.query), token=token)


@blueprint.post("/market/saved/<token>/confirm")
@allow(Role.PUBLIC)
@limiter.limit(CLICKS)
def confirm(token: str) -> Redirect:
    """The word of whom the address belongs to."""
    searches.confirm(token)
    return redirect(url_for("market_searches.linked", token=token), 303)


@blueprint.post("/market/saved/<token>")
@allow(Role.PUBLIC)
@limiter.limit(CLICKS)
def end(token: str) -> Redirect | Response:
    """End a search by its link: a person's button, or one click of a mail program (RFC 8058)."""
    if len(token) > 64:
        abort(404)
    searches.end(token)
    if request.form.get("List-Unsubscribe") == "One-Click":
        return Response("", 200, content_type="text/plain")
    return redirect(url_for("market_searches.linked", token=token), 303)


def said(query: Mapping[str, Any]) -> str:
    """A search in words: what it asks for, in the order of the form."""
    parts = [shown.where(query["within"])] if "within" in query else []
    priced = "price_least" in query or "price_most" in query
    for name in CHOICES:
        if name in query and not (name == "unit" and priced):
            value = str(query[name])
            if name == "kind":
                parts.append(shown.kind_name(value))
            elif name == "land_class":
                parts.append(code_name(value, "land_class"))
            else:
                parts.append(shown_term(value, shown.CHOSEN_OF[name]) if name in shown.CHOSEN_OF else value)
    labels = {"price": shown_term(query.get("unit", ""), "price_unit"), "mu": _("亩"), "years": _("年")}
    for name, column, scale, _most in RANGES:
        least, most = (query.get(f"{column}_{end}") for end in ("least", "most"))
        if least is not None or most is not None:
            ends = ["" if value is None else _figure(value, scale) for value in (least, most)]
            parts.append(f"{ends[0]}–{ends[1]} {labels[name]}")
    if "photos" in query:
        parts.append(_("有照片"))
    return " · ".join(parts) or _("全部挂牌")


def _figure(value: Any, parts: int) -> str:
    """A whole number of parts as the form writes it: to the hundredth, without an exponent."""
    return f"{half_up(Decimal(int(value)) / parts).normalize():f}"


def back(query: Mapping[str, Any]) -> str:
    """The address of the list that a kept search is of."""
    given = {name: query[name] for name in ("within", *CHOICES) if name in query}
    for name, column, parts, _most in RANGES:
        for end_of in ("least", "most"):
            if f"{column}_{end_of}" in query:
                given[f"{name}_{end_of}"] = _figure(query[f"{column}_{end_of}"], parts)
    return shown.list_address({**given, **({"photos": 1} if "photos" in query else {})})
