"""What a desk does with a roster: households put aside, cases opened, the members' decision, giving up, and the job that renews."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.registry import jobs, queries
from landreg.registry.renewal import roster_cases, rosters
from landreg.registry.routes.renewals import blueprint, one, paper_of, roster_of
from landreg.registry.rules.renewal import OWN_WISH
from landreg.registry.steps import RENEW
from landreg.web import problems
from landreg.web.forms import Upload, read_form


@dataclass(frozen=True)
class PuttingAside:
    """Households to put aside or back; the reason and words for it."""

    right: tuple[UUID, ...] = ()
    reason: str = ""
    said: str = field(default="", metadata={"most": 500})
    back: bool = False
    request: Upload | None = None


@blueprint.post("/renewals/<county>/<uuid:renewal_id>/aside")
@allow(Role.REGISTRAR)
@problems.back_to(one)
def put_aside(county: str, renewal_id: UUID) -> Redirect:
    """Put households aside, to be treated by themselves, or let them go with the others again."""
    given, actor = read_form(PuttingAside), current_actor()
    if not given.right:
        raise BadInput(Finding("FORM-1", "right"))
    if given.back:
        done = rosters.put_back(actor, county, renewal_id, given.right)
        flash(_("%(n)s 户改为随名册办理。", n=done))
    else:
        paper = paper_of(given.request, "request") if given.reason == OWN_WISH else None
        done = rosters.put_aside(actor, county, renewal_id, given.right, given.reason, given.said, paper)
        flash(_("%(n)s 户改为单独办理，原权利不受影响。", n=done))
    return redirect(url_for(".one", county=county, renewal_id=renewal_id), 303)


@blueprint.post("/renewals/<county>/<uuid:renewal_id>/open")
@allow(Role.REGISTRAR)
@problems.back_to(one)
def open_cases(county: str, renewal_id: UUID) -> Redirect:
    """Open the cases of all who go with the others, in one batch."""
    roster_cases.open_cases(current_actor(), county, renewal_id)
    flash(_("已按名册建立业务，下一步受理。"))
    return redirect(url_for(".one", county=county, renewal_id=renewal_id), 303)


@dataclass(frozen=True)
class Voted:
    """How the members' assembly decided, with its minutes."""

    members: int
    present: int
    in_favour: int
    held_on: date
    minutes: Upload | None = None
    explained: str = field(default="", metadata={"most": 500})


@blueprint.post("/renewals/<county>/<uuid:renewal_id>/decision")
@allow(Role.REGISTRAR)
@problems.back_to(one)
def decide(county: str, renewal_id: UUID) -> Redirect:
    """Record the decision."""
    given = read_form(Voted)
    if any(count > MOST_MEMBERS for count in (given.members, given.present, given.in_favour)):
        counts = {"members": given.members, "present": given.present, "in_favour": given.in_favour}
        raise BadInput(Finding("REN-6", "members", counts))
    minutes = paper_of(given.minutes, "minutes")
    vote = rosters.Vote(given.members, given.present, given.in_favour, given.held_on, minutes, given.explained)
    found = rosters.decide(current_actor(), county, renewal_id, vote)
    flash(_("表决已登记。公示期满后，由另一名登记人员核对会议记录，办理延包登记并换证。"))
    if found:
        flash(_("请核对：全体成员人数多于登记簿中本集体农户的人数。"))
    return redirect(url_for(".one", county=county, renewal_id=renewal_id), 303)


MOST_MEMBERS = 1_000_000
"""No collective has more; what is larger is mistyped."""


@dataclass(frozen=True)
class GivingUp:
    """Why a roster is given up."""

    why: str = field(metadata={"most": 500})


@blueprint.post("/renewals/<county>/<uuid:renewal_id>/give-up")
@allow(Role.REGISTRAR)
@problems.back_to(one)
def give_up(county: str, renewal_id: UUID) -> Redirect:
    """Give the roster up; every right stays as it is."""
    given = read_form(GivingUp)
    done = rosters.give_up(current_actor(), county, renewal_id, given.why)
    flash(_("名册已停办，撤回 %(n)s 件业务；各户权利不变。", n=done))
    return redirect(url_for(".one", county=county, renewal_id=renewal_id), 303)


@blueprint.post("/renewals/<county>/<uuid:renewal_id>/renew")
@allow(Role.REGISTRAR, Role.REVIEWER)
@problems.back_to(one)
def renew(county: str, renewal_id: UUID) -> Redirect:
    """Ask the worker to register all that is on the roster and to replace the certificates; of who entered the decision it takes
    none (REN-16).
    """
    actor = current_actor()
    with unit_of_work(actor) as uow:
        roster = roster_of(uow.session, county, renewal_id)
        ids = queries.case_ids(uow.session, county, roster.batch_id, *RENEW.states) if roster.batch_id else []
    job_id = jobs.ask(actor, county, ids, RENEW, roster.batch_id)
    return redirect(url_for("registry.jobs.one", county=county, job_id=job_id), 303)
