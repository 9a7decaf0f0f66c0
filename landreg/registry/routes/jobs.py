"""Pages of jobs: how far, how fast, what was refused; interrupt and resume."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.alive import silent_minutes
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.registry import jobs
from landreg.registry.casebook import Job
from landreg.registry.casework import desk
from landreg.registry.routes.queues import OFFICERS, READERS
from landreg.registry.routes.surroundings import settings
from landreg.web import i18n, pages, problems

blueprint = Blueprint("jobs", __name__)
SHOWN_REFUSED = 200


@blueprint.get("/jobs/<county>/<uuid:job_id>")
@allow(*READERS)
def one(county: str, job_id: UUID) -> Response:
    """A job with its bar; without script the page is refreshed by its link."""
    job, now = _found(county, job_id)
    return pages.render(
        "registry/job.html",
        job=job,
        percent=percent(job),
        text=progress_text(job, now),
        under_way=job.state in jobs.UNDER_WAY,
        most=SHOWN_REFUSED,
        own=job.asked_by == current_actor().account_id,
        waits_since=job.asked_at if job.state in jobs.UNDER_WAY else None,
    )


@blueprint.get("/jobs/<county>/<uuid:job_id>.json")
@allow(*READERS)
def state(county: str, job_id: UUID) -> Response:
    """The same for the page's bar: done, percent, text."""
    job, now = _found(county, job_id)
    return pages.json_answer(
        {
            "done": job.state not in jobs.UNDER_WAY,
            "percent": percent(job),
            "text": progress_text(job, now),
            "state": job.state,
        }
    )


@blueprint.post("/jobs/<county>/<uuid:job_id>/interrupt")
@allow(*OFFICERS)
@problems.back_to(one)
def interrupt(county: str, job_id: UUID) -> Redirect:
    """Stop after the cases in hand; what is done stays done."""
    jobs.interrupt(current_actor(), county, job_id)
    flash(_("手头这几件办完后停下，已办的不受影响。"))
    return redirect(url_for(".one", county=county, job_id=job_id), 303)


@blueprint.post("/jobs/<county>/<uuid:job_id>/resume")
@allow(*OFFICERS)
@problems.back_to(one)
def resume(county: str, job_id: UUID) -> Redirect:
    """Go on from where it stood."""
    jobs.resume(current_actor(), county, job_id)
    return redirect(url_for(".one", county=county, job_id=job_id), 303)


def _found(county: str, job_id: UUID) -> tuple[Job, datetime]:
    with unit_of_work(current_actor()) as uow:
        job = desk.job(uow.session, county, job_id)
        if job is None:
            raise NotFound
        return job, uow.now


def percent(job: Job) -> int:
    """How much of a job is tried, of a hundred."""
    return job.position * 100 // job.total


def progress_text(job: Job, now: datetime) -> str:
    """How far a job is in one sentence, with its rate and the time left while it runs; still, where the worker is."""
    counts = _("%(position)s / %(total)s 件", position=job.position, total=job.total)
    if job.state in jobs.UNDER_WAY and silent_minutes(settings().home, job.asked_at) is not None:
        return f"{_('停着')} · {counts}"
    text = f"{i18n.shown_term(job.state, 'job')} · {counts}"
    if job.before and job.state in jobs.UNDER_WAY:
        text += " · " + _("其中 %(n)s 件此前已办", n=job.before)
    tried = job.position - job.started_from
    if job.state == "running" and job.started_at and tried:
        seconds = max((now - job.started_at).total_seconds(), 0.1)
        left = round(seconds * (job.total - job.position) / tried)
        rate = _("每秒 %(n)s 件", n=round(tried / seconds, 1))
        text += " · " + rate + " · " + _("约剩 %(n)s 秒", n=left)
    return text
