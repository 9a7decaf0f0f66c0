"""Pages of certificates for the staff, and the act log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from flask import Blueprint, Response, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.access.policy import STAFF, allow, current_actor
from landreg.access.queries import names_of
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.land.queries import division_names, division_path
from landreg.law.book import term as law_term
from landreg.law.book import terms
from landreg.log import queries as log
from landreg.registry import past, queries, shelves
from landreg.registry.casebook import Act
from landreg.registry.routes.shown import holder_name
from landreg.registry.routes.surroundings import store
from landreg.web import i18n, pages, sheets
from landreg.web.forms import read_query
from landreg.web.sheets import Column

blueprint = Blueprint("certificates", __name__)
READERS = (*STAFF, Role.AUDITOR)
MOST_CHANGED = 10
"""So many rights, and households, are shown on the page of an act that changed more."""


@blueprint.get("/certificates")
@allow(*READERS)
def index() -> Response:
    """The certificates of the jurisdiction; `as=csv|xlsx` takes the list away."""
    kind, state, text = (request.args.get(name, "") for name in ("kind", "state", "q"))
    statement = shelves.certificates_statement(
        kind=kind if kind in terms("right") else "",
        state=state if state in terms("certificate") else "",
        text=text.strip()[:60],
    )
    with unit_of_work(current_actor()) as uow:
        if request.args.get("as") in sheets.KINDS:
            rows = uow.session.execute(statement.limit(sheets.MOST_ROWS)).all()
            return sheets.sheet(request.args["as"], _("证书清单"), _columns(), rows)
        page = pages.page_of(uow.session, statement, number=pages.page_number(), size=pages.page_size(), scalars=False)
        names = division_names(uow.session, [row[0].village for row in page.items])
        return pages.render("registry/certificates.html", page=page, text=text, names=names)


def _columns() -> list[Column]:
    lang = i18n.language()
    return [
        Column(_("证书编号"), lambda row: row[0].number, 40),
        Column(_("印制号"), lambda row: row[0].serial, 18),
        Column(_("权利"), lambda row: law_term("right", row[0].kind, lang), 18),
        Column(_("权利人"), lambda row: holder_name(row.holder)),
        Column(_("状态"), lambda row: law_term("certificate", row.state, lang)),
        Column(_("发证日期"), lambda row: i18n.shown_day(row[0].issued_at), 12),
    ]


@blueprint.get("/certificates/<number>")
@allow(*READERS)
def one(number: str) -> Response:
    """One certificate: its state, its act with the proof, its right, its signed file."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        row = shelves.certificate_row(session, number)
        if row is None:
            raise NotFound
        certificate = row[0]
        act = shelves.act_number(session, certificate.county, certificate.act_id)
        return pages.render(
            "registry/certificate.html",
            certificate=certificate,
            state_value=row.state,
            ended_at=row.ended_at,
            holder=row.holder,
            act_number=act,
            leaf=leaf_of(session, act),
            issued_leaf=leaf_of(session, certificate.number, "certificate.issued"),
            path=division_path(session, certificate.village),
            who=names_of(session, {certificate.issued_by}),
        )


@blueprint.get("/certificates/<number>/file")
@allow(*READERS)
def file(number: str) -> Response:
    """The signed PDF as it was issued. Raises NotFound when the store has lost or changed it."""
    with unit_of_work(current_actor()) as uow:
        row = shelves.certificate_row(uow.session, number)
    if row is None:
        raise NotFound
    path = store().sound(row[0].pdf_sha256)
    response = send_file(path, "application/pdf")
    response.headers["Content-Disposition"] = (
        f"inline; filename=\"certificate.pdf\"; filename*=UTF-8''{quote(number)}.pdf"
    )
    return response


@blueprint.get("/batches/<county>/<uuid:batch_id>/certificates.zip")
@allow(Role.REGISTRAR, Role.REVIEWER)
def of_batch(county: str, batch_id: UUID) -> Response:
    """The signed files of a batch's valid certificates, household by household, to be printed at one go.

    Raises NotFound for a batch without one, and where the store has lost or changed a file.
    """
    with unit_of_work(current_actor()) as uow:
        rows = shelves.certificates_of_batch(uow.session, county, batch_id)
    if not rows:
        raise NotFound
    content = TemporaryFile()  # noqa: SIM115  the response closes it
    with ZipFile(content, "w", ZIP_STORED) as archive:
        for place, (certificate, holder) in enumerate(rows, 1):
            archive.write(
                store().sound(certificate.pdf_sha256),
                f"{place:04d} {holder.replace('/', '、')} {certificate.number}.pdf",
            )
    content.seek(0)
    return send_file(
        content, "application/zip", as_attachment=True, download_name=_("证书") + f"-{batch_id.hex[:8]}.zip"
    )


def leaf_of(session: Session, key: str, kind: str = "act") -> log.LoggedLeaf | None:
    """What the log holds of an act or a certificate: sealed when it has an index."""
    return next((leaf for leaf in log.leaves(session, key) if leaf.kind == kind), None)


# The act log


@dataclass(frozen=True)
class ActsAsked:
    """What the list of acts is narrowed by."""

    within: str = ""
    day: date | None = None
    q: str = ""


@blueprint.get("/acts")
@allow(*READERS)
def acts() -> Response:
    """The acts of the jurisdiction, newest first; `as=csv|xlsx` takes the list away."""
    asked, actor = read_query(ActsAsked), current_actor()
    within = asked.within if asked.within.isdigit() and asked.within.startswith(actor.jurisdiction) else ""
    statement = shelves.acts_statement(within=within, day=asked.day, number=asked.q[:40])
    with unit_of_work(actor) as uow:
        session = uow.session
        if request.args.get("as") in sheets.KINDS:
            rows = session.scalars(statement.limit(sheets.MOST_ROWS)).all()
            return sheets.sheet(request.args["as"], _("登记记录"), _act_columns(), rows)
        page = pages.page_of(session, statement, number=pages.page_number(), size=pages.page_size())
        return pages.render(
            "registry/acts.html",
            page=page,
            asked=asked,
            within=within,
            leaves=shelves.leaves_of(session, [act.number for act in page.items]),
            cases=shelves.cases_of_acts(session, page.items),
            names=division_names(session, [act.village for act in page.items] + [within]),
            who=names_of(session, {act.registered_by for act in page.items}),
            health=log.health(session),
        )


def _act_columns() -> list[Column]:
    lang = i18n.language()
    return [
        Column(_("登记编号"), lambda act: act.number, 24),
        Column(_("事项"), lambda act: law_term("act", act.kind, lang), 14),
        Column(_("区划代码"), lambda act: act.village, 14),
        Column(_("登簿时间"), lambda act: act.registered_at, 18),
    ]


@blueprint.get("/acts/<number>")
@allow(*READERS)
def act(number: str) -> Response:
    """One act: what it changed, who took which step and why, on which papers; its leaf as it was logged."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        found: Act | None = session.scalars(shelves.acts_statement(number=number)).first()
        if found is None or found.number != number:
            raise NotFound
        case = shelves.cases_of_acts(session, [found]).get(found.act_id)
        # A village's survey and its parties are a matter of its package.
        changed, more = past.changed_by(session, found, MOST_CHANGED) if case else ([], 0)
        return pages.render(
            "registry/act.html",
            act=found,
            leaf=leaf_of(session, number),
            case=case,
            changed=[_shown_change(one, found.county) for one in changed],
            more=more,
            events=queries.events(session, case.county, case.case_id) if case else (),
            documents=queries.documents(session, case.county, case.case_id) if case else (),
            path=division_path(session, found.village),
            who=names_of(session, {found.registered_by}),
            health=log.health(session),
        )


def _shown_change(one: past.Changed, county: str) -> dict[str, Any]:
    """A change with what its subject is called, and the address of its history."""
    if one.subject == "right":
        name, history = (
            i18n.shown_term(one.name, "right"),
            url_for("registry.history.right", county=county, right_id=one.key),
        )
    elif one.subject == "parcel":
        name, history = one.name, url_for("registry.history.parcel", code=one.code)
    else:
        name, history = holder_name(one.name), url_for("registry.history.household", code=one.code)
    return {**vars(one), "name": name, "history": history}


@blueprint.get("/acts/<number>/proof.json")
@allow(*READERS)
def proof(number: str) -> Response:
    """The inclusion proof of an act, as `landreg.log.verify` reads it."""
    with unit_of_work(current_actor()) as uow:
        return proof_file(log.prove(uow.session, number, "act"))


def proof_file(found: log.Proof) -> Response:
    """A proof to keep."""
    response = Response(found.to_json(), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{log.PROOF_NAME}"'
    return response
