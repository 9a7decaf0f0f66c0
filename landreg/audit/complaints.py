"""The complaint line: somebody says "I was asked for my land", or what was not right with a sale, a publication or a signature,
and the auditor alone reads it, answers and closes it.

The farmer gets a code, once; the register keeps its digest. With the code the answer is looked up; without it nobody finds
out who asked. That a complaint came, and each step with it, is a leaf of digests (a trigger stages it with the row).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from landreg.access.sealing import open_sealed, seal
from landreg.audit import complaint_queries, queries
from landreg.audit.model import Complaint, ComplaintEvent
from landreg.core.actor import NOBODY, PREFECTURE, Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotAllowed, NotFound
from landreg.core.periods import beijing_day

OFFICES = (
    "village", "township", "registry", "household_window", "county_office", "exchange", "village_agent", "representative", "buyer",
    "other",
)  # fmt: skip
ABOUT = ("land_asked", "sale", "publication", "signed", "contract", "other")
LONGEST, LONGEST_NAME, LONGEST_CONTACT = 4000, 80, 100
CODE_BYTES = 10
STEPS = ("read", "answer", "link", "close")


@dataclass(frozen=True)
class Said:
    """A complaint as it is handed in. form: of which one page is one complaint, however often it is sent. division: a county,
    or the prefecture. contact: '' from somebody who does not say who they are. about: of ABOUT.
    """

    form: UUID
    division: str
    office: str
    office_name: str
    text: str
    happened_on: date | None
    contact: str
    about: str = "land_asked"


@dataclass(frozen=True)
class Receipt:
    """The number of a complaint, and the code that is shown this once."""

    number: str
    code: str


@dataclass(frozen=True)
class Answered:
    """What is told to the holder of a code."""

    number: str
    received_at: object
    state: str
    answers: tuple[tuple[object, str], ...]


def hand_in(said: Said, secret: bytes) -> Receipt:
    """Take a complaint from anybody. secret: of the process, from which the form's code is made, the same when it is sent again.

    Raises BadInput: AUD-16 without words, FORM-5 for another office, matter or county, FORM-8 for what is too long, AUD-18 for a
    day that is still to come; Conflict (AUD-17) for a form that was another's.
    """
    code = _code_of(said.form, secret)
    with unit_of_work(NOBODY) as uow:
        faults = list(_faults(said, beijing_day(uow.now)))
        if faults:
            raise BadInput(faults)
        contact = seal(said.contact) if said.contact else None
        number = complaint_queries.complain(
            uow.session, _id_of(said.form), digest_of(code), said.division, said.office, said.office_name, said.text,
            said.happened_on, contact, said.about,
        )  # fmt: skip
    if number is None:
        raise Conflict(Finding("AUD-17", values={"number": "—"}))
    return Receipt(number, code)


def look_up(code: str) -> Answered | None:
    """What was answered to the complaint of a code, however it is written; None for an unknown one."""
    with unit_of_work(NOBODY) as uow:
        rows = complaint_queries.answer(uow.session, digest_of(code))
    if not rows:
        return None
    answers = tuple((row.answered_at, row.text) for row in rows if row.text)
    return Answered(rows[0].number, rows[0].received_at, rows[0].state, answers)


def go_on(actor: Actor, number: str, step: str, text: str = "", finding: str = "") -> None:
    """Read, answer, link to a finding or close a complaint, as the auditor.

    Raises NotAllowed for another role, NotFound outside the jurisdiction or for another step, BadInput: AUD-16 for an answer
    without words, AUD-15 for a finding that is none of the jurisdiction; Refused (AUD-17) once it is closed or was read.
    """
    with unit_of_work(actor) as uow:
        complaint = _found(uow, number)
        if step not in STEPS:
            raise NotFound
        if step in ("answer", "close") and not text.strip():
            raise BadInput(Finding("AUD-16", "text"))
        if step == "link" and queries.finding(uow.session, finding) is None:
            raise BadInput(Finding("AUD-15", "finding", {"given": finding}))
        _step(
            uow,
            complaint,
            step,
            text.strip() if step in ("answer", "close") else "",
            finding if step == "link" else None,
        )


def contact(actor: Actor, number: str) -> str:
    """How the farmer may be reached, opened for the auditor; that it was opened is a step, and a leaf, first.

    Raises as `go_on`, and NotFound where the farmer left none.
    """
    with unit_of_work(actor) as uow:
        complaint = _found(uow, number)
        if complaint.contact_sealed is None:
            raise NotFound
        opened = open_sealed(bytes(complaint.contact_sealed))
        _step(uow, complaint, "contact", "", None)
    return opened


def digest_of(code: str) -> bytes:
    """What the register keeps of a code; the same for capitals, small letters, full width, spaces and dashes."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", code).upper() if sign.isalnum())
    return hashlib.sha256(b"landreg complaint " + plain.encode()).digest()


def _id_of(form: UUID) -> UUID:
    """The id of a form's complaint; the form's own, from which its code is made, is kept nowhere."""
    return UUID(bytes=hashlib.sha256(b"landreg complaint form" + form.bytes).digest()[:16])


def _code_of(form: UUID, secret: bytes) -> str:
    """Sixteen letters and digits in fours. Without the secret, the form's id does not tell it."""
    made = hmac.digest(secret, b"landreg complaint code" + form.bytes, "sha256")[:CODE_BYTES]
    letters = base64.b32encode(made).decode()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _faults(said: Said, today: date) -> list[Finding]:
    known = said.division == PREFECTURE or (len(said.division) == 6 and said.division.isdigit())
    long = [
        ("text", said.text, LONGEST),
        ("office_name", said.office_name, LONGEST_NAME),
        ("contact", said.contact, LONGEST_CONTACT),
    ]
    return [
        *([] if said.text.strip() else [Finding("AUD-16", "text")]),
        *([] if said.office in OFFICES else [Finding("FORM-5", "office", {"given": said.office[:40]})]),
        *([] if said.about in ABOUT else [Finding("FORM-5", "about", {"given": said.about[:40]})]),
        *([] if known and said.division.startswith(PREFECTURE) else [Finding("FORM-5", "division", {"given": said.division[:40]})]),
        *(Finding("FORM-8", name, {"most": most}) for name, text, most in long if len(text) > most),
        *([Finding("AUD-18", "happened_on")] if said.happened_on is not None and said.happened_on > today else []),
    ]  # fmt: skip


def _found(uow: UnitOfWork, number: str) -> Complaint:
    if not uow.actor.has(Role.AUDITOR):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.AUDITOR.value]}))
    found = complaint_queries.one(uow.session, number)
    if found is None:
        raise NotFound
    return found


def _step(uow: UnitOfWork, complaint: Complaint, step: str, text: str, finding: str | None) -> None:
    """The database holds the course (AUD-17), and lets one of two who act at once go on (AUD-19)."""
    events = complaint_queries.events_of(uow.session, complaint)
    event = ComplaintEvent(
        county=complaint.county,
        complaint_id=complaint.complaint_id,
        position=events[-1].position + 1 if events else 1,
        village=complaint.village,
        step=step,
        text=text,
        finding=finding,
        by=uow.actor.account_id,
        by_name=uow.actor.name,
        at=uow.now,
    )
    uow.session.add(event)
    uow.session.flush()
