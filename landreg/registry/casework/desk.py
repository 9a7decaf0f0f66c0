"""Reads for the desk's pages: cases by their ids, batches, jobs, and the villages of a package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.periods import beijing_day
from landreg.core.tables import in_force, rows_by
from landreg.land.deliveries import ToRegister, tells_what_is_left
from landreg.land.model import Division
from landreg.party.model import Household
from landreg.registry.casebook import (
    Act,
    Batch,
    Case,
    CaseDocument,
    CaseEvent,
    CaseParcel,
    Document,
    Job,
    Notice,
)
from landreg.registry.casework.outdated_queries import left_behind
from landreg.registry.facts import contradicted
from landreg.registry.model import Right
from landreg.registry.rules.contract import OTHER_MEANS


def cases_by_id(session: Session, county: str, case_ids: Sequence[UUID]) -> list[Case]:
    """The cases of the actor's jurisdiction among these, in the order of their numbers."""
    found = sa.select(Case).where(Case.county == county, Case.case_id.in_(case_ids)).order_by(Case.number)
    return list(session.scalars(found))


def notice(session: Session, county: str, notice_id: UUID | None) -> Notice | None:
    """A notice as the desk sees it."""
    key = {"county": county, "notice_id": notice_id}
    return session.scalars(rows_by(Notice, *key), key).one_or_none() if notice_id else None


def act(session: Session, county: str, act_id: UUID | None) -> Act | None:
    """An act by its id."""
    key = {"county": county, "act_id": act_id}
    return session.scalars(rows_by(Act, *key), key).one_or_none() if act_id else None


def document(session: Session, county: str, document_id: UUID) -> Document | None:
    """A document of the actor's jurisdiction."""
    return session.get(Document, {"county": county, "document_id": document_id})


def document_in_case(session: Session, county: str, case_id: UUID, document_id: UUID) -> Document | None:
    """A document, when it lies in the folder of this case."""
    key = {"county": county, "case_id": case_id, "document_id": document_id}
    return document(session, county, document_id) if session.get(CaseDocument, key) else None


# Batches and jobs


def batches_statement() -> sa.Select[Any]:
    """Batches of the actor's jurisdiction, newest first."""
    return sa.select(Batch).order_by(Batch.opened_at.desc(), Batch.batch_id)


def states_of_batches(session: Session, batches: Sequence[Batch]) -> dict[UUID, dict[str, int]]:
    """The cases of batches counted by state, in one query."""
    counted = (
        sa.select(Case.batch_id, Case.state, sa.func.count())
        .where(Case.batch_id.in_([batch.batch_id for batch in batches]))
        .group_by(Case.batch_id, Case.state)
    )
    found: dict[UUID, dict[str, int]] = {batch.batch_id: {} for batch in batches}
    for batch_id, state, count in session.execute(counted):
        if batch_id is not None:
            found[batch_id][state] = count
    return found


def job(session: Session, county: str, job_id: UUID, *, lock: bool = False) -> Job | None:
    """A job; lock: held until the end of the transaction."""
    found = sa.select(Job).where(Job.county == county, Job.job_id == job_id)
    return session.scalars(found.with_for_update() if lock else found).one_or_none()


def stepped_since(
    session: Session, county: str, case_ids: Sequence[UUID], named: Sequence[str], since: datetime
) -> set[UUID]:
    """Those of these cases that took one of the named steps since an instant."""
    found = sa.select(CaseEvent.case_id).where(
        CaseEvent.county == county, CaseEvent.case_id.in_(case_ids), CaseEvent.step.in_(named), CaseEvent.at >= since
    )
    return set(session.scalars(found))


def jobs_waiting(session: Session) -> Sequence[Job]:
    """Jobs for the worker, the oldest first."""
    found = sa.select(Job).where(Job.state.in_(("waiting", "running", "stopping")))
    return session.scalars(found.order_by(Job.asked_at)).all()


def jobs_of_batch(session: Session, county: str, batch_id: UUID) -> Sequence[Job]:
    """The jobs of a batch, newest first."""
    found = sa.select(Job).where(Job.county == county, Job.batch_id == batch_id).order_by(Job.asked_at.desc())
    return session.scalars(found.limit(10)).all()


def household_with_a_right(session: Session) -> str | None:
    """The code of the first household that holds a right now."""
    same = sa.and_(Right.county == Household.county, Right.household_id == Household.household_id)
    found = sa.select(Household.code).join(Right, same).where(in_force(Household), in_force(Right))
    return session.scalars(found.order_by(Household.code).limit(1)).first()


# Packages to open cases from


@dataclass(frozen=True)
class StagedVillage:
    """What a package holds of a village, how much of it is registered already, and how many cases are still to be opened."""

    code: str
    name: str
    township: str
    contracts: int
    homesteads: int
    contracts_registered: int
    homesteads_registered: int
    remaining: int

    @property
    def registered(self) -> bool:
        """Whether the register holds all of it."""
        return self.contracts_registered + self.homesteads_registered == self.contracts + self.homesteads

    @property
    def opened(self) -> int:
        """Cases that are open for what is not registered."""
        whole = self.contracts + self.homesteads
        return whole - self.contracts_registered - self.homesteads_registered - self.remaining


def villages_of_package(session: Session, county: str, package_id: UUID) -> list[StagedVillage]:
    """The villages of a staged package, in the order of their codes."""
    contracts, homesteads = (
        {row.village: row for row in session.execute(statement, {"county": county, "package": package_id})}
        for statement in (_CONTRACTS, _HOMESTEADS)
    )
    codes = sorted({*contracts, *homesteads})
    wanted = {*codes, *(code[:9] for code in codes)}
    rows = session.execute(sa.select(Division.code, Division.name).where(Division.code.in_(wanted)))
    names = {row.code: row.name for row in rows}
    made = []
    for code in codes:
        of_contracts, of_homesteads = (_counted(kinds.get(code)) for kinds in (contracts, homesteads))
        made.append(
            StagedVillage(
                code=code,
                name=names.get(code, code),
                township=names.get(code[:9], code[:9]),
                contracts=of_contracts[0],
                homesteads=of_homesteads[0],
                contracts_registered=of_contracts[1],
                homesteads_registered=of_homesteads[1],
                remaining=of_contracts[2] + of_homesteads[2],
            )
        )
    return made


@dataclass(frozen=True)
class Delivered:
    """A village of a survey in force, with contracts or homesteads, of which the register has neither a case nor a right yet."""

    county: str
    package_id: UUID
    village: str
    name: str
    households: int


def delivered_villages(session: Session, most: int) -> list[Delivered]:
    """So many such villages of the actor's jurisdiction, of the newest survey first."""
    return [Delivered(*row) for row in session.execute(_DELIVERED, {"most": most})]


@tells_what_is_left
def left_of_package(session: Session, county: str, package_id: UUID) -> ToRegister:
    """Of a package's contracts and homesteads how many have no right in force, whether their cases are open, out, or returned;
    how many cases are open of villages that it has nothing of, and how many rights in force it has otherwise, as last counted.
    """
    villages = villages_of_package(session, county, package_id)
    whole = sum(village.contracts + village.homesteads for village in villages)
    registered = sum(one.contracts_registered + one.homesteads_registered for one in villages)
    behind, otherwise = left_behind(session, county, package_id), contradicted.by_village(session, county, package_id)
    return ToRegister(whole, whole - registered, len(behind), sum(otherwise.values()))


def _counted(row: Any) -> tuple[int, int, int]:
    """The whole, what is registered, what remains; nothing of a village that the kind does not stand in."""
    return (0, 0, 0) if row is None else (row.whole, row.registered, row.remaining)


SET_APART = f"(left(s.way, 2) = '{OTHER_MEANS}' OR right(s.code, 1) = 'Q')"
"""Of a statement on staged contracts `s`: those by tender, auction, consultation or other means."""
_STAGED = """
    SELECT village, count(*) AS whole, count(*) FILTER (WHERE registered) AS registered,
           count(*) FILTER (WHERE NOT registered AND NOT opened) AS remaining
    FROM (SELECT s.village,
                 s.{right_code} IN (SELECT r.code FROM registry."right" AS r
                                    WHERE r.county = :county AND upper_inf(r.recorded) AND upper_inf(r.valid)) AS registered,
                 s.code IN (SELECT c.subject_code FROM registry."case" AS c
                            WHERE c.county = :county AND c.act_kind = 'first_registration'
                            AND c.state NOT IN ('certified', 'withdrawn', 'refused', 'registered')) AS opened
          FROM land.{table} AS s WHERE s.county = :county AND s.package_id = :package AND {besides}) AS staged
    GROUP BY village
"""
_CONTRACTS = sa.text(_STAGED.format(table="staged_contract", right_code="code", besides=f"NOT {SET_APART}"))
_HOMESTEADS = sa.text(_STAGED.format(table="staged_homestead", right_code="unit_code", besides="true"))

# From the first household of a village straight to the first of the next: of a whole county's survey as many rows are read as it
# has villages.
_DELIVERED = sa.text("""
    WITH RECURSIVE found AS (
        SELECT p.county, p.package_id, p.received_at, h.village, left(h.code, 12) AS digits FROM land.package AS p
        CROSS JOIN LATERAL (
            SELECT s.village, s.code FROM land.staged_household AS s
            WHERE s.county = p.county AND s.package_id = p.package_id ORDER BY s.code LIMIT 1) AS h
        WHERE p.state = 'staged'
        UNION ALL
        SELECT f.county, f.package_id, f.received_at, h.village, left(h.code, 12) FROM found AS f
        CROSS JOIN LATERAL (
            SELECT s.village, s.code FROM land.staged_household AS s
            WHERE s.county = f.county AND s.package_id = f.package_id AND s.code > f.digits || '999999'
            ORDER BY s.code LIMIT 1) AS h
    ), new AS (
        SELECT f.* FROM found AS f
        WHERE NOT EXISTS (SELECT FROM registry."case" AS c
            WHERE c.village = f.village AND c.act_kind = 'first_registration' OFFSET 0)
        AND NOT EXISTS (SELECT FROM registry."right" AS r WHERE r.village = f.village AND upper_inf(r.recorded) OFFSET 0)
        AND (EXISTS (SELECT FROM land.staged_contract AS s WHERE s.county = f.county AND s.package_id = f.package_id
                     AND s.household_code BETWEEN f.digits AND f.digits || '999999')
             OR EXISTS (SELECT FROM land.staged_homestead AS s WHERE s.county = f.county AND s.package_id = f.package_id
                        AND s.household_code BETWEEN f.digits AND f.digits || '999999'))
        ORDER BY f.received_at DESC, f.village LIMIT :most
    )
    SELECT n.county, n.package_id, n.village,
        coalesce((SELECT d.name FROM land.division AS d WHERE d.code = left(n.village, 9)), '')
            || coalesce((SELECT d.name FROM land.division AS d WHERE d.code = n.village), n.village),
        (SELECT count(*) FROM land.staged_household AS s WHERE s.county = n.county AND s.package_id = n.package_id
            AND s.code BETWEEN n.digits AND n.digits || '999999')
    FROM new AS n ORDER BY n.received_at DESC, n.village
""")


def prepared_by(session: Session, case: Case) -> frozenset[UUID]:
    """Who prepared a case, as REG-1 has it (`registry.who_prepared`)."""
    asked = {"county": case.county, "case_id": case.case_id}
    return frozenset(session.scalars(sa.text("SELECT registry.who_prepared(:county, :case_id)"), asked))


def parcels_asked(session: Session, county: str, case_id: UUID) -> Sequence[CaseParcel]:
    """The parcels that a case asks for, with their places in the order of acceptance."""
    key = {"county": county, "case_id": case_id}
    return session.scalars(rows_by(CaseParcel, *key, order="parcel_code"), key).all()


def now(session: Session) -> datetime:
    """The instant by the register's clock."""
    found: datetime = session.scalars(sa.select(sa.func.system.clock())).one()
    return found


def today(session: Session) -> date:
    """Today in Beijing by the register's clock."""
    return beijing_day(now(session))
