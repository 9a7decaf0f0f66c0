"""From a survey's contract by other means to a case: its land and contractor enter the register, then its right is applied for."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.core.periods import beijing_day
from landreg.law.queries import load_law
from landreg.registry.casework import apart_queries, opening
from landreg.registry.casework.applications import open_case
from landreg.registry.casework.land_applications import case_on_land
from landreg.registry.entry import enter_survey
from landreg.registry.facts.other_means import member_of
from landreg.registry.rules.household_requests import OtherMeans


def enter(actor: Actor, county: str, package_id: UUID, village: str) -> None:
    """Enter the land of a village's contracts by other means, its collectives, and the households that have such a contract: what
    households hold by household contracting comes with its own first registration.

    Raises NotFound for a package that is not in force, Refused (REG-28), Conflict (REG-11) where the register has it all.
    """
    with unit_of_work(actor) as uow:
        uow.lock_village(village)
        opening.staged(uow, county, package_id, village)
        alone = apart_queries.rests_on(uow.session, county, package_id, village)
        if not alone["parcel"] or enter_survey(uow, county, package_id, village, [], alone) is None:
            raise Conflict(Finding("REG-11"))


def apply(actor: Actor, county: str, package_id: UUID, code: str, asked: OtherMeans) -> UUID:
    """Open the case of a right under a survey's contract, over its whole land; its id. asked: what was typed, but the right's code,
    the land, and whether the contractor is of the collective, which are read.

    Raises NotFound, Conflict (REG-26), Refused with every finding (LO-*, REG-31).
    """
    with unit_of_work(actor) as uow:
        found = apart_queries.by_other_means(uow.session, county, package_id, code)
        if found is None:
            raise NotFound
        opening.staged(uow, county, package_id, found.village)
        holder = asked.operator
        inside = holder.kind == "household" and member_of(uow.session, county, holder.holder_id, found.issuer)
        whole = replace(
            asked,
            code=found.right_code,
            parcels=tuple(one.code for one in found.parcels),
            by="member" if inside else "outsider",
        )
        law = load_law(uow.session, county, beijing_day(uow.now))
        return open_case(uow, law, *case_on_land(uow, law, county, found.village, whole))
