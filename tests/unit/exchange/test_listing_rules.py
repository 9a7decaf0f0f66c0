"""What a listing is refused for, rule by rule: each with what it lets through and what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.exchange import publication
from landreg.exchange.listings.rules import course
from landreg.exchange.listings.rules.facts import Chosen, Ground, Offered, OnLand
from landreg.exchange.listings.rules.land import TAKING
from landreg.exchange.listings.service import RULES
from landreg.law.book import act_types, all_articles, examine, national_law, terms
from landreg.law.transfers import all_transfers, transfers

TODAY = date(2026, 12, 1)
LAW = national_law("610902", TODAY)
KINDS = transfers(TODAY)
FIELD = Ground("A", "contracted", Decimal("400.00"), basic=True)
HOUSE = Ground("A", "homestead", Decimal("180.00"))
TERM = (date(2018, 1, 1), date(2048, 1, 1))
SOUND = Offered(
    transfer=KINDS["lease"], kind="lease", source="household", right_kind="contract_management", term=TERM,
    ground={"A": FIELD, "B": replace(FIELD, code="B", basic=False)}, chosen=(Chosen("A", Decimal("400.00")),),
    to_whom="members_first", way="negotiation", unit="yuan_mu_year", grain="", price=Decimal("500.00"), floor=None,
    escalator_percent=Decimal(0), from_on=date(2027, 1, 1), until_on=date(2032, 1, 1), today=TODAY,
    closes_on=date(2026, 12, 31),
)  # fmt: skip


def found(**changed: Any) -> set[str]:
    facts = replace(SOUND, **changed)
    return {one.code for one in examine(RULES, facts, LAW)}


def of(kind: str, **changed: Any) -> set[str]:
    return found(transfer=KINDS.get(kind), kind=kind, **changed)


def test_a_sound_listing_is_refused_for_nothing() -> None:
    assert found() == set()


def classed(kind: dict[str, Any], land_class: str, *, basic: bool = False) -> dict[str, Any]:
    return {**kind, "ground": {"A": replace(FIELD, kind="collective", basic=basic, land_class=land_class)}}


def whole(kind: str) -> dict[str, Any]:
    return {
        "transfer": KINDS[kind], "kind": kind, "to_whom": "members", "until_on": TERM[1], "unit": KINDS[kind].units[0],
        "paid_every": "once",
    }  # fmt: skip


BUILT = {
    "transfer": KINDS["construction"], "kind": "construction", "source": "collective", "right_kind": None, "term": None,
    "ground": {"A": replace(FIELD, kind="collective", basic=False, land_class="061")}, "way": "auction", "paid_every": "once",
    "unit": "yuan_once", "papers": frozenset({"assembly_minutes", "land_plan"}), "price": Decimal("300000.00"),
}  # fmt: skip
RENTED = {**BUILT, "unit": "yuan_mu_year", "paid_every": "year", "price": Decimal("9000.00")}
"""The same land, paid for by the year: leased."""
SEVEN = (Decimal("600.00"), 7)
HOMESTEAD = {
    "transfer": KINDS["house_lease"], "kind": "house_lease", "right_kind": "homestead", "term": None, "ground": {"A": HOUSE},
    "chosen": (Chosen("A", Decimal("180.00")),), "unit": "yuan_year",
}  # fmt: skip
SCANS = frozenset({"assembly_minutes", "township_approval"})
COLLECTIVE = {
    "transfer": KINDS["four_wastes"], "kind": "four_wastes", "source": "collective", "right_kind": None, "term": None,
    "ground": {"A": replace(FIELD, kind="collective", basic=False, land_class="043")}, "way": "auction",
    "papers": SCANS,
}  # fmt: skip
UNKNOWN = {**COLLECTIVE, "ground": {"A": replace(FIELD, kind="collective", basic=False)}}
SEIZED = OnLand("restriction", "seizure", named="汉滨区人民法院")
LEASED = OnLand("contract", "lease", "C1", "", "A", date(2026, 1, 1), date(2028, 1, 1))
UNTIL_THEN = OnLand("contract", "lease", "C2", "", "A", date(2024, 1, 1), SOUND.from_on)
OPERATED = OnLand("operation", "land_operation", "J1", "", "A", date(2026, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("code", "refused", "passing"),
    [
        ("TR-1", {"until_on": date(2048, 1, 2)}, {"until_on": TERM[1]}),
        ("TR-2", {"words": "可以挖塘养鱼"}, {"words": "可以挖塘养鱼", "chosen": (Chosen("B", Decimal("400.00")),)}),
        ("TR-2", {"words": "可以建厂"}, {**HOMESTEAD, "words": "可以盖房"}),
        ("TR-2", {"words": "可以盖房"}, {"words": "不得盖房，旁边有停车场"}),
        ("CON-110", {"words": "到期自动续十年"}, {"words": "到期优先续租，另签合同"}),
        ("CON-117", {**HOMESTEAD, "words": "租满二十年再自动续二十年"}, {**HOMESTEAD, "words": "期满愿意再租的，另签合同"}),
        ("CON-116", {"words": "实际租金每亩 620 元"}, {"words": "损坏青苗的，按每亩 500 元赔偿"}),
        ("CON-116", {**HOMESTEAD, "words": "每年涨百分之五"}, {**HOMESTEAD, "words": "水费每月 20 元"}),
        ("CON-111", {"words": "可以抵押，不必问我，随时抵押土地"}, {"words": "经我书面同意可以抵押"}),
        ("CON-112", {"words": "甲方放弃解除合同的权利"}, {**HOMESTEAD, "words": "甲方放弃解除合同的权利"}),
        ("TR-3", {**whole("assignment"), "to_whom": "all"}, whole("assignment")),
        ("TR-4", {**whole("exchange"), "to_whom": "all"}, whole("exchange")),
        ("TR-10", {"transfer": KINDS["retransfer"], "kind": "retransfer", "right_kind": "land_operation"},
         {"transfer": KINDS["retransfer"], "kind": "retransfer", "right_kind": "land_operation",
          "papers": frozenset({"contractor_consent"})}),
        ("TR-5", {"transfer": KINDS["retransfer"], "kind": "retransfer", "right_kind": "land_operation"},
         {"transfer": KINDS["retransfer"], "kind": "retransfer", "right_kind": "land_operation",
          "papers": frozenset({"filing"})}),
        ("TR-12", {"standing": (SEIZED,)}, {"standing": (replace(SEIZED, kind="mortgage"),)}),
        ("TR-12", {"standing": (OnLand("exit", "part", "T1", "", "A"),)}, {"standing": (OnLand("exit", "part", "T1", "", "B"),)}),
        ("TR-17", {**whole("assignment"), "standing": (OPERATED,)}, whole("assignment")),
        ("TR-21", {"standing": (OnLand("restriction", "mortgage", named="信用社"),)}, {}),
        ("LST-1", {"price": Decimal(0)}, {**whole("exchange"), "price": Decimal(0)}),
        ("LST-1", {"price": Decimal("1.001")}, {"price": Decimal("1.10")}),
        ("LST-1", {"price": Decimal("1e7")}, {**whole("assignment"), "price": Decimal("1e7")}),
        ("LST-1", {**HOMESTEAD, "unit": "yuan_month", "price": Decimal("1e7")}, {**HOMESTEAD, "price": Decimal("1e7")}),
        ("LST-1", {**whole("assignment"), "price": Decimal("1e10")}, whole("assignment")),
        ("LST-2", {"floor": Decimal("500.01")}, {"floor": Decimal("500.00")}),
        ("LST-2", {**whole("exchange"), "floor": Decimal("400.00")}, whole("exchange")),
        ("LST-2", {**whole("exchange"), "floor_shown": True}, {"floor": Decimal("400.00"), "floor_shown": True}),
        ("LST-3", {"until_on": SOUND.from_on}, {"until_on": date(2027, 1, 2)}),
        ("LST-4", {"unit": "kg_mu_year"}, {"unit": "kg_mu_year", "grain": "corn"}),
        ("LST-28", {"unit": "kg_mu_year", "grain": "corn", "way": "auction"}, {"unit": "kg_mu_year", "grain": "corn"}),
        ("LST-7", {"taken": ("A",)}, {"taken": ()}),
        ("LST-7", {"standing": (LEASED,)}, {"standing": (LEASED,), "from_on": date(2028, 1, 1)}),
        ("LST-7", {"standing": (LEASED,)}, {**whole("assignment"), "standing": (LEASED,)}),
        ("LST-10", {"transfer": KINDS["custody"], "kind": "custody"}, {}),
        ("LST-10", {"right_kind": "homestead"}, HOMESTEAD),
        ("LST-10", {"transfer": None, "kind": "nonsense"}, {}),
        ("LST-11", {"standing": (OPERATED,)}, {"standing": (OPERATED,), "from_on": date(2030, 1, 1)}),
        ("LST-12", {"standing": (OnLand("case", "assignment", "C1"),)}, {"standing": (OnLand("case", "reissue", "C1"),)}),
        ("LST-13", {"chosen": (Chosen("A", Decimal("400.01")),)}, {"chosen": (Chosen("A", Decimal("0.01"), partly=True),)}),
        ("LST-13", {"chosen": (Chosen("A", Decimal("1.00"), True, "line_misses"),)}, {}),
        ("LST-14", {"unit": "share"}, {"transfer": KINDS["share"], "kind": "share", "unit": "share", "price": Decimal(500)}),
        ("LST-14", {"transfer": KINDS["share"], "kind": "share"}, {}),
        ("LST-14", {**whole("assignment"), "unit": "yuan_mu_year", "paid_every": "year"}, whole("assignment")),
        ("LST-14", {**whole("assignment"), "paid_every": "year"}, whole("assignment")),
        ("LST-14", {**whole("assignment"), "escalator_percent": Decimal(2)}, whole("assignment")),
        ("LST-14", {**whole("exchange"), "unit": "yuan_once"}, {**whole("exchange"), "unit": "balance_out"}),
        ("LST-14", {**HOMESTEAD, "unit": "yuan_mu_year"}, HOMESTEAD),
        ("LST-14", {"paid_every": "month"}, {**HOMESTEAD, "unit": "yuan_month", "paid_every": "month"}),
        ("LST-15", {**COLLECTIVE, "way": "negotiation"}, COLLECTIVE),
        ("LST-16", {**HOMESTEAD, "until_on": date(2047, 1, 2)}, {**HOMESTEAD, "until_on": date(2047, 1, 1)}),
        ("LST-16", {**RENTED, "until_on": date(2047, 1, 2)}, {**RENTED, "until_on": date(2047, 1, 1)}),
        ("LST-16", {**BUILT, "until_on": date(2067, 1, 2)}, {**BUILT, "until_on": date(2067, 1, 1)}),
        ("LST-17", {"from_on": SOUND.closes_on}, {"from_on": date(2027, 1, 1)}),
        ("LST-17", {"way": "auction", "from_on": SOUND.closes_on + timedelta(45)},
         {"way": "auction", "from_on": SOUND.closes_on + timedelta(46)}),
        ("LST-40", {"from_on": SOUND.today + timedelta(731)}, {"from_on": SOUND.today + timedelta(730)}),
        ("LST-18", {"closes_on": date(2026, 12, 10)}, {"closes_on": date(2026, 12, 11)}),
        ("LST-19", {"escalator_percent": Decimal("20.01")}, {"escalator_percent": Decimal("20.00")}),
        ("LST-19", {"escalator_percent": Decimal("-0.01")}, {"escalator_percent": Decimal("0.00")}),
        ("LST-20", {"chosen": ()}, {}),
        ("LST-20", {"chosen": (Chosen("Z", Decimal("1.00")),)}, {"chosen": (Chosen("B", Decimal("1.00")),)}),
        ("LST-21", {"photos": 7}, {"photos": 6}),
        ("LST-22", {**whole("exchange"), "until_on": date(2030, 1, 1)}, whole("exchange")),
        ("LST-23", {**COLLECTIVE, "papers": SCANS - {"assembly_minutes"}}, COLLECTIVE),
        ("LST-25", {**COLLECTIVE, "resolved": (60, 39)}, {**COLLECTIVE, "resolved": (60, 40)}),
        ("LST-38", {**COLLECTIVE, "resolved": (20, 20), "households": 21},
         {**COLLECTIVE, "resolved": (21, 14), "households": 100}),
        ("LST-25", {**COLLECTIVE, "resolved": (0, 0)}, {**COLLECTIVE, "resolved": (3, 2)}),
        ("LST-14", {**COLLECTIVE, "unit": "yuan_once", "paid_every": "once"}, BUILT),
        ("LST-14", {**BUILT, "unit": "kg_mu_year", "paid_every": "year"}, {**BUILT, "unit": "yuan_year", "paid_every": "year"}),
        ("LST-31", {"index": SEVEN, "price": Decimal("9999999.00")}, {"index": SEVEN, "price": Decimal("2400.00")}),
        ("LST-31", {"index": SEVEN, "price": Decimal("0.01")}, {"index": SEVEN, "price": Decimal("150.00")}),
        ("LST-31", {"index": SEVEN, "price": Decimal("9999999.00")}, {"price": Decimal("9999999.00")}),
        ("LST-35", {"standing": (UNTIL_THEN,)}, {"standing": (replace(UNTIL_THEN, kind="custody"),)}),
        ("LST-35", {"standing": (UNTIL_THEN,)}, {"standing": (replace(UNTIL_THEN, until_on=TODAY),)}),
        ("LST-32", {"price": Decimal("9999999.00")}, {"index": SEVEN, "price": Decimal("9999999.00")}),
        ("LST-32", {"price": Decimal("0.01")}, {"price": Decimal("30.00")}),
        ("LST-32", {"index": SEVEN, "unit": "kg_mu_year", "grain": "corn", "price": Decimal("9000.00")},
         {"index": SEVEN, "unit": "kg_mu_year", "grain": "corn", "price": Decimal("250.00")}),
        ("LST-32", {**whole("assignment"), "price": Decimal("90000.00")}, {**whole("assignment"), "price": Decimal("50000.00")}),
        ("LST-32", {**whole("assignment"), "price": Decimal("300.00")}, {**whole("assignment"), "price": Decimal("5000.00")}),
        ("LST-31", {**whole("assignment"), "index": SEVEN, "price": Decimal("5000.00")},
         {**whole("assignment"), "index": SEVEN, "price": Decimal("12000.00")}),
        ("LST-32", {**BUILT, "price": Decimal("500.00")}, BUILT),
        ("LST-36", HOMESTEAD, {**HOMESTEAD, "words": "三间平房，水电都通"}),
        ("LST-37", {"words": "这块地卖给你也行"}, {"words": "只租不卖，地离路近"}),
        ("LST-37", {**HOMESTEAD, "words": "房子卖给你也行"}, {**HOMESTEAD, "words": "三间平房，院子能停车"}),
        ("LST-36", HOMESTEAD, {"words": ""}),
        ("LST-30", {"words": "请打 138-1234-5678"}, {"words": "2026-11-01 起可以看地，12.5 亩"}),
        ("LST-23", UNKNOWN, {**UNKNOWN, "papers": SCANS | {"waste_proof"}}),
        ("LST-23", {**BUILT, "papers": frozenset({"assembly_minutes"})}, BUILT),
        ("LST-33", classed(COLLECTIVE, "013"), classed(COLLECTIVE, "0404")),
        ("LST-33", classed(COLLECTIVE, "021"), classed(COLLECTIVE, "031")),
        ("LST-33", classed(COLLECTIVE, "043", basic=True), classed(COLLECTIVE, "127")),
        ("LST-33", classed(COLLECTIVE, "121"), classed(COLLECTIVE, "116")),
        ("LST-33", classed(COLLECTIVE, "1202"), classed(COLLECTIVE, "1106")),
        ("LST-33", classed(COLLECTIVE, "118"), classed(COLLECTIVE, "03")),
        ("LST-34", classed(BUILT, "0103"), classed(BUILT, "0501")),
        ("LST-34", classed(BUILT, "071"), BUILT),
        ("LST-26", {**COLLECTIVE, "papers": SCANS - {"township_approval"}}, COLLECTIVE),
        ("LST-26", {**COLLECTIVE, "approved": False}, {**COLLECTIVE, "approved": False, "to_whom": "members"}),
    ],
)  # fmt: skip
def test_each_rule_refuses_what_it_is_there_for_and_lets_the_rest_through(
    code: str, refused: dict[str, Any], passing: dict[str, Any]
) -> None:
    assert code in found(**refused)
    assert code not in found(**passing)


def test_no_kind_lets_a_townsperson_have_a_homestead_for_good() -> None:
    """TR-11, HS-3: of a homestead there is a lease of at most twenty years, and no kind that assigns it."""
    of_homesteads = [kind for kind in KINDS.values() if "homestead" in kind.rights]
    assert {kind.kind for kind in of_homesteads} == {"homestead_lease", "house_lease"}
    assert {kind.most_years(LAW) for kind in of_homesteads} == {20}
    assert all(kind.registered == "never" for kind in of_homesteads)


def test_custody_and_entrusted_management_are_recorded_and_a_mortgage_goes_through_the_register() -> None:
    """TR-7, TR-11."""
    by_market = {
        market: {kind.kind for kind in KINDS.values() if kind.market == market} for market in ("record", "register")
    }
    assert by_market == {"record": {"custody", "entrusted"}, "register": {"mortgage"}}
    assert KINDS["custody"].most_years(LAW) == 1
    for kind in ("custody", "entrusted", "mortgage"):
        assert "LST-10" in of(kind)


def test_each_kind_names_articles_words_and_figures_that_are_there() -> None:
    for kind in all_transfers():
        assert set(kind.articles) <= set(all_articles()), kind.kind
        assert any(all_articles()[code].verified for code in kind.articles), kind.kind
        assert set(kind.rights) <= set(terms("right")), kind.kind
        assert set(kind.land) <= set(terms("parcel")), kind.kind
        assert set(kind.papers) <= set(terms("document")), kind.kind
        for values, words in (
            (kind.takers, "taker_group"), (kind.to_whom, "to_whom"), (kind.ways, "listing_way"), (kind.units, "price_unit"),
            ((kind.market,), "transfer_market"), ((kind.filing,), "transfer_filing"), ((kind.source,), "transfer_source"),
            ((kind.registered,), "transfer_registered"), ((kind.form,) if kind.form else (), "transfer_form"),
        ):  # fmt: skip
            assert set(values) <= set(terms(words)), (kind.kind, words)
        kind.most_years(LAW)


def test_land_that_is_granted_for_one_sum_is_leased_by_the_year_for_no_longer_than_any_lease() -> None:
    """LST-16; CC 705."""
    built = KINDS["construction"]
    assert [built.most_years(LAW, unit) for unit in ("", *built.units)] == [40, 20, 20, 40]
    assert KINDS["four_wastes"].most_years(LAW, "yuan_mu_year") == 50


def test_what_takes_the_land_of_a_listing_is_an_act_of_the_book() -> None:
    assert set(TAKING) <= {kind.kind for kind in act_types()}


def test_a_kind_holds_from_its_day_on() -> None:
    assert "share" not in transfers(date(2010, 1, 1))
    assert "subcontract" in transfers(date(2010, 1, 1))


@pytest.mark.parametrize(
    ("way", "late", "closes_on", "from_on"),
    [
        ("negotiation", 0, date(2026, 12, 31), date(2027, 1, 11)),
        ("negotiation", 10, date(2027, 1, 10), date(2027, 1, 11)),
        ("negotiation", 20, date(2027, 1, 20), date(2027, 1, 21)),
        ("auction", 20, date(2027, 1, 20), date(2027, 1, 31)),
        ("auction", 400, date(2028, 2, 4), date(2027, 1, 11)),
    ],
)
def test_what_is_published_late_is_published_for_as_many_days(
    way: str, late: int, closes_on: date, from_on: date
) -> None:
    moved = publication.put_off(way, date(2026, 12, 31), date(2027, 1, 11), date(2028, 1, 11), late)
    assert moved == (closes_on, from_on)


def test_a_listing_is_reviewed_within_days_and_none_is_published_before_it_was_handed_in() -> None:
    assert course.review_by(TODAY, LAW) == TODAY + timedelta(days=5)
    assert (
        publication.late_days(TODAY, TODAY + timedelta(days=3)),
        publication.late_days(TODAY, TODAY - timedelta(days=3)),
    ) == (
        3,
        0,
    )
