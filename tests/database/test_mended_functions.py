"""Functions that a migration mended by the words of their definition: what it meant stands in the catalogue."""

from __future__ import annotations

import re

import pytest

from tests.database.catalog import Connection
from tests.house import sources

IN_TIME = "(t.at AT TIME ZONE 'Asia/Shanghai')::date <= wanted.last_day"
MEANT = [
    ("0078", "has_just_written", "WHEN kind = 'exchange.chance_answer' THEN EXISTS (SELECT FROM exchange.chance_answer AS x"),
    ("0084", "keep_contract_course", "'draft_renewed'"),
    ("0167", "let_once", "c.kind NOT IN ('assignment', 'exchange', 'retransfer')"),
    ("0085", "standing_on", "FROM exchange.promised(in_county, codes) AS o WHERE o.listing_id IS DISTINCT FROM but"),
    ("0085", "own_right_said", "access.stands_for(s.household_id, ARRAY['list', 'bid', 'sign'])"),
    ("0085", "take_bid", "NEW.price > 9999999.99 AND NEW.price > (SELECT exchange.most_price(l.unit) FROM exchange.listing AS l"),
    ("0085", "take_bid", "'bid_5_price_is_a_sum'"),
    ("0085", "reaching", "o.price BETWEEN greatest(s.start_price, l.floor) AND exchange.most_price(l.unit)"),
    ("0088", "shown_of", "concat_ws(chr(10), nullif(exchange.without_contacts(l.said), ''), l.resolution)"),
    ("0092", "keep_contract_course", "WHEN NEW.kind IN ('draft_renewed', 'contractor_consented', 'members_told'"),
    ("0095", "keep_contract_course", "'filed', 'registration_asked', 'registration_declined', 'case_opened'"),
    ("0097", "window_has_run", f"t.way = 'posted' AND {IN_TIME}"),
    ("0097", "window_has_run", f"t.household_id = n.household_id AND {IN_TIME}"),
    ("0102", "keep_contract_course", "NEW.kind = 'registered' AND asked.relation IN ('', 'change')"),
]  # fmt: skip
MENDED = re.compile(r"pg_get_functiondef\('exchange\.(\w+)\(")
SINCE = "0099"
"""Migrations that came after this one say so themselves where a function was not as they took it to be."""


def _said(superuser: Connection, name: str) -> str:
    asked = "SELECT pg_get_functiondef(('exchange.' || %s)::regproc)"
    (text,) = superuser.execute(asked, [name]).fetchone() or ("",)
    return " ".join(text.split())


@pytest.mark.parametrize(("number", "name", "text"), MEANT, ids=lambda one: one[:24])
def test_what_a_migration_mended_stands_in_the_function(
    superuser: Connection, number: str, name: str, text: str
) -> None:
    assert text in _said(superuser, name), number


def test_a_draft_s_consent_is_asked_for_from_an_instant_that_is_one(superuser: Connection) -> None:
    """0092."""
    assert re.search(r"c\.drawn_at >= '\d{4}-\d\d-\d\d \d\d:\d\d", _said(superuser, "contractor_consents"))


def test_each_function_that_was_mended_so_is_asked_for_here_and_later_migrations_say_that_it_was_as_they_took_it() -> (
    None
):
    files = [(file.name[:4], file.read_text("utf-8")) for file in sources.modules("migrations/versions")]
    mended = {(number, name) for number, text in files for name in MENDED.findall(text) if number <= SINCE}
    assert mended - {(number, name) for number, name, _text in MEANT} == {("0092", "contractor_consents")}
    silent = [
        number
        for number, text in files
        if number > SINCE and text.count("pg_get_functiondef") > text.count("is not as it was")
    ]
    assert silent == []
