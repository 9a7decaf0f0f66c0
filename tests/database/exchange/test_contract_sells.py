"""A contract whose words sell the land is not drawn, signed or certified, and both sides are told of it."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.contracts import certifying, life, project_queries, projects, queries, saying, signing
from landreg.exchange.listings import listing_queries
from landreg.law.queries import load_law
from tests.bidding_kit import farmer
from tests.contract_kit import OPERATOR, PAPER, TAKER, VALUES, drawn, seen, signature, signed, terms, today
from tests.exchange_kit import market
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY, VILLAGE, past_triggers

SOLD = "三年后土地归乙方所有，用来抵债"


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    market(registrar, reviewer, superuser)


def worded(superuser: Connection, contract_id: object, said: str = SOLD) -> None:
    """A contract of before such words were refused."""
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.contract SET said = %s WHERE contract_id = %s", (said, contract_id))


def test_it_is_not_drawn() -> None:
    """CON-84: at the field that says it."""
    with pytest.raises(Refused) as wrong:
        drawn(values={**VALUES, "paid_to": SOLD})
    assert [(one.code, one.field, one.values["said"]) for one in wrong.value.findings] == [
        ("CON-84", "paid_to", "三年后土地归乙方所有")
    ]
    drawn(values={**VALUES, "paid_to": "甲方账户，土地不得抵债"})


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("TR-2", "乙方可以在地上建厂房、宿舍"), ("TR-2", "乙方可取土制砖"), ("CON-110", "合同期满自动延长二十年"),
        ("CON-84", "承包期满后土地仍归乙方"), ("CON-111", "乙方可以把土地抵押给银行，不必告诉甲方"),
        ("CON-112", "合同期内甲方不得以任何理由解除合同"), ("CON-116", "租金按每亩每年四百元付，从第二年起每年递增百分之五"),
        ("CON-116", "前三年租金乙方以肥料抵付"),
    ],
)  # fmt: skip
def test_what_leaves_the_law_of_farmland_is_not_drawn(code: str, said: str) -> None:
    with pytest.raises(Refused) as wrong:
        drawn(values={**VALUES, "paid_to": said})
    assert {(one.code, one.field) for one in wrong.value.findings} >= {(code, "paid_to")}
    drawn(values={**VALUES, "paid_to": "甲方账户。乙方不得建房、取土；期满后同等条件下优先续租，双方另签合同"})


def test_one_that_was_drawn_before_is_not_signed(superuser: Connection) -> None:
    contract = drawn()
    worded(superuser, contract.contract_id)
    with pytest.raises(Refused) as wrong:
        signing.sign(OPERATOR, COUNTY, contract.contract_id, signature(contract, "contractor"), PAPER)
    assert codes(wrong) == {"CON-84"}


def test_one_that_was_signed_before_is_told_and_not_certified(superuser: Connection) -> None:
    contract = signed(drawn(from_on=today(), until_on=today().replace(year=today().year + 1)))
    at = (OPERATOR, COUNTY, contract.contract_id)
    life.pay(*at, sum(due.amount for due in seen(contract).dues), today(), "HP-1", PAPER)
    worded(superuser, contract.contract_id)
    with pytest.raises(Refused) as wrong:
        certifying.certify(*at)
    assert codes(wrong) == {"CON-84"}
    with unit_of_work(OPERATOR) as uow:
        found = saying.told_of(uow.session, seen(contract).contract, load_law(uow.session, COUNTY, today()))
    assert [one.code for one in found] == ["CON-84"]


@pytest.mark.parametrize(
    ("code", "said", "before"),
    [
        ("CON-110", "合同期满自动延长二十年", "2026-11-28"), ("TR-2", "乙方可取土制砖", "2026-11-28"),
        ("TR-2", "乙方可以挖塘养鱼", "2026-11-28"), ("CON-84", SOLD, "2018-12-31"),
        ("CON-116", "租金另按每亩四百元付", "2026-11-28"),
    ],
)  # fmt: skip
def test_one_that_was_signed_before_its_words_were_read_so_is_certified_by_the_rules_of_that_day_and_told_of_them(
    superuser: Connection, code: str, said: str, before: str
) -> None:
    """CON-115: whatever rule its words meet today; both sides and the desk read it as long as the contract stands."""
    with past_triggers(superuser):
        superuser.execute("UPDATE land.parcel SET basic_farmland = true")
    contract = signed(drawn(from_on=today(), until_on=today().replace(year=today().year + 1)))
    at = (OPERATOR, COUNTY, contract.contract_id)
    life.pay(*at, sum(due.amount for due in seen(contract).dues), today(), "HP-1", PAPER)
    worded(superuser, contract.contract_id, said)

    owner = farmer(superuser, HOUSEHOLD)

    def told() -> list[str]:
        with unit_of_work(OPERATOR) as uow, unit_of_work(owner) as own:
            law = load_law(uow.session, COUNTY, today())
            found = saying.told_of(uow.session, seen(contract).contract, law)
            row = queries.one(own.session, COUNTY, contract.contract_id, lock=False)
            assert row is not None
            (other,) = saying.told_of(own.session, row, law, own=True)
            assert [(one.code, one.field) for one in found] == [(other.code, other.field)]
            assert all(law.say(one) and law.say(one, "en") for one in found)
            return [one.code for one in found]

    assert told() == [code]
    with pytest.raises(Refused) as wrong:
        certifying.certify(*at)
    assert codes(wrong) == {code}
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract_event SET on_day = %s WHERE contract_id = %s AND kind = 'signed'",
            (before, contract.contract_id),
        )
    assert told() == ["CON-115"]
    assert certifying.certify(*at).startswith(f"{COUNTY}-J")


def test_trees_and_ponds_are_told_of_permanent_basic_farmland_alone(superuser: Connection) -> None:
    contract = signed(drawn(from_on=today(), until_on=today().replace(year=today().year + 1)))
    worded(superuser, contract.contract_id, "乙方可以挖塘养鱼")
    found = {}
    for basic in (True, False):
        with past_triggers(superuser):
            superuser.execute("UPDATE land.parcel SET basic_farmland = %s", (basic,))
        with unit_of_work(OPERATOR) as uow:
            told = saying.told_of(uow.session, seen(contract).contract, load_law(uow.session, COUNTY, today()))
        found[basic] = [(one.code, one.values["fault"]) for one in told if one.code == "TR-2"]
    assert found == {True: [("TR-2", "use_on_basic")], False: []}


def test_a_side_reads_the_contract_s_number_in_place_of_codes_and_nobody_else_learns_of_them(
    superuser: Connection,
) -> None:
    """TR-2: the login of households and takers is answered by yes or no, of what it is told of."""
    contract = signed(drawn(from_on=today(), until_on=today().replace(year=today().year + 1)))
    worded(superuser, contract.contract_id, "乙方可以挖塘养鱼")
    with past_triggers(superuser):
        superuser.execute("UPDATE land.parcel SET basic_farmland = true")
    parcels = [one.parcel_code for one in seen(contract).parcels]
    owner = farmer(superuser, HOUSEHOLD)
    with unit_of_work(owner) as uow:
        row = queries.one(uow.session, COUNTY, contract.contract_id, lock=False)
        assert row is not None
        (told,) = saying.told_of(uow.session, row, load_law(uow.session, COUNTY, today()), own=True)
        assert (told.code, told.values["parcels"]) == ("TR-2", [contract.number])
        assert listing_queries.on_basic_land(uow.session, COUNTY, None, parcels)
    stranger = Actor(uuid4(), "样本外人", Desk.CITIZEN, frozenset({Role.TAKER}), COUNTY)
    with unit_of_work(stranger) as uow:
        assert not listing_queries.on_basic_land(uow.session, COUNTY, None, parcels)
    for who in (owner, stranger):
        with pytest.raises(DBAPIError), unit_of_work(who) as uow:
            listing_queries.basic_land(uow.session, COUNTY, None, parcels)


def test_so_they_are_of_a_project_before_any_household_is_asked(superuser: Connection) -> None:
    with unit_of_work(OPERATOR) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
    parcels = tuple(projects.Priced(code, Decimal(500)) for code in sorted(land))
    planned = projects.Planned(
        "整村流转", TAKER, terms(price=Decimal("500.00")), parcels, VALUES, "可以挖塘养鱼", "样本合作社"
    )
    for basic in (True, False):
        with past_triggers(superuser):
            superuser.execute("UPDATE land.parcel SET basic_farmland = %s", (basic,))
        if basic:
            with pytest.raises(Refused) as wrong:
                projects.open_project(OPERATOR, COUNTY, VILLAGE, planned)
            assert [(one.code, one.field) for one in wrong.value.findings] == [("TR-2", "said")]
        else:
            assert projects.open_project(OPERATOR, COUNTY, VILLAGE, planned).said == "可以挖塘养鱼"
