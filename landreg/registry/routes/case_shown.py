"""What the page of a case says beside the case itself: what it asks for and would enter, its evidence, and what is in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from landreg.access.policy import current_actor
from landreg.access.queries import names_of
from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding
from landreg.land.queries import division_path
from landreg.law.book import Law, terms
from landreg.registry import queries, shelves, steps
from landreg.registry.casebook import Case, CaseEvent, Document, Objection
from landreg.registry.casework import cases, desk, notices, objectors, weighing
from landreg.registry.documents import LIST
from landreg.registry.facts import first_papers, objected, successors, survey_notes, surveyed
from landreg.registry.facts.applicants import applicants
from landreg.registry.facts.first import Proposal
from landreg.registry.facts.proposals import ActProposal, papers_of
from landreg.registry.facts.survey_uses import uses_of
from landreg.registry.facts.telling import TELL, letters
from landreg.registry.issued import proofs
from landreg.registry.leaves import paper_rows
from landreg.registry.routes import household_shown, later_shown, parcel_shown, shown
from landreg.registry.rules.desk import certified_after
from landreg.registry.rules.restrictions import consent_papers
from landreg.web import i18n

OF_WHO_TAKES_IT = "REG-1"
"""The rule on who took the case in: no concern of who does not take its next step."""
PACKAGE = "survey_package"
"""The paper that comes with the case by itself."""


def in_the_way(foreseen: steps.Foreseen, law: Law) -> list[Finding]:
    """What stops the next step whoever takes it, for an officer who does not."""
    return [one for one in foreseen.findings if law.level(one) == "refuse" and one.code != OF_WHO_TAKES_IT]


def kinds(papers: Sequence[str]) -> list[str]:
    """The kinds of paper that a folder may take in: those that the act asks for first, and what may stand for them. The list of an
    archive stands for papers of a first registration alone.
    """
    left_out = {PACKAGE, *({LIST} - set(papers))}
    return [kind for kind in dict.fromkeys((*papers, *terms("document"))) if kind not in left_out]


def about(session: Session, case: Case, proposal: Proposal | ActProposal, law: Law) -> dict[str, Any]:
    """All that the page shows beside the case itself. proposal: what the case asks for."""
    county, case_id = case.county, case.case_id
    objections = queries.objections(session, county, case_id)
    events = queries.events(session, county, case_id)
    documents = queries.documents(session, county, case_id)
    act = desk.act(session, county, case.act_id)
    rights = shelves.rights_of_act(session, county, case.act_id)
    under_way = [] if case.state in cases.FINISHED else [case]
    lacking, by_list = first_papers.looked_at(session, [case])
    upheld = objected.upheld(session, under_way).get(case_id, [])
    return {
        "path": division_path(session, case.village),
        "right_kinds": queries.kinds_of_rights(session, case),
        "applied": applicants(session, [case])[case_id],
        "parcels": desk.parcels_asked(session, county, case_id),
        "uses": uses_of(session, case),
        "kind": law.act(case.act_kind),
        **_asked(session, case, proposal, law, registered=act is not None),
        "documents": documents,
        "who": names_of(session, {case.prepared_by, *(document.put_by for document in documents)}),
        "events": events,
        "certified": certified_after(case.act_kind, case.request),
        "proven": proofs.is_proven(case) or paper_rows.count_of(session, county, case_id, "proof") > 0,
        "told": next((event for event in reversed(events) if event.step in ("return", "refuse")), None),
        **_telling(session, case, events, documents, law),
        "objections": objections,
        "waiting": [one for one in objected.pending(session, under_way).get(case_id, []) if one.of_case != case_id],
        "lacking": lacking.get(case_id),
        "by_list": case_id in by_list,
        "noted": survey_notes.notes(session, [case]).get(case_id, []),
        "unanswered": survey_notes.answers_lacking(session, under_way)[0].get(case_id, ()),
        "weighed": [event for event in events if event.step in tuple(weighing.Answer)],
        "upheld": upheld,
        "abroad": sorted(set(proposal.facts.abroad.values())) if isinstance(proposal, Proposal) else [],
        "former": list(proposal.facts.former) if isinstance(proposal, Proposal) else [],
        "ended_earlier": successors.ended_earlier(session, under_way).get(case_id, []),
        "upheld_before": later_shown.upheld_before(session, case, upheld, current_actor()),
        "came_from": later_shown.came_from(session, [case], current_actor()).get(case_id),
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


def _asked(
    session: Session, case: Case, proposal: Proposal | ActProposal, law: Law, *, registered: bool
) -> dict[str, Any]:
    """What a case comes down to: what a first registration would enter, or what an act of change would change; its papers."""
    papers = papers_of(law.act(case.act_kind), case.right_kind, case.subject_code, case.request)
    if not isinstance(proposal, ActProposal):
        entered = {"proposed": shown.proposed(proposal, law), "papers": papers}
        if not registered:
            entered |= {"plots": parcel_shown.plots(session, case), "listed": surveyed.members_of(session, case)}
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


def settling(uow: UnitOfWork, case: Case, objections: Sequence[Objection]) -> dict[str, Any]:
    """How this officer may settle an open objection to the case, and, where not in its favour, why not (REG-1)."""
    raised = objections if case.notice_id else ()
    own = notices.own_case(uow, case) if any(objection.outcome is None for objection in raised) else None
    ways = [way for way in notices.OUTCOMES if own is None or way not in notices.IN_FAVOUR]
    return {"own_case": own, "outcomes": [(way, i18n.shown_term(way, "outcome")) for way in ways]}
