"""Public notice of cases, the objections that come in while it runs, and how they are settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from sqlalchemy import select

from landreg.core.actor import Actor
from landreg.core.codes import masked_name
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.registry import documents, roster_queries
from landreg.registry.casebook import Case, Notice, Objection
from landreg.registry.casework.cases import FINISHED, UNDER_WAY, Stepped, locked, note, set_values, take_step
from landreg.registry.facts.ending import ending
from landreg.registry.facts.first import Proposal, case_facts, parcels_described, proposals
from landreg.registry.facts.ground import parcels_in_force
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.facts.said import announced
from landreg.registry.guarded import Attached, ties_nothing
from landreg.registry.leaves.logged import notice_facts
from landreg.registry.numbers import next_in_book
from landreg.registry.rules import NOTICE_RULES
from landreg.registry.rules.contract import ContractFacts
from landreg.registry.rules.homestead import confirmed_area
from landreg.registry.rules.household_requests import HomesteadInheritance
from landreg.registry.rules.objections import (
    TakenBack,
    reg_46_settlement_says_why,
    reg_48_taken_back_by_the_objector,
)
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.procedure import reg_1_four_eyes
from landreg.registry.rules.renewal import RenewalFacts
from landreg.registry.rules.renewal_requests import Renewal
from landreg.registry.rules.requests import Reissue

Board: TypeAlias = Callable[[UnitOfWork, Notice], str]
"""Prints the paper of a notice as it is put up, keeps it, and gives its hash."""
OUTCOMES = ("upheld", "dismissed", "withdrawn")
"""How an objection may end."""
PAPER = "paper"
"""In the content of a notice: the hash of its paper, for who reads no table."""
IN_FAVOUR = ("dismissed", "withdrawn")
"""Outcomes of an objection that let the case go on."""
WITHDRAWAL = "objection_withdrawal"
"""The paper by which an objector takes an objection back."""


def publish(
    actor: Actor, county: str, case_ids: Sequence[UUID], title: str, board: Board | None = None
) -> tuple[str, Stepped]:
    """Put cases on public notice (公告) together; the notice's number. The last day counts in working days (REG-4). board: keeps
    its paper, which is in the log with it. Raises Refused (GUARD-1) for a title that ties the land to settling.
    """
    number = ""

    def write(uow: UnitOfWork, cases: Sequence[Case], law: Law) -> None:
        nonlocal number
        ties_nothing(law.on, title=title)
        notice = _notice(uow, cases, law, title)
        if board is not None:
            notice.pdf_sha256 = board(uow, notice)
            notice.content = {**notice.content, PAPER: notice.pdf_sha256}
        uow.session.add(notice)
        uow.session.flush()
        number = notice.number
        set_values(uow, county, [case.case_id for case in cases], state="noticed", notice_id=notice.notice_id)
        facts, personal = notice_facts(
            number,
            notice.published_on,
            notice.last_day,
            notice.title,
            notice.content,
            notice.published_by,
            notice.published_at,
            notice.pdf_sha256,
        )
        stage(uow, Entry("notice.published", county, notice.village, number, facts, personal))

    stepped = take_step(actor, county, case_ids, "publish", NOTICE_RULES, write)
    return number, stepped


def object_to(
    actor: Actor, county: str, case_id: UUID, raised_by: str, reason: str, contact: bytes | None = None
) -> UUID:
    """Record an objection that came in during the notice; it stops the case. contact: sealed, or None.

    Raises BadInput without a name or a reason, Refused (REG-14) when the notice is over.
    """
    missing = [
        Finding("REG-12", name) for name, value in (("raised_by", raised_by), ("reason", reason)) if not value.strip()
    ]
    if missing:
        raise BadInput(missing)
    with unit_of_work(actor) as uow:
        (case,) = locked(uow, county, [case_id])
        notice = uow.session.get(Notice, {"county": county, "notice_id": case.notice_id}) if case.notice_id else None
        if notice is None or case.state not in ("noticed", "objected") or beijing_day(uow.now) > notice.last_day:
            raise Refused(Finding("REG-14", subject=case.number))
        objection = Objection(
            county=county,
            objection_id=uuid4(),
            village=case.village,
            case_id=case_id,
            notice_id=notice.notice_id,
            raised_by=raised_by.strip(),
            contact_sealed=contact,
            reason=reason.strip(),
            raised_at=uow.now,
            taken_by=actor.account_id,
        )
        uow.session.add(objection)
        set_values(uow, county, [case_id], state="objected")
        note(uow, [case], "object", reason)
    return objection.objection_id


def settle(
    actor: Actor,
    county: str,
    objection_id: UUID,
    outcome: str,
    settlement: str,
    *,
    case_id: UUID | None = None,
    taken_back: TakenBack = TakenBack(),  # noqa: B008  (frozen)
    paper: Attached | None = None,
) -> None:
    """Settle an objection: dismissed or withdrawn lets the case go on; upheld returns it. A case that has left stays as it is.

    case_id: the case before the officer's eyes, where there is one. taken_back, paper: of one that was withdrawn, how, and the
    objector's writing. Raises BadInput without a reason (REG-12, REG-46), for another outcome, or where a withdrawal rests on
    nothing of the objector (REG-48); NotFound when the objection is another case's, Conflict when it is settled already, Refused
    (REG-1) when who opened or accepted the case settles in its favour, by dismissing the objection or by recording that it was
    withdrawn.
    """
    if outcome not in OUTCOMES:
        raise BadInput(Finding("FORM-5", "outcome", {"given": outcome[:20]}))
    if not settlement.strip():
        raise BadInput(Finding("REG-12", "settlement"))
    if unsaid := reg_46_settlement_says_why(outcome, settlement):
        raise BadInput(unsaid)
    with unit_of_work(actor) as uow:
        found = select(Objection).where(Objection.county == county, Objection.objection_id == objection_id)
        objection = uow.session.scalars(found.with_for_update()).one_or_none()
        if objection is None or case_id not in (None, objection.case_id):
            raise NotFound()
        if objection.outcome is not None:
            raise Conflict(Finding("REG-8", values={"state": objection.outcome, "step": "settle"}))
        (case,) = locked(uow, county, [objection.case_id])
        now = uow.now
        if outcome in IN_FAVOUR and (own := own_case(uow, case)):
            raise Refused(own)
        if outcome == "withdrawn":
            settlement = _taken_back(
                uow, case, objection, replace(taken_back, in_writing=paper is not None), settlement
            )
            settlement += _kept(uow, case, paper)
        objection.settled_at, objection.settled_by = now, actor.account_id
        objection.outcome, objection.settlement = outcome, settlement.strip()
        uow.session.flush()
        if outcome == "upheld" and case.state in UNDER_WAY:
            set_values(uow, county, [case.case_id], state="returned", batch_id=None)
        elif case.state == "objected" and not _open_objections(uow, county, case.case_id):
            set_values(uow, county, [case.case_id], state="noticed")
        note(uow, [case], "settle", settlement)


def _taken_back(uow: UnitOfWork, case: Case, objection: Objection, taken: TakenBack, settlement: str) -> str:
    """What is told of a withdrawal: how the objector took it back, and the officer's words. Raises BadInput (REG-48)."""
    online, raised_on = objection.taken_by is None, beijing_day(objection.raised_at)
    today = beijing_day(uow.now)
    if faults := reg_48_taken_back_by_the_objector(taken, online=online, raised_on=raised_on, today=today):
        raise BadInput(replace(fault, subject=case.number) for fault in faults)
    return taken.said + settlement.strip()


def _kept(uow: UnitOfWork, case: Case, paper: Attached | None) -> str:
    """The objector's writing into the case's folder; the folder of an ended case is closed, and its hash is told instead."""
    if paper is None:
        return ""
    ended = case.state in FINISHED
    documents.enter(
        uow, county=case.county, village=case.village, sha256=paper.sha256, size=paper.size, kind=WITHDRAWAL,
        name=paper.name, cases=[] if ended else [case.case_id],
    )  # fmt: skip
    uow.session.flush()  # It lies there before the database is told of the outcome, which asks for it.
    return f"（撤回书 SHA-256 {paper.sha256}）" if ended else ""


def own_case(uow: UnitOfWork, case: Case) -> Finding | None:
    """REG-1 where the officer has prepared the case, and so may not settle an objection in its favour."""
    today = beijing_day(uow.now)
    law = load_law(uow.session, case.county, today)
    facts = case_facts(uow.session, [case], uow.actor.account_id, today, law.number("TOP-1.overlap", "m2"))
    return reg_1_four_eyes(facts[case.case_id], law)


def _open_objections(uow: UnitOfWork, county: str, case_id: UUID) -> int:
    found = select(Objection).where(
        Objection.county == county, Objection.case_id == case_id, Objection.outcome.is_(None)
    )
    return len(list(uow.session.scalars(found)))


def _notice(uow: UnitOfWork, cases: Sequence[Case], law: Law, title: str) -> Notice:
    today = beijing_day(uow.now)
    days = max(law.notice_days(*kinds) for kinds in {(case.act_kind, case.right_kind) for case in cases})
    villages = sorted({case.village for case in cases})
    proposed = proposals(uow.session, cases)
    held = [one.in_force.bundle for one in proposed if isinstance(one, ActProposal) and one.in_force.bundle]
    wrong = _corrected_land(uow, cases[0].county, proposed)
    codes = [*(code for bundle in held for code in bundle.codes.values()), *wrong]
    described = {
        **parcels_described(uow.session, cases),
        **roster_queries.parcels_registered(uow.session, cases[0].county, codes),
    }
    (serial,) = next_in_book(uow, cases[0].county, "notice")
    return Notice(
        county=cases[0].county,
        notice_id=uuid4(),
        number=f"{cases[0].county}-G{today.year}-{serial:05d}",
        village=villages[0] if len(villages) == 1 else _common(villages),
        batch_id=cases[0].batch_id,
        published_on=today,
        last_day=law.working_days_after(today, days),
        published_by=uow.actor.account_id,
        published_at=uow.now,
        title=title.strip(),
        content={
            "working_days": days,
            "rows": [_notice_row(proposal, described, wrong, law) for proposal in proposed],
            **roster_queries.noticed_with(uow.session, cases[0].county, cases[0].batch_id),
        },
    )


def _corrected_land(uow: UnitOfWork, county: str, proposed: Sequence[Proposal | ActProposal]) -> dict[str, str]:
    """The parcels whose facts corrections would set right, with their areas as registered, in m²."""
    codes = [
        one.case.subject_code
        for one in proposed
        if isinstance(one.facts, ParcelActFacts) and isinstance(one.facts.asked, Correction) and one.facts.asked.parcels
    ]
    return {
        code: str(one.row["registered_area_m2"]) for code, one in parcels_in_force(uow.session, county, codes).items()
    }


def _common(villages: Sequence[str]) -> str:
    """The division that holds all of these: their common prefix, cut to a level that exists."""
    first, last = villages[0], villages[-1]
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: next(level for level in (12, 9, 6, 4) if level <= same)]


def _notice_row(
    proposal: Proposal | ActProposal, described: Mapping[Any, tuple[str, str]], wrong: Mapping[str, str], law: Law
) -> dict[str, Any]:
    """What the public reads of a case: act, holder, right, parcels and the areas that will be registered, what a homestead takes
    beyond its own apart (HS-2); never an identity number.
    """
    case = proposal.case
    row: dict[str, Any] = {"case": case.number, "kind": case.right_kind, "code": case.subject_code}
    row |= {"holder": case.applicant, "act": case.act_kind, "household": case.household_code}
    if isinstance(proposal, ActProposal):
        bundle = proposal.in_force.bundle
        under = () if bundle is None else bundle.parcels
        areas = [(bundle.codes[p.row["parcel_id"]], str(p.row["area_m2"])) for p in under] if bundle else []
        parcels = [[code, area, *described.get((None, code), ("", ""))] for code, area in areas]
        if isinstance(proposal.facts.asked, HomesteadInheritance):
            row |= {"to": masked_name(proposal.facts.asked.name)}
        if isinstance(lost := proposal.facts.asked, Reissue):
            row |= {"lost": {"numbers": list(lost.numbers), "said": lost.lost}}
        if isinstance(proposal.facts, RenewalFacts) and isinstance(asked := proposal.facts.asked, Renewal):
            row |= {"members": proposal.facts.persons, "term": [str(asked.starts_on), str(asked.last_day)]}
        if isinstance(proposal.facts, ParcelActFacts) and isinstance(asked := proposal.facts.asked, Correction):
            code, area = case.subject_code, wrong.get(case.subject_code, "")
            land = [[code, area, *described.get((None, code), ("", ""))]] if area else []
            return row | {"parcels": land, "area_m2": area, "corrected": announced(asked, proposal.facts.now)}
        whole = row | {"parcels": parcels, "area_m2": "" if bundle is None else str(bundle.right.row["area_m2"])}
        if bundle is not None:
            whole |= {"mu": str(bundle.right.row["mu"])}
        return whole | ending(proposal.facts, parcels)
    facts = proposal.facts
    if isinstance(facts, ContractFacts):
        parcels = [[p.code, str(p.area_m2), *described.get((case.package_id, p.code), ("", ""))] for p in facts.parcels]
        return row | {
            "parcels": parcels,
            "area_m2": str(facts.area_m2),
            "mu": str(facts.mu),
            "members": proposal.staged["members"],
        }
    right = confirmed_area(facts, law)
    if right.excess_m2:
        row |= {"occupied_m2": str(facts.area_m2), "excess_m2": str(right.excess_m2)}
    return row | {"parcels": [[case.subject_code, str(right.area_m2)]], "area_m2": str(right.area_m2)}
