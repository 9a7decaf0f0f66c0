"""An exit from its application to its withdrawal: what a household asks, each member's word, the notice, taking it back.

The case behind it stays a draft until all is paid; then it goes the way of every act (`registry.steps`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day, months_after
from landreg.core.units import CENT
from landreg.exit import logged, queries
from landreg.exit.ages import minors_of
from landreg.exit.holding import close_case, entered, event_of, happened, held, open_for
from landreg.exit.model import Consent, Exit
from landreg.exit.queries import Whole
from landreg.exit.rules.course import (
    FINAL,
    WAYS,
    Noticed,
    Witnesses,
    Word,
    exit_7_other_ways_have_their_paper,
    exit_20_notice_in_its_time,
    exit_21_no_settlement_counter,
    exit_22_witness_apart,
    stage,
)
from landreg.exit.rules.money import Shares, exit_8_reason_of_the_list, exit_19_shares_by_the_charter
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.party import queries as parties
from landreg.registry import documents
from landreg.registry.casework.applications import new_case, open_case
from landreg.registry.casework.parcel_applications import with_codes
from landreg.registry.effects import RightBundle
from landreg.registry.facts import standing
from landreg.registry.facts.drawn import Undrawable
from landreg.registry.facts.exits import part_drawn
from landreg.registry.facts.ground import on_ground
from landreg.registry.facts.parcels import parts_of
from landreg.registry.guarded import Attached, ties_nothing, words_of_exit_tie_nothing
from landreg.registry.rules.exit_requests import ExitAsked

KINDS = ("contract_management", "homestead")
MOST_YEARS = 1000


@dataclass(frozen=True)
class Asked:
    """What a household asks to give back. parcels: of its contract, none: all. years: of a temporary exit. taker: the code of
    the household of the collective that takes it over, '' for the collective. shares: income shares that go back too. cut, shape:
    the parcel of which a drawn part goes back, and that part as a face, WKB in hexadecimal.
    """

    right_ids: tuple[UUID, ...]
    mode: str
    reason: str
    parcels: tuple[str, ...] = ()
    years: int = 0
    taker: str = ""
    said: str = ""
    shares: Decimal | None = None
    cut: str = ""
    shape: str = ""


@dataclass(frozen=True)
class Spoken:
    """A member's word as it was taken."""

    member_id: UUID
    agrees: bool
    way: str
    office: str = ""
    language: str = ""
    identity_checked: bool = False
    read_aloud: bool = False
    witness: str = ""
    witness_apart: bool = False
    by_name: str = ""


def apply(actor: Actor, household_code: str, asked: Asked, charter: Attached | None = None) -> Exit:
    """Open an exit and its case. Raises NotFound outside the jurisdiction, Refused with every finding (EXIT-5, EXIT-8, EXIT-19,
    TR-12, GUARD-1 and what every act asks), Conflict (REG-26) where one is under way on the right.
    """
    minors = minors_of(actor, household_code)
    with unit_of_work(actor) as uow:
        household = parties.household_by_code(uow.session, household_code)
        if household is None:
            raise NotFound
        county, today = household.county, beijing_day(uow.now)
        law = load_law(uow.session, county, today)
        ties_nothing(today, charter, "charter")
        words_of_exit_tie_nothing(today, said=asked.said)
        bundles = _bundles(uow, county, household.household_id, asked.right_ids)
        in_shares = Shares(asked.shares, charter is not None)
        if wrong := exit_8_reason_of_the_list(asked.reason, law) or exit_19_shares_by_the_charter(in_shares, law):
            raise Refused(wrong)
        taker = parties.household_by_code(uow.session, asked.taker) if asked.taker else None
        if asked.taker and (taker is None or taker.county != county):
            raise Refused(Finding("EXIT-10", "taker", {}, subject=household_code))
        first = bundles[0].right.row
        request = _request(asked, bundles, None if taker is None else taker.household_id, today)
        request, cut_m2 = _drawn(uow, county, first["village"], request)
        case = new_case(uow, county, first["village"], "exit", request)
        case |= {"right_kind": first["kind"], "subject_code": first["code"], "household_code": household_code}
        case |= {"applicant": household.name, "right_ids": [bundle.right_id for bundle in bundles]}
        case_id = open_case(uow, law, case, sorted({code for bundle in bundles for code in bundle.codes.values()}))
        row = Exit(
            county=county, village=household.village, exit_id=uuid4(), case_id=case_id,
            number=f"{county}-T{today.year}-{queries.next_number(uow.session):05d}",
            household_id=household.household_id, household_code=household_code, applicant=household.name,
            right_ids=case["right_ids"], contracted=any(one.right.row["kind"] == KINDS[0] for one in bundles),
            parcels=list(request.parcels), mode=request.mode, returns_on=request.returns_on, taker_id=request.taker_id,
            reason=asked.reason, said=asked.said, minors=sorted(minors),
            opened_by=actor.account_id, opened_by_name=actor.name, opened_at=uow.now,
            # As the table keeps them: what the leaf says of 2.5 and of 2.50 is not the same.
            shares=None if asked.shares is None else asked.shares.quantize(CENT),
            charter_document_id=_chartered(uow, county, household.village, case_id, charter),
            cut_parcel=request.cut or None, cut_m2=cut_m2,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        logged.stage_exit(uow, row)
    return row


def _chartered(uow: UnitOfWork, county: str, village: str, case_id: UUID, charter: Attached | None) -> UUID | None:
    if charter is None:
        return None
    return documents.enter(
        uow, county=county, village=village, sha256=charter.sha256, size=charter.size, kind="collective_charter",
        name=charter.name, cases=[case_id],
    )  # fmt: skip


def _bundles(uow: UnitOfWork, county: str, household_id: UUID, right_ids: Sequence[UUID]) -> list[RightBundle]:
    """The rights that are given back, the contract first. Raises BadInput (REG-25, FORM-1), NotFound."""
    if not right_ids:
        raise BadInput(Finding("FORM-1", "right"))
    found = standing.rights(uow.session, county, list(dict.fromkeys(right_ids)))
    if len(found) != len(set(right_ids)) or any(
        one.right.row["household_id"] != household_id for one in found.values()
    ):
        raise NotFound
    kinds = [one.right.row["kind"] for one in found.values()]
    if len(set(kinds)) != len(kinds) or not set(kinds) <= set(KINDS):
        raise BadInput(Finding("REG-25", "right", {"kind": "exit"}))
    return sorted(found.values(), key=lambda one: KINDS.index(one.right.row["kind"]))


def _request(asked: Asked, bundles: Sequence[RightBundle], taker: UUID | None, today: date) -> ExitAsked:
    contract = next((one for one in bundles if one.right.row["kind"] == KINDS[0]), None)
    parcels = tuple(sorted(set(asked.parcels)))
    if asked.mode == "temporary" and contract is not None and set(parcels) == set(contract.codes.values()):
        parcels = ()
    returns = None
    if asked.mode == "temporary" and 0 < asked.years < MOST_YEARS:
        returns = months_after(today, 12 * asked.years)
    return ExitAsked(asked.mode, parcels, returns, taker, asked.cut, asked.shape)


def _drawn(uow: UnitOfWork, county: str, village: str, request: ExitAsked) -> tuple[ExitAsked, Decimal | None]:
    """The request with codes for the parcels that come of what is drawn, and how much of the registered area goes back in m²;
    as it is where nothing can come of it: the rules say why.
    """
    ground = on_ground(uow.session, county, [request.cut]) if request.cut else None
    if ground is None or not ground.parcels:
        return request, None
    drawn = with_codes(uow, county, village, part_drawn(request), ground)
    try:
        parts = parts_of(drawn, ground)
    except Undrawable:
        return request, None
    return replace(request, codes=drawn.codes), sum((part.area_m2 for part in parts if part.lost), Decimal(0))


def consent(actor: Actor, county: str, exit_id: UUID, said: Spoken, paper: Attached | None) -> Consent:
    """Take a member's word. Raises Refused (EXIT-1, EXIT-7, EXIT-21, EXIT-22, GUARD-1), Conflict (EXIT-13) where it cannot be
    taken any more.
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, exit_id)
        today = law.on
        open_for(found, law, "applied", "against", "cooling", "agreeing")
        member = next((one for one in found.members if one.member_id == said.member_id), None)
        if member is None or member.member_id in found.exit.minors:
            raise NotFound
        if any(one.member_id == said.member_id for one in found.consents):
            raise Conflict(Finding("EXIT-13", "member", subject=found.exit.number))
        if said.way not in WAYS:
            raise BadInput(Finding("FORM-5", "way", {"given": said.way[:40]}))
        ties_nothing(today, paper, office=said.office, witness=said.witness, by_name=said.by_name)
        word = Word(
            said.member_id, said.agrees, today, said.way, said.language, said.identity_checked, said.read_aloud,
            said.witness, said.witness_apart, said.by_name, paper is not None,
        )  # fmt: skip
        faults = [fault for fault in (exit_7_other_ways_have_their_paper(word, law),) if fault]
        if word.agrees and not word.sound:
            values = {"lacking": [found.names.get(member.person_id, "")], "against": []}
            faults.append(Finding("EXIT-1", "member", values, subject=found.exit.number))
            faults += [Finding("FORM-1", name) for name in word.lacking]
        if word.agrees:
            faults += [wrong for wrong in _apart(uow, found, said, law) if wrong]
        if faults:
            raise Refused(faults)
        row = Consent(
            county=county, village=found.exit.village, exit_id=exit_id, consent_id=uuid4(), member_id=said.member_id,
            person_id=member.person_id, way=said.way, agrees=said.agrees, office=said.office, language=said.language,
            identity_checked=said.identity_checked, read_aloud=said.read_aloud, witness=said.witness,
            witness_apart=said.witness_apart, by_name=said.by_name, document_id=entered(uow, found, "exit_word", paper),
            taken_by=actor.account_id, taken_by_name=actor.name, taken_at=uow.now,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        logged.stage_consent(uow, row)
    return row


def _apart(uow: UnitOfWork, found: Whole, said: Spoken, law: Law) -> tuple[Finding | None, ...]:
    """What is wrong with where a consent is taken, and with who witnesses it. Who refuses may say so anywhere."""
    taker = parties.household(uow.session, found.exit.county, found.exit.taker_id) if found.exit.taker_id else None
    concerned = (found.exit.applicant, *(() if taker is None else (taker.name,)))
    witnesses = Witnesses((said.witness,), concerned)
    return exit_21_no_settlement_counter(said.office, law), exit_22_witness_apart(witnesses, law)


def notify(actor: Actor, county: str, exit_id: UUID, on_day: date, paper: Attached | None) -> None:
    """Record the written notice to the collective, given on a day. Raises BadInput (FORM-7) without its paper, Refused (EXIT-20)
    for a day before the application or to come, Conflict (EXIT-13).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, exit_id)
        open_for(found, law, "applied", "cooling", "agreeing", "paying", "paid")
        ties_nothing(law.on, paper)
        if paper is None:
            raise BadInput(Finding("FORM-7", "paper"))
        if wrong := exit_20_notice_in_its_time(Noticed(on_day, beijing_day(found.exit.opened_at)), law):
            raise Refused(wrong)
        logged.stage_event(uow, happened(uow, found, "notice", on_day, paper=entered(uow, found, "exit_notice", paper)))


def provide_for_minors(actor: Actor, county: str, exit_id: UUID, said: str, paper: Attached | None) -> None:
    """Record how a guardian says that minors are provided for. Raises Refused (EXIT-6, GUARD-1), Conflict (EXIT-13)."""
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, exit_id)
        open_for(found, law, "applied", "cooling", "agreeing")
        ties_nothing(law.on, paper, said=said)
        if paper is None or not said.strip():
            names = [found.names.get(one.person_id, "") for one in found.members if one.member_id in found.exit.minors]
            raise Refused(Finding("EXIT-6", "said", {"minors": names}, subject=found.exit.number))
        document = entered(uow, found, "exit_minors", paper)
        logged.stage_event(uow, happened(uow, found, "minors", law.on, said=said, paper=document))


def withdraw(actor: Actor, county: str, exit_id: UUID, way: str, said: str = "") -> None:
    """Take the exit back: at any time until registration, without a reason and without cost. Raises Conflict (EXIT-13).

    Whatever is said with it is written down: that somebody was made to ask must stop no withdrawal.
    """
    if way not in ("letter", "word"):
        raise BadInput(Finding("FORM-5", "way", {"given": way[:40]}))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, exit_id)
        if stage(found.course(law.on), law.days("EXIT-9.cooling_days")) in FINAL:
            raise Conflict(Finding("EXIT-13", "state", subject=found.exit.number))
        logged.stage_event(uow, happened(uow, found, "withdrawal", law.on, way=way, said=said))
        close_case(uow, found)


def withdraw_own(actor: Actor, county: str, exit_id: UUID) -> None:
    """The household takes its own exit back, by one click. Raises NotFound for another's, Conflict (EXIT-13) where it is over.

    Its case is closed by the worker's next round; nothing is registered on it meanwhile (EXIT-4).
    """
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, county, exit_id)
        if row is None:
            raise NotFound
        if any(kind in queries.events_of(uow.session, row) for kind in queries.OVER):
            raise Conflict(Finding("EXIT-13", "state", subject=row.number))
        event = event_of(uow, row, "withdrawal", beijing_day(uow.now), way="click")
        uow.session.add(event)
        uow.session.flush()
        logged.stage_event(uow, event)
