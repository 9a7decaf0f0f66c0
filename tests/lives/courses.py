"""Contracts off the market in their course: disputed, renewed, changed, ended, given back, registered, over by their day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from time import sleep
from typing import Any

from landreg.core.db import unit_of_work
from landreg.exchange.contracts import (
    below,
    cancelling,
    correcting,
    days,
    disputes,
    dividing,
    drawing,
    issuer,
    land_queries,
    life,
    members,
    queries,
    registering,
    renewing,
    signing,
    watching,
)
from landreg.exchange.contracts.correcting import Wrong
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.closing import Returned
from landreg.exchange.contracts.rules.dividing import Dividend
from landreg.exchange.contracts.rules.outcomes import Outcome
from landreg.registry.booking import register
from landreg.registry.casework import cases
from landreg.registry.rules.requests import RestrictionAsked
from tests import contract_kit as kit
from tests.contract_kit import JUDGED, OPERATOR, PAPER, VALUES, signed, terms, today
from tests.exchange_kit import NEIGHBOUR
from tests.household_kit import asked_for
from tests.life_kit import Life, Stage
from tests.registry_kit import BANK, HOUSEHOLD, booked, pass_days, put_papers, to_rights
from tests.villages import COUNTY

NAME = "样本种植专业合作社"
SHARE = {"valued_yuan": "12000", "valued_by": "评估组", "shares": "120", "floating_percent": "20", "return_days": "30"}


def courses(on: Stage) -> Life:
    """Two households with one cooperative: a lease that is changed, one that is void, a share, three that run out."""
    to_rights(on.registrar, on.reviewer, on.superuser, 2)
    pass_days(on.superuser, 0)
    yield from _assigned()
    yield from _changed()
    yield from _void()
    yield from _shared(on)
    yield from _over(on)


def _assigned() -> Life:
    on: dict[str, Any] = {"unit": "yuan_once", "price": Decimal("86000.00"), "paid_every": "once", "kind": "assignment"}
    values = {**VALUES, "issuer_consent": "同意书一号"}
    with unit_of_work(OPERATOR) as uow:
        (right,) = land_queries.rights_of(uow.session, COUNTY, HOUSEHOLD)
    codes = kit.parcels_of(OPERATOR, right.right_id)
    draft = kit.drawn(codes=codes, until_on=right.term.upper, values=values, taker=kit.OTHER, **on)
    at = (COUNTY, draft.contract_id)
    yield "issuer", lambda: issuer.record(OPERATOR, *at, today(), PAPER, read=True)
    signing.drop(OPERATOR, *at, "谈不成")


def _changed() -> Life:
    right, day = kit.right_id(HOUSEHOLD), today()
    asked = kit.draft(right, kit.parcels_of(OPERATOR, right)[:1])
    drawn = yield "draw_recorded", lambda: drawing.draw_recorded(OPERATOR, COUNTY, asked, kit.TAKER, NAME)
    at = (COUNTY, signed(drawn).contract_id)
    yield "watch_contract", lambda: watching.watch(OPERATOR, *at, "idle", "东侧两块没有耕种", day)
    yield "members_told", lambda: members.members_told(OPERATOR, *at, day, PAPER)
    yield "dispute", lambda: disputes.dispute(OPERATOR, *at, Brought("arbitration", "拖欠价款"), PAPER)
    owed = Outcome("owed", day, Decimal("88.00"), day + timedelta(days=9), pays="taker")
    yield "settle", lambda: disputes.settle(OPERATOR, *at, owed, PAPER)
    life.ask_to_remedy(OPERATOR, *at, "other", "水渠没有修", PAPER)
    yield "remedied", lambda: life.remedied(OPERATOR, *at, "已经修好")
    yield "renewal", lambda: renewing.renewal(OPERATOR, *at, "renewal_asked", "愿意续签", PAPER)
    cheaper = (terms(from_on=day, price=Decimal("500.00")), VALUES)
    change = yield "draw_following", lambda: drawing.draw_following(OPERATOR, *at, "change", *cheaper)
    key = (COUNTY, signed(change, "contractor").contract_id)
    yield "sign_change", lambda: signing.sign(OPERATOR, *key, kit.signature(change, "taker"), kit.PAPER)
    on = terms(from_on=day, until_on=change.until_on)
    onward = drawing.draw_following(OPERATOR, *key, "retransfer", on, VALUES, taker_code=kit.OTHER, consent=PAPER)
    of = (COUNTY, signed(onward).contract_id)
    yield "hear", lambda: below.hear(OPERATOR, *of, "told", day, day, PAPER)
    yield "end", lambda: life.end(OPERATOR, *key, End("agreed", day), PAPER)
    yield "give_back", lambda: life.give_back(OPERATOR, *key, Returned(day, said="水渠留用"), PAPER)


def _void() -> Life:
    contract, day = signed(kit.drawn(codes=kit.parcels_of(OPERATOR, kit.right_id())[1:])), today()
    at = (COUNTY, contract.contract_id)
    disputes.dispute(OPERATOR, *at, Brought("court", "合同效力"), None)
    yield "settle_void", lambda: disputes.settle(OPERATOR, *at, Outcome("void", day, **JUDGED), PAPER)
    assert kit.seen(contract).contract.ends_on == contract.from_on


def _shared(on: Stage) -> Life:
    """A share of more than five years: its dividend, and its land-operation right at the register's desk."""
    contract, day = signed(kit.drawn(NEIGHBOUR, kind="share", unit="share", values={**VALUES, **SHARE})), today()
    at = (COUNTY, contract.contract_id)
    yield (
        "pay_dividend",
        lambda: dividing.pay_dividend(OPERATOR, *at, Dividend(day.year - 1, Decimal("321.00"), day, day), PAPER),
    )
    slip = kit.seen(contract).of("dividend")
    assert slip is not None
    mended = Dividend(day.year - 1, Decimal("123.00"), day, day), PAPER, Wrong(slip.event_id, "金额抄错")
    yield "correct_dividend", lambda: dividing.pay_dividend(OPERATOR, *at, *mended)
    stands = kit.seen(contract).of("dividend")
    assert stands is not None
    none = Wrong(stands.event_id, "这一年没有分红")
    yield "take_back", lambda: correcting.take_back(OPERATOR, *at, none)
    life.pay(OPERATOR, *at, Decimal("5.00"), day, "HZ-7", PAPER)
    paid = kit.seen(contract).payments[0]
    right = correcting.Paid(contract.contract_id, Decimal("5.00"), day, "HZ-8")
    why = Wrong(paid.payment_id, "凭证号抄错")
    yield "correct_payment", lambda: correcting.correct_payment(OPERATOR, *at, why, right)
    signing.file(OPERATOR, *at, day, "", PAPER)
    signing.ask_registration(OPERATOR, *at, PAPER)
    yield "decline_registration", lambda: registering.decline(on.registrar, *at, "申请书没有双方签字")
    yield "ask_registration", lambda: signing.ask_registration(OPERATOR, *at, PAPER)
    text = b"%PDF-1.7 sample"
    case = yield "open_case_of", lambda: registering.open_case_of(on.registrar, on.store, *at, text)
    put_papers(on.registrar, case, "land_operation")
    cases.accept(on.registrar, COUNTY, [case])
    cases.review(on.reviewer, COUNTY, [case])
    register(on.reviewer, COUNTY, [case])
    with unit_of_work(on.worker) as uow:
        (told,) = queries.registered_now(uow.session)
    yield "tell_registered", lambda: days.tell_registered(on.worker, *told)
    with unit_of_work(OPERATOR) as uow:
        (right,) = cancelling.registered(uow.session, kit.seen(contract)).rights
    mortgage = RestrictionAsked(
        "mortgage", "样本农村信用社", "抵押合同一号", Decimal("60000.00"), day + timedelta(days=90), whose=BANK
    )
    papers = ("contractor_consent", "filing")
    case = asked_for(on.registrar, "mortgage", mortgage, right=right.right_id, more=papers)
    booked(on.registrar, on.reviewer, on.superuser, case, "mortgage")
    yield "creditor_consents", lambda: cancelling.creditor_consents(OPERATOR, *at, "change", PAPER)
    life.end(OPERATOR, *at, End("land_lost", day), PAPER)
    yield "creditor_told", lambda: cancelling.creditor_told(OPERATOR, *at, day, PAPER)
    yield "ask_cancellation", lambda: cancelling.ask_cancellation(OPERATOR, *at, PAPER)
    yield "open_case_of_end", lambda: cancelling.open_case_of_end(on.registrar, on.store, *at, text)


def _until_ended(on: Stage, made: Sequence[Contract]) -> None:
    """The round of a worker that was cut off holds its lock until the server has seen so: the next one does what is left."""
    for _ in range(50):
        if {kit.seen(one).contract.state for one in made} == {"ended"}:
            return
        sleep(0.1)
        days.work(on.worker)
    raise AssertionError([kit.seen(one).contract.state for one in made])


def _over(on: Stage) -> Life:
    """Three whose term is over: one ended by itself, two by the round of the worker; a draft that nobody signed in its days."""
    day = today()
    until, made = day + timedelta(days=20), []
    for code, place in ((HOUSEHOLD, 0), (HOUSEHOLD, 1), (NEIGHBOUR, 1)):
        parcel = kit.parcels_of(OPERATOR, kit.right_id(code))[place]
        made.append(signed(kit.drawn(code, [parcel], from_on=day, until_on=until)))
    draft = kit.drawn(from_on=until, until_on=until + timedelta(days=30))
    yield "put_off", lambda: signing.put_off(OPERATOR, COUNTY, draft.contract_id)
    asked = terms(from_on=day, until_on=day + timedelta(days=9), price=Decimal("500.00"))
    late = drawing.draw_following(OPERATOR, COUNTY, made[0].contract_id, "change", asked, VALUES)
    pass_days(on.superuser, 20)
    yield "end_by_day", lambda: days.end_by_day(on.worker, COUNTY, made[0].contract_id)
    yield "overtake", lambda: days.overtake(on.worker, COUNTY, late.contract_id)
    yield "end_contracts", lambda: days.work(on.worker)
    _until_ended(on, made)
    pass_days(on.superuser, 41)
    yield "lapse", lambda: days.lapse(on.worker, COUNTY, draft.contract_id)
    assert kit.seen(draft).contract.state == "withdrawn"
