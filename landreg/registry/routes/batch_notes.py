"""Pages on which the notes of one code that hold up cases of a batch are answered together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound
from landreg.land.queries import division_path
from landreg.registry import queries
from landreg.registry.casebook import Batch, Case
from landreg.registry.casework import desk, weighing
from landreg.registry.facts import survey_notes
from landreg.registry.routes.queues import OFFICERS, chosen_ids
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("batch_notes", __name__)


class Held(NamedTuple):
    """A case that waits for an answer, and its notes of one code."""

    case: Case
    notes: Sequence[Finding]


def waiting(session: Session, batch: Batch) -> Mapping[str, list[Held]]:
    """By code: the cases of a batch whose notes of it nobody has answered yet."""
    if batch.package_id is None:
        return {}
    ids = queries.case_ids(session, batch.county, batch.batch_id, *weighing.BEFORE_REVIEW)
    cases = desk.cases_by_id(session, batch.county, ids)
    open_, _true = survey_notes.answers_lacking(session, cases)
    noted = survey_notes.notes(session, [case for case in cases if case.case_id in open_])
    found: dict[str, list[Held]] = defaultdict(list)
    for case in cases:
        of: dict[str, list[Finding]] = defaultdict(list)
        for one in noted.get(case.case_id, ()):
            if f"{one.code} {one.subject}" in open_.get(case.case_id, ()):
                of[one.code].append(one)
        for code, notes in of.items():
            found[code].append(Held(case, notes))
    return dict(sorted(found.items()))


@blueprint.get("/batches/<county>/<uuid:batch_id>/notes/<code>")
@allow(*OFFICERS)
def one(county: str, batch_id: UUID, code: str) -> Response:
    """The cases of a batch that wait for an answer to notes of this code, and the form that answers the chosen ones."""
    if code not in weighing.TOGETHER:
        raise NotFound
    with unit_of_work(current_actor()) as uow:
        progress = queries.batch(uow.session, county, batch_id)
        if progress is None:
            raise NotFound
        return pages.render(
            "registry/batch_notes.html",
            batch=progress.batch,
            code=code,
            held=waiting(uow.session, progress.batch).get(code, []),
            path=division_path(uow.session, progress.batch.village),
        )


@dataclass(frozen=True)
class Together:
    """What was found about the notes of one code on the chosen cases: an answer and words."""

    answer: weighing.Answer
    case: tuple[str, ...] = ()
    reason: str = field(default="", metadata={"most": 2000})


@blueprint.post("/batches/<county>/<uuid:batch_id>/notes/<code>")
@allow(*OFFICERS)
@problems.back_to(one)
def answer(county: str, batch_id: UUID, code: str) -> Redirect:
    """Write the same answer down on each of the chosen cases."""
    given = read_form(Together)
    _county, ids = chosen_ids(given.case)
    count = weighing.weigh_together(current_actor(), county, batch_id, code, ids, given.answer, given.reason)
    flash(_("核实结果已记入 %(n)s 件业务的办理记录。", n=count))
    return redirect(url_for("registry.batches.one", county=county, batch_id=batch_id), 303)
