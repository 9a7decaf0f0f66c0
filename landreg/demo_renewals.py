"""Renewals in the sample's year: one village is renewed, another's roster is on notice when the demo opens; an objection lapses.

Resumable: each part looks at how far its roster is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from landreg.access.service import SYSTEM
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.demo_year import Office
from landreg.law.book import act_type
from landreg.registry import booking, documents, queries
from landreg.registry import roster_queries as read
from landreg.registry.casework import applications, cases, notices
from landreg.registry.issued import certificates
from landreg.registry.renewal import roster_cases, rosters
from landreg.registry.roster_model import Roster
from landreg.registry.rules.requests import Identified, RestrictionAsked

RENEWED = ("61090210420501", "61090210420502")
ON_NOTICE = "61090210420201"
OBJECTED = "61090210420301"
OBJECTOR = ("样本异议人", "610900197001010011")
MONTH, MONTH_OF_OBJECTION = 8, 6
WINDOW = rosters.Asked(date(2027, 1, 1), date(2027, 12, 31))
STEP = 100
UNDER_AGE = "登记簿人数含未成年人 {} 人，成员大会只计成年成员"


@dataclass(frozen=True)
class Tools:
    """What the renewals of the demo need beside the office: the press, and the sealing of the log."""

    press: certificates.Press
    seal: Callable[[], Any]


def publish(office: Office, *collectives: str) -> None:
    """Take the rosters of collectives to the notice board."""
    for code in collectives:
        roster = _roster(office, code) or _drawn(office, code)
        if roster.state == "drawn":
            roster_cases.open_cases(office.registrar, office.county, roster.renewal_id)
        for states, step in (("draft", cases.accept), ("accepted", cases.review)):
            actor = office.registrar if step is cases.accept else office.reviewer
            ids = _ids(office, code, states)
            for first in range(0, len(ids), STEP):
                step(actor, office.county, ids[first : first + STEP])
        if ids := _ids(office, code, "reviewed"):
            notices.publish(office.registrar, office.county, ids, f"{roster.collective}延包名册公示", office.board)


def renew(office: Office, tools: Tools) -> None:
    """The members decided: the contracts are renewed, and the certificates replaced."""
    for code in RENEWED:
        roster = _roster(office, code)
        if roster is None:
            return
        if roster.state == "opened":
            _decide(office, roster)
        if ids := _ids(office, code, "noticed"):
            # One alone that a rule stops is raised; it stays where it is, as it would among others.
            with suppress(Refused):
                booking.register(office.reviewer, office.county, ids)
        if ids := _ids(office, code, "registered"):
            tools.seal()
            certificates.issue(office.registrar, office.county, ids, tools.press)


def object_once(office: Office) -> None:
    """An objection is entered on one right; nobody sues, and after fifteen days it lapses."""
    with unit_of_work(SYSTEM) as uow:
        found = uow.session.execute(text(_RIGHT), {"county": office.county, "within": OBJECTED}).one_or_none()
    if found is None:
        return
    person = applications.person_of(office.registrar, *OBJECTOR)
    whose = Identified("person", "", person)
    asked = RestrictionAsked("objection", OBJECTOR[0], "异议登记申请书", whose=whose)
    case = applications.apply_on_right(office.registrar, office.county, found.right_id, "objection_entry", asked)
    with unit_of_work(office.registrar) as uow:
        for paper in act_type("objection_entry").documents:
            stored = _stored(office, "异议材料.txt")
            documents.enter(
                uow, county=office.county, village=found.village, sha256=stored.sha256, size=stored.size, kind=paper,
                name=stored.name, cases=[case],
            )  # fmt: skip
    cases.accept(office.registrar, office.county, [case])
    cases.review(office.reviewer, office.county, [case])
    booking.register(office.reviewer, office.county, [case])


def _drawn(office: Office, code: str) -> Roster:
    rosters.draw_up(office.registrar, office.county, code, WINDOW, _stored(office, "延包方案样本.txt"))
    roster = _roster(office, code)
    assert roster is not None  # noqa: S101  (drawn up just now)
    with unit_of_work(SYSTEM) as uow:
        first = read.entries(uow.session, roster, aside=False)[0]
    rosters.put_aside(
        office.registrar, office.county, roster.renewal_id, [first.right_id], "boundary_open", "西至与邻户待现场核实"
    )
    return roster


def _decide(office: Office, roster: Roster) -> None:
    with unit_of_work(SYSTEM) as uow:
        persons = read.persons_counted(uow.session, office.county, roster.collective_id)
        today = beijing_day(uow.now)
    grown = persons * 7 // 10
    minutes, others = _stored(office, "成员大会记录样本.txt"), UNDER_AGE.format(persons - grown)
    vote = rosters.Vote(grown, grown * 9 // 10, grown * 8 // 10, today, minutes, others)
    rosters.decide(office.registrar, office.county, roster.renewal_id, vote)


def _roster(office: Office, code: str) -> Roster | None:
    with unit_of_work(SYSTEM) as uow:
        found = read.rosters_statement().where(Roster.county == office.county, Roster.collective_code == code)
        roster: Roster | None = uow.session.scalars(found.limit(1)).one_or_none()
        return roster


def _ids(office: Office, code: str, *states: str) -> list[UUID]:
    roster = _roster(office, code)
    if roster is None or roster.batch_id is None:
        return []
    with unit_of_work(SYSTEM) as uow:
        return queries.case_ids(uow.session, office.county, roster.batch_id, *states)


def _stored(office: Office, name: str) -> rosters.Paper:
    content = f"样本材料 SAMPLE {name}\n".encode()
    return rosters.Paper(office.store.put_bytes(content), len(content), name)


# One that no other act of the year has touched; none where the objection was entered before.
_RIGHT = """
    SELECT r.right_id, r.village FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id
         AND upper_inf(h.recorded) AND upper_inf(h.valid)
    WHERE r.county = :county AND r.kind = 'contract_management' AND upper_inf(r.recorded) AND upper_inf(r.valid)
      AND h.code >= :within AND h.code < :within || '~'
      AND NOT EXISTS (SELECT FROM registry."case" AS c WHERE c.county = r.county AND c.household_code = h.code
                      AND c.act_kind <> 'first_registration')
      AND NOT EXISTS (SELECT FROM registry.act AS a WHERE a.county = r.county AND a.kind = 'objection_entry')
    ORDER BY h.code LIMIT 1
"""
