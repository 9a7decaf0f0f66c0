"""A bidder without a phone answers a doubt about the deposit at the counter, by a writing that another officer takes in (REC-2)."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.bidding import correcting, doubting, sale_queries
from landreg.exchange.bidding.model import Sale
from landreg.registry.guarded import Attached
from tests import bidding_kit as kit
from tests.database.exchange.test_after_publication import two_bids
from tests.exchange_kit import OPERATOR, photographed
from tests.registry_kit import Connection
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password

STATEMENT = Attached("56" * 32, 9, "statement.pdf")
SAID = "八月一日从农商行付的"


def doubted(registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[Sale, UUID, Actor]:
    """A sale that is over, the deposit of its best bid, of which it was asked whether it came, and whose it is."""
    sale = kit.auction(kit.published(registrar, reviewer, superuser, way="auction"))
    people = [kit.person(superuser, number) for number in (1, 2)]
    _, best = two_bids(superuser, sale, people)
    with unit_of_work(OPERATOR) as uow:
        told = sale_queries.deposits(uow.session, COUNTY, sale.sale_id, standing=True)
    held = next(one.deposit_id for one in told if one.entrant_id == best.entrant_id)
    doubting.doubt(OPERATOR, COUNTY, held, "银行流水里没有这笔", STATEMENT)
    return sale, held, people[1][1]


def test_a_bidder_answers_at_the_counter_by_a_writing_that_another_officer_takes_in(
    app: Flask, database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser,
    account: OpenAccount,
) -> None:  # fmt: skip
    use_key(database.keys["identity"])
    sale, held, bidder = doubted(registrar, reviewer, superuser)
    with pytest.raises(Refused) as by_asker:
        doubting.answer(OPERATOR, COUNTY, held, SAID, paper=STATEMENT)
    assert by_asker.value.findings[0].values["fault"] == "answer_by_asker"
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    page, address = f"/sales/{COUNTY}/deposits/{held}/correction", f"/sales/{COUNTY}/deposits/{held}/doubt/answer"
    assert f'action="{address}"' in browser.get(page).text
    bare = browser.post(address, {"said": SAID})
    assert bare.status_code == 422
    assert "附上竞买人签字的书面说明" in bare.text
    assert SAID in bare.text
    assert browser.post(address, {"said": SAID, "paper": (BytesIO(photographed()), "said.jpg")}).status_code == 303
    shown = browser.get(page).text
    assert ("said.jpg" in shown, f'action="{address}"' in shown) == (True, False)
    assert browser.client.get(f"/sales/{COUNTY}/deposits/{held}/doubt/answered/paper").status_code == 200
    phone = Browser(app.test_client())
    phone.log_in(given_password(superuser, bidder))
    own = phone.get(f"/bids/{COUNTY}/{sale.sale_id}").text
    assert ("附 said.jpg，由" in own, SAID in own) == (True, True)
    assert "您已经说明：等另一名交易员核对" in own
    with pytest.raises(Refused) as twice:
        doubting.answer(bidder, COUNTY, held, "再说一次")
    assert twice.value.findings[0].values["fault"] == "doubt_answered"


def test_a_bidder_answers_on_the_phone_with_a_photo_of_the_bank_s_slip_and_reads_how_it_stands_at_the_top(
    app: Flask, database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser,
    account: OpenAccount,
) -> None:  # fmt: skip
    use_key(database.keys["identity"])
    sale, held, bidder = doubted(registrar, reviewer, superuser)
    phone, page = Browser(app.test_client()), f"/bids/{COUNTY}/{sale.sale_id}"
    phone.log_in(given_password(superuser, bidder))
    assert "您的保证金被提出疑问：请在" in phone.get(page).text
    address = f"/bids/{COUNTY}/{sale.sale_id}/deposits/{held}"
    wrong = phone.post(address, {"said": SAID, "slip": (BytesIO(b"MZ no picture"), "slip.exe")})
    assert (wrong.status_code, SAID in wrong.text) == (400, True)
    assert phone.post(address, {"said": SAID, "slip": (BytesIO(photographed()), "slip.jpg")}).status_code == 303
    told = phone.get(page).text
    assert ("附 slip.jpg，由" in told, "您已经说明：等另一名交易员核对" in told) == (True, True)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    assert "slip.jpg" in browser.get(f"/sales/{COUNTY}/deposits/{held}/correction").text
    assert browser.client.get(f"/sales/{COUNTY}/deposits/{held}/doubt/answered/paper").status_code == 200
    second = replace(OPERATOR, account_id=UUID(int=0x6109_0052), name="交易员己")
    correcting.correct_deposit(second, COUNTY, held, "流水核对过，没有到账", None)
    assert "已由两名交易员撤销、不再计入" in phone.get(page).text
