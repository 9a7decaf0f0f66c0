"""The auditor's pages, and the bureau's answers to findings."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, url_for
from flask_babel import gettext as _

from landreg.access.home import Figure, Queue, Row, Shown, on_first_page
from landreg.audit import complaint_queries, queries
from landreg.audit.routes import complaints, dashboard, evidence, findings, flags, market, samples, watch
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.web import i18n

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
for part in (dashboard, flags, watch, market, samples, findings, complaints, evidence):
    blueprint.register_blueprint(part.blueprint)
ON_FIRST_PAGE = 8


@on_first_page(Role.AUDITOR)
def to_follow_up(actor: Actor) -> Iterator[Shown]:
    """What waits for the auditor: findings that the bureau has answered, complaints that nobody has read."""
    yield from _waiting(actor, "answered", _("已答复，待跟踪的审计意见"))
    with unit_of_work(actor) as uow:
        counts = complaint_queries.counted(uow.session)
    yield Figure(_("没有看的投诉"), counts["received"], url_for("audit.complaints.index", state="received"))


@on_first_page(Role.REGISTRAR, Role.REVIEWER)
def to_answer(actor: Actor) -> Iterator[Shown]:
    """What waits for the bureau: findings without an answer."""
    yield from _waiting(actor, "open", _("待答复的审计意见"))


def _waiting(actor: Actor, state: str, title: str) -> Iterator[Shown]:
    with unit_of_work(actor) as uow:
        count = queries.findings_counted(uow.session)[state]
        rows = uow.session.execute(queries.findings_statement(state=state).limit(ON_FIRST_PAGE)).all()
    url = url_for("audit.findings.index", state=state)
    yield Figure(title, count, url)
    if rows:
        shown = [
            Row(
                f"{finding.number} {finding.title}",
                url_for("audit.findings.one", number=finding.number),
                i18n.shown_instant(event.at),
            )
            for finding, event in rows
        ]
        yield Queue(title, url, shown, _("现在没有。"))
