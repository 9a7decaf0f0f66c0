"""Steps over hundreds of cases: asked for at the desk, taken by the worker, so that closing the browser changes nothing.

A job goes in chunks, each a transaction of the step's own service, in the name of who asked and while their account still
may; after a chunk its progress is written. A worker that is killed between the two finds the chunk's cases moved on, leaves
them out, and says how many had been done before. It holds an advisory lock on its own connection, which ends with it, so that
the next worker goes on where it stood. After some seconds a job gives way to the next one, and to what else the worker does.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from landreg.access.queries import account_by_id
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import Unavailable, alone, told, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, LandregError, NotAllowed, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.law.queries import load_law
from landreg.registry.booking import BOOKED
from landreg.registry.casebook import Case, Job
from landreg.registry.casework import without_papers
from landreg.registry.casework.cases import Stepped, written
from landreg.registry.casework.desk import cases_by_id, job, jobs_waiting, stepped_since
from landreg.registry.issued.certificates import CERTIFIED
from landreg.registry.papers.signing import printers_kept
from landreg.registry.steps import OF_JOBS, Step, follows, take

DIRECTLY = 20
"""So many cases are done while the browser waits; more are a job."""
CHUNK = {"accept": 100, "review": 100, "register": 50, "certify": 100, "renew": 50}
UNDER_WAY = ("waiting", "running", "stopping")
_LAST = {"renew": "certify"}
"""The step with which a case is done, where it is not the job's own."""
TURN_S = 5.0
"""Seconds after which a job gives way, once its chunk is done."""
_COUNTED = {"certify": CERTIFIED, "renew": (*BOOKED, *CERTIFIED)}
"""The tables that a step reads, case by case, while it fills them."""
_REPEATABLE = ("40001", "40P01")
"""SQLSTATE of a serialization failure and a deadlock: another was first, and the same step may well pass now."""
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tools:
    """What the worker lends to a job: the press of certificates, the sealing of the log, and whether it is told to end.

    others: what else is due, done after each turn of a job. alive: told before each chunk.
    """

    press: Callable[[], Any]
    seal: Callable[[], Any]
    ending: Callable[[], bool] = lambda: False
    others: Callable[[], Any] = lambda: None
    alive: Callable[[], Any] = lambda: None


def ask(
    actor: Actor, county: str, case_ids: Sequence[UUID], step: Step, batch_id: UUID | None = None, said: str = ""
) -> UUID:
    """Ask the worker for a step with cases. said: by what a review without papers was checked. Raises NotAllowed for another role,
    BadInput (REG-45) for such a review without words, Refused (REG-11) without cases, Refused (REG-16) while another job of the
    batch is under way, NotFound when a case lies outside the jurisdiction.
    """
    if not actor.has(*step.roles):
        raise NotAllowed(Finding("ACC-3", values={"roles": [role.value for role in step.roles]}))
    if not case_ids:
        raise Refused(Finding("REG-11"))
    with unit_of_work(actor) as uow:
        found = cases_by_id(uow.session, county, case_ids)
        if len(found) != len(set(case_ids)):
            raise NotFound
        if step.name == "review":
            without_papers.checked(uow, [case for case in found if case.state in step.states], said)
        asked = Job(
            county=county,
            job_id=uuid4(),
            village=actor.jurisdiction,
            batch_id=batch_id,
            step=step.name,
            case_ids=[case.case_id for case in found],
            position=0,
            done=0,
            refused=[],
            findings=[],
            state="waiting",
            asked_by=actor.account_id,
            asked_by_name=actor.name,
            asked_roles=sorted(actor.roles),
            jurisdiction=actor.jurisdiction,
            asked_at=uow.now,
            started_from=0,
            said=said,
        )
        uow.session.add(asked)
    return asked.job_id


def interrupt(actor: Actor, county: str, job_id: UUID) -> None:
    """Stop a job after the chunk that it is in. What is done stays done."""
    _turn(actor, county, job_id, {"waiting": "stopped", "running": "stopping", "stopping": "stopping"})


def resume(actor: Actor, county: str, job_id: UUID) -> None:
    """Go on with a job that was interrupted or failed. Raises NotAllowed for any but who asked: it goes on in their name."""
    with unit_of_work(actor) as uow:
        found = job(uow.session, county, job_id)
    if found is not None and found.asked_by != actor.account_id:
        raise NotAllowed(Finding("ACC-3", values={"roles": found.asked_roles}))
    _turn(actor, county, job_id, {"stopped": "waiting", "failed": "waiting"})


def _turn(actor: Actor, county: str, job_id: UUID, states: dict[str, str]) -> None:
    with unit_of_work(actor) as uow:
        found = job(uow.session, county, job_id, lock=True)
        if found is None:
            raise NotFound
        if found.state not in states:
            raise Conflict(Finding("REG-8", values={"state": found.state, "step": "job"}))
        found.state = states[found.state]


def work(worker: Actor, tools: Tools) -> int:
    """Take every job that waits and that no other worker has, turn by turn; how many there were. Raises nothing of a job's own."""
    begun: set[UUID] = set()
    with printers_kept():
        while _round(worker, tools, begun):
            pass
    return len(begun)


def _round(worker: Actor, tools: Tools, begun: set[UUID]) -> bool:
    """A turn for each job, the oldest first; whether one of them goes on. begun: the jobs that had a turn before, and now."""
    goes_on = False
    with unit_of_work(worker) as uow:
        waiting = [(found.county, found.job_id) for found in jobs_waiting(uow.session)]
    for county, job_id in waiting:
        with alone(worker, f"job:{job_id}") as ours:
            if not ours:
                continue
            first = job_id not in begun
            begun.add(job_id)
            goes_on |= _turn_of(worker, county, job_id, tools, first)
        tools.others()
    return goes_on


def _turn_of(worker: Actor, county: str, job_id: UUID, tools: Tools, first: bool) -> bool:
    """Chunk after chunk, until all are tried, it is interrupted, its turn is over, or the worker itself is told to end.

    Whether it goes on in another turn.
    """
    found = _begin(worker, county, job_id, first)
    if found is None:
        return False
    since = time.monotonic()
    while not tools.ending():
        tools.alive()
        with unit_of_work(worker) as uow:
            now = job(uow.session, county, job_id, lock=True)
            if now is None or now.state not in ("running", "stopping"):
                return False
            if now.state == "stopping" or now.position >= now.total:
                now.state, now.ended_at = ("done" if now.position >= now.total else "stopped"), uow.now
                return False
            ids = now.case_ids[now.position : now.position + CHUNK[now.step]]
        _advance(worker, now, ids, tools)
        if time.monotonic() - since >= TURN_S:
            return True
    return False


def _begin(worker: Actor, county: str, job_id: UUID, first: bool) -> Job | None:
    """The job, under way; None when it ended meanwhile. Its rate counts from its first turn."""
    with unit_of_work(worker) as uow:
        found = job(uow.session, county, job_id, lock=True)
        if found is None or found.state not in UNDER_WAY:
            return None
        if first or found.state == "waiting":
            found.started_at, found.started_from, found.ended_at, found.findings = uow.now, found.position, None, []
        if found.state == "waiting":
            found.state = "running"
        return found


def _advance(worker: Actor, now: Job, ids: Sequence[UUID], tools: Tools) -> None:
    with unit_of_work(worker) as uow:
        law = load_law(uow.session, now.county, beijing_day(uow.now))
    stepped, failed = Stepped(0), None
    try:
        if now.step == "certify" and now.position == now.started_from:
            tools.seal()
        stepped = _take_again(_asker(worker, now), now, ids, tools)
    except Unavailable:
        raise
    except LandregError as error:
        failed = [written(finding, law) for finding in error.findings]
    except Exception as error:
        # No job may end the worker, whatever it raises: the log would no longer be sealed.
        _logger.error("job %s of %s: %s", now.job_id, now.county, told(error))
        failed = [written(Finding("SYS-4"), law)]
    with unit_of_work(worker) as uow:
        row = job(uow.session, now.county, now.job_id, lock=True)
        if row is None:
            return
        if failed is not None:
            row.state, row.findings, row.ended_at = "failed", failed, uow.now
            return
        row.position += len(ids)
        row.done += stepped.done
        row.refused = [
            *row.refused,
            *(
                {"number": number, "findings": [written(finding, law) for finding in findings]}
                for number, findings in stepped.refused.items()
            ),
        ]
    _count_anew(worker, now, row.position)


def _count_anew(worker: Actor, now: Job, position: int) -> None:
    """Let the planner know of what came, after the first chunk and whenever as many were tried again: reads grow slow else."""
    chunks = -(-position // CHUNK[now.step])
    if now.step in _COUNTED and not chunks & (chunks - 1):
        with suppress(Unavailable), unit_of_work(worker) as uow:
            uow.take_statistics(*_COUNTED[now.step])


def _asker(worker: Actor, now: Job) -> Actor:
    """Who asked, as their account stands. Raises NotAllowed (ACC-3) when it is locked, lost the step's roles, or moved away."""
    roles = OF_JOBS[now.step].roles
    with unit_of_work(worker) as uow:
        account = account_by_id(uow.session, now.asked_by)
    if account is not None and account.locked_at is None and now.jurisdiction.startswith(account.jurisdiction):
        asker = Actor(
            account.account_id, account.name, Desk.REGISTRY, frozenset(map(Role, account.roles)), now.jurisdiction
        )
        if asker.has(*roles):
            return asker
    raise NotAllowed(Finding("ACC-3", values={"roles": [role.value for role in roles]}))


def _take_again(asker: Actor, now: Job, ids: Sequence[UUID], tools: Tools) -> Stepped:
    """The chunk, and once more where the database could not let two go on at a time: its transaction left nothing."""
    try:
        return _take(asker, now, ids, tools)
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _REPEATABLE:
            raise
        _logger.warning("job %s of %s, once more: %s", now.job_id, now.county, told(error))
        return _take(asker, now, ids, tools)


def _take(asker: Actor, now: Job, ids: Sequence[UUID], tools: Tools) -> Stepped:
    """The chunk's cases that have not moved on already; a refusal of a single one is kept like those of many.

    One that took the step since it was asked for was done before the worker was killed; one that went another way, or came
    back to where it stood, is refused: nobody asked for it as it is now.
    """
    step = OF_JOBS[now.step]
    with unit_of_work(asker) as uow:
        found = cases_by_id(uow.session, now.county, ids)
        done = stepped_since(uow.session, now.county, ids, (_LAST.get(step.name, step.name),), now.asked_at)
        touched = stepped_since(uow.session, now.county, ids, (step.name, "return"), now.asked_at)
        left = [case for case in found if follows(case, step) and case.case_id not in touched]
        moved = [case for case in found if case not in left]
    elsewhere = {
        case.number: (Finding("REG-8", "state", {"state": case.state, "step": step.name}, subject=case.number),)
        for case in moved
        if case.case_id not in done or follows(case, step)
    }
    stepped = _take_those(asker, now, left, step, tools) if left else Stepped(0)
    return Stepped(stepped.done, {**stepped.refused, **elsewhere})


def _take_those(asker: Actor, now: Job, left: Sequence[Case], step: Step, tools: Tools) -> Stepped:
    try:
        ids = [case.case_id for case in left]
        return take(asker, now.county, ids, step, press=tools.press, seal=tools.seal, said=now.said)
    except (Refused, BadInput) as error:
        if len(left) == 1:
            return Stepped(0, {left[0].number: error.findings})
        if isinstance(error, Refused):
            raise
        # A case that lacks what was asked for with the job stops itself alone.
        alone = [_take_those(asker, now, [case], step, tools) for case in left]
        return Stepped(
            sum(one.done for one in alone), {number: f for one in alone for number, f in one.refused.items()}
        )
