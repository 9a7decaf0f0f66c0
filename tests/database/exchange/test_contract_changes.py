"""What changes a contract: between the same two, within its term, one draft at a time, and something."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from landreg.core.actor import WORKER, Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound, Refused
from landreg.core.units import half_up
from landreg.exchange.contracts import days, draft_queries, drawing, life, signing
from landreg.exchange.contracts.drafts import Taken
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    VALUES,
    drawn,
    parcels_of,
    right_id,
    seen,
    signed,
    terms,
    today,
)
from tests.exchange_kit import TERM, farmer_of
from tests.registry_kit import HOUSEHOLD, Connection, codes, pass_days, to_rights
from tests.villages import COUNTY, past_triggers

CHEAPER = Decimal("500.00")


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


def follows(contract: Contract, relation: str = "change", taker: str = "", **changed: Any) -> Contract:
    asked = terms(**{"from_on": today(), "price": CHEAPER, **changed})
    return drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, relation, asked, VALUES, taker_code=taker)


def past_the_service(contract: Contract, **changed: Any) -> None:
    """A change of a contract as a row of its own, beside the service."""
    columns = {one.name: getattr(contract, one.key) for one in Contract.__table__.columns}
    row = {
        **columns, "contract_id": sa.func.gen_random_uuid(), "number": f"{contract.number}9", "relation": "change",
        "previous_id": contract.contract_id, "from_on": today(), "state": "drawn", "ends_on": None, **changed,
    }  # fmt: skip
    with unit_of_work(OPERATOR) as uow:
        uow.session.execute(sa.insert(Contract.__table__).values(row))


def test_a_contract_is_changed_for_its_own_taker_only() -> None:
    """CON-60, by service and database."""
    contract = signed(drawn())
    with pytest.raises(Refused) as refused:
        follows(contract, taker=OTHER)
    assert codes(refused) == {"CON-60"}
    another = drawn(OTHER, taker="93610902MA0000002E")
    with pytest.raises(Refused) as wall:
        past_the_service(seen(contract).contract, taker_id=another.taker_id, taker_name=another.taker_name)
    assert codes(wall) == {"CON-60"}


@pytest.mark.parametrize("after", [-400, -1, 4000])
def test_a_change_begins_within_the_term_and_on_no_day_that_is_over(after: int) -> None:
    """CON-61, by service and database: rents of days that are over stay as they were owed and paid."""
    contract, on = signed(drawn()), today() + timedelta(days=after)
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("10.00"), today(), "HZ-1", PAPER)
    before = seen(contract).settled
    with pytest.raises(Refused) as refused:
        follows(contract, from_on=on, until_on=max(contract.until_on, on + timedelta(days=90)))
    assert "CON-61" in codes(refused)
    with pytest.raises(Refused) as wall:
        past_the_service(seen(contract).contract, from_on=on, until_on=on + timedelta(days=90))
    assert codes(wall) == {"CON-61"}
    assert seen(contract).settled == before


def test_a_contract_is_replaced_on_a_day_of_its_term_only() -> None:
    contract = signed(drawn())
    for on in (contract.from_on - timedelta(days=1), contract.until_on):
        with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
            happened(uow, seen(contract).contract, "ended", on, facts={"how": "replaced", "by": "x"})
        assert codes(wall) == {"CON-61"}


def test_one_draft_at_a_time_changes_or_renews_a_contract() -> None:
    """CON-62, by service and database; the next one when that is dropped."""
    contract = signed(drawn())
    draft = follows(contract)
    renewed = {"from_on": contract.until_on, "until_on": contract.until_on + timedelta(days=60)}
    for relation, more in (("change", {}), ("renewal", renewed)):
        with pytest.raises(Refused) as refused:
            follows(contract, relation, **more)
        assert codes(refused) == {"CON-62"}
        assert refused.value.findings[0].values["numbers"] == [draft.number]
    with pytest.raises(Refused) as wall:
        past_the_service(seen(contract).contract)
    assert codes(wall) == {"CON-62"}
    signing.drop(OPERATOR, COUNTY, draft.contract_id, "不变更了")
    assert follows(contract).state == "drawn"


def test_a_change_that_changes_nothing_is_none_and_one_without_land_neither() -> None:
    """CON-63 and CON-1."""
    contract = signed(drawn())
    with pytest.raises(Refused) as same:
        follows(contract, price=Decimal("600.00"), until_on=contract.until_on)
    assert codes(same) == {"CON-63"}
    asked = terms(from_on=today(), price=CHEAPER)
    with pytest.raises(Refused) as landless:
        drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", asked, VALUES, ())
    assert "CON-1" in codes(landless)
    (own,) = seen(contract).parcels
    change = drawing.draw_following(
        OPERATOR, COUNTY, contract.contract_id, "change", asked, VALUES, [Taken(own.parcel_code)]
    )
    assert [one.area_m2 for one in seen(change).parcels] == [own.area_m2]


def test_a_contract_that_has_ended_is_not_changed_nor_is_a_change_of_it_signed() -> None:
    """CON-5, at the first signature already."""
    contract = signed(drawn())
    draft = follows(contract)
    waits = End("agreed", today(), said="甲方取得县城户口后双方解约，欠款抵作户口费用")
    with pytest.raises(Refused) as tied:
        life.end(OPERATOR, COUNTY, contract.contract_id, waits, PAPER)
    assert codes(tied) == {"GUARD-1"}
    life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", today()), PAPER)
    with pytest.raises(Conflict) as drawing_again:
        follows(contract)
    assert codes(drawing_again) == {"CON-5"}
    with pytest.raises(Conflict) as signature:
        signed(draft, "contractor")
    assert codes(signature) == {"CON-5"}


def test_what_was_replaced_is_renewed_and_passed_on_by_what_replaces_it_only() -> None:
    contract = signed(drawn())
    change = signed(follows(contract, until_on=contract.until_on))
    later = {"from_on": contract.until_on, "until_on": contract.until_on + timedelta(days=60)}
    with pytest.raises(Conflict):
        follows(contract, "renewal", **later)
    assert follows(change, "renewal", **later).state == "drawn"


def test_what_another_contract_has_by_now_is_named_at_the_last_signature() -> None:
    """CON-2 with parcel and number."""
    first, second = drawn(), drawn()
    signed(second, "contractor")
    signed(first)
    with pytest.raises(Refused) as refused:
        signed(second, "taker")
    (told,) = refused.value.findings
    codes_ = [one.parcel_code for one in seen(first).parcels]
    assert (told.code, told.values) == ("CON-2", {"parcels": codes_, "numbers": [first.number]})


def test_a_change_between_the_two_replaces_the_contract_on_its_first_day() -> None:
    contract = signed(drawn())
    change = signed(follows(contract, until_on=date(2027, 3, 1)))
    assert (seen(contract).contract.ends_on, seen(change).contract.until_on) == (today(), date(2027, 3, 1))


def test_what_was_paid_too_much_goes_over_to_the_contract_that_changes_the_old_one() -> None:
    """The old one keeps its rents and receipts; the database takes no sum from nowhere."""
    contract = signed(drawn())
    life.pay(OPERATOR, COUNTY, contract.contract_id, seen(contract).left, today(), "HZ-7", PAPER)
    paid = sum((one.amount_yuan or Decimal(0) for one in seen(contract).payments), Decimal(0))
    change = signed(follows(contract, until_on=contract.until_on))
    old, new = seen(contract), seen(change)
    owed = sum((one.owed or Decimal(0) for one in old.settled), Decimal(0))
    assert (old.overpaid, old.left, len(old.payments)) == (0, 0, 1)
    assert [(one.amount_yuan, one.receipt) for one in new.credited] == [(paid - owed, contract.number)]
    assert new.settled[0].paid == min(paid - owed, new.settled[0].owed or Decimal(0))
    other = signed(drawn(OTHER))
    draft = signed(follows(other), "contractor")
    with unit_of_work(OPERATOR) as uow:
        happened(uow, other, "ended", today(), facts={"how": "replaced", "by": draft.number})
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, draft, "signed", today(), facts={"carried": "999.00"})
    assert codes(wall) == {"CON-61"}


def test_no_more_goes_over_than_was_paid() -> None:
    """CON-61, by the database: neither of money nor of grain, and of nothing but a change."""
    contract = signed(drawn())
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("10.00"), today(), "HZ-8", PAPER)
    for how, carried in (
        ("replaced", {"carried": "10.01"}), ("replaced", {"carried": "NaN"}), ("replaced", {"carried": "-1"}),
        ("replaced", {"carried": "1", "carried_kg": "0.01"}), ("agreed", {"carried": "1"}),
    ):  # fmt: skip
        with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
            happened(uow, contract, "ended", today(), facts={"how": how, "by": "x", **carried})
        assert codes(wall) == {"CON-61"}


ONE_SUM: dict[str, Any] = {
    "kind": "assignment", "unit": "yuan_once", "price": Decimal("86000.00"), "paid_every": "once", "until_on": date(2048, 1, 1),
}  # fmt: skip
ASSIGNED = {**VALUES, "issuer_consent": "同意书一号"}


def assigned() -> Contract:
    return signed(drawn(codes=parcels_of(OPERATOR, right_id()), values=ASSIGNED, taker=OTHER, **ONE_SUM))


def dearer(contract: Contract) -> Contract:
    asked = terms(**{**ONE_SUM, "from_on": today(), "price": Decimal("90000.00")})
    return drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", asked, ASSIGNED)


def test_a_contract_paid_in_one_sum_that_is_changed_owes_the_new_sum_less_what_was_paid() -> None:
    contract = assigned()
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("80000.00"), today(), "HZ-9", PAPER)
    change = signed(dearer(contract))
    old, new = seen(contract), seen(change)
    assert (old.settled, old.left, old.overpaid) == ((), 0, 0)
    assert [(one.amount_yuan, one.receipt) for one in new.credited] == [(Decimal("80000.00"), contract.number)]
    assert (new.left, new.course(today()).arrears) == (Decimal("10000.00"), 0)


def test_one_sum_that_becomes_a_rent_is_owed_by_its_days_until_then(superuser: Connection) -> None:
    contract = assigned()
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("86000.00"), today(), "HZ-10", PAPER)
    change = dearer(contract)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET unit = 'yuan_year', paid_every = 'year' WHERE contract_id = %s",
            (change.contract_id,),
        )
    signed(change)
    days = Decimal((today() - contract.from_on).days) / Decimal((contract.until_on - contract.from_on).days)
    (owed,) = seen(contract).settled
    assert (owed.owed, seen(contract).left, seen(contract).overpaid) == (half_up(86000 * days), 0, 0)
    assert [one.amount_yuan for one in seen(change).credited] == [Decimal(86000) - half_up(86000 * days)]


def test_grain_handed_over_too_much_goes_over_as_grain_of_the_same_kind_only() -> None:
    wheat: dict[str, Any] = {"unit": "kg_mu_year", "grain": "wheat", "price": Decimal("250.00")}
    less = {**wheat, "price": Decimal("200.00")}
    for place, (code, changed) in enumerate(((HOUSEHOLD, less), (OTHER, {**less, "grain": "rice"}))):
        contract = signed(drawn(code, **wheat))
        kg = seen(contract).left_kg
        life.pay(OPERATOR, COUNTY, contract.contract_id, None, today(), f"BD-{place}", PAPER, kg)
        change = signed(follows(contract, **changed, until_on=contract.until_on))
        old, new = seen(contract), seen(change)
        over = kg - sum((one.due.amount for one in old.settled), Decimal(0))
        goes = code == HOUSEHOLD
        assert over > 0
        assert old.overpaid_kg == (0 if goes else over)
        assert [one.kg for one in new.credited] == ([over] if goes else [])
        assert sum((one.handed for one in new.settled), new.overpaid_kg) == (over if goes else 0)


def test_a_re_transfer_that_was_drawn_before_the_paper_was_asked_for_is_signed_without_it(
    superuser: Connection,
) -> None:
    contract = signed(drawn())
    asked = (COUNTY, contract.contract_id, "retransfer", terms(from_on=today(), until_on=contract.until_on), VALUES)
    onward = drawing.draw_following(OPERATOR, *asked, taker_code=OTHER, consent=PAPER)
    with past_triggers(superuser):
        superuser.execute("DELETE FROM exchange.contract_event WHERE contract_id = %s", (onward.contract_id,))
    with pytest.raises(Refused) as wall:
        signed(onward, "contractor")
    assert codes(wall) == {"TR-10"}
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET drawn_at = '2024-01-01' WHERE contract_id = %s", (onward.contract_id,)
        )
    signed(onward, "contractor")


def test_a_draft_that_can_be_concluded_no_more_is_dropped_by_what_overtakes_it(superuser: Connection) -> None:
    """A re-transfer by the change, a change by the end; by the worker where a term is over."""
    contract = signed(drawn())
    asked = (COUNTY, contract.contract_id, "retransfer", terms(from_on=today(), until_on=contract.until_on), VALUES)
    onward = drawing.draw_following(OPERATOR, *asked, taker_code=OTHER, consent=PAPER)
    change = signed(follows(contract))
    assert seen(onward).contract.state == "withdrawn"
    assert seen(onward).events[-1].facts == {"how": "overtaken", "by": change.number}
    again = follows(change, price=Decimal("400.00"))
    life.end(OPERATOR, COUNTY, change.contract_id, End("agreed", today()), PAPER)
    assert seen(again).events[-1].facts == {"how": "overtaken", "by": change.number}
    short = signed(drawn(until_on=today() + timedelta(days=20), from_on=today()))
    late = follows(short, until_on=today() + timedelta(days=10))
    assert days.work() == 0
    with pytest.raises(ProgrammingError, match="row-level security"), unit_of_work(WORKER) as uow:
        happened(uow, late, "withdrawn", today(), facts={"how": "overtaken"})
    pass_days(superuser, 20)
    days.work()
    assert seen(late).events[-1].facts == {"how": "overtaken"}


def test_a_re_transfer_is_signed_with_the_contractor_s_consent_as_a_paper_only() -> None:
    """TR-10, by service and database."""
    contract = signed(drawn())
    asked = (COUNTY, contract.contract_id, "retransfer", terms(from_on=today(), until_on=contract.until_on))
    with pytest.raises(Refused) as typed:
        drawing.draw_following(OPERATOR, *asked, {**VALUES, "contractor_consent": "随便写"}, taker_code=OTHER)
    assert codes(typed) == {"TR-7", "TR-10"}
    onward = drawing.draw_following(OPERATOR, *asked, VALUES, taker_code=OTHER, consent=PAPER)
    (consented,) = [one for one in seen(onward).events if one.kind == "contractor_consented"]
    assert consented.document_id in seen(onward).papers
    assert PAPER.name in seen(onward).contract.clauses["contractor_consent"]
    signed(onward)


def test_a_party_drops_a_draft_by_itself_and_nobody_else_does(superuser: Connection) -> None:
    """The household, the taker, and the contractor whose land would go further; once both have signed none."""
    farmer, neighbour = farmer_of(superuser), farmer_of(superuser, OTHER, login="er.nong")
    draft = drawn()
    with pytest.raises(NotFound):
        signing.decline(neighbour, COUNTY, draft.contract_id, "")
    signing.decline(farmer, COUNTY, draft.contract_id, "租金太低")
    assert (seen(draft).contract.state, seen(draft).events[-1].said) == ("withdrawn", "租金太低")
    assert seen(draft).events[-1].facts == {"how": "declined"}
    taken = drawn(taker=OTHER)
    signing.decline(neighbour, COUNTY, taken.contract_id, "")
    lease = signed(drawn())
    with pytest.raises(Conflict):
        signing.decline(farmer, COUNTY, lease.contract_id, "")
    asked = (COUNTY, lease.contract_id, "retransfer", terms(from_on=today(), until_on=lease.until_on), VALUES)
    onward = drawing.draw_following(OPERATOR, *asked, taker_code=OTHER, consent=PAPER)
    with unit_of_work(farmer) as uow:
        assert [row.number for row in draft_queries.own(uow.session, today())] == [onward.number]
    signing.decline(farmer, COUNTY, onward.contract_id, "没有同意过")
    with unit_of_work(farmer) as uow:
        assert draft_queries.own(uow.session, today()) == []
