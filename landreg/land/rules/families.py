"""REL: families that can hardly be as they are told. Nothing is refused for them: they are looked at again. GB/T 4761."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from landreg.core.codes import masked_name
from landreg.land.rules.facts import Bytes, Ints, Mask, Notes, Survey, SurveyRule, Table, plain, signs
from landreg.land.rules.index import distinct
from landreg.land.rules.persons import HEAD, UNSAID, cells, number

ONESELF = (b"01", b"1", b"0")
SPOUSE = (b"10", b"11", b"12")
SEXES = (b"1", b"2")
DOWN = {
    1: (*(b"2%d" % n for n in range(7)), *(b"3%d" % n for n in range(7))), 2: (b"41", b"42", b"43", b"44"),
    -1: (b"51", b"52"), -2: (b"61", b"62", b"63", b"64"),
}  # fmt: skip
"""Generations from the head down to relatives by birth. By marriage and adoption anybody may be of any age."""
STEPS = {relation: steps for steps, relations in DOWN.items() for relation in relations}
PARENT_YEARS = 14
"""Nobody is a parent at a lesser age."""


@dataclass(frozen=True)
class _Family:
    """The members and, of each, the row of the one head of the household, -1 where there is none or more than one."""

    members: Table
    relation: Bytes
    head: Ints


def _family(survey: Survey) -> _Family:
    households, members = survey.table("CBF"), survey.table("CBF_JTCY")
    relation = members.column("YHZGX")
    at = households.index("CBFBM").find(members.column("CBFBM"))
    head = np.full(households.rows + 1, -1, dtype=np.int64)
    for told in (ONESELF, HEAD):
        rows = np.flatnonzero((at >= 0) & np.isin(relation, told))
        counted = np.bincount(at[rows], minlength=households.rows + 1)
        head[at[rows]] = rows
        head[counted > 1] = -1
    return _Family(members, relation, head[at])


def rel_39_head_has_one_spouse(survey: Survey, notes: Notes) -> None:
    """REL-39: one head has one spouse. 民法典 1041."""
    households, members = survey.table("CBF"), survey.table("CBF_JTCY")
    at = households.index("CBFBM").find(members.column("CBFBM"))
    spouses = np.bincount(at[(at >= 0) & np.isin(members.column("YHZGX"), SPOUSE)], minlength=households.rows)
    notes.rows("REL-39", households, np.flatnonzero(spouses > 1), "CBFBM", lambda row: {"spouses": spouses[row].item()})


def rel_40_spouses_are_man_and_woman(survey: Survey, notes: Notes) -> None:
    """REL-40: a head's spouse has not the head's sex. 民法典 1046."""
    family = _family(survey)
    sex = family.members.column("CYXB")
    alike = (family.head >= 0) & np.isin(family.relation, SPOUSE) & np.isin(sex, SEXES) & (sex == sex[family.head])
    notes.rows("REL-40", family.members, np.flatnonzero(alike), "CYXB", lambda row: {
        "name": masked_name(plain(family.members.column("CYXM")[row]))})  # fmt: skip


def rel_41_parents_are_older(survey: Survey, notes: Notes) -> None:
    """REL-41: parents are at least PARENT_YEARS older than their children by birth, grandparents twice that, by the days of
    birth in their citizen IDs. GB 11643."""
    family = _family(survey)
    members = family.members
    different, which = distinct(family.relation)
    down = np.array([STEPS.get(relation, 0) for relation in different.tolist()], dtype=np.int64)[which]
    born, told = _born(members)
    kin = np.flatnonzero((down != 0) & (family.head >= 0) & told & told[family.head])
    head, generations = family.head[kin], np.abs(down[kin])
    years = np.sign(down[kin]) * (born[kin] - born[head]) // 10_000
    near = kin[years < PARENT_YEARS * generations]
    notes.rows("REL-41", members, near, "YHZGX", lambda row: {
        "name": masked_name(plain(members.column("CYXM")[row])), "year": born[row].item() // 10_000,
        "head_year": born[family.head[row]].item() // 10_000, "least": PARENT_YEARS * abs(down[row].item())})  # fmt: skip


def _born(members: Table) -> tuple[Ints, Mask]:
    """The day of birth in each member's citizen ID as a number such as 19700101, and of whom there is one."""
    days = cells(signs(members.column("CYZJHM"), 6, 14), 8).astype(np.int64) - ord("0")
    told = np.isin(members.column("CYZJLX"), UNSAID) & ((days >= 0) & (days <= 9)).all(axis=1)
    return number(days, 0, 8), np.asarray(told)


RULES: tuple[SurveyRule, ...] = (
    rel_39_head_has_one_spouse, rel_40_spouses_are_man_and_woman, rel_41_parents_are_older,
)  # fmt: skip
