"""COD-10 to COD-12, COD-19, COD-20 and the household's part of REL: identity numbers, members, households."""

from __future__ import annotations

import numpy as np

from landreg.core.codes import masked_id, masked_name, uscc_fault
from landreg.land.rules.facts import (
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
)  # fmt: skip
from landreg.land.rules.index import CodeIndex

CITIZEN, UNIT, OTHER = b"1", b"3", b"9"
BY_UNIT, BY_PERSON = b"3", b"2"
"""Kinds of contractor (C.16): an organisation, one person."""
UNSAID = (CITIZEN, b"")
NUMBERS = (
    ("FBF", "FZRZJLX", "FZRZJHM"), ("CBF", "CBFZJLX", "CBFZJHM"), ("CBF_JTCY", "CYZJLX", "CYZJHM"),
    ("CBJYQZ", "QZLQRZJLX", "QZLQRZJHM"), ("CBJYQZ_QZBF", "BFLQRZJLX", "BFLQRZJHM"),
    ("CBJYQZ_QZHF", "HFLQRZJLX", "HFLQRZJHM"),
)  # fmt: skip
"""Every column that names a person or a unit: table, kind of paper (C.15), number."""
WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), dtype=np.int64)
CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
MONTHS = np.array((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), dtype=np.int64)
HEAD = (b"02", b"2")
FAMILY, NOT_SHARING = b"110", b"2"
"""Way of contracting (C.11) by a household; a member (C.3) who has no share in the right."""


def cod_10_citizen_id_is_sound(survey: Survey, notes: Notes) -> None:
    """COD-10 check digit, COD-19 shape, COD-20 day of birth: a citizen ID by GB 11643. Its first six digits name the
    county at the time of issue and are not looked up (standards.md 1). A paper of no stated kind is taken for an ID."""
    for kind, paper, number in NUMBERS:
        table = survey.table(kind)
        numbers = table.column(number)
        asked = filled(numbers) & np.isin(table.column(paper), UNSAID)
        shape, birth, check = id_faults(numbers, notes)
        for code, bad in (("COD-19", shape), ("COD-20", birth), ("COD-10", check)):
            notes.rows(code, table, np.flatnonzero(asked & bad), number,
                       lambda row, n=numbers: {"given": masked_id(plain(n[row]))})  # fmt: skip


def id_faults(numbers: Bytes, notes: Notes) -> tuple[Mask, Mask, Mask]:
    """Of citizen IDs: wrong shape; sound shape but no day of birth; sound day but wrong check digit."""
    signs = cells(numbers, 18)
    digits = signs.astype(np.int64) - ord("0")
    shape = (lengths(numbers) == 18) & ((digits[:, :17] >= 0) & (digits[:, :17] <= 9)).all(axis=1)
    shape &= ((digits[:, 17] >= 0) & (digits[:, 17] <= 9)) | (signs[:, 17] == ord("X"))
    check = CHECKS[(np.where(shape[:, None], digits[:, :17], 0) * WEIGHTS).sum(axis=1) % 11] == signs[:, 17]
    year, month, day = (number(digits, *span) for span in ((6, 10), (10, 12), (12, 14)))
    leap = (month == 2) & (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = np.where((month >= 1) & (month <= 12), MONTHS[np.clip(month - 1, 0, 11)] + leap, 0)
    today = notes.law.on
    past = year * 10000 + month * 100 + day <= today.year * 10000 + today.month * 100 + today.day
    birth = (day >= 1) & (day <= last) & past & (year >= 1800)
    return ~shape, shape & ~birth, shape & birth & ~check


def number(digits: Ints, first: int, last: int) -> Ints:
    """Of each row of digits some as one number."""
    made = np.zeros(len(digits), dtype=np.int64)
    for place in range(first, last):
        made = made * 10 + digits[:, place]
    return made


def cells(text: Bytes, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """The bytes of each value, nought behind its end."""
    made = np.zeros((len(text), width), dtype=np.uint8)
    have = min(text.dtype.itemsize, width)
    if len(text):
        made[:, :have] = np.ascontiguousarray(text).view(np.uint8).reshape(len(text), -1)[:, :have]
    return made


def cod_11_credit_code_is_sound(survey: Survey, notes: Notes) -> None:
    """COD-11: a unit's paper number of 18 signs is a unified social credit code with its check sign; so it is where the paper of a
    contractor that is a unit is of no kind. GB 32100."""
    for kind, paper, number in NUMBERS:
        table = survey.table(kind)
        numbers, papers = table.column(number), table.column(paper)
        units = papers == UNIT
        if kind == "CBF":
            of_no_kind = (table.column("CBFLX") == BY_UNIT) & np.isin(papers, (b"", OTHER)) & (lengths(numbers) == 18)
            units |= of_no_kind & np.logical_or.reduce(id_faults(numbers, notes))
        asked = np.flatnonzero(units & filled(numbers))
        # Units registered before 2015 still show an organisation code of nine signs.
        bad = [row for row in asked.tolist() if len(numbers[row]) not in (9, 10) and uscc_fault(plain(numbers[row]))]
        notes.rows("COD-11", table, np.array(bad, dtype=np.intp), number)


def cod_25_paper_suits_the_contractor(survey: Survey, notes: Notes) -> None:
    """COD-25: a household or a person is not known by a unit's paper; a unit may be by its representative's. C.15, C.16."""
    table = survey.table("CBF")
    bad = np.isin(table.column("CBFLX"), (b"1", b"2")) & (table.column("CBFZJLX") == UNIT)
    notes.rows("COD-25", table, np.flatnonzero(bad), "CBFZJLX", lambda row: {"kind": plain(table.column("CBFLX")[row])})


def cod_12_sex_agrees_with_the_id(survey: Survey, notes: Notes) -> None:
    """COD-12: the sex of a member is that of the 17th digit of the ID. GB 11643; GB/T 2261.1."""
    table = survey.table("CBF_JTCY")
    numbers, sex = table.column("CYZJHM"), table.column("CYXB")
    sound = np.isin(table.column("CYZJLX"), UNSAID) & ~np.logical_or.reduce(id_faults(numbers, notes))
    by_id = np.where(cells(numbers, 18)[:, 16] % 2 == 1, b"1", b"2")
    bad = sound & np.isin(sex, (b"1", b"2")) & (sex != by_id)
    notes.rows("COD-12", table, np.flatnonzero(bad), "CYXB", lambda row: _person(table, row))


def _person(table: Table, row: int) -> dict[str, str]:
    return {
        "name": masked_name(plain(table.column("CYXM")[row])), "number": masked_id(plain(table.column("CYZJHM")[row])),
    }  # fmt: skip


def rel_8_household_has_members(survey: Survey, notes: Notes) -> None:
    """REL-8: a farm household has members; the household holds the right, its members equally. 农村土地承包法 16."""
    households, counted = _counted(survey)
    farm = households.column("CBFLX") != b"3"
    farm &= households.column("CBFLX") != b"2"
    notes.rows("REL-8", households, np.flatnonzero(farm & (counted == 0)), "CBFBM")


def rel_9_member_count_is_right(survey: Survey, notes: Notes) -> None:
    """REL-9: CBFCYSL is the number of rows in CBF_JTCY. NY/T 2539."""
    households, counted = _counted(survey)
    said = households.amount("CBFCYSL")
    bad = known(said) & (said != counted * 100) & (counted > 0)
    notes.rows("REL-9", households, np.flatnonzero(bad), "CBFCYSL",
               lambda row: {"given": said[row].item() // 100, "counted": counted[row].item()})  # fmt: skip


def _counted(survey: Survey) -> tuple[Table, Ints]:
    """The households, and how many member rows each has; a code that stands twice has its members in both rows."""
    households, members = survey.table("CBF"), survey.table("CBF_JTCY")
    there = households.index("CBFBM")
    rows = there.find(members.column("CBFBM"))
    counted = np.bincount(rows[rows >= 0], minlength=households.rows).astype(np.int64)
    first = there.find(households.key)
    return households, np.where(first >= 0, counted[first], 0)


def rel_10_person_is_in_one_household(survey: Survey, notes: Notes) -> None:
    """REL-10: one person, one household; REL-11: and once in it. A person is told by the ID alone (domain.md, item 8)."""
    members = survey.table("CBF_JTCY")
    numbers, households = members.column("CYZJHM"), members.column("CBFBM")
    later, earlier = CodeIndex(numbers).again()
    elsewhere: dict[int, int] = {}
    for row, first in zip(later.tolist(), earlier.tolist(), strict=True):
        if households[row] == households[first]:
            notes.rows("REL-11", members, np.array([row]), "CYZJHM",
                       lambda r: {**_person(members, r), "given": masked_id(plain(numbers[r]))})  # fmt: skip
        else:
            elsewhere.setdefault(first, row)
            elsewhere[row] = first
    notes.rows("REL-10", members, np.array(sorted(elsewhere), dtype=np.intp), "CYZJHM", lambda row: {
        **_person(members, row), "given": masked_id(plain(numbers[row])), "other": plain(households[elsewhere[row]])})  # fmt: skip


def rel_12_representative_speaks_for_one_household(survey: Survey, notes: Notes) -> None:
    """REL-12: a person represents one household."""
    table = survey.table("CBF")
    numbers = table.column("CBFZJHM")
    later, earlier = CodeIndex(np.where(table.column("CBFZJLX") == CITIZEN, numbers, b"")).again()
    codes = table.column("CBFBM")
    first = dict(zip(later.tolist(), earlier.tolist(), strict=True))
    rows = np.array([row for row in later.tolist() if codes[row] != codes[first[row]]], dtype=np.intp)
    notes.rows("REL-12", table, rows, "CBFZJHM",
               lambda row: {"given": masked_id(plain(numbers[row])), "other": plain(codes[first[row]])})  # fmt: skip


def rel_13_household_has_one_head(survey: Survey, notes: Notes) -> None:
    """REL-13: one member is the head: relation 02 (GB/T 4761), or 01 where the list is told from the person."""
    households, counted = _counted(survey)
    members = survey.table("CBF_JTCY")
    relation = members.column("YHZGX")
    at = households.index("CBFBM").find(members.column("CBFBM"))
    heads = np.bincount(at[(at >= 0) & np.isin(relation, HEAD)], minlength=households.rows)
    selves = np.bincount(at[(at >= 0) & np.isin(relation, (b"01", b"1", b"0"))], minlength=households.rows)
    first = households.index("CBFBM").find(households.key)
    bad = (counted > 0) & (first == np.arange(households.rows)) & (np.where(heads > 0, heads, selves) != 1)
    notes.rows("REL-13", households, np.flatnonzero(bad), "CBFBM", lambda row: {"heads": heads[row].item()})


def rel_14_representative_is_a_member(survey: Survey, notes: Notes) -> None:
    """REL-14: who represents a farm household is one of its members."""
    households, counted = _counted(survey)
    members = survey.table("CBF_JTCY")
    pairs = CodeIndex(np.strings.add(members.column("CBFBM"), members.column("CYZJHM")))
    numbers = households.column("CBFZJHM")
    there = pairs.find(np.strings.add(households.column("CBFBM"), numbers)) >= 0
    bad = (counted > 0) & filled(numbers) & (households.column("CBFZJLX") == CITIZEN) & ~there
    rows: Rows = np.flatnonzero(bad)
    notes.rows("REL-14", households, rows, "CBFZJHM", lambda row: {
        "given": masked_id(plain(numbers[row])), "name": masked_name(plain(households.column("CBFMC")[row]))})  # fmt: skip


def rel_34_representative_has_the_member_s_name(survey: Survey, notes: Notes) -> None:
    """REL-34: who has the representative's number among the members has that name too. REL-35: of one without a number
    some member has the name. REL-36: whose number is then the one that is missing."""
    households, counted = _counted(survey)
    members = survey.table("CBF_JTCY")
    numbers, names = households.column("CBFZJHM"), households.column("CBFMC")
    by_number = CodeIndex(_pairs(members.column("CBFBM"), members.column("CYZJHM")))
    at = by_number.find(_pairs(households.column("CBFBM"), numbers))
    told = (at >= 0) & filled(numbers) & filled(names) & filled(members.column("CYXM")[at])
    rows = np.flatnonzero(told & (names != members.column("CYXM")[at]))
    other = [row for row in rows.tolist() if _closed_up(names[row]) != _closed_up(members.column("CYXM")[at[row]])]
    notes.rows("REL-34", households, np.array(other, dtype=np.intp), "CBFMC", lambda row: {
        "name": masked_name(plain(names[row])), "given": masked_id(plain(numbers[row])),
        "member": masked_name(plain(members.column("CYXM")[at[row]]))})  # fmt: skip
    by_name = CodeIndex(_pairs(members.column("CBFBM"), members.column("CYXM")))
    unnumbered = (counted > 0) & ~filled(numbers) & filled(names) & (households.column("CBFLX") == b"1")
    at = by_name.find(_pairs(households.column("CBFBM"), names))
    known = (at >= 0) & filled(members.column("CYZJHM")[at])
    for code, rows, field in (("REL-35", unnumbered & (at < 0), "CBFMC"), ("REL-36", unnumbered & known, "CBFZJHM")):
        notes.rows(code, households, np.flatnonzero(rows), field,
                   lambda row: {"given": masked_name(plain(names[row])), "name": masked_name(plain(names[row]))})  # fmt: skip


def rel_37_family_contract_is_a_household_s(survey: Survey, notes: Notes) -> None:
    """REL-37: under a family contract some member of the household has a share; REL-38: it is no unit. REL-44: it is no
    single person either. 农村土地承包法 16."""
    households, counted = _counted(survey)
    contracts, members = survey.table("CBHT"), survey.table("CBF_JTCY")
    held = CodeIndex(np.unique(contracts.column("CBFBM")[contracts.column("CBFS") == FAMILY]))
    contracted = filled(households.key) & (held.find(households.key) >= 0)
    sharing = CodeIndex(np.unique(members.column("CBFBM")[members.column("SFGYR") != NOT_SHARING]))
    unit = households.column("CBFLX") == UNIT
    none = contracted & ~unit & (counted > 0) & (sharing.find(households.key) < 0)
    notes.rows("REL-37", households, np.flatnonzero(none), "CBFBM", lambda row: {"counted": counted[row].item()})
    notes.rows("REL-38", households, np.flatnonzero(contracted & unit), "CBFLX")
    by_household = (contracts.column("CBFS") == FAMILY) | np.strings.endswith(contracts.key, b"J")
    alone = CodeIndex(households.key[households.column("CBFLX") == BY_PERSON])
    of_one = by_household & (alone.find(contracts.column("CBFBM")) >= 0)
    notes.rows(
        "REL-44",
        contracts,
        np.flatnonzero(of_one),
        "CBFBM",
        lambda row: {"holder": plain(contracts.column("CBFBM")[row])},
    )


def _pairs(households: Bytes, values: Bytes) -> Bytes:
    return np.asarray(np.strings.add(households, values))


def _closed_up(name: bytes) -> str:
    """A name without blanks, which some write between its signs."""
    return "".join(plain(name).split())


RULES: tuple[SurveyRule, ...] = (
    cod_10_citizen_id_is_sound, cod_11_credit_code_is_sound, cod_25_paper_suits_the_contractor,
    cod_12_sex_agrees_with_the_id, rel_8_household_has_members,
    rel_9_member_count_is_right, rel_10_person_is_in_one_household, rel_12_representative_speaks_for_one_household,
    rel_13_household_has_one_head, rel_14_representative_is_a_member,
    rel_34_representative_has_the_member_s_name, rel_37_family_contract_is_a_household_s,
)  # fmt: skip
