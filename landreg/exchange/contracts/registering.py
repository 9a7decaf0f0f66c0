"""From contract to register: the registry's desk opens the case that the parties asked for: of a land-operation right, out of a
household's right or in a collective's own land, an assignment or an exchange.

The contract as it was signed, its filing and the parties' application come into the folder; then the case goes the way of every
act: accepted, reviewed, registered, certified.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from landreg.access.identity import ID_KINDS
from landreg.access.sealing import digests
from landreg.core.actor import Actor
from landreg.core.codes import birth_of, may_farm, tidy
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.files import Store
from landreg.core.periods import DAY
from landreg.exchange.contracts import changing, deal_queries, land_queries
from landreg.exchange.contracts.entering import happened, held, open_for
from landreg.exchange.contracts.rules.course import stage
from landreg.exchange.contracts.rules.stepping import con_64_moved_from_its_day
from landreg.exchange.contracts.rules.terms import codes_in
from landreg.exchange.contracts.rules.whole_term import con_89_moved_for_the_rest_of_the_term
from landreg.exchange.contracts.signing import moving
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.listings.rules.land import MOVING
from landreg.exchange.model import Taker
from landreg.law.book import Law
from landreg.registry import documents
from landreg.registry.casework import household_queries
from landreg.registry.casework.applications import case_on_right, open_case, person_of
from landreg.registry.casework.land_applications import case_on_land
from landreg.registry.facts.other_means import member_of
from landreg.registry.guarded import ties_nothing
from landreg.registry.rules.household_requests import SIGN, Exchange, LandOperation, Operator, OtherMeans
from landreg.registry.rules.requests import Assignment, Request

CONTRACTS = {"assignment": "transfer_contract", "exchange": "exchange_contract"}
"""By kind: as which paper the contract lies in the case."""
MODES = {"lease": "lease", "subcontract": "lease", "share": "share"}
MEANS = {"auction": "auction", "sealed": "tender", "negotiation": "consultation"}
"""By the way of the market: the means of the law by which land is given out; what goes on with its contractor is consulted on."""


def open_case_of(
    actor: Actor, store: Store, county: str, contract_id: UUID, text: bytes, contract_code: str = "", number: str = ""
) -> UUID:
    """Open the case that the parties asked for; its id. text: the contract as PDF, for the folder. contract_code: of an
    assignment to a household without a contract right, of the contract by which the issuing party goes on with it. number: on the
    identity card of a person who takes the land: the market keeps it sealed, so that the desk reads it again.

    Raises NotFound, Conflict (CON-5, REG-26), Refused with every finding of the act (TR-*, LO-*; CON-22, CON-64, CON-89), BadInput
    (LO-3) for a person without that number, or with another; (FORM-1) without the code of an assignment.
    """
    person = _person(actor, county, contract_id, tidy(number)) if number.strip() else None
    sha256, size = store.put(BytesIO(text))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        row = found.contract
        open_for(found, law, "signed", "running")
        if row.kind in MOVING and (early := con_64_moved_from_its_day(moving(found), law)):
            raise Refused(early)
        if found.application is None:
            raise Conflict(Finding("CON-5", "state", {"where": "running"}, subject=row.number))
        taker = deal_queries.taker(uow.session, county, row.taker_id)
        if taker is None:
            raise NotFound
        of_kind = "contract" if row.right_id is None else CONTRACTS.get(row.kind, "operation_contract")
        if (change := changing.act_of(uow, found, law)) is not None:
            right, kind, asked = change
            of_kind = "end_proof" if kind == "land_operation_end" else "operation_contract"
            case = case_on_right(uow, law, county, right, kind, asked)
        elif row.right_id is None:
            case = case_on_land(uow, law, county, row.village, _of_collective(uow, found, taker, law, person))
        else:
            kind = row.kind if row.kind in MOVING else "land_operation"
            asked = _asked(uow, found, taker, law, contract_code.strip(), person)
            case = case_on_right(uow, law, county, row.right_id, kind, asked)
        case_id = open_case(uow, law, *case)
        _folder(uow, found, case_id, (of_kind, sha256, size, f"{row.number}.pdf"))
        happened(uow, row, "case_opened", law.on, facts={"case_id": str(case_id)})
    return case_id


def decline(actor: Actor, county: str, contract_id: UUID, said: str) -> None:
    """The office declines the parties' application, with its reason; they may apply anew. Raises NotFound, Conflict (CON-5) where
    none waits, BadInput (FORM-1) without a reason, Refused (GUARD-1).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        row = found.contract
        open_for(found, law, "signed", "running", "over")
        if found.application is None:
            raise Conflict(Finding("CON-5", "state", {"where": stage(found.course(law.on))}, subject=row.number))
        if not said.strip():
            raise BadInput(Finding("FORM-1", "said"))
        ties_nothing(law.on, said=said)
        happened(uow, row, "registration_declined", law.on, said=said)


def _asked(uow: UnitOfWork, found: Whole, taker: Taker, law: Law, contract_code: str, person: Farmer | None) -> Request:
    """What the register is asked for."""
    row = found.contract
    on, codes = found.signed_on(law.on), tuple(one.parcel_code for one in found.parcels)
    if row.kind not in MOVING:
        return LandOperation(
            "",
            _operator(uow, taker, person),
            MODES.get(row.kind, "other_way"),
            row.number,
            on,
            row.from_on,
            row.until_on - DAY,
            codes,
        )
    land = None if row.right_id is None else land_queries.land(uow.session, row.county, row.right_id)
    if land is None or taker.household_id is None:
        raise NotFound
    ends = None if land.right.term is None else land.right.term.upper
    if part := con_89_moved_for_the_rest_of_the_term((row.number, row.kind, row.until_on, ends), law):
        raise Refused(part)
    if found.parts:
        raise Refused(Finding("CON-22", "parcels", {"parcels": list(found.parts)}, subject=row.number))
    if row.kind == "exchange":
        take = codes_in(str(row.clauses.get("other_parcels") or ""))
        other = land_queries.right_over(uow.session, row.county, taker.code, take)
        if other is None:
            raise Refused(Finding("CON-22", "parcels", {"parcels": list(take)}, subject=row.number))
        return Exchange(other, codes, take, on)
    # A household that has a contract right already takes the parcels into it.
    held = land_queries.rights_of(uow.session, row.county, taker.code)
    contract_code = contract_code or (held[0].right_code if held else "")
    if not contract_code:
        raise BadInput(Finding("FORM-1", "contract_code"))
    return Assignment(taker.household_id, contract_code, on, () if set(codes) == set(land.parcels) else codes)


def _of_collective(uow: UnitOfWork, found: Whole, taker: Taker, law: Law, person: Farmer | None) -> OtherMeans:
    """What the register is asked for over a collective's own land: the contract's parcels, whole, for its term."""
    row = found.contract
    dealt = deal_queries.dealt(uow.session, row.county, row.deal_id) if row.deal_id else None
    inside = taker.household_id is not None and member_of(
        uow.session, row.county, taker.household_id, row.household_code
    )
    return OtherMeans(
        f"{row.number}{SIGN}",
        _operator(uow, taker, person),
        MEANS.get(dealt.deal.way, "consultation") if dealt else "consultation",
        row.number,
        found.signed_on(law.on),
        row.from_on,
        row.until_on - DAY,
        tuple(one.parcel_code for one in found.parcels),
        "member" if inside else "outsider",
    )


@dataclass(frozen=True)
class Farmer:
    """A person of the register who takes land. too_young: by the number, which is kept nowhere, on the day of the application."""

    person_id: UUID
    too_young: bool


def _person(actor: Actor, county: str, contract_id: UUID, number: str) -> Farmer | None:
    """The person of the register who takes the land, entered where new; None where a household or an organisation does.

    Raises NotFound, BadInput (LO-3) for a number that is not the one of whom the market opened the account for.
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        taker = deal_queries.taker(uow.session, county, found.contract.taker_id)
        if taker is None or taker.kind != "person":
            return None
        if taker.id_digest not in {key for kind in ID_KINDS for key in digests(f"{kind}:{number}")}:
            raise BadInput(Finding("LO-3", "number", {"known": taker.name}))
        name, born = taker.name, birth_of(number)
    return Farmer(person_of(actor, name, number), too_young=born is not None and not may_farm(born, law.on))


def _operator(uow: UnitOfWork, taker: Taker, person: Farmer | None) -> Operator:
    """Who is to hold the right: household, organisation or natural person (农村土地承包法 52). Raises BadInput (LO-3) for a person
    whose number was not read.
    """
    if taker.kind == "household" and taker.household_id is not None:
        return Operator("household", taker.household_id, taker.name, taker.code)
    if taker.kind == "person":
        if person is None:
            raise BadInput(Finding("LO-3", "number", {"known": taker.name}))
        holder = household_queries.holder_id_of(uow.session, taker.county, person_id=person.person_id)
        return Operator("person", holder, taker.name, "", person.person_id, too_young=person.too_young)
    holder = household_queries.holder_id_of(uow.session, taker.county, taker.code)
    return Operator("organization", holder, taker.name, taker.code)


def _folder(uow: UnitOfWork, found: Whole, case_id: UUID, contract: tuple[str, str, int, str]) -> None:
    row, papers = found.contract, [contract]
    if row.relation in ("change", "renewal"):
        papers += [("creditor_consent", one.sha256, one.size, one.name) for one in changing.consents(uow, found)]
    for kind, step in (
        ("application", "registration_asked"),
        ("filing", "filed"),
        ("issuer_consent", "issuer_consented"),
    ):
        event = found.of(step)
        if event is not None and event.document_id is not None and event.document_id in found.papers:
            paper = found.papers[event.document_id]
            papers.append((kind, paper.sha256, paper.size, paper.name))
    for kind, digest, bytes_, name in papers:
        documents.enter(
            uow, county=row.county, village=row.village, sha256=digest, size=bytes_, kind=kind, name=name, cases=[case_id]
        )  # fmt: skip
