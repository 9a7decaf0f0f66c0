"""TER: terms of contracts, register entries and transfers. Source: 农村土地承包法 21, 38; standards.md 8 and 9."""

from __future__ import annotations

import re

import numpy as np

from landreg.land.rules.facts import Bytes, Days, Ints, Mask, Notes, Survey, SurveyRule, Table, plain, signs

TERMS = (
    ("CBHT", "CBQXQ", "CBQXZ"), ("CBJYQZDJB", "CBQXQ", "CBQXZ"), ("LZHT", "LZQXKSRQ", "LZQXJSRQ"),
)  # fmt: skip
BY_HOUSEHOLD = (b"110", b"100")
"""Ways of contracting (C.10) to which the law's terms apply; other ways have the term that is agreed."""
DAY = np.timedelta64(1, "D")
SAID = re.compile(r"(\d+)\s*(年|个?月)")


def _both(table: Table, start: str, end: str) -> tuple[Days, Days, Mask]:
    first, last = table.day(start), table.day(end)
    return first, last, ~np.isnat(first) & ~np.isnat(last)


def ter_1_term_runs_forward(survey: Survey, notes: Notes) -> None:
    """TER-1: a term ends after it begins."""
    for kind, start, end in TERMS:
        table = survey.table(kind)
        first, last, both = _both(table, start, end)
        notes.rows("TER-1", table, np.flatnonzero(both & (last < first)), end,
                   lambda row, f=first, e=last: {"start": str(f[row]), "end": str(e[row])})  # fmt: skip


def ter_2_term_is_the_law_s(survey: Survey, notes: Notes) -> None:
    """TER-2: a household's contract is no longer than the law's term for its land; TER-3: a shorter one is lengthened on
    request, so note it only. A term that names its last day as the day of its end is not too long: CT-1 takes it.
    农村土地承包法 21; 承包纠纷解释 7."""
    kinds = _land(survey)
    least, most = _law_years(notes)
    for kind, start, end in TERMS[:2]:
        table = survey.table(kind)
        way = table.column("CBFS")
        first, last, both = _both(table, start, end)
        lands = kinds.get(kind, np.zeros(table.rows, dtype=np.int64))
        asked = both & (last >= first) & (np.isin(way, BY_HOUSEHOLD) | (way == b""))
        longest, shortest = most[lands], least[lands]
        too_long = asked & (last > _years_on(first, longest))
        too_short = asked & (last < _years_on(first, shortest) - DAY)
        for code, bad, years in (("TER-2", too_long, longest), ("TER-3", too_short, shortest)):
            notes.rows(code, table, np.flatnonzero(bad), end, lambda row, f=first, e=last, y=years: {
                "start": str(f[row]), "end": str(e[row]), "years": y[row].item()})  # fmt: skip


ARABLE, GRASS, FOREST = 0, 1, 2


def _law_years(notes: Notes) -> tuple[Ints, Ints]:
    """Least and most years of the law, by kind of land."""

    def years(*names: str) -> Ints:
        return np.array([notes.law.days("CT-1.term_years", name) for name in names], dtype=np.int64)

    return years("arable", "grassland_least", "forest_least"), years("arable", "grassland_most", "forest_most")


def _land(survey: Survey) -> dict[str, Ints]:
    """The kind of land of each contract and register row: that of its parcel with the longest term."""
    parcels, links = survey.table("DK"), survey.table("CBDKXX")
    if not parcels.rows or not links.rows:
        return {}
    group = signs(parcels.column("TDLYLX"), 0, 2)
    land = np.select([group == b"03", group == b"04"], [FOREST, GRASS], ARABLE)
    at = parcels.index("DKBM").find(links.column("DKBM"))
    made = {}
    for kind, key, link in (("CBHT", "CBHTBM", "CBHTBM"), ("CBJYQZDJB", "CBJYQZBM", "CBJYQZBM")):
        table = survey.table(kind)
        owner = table.index(key).find(links.column(link))
        both = (owner >= 0) & (at >= 0)
        made[kind] = np.zeros(table.rows, dtype=np.int64)
        np.maximum.at(made[kind], owner[both], land[at[both]])
    return made


def _years_on(days: Days, years: Ints) -> Days:
    """The same day so many years on; 29 February becomes 1 March."""
    month = days.astype("datetime64[M]")
    into = (days - month.astype("datetime64[D]")).astype(np.int64)
    return np.asarray(
        (month + (years * 12).astype("timedelta64[M]")).astype("datetime64[D]") + into.astype("timedelta64[D]")
    )


def ter_4_contract_is_signed_within_its_term(survey: Survey, notes: Notes) -> None:
    """TER-4: a contract or transfer is signed before its term is over."""
    for kind, signed, end in (("CBHT", "QDSJ", "CBQXZ"), ("LZHT", "HTQDRQ", "LZQXJSRQ")):
        table = survey.table(kind)
        on, last, both = _both(table, signed, end)
        notes.rows("TER-4", table, np.flatnonzero(both & (on > last)), signed,
                   lambda row, o=on, e=last: {"signed": str(o[row]), "end": str(e[row])})  # fmt: skip


def ter_9_contract_is_signed(survey: Survey, notes: Notes) -> None:
    """TER-9: a contract whose signing has still to come, by the register's own day, is none yet. 农村土地承包法 22, 23."""
    table, today = survey.table("CBHT"), np.datetime64(notes.law.on, "D")
    notes.rows("TER-9", table, np.flatnonzero(_to_sign(table, today)), "QDSJ", today=str(today))


def ter_8_contract_has_begun(survey: Survey, notes: Notes) -> None:
    """TER-8: a contract whose term has still to begin may be an extension that was signed ahead; signed many years ahead it may be
    a wrong year, so note it only. 农村土地承包法 22, 23."""
    table, today = survey.table("CBHT"), survey.today_is(notes.law.on)
    signed, (first, last, _) = table.day("QDSJ"), _both(table, "CBQXQ", "CBQXZ")
    made = np.where(np.isnat(signed), today, signed)
    ahead = np.full(table.rows, notes.law.days("TER-8.ahead_years"), dtype=np.int64)
    to_begin = (
        ~np.isnat(first)
        & (first > today)
        & ~(last < first)
        & ~_to_sign(table, np.datetime64(notes.law.on, "D"))
        & (first > _years_on(made, ahead))
    )
    notes.rows("TER-8", table, np.flatnonzero(to_begin), "CBQXQ",
               lambda row: {"start": str(first[row])}, today=str(today))  # fmt: skip


def ter_12_term_still_runs(survey: Survey, notes: Notes) -> None:
    """TER-12: the term of a contract that would be registered is over by the register's own day. 农村土地承包法 21."""
    table, today = survey.table("CBHT"), np.datetime64(notes.law.on, "D")
    first, last, both = _both(table, "CBQXQ", "CBQXZ")
    notes.rows(
        "TER-12",
        table,
        np.flatnonzero(both & (first <= last) & (last < today)),
        "CBQXZ",
        lambda row: {"end": str(last[row])},
        today=str(today),
    )


def _to_sign(table: Table, today: np.datetime64) -> Mask:
    """Contracts that are signed after today."""
    signed = table.day("QDSJ")
    return np.asarray(~np.isnat(signed) & (signed > today))


def ter_5_transfer_is_within_its_contract(survey: Survey, notes: Notes) -> None:
    """TER-5: a transfer neither begins before nor ends after its contract. 农村土地承包法 38."""
    table, contracts = survey.table("LZHT"), survey.table("CBHT")
    if not contracts.rows:
        return
    at = contracts.index("CBHTBM").find(table.column("CBHTBM"))
    first, last, both = _both(table, "LZQXKSRQ", "LZQXJSRQ")
    start, end = contracts.day("CBQXQ")[at], contracts.day("CBQXZ")[at]
    outside = (last > end) | (first < start)
    bad = (at >= 0) & both & ~np.isnat(start) & ~np.isnat(end) & (end >= start) & outside
    notes.rows("TER-5", table, np.flatnonzero(bad), "LZQXJSRQ", lambda row: {
        "start": str(first[row]), "end": str(last[row]), "contract_start": str(start[row]),
        "contract_end": str(end[row]), "contract": plain(table.column("CBHTBM")[row])})  # fmt: skip


def ter_6_register_has_the_contract_s_term(survey: Survey, notes: Notes) -> None:
    """TER-6: the register entry has the term of its contract."""
    table, contracts = survey.table("CBJYQZDJB"), survey.table("CBHT")
    if not contracts.rows:
        return
    at = contracts.index("CBHTBM").find(table.column("CBJYQZBM"))
    first, last, both = _both(table, "CBQXQ", "CBQXZ")
    start, end = contracts.day("CBQXQ")[at], contracts.day("CBQXZ")[at]
    bad = (at >= 0) & both & ~np.isnat(start) & ~np.isnat(end) & ((first != start) | (last != end))
    notes.rows("TER-6", table, np.flatnonzero(bad), "CBQXZ", lambda row: {
        "start": str(first[row]), "end": str(last[row]), "contract_start": str(start[row]),
        "contract_end": str(end[row])})  # fmt: skip


def ter_7_term_in_words_is_that_of_its_days(survey: Survey, notes: Notes) -> None:
    """TER-7: "30年" is what the two days say, to the month."""
    for kind, words, start, end in (
        ("CBJYQZDJB", "CBQX", "CBQXQ", "CBQXZ"), ("LZHT", "LZQX", "LZQXKSRQ", "LZQXJSRQ"),
    ):  # fmt: skip
        table = survey.table(kind)
        first, last, both = _both(table, start, end)
        months = ((last + DAY).astype("datetime64[M]") - first.astype("datetime64[M]")).astype(np.int64)
        said = _months(table.column(words))
        bad = both & (last >= first) & (said > 0) & (np.abs(said - months) > 1)
        notes.rows("TER-7", table, np.flatnonzero(bad), words,
                   lambda row, f=first, e=last: {"start": str(f[row]), "end": str(e[row])})  # fmt: skip


def _months(words: Bytes) -> Ints:
    made = np.zeros(len(words), dtype=np.int64)
    for row, value in enumerate(words.tolist()):
        match = SAID.fullmatch(value.decode("utf-8", "replace"))
        if match:
            made[row] = int(match[1]) * (12 if match[2] == "年" else 1)
    return made


RULES: tuple[SurveyRule, ...] = (
    ter_1_term_runs_forward, ter_2_term_is_the_law_s, ter_4_contract_is_signed_within_its_term,
    ter_5_transfer_is_within_its_contract, ter_6_register_has_the_contract_s_term,
    ter_7_term_in_words_is_that_of_its_days, ter_9_contract_is_signed, ter_8_contract_has_begun,
    ter_12_term_still_runs,
)  # fmt: skip
