"""The demonstration keeps away from a register in service, and does not pass off a certificate that is not proven."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from landreg import demo, demo_clock, demo_own, demo_staff, demo_survey, demo_waiting, keys
from landreg.access.sealing import use_key
from landreg.access.service import SYSTEM, NewAccount, open_account
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.errors import BadInput, Refused
from landreg.core.files import Store
from landreg.demo_market import Market
from landreg.demo_steps import bars
from landreg.demo_year import Office
from landreg.land.survey import opened
from landreg.law.book import national_law
from landreg.log.note import Signer
from landreg.log.store import seal
from landreg.registry.casework import opening
from landreg.registry.issued import certificates
from tests.bidding_kit import SECOND
from tests.conftest import Connection
from tests.database.registry.test_household_acts import rechecked
from tests.exchange_kit import OPERATOR, market
from tests.registry_kit import codes, one, pass_days, to_rights
from tests.villages import COUNTY, VILLAGE, stage_village


@pytest.mark.parametrize("used", ["village", "account"])
def test_a_database_in_service_is_not_turned_into_a_demonstration(
    database: Settings, superuser: Connection, used: str
) -> None:
    if used == "village":
        stage_village(superuser, 1)
    else:
        administrator = NewAccount("guan", "管理员", frozenset({Role.ADMINISTRATOR}), "6109")
        open_account(SYSTEM, administrator, "清明前后种瓜又点豆了")
    with pytest.raises(Refused) as refused:
        demo.run(database, Console(quiet=True))
    assert codes(refused) == {"DEMO-1"}


def test_a_demonstration_that_was_not_asked_for_says_which_setting_asks_for_it(database: Settings) -> None:
    with pytest.raises(BadInput) as refused:
        demo.run(replace(database, demo=False), Console(quiet=True))
    assert codes(refused) == {"DEMO-3"}
    assert "LANDREG_DEMO=yes" in national_law(COUNTY, date(2026, 11, 1)).say(refused.value.findings[0], "zh")


@pytest.mark.parametrize("missing", [(), ("heard",)])
def test_a_step_of_the_seeding_that_is_done_is_never_taken_again_among_the_cases_of_users(
    database: Settings,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    missing: tuple[str, ...],
    tmp_path: Path,
) -> None:
    """A right that waits for its certificate waits on: nobody asked for it."""
    to_rights(registrar, reviewer, superuser, households=1)
    superuser.execute("DELETE FROM system.demo")
    superuser.execute("INSERT INTO system.demo (seeded) VALUES (%s)", [sorted(demo.SEEDED - set(missing))])
    before = superuser.execute("SELECT count(*) FROM log.entry").fetchone()
    for _ in range(2):
        with bars(Console(quiet=True)) as steps:
            demo._seed(steps, replace(database, home=tmp_path))
    assert superuser.execute('SELECT DISTINCT state FROM registry."case" WHERE waits').fetchall() == [("registered",)]
    assert superuser.execute("SELECT count(*) FROM registry.certificate").fetchone() == (0,)
    assert demo._remembered(database) == demo.SEEDED
    assert (superuser.execute("SELECT count(*) FROM log.entry").fetchone() == before) == (not missing)


def test_the_sample_is_handed_in_with_contracts_that_were_signed_before_the_office_began(tmp_path: Path) -> None:
    """TER-9 by the register's own day; the copy is the same whenever it is made, so that a killed run knows its package."""
    made = demo_survey.signed_earlier(demo_survey.SAMPLE, tmp_path)
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    assert hashlib.sha256(demo_survey.signed_earlier(demo_survey.SAMPLE, tmp_path).read_bytes()).hexdigest() == digest
    began, read_on = date(2024, 12, 24), date(2026, 11, 28)
    with opened(demo_survey.SAMPLE, began, read_on=read_on) as given, opened(made, began, read_on=read_on) as handed_in:
        assert "TER-9" in {one.code for one in given.findings}
        assert not handed_in.refused


def test_the_clock_of_a_demonstration_alone_is_moved_on(database: Settings, superuser: Connection) -> None:
    superuser.execute("DELETE FROM system.demo")
    with pytest.raises(Refused) as refused:
        demo_clock.move_on(database, 15)
    assert codes(refused) == {"DEMO-1"}
    assert superuser.execute("SELECT count(*) FROM system.demo").fetchone() == (0,)
    pass_days(superuser, 3)
    (before,) = superuser.execute("SELECT system.clock()").fetchone()  # type: ignore[misc]
    told = demo_clock.move_on(database, 15)
    assert timedelta(days=15) <= told - before < timedelta(days=15, minutes=1)
    (after,) = superuser.execute("SELECT system.clock()").fetchone()  # type: ignore[misc]
    assert after - told < timedelta(minutes=1)


def test_each_move_of_the_clock_of_a_demonstration_is_told_to_the_log(
    database: Settings, superuser: Connection, worker: Actor
) -> None:
    """Nothing on a database in service; on a demonstration from when to when, and recheck finds nothing amiss."""
    superuser.execute("DELETE FROM system.demo")
    with pytest.raises(Refused):
        demo_clock.move_on(database, 15)
    told = "SELECT convert_from(leaf, 'UTF8')::jsonb -> 'facts' FROM log.entry WHERE kind = 'demo.clock_moved' ORDER BY staged_at"
    assert superuser.execute(told).fetchall() == []
    pass_days(superuser, 3)
    demo_clock.move_on(database, 15)
    demo_clock.move_on(database, 1)
    moves = [row[0] for row in superuser.execute(told).fetchall()]
    spans = [datetime.fromisoformat(one["to"]) - datetime.fromisoformat(one["from"]) for one in moves]
    assert spans == [timedelta(days=15), timedelta(days=1)]
    assert rechecked(database, worker) == []


def test_a_certificate_is_not_shown_as_proven_under_another_logs_key(
    database: Settings, superuser: Connection, registrar: Actor, reviewer: Actor, worker: Actor, tmp_path: Path
) -> None:
    ids = to_rights(registrar, reviewer, superuser, households=1)
    seal(worker, database)
    press = certificates.Press(keys.certificate_signer(database), Store(database.store), database.base_url)
    certificates.issue(registrar, COUNTY, ids, press)
    demo.prove(database, Console(quiet=True))
    other = tmp_path / "other.pub"
    other.write_text(Signer("landreg.ankang/log", bytes(32)).verifier + "\n")
    with pytest.raises(Refused) as refused:
        demo.prove(replace(database, log_public_key=other), Console(quiet=True))
    assert codes(refused) == {"DEMO-2"}


def test_the_sample_s_farmer_and_agent_bring_their_applications_once(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    kept = database.home / "demo-accounts.json"
    assert demo_own.households_apply(registrar, kept) == 2
    assert {"farmer", "agent"} <= set(json.loads(kept.read_text()))
    told = superuser.execute(
        "SELECT state, agent_act_id IS NOT NULL FROM registry.application ORDER BY made_at"
    ).fetchall()
    assert told == [("taken", True), ("open", False)]
    assert demo_own.households_apply(registrar, kept) == 0


def test_two_offer_for_the_sample_farmer_s_land_and_the_organisation_s_first_password_is_told(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 3)
    kept = database.home / "demo-accounts.json"
    assert demo_own.households_apply(registrar, kept) == 2
    held = Market(Office(COUNTY, registrar, reviewer, Store(database.store)), OPERATOR, SECOND)
    demo_waiting.begin(held, kept)
    demo_waiting.begin(held, kept)
    offered = "SELECT count(*) FROM exchange.offer JOIN exchange.listing AS l USING (county, listing_id)"
    assert one(OPERATOR, offered) == 2
    assert one(registrar, "SELECT string_agg(step, ' ' ORDER BY step) FROM access.consent") == "answer apply list"
    assert one(OPERATOR, "SELECT count(*) FROM exchange.project") == 1
    told = Console(record=True, width=120)
    passwords = json.loads(kept.read_text())
    kept.write_text(json.dumps({**{login: "-" for login, _, _ in demo_staff.PEOPLE}, **passwords}))
    demo_staff.say_where(database, told)
    assert f"taker          {passwords['taker']}" in told.export_text()


def test_the_sample_s_villages_are_accepted_with_the_list_of_their_archive_put_in_once(
    registrar: Actor, superuser: Connection, database: Settings
) -> None:
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    for _again in range(2):
        demo_survey.archived(registrar, Store(database.store), [(VILLAGE, batch)])
    kinds = "SELECT array_agg(kind ORDER BY kind) FROM registry.document"
    assert one(registrar, kinds) == ["archive_list", "survey_package"]
