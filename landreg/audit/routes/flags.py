"""Red flags of a month: each with its numbers, its rule, and the cases behind it."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from landreg.access.policy import allow, current_actor
from landreg.audit import service
from landreg.audit.routes.asked import read
from landreg.audit.rules import FLAG_CODES
from landreg.audit.service import Flag, log_export
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.land.queries import division_names
from landreg.law.queries import load_law
from landreg.web import i18n, pages, sheets
from landreg.web.sheets import Column

blueprint = Blueprint("flags", __name__)
SHOWN_CASES = 5


@blueprint.get("/flags")
@allow(Role.AUDITOR)
def index() -> Response:
    """The flags of a division and a month, of one rule with `state=AUD-3`; `as=csv|xlsx` takes them away."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
        asked, month = read(actor, today)
        every = service.flags(uow.session, asked, today)
        found = [flag for flag in every if asked.state in ("", flag.finding.code)]
        if request.args.get("as") in sheets.KINDS:
            response = sheets.sheet(request.args["as"], _("疑点"), _columns(), found)
            narrowed = {"within": asked.within, "month": month, "rule": asked.state, "rows": len(found)}
            log_export(uow, "flags", response.get_data(), narrowed)
            return response
        number, size = pages.page_number(), pages.page_size()
        law = load_law(uow.session, asked.within[:6], today)
        return pages.render(
            "audit/flags.html",
            page=pages.page_from(found[(number - 1) * size : number * size], len(found), number=number, size=size),
            counts=Counter(flag.finding.code for flag in every),
            codes=FLAG_CODES,
            asked=asked,
            month=month,
            shown_cases=SHOWN_CASES,
            figures=[parameter for name, parameter in law.parameters.items() if name.startswith("AUD-")],
            names=division_names(uow.session, [flag.fact.village for flag in found] + [asked.within]),
        )


def _columns() -> list[Column]:
    def sentence(flag: Flag) -> str:
        return i18n.say(flag.finding)

    return [
        Column(_("规则"), lambda flag: flag.finding.code, 10),
        Column(_("对象"), lambda flag: flag.fact.subject, 26),
        Column(_("疑点"), sentence, 60),
        Column(_("时间"), lambda flag: flag.fact.at, 18),
        Column(_("区划代码"), lambda flag: flag.fact.village, 14),
        Column(_("业务"), lambda flag: "、".join(flag.fact.cases), 40),
    ]
