"""The opening of sealed bids: an officer's halves from her browser, and, of bids that do not count, all that was handed in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.exchange.bidding import sales, sealed, sealed_queries
from landreg.exchange.routes.bids import bytes_of
from landreg.exchange.routes.sales import one
from landreg.web import problems

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


@blueprint.get("/sales/<county>/<uuid:sale_id>/unopened.json")
@allow(Role.TAKER, Role.FARMER, Role.OPERATOR, Role.AUDITOR)
def unopened(county: str, sale_id: UUID) -> Response:
    """Bids that were opened and do not count, as anyone can try to open them."""
    with unit_of_work(current_actor()) as uow:
        found = sales.standing(uow, county, sale_id)
        rows = sealed_queries.unopened(uow.session, county, found.sale.sale_id)
    return jsonify({"sale": str(sale_id), "bids": [sealed.proof(row) for row in rows.values()]})
