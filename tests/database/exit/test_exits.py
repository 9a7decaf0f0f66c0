"""Exits from the application to the register: each adult's word, the days, the money; and every way out of it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from landreg.access.sealing import use_key
from landreg.audit import evidence, logged
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import BadInput, Conflict, NotFound, Refused
from landreg.core.files import Store
from landreg.exit import days, money, service
from landreg.exit.rules.money import Itemised
from landreg.exit.service import Asked
from landreg.keys import certificate_signer
from landreg.law.guard import guard
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry.casework import applications, cases
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.rules.requests import Assignment, HouseholdChange, Joining
from tests.database.audit.test_evidence import put_right, whole
from tests.exit_kit import (
    PAPER,
    agreed,
    agreement,
    all_consent,
    asked_for,
    paid,
    seen,
    stage_of,
    to_register,
    word,
)
from tests.registry_kit import (
    HOUSEHOLD,
    Connection,
    applied,
    booked,
    codes,
    one,
    pass_days,
    right_of,
    state_of,
    to_rights,
)
from tests.villages import COUNTY, VILLAGE, citizen_id, past_triggers

OTHER = f"{VILLAGE}010002"
NOW = 'SELECT count(*) FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid)'


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def registered(registrar: Actor, reviewer: Actor, superuser: Connection) -> list[UUID]:
    return to_rights(registrar, reviewer, superuser, 2)


def rechecked(database: Settings, worker: Actor) -> Sequence[Any]:
    told = logged.register()
    found = recheck(worker, database, told.sources, told.tables, told.closings).findings
    return [f for f in found if f.code != "LOG-14"]


@pytest.mark.usefixtures("registered")
def test_a_whole_exit_that_is_paid_ends_the_right_and_its_rows_stand_in_the_log(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right, home = right_of(registrar), right_of(registrar, kind="homestead")
    found = asked_for(registrar, right, home)
    assert stage_of(registrar, found) == "applied"
    agreed(registrar, superuser, found)
    assert stage_of(registrar, found) == "paying"
    assert paid(registrar, found, "4000") == Decimal("6000")
    assert paid(registrar, found, "6000", "HP-0002") == 0
    to_register(registrar, reviewer, superuser, found)
    assert one(registrar, NOW, r=right) == one(registrar, NOW, r=home) == 0
    parcels = "SELECT count(*) FROM land.parcel WHERE code LIKE :v AND upper_inf(recorded) AND upper_inf(valid)"
    assert one(registrar, parcels, v=f"{VILLAGE}%") == 6
    assert stage_of(registrar, found) == "ended"
    assert rechecked(database, worker) == []


@pytest.mark.usefixtures("registered")
def test_a_part_that_is_given_back_leaves_the_rest_untouched(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    first = one(registrar, "SELECT min(l.code) FROM land.parcel AS l JOIN registry.right_parcel USING (county, parcel_id) "
                           'JOIN registry."right" AS r ON r.row_id = right_row WHERE r.right_id = :r', r=right)  # fmt: skip
    found = asked_for(registrar, right, mode="part", parcels=(first,))
    agreed(registrar, superuser, found)
    paid(registrar, found)
    to_register(registrar, reviewer, superuser, found)
    area = 'SELECT area_m2 FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid)'
    assert one(registrar, area, r=right) == Decimal("400.00")
    assert rechecked(database, worker) == []


@pytest.mark.usefixtures("registered")
def test_a_temporary_exit_comes_back_by_itself_on_its_day(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    found = asked_for(registrar, right, mode="temporary", years=1)
    agreed(registrar, superuser, found)
    paid(registrar, found)
    to_register(registrar, reviewer, superuser, found)
    assert one(registrar, NOW, r=right) == 0
    days.work(worker)
    assert one(registrar, NOW, r=right) == 0
    pass_days(superuser, 200)
    assert days.work(worker) == 1
    assert days.work(worker) == 0
    assert one(registrar, NOW, r=right) == 1
    assert right_of(registrar) == right
    assert stage_of(registrar, found) == "return"
    assert rechecked(database, worker) == []
    case = one(registrar, "SELECT case_id FROM registry.\"case\" WHERE act_kind = 'exit_return' AND waits")
    assert state_of(registrar, case) == "registered"
    seal(worker, database)
    press = Press(certificate_signer(database), Store(database.store), "http://127.0.0.1")
    assert len(certificates.issue(registrar, COUNTY, [case], press).issued) == 1
    assert state_of(registrar, case) == "certified"
    assert rechecked(database, worker) == []


@pytest.mark.usefixtures("registered")
def test_within_the_collective_another_household_takes_the_land_into_its_own_right(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right, onto = right_of(registrar), right_of(registrar, OTHER)
    found = asked_for(registrar, right, taker=OTHER)
    agreed(registrar, superuser, found)
    paid(registrar, found)
    to_register(registrar, reviewer, superuser, found)
    area = 'SELECT area_m2 FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid)'
    assert one(registrar, NOW, r=right) == 0
    assert one(registrar, area, r=onto) == Decimal("1600.00")
    assert rechecked(database, worker) == []


@pytest.mark.usefixtures("registered")
def test_one_member_who_refuses_stops_the_whole(registrar: Actor, superuser: Connection) -> None:
    found = asked_for(registrar)
    head, other = (one.member_id for one in seen(registrar, found).members)
    service.consent(registrar, COUNTY, found.exit_id, word(head), None)
    service.consent(registrar, COUNTY, found.exit_id, word(other, agrees=False), None)
    pass_days(superuser, 20)
    with pytest.raises(Refused) as refused:
        money.agree(registrar, COUNTY, found.exit_id, agreement(registrar), PAPER, PAPER)
    assert "EXIT-1" in codes(refused)
    assert stage_of(registrar, found) == "against"


@pytest.mark.usefixtures("registered")
def test_a_consent_counts_only_read_aloud_to_a_person_whose_identity_was_checked_before_a_witness_apart(
    registrar: Actor,
) -> None:
    found = asked_for(registrar)
    head = seen(registrar, found).members[0].member_id
    for lacking in ("identity_checked", "read_aloud", "witness_apart"):
        with pytest.raises(Refused) as refused:
            service.consent(registrar, COUNTY, found.exit_id, word(head, **{lacking: False}), None)
        assert codes(refused) == {"EXIT-1", "FORM-1"}
    with pytest.raises(Refused) as refused:
        service.consent(registrar, COUNTY, found.exit_id, word(head, way="video"), None)
    assert codes(refused) == {"EXIT-7"}
    with pytest.raises(BadInput):
        service.consent(registrar, COUNTY, found.exit_id, word(head, way="settlement"), None)
    service.consent(registrar, COUNTY, found.exit_id, word(head, way="video"), PAPER)
    with pytest.raises(Conflict):
        service.consent(registrar, COUNTY, found.exit_id, word(head), None)


@pytest.mark.usefixtures("registered")
def test_a_minor_is_provided_for_and_is_asked_nothing(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    child = applications.person_of(registrar, "样本小娃", citizen_id(50_001))
    case = applied(registrar, "household_change", HouseholdChange((Joining(child, "21", True, "birth"),)))
    booked(registrar, reviewer, superuser, case, "household_change")
    found = asked_for(registrar)
    assert len(found.minors) == 1
    with pytest.raises(NotFound):
        service.consent(registrar, COUNTY, found.exit_id, word(found.minors[0]), None)
    all_consent(registrar, found)
    pass_days(superuser, 15)
    with pytest.raises(Refused) as refused:
        money.agree(registrar, COUNTY, found.exit_id, agreement(registrar), PAPER, PAPER)
    assert codes(refused) == {"EXIT-6"}
    with pytest.raises(Refused):
        service.provide_for_minors(registrar, COUNTY, found.exit_id, "随父母住镇上的楼房", None)
    service.provide_for_minors(registrar, COUNTY, found.exit_id, "随父母住村里另一处楼房", PAPER)
    money.agree(registrar, COUNTY, found.exit_id, agreement(registrar), PAPER, PAPER)


@pytest.mark.usefixtures("registered")
def test_the_agreement_waits_for_the_days_to_think_and_for_the_money_to_be_shown(
    registrar: Actor, superuser: Connection
) -> None:
    found = asked_for(registrar)
    all_consent(registrar, found)
    with pytest.raises(Refused) as early:
        money.agree(registrar, COUNTY, found.exit_id, agreement(registrar), PAPER, PAPER)
    assert codes(early) == {"EXIT-9"}
    pass_days(superuser, 15)
    yesterday = agreement(registrar).signed_on - timedelta(days=1)
    for changed, code in (
        ({"funds": Decimal("9999.99")}, "EXIT-14"),
        ({"items": ()}, "EXIT-11"),
        ({"items": (Itemised("land", "地", Decimal("0.001")),)}, "EXIT-11"),
        ({"items": (Itemised("land", "地", Decimal("NaN")),)}, "EXIT-11"),
        ({"instalments": 3}, "EXIT-11"),
        ({"payer": "见证人甲"}, "EXIT-22"),
        ({"signed_on": yesterday, "funds_shown_on": yesterday}, "EXIT-9"),
    ):
        with pytest.raises(Refused) as refused:
            money.agree(registrar, COUNTY, found.exit_id, agreement(registrar, **changed), PAPER, PAPER)
        assert code in codes(refused), changed


@pytest.mark.usefixtures("registered")
def test_nothing_is_registered_before_the_last_yuan_and_before_the_half_year(
    registrar: Actor, superuser: Connection
) -> None:
    found = asked_for(registrar)
    agreed(registrar, superuser, found)
    paid(registrar, found, "9999.99")
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [found.case_id])
    assert {"EXIT-2", "EXIT-3"} <= codes(refused)
    with pytest.raises(Refused) as more:
        paid(registrar, found, "0.02", "HP-0003")
    assert codes(more) == {"EXIT-12"}
    with pytest.raises(Refused) as again:
        paid(registrar, found, "0.01", "HP-0001")
    assert codes(again) == {"EXIT-12"}
    assert paid(registrar, found, "0.01", "HP-0002") == 0


@pytest.mark.usefixtures("registered")
def test_an_exit_that_is_not_paid_in_time_lapses_and_nothing_is_lost(
    registrar: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    found = asked_for(registrar)
    agreed(registrar, superuser, found)
    paid(registrar, found, "100")
    pass_days(superuser, 180)
    assert days.work(worker) == 0
    pass_days(superuser, 1)
    assert days.work(worker) == 1
    assert stage_of(registrar, found) == "lapse"
    assert state_of(registrar, found.case_id) == "withdrawn"
    assert one(registrar, NOW, r=right) == 1
    with pytest.raises(Conflict):
        paid(registrar, found, "100", "HP-0009")
    assert rechecked(database, worker) == []


@pytest.mark.usefixtures("registered")
def test_an_exit_is_taken_back_by_a_word_and_only_on_its_own_page(
    registrar: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    found = asked_for(registrar)
    agreed(registrar, superuser, found)
    paid(registrar, found)
    with pytest.raises(Refused) as elsewhere:
        cases.withdraw(registrar, COUNTY, [found.case_id], "不退了")
    assert codes(elsewhere) == {"EXIT-16"}
    service.withdraw(registrar, COUNTY, found.exit_id, "word")
    with pytest.raises(Conflict) as twice:
        service.withdraw(registrar, COUNTY, found.exit_id, "word")
    assert codes(twice) == {"EXIT-13"}
    assert state_of(registrar, found.case_id) == "withdrawn"
    assert one(registrar, NOW, r=right_of(registrar)) == 1
    assert rechecked(database, worker) == []


@pytest.mark.usefixtures("registered")
def test_what_is_said_against_the_office_stops_no_withdrawal(registrar: Actor) -> None:
    found = asked_for(registrar)
    said = "当时说不交地就不给落户，现在不退了"
    assert guard(said, date(2026, 11, 1), "said")
    service.withdraw(registrar, COUNTY, found.exit_id, "word", said)
    assert state_of(registrar, found.case_id) == "withdrawn"
    assert one(registrar, "SELECT said FROM exit.event WHERE kind = 'withdrawal'") == said


@pytest.mark.usefixtures("registered")
def test_a_pending_exit_stops_a_transfer_and_lets_it_go_again(registrar: Actor) -> None:
    right = right_of(registrar)
    taker = one(registrar, "SELECT household_id FROM party.household WHERE code = :c", c=OTHER)
    asked = Assignment(taker, f"{VILLAGE}010002J", one(registrar, "SELECT current_date"))
    found = asked_for(registrar)
    with pytest.raises(Refused) as stopped:
        applications.apply_on_right(registrar, COUNTY, right, "assignment", asked)
    assert "TR-12" in codes(stopped)
    service.withdraw(registrar, COUNTY, found.exit_id, "letter", "不退了")
    applications.apply_on_right(registrar, COUNTY, right, "assignment", asked)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"mode": "part"}, "EXIT-5"),
        ({"mode": "part", "parcels": ("x",)}, "EXIT-5"),
        ({"mode": "temporary"}, "EXIT-5"),
        ({"mode": "temporary", "years": 11}, "EXIT-5"),
        ({"mode": "whole", "parcels": ("x",)}, "EXIT-5"),
        ({"mode": "for ever"}, "EXIT-5"),
        ({"reason": "anything"}, "EXIT-8"),
        ({"taker": HOUSEHOLD}, "EXIT-10"),
        ({"taker": "999"}, "EXIT-10"),
        ({"said": "退了地才给办进城落户"}, "GUARD-1"),
    ],
)
def test_what_is_asked_for_is_of_the_lists_and_ties_nothing(registrar: Actor, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        asked_for(registrar, **more)
    assert code in codes(refused)


@pytest.mark.usefixtures("registered")
def test_the_database_itself_keeps_an_unpaid_exit_out_of_the_register(registrar: Actor, superuser: Connection) -> None:
    found = asked_for(registrar)
    with pytest.raises(Exception, match="not paid") as refused:
        superuser.execute(
            "INSERT INTO registry.act (county, act_id, village, number, kind, case_id, registered_at, registered_by) "
            "VALUES (%s, gen_random_uuid(), %s, 'x', 'exit', %s, now(), gen_random_uuid())",
            [COUNTY, VILLAGE, found.case_id],
        )
    assert "exit_3_paid_before_the_act" in str(
        getattr(refused.value, "diag", None) and refused.value.diag.constraint_name
    )  # type: ignore[attr-defined]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("changed", "table"),
    [
        ("UPDATE exit.consent SET agrees = false", "exit.consent"),
        ("UPDATE exit.item SET amount_yuan = amount_yuan + 1 WHERE position = 1", "exit.item"),
        ("UPDATE exit.payment SET account_masked = '…0000'", "exit.payment"),
        ("UPDATE exit.event SET on_day = on_day - 30", "exit.event"),
        ("DELETE FROM exit.payment", "exit.payment"),
    ],
)
def test_a_row_of_an_exit_that_is_changed_behind_the_register_s_back_is_named(
    registrar: Actor, superuser: Connection, database: Settings, worker: Actor, changed: str, table: str
) -> None:
    found = asked_for(registrar)
    agreed(registrar, superuser, found)
    paid(registrar, found)
    seal(worker, database)
    assert rechecked(database, worker) == []
    with past_triggers(superuser):
        superuser.execute(changed)
    named = [finding.values.get("table") for finding in rechecked(database, worker)]
    assert table in named


@pytest.mark.usefixtures("registered")
def test_the_evidence_of_an_exit_holds_each_word_and_payment_with_its_proof(
    registrar: Actor, auditor: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    found = asked_for(registrar)
    agreed(registrar, superuser, found)
    paid(registrar, found)
    seal(worker, database)
    made = evidence.bundle(auditor, database, seen(registrar, found).case.number)
    with made.content as content, zipfile.ZipFile(content) as archive:
        names = archive.namelist()
        words = json.loads(archive.read("rows/exit_consent.json"))
        payments = json.loads(archive.read("rows/exit_payment.json"))
    assert sum(name.startswith("log/exit.consented") for name in names) == len(words) == 2
    assert {word["witness"] for word in words} == {"见**甲"}
    assert "account_sealed" not in payments[0]
    assert any(name.startswith("log/exit.paid") for name in names)


@pytest.mark.usefixtures("registered")
def test_shares_said_with_one_decimal_stand_in_the_log_as_in_the_table(
    registrar: Actor, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    asked = Asked((right,), "whole", "own_wish", shares=Decimal("2.5"))
    assert service.apply(registrar, HOUSEHOLD, asked, PAPER).shares == Decimal("2.50")
    assert rechecked(database, worker) == []


@pytest.mark.usefixtures("registered")
def test_a_figure_of_an_exit_that_was_changed_in_its_evidence_is_named(
    registrar: Actor, auditor: Actor, superuser: Connection, database: Settings, worker: Actor, tmp_path: Path
) -> None:
    found = asked_for(registrar)
    agreed(registrar, superuser, found)
    paid(registrar, found)
    seal(worker, database)
    made = evidence.bundle(auditor, database, seen(registrar, found).case.number)
    with made.content as content, zipfile.ZipFile(content) as archive:
        archive.extractall(tmp_path / "whole")
    assert whole(tmp_path / "whole").returncode == 3, whole(tmp_path / "whole").stderr
    for table, column, value in (
        ("exit_payment", "amount_yuan", "1.00"), ("exit_payment", "receipt", "另一张"), ("exit_item", "amount_yuan", "1.00"),
        ("exit_agreement", "funds_yuan", "1.00"), ("exit_offer", "land_yuan", "1.00"), ("exit_offer_item", "floor_yuan", "1.00"),
        ("exit_consent", "agrees", False), ("exit", "reason", "other"),
    ):  # fmt: skip
        folder = tmp_path / f"{table}-{column}"
        shutil.copytree(tmp_path / "whole", folder)
        file = folder / "rows" / f"{table}.json"
        rows = json.loads(file.read_text("utf-8"))
        if not rows and table.startswith("exit_offer"):
            continue  # an agreement without an offer before it
        assert rows[0][column] != value
        rows[0][column] = value
        file.write_text(json.dumps(rows, ensure_ascii=False))
        put_right(folder)
        said = whole(folder)
        assert (said.returncode, table in said.stderr) == (1, True), (table, column, said.stdout)
