"""A leaf is the same bytes for the same facts, and gives no person away."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from landreg.core.periods import BEIJING
from landreg.log.leaf import LARGEST_LEAF, Entry, canonical, hashed, leaf_of, personal_hash, salts_for

AT = datetime(2026, 11, 24, 8, 30, tzinfo=BEIJING)


def test_names_are_sorted_as_rfc_8785_sorts_them_and_nothing_is_escaped_needlessly() -> None:
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7}
    assert canonical(names).decode() == '{"\\r":2,"1":4,"\x80":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'


def test_the_same_facts_in_another_order_make_the_same_leaf() -> None:
    assert canonical({"b": [1, None, True], "a": "承包"}) == canonical({"a": "承包", "b": (1, None, True)})


def test_areas_days_and_instants_are_text_and_keep_their_decimals() -> None:
    facts = {"area": Decimal("1500.00"), "on": date(2026, 11, 24), "at": AT, "id": UUID(int=1)}
    assert json.loads(canonical(facts)) == {
        "area": "1500.00",
        "on": "2026-11-24",
        "at": "2026-11-24T00:30:00.000000Z",
        "id": "00000000-0000-0000-0000-000000000001",
    }


@pytest.mark.parametrize("value", [1.5, {"area": 2.0}, b"bytes", {1: "name"}, object()])
def test_a_float_or_an_unknown_type_never_enters_a_leaf(value: object) -> None:
    with pytest.raises((TypeError, AttributeError)):
        canonical(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [2**53, Decimal("NaN"), datetime(2026, 1, 1), "\ud800"])  # noqa: DTZ001
def test_what_json_cannot_hold_for_everybody_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(value)  # type: ignore[arg-type]


def test_a_personal_fact_enters_as_a_hash_that_only_its_salt_can_show() -> None:
    entry = Entry("act", "610902", "610902001001", "A-1", {"act": "A-1"}, {"holder": "张三"})
    salts = salts_for(entry)
    leaf, _ = leaf_of(entry.kind, entry.key, AT, entry.facts, hashed(entry.personal, salts))
    assert "张三" not in leaf.decode()
    assert json.loads(leaf)["personal"]["holder"] == personal_hash("holder", "张三", salts["holder"])
    assert personal_hash("holder", "张三", salts_for(entry)["holder"]) != personal_hash(
        "holder", "张三", salts["holder"]
    )


def test_county_and_village_stay_out_of_the_leaf_so_that_recoding_breaks_no_proof() -> None:
    old = Entry("act", "610928", "610928001001", "A-1", {"code": "6109280010010100001"})
    new = Entry("act", "610981", "610981001001", "A-1", {"code": "6109280010010100001"})
    assert leaf_of(old.kind, old.key, AT, old.facts, {}) == leaf_of(new.kind, new.key, AT, new.facts, {})


def test_facts_too_many_for_a_leaf_stand_beside_it_and_the_leaf_holds_their_hash() -> None:
    facts = {f"{number:019d}": "f" * 32 for number in range(3000)}
    leaf, detail = leaf_of("act", "A-1", AT, facts, {})
    assert len(leaf) < 400 < LARGEST_LEAF
    assert detail is not None
    assert json.loads(detail)["facts"] == facts


def test_the_instant_of_a_leaf_is_the_same_wherever_it_is_written() -> None:
    assert leaf_of("act", "A-1", AT, {}, {}) == leaf_of("act", "A-1", AT.astimezone(UTC), {}, {})
