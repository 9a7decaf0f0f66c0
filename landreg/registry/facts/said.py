"""The facts that a correction sets right, in words: each as registered and as it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gis import nyt2539
from landreg.core.codes import masked_name
from landreg.law.book import term
from landreg.registry.rules.operation import TRANSFER_MODES
from landreg.registry.rules.parcel_requests import Corrected, Correction


def corrected_in_words(asked: Correction, now: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """A number is told nobody by post."""
    return [
        (term("fact", "id_number"), "登记的身份号码", "与身份证件上的不一致，请到窗口核对")
        if one.fact == "person_id"
        else _holders(asked, now, one)
        if one.fact in _HELD
        else _LAND[one.fact](term("fact", one.fact), "、".join(asked.codes(one.fact)))
        if one.fact in _LAND
        else (term("fact", one.fact), _in_words(one.fact, now.get(one.fact, "")), _in_words(one.fact, one.value))
        for one in asked.facts
    ]


def _holders(asked: Correction, now: Mapping[str, str], one: Corrected) -> tuple[str, str, str]:
    """Of which household a right is; where two were registered under each other's, of the other right too."""
    registered, meant = now.get("held", ""), f"{asked.name}（{asked.said('holder')}）"
    if one.fact == "holder":
        return term("fact", "held"), registered, meant
    return f"{term('fact', one.fact)} {one.value}", meant, registered


def announced(asked: Correction, now: Mapping[str, str]) -> list[list[str]]:
    """The same for a public notice: names behind the mask; where somebody lives, what was noted, and what is owed to whom, nobody
    else reads.
    """
    told = []
    for one, (fact, was, right) in zip(asked.facts, corrected_in_words(asked, now), strict=True):
        if one.fact in _OF_THE_PARTY_ALONE or asked.of == "restriction":
            told.append([fact, "", "已书面告知当事人"])
        elif one.fact in _HELD:
            told.append([fact, _masked(was), _masked(right)])
        elif one.fact == "name" and asked.of != "parcel":
            told.append([fact, masked_name(was), masked_name(right)])
        else:
            told.append([fact, was, right])
    return told


def _masked(holder: str) -> str:
    name, mark, code = holder.partition("（")
    return masked_name(name) + mark + code


def _in_words(fact: str, value: str) -> str:
    """A fact, as a form writes it, in the words of the register."""
    if fact == "term":
        return value.replace("/", " 至 ")
    if fact in _YES_OR_NO:
        return {"1": "是", "0": "否"}.get(value, "")
    if fact in _TABLES:
        return _TABLES[fact].get(value, value)
    if fact == "nature":
        return term("transfer_mode" if value in TRANSFER_MODES else "land_mode", value)
    return term(fact, value)


_LAND: Mapping[str, Callable[[str, str], tuple[str, str, str]]] = {
    "parcels_added": lambda fact, codes: (fact, "不在本权利内", codes),
    "parcels_off": lambda fact, codes: (fact, codes, "不在本权利内"),
}
_HELD = ("holder", "exchanged")
_YES_OR_NO = ("basic_farmland", "holds_right", "belongs")
_TABLES = {
    "land_class": nyt2539.LAND_CLASSES, "soil_grade": nyt2539.code_table("C.8"), "land_use": nyt2539.code_table("C.9"),
}  # fmt: skip
_OF_THE_PARTY_ALONE = ("person_id", "address", "postcode", "note")
