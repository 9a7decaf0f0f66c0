"""Where a webhook may lead, how it is signed, how long it waits; schemas and the description."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from ipaddress import ip_address
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from landreg.access.client_rules import ClientFacts, Scope, api_1_client_has_name_and_scopes, client_stays_inside
from landreg.exchange.interfaces.describing import description
from landreg.exchange.interfaces.operations import OPERATIONS
from landreg.exchange.interfaces.rules import (
    ATTEMPTS,
    Address,
    api_8_host_is_elsewhere,
    api_8_webhook_goes_out_by_https,
    secret_told,
    signed,
    wait_after,
)
from landreg.exchange.interfaces.schema import TEXT, faults_of, made_of, schema_of, told, wanted
from landreg.law.book import national_law, terms

LAW = national_law("", date.min)
INNER = str(ip_address(0x0A000007))


@pytest.mark.parametrize("url", [
    "http://county.example.cn/told", f"https://{INNER}/told", "https://127.0.0.1/told", "https://[::1]/told", "https://localhost/told",
    "https://0x7f000001/told", "https://2130706433/told", "https://0177.0.0.1/told", "https://register.internal/told",
    "https://user:word@county.example.cn/told", "https://county.example.cn:5432/told", "ftp://county.example.cn/told",
    "https://county/told", "https://county.example.cn/#part", "https://[fe80::1%25eth0]/", "https://county.example.cn:99999/", "",
])  # fmt: skip
def test_a_webhook_leads_to_a_public_name_by_https_and_nowhere_else(url: str) -> None:
    found = api_8_webhook_goes_out_by_https(Address(url, loopback=False))
    assert found is not None
    assert found.code == "API-8"


@pytest.mark.parametrize(("url", "loopback"), [
    ("https://county.example.cn/told?to=us", False), ("https://county.example.cn:443/", False), ("http://127.0.0.1:9/told", True),
])  # fmt: skip
def test_a_public_name_is_taken_and_this_machine_in_a_demonstration(url: str, loopback: bool) -> None:
    assert api_8_webhook_goes_out_by_https(Address(url, loopback=loopback)) is None


@pytest.mark.parametrize("address", [
    "127.0.0.1", INNER, str(ip_address(0xAC100001)), str(ip_address(0xC0A80101)),
    "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1", "fe80::1", "fd00::1",
    "::ffff:127.0.0.1", f"::ffff:{INNER}", "2002:7f00:1::", "64:ff9b::7f00:1", "224.0.0.1", "ff02::1", "fe80::1%eth0",
])  # fmt: skip
def test_a_name_that_leads_into_an_inner_network_is_not_called(address: str) -> None:
    found = api_8_host_is_elsewhere("county.example.cn", ["93.184.215.14", address], loopback=True)
    assert found is not None
    assert found.code == "API-8"


def test_a_name_that_leads_outside_is_called() -> None:
    assert api_8_host_is_elsewhere("county.example.cn", ["93.184.215.14", "2606:2800:220:1::1"], loopback=False) is None
    assert api_8_host_is_elsewhere("county.example.cn", [], loopback=False) is not None


def test_a_delivery_is_signed_as_the_standard_says() -> None:
    """Held against the standard's own construction, step by step."""
    secret = secret_told(b"k" * 32)
    assert secret.startswith("whsec_")
    expected = hmac.new(base64.b64decode(secret[6:]), b'msg_1.1700000000.{"a":1}', hashlib.sha256).digest()
    assert signed(secret, "msg_1", 1_700_000_000, '{"a":1}') == "v1," + base64.b64encode(expected).decode()
    assert signed(secret, "msg_1", 1_700_000_001, '{"a":1}') != signed(secret, "msg_1", 1_700_000_000, '{"a":1}')


def test_each_try_waits_longer_and_the_last_is_the_last() -> None:
    waits = [wait_after(number) for number in range(1, ATTEMPTS + 1)]
    assert waits[-1] is None
    assert None not in waits[:-1]
    assert waits[:-1] == sorted(waits[:-1])  # type: ignore[type-var]


@pytest.mark.parametrize(("facts", "code"), [
    (ClientFacts("", ("deals:read",), "610902", "6109"), "API-1"),
    (ClientFacts("系统", (), "610902", "6109"), "API-1"),
    (ClientFacts("系统", ("land:write",), "610902", "6109"), "API-1"),
    (ClientFacts("系统", ("deals:read",), "6109020", "6109"), "ACC-11"),
    (ClientFacts("系统", ("deals:read",), "610921", "610902"), "ACC-12"),
])  # fmt: skip
def test_a_program_is_registered_for_something_within_its_registrars_jurisdiction(
    facts: ClientFacts, code: str
) -> None:
    found = api_1_client_has_name_and_scopes(facts, LAW) or client_stays_inside(facts, LAW)
    assert found is not None
    assert found.code == code


def test_a_sound_program_is_registered() -> None:
    facts = ClientFacts("系统", ("deals:read",), "610902104", "610902")
    assert api_1_client_has_name_and_scopes(facts, LAW) is None
    assert client_stays_inside(facts, LAW) is None


@dataclass(frozen=True)
class Row:
    """One row."""

    day: date
    sum: Decimal
    names: tuple[str, ...]
    count: int = field(default=3, metadata={"top": 9})
    note: str | None = None
    least: Decimal | None = None


def test_what_a_schema_lets_through_is_made_and_told_the_same() -> None:
    given = {"day": "2026-02-28", "sum": "12.50", "names": ["甲"], "count": 3, "note": None, "least": None}
    assert faults_of(Row, given) == []
    assert told(made_of(Row, given)) == given


@pytest.mark.parametrize(("changed", "code"), [
    ({"day": "2026-02-30"}, "FORM-2"), ({"day": "20260228"}, "FORM-2"), ({"sum": 12.5}, "API-6"), ({"sum": "1e9"}, "API-6"),
    ({"sum": "１２"}, "API-6"), ({"sum": "12.50\n"}, "API-6"), ({"names": ["a\x00"]}, "FORM-9"), ({"count": 10}, "API-6"),
    ({"count": True}, "API-6"), ({"other": 1}, "API-7"), ({"names": ["x" * 2001]}, "FORM-8"),
])  # fmt: skip
def test_what_does_not_fit_is_named(changed: dict[str, object], code: str) -> None:
    given = {"day": "2026-02-28", "sum": "12.50", "names": ["甲"], **changed}
    assert code in {one.code for one in faults_of(Row, given)}


@pytest.mark.parametrize(("changed", "said"), [
    ({"count": 10}, "“10”不合要求，应为整数，写成 JSON 数字，不小于 0，不大于 9。"),
    ({"sum": 12.5}, "“12.5”不合要求，应为不小于 0、整数部分不超过 10 位、最多两位小数的数，写成文本，例如 \"12.50\"。"),
    ({"least": "1e3"}, "“1e3”不合要求，应为不小于 0、整数部分不超过 10 位、最多两位小数的数，写成文本，例如 \"12.50\"。"),
    ({"day": "20260228"}, "“20260228”不是有效日期，请写成 2026-11-24。"),
    ({"day": 20260228}, "“20260228”不合要求，应为日期，写成 YYYY-MM-DD，例如 2026-11-24。"),
    ({"names": {"a": 1}}, "“{\"a\": 1}”不合要求，应为列表（JSON 数组）。"),
    ({"names": [True]}, "“true”不合要求，应为文本。"),
])  # fmt: skip
def test_what_does_not_fit_is_told_which_form_is_asked_for(changed: dict[str, object], said: str) -> None:
    """Of what may be left out too, whose schema is one of two; by no pattern and no name of a type of Python's."""
    (found,) = faults_of(Row, {"day": "2026-02-28", "sum": "12.50", "names": [], **changed})
    assert LAW.say(found) == said


@pytest.mark.parametrize(
    "kind",
    sorted(
        {one for made in OPERATIONS for one in (made.query, made.body) if one is not None}, key=lambda one: one.__name__
    ),
)
def test_every_form_that_a_call_asks_for_has_its_words(kind: type) -> None:
    for part in _parts(schema_of(kind)):
        form = wanted(part)["form"]
        assert form in terms("api_form"), part
        assert form != "string" or part.get("pattern") in (None, TEXT), part


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema of each value within one."""
    for part in (
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", ()),
        *filter(None, [schema.get("items")]),
    ):
        yield from _parts(part)
    if "type" in schema and schema["type"] != "null" and "enum" not in schema:
        yield schema


def test_every_shape_is_a_schema_and_every_operation_is_described() -> None:
    made = description("https://landreg.example")
    for schema in made["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    described = {(path, method) for path, methods in made["paths"].items() for method in methods}
    assert described == {(one.path, one.method.lower()) for one in OPERATIONS}
    assert {scope.value for scope in Scope} == set(
        made["components"]["securitySchemes"]["client"]["flows"]["clientCredentials"]["scopes"]
    )
    assert schema_of(Row)["required"] == ["day", "sum", "names"]
