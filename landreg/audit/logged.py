"""What the log says of samples, draws and findings, read from their tables: staged when they are written, read by recheck.

`register` is all of this register that `landreg log recheck` holds against its log, the audit's tables among it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from landreg.audit.complaint_queries import told as complaints_told
from landreg.audit.model import AuditFinding, FindingEvent, Sample, SampleDraw
from landreg.exchange import logged as exchange
from landreg.exchange.bidding import logged as bidding
from landreg.exchange.bidding.clock_queries import clocks_otherwise
from landreg.exchange.contracts import logged as contracts
from landreg.exchange.contracts.kept_queries import kept_otherwise
from landreg.exchange.interfaces import logged as interfaces
from landreg.exchange.market.shown_queries import shown_otherwise
from landreg.exit import logged as exits
from landreg.land.divisions import divisions_otherwise
from landreg.log.erasure import KIND as ERASED
from landreg.log.recheck_queries import entries_of
from landreg.log.recheck_register import Copied, Register, Source
from landreg.log.told_rows import left_alone
from landreg.registry.casework.attempts import attempts
from landreg.registry.leaves import strays as registry_strays
from landreg.registry.leaves.constants import constants_otherwise
from landreg.registry.leaves.coursed import taken_out
from landreg.registry.leaves.shapes import drawn_otherwise

Facts = tuple[dict[str, Any], dict[str, str]]


def sample_facts(made: Sample) -> dict[str, Any]:
    """What the log says of a sample before anything is drawn: its seed and its whole list."""
    return {
        "sample": made.number,
        "id": made.sample_id,
        "kind": made.kind,
        "method": made.method,
        "within": made.village,
        "month": made.month,
        "size": made.size,
        "seed": made.seed,
        "population_sha256": made.population_sha256,
        "population": made.population,
        "by": str(made.prepared_by),
        "by_name": made.prepared_by_name,
        "prepared_at": made.prepared_at,
    }


def draw_facts(drawn: SampleDraw, number: str) -> dict[str, Any]:
    """What the log says of a draw."""
    return {"sample": number, "drawn": drawn.keys, "by": str(drawn.drawn_by), "drawn_at": drawn.drawn_at}


def event_facts(found: AuditFinding | None, event: FindingEvent) -> Facts:
    """What the log says of a step of a finding, with the finding it is of; salted: its words and names."""
    facts: dict[str, Any] = {"step": event.step, "by": str(event.by), "at": event.at}
    words = {"text": event.text, "by_name": event.by_name}
    if found is None:
        return facts, words
    facts |= {
        "finding": found.number,
        "id": found.finding_id,
        "subject_kind": found.subject_kind,
        "subject": found.subject_key,
        "case": found.case_id,
        "rule": found.rule,
        "sample": found.sample_id,
        "written_by": found.written_by,
        "written_at": found.written_at,
    }
    if found.about is not None:
        facts["about"] = found.about
    return facts, {**words, "title": found.title, "written_by_name": found.written_by_name}


def _samples(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    for made in session.scalars(select(Sample)):
        yield made.number, sample_facts(made), {}


def _draws(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    of = (Sample.county == SampleDraw.county) & (Sample.sample_id == SampleDraw.sample_id)
    for drawn, number in session.execute(select(SampleDraw, Sample.number).outerjoin(Sample, of)):
        yield number or str(drawn.sample_id), draw_facts(drawn, number or ""), {}


def _events(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    of = (AuditFinding.county == FindingEvent.county) & (AuditFinding.finding_id == FindingEvent.finding_id)
    for event, found in session.execute(select(FindingEvent, AuditFinding).outerjoin(AuditFinding, of)):
        name = event.finding_id if found is None else found.number
        yield f"{name}/{event.position}", *event_facts(found, event)


def strays(session: Session) -> Iterator[tuple[str, str]]:
    """Rows of which no leaf can tell: of findings, those whose writing has no leaf, and those that are gone under their steps."""
    yield from registry_strays.strays(session)
    numbers = session.scalars(select(AuditFinding.number)).all()
    written = entries_of(session, "audit.finding", [f"{number}/1" for number in numbers])
    yield from (("audit.finding", number) for number in numbers if f"{number}/1" not in written)
    there = select(AuditFinding).where(
        AuditFinding.county == FindingEvent.county, AuditFinding.finding_id == FindingEvent.finding_id
    )
    for finding_id in session.scalars(select(FindingEvent.finding_id).where(~there.exists()).distinct()):
        yield "audit.finding", str(finding_id)
    yield from left_alone(session, register().sources.values())


def copies(session: Session) -> Iterator[Copied]:
    """What is kept beside the rows of which leaves tell, and says otherwise than they do: drawn shapes, the market's page, the
    course and the land of contracts, the parcels of cases, the standing of sales; and what the program says itself: the steps
    of cases, kinds of act, divisions.
    """
    yield from drawn_otherwise(session)
    yield from shown_otherwise(session)
    yield from kept_otherwise(session)
    yield from taken_out(session)
    yield from clocks_otherwise(session)
    yield from constants_otherwise(session)
    yield from divisions_otherwise(session)


def _complaints(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    """Of complaints the log holds digests: what they say is read here by nobody."""
    for row in complaints_told(session):
        yield row.key, {"complaint": row.complaint, "step": row.step, "at": row.at, "digest": row.digest}, {}


SOURCES: Mapping[str, Source] = {
    "case.refused_as_own": attempts,
    "audit.sample_prepared": _samples,
    "audit.sample_drawn": _draws,
    "audit.finding": _events,
    "audit.complaint": _complaints,
}
_OF_FINDING = ("finding", "id", "subject_kind", "subject", "case", "about", "rule", "sample", "written_by", "written_at", "title",
               "written_by_name")  # fmt: skip
TABLES: Mapping[str, Mapping[str, str]] = {
    "case.refused_as_own": {"": "audit.attempt"},
    "audit.sample_prepared": {"": "audit.sample"},
    "audit.sample_drawn": {"": "audit.sample_draw"},
    "audit.complaint": {"": "audit.complaint"},
    "audit.finding": {"": "audit.finding_event", **dict.fromkeys(_OF_FINDING, "audit.finding")},
}
ALONE = frozenset({
    ERASED, "demo.clock_moved", "keys.retired", "account.second_factor_set", "account.second_factor_reset",
    "account.recovery_code_used", "audit.exported", "audit.watch_announced", "audit.watched", "audit.market_watched",
    "exchange.transfers_exported", "package.reinstated", "settlement.",
})  # fmt: skip
"""Kinds of entry that no row tells of again: what somebody did or looked at. The settlement window rechecks its own."""


def register() -> Register:
    """All of this register that is held against its log."""
    below = registry_strays.register()
    rooms = (exits, exchange, contracts, interfaces, bidding)
    sources, tables = dict(below.sources), dict(below.tables)
    for room in rooms:
        sources, tables = sources | dict(room.SOURCES), tables | dict(room.TABLES)
    sources, tables = sources | dict(SOURCES), tables | dict(TABLES)
    return replace(below, sources=sources, tables=tables, strays=strays, copies=copies, alone=ALONE)
