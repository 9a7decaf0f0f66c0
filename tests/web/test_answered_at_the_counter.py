"""A bidder without a phone answers a doubt about the deposit at the counter, by a writing that another officer takes in (REC-2)."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.bidding import doubting, sale_queries
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


def test_a_bidder_answers_at_the_counter_by_a_writing_that_another_officer_takes_in(
    app: Flask, database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser,
    account: OpenAccount,
) -> None:  # fmt: skip
    use_key(database.keys["identity"])
    sale = kit.auction(kit.published(registrar, reviewer, superuser, way="auction"))
    people = [kit.person(superuser, number) for number in (1, 2)]
    _, best = two_bids(superuser, sale, people)
    bidder = people[1][1]
    with unit_of_work(OPERATOR) as uow:
        told = sale_queries.deposits(uow.session, COUNTY, sale.sale_id, standing=True)
    held = next(one.deposit_id for one in told if one.entrant_id == best.entrant_id)
    doubting.doubt(OPERATOR, COUNTY, held, "银行流水里没有这笔", STATEMENT)
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
    assert ("在柜台收下" in own, SAID in own) == (True, True)
    with pytest.raises(Refused) as twice:
        doubting.answer(bidder, COUNTY, held, "再说一次")
    assert twice.value.findings[0].values["fault"] == "doubt_answered"
