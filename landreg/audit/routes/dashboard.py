"""The month at a glance: figures by division and by month, each with the list behind it, as pages and as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from landreg.access.policy import allow, current_actor
from landreg.access.queries import names_of
from landreg.audit import queries
from landreg.audit.queries import LISTS, PRINTING, Asked
from landreg.audit.routes.asked import read
from landreg.audit.service import log_export
from landreg.core.actor import Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import NotFound
from landreg.core.periods import beijing_day
from landreg.land.queries import division_names, division_path
from landreg.law.book import term as law_term
from landreg.law.book import terms
from landreg.web import i18n, pages, sheets
from landreg.web.sheets import Column

blueprint = Blueprint("dashboard", __name__)
Counts = Mapping[str, Mapping[str, Mapping[str, int]]]


@blueprint.get("")
@allow(Role.AUDITOR)
def index() -> Response:
    """Figures of a month by division, and of a year by month; `as=csv|xlsx` takes one of the two away (`table=month`)."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
        asked, month = read(actor, today)
        by_division = queries.counted(uow.session, asked, today)
        by_month = queries.counted_by_month(uow.session, asked.within, asked.month or today.replace(day=1), today)
        codes = sorted({code for counts in by_division.values() for code in counts})
        names = division_names(uow.session, [*codes, asked.within])
        if request.args.get("as") in sheets.KINDS:
            months = request.args.get("table") == "month"
            keys = sorted({key for counts in by_month.values() for key in counts}) if months else codes
            return _taken(uow, by_month if months else by_division, keys, names, asked, month, months=months)
        return pages.render(
            "audit/dashboard.html",
            asked=asked,
            month=month,
            months=_months(asked.month or today, today),
            lists=LISTS,
            states=_states(by_division["cases"]),
            by_division=by_division,
            by_month=by_month,
            shown_months=sorted({key for counts in by_month.values() for key in counts}, reverse=True),
            codes=codes,
            names=names,
            path=division_path(uow.session, asked.within),
            total=lambda what, key: sum(by_division[what].get(key, {}).values()),
            total_month=lambda what, key: sum(by_month[what].get(key, {}).values()),
            whole=lambda what: sum(sum(counts.values()) for counts in by_division[what].values()),
            deeper=len(asked.within) < 12,
            jurisdiction=actor.jurisdiction,
        )


def _months(shown: date, today: date) -> list[str]:
    """The months to choose from: the last year's, and the one that is shown."""
    offered = {f"{queries.month_after(today, -back):%Y-%m}" for back in range(queries.MONTHS)}
    return sorted({*offered, f"{shown:%Y-%m}"}, reverse=True)


def _states(cases: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The states that cases are in, in the book's order."""
    found = {state for counts in cases.values() for state in counts}
    return [state for state in terms("case") if state in found]


def _taken(
    uow: UnitOfWork,
    counts: Counts,
    keys: Sequence[str],
    names: Mapping[str, str],
    asked: Asked,
    month: str,
    *,
    months: bool,
) -> Response:
    lang = i18n.language()
    columns = [Column(_("月份") if months else _("区划代码"), lambda key: key)]
    if not months:
        columns.append(Column(_("区划"), lambda key: names.get(key, key), 20))
    for what in LISTS:
        columns.append(Column(law_term("audit_list", what, lang), _sum(counts[what])))
    for state in _states(counts["cases"]):
        columns.append(Column(law_term("case", state, lang), _one(counts["cases"], state)))
    response = sheets.sheet(request.args["as"], _("登记统计"), columns, keys)
    narrowed = {"within": asked.within, "month": month, "by_month": months, "rows": len(keys)}
    log_export(uow, "dashboard", response.get_data(), narrowed)
    return response


def _sum(counts: Mapping[str, Mapping[str, int]]) -> Any:
    return lambda key: sum(counts.get(key, {}).values())


def _one(counts: Mapping[str, Mapping[str, int]], state: str) -> Any:
    return lambda key: counts.get(key, {}).get(state, 0)


@blueprint.get("/lists/<what>")
@allow(Role.AUDITOR)
def listing(what: str) -> Response:
    """What a figure counted, newest first; `as=csv|xlsx` takes it away, and the log says so."""
    if what not in LISTS:
        raise NotFound
    actor = current_actor()
    with unit_of_work(actor) as uow:
        session, today = uow.session, beijing_day(uow.now)
        asked, month = read(actor, today)
        statement = queries.listed(what, asked, today)
        if request.args.get("as") in sheets.KINDS:
            rows = session.execute(statement.limit(sheets.MOST_ROWS)).all()
            who = names_of(session, {row.by for row in rows if row.by})
            response = sheets.sheet(
                request.args["as"], law_term("audit_list", what, i18n.language()), _columns(what, who), rows
            )
            narrowed = {"within": asked.within, "month": month, "state": asked.state, "rows": len(rows)}
            log_export(uow, what, response.get_data(), narrowed)
            return response
        page = pages.page_of(session, statement, number=pages.page_number(), size=pages.page_size(), scalars=False)
        return pages.render(
            "audit/list.html",
            what=what,
            page=page,
            asked=asked,
            month=month,
            names=division_names(session, [row.village for row in page.items] + [asked.within]),
            who=names_of(session, {row.by for row in page.items if row.by}),
            state_kind=STATE_KINDS.get(what),
            kind_kind="right" if what == "certificates" else "act",
            address=lambda row: _address(what, row),
            note=_note,
        )


STATE_KINDS = {"cases": "case", "overdue": "case", "certificates": "certificate", "objections": "outcome"}


def _address(what: str, row: Any) -> str | None:
    """The page of what a line is about."""
    if what == "acts":
        return url_for("registry.certificates.act", number=row.number)
    if what == "certificates":
        return url_for("registry.certificates.one", number=row.number)
    if what == "reveals" and row.case_id is None:
        return None
    return url_for("registry.cases.one", county=row.county, case_id=row.case_id)


def _note(row: Any) -> str:
    """What a line says more: of identities that were opened to print certificates, that."""
    return _("打印证书") if row.note == PRINTING else row.note or ""


def _columns(what: str, who: Mapping[Any, str]) -> list[Column]:
    lang = i18n.language()
    state, kind = STATE_KINDS.get(what), "right" if what == "certificates" else "act"
    return [
        Column(_("编号"), lambda row: row.number, 24),
        Column(_("事项"), lambda row: law_term(kind, row.kind, lang), 18),
        Column(_("区划代码"), lambda row: row.village, 14),
        Column(_("状态"), lambda row: law_term(state, row.state, lang) if state else "", 10),
        Column(_("时间"), lambda row: row.at, 18),
        Column(_("期限"), lambda row: row.due, 12),
        Column(_("经办人"), lambda row: who.get(row.by, ""), 14),
        Column(_("说明"), _note, 30),
    ]
