"""The operator's pages of contracts: what waits to be drawn, the list, one contract with its next steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound
from landreg.core.periods import DAY
from landreg.exchange.contracts import drawing, life, queries, signing
from landreg.exchange.contracts.drawing import Draft
from landreg.exchange.contracts.life import End, Outcome
from landreg.exchange.contracts.queries import Whole
from landreg.exchange.contracts.routes.forms import OFF_MARKET, Clauses, Drawing, choices, questions
from landreg.exchange.contracts.rules import rent
from landreg.exchange.contracts.rules.course import GROUNDS, OUTCOMES, stage
from landreg.exchange.contracts.rules.rent import con_11_grain_price_is_set
from landreg.exchange.contracts.rules.terms import tr_5_transfer_filed
from landreg.exchange.contracts.signing import Signature
from landreg.land.queries import division_path
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached, attached
from landreg.registry.routes.surroundings import page_day, store
from landreg.web import i18n, pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("contracts", __name__)
READERS = (Role.OPERATOR, Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR)
STATES = ("drawn", "part_signed", "signed", "disputed", "ended", "withdrawn")


@blueprint.get("/contracts")
@allow(*READERS)
def index() -> Response:
    """Deals whose contract waits to be drawn, and the contracts of the jurisdiction, newest first."""
    state, text = request.args.get("state", ""), request.args.get("q", "").strip()[:60]
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        found = queries.listed(state if state in STATES else "", text)
        page = pages.page_of(session, found, number=pages.page_number(), size=pages.page_size())
        waiting = queries.deals_waiting(session) if current_actor().has(Role.OPERATOR) else []
        today = page_day(session)
    return pages.render(
        "exchange/contracts/contracts.html",
        page=page,
        waiting=waiting,
        today=today,
        sought=text,
        states=STATES,
        DAY=DAY,
    )


@blueprint.get("/contracts/late")
@allow(*READERS)
def late() -> Response:
    """What is late today, contract by contract, the oldest first."""
    with unit_of_work(current_actor()) as uow:
        today = page_day(uow.session)
        rows = [queries.whole(uow.session, row) for row in queries.with_late_dues(uow.session, today)]
    owing = [
        (found, rent.arrears(found.settled, today), since)
        for found in rows
        if (since := rent.late_since(found.settled, today)) is not None
    ]
    return pages.render("exchange/contracts/late.html", owing=sorted(owing, key=lambda one: one[2]), today=today)


@blueprint.get("/contracts/new")
@allow(Role.OPERATOR)
def new() -> Response:
    """The form of a deal made off the market: first whose land and how, then the terms and what the clauses ask."""
    code, kind = request.args.get("household", "").strip()[:18], request.args.get("kind", "")
    unit = "share" if kind == "share" else request.args.get("unit", "yuan_mu_year")
    county = current_actor().jurisdiction[:6]
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        today = page_day(session)
        county = request.args.get("county", county)[:6]
        rights = queries.rights_of(session, county, code) if code else []
        chosen = _chosen(rights)
        land = None if chosen is None else queries.land(session, county, chosen.right_id)
    asked = questions(kind, unit, today) if kind in OFF_MARKET else []
    return pages.render(
        "exchange/contracts/new.html", code=code, county=county, kind=kind, unit=unit, land=land, asked=asked, today=today,
        rights=[(str(one.right_id), one.right_code) for one in rights],
        findings=[] if rights or not code else [Finding("CON-16", "household")], **choices(),
    )  # fmt: skip


def _chosen(rights: Sequence[Any]) -> Any | None:
    """The right that the page is asked for; the only one of a household that has no other."""
    if len(rights) == 1:
        return rights[0]
    return next((one for one in rights if str(one.right_id) == request.args.get("right", "")), None)


@blueprint.post("/contracts/new")
@allow(Role.OPERATOR)
@problems.back_to(new)
def draw() -> Redirect:
    """Draw the contract of a deal that the parties made by themselves."""
    given = read_form(Drawing)
    county, code = request.args.get("county", "")[:6], request.args.get("household", "")[:18]
    with unit_of_work(current_actor()) as uow:
        chosen = _chosen(queries.rights_of(uow.session, county, code))
    if chosen is None:
        raise NotFound
    kind = request.args.get("kind", "")
    draft = Draft(chosen.right_id, given.taken(), given.terms(kind), given.values(), given.said)
    made = drawing.draw_recorded(current_actor(), county, draft, given.taker, given.taker_name, given.contact)
    flash(_("合同已拟定，编号 %(number)s。", number=made.number))
    return _back(county, made.contract_id)


@blueprint.get("/contracts/of-deal/<county>/<uuid:deal_id>")
@allow(Role.OPERATOR)
def of_deal(county: str, deal_id: UUID) -> Response:
    """The form of a deal's contract: land, term and price stand already; what the clauses ask is left."""
    with unit_of_work(current_actor()) as uow:
        found = queries.dealt(uow.session, county, deal_id)
        if found is None:
            raise NotFound
        today = page_day(uow.session)
    return pages.render(
        "exchange/contracts/of_deal.html",
        found=found,
        asked=questions(found.listing.kind, found.deal.unit, today),
        DAY=DAY,
    )


@blueprint.post("/contracts/of-deal/<county>/<uuid:deal_id>")
@allow(Role.OPERATOR)
@problems.back_to(of_deal)
def draw_of_deal(county: str, deal_id: UUID) -> Redirect:
    """Draw it."""
    given = read_form(Clauses)
    made = drawing.draw_from_deal(current_actor(), county, deal_id, given.values(), given.said)
    flash(_("合同已拟定，编号 %(number)s。", number=made.number))
    return _back(county, made.contract_id)


@blueprint.get("/contracts/<county>/<uuid:contract_id>")
@allow(*READERS)
def one(county: str, contract_id: UUID) -> Response:
    """One contract: where it is, what comes next, its clauses, its rents, what happened to it."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        session = uow.session
        row = queries.one(session, county, contract_id)
        if row is None:
            raise NotFound
        found = queries.whole(session, row)
        law = load_law(session, county, page_day(session))
        return pages.render(
            "exchange/contracts/contract.html", found=found, contract=row, path=division_path(session, row.village),
            may_act=actor.has(Role.OPERATOR), may_open=actor.has(Role.REGISTRAR),
            may_read_cases=actor.has(Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR), above=queries.chain(session, row),
            below=queries.following(session, county, contract_id), DAY=DAY, **standing(found, law),
        )  # fmt: skip


def standing(found: Whole, law: Law) -> dict[str, Any]:
    """How a contract stands today, with what is only told of it."""
    course = found.course(law.on)
    facts = signing.contracted(found)
    told = [tr_5_transfer_filed(facts, law), con_11_grain_price_is_set(found.settled, law)]
    signed = found.of("signed") is not None
    return {
        "course": course, "stage": stage(course), "today": law.on, "settled": found.settled, "signed": signed,
        "told": [finding for finding in told if finding and signed], "may_register": signed and signing.may_register(found, law),
        "remedy_days": law.days("CON-7.remedy_days"), "grounds": _words("contract_ground", GROUNDS),
        "ends": _words("contract_end", ("agreed", "terminated", "dissolved", "land_lost")),
        "remedies": _words("contract_remedy", ("arrears", "use", "idle", "damage", "other")),
        "forums": _words("contract_forum", ("village", "township", "arbitration", "court")),
        "outcomes": _words("contract_outcome", OUTCOMES),
        "sides": [(side, i18n.shown_term(side, "contract_side")) for side in course.lacking],
    }  # fmt: skip


@dataclass(frozen=True)
class SigningForm:
    """A signature at the desk: in person, or with the answer of a signature service."""

    side: str
    way: str
    name: str = field(default="", metadata={"most": 60})
    identity: bool = False
    witness: str = field(default="", metadata={"most": 60})
    answer: Upload | None = None
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/signatures")
@allow(Role.OPERATOR)
@problems.back_to(one)
def sign(county: str, contract_id: UUID) -> Redirect:
    """Take a signature."""
    given = read_form(SigningForm)
    answer = given.answer.content.read(10_000) if given.answer else b""
    signature = Signature(given.side, given.way, given.name, given.identity, given.witness, answer)
    made = signing.sign(current_actor(), county, contract_id, signature, _paper(given.paper))
    flash(_("双方已签字，合同成立。") if made.state == "signed" else _("签字已记录，等另一方签字。"))
    return _back(county, contract_id)


@dataclass(frozen=True)
class Dated:
    """A step with its day, what was said, and its paper."""

    on_day: date | None = None
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/filing")
@allow(Role.OPERATOR)
@problems.back_to(one)
def file(county: str, contract_id: UUID) -> Redirect:
    """Record the filing with the issuing party."""
    given = read_form(Dated)
    signing.file(current_actor(), county, contract_id, given.on_day or _today(), given.said, _paper(given.paper))
    flash(_("备案已记录。"))
    return _back(county, contract_id)


@dataclass(frozen=True)
class Applying:
    """The application that the parties signed."""

    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/registration")
@allow(Role.OPERATOR)
@problems.back_to(one)
def ask_registration(county: str, contract_id: UUID) -> Redirect:
    """The parties ask for the register, by their signed application."""
    paper = _paper(read_form(Applying).paper)
    signing.ask_registration(current_actor(), county, contract_id, paper)
    flash(_("登记申请已转给登记机构。"))
    return _back(county, contract_id)


@blueprint.post("/contracts/<county>/<uuid:contract_id>/certificate")
@allow(Role.OPERATOR)
@problems.back_to(one)
def certify(county: str, contract_id: UUID) -> Redirect:
    """Give the transaction certificate."""
    number = signing.certify(current_actor(), county, contract_id)
    flash(_("交易鉴证书已出具，编号 %(number)s。", number=number))
    return _back(county, contract_id)


@blueprint.post("/contracts/<county>/<uuid:contract_id>/drop")
@allow(Role.OPERATOR)
@problems.back_to(one)
def drop(county: str, contract_id: UUID) -> Redirect:
    """Drop a contract that does not come about."""
    signing.drop(current_actor(), county, contract_id, read_form(Dated).said)
    flash(_("合同已作废。"))
    return _back(county, contract_id)


@dataclass(frozen=True)
class Paying:
    """A payment by its receipt: money, or grain in kg."""

    paid_on: date
    receipt: str = field(metadata={"most": 60})
    amount: Decimal | None = None
    kg: Decimal | None = None
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/payments")
@allow(Role.OPERATOR)
@problems.back_to(one)
def pay(county: str, contract_id: UUID) -> Redirect:
    """Record a payment."""
    given = read_form(Paying)
    left = life.pay(
        current_actor(), county, contract_id, given.amount, given.paid_on, given.receipt, _paper(given.paper), given.kg
    )
    flash(_("付款已记录，合同期内还应付 %(left)s 元。", left=left))
    return _back(county, contract_id)


@dataclass(frozen=True)
class Remedying:
    """A notice to remedy. what: '' where it says that it was done."""

    what: str = ""
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/remedy")
@allow(Role.OPERATOR)
@problems.back_to(one)
def remedy(county: str, contract_id: UUID) -> Redirect:
    """Give notice to remedy, or record that it was done."""
    given = read_form(Remedying)
    if given.what == "done":
        life.remedied(current_actor(), county, contract_id, given.said)
        flash(_("改正情况已记录。"))
    else:
        life.ask_to_remedy(current_actor(), county, contract_id, given.what, given.said, _paper(given.paper))
        flash(_("催告已记录。"))
    return _back(county, contract_id)


@dataclass(frozen=True)
class EndForm:
    """How the contract ends before its term."""

    how: str
    on_day: date
    ground: str = ""
    since: date | None = None
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/end")
@allow(Role.OPERATOR)
@problems.back_to(one)
def end(county: str, contract_id: UUID) -> Redirect:
    """End it."""
    given = read_form(EndForm)
    asked = End(given.how, given.on_day, given.ground, given.since, given.said)
    life.end(current_actor(), county, contract_id, asked, _paper(given.paper))
    flash(_("合同终止已记录。"))
    return _back(county, contract_id)


@dataclass(frozen=True)
class Disputing:
    """Where a dispute is brought."""

    forum: str
    said: str = field(metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/dispute")
@allow(Role.OPERATOR)
@problems.back_to(one)
def dispute(county: str, contract_id: UUID) -> Redirect:
    """Record a dispute."""
    given = read_form(Disputing)
    life.dispute(current_actor(), county, contract_id, given.forum, given.said, _paper(given.paper))
    flash(_("争议已记录，结果出来之前合同不变更、不解除。"))
    return _back(county, contract_id)


@dataclass(frozen=True)
class Settling:
    """What came of it."""

    outcome: str
    on_day: date
    yuan: Decimal | None = None
    due_on: date | None = None
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/outcome")
@allow(Role.OPERATOR)
@problems.back_to(one)
def settle(county: str, contract_id: UUID) -> Redirect:
    """Record the outcome."""
    given = read_form(Settling)
    asked = Outcome(given.outcome, given.on_day, given.yuan, given.due_on, given.said)
    life.settle(current_actor(), county, contract_id, asked, _paper(given.paper))
    flash(_("争议结果已记录。"))
    return _back(county, contract_id)


@dataclass(frozen=True)
class Answering:
    """Whether whoever has the land was asked to renew, or declined."""

    answer: str
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/renewal-word")
@allow(Role.OPERATOR)
@problems.back_to(one)
def renewal_word(county: str, contract_id: UUID) -> Redirect:
    """Record it."""
    given = read_form(Answering)
    life.renewal(current_actor(), county, contract_id, given.answer, given.said, _paper(given.paper))
    flash(_("续约征询已记录。"))
    return _back(county, contract_id)


@dataclass(frozen=True)
class Dividing:
    """A floating dividend."""

    year: int
    yuan: Decimal
    due_on: date
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/dividend")
@allow(Role.OPERATOR)
@problems.back_to(one)
def dividend(county: str, contract_id: UUID) -> Redirect:
    """Declare it."""
    given = read_form(Dividing)
    life.pay_dividend(current_actor(), county, contract_id, given.year, given.yuan, given.due_on, _paper(given.paper))
    flash(_("分红已记录，列入应付。"))
    return _back(county, contract_id)


@blueprint.post("/contracts/<county>/<uuid:contract_id>/give-back")
@allow(Role.OPERATOR)
@problems.back_to(one)
def give_back(county: str, contract_id: UUID) -> Redirect:
    """Record that the land was given back."""
    given = read_form(Dated)
    life.give_back(current_actor(), county, contract_id, given.on_day or _today(), given.said, _paper(given.paper))
    flash(_("土地交还已记录。"))
    return _back(county, contract_id)


@blueprint.get("/contracts/<county>/<uuid:contract_id>/next/<relation>")
@allow(Role.OPERATOR)
def following(county: str, contract_id: UUID, relation: str) -> Response:
    """The form of what follows a contract: renewal, change or re-transfer, filled in with what it says."""
    if relation not in ("renewal", "change", "retransfer"):
        raise NotFound
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None:
            raise NotFound
        found, today = queries.whole(uow.session, row), page_day(uow.session)
    kind = "retransfer" if relation == "retransfer" else row.kind
    return pages.render(
        "exchange/contracts/following.html", found=found, contract=row, relation=relation, DAY=DAY, today=today,
        asked=questions(kind, row.unit, today), values=row.clauses, **choices(),
    )  # fmt: skip


@blueprint.post("/contracts/<county>/<uuid:contract_id>/next/<relation>")
@allow(Role.OPERATOR)
@problems.back_to(following)
def draw_following(county: str, contract_id: UUID, relation: str) -> Redirect:
    """Draw it."""
    given = read_form(Drawing)
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None:
            raise NotFound
    kind = "retransfer" if relation == "retransfer" else row.kind
    made = drawing.draw_following(
        current_actor(), county, contract_id, relation, given.terms(kind), given.values(), given.taken(), given.said,
        given.taker, given.taker_name,
    )  # fmt: skip
    flash(_("合同已拟定，编号 %(number)s。", number=made.number))
    return _back(county, made.contract_id)


def _paper(sent: Upload | None, name: str = "paper") -> Attached | None:
    return attached(store(), sent, name)


def _words(kind: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, i18n.shown_term(value, kind)) for value in values]


def _today() -> date:
    with unit_of_work(current_actor()) as uow:
        return page_day(uow.session)


def _back(county: str, contract_id: UUID) -> Redirect:
    return redirect(url_for(".one", county=county, contract_id=contract_id), 303)
