"""Reads of a village's projects: their land, the words of the households, their contracts, their runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from landreg.exchange.contracts.model import Contract, Project, ProjectParcel, ProjectRun, ProjectWord
from landreg.land.model import Division
from landreg.land.queries import prefixed

SIGNED = ("signed", "disputed", "ended")
"""States of a contract that both have signed."""


@dataclass(frozen=True)
class Township:
    """A township of a choice of villages: its county's name and its own, and the villages by code and name."""

    name: str
    villages: tuple[tuple[str, str], ...]


def villages(session: Session, jurisdiction: str, named: str, most: int) -> tuple[list[Township], bool]:
    """The villages of a jurisdiction by township, `most` of them, and whether there are more. named: part of the name of the
    village, its township or its county.
    """
    village, township, county = aliased(Division), aliased(Division), aliased(Division)
    found = (
        sa.select(village.code, village.name, township.name, county.name)
        .join(township, township.code == village.parent)
        .join(county, county.code == township.parent)
        .where(village.level == "village", prefixed(village.code, jurisdiction))
        .order_by(village.code)
    )
    if named:
        found = found.where(sa.or_(*(one.name.contains(named, autoescape=True) for one in (village, township, county))))
    rows = session.execute(found.limit(most + 1)).all()
    grouped: dict[str, list[tuple[str, str]]] = {}
    for code, name, of_township, of_county in rows[:most]:
        grouped.setdefault(f"{of_county} {of_township}", []).append((code, name))
    return [Township(name, tuple(held)) for name, held in grouped.items()], len(rows) > most


def contracted(session: Session, county: str, village: str, codes: Sequence[str]) -> dict[str, Any]:
    """By parcel of a village: the contract right that it is under, whose, and its area; of all parcels where none are named."""
    rows = session.execute(
        sa.text("SELECT * FROM exchange.contracted_parcels(:county, :village, :codes)"),
        {"county": county, "village": village, "codes": list(codes)},
    )
    return {row.parcel_code: row for row in rows}


def household_lock(project_id: UUID, household_id: UUID) -> str:
    """What a household's word and its contract hold until they are written: either comes first."""
    return f"project:{project_id}:{household_id}"


def next_number(session: Session, county: str, village: str) -> int:
    """The next serial of a village's projects."""
    values = {"county": county, "village": village, "issuer": f"{village}X"}
    drawn = sa.text("SELECT exchange.next_contract_numbers(:county, :village, :issuer, 1)")
    return int(str(session.scalars(drawn, values).one()).removeprefix(f"{village}X"))


def listed() -> sa.Select[Any]:
    """The projects of the jurisdiction, newest first."""
    return sa.select(Project).order_by(Project.opened_at.desc())


def one(session: Session, county: str, project_id: UUID) -> Project | None:
    """A project of the actor's jurisdiction."""
    return session.scalars(
        sa.select(Project).where(Project.county == county, Project.project_id == project_id)
    ).one_or_none()


def parcels(session: Session, county: str, project_id: UUID) -> Sequence[ProjectParcel]:
    """The land that a project asks for, by household and code."""
    return session.scalars(
        sa.select(ProjectParcel)
        .where(ProjectParcel.county == county, ProjectParcel.project_id == project_id)
        .order_by(ProjectParcel.household_code, ProjectParcel.parcel_code)
    ).all()


def parcels_of(session: Session, county: str, project_id: UUID, household_id: UUID) -> Sequence[ProjectParcel]:
    """The land that a project asks of one household."""
    return session.scalars(
        sa.select(ProjectParcel)
        .where(ProjectParcel.county == county, ProjectParcel.project_id == project_id)
        .where(ProjectParcel.household_id == household_id)
        .order_by(ProjectParcel.parcel_code)
    ).all()


def households(session: Session, county: str, project_id: UUID) -> list[UUID]:
    """The households of a project, in the order of their codes."""
    found = (
        sa.select(ProjectParcel.household_id, ProjectParcel.household_code)
        .where(ProjectParcel.county == county, ProjectParcel.project_id == project_id)
        .distinct()
        .order_by(ProjectParcel.household_code)
    )
    return [row.household_id for row in session.execute(found)]


def words(session: Session, county: str, project_id: UUID) -> dict[UUID, ProjectWord]:
    """By household: its last word."""
    rows = session.scalars(
        sa.select(ProjectWord)
        .where(ProjectWord.county == county, ProjectWord.project_id == project_id)
        .order_by(ProjectWord.at, ProjectWord.word_id)
    )
    return {row.household_id: row for row in rows}


def last_word(session: Session, county: str, project_id: UUID, household_id: UUID) -> ProjectWord | None:
    """The last word of a household."""
    found = (
        sa.select(ProjectWord)
        .where(ProjectWord.county == county, ProjectWord.project_id == project_id)
        .where(ProjectWord.household_id == household_id)
        .order_by(ProjectWord.at.desc(), ProjectWord.word_id.desc())
        .limit(1)
    )
    return session.scalars(found).first()


def last_words(session: Session, household_id: UUID) -> dict[UUID, ProjectWord]:
    """By project: the last word of a household."""
    found = sa.select(ProjectWord).where(ProjectWord.household_id == household_id)
    rows = session.scalars(found.order_by(ProjectWord.at, ProjectWord.word_id))
    return {row.project_id: row for row in rows}


def contracts(session: Session, county: str, project_id: UUID) -> dict[UUID, Contract]:
    """By household: its contract of the project that was not dropped."""
    rows = session.scalars(_made(county, project_id))
    return {row.household_id: row for row in rows if row.household_id is not None}


def contract_of(session: Session, county: str, project_id: UUID, household_id: UUID) -> Contract | None:
    """The contract of one household that was not dropped."""
    found: Contract | None = session.scalars(
        _made(county, project_id).where(Contract.household_id == household_id)
    ).first()
    return found


def reached(session: Session, run: ProjectRun, households: Sequence[UUID]) -> int:
    """How many of these households have what a run gives: a contract, or the taker's signature under it."""
    found = _made(run.county, run.project_id).where(Contract.household_id.in_(households))
    if run.step == "sign":
        found = found.where(Contract.state.in_(SIGNED))
    return session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def _made(county: str, project_id: UUID) -> sa.Select[Any]:
    return sa.select(Contract).where(
        Contract.county == county,
        Contract.project_id == project_id,
        Contract.relation == "",
        Contract.state != "withdrawn",
    )


def area_unsigned(session: Session, county: str, project_id: UUID) -> Decimal:
    """What a project asks of households that have no signed contract of it, in m²."""
    signed = sa.select(Contract.household_id).where(
        Contract.county == county,
        Contract.project_id == project_id,
        Contract.state.in_(SIGNED),
    )
    found = sa.select(sa.func.coalesce(sa.func.sum(ProjectParcel.area_m2), 0)).where(
        ProjectParcel.county == county,
        ProjectParcel.project_id == project_id,
        ProjectParcel.household_id.not_in(signed),
    )
    return Decimal(session.scalar(found) or 0)


def run(session: Session, county: str, run_id: UUID, *, lock: bool = False) -> ProjectRun | None:
    """A run. lock: until the end."""
    found = sa.select(ProjectRun).where(ProjectRun.county == county, ProjectRun.run_id == run_id)
    return session.scalars(found.with_for_update() if lock else found).one_or_none()


def last_run(session: Session, county: str, project_id: UUID) -> ProjectRun | None:
    """The newest run of a project."""
    found = sa.select(ProjectRun).where(ProjectRun.county == county, ProjectRun.project_id == project_id)
    return session.scalars(found.order_by(ProjectRun.asked_at.desc()).limit(1)).first()


def runs_waiting(session: Session) -> Sequence[ProjectRun]:
    """Runs that wait or were left by a worker that ended."""
    states = ("waiting", "running", "stopping")
    return session.scalars(
        sa.select(ProjectRun).where(ProjectRun.state.in_(states)).order_by(ProjectRun.asked_at)
    ).all()


def own(session: Session) -> Sequence[Any]:
    """The projects that ask for land of a farmer's household, with that land."""
    return session.execute(
        sa.select(Project, ProjectParcel)
        .join(
            ProjectParcel,
            sa.and_(ProjectParcel.county == Project.county, ProjectParcel.project_id == Project.project_id),
        )
        .order_by(Project.opened_at.desc(), ProjectParcel.parcel_code)
    ).all()
