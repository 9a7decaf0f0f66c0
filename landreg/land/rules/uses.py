"""COD: what contracted land is used for and classed as, and whether its issuer is named after the village of its code."""

from __future__ import annotations

import re

import numpy as np

from gis.nyt2539 import NOT_FARMED_2007, NOT_FARMED_2017
from landreg.core.errors import Finding
from landreg.land.rules.facts import Mask, Notes, Survey, SurveyRule, lengths, plain, prefix

NOT_FARMED = b"5"
"""Use of land (C.9): other than for farming."""
BUILT_2007 = {"201": "城市", "202": "建制镇", "203": "村庄", "204": "采矿用地", "205": "风景名胜及特殊用地"}
"""Classes of GB/T 21010-2007 of built land; without their first nought, classes of 2017 look the same."""
_OFFICE = re.compile(r"(村民委员会|村委会|居民委员会|居委会|社区|村)+$")
_NO_PLACE = re.compile(r"村民(小组|委员会)")


def cod_36_contracted_land_is_farmed(survey: Survey, notes: Notes) -> None:
    """COD-36: land under a contract is used for farming, also by who takes it. 农村土地承包法 18, 38."""
    table = survey.table("DK")
    other = contracted(survey) & (table.column("TDYT") == NOT_FARMED)
    notes.rows("COD-36", table, np.flatnonzero(other), "TDYT")
    transfers = survey.table("LZHT")
    notes.rows("COD-36", transfers, np.flatnonzero(transfers.column("LZHTDYT") == NOT_FARMED), "LZHTDYT")


def cod_37_contracted_land_is_not_built_up(survey: Survey, notes: Notes) -> None:
    """COD-37: the class of contracted land is none of built land as GB/T 21010-2007 has it, which may also be a class of 2017
    whose first nought was lost."""
    table, under_contract = survey.table("DK"), contracted(survey)
    for first, values in table.delivered.get("TDLYLX", ()):
        built = np.flatnonzero(np.isin(values, [code.encode() for code in BUILT_2007]))
        notes.rows("COD-37", table, built[under_contract[first + built]] + first, "TDLYLX", lambda row: {
            "built": BUILT_2007[table.quoted("TDLYLX", row)], "read": plain(table.column("TDLYLX")[row])})  # fmt: skip


def cod_4_contracted_land_has_a_farmed_class(survey: Survey, notes: Notes) -> None:
    """COD-4: shops, works, stores and wild land are classes of what lies under no contract. 农村土地承包法 2."""
    table = survey.table("DK")
    other = np.isin(table.column("TDLYLX"), [code.encode() for code in (*NOT_FARMED_2007, *NOT_FARMED_2017)])
    notes.rows("COD-4", table, np.flatnonzero(contracted(survey) & other), "TDLYLX", book="GB/T 21010")


def contracted(survey: Survey) -> Mask:
    """Which parcels are under a contract, or of the kind that is (C.7, 10)."""
    table = survey.table("DK")
    linked = survey.table("CBDKXX").index("DKBM").find(table.key) >= 0
    return np.asarray(linked | (table.column("DKLB") == b"10"))


def cod_38_issuer_is_named_after_its_village(survey: Survey, notes: Notes) -> None:
    """COD-38: an issuer's name that names a village names that of its code; said once a village. Names change, so note it only."""
    table = survey.table("FBF")
    villages = prefix(survey.today(table.key), 12)
    other: dict[str, list[int]] = {}
    for row in np.flatnonzero(lengths(table.key) == 14).tolist():
        village, named = plain(villages[row]), _NO_PLACE.sub("", plain(table.column("FBFMC")[row]))
        known = survey.villages.get(village)
        if known and ("村" in named or "社区" in named) and _OFFICE.sub("", known) not in named:
            other.setdefault(village, []).append(row)
    for village, rows in other.items():
        values = {
            "given": plain(table.column("FBFMC")[rows[0]]), "village": village, "name": survey.villages[village],
            "count": len(rows), "row": rows[0] + 1,
        }  # fmt: skip
        notes.add(Finding("COD-38", "FBFMC", values, "FBF", table.subject(rows[0])))


RULES: tuple[SurveyRule, ...] = (
    cod_4_contracted_land_has_a_farmed_class, cod_36_contracted_land_is_farmed, cod_37_contracted_land_is_not_built_up,
    cod_38_issuer_is_named_after_its_village,
)  # fmt: skip
