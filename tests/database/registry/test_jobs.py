"""Steps over many cases as jobs: nothing twice, nothing lost, whoever is killed and whenever."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import text

from landreg import worker
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.core.alive import ALIVE
from landreg.core.db import Unavailable, unit_of_work
from landreg.core.errors import Conflict, Finding, NotAllowed, NotFound, Refused
from landreg.law.queries import load_law
from landreg.log.store import seal
from landreg.registry import jobs
from landreg.registry.casebook import Job
from landreg.registry.casework import cases, desk, opening
from landreg.registry.documents import Store
from landreg.registry.issued.certificates import Press
from landreg.registry.jobs import Tools
from landreg.registry.papers.signing import SignerUnusable, make_demo_signer
from landreg.registry.rules.requests import RestrictionAsked
from landreg.registry.steps import STEPS
from tests.registry_kit import applied, codes, in_state, one, put_paper, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers, stage_village

TOOLS = Tools(press=lambda: None, seal=lambda: None)
# How many certificates the planner knows of.
COUNTED = "SELECT reltuples::int FROM pg_catalog.pg_class WHERE oid = 'registry.certificate'::regclass"


@pytest.fixture
def batch(superuser: Any, registrar: Actor) -> UUID:
    return opening.open_batch(registrar, COUNTY, stage_village(superuser, 4).package_id, VILLAGE)


@pytest.fixture(autouse=True)
def accounts(superuser: Any, registrar: Actor, reviewer: Actor) -> None:
    """The accounts in whose name jobs go on."""
    for actor in (registrar, reviewer):
        superuser.execute(
            """INSERT INTO access.account (account_id, login, name, desk, roles, jurisdiction, password_hash,
                   password_temporary, opened_at, opened_by)
               VALUES (%s, %s, %s, 'registry', %s, %s, 'x', false, now(), %s)""",
            [actor.account_id, f"u{actor.account_id.int}", actor.name, sorted(actor.roles),
             actor.jurisdiction, actor.account_id],
        )  # fmt: skip


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "CHUNK", dict.fromkeys(jobs.CHUNK, 3))


def job(job_id: UUID) -> Job:
    with unit_of_work(WORKER) as uow:
        found = desk.job(uow.session, COUNTY, job_id)
    assert found is not None
    return found


def ask(actor: Actor, batch: UUID, step: str, *states: str) -> UUID:
    return jobs.ask(actor, COUNTY, in_state(actor, batch, *states), STEPS[step], batch, "已核对档案原件")


@pytest.mark.usefixtures("small_chunks")
def test_the_worker_takes_a_job_to_its_end_in_the_name_of_who_asked(batch: UUID, registrar: Actor) -> None:
    job_id = ask(registrar, batch, "accept", "draft")
    assert jobs.work(WORKER, TOOLS) == 1
    done = job(job_id)
    assert (done.state, done.position, done.done, done.refused) == ("done", 8, 8, [])
    by = one(registrar, "SELECT DISTINCT by_name FROM registry.case_event WHERE step = 'accept'")
    assert by == registrar.name
    assert jobs.work(WORKER, TOOLS) == 0


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_that_is_told_to_end_leaves_the_rest_to_the_next_one(batch: UUID, registrar: Actor) -> None:
    job_id = ask(registrar, batch, "accept", "draft")
    looks = iter([False, True])
    jobs.work(WORKER, Tools(press=lambda: None, seal=lambda: None, ending=lambda: next(looks)))
    assert (job(job_id).state, job(job_id).position) == ("running", 3)
    jobs.work(WORKER, TOOLS)
    assert (job(job_id).state, job(job_id).done) == ("done", 8)


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_that_was_done_before_the_worker_died_is_not_done_again(batch: UUID, registrar: Actor) -> None:
    ids = in_state(registrar, batch, "draft")
    job_id = ask(registrar, batch, "accept", "draft")
    cases.accept(registrar, COUNTY, ids[:3])
    jobs.work(WORKER, TOOLS)
    assert (job(job_id).state, job(job_id).done, job(job_id).refused) == ("done", 5, [])
    assert (job(job_id).before, job(job_id).whole) == (3, 8)
    assert one(registrar, "SELECT count(*) FROM registry.case_event WHERE step = 'accept'") == 8


@pytest.mark.usefixtures("small_chunks")
def test_a_case_that_went_another_way_since_the_job_was_asked_for_is_not_counted_as_done(
    batch: UUID, registrar: Actor
) -> None:
    ids = in_state(registrar, batch, "draft")
    job_id = ask(registrar, batch, "accept", "draft")
    cases.accept(registrar, COUNTY, ids[:1])
    cases.withdraw(registrar, COUNTY, ids[1:2], "申请人撤回")
    jobs.work(WORKER, TOOLS)
    ended = job(job_id)
    assert (ended.state, ended.done, ended.before, ended.whole) == ("done", 6, 1, 7)
    (refused,) = ended.refused
    assert [finding["code"] for finding in refused["findings"]] == ["REG-8"]


@pytest.mark.usefixtures("small_chunks")
def test_a_case_that_was_accepted_by_hand_and_returned_while_the_job_rested_is_refused_by_name(
    batch: UUID, registrar: Actor, reviewer: Actor
) -> None:
    ids = in_state(registrar, batch, "draft")
    job_id = ask(registrar, batch, "accept", "draft")
    jobs.interrupt(registrar, COUNTY, job_id)
    cases.accept(registrar, COUNTY, ids[:1])
    cases.return_for_completion(reviewer, COUNTY, ids[:1], "缺承包合同")
    jobs.resume(registrar, COUNTY, job_id)
    jobs.work(WORKER, TOOLS)
    ended = job(job_id)
    assert (ended.state, ended.done, ended.before) == ("done", 7, 0)
    number = one(
        registrar, """SELECT number FROM registry."case" WHERE case_id = :case AND state = 'returned'""", case=ids[0]
    )
    assert [(refused["number"], refused["findings"][0]["code"]) for refused in ended.refused] == [(number, "REG-8")]


def test_acts_without_a_notice_are_registered_by_a_job_from_their_review(
    registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    asked = RestrictionAsked("seizure", "甲法院", "裁定")
    case = applied(registrar, "seizure", asked, right_of(registrar))
    for actor, step in ((registrar, cases.accept), (reviewer, cases.review)):
        step(actor, COUNTY, [case])
    job_id = jobs.ask(registrar, COUNTY, [case], STEPS["register"])
    jobs.work(WORKER, TOOLS)
    assert (job(job_id).state, job(job_id).done, job(job_id).refused) == ("done", 1, [])
    assert one(registrar, "SELECT count(*) FROM registry.restriction WHERE party = '甲法院'") == 1


def test_an_act_with_a_notice_is_not_registered_by_a_job_before_it(
    batch: UUID, registrar: Actor, reviewer: Actor
) -> None:
    cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    cases.review(reviewer, COUNTY, in_state(registrar, batch, "accepted"))
    job_id = ask(registrar, batch, "register", "reviewed")
    jobs.work(WORKER, TOOLS)
    assert (job(job_id).done, len(job(job_id).refused)) == (0, 8)
    assert {finding["code"] for refused in job(job_id).refused for finding in refused["findings"]} == {"REG-8"}


@pytest.mark.usefixtures("small_chunks")
def test_between_its_turns_a_job_gives_way_to_what_else_is_due_and_to_other_jobs(
    batch: UUID, registrar: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With turns of one chunk: each job has its chunk, then the worker's other duties, and so on."""
    monkeypatch.setattr(jobs, "TURN_S", 0.0)
    ids = in_state(registrar, batch, "draft")
    asked = [jobs.ask(registrar, COUNTY, half, STEPS["accept"]) for half in (ids[:4], ids[4:])]
    seen: list[Any] = []
    alive: list[int] = []
    tools = Tools(
        press=lambda: None,
        seal=lambda: None,
        others=lambda: seen.append([job(each).position for each in asked]),
        alive=lambda: alive.append(1),
    )
    assert jobs.work(WORKER, tools) == 2
    assert seen[:2] == [[3, 0], [3, 3]]
    assert [job(each).state for each in asked] == ["done", "done"]
    assert len(alive) == 6
    assert {job(each).started_from for each in asked} == {0}


@pytest.mark.usefixtures("small_chunks")
def test_the_log_is_sealed_between_the_turns_of_a_job(
    batch: UUID, registrar: Actor, superuser: Any, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TURN_S", 0.0)
    before = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT)]
    job_id = ask(registrar, batch, "accept", "draft")
    try:
        worker.run(database, once=True)
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    assert (job(job_id).state, job(job_id).done) == ("done", 8)
    sealed = superuser.execute("SELECT array_agg(size ORDER BY size) FROM log.checkpoint").fetchone()
    assert sealed == ([3, 6, 8],)
    assert (database.home / ALIVE).exists()


@pytest.mark.usefixtures("small_chunks")
def test_an_interrupted_job_stops_after_its_chunk_and_goes_on_when_resumed(batch: UUID, registrar: Actor) -> None:
    job_id = ask(registrar, batch, "accept", "draft")
    asked = iter([False, False])

    def interrupt_once() -> bool:
        if next(asked, None) is None:
            return False
        if job(job_id).position:
            jobs.interrupt(registrar, COUNTY, job_id)
        return False

    jobs.work(WORKER, Tools(press=lambda: None, seal=lambda: None, ending=interrupt_once))
    assert (job(job_id).state, job(job_id).position) == ("stopped", 3)
    assert jobs.work(WORKER, TOOLS) == 0
    jobs.resume(registrar, COUNTY, job_id)
    jobs.work(WORKER, TOOLS)
    assert (job(job_id).state, job(job_id).done) == ("done", 8)


def test_cases_that_are_refused_are_listed_with_their_findings_and_do_not_stop_the_others(
    batch: UUID, registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    superuser.execute('UPDATE registry."case" SET prepared_by = %s WHERE case_id = %s', [reviewer.account_id, ids[0]])
    job_id = ask(reviewer, batch, "review", "accepted")
    jobs.work(WORKER, TOOLS)
    done = job(job_id)
    assert (done.state, done.done) == ("done", 7)
    assert [finding["code"] for refused in done.refused for finding in refused["findings"]] == ["REG-1"]
    # REG-45: the words are of those alone that were reviewed.
    words = "SELECT case_id FROM registry.case_event WHERE step = 'without_papers' AND reason = '已核对档案原件'"
    assert {case for (case,) in superuser.execute(words)} == set(ids[1:])


def test_a_case_whose_paper_is_gone_since_the_job_was_asked_for_stops_itself_alone(
    batch: UUID, registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    """REG-45: no words were asked for, since no paper lacked."""
    ids = in_state(registrar, batch, "draft")
    for case in ids:
        for paper in ("application", "identity", "contract", "approval"):
            put_paper(registrar, case, paper)
    cases.accept(registrar, COUNTY, ids)
    job_id = jobs.ask(reviewer, COUNTY, ids, STEPS["review"], batch)
    with past_triggers(superuser):
        superuser.execute("DELETE FROM registry.case_document WHERE case_id = %s", [ids[0]])
    jobs.work(WORKER, TOOLS)
    done = job(job_id)
    assert (done.state, done.done) == ("done", 7)
    assert [finding["code"] for refused in done.refused for finding in refused["findings"]] == ["REG-45"]


def test_no_words_are_asked_of_cases_that_another_reviews(
    batch: UUID, registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    superuser.execute(
        'UPDATE registry."case" SET prepared_by = %s WHERE case_id = ANY (%s)', [reviewer.account_id, ids]
    )
    job_id = jobs.ask(reviewer, COUNTY, ids, STEPS["review"], batch)
    jobs.work(WORKER, TOOLS)
    found = {finding["code"] for refused in job(job_id).refused for finding in refused["findings"]}
    assert (job(job_id).done, found) == (0, {"REG-1"})


def test_one_job_at_a_time_works_on_a_batch(batch: UUID, registrar: Actor) -> None:
    ask(registrar, batch, "accept", "draft")
    with pytest.raises(Refused) as refused:
        ask(registrar, batch, "accept", "draft")
    assert codes(refused) == {"REG-16"}


def test_a_job_needs_the_role_of_its_step_and_cases_of_the_jurisdiction(
    batch: UUID, registrar: Actor, reviewer: Actor
) -> None:
    ids = in_state(registrar, batch, "draft")
    with pytest.raises(NotAllowed):
        jobs.ask(reviewer, COUNTY, ids, STEPS["accept"])
    with pytest.raises(Refused):
        jobs.ask(registrar, COUNTY, [], STEPS["accept"])
    stranger = Actor(registrar.account_id, "外镇", registrar.desk, registrar.roles, "610902105")
    with pytest.raises(NotFound):
        jobs.ask(stranger, COUNTY, ids, STEPS["accept"])


def test_what_is_done_is_neither_interrupted_nor_resumed(batch: UUID, registrar: Actor) -> None:
    job_id = ask(registrar, batch, "accept", "draft")
    jobs.work(WORKER, TOOLS)
    for turn in (jobs.interrupt, jobs.resume):
        with pytest.raises(Conflict):
            turn(registrar, COUNTY, job_id)


def test_a_job_issues_certificates_after_sealing_what_was_registered(
    registrar: Actor, reviewer: Actor, superuser: Any, database: Settings, tmp_path: Path
) -> None:
    ids = to_rights(registrar, reviewer, superuser, 1)
    press = Press(make_demo_signer(tmp_path), Store(tmp_path / "store"), "http://localhost")
    job_id = jobs.ask(registrar, COUNTY, ids, STEPS["certify"])
    jobs.work(WORKER, Tools(press=lambda: press, seal=lambda: seal(WORKER, database)))
    assert (job(job_id).state, job(job_id).done, job(job_id).findings) == ("done", 2, [])
    assert one(registrar, "SELECT count(*) FROM registry.certificate") == 2
    assert superuser.execute(COUNTED).fetchone() == (2,)


def test_a_job_that_cannot_go_on_says_why_and_can_be_resumed(
    registrar: Actor, reviewer: Actor, superuser: Any, tmp_path: Path
) -> None:
    ids = to_rights(registrar, reviewer, superuser, 1)
    press = Press(make_demo_signer(tmp_path), Store(tmp_path / "store"), "http://localhost")
    job_id = jobs.ask(registrar, COUNTY, ids, STEPS["certify"])
    jobs.work(WORKER, Tools(press=lambda: press, seal=lambda: None))
    failed = job(job_id)
    assert failed.done == 0
    said = {finding["code"] for finding in failed.findings} | {
        finding["code"] for refused in failed.refused for finding in refused["findings"]
    }
    assert said & {"REG-13", "LOG-8"}


def test_a_job_of_certificates_fails_with_the_reason_where_the_log_is_sealed_no_more(
    registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    ids = to_rights(registrar, reviewer, superuser, 1)
    refusals: list[Any] = []

    def rolled_back() -> None:
        refusals.append(Finding("LOG-4", values={"copied": 9, "size": 3, "folder": "/copies"}))
        raise Conflict(refusals[-1])

    job_id = jobs.ask(registrar, COUNTY, ids, STEPS["certify"])
    waits_behind = jobs.ask(registrar, COUNTY, ids, STEPS["certify"])
    jobs.work(WORKER, Tools(press=lambda: None, seal=rolled_back))
    for one_job in (job(job_id), job(waits_behind)):
        assert (one_job.state, [finding["code"] for finding in one_job.findings]) == ("failed", ["LOG-4"])
    assert len(refusals) == 2


def test_a_job_without_a_signing_key_fails_and_leaves_the_worker_alive(
    registrar: Actor, reviewer: Actor, superuser: Any, database: Settings
) -> None:
    ids = to_rights(registrar, reviewer, superuser, 1)

    def no_key() -> Any:
        raise SignerUnusable("no key")

    job_id = jobs.ask(registrar, COUNTY, ids, STEPS["certify"])
    jobs.work(WORKER, Tools(press=no_key, seal=lambda: seal(WORKER, database)))
    failed = job(job_id)
    assert failed.state == "failed"
    assert [finding["code"] for finding in failed.findings] == ["SYS-4"]


@pytest.mark.parametrize("fault", [IndexError("3"), ValueError("no number")])
def test_whatever_a_job_raises_it_fails_and_leaves_the_worker_alive(
    registrar: Actor, reviewer: Actor, superuser: Any, database: Settings, fault: Exception
) -> None:
    ids = to_rights(registrar, reviewer, superuser, 1)

    def broken() -> Any:
        raise fault

    job_id = jobs.ask(registrar, COUNTY, ids, STEPS["certify"])
    assert jobs.work(WORKER, Tools(press=broken, seal=lambda: seal(WORKER, database))) == 1
    failed = job(job_id)
    assert (failed.state, [finding["code"] for finding in failed.findings]) == ("failed", ["SYS-4"])


@pytest.mark.parametrize(("times", "state"), [(1, "done"), (2, "failed")])
@pytest.mark.parametrize("fault", [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure])
def test_a_chunk_that_met_another_s_locks_is_taken_once_more(
    batch: UUID, registrar: Actor, monkeypatch: pytest.MonkeyPatch, times: int, state: str, fault: type[psycopg.Error]
) -> None:
    job_id = ask(registrar, batch, "accept", "draft")
    faults, take = [fault()] * times, jobs.take

    def locked(*given: Any, **named: Any) -> Any:
        if faults:
            raise sa.exc.OperationalError("UPDATE", {}, faults.pop())
        return take(*given, **named)

    monkeypatch.setattr(jobs, "take", locked)
    jobs.work(WORKER, TOOLS)
    assert job(job_id).state == state


def test_a_database_that_goes_away_leaves_the_job_to_be_taken_up_again(
    batch: UUID, registrar: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = ask(registrar, batch, "accept", "draft")

    def gone(*_given: Any, **_named: Any) -> Any:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "take", gone)
        with pytest.raises(Unavailable):
            jobs.work(WORKER, TOOLS)
    assert job(job_id).state == "running"
    jobs.work(WORKER, TOOLS)
    assert job(job_id).done == 8


def test_only_who_asked_for_a_job_goes_on_with_it(batch: UUID, registrar: Actor, reviewer: Actor) -> None:
    job_id = ask(registrar, batch, "accept", "draft")
    jobs.interrupt(reviewer, COUNTY, job_id)
    other = Actor(reviewer.account_id, "登记员丁", registrar.desk, registrar.roles, registrar.jurisdiction)
    with pytest.raises(NotAllowed):
        jobs.resume(other, COUNTY, job_id)
    assert job(job_id).state == "stopped"
    jobs.resume(registrar, COUNTY, job_id)
    assert job(job_id).state == "waiting"


@pytest.mark.parametrize(
    "change",
    [
        "locked_at = now(), locked_by = account_id",
        "roles = '{reviewer}'",
        "jurisdiction = '610902105'",
        "jurisdiction = '610921'",
    ],
)
@pytest.mark.usefixtures("small_chunks")
def test_a_job_fails_when_the_account_that_asked_may_no_longer(
    batch: UUID, registrar: Actor, superuser: Any, change: str
) -> None:
    job_id = ask(registrar, batch, "accept", "draft")
    looks = iter([False, True])
    jobs.work(WORKER, Tools(press=lambda: None, seal=lambda: None, ending=lambda: next(looks)))
    assert job(job_id).position == 3
    superuser.execute(f"UPDATE access.account SET {change} WHERE account_id = %s", [registrar.account_id])
    jobs.work(WORKER, TOOLS)
    failed = job(job_id)
    assert (failed.state, failed.position, [finding["code"] for finding in failed.findings]) == ("failed", 3, ["ACC-3"])
    assert len(in_state(registrar, batch, "draft")) == 5


def test_a_job_says_what_it_refuses_by_the_law_of_its_county_on_the_day_in_beijing(
    batch: UUID, registrar: Actor, superuser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def load(session: Any, county: str, on: Any) -> Any:
        asked.append((county, on))
        return load_law(session, county, on)

    monkeypatch.setattr(jobs, "load_law", load)
    # 20:00 UTC is four in the morning of the next day in Beijing.
    superuser.execute(
        """INSERT INTO system.demo (ahead) VALUES (date_trunc('day', now(), 'UTC') + interval '2 days 20 hours' - now())"""
    )
    ask(registrar, batch, "accept", "draft")
    jobs.work(WORKER, TOOLS)
    tomorrow = one(registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    assert tomorrow != one(registrar, "SELECT (system.clock() AT TIME ZONE 'UTC')::date")
    assert asked == [(COUNTY, tomorrow)]


def test_what_a_job_stumbled_over_is_logged_without_the_row(
    batch: UUID, registrar: Actor, superuser: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "林木" + "生"  # joined here, since a traceback shows lines of code

    def twice(asker: Actor, *_given: Any, **_named: Any) -> Any:
        with unit_of_work(asker) as uow:
            row = text("INSERT INTO land.division (code, name, level, parent) VALUES (:code, :name, 'village', NULL)")
            uow.session.execute(row, {"code": "x", "name": name})

    monkeypatch.setattr(jobs, "take", twice)
    job_id = ask(registrar, batch, "accept", "draft")
    jobs.work(WORKER, TOOLS)
    assert job(job_id).state == "failed"
    assert "IntegrityError 23502" in caplog.text
    assert name not in caplog.text


def test_a_job_under_way_keeps_no_transaction_open_and_is_no_other_workers(
    batch: UUID, registrar: Actor, superuser: Any
) -> None:
    """An open one would keep the database from clearing dead rows for as long as the job takes."""
    seen: list[Any] = []

    def look() -> bool:
        open_ones = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL
                       AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
        seen.append((superuser.execute(open_ones).fetchone(), jobs.work(WORKER, TOOLS)))
        return False

    ask(registrar, batch, "accept", "draft")
    assert jobs.work(WORKER, Tools(press=lambda: None, seal=lambda: None, ending=look)) == 1
    assert seen == [((0,), 0)] * 2
