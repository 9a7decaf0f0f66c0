"""Contracts over the interface: read without their parties, filed once, paid by a receipt, told to webhooks, exported."""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from landreg.core.actor import WORKER, Actor
from landreg.core.errors import BadInput
from landreg.exchange.contracts import correcting, disputes, drawing, life
from landreg.exchange.contracts.correcting import Wrong
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.outcomes import Outcome
from landreg.exchange.interfaces import transfers
from tests.contract_kit import JUDGED, OPERATOR, OTHER, VALUES, drawn, parcels_of, right_id, seen, signed, terms, today
from tests.contract_kit import PAPER as SIGNED
from tests.database.exchange.test_contract_registered import NO_BALANCE
from tests.exchange_kit import market, photographed
from tests.interface_kit import Program, program, registered
from tests.kept_kit import Connection
from tests.registry_kit import codes as codes_of
from tests.registry_kit import pass_days
from tests.villages import COUNTY, past_triggers

PAPER = {"name": "filing.png", "content": base64.b64encode(photographed()).decode()}


@pytest.fixture
def contract(registrar: Actor, reviewer: Actor, superuser: Connection) -> Contract:
    market(registrar, reviewer, superuser)
    return signed(drawn())


@pytest.fixture
def office(app: Any, superuser: Connection, contract: Contract) -> Program:
    return program(app, registered(superuser))


def _codes(answer: Any) -> set[str]:
    return {one["code"] for one in answer.get_json()["findings"]}


def test_a_contract_is_read_without_its_parties(office: Program, contract: Contract) -> None:
    page = office.ask("GET", "/contracts")
    assert [one["number"] for one in page.get_json()["items"]] == [contract.number]
    one = office.ask("GET", f"/contracts/{COUNTY}/{contract.number}")
    assert one.get_json() == page.get_json()["items"][0]
    assert one.get_json()["filed_on"] is None
    for word in (contract.household_name, contract.taker_name):
        assert word not in one.text


def test_of_an_exchange_both_sides_parcels_are_read_and_what_a_contract_follows(
    office: Program, contract: Contract
) -> None:
    gives, takes = parcels_of(OPERATOR, right_id())[1:2], parcels_of(OPERATOR, right_id(OTHER))[0]
    on: dict[str, Any] = {"kind": "exchange", "until_on": date(2048, 1, 1), **NO_BALANCE}
    made = signed(drawn(codes=gives, values={**VALUES, "other_parcels": takes}, taker=OTHER, **on))
    told = office.ask("GET", f"/contracts/{COUNTY}/{made.number}").get_json()
    assert [one["code"] for one in told["parcels"]] == list(gives)
    assert [one["code"] for one in told["given"]] == [takes]
    assert Decimal(told["given"][0]["mu"]) > 0
    lease = office.ask("GET", f"/contracts/{COUNTY}/{contract.number}").get_json()
    assert (lease["given"], lease["previous"], lease["listing"]) == ([], None, None)
    terms_on = terms(from_on=today(), price=Decimal("500.00"))
    change = signed(drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", terms_on, VALUES))
    assert office.ask("GET", f"/contracts/{COUNTY}/{change.number}").get_json()["previous"] == contract.number


def test_an_end_that_lies_ahead_is_told_as_ahead_and_by_its_day(
    office: Program, contract: Contract, superuser: Connection
) -> None:
    """Of a contract, and of a listing whose days are over while a sale on it may go on."""
    office.ask("POST", "/webhooks", {"url": "http://127.0.0.1:9/", "kinds": ["contract.ended"]})
    last = today() + timedelta(days=30)
    life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", last), SIGNED)
    place = f"/contracts/{COUNTY}/{contract.number}"
    assert (office.ask("GET", place).get_json()["state"], office.ask("GET", place).get_json()["ends_on"]) == (
        "ending",
        last.isoformat(),
    )
    (body,) = superuser.execute("SELECT body::text FROM exchange.delivery").fetchone()  # type: ignore[misc]
    assert last.isoformat() in body
    pass_days(superuser, 30)
    assert office.ask("GET", place).get_json()["state"] == "ended"


def test_an_end_that_is_taken_back_is_told_after_it(office: Program, contract: Contract, superuser: Connection) -> None:
    """REC-1: an outcome that ended the contract was recorded wrongly. That of one which ended nothing is told to nobody."""
    office.ask("POST", "/webhooks", {"url": "http://127.0.0.1:9/", "kinds": ["contract.ended", "contract.resumed"]})
    told = "SELECT kind, body::text FROM exchange.delivery ORDER BY made_at, kind"

    def settled(outcome: Outcome) -> Wrong:
        disputes.dispute(OPERATOR, COUNTY, contract.contract_id, Brought("court", "合同效力"), None)
        disputes.settle(OPERATOR, COUNTY, contract.contract_id, outcome, SIGNED)
        event = seen(contract).of("settled")
        assert event is not None
        return Wrong(event.event_id, "抄错了，核对原件后更正")

    wrong = settled(Outcome("void", today(), **JUDGED))
    correcting.take_back(replace(OPERATOR, account_id=uuid4()), COUNTY, contract.contract_id, wrong)
    ended, resumed = superuser.execute(told).fetchall()
    assert (ended[0], resumed[0]) == ("contract.ended", "contract.resumed")
    assert contract.number in resumed[1]
    assert office.ask("GET", f"/contracts/{COUNTY}/{contract.number}").get_json()["state"] == "disputed"
    disputes.settle(OPERATOR, COUNTY, contract.contract_id, Outcome("stands", today(), **JUDGED), SIGNED)
    stands = seen(contract).of("settled")
    assert stands is not None
    correcting.take_back(OPERATOR, COUNTY, contract.contract_id, Wrong(stands.event_id, "抄错了，核对原件后更正"))
    assert len(superuser.execute(told).fetchall()) == len((ended, resumed))


def test_what_ended_before_its_term_never_runs(office: Program, contract: Contract, superuser: Connection) -> None:
    """As where what it rests on ends: not “ending” until a day before its first."""
    life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", today() + timedelta(days=9)), SIGNED)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET from_on = %s WHERE contract_id = %s",
            [today() + timedelta(days=20), contract.contract_id],
        )
    told = office.ask("GET", f"/contracts/{COUNTY}/{contract.number}").get_json()
    assert (told["state"], told["ends_on"]) == ("ended", told["from_on"])


def test_a_contract_is_filed_once_and_a_webhook_is_told(
    office: Program, contract: Contract, superuser: Connection
) -> None:
    office.ask("POST", "/webhooks", {"url": "http://127.0.0.1:9/", "kinds": ["contract.filed"]})
    place, key, body = (
        f"/contracts/{COUNTY}/{contract.number}/filing",
        str(uuid4()),
        {"on_day": str(today()), "paper": PAPER},
    )
    first, again = (office.ask("POST", place, body, key) for _ in range(2))
    assert (first.status_code, first.get_json()) == (201, again.get_json())
    other = office.ask("POST", place, body)
    assert (other.status_code, _codes(other)) == (422, {"CON-5"})
    assert office.ask("GET", f"/contracts/{COUNTY}/{contract.number}").get_json()["filed_on"] == str(today())
    told = superuser.execute("SELECT kind, body FROM exchange.delivery").fetchall()
    assert [kind for kind, _body in told] == ["contract.filed"]
    assert contract.number in told[0][1]


def test_what_a_rule_refuses_changes_nothing_and_keeps_no_key(office: Program, contract: Contract) -> None:
    place, key = f"/contracts/{COUNTY}/{contract.number}/filing", str(uuid4())
    late = office.ask("POST", place, {"on_day": str(today() + timedelta(9)), "paper": PAPER}, key)
    assert (late.status_code, _codes(late)) == (422, {"CON-68"})
    tied = office.ask(
        "POST", place, {"on_day": str(today()), "paper": PAPER, "said": "进城落户须以交回承包地为条件"}, key
    )
    assert (tied.status_code, _codes(tied)) == (422, {"GUARD-1"})
    assert office.ask("POST", place, {"on_day": str(today()), "paper": PAPER}, key).status_code == 201


def test_a_payment_counts_once_by_its_receipt(office: Program, contract: Contract) -> None:
    place = f"/contracts/{COUNTY}/{contract.number}/payments"
    body = {"amount_yuan": "10.00", "paid_on": str(today()), "receipt": "HP-2026-1", "paper": PAPER}
    first = office.ask("POST", place, body)
    assert first.status_code == 201, first.text
    assert first.get_json()["receipt"] == "HP-2026-1"
    again = office.ask("POST", place, body)
    assert (again.status_code, _codes(again)) == (422, {"CON-6"})
    for typed in ("hp-2026-1", "HP20261", "hp2026-1"):
        retyped = office.ask("POST", place, {**body, "amount_yuan": "11.00", "receipt": typed})
        assert (retyped.status_code, _codes(retyped)) == (422, {"CON-6"})
        assert retyped.get_json()["findings"][0]["field"] == "receipt"
    twin = office.ask("POST", place, {**body, "receipt": "HP-2026-2"})
    assert (twin.status_code, twin.get_json()["findings"][0]["field"]) == (422, "paper")
    much = office.ask("POST", place, {**body, "amount_yuan": "999999.00", "receipt": "HP-2026-3"})
    assert (much.status_code, much.get_json()["findings"][0]["field"]) == (422, "amount_yuan")
    gone = office.ask("POST", f"/contracts/{COUNTY}/LZ404/payments", body)
    assert (gone.status_code, _codes(gone)) == (404, {"API-14"})


def test_a_receipt_that_is_no_paper_is_refused_by_its_place(office: Program, contract: Contract) -> None:
    """FORM-15: money counts by a receipt that can be read."""
    content = base64.b64encode(b"MZ a program").decode()
    body = {
        "amount_yuan": "10.00",
        "paid_on": str(today()),
        "receipt": "HP-9",
        "paper": {"name": "x.pdf", "content": content},
    }
    answer = office.ask("POST", f"/contracts/{COUNTY}/{contract.number}/payments", body)
    assert (answer.status_code, _codes(answer)) == (400, {"FORM-15"})
    assert answer.get_json()["findings"][0]["field"] == "paper.content"


def test_the_provincial_table_has_the_standards_ways_and_the_true_one_beside(
    contract: Contract, tmp_path: Path
) -> None:
    done = transfers.export(WORKER, tmp_path, COUNTY, today(), today())
    assert done.contracts == 1
    rows, beside = (_read(tmp_path / name) for name in done.files)
    assert tuple(rows[0]) == transfers.FIELDS
    assert (rows[0]["LZHTBM"], rows[0]["LZFS"], rows[0]["CBFBM"]) == (contract.number, "900", contract.household_code)
    assert rows[0]["LZQXKSRQ"] == f"{contract.from_on:%Y%m%d}"
    assert rows[0]["LZQXJSRQ"] == f"{contract.until_on - timedelta(1):%Y%m%d}"
    assert all(rows[0][name] for name in transfers.FIELDS if name not in ("SRFBM", "LZQTDYT", "LZHTDYT"))
    assert (beside[0]["LZHTBM"], beside[0]["LZFS_SJ"], beside[0]["SFBA"]) == (contract.number, "出租", "2")


@pytest.mark.parametrize(
    ("within", "days", "code"), [("610902", -1, "FORM-2"), ("6101", 1, "FORM-5"), ("61x9", 1, "FORM-5")]
)
def test_an_export_of_nowhere_or_of_no_days_is_refused(
    database: Any, tmp_path: Path, within: str, days: int, code: str
) -> None:
    with pytest.raises(BadInput) as error:
        transfers.export(WORKER, tmp_path, within, today(), today() + timedelta(days))
    assert codes_of(error) == {code}


def _read(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
