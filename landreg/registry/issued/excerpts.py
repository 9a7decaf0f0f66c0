"""Excerpts from the register (登记簿摘录): printed as of a day and as said on a day, kept by hash, told to the log."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.codes import masked_name
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.core.periods import BEIJING, DAY, beijing_day
from landreg.land.queries import division_path
from landreg.law.book import term
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.registry import queries
from landreg.registry.documents import Store
from landreg.registry.facts.limits import lying, marks
from landreg.registry.leaves.excerpted import Excerpt, excerpt_facts
from landreg.registry.model import Contract, Restriction, Right
from landreg.registry.numbers import draw
from landreg.registry.papers import printing as papers
from landreg.registry.papers.office import Desk
from landreg.registry.term_queries import FirstEntry, first_entered, running_term

OVER = {"land_operation": "已届满，尚未办理注销登记", "contract_management": "已届满，权利继续，尚未办理延包登记"}
"""What an excerpt says of a right of a kind whose term is over. A household's contract right goes on. SPC-RLC-7, CC-340."""
RANKED = ("mortgage", "seizure")
"""Restrictions of which several stand on a right in order."""


@dataclass(frozen=True)
class Asker:
    """Who asks for an excerpt, and what for."""

    applicant: str
    purpose: str

    def refuse_nobody(self) -> None:
        """Raises BadInput where one of both is missing."""
        given = (("applicant", self.applicant), ("purpose", self.purpose))
        missing = [Finding("FORM-1", name) for name, text in given if not text.strip()]
        if missing:
            raise BadInput(missing)


@dataclass(frozen=True)
class Subject:
    """What an excerpt is about: its kind and id, its village, what the paper says of it, and what anyone may see again."""

    about: str
    subject_id: UUID
    village: str
    facts: tuple[tuple[str, str], ...]
    parcels: tuple[papers.NoticedParcel, ...]
    content: dict[str, Any]
    tables: tuple[papers.ExcerptTable, ...] = ()


def issue(
    actor: Actor, county: str, right_id: UUID, asked: AsOf, applicant: str, purpose: str, desk: Desk, store: Store
) -> str:
    """Print what the register said of a right, and enter the excerpt with its leaf. Returns its number.

    Raises NotFound when there was no such right on that day as said then, BadInput without who asks and what for.
    """
    asker = Asker(applicant.strip(), purpose.strip())
    asker.refuse_nobody()
    with unit_of_work(actor) as uow:
        right = queries.right_as_of(uow.session, county, right_id, asked)
        if right is None:
            raise NotFound
        return enter(uow, county, _of_right(uow, right, asked), asked, asker, desk, store)


def enter(uow: UnitOfWork, county: str, subject: Subject, asked: AsOf, asker: Asker, desk: Desk, store: Store) -> str:
    """Print an excerpt about a subject, keep it, and tell the log. Returns its number. Raises BadInput (CLK-1) for a day that has
    not come: nobody hands out what will be.
    """
    today = beijing_day(uow.now)
    if asked.valid > today:
        raise BadInput(Finding("CLK-1", "day", {"asked": asked.valid, "today": today}))
    serial = draw(uow, "excerpt_number")[0]
    number = f"{county}-Z{today:%Y%m%d}-{serial:07d}"
    token = secrets.token_urlsafe(12)
    paper = papers.Excerpt(
        number=number,
        applicant=asker.applicant,
        purpose=asker.purpose,
        valid_on=asked.valid,
        said_at=f"{asked.said.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
        facts=subject.facts,
        parcels=subject.parcels,
        officer=uow.actor.name,
        authority=desk.authority(uow.session, county),
        issued_on=today,
        check_url=f"{desk.base_url}/c/{token}",
        tables=subject.tables,
    )
    of_right = subject.about == "right"
    row = Excerpt(
        county=county, excerpt_id=uuid4(), village=subject.village, number=number, token=token, about=subject.about,
        right_id=subject.subject_id if of_right else None, subject_id=None if of_right else subject.subject_id,
        valid_on=asked.valid, said_at=asked.said, applicant=asker.applicant, purpose=asker.purpose, content=subject.content,
        issued_at=uow.now, issued_by=uow.actor.account_id,
        pdf_sha256=store.put_bytes(papers.print_excerpt(paper, sample=desk.sample)), sample=desk.sample,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    stage(uow, Entry("excerpt.issued", county, subject.village, number, *excerpt_facts(row)))
    return number


def _of_right(uow: UnitOfWork, right: Right, asked: AsOf) -> Subject:
    session = uow.session
    holders = queries.holders_of_right(session, right, asked)
    parcels = queries.parcels_of_right(session, right, asked)
    limits = queries.restrictions_of_right(session, right.county, right.right_id, asked)
    facts = (
        ("权利类型", term("right", right.kind)),
        ("权利人", "、".join(_holder(one) for one in holders)),
        ("坐落", " ".join(division_path(session, right.village))),
        ("合同或单元代码", right.code),
        ("面积", f"{right.mu} 亩，{right.area_m2} m²{_parts(right, parcels)}"),
        ("期限", term_of(session, right, asked)),
        ("承包合同签订日期", signed_on(session, right, asked)),
        ("权利限制", f"{len(limits)} 项，见下表" if limits else "无"),
        ("附记", right.note),
    )
    content = {
        "kind": right.kind,
        "code": right.code,
        "holder": "、".join(masked_name(one.name or "") for one in holders),
        "area_m2": str(right.area_m2),
        "mu": str(right.mu),
        "parcels": len(parcels),
    }
    shown = tuple(parcel_row(one) for one in parcels)
    return Subject(
        "right",
        right.right_id,
        right.village,
        facts,
        shown,
        content,
        restrictions(session, [(right.code, limits)], asked.valid),
    )


def term_of(session: Session, right: Any, asked: AsOf) -> str:
    """A right's term as papers say it, after the one that runs until it begins, and that it is over. right: a row with county,
    right_id, kind and term.
    """
    terms = (running_term(session, right, asked), right.term)
    said = "；续期 ".join(f"{one.lower} 至 {one.upper - DAY}" for one in terms if one and one.upper) or "无期限"
    over = right.term is not None and right.term.upper is not None and right.term.upper <= asked.valid
    return f"{said}（{OVER[right.kind]}）" if over and right.kind in OVER else said


def signed_on(session: Session, right: Any, asked: AsOf) -> str:
    """The day of the contract on which a right rests, as papers say it; '' without one."""
    return said_signed(queries.contract_of_right(session, right, asked))


def said_signed(contract: Contract | None) -> str:
    """The day on which a contract was signed, as papers say it; '' without one."""
    return f"{contract.signed_on}" if contract and contract.signed_on else ""


def _holder(one: Any) -> str:
    share = f"（{one.numerator}/{one.denominator}）" if one.denominator > 1 else ""
    return f"{one.name or '—'}{share}"


def restriction(kind: str, until: date | None) -> str:
    """A restriction as papers say it."""
    return term("restriction", kind) + (f"（至 {until}）" if until else "")


def restrictions(
    session: Session, of_rights: Sequence[tuple[str, Sequence[Restriction]]], day: date
) -> tuple[papers.ExcerptTable, ...]:
    """The table of restrictions, a line each with since when it holds, when and by what that was entered, and when it was last
    said anew; none, where there is none. of_rights: the code of each right with its restrictions.
    """
    every = [one for _code, limits in of_rights for one in limits]
    known = marks(session, every)
    on = lying(session, every[0].county, every) if every else {}
    first = first_entered(session, every[0].county, every) if every else {}
    rows = tuple(
        (
            code,
            term("restriction", one.kind)
            + (f"（第 {one.rank} 顺位）" if one.kind in RANKED else "")
            + (f"（只及于地块 {'、'.join(on[one.row_id])}）" if one.row_id in on else ""),
            one.party + (f"（{known[one.row_id]}）" if one.row_id in known else ""),
            one.basis,
            "" if one.amount is None else f"{one.amount:,.2f}",
            str(first[one.row_id].since if one.row_id in first else one.valid.lower),
            _entered(one, first.get(one.row_id)),
            f"{one.until or ''}{_over(one, day)}",
        )
        for code, limits in of_rights
        for one in limits
    )
    heads = ("合同或单元代码", "种类", "权利人（申请人）", "依据", "担保金额（元）", "自何日起", "登簿时间", "至何日止")
    return (papers.ExcerptTable("权利限制", heads, rows),) if rows else ()


_NOT_LAPSED = "（期限已过，不自动失效，请向查封机关核实）"
_LAPSES = "（期限已过，由系统办理失效登记）"


def _parts(right: Right, parcels: Sequence[Any]) -> str:
    """What its parcels' printed mu come to, where a contract's total is converted (standards.md 4)."""
    added = sum((one.mu for one in parcels), Decimal(0))
    return "" if added == right.mu else f"（各地块亩数之和 {added:.2f} 亩）"


def _over(one: Restriction, day: date) -> str:
    """What a seizure past its last day says: one that waited, or came to its turn after that day, ends by no lapse."""
    if one.kind != "seizure" or one.until is None or one.until >= day:
        return ""
    return _NOT_LAPSED if one.rank > 1 or one.until < (one.valid.lower or one.until) else _LAPSES


def _entered(one: Restriction, first: FirstEntry | None) -> str:
    """When a restriction was first entered, and by what; and since when the register says it as it is."""
    if first is None:
        return _minute(one.recorded.lower)
    by = f"业务 {first.case}" if first.case else f"登记 {first.act}"
    changed = one.recorded.lower is not None and first.at < one.recorded.lower
    return f"{_minute(first.at)}（{by}）" + (f"；{_minute(one.recorded.lower)} 变更" if changed else "")


def _minute(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def parcel_row(one: Any) -> papers.NoticedParcel:
    """A parcel as the table of a paper has it, with the day of the contract that brought it where that is not its right's own."""
    came = f"（{one.signed_on} 签订的合同取得）" if one.signed_on else ""
    around = (one.neighbour_east, one.neighbour_south, one.neighbour_west, one.neighbour_north)
    return papers.NoticedParcel(
        one.code, f"{one.name or ''}{came}", "、".join(side or "—" for side in around), one.area_m2, one.mu
    )
