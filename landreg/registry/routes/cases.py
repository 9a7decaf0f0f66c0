"""The page of one case: its evidence, its findings, what it would enter, and the steps that it can take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.law.book import terms
from landreg.law.queries import load_law
from landreg.registry import queries, steps
from landreg.registry.casebook import Case
from landreg.registry.casework import cases, creditors, desk, telling, weighing
from landreg.registry.facts import first, found_uses
from landreg.registry.issued import handed_out
from landreg.registry.routes import case_shown
from landreg.registry.routes.queues import OFFICERS, READERS, step_named, taken
from landreg.registry.routes.surroundings import desk_of, page_day, store
from landreg.registry.rules.procedure import ANSWERED
from landreg.web import i18n, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("cases", __name__)


@blueprint.get("/cases/<county>/<uuid:case_id>")
@allow(*READERS, Role.SURVEYOR)
def one(county: str, case_id: UUID) -> Response:
    """One case: its state and next step, what it asks for, evidence, findings, what would be entered, objections, history."""
    return case_page(county, case_id, {})


def case_page(county: str, case_id: UUID, contacts: Mapping[UUID, str]) -> Response:
    """The page of a case; a surveyor reads that of their own drafts. contacts: by objection, how the objector may be reached, where
    an officer has just opened it.
    """
    actor = current_actor()
    with unit_of_work(actor) as uow:
        case = queries.case(uow.session, county, case_id)
        if case is None or not (actor.has(*READERS) or case.prepared_by == actor.account_id):
            raise NotFound
        law = load_law(uow.session, county, page_day(uow.session))
        proposed = first.proposals(uow.session, [case])
        about = case_shown.about(uow.session, case, proposed[0], law)
        step = steps.next_step(case)
        mine = step is not None and actor.has(*step.roles)
        looks = mine or actor.has(Role.REGISTRAR, Role.REVIEWER)
        foreseen = steps.foreseen(uow, [case], step, law, proposed)[0] if step and looks else None
        return pages.render(
            "registry/case.html",
            case=case,
            step=step,
            mine=mine,
            foreseen=foreseen if mine else None,
            ahead=case_shown.in_the_way(foreseen, law) if foreseen and not mine else (),
            kinds=[
                (kind, i18n.shown_term(kind, "document"))
                for kind in case_shown.kinds((*about["papers"], *about["kind"].instead))
            ],
            grounds=[(one, i18n.shown_term(one, "refusal_ground")) for one in terms("refusal_ground")],
            **case_shown.settling(uow, case, about["objections"]),
            ended=case.state in cases.FINISHED,
            contacts=contacts,
            weighable=case.state in weighing.BEFORE_REVIEW,
            keepable=case.state in weighing.AFTER_REVIEW,
            to_answer=ANSWERED,
            farmed=list(found_uses.farmed().items()),
            unfarmed=found_uses.unfarmed(about["noted"]),
            behind=creditors.later(uow.session, case),
            prepared=actor.account_id in desk.prepared_by(uow.session, case),
            **about,
        )


def found_case(actor: Actor, county: str, case_id: UUID) -> Case:
    """The case. Raises NotFound outside the jurisdiction."""
    with unit_of_work(actor) as uow:
        case = queries.case(uow.session, county, case_id)
    if case is None:
        raise NotFound
    return case


@dataclass(frozen=True)
class Titled:
    """The form of a step; only a notice has a title, and a review without papers says by what it was checked."""

    title: str = field(default="", metadata={"most": 80})
    without: str = field(default="", metadata={"most": 500})


@blueprint.post("/cases/<county>/<uuid:case_id>/steps/<step>")
@allow(*OFFICERS)
@problems.back_to(lambda county, case_id, step: one(county, case_id))
def go_on(county: str, case_id: UUID, step: str) -> Redirect | Response:
    """Take the case's next step. A title is asked for only where the case's state allows a notice."""
    wanted, given = step_named(step), read_form(Titled)
    if wanted.name == "publish" and not given.title:
        _must_be_in(county, case_id, wanted.states, step)
    return taken(county, [case_id], wanted, page_of(county, case_id), title=given.title, said=given.without)


class Way(StrEnum):
    """How a case leaves its way before registration."""

    RETURN = "return"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    TAKE_OUT = "take_out"


WAYS = {
    Way.RETURN: cases.return_for_completion,
    Way.WITHDRAW: cases.withdraw,
    Way.TAKE_OUT: cases.take_out,
}


LEFT_FROM = tuple(state for state in cases.STATES if state not in cases.FINISHED)


@dataclass(frozen=True)
class Leaving:
    """A way out with its reason. ground: of a refusal, which of the law's."""

    way: Way
    reason: str = field(default="", metadata={"most": 2000})
    ground: str = field(default="", metadata={"most": 20})


@blueprint.post("/cases/<county>/<uuid:case_id>/leave")
@allow(*OFFICERS)
@problems.back_to(one)
def leave(county: str, case_id: UUID) -> Redirect:
    """Return, withdraw or refuse the case, or take it out of its batch, with the reason."""
    _must_be_in(county, case_id, LEFT_FROM, "leave")
    given = read_form(Leaving)
    if given.way is Way.REFUSE:
        cases.refuse(current_actor(), county, [case_id], given.reason, given.ground)
    else:
        WAYS[given.way](current_actor(), county, [case_id], given.reason)
    if given.way in cases.TOLD_IN_WRITING:
        with unit_of_work(current_actor()) as uow:
            made_at = desk_of(uow.session, county)
        handed_out.paper_of(current_actor(), county, case_id, (given.way,), made_at, store())
    flash(_("已办理：%(step)s。", step=i18n.shown_term(given.way.value, "step")))
    return redirect(page_of(county, case_id), 303)


@dataclass(frozen=True)
class Weighed:
    """What an officer found about the notes on a case, a later survey of it or an upheld objection: an answer and words.
    parcel, use: of each parcel whose use was asked for, in one order.
    """

    answer: weighing.Answer
    reason: str = field(metadata={"most": 2000})
    parcel: tuple[str, ...] = ()
    use: tuple[str, ...] = ()


@blueprint.post("/cases/<county>/<uuid:case_id>/weigh")
@allow(*OFFICERS)
@problems.back_to(one)
def weigh(county: str, case_id: UUID) -> Redirect:
    """Write down what was found about the notes of the survey's check on this case, or about a later survey."""
    given = read_form(Weighed)
    weighing.weigh(
        current_actor(), county, case_id, given.answer, given.reason, dict(zip(given.parcel, given.use, strict=False))
    )
    flash(_("核实结果已记入办理记录。"))
    return redirect(page_of(county, case_id), 303)


@blueprint.post("/cases/<county>/<uuid:case_id>/tell")
@allow(Role.REGISTRAR)
@problems.back_to(one)
def tell(county: str, case_id: UUID) -> Redirect:
    """Write each party the letter on an error that the office found, and print them."""
    telling.tell(current_actor(), county, case_id)
    with unit_of_work(current_actor()) as uow:
        made_at = desk_of(uow.session, county)
    letters = handed_out.letters_of(current_actor(), county, case_id, made_at, store())
    flash(_("更正登记通知书已出具 %(n)s 份，各方一份。全部送达凭证收入材料后，期限从那天起算。", n=len(letters)))
    return redirect(page_of(county, case_id), 303)


def _must_be_in(county: str, case_id: UUID, states: tuple[str, ...], step: str) -> None:
    """Raises Conflict (REG-8) where the step does not follow from the case's state, NotFound outside the jurisdiction.

    The service asks again under its lock; here the reason comes before the findings of the form.
    """
    case = found_case(current_actor(), county, case_id)
    if case.state not in states:
        raise Conflict(Finding("REG-8", "state", {"state": case.state, "step": step}, subject=case.number))


def page_of(county: str, case_id: UUID) -> str:
    """The address of a case's page."""
    return url_for("registry.cases.one", county=county, case_id=case_id)
