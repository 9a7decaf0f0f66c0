"""Every row of the register that belongs to a case, as JSON for evidence: names masked, sealed columns left out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, aliased

from landreg.core.codes import masked_name
from landreg.exit.model import Consent, Event
from landreg.land.model import Parcel, ParcelOrigin
from landreg.party.model import Holder, Household, Member
from landreg.registry.casebook import (
    Act,
    Case,
    CaseDocument,
    CaseEvent,
    CaseParcel,
    Certificate,
    CertificateEnd,
    Document,
    Notice,
    Objection,
)
from landreg.registry.facts.addressees import masked
from landreg.registry.facts.telling import TELL
from landreg.registry.leaves.applied import Application
from landreg.registry.leaves.paper_rows import Paper
from landreg.registry.model import Contract, Restriction, Right, RightHolder, RightParcel

LEFT_OUT = {"contact_sealed", "typed_sealed", "account_sealed", "token", "geom", "geom_3857"}
"""The sealed, what opens a certificate's page, and shapes, which the map draws."""
NAMES = {
    "applicant", "raised_by", "witness", "representative", "neighbour_east", "neighbour_south", "neighbour_west", "neighbour_north",
}  # fmt: skip
OFFICES = ("seizure",)
"""Kinds of restriction in favour of an office, whose name is no person's."""


def case_of(session: Session, number: str) -> Case | None:
    """A case of the jurisdiction by its number."""
    return session.scalars(select(Case).where(Case.number == number)).first()


def documents_of(session: Session, case: Case) -> Sequence[Document]:
    """The documents in a case's folder."""
    joined = select(Document).join(
        CaseDocument,
        (CaseDocument.county == Document.county) & (CaseDocument.document_id == Document.document_id),
    )
    mine = joined.where(CaseDocument.county == case.county, CaseDocument.case_id == case.case_id)
    return session.scalars(mine.order_by(Document.put_at, Document.document_id)).all()


def documents_of_others_too(session: Session, case: Case, documents: Sequence[Document]) -> frozenset[UUID]:
    """Those of a case's documents that hold other households' data beside the case's: a survey of a village, a paper that stands
    for a batch. They are named by their hash, and never handed out with the case.
    """
    mine, other, another = aliased(CaseDocument), aliased(CaseDocument), aliased(Case)
    shared = (
        select(mine.document_id)
        .join(other, (other.county == mine.county) & (other.document_id == mine.document_id))
        .join(another, (another.county == other.county) & (another.case_id == other.case_id))
        .where(mine.county == case.county, mine.case_id == case.case_id)
        .where(another.household_code != case.household_code)
    )
    surveys = {one.document_id for one in documents if one.kind == "survey_package"}
    return frozenset(session.scalars(shared)) | surveys


def acts_of(session: Session, case: Case) -> Sequence[Act]:
    """The act that a case led to."""
    return _of(session, Act, case)


def certificates_of(session: Session, case: Case) -> Sequence[Certificate]:
    """The certificates that a case led to."""
    return _of(session, Certificate, case)


def notice_of(session: Session, case: Case) -> Notice | None:
    """The notice that a case stood on."""
    if case.notice_id is None:
        return None
    return session.get(Notice, {"county": case.county, "notice_id": case.notice_id})


def papers_of(session: Session, case: Case) -> Sequence[Paper]:
    """The papers of a case that were handed out."""
    return _of(session, Paper, case)


def applications_of(session: Session, case: Case) -> Sequence[Application]:
    """The application on which a case was opened."""
    return _of(session, Application, case)


def objections_of(session: Session, case: Case) -> Sequence[Objection]:
    """The objections to a case."""
    return _of(session, Objection, case)


def events_of(session: Session, case: Case) -> Sequence[CaseEvent]:
    """The steps of a case in their order."""
    return sorted(_of(session, CaseEvent, case), key=lambda event: event.at)


def of_case(session: Session, case: Case) -> dict[str, Sequence[Any]]:
    """By table: the rows of a case, and all that its act opened or closed."""
    acts, certificates, notice = acts_of(session, case), certificates_of(session, case), notice_of(session, case)
    ids = [act.act_id for act in acts]
    written = {
        name: session.scalars(
            select(table).where(table.county == case.county, table.act_id.in_(ids) | table.ended_by_act.in_(ids))
        ).all()
        for name, table in _CLOCKED.items()
    }
    written["right"] = _rights(session, case, written["right"])
    ends = select(CertificateEnd).where(
        CertificateEnd.county == case.county,
        CertificateEnd.certificate_id.in_([certificate.certificate_id for certificate in certificates])
        | CertificateEnd.act_id.in_(ids),
    )
    return {
        "case": [case],
        "case_parcel": _of(session, CaseParcel, case),
        "case_event": events_of(session, case),
        "application": applications_of(session, case),
        "paper": papers_of(session, case),
        "document": documents_of(session, case),
        "notice": [] if notice is None else [notice],
        "objection": objections_of(session, case),
        "act": acts,
        **written,
        "parcel": _parcels(session, case, written["right_parcel"], ids),
        "household": _households(session, case, written["right"], ids),
        "restriction": _restrictions(session, case, written["right"]),
        "certificate": certificates,
        "certificate_end": session.scalars(ends).all(),
    }


_CLOCKED: dict[str, Any] = {
    "contract": Contract, "right": Right, "right_holder": RightHolder, "right_parcel": RightParcel, "member": Member,
    "parcel_origin": ParcelOrigin, "holder": Holder,
}  # fmt: skip


def _of(session: Session, table: Any, case: Case) -> Sequence[Any]:
    return session.scalars(select(table).where(table.county == case.county, table.case_id == case.case_id)).all()


def _parcels(session: Session, case: Case, held: Sequence[Any], acts: Sequence[Any]) -> Sequence[Any]:
    """All that was ever said of the parcels whose rights were written, and the rows that a correction of a parcel wrote."""
    wanted = {row.parcel_id for row in held}
    written = Parcel.act_id.in_(acts) | Parcel.ended_by_act.in_(acts)
    found = select(Parcel).where(Parcel.county == case.county, Parcel.parcel_id.in_(wanted) | written)
    return session.scalars(found).all()


def _rights(session: Session, case: Case, written: Sequence[Any]) -> Sequence[Any]:
    """The rows that were written, and what else was ever said of the rights that the case is about."""
    kept = [row.row_id for row in written]
    about = select(Right).where(
        Right.county == case.county, Right.right_id.in_(case.right_ids) | Right.row_id.in_(kept)
    )
    return session.scalars(about).all()


def _households(session: Session, case: Case, rights: Sequence[Any], acts: Sequence[Any]) -> Sequence[Any]:
    """The households whose rights were written, and the rows that a change of a household wrote."""
    wanted = {row.household_id for row in rights}
    written = Household.act_id.in_(acts) | Household.ended_by_act.in_(acts)
    found = select(Household).where(Household.county == case.county, Household.household_id.in_(wanted) | written)
    return session.scalars(found).all()


def _restrictions(session: Session, case: Case, rights: Sequence[Any]) -> Sequence[Any]:
    """Every restriction that was ever said of the rights that the case is about."""
    wanted = {*case.right_ids, *(row.right_id for row in rights)}
    found = select(Restriction).where(Restriction.county == case.county, Restriction.right_id.in_(wanted))
    return session.scalars(found).all()


def as_json(found: Iterable[Any]) -> bytes:
    """Rows as JSON, a list of objects: columns by name, decimals, days and instants as text, ranges as their two ends."""
    return json.dumps([_plain(row) for row in found], ensure_ascii=False, indent=1, default=_text).encode()


def is_whole(row: Any) -> bool:
    """Whether a row is shown with all that it says, no name masked."""
    return all(getattr(row, name) == value for name, value in _plain(row).items())


def _plain(row: Any) -> dict[str, Any]:
    columns = [column.key for column in inspect(type(row)).column_attrs]
    shown = {name: getattr(row, name) for name in columns if name not in LEFT_OUT}
    for name in shown.keys() & NAMES:
        shown[name] = masked_name(shown[name] or "")
    if isinstance(row, Application | Consent | Event):
        shown["by_name"] = masked_name(row.by_name)
    if isinstance(row, CaseEvent) and row.step == TELL:
        shown["reason"] = masked(row.reason)
    if isinstance(row, Restriction) and not _of_organisation(row):
        shown["party"] = masked_name(row.party)
    if isinstance(row, Household) or (isinstance(row, Holder) and row.kind == "person"):
        shown["name"] = masked_name(row.name)
    if isinstance(row, Notice):
        # The published table named the holders to the village; evidence travels further.
        shown["content"] = {"cases": [line.get("case") for line in row.content.get("rows", ())]}
    return shown


def _of_organisation(row: Restriction) -> bool:
    """Whether a restriction is in favour of an office, or of who was registered as an organisation: it is shown whole."""
    return row.party_kind == "organization" or (row.party_kind is None and row.kind in OFFICES)


def _text(value: Any) -> Any:
    if isinstance(value, Range):
        return [None if end is None else str(end) for end in (value.lower, value.upper)]
    return str(value)
