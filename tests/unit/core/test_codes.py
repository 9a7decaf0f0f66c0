"""Codes: structure, check digits and masks. Every citizen ID here has the prefix 610900, which was never issued."""

from __future__ import annotations

from datetime import date

import pytest

from landreg.core import codes

SOUND = "61090019700101002X"


def test_a_sound_citizen_id_has_no_fault() -> None:
    assert codes.citizen_id_fault(SOUND) is None


@pytest.mark.parametrize("number", ["", "610900", SOUND[:-1], SOUND + "0", "61090019700101002x", "6109001970010100AX"])
def test_a_citizen_id_of_another_shape_is_told_as_such(number: str) -> None:
    assert codes.citizen_id_fault(number) == "shape"


@pytest.mark.parametrize("digits", ["６１０９００１９７００１０１００２", "٦١٠٩٠٠١٩٧٠٠١٠١٠٠٢"])
def test_only_plain_digits_make_a_citizen_id(digits: str) -> None:
    assert codes.citizen_id_fault(f"{digits}X") == "shape"


def test_full_width_signs_are_made_plain_before_they_are_compared() -> None:
    assert codes.tidy(" ６１０９００１９７００１０１００２ｘ ") == SOUND


@pytest.mark.parametrize("birth", ["19700230", "19701301", "00000101", "20230229"])
def test_a_birth_that_is_no_day_is_told_apart_from_a_wrong_check_digit(birth: str) -> None:
    assert codes.citizen_id_fault(f"610900{birth}0010") == "birth"


def test_nobody_is_born_after_the_day_on_which_their_number_is_given() -> None:
    assert codes.citizen_id_fault(SOUND, date(1970, 1, 1)) is None
    assert codes.citizen_id_fault(SOUND, date(1969, 12, 31)) == "birth"
    assert codes.citizen_id_fault("610900100001010012", date(2026, 11, 28)) == "birth"


def test_a_wrong_check_digit_is_told() -> None:
    assert codes.citizen_id_fault(SOUND[:-1] + "1") == "check"


def test_the_first_six_digits_of_a_citizen_id_are_held_against_no_list() -> None:
    assert codes.citizen_id_fault("000000197001010019") is None


def test_birth_and_sex_stand_in_the_citizen_id() -> None:
    assert codes.birth_of(SOUND) == date(1970, 1, 1)
    assert codes.sex_of(SOUND) == "2"
    assert codes.sex_of("610900197001010011") == "1"


def test_a_leap_day_is_a_birthday() -> None:
    assert codes.birth_of("610900200002290000") == date(2000, 2, 29)


def test_a_credit_code_of_an_organisation_is_sound() -> None:
    assert codes.uscc_fault("91110000600037341L") is None


@pytest.mark.parametrize(
    "code", ["", "91110000600037341", "91110000600037341l", "9111000060003734IL", "9111000060003734１L"]
)
def test_a_credit_code_of_another_shape_is_told_as_such(code: str) -> None:
    assert codes.uscc_fault(code) == "shape"


def test_a_credit_code_with_a_wrong_check_sign_is_told() -> None:
    assert codes.uscc_fault("911100006000373411") == "check"


@pytest.mark.parametrize(
    ("name", "shown"), [("", ""), ("白", "*"), ("白成", "白*"), ("白大成", "白*成"), ("欧阳大成", "欧**成")]
)
def test_a_name_in_a_list_shows_its_first_sign_and_from_three_signs_on_its_last(name: str, shown: str) -> None:
    assert codes.masked_name(name) == shown


def test_an_identity_number_in_a_list_shows_six_and_four_signs_and_a_short_one_none() -> None:
    assert codes.masked_id(SOUND) == "610*************2X"
    assert codes.masked_id("G12345678") == "*********"


@pytest.mark.parametrize(
    ("pattern", "sound", "unsound"),
    [
        (codes.LAND_UNIT, "610902104202JC00001", "610902104202J100001"),
        (codes.REAL_ESTATE_UNIT, "610902104202JC00001F00010001", "610902104202JC00001X00010001"),
    ],
)
def test_each_code_has_its_structure(pattern: object, sound: str, unsound: str) -> None:
    assert pattern.fullmatch(sound)  # type: ignore[attr-defined]
    assert pattern.fullmatch(unsound) is None  # type: ignore[attr-defined]
