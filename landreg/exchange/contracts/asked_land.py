"""The land that a project asks for, held against what has it for its days: contracts, deals, listings, what freezes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Desk
from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding
from landreg.exchange.contracts import deal_queries, draft_queries, land_queries
from landreg.exchange.contracts.model import Project, ProjectParcel
from landreg.exchange.contracts.rules.closing import FREEZING
from landreg.exchange.contracts.rules.free import FREE_RULES
from landreg.exchange.contracts.rules.terms import (
    Contracted,
    Listed,
    con_2_parcel_bound_once,
    tr_1_term_within_contract,
)
from landreg.exchange.contracts.taking import frozen_land
from landreg.exchange.listings import listing_queries
from landreg.law.book import Law, examine

RULES = (tr_1_term_within_contract, con_2_parcel_bound_once, *FREE_RULES)


@dataclass(frozen=True)
class Standing:
    """What stands in the way for some days. bound, listed: by parcel; rights: by right its first day and, exclusive, its end;
    frozen: seizures, disputes, exits and accepted orders to seize, each with its right, of it or of one of its parcels.
    """

    days: tuple[date, date]
    rights: Mapping[UUID, tuple[date | None, date | None]]
    bound: Mapping[str, str]
    listed: Mapping[str, tuple[Listed, ...]]
    frozen: tuple[tuple[UUID, Any], ...]

    def against(self, kind: str, land: Mapping[str, Any], law: Law) -> list[Finding]:
        """Every finding on these parcels together. land: of `contracted_parcels`, by code."""
        terms = [self.rights[row.right_id] for row in land.values() if row.right_id in self.rights]
        begins, ends = [one for one, _ in terms if one], [one for _, one in terms if one]
        facts = Contracted(
            kind, *self.days, min(ends, default=None), (), "", Decimal(0), free_from=max(begins, default=None),
            bound={code: number for code, number in self.bound.items() if code in land},
            listed=tuple(one for code in land for one in self.listed.get(code, ())),
        )  # fmt: skip
        found = [*examine(RULES, facts, law)]
        rights = {row.right_id for row in land.values()}
        stands = [one for right, one in self.frozen if right in rights and one.parcel_code in ("", *land)]
        return [*found, *frozen_land("parcel", stands)]


def standing(session: Session, county: str, land: Mapping[str, Any], days: tuple[date, date]) -> Standing:
    """What stands in the way of a transfer of these parcels for some days, in as many statements for a village as for one.

    land: of `contracted_parcels`, by code. days: half-open.
    """
    codes, rights = sorted(land), sorted({row.right_id for row in land.values()})
    bound = land_queries.bound(session, county, codes, *days, 0, ()) | land_queries.operated(
        session, county, codes, *days
    )
    bound |= deal_queries.dealt_already(session, county, rights, codes, days, None)
    frozen = tuple((row.right_id, row) for row in land_queries.frozen_by_right(session, county, rights))
    return Standing(
        days, land_queries.terms_of(session, county, rights), bound, _listed(session, county, codes, days), frozen
    )  # fmt: skip


def own_standing(session: Session, county: str, land: Mapping[str, ProjectParcel], days: tuple[date, date]) -> Standing:
    """The same of what a project asks of one household, as the household reads it of its own right."""
    codes, (first, until) = sorted(land), days
    bound: dict[str, str] = {}
    frozen, drafts = [], draft_queries.numbers(session)
    for right in {row.right_id for row in land.values()}:
        contracts = listing_queries.contracts_on(session, county, right, codes, passed_on=False, own=True)
        bound |= {
            row.parcel_code: row.number
            for row in contracts
            if row.parcel_code in land
            and row.from_on < until
            and (row.until_on is None or row.until_on > first)
            and row.number not in drafts
        }
        bound |= deal_queries.dealt_of_listings(session, county, [right], codes, days, None)
        rows = listing_queries.standing_on(session, county, right, codes, None, own=True)
        frozen += [(right, row) for row in rows if _freezes(row)]
    return Standing(days, {}, bound, _listed(session, county, codes, days), tuple(frozen))


def _freezes(row: Any) -> bool:
    return row.what == "exit" or row.kind in (FREEZING if row.what == "restriction" else ("seizure",))


def of_project(uow: UnitOfWork, project: Project, land: Mapping[str, ProjectParcel]) -> Standing:
    """What stands in the way of land that a project asks for, as the desk or the household itself reads it."""
    read = own_standing if uow.actor.desk is Desk.CITIZEN else standing
    return read(uow.session, project.county, land, (project.from_on, project.until_on))


def barred(found: Standing, kind: str, land: Mapping[str, Any], law: Law) -> dict[str, list[Finding]]:
    """By parcel, what stands in its way; only of those that something stands in the way of."""
    told = {code: found.against(kind, {code: row}, law) for code, row in land.items()}
    return {code: findings for code, findings in told.items() if findings}


def _listed(
    session: Session, county: str, codes: Sequence[str], days: tuple[date, date]
) -> dict[str, tuple[Listed, ...]]:
    found: dict[str, tuple[Listed, ...]] = {}
    for row in deal_queries.listed(session, county, codes, days, passed_on=False, but=None):
        one = Listed(row.code, row.number, str(row.listing_id), row.under_way)
        found[row.code] = (*found.get(row.code, ()), one)
    return found
