"""The market as programs read it: slopes of listings, and the price index, row by row, as the page has it, none of a few."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.periods import beijing_day
from tests.bidding_kit import auction, now_of, pass_time, published
from tests.interface_kit import Program, program, registered
from tests.kept_kit import Connection
from tests.market_kit import OTHER_TOWN, OTHER_VILLAGE, TOWN, dealt, listed
from tests.villages import COUNTY, past_triggers
from tests.web.conftest import Browser


@pytest.fixture
def office(app: Any, superuser: Connection) -> Program:
    """A program of another county: the index is open data."""
    app.extensions.pop("landreg.market", None)
    for price in ("500", "550", "600", "650", "700"):
        dealt(superuser, listed(superuser), price)
    dealt(superuser, listed(superuser, village=OTHER_VILLAGE), "9999")
    return program(app, registered(superuser, "deals:read", within="610921", name="别县系统"))


def test_a_program_reads_the_index_row_by_row_and_page_by_page(office: Program) -> None:
    told = office.ask("GET", f"/index?township={TOWN}").get_json()
    assert (told["months"], told["least"], told["next"]) == (12, 5, None)
    assert {one["township"] for one in told["items"]} == {TOWN}
    row = next(one for one in told["items"] if one["land_class"] == "013" and one["band"] == "under_5")
    assert (row["deals"], row["yuan"], Decimal(row["mu"])) == (5, "600.00", 15)
    assert office.ask("GET", f"/index?township={OTHER_TOWN}").get_json()["items"] == []
    everything = office.ask("GET", "/index").get_json()["items"]
    walked, page = [], office.ask("GET", "/index?limit=3").get_json()
    while True:
        walked += page["items"]
        if page["next"] is None:
            break
        page = office.client.get(page["next"], headers={"Authorization": f"Bearer {office.token}"}).get_json()
    assert walked == everything
    assert len(everything) > 3
    assert everything[0]["deals"] == 6


def test_the_trend_ends_with_today_and_tells_no_figure_of_a_few(office: Program) -> None:
    points = office.ask("GET", f"/index/trend?township={TOWN}").get_json()["items"]
    assert (points[-1]["deals"], points[-1]["yuan"]) == (5, "600.00")
    assert points[0] | {"last_day": ""} == {"last_day": "", "deals": 0, "yuan": None}
    assert office.ask("GET", f"/index/trend?township={OTHER_TOWN}").get_json()["items"][-1]["yuan"] is None


def test_a_listing_says_its_slope_and_is_found_by_it(app: Any, superuser: Connection) -> None:
    steep, unsaid = listed(superuser, slope="4"), listed(superuser)
    asker = program(app, registered(superuser, "listings:read"))
    told = {one["number"]: one["slope"] for one in asker.ask("GET", "/listings").get_json()["items"]}
    assert told == {steep: "4", unsaid: ""}
    assert [one["number"] for one in asker.ask("GET", "/listings?slope=4").get_json()["items"]] == [steep]
    assert asker.ask("GET", "/listings?slope=6").status_code == 400


def test_a_listing_whose_days_are_over_is_closed_and_not_published(app: Any, superuser: Connection) -> None:
    over, open_still = listed(superuser), listed(superuser)
    with past_triggers(superuser) as past:
        past.execute("UPDATE exchange.listing SET closes_on = '2020-01-01' WHERE number = %s", (over,))
    asker = program(app, registered(superuser, "listings:read"))
    for state, number in (("published", open_still), ("closed", over)):
        items = asker.ask("GET", f"/listings?state={state}").get_json()["items"]
        assert [(one["number"], one["state"]) for one in items] == [(number, state)]


def test_while_a_sale_runs_a_listing_is_published_until_it_closes_as_on_the_market_s_page(
    app: Any, database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    listing = published(registrar, reviewer, superuser, way="auction")
    asker = program(app, registered(superuser, "listings:read"))

    def told() -> tuple[str, str]:
        item = asker.ask("GET", f"/listings/{COUNTY}/{listing.number}").get_json()
        return item["state"], item["closes_on"]

    assert told() == ("closed", listing.closes_on.isoformat())
    sale = auction(listing, closes_at=now_of() + timedelta(days=2))
    until = beijing_day(sale.closes_at).isoformat()
    assert told() == ("published", until)
    told_of = asker.ask("GET", f"/listings/{COUNTY}/{listing.number}").get_json()["sale"]
    hours = {name: datetime.fromisoformat(told_of[name]) for name in ("deposit_by", "opens_at", "closes_at")}
    assert hours == {name: getattr(sale, name) for name in hours}
    assert (told_of["start_price"], told_of["step"], told_of["deposit_yuan"]) == ("300.00", "10.00", "100.00")
    assert until in Browser(app.test_client()).get(f"/market/listings/{listing.number}").text
    pass_time(superuser, days=3)
    assert told()[0] == "closed"
    assert asker.ask("GET", f"/listings/{COUNTY}/{listing.number}").get_json()["sale"] is None


def test_a_price_is_asked_for_within_what_it_counts(app: Any, superuser: Connection) -> None:
    """MKT-1, MKT-6."""
    once = {"unit": "yuan_once", "paid_every": "once"}
    rent, dear, cheap = (listed(superuser, price=price, **more) for price, more in (
        ("600.00", {}), ("86000.00", once), ("500.00", once)))  # fmt: skip
    asker = program(app, registered(superuser, "listings:read"))

    def found(query: str) -> list[str]:
        return [one["number"] for one in asker.ask("GET", f"/listings?{query}").get_json()["items"]]

    assert found("unit=yuan_once") == [dear, cheap]
    assert found("unit=yuan_once&price_least=500.00&price_most=1000") == [cheap]
    assert found("unit=yuan_mu_year&price_most=1000") == [rent]
    assert (
        asker.ask("GET", "/listings?unit=yuan_once&price_least=1&limit=1").get_json()["next"].count("price_least") == 1
    )
    for query, code in (("price_most=9", "MKT-6"), ("unit=share&price_least=9&price_most=1", "MKT-1")):
        refused = asker.ask("GET", f"/listings?{query}")
        assert (refused.status_code, code in refused.text) == (422, True), query


def test_a_cut_that_there_is_not_is_refused_by_its_field(office: Program) -> None:
    for query in ("township=6201", "band=forever", "land_class=%27", "after=x", "after=a.b.c.d", "limit=0"):
        answer = office.ask("GET", f"/index?{query}")
        assert (answer.status_code, answer.get_json()["findings"][0]["field"]) == (400, query.split("=")[0])
    assert office.ask("GET", "/index/trend?limit=5").status_code == 400
