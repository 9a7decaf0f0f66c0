"""The steps of the desk as tests take them: a staged village to cases on notice, to rights, to a sealed log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.law.book import act_type
from landreg.registry import booking, documents, queries
from landreg.registry.casework import applications, cases, notices, opening, telling
from landreg.registry.rules.objections import TakenBack
from landreg.registry.rules.requests import Identified, Request
from tests.kept_kit import kept
from tests.villages import COUNTY, VILLAGE, Staged, stage_village

Connection = psycopg.Connection[tuple[Any, ...]]
HOUSEHOLD = f"{VILLAGE}010001"
BANK = Identified("organization", "91610902MA0000009A")
"""A creditor, as the register tells it from others of the name."""
NEIGHBOUR = Identified("person", "", UUID(int=7))
"""Somebody of no household."""
TOLD = {"RES-9", "RES-10"}
"""Notes on a seizure without a last day, or by a court that is not named in full."""


def codes(error: pytest.ExceptionInfo[Any]) -> set[str]:
    """The codes of what an error says."""
    return {finding.code for finding in error.value.findings}


def of_household(actor: Actor, code: str) -> Identified:
    """A household of the register, as a restriction says for whom it stands."""
    found = one(actor, "SELECT household_id FROM party.household WHERE code = :c AND upper_inf(recorded)", c=code)
    return Identified("household", code, found)


def in_state(actor: Actor, batch: UUID, *states: str) -> list[UUID]:
    """The cases of a batch in these states, in the order of their numbers."""
    with unit_of_work(actor) as uow:
        return queries.case_ids(uow.session, COUNTY, batch, *states)


def one(actor: Actor, statement: str, **values: Any) -> Any:
    """The first column of the first row that an actor's desk reads."""
    with unit_of_work(actor) as uow:
        return uow.session.execute(text(statement), values).scalar()


def by_word(actor: Actor) -> TakenBack:
    """An objector who came to the counter today to take the objection back."""
    return TakenBack("counter", one(actor, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date"))


def pass_days(superuser: Connection, days: int) -> None:
    """Let time pass: only a database with the demo marker has a clock that moves."""
    superuser.execute(
        "INSERT INTO system.demo AS demo (ahead) VALUES (make_interval(days => %s)) "
        "ON CONFLICT (marker) DO UPDATE SET ahead = demo.ahead + excluded.ahead",
        [days],
    )


def to_notice(
    registrar: Actor, reviewer: Actor, superuser: Connection, staged: Staged, village: str = VILLAGE
) -> list[UUID]:
    """The cases of a village, on a notice that has run its time."""

    def make() -> list[UUID]:
        batch = opening.open_batch(registrar, COUNTY, staged.package_id, village)
        ids = in_state(registrar, batch, "draft")
        cases.accept(registrar, COUNTY, ids)
        cases.review(reviewer, COUNTY, ids)
        notices.publish(registrar, COUNTY, ids, "首次登记公告")
        pass_days(superuser, 40)
        return ids

    return kept(superuser, ("notice", registrar, reviewer, staged, village), make)


def to_rights(
    registrar: Actor, reviewer: Actor, superuser: Connection, households: int = 2, **changed: Any
) -> list[UUID]:
    """The registered cases of a small village."""

    def make() -> list[UUID]:
        ids = to_notice(registrar, reviewer, superuser, stage_village(superuser, households, **changed))
        booking.register(reviewer, COUNTY, ids)
        return ids

    return kept(superuser, ("rights", registrar, reviewer, households, *sorted(changed.items())), make)


def state_of(actor: Actor, case: UUID) -> str:
    """The state of a case."""
    return str(one(actor, 'SELECT state FROM registry."case" WHERE case_id = :case', case=case))


def refuse(actor: Actor, county: str, case_ids: Sequence[UUID], reason: str) -> None:
    """Refuse registration because the right is disputed."""
    cases.refuse(actor, county, case_ids, reason, "disputed")


def right_of(actor: Actor, household: str = HOUSEHOLD, kind: str = "contract_management") -> UUID:
    """The right of a kind that a household holds today."""
    statement = """SELECT r.right_id FROM registry."right" AS r JOIN party.household AS h USING (county, household_id)
        WHERE h.code = :code AND r.kind = :kind AND upper_inf(r.recorded) AND upper_inf(r.valid) AND upper_inf(h.valid)
        AND upper_inf(h.recorded)"""
    found: UUID = one(actor, statement, code=household, kind=kind)
    return found


def put_papers(actor: Actor, case: UUID, kind: str, more: Sequence[str] = ()) -> None:
    """Every paper that an act asks for, and more, into the folder of its case."""
    _put(actor, case, (*act_type(kind).documents, *more))


def put_paper(actor: Actor, case: UUID, paper: str) -> None:
    """A paper into the folder of a case."""
    _put(actor, case, (paper,))


def put_proofs(actor: Actor, case: UUID) -> None:
    """Of each letter on an error the proof that it was delivered."""
    for letter in one(actor, f"SELECT array_agg(event_id) {_WRITTEN}", case=case):
        put_proof(actor, case, letter)


def put_proof(actor: Actor, case: UUID, letter: UUID) -> None:
    """The proof that one letter on an error was delivered."""
    _put(actor, case, ("delivery_proof",), letter)


_WRITTEN = "FROM registry.case_event WHERE case_id = :case AND step = 'tell'"


def _put(actor: Actor, case: UUID, papers: Sequence[str], letter: UUID | None = None) -> None:
    with unit_of_work(actor) as uow:
        for paper in papers:
            documents.enter(
                uow, county=COUNTY, village=VILLAGE, sha256="00" * 32, size=1, kind=paper, name=f"{paper}.pdf", cases=[case],
                letter=letter,
            )  # fmt: skip


def applied(actor: Actor, kind: str, asked: Request, right: UUID | None = None) -> UUID:
    """A case with its papers: on a right, or on the first household."""
    case = (
        applications.apply_on_household(actor, HOUSEHOLD, kind, asked)
        if right is None
        else applications.apply_on_right(actor, COUNTY, right, kind, asked)
    )
    put_papers(actor, case, kind)
    return case


def kind_of(actor: Actor, case: UUID) -> str:
    """The kind of act of a case: a correction's says who found the error."""
    return str(one(actor, 'SELECT act_kind FROM registry."case" WHERE case_id = :case', case=case))


def told_of_the_error(registrar: Actor, superuser: Connection, case: UUID) -> None:
    """Of an error that the office found: each party was written to, and has let the days pass in which they may apply."""
    telling.tell(registrar, COUNTY, case)
    put_proofs(registrar, case)
    pass_days(superuser, 60)


def booked(registrar: Actor, reviewer: Actor, superuser: Connection, case: UUID, kind: str) -> None:
    """From its acceptance to the register."""
    if kind_of(registrar, case) == "office_correction":
        told_of_the_error(registrar, superuser, case)
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    if act_type(kind_of(registrar, case)).notice:
        notices.publish(registrar, COUNTY, [case], "公告")
        pass_days(superuser, 40)
    booking.register(reviewer, COUNTY, [case])
