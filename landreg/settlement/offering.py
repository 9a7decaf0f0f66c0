"""Papers and words as they come over the counter: taken, or refused, logged and told in writing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.codes import masked_name
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.law.book import Law, examine
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.settlement import logged, queries
from landreg.settlement.model import Evidence, RefusedEvidence
from landreg.settlement.reading import media_of, text_of
from landreg.settlement.rules import OFFERING, WORDING, Offered, Wording

# Of a paper that is not of the list, but of nothing that is never taken either: the list itself.
BASIS_OF_LIST = ("安政发〔2016〕33号 三（一）1",)


@dataclass(frozen=True)
class Paper:
    """A paper that is offered. kind: as it was called. content: of its copy, None where only the original was seen."""

    kind: str
    title: str = ""
    file_name: str = ""
    content: bytes | None = None
    field: str = "evidence"


@dataclass(frozen=True)
class Offer:
    """All that is offered at once. texts: free text by field. applicant: their name; digest: of their number, where it is known."""

    papers: Sequence[Paper]
    texts: Mapping[str, str]
    applicant: str
    digest: bytes | None = None


@dataclass(frozen=True)
class _Found:
    finding: Finding
    sha256: str
    found_in: str
    articles: tuple[str, ...]


def look_through(offer: Offer, on: date, law: Law) -> list[_Found]:
    """Everything of an offer that may not be taken. Raises BadInput (SET-18) for a file that cannot be read."""
    found: list[_Found] = []
    for field, text in offer.texts.items():
        for finding in examine(WORDING, Wording(text, on, field), law):
            found.append(_found(finding, text.encode()))
    for paper in offer.papers:
        content = (
            "" if paper.content is None else text_of(paper.content, media_of(paper.content, paper.field), paper.field)
        )
        offered = Offered(paper.kind, paper.title, paper.file_name, content, on, paper.field)
        findings = examine(OFFERING, offered, law)
        if findings:
            found.append(_found(findings[0], paper.content or f"{paper.kind}\n{paper.title}".encode()))
    return found


def refuse(
    actor: Actor, offer: Offer, found: Sequence[_Found], division: str, application_id: UUID | None = None
) -> list[Finding]:
    """Put down what was refused, each with its leaf; the findings, each with the number of the notice that tells it."""
    told: list[Finding] = []
    with unit_of_work(actor) as uow:
        for one in found:
            row = _refused(uow, offer, one, division, application_id)
            uow.session.add(row)
            uow.session.flush()
            facts = logged.refused_facts(row)
            stage(uow, Entry("settlement.evidence_refused", row.county, division, str(row.refusal_id), facts))
            told.append(Finding(one.finding.code, one.finding.field, {"number": row.number}))
    return told


def shown(
    uow: UnitOfWork, papers: Sequence[Paper], county: str, division: str, application_id: UUID, store: Store
) -> None:
    """Keep papers that were looked through, each with its leaf. A copy is stored before the row that names it."""
    for paper in papers:
        sha256 = None if paper.content is None else store.put_bytes(paper.content)
        row = Evidence(
            county=county,
            evidence_id=uuid4(),
            application_id=application_id,
            division=division,
            kind=paper.kind,
            title=paper.title,
            sha256=sha256,
            size_bytes=None if paper.content is None else len(paper.content),
            media=None if paper.content is None else media_of(paper.content, paper.field),
            put_in_at=uow.now,
            put_in_by=uow.actor.account_id,
            put_in_by_name=uow.actor.name,
        )
        uow.session.add(row)
        uow.session.flush()
        stage(
            uow,
            Entry("settlement.evidence_shown", county, division, str(row.evidence_id), logged.evidence_facts(row)),
        )


def read_copies(papers: Sequence[Paper]) -> list[Finding]:
    """Of files that cannot be read, all at once."""
    faults: list[Finding] = []
    for paper in papers:
        if paper.content is not None:
            try:
                text_of(paper.content, media_of(paper.content, paper.field), paper.field)
            except BadInput as error:
                faults += error.findings
    return faults


def _found(finding: Finding, what: bytes) -> _Found:
    articles = tuple(finding.values.get("law", BASIS_OF_LIST))
    return _Found(finding, hashlib.sha256(what).hexdigest(), str(finding.values.get("found_in", "kind")), articles)


def _refused(uow: UnitOfWork, offer: Offer, one: _Found, division: str, application_id: UUID | None) -> RefusedEvidence:
    number = queries.next_number(uow.session, "refusal")
    county = division[:6].ljust(6, "0")
    return RefusedEvidence(
        county=county,
        refusal_id=uuid4(),
        application_id=application_id,
        division=division,
        number=f"BS{county}-{beijing_day(uow.now).year}-{number:06d}",
        found_in=one.found_in,
        field=one.finding.field or "",
        sha256=one.sha256,
        articles=list(one.articles),
        applicant_masked=masked_name(offer.applicant.strip()),
        applicant_digest=offer.digest,
        refused_at=uow.now,
        refused_by=uow.actor.account_id,
        refused_by_name=uow.actor.name,
    )
