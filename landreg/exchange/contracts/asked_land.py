"""The land that a project asks for, held against what has it for its days: contracts, deals, listings, what freezes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.exchange.contracts import deal_queries, land_queries
from landreg.exchange.contracts.rules.free import FREE_RULES
from landreg.exchange.contracts.rules.terms import (
    Contracted,
    Listed,
    con_2_parcel_bound_once,
    tr_1_term_within_contract,
)
from landreg.exchange.contracts.taking import frozen_land
from landreg.law.book import Law, examine

RULES = (tr_1_term_within_contract, con_2_parcel_bound_once, *FREE_RULES)


@dataclass(frozen=True)
class Standing:
    """What stands in the way for some days. bound, listed: by parcel; rights: by right its first day and, exclusive, its end;
    frozen: seizures, disputes and exits, each of a right or of one of its parcels.
    """

    days: tuple[date, date]
    rights: Mapping[UUID, tuple[date | None, date | None]]
    bound: Mapping[str, str]
    listed: Mapping[str, tuple[Listed, ...]]
    frozen: tuple[Any, ...]

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
        stands = [one for one in self.frozen if one.right_id in rights and one.parcel_code in ("", *land)]
        return [*found, frozen_land("parcel", stands)] if stands else found


def standing(session: Session, county: str, land: Mapping[str, Any], days: tuple[date, date]) -> Standing:
    """What stands in the way of a transfer of these parcels for some days, in as many statements for a village as for one.

    land: of `contracted_parcels`, by code. days: half-open.
    """
    codes, rights = sorted(land), sorted({row.right_id for row in land.values()})
    bound = land_queries.bound(session, county, codes, *days, 0, ())
    bound |= deal_queries.dealt_already(session, county, rights, codes, days, None)
    listed: dict[str, tuple[Listed, ...]] = {}
    for row in deal_queries.listed(session, county, codes, days, passed_on=False, but=None):
        one = Listed(row.code, row.number, str(row.listing_id), row.under_way)
        listed[row.code] = (*listed.get(row.code, ()), one)
    return Standing(
        days, land_queries.terms_of(session, county, rights), bound, listed,
        tuple(land_queries.frozen_by_right(session, county, rights)),
    )  # fmt: skip
