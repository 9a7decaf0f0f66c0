"""The operator corrects a record of money that was wrong: a deposit (after the close by two), a taker's risk reserve."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.exchange.bidding import (
    correcting,
    correction_queries,
    doubting,
    review_queries,
    reviews,
    sale_queries,
    sales,
    taker_queries,
)
from landreg.exchange.bidding.correcting import Instead
from landreg.exchange.listings import papers
from landreg.exchange.routes.sales import READERS
from landreg.registry.routes.surroundings import as_it_was_handed_in, page_day, store
from landreg.web import i18n, pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("corrections", __name__)


@dataclass(frozen=True)
class Correcting:
    """Why, and what is recorded in its place. how: 'none' where nothing is. code: of the taker whose reserve it is."""

    why: str = field(default="", metadata={"most": 500})
    how: str = field(default="", metadata={"most": 10})
    entrant: UUID | None = None
    code: str = field(default="", metadata={"most": 18})
    kind: str = field(default="", metadata={"most": 20})
    amount: Decimal | None = None
    receipt: str = field(default="", metadata={"most": 60})
    on_day: date | None = None
    said: str = field(default="", metadata={"most": 500})


def _instead(given: Correcting, of: UUID, amount: Decimal | None = None) -> Instead | None:
    """What is recorded in its place. Raises BadInput (FORM-1) for a field that is empty."""
    if given.how == "none":
        return None
    sum_ = amount or given.amount
    lacking = [name for name, value in (("amount", sum_), ("on_day", given.on_day)) if value is None]
    if sum_ is None or given.on_day is None:
        raise BadInput([Finding("FORM-1", name) for name in lacking])
    return Instead(of, sales.Receipt(given.kind, sum_, given.receipt, given.on_day, given.said))


@blueprint.get("/sales/<county>/deposits/<uuid:deposit_id>/correction")
@allow(Role.OPERATOR)
def deposit(county: str, deposit_id: UUID) -> Response:
    """The form by which a deposit's record is corrected."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        row = sale_queries.deposit(session, county, deposit_id)
        if row is None:
            raise NotFound
        entrants = sale_queries.entrants(session, county, row.sale_id)
        takers = taker_queries.takers(session, county, [one.taker_id for one in entrants])
        owners = [
            (str(one.entrant_id), f"{one.plate} · {takers[one.taker_id].name if one.taker_id in takers else '—'}")
            for one in entrants
        ]
        return pages.render(
            "exchange/correction.html", row=row, record="deposit", owners=owners, owner=str(row.entrant_id),
            kinds=["paid"] if row.kind == "paid" else [one for one in sales.DEPOSITS if one != "paid"],
            corrected=correction_queries.corrections(session, county, [deposit_id]).get(deposit_id),
            back=url_for("sales.one", county=county, sale_id=row.sale_id), today=page_day(session),
            by_two=row.kind == "paid" and sales.standing(uow, county, row.sale_id).stage not in ("announced", "open"),
            doubt=correction_queries.doubts(session, county, row.sale_id).get(deposit_id, {}),
            own_doubt=current_actor().account_id,
        )  # fmt: skip


@blueprint.post("/sales/<county>/deposits/<uuid:deposit_id>/correction")
@allow(Role.OPERATOR)
@problems.back_to(deposit)
def correct_deposit(county: str, deposit_id: UUID) -> Redirect:
    """Correct it."""
    given, actor = read_form(Correcting), current_actor()
    with unit_of_work(actor) as uow:
        row = sale_queries.deposit(uow.session, county, deposit_id)
    if row is None:
        raise NotFound
    correcting.correct_deposit(
        actor, county, deposit_id, given.why, _instead(given, given.entrant or row.entrant_id, row.amount)
    )
    flash(_("已更正，原来的记载保留，注明已更正。"))
    return redirect(url_for("sales.one", county=county, sale_id=row.sale_id), 303)


@dataclass(frozen=True)
class Doubting:
    """That a deposit did not come, with the bank's statement."""

    why: str = field(default="", metadata={"most": 500})
    paper: Upload | None = None


@blueprint.post("/sales/<county>/deposits/<uuid:deposit_id>/doubt")
@allow(Role.OPERATOR)
@problems.back_to(deposit)
def doubt(county: str, deposit_id: UUID) -> Redirect:
    """Ask about a deposit after the close."""
    given = read_form(Doubting)
    made = doubting.doubt(current_actor(), county, deposit_id, given.why, papers.keep_one(store(), given.paper))
    flash(_("已告知竞买人，%(day)s 以前可以说明；请另一名交易员核对。", day=i18n.shown_day(made.answer_by)))
    return redirect(url_for("sales.one", county=county, sale_id=made.sale_id), 303)


@dataclass(frozen=True)
class Answering:
    """What the bidder says, with the writing."""

    said: str = field(default="", metadata={"most": 500})
    paper: Upload | None = None


@blueprint.post("/sales/<county>/deposits/<uuid:deposit_id>/doubt/answer")
@allow(Role.OPERATOR)
@problems.back_to(deposit)
def answer(county: str, deposit_id: UUID) -> Redirect:
    """What a bidder answers at the counter."""
    given = read_form(Answering)
    paper = papers.keep_one(store(), given.paper)
    doubting.answer(current_actor(), county, deposit_id, given.said, paper=paper)
    flash(_("已记下竞买人的说明，请核对银行流水。"))
    return redirect(url_for(".deposit", county=county, deposit_id=deposit_id), 303)


@dataclass(frozen=True)
class Missing:
    """That a return did not come, with the bidder's writing, or the desk's answer with the bank's receipt."""

    missed: str = field(default="", metadata={"most": 500})
    paper: Upload | None = None


@blueprint.post("/sales/<county>/deposits/<uuid:deposit_id>/missing")
@allow(Role.OPERATOR)
@problems.back_to(deposit)
def missing(county: str, deposit_id: UUID) -> Redirect:
    """A bidder says at the counter that a return did not come."""
    given = read_form(Missing)
    paper = papers.keep_one(store(), given.paper)
    made = doubting.miss(current_actor(), county, deposit_id, given.missed, paper=paper)
    flash(_("已记下竞买人没有收到，请在 %(day)s 前附银行回单答复，或者重新退还。", day=i18n.shown_day(made.answer_by)))
    return redirect(url_for(".deposit", county=county, deposit_id=deposit_id), 303)


@blueprint.post("/sales/<county>/deposits/<uuid:deposit_id>/shown")
@allow(Role.OPERATOR)
@problems.back_to(deposit)
def show(county: str, deposit_id: UUID) -> Redirect:
    """The bank's receipt of a return that its bidder says did not come."""
    given = read_form(Missing)
    doubting.show(current_actor(), county, deposit_id, given.missed, papers.keep_one(store(), given.paper))
    flash(_("已附银行回单答复，竞买人在自己的页面上能看到。"))
    return redirect(url_for(".deposit", county=county, deposit_id=deposit_id), 303)


@blueprint.get("/sales/<county>/deposits/<uuid:deposit_id>/doubt/<any(asked, answered, missing, shown):kind>/paper")
@allow(*READERS)
def doubt_paper(county: str, deposit_id: UUID, kind: str) -> Response:
    """The bank's statement or receipt, or the writing by which its bidder answered."""
    with unit_of_work(current_actor()) as uow:
        row = sale_queries.deposit(uow.session, county, deposit_id)
        told = {} if row is None else correction_queries.doubts(uow.session, county, row.sale_id).get(deposit_id, {})
    found = told.get(kind)
    if found is None or found.sha256 is None:
        raise NotFound
    return as_it_was_handed_in(found.sha256, found.paper)


@blueprint.get("/sales/reviews/<county>/<uuid:qualification_id>/reserve/<uuid:reserve_id>/correction")
@allow(Role.OPERATOR)
def reserve(county: str, qualification_id: UUID, reserve_id: UUID) -> Response:
    """The form by which a record of a risk reserve is corrected."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        row = review_queries.reserve(session, county, reserve_id)
        taker = None if row is None else taker_queries.taker(session, county, row.taker_id)
        if row is None or taker is None:
            raise NotFound
        return pages.render(
            "exchange/correction.html", row=row, record="reserve", owners=(), owner=taker.code,
            kinds=["paid"] if row.kind == "paid" else [one for one in reviews.RESERVES if one != "paid"],
            corrected=correction_queries.corrections(session, county, [reserve_id]).get(reserve_id),
            back=url_for("exchange_reviews.one", county=county, qualification_id=qualification_id),
        )  # fmt: skip


@blueprint.post("/sales/reviews/<county>/<uuid:qualification_id>/reserve/<uuid:reserve_id>/correction")
@allow(Role.OPERATOR)
@problems.back_to(reserve)
def correct_reserve(county: str, qualification_id: UUID, reserve_id: UUID) -> Redirect:
    """Correct it."""
    given, actor = read_form(Correcting), current_actor()
    with unit_of_work(actor) as uow:
        row = review_queries.reserve(uow.session, county, reserve_id)
        code = given.code.strip().upper()
        taker = taker_queries.taker_of_code(uow.session, county, code) if code else None
    if row is None:
        raise NotFound
    if code and taker is None:
        raise BadInput(Finding("CON-16", "code"))
    correcting.correct_reserve(
        actor, county, reserve_id, given.why, _instead(given, taker.taker_id if taker else row.taker_id)
    )
    flash(_("已更正，原来的记载保留，注明已更正。"))
    return redirect(url_for("exchange_reviews.one", county=county, qualification_id=qualification_id), 303)
