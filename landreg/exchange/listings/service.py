"""A listing from its offer to its end: handed in by a household, its agent or the office for a collective, reviewed, ended.

What is wrong with an offer is told all together, before anything is written; the database holds the same (migration 0034).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4, uuid5

from landreg.access import consents
from landreg.access.rules import Step
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange import logged
from landreg.exchange.listings import listing_queries as queries
from landreg.exchange.listings import offered_queries
from landreg.exchange.listings.offered_queries import Offered as OfOwn
from landreg.exchange.listings.photos import Kept
from landreg.exchange.listings.reading import Land, Offer, facts_of, land_of, resolved_of
from landreg.exchange.listings.rows import listing_of, parts_of
from landreg.exchange.listings.rules.course import lst_39_settled_with_its_reason
from landreg.exchange.listings.rules.facts import Index, Offered
from landreg.exchange.listings.rules.land import LAND_RULES
from landreg.exchange.listings.rules.offer import OFFER_RULES
from landreg.exchange.listings.rules.usual import USUAL_RULES
from landreg.exchange.model import Listing, ListingEvent
from landreg.exchange.publication import late_days, put_off
from landreg.land.parcel_queries import gone_by
from landreg.law.book import examine
from landreg.law.queries import load_law
from landreg.registry.guarded import ties_nothing, words_of_transfer_tie_nothing
from landreg.registry.home.brought import seeing
from landreg.registry.rules.died_out import nobody_lives
from landreg.registry.rules.gone import end_5_still_the_collective_s

RULES = (*LAND_RULES, *OFFER_RULES, *USUAL_RULES)


@dataclass(frozen=True)
class Judged:
    """An offer with all that is wrong with it, and what is merely told."""

    refused: tuple[Finding, ...]
    told: tuple[Finding, ...]
    land: Land


def judge(
    actor: Actor, county: str, offer: Offer, *, source: str = "household", photos: int = 0, index: Index | None = None
) -> Judged:
    """All findings on an offer, without writing anything. index: of the county, where there is one. Raises NotFound,
    Refused (GUARD-1) for words that tie it.
    """
    with unit_of_work(actor) as uow:
        return _judge(uow, county, offer, source, photos, index)


def list_own(
    actor: Actor, county: str, offer: Offer, photos: Sequence[Kept] = (), listing_id: UUID | None = None
) -> Listing:
    """List land of the actor's own household. Sent again with its id, it is the same listing.

    Raises NotFound for a right that is none of the household's, Refused with every finding (TR, LST, ACC-30, GUARD-1).
    """
    if actor.household is None:
        raise Refused(Finding("ACC-30"))
    with unit_of_work(actor) as uow:
        return _list(uow, county, offer, photos, _own_id(actor, listing_id), None)


def list_for(
    actor: Actor,
    county: str,
    consent_id: UUID,
    offer: Offer,
    photos: Sequence[Kept] = (),
    listing_id: UUID | None = None,
) -> Listing:
    """The same as an agent, under a household's consent to the step `list`; the act and the listing are written together."""
    consent = consents.one_held(actor, county, consent_id)
    with unit_of_work(seeing(actor, consent)) as uow:
        return _list(uow, county, offer, photos, _own_id(actor, listing_id), consent_id)


def list_collective(
    actor: Actor, county: str, offer: Offer, photos: Sequence[Kept] = (), listing_id: UUID | None = None
) -> Listing:
    """List land of a collective by its members' resolution, as the office enters it. Raises as `list_own`."""
    with unit_of_work(actor) as uow:
        return _list(uow, county, offer, photos, _own_id(actor, listing_id), None, source="collective")


def _own_id(actor: Actor, asked: UUID | None) -> UUID:
    """The id of a listing: what a form asked for is this account's own, and names nobody else's."""
    return uuid4() if asked is None else uuid5(actor.account_id, str(asked))


def withdraw(actor: Actor, county: str, listing_id: UUID, said: str = "") -> None:
    """Take a listing back, at any time before the deal: a household its own, the office a collective's. Raises NotFound,
    Refused (LST-6).
    """
    with unit_of_work(actor) as uow:
        row = _row(uow, county, listing_id)
        if row.household_id != actor.household:
            raise NotFound
        ties_nothing(beijing_day(uow.now), said=said)
        note(uow, row, "withdrawn", said)


def withdraw_for(actor: Actor, county: str, consent_id: UUID, listing_id: UUID, said: str = "") -> None:
    """The same as an agent, under a consent to list or to withdraw."""
    consent = consents.one_held(actor, county, consent_id)
    step = Step(consent.step) if consent.step in (Step.LIST, Step.WITHDRAW) else Step.LIST
    with unit_of_work(seeing(actor, consent)) as uow:
        row = _row(uow, county, listing_id)
        if row.household_id != consent.household_id:
            raise NotFound
        consents.write_act(uow, county, consent_id, step, row.number)
        ties_nothing(beijing_day(uow.now), said=said)
        note(uow, row, "withdrawn", said)


def review(actor: Actor, county: str, listing_id: UUID, index: Index | None = None) -> Judged:
    """What is wrong with a listing today, for the operator. Raises NotFound."""
    with unit_of_work(actor) as uow:
        return _judge_row(uow, _row(uow, county, listing_id), index)


def publish(actor: Actor, county: str, listing_id: UUID) -> tuple[Finding, ...]:
    """Publish a listing; what is merely told. Raises NotFound, Refused with every finding of today (TR, LST)."""
    with unit_of_work(actor) as uow:
        row = _row(uow, county, listing_id)
        judged = _judge_row(uow, row)
        if judged.refused:
            raise Refused(judged.refused)
        note(uow, row, "published", "")
    return judged.told


def object_to(actor: Actor, county: str, listing_id: UUID, said: str = "") -> None:
    """The household that contracts the land says that it never consented to its being offered further: the listing is held.

    Raises NotFound where none of its land is, Refused (LST-6) where it is not published.
    """
    with unit_of_work(actor) as uow:
        ties_nothing(beijing_day(uow.now), said=said)
        note(uow, offered_queries.one_of_own(uow.session, county, listing_id), "objected", said)


def settle(actor: Actor, county: str, listing_id: UUID, consented: bool, said: str) -> None:
    """The operator settles what the contractor objected to: it did consent, and the listing is published again, or it did not.

    Raises NotFound, Refused (LST-39, LST-6, LST-7, TR-1, TR-12).
    """
    with unit_of_work(actor) as uow:
        row = _row(uow, county, listing_id)
        if row.state != "objected":
            raise NotFound
        if silent := lst_39_settled_with_its_reason(said):
            raise Refused(silent)
        ties_nothing(beijing_day(uow.now), said=said)
        note(uow, row, "published" if consented else "failed", said)


def return_(actor: Actor, county: str, listing_id: UUID, said: str) -> None:
    """Give a listing back with all reasons in writing. Raises NotFound, BadInput (LST-5), Refused (LST-6)."""
    if not said.strip():
        raise BadInput(Finding("LST-5", "reason"))
    with unit_of_work(actor) as uow:
        row = _row(uow, county, listing_id)
        ties_nothing(beijing_day(uow.now), said=said)
        note(uow, row, "returned", said.strip())


def would_run(row: Listing, today: date) -> tuple[date, date]:
    """The last day of publication and the first of the term, of a listing that waits as if it was published today."""
    late = late_days(beijing_day(row.listed_at), today) if row.state == "submitted" else 0
    return put_off(row.way, row.closes_on, row.from_on, row.until_on, late)


def note(uow: UnitOfWork, row: Listing | OfOwn, kind: str, said: str) -> ListingEvent:
    """Write a step of a listing and its leaf. Raises what the database refuses (LST-6, LST-7, LST-9, TR-1, TR-12)."""
    event = ListingEvent(
        county=row.county, village=row.village, listing_id=row.listing_id, event_id=uuid4(), kind=kind, said=said.strip(),
        by_id=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    uow.session.add(event)
    uow.session.flush()
    logged.stage_event(uow, event)
    return event


def _row(uow: UnitOfWork, county: str, listing_id: UUID) -> Listing:
    row = queries.one(uow.session, county, listing_id)
    if row is None:
        raise NotFound
    return row


def _judge(uow: UnitOfWork, county: str, offer: Offer, source: str, photos: int, index: Index | None = None) -> Judged:
    today = beijing_day(uow.now)
    words_of_transfer_tie_nothing(today, said=offer.said, crop=offer.crop)
    for kind, paper in offer.handed.items():
        ties_nothing(today, paper, kind)
    land = land_of(uow.session, uow.actor, county, offer)
    if source == "household" and land.right is None:
        raise NotFound
    return judged(uow, county, facts_of(offer, land, today, source=source, photos=photos, index=index), land)


def judged(uow: UnitOfWork, county: str, facts: Offered, land: Land) -> Judged:
    """What the rules find, sorted by what stops it and what is told."""
    law = load_law(uow.session, county, facts.today)
    found = [*examine(RULES, facts, law)]
    if land.right is not None and (dead := queries.died_out(uow.session, county, land.right.right_id)):
        found.append(nobody_lives([dead], "parcel", facts.number or None))
    if land.right is None:
        gone = {one.parcel_code: one.number for one in gone_by(uow.session, county, facts.codes)}
        taken = end_5_still_the_collective_s(gone, "parcel", facts.number or None)
        # Of what is no more the collective's own, END-5 tells more than LST-20.
        found = [taken, *(one for one in found if one.code != "LST-20")] if taken else found
    refused = tuple(one for one in found if law.rules[one.code].effect == "refuse")
    return Judged(refused, tuple(one for one in found if one not in refused), land)


def _judge_row(uow: UnitOfWork, row: Listing, index: Index | None = None) -> Judged:
    parts = queries.parcels(uow.session, row.county, row.listing_id)
    handed = frozenset(one.kind for one in queries.papers(uow.session, row.county, row.listing_id))
    said, resolution = resolved_of(row)
    today = beijing_day(uow.now)
    closes_on, from_on = would_run(row, today)
    offer = Offer(
        kind=row.kind, parcels=tuple(part.parcel_code for part in parts), first_day=from_on, until_on=row.until_on,
        closes_on=closes_on, price=row.price, right_id=row.right_id, unit=row.unit, grain=row.grain,
        escalator_percent=row.escalator_percent, paid_every=row.paid_every,
        paid_before=row.paid_before, to_whom=row.to_whom, way=row.way, crop=row.crop, said=said,
        papers=handed | (resolution.papers if resolution else frozenset()), resolution=resolution,
    )  # fmt: skip
    land = land_of(uow.session, uow.actor, row.county, offer, row.listing_id)
    land = land.with_parts(parts)
    facts = facts_of(offer, land, today, source=row.source, number=row.number, index=index)
    return judged(uow, row.county, facts, land)


def _list(
    uow: UnitOfWork,
    county: str,
    offer: Offer,
    photos: Sequence[Kept],
    listing_id: UUID,
    consent_id: UUID | None,
    *,
    source: str = "household",
) -> Listing:
    # The same form sent twice at once is one listing: the second waits for the first.
    uow.lock_parcels(county, [listing_id])
    if (again := queries.one(uow.session, county, listing_id)) is not None:
        return again
    before = None if offer.instead_of is None else queries.one(uow.session, county, offer.instead_of)
    if offer.instead_of is not None and (before is None or before.household_id != uow.actor.household):
        raise NotFound
    found = _judge(uow, county, offer, source, len(photos))
    if found.refused:
        raise Refused(found.refused)
    today = beijing_day(uow.now)
    words_of_transfer_tie_nothing(today, approval="" if offer.resolution is None else offer.resolution.words)
    number = f"{county}-L{today.year}-{queries.next_number(uow.session):05d}"
    act = consents.write_act(uow, county, consent_id, Step.LIST, number) if consent_id is not None else None
    row = listing_of(uow, county, offer, found.land, listing_id, number, source)
    if act is not None:
        row.agent_id, row.agent_act_id = act.agent_id, act.agent_act_id
    uow.session.add(row)
    uow.session.flush()
    parts = parts_of(row, offer, found.land, photos)
    uow.session.add_all(parts)
    uow.session.flush()
    logged.stage_listing(uow, row, parts)
    note(uow, row, "submitted", "")
    return row
