"""The fairness watch: what is planted in a market is found, and an honest market is seldom called out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import comb

import pytest

from landreg.audit.chance import drawn
from landreg.audit.fairness import Asked, Figures, look
from landreg.audit.fairness_rules import CODES, aud_20_to_29_more_than_chance_gives, rate_of_a_look
from landreg.audit.market import AGENT_STEPS, Acting, Entry, Marked, Market, Sale, Window
from landreg.law.book import national_law

LAW = national_law("", date(2026, 11, 27))
FIGURES = Figures(rate=rate_of_a_look(LAW))
VILLAGES = [f"61090210{number:04d}" for number in range(8)]
OPERATORS = ("operator-1", "operator-2", "operator-3", "operator-4")


def honest(seed: int, sales: int = 240) -> Market:
    """A county in which nobody arranges anything: 40 takers, most sales with two to five of them; the highest price wins."""
    luck = random.Random(seed)
    takers = [f"taker-{number}" for number in range(40)]
    made = []
    for number in range(sales):
        village = luck.choice(VILLAGES)
        entering = luck.sample(takers, luck.choice((2, 2, 3, 3, 4, 5)))
        prices = {taker: Decimal(luck.randint(400, 900)) for taker in entering}
        winner = max(entering, key=lambda one: (prices[one], one))
        entries = tuple(Entry(taker, prices[taker], frozenset({("contact", taker)})) for taker in sorted(entering))
        made.append(
            Sale(
                f"L{number:04d}", village, luck.choice(OPERATORS), winner,
                prices[winner], Decimal(380), Decimal(650), luck.choice((8, 12, 12, 20, 30)), 10, entries,
            )
        )  # fmt: skip
    windows = tuple(
        Window(f"W{number}", luck.choice(OPERATORS), 40, 40 - luck.choice((0, 0, 1, 2))) for number in range(40)
    )
    acts = tuple(
        Acting(luck.choice(("agent-1", "agent-2", "agent-3")), step, f"household-{number}", (f"L{number:04d}",))
        for step in AGENT_STEPS
        for number in range(60)
    )
    return Market(tuple(made), windows, acts=acts)


def flagged(market: Market) -> set[tuple[str, str]]:
    return {
        (one.kind, one.subject) for one in look(market, FIGURES) if aud_20_to_29_more_than_chance_gives(one, "", LAW)
    }


def changed(market: Market, count: int, village: str = "", **fields: object) -> Market:
    """The first so many sales, of a village where one is named, with other fields."""
    left, made = count, []
    for sale in market.sales:
        hit = left > 0 and village in ("", sale.village)
        left -= hit
        made.append(replace(sale, **fields) if hit else sale)  # type: ignore[arg-type]
    return replace(market, sales=tuple(made))


def with_entries(market: Market, count: int, *entries: Entry, winner: str = "") -> Market:
    sales = [
        replace(sale, entries=(*sale.entries, *entries), winner=winner or sale.winner) if at < count else sale
        for at, sale in enumerate(market.sales)
    ]
    return replace(market, sales=tuple(sales))


def test_an_honest_market_is_seldom_called_out() -> None:
    called = sum(bool(flagged(honest(seed))) for seed in range(20))
    assert called <= 2


@pytest.mark.drill
@pytest.mark.timeout(1800)
def test_of_four_hundred_honest_markets_no_more_than_one_in_twenty_is_called_out() -> None:
    assert sum(bool(flagged(honest(seed))) for seed in range(400)) <= 20


def test_two_who_share_a_contact_and_come_together_are_found() -> None:
    mark = frozenset({("contact", "same")})
    planted = with_entries(honest(1), 10, Entry("mother", Decimal(500), mark), Entry("daughter", Decimal(510), mark))
    assert ("related", "daughter mother") in flagged(planted)


def test_one_who_always_comes_where_another_wins_and_never_wins_is_found() -> None:
    planted = with_entries(honest(2), 12, Entry("boss", Decimal(901)), Entry("shill", Decimal(880)), winner="boss")
    assert ("companions", "boss shill") in flagged(planted)


def test_one_who_wins_nearly_all_sales_is_found() -> None:
    planted = with_entries(honest(3), 14, Entry("lucky", Decimal(999)), winner="lucky")
    assert ("winner", "lucky") in flagged(planted)


def test_one_who_knows_secret_floors_is_found() -> None:
    planted = with_entries(honest(4), 8, Entry("knows", Decimal("381")))
    assert ("near_floor", "knows") in flagged(planted)
    shown = replace(planted, sales=tuple(replace(sale, floor=None) for sale in planted.sales))
    assert not {one for one in flagged(shown) if one[0] == "near_floor"}


def test_one_whose_deals_lie_far_below_the_index_is_found() -> None:
    planted = changed(honest(5), 14, winner="friend", price=Decimal(120), operator="operator-9")
    assert {("far_price", "friend"), ("far_price_operator", "operator-9")} <= flagged(planted)


def test_an_operator_who_cuts_publications_short_is_found() -> None:
    assert ("cut_short", "operator-9") in flagged(changed(honest(6), 16, operator="operator-9", days=2))


def test_windows_that_nobody_was_told_of_are_found() -> None:
    market = honest(7)
    windows = tuple(
        replace(one, operator="operator-9", told=0) if at < 3 else one for at, one in enumerate(market.windows)
    )
    found = flagged(replace(market, windows=windows))
    assert ("untold", "operator-9") in found
    assert ("unheard", "W0") in found


@pytest.mark.parametrize("step", AGENT_STEPS)
def test_an_agent_who_takes_one_step_for_nearly_everybody_is_found_and_for_that_step_alone(step: str) -> None:
    market = honest(8)
    acts = tuple(
        replace(one, agent="agent-9") if one.step == step and at % 10 else one for at, one in enumerate(market.acts)
    )
    found = {one for one in flagged(replace(market, acts=acts)) if one[1] == "agent-9"}
    assert found == {(f"agent_{step}", "agent-9")}


def test_an_operator_who_calls_sales_off_and_a_winner_who_withdraws_are_found() -> None:
    rounds = [Marked(OPERATORS[at % 4], f"R{at}", at % 30 == 0) for at in range(120)]
    deals = [Marked(f"taker-{at % 20}", f"D{at}", at % 40 == 0) for at in range(120)]
    back = [Marked(OPERATORS[at % 4], f"B{at}", at % 30 == 0) for at in range(120)]
    planted = replace(
        honest(9),
        returns=(*back, *(Marked("operator-9", f"Z{at}", at < 9) for at in range(10))),
        rounds=(*rounds, *(Marked("operator-9", f"X{at}", at < 9) for at in range(10))),
        deals=(*deals, *(Marked("taker-x", f"Y{at}", nothing=True) for at in range(6))),
    )
    assert {("called_off", "operator-9"), ("fell", "taker-x"), ("deposit_late", "operator-9")} <= flagged(planted)
    thrown = replace(
        honest(9), turns=planted.rounds, struck=planted.returns, followed=planted.rounds, announced=planted.returns,
        unreceived=planted.rounds,
    )  # fmt: skip
    assert {("passed_over", "operator-9"), ("struck", "operator-9"), ("price_fell", "operator-9")} <= flagged(thrown)
    assert {("short_notice", "operator-9"), ("unreceived", "operator-9")} <= flagged(thrown)


def test_each_kind_has_its_rule_and_its_sentence_tells_the_numbers() -> None:
    for code in sorted(set(CODES.values())):
        kind = next(kind for kind, one in CODES.items() if one == code)
        asked = Asked(kind, "x", 9, 10, 1.5, 1e-7, 1e-9, ("L1",), 1e-6)
        finding = aud_20_to_29_more_than_chance_gives(asked, "某某", LAW)
        assert finding is not None
        for word in ("某某", "9", "10", "1.50"):
            assert word in LAW.say(finding), code
        assert aud_20_to_29_more_than_chance_gives(replace(asked, q=0.5), "某某", LAW) is None
    named = {
        "AUD-20",
        "AUD-21",
        "AUD-22",
        "AUD-23",
        "AUD-24",
        "AUD-25",
        "AUD-26",
        "AUD-27",
        "AUD-28",
        "AUD-29",
        "AUD-33",
        "AUD-34",
        "AUD-35",
        "AUD-36",
        "AUD-37",
        "AUD-38",
    }
    assert named == set(CODES.values())


@pytest.mark.parametrize(("total", "marked", "count"), [(10, 3, 4), (5, 0, 2), (6, 6, 3), (7, 2, 0)])
def test_what_is_drawn_blindly_has_its_exact_chances(total: int, marked: int, count: int) -> None:
    chances = drawn(total, marked, count)
    assert sum(chances) == pytest.approx(1)
    ways = [comb(marked, k) * comb(total - marked, count - k) for k in range(len(chances))]
    assert chances == pytest.approx([one / comb(total, count) for one in ways])


def test_an_empty_market_asks_nothing() -> None:
    assert look(Market(), FIGURES) == []
