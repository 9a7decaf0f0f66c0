"""Excerpts about a household with all its rights, and about a parcel with all that lies on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from landreg.access.person_queries import masked_persons
from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.codes import masked_name
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import NotFound
from landreg.land import parcel_queries
from landreg.land import queries as land
from landreg.law.book import term
from landreg.party import queries as parties
from landreg.registry import queries
from landreg.registry.documents import Store
from landreg.registry.issued.excerpts import (
    Asker,
    Subject,
    enter,
    parcel_row,
    restriction,
    restrictions,
    said_signed,
    term_of,
)
from landreg.registry.papers import printing as papers
from landreg.registry.papers.office import Desk

ABOUT = ("household", "parcel")


def issue(actor: Actor, about: str, code: str, asked: AsOf, asker: Asker, desk: Desk, store: Store) -> str:
    """Print what the register said of a household or parcel, and enter the excerpt with its leaf. Returns its number.

    Raises NotFound when there was none on that day as said then, BadInput without who asks and what for.
    """
    asker.refuse_nobody()
    with unit_of_work(actor) as uow:
        county, subject = _household(uow, code, asked) if about == "household" else _parcel(uow, code, asked)
        return enter(uow, county, subject, asked, asker, desk, store)


def _household(uow: UnitOfWork, code: str, asked: AsOf) -> tuple[str, Subject]:
    session = uow.session
    last = parties.last_row(session, code)
    found = parties.household(session, last.county, last.household_id, asked) if last else None
    if found is None:
        raise NotFound
    members = parties.members(session, found.county, found.household_id, asked)
    masked = masked_persons(session, [member.person_id for member in members])
    rights = [row[0] for row in queries.rights_of_household(session, found.county, found.household_id, asked)]
    collective = parties.collective(session, found.county, found.collective_id, asked)
    parcels = [parcel for right in rights for parcel in queries.parcels_of_right(session, right, asked)]
    facts = (
        ("承包方代表（户主）", found.name),
        ("农户编码", found.code),
        ("集体经济组织", collective.name if collective else ""),
        ("坐落", " ".join(land.division_path(session, found.village))),
        ("地址", found.address),
        ("权利", f"{len(rights)} 项，{_mu(rights)} 亩"),
    )
    tables = (
        papers.ExcerptTable(
            "家庭成员（姓名已遮盖）",
            ("姓名", "与户主关系", "享有权利"),
            tuple(
                (masked[member.person_id][0], term("relation", member.relation), "是" if member.holds_right else "否")
                for member in members
            ),
        ),
        *_rights(session, rights, asked, found.name),
    )
    content = {
        "kind": "household",
        "code": found.code,
        "holder": masked_name(found.name),
        "area_m2": str(sum((right.area_m2 for right in rights), Decimal(0))),
        "mu": str(_mu(rights)),
        "parcels": len(parcels),
    }
    shown = tuple(parcel_row(one) for one in parcels)
    return found.county, Subject("household", found.household_id, found.village, facts, shown, content, tables)


def _parcel(uow: UnitOfWork, code: str, asked: AsOf) -> tuple[str, Subject]:
    session = uow.session
    seen = parcel_queries.parcel(session, uow.actor.jurisdiction, code, asked)
    if seen is None:
        raise NotFound
    found = seen.parcel
    rows = queries.rights_on_parcel(session, found.county, found.parcel_id, asked)
    around = (found.neighbour_east, found.neighbour_south, found.neighbour_west, found.neighbour_north)
    facts = (
        ("地块编码", found.code),
        ("地块名称", found.name or ""),
        ("种类", term("parcel", found.kind)),
        ("坐落", " ".join(land.division_path(session, found.village))),
        ("登记面积", f"{found.mu} 亩，{found.registered_area_m2} m²"),
        ("四至（东南西北）", "、".join(side or "—" for side in around)),
    )
    content = {
        "kind": "parcel",
        "code": found.code,
        "holder": "、".join(masked_name(row.holder or "") for row in rows),
        "area_m2": str(found.registered_area_m2),
        "mu": str(found.mu),
        "parcels": 1,
    }
    tables = _rights(session, rows, asked)
    return found.county, Subject("parcel", found.parcel_id, found.village, facts, (), content, tables)


def _rights(session: Session, rights: Sequence[Any], asked: AsOf, holder: str = "") -> tuple[papers.ExcerptTable, ...]:
    """The rights with their terms and restrictions, and each restriction by itself. holder: where all are of one household."""
    limits = [queries.restrictions_of_right(session, right.county, right.right_id, asked) for right in rights]
    county = rights[0].county if rights else ""
    contracts = queries.contracts(session, county, [right.contract_id for right in rights], asked)
    rows = tuple(
        (
            term("right", right.kind),
            right.code,
            holder or right.holder or "",
            f"{right.mu}",
            term_of(session, right, asked),
            said_signed(contracts.get(right.contract_id)),
            "；".join(restriction(one.kind, one.until) for one in found) or "无",
        )
        for right, found in zip(rights, limits, strict=True)
    )
    heads = ("权利类型", "合同或单元代码", "权利人", "亩", "期限", "合同签订日期", "权利限制")
    limited = [(right.code, found) for right, found in zip(rights, limits, strict=True)]
    return papers.ExcerptTable("权利", heads, rows), *restrictions(session, limited, asked.valid)


def _mu(rights: Sequence[Any]) -> Decimal:
    return sum((right.mu or Decimal(0) for right in rights), Decimal(0))
