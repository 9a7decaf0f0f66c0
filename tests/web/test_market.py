"""The market as anybody sees it: what is shown, what is not, and what a phone on 3G has to fetch."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from landreg.core.periods import BEIJING
from tests.conftest import Connection
from tests.market_kit import COUNTY, OPERATOR, OTHER_TOWN, OTHER_VILLAGE, TOWN, VILLAGE, dealt, event, insert, listed
from tests.market_kit import today as day_of
from tests.villages import past_triggers

MOST_BYTES = 200_000
PACKED = {"Accept-Encoding": "gzip"}


@pytest.fixture(autouse=True)
def fresh(app: Any, database: Any) -> None:
    """Nothing that this process remembers of another test's market."""
    app.extensions.pop("landreg.market", None)


def found(client: Any, **asked: Any) -> list[str]:
    """The numbers on the list's first page."""
    page = client.get("/market", query_string=asked)
    assert page.status_code == 200
    return re.findall(r'name="n" value="([^"]+)"', page.text)


def test_the_list_shows_what_is_published_and_nothing_else(client: Any, superuser: Connection) -> None:
    shown, waiting, over = listed(superuser), listed(superuser, published=False), listed(superuser)
    event(superuser, over, "withdrawn")
    assert found(client) == [shown]
    for number, status in ((shown, 200), (waiting, 404), (over, 200), ("LZ000", 404), ("x" * 60, 404)):
        assert client.get(f"/market/listings/{number}").status_code == status, number
    assert "这宗已经结束" in client.get(f"/market/listings/{over}").text


def test_each_filter_finds_what_it_asks_for(client: Any, superuser: Connection) -> None:
    dear = listed(superuser, price="900.00", area="10000.00", land_class="011", photos=1)
    grain = listed(superuser, village=OTHER_VILLAGE, unit="kg_mu_year", grain="wheat", price="200.00", way="auction")
    rain = listed(superuser, kind="subcontract", to_whom="members", water="rain", road="path", crop="茶叶", slope="4")
    assert set(found(client)) == {dear, grain, rain}
    for asked, wanted in (
        ({"within": OTHER_TOWN}, [grain]), ({"within": "610902"}, [rain, grain, dear]), ({"kind": "subcontract"}, [rain]),
        ({"unit": "yuan_mu_year", "price_least": "800"}, [dear]), ({"unit": "yuan_mu_year", "price_most": "700"}, [rain]),
        ({"mu_least": "10"}, [dear]),
        ({"mu_most": "3"}, [rain, grain]), ({"years_least": "5"}, []), ({"unit": "kg_mu_year"}, [grain]),
        ({"water": "rain"}, [rain]), ({"road": "path"}, [rain]), ({"crop": "茶叶"}, [rain]),
        ({"slope": "4"}, [rain]), ({"slope": "1"}, []), ({"land_class": "011"}, [dear]),
        ({"way": "auction"}, [grain]), ({"to_whom": "members"}, [rain]), ({"photos": "1"}, [dear]),
        ({"within": TOWN, "road": "truck"}, [dear]), ({"unit": "share", "price_least": "99999999999999999999"}, []),
    ):  # fmt: skip
        assert found(client, **asked) == wanted, asked
    assert found(client, sort="-price") == [dear, rain, grain]
    assert found(client, sort="-area")[0] == dear


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"unit": "share", "price_least": "900", "price_most": "100"}, "下限 900 大于上限 100"),
        ({"price_least": "一百"}, "价格（按所选计价）至少：“一百”不是有效数字"),
        ({"kind": "villa"}, "不在可选范围内"),
        ({"within": "6201"}, "不在可选范围内"),
        ({"within": "6109' OR 1=1"}, "不在可选范围内"),
        ({"crop": "x" * 41}, "内容过长"),
        ({"water": "' OR true --"}, "不在可选范围内"),
        ({"slope": "6"}, "不在可选范围内"),
        ({"price_most": "300"}, "先选计价"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_said_beside_the_list(client: Any, asked: Any, said: str) -> None:
    for path in ("/market", "/market/map"):
        page = client.get(path, query_string=asked)
        assert page.status_code == 400, path
        assert said in page.text
    assert (
        client.get("/market/listings.csv", query_string=asked, headers={"Accept": "application/json"}).status_code
        == 400
    )


def test_a_price_is_found_and_put_in_order_within_its_unit_alone(client: Any, superuser: Connection) -> None:
    """MKT-6: 80,000 yuan for all of it, 500 yuan a month and 300 kg of wheat stand on scales of their own."""
    once, month = {"unit": "yuan_once", "paid_every": "once"}, {"unit": "yuan_month", "paid_every": "month"}
    sold, dear = (listed(superuser, kind="assignment", price=price, **once) for price in ("80000.00", "12000000.00"))
    small, large = (listed(superuser, kind="house_lease", price=price, **month) for price in ("500.00", "900.00"))
    corn = listed(superuser, unit="kg_mu_year", grain="corn", price="400.00")
    wheat = listed(superuser, unit="kg_mu_year", grain="wheat", price="300.00")
    rent = listed(superuser, price="600.00")
    assert found(client, sort="price") == [rent, corn, wheat, small, large, sold, dear]
    assert found(client, sort="-price") == [rent, corn, wheat, large, small, dear, sold]
    assert found(client, unit="yuan_once", sort="-price") == [dear, sold]
    assert found(client, unit="yuan_once", price_least="10000000") == [dear]
    assert found(client, unit="yuan_month", price_most="600") == [small]
    assert found(client, unit="kg_mu_year", price_most="350") == [wheat]
    assert found(client, unit="kg_mu_year", grain="corn") == [corn]
    page = client.get("/market?unit=yuan_month&price_most=600").text
    assert "找到 1 宗" in page
    assert "每种计价各自排序" in client.get("/market?sort=price").text
    assert "每种计价各自排序" not in client.get("/market?sort=price&unit=share").text


def test_members_come_first_in_no_words_of_a_house_or_a_share(client: Any, superuser: Connection) -> None:
    """PRI-6: on equal terms they do for land to farm that they may take alone."""
    rent = listed(superuser, to_whom="all")
    house = listed(superuser, kind="house_lease", unit="yuan_month", paid_every="month", price="500.00", to_whom="all")
    said, how = "同等条件本集体成员优先</dd>", "同等条件下，本集体经济组织的成员优先。"
    land = client.get(f"/market/listings/{rent}").text
    assert said in land
    assert how in land
    share = listed(superuser, kind="share", unit="share", price="300.00", way="negotiation", to_whom="all")
    for one in (house, share):
        assert said not in (page := client.get(f"/market/listings/{one}").text)
        assert how not in page
        assert "<dd>谁都可以</dd>" in page
    assert "入股只能由合作社、公司接，没有成员优先权公示。" in page


def test_no_page_and_no_file_tells_of_a_person_or_a_parcel(client: Any, superuser: Connection) -> None:
    number = listed(superuser, said="请打 138 1234 5678，或银行卡 6217000012345678901", floor="500.00")
    gone = listed(superuser)
    dealt(superuser, gone, taker="样本富民合作社")
    parcels = [row[0] for row in superuser.execute("SELECT parcel_code FROM exchange.listing_parcel").fetchall()]
    for path in (
        "/market", f"/market/listings/{number}", f"/market/listings/{number}.json", f"/market/compare?n={number}&n={gone}",
        "/market/deals", "/market/listings.csv", "/market/listings.geojson", "/market/deals.csv", "/market/atom.xml",
    ):  # fmt: skip
        text = client.get(path).text
        for secret in (
            *parcels,
            "经办人甲",
            "样本富民合作社",
            "1234 5678",
            "6217000012345678901",
            "500.00",
            "13800000000",
        ):
            assert secret not in text, (path, secret)
    assert client.get(f"/market/listings/{number}/photos/1.jpg").status_code == 404
    assert "请打 ***" in client.get(f"/market/listings/{number}").text


def test_what_found_its_taker_is_told_no_more_exactly_than_the_deals_beside_it(
    client: Any, superuser: Connection
) -> None:
    """Whose land it is would else be read from both together: the village, 1,512.3 m², the place and the words."""
    gone = listed(superuser, said="村小学东边的一块", area=Decimal("1512.30"), photos=1)
    path = f"/market/listings/{gone}"
    open_page = client.get(path).text
    for told in ("民主村", "1,512.30", "村小学东边", "在哪里", "/photos/"):
        assert told in open_page, told
    dealt(superuser, gone)
    for asked in (path, f"{path}.json", f"/market/compare?n={gone}"):
        text = client.get(asked).text
        for kept_back in ("民主村", "1,512.30", "1512.3", "村小学东边", "/photos/"):
            assert kept_back not in text, (asked, kept_back)
    page = client.get(path).text
    assert "五里镇" in page
    assert "在哪里" not in page, "no place"
    assert ("约 2.3 亩" in page, "m²" in page, "一年一共" in page, "怎样参加" in page) == (True, False, False, False)
    assert "这是挂牌时要的价" in page
    assert client.get(f"{path}/photos/1.jpg").status_code == 404


def test_a_floor_is_shown_where_its_owner_shows_it(client: Any, superuser: Connection) -> None:
    number = listed(superuser, floor="512.00", floor_shown=True)
    assert "512.00" in client.get(f"/market/listings/{number}").text


def test_four_listings_are_compared_and_not_five(client: Any, superuser: Connection) -> None:
    numbers = [listed(superuser) for _ in range(5)]
    page = client.get("/market/compare", query_string={"n": [*numbers[:4], numbers[0]]})
    assert page.status_code == 200
    assert all(number in page.text for number in numbers[:4])
    too_many = client.get("/market/compare", query_string={"n": numbers})
    assert (too_many.status_code, "一次最多比较四宗" in too_many.text) == (400, True)
    assert "没有选中挂牌" in client.get("/market/compare").text


def test_land_of_several_grades_is_told_with_each_and_its_area(client: Any, superuser: Connection) -> None:
    number = listed(superuser, area=Decimal("324.61"), soil="02、09")
    (listing,) = superuser.execute(
        "SELECT listing_id FROM exchange.listing WHERE number = %s", [number]
    ).fetchone() or (None,)
    other = listed(superuser, published=False, land_class="011", area=Decimal("405.31"))
    superuser.execute(
        """INSERT INTO exchange.listing_parcel (county, village, listing_id, parcel_code, area_m2)
           SELECT q.county, q.village, %s, q.parcel_code, q.area_m2 FROM exchange.listing_parcel AS q
           JOIN exchange.listing AS l ON l.county = q.county AND l.listing_id = q.listing_id WHERE l.number = %s""",
        [listing, other],
    )
    with past_triggers(superuser):
        superuser.execute("UPDATE land.parcel SET soil_grade = '09' WHERE land_class = '011'")
        superuser.execute("UPDATE land.parcel SET soil_grade = '04' WHERE land_class = '013'")
    page = client.get(f"/market/listings/{number}").text
    for word in ("水田 405.31 m²、旱地 324.61 m²", "九等地 405.31 m²、四等地 324.61 m²"):
        assert word in page
        assert word in client.get("/market/compare", query_string={"n": [number, other]}).text
    row = next(csv.DictReader(io.StringIO(client.get("/market/listings.csv").text.lstrip("\ufeff"))))
    assert row["soil"] == "02、09"
    assert (row["land_class_m2"], row["soil_m2"]) == ("011 405.31;013 324.61", "04 324.61;09 405.31")
    shapes = json.loads(client.get("/market/listings.geojson").text)["features"]
    told = {one["id"]: one["properties"]["soil_m2"] for one in shapes}
    assert told[number] == {"04": "324.61", "09": "405.31"}
    assert "soil_m2" in client.get("/market/data").text


def test_slope_is_told_wherever_a_listing_is(client: Any, superuser: Connection) -> None:
    steep, unsaid = listed(superuser, slope="4"), listed(superuser)
    words = "较陡（15°至 25°）"
    assert client.get("/market").text.count(f"· {words}") == 1
    assert words in client.get(f"/market/listings/{steep}").text
    assert "坡度" not in client.get(f"/market/listings/{unsaid}").text
    assert words in client.get(f"/market/compare?n={steep}&n={unsaid}").text
    assert ["坡度", words] in client.get(f"/market/listings/{steep}.json").get_json()["facts"]
    rows = csv.DictReader(io.StringIO(client.get("/market/listings.csv").get_data().decode("utf-8-sig")))
    assert {row["number"]: row["slope"] for row in rows} == {steep: "4", unsaid: ""}
    shapes = json.loads(client.get("/market/listings.geojson?slope=4").text)["features"]
    assert [(one["id"], one["properties"]["slope"]) for one in shapes] == [(steep, "4")]


def test_grain_is_not_held_against_yuan_on_the_list_in_a_comparison_or_in_the_index(
    client: Any, app: Any, superuser: Connection
) -> None:
    grain = listed(superuser, unit="kg_mu_year", grain="wheat", price="250.00", floor="240.00", floor_shown=True)
    dear, cheap = listed(superuser, price="900.00"), listed(superuser, price="90.00")
    assert [found(client, sort=sort) for sort in ("price", "-price")] == [[cheap, dear, grain], [dear, cheap, grain]]
    assert found(client, unit="yuan_mu_year", price_most="300") == [cheap]
    page = client.get(f"/market/listings/{grain}").text
    assert "250.00 千克粮食/亩·年（小麦）" in page
    assert "240.00 千克粮食/亩·年（小麦）" in page
    assert "没有公布这种粮食的价格" in page
    assert "不能折算" in client.get(f"/market/compare?n={grain}&n={dear}").text
    assert "折成" not in client.get(f"/market/compare?n={cheap}&n={dear}").text
    for price in ("500", "550", "600", "650", "700"):
        dealt(superuser, listed(superuser), price)
    dealt(superuser, listed(superuser, unit="kg_mu_year", grain="wheat", price="250.00"), "250")
    dealt(superuser, listed(superuser, kind="share", unit="share", price="30.00"), "30")
    assert "成交 5 宗" in index_page(client, app)
    superuser.execute(
        """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
           VALUES ('610902', gen_random_uuid(), '610902', 'CON-11.grain_yuan_per_kg', 'wheat', '2.50', '2020-01-01', '粮价',
               gen_random_uuid(), now())"""
    )
    assert "成交 6 宗" in index_page(client, app)
    assert "612.50 元/亩·年" in index_page(client, app)
    assert "约合 625.00 元/亩·年" in client.get("/market").text
    assert "约 625.00" in client.get(f"/market/compare?n={grain}&n={dear}").text
    assert "250.00 千克粮食/亩·年（小麦）" in client.get("/market/deals").text


def index_page(client: Any, app: Any) -> str:
    """The index as it stands now."""
    app.extensions.pop("landreg.market", None)
    return str(client.get("/market/index").text)


def test_the_index_says_nothing_of_four_deals_and_the_number_of_five(
    client: Any, app: Any, superuser: Connection
) -> None:
    numbers = [listed(superuser) for _ in range(5)]
    for number, price in zip(numbers[:4], ("500", "550", "600", "650"), strict=True):
        dealt(superuser, number, price)
    page = client.get("/market/index")
    assert "近十二个月成交 4 宗，不足 5 宗，不写价格。" in page.text
    assert "575" not in page.text
    dealt(superuser, numbers[4], "700")
    app.extensions.pop("landreg.market")
    page = client.get("/market/index", query_string={"township": TOWN, "land_class": "013", "band": "under_5"})
    assert "600.00 元/亩·年" in page.text
    assert "成交 5 宗，共 15.00 亩" in page.text
    rows = list(csv.DictReader(io.StringIO(client.get("/market/index.csv").get_data().decode("utf-8-sig"))))
    assert {row["deals"] for row in rows} == {"5"}
    assert client.get("/market/index", query_string={"township": "999999999"}).status_code == 400


def test_a_deal_made_after_the_listed_first_day_is_told_from_the_day_on_which_its_contract_begins(
    client: Any, app: Any, superuser: Connection
) -> None:
    day = day_of(superuser)
    late = listed(superuser, from_on=day - timedelta(days=10), closes_on=day - timedelta(days=12))
    dealt(superuser, late, days_ago=3)
    early = listed(superuser)
    dealt(superuser, early, days_ago=3)
    rows = {
        row["number"]: row
        for row in csv.DictReader(io.StringIO(client.get("/market/deals.csv").get_data().decode("utf-8-sig")))
    }
    assert (rows[late]["from_on"], rows[late]["from_on"]) == (rows[late]["decided_on"], f"{day - timedelta(days=3)}")
    assert rows[early]["from_on"] == f"{day + timedelta(days=60)}"


def test_a_deal_that_fell_is_published_no_more_and_its_listing_is_offered_again(
    client: Any, app: Any, superuser: Connection
) -> None:
    number = listed(superuser)
    deal = dealt(superuser, number)
    assert found(client) == []
    assert "600.00" in client.get("/market/deals").text
    superuser.execute(
        """INSERT INTO exchange.deal_fall (county, village, deal_id, given_up_by, reason, at, by, by_name)
           SELECT county, village, deal_id, 'taker', '受让方放弃', now(), decided_by, '' FROM exchange.deal WHERE deal_id = %s""",
        [deal],
    )
    event(superuser, number, "published")
    assert found(client) == [number]
    assert "还没有成交" in client.get("/market/deals").text


def test_open_data_feed_and_sitemap_are_sound_and_agree(client: Any, superuser: Connection) -> None:
    numbers = {listed(superuser), listed(superuser, village=OTHER_VILLAGE)}
    rows = list(csv.DictReader(io.StringIO(client.get("/market/listings.csv").get_data().decode("utf-8-sig"))))
    assert {row["number"] for row in rows} == numbers
    shapes = json.loads(client.get("/market/listings.geojson").text)
    (named,) = json.loads(client.get("/market/villages.json").text)["features"][:1]
    assert named["properties"]["name"]
    assert named["geometry"]["type"] == "Point"
    assert {one["id"] for one in shapes["features"]} == numbers
    lon, lat = shapes["features"][0]["geometry"]["coordinates"]
    assert 108 < lon < 110
    assert 31 < lat < 34
    feed = ElementTree.fromstring(client.get("/market/atom.xml").data)
    names = {"a": "http://www.w3.org/2005/Atom", "s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    assert {one.findtext("a:id", "", names).rsplit("/", 1)[1] for one in feed.findall("a:entry", names)} == numbers
    within = ElementTree.fromstring(client.get("/market/atom.xml?within=" + OTHER_TOWN).data)
    assert len(within.findall("a:entry", names)) == 1
    urls = ElementTree.fromstring(client.get("/sitemap.xml").data)
    addresses = [one.text or "" for one in urls.findall("s:url/s:loc", names)]
    assert numbers <= {address.rsplit("/", 1)[1] for address in addresses}
    base = client.application.extensions["landreg"].base_url
    assert all(client.get(address.removeprefix(base)).status_code == 200 for address in addresses)
    assert f"Sitemap: {base}/sitemap.xml" in client.get("/robots.txt").text


def test_a_search_engine_reads_what_a_listing_is(client: Any, superuser: Connection) -> None:
    number = listed(superuser)
    page = client.get(f"/market/listings/{number}").text
    told = json.loads(re.findall(r'<script type="application/ld\+json">(.+?)</script>', page, re.S)[0])
    assert (told["@type"], told["priceSpecification"]["price"], told["identifier"]) == ("Offer", "600.00", number)
    assert re.search(r'<link rel="canonical" href="http[^"]+/market/listings/' + number, page)
    assert '<meta name="description"' in page
    assert 'content="noindex' not in page
    assert 'content="noindex' in client.get("/market?kind=lease").text


def test_what_loads_before_the_map_weighs_less_than_200_kb(client: Any, superuser: Connection) -> None:
    numbers = [listed(superuser, said="靠公路，土层厚，去年种玉米。" * 10) for _ in range(20)]
    for path in ("/market", "/market/map", f"/market/listings/{numbers[0]}", "/market/index", "/market/deals"):
        page = client.get(path, headers=PACKED)
        weight = len(page.data)
        for address in re.findall(r'<(?:link rel="stylesheet"[^>]*href|script src)="([^"]+)"', page.text):
            with client.get(address, headers=PACKED) as asset:
                assert asset.status_code == 200
                weight += len(asset.data)
        assert 40_000 < weight < MOST_BYTES, (path, weight)
    assert "map.js" not in client.get("/market").text
    assert re.search(r'<script type="module" src="[^"]*map', client.get("/market/map").text)


def test_the_map_s_tiles_hold_points_gathered_from_afar(client: Any, superuser: Connection) -> None:
    for _ in range(3):
        listed(superuser)
    far = client.get("/market/tiles/6/51/25.mvt")
    assert far.status_code == 200
    assert b"count" in far.data
    assert far.headers["Cache-Control"] == "public, max-age=300"
    assert client.get("/market/tiles/6/0/0.mvt").data == b""
    for path in ("/market/tiles/1/2/0.mvt", "/market/tiles/99/0/0.mvt"):
        assert client.get(path).status_code == 404


def test_a_listing_stays_on_the_market_with_its_terms_until_its_sale_closes(client: Any, superuser: Connection) -> None:
    today = day_of(superuser)
    number = listed(superuser, way="auction", from_on=today - timedelta(days=1), closes_on=today - timedelta(days=2))
    assert found(client) == []
    page = client.get(f"/market/listings/{number}").text
    assert "发布期已满，还没有设立竞价场次" in page
    assert "我要受让" not in page
    opens = datetime.combine(today, time(0), UTC) - timedelta(days=1)
    sale = {"county": COUNTY, "village": VILLAGE, "sale_id": uuid4()}
    of = superuser.execute("SELECT listing_id FROM exchange.listing WHERE number = %s", [number]).fetchone()
    assert of is not None
    insert(
        superuser, "exchange.sale", **sale, listing_id=of[0], round=1, way="auction", opens_at=opens,
        closes_at=opens + timedelta(days=9), start_price=480, step=10, deposit_yuan=50, deposit_by=opens, soft_seconds=180,
        most_times=10, set_by=OPERATOR, set_by_name="交易员", set_at=opens - timedelta(days=1),
    )  # fmt: skip
    assert found(client) == [number]
    page = client.get(f"/market/listings/{number}").text
    assert all(word in page for word in ("场次安排", "480.00 元/亩·年", "每次不少于 10.00", "50.00 元", "还没有人报价"))
    assert "已经截止，不能再报名" in page, "who has paid no deposit in time enters no more"
    assert "我要受让" not in page
    assert "这宗已经结束" not in page
    superuser.execute("UPDATE exchange.sale_clock SET closes_at = system.clock()")
    page = client.get(f"/market/listings/{number}").text
    assert "竞价已经截止，不再接受报价" in page
    assert "我要受让" not in page
    superuser.execute("UPDATE exchange.sale_clock SET closes_at = system.clock() + interval '1 day'")
    event = {"event_id": uuid4(), "kind": "cancelled", "said": "全场停电", "by": OPERATOR, "by_name": "交易员"}
    insert(superuser, "exchange.sale_event", **sale, **event, at=datetime.now(UTC))
    assert found(client) == []


@pytest.mark.parametrize(("deposit", "told"), [(50, "50.00"), (0, "0.00")])
def test_until_when_to_enter_and_whether_a_deposit_is_paid_is_told_on_the_page_in_the_data_and_in_the_feed(
    client: Any, superuser: Connection, deposit: int, told: str
) -> None:
    number, talks = listed(superuser, way="auction"), listed(superuser)
    enter_by = datetime.combine(day_of(superuser), time(9), BEIJING) + timedelta(days=2)
    of = superuser.execute("SELECT listing_id FROM exchange.listing WHERE number = %s", [number]).fetchone()
    assert of is not None
    insert(
        superuser, "exchange.sale", county=COUNTY, village=VILLAGE, sale_id=uuid4(), listing_id=of[0], round=1, way="auction",
        opens_at=enter_by + timedelta(days=1), closes_at=enter_by + timedelta(days=2), start_price=480, step=10,
        deposit_yuan=deposit, deposit_by=enter_by, soft_seconds=180, most_times=10, set_by=OPERATOR, set_by_name="交易员",
        set_at=enter_by - timedelta(days=3),
    )  # fmt: skip
    until = f"{enter_by:%Y-%m-%d %H:%M}"
    page = client.get(f"/market/listings/{number}").text
    assert until in page
    for word in ("前报名、交保证金", "在截止前报名，交保证金", "报名、保证金截止", "成交的抵作价款"):
        assert (word in page) == bool(deposit), word
    for word in ("前报名，不用交保证金", "在截止前报名，不用交保证金", ">不收<"):
        assert (word in page) != bool(deposit), word
    csv_rows = csv.DictReader(io.StringIO(client.get("/market/listings.csv").get_data().decode("utf-8-sig")))
    rows = {row["number"]: (row["enter_by"][:16], row["deposit_yuan"]) for row in csv_rows}
    assert rows == {number: (until, told), talks: ("", "")}
    shapes = json.loads(client.get("/market/listings.geojson").text)["features"]
    given = {one["id"]: one["properties"] for one in shapes}
    assert datetime.fromisoformat(given[number]["enter_by"]) == enter_by
    assert (given[number]["deposit_yuan"], given[talks]["enter_by"], given[talks]["deposit_yuan"]) == (told, None, None)
    feed = client.get("/market/atom.xml").text
    assert feed.count("报名截止") == 1
    assert f"{until}，{'同时交保证金 50.00 元' if deposit else '不用交保证金'}" in feed
    superuser.execute("UPDATE exchange.sale_clock SET over = 'failed'")
    assert "报名截止" not in client.get("/market/atom.xml").text, "of a sale that failed nobody may enter"


def test_the_result_of_a_deal_is_told_where_its_land_was_offered_until_it_falls(
    client: Any, superuser: Connection
) -> None:
    number, other, waiting = listed(superuser), listed(superuser), listed(superuser)
    deal = dealt(superuser, number, "660.00", taker="某某合作社")
    dealt(superuser, other, "540.00")
    page = client.get(f"/market/listings/{number}").text
    told = page.split('id="deal"')[1].split("</section>")[0]
    words = ("660.00 元/亩·年", "600.00 元/亩·年", "成交价高 10.0%", "协商", "企业或合作社", "1,980 元")
    assert [word for word in words if word not in told] == []
    assert "成交价低 10.0%" in client.get(f"/market/listings/{other}").text
    assert "某某合作社" not in page
    assert "成交结果" not in client.get(f"/market/listings/{waiting}").text
    deals = client.get("/market/deals").text
    assert all(f'href="/market/listings/{one}"' in deals for one in (number, other))
    superuser.execute(
        """INSERT INTO exchange.deal_fall (county, village, deal_id, given_up_by, reason, at, by, by_name)
           SELECT county, village, deal_id, 'taker', '受让方放弃', now(), decided_by, '' FROM exchange.deal WHERE deal_id = %s""",
        [deal],
    )
    assert "成交结果" not in client.get(f"/market/listings/{number}").text
