"""What the review of a business came to, as a letter to it (资格审查意见书): who reviewed, what they found, what may be done."""

from __future__ import annotations

from landreg.core.periods import beijing_day
from landreg.exchange.bidding.review_model import Qualification, QualificationDecision
from landreg.exchange.letter import Letter, basis_of
from landreg.exchange.model import Taker
from landreg.law.book import term
from landreg.registry.papers.office import Desk
from landreg.registry.papers.typesetting import chinese_date

STEPS = {
    "passed": (
        "签订合同以前，按交易机构的通知缴存风险保障金；没有缴足的，达到审查起点的合同不能签。",
        "受让的土地按审查时说明的用途使用；扩大面积超过本意见书所载面积的，另行申请审查。",
    ),
    "refused": (
        "补齐或者改正以后，可以重新申请审查。",
        "对审查结论有异议的，可以向作出结论的部门提出，也可以投诉。",
    ),
}
"""By what it came to: what the business may do."""


def number_of(asked: Qualification, decision: QualificationDecision) -> str:
    """The number of a review's letter."""
    return f"{asked.county}-S{beijing_day(decision.at):%Y%m%d}-{str(asked.qualification_id)[:4].upper()}"


def of_review(desk: Desk, taker: Taker, asked: Qualification, decision: QualificationDecision) -> Letter:
    """The letter of a review that was decided; its code opens what the log holds of it."""
    kept = f"{decision.paper}，SHA-256 {decision.sha256}" if decision.sha256 else "—"
    who = [line.partition("：") for line in (decision.took_part or "").splitlines()]
    facts = (
        ("申请人", f"{taker.name}（{taker.code}）"), ("申请面积", f"{asked.area_mu} 亩（连同本县已受让的）"),
        ("用途", asked.purpose), ("受理日期", chinese_date(beijing_day(asked.at))), *((part, said) for part, _, said in who),
        ("意见原件", kept), ("结论", term("review_outcome", decision.outcome)), ("意见", decision.said or "—"),
    )  # fmt: skip
    return Letter(
        "资格审查意见书", number_of(asked, decision), taker.name,
        "您单位申请受让土地经营权的资格审查已经办结，审查情况和结论如下。", facts, STEPS[decision.outcome],
        basis_of(desk.law, "QUAL-1", "QUAL-6"), f"{desk.base_url}/log?key={asked.qualification_id}",
    )  # fmt: skip
