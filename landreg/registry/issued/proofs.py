"""Certificates of registration (不动产登记证明): of a mortgage, an advance notice, an objection. A right has a certificate instead
(`certified`). 不动产登记暂行条例 第二十一条, 实施细则 第二十条.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from landreg.core.asof import AsOf
from landreg.core.db import UnitOfWork
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.core.periods import beijing_day
from landreg.core.tables import in_force
from landreg.land.queries import division_names, division_path
from landreg.law.book import term
from landreg.registry import queries, shelves
from landreg.registry.casebook import Case, CaseEvent
from landreg.registry.facts.limits import lying, marks
from landreg.registry.model import Restriction, Right
from landreg.registry.numbers import next_in_book
from landreg.registry.papers import printing as papers
from landreg.registry.papers.certificate_data import CertificateNumber
from landreg.registry.papers.office import Desk
from landreg.registry.term_queries import first_entered

PROVEN = ("mortgage", "mortgage_change", "advance_notice", "objection_entry")
"""The kinds of act that are proven by one; of all others the holder's certificate tells."""
_CORRECTED = ("mortgage", "advance_notice", "objection")


def is_proven(case: Case) -> bool:
    """Whether a certificate of registration is handed out on a case; of a restriction that is corrected, it is the right one."""
    corrected = case.request.get("limit") in _CORRECTED
    return case.act_id is not None and (case.act_kind in PROVEN or corrected)


def number_of(uow: UnitOfWork, desk: Desk, case: Case) -> str:
    """A new number: those of the county's certificates go on, so that none is used twice."""
    county = division_names(uow.session, [case.county]).get(case.county, case.county)
    (serial,) = next_in_book(uow, case.county, "certificate")
    year = beijing_day(uow.now).year
    return CertificateNumber(desk.law.text("CERT-1.province_short"), year, county, f"{serial:07d}").of_proof()


def standing(session: Session, case: Case) -> list[Restriction]:
    """What a case entered, as the register says it now: a row on each right over whose land it lies."""
    entered = shelves.restriction_of_act(session, case.county, case.act_id) if case.act_id else None
    if entered is None:
        return []
    same = select(Restriction).where(
        Restriction.county == case.county,
        Restriction.kind == entered.kind,
        Restriction.party == entered.party,
        Restriction.basis == entered.basis,
        in_force(Restriction),
    )
    now = [row for row in session.scalars(same) if said(row) == said(entered)]
    first = first_entered(session, case.county, [entered, *now])
    return [row for row in now if first[row.row_id].act == first[entered.row_id].act]


def must_stand(session: Session, case: Case) -> None:
    """Raises Conflict (DOC-7) where what the act entered is over, or says otherwise since: it is proven to nobody any more."""
    if case.act_id and shelves.restriction_of_act(session, case.county, case.act_id) and not standing(session, case):
        raise Conflict(Finding("DOC-7", "state", subject=case.number))


def said(row: Restriction) -> tuple[Any, ...]:
    """What an act alone changes that is applied for; its rank, and the land on which it lies, change with others."""
    return row.party, row.party_code, row.party_id, row.basis, row.amount, row.until


def printed(uow: UnitOfWork, desk: Desk, case: Case, event: CaseEvent, number: str) -> bytes:
    """The certificate of the restriction that a case entered, as the register says it today: on the rights over whose land it
    lies now, and which land of the day of its entry it lies on no more. NotFound where it entered none.
    """
    session, now = uow.session, AsOf.now(uow.now)
    entered = shelves.restriction_of_act(session, case.county, case.act_id) if case.act_id else None
    found = [(row, queries.right_as_of(session, case.county, row.right_id, now)) for row in standing(session, case)]
    on = sorted(((row, right) for row, right in found if right is not None), key=lambda one: one[1].code)
    if case.act_id is None or entered is None or not on:
        raise NotFound
    mark = marks(session, [entered]).get(entered.row_id)
    land = sorted({code for row, _right in on for code in _lies_on(session, row, now)})
    then = _lies_on(session, entered, AsOf(beijing_day(event.at), event.at))
    holders = [one.name or "—" for _row, right in on for one in queries.holders_of_right(session, right, now)]
    paper = papers.Proof(
        number=number,
        matter=term("act", case.act_kind),
        party=entered.party + (f"（{mark}）" if mark else ""),
        holder="、".join(dict.fromkeys(holders)),
        location="；".join(dict.fromkeys(" ".join(division_path(session, right.village)) for _row, right in on)),
        right="、".join(dict.fromkeys(term("right", right.kind) for _row, right in on)),
        right_code="、".join(right.code for _row, right in on),
        parcels=tuple(land),
        facts=(
            ("登记依据", entered.basis),
            *([("担保的债权数额", f"{entered.amount:,.2f} 元")] if entered.amount is not None else []),
            *([("顺位", _ranks(on))] if entered.kind == "mortgage" else []),
            ("登记日期", str(entered.valid.lower)),
            ("期限", f"至 {entered.until}" if entered.until else "—"),
            *([("登记以后的变动", moved(then, land))] if set(then) != set(land) else []),
        ),
        act_number=shelves.act_number(session, case.county, case.act_id),
        case_number=case.number,
        authority=desk.authority(session, case.county),
        issued_on=beijing_day(uow.now),
        check_url=f"{desk.base_url}/check?number={quote(number)}",
    )
    return papers.print_proof(paper, sample=desk.sample)


def _lies_on(session: Session, row: Restriction, asked: AsOf) -> tuple[str, ...]:
    """The codes of the parcels on which a restriction lies: those that it names, else all of its right's."""
    right = queries.right_as_of(session, row.county, row.right_id, asked)
    whole = [parcel.code for parcel in queries.parcels_of_right(session, right, asked)] if right else []
    return lying(session, row.county, [row]).get(row.row_id) or tuple(whole)


def _ranks(on: Sequence[tuple[Restriction, Right]]) -> str:
    """Its rank, on each right where they differ."""
    if len({row.rank for row, _right in on}) == 1:
        return f"第 {on[0][0].rank} 顺位"
    return "；".join(f"{right.code}：第 {row.rank} 顺位" for row, right in on)


def moved(then: Sequence[str], now: Sequence[str]) -> str:
    """How the land differs from that of the day of its entry."""
    gone, come = [code for code in then if code not in now], [code for code in now if code not in then]
    told = [f"登记当日所及的 {'、'.join(gone)} 现不在内"] if gone else []
    told += [f"{'、'.join(come)} 为登记以后所及"] if come else []
    return "；".join((*told, "上列为出具当日登记簿的记载"))
