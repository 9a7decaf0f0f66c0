"""A form becomes a dataclass, or every fault of it at once."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from landreg.core.errors import BadInput, Finding
from landreg.web.forms import Upload, read_form, read_query


class Kind(StrEnum):
    CONTRACT = "contract"
    PHOTO = "photo"


@dataclass(frozen=True)
class Everything:
    name: str = field(metadata={"most": 10})
    day: date
    area_m2: Decimal
    count: int
    kind: Kind
    parcel_id: UUID
    marks: tuple[int, ...]
    agreed: bool
    note: str | None
    page: int = 1


SOUND = {
    "name": " 林木生 ",
    "day": "2026-11-24",
    "area_m2": "1,234.56",
    "count": "-3",
    "kind": "photo",
    "parcel_id": "00000000-0000-0000-0000-000000000007",
    "marks": ["1", "2"],
    "agreed": "on",
}


def _read(**changes: Any) -> Everything:
    return read_form(Everything, MultiDict({**SOUND, **changes}))


def _faults(**changes: Any) -> list[Finding]:
    with pytest.raises(BadInput) as bad:
        _read(**changes)
    return list(bad.value.findings)


def test_each_field_is_read_by_its_type() -> None:
    assert _read() == Everything(
        "林木生", date(2026, 11, 24), Decimal("1234.56"), -3, Kind.PHOTO, UUID(int=7), (1, 2), True, None, 1
    )


def test_every_fault_is_told_at_once_beside_its_field() -> None:
    with pytest.raises(BadInput) as bad:
        read_form(
            Everything,
            MultiDict({"day": "2026-02-30", "area_m2": "NaN", "count": "1.5", "kind": "x", "parcel_id": "7"}),
        )
    assert [(finding.code, finding.field) for finding in bad.value.findings] == [
        ("FORM-1", "name"),
        ("FORM-2", "day"),
        ("FORM-3", "area_m2"),
        ("FORM-4", "count"),
        ("FORM-5", "kind"),
        ("FORM-6", "parcel_id"),
        ("FORM-1", "marks"),
    ]


@pytest.mark.parametrize("day", ["2026-11-24", "2026/11/24", "2026.11.24", "2026年11月24日", "2026-11-4"])
def test_a_day_is_read_as_people_write_it(day: str) -> None:
    assert _read(day=day).day.month == 11


@pytest.mark.parametrize("area", ["", "Infinity", "1e400", "1e-400", "十亩", "1" * 41, "0x10", "--1"])
def test_what_is_no_plain_number_is_no_area(area: str) -> None:
    assert _faults(area_m2=area)[0].field == "area_m2"


def test_a_number_too_long_for_the_database_is_refused_before_it() -> None:
    assert _faults(count="9" * 19) == [Finding("FORM-4", "count", {"given": "9" * 19})]


def test_control_characters_do_not_pass() -> None:
    assert _faults(name="林\x00生") == [Finding("FORM-9", "name")]
    assert _read(note="两行\r\n文字").note == "两行\n文字"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\u2028", "\u00ad", "\U000e0041"])
def test_signs_that_nobody_sees_do_not_pass(sign: str) -> None:
    assert _faults(name=f"林{sign}生") == [Finding("FORM-9", "name")]
    assert _faults(note=f"{sign}备注") == [Finding("FORM-9", "note")]


def test_text_has_an_end() -> None:
    assert _faults(name="林" * 11) == [Finding("FORM-8", "name", {"most": 10})]


def test_an_unticked_box_is_no() -> None:
    form = MultiDict(SOUND)
    form.poplist("agreed")
    assert read_form(Everything, form).agreed is False


@dataclass(frozen=True)
class WithFile:
    package: Upload
    extra: Upload | None = None


def test_a_file_comes_with_its_name_and_without_its_folders() -> None:
    app = Flask(__name__)
    sent = {"package": (io.BytesIO(b"PK"), "../data/汉滨区.zip")}
    with app.test_request_context(method="POST", data=sent):
        form = read_form(WithFile)
        assert (form.package.name, form.package.content.read(), form.extra) == ("汉滨区.zip", b"PK", None)
        form.package.content.close()
    with app.test_request_context(method="POST", data={}), pytest.raises(BadInput) as bad:
        read_form(WithFile)
    assert bad.value.findings == (Finding("FORM-7", "package"),)


@dataclass(frozen=True)
class Query:
    page: int = 1
    state: Kind | None = None


def test_an_address_is_read_like_a_form() -> None:
    with Flask(__name__).test_request_context("/?page=3&state=photo&other=1"):
        assert read_query(Query) == Query(3, Kind.PHOTO)


@given(st.dictionaries(st.sampled_from(sorted(SOUND)), st.text(max_size=60)))
def test_no_text_whatever_gives_anything_but_a_form_or_findings(typed: dict[str, str]) -> None:
    with contextlib.suppress(BadInput):
        assert isinstance(_read(**typed), Everything)
