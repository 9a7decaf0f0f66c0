"""A lease of a house is a contract of its own: its clauses, its disputes, no step of a transfer of contracted land."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy.exc import ProgrammingError

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.core.pdftext import pdf_text
from landreg.core.periods import DAY
from landreg.exchange.bidding import taker_queries
from landreg.exchange.contracts import (
    disputes,
    drawing,
    land_queries,
    life,
    papers,
    queries,
    registering,
    saying,
    signing,
)
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.entering import happened, held
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.closing import Returned
from landreg.law.queries import load_law
from landreg.registry.papers.office import Desk
from tests.contract_kit import OPERATOR, OTHER, PAPER, TAKER, draft, drawn, parcels_of, seen, signed, terms, today
from tests.exchange_kit import market
from tests.registry_kit import Connection, codes, right_of
from tests.villages import COUNTY, past_triggers

HOUSE = {
    "taker_home": "样本镇街道一号", "house_state": "砖混两间，通水电，院落一处", "use": "living", "paid_to": "甲方账户",
    "deposit_yuan": "500", "repairs_by": "contractor", "letting_on": "consent", "late_per_10000": "5",
    "fixtures_end": "removed",
}  # fmt: skip


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    market(registrar, reviewer, superuser)


def let(**said: str) -> Contract:
    values = {name: text for name, text in {**HOUSE, **said}.items() if text}
    return drawn(kind="house_lease", unit="yuan_year", price=Decimal("3000.00"), values=values)


def printed(contract: Contract) -> str:
    with unit_of_work(OPERATOR) as uow:
        desk = Desk(load_law(uow.session, COUNTY, today()), "https://example.test", sample=True)
        pdf = papers.contract(uow.session, desk, seen(contract))
    return re.sub(r"\s", "", pdf_text(BytesIO(pdf)))


def test_its_paper_is_a_lease_of_a_house_and_none_of_farmland() -> None:
    text = printed(let())
    assert "砖混两间，通水电，院落一处" in text
    assert "押金500元" in text
    assert "可以自行维修，费用由甲方负担" in text
    assert "转租给第三人，须经甲方书面同意" in text
    assert "向人民法院起诉" in text
    assert "甲方（出租方）" in text
    farmed = ("承包", "流转", "仲裁", "青苗", "水利", "闲置荒芜", "建坟", "质量等级", "发包方")
    assert [word for word in farmed if word in text.replace("农村产权流转交易市场", "")] == []


def test_its_paper_says_what_the_register_has_around_the_homestead(registrar: Actor, superuser: Connection) -> None:
    right = right_of(registrar, kind="homestead")
    parcels = parcels_of(OPERATOR, right)

    def paper(**changed: str) -> str:
        with past_triggers(superuser):
            sides = {f"neighbour_{side}": "" for side in ("east", "south", "west", "north")} | changed
            named = ", ".join(f"{name} = %s" for name in sides)
            superuser.execute(f"UPDATE land.parcel SET {named} WHERE code = ANY (%s)", (*sides.values(), parcels))
        asked = draft(right, parcels, HOUSE, kind="homestead_lease", unit="yuan_year", price=Decimal("3000.00"))
        return printed(drawing.draw_recorded(OPERATOR, COUNTY, asked, TAKER, "样本种植专业合作社"))

    assert "东：路；南：—；西：—；北：林" in paper(neighbour_east="路", neighbour_north="林")
    assert "登记簿未记四至，以宗地图为准" in paper()


def test_its_deposit_is_due_as_the_house_is_handed_over_and_goes_back_at_the_end() -> None:
    contract = let(deposit_yuan="1,500.50")
    text = printed(contract)
    assert re.search(r"押金租赁终止后退还\d{4}年\d+月\d+日1,500\.50", text)
    key = (OPERATOR, COUNTY, signed(contract).contract_id)
    (deposit,) = (one.due for one in seen(contract).settled if one.due.kind == "deposit")
    assert (deposit.amount, deposit.due_on, deposit.payer) == (Decimal("1500.50"), today(), "taker")
    life.pay(*key, seen(contract).left, today(), "HP-7", PAPER)
    found = seen(contract)
    assert found.left == found.overpaid == 0
    assert found.beyond(found.settled_until(found.contract.until_on))[0] == Decimal("1500.50")


def test_it_is_named_before_the_signatures_and_asked_about_when_it_is_many_months_of_rent() -> None:
    """CON-118, told to the desk and both sides alike, until both have signed."""

    def told(contract: Contract) -> tuple[Decimal, set[str]]:
        total = saying.to_be_paid(seen(contract))
        assert total is not None
        with unit_of_work(OPERATOR) as uow:
            law = load_law(uow.session, COUNTY, today())
            codes = {one.code for one in saying.told_of(uow.session, seen(contract).contract, law)}
            return total[2], codes & {"CON-118"}

    high = let(deposit_yuan="90,000")
    assert told(high) == (Decimal("90000.00"), {"CON-118"})
    signing.drop(OPERATOR, COUNTY, high.contract_id, "改押金")
    assert told(let(deposit_yuan="500")) == (Decimal("500.00"), set())


def test_a_deposit_is_a_line_of_its_own_until_it_was_given_back() -> None:
    """CON-24: how much went back is said with the return of the house, and why less did."""
    contract = let(deposit_yuan="500")
    key = (OPERATOR, COUNTY, signed(contract).contract_id)
    life.pay(*key, seen(contract).left, today(), "HP-8", PAPER)
    assert (seen(contract).deposit, seen(contract).deposit_open) == (0, 0), "it is held while the lease runs"
    life.end(*key, End("agreed", today()), PAPER)
    found = seen(contract)
    assert (found.deposit_open, found.deposit_back) == (Decimal("500.00"), None)
    assert found.overpaid == found.beyond(found.settled)[0] - 500 > 0, "rent paid ahead is another sum"
    for wrong, field in (
        (Returned(today()), "deposit_yuan"), (Returned(today(), deposit_yuan=Decimal("500.01")), "deposit_yuan"),
        (Returned(today(), deposit_yuan=Decimal(300)), "said"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            life.give_back(*key, wrong, PAPER)
        assert [(one.code, one.field) for one in refused.value.findings] == [("CON-24", field)]
    over, none = found.overpaid, Decimal(0)
    assert found.overpaid_open == (over, none)
    for wrong, field in (
        (Returned(today(), deposit_yuan=Decimal(500)), "repaid_yuan"),
        (Returned(today(), deposit_yuan=Decimal(500), repaid_yuan=over + 1), "repaid_yuan"),
        (Returned(today(), deposit_yuan=Decimal(500), repaid_yuan=none), "said"),
        (Returned(today(), deposit_yuan=Decimal(500), repaid_yuan=over, repaid_kg=Decimal(1)), "repaid_kg"),
    ):
        with pytest.raises(Refused) as refused:
            life.give_back(*key, wrong, PAPER)
        assert [(one.code, one.field) for one in refused.value.findings] == [("CON-24", field)]
    back = Returned(today(), said="门锁坏了，扣 200 元", deposit_yuan=Decimal(300), repaid_yuan=over)
    life.give_back(*key, back, PAPER)
    assert (seen(contract).deposit_open, seen(contract).deposit_back) == (0, Decimal("300.00"))
    assert (seen(contract).overpaid_open, seen(contract).repaid) == ((0, 0), (over, 0)), "nothing stands open"


def test_a_house_that_went_back_with_no_word_on_its_deposit_asks_for_none(superuser: Connection) -> None:
    contract = let(deposit_yuan="500")
    key = (OPERATOR, COUNTY, signed(contract).contract_id)
    life.pay(*key, seen(contract).left, today(), "HP-8", PAPER)
    life.end(*key, End("agreed", today()), PAPER)
    over = seen(contract).overpaid
    life.give_back(*key, Returned(today(), deposit_yuan=Decimal(500), repaid_yuan=over), PAPER)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract_event SET facts = facts - 'deposit_yuan' WHERE kind = 'returned' AND contract_id = %s",
            (contract.contract_id,),
        )
    found = seen(contract)
    assert (found.deposit, found.deposit_open, found.deposit_back) == (Decimal("500.00"), 0, None)


def test_arrears_take_of_the_deposit_first_and_a_lease_without_one_gives_none_back() -> None:
    contract = let(deposit_yuan="500")
    key = (OPERATOR, COUNTY, signed(contract).contract_id)
    life.pay(*key, Decimal("500.00"), today(), "HP-9", PAPER)
    life.end(*key, End("agreed", today() + DAY), PAPER)
    assert (seen(contract).deposit, seen(contract).overpaid) == (0, 0), "what was paid goes to the rent that was due"
    values = {name: text for name, text in HOUSE.items() if name != "deposit_yuan"}
    bare = drawn(OTHER, kind="house_lease", unit="yuan_year", price=Decimal("3000.00"), values=values)
    key = (OPERATOR, COUNTY, signed(bare).contract_id)
    life.end(*key, End("agreed", today()), PAPER)
    with pytest.raises(Refused) as none:
        life.give_back(*key, Returned(today(), deposit_yuan=Decimal(1)), PAPER)
    assert codes(none) == {"CON-24"}
    life.give_back(*key, Returned(today()), PAPER)


def test_of_more_payments_than_its_paper_has_room_for_it_says_how_many_follow() -> None:
    contract = drawn(
        kind="house_lease", unit="yuan_month", price=Decimal("300.00"), paid_every="month", values=HOUSE,
        from_on=date(2022, 1, 1), until_on=date(2030, 1, 1),
    )  # fmt: skip
    text = printed(contract)
    assert "其余37期按同样的间隔支付，最后一期2029年12月1日300.00" in text


def test_it_is_not_drawn_without_the_state_of_the_house_and_needs_no_deposit() -> None:
    """CON-80, not the items of a transfer of farmland."""
    with pytest.raises(Refused) as bare:
        let(house_state="", repairs_by="")
    assert codes(bare) == {"CON-80", "FORM-1"}
    assert "押金" not in printed(let(deposit_yuan=""))


def test_its_disputes_go_to_mediation_or_to_court() -> None:
    """CON-83."""
    contract = signed(let())
    with pytest.raises(Refused) as board:
        disputes.dispute(OPERATOR, COUNTY, contract.contract_id, Brought("arbitration", "租金"), PAPER)
    assert codes(board) == {"CON-83"}
    disputes.dispute(OPERATOR, COUNTY, contract.contract_id, Brought("court", "租金"), PAPER)
    assert seen(contract).contract.state == "disputed"


def test_it_is_neither_filed_nor_registered_nor_passed_on_as_contracted_land(superuser: Connection) -> None:
    """CON-81, by rule and by database; the market certifies it all the same."""
    contract = signed(let())
    key = (OPERATOR, COUNTY, contract.contract_id)
    for step in (
        lambda: signing.file(*key, today(), "", PAPER),
        lambda: signing.ask_registration(*key, PAPER),
        lambda: drawing.draw_following(*key, "retransfer", terms(), HOUSE),
    ):
        with pytest.raises(Refused) as refused:
            step()
        assert codes(refused) == {"CON-81"}
    for kind in ("filed", "registration_asked"):
        with pytest.raises(Refused) as past:
            past_the_service(contract, kind)
        assert codes(past) == {"CON-81"}, kind
    life.pay(*key, Decimal("3000.00"), today(), "HP-1", PAPER)
    with unit_of_work(OPERATOR) as uow:
        assert not signing.may_register(seen(contract), load_law(uow.session, COUNTY, today()))


def test_an_application_that_was_declined_waits_no_more_and_may_be_made_anew(registrar: Actor) -> None:
    """CON-5: one waits at a time, and only the office declines it, with a reason that the parties read."""
    contract = signed(drawn())
    key = (COUNTY, contract.contract_id)
    with pytest.raises(Conflict):
        registering.decline(registrar, *key, "没有申请")
    signing.ask_registration(OPERATOR, *key, PAPER)
    with pytest.raises(Conflict):
        signing.ask_registration(OPERATOR, *key, PAPER)
    assert waiting(registrar) == [contract.number]
    with pytest.raises(BadInput):
        registering.decline(registrar, *key, " ")
    with pytest.raises(ProgrammingError, match="declined_by_the_office"):
        past_the_service(contract, "registration_declined")
    registering.decline(registrar, *key, "申请书没有双方签字")
    assert waiting(registrar) == []
    declined = seen(contract).of("registration_declined")
    assert declined is not None
    assert declined.said == "申请书没有双方签字"
    assert seen(contract).application is None
    signing.ask_registration(OPERATOR, *key, PAPER)
    assert waiting(registrar) == [contract.number]


def past_the_service(contract: Contract, kind: str) -> None:
    """A step as the desk of the market writes it by itself."""
    with unit_of_work(OPERATOR) as uow:
        found, law = held(uow, COUNTY, contract.contract_id)
        happened(uow, found.contract, kind, law.on, said="不是登记机构", paper=PAPER)


def waiting(registrar: Actor) -> list[str]:
    with unit_of_work(registrar) as uow:
        return [row.number for row in queries.registration_asked(uow.session)]


def test_what_lies_around_a_parcel_is_told_within_the_jurisdiction_alone(registrar: Actor) -> None:
    codes_of = parcels_of(OPERATOR, right_of(registrar, kind="homestead"))
    with unit_of_work(OPERATOR) as uow:
        assert set(land_queries.bounds(uow.session, COUNTY, codes_of)) == set(codes_of)
    with unit_of_work(replace(OPERATOR, jurisdiction="610921")) as uow:
        assert land_queries.bounds(uow.session, COUNTY, codes_of) == {}


def test_a_house_is_no_land_that_its_taker_takes_in(superuser: Connection) -> None:
    """QUAL-1, QUAL-4: of farmland and four-wastes alone, by service and database."""
    contract = signed(let())

    def taken_in() -> Decimal:
        with unit_of_work(OPERATOR) as uow:
            return taker_queries.area_held(uow.session, COUNTY, contract.taker_id)

    assert taken_in() == 0
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.contract SET kind = 'lease' WHERE contract_id = %s", (contract.contract_id,))
    assert taken_in() == contract.area_m2
