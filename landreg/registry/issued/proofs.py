"""Certificates of registration (不动产登记证明): of a mortgage, an advance notice, an objection. A right has a certificate instead
(`certified`). 不动产登记暂行条例 第二十一条, 实施细则 第二十条.
"""

from __future__ import annotations

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
from landreg.registry.model import Restriction
from landreg.registry.numbers import next_in_book
from landreg.registry.papers import printing as papers
from landreg.registry.papers.certificate_data import CertificateNumber
from landreg.registry.papers.office import Desk

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


def must_stand(session: Session, case: Case) -> None:
    """Raises Conflict (DOC-7) where what the act entered is over, or says otherwise since: it is proven to nobody any more."""
    entered = shelves.restriction_of_act(session, case.county, case.act_id) if case.act_id else None
    if entered is None:
        return
    same = select(Restriction).where(
        Restriction.county == case.county, Restriction.restriction_id == entered.restriction_id, in_force(Restriction)
    )
    if not any(said(session, now) == said(session, entered) for now in session.scalars(same)):
        raise Conflict(Finding("DOC-7", "state", subject=case.number))


def said(session: Session, row: Restriction) -> tuple[Any, ...]:
    """What a proof says of a restriction."""
    parcels = lying(session, row.county, [row]).get(row.row_id, ())
    return row.right_id, row.rank, row.party, row.party_code, row.basis, row.amount, row.until, parcels


def printed(uow: UnitOfWork, desk: Desk, case: Case, event: CaseEvent, number: str) -> bytes:
    """The certificate of the restriction that a case entered, as the register said it then; NotFound where it entered none."""
    session, asked = uow.session, AsOf(beijing_day(event.at), event.at)
    entered = shelves.restriction_of_act(session, case.county, case.act_id) if case.act_id else None
    right = queries.right_as_of(session, case.county, entered.right_id, asked) if entered else None
    if case.act_id is None or entered is None or right is None:
        raise NotFound
    mark = marks(session, [entered]).get(entered.row_id)
    paper = papers.Proof(
        number=number,
        matter=term("act", case.act_kind),
        party=entered.party + (f"（{mark}）" if mark else ""),
        holder="、".join(one.name or "—" for one in queries.holders_of_right(session, right, asked)),
        location=" ".join(division_path(session, right.village)),
        right=term("right", right.kind),
        right_code=right.code,
        parcels=lying(session, case.county, [entered]).get(entered.row_id)
        or tuple(parcel.code for parcel in queries.parcels_of_right(session, right, asked)),
        facts=(
            ("登记依据", entered.basis),
            *([("担保的债权数额", f"{entered.amount:,.2f} 元")] if entered.amount is not None else []),
            *([("顺位", f"第 {entered.rank} 顺位")] if entered.kind == "mortgage" else []),
            ("登记日期", str(entered.valid.lower)),
            ("期限", f"至 {entered.until}" if entered.until else "—"),
        ),
        act_number=shelves.act_number(session, case.county, case.act_id),
        case_number=case.number,
        authority=desk.authority(session, case.county),
        issued_on=beijing_day(uow.now),
        check_url=f"{desk.base_url}/check?number={quote(number)}",
    )
    return papers.print_proof(paper, sample=desk.sample)
