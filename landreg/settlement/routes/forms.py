"""What the desk's forms say, as the service asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from flask import request
from werkzeug.datastructures import MultiDict

from landreg.core.errors import BadInput, Finding
from landreg.settlement import opinion
from landreg.settlement.offering import Paper
from landreg.settlement.reading import LARGEST
from landreg.settlement.rules import APPLICANT, Outcome, Person, Tenure
from landreg.settlement.service import New
from landreg.web.forms import read_form

MOST_ALONG = 8
OTHER = "other"


@dataclass(frozen=True)
class ApplicationForm:
    """The one page of an application. What is missing is found by the rules, all at once."""

    division: str = field(default="", metadata={"most": 12})
    ground: str = field(default="", metadata={"most": 40})
    name: str = field(default="", metadata={"most": 60})
    id_number: str = field(default="", metadata={"most": 20})
    phone: str = field(default="", metadata={"most": 30})
    origin: str = field(default="", metadata={"most": 200})
    village: str = field(default="", metadata={"most": 12})
    address: str = field(default="", metadata={"most": 200})
    tenure: Tenure | None = None
    dwelling_since: date | None = None
    employer: str = field(default="", metadata={"most": 100})
    work_since: date | None = None
    pension_months: int | None = None
    note: str = field(default="", metadata={"most": 1000})


@dataclass(frozen=True)
class AlongForm:
    """One who settles along. together: lives with the applicant."""

    name: str = field(default="", metadata={"most": 60})
    id: str = field(default="", metadata={"most": 20})
    relation: str = field(default="", metadata={"most": 20})
    together: bool = False


@dataclass(frozen=True)
class PapersForm:
    """Papers that were seen, by kind; and one that has another name."""

    evidence: tuple[str, ...] = ()
    other_title: str = field(default="", metadata={"most": 100})


@dataclass(frozen=True)
class DecisionForm:
    """How it is decided, and why."""

    outcome: Outcome
    reason: str = field(metadata={"most": 1000})


def application() -> New:
    """The application of this request's form. Raises BadInput with every field that cannot be read."""
    given = read_form(ApplicationForm)
    applicant = Person(given.name, given.id_number, APPLICANT)
    return New(
        division=given.division, ground=given.ground, persons=(applicant, *_along()), origin=given.origin, address=given.address,
        village=given.village or None, phone=given.phone, tenure=given.tenure, dwelling_since=given.dwelling_since,
        employer=given.employer, work_since=given.work_since, pension_months=given.pension_months, note=given.note,
    )  # fmt: skip


def papers() -> list[Paper]:
    """The papers of this request's form: of the list as ticked or sent, any other under its own name.

    Raises BadInput (SET-18) for a file that is too large.
    """
    given = read_form(PapersForm)
    found: list[Paper] = []
    for kind in dict.fromkeys((*opinion.papers(), *given.evidence)):
        name, content = _file(f"file_{kind}")
        if kind in given.evidence or content is not None:
            found.append(Paper(kind, "", name, content, f"file_{kind}" if kind in opinion.papers() else "evidence"))
    name, content = _file("other_file")
    if given.other_title or content is not None:
        found.append(Paper(OTHER, given.other_title, name, content, "other_title"))
    return found


def _along() -> Iterator[Person]:
    for place in range(1, MOST_ALONG + 1):
        prefix = f"person{place}_"
        own = MultiDict(
            (name.removeprefix(prefix), value) for name, value in request.form.items(True) if name.startswith(prefix)
        )
        given = read_form(AlongForm, own)
        if given.name or given.id or given.relation:
            yield Person(given.name, given.id, given.relation, given.together)


def _file(field_name: str) -> tuple[str, bytes | None]:
    sent = request.files.get(field_name)
    if sent is None or not sent.filename:
        return "", None
    content = sent.stream.read(LARGEST + 1)
    if not content or len(content) > LARGEST:
        raise BadInput(Finding("SET-18", field_name, {"most": LARGEST // 1024 // 1024}))
    return sent.filename[-200:], content
