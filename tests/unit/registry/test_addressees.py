"""To whom a letter on an error is addressed, as shown to whoever does not work with the case."""

import pytest

from landreg.registry.facts.addressees import masked


@pytest.mark.parametrize(
    ("addressee", "shown"),
    [
        ("张三丰（权利人），样本村二组", "张*丰（权利人）"),
        ("李四（抵押）", "李*（抵押）"),
        ("王五", "王*"),
        ("", ""),
    ],
)
def test_an_addressee_is_shown_without_the_whole_name_and_without_the_address(addressee: str, shown: str) -> None:
    assert masked(addressee) == shown
