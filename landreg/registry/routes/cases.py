"""The page of one case: its evidence, its findings, what it would enter, and the steps that it can take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.access.queries import names_of
from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.land.queries import division_path
from landreg.law.book import Law, terms
from landreg.law.queries import load_law
from landreg.registry import queries, shelves, steps
from landreg.registry.casebook import Case, CaseEvent, Document, Objection
from landreg.registry.casework import cases, creditors, desk, notices, objectors, telling, weighing
from landreg.registry.facts import first, first_papers, found_uses, objected, successors, survey_notes
from landreg.registry.facts.applicants import applicants
from landreg.registry.facts.proposals import ActProposal, papers_of
from landreg.registry.facts.survey_uses import uses_of
from landreg.registry.facts.telling import TELL, letters
from landreg.registry.issued import handed_out, proofs
from landreg.registry.leaves import paper_rows
from landreg.registry.routes import household_shown, later_shown, parcel_shown, shown
from landreg.registry.routes.queues import OFFICERS, READERS, step_named, taken
from landreg.registry.routes.surroundings import desk_of, page_day, store
from landreg.registry.rules.desk import certified_after
from landreg.registry.rules.procedure import ANSWERED
from landreg.registry.rules.restrictions import consent_papers
from landreg.web import i18n, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("cases", __name__)
OF_WHO_TAKES_IT = "REG-1"
"""The rule on who took the case in: no concern of who does not take its next step."""
PACKAGE = "survey_package"
"""The paper that comes with the case by itself."""


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
        about = _about(uow.session, case, law)
        step = steps.next_step(case)
        mine = step is not None and actor.has(*step.roles)
        looks = mine or actor.has(Role.REGISTRAR, Role.REVIEWER)
        foreseen = steps.foreseen(uow, [case], step, law)[0] if step and looks else None
        return pages.render(
            "registry/case.html",
            case=case,
            step=step,
            mine=mine,
            foreseen=foreseen if mine else None,
            ahead=_in_the_way(foreseen, law) if foreseen and not mine else (),
            kinds=[
                (kind, i18n.shown_term(kind, "document")) for kind in _kinds((*about["papers"], *about["kind"].instead))
            ],
            grounds=[(one, i18n.shown_term(one, "refusal_ground")) for one in terms("refusal_ground")],
            **_settling(uow, case, about["objections"]),
            ended=case.state in cases.FINISHED,
            contacts=contacts,
            weighable=case.state in weighing.BEFORE_REVIEW,
            keepable=case.state in weighing.AFTER_REVIEW,
            to_answer=ANSWERED,
            farmed=list(found_uses.farmed().items()),
            unfarmed=found_uses.unfarmed(about["noted"]),
            behind=creditors.later(uow.session, case),
            prepared=actor.account_id in {case.prepared_by, *(e.by for e in about["events"] if e.step == "accept")},
            **about,
        )


def _in_the_way(foreseen: steps.Foreseen, law: Law) -> list[Finding]:
    """What stops the next step whoever takes it, for an officer who does not."""
    return [one for one in foreseen.findings if law.level(one) == "refuse" and one.code != OF_WHO_TAKES_IT]


def _kinds(papers: Sequence[str]) -> list[str]:
    """The kinds of paper that a folder may take in: those that the act asks for first, and what may stand for them."""
    return [kind for kind in dict.fromkeys((*papers, *terms("document"))) if kind != PACKAGE]


def _about(session: Session, case: Case, law: Law) -> dict[str, Any]:
    """All that the page shows beside the case itself."""
    county, case_id = case.county, case.case_id
    objections = queries.objections(session, county, case_id)
    events = queries.events(session, county, case_id)
    documents = queries.documents(session, county, case_id)
    act = desk.act(session, county, case.act_id)
    rights = shelves.rights_of_act(session, county, case.act_id)
    return {
        "path": division_path(session, case.village),
        "right_kinds": queries.kinds_of_rights(session, case),
        "applied": applicants(session, [case])[case_id],
        "parcels": desk.parcels_asked(session, county, case_id),
        "uses": uses_of(session, case),
        "kind": law.act(case.act_kind),
        **_asked(session, case, law, registered=act is not None),
        "documents": documents,
        "who": names_of(session, {case.prepared_by, *(document.put_by for document in documents)}),
        "events": events,
        "certified": certified_after(case.act_kind, case.request),
        "proven": proofs.is_proven(case) or paper_rows.count_of(session, county, case_id, "proof") > 0,
        "told": next((event for event in reversed(events) if event.step in ("return", "refuse")), None),
        **_telling(session, case, events, documents, law),
        "objections": objections,
        "waiting": [one for one in objected.pending(session, [case]).get(case_id, []) if one.of_case != case_id],
        "lacking": first_papers.lacking(session, [case]).get(case_id),
        "noted": survey_notes.notes(session, [case]).get(case_id, []),
        "weighed": [event for event in events if event.step in tuple(weighing.Answer)],
        "upheld": objected.upheld(session, [case]).get(case_id, []),
        **successors.ending(session, case),
        **later_shown.later(session, case, current_actor()),
        "answers": objectors.answers(objections, events),
        "notice": desk.notice(session, county, case.notice_id),
        "act": act,
        "right": rights[0] if rights else None,
        "rights": rights,
        "certificates": shelves.certificates_of_act(session, county, act.act_id) if act else (),
        "today": law.on,
    }


def _asked(session: Session, case: Case, law: Law, *, registered: bool) -> dict[str, Any]:
    """What a case comes down to: what a first registration would enter, or what an act of change would change; its papers."""
    papers = papers_of(law.act(case.act_kind), case.right_kind, case.subject_code, case.request)
    (proposal,) = first.proposals(session, [case])
    if not isinstance(proposal, ActProposal):
        entered = {"proposed": shown.proposed(proposal, law), "papers": papers}
        return entered | {"sides": None, "difference": [], "gone": False, "drawing": None}
    beside = case.act_kind in household_shown.SIDES and proposal.facts.in_force and not registered
    return {
        "proposed": None,
        "papers": (*papers, *consent_papers(proposal.facts, law)),
        "sides": household_shown.sides_of(session, proposal, law.on) if beside else None,
        "difference": [] if registered else shown.difference_of(session, proposal, law.on),
        "gone": not proposal.facts.in_force and not registered,
        "drawing": parcel_shown.drawing(session, proposal, law.on),
    }


def _telling(
    session: Session, case: Case, events: Sequence[CaseEvent], documents: Sequence[Document], law: Law
) -> dict[str, Any]:
    """Of an error that the office found: who was written to, when each letter was first proved to be delivered, and the last day
    on which they may apply.
    """
    letter = letters(session, [case]).get(case.case_id)
    told_on = letter.told_on if letter else None
    days = law.days("COR-7.working_days_to_apply")
    return {
        "letter": letter,
        "letters": [event for event in events if event.step == TELL],
        "delivered": {document.letter: document.put_at for document in reversed(documents) if document.letter},
        "told_on": told_on,
        "days_to_apply": days,
        "apply_until": law.working_days_after(told_on, days) if told_on else None,
    }


def found_case(actor: Actor, county: str, case_id: UUID) -> Case:
    """The case. Raises NotFound outside the jurisdiction."""
    with unit_of_work(actor) as uow:
        case = queries.case(uow.session, county, case_id)
    if case is None:
        raise NotFound
    return case


def _settling(uow: UnitOfWork, case: Case, objections: Sequence[Objection]) -> dict[str, Any]:
    """How this officer may settle an open objection to the case, and, where not in its favour, why not (REG-1)."""
    raised = objections if case.notice_id else ()
    own = notices.own_case(uow, case) if any(objection.outcome is None for objection in raised) else None
    ways = [way for way in notices.OUTCOMES if own is None or way not in notices.IN_FAVOUR]
    return {"own_case": own, "outcomes": [(way, i18n.shown_term(way, "outcome")) for way in ways]}


@dataclass(frozen=True)
class Titled:
    """The form of a step; only a notice has a title."""

    title: str = field(default="", metadata={"most": 80})


@blueprint.post("/cases/<county>/<uuid:case_id>/steps/<step>")
@allow(*OFFICERS)
@problems.back_to(lambda county, case_id, step: one(county, case_id))
def go_on(county: str, case_id: UUID, step: str) -> Redirect | Response:
    """Take the case's next step. A title is asked for only where the case's state allows a notice."""
    wanted, title = step_named(step), read_form(Titled).title
    if wanted.name == "publish" and not title:
        _must_be_in(county, case_id, wanted.states, step)
    return taken(county, [case_id], wanted, page_of(county, case_id), title=title)


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


LEFT_FROM = tuple(state for state in terms("case") if state not in cases.FINISHED)


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
