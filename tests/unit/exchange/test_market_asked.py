"""What is looked for: read once, asked the same way by page, map, file and kept search; and whom a search may be sent to."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from landreg.core.errors import BadInput, Finding
from landreg.exchange.listings.rules.units import MOST_PRICE, UNITS
from landreg.exchange.market.asked import (
    MOST,
    MOST_PARTS,
    Asked,
    faults,
    mkt_1_range_is_not_reversed,
    mkt_6_price_range_has_its_unit,
)
from landreg.exchange.market.letters import Letter, confirming, telling
from landreg.exchange.market.searches import (
    MOST_OWN,
    channel_of,
    mkt_2_address_can_be_reached,
    mkt_3_not_too_many,
    plain,
)
from landreg.exchange.market.sending import FileSms, Smtp, senders


def test_only_what_is_asked_for_becomes_a_condition() -> None:
    assert Asked().query == {}
    asked = Asked(
        within="610902110", kind="lease", price_most=Decimal("650.5"), mu_least=Decimal("2.25"), years_most=Decimal("0.5"),
        photos=True,
    )  # fmt: skip
    assert asked.query == {
        "within": "610902110", "kind": "lease", "price_most": 65050, "hundredths_least": 225, "months_most": 6, "photos": 1
    }  # fmt: skip
    assert asked.given == {
        "within": "610902110", "kind": "lease", "price_most": "650.5", "mu_least": "2.25", "years_most": "0.5", "photos": "1"
    }  # fmt: skip


def test_a_figure_beyond_all_bounds_is_the_largest_or_the_least() -> None:
    asked = Asked(price_least=Decimal(-5), price_most=Decimal(10) ** 30, mu_most=Decimal(10) ** 30)
    assert asked.query == {"price_least": 0, "price_most": MOST_PARTS, "hundredths_most": MOST}
    assert max(MOST_PRICE.values()) * 100 == MOST_PARTS


def test_mkt_1_a_range_has_its_least_first() -> None:
    assert mkt_1_range_is_not_reversed(Asked(price_least=Decimal(5), price_most=Decimal(5))) == []
    found = mkt_1_range_is_not_reversed(Asked(mu_least=Decimal(6), mu_most=Decimal(5), years_least=Decimal(9)))
    assert found == [Finding("MKT-1", "mu_most", {"least": Decimal(6), "most": Decimal(5)})]


def test_mkt_6_a_range_of_prices_is_within_one_unit() -> None:
    """MKT-6: a mu's yuan a year, a house's a month, kilograms and one sum are no one scale."""
    for unit in UNITS:
        assert mkt_6_price_range_has_its_unit(Asked(unit=unit, price_least=Decimal(5))) == []
    assert mkt_6_price_range_has_its_unit(Asked(price_most=Decimal(5))) == [Finding("MKT-6", "unit")]
    assert mkt_6_price_range_has_its_unit(Asked(mu_least=Decimal(5))) == []


def test_all_that_is_wrong_is_said_at_once() -> None:
    asked = Asked(within="62", kind="villa", crop="玉米", unit="share", price_least=Decimal(2), price_most=Decimal(1))
    assert [(one.code, one.field) for one in faults(asked, {"kind": ["lease"]})] == [
        ("FORM-5", "within"), ("FORM-5", "kind"), ("MKT-1", "price_most"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "channel"),
    [
        ("zhang.san@example.com", "mail"),
        ("a@b.cn", "mail"),
        ("13812345678", "sms"),
        ("", ""),
        ("a@b", ""),
        ("a b@example.com", ""),
        ("a@example.com\nBcc: b@example.com", ""),
        ("a@example..com", ""),
        ("12345678901", ""),
        ("138123456789", ""),
    ],
)
def test_mkt_2_an_address_is_one_that_this_server_reaches(address: str, channel: str) -> None:
    assert channel_of(address) == channel
    assert mkt_2_address_can_be_reached(address, frozenset({channel} - {""})) is None or not channel
    assert mkt_2_address_can_be_reached(address, frozenset()) == Finding("MKT-2", "address")


@pytest.mark.parametrize(
    "shown",
    [
        "138 1234 5678",
        " 138-1234-5678",
        "+86 138 1234 5678",
        "0086-13812345678",
        "8613812345678",
        "１３８１２３４５６７８",
        "138·1234·5678",
    ],
)  # fmt: skip
def test_a_mobile_number_is_read_as_telephones_show_it(shown: str) -> None:
    assert plain(shown) == "13812345678"


def test_what_is_asked_for_is_what_this_server_sends_to() -> None:
    assert plain(" Zhang.San@example.com ") == "Zhang.San@example.com"
    assert [mkt_2_address_can_be_reached("x", frozenset(each)) for each in (("mail",), ("sms",), ("mail", "sms"))] == [
        Finding("MKT-2", "address", {"fault": f"reach_{one}"}) for one in ("mail", "sms", "both")
    ]


def test_mkt_3_an_account_keeps_so_many_searches_and_no_more() -> None:
    assert mkt_3_not_too_many(MOST_OWN - 1) is None
    assert mkt_3_not_too_many(MOST_OWN) == Finding("MKT-3", None, {"most": MOST_OWN})


def test_a_letter_names_twenty_listings_and_counts_the_rest() -> None:
    numbers = [f"LZ{n}" for n in range(23)]
    for language, rest in (("zh", "另有 3 宗"), ("en", "3 more")):
        letter = telling("a@b.cn", language, numbers, "https://x/market/listings/{number}", "https://x/end")
        assert letter.text.count("/market/listings/") == 20
        assert rest in letter.text
        assert letter.text.endswith("https://x/end")
        assert Letter.unpacked(letter.packed()) == letter
    assert "https://x/t" in confirming("a@b.cn", "zh", "https://x/t").text


def test_a_short_message_is_a_file_that_appears_whole(tmp_path: Path) -> None:
    FileSms(tmp_path / "out").send(confirming("13812345678", "zh", "https://x/t"))
    (file,) = (tmp_path / "out").iterdir()
    assert file.read_text("utf-8").startswith("13812345678\n有人用这个地址申请")
    assert file.stat().st_mode & 0o077 == 0


def test_a_channel_without_settings_is_not_offered_and_a_wrong_setting_is_named(tmp_path: Path) -> None:
    assert senders({}) == {}
    found = senders(
        {
            "LANDREG_SMTP_HOST": "mail.example.com",
            "LANDREG_SMTP_FROM": "a@example.com",
            "LANDREG_SMS_FOLDER": str(tmp_path),
        }
    )
    assert found == {"mail": Smtp("mail.example.com", 587, "a@example.com"), "sms": FileSms(tmp_path)}
    wrong = {"HOST": "mail.example.com", "TLS": "none", "PORT": "x", "USER": "u"}
    with pytest.raises(BadInput) as refused:
        senders({f"LANDREG_SMTP_{name}": value for name, value in wrong.items()})
    assert {finding.field for finding in refused.value.findings} == {
        f"LANDREG_SMTP_{name}" for name in ("TLS", "PORT", "FROM", "PASSWORD_FILE")
    }
