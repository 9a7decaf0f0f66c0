"""Codes, figures and days, whatever is written."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from string import ascii_uppercase, digits

from hypothesis import assume, given
from hypothesis import strategies as st

from landreg.core.codes import citizen_id_fault, masked_id, masked_name, tidy, uscc_fault
from landreg.core.periods import DAY, Period, working_day_after, years_after
from landreg.core.units import decimal_of, half_up, mu_of, total_mu
from landreg.law.book import national_law

USCC_SIGNS = "".join(sign for sign in digits + ascii_uppercase if sign not in "IOSVZ")
DAYS = st.dates(date(1949, 10, 1), date(2200, 12, 31))
AREAS = st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2)


@st.composite
def citizen_ids(draw: st.DrawFn) -> str:
    """A number that ends as ISO 7064 MOD 11-2 asks: read to base 13, twice it and the check digit leave one over eleven."""
    body = "610900" + draw(st.dates(date(1900, 1, 1), date(2025, 12, 31))).strftime("%Y%m%d")
    body += f"{draw(st.integers(0, 999)):03d}"
    return body + "0123456789X"[(1 - 2 * int(body, 13)) % 11]


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    """A code that ends as GB 32100 asks: MOD 31 with the powers of three."""
    body = "N2" + draw(st.text(USCC_SIGNS, min_size=15, max_size=15))
    return body + USCC_SIGNS[-sum(USCC_SIGNS.index(sign) * 3**place for place, sign in enumerate(body)) % 31]


@given(citizen_ids())
def test_every_number_with_its_check_digit_is_sound(number: str) -> None:
    assert citizen_id_fault(number) is None


@given(citizen_ids(), st.integers(0, 16), st.sampled_from(digits))
def test_no_single_wrong_digit_of_a_citizen_id_passes(number: str, place: int, wrong: str) -> None:
    assume(number[place] != wrong)
    assert citizen_id_fault(number[:place] + wrong + number[place + 1 :]) is not None


@given(citizen_ids(), st.integers(0, 15))
def test_no_two_swapped_neighbours_in_a_citizen_id_pass(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert citizen_id_fault(swapped) is not None


@given(st.text(max_size=20))
def test_any_text_is_judged_as_a_code_without_an_error(text: str) -> None:
    assert citizen_id_fault(text) in (None, "shape", "birth", "check")
    assert uscc_fault(text) in (None, "shape", "check")
    assert masked_name(text).count("*") >= min(len(text), 1)
    assert len(masked_id(text)) == len(text)


@given(credit_codes(), st.integers(0, 16), st.sampled_from(USCC_SIGNS))
def test_a_credit_code_is_sound_and_no_single_wrong_sign_passes(code: str, place: int, wrong: str) -> None:
    assert uscc_fault(code) is None
    assume(code[place] != wrong)
    assert uscc_fault(code[:place] + wrong + code[place + 1 :]) == "check"


@given(st.text())
def test_a_tidy_code_is_tidy(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.decimals(Decimal("-1e12"), Decimal("1e12"), places=6))
def test_a_rounded_figure_is_the_nearest_and_a_half_goes_away_from_zero(value: Decimal) -> None:
    off = Fraction(half_up(value)) - Fraction(value)
    assert abs(off) <= Fraction(1, 200)
    assert abs(off) < Fraction(1, 200) or (off > 0) == (value > 0)


@given(st.lists(AREAS, max_size=60))
def test_who_adds_up_the_printed_figures_finds_the_total(areas: list[Decimal]) -> None:
    printed = [str(mu_of(area)) for area in areas]
    assert total_mu(areas) == sum(map(Decimal, printed), Decimal(0))
    assert abs(Fraction(total_mu(areas)) - Fraction(sum(areas, Decimal(0))) * 15 / 10_000) <= Fraction(len(areas), 200)


@given(AREAS)
def test_a_figure_printed_and_read_again_is_the_same(area: Decimal) -> None:
    assert decimal_of(f" {area:,} ") == area


@given(DAYS, st.integers(1, 60), st.sets(DAYS, max_size=8), st.sets(DAYS, max_size=8))
def test_so_many_working_days_lie_between(day: date, count: int, closed: set[date], worked: set[date]) -> None:
    found = working_day_after(day, count, closed=closed, open_=worked)
    between = [day + timedelta(n) for n in range(1, (found - day).days + 1)]
    works = [d for d in between if d in worked or (d.isoweekday() <= 5 and d not in closed)]
    assert len(works) == count
    assert works[-1] == found


@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_working_days_add_up_in_every_calendar_of_the_book(day: date, first: int, second: int) -> None:
    law = national_law("610902", date(2026, 1, 1))
    assert law.working_days_after(law.working_days_after(day, first), second) == law.working_days_after(
        day, first + second
    )


@given(DAYS, st.integers(1, 70))
def test_a_term_of_years_is_never_a_day_short(day: date, years: int) -> None:
    end = years_after(day, years)
    assert (end.year - day.year, (end.month, end.day) >= (day.month, day.day)) == (years, True)
    assert years_after(day + DAY, years) >= end


@given(DAYS, st.integers(0, 20_000), DAYS)
def test_a_period_holds_just_the_days_from_its_first_to_its_last(first: date, length: int, day: date) -> None:
    period = Period.through(first, first + timedelta(length))
    assert (day in period) == (first <= day <= first + timedelta(length))
