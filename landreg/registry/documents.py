"""Files by their SHA-256: written once, before the row that names them; never overwritten (architecture.md 8)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from landreg.core.db import UnitOfWork
from landreg.core.errors import BadInput, Finding
from landreg.core.files import Store as Store
from landreg.core.media import film, media
from landreg.law.book import terms
from landreg.registry.casebook import CaseDocument, Document

KINDS = terms("document")
LIST = "archive_list"
"""The list of an archive, which stands for the papers that lie there under its number."""


def called(kind: str, number: str, name: str) -> str:
    """What a paper is kept as: the list of an archive by its number there. Raises BadInput (REG-50) for one without."""
    if kind != LIST:
        return name
    if not any(sign.isdigit() for sign in number):
        raise BadInput(Finding("REG-50", "number"))
    return f"档号 {number.strip()}（{name}）"


def must_open(store: Store, sha256: str, field: str = "file") -> None:
    """Raises BadInput (FORM-15) for a kept file that is neither a PDF, a picture nor a film, whatever its name says."""
    file = store.path(sha256)
    if not (media(file) or film(file)):
        raise BadInput(Finding("FORM-15", field))


def enter(
    uow: UnitOfWork,
    *,
    county: str,
    village: str,
    sha256: str,
    size: int,
    kind: str,
    name: str,
    cases: Iterable[UUID],
    letter: UUID | None = None,
    restriction: UUID | None = None,
) -> UUID:
    """Put a stored file into the folders of cases. letter: what a proof of delivery proves. restriction: whose creditor consents.
    Raises BadInput for an unknown kind.
    """
    if kind not in KINDS:
        raise BadInput(Finding("DOC-3", "kind", {"kind": kind}))
    document = Document(
        county=county,
        document_id=uuid4(),
        village=village,
        sha256=sha256,
        kind=kind,
        name=name[:200],
        size=size,
        put_by=uow.actor.account_id,
        put_at=uow.now,
        letter=letter,
        restriction_id=restriction,
    )
    uow.session.add(document)
    uow.session.flush()
    uow.session.add_all(
        CaseDocument(county=county, case_id=case_id, document_id=document.document_id, village=village)
        for case_id in cases
    )
    return document.document_id
