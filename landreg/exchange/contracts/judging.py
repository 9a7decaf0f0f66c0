"""A draft held against register and law: what its parcels are, what its clauses say, every finding that stops it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding
from landreg.core.units import half_up, mu_of, total_mu
from landreg.exchange.bidding.rules.qualified import ENTER_RULES
from landreg.exchange.bidding.sales import taking_in
from landreg.exchange.contracts import deal_queries, dealing, land_queries, project_queries, queries
from landreg.exchange.contracts.drafts import Draft
from landreg.exchange.contracts.land_queries import Land
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules import wording
from landreg.exchange.contracts.rules.building import con_106_built_within_the_term
from landreg.exchange.contracts.rules.clauses import (
    Text,
    asked_of,
    con_41_figures_within_bounds,
    tr_7_written_contract_complete,
)
from landreg.exchange.contracts.rules.following import con_63_change_changes_something
from landreg.exchange.contracts.rules.free import FREE_RULES, KEPT, SOLD_RULES
from landreg.exchange.contracts.rules.instalments import Split, con_35_instalments_add_up, kept
from landreg.exchange.contracts.rules.service import SERVICE
from landreg.exchange.contracts.rules.terms import (
    CONTRACT_RULES,
    Contracted,
    Listed,
    Piece,
    codes_in,
    con_28_penalty_within_bounds,
    of_collective,
)
from landreg.exchange.contracts.rules.uses import OUTSIDE_FARMING
from landreg.exchange.contracts.rules.whole_term import con_89_moved_for_the_rest_of_the_term
from landreg.exchange.contracts.rules.wording import Parcelled
from landreg.exchange.contracts.taking import frozen_land, given_in_exchange, given_parcels, net_area, swapped, unasked
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.listings import listing_queries
from landreg.exchange.listings.rules.offer import GRAINS
from landreg.exchange.listings.rules.words import Spoken, words_stray
from landreg.exchange.model import Taker
from landreg.land.queries import division_path
from landreg.land.shown import code_name
from landreg.law.book import Law, examine, term
from landreg.law.transfers import transfers
from landreg.registry.rules.died_out import nobody_lives

MOST_SIGNS = 2000


def judged(
    uow: UnitOfWork, law: Law, land: Land, draft: Draft, taker: Taker
) -> tuple[list[Finding], Mapping[str, str]]:
    """Every finding on a draft that stops it, and the values of its clauses with what is filled in."""
    terms = draft.terms
    pieces = parcels_of(land, draft)
    chain = _chain(uow, draft.previous)
    values = filled(uow, law, land, draft, taker, pieces, chain)
    facts = _facts(uow, law, land, draft, taker, pieces, chain, values)
    text = Text(terms.kind, terms.unit, values, draft.said, terms.months, not terms.price)
    findings = [*examine((*CONTRACT_RULES, *FREE_RULES), facts, law)]
    findings += [*clauses_lacking(text, law), *con_41_figures_within_bounds(text, law)]
    findings += examine(SOLD_RULES, ("", terms.kind, {"said": draft.said, **draft.values}), law)[:1]
    basic = tuple(one.code for one in facts.pieces if one.basic)
    findings += words_stray(Spoken("", terms.kind, {"said": draft.said, **draft.values}, basic), law)
    findings += con_106_built_within_the_term((terms.kind, values, terms.until_on), law)
    if dear := con_28_penalty_within_bounds(("", values.get("late_per_10000", "")), law):
        findings.append(dear)
    ends = None if land.right.term is None else land.right.term.upper
    if part := con_89_moved_for_the_rest_of_the_term(("", terms.kind, terms.until_on, ends), law):
        findings.append(part)
    split = Split(terms.unit, terms.price, min(law.on, terms.from_on), terms.until_on, terms.instalments)
    if uneven := con_35_instalments_add_up(split, law):
        findings.append(uneven)
    if draft.relation == "change" and draft.previous is not None:
        same = _says_the_same(draft.previous, draft, pieces, values, law)
        if idle := con_63_change_changes_something((draft.previous.contract.number, same), law):
            findings.append(idle)
    findings += dealing.against(uow.session, draft, taker, pieces, law)
    codes = [one.code for one in draft.parcels]
    stands = [*land_queries.frozen(uow.session, taker.county, draft.right_id, codes)]
    if draft.operated_id is not None:
        stands += land_queries.frozen(uow.session, taker.county, draft.operated_id, codes)
    area = sum((one.area_m2 for one in pieces if one.area_m2.is_finite()), Decimal(0))
    before = draft.previous.contract if draft.previous else None
    # A deal's land counts already, and by a service or where a house is let nobody takes any.
    none = draft.deal_id is not None or terms.kind in (SERVICE, *OUTSIDE_FARMING)
    more = Decimal(0) if none else net_area(area, draft.relation, taker.taker_id, before, law.on)
    findings += examine(ENTER_RULES, taking_in(uow, taker, mu_of(more)), law)
    if terms.kind == "exchange":
        time, named = (terms.from_on, terms.until_on), values.get("other_parcels", "")
        findings += given_in_exchange(uow, law, taker, time, named, _replaced(draft))
    if draft.relation != "retransfer" and (dead := listing_queries.died_out(uow.session, taker.county, draft.right_id)):
        findings.append(nobody_lives([dead], "parcels", None))
    findings += unasked(uow.session, law, draft, taker)
    if stands:
        findings += frozen_land("parcels", stands)
    return findings, values


def _says_the_same(
    previous: Whole, draft: Draft, pieces: Sequence[Parcelled], values: Mapping[str, str], law: Law
) -> bool:
    """Whether a draft says what a contract says, but for its first day: term, parcels, price, payment, clauses, what was added."""
    row, terms = previous.contract, draft.terms
    told = [
        (one.until_on, one.unit, one.price, one.grain, one.escalator_percent, one.paid_every, one.paid_before)
        for one in (row, terms)
    ]
    land = {one.parcel_code: (one.area_m2, one.price) for one in previous.parcels}
    asked = asked_of(terms.kind, terms.unit, law.on, free=not terms.price)
    return (
        told[0] == told[1]
        and kept(terms.instalments) == row.instalments
        and {one.code: (one.area_m2, one.price) for one in pieces} == land
        and all(values.get(name, "") == row.clauses.get(name, "") for name in asked)
        and draft.said.strip() == row.said
    )


def clauses_lacking(text: Text, law: Law) -> list[Finding]:
    """TR-7, CON-80 where a clause lacks something, at the first field that is empty; the others are named beside it."""
    found = tr_7_written_contract_complete(text, law)
    if found is None:
        return []
    return [found, *(Finding("FORM-1", name) for name in found.values["fields"][1:])]


def parcels_of(land: Land, draft: Draft) -> tuple[Parcelled, ...]:
    """The parcels as the contract names them; one that the right does not have, with no area."""
    found = []
    for taken in sorted(draft.parcels, key=lambda one: one.code):
        known = land.parcels.get(taken.code)
        whole = Decimal(0) if known is None else known.area_m2
        area = whole if taken.area_m2 is None else taken.area_m2
        price = draft.terms.price if taken.price is None else taken.price
        name = "" if known is None else known.name
        found.append(Parcelled(taken.code, name, half_up(area) if area.is_finite() else area, price, area != whole))
    return tuple(found)


def filled(
    uow: UnitOfWork,
    law: Law,
    land: Land,
    draft: Draft,
    taker: Taker,
    pieces: Sequence[Parcelled],
    chain: Sequence[Contract],
) -> Mapping[str, str]:
    """The values of the clauses: what the parties say, and what is known. chain: the contracts that this one follows."""
    terms, previous = draft.terms, draft.previous
    names = asked_of(terms.kind, terms.unit, law.on, free=not terms.price)
    asked = {name: draft.values.get(name, "").strip()[:MOST_SIGNS] for name in names}
    grades = sorted({land.parcels[one.code].soil_grade or "" for one in pieces if one.code in land.parcels} - {""})
    if grades:  # What the register says goes before what is typed.
        asked["grade"] = "、".join(code_name(grade, "soil_grade") for grade in grades)
    if not asked.get("taker_home"):
        asked["taker_home"] = home_of(uow.session, taker)
    if draft.right_id is None and not asked.get("representative"):
        before = {} if previous is None else previous.contract.clauses
        asked["representative"] = str(before.get("representative") or land.representative)
    several = len({one.price for one in pieces}) > 1
    grain = term("contract_grain", terms.grain) if terms.grain else ""
    price = law.text("CON-11.grain_yuan_per_kg", terms.grain) if terms.grain in GRAINS else ""
    rhythm = wording.rhythm_zh(terms.paid_every, terms.paid_before, terms.instalments) if terms.price else "双方不付款"
    known = wording.given(
        contractor=chain[-1].taker_name if draft.relation == "retransfer" else land.right.household_name,
        home=_contractor_home(uow.session, land, draft, chain),
        taker=f"{taker.name}（{taker.code}）" if taker.code else taker.name,
        mu=total_mu([one.area_m2 for one in pieces if one.area_m2.is_finite()]),
        from_on=terms.from_on, until_on=terms.until_on,
        price=wording.price_zh(terms.price, terms.unit, terms.grain, terms.escalator_percent, several),
        rhythm=rhythm, grain=grain,
        grain_price=f"签订时每千克 {price} 元" if price else "签订时尚未公布价格",
        parent=_rests_on(land, draft, chain), first_contractor=_first_contractor(uow, land, draft),
    )  # fmt: skip
    if terms.kind == "exchange":
        given = codes_in(asked.get("other_parcels", ""))
        theirs = given_parcels(uow.session, taker.county, taker.code, given)
        own = [land.parcels[one.code] for one in pieces if one.code in land.parcels]
        codes = [one.code for one in pieces]
        bounds = land_queries.bounds(uow.session, taker.county, [*codes, *given])
        known = {**known, "swapped": swapped(((own, codes), (theirs, given)), bounds)}
    return {**known, **asked}


def home_of(session: Session, taker: Taker) -> str:
    """Where a household that takes land is at home: the village that the register has it in; '' of anybody else."""
    return _place(session, taker.village) if taker.household_id is not None else ""


def _place(session: Session, village: str) -> str:
    return "".join(division_path(session, village)) or village


def _contractor_home(session: Session, land: Land, draft: Draft, chain: Sequence[Contract]) -> str:
    """Where party A is at home: who passes land on, as the contract says by which it has the land; a household in its village."""
    said = str(chain[-1].clauses.get("taker_home", "")) if draft.relation == "retransfer" else ""
    return said or _place(session, land.right.village)


def _rests_on(land: Land, draft: Draft, chain: Sequence[Contract]) -> str:
    """What a re-transfer rests on: the number of a contract, or the right that is registered of one which the record lacks."""
    if draft.relation == "retransfer":
        return chain[-1].number
    return f"（已登记，土地经营权 {land.right.right_code}）" if draft.terms.kind == "retransfer" else ""


def _first_contractor(uow: UnitOfWork, land: Land, draft: Draft) -> str:
    """Who has the land under contract: of a registered land-operation right, those out of whose rights it came."""
    if draft.terms.kind != "retransfer" or draft.relation:
        return str(land.right.household_name)
    codes, county = [one.code for one in draft.parcels], str(land.right.village)[:6]
    found = project_queries.contracted(uow.session, county, land.right.village, codes) if codes else {}
    return "、".join(dict.fromkeys(row.household_name for row in found.values()))


def _chain(uow: UnitOfWork, previous: Whole | None) -> Sequence[Contract]:
    """What a contract follows, the first of all first; nothing where it follows none."""
    return () if previous is None else (*queries.chain(uow.session, previous.contract), previous.contract)


def _ends(land: Land, draft: Draft) -> date | None:
    """The day on which what a re-transfer rests on ends, exclusive; None where it rests on nothing."""
    if draft.previous is not None:
        return draft.previous.contract.ends_on or draft.previous.contract.until_on
    of_operation = draft.right_id is not None and land.right.right_kind == "land_operation"
    end: date | None = land.right.term.upper if of_operation and land.right.term is not None else None
    return end


def _free_from(land: Land, draft: Draft) -> date | None:
    """The first day on which the land of a draft could be given."""
    below = draft.previous.contract.from_on if draft.relation == "retransfer" and draft.previous else None
    days = (land.right.term.lower if land.right.term else None, below)
    return max((day for day in days if day is not None), default=None)


def _replaced(draft: Draft) -> list[UUID]:
    """The contract that a draft changes: what it binds is free for the draft."""
    previous = draft.previous if draft.relation == "change" else None
    return [] if previous is None else [previous.contract.contract_id]


def _bound(uow: UnitOfWork, taker: Taker, draft: Draft, chain: Sequence[Contract]) -> dict[str, str]:
    """By parcel: the contract or the deal that has it in the time of a draft, beside what the draft replaces or passes on."""
    terms, codes, county = draft.terms, [one.code for one in draft.parcels], taker.county
    if terms.from_on >= terms.until_on or terms.kind == SERVICE:
        return {}
    time = (terms.from_on, terms.until_on)
    passes_on = draft.relation == "retransfer"
    depth = 1 + sum(one.relation == "retransfer" for one in chain) if passes_on else 0
    found = land_queries.had(uow.session, county, terms.kind, codes, *time, depth, _replaced(draft), taker.taker_id)
    if draft.right_id is not None and not passes_on:
        found |= deal_queries.dealt_already(uow.session, county, [draft.right_id], codes, time, draft.deal_id)
    return found


def _listed(uow: UnitOfWork, county: str, draft: Draft) -> tuple[Listed, ...]:
    """What stands on the market of the land of a draft. Of a part of a parcel the database says whether it meets another's."""
    if draft.terms.kind == SERVICE:
        return ()
    terms, parts = draft.terms, {one.code for one in draft.parcels if one.part is not None}
    rows = deal_queries.listed(
        uow.session, county, [one.code for one in draft.parcels], (terms.from_on, terms.until_on),
        passed_on=terms.kind == "retransfer", but=draft.deal_id,
    )  # fmt: skip
    found = (one for one in rows if not (one.partly and one.code in parts))
    return tuple(Listed(one.code, one.number, str(one.listing_id), one.under_way) for one in found)


def _facts(
    uow: UnitOfWork,
    law: Law,
    land: Land,
    draft: Draft,
    taker: Taker,
    pieces: Sequence[Parcelled],
    chain: Sequence[Contract],
    values: Mapping[str, str],
) -> Contracted:
    terms, previous = draft.terms, draft.previous
    retransfer = terms.kind == "retransfer"
    of_kind = transfers(law.on).get(terms.kind)
    changed = previous is not None and draft.relation == "change"
    passed_on = queries.resting(uow.session, previous.contract, terms.from_on) if previous and changed else ()
    return Contracted(
        kind=terms.kind, from_on=terms.from_on, until_on=terms.until_on,
        right_until=None if land.right.term is None else land.right.term.upper,
        pieces=tuple(
            Piece(one.code, one.area_m2, land.parcels[one.code].area_m2 if one.code in land.parcels else None,
                  bool(one.code in land.parcels and land.parcels[one.code].basic_farmland))
            for one in pieces
        ),
        unit=terms.unit, price=terms.price, grain=terms.grain, escalator_percent=terms.escalator_percent,
        use=values.get("use", ""), taker_kind=taker.kind, taker_name=taker.name,
        same_collective=of_collective(taker.kind, taker.code, land.right.household_code),
        taker_is_contractor=(taker.household_id is not None and taker.household_id == land.right.household_id)
        or (retransfer and previous is not None and taker.taker_id == previous.contract.taker_id),
        issuer_consents=bool(values.get("issuer_consent")), contractor_consents=bool(values.get("contractor_consent")),
        bound=_bound(uow, taker, draft, chain), parent_until=_ends(land, draft) if retransfer else None,
        most_years=of_kind.most_years(law, terms.unit) if of_kind else None,
        most_granted=of_kind.most_years(law) if of_kind else None, takers=of_kind.takers if of_kind else (),
        passed_on=tuple(one.number for one in passed_on), paid_every=terms.paid_every,
        of_a_deal=draft.deal_id is not None, listed=_listed(uow, taker.county, draft), free_from=_free_from(land, draft),
        kept_back=draft.relation == "retransfer" and previous is not None and previous.contract.clauses.get("sublet") == KEPT,
        goes_on=draft.relation == "renewal" or (changed and previous is not None and terms.until_on > previous.contract.until_on),
    )  # fmt: skip
