"""A transfer on the exchange: listed, published, offered for, dealt, drawn up, signed, filed, paid, certified; another dropped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

from landreg.exchange.bidding import deals, offers, takers
from landreg.exchange.bidding.offers import Word
from landreg.exchange.contracts import certifying, drawing, life, signing
from landreg.exchange.contracts.signing import SIDES
from landreg.exchange.listings import service
from landreg.exchange.listings.reading import Offer
from tests.contract_kit import PAPER, VALUES, signature, today
from tests.exchange_kit import NEIGHBOUR, OPERATOR, TERM, own_right, parcels_of
from tests.life_kit import Life, Stage
from tests.lives.exits import bound
from tests.registry_kit import HOUSEHOLD, pass_days, to_rights
from tests.villages import COUNTY


def trades(on: Stage) -> Life:
    """The first household's land goes to the second."""
    to_rights(on.registrar, on.reviewer, on.superuser, 2, **TERM)
    owner, neighbour = bound(on, HOUSEHOLD, "cao.nong"), bound(on, NEIGHBOUR, "lin.nong")
    right = own_right(on.registrar)
    now = today(OPERATOR).toordinal()
    first, until, closes = (date.fromordinal(now + days) for days in (31, 400, 30))
    offer = Offer("lease", tuple(parcels_of(on.registrar, right)), first, until, closes, Decimal("500.00"), right)
    asked = (owner, COUNTY, offer, (), uuid4())
    listing = yield "list_own", lambda: service.list_own(*asked)
    at = (COUNTY, listing.listing_id)
    yield "publish_listing", lambda: service.publish(OPERATOR, *at)
    taker = yield "open_taker", lambda: takers.of_household(neighbour, COUNTY)
    yield "offer", lambda: offers.say(neighbour, *at, taker.taker_id, Word("offer", Decimal(450)))
    yield "accept", lambda: offers.say(owner, *at, taker.taker_id, Word("accept"))
    made = yield "deal", lambda: deals.proceed(OPERATOR, *at)
    of = (COUNTY, made.deal.deal_id)
    dropped = yield "draw_contract", lambda: drawing.draw_from_deal(OPERATOR, *of, VALUES)
    yield "drop_contract", lambda: signing.drop(OPERATOR, COUNTY, dropped.contract_id, "重拟")
    contract = drawing.draw_from_deal(OPERATOR, *of, VALUES)
    key = (COUNTY, contract.contract_id)
    for side in SIDES:
        given = signature(contract, side)
        yield f"sign_{side}", lambda given=given: signing.sign(OPERATOR, *key, given)
    day = today(OPERATOR)
    yield "file_contract", lambda: signing.file(OPERATOR, *key, day, "已备案", PAPER)
    yield "pay_rent", lambda: life.pay(OPERATOR, *key, Decimal(100), day, "HP-9", PAPER)
    yield "certify", lambda: certifying.certify(OPERATOR, *key)
    pass_days(on.superuser, 32)
    evidence = "欠缴价款"
    yield "ask_to_remedy", lambda: life.ask_to_remedy(OPERATOR, *key, "arrears", evidence, PAPER)
