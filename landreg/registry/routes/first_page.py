"""What the register's desk and the auditor see on their first page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext as _

from landreg.access.home import Figure, Queue, Row, Shown, on_first_page
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.log import queries as log
from landreg.registry import ending_queries, shelves
from landreg.registry.casebook import Case
from landreg.registry.casework import desk, under_way_queries, worklist
from landreg.registry.casework.worklist import CaseFilter
from landreg.registry.facts import contradicted
from landreg.registry.facts.applicants import applicants
from landreg.registry.home import brought_queries
from landreg.registry.routes.shown import holder_name
from landreg.registry.routes.surroundings import looking_of
from landreg.web import i18n

ON_FIRST_PAGE = 8
TOLD_FOR = timedelta(days=30)


@on_first_page(Role.REGISTRAR, Role.REVIEWER)
def work_to_do(actor: Actor) -> Iterator[Shown]:
    """The officer's queues: to review, due, one's own."""
    with unit_of_work(actor) as uow:
        session = uow.session
        looking = looking_of(session, actor)
        counts = worklist.queue_counts(session, looking)
        if objected := worklist.state_count(session, "objected"):
            yield Figure(_("有异议"), objected, url_for("registry.queue.index", state="objected"))
        names = {
            "review": _("待我审核"),
            "mine": _("我办理的"),
            "overdue": _("超过本步时限"),
            "returned": _("退回补正"),
        }
        shown = ("review", "overdue") if actor.has(Role.REVIEWER) else ("mine", "overdue", "returned")
        if actor.has(Role.REGISTRAR):
            yield Figure(_("农户申请"), brought_queries.waiting(session), url_for("registry.applications.index"))
        for queue in shown:
            yield Figure(names[queue], counts[queue], url_for("registry.queue.index", queue=queue))
        yield Figure(
            _("公告中"),
            worklist.state_count(session, "noticed"),
            url_for("registry.queue.index", state="noticed"),
        )
        yield Figure(
            _("即将到期"),
            sum(ending_queries.ending_counts(session, desk.today(session))),
            url_for("registry.endings.index"),
        )
        if actor.has(Role.REGISTRAR) and (delivered := desk.delivered_villages(session, ON_FIRST_PAGE)):
            yield Queue(
                _("新交来、还没有建立业务的村"),
                url_for("land.packages.index"),
                [
                    Row(
                        one.name,
                        url_for(
                            "registry.open_batch",
                            county=one.county,
                            package_id=one.package_id,
                            _anchor=f"v{one.village}",
                        ),
                        _("共 %(n)s 户", n=one.households),
                    )
                    for one in delivered
                ],
                "",
            )
        if actor.has(Role.REGISTRAR) and (drawn := under_way_queries.drafts_of_surveyors(session, ON_FIRST_PAGE)):
            yield Queue(
                _("测绘员画好的草案"),
                url_for("registry.queue.index", state="draft"),
                [
                    Row(
                        f"{case.number} {i18n.shown_term(case.act_kind, 'act')} {case.subject_code}",
                        url_for("registry.cases.one", county=case.county, case_id=case.case_id),
                    )
                    for case in drawn
                ],
                "",
            )
        if actor.has(Role.REGISTRAR) and (otherwise := contradicted.packages(session, ON_FIRST_PAGE)):
            yield Queue(
                _("登记簿与新成果包不一致的权利"),
                url_for("land.packages.index"),
                [
                    Row(
                        name,
                        url_for("registry.open_batch", county=county, package_id=package_id) + "#registered",
                        _("%(n)s 项", n=count),
                    )
                    for county, package_id, name, count in otherwise
                ],
                "",
            )
        for queue in shown:
            asked = CaseFilter(queue, sort="since", down=False)
            rows = session.scalars(worklist.cases_statement(asked, looking).limit(ON_FIRST_PAGE)).all()
            applied = applicants(session, rows)
            late = worklist.late(rows, worklist.since(session, rows, looking.law), looking.law)
            yield Queue(
                names[queue],
                url_for("registry.queue.index", queue=queue),
                [
                    Row(
                        f"{case.number} {'、'.join(map(holder_name, applied[case.case_id]))}",
                        url_for("registry.cases.one", county=case.county, case_id=case.case_id),
                        f"{i18n.shown_term(case.state, 'case')}"
                        + (
                            _("，超过本步时限 %(n)s 个工作日", n=late[case.case_id].values["most"])
                            if case.case_id in late
                            else ""
                        )
                        + _due(case, looking.today),
                    )
                    for case in rows
                ],
                _("现在没有。"),
            )


def _due(case: Case, today: date) -> str:
    """By when the whole case is to be done, whichever limit its step has."""
    said: str = ""
    if case.due_on and case.due_on < today and case.state in worklist.UNDER_WAY:
        said = _("，整件已过办结日期 %(day)s", day=case.due_on.isoformat())
    elif case.due_on:
        said = _("，应于 %(day)s 前办结", day=case.due_on.isoformat())
    return said


@on_first_page(Role.FARMER)
def who_left(actor: Actor) -> Iterator[Shown]:
    """To those who stay: who is a member of their household no more, and that their account does not open it any longer."""
    with unit_of_work(actor) as uow:
        left = brought_queries.left_own_household(uow.session, uow.now - TOLD_FOR)
    if left:
        rows = [
            Row(
                _("%(name)s：登记为已去世，其账户已解除绑定", name=i18n.shown_mask(one.name_masked))
                if one.died
                else _("%(name)s：已不是本户成员，其账户不再能看本户", name=i18n.shown_mask(one.name_masked)),
                url_for("access.citizen.household"),
                i18n.shown_day(one.left_on),
            )
            for one in left
        ]
        yield Queue(_("本户成员变动"), url_for("access.citizen.household"), rows, "", asks=False)


@on_first_page(Role.AUDITOR)
def register_at_a_glance(actor: Actor) -> Iterator[Shown]:
    """The auditor's look: how the log stands, and the newest acts."""
    with unit_of_work(actor) as uow:
        session = uow.session
        health = log.health(session)
        yield Figure(_("日志条数"), health.size, "/log")
        yield Figure(_("等待封存"), health.waiting, "/log")
        yield Figure(
            _("有异议"), worklist.state_count(session, "objected"), url_for("registry.queue.index", state="objected")
        )
        acts = session.scalars(shelves.acts_statement().limit(ON_FIRST_PAGE)).all()
        yield Queue(
            _("最近的登记"),
            url_for("registry.certificates.acts"),
            [
                Row(
                    f"{act.number} {i18n.shown_term(act.kind, 'act')}",
                    url_for("registry.certificates.act", number=act.number),
                    i18n.shown_instant(act.registered_at),
                )
                for act in acts
            ],
            _("现在没有。"),
        )
