"""Negotiations, two buyers for one parcel, and the review of businesses."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import deals, offers, review_queries, reviews, takers
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.rules.qualified import PAPERS
from landreg.exchange.listings import listing_queries
from landreg.exchange.model import Listing, Taker
from landreg.registry.guarded import Attached
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY, past_triggers

PAPER = Attached("33" * 32, 9, "paper.pdf")
USCC = "91610900MA0000001L"


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="negotiation")


def test_an_offer_is_answered_in_turn_and_of_two_buyers_one_hears_yes(listing: Listing, superuser: Connection) -> None:
    owner = kit.farmer(superuser, HOUSEHOLD)
    (first, one_actor), (second, other_actor) = kit.person(superuser, 1), kit.person(superuser, 2)
    at = (COUNTY, listing.listing_id)
    offers.say(one_actor, *at, first.taker_id, Word("offer", Decimal("450")))
    offers.say(other_actor, *at, second.taker_id, Word("offer", Decimal("460")))
    with pytest.raises(Refused) as twice:
        offers.say(one_actor, *at, first.taker_id, Word("offer", Decimal("455")))
    assert codes(twice) == {"OFF-1"}
    with pytest.raises(Refused) as nothing:
        offers.say(owner, *at, first.taker_id, Word("counter", Decimal("0.001")))
    assert codes(nothing) == {"OFF-3"}
    offers.say(owner, *at, first.taker_id, Word("counter", Decimal("480")))
    with pytest.raises(NotFound):
        offers.say(other_actor, *at, first.taker_id, Word("accept"))
    assert offers.say(one_actor, *at, first.taker_id, Word("accept")).price == Decimal("480.00")
    with pytest.raises(Refused) as late:
        offers.say(owner, *at, second.taker_id, Word("accept"))
    assert codes(late) == {"BID-8"}
    # One's own offer is taken back also now.
    assert offers.say(other_actor, *at, second.taker_id, Word("withdraw")).kind == "withdraw"
    window = deals.proceed(OPERATOR, *at).window
    assert window is not None
    assert (window.taker_id, window.price) == (first.taker_id, Decimal("480.00"))


def test_a_price_holds_until_its_day_and_nothing_ties_the_offer(listing: Listing, superuser: Connection) -> None:
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    for said in ("进城落户的前提是先交回承包地", "租给我家，我帮你家娃落户", "您全家迁到城里落户以后付钱"):
        with pytest.raises(Refused) as tied:
            offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal("450"), said))
        assert "GUARD-1" in codes(tied)
    for code, said in (
        ("TR-2", "地上盖三间房给工人住"),
        ("CON-110", "到期自动续十年"),
        ("OFF-9", "以租代买"),
        ("CON-116", "每年涨百分之五，肥料钱另算"),
    ):
        with pytest.raises(Refused) as strayed:
            offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal("450"), said))
        assert codes(strayed) == {code}
    pond = Word("offer", Decimal("450"), "我想挖塘养鱼")
    with past_triggers(superuser):
        superuser.execute("UPDATE land.parcel SET basic_farmland = true")
    with pytest.raises(Refused) as on_basic:
        offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, pond)
    # Which parcels they are stays with their household: the listing is named.
    assert [(one.code, one.values["parcels"]) for one in on_basic.value.findings] == [("TR-2", [listing.number])]
    # Of one that is told to nobody, nobody learns it.
    asked = (COUNTY, listing.listing_id, [])
    for state, told in (("submitted", False), (listing.state, True)):
        with past_triggers(superuser):
            superuser.execute(
                "UPDATE exchange.listing SET state = %s WHERE listing_id = %s", (state, listing.listing_id)
            )
        with unit_of_work(actor) as uow:
            assert listing_queries.on_basic_land(uow.session, *asked) is told
    with past_triggers(superuser):
        superuser.execute("UPDATE land.parcel SET basic_farmland = false")
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, pond)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("withdraw"))
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal("450")))
    kit.pass_time(superuser, days=8)
    with pytest.raises(Refused) as late:
        offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    assert codes(late) == {"OFF-2"}


def test_a_neighbour_s_offer_needs_no_window(
    listing: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.household(superuser, NEIGHBOUR)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal("450")))
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    assert (deal.by, deal.taker_id) == ("negotiation", taker.taker_id)
    assert kit.strays(worker, database) == []


@pytest.fixture
def business(listing: Listing) -> tuple[Taker, Actor]:
    asked = takers.Opening("organisation", "样本农业公司", USCC, "0915-2", "gongsi")
    taker, _ = takers.open_at_counter(OPERATOR, asked)
    assert taker.account_id is not None
    return taker, Actor(taker.account_id, taker.name, Desk.CITIZEN, frozenset({Role.TAKER}), COUNTY)


def test_a_business_is_reviewed_in_twenty_working_days_with_all_its_papers(
    business: tuple[Taker, Actor], superuser: Connection, worker: Actor, database: Settings
) -> None:
    taker, actor = business
    papers = dict.fromkeys(PAPERS[:2], PAPER)
    with pytest.raises(Refused) as lacking:
        reviews.ask(actor, taker, reviews.Asking(Decimal("200"), "种植玉米", "", papers))
    assert codes(lacking) == {"QUAL-2"}
    full = kit.FULL
    with pytest.raises(Refused) as nothing:
        reviews.ask(actor, taker, reviews.Asking(Decimal("0"), "种植玉米", "", full))
    assert codes(nothing) == {"QUAL-7"}
    with pytest.raises(Refused) as built:
        reviews.ask(actor, taker, reviews.Asking(Decimal("200"), "建别墅，盖房出售", "", full))
    assert codes(built) == {"TR-2"}
    # Without an agreement of intent it says that it wants the land from the market.
    agreed_nowhere = {kind: paper for kind, paper in full.items() if kind != "intent"}
    with pytest.raises(Refused) as unagreed:
        reviews.ask(actor, taker, reviews.Asking(Decimal("200"), "种植玉米", "", agreed_nowhere))
    assert [(one.code, one.values["review_papers"]) for one in unagreed.value.findings] == [("QUAL-2", ["intent"])]
    open_to_all = reviews.ask(
        actor, taker, reviews.Asking(Decimal("200"), "种植玉米", "", agreed_nowhere, by_market=True)
    )
    reviews.withdraw(actor, COUNTY, open_to_all.qualification_id)
    one_file = dict.fromkeys(PAPERS, PAPER)
    with pytest.raises(Refused) as same:
        reviews.ask(actor, taker, reviews.Asking(Decimal("200"), "种植玉米", "", one_file))
    assert [(one.code, one.field) for one in same.value.findings] == [("QUAL-2", kind) for kind in PAPERS[1:]]
    found = reviews.ask(actor, taker, reviews.Asking(Decimal("200"), "种植玉米", "", full))
    with pytest.raises(Refused) as alone:
        reviews.decide(actor, COUNTY, found.qualification_id, "passed", "", kit.REVIEWED, kit.OPINION)
    assert codes(alone) == {"QUAL-6"}
    assert found.due_on >= beijing_day(kit.now_of()) + timedelta(days=26)
    with pytest.raises(Conflict) as waiting:
        reviews.ask(actor, taker, reviews.Asking(Decimal("300"), "种植玉米", "", full))
    assert codes(waiting) == {"QUAL-8"}
    assert waiting.value.findings[0].values == {"fault": "review_waits"}
    with pytest.raises(Refused) as why:
        reviews.decide(OPERATOR, COUNTY, found.qualification_id, "refused", "", kit.REVIEWED, kit.OPINION)
    assert codes(why) == {"QUAL-6"}
    with pytest.raises(Refused) as nobody:
        reviews.decide(OPERATOR, COUNTY, found.qualification_id, "passed", "", " ", kit.OPINION)
    assert [(one.code, one.field) for one in nobody.value.findings] == [("QUAL-6", "took_part")]
    # The opinion is a paper of its own, which is kept.
    taken = kit.FULL["plan"]
    for opinion, code in ((None, "QUAL-6"), (taken, "QUAL-2")):
        with pytest.raises(Refused) as unkept:
            reviews.decide(OPERATOR, COUNTY, found.qualification_id, "passed", "", kit.REVIEWED, opinion)
        assert [(one.code, one.field) for one in unkept.value.findings] == [(code, "paper")]
    kit.pass_time(superuser, days=60)
    noted = reviews.decide(OPERATOR, COUNTY, found.qualification_id, "passed", "", kit.REVIEWED, kit.OPINION)
    assert [one.code for one in noted] == ["QUAL-3"]
    today = beijing_day(kit.now_of())
    reviews.record_reserve(OPERATOR, COUNTY, taker.taker_id, "paid", Decimal("40000"), "FX-1", today)
    with pytest.raises(Refused) as more:
        reviews.record_reserve(OPERATOR, COUNTY, taker.taker_id, "returned", Decimal("40000.01"), "FX-2", today)
    assert codes(more) == {"QUAL-9"}
    with unit_of_work(OPERATOR) as uow:
        taking = kit.sales.taking_in(uow, taker, Decimal("150"))
    assert (taking.passed_mu, taking.reserve) == (Decimal("200.00"), Decimal("40000.00"))
    assert kit.strays(worker, database) == []


def test_a_review_filed_by_mistake_is_taken_back_by_who_filed_it_and_filed_anew(
    business: tuple[Taker, Actor], superuser: Connection, worker: Actor, database: Settings, as_desk: Any
) -> None:
    taker, actor = business
    full = kit.FULL
    with pytest.raises(Refused) as unsaid:
        reviews.ask(actor, taker, reviews.Asking(Decimal("NaN"), " ", "", full))
    assert {(one.field, one.values["fault"]) for one in unsaid.value.findings} == {
        ("purpose", "review_purpose"), ("more_mu", "review_area"),
    }  # fmt: skip
    slip = reviews.ask(actor, taker, reviews.Asking(Decimal("0.5"), "种植玉米", "", full))
    _, stranger = kit.person(superuser, 1)
    for other in (stranger, OPERATOR):
        with pytest.raises(NotFound):
            reviews.withdraw(other, COUNTY, slip.qualification_id)
    asked = "INSERT INTO exchange.qualification_decision VALUES (%s, %s, %s, %s, '', %s, '', system.clock())"
    for other, outcome in ((stranger, "withdrawn"), (OPERATOR, "withdrawn"), (actor, "passed")):
        desk = as_desk(other.desk, other.jurisdiction)
        desk.execute("SELECT set_config('landreg.actor', %s, false)", [str(other.account_id)])
        row = [COUNTY, slip.village, slip.qualification_id, outcome, other.account_id]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute(asked, row)
    assert reviews.withdraw(actor, COUNTY, slip.qualification_id).outcome == "withdrawn"
    right = reviews.ask(actor, taker, reviews.Asking(Decimal("500"), "种植玉米", "", full))
    for qualification, fault in ((slip, "review_withdrawn"), (right, "review_decided")):
        if fault == "review_decided":
            reviews.decide(OPERATOR, COUNTY, right.qualification_id, "passed", "", kit.REVIEWED, kit.OPINION)
        with pytest.raises(Conflict) as over:
            reviews.withdraw(actor, COUNTY, qualification.qualification_id)
        assert over.value.findings[0].values == {"fault": fault}
        with pytest.raises(Conflict) as over:
            reviews.decide(OPERATOR, COUNTY, qualification.qualification_id, "passed", "", kit.REVIEWED, kit.OPINION)
        assert over.value.findings[0].values == {"fault": fault}
    with unit_of_work(OPERATOR) as uow:
        assert kit.sales.taking_in(uow, taker, Decimal(1)).passed_mu == Decimal("500.00")
    assert kit.strays(worker, database) == []


def test_a_business_is_there_once_and_its_number_is_sound(business: tuple[Taker, Actor]) -> None:
    with pytest.raises(Conflict) as again:
        takers.open_at_counter(OPERATOR, takers.Opening("organisation", "另一名称", USCC, "", "gongsi2"))
    assert codes(again) == {"BID-16"}
    with pytest.raises(Refused) as wrong:
        takers.open_at_counter(OPERATOR, takers.Opening("person", " ", "610900", "", "ren-x"))
    assert codes(wrong) == {"BID-13"}


def test_what_is_seen_of_the_land_is_written_down_with_words(
    listing: Listing, superuser: Connection, business: tuple[Taker, Actor]
) -> None:
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.household(superuser, NEIGHBOUR)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal("450")))
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    today = beijing_day(kit.now_of())
    with pytest.raises(Refused) as words:
        reviews.watch(OPERATOR, COUNTY, deal.deal_id, "idle", "", today)
    assert codes(words) == {"QUAL-10"}
    for day in (today - timedelta(days=1), today + timedelta(days=1)):  # before the deal; still to come
        with pytest.raises(Refused) as apart:
            reviews.watch(OPERATOR, COUNTY, deal.deal_id, "idle", "东侧两块没有耕种", day)
        assert [one.field for one in apart.value.findings] == ["on_day"]
    reviews.watch(OPERATOR, COUNTY, deal.deal_id, "idle", "东侧两块没有耕种", today)
    for reader in (OPERATOR, owner, actor):
        with unit_of_work(reader) as uow:
            assert [one.kind for one in review_queries.watched(uow.session, COUNTY, [deal.deal_id])] == ["idle"]
    with unit_of_work(OPERATOR) as uow:
        (seen,) = review_queries.watched_of_taker(uow.session, COUNTY, taker.taker_id)
    assert seen.said == "东侧两块没有耕种"
