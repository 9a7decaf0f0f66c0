"""The auditor's desk on the real database: counts and lists agree, flags are raised, samples redraw, findings go their course."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest

from landreg.access.identity import OLD_ENOUGH_TO_MARRY, check, reveal
from landreg.audit import queries, sample_queries, samples, service
from landreg.audit.logged import register
from landreg.audit.queries import LISTS, Asked
from landreg.audit.rules import Reveal
from landreg.audit.service import Flag, NewFinding
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, NotAllowed, NotFound, Refused
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry import steps
from landreg.registry.casework import cases, opening
from landreg.registry.casework.desk import today
from landreg.registry.rules.requests import Cancellation
from tests.registry_kit import (
    Connection,
    applied,
    booked,
    codes,
    in_state,
    one,
    pass_days,
    right_of,
    to_notice,
    to_rights,
)
from tests.villages import COUNTY, VILLAGE, past_triggers, stage_village


@pytest.fixture
def registered(registrar: Actor, reviewer: Actor, superuser: Connection) -> list[UUID]:
    return to_rights(registrar, reviewer, superuser, 3)


def number_of(actor: Actor, case: UUID) -> str:
    return str(one(actor, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case))


def raised(actor: Actor, within: str = COUNTY) -> dict[str, list[Flag]]:
    with unit_of_work(actor) as uow:
        found: dict[str, list[Flag]] = {}
        for flag in service.flags(uow.session, Asked(within), today(uow.session)):
            found.setdefault(flag.finding.code, []).append(flag)
        return found


def leaves(actor: Actor, kind: str) -> list[dict[str, Any]]:
    with unit_of_work(actor) as uow:
        rows = uow.session.connection().exec_driver_sql(
            "SELECT leaf, detail FROM log.entry WHERE kind = %s ORDER BY staged_at", (kind,)
        )
        found = [(json.loads(bytes(row.leaf)), row.detail) for row in rows]
        return [leaf if detail is None else {**leaf, **json.loads(bytes(detail))} for leaf, detail in found]


# The dashboard


def test_each_figure_counts_what_its_list_shows(registered: list[UUID], auditor: Actor) -> None:
    with unit_of_work(auditor) as uow:
        now = today(uow.session)
        for month in (None, now.replace(day=1), queries.month_after(now.replace(day=1), -3)):
            asked = Asked(COUNTY, month)
            counts = queries.counted(uow.session, asked, now)
            for what in LISTS:
                listed = uow.session.execute(queries.listed(what, asked, now)).all()
                assert len(listed) == sum(sum(by.values()) for by in counts[what].values()), what
        every = queries.counted(uow.session, Asked(COUNTY), now)
    assert every["cases"] == {VILLAGE[:9]: {"registered": 6}}
    assert every["acts"] == {VILLAGE[:9]: {"registered": 7}}


def test_a_case_past_its_day_is_overdue_until_it_is_registered(
    registrar: Actor, reviewer: Actor, superuser: Connection, auditor: Actor
) -> None:
    ids = to_notice(registrar, reviewer, superuser, stage_village(superuser, 1))

    def overdue() -> int:
        with unit_of_work(auditor) as uow:
            return len(uow.session.execute(queries.listed("overdue", Asked(COUNTY), today(uow.session))).all())

    assert overdue() == 0
    pass_days(superuser, 60)
    assert overdue() == len(ids)
    steps.take(reviewer, COUNTY, ids, steps.STEPS["register"])
    assert overdue() == 0


def test_another_county_counts_nothing(registered: list[UUID], auditor: Actor) -> None:
    stranger = Actor(auditor.account_id, auditor.name, auditor.desk, auditor.roles, "610921")
    with unit_of_work(stranger) as uow:
        counts = queries.counted(uow.session, Asked(COUNTY), today(uow.session))
    assert {what: sum(map(len, by.values())) for what, by in counts.items()} == dict.fromkeys(LISTS, 0)


def test_a_year_is_counted_by_month(registered: list[UUID], auditor: Actor) -> None:
    with unit_of_work(auditor) as uow:
        now = today(uow.session)
        by_month = queries.counted_by_month(uow.session, COUNTY, now.replace(day=1), now)
    assert by_month["acts"] == {f"{now:%Y-%m}": {"registered": 7}}


# Red flags


def test_an_approval_of_one_s_own_case_is_refused_and_kept(
    superuser: Connection, registrar: Actor, auditor: Actor
) -> None:
    both = Actor(
        registrar.account_id, registrar.name, registrar.desk, frozenset({Role.REGISTRAR, Role.REVIEWER}), COUNTY
    )
    batch = opening.open_batch(both, COUNTY, stage_village(superuser, 2).package_id, VILLAGE)
    ids = in_state(both, batch, "draft")
    cases.accept(both, COUNTY, ids)
    with pytest.raises(Refused) as refused:
        steps.take(both, COUNTY, ids[:1], steps.STEPS["review"])
    assert codes(refused) == {"REG-1"}
    assert steps.take(both, COUNTY, ids[:2], steps.STEPS["review"]).done == 0
    found = {flag.finding.subject: flag for flag in raised(auditor)["AUD-1"]}
    assert {number: flag.finding.values["times"] for number, flag in found.items()} == {
        number_of(both, ids[0]): 2,
        number_of(both, ids[1]): 1,
    }
    assert found[number_of(both, ids[0])].fact.cases == (number_of(both, ids[0]),)
    assert len(leaves(auditor, "case.refused_as_own")) == 3


def test_nobody_writes_an_attempt_in_another_s_name(registered: list[UUID], as_desk: Any, registrar: Actor) -> None:
    desk = as_desk(Desk.REGISTRY, COUNTY)
    desk.execute(f"SET landreg.actor = '{registrar.account_id}'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute(
            "INSERT INTO audit.attempt VALUES (%s, gen_random_uuid(), %s, %s, 'review', 'REG-1', gen_random_uuid(), '甲', now())",
            [COUNTY, VILLAGE, registered[0]],
        )


def test_a_notice_that_ran_too_short_is_flagged_with_its_days(
    registered: list[UUID], superuser: Connection, auditor: Actor
) -> None:
    assert "AUD-2" not in raised(auditor)
    superuser.execute("UPDATE registry.notice SET last_day = published_on + 7")
    (flag,) = raised(auditor)["AUD-2"]
    assert flag.finding.values["required"] == 15
    assert 0 < flag.finding.values["given"] < 15
    assert len(flag.fact.cases) == 6


def test_an_act_at_night_is_flagged(registered: list[UUID], superuser: Connection, auditor: Actor) -> None:
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.act SET registered_at = '2026-03-04 06:00+00'")
        assert "AUD-3" not in raised(auditor)
        superuser.execute(
            "UPDATE registry.act SET registered_at = '2026-03-04 15:30+00' WHERE act_id = "
            "(SELECT act_id FROM registry.act WHERE case_id = %s)",
            [registered[0]],
        )
    (flag,) = raised(auditor)["AUD-3"]
    assert flag.fact.cases == (number_of(auditor, registered[0]),)
    assert flag.finding.values["at"] == "2026-03-04 23:30"


def job_of(superuser: Connection, cases: list[UUID], asked_at: str) -> None:
    """That the worker registered these cases in the name of who asked for it then."""
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO registry.job (county, job_id, village, step, case_ids, state, asked_by, asked_by_name, jurisdiction,
                   asked_at, asked_roles)
               VALUES (%s, gen_random_uuid(), %s, 'register', %s, 'done', gen_random_uuid(), '甲', %s, %s, '{reviewer}')""",
            [COUNTY, VILLAGE, cases, COUNTY, asked_at],
        )


def test_what_ends_by_itself_at_night_is_nobodys_act_outside_hours(
    registered: list[UUID], superuser: Connection, auditor: Actor
) -> None:
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.act SET registered_at = '2026-03-04 15:30+00'")
        assert [flag.finding.values["acts"] for flag in raised(auditor)["AUD-3"]] == [7]
        superuser.execute("UPDATE registry.act SET registered_by = %s", [WORKER.account_id])
    assert "AUD-3" not in raised(auditor)


@pytest.mark.parametrize(("asked_at", "flagged"), [("2026-03-04 08:00+00", False), ("2026-03-04 15:00+00", True)])
def test_long_work_is_judged_by_the_hour_at_which_it_was_asked_for(
    registered: list[UUID], superuser: Connection, auditor: Actor, asked_at: str, flagged: bool
) -> None:
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.act SET registered_at = '2026-03-04 16:30+00' WHERE case_id IS NOT NULL")
        superuser.execute("UPDATE registry.act SET registered_at = '2026-03-04 06:00+00' WHERE case_id IS NULL")
    assert [flag.finding.values["acts"] for flag in raised(auditor)["AUD-3"]] == [6]
    job_of(superuser, registered, asked_at)
    flags = raised(auditor).get("AUD-3", [])
    assert {flag.finding.values["at"] for flag in flags} == ({"2026-03-04 23:00"} if flagged else set())


def test_what_the_worker_registered_for_a_clerk_is_no_burst(
    registrar: Actor, reviewer: Actor, superuser: Connection, auditor: Actor
) -> None:
    ids = to_notice(registrar, reviewer, superuser, stage_village(superuser, 11))
    steps.take(reviewer, COUNTY, ids, steps.STEPS["register"])
    superuser.execute('UPDATE registry."case" SET batch_id = NULL')
    assert "AUD-4" in raised(auditor)
    job_of(superuser, ids[:2], "2026-03-04 08:00+00")
    assert "AUD-4" not in raised(auditor)


def test_a_burst_counts_single_acts_and_not_those_of_a_batch(
    registrar: Actor, reviewer: Actor, superuser: Connection, auditor: Actor
) -> None:
    ids = to_notice(registrar, reviewer, superuser, stage_village(superuser, 11))
    steps.take(reviewer, COUNTY, ids, steps.STEPS["register"])
    assert "AUD-4" not in raised(auditor)
    superuser.execute('UPDATE registry."case" SET batch_id = NULL')
    (flag,) = raised(auditor)["AUD-4"]
    assert flag.finding.values["count"] == 22


BEFORE = """
    INSERT INTO registry."right" (county, row_id, right_id, village, kind, code, household_id, contract_id, term, area_m2, mu,
        nature, valid, recorded, act_id, ended_by_act)
    SELECT county, md5('before')::uuid, right_id, village, kind, code, household_id, contract_id, term,
        CASE WHEN kind = 'homestead' THEN area_m2 / 2 ELSE area_m2 END, mu, nature, valid, tstzrange('2000-01-01', '2001-01-01'),
        act_id, act_id FROM registry."right" WHERE kind = %s ORDER BY code LIMIT 1
"""
PARCEL_BEFORE = """
    INSERT INTO registry.right_parcel (county, right_row, village, parcel_id, kind, area_m2, mu, position, valid, recorded, act_id,
        ended_by_act)
    SELECT p.county, b.row_id, p.village, p.parcel_id, p.kind, p.area_m2 / 2, p.mu, p.position, p.valid, b.recorded, p.act_id,
        p.act_id FROM registry."right" AS b JOIN registry."right" AS r USING (county, right_id)
    JOIN registry.right_parcel AS p ON p.right_row = r.row_id WHERE b.row_id = md5('before')::uuid ORDER BY p.position LIMIT 1
"""


@pytest.mark.parametrize("kind", ["homestead", "contract_management"])
def test_an_area_that_jumps_is_flagged_with_both_areas(
    registered: list[UUID], superuser: Connection, auditor: Actor, kind: str
) -> None:
    """Of a homestead, or of one parcel under a right that has several."""
    with past_triggers(superuser):
        superuser.execute(BEFORE, [kind])
        if kind != "homestead":
            superuser.execute(PARCEL_BEFORE)
    (flag,) = raised(auditor)["AUD-5"]
    assert flag.finding.values["after"] == 2 * flag.finding.values["before"]
    assert flag.finding.values["percent"] == 100
    assert str(flag.finding.values["most"]) == "10"


def test_parcels_that_come_and_go_are_no_jump_of_an_area(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, auditor: Actor
) -> None:
    right = right_of(registrar)
    parcel = one(
        registrar,
        "SELECT min(l.code) FROM registry.right_parcel AS p JOIN land.parcel AS l USING (county, parcel_id) "
        'JOIN registry."right" AS r ON r.row_id = p.right_row WHERE r.right_id = :right',
        right=right,
    )
    case = applied(registrar, "cancellation", Cancellation("ruling", parcels=(parcel,)), right)
    booked(registrar, reviewer, superuser, case, "cancellation")
    areas = one(registrar, 'SELECT count(DISTINCT area_m2) FROM registry."right" WHERE right_id = :right', right=right)
    assert areas == 2
    assert "AUD-5" not in raised(auditor)


def test_certificates_reprinted_often_are_flagged(
    registered: list[UUID], superuser: Connection, auditor: Actor
) -> None:
    with past_triggers(superuser):
        for n in range(4):
            superuser.execute(
                """INSERT INTO registry.certificate SELECT c.county, gen_random_uuid(), c.village, 'N' || %(n)s::text,
                       'S' || %(n)s::text, 'T' || %(n)s::text, c.right_kind, '00000000-0000-0000-0000-00000000000a',
                       gen_random_uuid(), c.act_id,
                       now(), c.prepared_by, '', true FROM registry."case" AS c WHERE c.case_id = %(case)s""",
                {"n": n, "case": registered[0]},
            )
    assert "AUD-6" not in raised(auditor)  # their case is none of the register's
    with past_triggers(superuser):
        for n, case in enumerate(registered[:4]):
            superuser.execute("UPDATE registry.certificate SET case_id = %s WHERE number = %s", [case, f"N{n}"])
    (flag,) = raised(auditor)["AUD-6"]
    assert (flag.finding.values["count"], len(flag.fact.cases)) == (4, 4)


def test_a_reveal_is_flagged_unless_a_case_of_those_days_is_about_it(
    registered: list[UUID], registrar: Actor, superuser: Connection, auditor: Actor
) -> None:
    person = one(registrar, "SELECT person_id FROM party.member LIMIT 1")
    household = one(registrar, 'SELECT household_code FROM registry."case" LIMIT 1')
    reveal(registrar, [person], "核对身份", household)
    assert "AUD-7" not in raised(auditor)
    reveal(registrar, [person], "随便看看", "没有这样的业务")
    assert [flag.finding.subject for flag in raised(auditor)["AUD-7"]] == ["没有这样的业务"]
    pass_days(superuser, 90)
    reveal(registrar, [person], "核对身份", household)
    assert len(raised(auditor)["AUD-7"]) == 2
    assert set(check(registrar, [person], OLD_ENOUGH_TO_MARRY, household)) == {person}
    assert len(raised(auditor)["AUD-7"]) == 2
    with pytest.raises(BadInput) as typed:
        reveal(registrar, [person], f" {OLD_ENOUGH_TO_MARRY}", household)
    assert codes(typed) == {"ACC-35"}


def test_flags_of_another_division_are_not_told(registered: list[UUID], superuser: Connection, auditor: Actor) -> None:
    superuser.execute("UPDATE registry.notice SET last_day = published_on + 7")
    assert "AUD-2" in raised(auditor, VILLAGE)
    assert "AUD-2" not in raised(auditor, "610902199")


# Samples


@pytest.fixture
def prepared(registered: list[UUID], auditor: Actor) -> str:
    return samples.prepare(auditor, "case", "random", 3)


def test_seed_and_list_are_in_the_log_before_anything_is_drawn(prepared: str, auditor: Actor) -> None:
    (leaf,) = leaves(auditor, "audit.sample_prepared")
    with unit_of_work(auditor) as uow:
        made, drawn = sample_queries.sample(uow.session, prepared) or pytest.fail("no sample")
    assert drawn is None
    assert leaf["facts"]["seed"] == made.seed
    assert leaf["facts"]["population"] == made.population
    assert len(made.population) == 6
    with pytest.raises(Conflict) as conflict:
        samples.draw_sample(auditor, prepared)
    assert codes(conflict) == {"LOG-8"}
    assert one(auditor, "SELECT count(*) FROM audit.sample_draw") == 0


def test_a_sealed_sample_is_drawn_once_and_anyone_draws_the_same(
    prepared: str, auditor: Actor, worker: Actor, database: Settings
) -> None:
    seal(worker, database)
    keys = samples.draw_sample(auditor, prepared)
    assert len(set(keys)) == 3
    with unit_of_work(auditor) as uow:
        made, drawn = sample_queries.sample(uow.session, prepared) or pytest.fail("no sample")
        assert drawn is not None
        assert drawn.keys == keys == samples.redraw(made)
    assert leaves(auditor, "audit.sample_drawn")[0]["facts"]["drawn"] == keys
    with pytest.raises(Conflict) as conflict:
        samples.draw_sample(auditor, prepared)
    assert codes(conflict) == {"AUD-14"}


def test_two_samples_of_one_list_have_seeds_of_their_own(prepared: str, auditor: Actor) -> None:
    samples.prepare(auditor, "case", "random", 3)
    assert one(auditor, "SELECT count(DISTINCT seed) FROM audit.sample") == 2


def test_a_sample_by_risk_takes_the_flagged_case_first(
    registered: list[UUID], superuser: Connection, auditor: Actor, worker: Actor, database: Settings
) -> None:
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.act SET registered_at = '2026-03-04 06:00+00'")
        superuser.execute(
            "UPDATE registry.act SET registered_at = '2026-03-04 18:00+00' WHERE case_id = %s", [registered[4]]
        )
    number = samples.prepare(auditor, "case", "by_risk", 1)
    seal(worker, database)
    assert samples.draw_sample(auditor, number) == [number_of(auditor, registered[4])]


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"size": 0}, "AUD-13", "size"),
        ({"size": 1001}, "AUD-13", "size"),
        ({"kind": "parcel"}, "FORM-5", "kind"),
        ({"method": "lucky"}, "FORM-5", "method"),
        ({"within": "610921"}, "FORM-5", "within"),
        ({"month": date(2001, 1, 1)}, "AUD-13", "within"),
    ],
)
def test_a_sample_that_cannot_be_is_refused_by_its_field(
    registered: list[UUID], auditor: Actor, asked: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        samples.prepare(auditor, **{"kind": "case", "method": "random", "size": 3, **asked})
    assert [(finding.code, finding.field) for finding in refused.value.findings] == [(code, field)]


def test_openings_of_identity_data_are_sampled_those_without_a_case_first(
    registered: list[UUID], registrar: Actor, auditor: Actor, worker: Actor, database: Settings
) -> None:
    person = one(registrar, "SELECT person_id FROM party.member LIMIT 1")
    household = one(registrar, 'SELECT household_code FROM registry."case" LIMIT 1')
    reveal(registrar, [person], "核对身份", household)
    reveal(registrar, [person], "随便看看", "没有这样的业务")
    number = samples.prepare(auditor, "opening", "by_risk", 1)
    seal(worker, database)
    (key,) = samples.draw_sample(auditor, number)
    with unit_of_work(auditor) as uow:
        assert queries.subject(uow.session, "opening", key).reason == "随便看看"


def test_an_officer_draws_no_sample(registered: list[UUID], registrar: Actor) -> None:
    with pytest.raises(NotAllowed):
        samples.prepare(registrar, "case", "random", 3)


# Findings


@pytest.fixture
def finding(registered: list[UUID], auditor: Actor) -> str:
    return service.write_finding(
        auditor, NewFinding("case", number_of(auditor, registered[0]), "公告不足", "少三个工作日", "AUD-2")
    )


def state_of(actor: Actor, number: str) -> str:
    with unit_of_work(actor) as uow:
        found = queries.finding(uow.session, number)
        assert found is not None
        return queries.STEPS_TO[queries.events_of(uow.session, found)[-1].step]


def test_a_finding_is_answered_reopened_answered_and_closed_and_the_log_has_each_step(
    finding: str, auditor: Actor, registrar: Actor, reviewer: Actor
) -> None:
    assert state_of(registrar, finding) == "open"
    service.answer_finding(registrar, finding, "已补公告")
    assert state_of(auditor, finding) == "answered"
    service.reopen_finding(auditor, finding, "仍差一日")
    service.answer_finding(reviewer, finding, "重新公告")
    service.close_finding(auditor, finding, "已核实")
    assert state_of(registrar, finding) == "closed"
    told = leaves(auditor, "audit.finding")
    assert [leaf["facts"]["step"] for leaf in told] == ["write", "answer", "reopen", "answer", "close"]
    assert "少三个工作日" not in json.dumps(told, ensure_ascii=False)


def test_a_finding_keeps_its_course(finding: str, auditor: Actor, registrar: Actor) -> None:
    with pytest.raises(Refused) as refused:
        service.close_finding(auditor, finding, "没有答复就办结")
    assert codes(refused) == {"AUD-11"}
    service.answer_finding(registrar, finding, "已补")
    with pytest.raises(Refused) as refused:
        service.answer_finding(registrar, finding, "再答一次")
    assert codes(refused) == {"AUD-11"}
    assert state_of(auditor, finding) == "answered"


def test_of_two_who_act_at_once_one_is_told_to_look_again(
    finding: str, as_desk: Any, auditor: Actor, registrar: Actor
) -> None:
    service.answer_finding(registrar, finding, "已补")
    desk = as_desk(Desk.AUDITOR, COUNTY)
    desk.execute(f"SET landreg.actor = '{auditor.account_id}'")
    with pytest.raises(psycopg.errors.UniqueViolation) as refused:
        desk.execute(
            """INSERT INTO audit.finding_event SELECT county, finding_id, 2, village, 'close', by, by_name, at, text
               FROM audit.finding_event WHERE "position" = 1"""
        )
    assert refused.value.diag.constraint_name == "aud_12_one_step_at_a_time"  # AUD-12: said so to the second


def test_the_bureau_only_answers_and_the_auditor_only_follows_up(
    finding: str, as_desk: Any, auditor: Actor, registrar: Actor
) -> None:
    for desk_name, actor, step in ((Desk.REGISTRY, registrar, "close"), (Desk.AUDITOR, auditor, "answer")):
        desk = as_desk(desk_name, COUNTY)
        desk.execute(f"SET landreg.actor = '{actor.account_id}'")
        with pytest.raises(psycopg.Error) as refused:
            desk.execute(
                f"""INSERT INTO audit.finding_event SELECT county, finding_id, 2, village, '{step}', access.actor(), '', at, text
                    FROM audit.finding_event"""
            )
        assert refused.value.sqlstate in ("42501", "23000")
    for step in (service.close_finding, service.reopen_finding):
        with pytest.raises(NotAllowed):
            step(registrar, finding, "办结")
    with pytest.raises(NotAllowed):
        service.answer_finding(auditor, finding, "自问自答")


def test_a_finding_of_an_opening_or_an_officer_is_answered_by_another(
    registered: list[UUID], auditor: Actor, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor,
    database: Settings,
) -> None:  # fmt: skip
    """AUD-7 leads to one, AUD-32 holds it: by rule of the database, whatever desk asks."""
    person = one(registrar, "SELECT person_id FROM party.member LIMIT 1")
    reveal(registrar, [person], "看看", "没有业务")
    (flag,) = raised(auditor)["AUD-7"]
    assert isinstance(flag.fact, Reveal)
    superuser.execute(
        """INSERT INTO access.account (account_id, login, name, desk, roles, jurisdiction, password_hash,
               password_temporary, opened_at, opened_by)
           VALUES (%s, 'clerk', %s, 'registry', '{registrar}', %s, 'x', false, now(), %s)""",
        [registrar.account_id, registrar.name, COUNTY, registrar.account_id],
    )
    for kind, subject in (("opening", flag.fact.opening), ("officer", "clerk")):
        number = service.write_finding(auditor, NewFinding(kind, subject, "无业务查看", "请说明", "AUD-7"))
        with pytest.raises(Refused) as refused:
            service.answer_finding(registrar, number, "工作需要")
        assert codes(refused) == {"AUD-32"}
        service.answer_finding(reviewer, number, "已查明")
        assert state_of(auditor, number) == "answered"
    seal(worker, database)
    # The account came past the desks, as it does in no register.
    assert {f.layer for f in recheck_register(worker, database, register()).findings} == {"access.account"}
    with past_triggers(superuser):
        superuser.execute("UPDATE audit.finding SET about = %s WHERE subject_kind = 'officer'", [reviewer.account_id])
    named = {f.layer for f in recheck_register(worker, database, register()).findings}
    assert named == {"access.account", "audit.finding"}
    for kind, subject in (("opening", "x"), ("officer", "nobody")):
        with pytest.raises(BadInput) as bad:
            service.write_finding(auditor, NewFinding(kind, subject, "无业务查看", "请说明"))
        assert codes(bad) == {"AUD-15"}


def test_what_was_written_is_never_changed(finding: str, as_desk: Any) -> None:
    for desk_name in (Desk.AUDITOR, Desk.REGISTRY):
        desk = as_desk(desk_name, COUNTY)
        for statement in ("UPDATE audit.finding_event SET text = '改'", "DELETE FROM audit.finding"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                desk.execute(statement)


def test_a_finding_names_what_the_jurisdiction_has_and_says_something(registered: list[UUID], auditor: Actor) -> None:
    with pytest.raises(BadInput) as refused:
        service.write_finding(auditor, NewFinding("case", "没有", "", " "))
    assert {(finding.code, finding.field) for finding in refused.value.findings} == {
        ("AUD-15", "subject"),
        ("AUD-10", "title"),
        ("AUD-10", "text"),
    }


def test_another_county_s_finding_is_not_found(finding: str, registrar: Actor) -> None:
    stranger = Actor(registrar.account_id, "外县", registrar.desk, registrar.roles, "610921")
    with pytest.raises(NotFound):
        service.answer_finding(stranger, finding, "不相干")
