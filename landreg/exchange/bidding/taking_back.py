"""A household takes its claim to priority back while the window runs: by its account, its agent, or at the counter."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from landreg.access.rules import Step
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import correcting, deal_queries, logged, told_queries
from landreg.exchange.bidding.acting import Under, for_its_own, noted
from landreg.exchange.bidding.correction_model import Correction
from landreg.exchange.bidding.deal_model import Priority
from landreg.exchange.bidding.rules.ending import stopped
from landreg.exchange.bidding.rules.priority import Window, pri_8_taken_back_while_the_window_runs
from landreg.exchange.bidding.windows import Came, window_of
from landreg.exchange.counter.present import Party, Present, known, stands_for
from landreg.exchange.counter.rules import pri_5_who_claims_stands_for_the_household
from landreg.exchange.model import Taker
from landreg.law.queries import load_law
from landreg.registry.guarded import ties_nothing


def take_back(actor: Actor, county: str, priority_id: UUID, taker: Taker, under: Under | None = None) -> Correction:
    """The household takes its claim back; an agent under its consent to that step.

    Raises NotFound, Refused (PRI-8, ACC-25), Conflict (BID-8) where none stands.
    """
    with unit_of_work(actor) as uow:
        for_its_own(uow, under, taker)
        window = window_of(uow, county, priority_id)
        land = told_queries.told(uow.session, county, window.listing_id)
        noted(uow, under, f"{land.number if land else ''} 撤回优先权主张", Step.PRIORITY)
        return _back(uow, window, taker.household_id, "本户撤回主张" if under is None else "代办员代本户撤回主张")


def take_back_at_counter(actor: Actor, county: str, priority_id: UUID, came: Came) -> Correction:
    """A grown member of the household comes to the counter and takes its claim back.

    Raises NotFound, Refused (PRI-5, PRI-8, GUARD-1), Conflict (BID-8) where none stands.
    """
    with unit_of_work(actor) as uow:
        window, law = window_of(uow, county, priority_id), load_law(uow.session, county, beijing_day(uow.now))
        ties_nothing(law.on, name=came.name, witness=came.witness)
        one = Present(came.name, came.witness, came.card, seen=came.identity_checked)
        told = {row.household_id: row.household_code for row in deal_queries.notices(uow.session, county, priority_id)}
        bearer = known(uow.session, county, told, one)
        party = Party("household", bearer.party_id if bearer else None, "")
        stands_for(uow, county, party, replace(one, bearer=bearer), law, rule=pri_5_who_claims_stands_for_the_household)
        said = f"{came.name.strip()}到窗口撤回主张，见证人{came.witness.strip()}"
        return _back(uow, window, party.party_id, said)


def _back(uow: UnitOfWork, window: Priority, household: UUID | None, said: str) -> Correction:
    if wrong := pri_8_taken_back_while_the_window_runs(Window(beijing_day(uow.now), window.last_day, {})):
        raise Refused(wrong)
    claims = deal_queries.claims(uow.session, window.county, window.priority_id)
    claim = next((one for one in claims if one.household_id == household), None)
    if claim is None:
        raise Conflict(stopped("no_claim_stands", "window"))
    made = correcting.put_correction(uow, "priority_claim", claim, claim.claim_id, said, None)
    logged.stage_row(uow, made)
    return made
