"""Samples on screen: prepared, sealed, drawn, and given out for anyone to draw again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.audit import queries, sample_queries, samples
from landreg.audit.routes.asked import ALL, month_of
from landreg.audit.sampling import METHODS
from landreg.audit.service import log_export
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.land.queries import division_names, division_path
from landreg.log import queries as log
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("samples", __name__)


@blueprint.get("/samples")
@allow(Role.AUDITOR)
def index() -> Response:
    """The samples of the jurisdiction, and the form for another."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        page = pages.page_of(
            uow.session,
            sample_queries.samples_statement(),
            number=pages.page_number(),
            size=pages.page_size(),
            scalars=False,
        )
        names = division_names(uow.session, [row[0].village for row in page.items])
    return pages.render(
        "audit/samples.html", page=page, names=names, methods=METHODS, kinds=samples.SAMPLED, largest=samples.LARGEST
    )


@dataclass(frozen=True)
class Wanted:
    """A sample to prepare."""

    kind: str
    method: str
    size: int
    within: str = ""
    month: str = ALL


@blueprint.post("/samples")
@allow(Role.AUDITOR)
@problems.back_to(index)
def prepare() -> Redirect:
    """Stage the seed and the list in the log."""
    given, month = _wanted()
    number = samples.prepare(current_actor(), given.kind, given.method, given.size, within=given.within, month=month)
    flash(_("种子和名单已写入日志，封存后即可抽取。"))
    return redirect(url_for("audit.samples.one", number=number), 303)


def _wanted() -> tuple[Wanted, date | None]:
    """What is asked for, and the first day of its month. Raises BadInput with all that is wrong of both."""
    faults: list[Finding] = []
    month = None
    try:
        month = month_of(request.form.get("month") or ALL, "month")
    except BadInput as wrong:
        faults += wrong.findings
    try:
        given = read_form(Wanted)
    except BadInput as wrong:
        raise BadInput([*wrong.findings, *faults]) from None
    if faults:
        raise BadInput(faults)
    return given, month


def sample_page(number: str) -> Response:
    """A sample: what it is of, its seed, whether it may be drawn, what was drawn."""
    with unit_of_work(current_actor()) as uow:
        found = sample_queries.sample(uow.session, number)
        if found is None:
            raise NotFound
        made, drawn = found
        leaf = next((leaf for leaf in log.leaves(uow.session, number) if leaf.kind == "audit.sample_prepared"), None)
        keys = drawn.keys if drawn else []
        subjects = {key: queries.subject(uow.session, made.kind, key) for key in keys}
        return pages.render(
            "audit/sample.html",
            sample=made,
            drawn=drawn,
            leaf=leaf,
            redrawn=drawn is not None and samples.redraw(made) == list(keys),
            subjects=subjects,
            path=division_path(uow.session, made.village),
        )


@blueprint.get("/samples/<number>")
@allow(Role.AUDITOR)
def one(number: str) -> Response:
    """One sample. Raises NotFound outside the jurisdiction."""
    return sample_page(number)


@blueprint.post("/samples/<number>/draw")
@allow(Role.AUDITOR)
@problems.back_to(sample_page)
def draw(number: str) -> Redirect:
    """Draw it, once its leaf is sealed."""
    keys = samples.draw_sample(current_actor(), number)
    flash(_("已抽取 %(n)s 件。", n=len(keys)))
    return redirect(url_for("audit.samples.one", number=number), 303)


@blueprint.get("/samples/<number>/list.txt")
@allow(Role.AUDITOR)
def listed(number: str) -> Response:
    """The list that it is drawn from, as a file whose SHA-256 the log holds; taking it away is a leaf too."""
    with unit_of_work(current_actor()) as uow:
        found = sample_queries.sample(uow.session, number)
        if found is None:
            raise NotFound
        content = "".join(f"{line}\n" for line in found[0].population).encode()
        log_export(uow, "sample", content, {"sample": number, "rows": len(found[0].population)})
    response = Response(content, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.txt"'
    return response
