"""COD: codes, dictionary values, numbers and days, each row by itself. Source: standards.md 1 and 2."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import numpy as np

from gis.nyt2539 import HOMESTEAD_NATURES, LAND_CLASSES, TABLES, UNSURE_CODE_TABLES, Field, code_table
from landreg.core.errors import Finding
from landreg.land.rules.facts import (
    KEY,
    Bytes,
    Ints,
    Mask,
    Notes,
    Rows,
    Survey,
    SurveyRule,
    Table,
    filled,
    known,
    lengths,
    plain,
    prefix,
    shown,
    signs,
)  # fmt: skip
from landreg.land.rules.forms import ALSO_READ, FORMS, FREE, has_form
from landreg.land.rules.index import CodeIndex, distinct
from landreg.law.terms import terms

CODED = ("FBF", "CBF", "CBF_JTCY", "CBHT", "CBDKXX", "CBJYQZDJB", "LZHT", "DK", "ZJD", "ZJQY", "CJQY", "XJQY", "XJXZQ",
         "CBJYQZ", "CBJYQZ_QZBF", "CBJYQZ_QZHF", "CBJYQZ_QZZX", "QSLYZLFJ")  # fmt: skip
MOST_M2, MOST_MU, MOST_COUNTED = 10**14 - 1, 10**12 - 1, 2_147_483_647_00
"""In hundredths: what the register's columns hold, far more than a county has."""
MAY_BE_ANY = {"CBFCYSL"}
MAY_BE_MISSING = {"ZJD": {"CS", "JZZDMJ", "JZMJ"}}  # no right rests on these
GROUPED = re.compile(r"[0-9]{1,3}([,，][0-9]{3})+(\.[0-9]+)?")
UNIQUE = ("FBF", "CBF", "CBHT", "CBJYQZDJB", "LZHT", "DK", "ZJD", "ZJQY", "CJQY", "XJQY", "XJXZQ", "CBJYQZ")
PARENTS = (
    ("CBDKXX", "DKBM", "FBFBM", 14),
    ("CBDKXX", "CBFBM", "FBFBM", 14), ("CBDKXX", "CBHTBM", "CBFBM", 18), ("CBDKXX", "CBJYQZBM", "CBHTBM", 19),
    ("CBHT", "CBFBM", "FBFBM", 14), ("CBHT", "CBHTBM", "CBFBM", 18), ("CBJYQZDJB", "CBFBM", "FBFBM", 14),
    ("CBJYQZDJB", "CBJYQZBM", "CBFBM", 18), ("LZHT", "CBHTBM", "CBFBM", 18), ("LZHT", "LZHTBM", "CBFBM", 14),
    ("ZJD", "ZDDM", "CBFBM", 12), ("ZJD", "BDCDYH", "ZDDM", 19),
)  # fmt: skip
"""Table, code, the code it begins with, how many digits of it."""
ESSENTIAL = {
    "FBF": "FBFBM FBFMC", "CBF": "CBFBM CBFMC CBFLX CBFCYSL", "CBF_JTCY": "CBFBM CYXM CYXB CYZJHM YHZGX",
    "CBHT": "CBHTBM FBFBM CBFBM CBQXQ CBQXZ HTZMJ CBDKZS", "CBDKXX": "DKBM FBFBM CBFBM CBHTBM HTMJ",
    "CBJYQZDJB": "CBJYQZBM FBFBM CBFBM CBQXQ CBQXZ", "LZHT": "LZHTBM CBHTBM CBFBM SRFBM LZQXKSRQ LZQXJSRQ LZMJ",
    "DK": "DKBM SCMJ", "ZJD": "ZDDM CBFBM QLRMC ZDMJ", "ZJQY": "ZJQYDM",
}  # fmt: skip
"""What a right cannot be registered without; other values that the standard asks for are noted when they are missing."""
LAND_USE = {*LAND_CLASSES}
RELATIONS = {*terms("relation")}
"""Of GB/T 4761-2008: those of one sign say less than a certificate prints, and 03 and 98 ended with the edition of 1984."""


def cod_1_code_has_its_form(survey: Survey, notes: Notes) -> None:
    """COD-1: a code has the length of its kind. COD-31: and the signs. GB/T 35958-2018; standards.md 1."""
    for kind in CODED:
        table = survey.table(kind)
        for name, form in FORMS.items():
            if name not in table.text or name in FREE:
                continue
            bad = filled(table.text[name]) & ~has_form(table.text[name], form)
            if name in ALSO_READ:
                bad &= ~has_form(table.text[name], ALSO_READ[name])
            if bad.any():
                _form_notes(notes, table, name, form, np.flatnonzero(bad))


def _form_notes(notes: Notes, table: Table, name: str, form: str, rows: Rows) -> None:
    codes = table.text[name]
    wanted = sum(int(part) for part in re.findall(r"\d+", form))
    own = filled(table.key) if name != KEY.get(table.kind) else filled(codes)
    subject = np.where(own, table.key, codes) if name != KEY.get(table.kind) else codes
    length = np.array([len(plain(code)) for code in codes[rows].tolist()], dtype=np.int64)
    forms = {sum(int(part) for part in re.findall(r"\d+", one)): one for one in (form, ALSO_READ.get(name, form))}
    sound = np.isin(length, list(forms))
    counted = dict(zip(rows.tolist(), length.tolist(), strict=True))
    notes.rows("COD-1", table, rows[~sound], name, lambda row: {"length": counted[row]}, subject=subject, wanted=wanted)
    notes.rows("COD-31", table, rows[sound], name, lambda row: {
        "signs": strange_signs(plain(codes[row]), forms[counted[row]])}, subject=subject)  # fmt: skip


def strange_signs(code: str, form: str) -> str:
    """The signs of a code that stand where its form has others, each with its place from 1."""
    kinds = "".join(kind * int(count) for kind, count in re.findall(r"([dA])(\d+)", form))
    allowed = {"d": "0123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    pairs = zip(code, kinds, strict=False)
    return "、".join(f"{sign}({place})" for place, (sign, kind) in enumerate(pairs, 1) if sign not in allowed[kind])


def cod_2_code_begins_with_its_parent(survey: Survey, notes: Notes) -> None:
    """COD-2: a code begins with the code of what it belongs to. GB/T 35958-2018; standards.md 1."""
    for kind, name, parent, digits in PARENTS:
        table = survey.table(kind)
        if name not in table.text or parent not in table.text:
            continue
        codes, other = table.text[name], table.text[parent]
        sound = prefix(survey.today(codes), digits) == prefix(survey.today(other), digits)
        whole = filled(other) & (lengths(codes) >= digits) & (lengths(other) >= digits)
        rows = np.flatnonzero(whole & ~sound)
        if name == "LZHTBM":
            rows = rows[lengths(codes[rows]) == 18]
        notes.rows("COD-2", table, rows, name, lambda row, other=other: {"parent": plain(other[row])},
                   subject=codes if name in ("DKBM", "CBFBM") else None, parent_column=parent)  # fmt: skip


def cod_3_code_stands_once(survey: Survey, notes: Notes) -> None:
    """COD-3: a code stands once in its table. standards.md 1: a parcel's code is not used again."""
    for kind in UNIQUE:
        table = survey.table(kind)
        for name in (KEY[kind], "BDCDYH"):
            if name in table.text:
                _twice(notes, table, name, table.index(name), table.text[name])
    table = survey.table("CBDKXX")
    if table.rows:
        holder = np.strings.add(table.column("CBHTBM"), table.column("CBFBM"))
        pairs = CodeIndex(np.strings.add(holder, table.column("DKBM")))
        _twice(notes, table, "DKBM", pairs, table.key)


def _twice(notes: Notes, table: Table, name: str, index: CodeIndex, codes: Bytes) -> None:
    later, earlier = index.again()
    first = dict(zip(later.tolist(), earlier.tolist(), strict=True))
    notes.rows("COD-3", table, later, name, lambda row: {"first": first[row] + 1}, subject=codes)


def cod_4_value_is_in_its_dictionary(survey: Survey, notes: Notes) -> None:
    """COD-4, COD-5: a coded value is in its dictionary; where our copy of that is unsure, note it only. NY/T 2539 C. COD-52: the
    nature of a homestead's right. 土地管理法 62, 63: none is acquired by sale.
    """
    for kind, table in survey.tables.items():
        for name, field in TABLES[kind].fields.items():
            if name not in table.text:
                continue
            if field.code_table:
                allowed = set(code_table(field.code_table))
                unsure = field.code_table in UNSURE_CODE_TABLES
                _dictionary(notes, table, name, allowed, field.code_table, "COD-5" if unsure else "COD-4")
            elif name == "TDLYLX":
                _dictionary(notes, table, name, LAND_USE, "GB/T 21010", "COD-4")
            elif name == "QLXZ":
                _dictionary(notes, table, name, {*HOMESTEAD_NATURES}, "权利性质", "COD-52")
            elif name == "YHZGX":
                _dictionary(notes, table, name, RELATIONS, "GB/T 4761", "COD-4")


def _dictionary(notes: Notes, table: Table, name: str, allowed: set[str], book: str, code: str) -> None:
    _unknown(notes, table, name, book, code, lambda value: value.decode("utf-8", "replace") in allowed)


def _unknown(notes: Notes, table: Table, name: str, book: str, code: str, sound: Callable[[bytes], bool]) -> None:
    different, which = distinct(table.text[name])
    unknown = [i for i, value in enumerate(different.tolist()) if value and not sound(value)]
    if unknown:
        notes.rows(code, table, np.flatnonzero(np.isin(which, unknown)), name, book=book)


def in_dictionary(value: bytes, book: str) -> bool:
    """Whether a value is in one of the standard's code lists."""
    return value.decode("utf-8", "replace") in code_table(book)


def cod_6_value_is_there(survey: Survey, notes: Notes) -> None:
    """COD-6: what a right cannot be registered without is filled in. NY/T 2539 tables, mark M."""
    for kind, names in ESSENTIAL.items():
        table = survey.table(kind)
        for name in names.split():
            if name not in table.fields:
                continue
            empty = ~known(table.amounts[name]) if name in table.amounts else ~filled(table.column(name))
            if name in table.unreadable:
                empty[[row for row, _ in table.unreadable[name]]] = False
            if name == "CYZJHM":
                empty &= table.column("CYZJLX") == b"1"
            if name in table.amounts or name in table.text:
                notes.rows("COD-6", table, np.flatnonzero(empty), name)


def cod_8_code_is_of_this_county(survey: Survey, notes: Notes) -> None:
    """COD-8: codes begin with this county's digits, today's or those it had when they were made. standards.md 1."""
    county = survey.county.encode()
    for kind in ("FBF", "CBF", "CBHT", "CBJYQZDJB", "DK", "ZJD", "ZJQY", "CJQY", "XJQY", "XJXZQ"):
        table = survey.table(kind)
        strange = filled(table.key) & (prefix(survey.today(table.key), 6) != county)
        notes.rows("COD-8", table, np.flatnonzero(strange), KEY[kind], county=survey.county)


def cod_9_village_is_known(survey: Survey, notes: Notes) -> None:
    """COD-32: the township in an issuer's code is a division of today. COD-9: so is the village; villages are founded and
    merged faster than the divisions are renewed, so note it only: no batch of it is opened before it has a name (REG-28)."""
    table = survey.table("FBF")
    if not survey.villages or not table.rows:
        return
    village = prefix(survey.today(table.key), 12)
    unknown = [
        row for row in np.flatnonzero(lengths(table.key) == 14).tolist()
        if not (plain(village[row]) in survey.villages or _of_a_township(plain(village[row]), survey.villages))
    ]  # fmt: skip
    townships = {code[:9] for code in survey.villages}
    strange = [row for row in unknown if plain(village[row])[:9] not in townships]
    other = [row for row in unknown if plain(village[row])[:9] in townships]
    for code, rows in (("COD-32", strange), ("COD-9", other)):
        notes.rows(code, table, np.array(rows, dtype=np.intp), "FBFBM", lambda row: {
            "village": plain(village[row]), "township": plain(village[row])[:9]})  # fmt: skip


def _of_a_township(village: str, villages: Collection[str]) -> bool:
    """Whether the village's digits are noughts, as of what a township holds itself."""
    return village.endswith("000") and any(code.startswith(village[:9]) for code in villages)


def cod_13_feature_code_fits_its_layer(survey: Survey, notes: Notes) -> None:
    """COD-13: YSDM is the layer's feature code. NY/T 2539, feature codes."""
    for table in survey.tables.values():
        feature_code(table, notes)


def feature_code(table: Table, notes: Notes, subjects: Callable[[], Bytes] | None = None) -> None:
    """COD-13 of one layer: the first row that has another code, and how many have. subjects: what rows are about, where
    the table does not say; not asked where nothing is wrong."""
    field = TABLES[table.kind].fields.get("YSDM")
    if field is not None and field.rule and "YSDM" in table.text:
        codes = table.text["YSDM"]
        wrong = np.flatnonzero(filled(codes) & (codes != field.rule.encode()))
        if wrong.size:
            notes.rows(
                "COD-13", table, wrong[:1], "YSDM", subject=subjects and subjects(), wanted=field.rule, count=len(wrong)
            )


def cod_14_feature_number_stands_once(survey: Survey, notes: Notes) -> None:
    """COD-14: BSM is a positive number that stands once in a layer. NY/T 2539."""
    for table in survey.tables.values():
        feature_number(table, notes)


def feature_number(table: Table, notes: Notes, subjects: Callable[[], Bytes] | None = None) -> None:
    """COD-14 of one layer, on the first row. subjects: as in `feature_code`."""
    if "BSM" not in table.amounts:
        return
    numbers = table.amounts["BSM"]
    usable = np.sort(numbers[known(numbers) & (numbers > 0)])
    again = usable[1:][usable[1:] == usable[:-1]]
    missing = table.rows - len(usable)
    if again.size or missing:
        listed = "、".join(str(number) for number in (np.unique(again)[:5] // 100).tolist())
        values = {"again": len(again), "missing": missing, "numbers": f" ({listed})" if listed else ""}
        first = (
            np.flatnonzero(numbers == again[0])[1]
            if again.size
            else np.flatnonzero(~known(numbers) | (numbers <= 0))[0]
        )
        subject = table.subject(int(first), subjects and subjects())
        notes.add(Finding("COD-14", "BSM", {**values, "row": int(first) + 1}, table.kind, subject))


def cod_17_number_is_a_number(survey: Survey, notes: Notes) -> None:
    """COD-17: a number is a number, whole where things are counted, no greater than any county's, and greater than nothing
    where the standard says so. NY/T 2539 domains."""
    for table in survey.tables.values():
        for name, field in TABLES[table.kind].fields.items():
            _unreadable(notes, table, name)
            if name in table.amounts and name != "BSM":
                amounts = table.amounts[name]
                bad = known(amounts) & _no_amount(amounts, table.kind, field)
                notes.rows("COD-17", table, np.flatnonzero(bad), name, lambda row, a=amounts: {"given": shown(a[row])})


def _unreadable(notes: Notes, table: Table, name: str) -> None:
    """COD-30: numbers with thousands separators, said once. COD-27: words where a number may be missing too. COD-17: else."""
    given = table.unreadable.get(name, [])
    grouped = [entry for entry in given if GROUPED.fullmatch(entry[1])]
    if grouped:
        values = {
            "column": name,
            "count": len(grouped),
            "given": grouped[0][1],
            "first": table.subject(grouped[0][0]),
        }
        notes.add(Finding("COD-30", name, values, table.kind, table.subject(grouped[0][0])))
    code = "COD-27" if name in MAY_BE_MISSING.get(table.kind, ()) else "COD-17"
    for row, text in given:
        if not GROUPED.fullmatch(text):
            notes.rows(code, table, np.array([row]), name, given=text)


def _no_amount(amounts: Ints, kind: str, field: Field) -> Mask:
    """Which numbers, in hundredths, no row of this column can have."""
    most = MOST_COUNTED if field.type == "Int" else MOST_MU if field.name.endswith("MJM") else MOST_M2
    bad = np.abs(amounts) > most
    if field.type == "Int":
        bad |= amounts % 100 != 0
    if field.name not in MAY_BE_ANY:
        essential = field.name in ESSENTIAL.get(kind, "").split() or (
            field.rule == ">0" and field.required == "mandatory"
        )
        bad |= (amounts <= 0) if essential else (amounts < 0)
    return np.asarray(bad)


def cod_18_unit_code_has_its_form(survey: Survey, notes: Notes) -> None:
    """COD-18: a real-estate unit is land parcel, kind of fixture and its serial, 28 signs in all. standards.md 1."""
    table = survey.table("ZJD")
    codes = table.column("BDCDYH")
    kind_of_fixture = np.isin(signs(codes, 19, 20), (b"F", b"L", b"Q", b"W"))
    bad = filled(codes) & ~(has_form(codes, "d12A2d5A1d8") & kind_of_fixture)
    notes.rows("COD-18", table, np.flatnonzero(bad), "BDCDYH", lambda row: {"length": len(plain(codes[row]))})


def cod_28_homestead_has_a_unit_code(survey: Survey, notes: Notes) -> None:
    """COD-28: a homestead without the code of its real-estate unit can be surveyed but not registered; said once. HS-5."""
    table = survey.table("ZJD")
    bare = np.flatnonzero(~filled(table.column("BDCDYH")))
    if bare.size:
        values = {"count": len(bare), "first": table.subject(int(bare[0]))}
        notes.add(Finding("COD-28", "BDCDYH", values, "ZJD", table.subject(int(bare[0]))))


def cod_21_homestead_is_a_homestead_parcel(survey: Survey, notes: Notes) -> None:
    """COD-21: a homestead's land code has the kind JC. standards.md 1."""
    table = survey.table("ZJD")
    codes = table.column("ZDDM")
    other = has_form(codes, "d12A2d5") & (signs(codes, 12, 14) != b"JC")
    notes.rows("COD-21", table, np.flatnonzero(other), "ZDDM", lambda row: {"kind": plain(codes[row])[12:14]})


RULES: tuple[SurveyRule, ...] = (
    cod_1_code_has_its_form, cod_2_code_begins_with_its_parent, cod_3_code_stands_once,
    cod_4_value_is_in_its_dictionary, cod_6_value_is_there, cod_8_code_is_of_this_county, cod_9_village_is_known,
    cod_13_feature_code_fits_its_layer, cod_14_feature_number_stands_once, cod_17_number_is_a_number, cod_18_unit_code_has_its_form,
    cod_21_homestead_is_a_homestead_parcel, cod_28_homestead_has_a_unit_code,
)  # fmt: skip
