"""A village agent takes part for a household: whose act each step is, is written with it and logged, or neither is.

Under a consent to the step `bid` an agent enters, bids, hands sealed bids in and talks as who takes land. What the household
itself offers is no agent's to give by it: the step `answer` lets one accept, decline and counter what others offer for it; the
step `priority` lets one claim the household's priority as a member of its collective.
"""

from __future__ import annotations

from uuid import UUID

from landreg.access import consents
from landreg.access.model import Consent
from landreg.access.rules import Step
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding, NotFound, Refused
from landreg.exchange.bidding.rules.priority import pri_9_not_the_contractor
from landreg.exchange.listings import offered_queries
from landreg.exchange.model import Taker
from landreg.registry.home.brought import seeing

Under = tuple[str, UUID]
"""A consent: its county and id."""
STEPS = (Step.BID, Step.ANSWER, Step.PRIORITY)


def for_household(actor: Actor, under: Under) -> tuple[Actor, Consent]:
    """The agent as one who sees the household that gave a consent. Raises NotFound for another's, Refused (ACC-25)."""
    consent = consents.one_held(actor, *under)
    if consent.step not in STEPS:
        raise Refused(Finding("ACC-25", values={"consent_step": consent.step}))
    return seeing(actor, consent), consent


def for_its_own(uow: UnitOfWork, under: Under | None, taker: Taker | None) -> None:
    """Raises NotFound where an agent would act as a taker that is not of the household whose consent it is."""
    if under is not None and taker is not None and taker.household_id != uow.actor.household:
        raise NotFound


def noted(uow: UnitOfWork, under: Under | None, subject: str, step: Step = Step.BID) -> UUID | None:
    """Write that the agent does it for the household, in the transaction of what is done; the act's id. Raises Refused (ACC-25)."""
    return None if under is None else consents.write_act(uow, *under, step, subject).agent_act_id


def not_its_own(uow: UnitOfWork, county: str, listing_id: UUID, home: UUID | None) -> None:
    """Raises Refused (PRI-9) for the household that contracts the land which its taker offers further."""
    if own := pri_9_not_the_contractor(offered_queries.is_contractor(uow.session, county, listing_id, home)):
        raise Refused(own)
