"""Certificates of registration (不动产登记证明): of a mortgage, an advance notice, an objection, and of a land-operation right out
of a household's, whose operator holds no other paper. 不动产登记暂行条例 第二十一条. By other means: a certificate (`certified`).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy.orm import Session

from landreg.core.asof import AsOf
from landreg.core.db import UnitOfWork
from landreg.core.errors import NotFound
from landreg.core.periods import DAY, beijing_day
from landreg.land.queries import division_names, division_path
from landreg.law.book import term
from landreg.registry import queries, shelves
from landreg.registry.casebook import Case, CaseEvent
from landreg.registry.casework import household_queries
from landreg.registry.model import Right
from landreg.registry.numbers import draw
from landreg.registry.papers import printing as papers
from landreg.registry.papers.certificate_data import CertificateNumber
from landreg.registry.papers.office import Desk
from landreg.registry.rules.household_requests import of_other_means

OPERATED = ("land_operation", "land_operation_change")
PROVEN = ("mortgage", "mortgage_change", "advance_notice", "objection_entry", *OPERATED)
"""The kinds of act that are proven by one; of all others the holder's certificate tells."""


def is_proven(case: Case) -> bool:
    """Whether a certificate of registration is handed out on a case."""
    by_other_means = case.act_kind in OPERATED and of_other_means(case.right_kind, case.subject_code)
    return case.act_id is not None and case.act_kind in PROVEN and not by_other_means


def number_of(uow: UnitOfWork, desk: Desk, case: Case) -> str:
    """A new number: those of certificates go on, so that none is used twice."""
    county = division_names(uow.session, [case.county]).get(case.county, case.county)
    (serial,) = draw(uow, "certificate_number")
    year = beijing_day(uow.now).year
    return CertificateNumber(desk.law.text("CERT-1.province_short"), year, county, f"{serial:07d}").of_proof()


def printed(session: Session, desk: Desk, case: Case, event: CaseEvent, number: str) -> bytes:
    """The certificate of what a case entered, as the register said it then. Raises NotFound for a case that entered none."""
    if case.act_id is None or not is_proven(case):
        raise NotFound
    asked = AsOf(beijing_day(event.at), event.at)
    found = (_operation if case.act_kind in OPERATED else _restriction)(session, case, asked)
    paper = papers.Proof(
        number=number,
        matter=term("act", case.act_kind),
        party=found.party,
        holder=found.holder,
        location=" ".join(division_path(session, found.right.village)),
        right=term("right", found.right.kind),
        right_code=found.right.code,
        parcels=tuple(parcel.code for parcel in queries.parcels_of_right(session, found.right, asked)),
        facts=found.facts,
        act_number=shelves.act_number(session, case.county, case.act_id),
        case_number=case.number,
        authority=desk.authority(session, case.county),
        issued_on=beijing_day(event.at),
        check_url=f"{desk.base_url}/check?number={quote(number)}",
    )
    return papers.print_proof(paper, sample=desk.sample)


@dataclass(frozen=True)
class _Entered:
    """What an act entered: for whom, under whom, on which right, and what else the paper tells."""

    party: str
    holder: str
    right: Right
    facts: tuple[tuple[str, str], ...]


def _restriction(session: Session, case: Case, asked: AsOf) -> _Entered:
    """A restriction on a right. Raises NotFound where the act entered none."""
    entered = shelves.restriction_of_act(session, case.county, case.act_id) if case.act_id else None
    right = queries.right_as_of(session, case.county, entered.right_id, asked) if entered else None
    if entered is None or right is None:
        raise NotFound
    facts = (
        ("登记依据", entered.basis),
        *([("担保的债权数额", f"{entered.amount:,.2f} 元")] if entered.amount is not None else []),
        *([("顺位", f"第 {entered.rank} 顺位")] if entered.kind == "mortgage" else []),
        ("登记日期", str(entered.valid.lower)),
        ("期限", f"至 {entered.until}" if entered.until else "—"),
    )
    return _Entered(entered.party, _names(session, right, asked), right, facts)


def _operation(session: Session, case: Case, asked: AsOf) -> _Entered:
    """A land-operation right, and the contractors on whose parcels it lies. Raises NotFound where the act entered none."""
    right = shelves.operation_of_act(session, case.county, case.act_id) if case.act_id else None
    if right is None:
        raise NotFound
    beside = household_queries.beside(session, right, asked)
    contractors = dict.fromkeys(one.name or "—" for one in beside if one.kind == "contract_management")
    facts = (
        ("流转方式", term("transfer_mode", right.nature)),
        ("流转合同", right.note),
        ("面积", f"{right.mu} 亩，{right.area_m2} m²"),
        ("登记日期", str(right.valid.lower)),
        ("期限", _term(right)),
    )
    return _Entered(_names(session, right, asked), "、".join(contractors), right, facts)


def _term(right: Right) -> str:
    return f"{right.term.lower} 至 {right.term.upper - DAY}" if right.term and right.term.upper else "—"


def _names(session: Session, right: Right, asked: AsOf) -> str:
    return "、".join(one.name or "—" for one in queries.holders_of_right(session, right, asked))
