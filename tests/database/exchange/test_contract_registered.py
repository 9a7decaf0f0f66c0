"""An assignment and an exchange on their way to the register: what they bind until it has moved the land."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text as sql

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Refused
from landreg.core.pdftext import pdf_text
from landreg.exchange.contracts import (
    certifying,
    days,
    land_queries,
    life,
    papers,
    signing,
)
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract, ContractEvent
from landreg.exchange.contracts.routes.desk import standing
from landreg.exchange.contracts.routes.steps import steps_of
from landreg.exchange.contracts.rules.instalments import Instalment
from landreg.law.queries import load_law
from landreg.registry.papers.office import Desk
from tests import bidding_kit as kit
from tests.contract_kit import (
    FIRST,
    OPERATOR,
    OTHER,
    PAPER,
    VALUES,
    booked,
    drawn,
    ended,
    parcels_of,
    right_id,
    seen,
    signed,
    to_the_register,
    today,
)
from tests.exchange_kit import TERM
from tests.registry_kit import HOUSEHOLD, Connection, codes, pass_days, to_rights
from tests.villages import COUNTY, past_triggers

NO_BALANCE = {"unit": "balance_in", "price": Decimal(0), "paid_every": "once"}


def assert_due_once(registrar: Actor, contract: Contract) -> None:
    """All of the price falls due on the first day, and is no rent of its days."""
    with unit_of_work(registrar) as uow:
        asked = sql("SELECT kind, due_on, amount FROM exchange.rent_due WHERE contract_id = :id")
        rows = uow.session.execute(asked, {"id": contract.contract_id}).all()
    assert [tuple(row) for row in rows] == [("price", today(), Decimal("86000.00"))]


def assert_contractor_owes(contract: Contract) -> None:
    """What the contractor adds is a due of its own side: late if not paid, settled by its receipt, no breach of the taker's."""
    after = today() + timedelta(1)
    owed = seen(contract)
    assert [(one.due.payer, one.due.due_on, one.left) for one in owed.settled] == [
        ("contractor", today(), Decimal("3000.00"))
    ]
    assert (owed.late_from_contractor(after), owed.course(after).arrears) == (Decimal("3000.00"), 0)
    assert life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("3000.00"), today(), "R-balance", PAPER) == 0
    assert seen(contract).late_from_contractor(after) == 0


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


def assert_ends_not(contract: Contract) -> None:
    """CON-30, of the service and of the database; and no page offers it."""
    assert "end" not in steps_of(seen(contract), today())
    for how in ("agreed", "land_lost", "terminated"):
        with pytest.raises(Refused) as error:
            life.end(OPERATOR, COUNTY, contract.contract_id, End(how, today(), "damaged"), PAPER)
        assert codes(error) == {"CON-30"}, how
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, contract, "ended", today(), facts={"how": "agreed"}, paper=PAPER)
    assert codes(wall) == {"CON-30"}


def test_an_assignment_that_was_signed_is_registered_by_the_register_s_own_act(
    registrar: Actor, reviewer: Actor, database: Settings
) -> None:
    """Without the parties' application (FORM-7) nothing is asked for."""
    values = {**VALUES, "issuer_consent": "同意书一号"}
    land = parcels_of(OPERATOR, right_id())
    on: dict[str, Any] = {"unit": "yuan_once", "price": Decimal("86000.00"), "paid_every": "once"}
    contract = signed(drawn(codes=land, kind="assignment", until_on=date(2048, 1, 1), values=values, taker=OTHER, **on))
    assert_due_once(registrar, contract)
    with pytest.raises(Refused) as unpaid:
        certifying.certify(OPERATOR, COUNTY, contract.contract_id)
    assert codes(unpaid) == {"CON-14"}
    assert not {"renewal_asked", "terminate", "remedy"} & set(steps_of(seen(contract), today()))
    with pytest.raises(BadInput) as unasked:
        signing.ask_registration(OPERATOR, COUNTY, contract.contract_id, None)
    assert codes(unasked) == {"FORM-7"}
    assert_ends_not(contract)
    case = to_the_register(registrar, database, contract)
    booked(registrar, reviewer, case, "assignment")
    with unit_of_work(OPERATOR) as uow:
        assert land_queries.right_over(uow.session, COUNTY, HOUSEHOLD, land) is None
        assert land_queries.right_over(uow.session, COUNTY, OTHER, land) is not None


def test_what_an_assignment_moves_is_asked_of_the_register_from_its_day_and_that_it_is_unpaid_is_told(
    registrar: Actor, database: Settings, superuser: Connection
) -> None:
    """CON-64, of the application and of the case; CON-65 at the desk while the price is open."""
    values, ahead = {**VALUES, "issuer_consent": "同意书一号"}, today() + timedelta(days=30)
    on: dict[str, Any] = {"unit": "yuan_once", "price": Decimal("9000.00"), "paid_every": "once", "from_on": ahead}
    land = parcels_of(OPERATOR, right_id())
    contract = signed(drawn(codes=land, kind="assignment", until_on=date(2048, 1, 1), values=values, taker=OTHER, **on))
    with pytest.raises(Refused) as early:
        to_the_register(registrar, database, contract)
    assert codes(early) == {"CON-64"}
    with unit_of_work(registrar) as uow:
        law = load_law(uow.session, COUNTY, today())
        told = {one.code: one.values for one in standing(uow.session, seen(contract), law)["told"]}
    assert told["CON-65"] == {"price": Decimal("9000.00"), "paid": Decimal(0)}
    pass_days(superuser, 31)
    assert to_the_register(registrar, database, contract)
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("9000.00"), today(), "R-9000", PAPER)
    with unit_of_work(registrar) as uow:
        assert "CON-65" not in {one.code for one in standing(uow.session, seen(contract), law)["told"]}


def test_a_contract_is_filed_on_no_day_before_it_was_made() -> None:
    """CON-68."""
    contract = signed(drawn())
    for day in (today() - timedelta(days=1), today() + timedelta(days=1)):
        with pytest.raises(Refused) as wrong:
            signing.file(OPERATOR, COUNTY, contract.contract_id, day, "", PAPER)
        assert codes(wrong) == {"CON-68"}
    signing.file(OPERATOR, COUNTY, contract.contract_id, today(), "", PAPER)


def test_an_exchange_names_the_other_s_parcels_and_moves_both_in_the_register(
    registrar: Actor, reviewer: Actor, database: Settings
) -> None:
    """CON-22 for words in place of codes and for land that is not the other's, CON-2 for what another contract has."""
    give, take = parcels_of(OPERATOR, right_id())[0], parcels_of(OPERATOR, right_id(OTHER))[0]

    def exchange(text: str) -> Contract:
        said = {**VALUES, "other_parcels": text}
        on: dict[str, Any] = {"kind": "exchange", "until_on": date(2048, 1, 1), **NO_BALANCE}
        return drawn(codes=[give], values=said, taker=OTHER, **on)

    for text in ("南坡那一块", give):
        with pytest.raises(Refused) as wrong:
            exchange(text)
        assert codes(wrong) == {"CON-22"}
    lease = signed(drawn(OTHER, [take]))
    with pytest.raises(Refused) as bound:
        exchange(take)
    assert codes(bound) == {"CON-2"}
    ended(lease, FIRST)
    contract = signed(exchange(f"坡地 {take}"))
    booked(registrar, reviewer, to_the_register(registrar, database, contract), "exchange")
    assert give in parcels_of(OPERATOR, right_id(OTHER))
    assert take in parcels_of(OPERATOR, right_id())


def test_an_exchange_binds_the_parcels_of_both_sides_until_the_register_has_moved_them(
    registrar: Actor, reviewer: Actor, worker: Actor, database: Settings
) -> None:
    """CON-2 by the rule for what is drawn after it, by the database for what was drawn beside it; then either is free again."""
    give, take = parcels_of(OPERATOR, right_id())[0], parcels_of(OPERATOR, right_id(OTHER))[0]
    on: dict[str, Any] = {"kind": "exchange", "until_on": date(2048, 1, 1), **NO_BALANCE}
    said = {**VALUES, "other_parcels": take}
    owing = {"unit": "balance_out", "price": Decimal("3000.00")}
    first, second = (drawn(codes=[give], values=said, taker=OTHER, **{**on, **owing}) for _ in range(2))
    beside = drawn(OTHER, [take])
    signed(first)
    assert_contractor_owes(first)
    for late in (second, beside):
        with pytest.raises(Refused) as bound:
            signed(late)
        assert codes(bound) == {"CON-2"}
    with pytest.raises(Refused) as after:
        drawn(OTHER, [take])
    assert codes(after) == {"CON-2"}
    case = to_the_register(registrar, database, first)
    assert days.work(worker) == 0
    with pytest.raises(Refused) as untrue, unit_of_work(OPERATOR) as uow:
        happened(uow, first, "registered", today())
    assert codes(untrue) == {"CON-5"}
    booked(registrar, reviewer, case, "exchange")
    assert days.work(worker) == 1
    assert days.work(worker) == 0
    assert seen(first).of("registered") is not None
    assert_ends_not(first)
    assert [
        one.parcel_code
        for one in seen(signed(drawn(OTHER, [give], from_on=today(), until_on=date(2030, 1, 1)))).parcels
    ] == [give]


def test_land_that_the_other_side_of_an_exchange_has_listed_is_refused_when_it_is_drawn_by_parcel_and_number(
    registrar: Actor, superuser: Connection
) -> None:
    """CON-32, before anybody signs."""
    give, take = parcels_of(OPERATOR, right_id())[0], parcels_of(OPERATOR, right_id(OTHER))[0]
    listing = kit.offered(registrar, kit.farmer(superuser, OTHER), OTHER)
    on: dict[str, Any] = {"kind": "exchange", "until_on": date(2048, 1, 1), **NO_BALANCE}
    with pytest.raises(Refused) as listed:
        drawn(codes=[give], values={**VALUES, "other_parcels": take}, taker=OTHER, **on)
    (finding,) = listed.value.findings
    assert (finding.code, finding.field) == ("CON-32", "other_parcels")
    assert (finding.values["parcels"], finding.values["numbers"]) == ([take], [listing.number])


def test_the_database_binds_no_parcel_that_the_other_side_of_an_exchange_does_not_have(superuser: Connection) -> None:
    """CON-22, where the text names what is not the other's when it is signed."""
    give, take = parcels_of(OPERATOR, right_id())[0], parcels_of(OPERATOR, right_id(OTHER))[0]
    on: dict[str, Any] = {"kind": "exchange", "until_on": date(2048, 1, 1), **NO_BALANCE}
    contract = drawn(codes=[give], values={**VALUES, "other_parcels": take}, taker=OTHER, **on)
    with past_triggers(superuser):
        superuser.execute(
            """UPDATE exchange.contract SET clauses = clauses || jsonb_build_object('other_parcels', %s::text)
               WHERE contract_id = %s""",
            [give, contract.contract_id],
        )
    with pytest.raises(Refused) as foreign:
        signed(contract)
    assert codes(foreign) == {"CON-22"}


@pytest.mark.parametrize(
    ("kind", "from_on", "until_on", "named", "article"),
    [
        ("assignment", date(2022, 1, 1), date(2048, 1, 1), "农村土地承包经营权转让", "第三十五条"),
        ("lease", date(2022, 1, 1), date(2027, 7, 1), "农村土地经营权出租", "第四十一条"),
        ("lease", date(2025, 1, 1), date(2027, 7, 1), "农村土地经营权出租", ""),
    ],
)
def test_a_transaction_certificate_says_what_was_transferred_and_what_of_it_the_register_takes(
    kind: str, from_on: date, until_on: date, named: str, article: str
) -> None:
    values = {**VALUES, "issuer_consent": "同意书一号"}
    on: dict[str, Any] = {"unit": "yuan_once", "price": Decimal("86000.00"), "paid_every": "once"}
    land = parcels_of(OPERATOR, right_id())
    moving = {"codes": land, "values": values, "taker": OTHER, **on} if kind == "assignment" else {}
    found = seen(signed(drawn(kind=kind, from_on=from_on, until_on=until_on, **moving)))
    given = ContractEvent(on_day=today(), facts={"number": f"{COUNTY}-J2026-000001"})
    with unit_of_work(OPERATOR) as uow:
        desk = Desk(load_law(uow.session, COUNTY, today()), "https://land.example", sample=True)
        told = pdf_text(BytesIO(papers.certificate(uow.session, desk, found, given)))
    told = "".join(told.split())
    assert f"下列{named}交易" in told
    assert re.findall("第[三四五]十.?条", told) == ([article] if article else [])


def test_an_assignment_paid_in_parts_owes_each_on_its_day_and_has_its_certificate_when_what_is_due_is_paid() -> None:
    """CON-35, CON-14: the contract says when; its text, its dues and its leaf name every instalment."""
    parts = (Instalment(today(), Decimal("60000.00")), Instalment(today() + timedelta(200), Decimal("26000.00")))
    on: dict[str, Any] = {
        "unit": "yuan_once", "price": Decimal("86000.00"), "paid_every": "once", "kind": "assignment", "taker": OTHER,
        "until_on": date(2048, 1, 1), "values": {**VALUES, "issuer_consent": "同意书一号"},
        "codes": parcels_of(OPERATOR, right_id()), "from_on": today(),
    }  # fmt: skip
    with pytest.raises(Refused) as uneven:
        drawn(**on, instalments=(parts[0], replace(parts[1], yuan=Decimal("25999.99"))))
    assert codes(uneven) == {"CON-35"}
    contract = signed(drawn(**on, instalments=parts))
    found = seen(contract)
    assert "分 2 期付清" in found.contract.clauses["rhythm"]
    assert [(due.kind, due.due_on, due.amount) for due in found.dues] == [
        ("price", one.due_on, one.yuan) for one in parts
    ]
    with pytest.raises(Refused) as unpaid:
        certifying.certify(OPERATOR, COUNTY, contract.contract_id)
    assert codes(unpaid) == {"CON-14"}
    life.pay(OPERATOR, COUNTY, contract.contract_id, parts[0].yuan, today(), "ZR-1", PAPER)
    assert seen(contract).left == parts[1].yuan
    assert certifying.certify(OPERATOR, COUNTY, contract.contract_id)


def test_the_database_keeps_no_instalments_that_do_not_add_up(superuser: Connection) -> None:
    """CON-35."""
    sound = '[{"due_on": "2026-12-01", "yuan": "60.00"}, {"due_on": "2027-06-01", "yuan": "26.00"}]'
    asked = "SELECT exchange.adds_up(%s, %s, '2026-12-01', %s)"
    assert superuser.execute(asked, [sound, 86, date(2048, 1, 1)]).fetchone() == (True,)
    before, undated = sound.replace("2026-12", "2026-11"), sound.replace('"due_on": "2026-12-01", ', "")
    early, less = sound.replace("2026-12", "2028-12"), sound.replace("60.00", "-60.00")
    until = date(2048, 1, 1)
    for wrong in (
        (sound, 87, until),
        (sound, 86, date(2027, 6, 1)),
        ("[]", 0, until),
        (early, 86, until),
        (less, -34, until),
        (before, 86, until),
        (undated, 86, until),
    ):
        assert superuser.execute(asked, list(wrong)).fetchone() == (False,)
