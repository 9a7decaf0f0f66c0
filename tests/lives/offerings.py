"""Listings that end otherwise than by a deal, and the searches that hear of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.access import consents, service
from landreg.access.rules import Step
from landreg.access.service import SYSTEM, NewAccount
from landreg.core.actor import Actor, Desk, Role
from landreg.core.periods import DAY
from landreg.exchange.listings import days
from landreg.exchange.listings import service as listings
from landreg.exchange.listings.reading import Offer, Resolution
from landreg.exchange.market import searches, telling
from landreg.exchange.market.asked import Asked
from landreg.exchange.market.sending import senders
from landreg.registry.guarded import Attached
from tests.bidding_kit import pass_time
from tests.contract_kit import today
from tests.exchange_kit import OPERATOR, common, own_right, parcels_of
from tests.life_kit import PASSWORD, PLACE, Life, Stage
from tests.lives.auctions import at_market
from tests.registry_kit import pass_days
from tests.villages import COUNTY, VILLAGE, past_triggers

LINK = f"{PLACE}/market/saved/{{token}}"
MOBILE = "13800000000"


def offerings(on: Stage) -> Life:
    """Given back, withdrawn by the household and by its agent; a collective's; two that nobody answers, found by searches."""
    owner, _ = at_market(on)
    offer = _offer(own_right(on.registrar), parcels_of(on.registrar, own_right(on.registrar)))
    yield from _ended(owner, offer)
    yield from _by_agent(owner, offer)
    land = common(on.superuser, offer.parcels[0], land_class="043")
    asked = (on.registrar, COUNTY, _of_collective(land), (), uuid4())
    of_collective = yield "list_collective", lambda: listings.list_collective(*asked)
    listings.publish(OPERATOR, COUNTY, of_collective.listing_id)
    with _short_messages(on):
        yield from _heard(on, owner, offer)
    # The one that is to be bid for waits some weeks for its sale.
    pass_days(on.superuser, 100)
    yield "end_listings", lambda: days.work(on.worker)
    expired = on.superuser.execute("SELECT count(*) FROM exchange.listing WHERE state = 'expired'").fetchone()
    assert expired == (2,)
    with past_triggers(on.superuser):
        # It came past the register, and no leaf tells of it.
        on.superuser.execute("DELETE FROM land.parcel WHERE code = %s", [land])


def _offer(right: UUID, parcels: list[str]) -> Offer:
    now = today().toordinal()
    first, until, closes = (date.fromordinal(now + after) for after in (41, 400, 30))
    return Offer("lease", tuple(parcels), first, until, closes, Decimal("500.00"), right)


def _of_collective(code: str) -> Offer:
    day = today()
    resolved = Resolution(day - DAY, 60, 48, "样本镇〔2026〕3号")
    first, until = day + 81 * DAY, day + 400 * DAY
    return Offer(
        "four_wastes", (code,), first, until, day + 30 * DAY, Decimal("100.00"), way="auction",
        handed={one: Attached("33" * 32, 9, "扫描件.jpg") for one in ("assembly_minutes", "township_approval")},
        resolution=resolved,
    )  # fmt: skip


def _ended(owner: Actor, offer: Offer) -> Life:
    first = listings.list_own(owner, COUNTY, offer)
    yield "return_listing", lambda: listings.return_(OPERATOR, COUNTY, first.listing_id, "请补充照片")
    second = listings.list_own(owner, COUNTY, offer)
    yield "withdraw_listing", lambda: listings.withdraw(owner, COUNTY, second.listing_id, "不流转了")


def _by_agent(owner: Actor, offer: Offer) -> Life:
    new = NewAccount("dai.ban", "代办员", frozenset({Role.AGENT}), VILLAGE)
    agent = Actor(service.open_account(SYSTEM, new, PASSWORD), new.name, Desk.CITIZEN, new.roles, VILLAGE)
    consent = consents.give(owner, agent.account_id, Step.LIST, today(), today() + DAY)
    under, form = (agent, COUNTY, consent), uuid4()
    listing = yield "list_for", lambda: listings.list_for(*under, offer, (), form)
    yield "withdraw_for", lambda: listings.withdraw_for(*under, listing.listing_id, "不流转了")


def _heard(on: Stage, owner: Actor, offer: Offer) -> Life:
    """A search of the owner's account and one of a number, and the listing that both find."""
    asked, language = Asked(kind="lease"), "zh"
    kept = yield "keep_own", lambda: searches.keep_own(owner, asked, language)
    to = (MOBILE, language, LINK, frozenset({"sms"}))
    token = yield "keep_for_address", lambda: searches.keep_for_address(asked, *to)
    yield "send_letters", lambda: telling.send(on.worker, senders())
    yield "confirm", lambda: searches.confirm(token)
    listing = listings.list_own(owner, COUNTY, offer)
    listings.publish(OPERATOR, COUNTY, listing.listing_id)
    pass_time(on.superuser, hours=1)
    yield "look_for_searches", lambda: telling.look(on.worker, PLACE)
    yield "tell_searches", lambda: telling.work(on.settings, on.worker)
    found = on.superuser.execute("SELECT count(*), min(number) FROM exchange.found").fetchone()
    assert found == (2, listing.number)
    yield "end_own", lambda: searches.end_own(owner, kept)
    yield "end_search", lambda: searches.end(token)


@contextmanager
def _short_messages(on: Stage) -> Iterator[None]:
    """A folder that takes short messages, as the environment names it."""
    folder = on.settings.home / "life-messages"
    os.environ["LANDREG_SMS_FOLDER"] = str(folder)
    try:
        yield
    finally:
        del os.environ["LANDREG_SMS_FOLDER"]
        shutil.rmtree(folder, ignore_errors=True)
