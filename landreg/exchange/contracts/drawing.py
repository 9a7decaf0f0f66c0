"""A contract is drawn: from a deal, of a deal made off the market, as renewal, change or re-transfer, or for a village's project.

What register and deal know is filled in; what only the parties can say is asked. Every finding is told at once; what lacks a
clause is not drawn, and is told which (TR-7, CON-80).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.codes import ISSUER
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import CENT, total_mu
from landreg.exchange.bidding import takers
from landreg.exchange.contracts import (
    cancelling,
    deal_queries,
    draft_queries,
    land_queries,
    logged,
    making,
    resolving,
    taking,
)
from landreg.exchange.contracts.deal_queries import Dealt
from landreg.exchange.contracts.drafts import Draft, Taken, Terms, draft_of
from landreg.exchange.contracts.entering import happened, held, must, of_transfer, open_for
from landreg.exchange.contracts.judging import judged, parcels_of
from landreg.exchange.contracts.land_queries import Land
from landreg.exchange.contracts.model import Contract, ContractParcel
from landreg.exchange.contracts.resolving import Decided
from landreg.exchange.contracts.rules import wording
from landreg.exchange.contracts.rules.clauses import Text
from landreg.exchange.contracts.rules.course import (
    Renewal,
    con_9_no_open_dispute,
    con_10_taker_before_others,
    stage,
)
from landreg.exchange.contracts.rules.following import (
    FOLLOWED_AT,
    Change,
    con_60_changed_between_the_same_two,
    con_61_changed_within_its_term,
    con_62_one_draft_follows,
    con_69_moved_right_is_changed_no_more,
)
from landreg.exchange.contracts.rules.free import con_100_term_is_not_over
from landreg.exchange.contracts.rules.instalments import Instalment, kept
from landreg.exchange.contracts.rules.renewing import free
from landreg.exchange.contracts.rules.terms import con_27_passed_on_from_its_parent
from landreg.exchange.contracts.rules.usual import Priced, con_87_price_is_usual
from landreg.exchange.contracts.rules.wording import Parcelled
from landreg.exchange.listings.papers import CONSENT
from landreg.exchange.model import Taker
from landreg.land.parcel_queries import gone_by
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached, ties_nothing, words_of_transfer_tie_nothing
from landreg.registry.rules.gone import end_5_still_the_collective_s

KNOWN = ("grade", CONSENT, "other_parcels")
"""What register, listing and deal say, whatever is typed."""


def draw_from_deal(
    actor: Actor, county: str, deal_id: UUID, kind_values: Mapping[str, str], said: str = "",
    instalments: tuple[Instalment, ...] = (),
) -> Contract:  # fmt: skip
    """Draw the contract of a deal that stands: land, term, price and rhythm are the listing's and the deal's.

    Said again in the same words it is the contract that was drawn. Raises NotFound, Conflict (CON-42) where another was drawn,
    Refused with every finding (CON-100, TR-*, CON-*, GUARD-1).
    """
    with unit_of_work(actor) as uow:
        found = deal_queries.dealt(uow.session, county, deal_id)
        if found is None:
            raise NotFound
        given = taking.named(uow.session, county, found.taker.code, found.deal.parcels or ())
        draft = draft_of(found, {**kind_values, **given}, said, instalments)
        law = load_law(uow.session, county, beijing_day(uow.now))
        made = deal_queries.contract_of_deal(uow.session, county, deal_id)
        if made is not None and not making.drop_late(uow, made, law):
            if says_the_same(made, draft):
                return made
            raise Conflict(Finding("CON-42", "state", {"number": made.number}, subject=made.number))
        if over := con_100_term_is_not_over((found.listing.number, draft.terms.until_on), law):
            raise Refused(over)
        if found.listing.kind == "retransfer":
            draft = passed_on(uow, found, draft)
        return draw(uow, draft, found.taker)


def says_the_same(made: Contract, draft: Draft) -> bool:
    """Whether a contract that is drawn says what a draft of its deal does: what the parties said of the clauses, and added."""
    said = {name: text.strip() for name, text in draft.values.items() if text.strip()}
    same = all(str(made.clauses.get(name, text)) == text for name, text in said.items() if name not in KNOWN)
    return same and made.said == draft.said.strip() and made.instalments == kept(draft.terms.instalments)


def passed_on(uow: UnitOfWork, found: Dealt, draft: Draft) -> Draft:
    """The contract of a deal by which land that was taken in goes further: it rests on the contract by which it was taken, or,
    where the record has none, on the registered land-operation right alone; the contractor's consent is the listing's paper.

    Raises Refused (CON-9) while a dispute over that contract is open.
    """
    listing, deal = found.listing, found.deal
    if consent := deal_queries.consent(uow.session, deal.county, listing.listing_id):
        draft = replace(draft, values={**draft.values, "contractor_consent": f"{consent.name}，{consent.sha256[:16]}"})
    codes = [one.code for one in draft.parcels]
    row = deal_queries.taken_by(uow.session, deal.county, listing.household_code, codes)
    if row is None:
        return draft
    previous, law = held(uow, deal.county, row.contract_id)
    if wrong := con_9_no_open_dispute(previous.course(law.on), law):
        raise Refused(wrong)
    return replace(draft, right_id=row.right_id, relation="retransfer", previous=previous, operated_id=listing.right_id)


def draw_recorded(
    actor: Actor, county: str, draft: Draft, taker_code: str, taker_name: str = "", contact: str = "", *, asks: bool = False
) -> Contract:  # fmt: skip
    """Draw the contract of a deal that the parties made by themselves. Nobody has to come to the market (办法 6).

    taker_code: of a household, or of an organisation or somebody's card with the name. asks: whether a price that
    is not usual is asked about.
    Raises as `draw_from_deal`, Refused (CON-87) to ask, BadInput for a code that is none.
    """
    with unit_of_work(actor) as uow:
        land = None if draft.right_id is None else land_queries.land(uow.session, county, draft.right_id)
        if land is None:
            raise NotFound
        taker = takers.by_code(uow, county, land.right.village, taker_code, taker_name, contact)
        return draw(uow, draft, taker, asks=asks)


def draw_following(
    actor: Actor, county: str, contract_id: UUID, relation: str, terms: Terms, values: Mapping[str, str],
    parcels: Sequence[Taken] | None = None, said: str = "", taker_code: str = "", taker_name: str = "",
    consent: Attached | None = None, decided: Decided | None = None,
) -> Contract:  # fmt: skip
    """Draw what renews, changes or transfers further a contract: with its taker where no other is named. parcels: None all of its
    own; of one that is named whole, as much as the contract has of it. consent: the contractor's, to a re-transfer. decided:
    of a collective's own land what its members resolved anew.

    Raises NotFound, Conflict (CON-5), Refused (CON-1, CON-9, CON-10, CON-27, CON-38, CON-39, CON-60 to CON-63, CON-69, CON-105 and
    as `draw_from_deal`).
    """
    if relation not in ("renewal", "change", "retransfer"):
        raise BadInput(Finding("FORM-5", "relation", {"given": relation[:40]}))
    terms = replace(terms, kind="retransfer") if relation == "retransfer" else terms
    with unit_of_work(actor) as uow:
        named = takers.hold_code(uow, county, taker_code)
        found, law = held(uow, county, contract_id)
        of_transfer(found, law, relation)
        old, course = found.contract, found.course(law.on)
        open_for(found, law, *FOLLOWED_AT[relation])
        if (end := found.of("ended")) is not None and end.facts.get("how") == "replaced":
            # What replaces it is renewed or passed on instead.
            raise Conflict(Finding("CON-5", "state", {"where": stage(course)}, subject=old.number))
        own = deal_queries.taker(uow.session, county, old.taker_id)
        if own is None:
            raise NotFound
        taker = takers.of_code(uow, county, named, old.village, taker_name) if taker_code else own
        findings = [con_9_no_open_dispute(course, law)]
        findings.append(con_27_passed_on_from_its_parent((old.number, old.kind, relation), law))
        if relation != "retransfer":
            drafts = [one for one in draft_queries.following(uow.session, old) if not making.drop_late(uow, one, law)]
            findings.append(con_62_one_draft_follows((old.number, [one.number for one in drafts]), law))
        if relation == "change":
            findings.append(con_60_changed_between_the_same_two((old.number, taker.taker_id == own.taker_id), law))
            findings.append(con_61_changed_within_its_term(Change(course, terms.from_on), law))
            moved = (old.number, land_queries.register_moves_it(uow.session, county, contract_id))
            findings.append(con_69_moved_right_is_changed_no_more(moved, law))
            findings += cancelling.stopped(uow, found, law, "change")
        if relation == "renewal":
            asked = Renewal(course, terms.from_on, taker.taker_id == own.taker_id, free(course.events))
            findings.append(con_10_taker_before_others(asked, law))
        if anew := resolving.resolves(old, relation):
            decided = decided or Decided()
            findings.append(resolving.against(uow.session, found, taker, decided, law))
        if told := [finding for finding in findings if finding]:
            raise Refused(told)
        whole = {one.parcel_code: Taken(one.parcel_code, one.area_m2, None, one.part) for one in found.parcels}
        if parcels is None:
            parcels = tuple(whole.values())
        taken = tuple(whole.get(one.code, one) if one.area_m2 is None else one for one in parcels)
        values = {name: text for name, text in values.items() if name != CONSENT}
        if consent is not None:
            ties_nothing(law.on, consent)
            values[CONSENT] = f"{consent.name}，{consent.sha256[:16]}"
        if anew and decided and decided.told:
            values["resolution"] = decided.told.words
        made = draw(uow, Draft(old.right_id, taken, terms, values, said, None, relation, found), taker)
        if anew and decided:
            resolving.record(uow, made, decided, law)
        if relation == "retransfer":
            happened(uow, made, "contractor_consented", law.on, paper=must(consent, CONSENT))
        return made


def draw(uow: UnitOfWork, draft: Draft, taker: Taker, number: str = "", *, asks: bool = False) -> Contract:
    """Draw a contract. number: one that was drawn for it before. asks: whether a price that is not usual is asked about (CON-87).
    Raises NotFound, Refused with every finding.
    """
    county, terms = taker.county, draft.terms
    law = load_law(uow.session, county, beijing_day(uow.now))
    # Of days in the wrong order CON-16 tells.
    if terms.from_on < terms.until_on and (over := con_100_term_is_not_over((number, terms.until_on), law)):
        raise Refused(over)
    said: dict[str, Any] = {"said": draft.said, **{f"clause_{name}": text for name, text in draft.values.items()}}
    words_of_transfer_tie_nothing(law.on, **said)
    land = _land_of(uow, county, draft)
    findings, values = judged(uow, law, land, draft, taker)
    if findings:
        raise Refused(findings)
    pieces = parcels_of(land, draft)
    priced = Priced("", terms.kind, terms.unit, terms.price, total_mu(one.area_m2 for one in pieces))
    if asks and (unusual := con_87_price_is_usual(priced, law)):
        raise Refused(unusual)
    # What an organisation passes on lies in a collective all the same: its parcels' codes say in which.
    of_issuer = pieces[0].code if terms.kind == "retransfer" else land.right.household_code
    number = number or land_queries.next_numbers(uow.session, county, land.right.village, of_issuer[:ISSUER])[0]
    last = law.on + timedelta(days=law.days("CON-45.draft_days"))
    text = Text(terms.kind, terms.unit, values, draft.said, terms.months, not terms.price, number)
    row = Contract(
        county=county, village=land.right.village, contract_id=uuid4(), number=number, deal_id=draft.deal_id, kind=terms.kind,
        right_id=draft.right_id, right_code=land.right.right_code, household_id=land.right.household_id,
        household_code=land.right.household_code, household_name=land.right.household_name, taker_id=taker.taker_id,
        taker_name=taker.name, from_on=terms.from_on, until_on=terms.until_on, unit=terms.unit, price=terms.price.quantize(CENT),
        grain=terms.grain, escalator_percent=terms.escalator_percent.quantize(CENT), paid_every=terms.paid_every,
        paid_before=terms.paid_before, area_m2=sum((one.area_m2 for one in pieces), Decimal("0.00")), clauses=dict(values),
        said=draft.said.strip(), text_sha256=wording.digest(text, pieces, law.on), relation=draft.relation,
        previous_id=draft.previous.contract.contract_id if draft.previous else None, instalments=kept(terms.instalments),
        project_id=draft.project_id,
        drawn_by=uow.actor.account_id, drawn_by_name=uow.actor.name, drawn_at=uow.now, state="drawn", ends_on=None,
        drawn_until=last, sign_until=last, void=False,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    rows = _parcels(uow, row, land, draft, pieces)
    uow.session.add_all(rows)
    uow.session.flush()
    logged.stage_contract(uow, row, rows)
    return row


def _parcels(
    uow: UnitOfWork, row: Contract, land: Land, draft: Draft, pieces: Sequence[Parcelled]
) -> list[ContractParcel]:
    """The parcels of a contract as rows, each with its neighbours as the register says them."""
    bounds = land_queries.bounds(uow.session, row.county, [one.code for one in pieces])
    return [
        ContractParcel(
            county=row.county, village=row.village, contract_id=row.contract_id, parcel_code=one.code, name=one.name,
            neighbours=bounds.get(one.code, ""), area_m2=one.area_m2,
            registered_m2=land.parcels[one.code].area_m2, price=one.price.quantize(CENT),
            part=next((taken.part for taken in draft.parcels if taken.code == one.code), None),
        )
        for one in pieces
    ]  # fmt: skip


def _land_of(uow: UnitOfWork, county: str, draft: Draft) -> Land:
    """The land of a draft. Raises NotFound for a right that is none, Refused (CON-82) for land that is not of one collective."""
    if draft.right_id is not None:
        found = land_queries.land(uow.session, county, draft.right_id)
        if found is None:
            raise NotFound
        return found
    gone = {one.parcel_code: one.number for one in gone_by(uow.session, county, [one.code for one in draft.parcels])}
    if taken := end_5_still_the_collective_s(gone, "parcels", None):
        raise Refused(taken)
    of_collective = land_queries.collective_land(uow.session, county, [one.code for one in draft.parcels])
    if of_collective is None:
        raise Refused(Finding("CON-82", "parcels"))
    return of_collective
