"""What anybody may see without logging in: public notices with the way to object, and whether a certificate is valid.

All of it runs on the public's own database login, which reads no table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.access.limits import limiter
from landreg.access.navigation import offers
from landreg.access.policy import allow, current_actor, door
from landreg.access.sealing import seal
from landreg.core.actor import NOBODY, PREFECTURE, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.law.book import national_law
from landreg.law.queries import load_law
from landreg.log import queries as log
from landreg.registry import public_desk, public_queries, queries, typed
from landreg.registry.casework import desk
from landreg.registry.casework.notices import PAPER
from landreg.registry.finding import is_citizen_id
from landreg.registry.issued import noticed
from landreg.registry.papers import office as prints
from landreg.registry.routes.certificates import proof_file
from landreg.registry.routes.papers import pdf_file
from landreg.registry.routes.surroundings import settings, store
from landreg.registry.rules.objections import reg_35_can_be_answered
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("public", __name__)
LOOKS, PAPERS, CHECKS, OBJECTIONS = "120 per minute", "20 per minute", "30 per minute;300 per hour", "10 per hour"
ROWS = 200
WEEKS = 4


@blueprint.get("/notices")
@allow(Role.PUBLIC)
@limiter.limit(LOOKS)
def notices() -> Response:
    """The notice board: what runs now, with its last day, what is over, and the log's checkpoint of each week."""
    village, number = current_actor().jurisdiction or PREFECTURE, pages.page_number()
    with unit_of_work(NOBODY) as uow:
        today = desk.today(uow.session)
        running, over = (
            _board(uow.session, village, number, over=False),
            _board(uow.session, village, number, over=True),
        )
        weekly = log.weekly(uow.session, WEEKS)
    return pages.render("registry/notices.html", running=running, over=over, today=today, weekly=weekly)


def _board(session: Session, village: str, number: int, *, over: bool) -> pages.Page[Any]:
    skipped = (number - 1) * pages.PAGE_SIZE
    found = public_queries.public_notices(session, village, over=over, most=pages.PAGE_SIZE, skipped=skipped)
    if not found and skipped:  # a page past the end: the other list is longer
        first = public_queries.public_notices(session, village, over=over, most=1)
        return pages.page_from([], first[0].total if first else 0, number=number)
    return pages.page_from(found, found[0].total if found else 0, number=number)


@blueprint.get("/notices/<number>")
@allow(Role.PUBLIC)
@limiter.limit(LOOKS)
def notice(number: str) -> Response:
    """One notice as it was published, how far it has run, and the form for an objection."""
    with unit_of_work(NOBODY) as uow:
        session = uow.session
        found = public_queries.public_notice(session, number)
        if found is None:
            raise NotFound
        text = request.args.get("q", "").strip()[:60]
        rows = [row for row in found.content["rows"] if not text or text in row["holder"] or text in row["code"]]
        receipt = request.args.get("receipt", "").strip()[:8]
        page_no = pages.page_number()
        first = (page_no - 1) * ROWS
        return pages.render(
            "registry/notice.html",
            notice=found,
            page=pages.page_from(rows[first : first + ROWS], len(rows), number=page_no, size=ROWS),
            rows=found.content["rows"],
            in_mu=prints.in_mu,
            sought=text,
            states=public_queries.noticed_cases(session, number),
            today=desk.today(session),
            place=public_desk.place(session, found.village),
            chosen=request.values.get("case", ""),
            checkpoint=noticed.checkpoint(session),
            receipt=receipt,
            answer=public_queries.objection_told(session, number, receipt) if receipt else None,
        )


@blueprint.get("/notices/<number>/paper.pdf")
@allow(Role.PUBLIC)
@limiter.limit(PAPERS)
def paper(number: str) -> Response:
    """The notice as a paper as it was put up, with the log's checkpoint of then; where none was kept, as it is printed now."""
    with unit_of_work(NOBODY) as uow:
        found = public_queries.public_notice(uow.session, number)
    if found is None:
        raise NotFound
    called = f"{_('公告')}-{number}"
    if sha256 := found.content.get(PAPER):
        return pdf_file(store().read(sha256), called)
    # A county's own figures are in a table: the process reads them, the public's login reads none.
    with unit_of_work(door()) as uow:
        law = load_law(uow.session, number[:6], found.published_on)
    with unit_of_work(NOBODY) as uow:
        session = uow.session
        made = prints.Desk(law, settings().base_url, queries.is_demo(session))
        authority = law.text("CERT-2.authority").replace("{county}", public_desk.place(session, number[:6]))
        village = public_desk.place(session, found.village)
        pdf = noticed.printed(made, found, village, authority, noticed.checkpoint(session))
    return pdf_file(pdf, called)


@dataclass(frozen=True)
class Objection:
    """An objection from the public page."""

    case: str = field(metadata={"most": 40})
    raised_by: str = field(metadata={"most": 60})
    contact: str = field(metadata={"most": 100})
    reason: str = field(metadata={"most": 2000})


@blueprint.post("/notices/<number>/objections")
@allow(Role.PUBLIC)
@limiter.limit(OBJECTIONS)
@problems.back_to(notice)
def object_to(number: str) -> Redirect:
    """Take an objection from anybody; the case it names stops until it is settled. The contact is sealed."""
    with unit_of_work(NOBODY) as uow:
        found = public_queries.public_notice(uow.session, number)
        if found is not None and desk.today(uow.session) > found.last_day:
            raise Refused(Finding("REG-14", subject=number))
    given = read_form(Objection)
    if faults := reg_35_can_be_answered(given.contact, given.reason):
        raise BadInput(faults)
    with unit_of_work(NOBODY) as uow:
        receipt = public_desk.raise_objection(
            uow.session, number, given.case, given.raised_by, seal(given.contact), given.reason
        )
    flash(_("异议已收到，回执号 %(number)s。该业务已暂停，登记机构会按您留下的联系方式答复。", number=receipt))
    return redirect(url_for(".notice", number=number), 303)


@blueprint.get("/check")
@allow(Role.PUBLIC)
@limiter.limit(CHECKS, exempt_when=lambda: not request.args.get("number", "").strip())
def check() -> Response | Redirect:
    """Check a certificate or a paper by its number or its printing number, or how far a case is by the number of its receipt."""
    asked = request.args.get("number", "").strip()[:64]
    if is_citizen_id(typed.folded(asked)):
        # Addresses are kept by browsers and servers: the number is in none that follows.
        return redirect(url_for(".check", person=1), 303)
    if not asked:
        person = bool(request.args.get("person"))
        return pages.render("registry/check.html", asked="", found=None, case=None, person=person)
    with unit_of_work(NOBODY) as uow:
        paper = public_queries.check_paper(uow.session, typed.certificate_number(asked) or typed.folded(asked).upper())
        case = public_queries.check_case(uow.session, paper.case_number if paper else typed.folded(asked))
        meant = "" if paper else _meant(uow.session, asked)
        told = log.leaves(uow.session, paper.number) if paper else ()
        entered = public_queries.check_proof(uow.session, paper.number) if paper and paper.kind == "proof" else None
    if paper is not None:
        leaf = next((leaf for leaf in told if leaf.kind == "paper.issued"), None)
        return pages.render("registry/check_paper.html", paper=paper, case=case, leaf=leaf, entered=entered)
    if case is not None:
        return pages.render("registry/check.html", asked=asked, found=None, case=case)
    return _checked(meant, asked)


def _meant(session: Session, asked: str) -> str:
    """The certificate's number that was meant by what was typed; what was typed where there is none."""
    printed = typed.printed_number(asked)
    if printed is None:
        return typed.certificate_number(asked) or typed.folded(asked)
    today = desk.today(session)
    province = national_law(printed.county, today).text("CERT-1.province_short")
    county = public_desk.place(session, printed.county) or printed.county
    numbers = printed.numbers(province, county, typed.years(today))
    return next((number for number in numbers if public_queries.check_certificate(session, number)), asked)


@blueprint.get("/c/<token>")
@allow(Role.PUBLIC)
@limiter.limit(CHECKS)
def checked(token: str) -> Response | Redirect:
    """The same by the token that a certificate's QR code holds."""
    return _checked(token, token)


def _checked(meant: str, asked: str) -> Response | Redirect:
    """The page of a certificate. meant: its number or token; asked: what was typed."""
    with unit_of_work(NOBODY) as uow:
        session = uow.session
        found = public_queries.check_certificate(session, meant)
        if found is None and (excerpt := public_queries.check_excerpt(session, meant)) is not None:
            told = next((leaf for leaf in log.leaves(session, excerpt.number) if leaf.kind == "excerpt.issued"), None)
            return pages.render("registry/check_excerpt.html", excerpt=excerpt, leaf=told)
        if found is None and (number := typed.transfer_number(asked)) and offers("/contracts/check"):
            return redirect(f"/contracts/check?number={number}", 303)
        if found is None:
            of_act = typed.is_act_number(asked)
            return pages.render("registry/check.html", 404, asked=asked, found=None, case=None, of_act=of_act)
        leaf = next((leaf for leaf in log.leaves(session, found.act_number) if leaf.kind == "act"), None)
        return pages.render(
            "registry/check.html",
            asked=meant,
            found=found,
            case=None,
            leaf=leaf,
            today=desk.today(session),
            checkpoint=noticed.checkpoint(session),
        )


@blueprint.get("/c/<token>/proof.json")
@allow(Role.PUBLIC)
@limiter.limit(CHECKS)
def proof(token: str) -> Response:
    """The inclusion proof of the act behind a certificate, by token or number. Raises NotFound for an unknown one."""
    with unit_of_work(NOBODY) as uow:
        found = public_queries.check_certificate(uow.session, token)
        if found is None:
            raise NotFound
        return proof_file(log.prove(uow.session, found.act_number, "act"))
