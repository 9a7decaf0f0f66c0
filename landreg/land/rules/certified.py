"""COD, REL: what would come to stand wrongly on a certificate: the dead, a contract's letter, issuers and certificates of one
name or number, neighbours that are left out. Source: NY/T 2539; standards.md 1, 2, 5."""

from __future__ import annotations

import numpy as np

from gis.nyt2539 import code_table
from landreg.core.codes import masked_name
from landreg.core.errors import Finding
from landreg.land.rules.facts import Notes, Survey, SurveyRule, filled, joined, lengths, plain, signs
from landreg.land.rules.persons import FAMILY, HEAD, NOT_SHARING
from landreg.land.rules.plausible import NEIGHBOURS
from landreg.land.rules.uses import contracted

DEAD = next(code for code, word in code_table("C.18").items() if word == "去世").encode()
OTHER_WAYS = (b"120", b"121", b"122", b"123", b"129")
"""Ways of contracting (C.10) other than by households."""
BY_HOUSEHOLD, BY_OTHERS = b"J", b"Q"


def rel_42_the_dead_hold_no_right(survey: Survey, notes: Notes) -> None:
    """REL-42: a member whom the package itself calls dead (CYBZ 7, C.18) neither stands for the household nor shares its right;
    REL-43: nor is a member any more, which is noted only. 农村土地承包法 16; 民法典 13."""
    members, households = survey.table("CBF_JTCY"), survey.table("CBF")
    dead = np.flatnonzero(members.column("CYBZ") == DEAD)
    if not dead.size:
        return
    number = members.column("CYZJHM")[dead]
    at = households.index("CBFBM").find(members.column("CBFBM")[dead])
    stands = (at >= 0) & filled(number) & (households.column("CBFZJHM")[at] == number)
    stands |= np.isin(members.column("YHZGX")[dead], HEAD)
    holds = stands | (members.column("SFGYR")[dead] != NOT_SHARING)
    for code, rows in (("REL-42", dead[holds]), ("REL-43", dead[~holds])):
        notes.rows(code, members, rows, "CYBZ", lambda row: {"name": masked_name(plain(members.column("CYXM")[row]))})


def cod_45_contract_code_says_who_contracts(survey: Survey, notes: Notes) -> None:
    """COD-45: a contract's code ends in J under household contracting, and in another letter under other ways. COD-46: that letter
    is Q as far as is known, so another one is noted only. standards.md 1."""
    table = survey.table("CBHT")
    letter, way = signs(table.key, 18, 19), table.column("CBFS")
    coded = (lengths(table.key) == 19) & filled(letter)
    family, others = way == FAMILY, np.isin(way, OTHER_WAYS)
    wrong = coded & ((family & (letter != BY_HOUSEHOLD)) | (others & (letter == BY_HOUSEHOLD)))
    strange = coded & filled(way) & ~family & ~np.isin(letter, (BY_HOUSEHOLD, BY_OTHERS))
    for code, rows in (("COD-45", wrong), ("COD-46", strange)):
        notes.rows(code, table, np.flatnonzero(rows), "CBHTBM", lambda row: {
            "letter": plain(letter[row]), "way": plain(way[row])})  # fmt: skip


def cod_47_parcel_has_four_neighbours(survey: Survey, notes: Notes) -> None:
    """COD-47: of a contracted parcel none of the four neighbours is left out, for the certificate names them. Where all four are,
    COD-43 and COD-44 say so. NY/T 2539, DKDZ to DKBZ."""
    table = survey.table("DK")
    blank = {name: ~filled(table.column(name)) for name in NEIGHBOURS if name in table.fields}
    if not blank:
        return
    some = np.logical_or.reduce([*blank.values()])
    if len(blank) == len(NEIGHBOURS):
        some &= ~np.logical_and.reduce([*blank.values()])
    rows = np.flatnonzero(some)
    rows = rows[contracted(survey)[rows]] if rows.size else rows
    notes.rows("COD-47", table, rows, None, lambda row: {
        "columns": "、".join(name for name, none in blank.items() if none[row])})  # fmt: skip


def cod_48_issuer_has_a_name_of_its_own(survey: Survey, notes: Notes) -> None:
    """COD-48: no two issuers have one name, by which a certificate calls them; said once a name."""
    _shared(survey, notes, "COD-48", "FBF", "FBFMC")


def cod_49_certificate_has_a_number_of_its_own(survey: Survey, notes: Notes) -> None:
    """COD-49: no two register entries have one certificate number; said once a number. Some write a mark where there is none, so
    note it only."""
    _shared(survey, notes, "COD-49", "CBJYQZDJB", "CBJYQZLSH")


def _shared(survey: Survey, notes: Notes, code: str, kind: str, name: str) -> None:
    """Note each value of a column that stands in rows of different codes: with how many, and the first of them."""
    table = survey.table(kind)
    again: dict[int, list[str]] = {}
    for row, first in zip(*(rows.tolist() for rows in table.index(name).again()), strict=True):
        if table.key[row] != table.key[first]:
            again.setdefault(first, []).append(plain(table.key[row]))
    for first, others in again.items():
        values = {"given": table.quoted(name, first), "count": len(others) + 1, "row": first + 1, "column": name,
                  "others": joined(code.encode() for code in others)}  # fmt: skip
        notes.add(Finding(code, name, values, kind, table.subject(first)))


RULES: tuple[SurveyRule, ...] = (
    rel_42_the_dead_hold_no_right, cod_45_contract_code_says_who_contracts, cod_47_parcel_has_four_neighbours,
    cod_48_issuer_has_a_name_of_its_own, cod_49_certificate_has_a_number_of_its_own,
)  # fmt: skip
