"""A village whose contracts run out: its roster, the decision, the renewals by job; and what ends by itself."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import UUID

from landreg.access import service
from landreg.access.service import SYSTEM, NewAccount
from landreg.core.actor import Actor
from landreg.core.periods import DAY
from landreg.log.store import seal
from landreg.registry import booking, jobs, lapses
from landreg.registry.casework import applications, cases, notices
from landreg.registry.jobs import Tools
from landreg.registry.renewal import roster_cases, rosters
from landreg.registry.renewal.rosters import Vote
from landreg.registry.rules.requests import RestrictionAsked
from landreg.registry.steps import RENEW
from tests.life_kit import PASSWORD, Life, Stage, today_of
from tests.registry_kit import HOUSEHOLD, in_state, one, pass_days, put_papers, right_of, to_rights
from tests.renewal_kit import ENDS, MINUTES, PLAN, REQUEST, WINDOW
from tests.villages import COUNTY, ISSUER, VILLAGE

CODES = tuple(f"{VILLAGE}01000{number}" for number in range(1, 6))


def renewals(on: Stage) -> Life:
    """One roster given up, the next one decided and done; a seizure that is over."""
    to_rights(on.registrar, on.reviewer, on.superuser, len(CODES), ends_on=ENDS)
    on = replace(on, registrar=_with_account(on.registrar))
    yield from _given_up(on)
    ids = yield from _decided(on)
    yield from _done(on, ids)
    yield from _lapsed(on)


def _given_up(on: Stage) -> Life:
    registrar, right = on.registrar, right_of(on.registrar)
    roster = yield "draw_up", lambda: rosters.draw_up(registrar, COUNTY, ISSUER, WINDOW, PLAN)
    yield "put_aside", lambda: rosters.put_aside(registrar, COUNTY, roster, [right], "boundary_open", "西至待核")
    yield "put_back", lambda: rosters.put_back(registrar, COUNTY, roster, [right])
    yield "open_cases", lambda: roster_cases.open_cases(registrar, COUNTY, roster)
    yield "give_up", lambda: rosters.give_up(registrar, COUNTY, roster, "方案重拟")


def _decided(on: Stage) -> Life:
    """The roster's cases, but for one that was put aside when its case was open already."""
    registrar, right = on.registrar, right_of(on.registrar)
    roster = rosters.draw_up(registrar, COUNTY, ISSUER, WINDOW, PLAN)
    batch = roster_cases.open_cases(registrar, COUNTY, roster)
    yield "put_aside opened", lambda: rosters.put_aside(registrar, COUNTY, roster, [right], "boundary_open", "待核")
    ids = in_state(registrar, batch, "draft")
    yield "accept renewal", lambda: cases.accept(registrar, COUNTY, ids)
    yield "review renewal", lambda: cases.review(on.reviewer, COUNTY, ids)
    yield "publish renewal", lambda: notices.publish(registrar, COUNTY, ids, "延包名册公示")
    pass_days(on.superuser, 40)
    vote = Vote(members=10, present=9, in_favour=9, held_on=today_of(on), minutes=MINUTES)
    yield "decide", lambda: rosters.decide(on.reviewer, COUNTY, roster, vote)
    late = [right_of(registrar, CODES[-1])]
    put = partial(rosters.put_aside, registrar, COUNTY, roster, late, "own_wish", "书面要求暂缓", REQUEST)
    yield "put_aside decided", put
    return in_state(registrar, batch, "noticed")


def _done(on: Stage, ids: list[UUID]) -> Life:
    registrar, tools = on.registrar, Tools(press=lambda: on.press, seal=lambda: seal(on.worker, on.settings))
    yield "renew", lambda: roster_cases.renew(registrar, COUNTY, ids[:1], on.press, tools.seal)
    job = yield "ask", lambda: jobs.ask(registrar, COUNTY, ids[1:], RENEW)
    yield "interrupt", lambda: jobs.interrupt(registrar, COUNTY, job)
    yield "resume", lambda: jobs.resume(registrar, COUNTY, job)
    yield "work", lambda: jobs.work(on.worker, tools)
    # What a run that fell had done already, the next one does not count once more.
    assert one(registrar, "SELECT state FROM registry.job WHERE job_id = :job", job=job) == "done"
    certified = "SELECT count(*) FROM registry.\"case\" WHERE case_id = ANY(:ids) AND state = 'certified'"
    assert one(registrar, certified, ids=ids) == len(ids)


def _lapsed(on: Stage) -> Life:
    """Two seizures past their last day: one ended by itself, one by the round of the worker."""
    for number, code in enumerate(CODES[:2]):
        until = today_of(on) + 5 * DAY
        asked = RestrictionAsked("seizure", f"样本法院{number}", "裁定", until=until)
        right = right_of(on.registrar, code)
        case = applications.apply_on_right(on.registrar, COUNTY, right, "seizure", asked)
        put_papers(on.registrar, case, "seizure")
        cases.accept(on.registrar, COUNTY, [case])
        cases.review(on.reviewer, COUNTY, [case])
        booking.register(on.reviewer, COUNTY, [case])
    pass_days(on.superuser, 10)
    right = right_of(on.registrar, HOUSEHOLD)
    held = one(
        on.registrar,
        "SELECT restriction_id FROM registry.restriction WHERE right_id = :r AND upper_inf(recorded)",
        r=right,
    )
    yield "lapse", lambda: lapses.end(lapses.OFFICE, COUNTY, right, held)
    yield "lapses", lambda: lapses.work(on.worker)
    assert (
        one(on.registrar, "SELECT count(*) FROM registry.restriction WHERE upper_inf(recorded) AND upper_inf(valid)")
        == 0
    )


def _with_account(registrar: Actor) -> Actor:
    """The registrar of the account in whose name a job goes on."""
    new = NewAccount("deng.ji", registrar.name, registrar.roles, registrar.jurisdiction)
    return replace(registrar, account_id=service.open_account(SYSTEM, new, PASSWORD))
