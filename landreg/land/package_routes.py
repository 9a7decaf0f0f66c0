"""Pages of survey packages: what has come, sending one in, the report with its findings, and files of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.access.home import Figure, Queue, Row, Shown, on_first_page
from landreg.access.policy import STAFF, allow, current_actor
from landreg.access.queries import names_of
from landreg.core.actor import WORKER, Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound
from landreg.core.files import Store
from landreg.land import deliveries, model, queries, shown, uploads
from landreg.land.changed_rows import rows_of
from landreg.land.deliveries import FindingFilter, PackageFilter
from landreg.land.model import Package, PackageFinding
from landreg.land.reinstating import SENDERS
from landreg.law.book import term as law_term
from landreg.law.book import terms
from landreg.web import i18n, pages, problems, sheets
from landreg.web.forms import Upload, read_form
from landreg.web.sheets import Column

blueprint = Blueprint("packages", __name__)
READERS = (*STAFF, Role.AUDITOR)
LONGEST_CHANGE = 200
NEWEST = 8


def _asked() -> PackageFilter:
    state = request.args.get("state", "")
    return PackageFilter(
        state if state in terms("package") else "",
        request.args.get("q", "").strip()[:60],
        *pages.sort_asked("-received"),
    )


@blueprint.get("/packages")
@allow(*READERS)
def index() -> Response:
    """The packages of the jurisdiction, newest first; `as=csv|xlsx` takes the list away."""
    asked, actor = _asked(), current_actor()
    with unit_of_work(actor) as uow:
        if request.args.get("as") in sheets.KINDS:
            rows = uow.session.scalars(deliveries.packages_statement(asked).limit(sheets.MOST_ROWS)).all()
            return sheets.sheet(request.args["as"], _("成果包清单"), _package_columns(_who(uow.session, rows)), rows)
        page = deliveries.packages(uow.session, asked, number=pages.page_number(), size=pages.page_size())
        return pages.render(
            "land/packages.html",
            page=page,
            asked=asked,
            states=deliveries.package_states(uow.session),
            under_way=deliveries.uploads_under_way(uow.session, actor.jurisdiction),
            ended=deliveries.uploads_ended(uow.session, actor.jurisdiction),
            who=_who(uow.session, page.items),
            names=queries.division_names(uow.session, [row.county for row in page.items]),
            may_send=actor.has(*SENDERS),
        )


def _who(session: Session, rows: Sequence[Package]) -> dict[UUID, str]:
    """Who delivered each: an account, or the command line without one."""
    return {WORKER.account_id: _("命令行"), **names_of(session, {row.received_by for row in rows})}


def _package_columns(who: dict[UUID, str]) -> list[Column]:
    lang = i18n.language()
    return [
        Column(_("文件"), lambda row: row.name, 36),
        Column(_("县区"), lambda row: row.county, 10),
        Column(_("状态"), lambda row: law_term("package", row.state, lang)),
        Column(_("须改正"), lambda row: row.refusals, 10),
        Column(_("提示"), lambda row: row.warnings, 10),
        Column(_("送交人"), lambda row: who.get(row.received_by, "")),
        Column(_("送交时间"), lambda row: row.received_at, 18),
    ]


@on_first_page(Role.SURVEYOR)
def first_page(actor: Actor) -> Iterator[Shown]:
    """For the surveyor: what is being checked, how many packages were refused, and the newest ones."""
    address = url_for("land.packages.index")
    with unit_of_work(actor) as uow:
        under_way = deliveries.uploads_under_way(uow.session, actor.jurisdiction)
        refused = deliveries.package_states(uow.session).get("refused", 0)
        newest = deliveries.packages(uow.session, PackageFilter(), number=1, size=NEWEST).items
    yield Figure(_("正在处理"), len(under_way), address)
    yield Figure(_("未通过的成果包"), refused, url_for("land.packages.index", state="refused"))
    rows = [
        Row(
            package.name,
            url_for("land.packages.report", county=package.county, package_id=package.package_id),
            f"{i18n.shown_term(package.state, 'package')} · {i18n.shown_day(package.received_at)}",
        )
        for package in newest
    ]
    yield Queue(_("最近的成果包"), address, rows, _("还没有成果包。请在测绘成果页上传 zip。"))


@dataclass(frozen=True)
class SentPackage:
    """The form that a package is sent with."""

    package: Upload


@blueprint.post("/packages")
@allow(*SENDERS)
@problems.back_to(index)
def send() -> ResponseReturnValue:
    """Take a package's file in; the worker checks it, and the upload's page shows how far it is."""
    sent = read_form(SentPackage)
    store = Store(current_app.extensions["landreg"].store)
    key = uploads.take_in(current_actor(), store, sent.package.name, sent.package.content)
    address = url_for("land.packages.upload", county=key.county, upload_id=key.upload_id)
    if problems.wants_json():
        return pages.json_answer({"location": address}, 201)
    return redirect(address, 303)


@blueprint.get("/packages/uploads/<county>/<uuid:upload_id>")
@allow(*READERS)
def upload(county: str, upload_id: UUID) -> ResponseReturnValue:
    """How far the check of a sent file is; goes on to the package's report when it is done. A file that had come before
    says so first: when, and by whom."""
    with unit_of_work(current_actor()) as uow:
        found = deliveries.upload(uow.session, county, upload_id)
        if found is None:
            raise NotFound
        earlier = deliveries.received_before(uow.session, found)
        if found.package_id is not None and earlier is None:
            return redirect(
                url_for("land.packages.report", county=found.package_county, package_id=found.package_id), 303
            )
        by = _who(uow.session, [earlier]).get(earlier.received_by, "—") if earlier else ""
        may_cancel = current_actor().has(*SENDERS) and found.shown_state in ("waiting", "checking")
        return pages.render(
            "land/upload.html",
            upload=found,
            text=step_text(found),
            may_cancel=may_cancel,
            waits_since=found.sent_at if found.shown_state in ("waiting", "checking") else None,
            earlier=earlier,
            earlier_by=by,
        )


@blueprint.post("/packages/uploads/<county>/<uuid:upload_id>/cancel")
@allow(*SENDERS)
def cancel(county: str, upload_id: UUID) -> ResponseReturnValue:
    """Call an upload back that waits or is being checked; nothing of it is kept."""
    uploads.cancel(current_actor(), county, upload_id)
    return redirect(url_for("land.packages.upload", county=county, upload_id=upload_id), 303)


@blueprint.get("/packages/uploads/<county>/<uuid:upload_id>.json")
@allow(*READERS)
def upload_state(county: str, upload_id: UUID) -> Response:
    """The same for the page's bar: done, percent (null: not known), text."""
    with unit_of_work(current_actor()) as uow:
        found = deliveries.upload(uow.session, county, upload_id)
        if found is None:
            raise NotFound
        done, text = found.shown_state not in ("waiting", "checking", "stopping"), step_text(found)
        return pages.json_answer({"done": done, "percent": found.percent, "text": text, "state": found.state})


def step_text(found: model.Upload) -> str:
    """What is being done with an upload, in the reader's language; tables being staged are one step."""
    if not found.step or found.shown_state != "checking":
        return i18n.shown_term(found.shown_state, "package")
    return i18n.shown_term(found.step if found.step in terms("package_step") else "stage", "package_step")


def _asked_findings(package: Package) -> FindingFilter:
    checked = shown.rechecked(package.changes)
    return FindingFilter(
        request.args.get("level", ""),
        request.args.get("code", ""),
        request.args.get("layer", ""),
        request.args.get("q", "").strip()[:60],
        *pages.sort_asked("position"),
        since=request.args.get("since", "") if checked else "",
        former=checked.package if checked else None,
    )


def _package(session: Session, county: str, package_id: UUID) -> Package:
    found = deliveries.package(session, county, package_id)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/packages/<county>/<uuid:package_id>")
@allow(*READERS)
def report(county: str, package_id: UUID) -> Response:
    """A package: its state and next step, what it holds, what changed, and its findings in a list and on a map."""
    with unit_of_work(current_actor()) as uow:
        session = uow.session
        package = _package(session, county, package_id)
        asked, older = _asked_findings(package), deliveries.predecessor(session, package)
        changes = shown.changes(
            package.changes, rows_of(session, package, older, auditing=current_actor().desk is Desk.AUDITOR)
        )
        page = deliveries.findings(
            session, county, package_id, asked, number=pages.page_number(), size=pages.page_size()
        )
        return pages.render(
            "land/package.html",
            package=package,
            page=page,
            asked=asked,
            finding_of=finding_of,
            facets=deliveries.facets(session, county, package_id),
            who=_who(session, [package]),
            county_name=queries.division_names(session, [county]).get(county, county),
            newer=deliveries.successor(session, package),
            older=older,
            again=shown.again(package),
            changed=shown.changed(changes),
            **shown.since_the_check_before(session, package, asked, page.items),
            rights=deliveries.to_register(session, county, package_id) if package.state == "staged" else None,
            extent=queries.extent_of_package(session, county, package_id),
            zone=shown.zone(package.epsg),
            changes=changes,
            gone=queries.villages_gone(session, county, package_id, older.package_id, package.village) if older else (),
            longest=LONGEST_CHANGE,
        )


def finding_of(row: PackageFinding, lon: float | None, lat: float | None) -> Finding:
    """A stored finding as the rules made it."""
    place = None if lon is None or lat is None else (lon, lat)
    return Finding(row.code, row.field, row.facts, row.layer, row.subject, place)


@blueprint.get("/packages/<county>/<uuid:package_id>/places.json")
@allow(*READERS)
def places(county: str, package_id: UUID) -> Response:
    """Where the findings of the same filter lie, and on which page of the list each is shown."""
    with unit_of_work(current_actor()) as uow:
        asked = _asked_findings(_package(uow.session, county, package_id))
        found = deliveries.places(uow.session, county, package_id, asked, pages.page_size())
    return pages.json_answer(found)


@blueprint.get("/packages/<county>/<uuid:package_id>/report.json")
@allow(*READERS)
def report_json(county: str, package_id: UUID) -> Response:
    """The findings of the filter as `landreg check --json` writes them."""
    with unit_of_work(current_actor()) as uow:
        asked = _asked_findings(_package(uow.session, county, package_id))
        rows = uow.session.execute(deliveries.findings_statement(county, package_id, asked)).all()
    found = [{**problems.finding_json(finding_of(*row)), "level": row[0].level} for row in rows]
    response = pages.json_answer(
        [{name: value for name, value in entry.items() if name != "articles"} for entry in found]
    )
    response.headers["Content-Disposition"] = f'attachment; filename="report-{county}.json"'
    return response


@blueprint.get("/packages/<county>/<uuid:package_id>/report.xlsx")
@allow(*READERS)
def report_xlsx(county: str, package_id: UUID) -> Response:
    """The findings of the filter as the list of corrections that surveyors work through."""
    with unit_of_work(current_actor()) as uow:
        asked = _asked_findings(_package(uow.session, county, package_id))
        statement = deliveries.findings_statement(county, package_id, asked).limit(sheets.MOST_ROWS)
        rows = uow.session.execute(statement).all()
    return sheets.sheet("xlsx", f"{_('检查报告')}-{county}", _finding_columns(), rows)


def _finding_columns() -> list[Column]:
    lang = i18n.language()
    return [
        Column(_("程度"), lambda row: law_term("level", row[0].level, lang), 10),
        Column(_("规则"), lambda row: row[0].code, 10),
        Column(_("图层"), lambda row: row[0].layer, 12),
        Column(_("对象"), lambda row: row[0].subject, 22),
        Column(_("字段"), lambda row: row[0].field, 12),
        Column(_("说明"), lambda row: i18n.say(finding_of(*row)), 60),
        Column(_("经度"), lambda row: _degrees(row.lon), 13),
        Column(_("纬度"), lambda row: _degrees(row.lat), 13),
    ]


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.7f}")
