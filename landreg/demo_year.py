"""A year of acts on the sample, the same on every machine: what a county office does with its register after the first day.

Each month some households change, land is assigned, certificates are lost, courts and banks come; the clock of the demo moves
with them. Resumable: every planned case is known by the paper in its folder.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from landreg import demo_households, demo_operation, demo_parcels, demo_rest
from landreg.access.service import SYSTEM
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError, Refused
from landreg.law.book import act_type
from landreg.registry import booking, documents
from landreg.registry.casebook import Case
from landreg.registry.casework import applications, cases, notices
from landreg.registry.casework.parcel_applications import apply_on_parcel
from landreg.registry.documents import Store
from landreg.registry.facts.proposals import papers_of
from landreg.registry.issued.noticed import board
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    Reissue,
    Release,
    Request,
    RestrictionAsked,
)

MONTHS = 12
SEED = 20260701
# How many of each kind a month sees, in the order in which they are applied for.
MONTHLY = (
    ("household_change", 3),
    ("assignment", 1),
    ("mortgage", 1),
    ("seizure", 1),
    ("seizure_release", 1),
    ("mortgage_release", 1),
    ("reissue", 1),
    ("cancellation", 1),
)


@dataclass(frozen=True)
class Office:
    """Who works in the demo's office, and where its files lie. base_url: the address that its papers name."""

    county: str
    registrar: Actor
    reviewer: Actor
    store: Store
    base_url: str = ""

    @property
    def board(self) -> notices.Board:
        """What its public notices are put up with."""
        return board(self.store, self.base_url)


@dataclass(frozen=True)
class Planned:
    """One application of the plan: its place in it, and its kind."""

    place: int
    kind: str

    @property
    def act(self) -> str:
        """The kind of act: of those of the plan, some are the same act in another form."""
        return {**demo_rest.ACTS, **demo_operation.ACTS}.get(self.kind, self.kind)

    @property
    def paper(self) -> str:
        """The name of the paper by which its case is found again."""
        return f"样本材料{self.place:04d}.txt"


def plan() -> Iterator[list[Planned]]:
    """The applications of each month: those of every month, some on parcels, one more on a household in turn,
    and some on a cooperative's right."""
    place = 0
    for number in range(MONTHS):
        month = []
        among = [family.KINDS[number % len(family.KINDS)] for family in (demo_households, demo_rest)]
        among += [kind for at, kind in demo_operation.MONTHS.items() if at == number]
        for kind, count in (*MONTHLY, *((kind, 1) for kind in (*demo_parcels.kinds_of_month(number), *among))):
            for _ in range(count):
                place += 1
                month.append(Planned(place, kind))
        yield month


def do_month(office: Office, month: Sequence[Planned], pass_days: Callable[[int], None]) -> None:
    """Take a month's applications to the register.

    pass_days: moves the clock. What a rule refuses, another household having been there before, is left out of the plan.
    """
    done = _cases_of(office.county)
    ids = [done.get(item.paper) or _apply(office, item) for item in month]
    under_way = [case for case in ids if case is not None]
    _step(office.county, under_way, ("draft",), lambda some: cases.accept(office.registrar, office.county, some))
    pass_days(4)
    _step(office.county, under_way, ("accepted",), lambda some: cases.review(office.reviewer, office.county, some))
    noticed = _in(office.county, under_way, ("reviewed",), noticed=True)
    if noticed:
        notices.publish(office.registrar, office.county, noticed, "注销与证书遗失公告", office.board)
    _step(
        office.county,
        under_way,
        ("reviewed",),
        lambda some: booking.register(office.reviewer, office.county, some),
        noticed=False,
    )
    pass_days(26)
    _step(office.county, under_way, ("noticed",), lambda some: booking.register(office.reviewer, office.county, some))


def _apply(office: Office, item: Planned) -> UUID | None:
    try:
        case = _opened(office, item, random.Random(SEED + item.place))  # noqa: S311
    except LandregError:
        return None
    if case is not None:
        _hand_in(office, case, item)
    return case


def _opened(office: Office, item: Planned, chance: random.Random) -> UUID | None:
    """The case of an application; None where there is nobody to whom it could happen. Raises what a rule refuses."""
    if item.kind in demo_operation.KINDS:
        right = demo_operation.found(office.county)
        asked = None if right is None else demo_operation.asked_on(item.kind, right)
        return None if right is None or asked is None else _apply_on(office, item.act, right, asked)
    found = _subject(office.county, item.kind, chance)
    if found is None:
        return None
    if item.kind in demo_parcels.KINDS:
        drawing = demo_parcels.asked_on(office.county, item.kind, found["parcel"])
        return apply_on_parcel(office.registrar, drawing.parcels[0], item.kind, drawing)
    return _apply_on(office, item.act, found, _asked(office, item.kind, found, chance))


def _asked(office: Office, kind: str, found: Mapping[Any, Any], chance: random.Random) -> Request:
    """What a household, or the holder of a right, asks for."""
    if kind in demo_households.KINDS:
        return demo_households.asked_on(office.registrar, office.county, kind, found)
    if kind in demo_rest.ASKED:
        return demo_rest.asked_on(office.registrar, office.county, kind, found)
    if act_type(kind).on == "household":
        return demo_rest.household_change(office.registrar, office.county, found, chance)
    return _asked_monthly(kind, found)


def _apply_on(office: Office, kind: str, found: Mapping[Any, Any], asked: Request) -> UUID:
    if act_type(kind).on == "household":
        return applications.apply_on_household(office.registrar, found["code"], kind, asked)
    return applications.apply_on_right(office.registrar, office.county, found["right_id"], kind, asked)


def _hand_in(office: Office, case: UUID, item: Planned) -> None:
    content = f"样本材料 {item.place}\n".encode()
    sha256, size = office.store.put_bytes(content), len(content)
    with unit_of_work(office.registrar) as uow:
        row = uow.session.get_one(Case, {"county": office.county, "case_id": case})
        more = demo_households.MORE.get(item.kind, ())
        asked = papers_of(act_type(item.act), row.right_kind, row.subject_code, row.request)
        for paper in dict.fromkeys((*asked, *more)):
            documents.enter(
                uow, county=office.county, village=row.village, sha256=sha256, size=size, kind=paper, name=item.paper, cases=[case]
            )  # fmt: skip


def _subject(county: str, kind: str, chance: random.Random) -> Mapping[Any, Any] | None:
    """A household or right of the sample to which the act can happen, by chance."""
    released = kind.endswith("_release")
    asked = {"county": county, "kind": kind.removesuffix("_release")}
    with unit_of_work(SYSTEM) as uow:
        rows = (
            uow.session.execute(text(f"{_RESTRICTED if released else _RIGHTS} ORDER BY code"), asked).mappings().all()
        )
        for row in chance.sample(rows, len(rows)):
            if released:
                return row
            with_taker = {"county": county, "right": row["right_id"]}
            if found := uow.session.execute(text(_AROUND), with_taker).mappings().first():
                return {**row, **found}
    return None


def _asked_monthly(kind: str, found: Mapping[Any, Any]) -> Request:
    match kind:
        case "assignment":
            return Assignment(found["taker"], f"{found['taker_code']}J", found["today"] - timedelta(days=5))
        case "cancellation":
            return Cancellation("expropriation", (found["parcel"],))
        case "reissue":
            return Reissue("搬家时遗失")
        case "mortgage":
            return RestrictionAsked(
                "mortgage", "样本农村信用社", "抵押合同", Decimal("30000.00"), whose=demo_operation.BANK
            )
        case "seizure":
            return RestrictionAsked(
                "seizure", "样本人民法院", "协助执行通知书", until=found["today"] + timedelta(days=90)
            )
    return Release(found["restriction_id"], "解除通知书")


def _cases_of(county: str) -> dict[str, UUID]:
    with unit_of_work(SYSTEM) as uow:
        rows = uow.session.execute(text(_PLANNED), {"county": county}).all()
    return {row.name: row.case_id for row in rows}


def _in(county: str, ids: Sequence[UUID], states: tuple[str, ...], noticed: bool | None = None) -> list[UUID]:
    """Those of the cases that are in one of the states; of acts with a notice, or without, where that is asked."""
    with unit_of_work(SYSTEM) as uow:
        asked = {"county": county, "ids": list(ids), "states": list(states)}
        rows = uow.session.execute(text(_STATES), asked).all()
    return [row.case_id for row in rows if noticed is None or (act_type(row.act_kind).notice is not None) is noticed]


def _step(
    county: str,
    ids: Sequence[UUID],
    states: tuple[str, ...],
    step: Callable[[list[UUID]], object],
    noticed: bool | None = None,
) -> None:
    if waiting := _in(county, ids, states, noticed):
        # One case alone that a rule stops is raised; it stays where it is, as it would among others.
        with suppress(Refused):
            step(waiting)


def months_done(county: str) -> int:
    """How many months of the plan are behind: those before the last one that has a case, and it too where none is open."""
    cases_of = _cases_of(county)
    begun = [n for n, month in enumerate(plan(), 1) if any(item.paper in cases_of for item in month)]
    if not begun:
        return 0
    last = [cases_of[item.paper] for item in list(plan())[begun[-1] - 1] if item.paper in cases_of]
    return begun[-1] - bool(_in(county, last, ("draft", "accepted", "reviewed", "noticed")))


def awaiting(county: str) -> list[UUID]:
    """The cases that are registered and wait for a certificate: those of the plan, and exits and renewals beside it."""
    with unit_of_work(SYSTEM) as uow:
        return list(uow.session.execute(text(_AWAITING), {"county": county}).scalars())


_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_RIGHTS = f"""
    SELECT h.code, r.right_id, (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AS today
    FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    WHERE r.county = :county AND r.kind = 'contract_management' AND {_OPEN.format("r")}
      AND upper(r.term) > (system.clock() AT TIME ZONE 'Asia/Shanghai')::date + 60
      AND NOT EXISTS (SELECT FROM registry.restriction AS s WHERE s.county = r.county AND s.right_id = r.right_id)
      AND NOT EXISTS (SELECT FROM registry."case" AS c WHERE c.county = r.county AND c.household_code = h.code
                      AND c.act_kind <> 'first_registration')
      AND CAST(:kind AS text) IS NOT NULL
"""
# A household of the same collective that could take the right over, and the first of its parcels.
_AROUND = f"""
    SELECT k.household_id AS taker, k.code AS taker_code,
           (SELECT min(l.code) FROM registry.right_parcel AS x JOIN land.parcel AS l ON l.county = x.county
            AND l.parcel_id = x.parcel_id AND {_OPEN.format("l")} WHERE x.county = r.county AND x.right_row = r.row_id) AS parcel
    FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    JOIN party.household AS k ON k.county = h.county AND k.collective_id = h.collective_id AND {_OPEN.format("k")}
    JOIN registry."right" AS o ON o.county = k.county AND o.household_id = k.household_id AND {_OPEN.format("o")}
    WHERE r.county = :county AND r.right_id = :right AND {_OPEN.format("r")} AND o.kind = r.kind AND o.term = r.term
      AND k.household_id <> h.household_id ORDER BY md5(k.code || h.code) LIMIT 1
"""
_RESTRICTED = f"""
    SELECT r.code, r.right_id, s.restriction_id, (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AS today
    FROM registry.restriction AS s
    JOIN registry."right" AS r ON r.county = s.county AND r.right_id = s.right_id AND {_OPEN.format("r")}
    WHERE s.county = :county AND s.kind = :kind AND r.kind = 'contract_management' AND {_OPEN.format("s")}
      AND lower(s.recorded) < system.clock() - interval '20 days'
"""
_PLANNED = """
    SELECT DISTINCT d.name, f.case_id FROM registry.document AS d
    JOIN registry.case_document AS f ON f.county = d.county AND f.document_id = d.document_id
    WHERE d.county = :county AND d.name LIKE '样本材料%'
"""
_AWAITING = """
    SELECT case_id FROM registry."case" WHERE county = :county AND state = 'registered' AND waits ORDER BY number
"""
_STATES = """
    SELECT case_id, act_kind FROM registry."case"
    WHERE county = :county AND case_id = ANY (:ids) AND state = ANY (:states) ORDER BY number
"""
