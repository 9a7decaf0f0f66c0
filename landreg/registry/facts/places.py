"""The parties and parcels that cases name, found in the register: what their acts are booked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from gis.nyt2539 import HOMESTEAD_NATURES
from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding, NotFound, Refused
from landreg.core.periods import Period
from landreg.registry.casebook import Case
from landreg.registry.effects import (
    Changes,
    ContractRegistration,
    HomesteadRegistration,
    ParcelOfRight,
    register_contract,
    register_homestead,
)
from landreg.registry.facts.first import Proposal
from landreg.registry.rules.contract import ContractFacts
from landreg.registry.rules.homestead import HomesteadFacts, confirmed_area


@dataclass(frozen=True)
class Places:
    """Ids of the parties and parcels that the cases name, by code."""

    households: Mapping[str, UUID]
    collectives: Mapping[str, UUID]
    parcels: Mapping[str, UUID]

    @classmethod
    def of(cls, uow: UnitOfWork, cases: Sequence[Case]) -> Places:
        if not cases:
            return cls({}, {}, {})
        asked = {
            "county": cases[0].county,
            "households": list({case.household_code for case in cases}),
            "subjects": [case.subject_code for case in cases],
            "packages": list({case.package_id for case in cases}),
            "cases": [case.case_id for case in cases],
        }
        return cls(
            dict(uow.session.execute(text(_HOUSEHOLD_IDS), asked).all()),
            dict(uow.session.execute(text(_COLLECTIVE_IDS), asked).all()),
            dict(uow.session.execute(text(_PARCEL_IDS), asked).all()),
        )

    def changes(self, proposal: Proposal, law: Any, today: date) -> Changes:
        """The changes of one case. Raises NotFound when a party or parcel it names is not in the register."""
        facts = proposal.facts
        if isinstance(facts, HomesteadFacts):
            return self._homestead(proposal, facts, law, today)
        if facts.term is None:
            raise Refused(Finding("CT-1", "term", {}, subject=facts.code))
        return self._contract(proposal, facts, facts.term)

    def _homestead(self, proposal: Proposal, facts: HomesteadFacts, law: Any, today: date) -> Changes:
        case, staged = proposal.case, proposal.staged
        return register_homestead(
            HomesteadRegistration(
                county=case.county,
                village=case.village,
                right_id=uuid4(),
                right_row=uuid4(),
                code=facts.code,
                unit_code=facts.unit_code,
                household_id=self._known(self.households, case.household_code),
                parcel=ParcelOfRight(self._known(self.parcels, facts.code), facts.code, facts.area_m2),
                confirmed=confirmed_area(facts, law),
                footprint_m2=staged["footprint_m2"],
                floor_area_m2=staged["building_area_m2"],
                floors=staged["storeys"],
                built_on=facts.built_on if facts.built_on and facts.built_on <= today else None,
                nature=nature_of(staged),
                registered_on=today,
            )
        )

    def _contract(self, proposal: Proposal, facts: ContractFacts, term: Period) -> Changes:
        case, staged = proposal.case, proposal.staged
        return register_contract(
            ContractRegistration(
                county=case.county,
                village=case.village,
                contract_id=uuid4(),
                right_id=uuid4(),
                right_row=uuid4(),
                code=facts.code,
                collective_id=self._known(self.collectives, staged["issuer_code"]),
                household_id=self._known(self.households, case.household_code),
                mode=staged["way"],
                term=term,
                signed_on=staged["signed_on"],
                area_m2=facts.area_m2,
                mu=facts.mu,
                parcels=tuple(
                    ParcelOfRight(self._known(self.parcels, parcel.code), parcel.code, parcel.area_m2)
                    for parcel in facts.parcels
                ),
            )
        )

    @staticmethod
    def _known(ids: Mapping[str, UUID], code: str) -> UUID:
        if code not in ids:
            raise NotFound(Finding("REG-15", values={"code": code}, subject=code))
        return ids[code]


def nature_of(staged: Mapping[Any, Any]) -> str:
    """The nature of a homestead's right that is registered, by the word that it has among others in the survey: '' where that says
    none that it may have (COD-52).
    """
    return next((one for one in HOMESTEAD_NATURES if one in (staged["nature"] or "")), "")


_HOUSEHOLD_IDS = """
    SELECT code, household_id FROM party.household
    WHERE county = :county AND code = ANY (:households) AND upper_inf(recorded) AND upper_inf(valid)
"""
_COLLECTIVE_IDS = """
    SELECT code, collective_id FROM party.collective
    WHERE county = :county AND upper_inf(recorded) AND upper_inf(valid) AND code IN (
        SELECT issuer_code FROM land.staged_contract
        WHERE county = :county AND package_id = ANY (:packages) AND code = ANY (:subjects))
"""
_PARCEL_IDS = """
    SELECT l.code, l.parcel_id FROM registry.case_parcel AS p
    JOIN land.parcel AS l ON l.county = p.county AND l.code = p.parcel_code AND upper_inf(l.recorded) AND upper_inf(l.valid)
    WHERE p.county = :county AND p.case_id = ANY (:cases)
"""
