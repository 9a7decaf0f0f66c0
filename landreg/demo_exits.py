"""Two exits in the demonstration's year: one household gives back what it drew of a parcel and is paid, another thinks again and
takes its parcel back.

Resumable: how far each is, is read from its rows.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from shapely import box
from sqlalchemy import text

from landreg.access.service import SYSTEM
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import beijing_day
from landreg.demo_year import Office
from landreg.exit import money, offering, queries, service
from landreg.exit.model import Exit
from landreg.exit.offering import Counted
from landreg.exit.queries import Whole
from landreg.exit.rules.money import Agreed, Itemised
from landreg.exit.service import Asked, Spoken
from landreg.registry import booking
from landreg.registry.casework import cases, notices
from landreg.registry.documents import enter
from landreg.registry.facts import drawn
from landreg.registry.facts.ground import on_ground
from landreg.registry.guarded import Attached

ASKED, AGREED, ACCEPTED, REGISTERED = 2, 3, 9, 10
"""Months of the year in which the two are asked for, agreed on or taken back, and the paid one accepted and registered."""
HOW_MANY = 2
ITEMS = (Itemised("land", "剩余承包期内的土地", Decimal("6800.00")), Itemised("crops", "地上青苗", Decimal("450.00")))


def begin_month(office: Office, number: int) -> None:
    """What a month begins with: a step of each exit."""
    steps = {ASKED: _ask, AGREED: _agree, ACCEPTED: _accept, REGISTERED: _register}
    if number in steps:
        # What a rule refuses, another act having come between, stays where it is.
        with suppress(LandregError):
            steps[number](office)


def _ask(office: Office) -> None:
    with unit_of_work(SYSTEM) as uow:
        there = {row.household_code for row in uow.session.scalars(queries.listed())}
        found = uow.session.execute(text(_HOUSEHOLDS), {"county": office.county, "most": HOW_MANY}).all()
    for place, row in enumerate(found if not there else ()):
        asked = Asked((row.right_id,), "part", "far_plots", (row.parcel,))
        if not place:
            asked = replace(asked, parcels=(), cut=row.parcel, shape=_western_half(office.county, row.parcel))
        made = service.apply(office.registrar, row.code, asked)
        _hear(office, made)


def _western_half(county: str, code: str) -> str:
    """What the first household draws of its parcel."""
    with unit_of_work(SYSTEM) as uow:
        ground = on_ground(uow.session, county, [code])
    west, south, east, north = ground.shapes[0].bounds
    return drawn.hexed(box(west - 1, south - 1, (west + east) / 2, north + 1), ground.srid)


def _hear(office: Office, made: Exit) -> None:
    """The household has its offer, each adult says yes, and the collective is told in writing."""
    offering.offer(office.registrar, made.county, made.exit_id, Counted(rest="dry"))
    found = _whole(made)
    for member in found.members:
        if member.member_id not in made.minors:
            said = Spoken(
                member.member_id, True, "counter", "样本镇便民服务中心", "dialect", True, True, "见证人样本", True
            )
            service.consent(office.registrar, made.county, made.exit_id, said, None)
    with unit_of_work(SYSTEM) as uow:
        today = beijing_day(uow.now)
    if made.minors:
        said_of = "与父母同住，家中另有住房和收入。"
        service.provide_for_minors(office.registrar, made.county, made.exit_id, said_of, _paper(office))
    service.notify(office.registrar, made.county, made.exit_id, today, _paper(office))


def _agree(office: Office) -> None:
    for place, found in enumerate(_all()):
        with unit_of_work(SYSTEM) as uow:
            today = beijing_day(uow.now)
        if found.events.keys() & set(queries.OVER) or found.agreement:
            continue
        key = (found.exit.county, found.exit.exit_id)
        if place:
            service.withdraw(office.registrar, *key, "word", "家里商量后，还是自己种。")
            continue
        agreed = Agreed("cash", "样本村股份经济合作社", ITEMS, "合作社自有资金", Decimal(10000), today, today)
        money.agree(office.registrar, *key, agreed, _paper(office), _paper(office))
        payee = next(one.member_id for one in found.members if one.holds_right)
        account, receipt = "6217000000001234", f"样本凭证{found.exit.number[-5:]}"
        money.pay(office.registrar, *key, payee, account, agreed.total, today, receipt, _paper(office))


def _accept(office: Office) -> None:
    for found in _all():
        if found.agreement is None or found.case.state != "draft":
            continue
        paper, row = _paper(office), found.exit
        with unit_of_work(office.registrar) as uow:
            for kind in ("application", "identity"):
                enter(uow, county=row.county, village=row.village, sha256=paper.sha256, size=paper.size, kind=kind,
                      name=paper.name, cases=[row.case_id])  # fmt: skip
        cases.accept(office.registrar, row.county, [row.case_id])
        cases.review(office.reviewer, row.county, [row.case_id])
        notices.publish(office.registrar, row.county, [row.case_id], "有偿退出注销登记公告", office.board)


def _register(office: Office) -> None:
    for found in _all():
        if found.case.state == "noticed":
            booking.register(office.reviewer, found.exit.county, [found.exit.case_id])


def _all() -> list[Whole]:
    """The exits in the order in which they were asked for."""
    with unit_of_work(SYSTEM) as uow:
        return [queries.whole(uow.session, row) for row in reversed(uow.session.scalars(queries.listed()).all())]


def _whole(made: Exit) -> Whole:
    with unit_of_work(SYSTEM) as uow:
        return queries.whole(uow.session, made)


def _paper(office: Office) -> Attached:
    content = "样本材料 退出\n".encode()
    return Attached(office.store.put_bytes(content), len(content), "样本材料 退出.txt")


_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_HOUSEHOLDS = f"""
    SELECT h.code, r.right_id, min(l.code) AS parcel FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    JOIN registry.right_parcel AS x ON x.county = r.county AND x.right_row = r.row_id
    JOIN land.parcel AS l ON l.county = x.county AND l.parcel_id = x.parcel_id AND {_OPEN.format("l")}
    WHERE r.county = :county AND r.kind = 'contract_management' AND {_OPEN.format("r")}
      AND NOT EXISTS (SELECT FROM registry.restriction AS s WHERE s.county = r.county AND s.right_id = r.right_id)
      AND NOT EXISTS (SELECT FROM registry."case" AS c WHERE c.county = r.county AND c.household_code = h.code
                      AND c.act_kind <> 'first_registration')
    GROUP BY h.code, r.right_id HAVING count(*) > 1 ORDER BY md5(h.code) LIMIT :most
"""
