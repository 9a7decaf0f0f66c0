"""Steps that were refused because the case is the officer's own (REG-1): the step writes nothing, the attempt is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.tables import Base, CountyKey
from landreg.log.leaf import Entry
from landreg.log.store import stage_all
from landreg.registry.casebook import Case
from landreg.registry.casework.cases import Stepped

OWN_CASE = "REG-1"


class Attempt(CountyKey, Base):
    """That an officer tried a step on a case of their own, and was refused."""

    __tablename__ = "attempt"
    __table_args__ = {"schema": "audit"}  # noqa: RUF012

    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    step: Mapped[str]
    rule: Mapped[str]
    by: Mapped[UUID]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def attempt_facts(attempt: Attempt, case: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the log says of an attempt on a case of this number; salted: the officer's name."""
    facts = {"case": case, "step": attempt.step, "rule": attempt.rule, "by": str(attempt.by), "at": attempt.at}
    return facts, {"by_name": attempt.by_name}


def attempts(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    """Every attempt as the table has it now, to be held against its leaf (`case.refused_as_own`)."""
    of = (Case.county == Attempt.county) & (Case.case_id == Attempt.case_id)
    for attempt, case in session.execute(select(Attempt, Case.number).outerjoin(Case, of)):
        yield str(attempt.attempt_id), *attempt_facts(attempt, case or "")


def keeping(actor: Actor, county: str, case_ids: Sequence[UUID], step: str, taken: Callable[[], Stepped]) -> Stepped:
    """Take a step, and keep each case of the actor's own on which it was refused. Raises as the step does."""
    try:
        stepped = taken()
    except Refused as refusal:
        if _own(refusal.findings):
            _keep(actor, county, step, Case.case_id.in_(case_ids))
        raise
    numbers = [number for number, findings in stepped.refused.items() if _own(findings)]
    if numbers:
        _keep(actor, county, step, Case.number.in_(numbers))
    return stepped


def _own(findings: Iterable[Finding]) -> bool:
    return any(finding.code == OWN_CASE for finding in findings)


def _keep(actor: Actor, county: str, step: str, which: object) -> None:
    """In a transaction of its own: that of the step was rolled back, or is over."""
    with unit_of_work(actor) as uow:
        cases = uow.session.scalars(select(Case).where(Case.county == county, which)).all()  # type: ignore[arg-type]
        kept = [
            Attempt(
                county=county,
                attempt_id=uuid4(),
                village=case.village,
                case_id=case.case_id,
                step=step,
                rule=OWN_CASE,
                by=actor.account_id,
                by_name=actor.name,
                at=uow.now,
            )
            for case in cases
        ]
        uow.session.add_all(kept)
        stage_all(
            uow,
            [
                Entry(
                    "case.refused_as_own",
                    county,
                    case.village,
                    str(attempt.attempt_id),
                    *attempt_facts(attempt, case.number),
                )
                for case, attempt in zip(cases, kept, strict=True)
            ],
        )
