"""What the auditor's desk does: flags looked up, lists taken away, findings written, answered and followed up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from landreg.audit import facts, queries, sample_queries
from landreg.audit.logged import event_facts
from landreg.audit.model import AuditFinding, FindingEvent
from landreg.audit.queries import Asked
from landreg.audit.rules import FLAG_CODES, FLAGS, Fact
from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotAllowed, NotFound
from landreg.core.periods import beijing_day
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage
from landreg.registry.casebook import Case

SUBJECTS = ("case", "act", "certificate", "opening", "officer")
BUREAU = (Role.REGISTRAR, Role.REVIEWER)


@dataclass(frozen=True)
class Flag:
    """A red flag: what the rule says, and the fact that raised it."""

    finding: Finding
    fact: Fact


def county_of(actor: Actor) -> str:
    """The county under which what an actor writes is kept; of a prefecture's, its code filled up."""
    return actor.jurisdiction[:6].ljust(6, "0")


def flags(session: Session, asked: Asked, today: date) -> list[Flag]:
    """Every red flag of a division and a month, the gravest first and of a kind the newest; each by the figures of its day and
    county.
    """
    laws: dict[tuple[str, date], Law] = {}
    found = []
    for fact in facts.all_facts(session, asked, load_law(session, asked.within[:6], today)):
        key = (fact.village[:6], facts.day_of(fact))
        if key not in laws:
            laws[key] = load_law(session, *key)
        finding = next(rule for kind, rule in FLAGS if isinstance(fact, kind))(fact, laws[key])
        if finding is not None:
            found.append(Flag(finding, fact))
    newest = sorted(found, key=lambda flag: (flag.fact.at, flag.fact.subject), reverse=True)
    return sorted(newest, key=lambda flag: FLAG_CODES.index(flag.finding.code))


# Whatever leaves the desk as a file is in the log first.


def log_export(
    uow: UnitOfWork,
    what: str,
    content: bytes,
    narrowed: Mapping[str, Any],
    *,
    case: Case | None = None,
    key: str | None = None,
) -> None:
    """Stage a leaf of a file that is taken away: what it is, what it was narrowed to, its SHA-256, and who took it.

    case: whose evidence it is; else it is the jurisdiction's. key: by which the file names its own leaf.
    """
    details: dict[str, Json] = {
        "list": what,
        "sha256": hashlib.sha256(content).hexdigest(),
        "by": str(uow.actor.account_id),
        **narrowed,
    }
    county, village = (county_of(uow.actor), uow.actor.jurisdiction) if case is None else (case.county, case.village)
    stage(uow, Entry("audit.exported", county, village, key or str(uuid4()), details))


# Findings


@dataclass(frozen=True)
class NewFinding:
    """A finding to write. subject: the number of a case, an act or a certificate, the key of an opening's leaf, or an officer's
    login. rule: the flag that led to it, or ''.
    """

    subject_kind: str
    subject: str
    title: str
    text: str
    rule: str = ""
    sample: str = ""


def write_finding(actor: Actor, new: NewFinding) -> str:
    """Write a finding, as the auditor; its number.

    Raises NotAllowed for another role, BadInput with a finding for each field: AUD-15 for a subject that the jurisdiction
    does not have, AUD-10 without words, FORM-5 for an unknown kind or rule.
    """
    _needs(actor, Role.AUDITOR)
    with unit_of_work(actor) as uow:
        known = new.subject_kind in SUBJECTS
        subject = queries.subject(uow.session, new.subject_kind, new.subject) if known else None
        drawn_from = sample_queries.sample(uow.session, new.sample) if new.sample else None
        faults = [
            *([] if known else [Finding("FORM-5", "subject_kind", {"given": new.subject_kind})]),
            *([] if subject is not None or not known else [Finding("AUD-15", "subject", {"given": new.subject})]),
            *(Finding("AUD-10", name) for name in ("title", "text") if not getattr(new, name).strip()),
            *([Finding("FORM-5", "rule", {"given": new.rule})] if new.rule and new.rule not in FLAG_CODES else []),
            *([Finding("AUD-15", "sample", {"given": new.sample})] if new.sample and drawn_from is None else []),
        ]
        if faults or subject is None:
            raise BadInput(faults)
        serial = queries.next_number(uow.session, "finding")
        found = AuditFinding(
            county=subject.county,
            finding_id=uuid4(),
            village=subject.village,
            number=f"SJ{beijing_day(uow.now).year}{serial:06d}",
            subject_kind=new.subject_kind,
            subject_key=new.subject,
            case_id=subject.case_id,
            about=subject.about,
            rule=new.rule or None,
            sample_id=drawn_from[0].sample_id if drawn_from and drawn_from[0].county == subject.county else None,
            title=new.title.strip(),
            written_by=actor.account_id,
            written_by_name=actor.name,
            written_at=uow.now,
        )
        uow.session.add(found)
        uow.session.flush()
        _step(uow, found, "write", new.text, 1)
    return found.number


def answer_finding(actor: Actor, number: str, text: str) -> None:
    """Answer a finding for the bureau. Raises NotAllowed, NotFound, BadInput (AUD-10), Refused (AUD-11, AUD-12, AUD-32)."""
    _needs(actor, *BUREAU)
    _go_on(actor, number, "answer", text)


def close_finding(actor: Actor, number: str, text: str) -> None:
    """Close an answered finding, as the auditor. Raises as `answer_finding`."""
    _needs(actor, Role.AUDITOR)
    _go_on(actor, number, "close", text)


def reopen_finding(actor: Actor, number: str, text: str) -> None:
    """Ask again: the answer does not do, or a closed finding has come back. Raises as `answer_finding`."""
    _needs(actor, Role.AUDITOR)
    _go_on(actor, number, "reopen", text)


def _go_on(actor: Actor, number: str, step: str, text: str) -> None:
    if not text.strip():
        raise BadInput(Finding("AUD-10", "text"))
    with unit_of_work(actor) as uow:
        found = queries.finding(uow.session, number)
        if found is None:
            raise NotFound
        _step(uow, found, step, text, _position(queries.events_of(uow.session, found)))


def _position(events: Sequence[FindingEvent]) -> int:
    return events[-1].position + 1 if events else 1


def _step(uow: UnitOfWork, found: AuditFinding, step: str, text: str, position: int) -> None:
    """The database holds the course of a finding (AUD-11), and lets one of two who act at once go on (AUD-12)."""
    event = FindingEvent(
        county=found.county,
        finding_id=found.finding_id,
        position=position,
        village=found.village,
        step=step,
        by=uow.actor.account_id,
        by_name=uow.actor.name,
        at=uow.now,
        text=text.strip(),
    )
    uow.session.add(event)
    key = f"{found.number}/{position}"
    stage(uow, Entry("audit.finding", found.county, found.village, key, *event_facts(found, event)))
    uow.session.flush()


def _needs(actor: Actor, *roles: Role) -> None:
    if not actor.has(*roles):
        raise NotAllowed(Finding("ACC-3", values={"roles": [role.value for role in roles]}))
