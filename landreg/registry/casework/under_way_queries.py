"""The cases that are under way on something: what an office must know before it takes in another (REG-2)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, all_, any_, bindparam, literal, or_, select
from sqlalchemy.orm import Session

from landreg.access.model import Account
from landreg.core.actor import Role
from landreg.core.tables import among
from landreg.land.queries import prefixed
from landreg.registry.casebook import Case, CaseDocument, CaseParcel, Document
from landreg.registry.casework.cases import UNDER_WAY

MOST = 20
OPEN = ("draft", *UNDER_WAY)


def on_right(session: Session, county: str, right_id: UUID) -> Sequence[Case]:
    """Cases that are about a right, in the order of their numbers."""
    return session.scalars(_on_right(), {"county": county, "rights": [right_id]}).all()


@cache
def _on_right() -> Select[Any]:
    return _open(Case.right_ids.contains(bindparam("rights")))


def on_household(session: Session, county: str, code: str, right_ids: Sequence[UUID]) -> Sequence[Case]:
    """Cases that a household applied for, or that are about one of its rights."""
    return session.scalars(_on_household(), {"county": county, "code": code, "rights": list(right_ids)}).all()


@cache
def _on_household() -> Select[Any]:
    return _open(or_(Case.household_code == bindparam("code"), Case.right_ids.overlap(bindparam("rights"))))


def on_parcel(session: Session, county: str, code: str) -> Sequence[Case]:
    """Cases that ask for a parcel."""
    return session.scalars(_on_parcel(), {"county": county, "code": code}).all()


@cache
def _on_parcel() -> Select[Any]:
    asked = CaseParcel.county == bindparam("county"), CaseParcel.parcel_code == bindparam("code")
    return _open(Case.case_id.in_(select(CaseParcel.case_id).where(*asked)))


def first_registrations(session: Session, county: str, within: str) -> list[str]:
    """The codes of contracts and homesteads of a division whose first registration is under way, or returned: that one goes on when
    it is made good, or is opened anew in its own place.
    """
    found = select(Case.subject_code).where(
        Case.county == county,
        prefixed(Case.village, within),
        Case.act_kind == "first_registration",
        among(Case.state, (*OPEN, "returned")),
    )
    return list(session.scalars(found))


def papers_of(session: Session, county: str, case_ids: Sequence[UUID]) -> list[tuple[str, UUID]]:
    """The papers in the folders of cases, but for the survey they came of: each with what its case is about."""
    found = (
        select(Case.subject_code, Document.document_id)
        .join(CaseDocument, (CaseDocument.county == Case.county) & (CaseDocument.case_id == Case.case_id))
        .join(Document, (Document.county == CaseDocument.county) & (Document.document_id == CaseDocument.document_id))
        .where(Case.county == county, Case.case_id.in_(case_ids), Document.kind != "survey_package")
        .distinct()
    )
    return [(subject, document) for subject, document in session.execute(found)]


def _open(about: ColumnElement[bool]) -> Select[Any]:
    found = select(Case).where(Case.county == bindparam("county"), among(Case.state, OPEN), about)
    return found.order_by(Case.number).limit(MOST)


def drafts_of_surveyors(session: Session, most: int) -> Sequence[Case]:
    """Drafts that surveyors have drawn and that no registrar has taken up, the oldest first."""
    surveyors = select(Account.account_id).where(
        literal(Role.SURVEYOR.value) == any_(Account.roles), literal(Role.REGISTRAR.value) != all_(Account.roles)
    )
    drawn = select(Case).where(Case.state == "draft", Case.taken_by.is_(None), Case.prepared_by.in_(surveyors))
    return session.scalars(drawn.order_by(Case.number).limit(most)).all()
