"""A list of cases as a file to take away."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.land.queries import division_names
from landreg.law.book import term as law_term
from landreg.registry.casebook import Case
from landreg.registry.facts.applicants import applicants
from landreg.registry.facts.successors import rebuilt
from landreg.registry.routes.shown import holder_name
from landreg.web import i18n, sheets
from landreg.web.sheets import Column


def sheet_of_cases(session: Session, rows: Sequence[Case]) -> Response:
    """The cases as a file."""
    names, lang = division_names(session, [case.village for case in rows]), i18n.language()
    applied, anew = applicants(session, rows), rebuilt(session, rows)
    columns = [
        Column(_("业务号"), lambda case: case.number, 22),
        Column(_("权利"), lambda case: law_term("right", case.right_kind, lang), 18),
        Column(_("申请人"), lambda case: "、".join(map(holder_name, applied[case.case_id]))),
        Column(_("权利人"), lambda case: holder_name(case.applicant)),
        Column(_("合同或单元代码"), lambda case: case.subject_code, 24),
        Column(_("所在村"), lambda case: names.get(case.village, case.village), 20),
        Column(_("状态"), lambda case: law_term("case", "rebuilt" if case.case_id in anew else case.state, lang)),
        Column(_("受理日期"), lambda case: case.accepted_on, 12),
        Column(_("应办结日期"), lambda case: case.due_on, 12),
        Column(_("提示"), lambda case: len(case.findings), 8),
    ]
    return sheets.sheet(request.args["as"], _("登记业务清单"), columns, rows)
