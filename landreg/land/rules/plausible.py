"""COD, TER: years and postcodes that can hardly be so. Nothing is refused for them: they are looked at again."""

from __future__ import annotations

import numpy as np

from landreg.core.codes import masked_id
from landreg.land.rules.facts import Notes, Survey, SurveyRule, filled, lengths, plain
from landreg.land.rules.persons import NUMBERS, UNSAID, id_faults

OLDEST_YEARS = 120
FAMILIES_SINCE = np.datetime64("1978-01-01", "D")
"""Land was given to families by contract from this year on; an earlier day is a slip of the pen."""


def cod_39_nobody_is_that_old(survey: Survey, notes: Notes) -> None:
    """COD-39: who is named by a citizen ID is hardly older than 120 years. GB 11643."""
    before = np.array(f"{notes.law.on.year - OLDEST_YEARS:04d}".encode())
    for kind, paper, number in NUMBERS:
        table = survey.table(kind)
        numbers = table.column(number)
        if not table.rows or numbers.dtype.itemsize < 18:
            continue
        years = np.ascontiguousarray(numbers).view("S1").reshape(len(numbers), -1)[:, 6:10].copy().view("S4").ravel()
        asked = np.flatnonzero((years < before) & (lengths(numbers) == 18) & np.isin(table.column(paper), UNSAID))
        rows = asked[~np.logical_or.reduce(id_faults(numbers[asked], notes))]
        notes.rows("COD-39", table, rows, number, lambda row, n=numbers, y=years: {
            "given": masked_id(plain(n[row])), "year": plain(y[row])}, most=str(OLDEST_YEARS))  # fmt: skip


def cod_40_postcode_has_six_digits(survey: Survey, notes: Notes) -> None:
    """COD-40: a postcode is of six digits. NY/T 2539."""
    for kind in ("FBF", "CBF"):
        table = survey.table(kind)
        codes = table.column("YZBM")
        sound = (lengths(codes) == 6) & np.char.isdigit(codes)
        notes.rows("COD-40", table, np.flatnonzero(filled(codes) & ~sound), "YZBM",
                   lambda row, t=table: {"given": t.quoted("YZBM", row)})  # fmt: skip


def ter_10_contract_is_of_this_time(survey: Survey, notes: Notes) -> None:
    """TER-10: a contract with a family is neither signed before land was given to families nor begins before. 农村土地承包法 3."""
    table = survey.table("CBHT")
    for name in ("QDSJ", "CBQXQ"):
        days = table.day(name)
        early = np.flatnonzero(~np.isnat(days) & (days < FAMILIES_SINCE))
        notes.rows("TER-10", table, early, name, lambda row, d=days: {"given": str(d[row])}, since=str(FAMILIES_SINCE))


RULES: tuple[SurveyRule, ...] = (
    cod_39_nobody_is_that_old, cod_40_postcode_has_six_digits, ter_10_contract_is_of_this_time,
)  # fmt: skip
