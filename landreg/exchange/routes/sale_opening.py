"""The opening of sealed bids: an officer's halves from her browser, and what came of it, for anybody to work out again."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.limits import limiter
from landreg.access.policy import allow, current_actor
from landreg.core.actor import NOBODY, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.exchange.bidding import opened, sealed
from landreg.exchange.routes.bids import bytes_of
from landreg.exchange.routes.market_shown import LOOKS
from landreg.exchange.routes.sales import one
from landreg.web import pages, problems

blueprint = Blueprint("sale_opening", __name__)
LONGEST = 44
"""Signs of 32 bytes in base64."""


@blueprint.post("/sales/<county>/<uuid:sale_id>/shares")
@allow(Role.OPERATOR)
@problems.back_to(one)
def shares(county: str, sale_id: UUID) -> Redirect:
    """An officer's halves of the keys, unwrapped in her browser; without any bid there is nothing to unwrap."""
    given: dict[UUID, bytes | None] = {}
    for name, text in request.form.items():
        kind, _mark, bid = name.partition("-")
        if kind not in ("share", "unreadable"):
            continue
        try:
            given[UUID(bid)] = bytes_of(text[: LONGEST + 1], "share") if kind == "share" else None
        except ValueError:
            raise BadInput(Finding("FORM-6", "share", {"given": name[:40]})) from None
    if given:
        lacking = sealed.give_shares(current_actor(), county, sale_id, given)
        flash(_("您的一半密钥已交出并核对。两名开标人都交出以后，报价一起开启。"))
        if lacking:
            flash(_("其中 %(count)s 份用您的密钥解不开，已记载您的姓名，该份开启以后不计。", count=lacking))
    else:
        sealed.open_empty(current_actor(), county, sale_id)
    return redirect(url_for("sales.one", county=county, sale_id=sale_id), 303)


@blueprint.get("/market/openings/<county>/<uuid:sale_id>.json")
@allow(Role.PUBLIC)
@limiter.limit(LOOKS)
def opened_bids(county: str, sale_id: UUID) -> Response:
    """Every bid of a sale that was opened, with slip, nonce and commitment; of those without a price, all that was handed in.
    Raises NotFound before the opening.
    """
    with unit_of_work(NOBODY) as uow:
        rows = opened.of_sale(uow.session, county, sale_id)
    if not rows:
        raise NotFound
    return pages.json_answer({"sale": str(sale_id), "bids": [opened.published(one) for one in rows]})
