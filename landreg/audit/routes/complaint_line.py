"""The public's side of the complaint line: a form, a code, and the answer by the code. No login, and no name needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from uuid import UUID, uuid4

from flask import Blueprint, Response, current_app, request
from flask_babel import gettext as _

from landreg.access.limits import limiter
from landreg.access.policy import allow, door
from landreg.audit import complaints
from landreg.audit.complaints import ABOUT, LONGEST, LONGEST_CONTACT, LONGEST_NAME, OFFICES, Said
from landreg.core.actor import PREFECTURE, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.land.queries import counties, division_names
from landreg.web import pages, problems
from landreg.web.forms import read_form
from landreg.web.i18n import shown_term

blueprint = Blueprint("complaint_line", __name__, url_prefix="/complaints")
LOOKS, HANDED_IN, LOOKED_UP = "120 per minute", "10 per hour;30 per day", "10 per minute;60 per hour"


def _taken(response: Response) -> bool:
    """Whether a complaint was handed in: who has to mend a form uses up nobody's complaints."""
    return response.status_code < HTTPStatus.BAD_REQUEST


@blueprint.get("")
@allow(Role.PUBLIC)
@limiter.limit(LOOKS)
def form() -> Response:
    """The form: what it is about, what happened, who did it, and where; how to be reached only if the farmer likes."""
    with unit_of_work(door()) as uow:
        codes = counties(uow.session, PREFECTURE)
        names = division_names(uow.session, codes)
    return pages.render(
        "complaints/form.html",
        form=request.form.get("form") or str(uuid4()),
        divisions=[*((code, names.get(code, code)) for code in codes), (PREFECTURE, _("不想给县里看，交给市里"))],
        offices=[(office, shown_term(office, "complaint_office")) for office in OFFICES],
        matters=[(about, shown_term(about, "complaint_about")) for about in ABOUT],
        most=(LONGEST, LONGEST_NAME, LONGEST_CONTACT),
    )


@dataclass(frozen=True)
class Sent:
    """The form as it is sent."""

    form: UUID
    division: str = field(metadata={"most": 12})
    office: str = field(metadata={"most": 40})
    about: str = field(metadata={"most": 40})
    text: str = field(metadata={"most": LONGEST})
    office_name: str = field(default="", metadata={"most": LONGEST_NAME})
    happened_on: date | None = None
    contact: str = field(default="", metadata={"most": LONGEST_CONTACT})


@blueprint.post("")
@allow(Role.PUBLIC)
@limiter.limit(LOOKS)
@limiter.limit(HANDED_IN, deduct_when=_taken)
@problems.back_to(form)
def hand_in() -> Response:
    """Take it, and show the code. Sent again, the same page shows the same code. The answer is not to be kept by any cache."""
    given = read_form(Sent)
    with unit_of_work(door()) as uow:
        if given.division not in (*counties(uow.session, PREFECTURE), PREFECTURE):
            raise BadInput(Finding("FORM-5", "division", {"given": given.division}))
    key = current_app.secret_key
    receipt = complaints.hand_in(Said(**vars(given)), key.encode() if isinstance(key, str) else key or b"")
    return _unkept(pages.render("complaints/receipt.html", receipt=receipt))


@blueprint.get("/answer")
@allow(Role.PUBLIC)
@limiter.limit(LOOKS)
def answer() -> Response:
    """Where the code is typed."""
    return _unkept(pages.render("complaints/answer.html", found=None, sought=False))


@dataclass(frozen=True)
class Code:
    """The code of a receipt."""

    code: str = field(metadata={"most": 60})


@blueprint.post("/answer")
@allow(Role.PUBLIC)
@limiter.limit(LOOKED_UP)
@problems.back_to(answer)
def look_up() -> Response:
    """What was answered. An unknown code is 404, and looks like any other."""
    found = complaints.look_up(read_form(Code).code)
    return _unkept(pages.render("complaints/answer.html", 200 if found else 404, found=found, sought=True))


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
