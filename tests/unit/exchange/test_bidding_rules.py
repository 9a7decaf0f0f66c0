"""Each rule of bidding, offers, priority and qualification by what it lets pass and what it refuses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landreg.exchange.bidding.rules import announcing as an
from landreg.exchange.bidding.rules import auction as au
from landreg.exchange.bidding.rules import ending as ed
from landreg.exchange.bidding.rules import entering as en
from landreg.exchange.bidding.rules import offers as of
from landreg.exchange.bidding.rules import priority as pr
from landreg.exchange.bidding.rules import qualified as qu
from landreg.exchange.bidding.rules import ranking as ra
from landreg.exchange.bidding.rules import sealing as se
from landreg.law.book import national_law

LAW = national_law("610902", date(2026, 11, 29))
NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
HOUR, MILLISECOND = timedelta(hours=1), timedelta(milliseconds=1)
ONE, TWO = UUID(int=1), UUID(int=2)
OPEN = au.Auction(NOW, NOW + HOUR, Decimal(300), Decimal(10), timedelta(minutes=3), Decimal(400), ONE, 7)
BID = au.Placed(OPEN, TWO, Decimal(410), NOW)
SALE = en.SaleFacts(
    "auction", NOW, NOW + 73 * HOUR, NOW + 75 * HOUR, NOW + 73 * HOUR, Decimal(300), Decimal(10), Decimal(900), Decimal(400),
    Decimal(15), "", date(2026, 11, 26), date(2027, 1, 1), Decimal(300),
)  # fmt: skip
ENTRY = en.EntryFacts("person", own=False, member=False, to_whom="all")
FIRST = replace(ENTRY, to_whom="members_first", published_on=LAW.on - timedelta(days=3))
PAID = en.DepositFacts("paid", Decimal(900), "BZ-1", date(2026, 11, 27), date(2026, 11, 27), Decimal(900), Decimal(0))
GIVEN = replace(PAID, kind="returned", held=Decimal(900))
UNOPENED = ed.GivingUp(NOW + 72 * HOUR, NOW, "开标人密钥丢失", by_officer=False)
WINDOW = pr.Window(date(2026, 12, 20), date(2026, 12, 19), {ONE: "read", TWO: "by_hand"})
TAKING = qu.TakingIn("organisation", Decimal(150), Decimal(40), Decimal(190), Decimal(38_000))
REVIEW = qu.Reviewing(
    qu.PAPERS,
    date(2026, 10, 9),
    date(2026, 11, 5),
    "passed",
    took_part="部门：样本镇农业办\n专家：样本专家\n审查意见：样审一号",
    kept=True,
)
LATER = replace(REVIEW, purpose="建厂", asked_on=date(2026, 11, 30))
UNAGREED = replace(REVIEW, papers=qu.PAPERS[:4])
SAID = of.Said("taker", "offer", Decimal(450), date(2026, 11, 28))
SAYING = of.Saying((SAID,), "household", "accept", date(2026, 11, 28))
CASES: list[tuple[str, Callable[..., Any], Any, Any]] = [
    ("BID-1", au.bid_1_before_the_close, replace(BID, at=NOW + HOUR - MILLISECOND), replace(BID, at=NOW + HOUR)),
    ("BID-2", au.bid_2_by_a_whole_step, BID, replace(BID, price=Decimal("409.99"))),
    ("BID-2", au.bid_2_by_a_whole_step, BID, replace(BID, price=Decimal("NaN"))),
    ("BID-4", au.bid_4_after_the_opening, BID, replace(BID, at=NOW - MILLISECOND)),
    ("BID-5", au.bid_5_price_is_a_sum, BID, replace(BID, price=Decimal("410.001"))),
    ("BID-5", au.bid_5_price_is_a_sum, BID, replace(BID, price=Decimal("1e12"))),
    ("BID-5", au.bid_5_price_is_a_sum, replace(BID, price=Decimal("9999999.99")), replace(BID, price=Decimal(10_000_000))),
    ("BID-5", au.bid_5_price_is_a_sum, replace(BID, price=Decimal(10_000_000), unit="yuan_year"),
     replace(BID, price=Decimal(10_000_000_000), unit="yuan_year")),
    ("BID-10", au.bid_10_not_above_oneself, BID, replace(BID, entrant=ONE)),
    ("BID-12", au.bid_12_price_fits_its_unit, replace(BID, price=Decimal(2000)), replace(BID, price=Decimal(2001))),
    ("BID-6", en.bid_6_not_ones_own_land, ENTRY, replace(ENTRY, own=True)),
    ("BID-7", en.bid_7_opens_after_the_publication, SALE, replace(SALE, closes_on=date(2026, 11, 30))),
    ("BID-7", en.bid_7_open_for_its_hours, SALE, replace(SALE, closes_at=NOW + 73 * HOUR)),
    ("BID-7", en.bid_7_open_for_its_hours, replace(SALE, offered="collective", closes_at=NOW + 97 * HOUR),
     replace(SALE, offered="collective", closes_at=NOW + 97 * HOUR - MILLISECOND)),
    ("BID-7", en.bid_7_announced_in_time, SALE, replace(SALE, deposit_by=datetime(2026, 11, 29, 16, tzinfo=UTC) - MILLISECOND)),
    ("BID-7", en.bid_7_announced_in_time, replace(SALE, offered="collective", deposit_by=datetime(2026, 12, 6, 16, tzinfo=UTC)),
     replace(SALE, offered="collective", deposit_by=datetime(2026, 12, 6, 16, tzinfo=UTC) - MILLISECOND)),
    ("BID-7", en.bid_7_announced_in_time, replace(SALE, offered="construction", deposit_by=datetime(2026, 12, 16, 16, tzinfo=UTC)),
     replace(SALE, offered="construction", deposit_by=datetime(2026, 12, 16, 16, tzinfo=UTC) - MILLISECOND)),
    ("BID-7", en.bid_7_closes_before_the_term, SALE, replace(SALE, from_on=date(2026, 11, 30))),
    ("BID-7", en.bid_7_deposit_is_a_share, SALE, replace(SALE, deposit=Decimal(1801))),
    ("BID-7", en.bid_7_deposits_come_before, SALE, replace(SALE, deposit_by=NOW + 74 * HOUR)),
    ("BID-7", en.bid_7_start_is_a_sum, SALE, replace(SALE, start=Decimal("1e11"))),
    ("BID-7", en.bid_7_step_is_a_sum, replace(SALE, way="sealed", step=Decimal(0)), replace(SALE, step=Decimal(0))),
    ("BID-7", en.bid_7_step_is_a_sum, SALE, replace(SALE, step=Decimal(99_999_999_999))),
    ("BID-18", en.bid_18_not_below_what_is_asked, SALE, replace(SALE, start=Decimal("299.99"))),
    ("BID-18", en.bid_18_not_below_what_is_asked, replace(SALE, start=Decimal(1), lowest=None), replace(SALE, start=Decimal(1))),
    ("BID-17", en.bid_17_grain_has_its_price, SALE, replace(SALE, grain="wheat")),
    ("BID-9", en.bid_9_deposit_as_owed, PAID, replace(PAID, amount=Decimal("899.99"))),
    ("BID-9", en.bid_9_deposit_as_owed, PAID, replace(PAID, receipt=" ")),
    ("BID-9", en.bid_9_deposit_as_owed, replace(PAID, since=PAID.on_day), replace(PAID, since=date(2026, 11, 28))),
    ("BID-9", en.bid_9_deposit_as_owed, PAID, replace(PAID, today=date(2026, 11, 26))),
    ("BID-9", en.bid_9_deposit_as_owed, replace(PAID, kind="returned", held=Decimal(900)), replace(PAID, kind="returned")),
    ("CON-20", en.con_20_taker_of_the_kind, ENTRY, replace(ENTRY, takers=("organisation",))),
    ("CON-20", en.con_20_taker_of_the_kind, replace(ENTRY, kind="household", member=True, takers=("member_household",)),
     replace(ENTRY, kind="household", takers=("member_household",))),
    ("BID-9", en.bid_9_deposit_as_owed, replace(GIVEN, kind="credited", stands=True, concluded=True),
     replace(GIVEN, kind="credited", stands=True)),
    ("BID-9", en.bid_9_deposit_as_owed, replace(GIVEN, kind="kept", fell=GIVEN.on_day, said="成交后放弃"),
     replace(GIVEN, kind="kept", said="没有来签约")),
    ("BID-9", en.bid_9_deposit_as_owed, GIVEN, replace(GIVEN, stands=True)),
    ("BID-9", en.bid_9_deposit_as_owed, replace(GIVEN, stands=True, concluded=True), replace(GIVEN, kind="kept", stands=True)),
    ("BID-25", ed.bid_25_given_up_by_its_own_side, ed.Falling("taker", "paper", True, LAW.on),
     ed.Falling("taker", "paper", False, LAW.on)),
    ("BID-25", ed.bid_25_given_up_by_its_own_side,
     ed.Falling("taker", "demand", True, LAW.on, LAW.on - timedelta(days=11), LAW.on - timedelta(days=11)),
     ed.Falling("taker", "demand", True, LAW.on, LAW.on - timedelta(days=10), LAW.on - timedelta(days=11))),
    ("SEAL-6", ed.seal_6_given_up_by_another, UNOPENED, replace(UNOPENED, by_officer=True)),
    ("SEAL-6", ed.seal_6_given_up_by_another, UNOPENED, replace(UNOPENED, said=" ")),
    ("SEAL-6", ed.seal_6_given_up_by_another, UNOPENED, replace(UNOPENED, now=NOW + 71 * HOUR)),
    ("BID-11", en.bid_11_listed_to_members_only, ENTRY, replace(ENTRY, to_whom="members")),
    ("SEAL-4", en.seal_4_two_officers_with_keys, replace(SALE, way="sealed", officers=(ONE, TWO)),
     replace(SALE, way="sealed", officers=(ONE, ONE))),
    ("BID-23", en.bid_23_members_hear_of_it_first, FIRST, replace(FIRST, published_on=LAW.on)),
    ("BID-23", en.bid_23_members_hear_of_it_first, replace(FIRST, published_on=LAW.on, member=True),
     replace(FIRST, published_on=LAW.on - timedelta(days=2))),
    ("BID-23", en.bid_23_members_hear_of_it_first, replace(FIRST, published_on=LAW.on, takers=("organisation",)),
     replace(FIRST, published_on=LAW.on, takers=("household", "person"))),
    ("BID-23", en.bid_23_members_hear_of_it_first, replace(FIRST, published_on=LAW.on, to_whom="all"),
     replace(FIRST, published_on=LAW.on)),
    ("OFF-1", of.off_1_in_turn, SAYING, replace(SAYING, side="taker")),
    ("OFF-1", of.off_1_in_turn, replace(SAYING, side="taker", kind="withdraw"), replace(SAYING, kind="withdraw")),
    ("OFF-1", of.off_1_in_turn, replace(SAYING, before=(), side="taker", kind="offer"), replace(SAYING, before=())),
    ("OFF-2", of.off_2_still_holds, SAYING, replace(SAYING, today=date(2026, 11, 29))),
    ("OFF-3", of.off_3_names_a_price, SAYING, replace(SAYING, kind="counter", price=Decimal("-1"))),
    ("OFF-3", of.off_3_names_a_price, replace(SAYING, kind="counter", price=Decimal(0), free=True),
     replace(SAYING, kind="counter", price=Decimal(0))),
    ("OFF-9", of.off_9_words_sell_nothing, replace(SAYING, words="租十年"), replace(SAYING, words="地卖给你")),
    ("OFF-9", of.off_9_words_sell_nothing, replace(SAYING, words="房子租五年", house=True),
     replace(SAYING, side="taker", words="房子一次付清归我", house=True)),
    ("OFF-8", of.off_8_words_lead_nowhere_else, replace(SAYING, words="地头看过"), replace(SAYING, words="打电话13900001111")),
    ("PRI-1", pr.pri_1_window_has_run, WINDOW, replace(WINDOW, today=date(2026, 12, 19))),
    ("PRI-6", pr.pri_6_of_what_a_member_may_take, True, False),
    ("PRI-7", pr.pri_7_gave_it_up, False, True),
    ("PRI-9", pr.pri_9_not_the_contractor, False, True),
    ("PRI-2", pr.pri_2_every_household_was_told, WINDOW, replace(WINDOW, told={ONE: "read", TWO: ""})),
    ("QUAL-1", qu.qual_1_reviewed_from_the_threshold, TAKING, replace(TAKING, passed_mu=None)),
    ("QUAL-1", qu.qual_1_reviewed_from_the_threshold, TAKING, replace(TAKING, passed_mu=Decimal("189.99"))),
    ("QUAL-2", qu.qual_2_papers_are_complete, REVIEW, replace(REVIEW, papers=("licence",))),
    ("TR-2", qu.tr_2_purpose_keeps_it_farmed, replace(REVIEW, purpose="建大棚种菜"), LATER),
    ("QUAL-3", qu.qual_3_decided_in_time, REVIEW, replace(REVIEW, decided_on=date(2026, 11, 9))),
    ("QUAL-4", qu.qual_4_within_the_limit, TAKING, replace(TAKING, area_mu=Decimal(2961))),
    ("QUAL-5", qu.qual_5_reserve_is_paid, TAKING, replace(TAKING, reserve=Decimal("37999.99"))),
    ("QUAL-6", qu.qual_6_refusal_says_why, REVIEW, replace(REVIEW, outcome="refused")),
    ("QUAL-6", qu.qual_6_refusal_says_why, REVIEW, replace(REVIEW, took_part="x")),
    ("QUAL-6", qu.qual_6_refusal_says_why, REVIEW, replace(REVIEW, kept=False)),
    ("QUAL-2", qu.qual_2_papers_are_complete, replace(UNAGREED, by_market=True), UNAGREED),
    ("QUAL-6", qu.qual_6_refusal_says_why, REVIEW, replace(REVIEW, took_part="部门：样本镇农业办\n审查意见：样审一号")),
    ("QUAL-6", qu.qual_6_refusal_says_why, REVIEW, replace(REVIEW, took_part="部门：样本镇农业办\n专家：样本专家")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (replace(PAID, receipt=" "), "receipt"), (replace(PAID, on_day=date(2026, 11, 28)), "day"),
        (replace(PAID, held=Decimal(900)), "once"), (replace(PAID, in_time=False), "late"),
        (replace(PAID, amount=Decimal("NaN")), "whole"), (replace(GIVEN, over=False), "open"),
        (replace(GIVEN, held=Decimal(0)), "none"), (replace(GIVEN, amount=Decimal(1)), "all"),
        (replace(GIVEN, stands=True), "unsigned"), (replace(GIVEN, kind="credited", stands=True), "unsigned"),
        (replace(GIVEN, kind="credited"), "loser"), (replace(GIVEN, kind="kept", said="没有来签约"), "loser"),
        (replace(GIVEN, kind="kept", stands=True, concluded=True, said="没有来签约"), "winner"),
        (replace(GIVEN, kind="kept", fell=GIVEN.on_day, said="xxxxx"), "why"),
        (replace(GIVEN, kind="kept", fell=GIVEN.today + timedelta(days=1), said="没有来签约"), "day"),
        (replace(GIVEN, kind=""), "loser"), (replace(GIVEN, may_win=True), "waits"),
        (replace(GIVEN, since=date(2026, 11, 28)), "day"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_deposit_is_said_by_its_own_name_in_both_languages(
    wrong: en.DepositFacts, fault: str
) -> None:
    found = en.bid_9_deposit_as_owed(wrong)
    assert found is not None
    assert found.values["fault"] == f"deposit_{fault}"
    assert not any("deposit_" in LAW.say(found, language) for language in ("zh", "en"))


@pytest.mark.parametrize(("code", "rule", "sound", "wrong"), CASES)
def test_a_rule_lets_pass_what_is_sound_and_refuses_what_is_not(
    code: str, rule: Callable[..., Any], sound: Any, wrong: Any
) -> None:
    assert rule(sound, LAW) is None
    found = rule(wrong, LAW)
    assert found is not None
    assert found.code == code
    assert "〈" not in LAW.say(found)


def test_who_has_not_paid_does_not_bid() -> None:
    """BID-3."""
    assert en.bid_3_deposit_is_there(Decimal(900), Decimal(900)) is None
    assert en.bid_3_deposit_is_there(Decimal(0), Decimal(900)) is not None


def test_a_deposit_on_a_price_in_grain_is_a_share_of_what_the_grain_costs() -> None:
    """BID-7, BID-17: 400 kg of wheat at 2.50 yuan on 15 mu are 15,000 yuan a year; 30 percent of them are 4,500."""
    said = LAW.parameters["CON-11.grain_yuan_per_kg"]
    law = LAW.with_own([replace(said, values={**said.values, "wheat": "2.50"})])
    in_grain = replace(SALE, grain="wheat", deposit=Decimal(4500))
    assert en.bid_7_deposit_is_a_share(in_grain, law) is None
    assert en.bid_17_grain_has_its_price(in_grain, law) is None
    above = en.bid_7_deposit_is_a_share(replace(in_grain, deposit=Decimal("4500.01")), law)
    assert above is not None
    assert above.values["most"] == Decimal("4500.00")


def test_those_at_the_head_who_named_one_price_are_tied_and_one_alone_is_not() -> None:
    order = ra.ranked(
        [ra.Standing(UUID(int=at), Decimal(price), False, mark=str(at)) for at, price in enumerate((3, 3, 2))]
    )
    assert {one.price for one in ra.tied(order)} == {Decimal(3)}
    assert len(ra.tied(order)) == 2
    assert ra.tied(order[1:]) == ra.tied(()) == ()


def test_a_claim_comes_from_a_member_within_the_window() -> None:
    """PRI-3: and terms that were told once are not told again (PRI-4: a constraint)."""
    open_ = replace(WINDOW, today=date(2026, 12, 19))
    assert pr.pri_3_claimed_in_time_by_a_member(open_, ONE) is None
    assert pr.pri_3_claimed_in_time_by_a_member(WINDOW, ONE) is not None
    assert pr.pri_3_claimed_in_time_by_a_member(open_, None) is not None


def test_one_bidder_alone_gets_the_land_at_the_least_price_or_above_it() -> None:
    alone = (ra.Standing(ONE, Decimal(300), member=False),)
    assert ra.standing_next(alone, (), (ONE,)) == alone[0]
    assert ra.standing_next(alone, (), ()) is None
    assert ra.standing_next(alone, (ONE,), (ONE,)) is None


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=1, max_size=8))
def test_the_order_of_sealed_bids_is_by_price_then_members_and_the_same_for_everyone(
    bids: list[tuple[int, bool]],
) -> None:
    found = [
        ra.Standing(UUID(int=at), Decimal(price), member, mark=f"{at:064x}") for at, (price, member) in enumerate(bids)
    ]
    order = ra.ranked(found)
    assert order == ra.ranked(reversed(found))
    keys = [(-one.price, not one.member) for one in order]
    assert keys == sorted(keys)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), st.integers(0, 80)), max_size=30))
def test_an_auction_only_rises_and_is_open_for_the_soft_time_after_each_bid(
    bids: list[tuple[int, int, int]],
) -> None:
    state, at = au.Auction(NOW, NOW + HOUR, Decimal(100), Decimal(5), timedelta(minutes=3)), NOW
    for who, more, minutes in bids:
        at += timedelta(minutes=minutes)
        placed = au.Placed(state, UUID(int=who), Decimal(100 + more), at)
        if any(rule(placed, LAW) for rule in au.BID_RULES):
            continue
        before, state = state, au.after(state, placed)
        assert state.price is not None
        assert before.price is None or state.price >= before.price + before.step
        assert state.closes_at >= max(before.closes_at, at + state.soft)


def test_a_sealed_bid_opens_to_what_was_locked_and_to_nothing_else() -> None:
    """SEAL-5: for a slip of another sale; SEAL-1 and SEAL-3 for parts that are not whole or not true."""
    from tests.bidding_kit import key_of, public_key

    sale, entrant = str(uuid4()), str(uuid4())
    slip = se.Slip(sale, entrant, Decimal("1234.50"), "a" * 64)
    cheap = replace(slip, price=Decimal(1))
    envelope = se.lock(slip, public_key(1), public_key(2))
    assert se.seal_1_envelope_is_whole(envelope) is None
    assert len(envelope.cipher) == len(se.lock(cheap, public_key(1), public_key(2)).cipher)
    padding = se.OAEP(se.MGF1(se.SHA256()), se.SHA256(), None)
    one, two = (key_of(place).decrypt(envelope.wrapped[place - 1], padding) for place in (1, 2))
    assert se.unlock(envelope, (one, two), sale, entrant) == slip
    assert se.seal_3_share_is_the_one_locked(one, envelope.share_digests[0]) is None
    assert se.seal_3_share_is_the_one_locked(two, envelope.share_digests[0]) is not None
    assert se.seal_3_share_is_the_one_locked(None, envelope.share_digests[0]) is None, "the bidder's fault"
    assert se.seal_3_share_is_the_one_locked(b"", hashlib.sha256(b"").hexdigest()) is not None
    assert isinstance(se.unlock(envelope, (one, None), sale, entrant), se.Finding)
    for shares, of_sale, of_entrant in (
        ((two, two), sale, entrant),
        ((one, two), sale, sale),
        ((one, two), entrant, entrant),
    ):
        found = se.unlock(envelope, shares, of_sale, of_entrant)
        assert not isinstance(found, se.Slip)
        assert found.code == "SEAL-5"
    other = replace(envelope, commitment=cheap.commitment)
    assert not isinstance(se.unlock(other, (one, two), sale, entrant), se.Slip)
    assert se.seal_1_envelope_is_whole(replace(envelope, iv=b"")) is not None
    assert se.key_fault(public_key(1)) is None


@pytest.mark.parametrize(
    ("price", "seen", "asks"),
    [("1040", None, False), ("1040.01", None, True), ("260", None, False), ("259.99", None, True), ("53000", "53000", False),
     ("53000", "5300", True), ("0", None, False)],
)  # fmt: skip
def test_an_offer_far_from_what_is_asked_is_looked_at_once_more(price: str, seen: str | None, *, asks: bool) -> None:
    offer = replace(SAYING, kind="offer", price=Decimal(price))
    far = of.off_7_looked_at_twice(offer, LAW, Decimal(520), Decimal("0.65"), None if seen is None else Decimal(seen))
    assert (far is not None) == asks
    if far is not None and price == "53000":
        assert far.values["sum"] == "34,450.00"


@pytest.mark.parametrize("offered", ["household_land", "collective", "construction"])
@pytest.mark.parametrize("days", [3, 45])
@pytest.mark.parametrize("closes_on", [date(2026, 11, 26), date(2026, 11, 27), date(2026, 12, 31)])
def test_what_the_form_is_filled_in_with_is_sound(offered: str, closes_on: date, days: int) -> None:
    """Whatever the land, whether its publication is over or not, and also where the term begins days after the soonest end."""
    soonest = max(an.deposits_from(LAW.on, offered, LAW), closes_on)
    from_on = soonest + timedelta(days=days)
    usual = an.usual_hours(LAW.on, closes_on, from_on, offered, LAW)
    deposit = an.usual_deposit(Decimal(400) * 15, LAW)
    facts = replace(
        SALE, offered=offered, closes_on=closes_on, from_on=from_on, deposit_by=usual.deposit_by,
        opens_at=usual.opens_at, closes_at=usual.closes_at, step=an.usual_step(SALE.start), deposit=deposit,
    )  # fmt: skip
    assert [rule for rule in en.SALE_RULES if rule(facts, LAW)] == []
    assert (deposit, usual.opens_at > usual.deposit_by) == (Decimal("600.00"), True)


def test_a_step_is_one_figure() -> None:
    steps = {price: an.usual_step(Decimal(price)) for price in ("300", "2600", "65", "1", "0.01")}
    assert {price: str(step) for price, step in steps.items()} == {
        "300": "10.00", "2600": "90.00", "65": "2.00", "1": "0.03", "0.01": "0.01"
    }  # fmt: skip


def test_whose_land_it_is_says_how_long_it_is_announced() -> None:
    asked = [("household", "lease"), ("household", "homestead_lease"), ("collective", "four_wastes"),
             ("collective", "unallocated"), ("collective", "construction")]  # fmt: skip
    assert [an.offered_as(*one) for one in asked] == [
        "household_land", "household_land", "collective", "collective", "construction"
    ]  # fmt: skip


def test_what_is_seen_of_what_has_ended_is_of_a_day_by_its_last() -> None:
    """QUAL-10."""
    day = timedelta(days=1)
    since, today_, last = date(2026, 1, 1), date(2026, 7, 1), date(2026, 5, 1)
    for on_day, sound in ((last, True), (last + day, False)):
        told = qu.qual_10_seen_since_the_deal(qu.Seen("fine", "", on_day, since, today_, last))
        assert (told is None) == sound
    assert qu.qual_10_seen_since_the_deal(qu.Seen("fine", "", last + day, since, today_)) is None
