"""The price index: what counts, how it is weighted, and that a few deals tell nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landreg.exchange.market.charts import chart
from landreg.exchange.market.index import (
    Cell,
    Deal,
    Point,
    band_of,
    cells,
    median,
    medians_of_others,
    share_below,
    trend,
    years_between,
    yuan_of,
)

TODAY = date(2026, 11, 27)
SERIES = {"wheat": ((date(2025, 1, 1), Decimal("2.40")), (date(2026, 1, 1), Decimal("2.50")))}


def deal(yuan: str, mu: str = "1", **changed: object) -> Deal:
    said = {"township": "610902110", "land_class": "013", "years": Decimal(4), "signed_on": date(2026, 6, 1)} | changed
    return Deal(yuan=Decimal(yuan), mu=Decimal(mu), **said)  # type: ignore[arg-type]


def told(deals: list[Deal], *key: str) -> Cell | None:
    return next((one for one in cells(deals, TODAY) if (one.township, one.land_class, one.band) == key), None)


def test_four_deals_tell_nothing_and_five_tell_their_number_too() -> None:
    four = [deal("300"), deal("400"), deal("500"), deal("600")]
    assert cells(four, TODAY) == []
    found = told([*four, deal("700")], "", "", "")
    assert found is not None
    assert (found.deals, found.mu, found.yuan) == (5, Decimal(5), Decimal(500))


def test_a_cell_of_a_few_is_not_told_beside_one_of_many() -> None:
    deals = [deal("400") for _ in range(6)] + [deal("900", township="610902111") for _ in range(4)]
    found = cells(deals, TODAY)
    assert {one.township for one in found} == {"", "610902110"}
    assert {one.deals for one in found if one.township == ""} == {10}


def test_a_large_field_weighs_more_than_many_gardens() -> None:
    gardens = [deal("1200", "0.2") for _ in range(8)]
    found = told([*gardens, deal("400", "50")], "", "", "")
    assert found is not None
    assert found.yuan == Decimal(400)


def test_one_price_far_from_the_rest_does_not_move_the_middle() -> None:
    usual = [deal(str(price)) for price in (380, 390, 400, 410, 420)]
    plain, with_one = told(usual, "", "", ""), told([*usual, deal("99999")], "", "", "")
    assert plain is not None
    assert with_one is not None
    assert (plain.yuan, with_one.yuan) == (Decimal(400), Decimal("405.00"))


def test_the_middle_of_two_equal_halves_lies_between_them() -> None:
    assert median([(Decimal(300), Decimal(2)), (Decimal(500), Decimal(2))]) == Decimal("400.00")
    assert median([(Decimal(300), Decimal(2)), (Decimal(500), Decimal("2.01"))]) == Decimal(500)
    with pytest.raises(ValueError, match="weighs"):
        share_below([(Decimal(300), Decimal(0))], Decimal("0.5"))


def test_twelve_months_count_and_not_a_day_more() -> None:
    first, before = date(2025, 11, 27), date(2025, 11, 26)
    assert told([deal("400", signed_on=first) for _ in range(5)], "", "", "") is not None
    assert cells([deal("400", signed_on=before) for _ in range(5)], TODAY) == []
    assert cells([deal("400", signed_on=TODAY) for _ in range(5)], TODAY) == []


@pytest.mark.parametrize(
    ("start", "end", "band"),
    [
        (date(2026, 1, 1), date(2028, 12, 31), "under_5"),  # a day short of three years is three years for a reader
        (date(2026, 1, 1), date(2028, 10, 1), "under_3"),
        (date(2026, 1, 1), date(2029, 1, 1), "under_5"),
        (date(2025, 3, 1), date(2030, 3, 1), "under_10"),
        (date(2026, 1, 1), date(2036, 1, 1), "long"),
        (date(2026, 1, 1), date(2056, 1, 1), "long"),
    ],
)
def test_a_term_falls_into_its_band(start: date, end: date, band: str) -> None:
    assert band_of(years_between(start, end)) == band


def test_grain_counts_at_the_price_of_the_day_of_signing() -> None:
    kg = Decimal(200)
    assert yuan_of("kg_mu_year", kg, "wheat", date(2025, 6, 1), SERIES) == Decimal("480.00")
    assert yuan_of("kg_mu_year", kg, "wheat", date(2026, 1, 1), SERIES) == Decimal("500.00")
    assert yuan_of("kg_mu_year", kg, "wheat", date(2024, 12, 31), SERIES) is None
    assert yuan_of("kg_mu_year", kg, "rice", date(2026, 1, 1), SERIES) is None
    assert yuan_of("yuan_mu_year", kg, "", date(2026, 1, 1), SERIES) == kg
    assert yuan_of("share", kg, "", date(2026, 1, 1), SERIES) is None


def test_a_trend_has_a_point_a_quarter_and_a_gap_where_few_signed() -> None:
    early = [deal("400", signed_on=date(2024, 9, 10)) for _ in range(5)]
    late = [deal("500", signed_on=date(2026, 10, 10)) for _ in range(5)]
    points = trend([*early, *late], TODAY)
    assert [point.until for point in points][-3:] == [date(2026, 6, 30), date(2026, 9, 30), date(2026, 11, 26)]
    assert [point.yuan for point in points] == [400, 400, 400, None, None, None, None, None, 500]
    assert points[0] == Point(date(2024, 12, 31), 5, Decimal(400))


def test_a_chart_begins_at_nought_and_breaks_off_where_nothing_is_told() -> None:
    points = [Point(TODAY, 5, Decimal(yuan)) if yuan else Point(TODAY, 2, None) for yuan in (400, 420, 0, 440, 460)]
    found = chart(points)
    assert found is not None
    assert len(found.runs) == 2
    assert found.lines[0] == (Decimal(found.bottom), 0)
    assert found.lines[-1][1] >= 460
    assert [dot.y is None for dot in found.dots] == [False, False, True, False, False]
    heights = [dot.y for dot in found.dots if dot.y is not None]
    assert heights == sorted(heights, reverse=True)
    assert chart([Point(TODAY, 2, None)]) is None


SOME = st.decimals(min_value=1, max_value=40, places=0)


@given(st.lists(st.tuples(SOME, SOME), min_size=2, max_size=12))
def test_the_median_of_the_others_is_that_of_all_with_the_one_left_out(weighted: list[tuple[Decimal, Decimal]]) -> None:
    left = [median(weighted[:place] + weighted[place + 1 :]) for place in range(len(weighted))]
    assert medians_of_others(weighted) == left


def test_the_medians_of_the_others_of_many_deals_take_no_sort_for_each() -> None:
    """A hundred thousand: with a sort for each this would not end within a day."""
    weighted = [(Decimal(place % 1000), Decimal(1)) for place in range(100_000)]
    found = medians_of_others(weighted)
    assert set(found) == {Decimal(499), Decimal(500)}
    with pytest.raises(ValueError, match="nothing weighs"):
        medians_of_others(weighted[:1])
