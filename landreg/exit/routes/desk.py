"""The registry desk's pages of exits: the list, the application, and one exit with its next steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.exit import money, queries, service
from landreg.exit.queries import Whole
from landreg.exit.rules.course import FINAL, WAYS, agreed_from, stage
from landreg.exit.rules.money import ITEMS, MODELS, Agreed, Itemised
from landreg.exit.service import Asked, Spoken
from landreg.land.queries import division_path
from landreg.law.book import Law, terms
from landreg.law.queries import load_law
from landreg.party import queries as parties
from landreg.registry.facts import standing
from landreg.registry.guarded import Attached, attached
from landreg.registry.routes.queues import OFFICERS, READERS
from landreg.registry.routes.surroundings import page_day, store
from landreg.web import i18n, pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("exits", __name__)


@blueprint.get("/exits")
@allow(*READERS)
def index() -> Response:
    """The exits of the jurisdiction, newest first."""
    with unit_of_work(current_actor()) as uow:
        session, day = uow.session, page_day(uow.session)
        page = pages.page_of(session, queries.listed(), number=pages.page_number(), size=pages.page_size())
        law = load_law(session, current_actor().jurisdiction[:6].ljust(6, "0"), day)
        cooling = law.days("EXIT-9.cooling_days")
        rows = [queries.whole(session, row) for row in page.items]
        stages = {row.exit.exit_id: stage(row.course(day), cooling) for row in rows}
    return pages.render("exit/exits.html", page=page, rows=rows, stages=stages)


@blueprint.get("/exits/new/<code>")
@allow(Role.REGISTRAR)
def new(code: str) -> Response:
    """The form of an application: what the household holds, and what of it is given back."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        household = parties.household_by_code(session, code)
        if household is None:
            raise NotFound
        law = load_law(session, household.county, page_day(session))
        held = standing.rights_held(session, household.county, [household.household_id], *service.KINDS)
        bundles = standing.rights(session, household.county, list(held.get(household.household_id, {})))
        return pages.render(
            "exit/new.html",
            household=household,
            rights=bundles,
            right_choices=[
                (str(one.right_id), f"{i18n.shown_term(one.right.row['kind'], 'right')} {one.right.row['code']}")
                for one in sorted(bundles.values(), key=lambda one: str(one.right.row["kind"]))
            ],
            parcel_choices=sorted(
                (one.codes[row.row["parcel_id"]], f"{one.codes[row.row['parcel_id']]} · {row.row['mu']} " + _("亩"))
                for one in bundles.values()
                if one.right.row["kind"] == service.KINDS[0]
                for row in one.parcels
            ),
            path=division_path(session, household.village),
            most_years=law.days("EXIT-5.most_years"),
            modes=_words("exit_mode"),
            reasons=_words("exit_reason"),
        )


@dataclass(frozen=True)
class Applying:
    """What is given back, how, and why."""

    right: tuple[UUID, ...] = ()
    mode: str = ""
    reason: str = ""
    parcel: tuple[str, ...] = ()
    years: int = 0
    taker: str = field(default="", metadata={"most": 18})
    said: str = field(default="", metadata={"most": 500})


@blueprint.post("/exits/new/<code>")
@allow(Role.REGISTRAR)
@problems.back_to(new)
def apply(code: str) -> Redirect:
    """Open the exit and its case."""
    given = read_form(Applying)
    asked = Asked(given.right, given.mode, given.reason, given.parcel, given.years, given.taker, given.said)
    found = service.apply(current_actor(), code, asked)
    flash(_("退出已申请，编号 %(number)s。请每名成年成员分别到窗口表示意愿。", number=found.number))
    return redirect(url_for(".one", county=found.county, exit_id=found.exit_id), 303)


@blueprint.get("/exits/of-case/<county>/<uuid:case_id>")
@allow(*READERS)
def of_case(county: str, case_id: UUID) -> Redirect:
    """The exit behind a case."""
    with unit_of_work(current_actor()) as uow:
        found = queries.of_case(uow.session, county, case_id)
    if found is None:
        raise NotFound
    return redirect(url_for(".one", county=county, exit_id=found.exit_id), 303)


@blueprint.get("/exits/<county>/<uuid:exit_id>")
@allow(*READERS)
def one(county: str, exit_id: UUID) -> Response:
    """One exit: where it is, what comes next, each member's word, the agreement, the payments."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, county, exit_id)
        if row is None:
            raise NotFound
        found, law = queries.whole(uow.session, row), load_law(uow.session, county, page_day(uow.session))
        return pages.render(
            "exit/exit.html",
            found=found,
            exit=found.exit,
            may_act=actor.has(*OFFICERS),
            path=division_path(uow.session, row.village),
            **_standing(found, law),
            **_choices(),
            **_rights(uow.session, found),
        )


def _standing(found: Whole, law: Law) -> dict[str, Any]:
    course, cooling = found.course(law.on), law.days("EXIT-9.cooling_days")
    where = stage(course, cooling)
    spoken = {one.member_id: one for one in found.consents}
    return {
        "course": course,
        "stage": where,
        "final": where in FINAL,
        "cooling_days": cooling,
        "agreed_from": agreed_from(course, cooling),
        "today": law.on,
        "spoken": spoken,
        "to_ask": [(str(member), name) for member, name in course.adults.items() if member not in spoken],
        "holders": [
            (str(one.member_id), found.names.get(one.person_id, "")) for one in found.members if one.holds_right
        ],
    }


def _choices() -> dict[str, Any]:
    return {
        "ways": [(way, i18n.shown_term(way, "exit_way")) for way in WAYS],
        "languages": _words("exit_language"),
        "models": [(model, i18n.shown_term(model, "exit_model")) for model in MODELS],
        "items": ITEMS,
        "withdrawn_by": [(way, i18n.shown_term(way, "exit_withdrawn_by")) for way in ("word", "letter")],
    }


def _rights(session: Session, found: Whole) -> dict[str, Any]:
    bundles = standing.rights(session, found.exit.county, found.exit.right_ids)
    taker = parties.household(session, found.exit.county, found.exit.taker_id) if found.exit.taker_id else None
    return {"rights": [bundles[right] for right in found.exit.right_ids if right in bundles], "taker": taker}


@dataclass(frozen=True)
class Saying:
    """A member's word. answer: yes or no."""

    member: UUID
    answer: str
    way: str
    office: str = field(default="", metadata={"most": 100})
    language: str = ""
    identity: bool = False
    read: bool = False
    witness: str = field(default="", metadata={"most": 60})
    apart: bool = False
    by_name: str = field(default="", metadata={"most": 60})
    paper: Upload | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/consents")
@allow(*OFFICERS)
@problems.back_to(one)
def consent(county: str, exit_id: UUID) -> Redirect:
    """Take a member's word."""
    given = read_form(Saying)
    language = given.language if given.language in terms("exit_language") else ""
    said = Spoken(
        given.member, given.answer == "yes", given.way, given.office, language, given.identity, given.read, given.witness,
        given.apart, given.by_name,
    )  # fmt: skip
    service.consent(current_actor(), county, exit_id, said, _paper(given.paper))
    flash(_("意愿已记录。") if said.agrees else _("已记录不同意：这件退出不再往下办，权利照旧。"))
    return _back(county, exit_id)


@dataclass(frozen=True)
class Noticing:
    """When the collective was told in writing."""

    on_day: date
    paper: Upload | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/notice")
@allow(*OFFICERS)
@problems.back_to(one)
def notify(county: str, exit_id: UUID) -> Redirect:
    """Record the written notice."""
    given = read_form(Noticing)
    service.notify(current_actor(), county, exit_id, given.on_day, _paper(given.paper))
    flash(_("书面通知已记录。"))
    return _back(county, exit_id)


@dataclass(frozen=True)
class Providing:
    """How minors are provided for."""

    said: str = field(metadata={"most": 1000})
    paper: Upload | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/minors")
@allow(*OFFICERS)
@problems.back_to(one)
def provide(county: str, exit_id: UUID) -> Redirect:
    """Record it."""
    given = read_form(Providing)
    service.provide_for_minors(current_actor(), county, exit_id, given.said, _paper(given.paper))
    flash(_("未成年成员的保障已记录。"))
    return _back(county, exit_id)


@dataclass(frozen=True)
class Agreeing:
    """The agreement as it was signed; an item a kind, where one was agreed on."""

    model: str
    payer: str = field(metadata={"most": 100})
    funds_source: str = field(metadata={"most": 200})
    funds: Decimal
    funds_shown_on: date
    signed_on: date
    instalments: int = 1
    guarantee: str = field(default="", metadata={"most": 200})
    what_land: str = field(default="", metadata={"most": 200})
    amount_land: Decimal | None = None
    what_improvements: str = field(default="", metadata={"most": 200})
    amount_improvements: Decimal | None = None
    what_house: str = field(default="", metadata={"most": 200})
    amount_house: Decimal | None = None
    what_fixtures: str = field(default="", metadata={"most": 200})
    amount_fixtures: Decimal | None = None
    what_crops: str = field(default="", metadata={"most": 200})
    amount_crops: Decimal | None = None
    what_relocation: str = field(default="", metadata={"most": 200})
    amount_relocation: Decimal | None = None
    paper: Upload | None = None
    funds_paper: Upload | None = None

    def items(self) -> tuple[Itemised, ...]:
        """Those of which something was said."""
        said = [(kind, getattr(self, f"what_{kind}"), getattr(self, f"amount_{kind}")) for kind in ITEMS]
        return tuple(
            Itemised(kind, what, Decimal(0) if amount is None else amount)
            for kind, what, amount in said
            if what or amount is not None
        )


@blueprint.post("/exits/<county>/<uuid:exit_id>/agreement")
@allow(*OFFICERS)
@problems.back_to(one)
def agree(county: str, exit_id: UUID) -> Redirect:
    """Record the agreement."""
    given = read_form(Agreeing)
    agreed = Agreed(
        given.model, given.payer, given.items(), given.funds_source, given.funds, given.funds_shown_on, given.signed_on,
        given.instalments, given.guarantee,
    )  # fmt: skip
    made = money.agree(
        current_actor(), county, exit_id, agreed, _paper(given.paper), _paper(given.funds_paper, "funds_paper")
    )
    flash(
        _(
            "协议已记录，补偿合计 %(total)s 元，应于 %(day)s 前付清。",
            total=made.total_yuan,
            day=made.lapses_on.isoformat(),
        )
    )
    return _back(county, exit_id)


@dataclass(frozen=True)
class Paying:
    """A payment by its receipt."""

    member: UUID
    account: str = field(metadata={"most": 60})
    amount: Decimal
    paid_on: date
    receipt: str = field(metadata={"most": 60})
    paper: Upload | None = None


@blueprint.post("/exits/<county>/<uuid:exit_id>/payments")
@allow(*OFFICERS)
@problems.back_to(one)
def pay(county: str, exit_id: UUID) -> Redirect:
    """Record a payment."""
    given = read_form(Paying)
    left = money.pay(
        current_actor(), county, exit_id, given.member, given.account, given.amount, given.paid_on, given.receipt,
        _paper(given.paper),
    )  # fmt: skip
    flash(_("付款已记录，还差 %(left)s 元。", left=left) if left else _("补偿已付清，可以受理登记。"))
    return _back(county, exit_id)


@dataclass(frozen=True)
class Withdrawing:
    """How the exit is taken back; nobody has to say why."""

    withdrawn_by: str
    why: str = field(default="", metadata={"most": 500})


@blueprint.post("/exits/<county>/<uuid:exit_id>/withdraw")
@allow(*OFFICERS)
@problems.back_to(one)
def withdraw(county: str, exit_id: UUID) -> Redirect:
    """Take it back."""
    given = read_form(Withdrawing)
    service.withdraw(current_actor(), county, exit_id, given.withdrawn_by, given.why)
    flash(_("退出已撤回，权利照旧。请打印撤回回执交给农户。"))
    return _back(county, exit_id)


def _paper(sent: Upload | None, name: str = "paper") -> Attached | None:
    return attached(store(), sent, name)


def _words(kind: str) -> list[tuple[str, str]]:
    return [(value, i18n.shown_term(value, kind)) for value in terms(kind)]


def _back(county: str, exit_id: UUID) -> Redirect:
    return redirect(url_for(".one", county=county, exit_id=exit_id), 303)
