"""A negotiation, step by step: what the taker offers, what the household answers, and the yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.access.rules import Step
from landreg.core.actor import Actor, Desk
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import CENT
from landreg.exchange.bidding import deal_queries, logged, sales, swapped, taker_queries, told_queries
from landreg.exchange.bidding.acting import Under, for_its_own, noted
from landreg.exchange.bidding.deal_model import Offer
from landreg.exchange.bidding.rules.offers import (
    FIRST,
    NAMING,
    OFFER_RULES,
    Said,
    Saying,
    off_7_looked_at_twice,
    off_8_words_lead_nowhere_else,
)
from landreg.exchange.bidding.swapped import EXCHANGE
from landreg.exchange.listings.heard import strayed
from landreg.exchange.listings.rules.offer import HOUSES
from landreg.exchange.listings.rules.words import Spoken
from landreg.exchange.model import Taker
from landreg.law.book import Law, examine, term
from landreg.law.queries import load_law
from landreg.registry.guarded import words_of_transfer_tie_nothing

KINDS = ("offer", "counter", "accept", "decline", "withdraw")


@dataclass(frozen=True)
class Word:
    """What one side says. price: of an offer or a counter-offer. parcels: what an offer gives in an exchange, by their codes."""

    kind: str
    price: Decimal | None = None
    said: str = ""
    parcels: tuple[str, ...] = ()


def say(actor: Actor, county: str, listing_id: UUID, taker_id: UUID, word: Word, under: Under | None = None) -> Offer:
    """Say the next word: as the taker where the taker is the actor's, else as the household whose land it is. under: the consent by
    which an agent says it: to bid for the household that takes land, to answer for the one that offers it.

    Raises NotFound, BadInput (FORM-5), Refused (OFF-1 to OFF-5, OFF-8, BID-6, BID-11, BID-23, QUAL-1, QUAL-4, GUARD-1, BID-8,
    ACC-25; of what is given in an exchange OFF-6, TR-12, LST-7, LST-11, LST-12).
    """
    if word.kind not in KINDS:
        raise BadInput(Finding("FORM-5", "kind", {"given": word.kind[:40]}))
    with unit_of_work(actor) as uow:
        told = told_queries.told(uow.session, county, listing_id)
        if told is None or told.way != "negotiation":
            raise NotFound
        own = taker_queries.taker(uow.session, county, taker_id)
        for_its_own(uow, under, own)
        before = deal_queries.offers(uow.session, county, listing_id, taker_id)
        if own is None and not (told.own and before):
            raise NotFound
        law = load_law(uow.session, county, beijing_day(uow.now))
        words_of_transfer_tie_nothing(law.on, said=word.said)
        side = "household" if own is None else "taker"
        _allowed(
            uow, law, told, own, [Said(one.side, one.kind, one.price, one.until_day) for one in before], side, word
        )
        last = before[-1] if before else None
        price = word.price if word.kind in NAMING and word.price is not None else last.price if last else Decimal(0)
        step = Step.ANSWER if own is None else Step.BID
        noted(uow, under, f"{told.number} {term('offer_kind', word.kind)} {price:.2f}", step)
        row = Offer(
            county=county, village=told.village, offer_id=uuid4(), listing_id=listing_id, taker_id=taker_id,
            seq=len(before) + 1, side=side, kind=word.kind, price=price.quantize(CENT),
            until_day=_until(law, word, last), said=word.said.strip(), by=actor.account_id, by_name=actor.name, at=uow.now,
            parcels=_given(told, word, last),
        )  # fmt: skip
        logged.enter(uow, row)
    return row


def look_at(actor: Actor, county: str, listing_id: UUID, word: Word, seen: Decimal | None) -> None:
    """Raises Refused (OFF-7, with it OFF-8 of its words) for a price that is far from what is asked and was not shown with what it
    comes to: seen.
    """
    with unit_of_work(actor) as uow:
        told = told_queries.told(uow.session, county, listing_id)
        if told is None:
            raise NotFound
        law = load_law(uow.session, county, beijing_day(uow.now))
    facts = Saying((), "", word.kind, law.on, word.price, told.kind == EXCHANGE, told.unit, word.said)
    if far := off_7_looked_at_twice(facts, law, told.price, told.area_mu, seen):
        contact = off_8_words_lead_nowhere_else(facts, law)
        raise Refused([far, contact] if contact else far)


def _allowed(
    uow: UnitOfWork, law: Law, told: told_queries.Told, own: Taker | None, before: list[Said], side: str, word: Word
) -> None:
    facts = Saying(
        before, side, word.kind, law.on, word.price, told.kind == EXCHANGE, told.unit, word.said, told.kind in HOUSES
    )
    spoken, given = Spoken("", told.kind, {"said": word.said}), (told.listing_id, told.number)
    findings = [
        *examine(OFFER_RULES, facts, law),
        *strayed(uow.session, told.county, spoken, law, word.parcels, *given, own=uow.actor.desk is Desk.CITIZEN),
    ]
    if own is not None and word.kind != "withdraw":
        findings += sales.may_not_enter(uow, law, told, own)
        if word.kind in (*NAMING, "accept"):
            findings += sales.may_not_take(uow, law, told, own)
        if word.kind == FIRST and told.kind == EXCHANGE:
            findings += swapped.against(uow, law, told, word.parcels)
    if findings:
        raise Refused(findings)


def _given(told: told_queries.Told, word: Word, last: Offer | None) -> list[str] | None:
    """What the taker gives: named by its offer, and the same in every word after it."""
    if word.kind != FIRST:
        return None if last is None else last.parcels
    return sorted(set(word.parcels)) if told.kind == EXCHANGE else None


def _until(law: Law, word: Word, last: Offer | None) -> date:
    if word.kind in NAMING or last is None:
        return law.on + timedelta(days=law.days("OFF-2.holds_days"))
    return last.until_day
