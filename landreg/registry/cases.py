"""The life of a case up to registration: open, accept, review, notice, object, settle, return, withdraw, refuse.

Each step takes one case or the many of a batch. On one case a refusal is raised; on many, those that may go on go on,
and the others stay where they are with their findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text, update

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.land.model import Package
from landreg.law.book import Law, examine
from landreg.law.queries import load_law
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.registry.casebook import Batch, Case, CaseEvent, Notice, Objection
from landreg.registry.facts import Proposal, case_facts, parcels_described, proposals
from landreg.registry.logged import notice_facts
from landreg.registry.numbers import draw
from landreg.registry.rules import ACCEPT_RULES, CONTRACT_RULES, HOMESTEAD_RULES, NOTICE_RULES, REVIEW_RULES

FINISHED = ("registered", "certified", "withdrawn", "refused")
UNDER_WAY = ("accepted", "reviewed", "noticed", "objected")


@dataclass(frozen=True)
class Stepped:
    """What a step did: how many cases went on; the numbers of those that did not, with their findings."""

    done: int
    refused: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)


def open_batch(actor: Actor, county: str, package_id: UUID, village: str) -> UUID:
    """Open a case for each contract and homestead of a village that the package holds and the register lacks.

    village: division code of any level. Raises NotFound for an unknown package, Conflict when nothing is left to open.
    """
    with unit_of_work(actor) as uow:
        uow.lock_village(village)
        package = uow.session.get(Package, {"county": county, "package_id": package_id})
        if package is None or package.state != "staged":
            raise NotFound()
        batch = Batch(
            county=county,
            batch_id=uuid4(),
            village=village,
            package_id=package_id,
            opened_by=actor.account_id,
            opened_at=uow.now,
        )
        uow.session.add(batch)
        uow.session.flush()
        asked = {
            "county": county,
            "package": package_id,
            "batch": batch.batch_id,
            "by": actor.account_id,
            "from": village,
            "to": village + "~",
            "prefix": f"{county}-{beijing_day(uow.now).year}-",
        }
        uow.session.execute(text(_OPEN_CONTRACTS), asked)
        uow.session.execute(text(_OPEN_HOMESTEADS), asked)
        uow.session.execute(text(_OPEN_PARCELS), asked)
        opened = list(uow.session.scalars(select(Case).where(Case.county == county, Case.batch_id == batch.batch_id)))
        if not opened:
            raise Conflict(Finding("REG-11"))
        evidence = {**asked, "document": uuid4(), "sha256": package.sha256.hex(), "name": package.name, "at": uow.now}
        uow.session.execute(text(_EVIDENCE), {**evidence, "village": village})
        uow.session.execute(text(_EVIDENCE_OF_CASES), evidence)
        note(uow, opened, "open")
    return batch.batch_id


def accept(actor: Actor, county: str, case_ids: Sequence[UUID]) -> Stepped:
    """Accept cases (受理): rules of the kind of right, an order number a parcel, and the day by which to finish (条例 17, 20)."""

    def write(uow: UnitOfWork, cases: Sequence[Case], law: Law) -> None:
        today = beijing_day(uow.now)
        due = law.working_days_after(today, law.days("REG-3.registration_working_days"))
        ids = [case.case_id for case in cases]
        _set(uow, county, ids, state="accepted", accepted_at=uow.now, accepted_on=today, due_on=due)
        uow.session.execute(text(_ORDER), {"county": county, "ids": ids})

    return _step(actor, county, case_ids, "accept", ACCEPT_RULES, write)


def review(actor: Actor, county: str, case_ids: Sequence[UUID]) -> Stepped:
    """Approve cases (审核) as another officer than the one who prepared them (REG-1); the rules are asked again."""

    def write(uow: UnitOfWork, cases: Sequence[Case], law: Law) -> None:
        ids = [case.case_id for case in cases]
        _set(uow, county, ids, state="reviewed", reviewed_by=actor.account_id, reviewed_at=uow.now)

    return _step(actor, county, case_ids, "review", REVIEW_RULES, write)


def publish(actor: Actor, county: str, case_ids: Sequence[UUID], title: str) -> tuple[str, Stepped]:
    """Put cases on public notice (公告) together; the notice's number. The last day counts in working days (REG-4)."""
    number = ""

    def write(uow: UnitOfWork, cases: Sequence[Case], law: Law) -> None:
        nonlocal number
        notice = _notice(uow, cases, law, title)
        number = notice.number
        _set(uow, county, [case.case_id for case in cases], state="noticed", notice_id=notice.notice_id)
        facts = notice_facts(number, notice.published_on, notice.last_day, notice.content)
        stage(uow, Entry("notice.published", county, notice.village, number, facts))

    stepped = _step(actor, county, case_ids, "publish", NOTICE_RULES, write)
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
        _set(uow, county, [case_id], state="objected")
        note(uow, [case], "object", reason)
    return objection.objection_id


def settle(actor: Actor, county: str, objection_id: UUID, outcome: str, settlement: str) -> None:
    """Settle an objection: dismissed or withdrawn lets the case go on; upheld returns it. A case that has left stays as it is.

    Raises BadInput without a reason or for another outcome, Conflict when it is settled already.
    """
    if outcome not in ("upheld", "dismissed", "withdrawn") or not settlement.strip():
        raise BadInput(Finding("REG-12", "settlement"))
    with unit_of_work(actor) as uow:
        found = select(Objection).where(Objection.county == county, Objection.objection_id == objection_id)
        objection = uow.session.scalars(found.with_for_update()).one_or_none()
        if objection is None:
            raise NotFound()
        if objection.outcome is not None:
            raise Conflict(Finding("REG-8", values={"state": objection.outcome, "step": "settle"}))
        (case,) = locked(uow, county, [objection.case_id])
        now = uow.now
        objection.settled_at, objection.settled_by = now, actor.account_id
        objection.outcome, objection.settlement = outcome, settlement.strip()
        uow.session.flush()
        if outcome == "upheld" and case.state in UNDER_WAY:
            _set(uow, county, [case.case_id], state="returned", batch_id=None)
        elif case.state == "objected" and not _open_objections(uow, county, case.case_id):
            _set(uow, county, [case.case_id], state="noticed")
        note(uow, [case], "settle", settlement)


def take_out(actor: Actor, county: str, case_ids: Sequence[UUID], reason: str) -> None:
    """Take cases out of their batch; each goes on by itself from where it stands."""
    _leave(actor, county, case_ids, "take_out", reason, batch_id=None)


def return_for_completion(actor: Actor, county: str, case_ids: Sequence[UUID], reason: str) -> None:
    """Send cases back to the applicant with the reason (条例 17)."""
    _leave(actor, county, case_ids, "return", reason, state="returned", batch_id=None)


def withdraw(actor: Actor, county: str, case_ids: Sequence[UUID], reason: str) -> None:
    """The applicant takes the application back, at any time before registration (条例 15)."""
    _leave(actor, county, case_ids, "withdraw", reason, state="withdrawn", batch_id=None)


def refuse(actor: Actor, county: str, case_ids: Sequence[UUID], reason: str) -> None:
    """Refuse registration, with the reason in writing (条例 22)."""
    _leave(actor, county, case_ids, "refuse", reason, state="refused", batch_id=None)


def rules_of(case: Case) -> tuple[Callable[..., Finding | None], ...]:
    """The rules that a case's kind of right is judged by."""
    return CONTRACT_RULES if case.right_kind == "contract_management" else HOMESTEAD_RULES


def _step(
    actor: Actor,
    county: str,
    case_ids: Sequence[UUID],
    step: str,
    rules: Iterable[Callable[..., Finding | None]],
    write: Callable[[UnitOfWork, Sequence[Case], Law], None],
) -> Stepped:
    """One step of one or many cases: lock, judge, write those that may go on, keep the findings of all."""
    with unit_of_work(actor) as uow:
        cases = locked(uow, county, case_ids)
        law = load_law(uow.session, county, beijing_day(uow.now))
        judged = judge(uow, cases, rules, law)
        refused = {
            case.number: judged[case.case_id]
            for case in cases
            if any(law.level(finding) == "refuse" for finding in judged[case.case_id])
        }
        if len(cases) == 1 and refused:
            raise Refused(judged[cases[0].case_id])
        go = [case for case in cases if case.number not in refused]
        if go:
            write(uow, go, law)
        keep_findings(uow, cases, judged, law)
        note(uow, go, step)
    return Stepped(len(go), refused)


def judge(
    uow: UnitOfWork, cases: Sequence[Case], rules: Iterable[Callable[..., Finding | None]], law: Law
) -> dict[UUID, tuple[Finding, ...]]:
    """Every finding on each case: the step's own rules and those of its kind of right, all at once (条例 17). law: today's."""
    procedure = case_facts(uow.session, cases, uow.actor.account_id, beijing_day(uow.now))
    laws = laws_of(uow, cases, law)
    asked = tuple(rules)
    return {
        (key := proposal.case.case_id): (
            *examine(asked, procedure[key], law),
            *examine(rules_of(proposal.case), proposal.facts, laws[key]),
        )
        for proposal in proposals(uow.session, cases)
    }


def laws_of(uow: UnitOfWork, cases: Sequence[Case], law: Law) -> dict[UUID, Law]:
    """The law by which each case's right is judged: that of its day of acceptance, and today's until it is accepted.

    A figure that changes while a case is under way does not change what the applicant was told.
    """
    by_day = {law.on: law}
    for case in cases:
        if _judged_on(case, law) not in by_day:
            by_day[_judged_on(case, law)] = load_law(uow.session, case.county, _judged_on(case, law))
    return {case.case_id: by_day[_judged_on(case, law)] for case in cases}


def _judged_on(case: Case, law: Law) -> date:
    return law.on if case.accepted_on is None or case.state in ("draft", "returned") else case.accepted_on


def _leave(actor: Actor, county: str, case_ids: Sequence[UUID], step: str, reason: str, **values: Any) -> None:
    if not reason.strip():
        raise BadInput(Finding("REG-12", "reason"))
    with unit_of_work(actor) as uow:
        cases = locked(uow, county, case_ids)
        late = [case for case in cases if case.state in FINISHED]
        if late:
            raise Conflict(Finding("REG-8", "state", {"state": c.state, "step": step}, subject=c.number) for c in late)
        _set(uow, county, [case.case_id for case in cases], **values)
        note(uow, cases, step, reason)


def locked(uow: UnitOfWork, county: str, case_ids: Sequence[UUID]) -> list[Case]:
    """The cases, held until the end, in the order of their numbers. Raises NotFound when one lies outside."""
    wanted = select(Case).where(Case.county == county, Case.case_id.in_(case_ids)).order_by(Case.number)
    cases = list(uow.session.scalars(wanted.with_for_update()))
    if not cases or len(cases) != len(set(case_ids)):
        raise NotFound()
    return cases


def _set(uow: UnitOfWork, county: str, case_ids: Sequence[UUID], **values: Any) -> None:
    uow.session.execute(update(Case).where(Case.county == county, Case.case_id.in_(case_ids)).values(**values))


def note(uow: UnitOfWork, cases: Sequence[Case], step: str, reason: str = "") -> None:
    """Write a step into the history of each case."""
    if not cases:
        return
    rows = [
        {
            "county": case.county,
            "event_id": uuid4(),
            "village": case.village,
            "case_id": case.case_id,
            "step": step,
            "at": uow.now,
            "by": uow.actor.account_id,
            "by_name": uow.actor.name,
            "reason": reason.strip(),
        }
        for case in cases
    ]
    uow.session.execute(insert(CaseEvent), rows)


def keep_findings(uow: UnitOfWork, cases: Sequence[Case], judged: Mapping[UUID, tuple[Finding, ...]], law: Law) -> None:
    """Keep what the rules said of each case, for the next officer's eyes."""
    changed = [
        {"county": case.county, "case_id": case.case_id, "findings": kept}
        for case in cases
        if (kept := [written(finding, law) for finding in judged[case.case_id]]) != case.findings
    ]
    if changed:
        uow.session.execute(update(Case), changed)


def written(finding: Finding, law: Law) -> dict[str, Any]:
    """A finding as it is kept on a case and printed: code, level, both sentences, articles."""
    return {
        "code": finding.code,
        "level": law.level(finding),
        "field": finding.field,
        "zh": law.say(finding, "zh"),
        "en": law.say(finding, "en"),
        "articles": list(law.rule(finding.code).articles),
    }


def _open_objections(uow: UnitOfWork, county: str, case_id: UUID) -> int:
    found = select(Objection).where(
        Objection.county == county, Objection.case_id == case_id, Objection.outcome.is_(None)
    )
    return len(list(uow.session.scalars(found)))


def _notice(uow: UnitOfWork, cases: Sequence[Case], law: Law, title: str) -> Notice:
    today = beijing_day(uow.now)
    days = max(law.days("REG-4.notice_working_days", kind) for kind in {case.right_kind for case in cases})
    (serial,) = draw(uow, "notice_number")
    villages = sorted({case.village for case in cases})
    described = parcels_described(uow.session, cases)
    notice = Notice(
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
            "rows": [_notice_row(proposal, described) for proposal in proposals(uow.session, cases)],
        },
    )
    uow.session.add(notice)
    uow.session.flush()
    return notice


def _common(villages: Sequence[str]) -> str:
    """The division that holds all of these: their common prefix, cut to a level that exists."""
    first, last = villages[0], villages[-1]
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: next(level for level in (12, 9, 6, 4) if level <= same)]


def _notice_row(proposal: Proposal, described: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """What the public reads of a case: holder, right, parcels and areas; never an identity number."""
    facts, case = proposal.facts, proposal.case
    row = {"case": case.number, "kind": case.right_kind, "code": case.subject_code, "holder": case.applicant}
    if case.right_kind == "contract_management":
        parcels = [[p.code, str(p.area_m2), *described.get(p.code, ("", ""))] for p in facts.parcels]  # type: ignore[union-attr]
        return row | {"parcels": parcels, "area_m2": str(facts.area_m2), "members": proposal.staged["members"]}
    return row | {"parcels": [[case.subject_code, str(facts.area_m2)]], "area_m2": str(facts.area_m2)}


_NEW_CASE = """
    INSERT INTO registry."case" (county, case_id, village, number, batch_id, package_id, act_kind, right_kind,
                                 subject_code, household_code, applicant, state, prepared_by)
    SELECT s.county, gen_random_uuid(), s.village,
           :prefix || lpad(nextval('registry.case_number')::text, 7, '0'),
           :batch, s.package_id, 'first_registration', '{kind}', s.code, s.household_code, {holder}, 'draft', :by
    FROM (SELECT * FROM land.{table} WHERE county = :county AND package_id = :package
          AND village >= :from AND village < :to ORDER BY code) AS s
    LEFT JOIN land.staged_household AS h ON h.county = s.county AND h.package_id = s.package_id AND h.code = s.household_code
    WHERE NOT EXISTS (SELECT FROM registry."right" AS r WHERE r.county = s.county AND r.code = {right_code}
                      AND upper_inf(r.recorded))
    ON CONFLICT DO NOTHING
"""
_OPEN_CONTRACTS = _NEW_CASE.format(
    kind="contract_management", table="staged_contract", holder="coalesce(h.name, '')", right_code="s.code"
)
_OPEN_HOMESTEADS = _NEW_CASE.format(
    kind="homestead", table="staged_homestead", holder="coalesce(h.name, s.holder)", right_code="s.unit_code"
)
_OPEN_PARCELS = """
    INSERT INTO registry.case_parcel (county, case_id, parcel_code, village)
    SELECT c.county, c.case_id, p.parcel_code, c.village FROM registry."case" AS c
    JOIN land.staged_contract_parcel AS p ON p.county = c.county AND p.package_id = c.package_id
         AND p.contract_code = c.subject_code
    WHERE c.county = :county AND c.batch_id = :batch AND c.right_kind = 'contract_management'
    UNION SELECT c.county, c.case_id, c.subject_code, c.village FROM registry."case" AS c
    WHERE c.county = :county AND c.batch_id = :batch AND c.right_kind = 'homestead'
"""
_EVIDENCE = """
    INSERT INTO registry.document (county, document_id, village, sha256, kind, name, size, put_by, put_at)
    VALUES (:county, :document, :village, :sha256, 'survey_package', :name, 0, :by, :at)
"""
_EVIDENCE_OF_CASES = """
    INSERT INTO registry.case_document (county, case_id, document_id, village)
    SELECT county, case_id, :document, village FROM registry."case" WHERE county = :county AND batch_id = :batch
"""
_ORDER = """
    UPDATE registry.case_parcel AS p SET acceptance_order = o.number
    FROM (SELECT county, case_id, nextval('registry.acceptance_order') AS number
          FROM (SELECT county, case_id FROM registry."case" WHERE county = :county AND case_id = ANY (:ids)
                ORDER BY number) AS ordered) AS o
    WHERE p.county = o.county AND p.case_id = o.case_id
"""
