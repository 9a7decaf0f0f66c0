"""The same restriction is not laid twice on a right, and an objection that lapsed is not heard again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.registry import lapses
from landreg.registry.rules.requests import Assignment, Identified, Release, RestrictionAsked
from tests.registry_kit import (
    BANK,
    Connection,
    applied,
    booked,
    codes,
    of_household,
    one,
    pass_days,
    put_paper,
    right_of,
    to_rights,
)
from tests.renewal_kit import today
from tests.villages import VILLAGE

LOAN = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同 31 号", Decimal(90000), whose=BANK)
ORDER = RestrictionAsked("seizure", "样本县人民法院", "2026陕0902执41号")
STRANGER = Identified("person", "", UUID(int=7))
OBJECTION = RestrictionAsked("objection", "异议人", "异议申请书 2026-11-29", lapse_days=15, whose=STRANGER)
SECOND = f"{VILLAGE}010002"
ACT = {"mortgage": "mortgage", "seizure": "seizure", "objection": "objection_entry", "advance_notice": "advance_notice"}


@pytest.fixture
def right(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    to_rights(registrar, reviewer, superuser, 2)
    return right_of(registrar)


def laid(registrar: Actor, reviewer: Actor, superuser: Connection, asked: RestrictionAsked, right: UUID) -> str:
    """A restriction through to the register; the number of its case."""
    case = applied(registrar, ACT[asked.kind], asked, right)
    booked(registrar, reviewer, superuser, case, ACT[asked.kind])
    return str(one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case))


def noted(registrar: Actor, number: str) -> set[str]:
    """The codes that were found about a registered case."""
    found = one(registrar, 'SELECT findings FROM registry."case" WHERE number = :number', number=number)
    return {finding["code"] for finding in found}


@pytest.mark.parametrize("asked", [LOAN, ORDER])
def test_the_same_one_is_refused_with_the_number_of_the_standing_one(
    asked: RestrictionAsked, right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    number = laid(registrar, reviewer, superuser, asked, right)
    again = replace(asked, basis=asked.basis.replace(" ", ""), amount=None if asked.amount is None else Decimal(1))
    with pytest.raises(Refused) as refused:
        applied(registrar, ACT[asked.kind], again, right)
    assert "RES-18" in codes(refused)
    assert any(found.values.get("number") == number for found in refused.value.findings)
    assert "RES-19" not in noted(registrar, number)
    other = laid(registrar, reviewer, superuser, replace(asked, basis="另一份 2 号"), right)
    assert "RES-19" in noted(registrar, other), "whether that is another debt, who reviews it sees"


@pytest.mark.parametrize(
    ("party", "basis"),
    [
        ("样本县人民法院", "(2026)陕0902执041号执行裁定书"),
        ("样本县人民法院", "2026陕0902执41"),
        ("样本市样本县人民法院", "2026陕0902执41号"),
    ],
)
def test_a_number_that_is_framed_otherwise_or_a_court_named_with_its_city_is_the_same(
    party: str, basis: str, right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    laid(registrar, reviewer, superuser, ORDER, right)
    with pytest.raises(Refused) as refused:
        applied(registrar, "seizure", replace(ORDER, party=party, basis=basis), right)
    assert "RES-18" in codes(refused)


@pytest.mark.parametrize(
    ("one_paper", "another"),
    [("民事裁定书", "执行裁定书"), ("2024-1-11", "2024-11-1"), ("合同1号、2号", "合同12号")],
)
def test_what_only_looks_alike_is_another_paper(
    one_paper: str, another: str, right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    laid(registrar, reviewer, superuser, replace(ORDER, basis=one_paper), right)
    assert "RES-19" in noted(registrar, laid(registrar, reviewer, superuser, replace(ORDER, basis=another), right))


def test_who_releases_a_debt_on_one_right_reads_on_which_others_it_lies(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """RES-20: of the same party by the same paper; not once it is released there too."""
    other = right_of(registrar, SECOND)
    for land in (right, other):
        laid(registrar, reviewer, superuser, LOAN, land)
    told = []
    for land in (right, other):
        mine = one(
            registrar,
            "SELECT restriction_id FROM registry.restriction WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid)",
            r=land,
        )
        case = applied(registrar, "mortgage_release", Release(mine, "结清证明"), land)
        booked(registrar, reviewer, superuser, case, "mortgage_release")
        number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case)
        told.append("RES-20" in noted(registrar, number))
    assert told == [True, False]


def test_an_advance_notice_is_entered_once_on_its_contract(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    whose = of_household(registrar, SECOND)
    asked = RestrictionAsked(
        "advance_notice", "样本二", "预34", lapse_days=90, registrable_on=today(registrar), whose=whose
    )
    laid(registrar, reviewer, superuser, asked, right)
    with pytest.raises(Refused) as refused:
        applied(registrar, "advance_notice", asked, right)
    assert "RES-18" in codes(refused)


def test_one_person_s_objection_stands_alone_and_is_not_heard_again_once_it_lapsed(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor
) -> None:
    number = laid(registrar, reviewer, superuser, OBJECTION, right)
    other = replace(OBJECTION, basis="异议申请书 3")
    for asked in (OBJECTION, other):
        with pytest.raises(Refused) as beside:
            applied(registrar, "objection_entry", asked, right)
        assert "RES-15" in codes(beside)
    laid(
        registrar,
        reviewer,
        superuser,
        replace(other, party="另一人", whose=replace(STRANGER, party_id=UUID(int=8))),
        right,
    )
    pass_days(superuser, 20)
    lapses.work(worker)
    with pytest.raises(Refused) as again:
        applied(registrar, "objection_entry", OBJECTION, right)
    assert codes(again) == {"RES-16"}
    assert again.value.findings[0].values["number"] == number
    case = applied(registrar, "objection_entry", other, right)
    booked(registrar, reviewer, superuser, case, "objection_entry")
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert "RES-17" in {found["code"] for found in findings}


def test_an_objection_that_lapsed_on_land_that_joined_another_right_is_not_heard_again_there(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor
) -> None:
    """It lay on some parcels of that right alone; on another paper it is told."""
    laid(registrar, reviewer, superuser, OBJECTION, right)
    theirs, to = right_of(registrar, SECOND), of_household(registrar, SECOND).party_id
    case = applied(registrar, "assignment", Assignment(to, f"{SECOND}J", date(2026, 1, 5)), right)
    put_paper(registrar, case, "risk_statement")
    booked(registrar, reviewer, superuser, case, "assignment")
    pass_days(superuser, 20)
    lapses.work(worker)
    with pytest.raises(Refused) as again:
        applied(registrar, "objection_entry", OBJECTION, theirs)
    assert codes(again) == {"RES-16"}
    stranger = replace(OBJECTION, party="另一人", whose=replace(STRANGER, party_id=UUID(int=8)))
    laid(registrar, reviewer, superuser, stranger, theirs)
    assert "RES-17" in noted(
        registrar, laid(registrar, reviewer, superuser, replace(OBJECTION, basis="异议申请书 3"), theirs)
    )


def test_who_moved_up_as_another_lapsed_and_withdrew_is_heard_again_on_the_same_paper(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor
) -> None:
    laid(registrar, reviewer, superuser, OBJECTION, right)
    pass_days(superuser, 10)
    second = replace(OBJECTION, party="另一人", whose=replace(STRANGER, party_id=UUID(int=8)))
    laid(registrar, reviewer, superuser, second, right)
    pass_days(superuser, 8)
    assert lapses.work(worker) == 1
    stands = (
        "SELECT restriction_id FROM registry.restriction WHERE rank = 1 AND upper_inf(recorded) AND upper_inf(valid)"
    )
    withdrawn = Release(one(registrar, stands), "异议人申请注销")
    booked(
        registrar, reviewer, superuser, applied(registrar, "objection_release", withdrawn, right), "objection_release"
    )
    pass_days(superuser, 1)
    case = applied(registrar, "objection_entry", second, right)
    booked(registrar, reviewer, superuser, case, "objection_entry")
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert "RES-17" not in {found["code"] for found in findings}
    with pytest.raises(Refused) as again:
        applied(registrar, "objection_entry", OBJECTION, right)
    assert codes(again) == {"RES-16"}
