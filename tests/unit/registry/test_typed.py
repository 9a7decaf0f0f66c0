"""Numbers as people type them off a certificate."""

from __future__ import annotations

import pytest

from landreg.registry import typed

NUMBER = "陕(2026)汉滨区不动产权第0000082号"


@pytest.mark.parametrize(
    "given",
    [
        NUMBER,
        "陕（2026）汉滨区不动产权第0000082号",
        "陕（２０２６）汉滨区不动产权第００００８２号",
        " 陕 (2026) 汉滨区 不动产权 第 0000082 号 ",
        "陕(2026)汉滨区不动产权第\u30000000082\u3000号",
        "陕(2026)汉滨区不动产权第82号",
        "陕〔2026〕汉滨区不动产权第82号",
        "陕2026汉滨区不动产权82",
    ],
)
def test_a_certificate_number_is_the_same_however_it_is_typed(given: str) -> None:
    assert typed.certificate_number(given) == NUMBER


@pytest.mark.parametrize("given", ["", "第0000082号", "陕(26)汉滨区不动产权第82号", "610902-2026-0000082", "n0thing"])
def test_what_has_not_the_form_of_a_certificate_number_is_not_made_into_one(given: str) -> None:
    assert typed.certificate_number(given) is None


@pytest.mark.parametrize(
    "given", ["NO.D6109020000082", "no. d610902 0000082", "ＮＯ．Ｄ6109020000082", "№D6109020000082"]
)
def test_a_printing_number_is_read_with_or_without_its_sign(given: str) -> None:
    assert typed.printed_number(given) == typed.Printed("610902", "0000082", ("不动产权",))
    assert NUMBER in typed.Printed("610902", "0000082", ("不动产权",)).numbers("陕", "汉滨区", range(2025, 2028))


def test_a_printing_number_without_its_letter_may_be_of_either_form() -> None:
    found = typed.printed_number("6109020000082")
    assert found is not None
    assert len(found.forms) == 2
    assert typed.printed_number("6109020000821234") is None


def test_an_acts_number_is_told_from_a_cases() -> None:
    assert typed.is_act_number("610902－20260701－0000012")
    assert not typed.is_act_number("610902-2026-0000012")


@pytest.mark.parametrize("given", ["0001026", "1026", " 1026 ", "１０２６"])
def test_the_last_digits_of_a_case_mean_every_number_that_ends_so(given: str) -> None:
    assert typed.case_numbers(given, ["610902"], range(2026, 2024, -1)) == (
        "610902-2026-0001026",
        "610902-2025-0001026",
    )
    assert typed.case_numbers("2026-1026", ["610902", "610921"], ()) == ("610902-2026-0001026", "610921-2026-0001026")


@pytest.mark.parametrize("given", ["", "林", "00001026", "610902-2026-0001026", "26-1026", "-1026", "1026-"])
def test_what_is_no_end_of_a_case_number_means_none(given: str) -> None:
    assert typed.case_numbers(given, ["610902"], (2026,)) == ()
