"""What the public's login reaches of the market, that it agrees with the listings behind it, and how the database finds it."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import NOBODY, Actor, Desk
from landreg.core.db import unit_of_work
from landreg.exchange.listings.rules.contacts import names_a_contact
from landreg.exchange.market import queries
from landreg.exchange.market.asked import SORTS
from landreg.exchange.market.shown_queries import shown_otherwise
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from tests.database import catalog
from tests.database.catalog import Connection
from tests.market_kit import OTHER_VILLAGE, dealt, event, listed
from tests.villages import past_triggers

TABLES = ("listing", "listing_parcel", "listing_photo", "listing_event", "taker", "deal", "deal_fall", "shown", "saved_search",
          "found", "message")  # fmt: skip
PUBLIC = {
    "market_page", "market_count", "market_listings", "market_photos", "market_choices", "market_tile", "market_extent",
    "market_places", "market_deals", "market_deal_count", "market_sale", "market_ground", "market_agreed",
    "market_fell",
    "save_search", "search_of", "confirm_search", "end_search",
}  # fmt: skip
MANY = 6_000
FILL = """
    INSERT INTO exchange.shown (county, village, listing_id, number, kind, source, way, to_whom, from_on, until_on, months, unit,
        grain, price, price_parts, escalator_percent, paid_every, paid_before, crop, water, road, soil, said, area_m2, hundredths,
        land_class, soil_grade, parcels, photos, grid, east, north, closes_on, published_at, state, state_since)
    SELECT '610902', '610902' || lpad((110 + i %% 200 / 20)::text, 3, '0') || lpad((200 + i %% 20)::text, 3, '0'),
        md5('l' || i)::uuid, 'LZ' || i, (ARRAY['lease', 'subcontract', 'share'])[i %% 3 + 1], 'household', 'negotiation', 'all',
        '2027-01-01', '2030-01-01', i %% 240, 'yuan_mu_year', '', 200 + i %% 900, (200 + i %% 900) * 100, 0, 'year', true, '',
        (ARRAY['channel', 'some', 'rain'])[i %% 3 + 1], (ARRAY['truck', 'tractor', 'path'])[i %% 3 + 1], '', '', 1000, i %% 3000,
        '013', '', 1, 0, public.ST_SetSRID(public.ST_Point(x, y), 3857), x, y, '2099-01-01', now() - i * interval '1 minute',
        'open', now()
    FROM (SELECT i, 12090000 + (i * 79) %% 90000 AS x, 3840000 + (i * 104) %% 90000 AS y
          FROM generate_series(1, %(rows)s) AS i) AS made"""


def test_the_public_s_login_reads_no_table_of_the_exchange_and_calls_named_functions_alone(
    as_desk: Any, superuser: Connection
) -> None:
    public = as_desk(Desk.PUBLIC, "6109")
    for table in TABLES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            public.execute(f"SELECT 1 FROM exchange.{table} LIMIT 1")
    called = catalog.ask(
        superuser,
        """SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'exchange'::regnamespace AND p.prosecdef
           AND p.proname ~ '^(market|save|search|confirm|end)_' AND has_function_privilege('landreg_public', p.oid, 'EXECUTE')""",
    )
    assert set(called) == PUBLIC


def test_no_other_desk_but_farmers_and_the_worker_reads_a_kept_search(superuser: Connection) -> None:
    for table in ("saved_search", "message"):
        readers = catalog.ask(
            superuser,
            "SELECT rolname FROM desk WHERE has_any_column_privilege(oid, %s::regclass, 'SELECT')",
            f"exchange.{table}",
        )
        assert set(readers) <= {"landreg_worker", "landreg_citizen", "landreg_owner"}, table
    assert not catalog.ask(
        superuser,
        """SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = 'exchange.saved_search'::regclass
           AND a.attname ~ '_(sealed|digest)$'
           AND has_column_privilege('landreg_citizen', a.attrelid, a.attnum, 'SELECT')""",
    )


def test_what_is_shown_agrees_with_the_listings_through_their_course(superuser: Connection) -> None:
    listed(superuser, photos=2, said="打 13812345678")
    number, over = listed(superuser, village=OTHER_VILLAGE), listed(superuser)
    listed(superuser, published=False)
    dealt(superuser, number)
    event(superuser, over, "withdrawn")
    wrong = superuser.execute("SELECT number FROM exchange.shown_otherwise()").fetchall()
    assert wrong == []
    states = superuser.execute("SELECT state, photos FROM exchange.shown ORDER BY number").fetchall()
    assert states == [("open", 2), ("dealt", 0), ("over", 0)]
    superuser.execute("UPDATE exchange.shown SET price = price + 1 WHERE number = %s", [over])
    assert superuser.execute("SELECT number FROM exchange.shown_otherwise()").fetchall() == [(over,)]


def test_a_recheck_names_what_is_shown_of_a_listing_otherwise_than_it_stands(
    superuser: Connection, worker: Actor, auditor: Actor, database: Settings
) -> None:
    number, gone = listed(superuser), listed(superuser)
    seal(worker, database)

    def told() -> set[tuple[str, str, str, str]]:
        found = recheck_register(worker, database, register()).findings
        return {
            (one.code, str(one.subject), str(one.field), f"{one.values['now']} {one.values['then']}")
            for one in found
            if one.layer == "exchange.shown"
        }

    assert told() == set()
    superuser.execute("UPDATE exchange.shown SET price = price + 1 WHERE number = %s", [number])
    assert told() == {("LOG-17", number, "price", "601.00 600.00")}
    superuser.execute("DELETE FROM exchange.shown WHERE number = %s", [gone])
    assert ("LOG-17", gone, "state", " open") in told()
    with unit_of_work(auditor) as uow:
        assert {(row.key, row.fact) for row in shown_otherwise(uow.session)} >= {(number, "price"), (gone, "state")}


def test_a_place_is_told_to_some_hundred_metres_and_no_nearer(superuser: Connection) -> None:
    number = listed(superuser)
    row = superuser.execute(
        """SELECT ST_Distance(s.grid, ST_Centroid(p.geom_3857)), s.east %% 120, s.north %% 120 FROM exchange.shown AS s
           JOIN exchange.listing_parcel AS q USING (county, listing_id) JOIN land.parcel AS p ON p.code = q.parcel_code
           WHERE s.number = %s""",
        [number],
    ).fetchone()
    assert row is not None
    assert row[0] <= 85
    assert row[1:] == (0, 0)


@pytest.fixture
def many(superuser: Connection) -> Connection:
    """A market of 6,000 listings, analysed."""
    with past_triggers(superuser):
        superuser.execute(FILL, {"rows": MANY})
    superuser.execute("ANALYZE exchange.shown")
    return superuser


def _plan(superuser: Connection, asked: dict[str, Any], sort: str, few: bool) -> str:
    """How the statement of the function is found, as its owner."""
    within = "(l.unit <> 'yuan_mu_year'), l.unit, l.grain, l.price_parts"
    order = {"price": f"{within}, l.listing_id", "-price": f"{within} DESC, l.listing_id", "area": "l.hundredths, l.listing_id",
             "-area": "l.hundredths DESC, l.listing_id DESC", "closes": "l.closes_on, l.listing_id"}  # fmt: skip
    found = superuser.execute("SELECT exchange.market_where(%s)", [json.dumps(asked)]).fetchone()
    assert found is not None
    where = str(found[0]).replace("$2", "date '2026-12-01'").replace("$1", f"jsonb '{json.dumps(asked)}'")
    kind = "MATERIALIZED" if few else "NOT MATERIALIZED"
    by = order.get(sort, "l.published_at DESC, l.listing_id")
    statement = (
        f"WITH l AS {kind} (SELECT l.* FROM exchange.shown AS l WHERE {where}) SELECT * FROM l ORDER BY {by} LIMIT 20"
    )
    with superuser.transaction():
        superuser.execute("SET LOCAL ROLE landreg_owner")
        rows = superuser.execute(f"EXPLAIN {statement}").fetchall()
    return "\n".join(row[0] for row in rows)


def test_a_page_of_many_walks_the_index_of_its_order(many: Connection) -> None:
    for sort, asked in (
        *((sort, {}) for sort in SORTS),
        ("price", {"unit": "yuan_mu_year"}),
        ("-price", {"unit": "yuan_mu_year"}),
    ):
        plan = _plan(many, asked, sort, few=False)
        assert "Index Scan" in plan, sort
        assert "Seq Scan" not in plan, sort
        assert " Sort" not in plan.replace("Incremental Sort", ""), sort


def test_a_search_that_finds_few_reads_no_other_listing(many: Connection) -> None:
    for asked in (
        {"within": "610902110201"},
        {"unit": "yuan_mu_year", "price_least": 50000, "price_most": 50100},
        {"months_least": 239},
    ):
        plan = _plan(many, asked, "newest", few=True)
        assert "Seq Scan" not in plan, asked


def test_pages_of_a_large_market_are_right_in_every_order(many: Connection) -> None:
    with unit_of_work(NOBODY) as uow:
        assert queries.count(uow.session, {}) == queries.COUNTED
        for sort, key, down in (("price", "price_parts", False), ("-price", "price_parts", True), ("area", "hundredths", False),
                                ("-area", "hundredths", True), ("newest", "published_at", True)):  # fmt: skip
            pages = [queries.page(uow.session, {"kind": "lease"}, sort, number).items for number in (1, 2)]
            values = [getattr(row, key) for page in pages for row in page]
            assert values == sorted(values, reverse=down), sort
            assert len({row.number for page in pages for row in page}) == 40, sort
        few = queries.page(uow.session, {"within": "610902110201", "kind": "share"}, "price", 1)
        assert few.total == len(many.execute(
            "SELECT 1 FROM exchange.shown WHERE village = '610902110201' AND kind = 'share'").fetchall())  # fmt: skip
        choices = queries.choices(uow.session)
        assert sum(choices["kind"].values()) == sum(choices["township"].values()) == MANY


def test_mkt_4_no_row_tells_an_address_that_was_not_confirmed_or_keeps_one_that_ended(superuser: Connection) -> None:
    """MKT-4: kept by the database too, whoever writes the row."""
    head = """INSERT INTO exchange.saved_search (county, village, search_id, account_id, channel, address_sealed, language, query,
        made_at, confirmed_at, ended_at, looked_until) VALUES ('610902', '610902', gen_random_uuid(), """
    account, nobody = "gen_random_uuid()", "NULL"
    for values, name in (
        (f"{account}, 'app', NULL, 'zh', '{{}}', now(), NULL, NULL, now())", "mkt_4_confirmed_before_it_is_told"),
        (f"{account}, 'mail', 'x', 'zh', '{{}}', now(), now(), NULL, now())", "mkt_4_confirmed_before_it_is_told"),
        (f"{nobody}, 'mail', 'x', 'zh', '{{}}', now(), now(), now(), now())", "mkt_4_no_address_outlives_its_search"),
    ):
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            superuser.execute(head + values)
        assert refused.value.diag.constraint_name == name
    superuser.execute(head + f"{nobody}, 'mail', NULL, 'zh', '{{}}', now(), now(), now(), now())")


CONTACTS = (
    "请打 138 1234 5678", "１３８１２３４５６７８", "座机0915-1234567", "身份证 61090019900101123X", "卡号6217000012345678901",
    "加微信 abc_123", "微信号：wxid99", "QQ 12345678", "一三八一二三四五六七八", "写信 li@example.com", "2026-11-01起打13812345678",
)  # fmt: skip
HARMLESS = (
    "靠公路，12.5 亩，去年收 1200 斤", "成员（代表）会议 2026-11-01 决议：应到 60 人，同意 52 人。",
    "五政发〔2026〕12号", "2027年10月起",
)  # fmt: skip


def test_lst_30_words_name_no_contact_on_any_page(superuser: Connection) -> None:
    """LST-30: the rule and the function of the page agree on what leads past the exchange; a day and an area stay."""
    assert [words for words in CONTACTS if not names_a_contact(words)] == []
    assert [words for words in HARMLESS if names_a_contact(words)] == []
    spoken = (
        "幺三八，零零一，三八零，零零零",
        "打1三8零零1三8000",
        "v：abc12345",
        "抖音号 nongtian88",
        "一 三 九 零 零 一 三 八 零 零 零",
    )
    assert [words for words in spoken if not names_a_contact(words)] == []
    plain = (
        "一、二、三、四、五组的地",
        "二〇二七年一月一日起",
        "v型沟渠",
        "水田一块、旱地三块",
        "亩产一千三百斤",
        "1300,1400,150 三个价",
    )
    assert [words for words in plain if names_a_contact(words)] == []
    assert [words for words in ("加V：abc12345", "加我v abc_123", "+q 12345678") if not names_a_contact(words)] == []

    def shown(words: str) -> str:
        found = superuser.execute("SELECT exchange.without_contacts(%s)", [words]).fetchone()
        assert found is not None
        return str(found[0])

    assert [words for words in CONTACTS if "***" not in shown(words) or names_a_contact(shown(words))] == []
    assert [words for words in HARMLESS if shown(words) != words] == []
    number = listed(superuser, said="加微信 abc_123", crop="打13812345678")
    row = superuser.execute("SELECT said, crop FROM exchange.shown WHERE number = %s", [number]).fetchone()
    assert row == ("加微信 ***", "打***")
