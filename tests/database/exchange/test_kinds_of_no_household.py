"""Shares go to organisations: the members are not asked of what none of them may take, and none claims it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import deal_queries, deals, offers, sales, takers, windows
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.takers import Opening
from landreg.exchange.model import Listing
from landreg.law.book import national_law
from landreg.law.transfers import transfers
from tests import bidding_kit as kit
from tests.database.exchange.test_bidding_walls import at_desk, put, refused
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY, past_triggers


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="negotiation", kind="share")


def _window(listing: Listing, taker_id: Any) -> dict[str, Any]:
    today = beijing_day(kit.now_of())
    return {
        "county": COUNTY, "village": listing.village, "listing_id": listing.listing_id, "priority_id": uuid4(),
        "taker_id": taker_id, "way": "negotiation", "price": 450, "unit": listing.unit, "by": OPERATOR.account_id,
        "by_name": "", "first_day": today, "last_day": today + timedelta(days=14), "at": kit.now_of(),
    }  # fmt: skip


def test_shares_go_to_the_cooperative_that_agreed_without_a_window(
    listing: Listing, superuser: Connection, as_desk: Any
) -> None:
    opening = Opening("organisation", "样本合作社", "91610900MA0000001L", "0915-1", "hezuoshe")
    taker, _ = takers.open_at_counter(OPERATOR, opening)
    offers.say(kit.of_taker(taker), COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal(450)))
    offers.say(kit.farmer(superuser, HOUSEHOLD), COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    window = _window(listing, taker.taker_id)
    assert refused(at_desk(as_desk, OPERATOR), "priority", **window) == "con_20_taker_of_the_kind"
    step = deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    assert step.window is None
    assert step.deal is not None
    assert (step.deal.taker_id, step.deal.by) == (taker.taker_id, "negotiation")


def test_in_a_window_that_is_there_no_household_claims_shares(
    listing: Listing, superuser: Connection, as_desk: Any
) -> None:
    member, actor = kit.household(superuser, NEIGHBOUR)
    window = _window(listing, uuid4())
    with past_triggers(superuser):
        put(superuser, "priority", **window)
        key = {"county": COUNTY, "priority_id": window["priority_id"], "household_id": member.household_id}
        put(superuser, "priority_notice", **key, village=listing.village, household_code=NEIGHBOUR)
    with pytest.raises(Refused) as barred:
        windows.claim(actor, COUNTY, window["priority_id"], member)
    assert codes(barred) == {"PRI-6"}
    claim = {
        "county": COUNTY, "village": listing.village, "claim_id": uuid4(), "priority_id": window["priority_id"],
        "taker_id": member.taker_id, "household_id": member.household_id, "mark": uuid4(), "by": actor.account_id,
        "by_name": "", "at": kit.now_of(),
    }  # fmt: skip
    assert refused(at_desk(as_desk, actor), "priority_claim", **claim) == "con_20_taker_of_the_kind"
    kit.pass_time(superuser, days=15)
    with pytest.raises(Conflict) as anew:
        windows.tell_anew(OPERATOR, COUNTY, window["priority_id"])
    assert anew.value.findings[0].values == {"cause": "no_member_may_take"}


def test_who_claims_has_read_the_terms_and_claims_once(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    use_key(database.keys["identity"])
    leased = kit.published(registrar, reviewer, superuser, way="negotiation")
    taker, person = kit.person(superuser, 1)
    offers.say(person, COUNTY, leased.listing_id, taker.taker_id, Word("offer", Decimal(450)))
    offers.say(kit.farmer(superuser, HOUSEHOLD), COUNTY, leased.listing_id, taker.taker_id, Word("accept"))
    window = deals.proceed(OPERATOR, COUNTY, leased.listing_id).window
    assert window is not None
    member, actor = kit.household(superuser, NEIGHBOUR)
    windows.claim(actor, COUNTY, window.priority_id, member)
    with pytest.raises(Conflict) as again:
        windows.claim(actor, COUNTY, window.priority_id, member)
    assert again.value.findings[0].values == {"cause": "claimed_already"}
    with unit_of_work(OPERATOR) as uow:
        told = deal_queries.evidence(uow.session, COUNTY, window.priority_id)
    assert [(one.way, one.household_id) for one in told] == [("read", member.household_id)]


def test_of_which_kinds_the_members_are_asked_rule_and_database_say_alike(
    listing: Listing, superuser: Connection
) -> None:
    """PRI-6: of farmland and four-wastes that a household may take; of no lease of a house."""
    today = beijing_day(kit.now_of())
    law, not_asked = national_law(COUNTY, today), set()
    for kind in (one.kind for one in transfers(today).values() if one.market == "listed"):
        with past_triggers(superuser):
            superuser.execute("UPDATE exchange.listing SET kind = %s WHERE listing_id = %s", [kind, listing.listing_id])
        row = superuser.execute("SELECT exchange.members_may_take(%s, %s)", [COUNTY, listing.listing_id]).fetchone()
        assert row is not None
        assert row[0] == (sales.members_are_not_asked(law, kind) is None), kind
        not_asked |= set() if row[0] else {kind}
    assert not_asked == {"share", "construction", "house_lease", "homestead_lease"}
