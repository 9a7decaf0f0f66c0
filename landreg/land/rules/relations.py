"""REL: what one table says of another, looked at from both sides. Source: NY/T 2539; standards.md 2, 8, 9."""

from __future__ import annotations

import numpy as np

from gis.nyt2539 import TABLES
from landreg.core.codes import masked_name
from landreg.core.errors import Finding
from landreg.land.rules.facts import (
    Bytes,
    Notes,
    Survey,
    SurveyRule,
    Table,
    filled,
    joined,
    lengths,
    plain,
    prefix,
)  # fmt: skip
from landreg.land.rules.index import CodeIndex

CONTRACTED = (b"10", b"")
"""Kinds of a parcel that is contracted, or may be: where the kind is blank nothing says that it is not."""
HOUSEHOLD_OF = ("CBHT", "CBDKXX", "CBJYQZDJB", "LZHT", "CBF_JTCY")
ISSUER_OF = (("DK", "DKBM"), ("CBF", "CBFBM"), ("CBHT", "FBFBM"), ("CBDKXX", "FBFBM"), ("CBJYQZDJB", "FBFBM"))
POINTED_TO = {"LZHT": ("CBDKXX", "LZHTBM")}
"""A table that a package may lack, to the table and column that point to it."""
OF_A_CERTIFICATE = ("CBJYQZ", "CBJYQZ_QZBF", "CBJYQZ_QZHF", "CBJYQZ_QZZX", "QSLYZLFJ")


def _dangling(notes: Notes, code: str, table: Table, column: str, wanted: Bytes, there: CodeIndex) -> None:
    """Note each code that a column names and that is not there: once, with how many rows name it and the first."""
    rows = np.flatnonzero(filled(wanted) & (there.find(wanted) < 0))
    if not rows.size:
        return
    missing, first, counts = np.unique(wanted[rows], return_index=True, return_counts=True)
    for value, at, count in zip(missing, first.tolist(), counts.tolist(), strict=True):
        row = int(rows[at])
        values = {
            "given": plain(value),
            "count": count,
            "first": plain(table.key[row]),
            "row": row + 1,
            "column": column,
        }
        notes.add(Finding(code, column, values, table.kind, plain(value)))


def rel_1_contracted_parcel_has_a_shape(survey: Survey, notes: Notes) -> None:
    """REL-1: a parcel in a contract is in the parcel layer."""
    table = survey.table("CBDKXX")
    _dangling(notes, "REL-1", table, "DKBM", table.key, survey.table("DK").index("DKBM"))


def rel_2_parcel_has_a_contract(survey: Survey, notes: Notes) -> None:
    """REL-2: a parcel of the kind "contracted" (C.7, 10), or of none that is told, is in a contract."""
    table = survey.table("DK")
    links = survey.table("CBDKXX")
    if links.rows and "DKLB" in table.fields:
        lone = np.isin(table.column("DKLB"), CONTRACTED) & (links.index("DKBM").find(table.key) < 0)
        notes.rows("REL-2", table, np.flatnonzero(lone & filled(table.key)), "DKBM")


def rel_3_contract_of_a_parcel_is_there(survey: Survey, notes: Notes) -> None:
    """REL-3: the contract that a parcel names is in the table of contracts."""
    table = survey.table("CBDKXX")
    _dangling(notes, "REL-3", table, "CBHTBM", table.column("CBHTBM"), survey.table("CBHT").index("CBHTBM"))


def rel_4_contract_has_parcels(survey: Survey, notes: Notes) -> None:
    """REL-4: a contract has parcels."""
    table = survey.table("CBHT")
    bare = filled(table.key) & (survey.table("CBDKXX").index("CBHTBM").find(table.key) < 0)
    notes.rows("REL-4", table, np.flatnonzero(bare), "CBHTBM")


def rel_5_household_is_there(survey: Survey, notes: Notes) -> None:
    """REL-5: the household that a row names is in the table of contractors."""
    there = survey.table("CBF").index("CBFBM")
    for kind in HOUSEHOLD_OF:
        table = survey.table(kind)
        _dangling(notes, "REL-5", table, "CBFBM", table.column("CBFBM"), there)


def rel_6_issuer_is_there(survey: Survey, notes: Notes) -> None:
    """REL-6: the issuer that a code names or begins with is in the table of issuers."""
    there = CodeIndex(survey.today(survey.table("FBF").key))
    for kind, column in ISSUER_OF:
        table = survey.table(kind)
        codes = table.column(column)
        named = np.where(lengths(codes) >= 14, prefix(codes, 14), b"")
        missing = np.flatnonzero(filled(named) & (there.find(survey.today(named)) < 0))
        if missing.size:
            rest = np.zeros(len(named), dtype=named.dtype)
            rest[missing] = named[missing]
            _dangling(notes, "REL-6", table, column, rest, CodeIndex(rest[:0]))


def rel_7_household_has_a_contract(survey: Survey, notes: Notes) -> None:
    """REL-7: a farm household in the survey has a contract, or a homestead."""
    table = survey.table("CBF")
    contracts, homesteads = survey.table("CBHT").index("CBFBM"), survey.table("ZJD").index("CBFBM")
    lone = (contracts.find(table.key) < 0) & (homesteads.find(table.key) < 0) & (table.column("CBFLX") == b"1")
    notes.rows("REL-7", table, np.flatnonzero(lone & filled(table.key)), "CBFBM")


def rel_15_parcel_is_under_one_contract(survey: Survey, notes: Notes) -> None:
    """REL-15: a parcel is under one contract at a time. 民法典 331; CT-2."""
    table = survey.table("CBDKXX")
    contracts, households = table.column("CBHTBM"), table.column("CBFBM")
    later, earlier = table.index("DKBM").again()
    for row, first in zip(later.tolist(), earlier.tolist(), strict=True):
        if contracts[row] != contracts[first] or households[row] != households[first]:
            notes.rows("REL-15", table, np.array([row]), "DKBM", contracts=joined({contracts[first], contracts[row]}),
                       households=joined({households[first], households[row]}))  # fmt: skip


def rel_16_register_entry_has_a_contract(survey: Survey, notes: Notes) -> None:
    """REL-16: a register entry has the code of a contract. standards.md 1."""
    table = survey.table("CBJYQZDJB")
    if survey.has("CBHT"):
        lone = filled(table.key) & (survey.table("CBHT").index("CBHTBM").find(table.key) < 0)
        notes.rows("REL-16", table, np.flatnonzero(lone), "CBJYQZBM")


def rel_17_contract_has_a_register_entry(survey: Survey, notes: Notes) -> None:
    """REL-17: a contract has its register entry, where the package has a register."""
    table = survey.table("CBHT")
    if survey.table("CBJYQZDJB").rows:
        lone = filled(table.key) & (survey.table("CBJYQZDJB").index("CBJYQZBM").find(table.key) < 0)
        notes.rows("REL-17", table, np.flatnonzero(lone), "CBHTBM")


def rel_18_rows_of_one_contract_agree(survey: Survey, notes: Notes) -> None:
    """REL-18: household, issuer and way of contracting are the same wherever a contract is spoken of."""
    contracts = survey.table("CBHT")
    if not contracts.rows:
        return
    for kind, link, column, there in (
        ("CBDKXX", "CBHTBM", "CBFBM", "CBFBM"), ("CBDKXX", "CBHTBM", "FBFBM", "FBFBM"),
        ("CBDKXX", "CBHTBM", "CBJYQQDFS", "CBFS"), ("CBJYQZDJB", "CBJYQZBM", "CBFBM", "CBFBM"),
        ("CBJYQZDJB", "CBJYQZBM", "FBFBM", "FBFBM"), ("CBJYQZDJB", "CBJYQZBM", "CBFS", "CBFS"),
        ("LZHT", "CBHTBM", "CBFBM", "CBFBM"),
    ):  # fmt: skip
        table = survey.table(kind)
        at = contracts.index("CBHTBM").find(table.column(link))
        here, other = table.column(column), contracts.column(there)[at]
        bad = (at >= 0) & filled(here) & filled(other) & (here != other)
        notes.rows("REL-18", table, np.flatnonzero(bad), column, lambda row, t=table, o=other, n=link: {
            "contract": plain(t.column(n)[row]), "wanted": plain(o[row])})  # fmt: skip


def rel_19_certificate_has_a_register_entry(survey: Survey, notes: Notes) -> None:
    """REL-19: certificates, their reissue, replacement and cancellation, and papers belong to a register entry."""
    if survey.has("CBJYQZDJB"):
        there = survey.table("CBJYQZDJB").index("CBJYQZBM")
        for kind in OF_A_CERTIFICATE:
            table = survey.table(kind)
            _dangling(notes, "REL-19", table, "CBJYQZBM", table.key, there)
        links = survey.table("CBDKXX")
        _dangling(notes, "REL-19", links, "CBJYQZBM", links.column("CBJYQZBM"), there)


def rel_20_homestead_has_a_household(survey: Survey, notes: Notes) -> None:
    """REL-20: a homestead belongs to a household of the survey. 土地管理法 62."""
    table = survey.table("ZJD")
    household = table.column("CBFBM")
    lone = survey.table("CBF").index("CBFBM").find(household) < 0
    notes.rows("REL-20", table, np.flatnonzero(lone), "CBFBM")


def rel_21_household_has_one_homestead(survey: Survey, notes: Notes) -> None:
    """REL-21: one household, one homestead; a second one is looked into, not refused here. 土地管理法 62; HS-1."""
    table = survey.table("ZJD")
    later, earlier = table.index("CBFBM").again()
    first = dict(zip(later.tolist(), earlier.tolist(), strict=True))
    notes.rows("REL-21", table, later, "CBFBM", lambda row: {
        "homesteads": joined((table.key[first[row]], table.key[row]))}, subject=table.column("CBFBM"))  # fmt: skip


def rel_22_homestead_holder_is_of_the_household(survey: Survey, notes: Notes) -> None:
    """REL-22: the holder is the household's representative or one of its members."""
    table, households, members = survey.table("ZJD"), survey.table("CBF"), survey.table("CBF_JTCY")
    holder, household = table.column("QLRMC"), table.column("CBFBM")
    known = CodeIndex(np.concatenate((
        np.strings.add(households.key, households.column("CBFMC")), np.strings.add(members.key, members.column("CYXM")),
    )))  # fmt: skip
    there = households.index("CBFBM").find(household) >= 0
    bad = there & filled(holder) & (known.find(np.strings.add(household, holder)) < 0)
    notes.rows("REL-22", table, np.flatnonzero(bad), "QLRMC", lambda row: {
        "given": masked_name(plain(holder[row])), "household": plain(household[row])})  # fmt: skip


def rel_23_transfer_has_a_contract(survey: Survey, notes: Notes) -> None:
    """REL-23: a transfer belongs to a contract of the survey."""
    table = survey.table("LZHT")
    codes = table.column("CBHTBM")
    lone = filled(codes) & (survey.table("CBHT").index("CBHTBM").find(codes) < 0)
    notes.rows("REL-23", table, np.flatnonzero(lone), "CBHTBM")


def rel_24_transferee_is_known(survey: Survey, notes: Notes) -> None:
    """REL-24: who takes land in is in the table of contractors; one from elsewhere may not be, so note it only."""
    table = survey.table("LZHT")
    _dangling(notes, "REL-24", table, "SRFBM", table.column("SRFBM"), survey.table("CBF").index("CBFBM"))


def rel_25_transfer_of_a_parcel_is_there(survey: Survey, notes: Notes) -> None:
    """REL-25: the transfer that a parcel names is in the table of transfers."""
    table, transfers = survey.table("CBDKXX"), survey.table("LZHT")
    if transfers.rows:
        _dangling(notes, "REL-25", table, "LZHTBM", table.column("LZHTBM"), transfers.index("LZHTBM"))


def pkg_23_rows_that_others_name_are_there(survey: Survey, notes: Notes) -> None:
    """PKG-23: a table that the package lacks, or of which it has no row, is missed once where rows of others point to it."""
    for kind, (others, column) in POINTED_TO.items():
        named = np.flatnonzero(filled(survey.table(others).column(column)))
        if named.size and not survey.table(kind).rows:
            first = plain(survey.table(others).column(column)[named[0]])
            values = {"kind": kind, "name": TABLES[kind].name_zh, "count": len(named), "first": first}
            notes.add(Finding("PKG-23", column, values, kind, survey.table(others).subject(int(named[0]))))


def rel_26_transfer_has_parcels(survey: Survey, notes: Notes) -> None:
    """REL-26: a transfer has parcels that name it."""
    table = survey.table("LZHT")
    lone = filled(table.key) & (survey.table("CBDKXX").index("LZHTBM").find(table.key) < 0)
    notes.rows("REL-26", table, np.flatnonzero(lone), "LZHTBM")


def rel_27_transfer_and_its_parcels_are_of_one_contract(survey: Survey, notes: Notes) -> None:
    """REL-27: a transfer and the parcels that name it are under the same contract."""
    table, transfers = survey.table("CBDKXX"), survey.table("LZHT")
    if transfers.rows:
        at = transfers.index("LZHTBM").find(table.column("LZHTBM"))
        here, there = table.column("CBHTBM"), transfers.column("CBHTBM")[at]
        bad = (at >= 0) & filled(here) & filled(there) & (here != there)
        notes.rows("REL-27", table, np.flatnonzero(bad), "LZHTBM",
                   lambda row: {"contract": plain(here[row]), "wanted": plain(there[row])})  # fmt: skip


def rel_30_issuer_has_parcels(survey: Survey, notes: Notes) -> None:
    """REL-30: an issuer has parcels, where the package has any."""
    if not survey.has("DK"):
        return
    table, parcels = survey.table("FBF"), survey.table("DK")
    used = CodeIndex(np.unique(prefix(survey.today(parcels.key), 14)))
    lone = (lengths(table.key) == 14) & (used.find(survey.today(table.key)) < 0)
    notes.rows("REL-30", table, np.flatnonzero(lone), "FBFBM")


def rel_31_group_area_has_an_issuer(survey: Survey, notes: Notes) -> None:
    """REL-31: each group's area has its issuer, each issuer its group's area, where the package has such areas."""
    areas, issuers = survey.table("ZJQY"), survey.table("FBF")
    if areas.rows and issuers.rows:
        _lone(survey, notes, areas, issuers)
        _lone(survey, notes, issuers, areas)


def _lone(survey: Survey, notes: Notes, here: Table, there: Table) -> None:
    lone = (lengths(here.key) == 14) & (CodeIndex(survey.today(there.key)).find(survey.today(here.key)) < 0)
    lone &= ~np.strings.endswith(here.key, b"00")  # a village's own issuer has no group's area
    notes.rows("REL-31", here, np.flatnonzero(lone), None, other=there.kind)


def rel_32_transfer_is_to_another(survey: Survey, notes: Notes) -> None:
    """REL-32: nobody transfers land to themselves."""
    table = survey.table("LZHT")
    same = filled(table.column("SRFBM")) & (table.column("SRFBM") == table.column("CBFBM"))
    notes.rows("REL-32", table, np.flatnonzero(same), "SRFBM")


def rel_33_contracted_parcel_is_of_that_kind(survey: Survey, notes: Notes) -> None:
    """REL-33: a parcel in a contract has the kind "contracted" (C.7, 10), not reserve or private plot."""
    table, parcels = survey.table("CBDKXX"), survey.table("DK")
    if parcels.rows:
        at = parcels.index("DKBM").find(table.key)
        kind = parcels.column("DKLB")[at]
        bad = (at >= 0) & filled(kind) & (kind != b"10")
        notes.rows("REL-33", table, np.flatnonzero(bad), "DKBM", lambda row: {"kind": plain(kind[row])})


RULES: tuple[SurveyRule, ...] = (
    rel_1_contracted_parcel_has_a_shape, rel_2_parcel_has_a_contract, rel_3_contract_of_a_parcel_is_there,
    rel_4_contract_has_parcels, rel_5_household_is_there, rel_6_issuer_is_there, rel_7_household_has_a_contract,
    rel_15_parcel_is_under_one_contract, rel_16_register_entry_has_a_contract, rel_17_contract_has_a_register_entry,
    rel_18_rows_of_one_contract_agree, rel_19_certificate_has_a_register_entry, rel_20_homestead_has_a_household,
    rel_21_household_has_one_homestead, rel_22_homestead_holder_is_of_the_household, rel_23_transfer_has_a_contract,
    rel_24_transferee_is_known, pkg_23_rows_that_others_name_are_there,
    rel_25_transfer_of_a_parcel_is_there, rel_26_transfer_has_parcels,
    rel_27_transfer_and_its_parcels_are_of_one_contract, rel_30_issuer_has_parcels, rel_31_group_area_has_an_issuer,
    rel_32_transfer_is_to_another, rel_33_contracted_parcel_is_of_that_kind,
)  # fmt: skip
