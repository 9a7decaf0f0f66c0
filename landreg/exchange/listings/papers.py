"""Papers that are handed in at the exchange: kept as they were sent, named by their digest, read by the operator alone."""

from __future__ import annotations

from collections.abc import Mapping
from os import SEEK_END

from landreg.core.errors import BadInput, Finding
from landreg.core.files import Store
from landreg.core.media import media
from landreg.exchange.listings.rules.facts import APPROVAL, MINUTES
from landreg.law.transfers import Transfer
from landreg.registry.guarded import Attached, attached, text_of
from landreg.web.forms import Upload

CONSENT, FILING = "contractor_consent", "filing"
PROOFS = frozenset({"land_plan", "waste_proof"})
"""What proves which land of a collective it is; named by its number."""
UNREAD = "EXIT-15"
"""By what a file is refused whose words cannot be read; the exchange says so by its own rule."""
MOST_BYTES = 15 * 1024 * 1024


def asked_of(kind: Transfer | None) -> tuple[str, ...]:
    """The papers that a listing of a kind is handed in with: of a household the consent it needs, and the filing where there is
    one; of a collective the minutes, and of farmland the township's approval where it needs one.
    """
    if kind is None:
        return ()
    if MINUTES in kind.papers:
        return (MINUTES, APPROVAL) if kind.farmed else (MINUTES,)
    return (CONSENT, FILING) if CONSENT in kind.papers else ()


def keep(store: Store, sent: Mapping[str, Upload | None]) -> dict[str, Attached]:
    """Keep papers that were sent, by kind. Raises BadInput with each that cannot be read (FORM-15), or is empty (FORM-7)."""
    kept: dict[str, Attached] = {}
    faults: list[Finding] = []
    for kind, upload in sent.items():
        if upload is None:
            continue
        try:
            paper = attached(store, upload, kind) if _size(upload) <= MOST_BYTES else None
        except BadInput as error:
            faults += [Finding("FORM-15", kind) if one.code == UNREAD else one for one in error.findings]
            continue
        if paper is None or not media(store.path(paper.sha256)):
            faults.append(Finding("FORM-15", kind))
        else:
            kept[kind] = paper
    if faults:
        raise BadInput(faults)
    return kept


def keep_one(store: Store, sent: Upload | None, field: str = "paper") -> Attached | None:
    """Keep one paper; None where none was sent. Raises BadInput as `keep` does."""
    return keep(store, {field: sent}).get(field)


def _size(upload: Upload) -> int:
    """Bytes of a file that was sent, before any of it is kept."""
    size = upload.content.seek(0, SEEK_END)
    upload.content.seek(0)
    return size


def again(store: Store, kind: str, sha256: str, size: int, name: str) -> Attached | None:
    """A paper that was kept before; None where the store has it no more."""
    file = store.path(sha256)
    return Attached(sha256, size, name, text_of(file, kind)) if file.is_file() else None
