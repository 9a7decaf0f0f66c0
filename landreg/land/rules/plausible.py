"""COD, TER: years, telephones, postcodes and neighbours that can hardly be so. Nothing is refused for them: they are looked at
again."""

from __future__ import annotations

import re

import numpy as np

from landreg.core.codes import masked_id
from landreg.core.errors import Finding
from landreg.land.rules.facts import Bytes, Mask, Notes, Survey, SurveyRule, filled, lengths, plain, signs
from landreg.land.rules.persons import NUMBERS, UNSAID, id_faults

OLDEST_YEARS = 120
FAMILIES_SINCE = np.datetime64("1978-01-01", "D")
"""Land was given to families by contract from this year on; an earlier day is a slip of the pen."""
REGISTERED_SINCE = np.datetime64("2003-03-01", "D")
"""From this day on the law has the right registered and certified: the law on rural land contracts came into force."""
PERIODS = (
    ("CBHT", ("QDSJ", "CBQXQ")), ("CBJYQZDJB", ("CBQXQ",)), ("LZHT", ("LZQXKSRQ", "HTQDRQ")),
)  # fmt: skip
REGISTERED = (
    ("CBJYQZDJB", "DJSJ"), ("CBJYQZ", "FZRQ"), ("CBJYQZ_QZBF", "BFRQ"), ("CBJYQZ_QZHF", "HFRQ"), ("CBJYQZ_QZZX", "ZXRQ"),
)  # fmt: skip
OF_OTHERS = (b"2", b"5")
"""Kinds of paper (C.15) with a number of their own: an officer's and a passport."""
TELEPHONE = re.compile(
    r"(?:\(?\+?86\)?-?)?(?:1[3-9]\d{9}|(?:\(?0\d{2,3}\)?-?)?\d{7,8}(?:(?:-|转)\d{1,6})?|[48]00-?\d{3}-?\d{4})"
)
BETWEEN = re.compile(r"[/,;、，；]")
NO_TELEPHONE = {"无", "/", "-", "0"}
"""How some write that there is none."""
NEIGHBOURS = ("DKDZ", "DKNZ", "DKXZ", "DKBZ")


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


def cod_41_number_is_of_its_paper(survey: Survey, notes: Notes) -> None:
    """COD-41: an officer's paper or a passport does not bear a citizen ID. C.15; GB 11643."""
    for kind, paper, number in NUMBERS:
        table = survey.table(kind)
        numbers = table.column(number)
        asked = np.flatnonzero(np.isin(table.column(paper), OF_OTHERS) & (lengths(numbers) == 18))
        rows = asked[~np.logical_or.reduce(id_faults(numbers[asked], notes))]
        notes.rows("COD-41", table, rows, paper, lambda row, n=numbers: {"number": masked_id(plain(n[row]))})


def cod_42_telephone_can_be_rung(survey: Survey, notes: Notes) -> None:
    """COD-42: a telephone is a number of a mobile or a line, or several of them. NY/T 2539."""
    for kind in ("FBF", "CBF"):
        table = survey.table(kind)
        given = table.column("LXDH")
        other = np.flatnonzero(filled(given) & ~_mobile(given))
        rows = other[[not _telephones(plain(value)) for value in given[other].tolist()]] if other.size else other
        notes.rows("COD-42", table, rows, "LXDH", lambda row, t=table: {"given": _digits_hidden(t.quoted("LXDH", row))})


def _mobile(given: Bytes) -> Mask:
    """Which are the eleven digits of a mobile: nearly all are, and are looked at no further."""
    return np.asarray((lengths(given) == 11) & np.strings.isdigit(given) & (signs(given, 0, 2) >= b"13"))


def _telephones(given: str) -> bool:
    return given in NO_TELEPHONE or all(TELEPHONE.fullmatch(one) for one in BETWEEN.split(given.rstrip("/,;、，；")))


def _digits_hidden(given: str) -> str:
    """A text without its digits but the first three: those of a telephone tell whose it is."""
    return given[:3] + re.sub(r"\d", "*", given[3:])


def cod_43_parcel_has_neighbours(survey: Survey, notes: Notes) -> None:
    """COD-43: of a parcel one neighbour at least is told, for its certificate names four. COD-44: said once where no parcel has
    one. NY/T 2539, DKDZ to DKBZ."""
    table = survey.table("DK")
    bare = ~np.logical_or.reduce([filled(table.column(name)) for name in NEIGHBOURS])
    if table.rows and bare.all():
        notes.add(
            Finding("COD-44", "DKDZ", {"count": table.rows, "first": plain(table.key[0])}, "DK", table.subject(0))
        )
    else:
        notes.rows("COD-43", table, np.flatnonzero(bare), "DKDZ")


def ter_10_contract_is_of_this_time(survey: Survey, notes: Notes) -> None:
    """TER-10: a contract with a family, or on its land, is neither signed before land was given to families nor begins before.
    农村土地承包法 3."""
    for kind, names in PERIODS:
        for name in names:
            _early(survey, notes, "TER-10", kind, name, FAMILIES_SINCE)


def ter_11_register_is_of_this_time(survey: Survey, notes: Notes) -> None:
    """TER-11: the right is neither registered nor certified before the law that has it registered. 农村土地承包法 24."""
    for kind, name in REGISTERED:
        _early(survey, notes, "TER-11", kind, name, REGISTERED_SINCE)


def _early(survey: Survey, notes: Notes, code: str, kind: str, name: str, since: np.datetime64) -> None:
    table = survey.table(kind)
    days = table.day(name)
    early = np.flatnonzero(~np.isnat(days) & (days < since))
    notes.rows(code, table, early, name, lambda row: {"given": str(days[row])}, since=str(since))


RULES: tuple[SurveyRule, ...] = (
    cod_39_nobody_is_that_old, cod_40_postcode_has_six_digits, cod_41_number_is_of_its_paper, cod_42_telephone_can_be_rung,
    cod_43_parcel_has_neighbours, ter_10_contract_is_of_this_time, ter_11_register_is_of_this_time,
)  # fmt: skip
