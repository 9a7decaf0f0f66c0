"""Steps of the settlement window: receive an application, take evidence, decide."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound, Refused
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.law.book import Law, examine
from landreg.law.queries import load_law
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.settlement import logged, offering, opinion, persons, queries, rules
from landreg.settlement.model import Application, Evidence, Settler
from landreg.settlement.offering import Offer, Paper
from landreg.settlement.rules import Person


@dataclass(frozen=True)
class New:
    """An application as it is told at the counter. origin: where from, in words; village: the same as a code, where known."""

    division: str
    ground: str
    persons: tuple[Person, ...]
    origin: str
    address: str
    village: str | None = None
    phone: str = ""
    tenure: str | None = None
    dwelling_since: date | None = None
    employer: str = ""
    work_since: date | None = None
    pension_months: int | None = None
    note: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """Its free text, by field."""
        return {"origin": self.origin, "address": self.address, "employer": self.employer, "note": self.note}


@dataclass(frozen=True)
class Standing:
    """An application with all that belongs to it, and how it stands today.

    unmet: by condition that holds at the place, what is not met of it; () of one that is met. along: what is not shown of
    those who settle along.
    """

    application: Application
    persons: Sequence[Settler]
    evidence: Sequence[Evidence]
    unmet: dict[str, tuple[Finding, ...]]
    along: tuple[Finding, ...]

    @property
    def met(self) -> bool:
        """Whether it is to be granted: one condition is met, and who settles along is shown to belong."""
        return any(not found for found in self.unmet.values()) and not self.along

    @property
    def lacking(self) -> tuple[Finding, ...]:
        """What is not met, each finding once."""
        found = [one for findings in self.unmet.values() for one in findings] + list(self.along)
        return () if self.met else tuple({one.code: one for one in found}.values())


def receive(actor: Actor, new: New, papers: Sequence[Paper], store: Store) -> tuple[str, UUID]:
    """Take an application; its county and id.

    Raises Refused with every finding. What was offered and may not be taken is put down and logged all the same, and nothing
    else of the form is kept.
    """
    if opinion.place_of(new.division, date.max) is not None and not new.division.startswith(actor.jurisdiction):
        raise NotFound
    applicant = new.persons[0]
    digest = persons.digest_of(applicant.id_number) if applicant.id_number else None
    offer = Offer(papers, new.texts, applicant.name, digest)
    with unit_of_work(actor) as uow:
        on = beijing_day(uow.now)
        law = load_law(uow.session, new.division[:6], on)
        findings = [
            *(Finding("FORM-1", name) for name in ("origin", "address") if not new.texts[name]),
            *examine(rules.RECEIVING, _facts(new, papers, on), law),
            *_waiting(uow, new.persons),
        ]
    findings += offering.read_copies(papers)
    if not any(one.code == "SET-18" for one in findings) and (found := offering.look_through(offer, on, law)):
        # What may not be taken is put down at this window wherever the form wanted to go.
        here = new.division if opinion.place_of(new.division, on) else actor.jurisdiction
        findings = [*offering.refuse(actor, offer, found, here), *findings]
    if findings:
        raise Refused(findings)
    with unit_of_work(actor) as uow:
        row = _row(uow, new, law)
        uow.session.add(row)
        uow.session.flush()
        along = [persons.sealed(row, place, one, "" if place else new.phone) for place, one in enumerate(new.persons)]
        uow.session.add_all(along)
        uow.session.flush()
        facts = logged.received_facts(row, along)
        stage(uow, Entry("settlement.received", row.county, row.division, str(row.application_id), facts))
        offering.shown(uow, papers, row.county, row.division, row.application_id, store)
    return row.county, row.application_id


def add_evidence(actor: Actor, county: str, application_id: UUID, papers: Sequence[Paper], store: Store) -> None:
    """Take further papers while nothing is decided. Raises Refused, Conflict when it is decided (SET-12), NotFound."""
    with unit_of_work(actor) as uow:
        row = _known(queries.application(uow.session, county, application_id))
        applicant = queries.settlers(uow.session, county, application_id)[0]
        on = beijing_day(uow.now)
        law = load_law(uow.session, county, on)
        if row.outcome is not None:
            raise Conflict(Finding("SET-12"))
    # What a settler is called is masked in the row already.
    offer = Offer(papers, {}, applicant.name_masked)
    if faults := offering.read_copies(papers):
        raise Refused(faults)
    if found := offering.look_through(offer, on, law):
        raise Refused(offering.refuse(actor, offer, found, row.division, application_id))
    with unit_of_work(actor) as uow:
        offering.shown(uow, papers, county, row.division, application_id, store)


def look_at(actor: Actor, county: str, application_id: UUID) -> Standing:
    """An application as it stands today. Raises NotFound."""
    with unit_of_work(actor) as uow:
        return _standing(uow, _known(queries.application(uow.session, county, application_id)))


def decide(actor: Actor, county: str, application_id: UUID, outcome: str, reason: str) -> tuple[Finding, ...]:
    """Decide an application, or put down that it is withdrawn; what is only to be noted (SET-14).

    The days of dwelling and work are counted to today. Raises Refused (SET-11 against the opinion, SET-10 for words that may
    not stand there), Conflict (SET-12), NotFound.
    """
    with unit_of_work(actor) as uow:
        row = _known(queries.application(uow.session, county, application_id))
        if row.outcome is not None:
            raise Conflict(Finding("SET-12"))
        today = beijing_day(uow.now)
        law = load_law(uow.session, county, today)
        applicant = queries.settlers(uow.session, county, application_id)[0].name_masked
    offer = Offer((), {"reason": reason}, applicant)
    if found := offering.look_through(offer, today, law):
        raise Refused(offering.refuse(actor, offer, found, row.division, application_id))
    with unit_of_work(actor) as uow:
        row = _known(queries.locked(uow.session, county, application_id))
        if row.outcome is not None:
            raise Conflict(Finding("SET-12"))
        standing = _standing(uow, row)
        wanted = rules.Decision(outcome, tuple(standing.unmet.values()), standing.along, row.due_on, today)
        noted = examine(rules.DECIDING, wanted, law)
        if refusing := [one for one in noted if law.rules[one.code].effect == "refuse"]:
            raise Refused(refusing)
        _write_decision(uow, row, outcome, reason, standing)
    return noted


def _write_decision(uow: UnitOfWork, row: Application, outcome: str, reason: str, standing: Standing) -> None:
    row.outcome, row.reason = outcome, reason.strip()
    row.unmet = sorted({one.code for one in standing.lacking}) if outcome == rules.Outcome.REFUSED else []
    row.decided_at, row.decided_on = uow.now, beijing_day(uow.now)
    row.decided_by, row.decided_by_name = uow.actor.account_id, uow.actor.name
    row.decision_salt = secrets.token_hex(16)
    uow.session.flush()
    facts = logged.decided_facts(row)
    stage(uow, Entry("settlement.decided", row.county, row.division, str(row.application_id), facts))


def _known(row: Application | None) -> Application:
    if row is None:
        raise NotFound
    return row


def _waiting(uow: UnitOfWork, settling: Sequence[Person]) -> list[Finding]:
    """SET-13: an application about one of these persons waits already."""
    asked = [
        (place, digest)
        for place, one in enumerate(settling)
        if one.id_number
        for digest in persons.digests_of(one.id_number)
    ]
    found = queries.waiting_of(uow.session, [digest for _, digest in asked])
    fields = {number: asked[at][0] for number, at in found}
    return [
        Finding("SET-13", f"person{place}_id" if place else "id_number", {"number": number})
        for number, place in sorted(fields.items())
    ]


def _facts(new: New, papers: Sequence[Paper], on: date) -> rules.Application:
    return rules.Application(
        division=new.division,
        ground=new.ground,
        tenure=new.tenure,
        dwelling_since=new.dwelling_since,
        work_since=new.work_since,
        pension_months=new.pension_months,
        evidence=frozenset(paper.kind for paper in papers),
        persons=new.persons,
        on=on,
        village=new.village or "",
    )


def _standing(uow: UnitOfWork, row: Application) -> Standing:
    settling = queries.settlers(uow.session, row.county, row.application_id)
    shown = queries.evidence(uow.session, row.county, row.application_id)
    today = beijing_day(uow.now)
    facts = rules.Application(
        division=row.division,
        ground=row.ground,
        tenure=row.tenure,
        dwelling_since=row.dwelling_since,
        work_since=row.work_since,
        pension_months=row.pension_months,
        evidence=frozenset(one.kind for one in shown),
        # Whoever settles along was judged when the application came; here only how many they are counts.
        persons=tuple(Person(one.name_masked, "", one.relation) for one in settling),
        on=row.decided_on or today,
    )
    law = load_law(uow.session, row.county, row.received_on)
    return Standing(row, settling, shown, rules.unmet(facts, law), rules.along_unshown(facts))


def _row(uow: UnitOfWork, new: New, law: Law) -> Application:
    county, on = new.division[:6], beijing_day(uow.now)
    number = queries.next_number(uow.session, "application")
    return Application(
        county=county,
        application_id=uuid4(),
        division=new.division,
        village=new.village or None,
        origin=new.origin,
        number=f"HQ{county}-{on.year}-{number:06d}",
        ground=new.ground,
        address=new.address,
        tenure=new.tenure,
        dwelling_since=new.dwelling_since,
        employer=new.employer,
        work_since=new.work_since,
        pension_months=new.pension_months,
        note=new.note,
        received_at=uow.now,
        received_by=uow.actor.account_id,
        received_by_name=uow.actor.name,
        received_on=on,
        due_on=law.working_days_after(on, law.days("SET-14.decide_working_days")),
        salt=secrets.token_hex(16),
    )
