"""The letter to who objected (异议处理告知书), from the casebook: the outcome, its reasons and articles, and what they may do."""

from __future__ import annotations

from sqlalchemy.orm import Session

from landreg.core.periods import beijing_day
from landreg.land.queries import division_path
from landreg.law.book import term
from landreg.registry.casebook import Case, CaseEvent, Notice, Objection
from landreg.registry.facts.successors import ended_before, went_on_in
from landreg.registry.papers import printing as papers
from landreg.registry.papers.office import Desk, articles_of, telephone
from landreg.registry.rules.objections import receipt_of

_BASIS = {"upheld": ("RERR-22",), "dismissed": ("RERR-18",), "withdrawn": ("RERR-18",)}
_DECIDED = {
    "upheld": "经审查，异议成立。该业务已退回，不按原公告的内容登记。",
    "dismissed": "经审查，异议不成立。该业务继续办理，公告期满后依法登记。",
    "withdrawn": "您已撤回异议。该业务继续办理，公告期满后依法登记。",
}
_DECIDED_AFTER = {
    "upheld": "经审查，异议成立。该业务已结束，不按原公告的内容登记[；同一内容由业务 {next} 接着办理，异议解决前不予受理]。",
    "dismissed": "经审查，异议不成立。该业务已结束[；同一内容由业务 {next} 接着办理，另行公告]。",
    "withdrawn": "您已撤回异议。该业务已结束[；同一内容由业务 {next} 接着办理，另行公告]。",
}
"""Of a case that had ended before."""
_LATER = "登记后仍认为登记簿记载错误的，可以依《民法典》第二百二十条申请更正登记或者异议登记。"


def objection_answer(
    session: Session, desk: Desk, case: Case, event: CaseEvent, objection: Objection, notice: Notice, number: str
) -> bytes:
    """The letter on a settled objection as PDF; it names the objector, and of the others nobody."""
    outcome = str(objection.outcome)
    paper = papers.ObjectionAnswer(
        number=number,
        addressee=objection.raised_by,
        raised_on=beijing_day(objection.raised_at),
        receipt=receipt_of(objection.objection_id),
        notice=notice.number,
        case_number=case.number,
        right_kind=term("right", case.right_kind),
        act_kind=term("act", case.act_kind),
        subject=case.subject_code,
        location=" ".join(division_path(session, case.village)),
        objected=objection.reason,
        outcome=term("outcome", outcome),
        decision=_decided(session, case, event, outcome),
        reasons=event.reason,
        articles=articles_of(_BASIS[outcome]),
        remedies=_remedies(desk.remedies(session, case.county), outcome),
        officer=event.by_name,
        authority=desk.authority(session, case.county),
        issued_on=beijing_day(event.at),
        phone=telephone(desk.law),
        check_url=f"{desk.base_url}/check?number={number}",
    )
    return papers.print_objection_answer(paper, sample=desk.sample)


def _decided(session: Session, case: Case, event: CaseEvent, outcome: str) -> str:
    if not ended_before(session, case, event):
        return _DECIDED[outcome]
    following = went_on_in(session, case)
    said, _, more = _DECIDED_AFTER[outcome].partition("[")
    return said + (more.removesuffix("]。").format(next=following[-1].number) if following else "") + "。"


def _remedies(against: tuple[str, ...], outcome: str) -> tuple[str, ...]:
    if outcome == "dismissed":
        return (*against, _LATER)
    if outcome == "upheld":
        return ("申请人补正后重新公告的，您对新的内容仍可以在公告期内提出异议。",)
    return ("公告期内仍可以再次提出异议。", _LATER)
