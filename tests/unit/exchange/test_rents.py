"""The rent calendar, worked by hand, and what holds of every calendar; payments and what is late."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landreg.core.periods import months_after
from landreg.core.units import half_up
from landreg.exchange.contracts.rules.following import carried
from landreg.exchange.contracts.rules.instalments import BY_DAYS, GOES_OVER
from landreg.exchange.contracts.rules.rent import (
    PARTS,
    Due,
    Grain,
    Paid,
    Price,
    Terms,
    arrears,
    arrears_kg,
    calendar,
    con_6_payment_counts_once,
    con_11_grain_price_is_set,
    con_23_grain_within_what_is_owed,
    in_yuan,
    late_since,
    of_year,
    settled,
    still_owed,
    unpriced_kg,
)
from landreg.law.book import national_law

LAW = national_law("610902", date(2026, 7, 1))
FIRST = date(2026, 10, 1)


def terms(**changed: Any) -> Terms:
    said: dict[str, Any] = {
        "from_on": FIRST,
        "until_on": date(2028, 10, 1),
        "pieces": ((Decimal("3.33"), Decimal(600)),),
    }
    return Terms(**{**said, **changed})


def test_a_yearly_rent_before_is_due_on_the_first_day_of_each_contract_year() -> None:
    found = calendar(terms())
    assert [(one.due_on, one.amount) for one in found] == [
        (date(2026, 10, 1), Decimal("1998.00")), (date(2027, 10, 1), Decimal("1998.00")),
    ]  # fmt: skip


def test_a_rent_after_is_due_on_the_last_day_of_its_part() -> None:
    found = calendar(terms(paid_before=False, paid_every="half"))
    assert [one.due_on for one in found] == [date(2027, 3, 31), date(2027, 9, 30), date(2028, 3, 31), date(2028, 9, 30)]


def test_an_escalator_raises_the_price_of_each_contract_year_and_is_rounded_once() -> None:
    """600 × 1.035² = 642.735: 642.74 a mu, 3.33 mu: 2140.32."""
    assert of_year(terms(escalator_percent=Decimal("3.5")), 2) == Decimal("2140.32")


def test_quarters_of_an_odd_year_s_rent_add_up_to_it() -> None:
    found = calendar(terms(paid_every="quarter", pieces=((Decimal("1.00"), Decimal("100.01")),)))
    assert [one.amount for one in found[:4]] == [Decimal("25.00"), Decimal("25.01"), Decimal("25.00"), Decimal("25.00")]


def test_what_is_left_of_a_year_is_owed_by_its_days() -> None:
    """182 of 365 days of 1998 yuan: 996.26."""
    (first, last) = calendar(terms(until_on=date(2028, 3, 31)))
    assert first.amount == Decimal("1998.00")
    assert (last.until_on, last.amount) == (date(2028, 3, 31), Decimal("993.54"))


def test_what_makes_an_exchange_equal_is_owed_by_the_side_that_took_the_better_land() -> None:
    for unit, payer in (("balance_in", "taker"), ("balance_out", "contractor")):
        (due,) = calendar(terms(pieces=((Decimal(1), Decimal("3000.00")),), unit=unit, paid_every="once"))
        assert (due.payer, due.due_on, due.amount, due.kind) == (payer, FIRST, Decimal("3000.00"), "price")
        late = settled([due], [Decimal("1000.00")])
        other = "taker" if payer == "contractor" else "contractor"
        assert (arrears(late, FIRST + timedelta(1), payer), arrears(late, FIRST + timedelta(1), other)) == (2000, 0)


def test_parcels_at_their_own_prices_are_added_up() -> None:
    pieces = ((Decimal("1.50"), Decimal("700.00")), (Decimal("0.55"), Decimal("333.33")))
    assert of_year(terms(pieces=pieces), 0) == Decimal("1050.00") + Decimal("183.33")


@given(
    st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 12_000), st.sampled_from(sorted(PARTS)), st.booleans(),
    st.decimals("0.01", "99999", places=2), st.decimals("0.01", "9999", places=2), st.decimals(0, 50, places=2),
)  # fmt: skip
def test_every_calendar_covers_its_term_without_gap_and_its_whole_years_add_up(
    first: date, days: int, every: str, before: bool, price: Decimal, mu: Decimal, percent: Decimal
) -> None:
    asked = Terms(first, first + timedelta(days=days), ((mu, price),), "yuan_mu_year", percent, every, before)
    found = calendar(asked)
    assert found[0].from_on == first
    assert found[-1].until_on == asked.until_on
    assert all(one.until_on == after.from_on for one, after in pairwise(found))
    assert all(one.from_on <= one.due_on < one.until_on and one.amount >= 0 for one in found)
    parts = PARTS[every]
    for year in range(len(found) // parts):
        if months_after(first, 12 * (year + 1)) <= asked.until_on:
            assert sum(one.amount for one in found[year * parts : (year + 1) * parts]) == of_year(asked, year)


def test_a_term_that_is_none_has_no_calendar() -> None:
    with pytest.raises(ValueError, match=r"2026-10-01 \.\. 2026-10-01"):
        calendar(terms(until_on=FIRST))


def test_a_payment_settles_the_oldest_first_and_the_day_itself_is_not_late() -> None:
    found = settled(calendar(terms()), [Decimal(1000), Decimal("998.00"), Decimal(2)])
    assert [(one.paid, one.left) for one in found] == [
        (Decimal("1998.00"), Decimal("0.00")), (Decimal("2.00"), Decimal("1996.00")),
    ]  # fmt: skip
    assert arrears(found, date(2027, 10, 1)) == 0
    assert arrears(found, date(2027, 10, 2)) == Decimal("1996.00")
    assert late_since(found, date(2027, 10, 1)) is None
    assert late_since(found, date(2028, 1, 1)) == date(2027, 10, 1)


def test_a_rent_in_grain_is_yuan_at_the_price_of_its_day_and_unknown_without_one() -> None:
    """CON-11: no price set."""
    dues = calendar(terms(unit="kg_mu_year", pieces=((Decimal("3.33"), Decimal(200)),)))
    assert in_yuan(dues[0], {FIRST: Price(Decimal("2.38"))}) == Decimal("1585.08")
    found = settled(dues, [Decimal("1585.08")], {FIRST: Price(Decimal("2.38"))})
    assert [one.owed for one in found] == [Decimal("1585.08"), None]
    assert con_11_grain_price_is_set(found, LAW) is None
    late = con_11_grain_price_is_set(found, national_law("610902", date(2027, 10, 1)))
    assert late is not None
    assert late.values == {"days": [date(2027, 10, 1)]}


def in_grain(**changed: Any) -> Terms:
    """200 kg a mu and year of 3 mu: 600 kg a year."""
    return terms(unit="kg_mu_year", pieces=((Decimal("3.00"), Decimal(200)),), **changed)


PRICES = {FIRST: Price(Decimal("2.50")), date(2027, 10, 1): Price(Decimal("3.00"))}


def test_grain_settles_kilogram_for_kilogram_and_money_at_the_price_of_the_due_s_own_day() -> None:
    """700 kg handed over: the first year's 600, and 100 of the second, whose rest of 500 kg is 1500 yuan."""
    found = settled(calendar(in_grain()), [Grain(Decimal(700)), Decimal(300)], PRICES)
    assert [(one.handed, one.paid, one.left, one.left_kg) for one in found] == [
        (Decimal(600), Decimal(0), Decimal(0), Decimal(0)),
        (Decimal(100), Decimal(300), Decimal("1200.00"), Decimal("400.00")),
    ]


def test_what_was_paid_of_a_due_stays_with_it_when_grain_comes_later() -> None:
    """1250 yuan and 100 kg: the first year's; 500 kg then are of the second, not of the first again."""
    paid = [Decimal(1250), Grain(Decimal(100)), Grain(Decimal(500))]
    found = settled(calendar(in_grain()), paid, PRICES)
    assert [(one.paid, one.handed, one.left_kg) for one in found] == [(1250, 100, 0), (0, 500, 100)]


@given(
    st.lists(st.tuples(st.booleans(), st.decimals("0.01", "900", places=2)), max_size=8),
    st.decimals("0.5", "20", places=2), st.decimals("0.5", "20", places=2),
)  # fmt: skip
def test_no_payment_settles_more_than_is_due_or_than_was_paid(
    made: list[tuple[bool, Decimal]], first: Decimal, second: Decimal
) -> None:
    paid = [Grain(amount) if grain else amount for grain, amount in made]
    found = settled(calendar(in_grain()), paid, {FIRST: Price(first), date(2027, 10, 1): Price(second)})
    assert sum(one.handed for one in found) <= sum(one.kg for one in paid if isinstance(one, Grain))
    assert sum(one.paid for one in found) <= sum(one for one in paid if not isinstance(one, Grain))
    assert all(0 <= one.left_kg <= one.due.amount and one.left >= 0 for one in found)
    assert all((one.left == 0) == (one.left_kg == 0) for one in found)


def test_what_is_late_of_a_rent_in_grain_is_told_in_kilograms() -> None:
    found = settled(calendar(in_grain()), [Decimal(500)], PRICES)
    assert (arrears(found, date(2026, 11, 1)), arrears_kg(found, date(2026, 11, 1))) == (Decimal(1000), Decimal(400))
    assert arrears_kg(settled(calendar(terms()), []), date(2026, 11, 1)) == 0


def test_a_rent_in_grain_without_a_price_is_owed_in_kilograms_and_late_from_its_day() -> None:
    found = settled(calendar(in_grain()), [Grain(Decimal(100))], {})
    first, on = found[0], date(2026, 11, 1)
    assert (first.owed, first.left, first.left_kg, first.late(first.due.due_on), first.late(on)) == (
        None, 0, Decimal(500), False, True,
    )  # fmt: skip
    assert (arrears(found, on), arrears_kg(found, on), unpriced_kg(found, on)) == (0, Decimal(500), Decimal(500))
    assert late_since(found, on) == first.due.due_on
    assert unpriced_kg(settled(calendar(in_grain()), [], PRICES), on) == 0


def test_a_contract_that_ends_early_owes_nothing_of_the_days_after_and_a_part_by_its_days() -> None:
    """73 of 365 days of 1998 yuan: 399.60. What was to be paid on a later day is due on the last."""
    dues = calendar(terms(paid_before=False))
    cut = still_owed(dues, date(2027, 12, 13))
    assert [(one.due_on, one.until_on, one.amount) for one in cut] == [
        (date(2027, 9, 30), date(2027, 10, 1), Decimal("1998.00")),
        (date(2027, 12, 12), date(2027, 12, 13), half_up(Decimal(1998) * 73 / 366)),
    ]
    assert still_owed(dues, FIRST) == ()
    assert still_owed(dues, date(2028, 10, 1)) == dues


@given(st.dates(FIRST, date(2028, 10, 1)), st.sampled_from(sorted(PARTS)), st.booleans())
def test_what_is_owed_until_an_end_never_passes_it_and_never_exceeds_the_whole(
    ends_on: date, every: str, before: bool
) -> None:
    dues = calendar(terms(paid_every=every, paid_before=before))
    cut = still_owed(dues, ends_on)
    assert all(one.until_on <= ends_on and one.due_on < ends_on for one in cut)
    assert sum(one.amount for one in cut) <= sum(one.amount for one in dues)
    assert [one for one in cut if one.until_on < ends_on] == list(dues[: max(len(cut) - 1, 0)])


@pytest.mark.parametrize("wrong", ["0", "-1", "NaN", "Infinity", "0.001", "100.01"])
def test_no_more_grain_is_handed_over_than_is_owed(wrong: str) -> None:
    """CON-23: refused, and of a contract in money, of which no grain is owed, at all."""
    assert con_23_grain_within_what_is_owed((Decimal("100.00"), Decimal("100.00"), True), LAW) is None
    assert con_23_grain_within_what_is_owed((Decimal(wrong), Decimal("100.00"), True), LAW) is not None
    assert con_23_grain_within_what_is_owed((Decimal(1), Decimal(0), True), LAW) is not None
    assert con_23_grain_within_what_is_owed((Decimal(1), Decimal(9), False), LAW) is not None


def payment(**changed: Any) -> Paid:
    said: dict[str, Any] = {
        "amount": Decimal("100.00"), "paid_on": date(2026, 7, 1), "receipt": "HP-1", "left": Decimal("100.00"),
        "since": date(2026, 6, 1), "today": date(2026, 7, 1),
    }  # fmt: skip
    return Paid(**{**said, **changed})


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal("100.01")}, {"amount": Decimal(0)}, {"amount": Decimal("NaN")}, {"amount": Decimal("1.001")},
        {"paid_on": date(2026, 7, 2)}, {"paid_on": date(2025, 5, 31)}, {"receipt": " "}, {"slip": ("deposit", "X")},
    ],
)  # fmt: skip
def test_a_receipt_counts_once_and_for_no_more_than_is_owed(wrong: dict[str, Any]) -> None:
    """CON-6: refused."""
    assert con_6_payment_counts_once(payment(), LAW) is None
    assert con_6_payment_counts_once(payment(paid_on=date(2026, 5, 31)), LAW) is None
    assert con_6_payment_counts_once(payment(**wrong), LAW) is not None


def test_money_for_grain_that_has_no_price_yet_is_refused_for_that() -> None:
    """CON-6: it says from which day; a sum that is owed is taken all the same, and no sum at all is none."""
    without = {"unpriced": FIRST}
    told = con_6_payment_counts_once(payment(left=Decimal("0.00"), **without), LAW)
    assert told is not None
    assert "2026-10-01 应付的粮食，县区还没有公布价格" in LAW.say(told)
    assert "还应付" not in LAW.say(told)
    more = con_6_payment_counts_once(payment(left=Decimal("40.00"), **without), LAW)
    assert more is not None
    assert (more.values["day"], more.values["left"]) == (FIRST, Decimal("40.00"))
    assert con_6_payment_counts_once(payment(**without), LAW) is None
    late = con_6_payment_counts_once(payment(paid_on=date(2026, 7, 2), **without), LAW)
    assert late is not None
    assert "day" not in late.values
    assert con_6_payment_counts_once(payment(amount=Decimal("NaN"), **without), LAW) is not None


def test_of_a_contract_that_ended_the_rent_until_its_end_is_owed_and_no_more() -> None:
    """2027-10-01 to 2027-12-31: 91 of 366 days of 1998 yuan are 496.77."""
    awarded = Due(3, FIRST, date(2026, 10, 2), date(2029, 1, 1), Decimal("88.00"), kind="awarded")
    dividend = Due(4, date(2027, 1, 1), date(2028, 1, 1), date(2028, 1, 1), Decimal("9.00"), kind="dividend")
    dues = (*calendar(terms()), awarded, dividend)
    end = date(2027, 12, 31)
    assert [one.amount for one in still_owed(dues, end)] == [
        Decimal("1998.00"), Decimal("496.77"), Decimal("88.00"), Decimal("9.00"),
    ]  # fmt: skip
    assert [one.until_on for one in still_owed(dues, end)][:2] == [date(2027, 10, 1), end]
    assert still_owed(dues, date(2027, 10, 1)) == (dues[0], awarded, dividend)
    assert still_owed(dues, None) == dues
    assert still_owed(dues, FIRST, void=True) == (awarded,)
    deposit = Due(5, FIRST, date(2029, 1, 1), FIRST, Decimal("500.00"), kind="deposit")
    assert [deposit in still_owed((*dues, deposit), end, ahead=one) for one in (True, False)] == [True, False]


def test_one_sum_is_due_whole_on_the_first_day_and_stays_owed_when_the_contract_ends_early() -> None:
    one = calendar(terms(unit="yuan_once", paid_every="once", pieces=((Decimal(1), Decimal("86000.00")),)))
    assert [(due.due_on, due.amount, due.kind) for due in one] == [(FIRST, Decimal("86000.00"), "price")]
    assert still_owed(one, months_after(FIRST, 3)) == one
    assert still_owed(one, months_after(FIRST, 3), void=True) == ()


def test_one_sum_that_is_changed_goes_over_or_is_owed_by_its_days() -> None:
    once = calendar(terms(unit="yuan_once", paid_every="once", pieces=((Decimal(1), Decimal("86000.00")),)))
    dividend = Due(2, date(2027, 1, 1), date(2028, 1, 1), date(2028, 1, 1), Decimal("9.00"), kind="dividend")
    on = months_after(FIRST, 3)
    assert still_owed((*once, dividend), on, one_sum=GOES_OVER) == (dividend,)
    (part,) = still_owed(once, on, one_sum=BY_DAYS)
    days = Decimal((on - FIRST).days) / Decimal((once[0].until_on - FIRST).days)
    assert (part.until_on, part.amount) == (on, half_up(86000 * days))
    assert still_owed(once, FIRST, one_sum=BY_DAYS) == ()


def test_a_house_is_paid_by_the_month_whatever_its_area() -> None:
    dues = calendar(terms(unit="yuan_month", paid_every="month", pieces=((Decimal(1), Decimal(3600)),)))
    assert {due.amount for due in dues} == {Decimal("300.00")}
    assert dues[1].due_on == months_after(FIRST, 1)


@pytest.mark.parametrize(("payer", "same", "goes"), [("taker", True, {"carried", "carried_kg"}), ("taker", False, {"carried"}),
                                                     ("contractor", True, set()), ("", True, set())])  # fmt: skip
def test_what_one_side_paid_settles_nothing_that_the_other_owes(payer: str, same: bool, goes: set[str]) -> None:
    """Nor grain what is due in another one, or in money."""
    over = (Decimal("9.00"), Decimal("8.00"))
    assert set(carried(over, payer, calendar(in_grain()), same_grain=same)) == goes
    assert set(carried(over, payer, calendar(terms()), same_grain=same)) == goes - {"carried_kg"}
    assert carried(over, payer, (), same_grain=same) == {}
    assert carried((Decimal(0), Decimal(0)), payer, calendar(terms()), same_grain=same) == {}
