"""The life of a contract at the desk: payments, notices to remedy, ends, renewal, dividends, return of the land; the page of each
step, of disputes too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import DAY
from landreg.exchange.contracts import (
    below,
    cancelling,
    correcting,
    deal_queries,
    disputes,
    dividing,
    life,
    queries,
    renewing,
)
from landreg.exchange.contracts.correcting import STEPS as CORRECTED
from landreg.exchange.contracts.correcting import Wrong
from landreg.exchange.contracts.entering import open_for
from landreg.exchange.contracts.life import AGREED, End
from landreg.exchange.contracts.routes.forms import back, kept, words
from landreg.exchange.contracts.routes.steps import STEPS, awarded_over, ends_by, if_ended, lists, never, notices
from landreg.exchange.contracts.rules.closing import LIMITED, Returned
from landreg.exchange.contracts.rules.course import stage
from landreg.exchange.contracts.rules.dividing import Dividend
from landreg.exchange.contracts.rules.renewing import WORDS as ANSWERS
from landreg.exchange.contracts.rules.renewing import open_until
from landreg.exchange.contracts.rules.rent import PAYERS
from landreg.exchange.contracts.rules.service import SERVICE
from landreg.exchange.contracts.rules.uses import OUTSIDE_FARMING
from landreg.law.queries import load_law
from landreg.registry.routes.surroundings import page_day
from landreg.web import pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("contract_life", __name__)


@blueprint.get("/contracts/<county>/<uuid:contract_id>/life/<step>")
@allow(Role.OPERATOR)
def step(county: str, contract_id: UUID, step: str) -> Response:
    """One step of the life of a contract: what the law asks of it, and its form. Raises NotFound, Conflict (CON-5)."""
    if step not in STEPS:
        raise NotFound
    with unit_of_work(current_actor()) as uow:
        if (row := queries.one(uow.session, county, contract_id)) is None:
            raise NotFound
        found, law = queries.whole(uow.session, row), load_law(uow.session, county, page_day(uow.session))
        natural = deal_queries.natural(uow.session, [row])
        price = queries.prices(uow.session, county, row.grain, [law.on]).get(law.on) if row.grain else None
        onward = tuple(below.resting_below(uow.session, row, law.on)) if step == "end" else ()
        laid = cancelling.registered(uow.session, found).laid if step in ("end", "terminate") else ()
        wrong = next((one for one in found.events if str(one.event_id) == request.values.get("corrects")), None)
        kept_by = correcting.kept_by(uow.session, found, wrong, by=uow.actor.account_id) if wrong else ""
    course, until = found.course(law.on), disputes.waits_until(found, law)
    if request.method == "GET" and wrong is None:
        open_for(found, law, *STEPS[step])
        if step == "end" and never(found, step):
            raise Refused(Finding("CON-30", "how", subject=row.number))
        if never(found, step) or (step in ("dispute", "outcome") and course.disputed != (step == "outcome")):
            raise Conflict(Finding("CON-5", "state", {"where": stage(course)}, subject=row.number))
    return pages.render(
        "exchange/contracts/step.html", mediated=until, mediation_days=law.days("CON-9.mediation_days"), laid=laid, onward=onward,
        found=found, contract=row, step=step, today=law.on, price=price, course=course,
        told_days=law.days("CON-8.told_days"), **if_ended(found, max(law.on, row.from_on)),
        DAY=DAY, natural=natural, remedy_days=law.days("CON-7.remedy_days"), years=law.days("CON-7.abandoned_years"),
        wrong=wrong if wrong and wrong.kind in CORRECTED else None,
        notices=notices(course), answer_days=law.days("CON-103.answer_days"), asked_from=renewing.first_inquiry(found, law),
        answer_by=open_until(course.events),
        answers=words("contract_step", ANSWERS),
        suit_days=law.days("CON-17.suit_days"), limits=[(one, law.days("CON-26.limitation_years", one)) for one in LIMITED],
        outside=row.kind in (*OUTSIDE_FARMING, SERVICE), service=row.kind == SERVICE,
        ends_by=words("contract_side", ends_by(course, row.kind)), sides=words("contract_side", PAYERS[::-1]),
        **awarded_over(found, wrong, law.on),
        kept_by=kept_by, **lists(found, ended=correcting.is_over(found, wrong), of_organisation=not natural, wrong=wrong,
                                 ran_out=until is not None and until < law.on),
    )  # fmt: skip


def again(name: str) -> Callable[[str, UUID], Response]:
    """The page of a step, with the findings for which it was not taken."""
    return lambda county, contract_id: step(county, contract_id, name)


@dataclass(frozen=True)
class Paying:
    """A payment by its receipt: money, or grain in kg. payer: the side that paid, where both owe something."""

    paid_on: date
    receipt: str = field(metadata={"most": 60})
    amount: Decimal | None = None
    kg: Decimal | None = None
    payer: str = ""
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/payments")
@allow(Role.OPERATOR)
@problems.back_to(again("payment"))
def pay(county: str, contract_id: UUID) -> Redirect:
    """Record a payment."""
    given = read_form(Paying)
    left = life.pay(
        current_actor(), county, contract_id, given.amount, given.paid_on, given.receipt, kept(given.paper), given.kg,
        given.payer,
    )  # fmt: skip
    flash(_("付款已记录，合同期内还应付 %(left)s 元。", left=left))
    return back(county, contract_id)


@dataclass(frozen=True)
class Remedying:
    """A notice to remedy. told_on: when it reached who is to mend it. side: who that is."""

    what: str
    told_on: date
    side: str = ""
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/remedy")
@allow(Role.OPERATOR)
@problems.back_to(again("remedy"))
def remedy(county: str, contract_id: UUID) -> Redirect:
    """Give notice to remedy."""
    given = read_form(Remedying)
    paper = kept(given.paper)
    life.ask_to_remedy(current_actor(), county, contract_id, given.what, given.said, paper, given.told_on, given.side)
    flash(_("催告已记录。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Mended:
    """That what a notice asked was done. side: by whom, where both were asked."""

    said: str = field(default="", metadata={"most": 1000})
    side: str = ""


@blueprint.post("/contracts/<county>/<uuid:contract_id>/remedied")
@allow(Role.OPERATOR)
@problems.back_to(again("remedied"))
def remedied(county: str, contract_id: UUID) -> Redirect:
    """Record that what the notice asked was done."""
    given = read_form(Mended)
    life.remedied(current_actor(), county, contract_id, given.said, given.side)
    flash(_("改正情况已记录。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class EndForm:
    """How it ends before its term, by agreement or since taker or land are gone, by a paper of a day (made_on).
    consent: of the right's creditors.
    """

    how: str
    on_day: date
    made_on: date | None = None
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None
    consent: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/end")
@allow(Role.OPERATOR)
@problems.back_to(again("end"))
def end(county: str, contract_id: UUID) -> Redirect:
    """End it."""
    given = read_form(EndForm)
    if given.how not in AGREED:
        raise BadInput(Finding("FORM-5", "how", {"given": given.how[:40]}))
    asked = ("made_on", "said") if given.how == "agreed" else ("made_on",)
    if lacking := [one for one in asked if not getattr(given, one)]:
        raise BadInput([Finding("FORM-1", one) for one in lacking])
    ended = End(given.how, given.on_day, said=given.said, made_on=given.made_on)
    life.end(current_actor(), county, contract_id, ended, kept(given.paper), kept(given.consent, "consent"))
    flash(_("合同终止已记录。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Hearing:
    """That who holds the land by a re-transfer let what it rests on end from a day, or was told so on another."""

    word: str
    on_day: date
    ends_on: date
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/parent-end")
@allow(Role.OPERATOR)
@problems.back_to(again("parent_end"))
def parent_end(county: str, contract_id: UUID) -> Redirect:
    """Record it."""
    given = read_form(Hearing)
    below.hear(current_actor(), county, contract_id, given.word, given.on_day, given.ends_on, kept(given.paper))
    flash(_("再流转受让方的同意或者通知已记录。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Terminating:
    """A side ends the contract alone. since: from when the land was idle. told_on: when the notice reached the other side."""

    ground: str
    on_day: date
    told_on: date
    since: date | None = None
    said: str = field(default="", metadata={"most": 1000})
    side: str = "contractor"
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/termination")
@allow(Role.OPERATOR)
@problems.back_to(again("terminate"))
def terminate(county: str, contract_id: UUID) -> Redirect:
    """End it on a ground of the law."""
    given = read_form(Terminating)
    asked = End("terminated", given.on_day, given.ground, given.since, given.said, given.told_on, given.side)
    life.end(current_actor(), county, contract_id, asked, kept(given.paper))
    flash(_("合同解除已记录。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Answering:
    """Whether whoever has the land was asked to renew, and when, or what came of it."""

    answer: str
    told_on: date | None = None
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/renewal-word")
@allow(Role.OPERATOR)
@problems.back_to(again("renewal_asked"))
def renewal_word(county: str, contract_id: UUID) -> Redirect:
    """Record it."""
    given = read_form(Answering)
    renewing.renewal(current_actor(), county, contract_id, given.answer, given.said, kept(given.paper), given.told_on)
    flash(_("续约征询已记录。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Dividing:
    """A floating dividend."""

    year: int
    yuan: Decimal
    resolved_on: date
    due_on: date
    corrects: UUID | None = None
    why: str = field(default="", metadata={"most": 500})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/dividend")
@allow(Role.OPERATOR)
@problems.back_to(again("dividend"))
def dividend(county: str, contract_id: UUID) -> Redirect:
    """Declare it."""
    given = read_form(Dividing)
    asked = Dividend(given.year, given.yuan, given.resolved_on, given.due_on)
    wrong = Wrong(given.corrects, given.why) if given.corrects else None
    dividing.pay_dividend(current_actor(), county, contract_id, asked, kept(given.paper), wrong)
    flash(_("分红已记录，列入应付。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class GivingBack:
    """How the land is given back: what becomes of what the taker built, what is paid for it, what goes back of a deposit and of
    what was paid too much.
    """

    fixtures: str
    on_day: date
    paid_yuan: Decimal | None = None
    deposit_yuan: Decimal | None = None
    agreed_on: date | None = None
    repaid_yuan: Decimal | None = None
    repaid_kg: Decimal | None = None
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/give-back")
@allow(Role.OPERATOR)
@problems.back_to(again("return"))
def give_back(county: str, contract_id: UUID) -> Redirect:
    """Record that the land was given back."""
    given = read_form(GivingBack)
    asked = Returned(
        given.on_day, given.fixtures, given.paid_yuan, given.said, given.deposit_yuan, given.agreed_on, given.repaid_yuan,
        given.repaid_kg,
    )  # fmt: skip
    life.give_back(current_actor(), county, contract_id, asked, kept(given.paper))
    flash(_("土地交还已记录。"))
    return back(county, contract_id)
