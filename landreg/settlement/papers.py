"""Papers of the window: receipt, decision, the notice that comes with it, what is not taken. Printed from rows, as PDF/A-3b."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.core.periods import beijing_day
from landreg.core.typesetting import chinese_date, typeset
from landreg.law.book import Law, all_articles, term
from landreg.law.divisions import path_of
from landreg.law.queries import load_law
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.settlement import logged, opinion, persons, service
from landreg.settlement.model import HandedOut, RefusedEvidence
from landreg.settlement.persons import Identity
from landreg.settlement.rules import Outcome

TEMPLATES = Path(__file__).parents[2] / "templates" / "settlement" / "print"
KINDS = ("receipt", "decision", "notice")
OPINION = "《安康市人民政府关于进一步推进户籍制度改革的实施意见》（安政发〔2016〕33号）"
WHERE_FOUND = {"kind": "材料", "title": "材料", "file_name": "材料", "content": "材料", "text": "书面内容"}


@dataclass(frozen=True)
class Window:
    """Where papers are handed out: office and telephone as the process was set up; '' leaves it to the county's figures."""

    office: str = ""
    phone: str = ""


SAID_NOWHERE = Window()
NOT_SET = "（未设置）"
"""What the figure of the telephone says until a county sets it."""


@dataclass(frozen=True)
class Printed:
    """A paper as it was handed out. name: of its file."""

    content: bytes
    name: str


def hand_out(
    actor: Actor, county: str, application_id: UUID, kind: str, *, sample: bool, window: Window = SAID_NOWHERE
) -> Printed:
    """Print a paper of an application and put down that it was handed out, each with its leaf.

    Raises NotFound for a kind that the application has not (yet): no decision without one, no notice unless settled.
    """
    standing = service.look_at(actor, county, application_id)
    row = standing.application
    if kind not in KINDS or (kind == "decision" and row.outcome not in (Outcome.SETTLED, Outcome.REFUSED)):
        raise NotFound
    if kind == "notice" and row.outcome != Outcome.SETTLED:
        raise Conflict(Finding("SET-12"))
    identities = persons.open_persons(actor, county, application_id, term("settlement_paper", kind))
    with unit_of_work(actor) as uow:
        on = row.decided_on if kind != "receipt" and row.decided_on else row.received_on
        law = load_law(uow.session, county, on)
        data = _shared(
            law, row.number, row.division, identities[0].name, row.decided_by_name or row.received_by_name, on, window
        )
        told = {"receipt": _receipt, "decision": _decision, "notice": _notice}[kind](standing, identities, law)
        content = typeset(TEMPLATES / f"{kind}.typ", data | told, on, sample=sample, tagged=True)
        _put_down(uow, content, kind, county, row.division, application_id, None)
    return Printed(content, f"{row.number}-{kind}.pdf")


def tell_refused(actor: Actor, refused: RefusedEvidence, *, sample: bool, window: Window = SAID_NOWHERE) -> Printed:
    """Print the notice that something is not taken and may not be asked for, and put down that it was handed out."""
    with unit_of_work(actor) as uow:
        on = beijing_day(refused.refused_at)
        law = load_law(uow.session, refused.county, on)
        data = _shared(
            law,
            refused.number,
            refused.division,
            refused.applicant_masked or "申请人",
            refused.refused_by_name,
            on,
            window,
        )
        told = {
            "offered": chinese_date(on),
            "what": WHERE_FOUND[refused.found_in],
            "papers": [term("settlement_evidence", one) for one in opinion.papers()],
            "articles": articles_in_words(refused.articles),
            "call": law.text("SET-10.call"),
        }
        content = typeset(TEMPLATES / "refused_evidence.typ", data | told, on, sample=sample, tagged=True)
        _put_down(uow, content, "refused_evidence", refused.county, refused.division, None, refused.refusal_id)
    return Printed(content, f"{refused.number}.pdf")


def articles_in_words(codes: Sequence[str]) -> list[str]:
    """Articles as this window says them: the opinion, and those laws whose very name says nothing of what is not asked about."""
    known = all_articles()
    return [
        f"《{known[code].law}》{known[code].number}" if code in known else code
        for code in codes
        if code not in known or known[code].law in SAYABLE
    ]


SAYABLE = ("乡村振兴促进法",)
"""The other laws on which the refusal stands are in its row and its leaf."""


def _shared(
    law: Law, number: str, division: str, applicant: str, officer: str, on: date, window: Window
) -> dict[str, Any]:
    county, *_ = path_of(division)
    told = law.text("SET-14.phone")
    return {
        "number": number,
        "applicant": applicant,
        "place": "".join(path_of(division)),
        "officer": officer,
        # A number that nobody set is never printed as one: whoever asks is answered by the city's own line.
        "phone": window.phone or (law.text("SET-10.call") if told == NOT_SET else told),
        "authority": window.office or law.text("SET-14.authority").replace("{county}", county),
        "day": chinese_date(on),
    }


def _receipt(standing: service.Standing, identities: Sequence[Identity], law: Law) -> dict[str, Any]:
    row = standing.application
    found = next(one for one in opinion.all_conditions() if one.code == row.ground)
    return {
        "received": chinese_date(row.received_on),
        "due": chinese_date(row.due_on),
        "ground": term("settlement_ground", row.ground),
        "article": found.article,
        "persons": _persons(identities),
        "evidence": [term("settlement_evidence", one.kind) for one in standing.evidence],
        "lacking": [law.say(one) for one in standing.lacking],
    }


def _decision(standing: service.Standing, identities: Sequence[Identity], law: Law) -> dict[str, Any]:
    row = standing.application
    settled = row.outcome == Outcome.SETTLED
    conditions = opinion.conditions_of(row.division, law.on)
    return {
        "title": "准予落户决定书" if settled else "不予落户决定书",
        "application": row.number,
        "received": chinese_date(row.received_on),
        "decision": "经审查，符合规定的条件，决定准予落户，统一登记为居民户口。"
        if settled
        else "经审查，决定不予落户。",
        "persons": _persons(identities),
        "reason": row.reason,
        "grounds": [] if settled else [[one.code, law.say(one)] for one in standing.lacking],
        "basis": f"{OPINION}{_together([one.article.removeprefix('安政发〔2016〕33号 ') for one in conditions])}",
        "next": []
        if settled
        else ["条件具备后可以随时重新申请，不受本决定影响。", "需要补交材料的，补齐后即可再次提出。"],
        "remedies": [
            f"可以自收到本决定书之日起 {law.days('REG-5.review_days')} 日内向作出决定机关的本级人民政府申请行政复议；",
            f"也可以自收到本决定书之日起 {law.days('REG-5.suit_months')} 个月内依法向人民法院提起行政诉讼。",
        ],
    }


def _notice(_standing: service.Standing, _identities: Sequence[Identity], law: Law) -> dict[str, Any]:
    known = all_articles()
    codes = next(iter(opinion.not_taken(law.on))).articles
    return {
        "call": law.text("SET-10.call"),
        "articles": [f"《{known[code].law}》{known[code].number}" if code in known else code for code in codes],
    }


def _persons(identities: Sequence[Identity]) -> list[dict[str, str]]:
    return [
        {"name": one.name, "relation": term("settlement_relation", one.relation), "id_number": one.id_number}
        for one in identities
    ]


def _together(parts: Sequence[str]) -> str:
    return "、".join(dict.fromkeys(parts))


def _put_down(
    uow: UnitOfWork,
    content: bytes,
    kind: str,
    county: str,
    division: str,
    application: UUID | None,
    refusal: UUID | None,
) -> None:
    row = HandedOut(
        county=county,
        paper_id=uuid4(),
        application_id=application,
        refusal_id=refusal,
        division=division,
        kind=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        handed_at=uow.now,
        handed_by=uow.actor.account_id,
        handed_by_name=uow.actor.name,
    )
    uow.session.add(row)
    uow.session.flush()
    stage(uow, Entry("settlement.handed_out", county, division, str(row.paper_id), logged.handed_facts(row)))
