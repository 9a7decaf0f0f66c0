"""The registry desk's page of contracts whose parties ask for the register: one step opens the case, of the right or of its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import DAY
from landreg.exchange.contracts import cancelling, deal_queries, papers, queries, registering, right_queries
from landreg.exchange.contracts.routes import desk
from landreg.exchange.contracts.routes.forms import Declining, back, kept
from landreg.registry.routes.surroundings import desk_of, page_day, store
from landreg.web import pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("contract_registering", __name__)


@blueprint.get("/contracts/to-register")
@allow(Role.REGISTRAR, Role.REVIEWER)
def index() -> Response:
    """The contracts that wait for their case, oldest first; those that have ended, were changed or renewed, and whose right stands
    in the register as it was.
    """
    with unit_of_work(current_actor()) as uow:
        rows = queries.registration_asked(uow.session)
        ended = right_queries.right_stands(uow.session, page_day(uow.session))
        changed = right_queries.rights_changed(uow.session)
        natural = deal_queries.natural(uow.session, [*rows, *(one.Contract for one in (*ended, *changed))])
    return pages.render(
        "exchange/contracts/to_register.html",
        rows=rows,
        ended=ended,
        changed=changed,
        natural=natural,
        DAY=DAY,
        may_open=current_actor().has(Role.REGISTRAR),
    )


@dataclass(frozen=True)
class Opening:
    """contract_code: of an assignment, of the contract with the household that takes the land over. number: of a person."""

    contract_code: str = field(default="", metadata={"most": 19})
    number: str = field(default="", metadata={"most": 30})


@blueprint.post("/contracts/<county>/<uuid:contract_id>/case")
@allow(Role.REGISTRAR)
@problems.back_to(desk.one)
def open_case(county: str, contract_id: UUID) -> Redirect:
    """Open the case, the contract in its folder."""
    actor, given = current_actor(), read_form(Opening)
    text = _text(county, contract_id)
    case_id = registering.open_case_of(actor, store(), county, contract_id, text, given.contract_code, given.number)
    flash(_("已立案，合同已放入业务档案。"))
    return redirect(url_for("registry.cases.one", county=county, case_id=case_id), 303)


@blueprint.post("/contracts/<county>/<uuid:contract_id>/registration/declined")
@allow(Role.REGISTRAR)
@problems.back_to(desk.one)
def decline(county: str, contract_id: UUID) -> Redirect:
    """Decline the parties' application for the register."""
    registering.decline(current_actor(), county, contract_id, read_form(Declining).said)
    flash(_("已退回登记申请，双方看得到原因。"))
    return redirect(url_for(".index"), 303)


@dataclass(frozen=True)
class Applying:
    """The parties' application, as they signed it."""

    application: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/cancellation")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def ask_cancellation(county: str, contract_id: UUID) -> Redirect:
    """Record that the parties ask for the land-operation right of an ended contract to be struck out."""
    cancelling.ask_cancellation(
        current_actor(), county, contract_id, kept(read_form(Applying).application, "application")
    )
    flash(_("注销申请已交登记机构，等它立案。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Consenting:
    """The creditors' consent. purpose: to the end of the contract, or to its change."""

    purpose: str
    consent: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/creditor-consent")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def creditor_consents(county: str, contract_id: UUID) -> Redirect:
    """Record that the creditors of the mortgages of its registered right let the contract end or change."""
    given = read_form(Consenting)
    cancelling.creditor_consents(current_actor(), county, contract_id, given.purpose, kept(given.consent, "consent"))
    flash(_("抵押权人的同意已记录。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Telling:
    """When the notice of the end reached the creditors, and the notice with the proof of its delivery."""

    told_on: date
    notice: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/creditor-told")
@allow(Role.OPERATOR)
@problems.back_to(desk.one)
def creditor_told(county: str, contract_id: UUID) -> Redirect:
    """Record that the creditors of the mortgages of its registered right were told that the contract has ended."""
    given = read_form(Telling)
    cancelling.creditor_told(current_actor(), county, contract_id, given.told_on, kept(given.notice, "notice"))
    flash(_("已记录：抵押权人已经收到合同终止的通知。"))
    return back(county, contract_id)


@blueprint.post("/contracts/<county>/<uuid:contract_id>/cancellation-case")
@allow(Role.REGISTRAR)
@problems.back_to(desk.one)
def open_cancellation(county: str, contract_id: UUID) -> Redirect:
    """Open the case that strikes it out, the parties' papers in its folder."""
    text = _text(county, contract_id)
    case_id = cancelling.open_case_of_end(current_actor(), store(), county, contract_id, text)
    flash(_("注销登记已立案，申请和终止的材料已放入业务档案。"))
    return redirect(url_for("registry.cases.one", county=county, case_id=case_id), 303)


def _text(county: str, contract_id: UUID) -> bytes:
    """The contract as PDF. Raises NotFound outside the jurisdiction."""
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None:
            raise NotFound
        return papers.contract(uow.session, desk_of(uow.session, county), queries.whole(uow.session, row))
