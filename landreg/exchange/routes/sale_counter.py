"""The counter of sales: takers, opened with an account, and the operator's own key for opening sealed bids."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import sealed, sealed_queries, taker_queries, takers
from landreg.exchange.routes.bids import bytes_of
from landreg.exchange.routes.sales import READERS
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("sale_counter", __name__)


@blueprint.get("/sales/keys")
@allow(Role.OPERATOR)
def keys() -> Response:
    """One's own key for opening sealed bids."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        return pages.render(
            "exchange/keys.html", keys=sealed_queries.keys(uow.session, actor.jurisdiction[:6]), own=actor.account_id
        )


@dataclass(frozen=True)
class KeyGiven:
    """The public half, made in the browser."""

    public_key: str = field(metadata={"most": 800})


@blueprint.post("/sales/keys")
@allow(Role.OPERATOR)
@problems.back_to(keys)
def keep_key() -> Redirect:
    """Keep the public half."""
    actor = current_actor()
    made = sealed.keep_key(actor, actor.jurisdiction[:6], bytes_of(read_form(KeyGiven).public_key, "public_key"))
    flash(_("公钥已登记，指纹 %(mark)s…。请把密钥文件另存两份，密码不要写在上面。", mark=made.fingerprint[:16]))
    return redirect(url_for(".keys"), 303)


@blueprint.get("/sales/takers")
@allow(*READERS)
def taker_list() -> Response:
    """Takers of the jurisdiction, and the form of the counter."""
    with unit_of_work(current_actor()) as uow:
        page = pages.page_of(
            uow.session, taker_queries.all_takers(), number=pages.page_number(), size=pages.page_size()
        )
        return pages.render("exchange/takers.html", page=page, kinds=takers.COUNTER_KINDS, password="", opened=None)


@dataclass(frozen=True)
class Opening:
    """A taker at the counter."""

    kind: str = field(metadata={"most": 20})
    name: str = field(metadata={"most": 100})
    number: str = field(metadata={"most": 30})
    login: str = field(metadata={"most": 40})
    contact: str = field(default="", metadata={"most": 100})


@blueprint.post("/sales/takers")
@allow(Role.OPERATOR)
@problems.back_to(taker_list)
def open_taker() -> Response:
    """Open it; the temporary password is told once."""
    given = read_form(Opening)
    asked = takers.Opening(given.kind, given.name, given.number, given.contact, given.login)
    row, password = takers.open_at_counter(current_actor(), asked)
    with unit_of_work(current_actor()) as uow:
        page = pages.page_of(uow.session, taker_queries.all_takers(), number=1, size=pages.page_size())
    return pages.render(
        "exchange/takers.html", page=page, kinds=takers.COUNTER_KINDS, password=password, opened=row, login=given.login
    )
