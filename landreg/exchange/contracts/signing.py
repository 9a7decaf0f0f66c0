"""Signing: in person at the desk, by the village agent under a recorded consent, or as a signature service has verified.

Signed by both sides the contract is made: its land is bound, its rents fall due. What the law asks is asked again before that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.access import consents
from landreg.access.rules import Step
from landreg.core.actor import Actor, Desk
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.exchange.contracts import changing, issuer, land_queries, making, queries, signer_queries
from landreg.exchange.contracts.entering import happened, held, must, of_transfer, open_for
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.course import UNSIGNED, stage
from landreg.exchange.contracts.rules.service import NOT_OF
from landreg.exchange.contracts.rules.signatures import SIGNATURE_RULES, Signing
from landreg.exchange.contracts.rules.stepping import (
    Moving,
    con_45_draft_has_its_day,
    con_64_moved_from_its_day,
    con_68_filed_after_it_was_made,
)
from landreg.exchange.contracts.rules.terms import (
    Contracted,
    Piece,
    con_25_whole_farmland_of_the_collective,
    con_27_passed_on_from_its_parent,
    may_be_registered,
    tr_8_five_years_or_more,
)
from landreg.exchange.contracts.saying import sold_by
from landreg.exchange.contracts.verifying import FileService, SignatureService
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.counter.present import Present, stands_for
from landreg.exchange.counter.queries import Bearer
from landreg.exchange.listings.rules.land import MOVING
from landreg.law.book import Law, examine
from landreg.registry.guarded import Attached, ties_nothing
from landreg.registry.home.brought import seeing

SIDES = ("contractor", "taker")
MOVED_BY = ("", "change")
"""What an assignment or an exchange may be to another contract, for the register to move the right by it."""


@dataclass(frozen=True)
class Signature:
    """A signature as it is taken. answer: of a service. consent: of the household, where its agent signs. card: the number of the
    identity card: of a household's member or of a person it is compared and not kept, of who stands there by a power of attorney it
    is kept sealed; bearer, mandatary: known by it before. attorney: the paper is the party's power of attorney, or with
    head names who heads the organisation.
    """

    side: str
    way: str
    name: str = ""
    identity_checked: bool = False
    witness: str = ""
    answer: bytes = b""
    consent: UUID | None = None
    text_sha256: str = ""
    card: str = ""
    bearer: Bearer | None = None
    attorney: bool = False
    head: bool = False
    mandatary: UUID | None = None


def sign(
    actor: Actor, county: str, contract_id: UUID, given: Signature, paper: Attached | None = None,
    service: Callable[[str], SignatureService] = FileService,
) -> Contract:  # fmt: skip
    """Take the signature of a side; the second one makes the contract. Raises NotFound, Conflict (CON-5), BadInput, Refused
    (CON-2, CON-3, CON-4, CON-18, CON-29, CON-38, CON-39, CON-45, CON-61, CON-69, CON-84, CON-93, CON-100, CON-109, ACC-25, HH-15,
    REG-39, TR-1, TR-12, QUAL-1, QUAL-4, QUAL-5, GUARD-1).
    """
    if given.side not in SIDES:
        raise BadInput(Finding("FORM-5", "side", {"given": given.side[:40]}))
    if given.way == "agent":
        if given.consent is None:
            raise Refused(Finding("CON-3", "way"))
        consent = consents.one_held(actor, county, given.consent)
        actor = seeing(actor, consent)
    with unit_of_work(actor) as uow:
        if (asked := queries.one(uow.session, county, contract_id)) is None:
            raise NotFound
        # What a taker has is counted by one signature, or deal, at a time.
        uow.lock_name(f"taker:{asked.taker_id}")
        found, law = held(uow, county, contract_id)
        open_for(found, law, *UNSIGNED)
        if late := con_45_draft_has_its_day((asked.number, found.contract.sign_until), law):
            raise Refused(late)
        ties_nothing(law.on, paper, name=given.name, witness=given.witness)
        if sold := sold_by(uow.session, found.contract, law, own=uow.actor.desk is Desk.CITIZEN):
            raise Refused(sold)
        issuer.must_consent(found, law)
        making.stands_below(uow, found.contract, law)
        making.days_are_left(found, law)
        making.somebody_lives(uow, found)
        making.land_is_there(uow, found)
        making.not_frozen(uow, found)
        making.still_free(uow, found)
        facts = _taken(uow, found, law, replace(given, attorney=given.attorney and paper is not None), service)
        happened(uow, found.contract, f"signed_{given.side}", law.on, facts=facts, paper=paper)
        if found.course(law.on).lacking == (given.side,):
            making.make(uow, found, law)
        uow.session.refresh(found.contract)
        return found.contract


def _taken(
    uow: UnitOfWork, found: Whole, law: Law, given: Signature, service: Callable[[str], SignatureService]
) -> dict[str, Any]:
    """What is recorded of a signature. Raises Refused (CON-3, CON-4, CON-18, CON-29), Conflict (CON-5) for one that was given."""
    row = found.contract
    if given.side not in found.course(law.on).lacking:
        raise Conflict(Finding("CON-5", "side", {"where": "part_signed"}, subject=row.number))
    own = uow.actor.desk is Desk.CITIZEN
    if own and given.side == "contractor" and not queries.passes_land(uow.session, row, uow.actor.household):
        raise NotFound
    text = given.text_sha256 or ("" if own else row.text_sha256)
    facts: dict[str, Any] = {"way": given.way, "name": given.name.strip(), "text_sha256": text}
    signing = Signing(given.side, given.way, text, row.text_sha256, given.name, number=row.number)
    if row.household_id is None:
        signing = replace(signing, representative=str(row.clauses.get("representative", "")), of_collective=True)
    match given.way:
        case "in_person" if not own:
            signing = replace(signing, identity_checked=given.identity_checked, witness=given.witness)
            facts |= {"witness": given.witness.strip()}
        case "agent" if given.consent is not None:
            act = consents.write_act(uow, row.county, given.consent, Step.SIGN, row.number)
            facts |= {"agent_act_id": str(act.agent_act_id), "name": given.name.strip() or contractor_of(row)}
            signing = replace(signing, consented=True, name=str(facts["name"]))
        case "service":
            said = service(law.text("CON-4.service_key")).verified(given.answer, row.number, given.side, text)
            facts |= {"name": said.name, "reference": said.reference} if said else {}
            signing = replace(signing, verified=said is not None, name=said.name if said else given.name)
    if wrong := examine(SIGNATURE_RULES, signing, law):
        raise Refused(wrong[0])
    return facts | _present(uow, found, law, given) if given.way == "in_person" else facts


def _present(uow: UnitOfWork, found: Whole, law: Law, given: Signature) -> dict[str, Any]:
    """What is recorded of who signs at the counter. Raises Refused (CON-29)."""
    row, beside = found.contract, SIDES[1 - SIDES.index(given.side)]
    other = found.of(f"signed_{beside}")
    party = signer_queries.party_of(uow.session, row.county, row.contract_id, given.side)
    one = Present(given.name, given.witness, given.card, given.attorney, given.bearer, given.mandatary, head=given.head)
    sides = signer_queries.parties_of(uow.session, row, beside, other)
    facts = other.facts if other else None
    return stands_for(uow, row.county, party, one, law, facts, row.number, sides=sides, contract=row.contract_id)


def contractor_of(row: Contract) -> str:
    """The name of Party A: of the household that has the land under contract, or of who passes on what it took in."""
    return str(row.clauses["contractor"]) if row.relation == "retransfer" else row.household_name


def by_mandate(uow: UnitOfWork, row: Contract, on: date, name: str, facts: dict[str, Any]) -> None:
    """The household's signature under a contract that its own word on a project asked for."""
    said = {"way": "mandate", "name": name, "text_sha256": row.text_sha256, **facts}
    happened(uow, row, "signed_contractor", on, facts=said)


def file(actor: Actor, county: str, contract_id: UUID, on_day: date, said: str, paper: Attached | None) -> None:
    """Record that the issuing party has filed the contract. Raises NotFound, Conflict (CON-5), BadInput (FORM-7), Refused
    (CON-68, CON-93).
    """
    with unit_of_work(actor) as uow:
        file_within(uow, county, contract_id, on_day, said, paper)


def file_within(
    uow: UnitOfWork, county: str, contract_id: UUID, on_day: date, said: str, paper: Attached | None
) -> None:
    """The same, in the transaction of something that belongs to it."""
    found, law = held(uow, county, contract_id)
    open_for(found, law, "signed", "running", "ending", "disputed", "over", "ended")
    of_transfer(found, law, "filing")
    issuer.must_not_file(found, law)
    kept = must(paper)
    ties_nothing(law.on, kept, said=said)
    if wrong := con_68_filed_after_it_was_made((found.contract.number, found.signed_on(law.on), on_day), law):
        raise Refused(wrong)
    happened(uow, found.contract, "filed", on_day, said=said, paper=kept)


def ask_registration(actor: Actor, county: str, contract_id: UUID, paper: Attached | None) -> None:
    """The parties ask for the register, by their signed application: of the land-operation right, of what an assignment or an
    exchange moves, or of what a change makes of a registered right. Raises Refused (CON-25, CON-27, CON-64, TR-8,
    GUARD-1), Conflict (CON-5) while it waits or its case goes on, BadInput (FORM-7) without the application.
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "signed", "running")
        of_transfer(found, law, "registration")
        row, of = found.contract, (county, contract_id)
        wrong = con_27_passed_on_from_its_parent((row.number, row.kind, "registration"), law)
        if changing.act_of(uow, found, law) is not None:
            wrong = None
        elif row.right_id is None:
            wrong = wrong or con_25_whole_farmland_of_the_collective((row.number, row.kind, found.parts), law)
        elif not wrong and not (row.kind in MOVING and row.relation in MOVED_BY):
            wrong = tr_8_five_years_or_more(contracted(found), law)
        elif not wrong:
            wrong = con_64_moved_from_its_day(moving(found), law)
        if wrong:
            raise Refused(wrong)
        if found.application or (found.of("case_opened") and not land_queries.case_given_up(uow.session, *of)):
            raise Conflict(Finding("CON-5", "state", {"where": stage(found.course(law.on))}, subject=row.number))
        kept = must(paper, "application")
        ties_nothing(law.on, kept)
        happened(uow, row, "registration_asked", law.on, paper=kept)


def may_register(found: Whole, law: Law) -> bool:
    """Whether the register is offered: from five years on, of a right whose land is farmed by another; of an assignment and an
    exchange always, since they move the contract right itself; of a collective's own farmland by whole parcels.
    """
    row = found.contract
    if row.right_id is None:
        return con_25_whole_farmland_of_the_collective((row.number, row.kind, found.parts), law) is None
    if row.kind == "retransfer" or "registration" in NOT_OF.get(row.kind, ()):
        return False
    if row.kind in MOVING:
        return row.relation in MOVED_BY
    return may_be_registered(row.from_on, row.until_on, law.days("TR-8.least_years"))


def moving(found: Whole) -> Moving:
    """What an assignment or an exchange moves, and how much of its price is paid."""
    owed = sum((one.due.amount for one in found.settled if one.due.payer == found.payer), Decimal(0))
    return Moving(found.contract.number, found.contract.from_on, owed, owed - found.left)


def contracted(found: Whole) -> Contracted:
    """A contract as it was drawn, as the rules take it."""
    row = found.contract
    pieces = tuple(Piece(one.parcel_code, one.area_m2, one.registered_m2) for one in found.parcels)
    return Contracted(
        row.kind, row.from_on, row.until_on, None, pieces, row.unit, row.price, row.grain, row.escalator_percent,
        taker_name=row.taker_name, filed=found.of("filed") is not None, number=row.number, paid_every=row.paid_every,
    )  # fmt: skip


def drop(actor: Actor, county: str, contract_id: UUID, said: str) -> None:
    """A contract that does not come about. Raises Conflict (CON-5) once both have signed."""
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, *UNSIGNED)
        ties_nothing(law.on, said=said)
        happened(uow, found.contract, "withdrawn", law.on, said=said)


def decline(actor: Actor, county: str, contract_id: UUID, said: str) -> None:
    """A party does not want a contract that is drawn, and drops it by itself; so does the household whose land would go further.
    Raises NotFound, Conflict (CON-5) once both have signed and of a project's draft, Refused (GUARD-1).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        row = found.contract
        open_for(found, law, *UNSIGNED)
        if row.project_id is not None and not row.relation:
            raise Conflict(Finding("CON-5", "state", {"where": row.state}, subject=row.number))
        ties_nothing(law.on, said=said)
        happened(uow, row, "withdrawn", law.on, said=said, facts={"how": "declined"})


def put_off(actor: Actor, county: str, contract_id: UUID) -> date:
    """Put the last day of a draft off, by the county's days from today; that day. Raises Conflict (CON-5) once both have signed."""
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, *UNSIGNED)
        last = law.on + timedelta(days=law.days("CON-45.draft_days"))
        happened(uow, found.contract, "draft_renewed", law.on, facts={"until": last.isoformat()})
    return last
