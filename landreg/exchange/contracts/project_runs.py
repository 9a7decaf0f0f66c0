"""Runs over a village's project that the worker takes, household by household, each in a transaction: the contracts are made, the
taker signs them.

A run that is killed or stopped goes on where it stood: a household that has what the run gives is passed over, one that has not
consented, or withdrew, is named with its code (CON-12). How many are done is counted from what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from landreg.access.queries import account_by_id
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import Unavailable, UnitOfWork, alone, unit_of_work
from landreg.core.errors import Conflict, Finding, LandregError, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import mu_of, total_mu
from landreg.exchange.bidding.rules.qualified import ENTER_RULES
from landreg.exchange.bidding.sales import taking_in
from landreg.exchange.contracts import deal_queries, project_queries
from landreg.exchange.contracts.drafts import Draft, Taken, Terms
from landreg.exchange.contracts.drawing import draw
from landreg.exchange.contracts.model import Contract, Project, ProjectRun
from landreg.exchange.contracts.rules.free import con_100_term_is_not_over
from landreg.exchange.contracts.rules.sharing import of_land
from landreg.exchange.contracts.rules.signatures import Signing, con_3_signature_is_sound
from landreg.exchange.contracts.signing import Signature, by_mandate, sign
from landreg.exchange.counter.present import Party, Present, recorded, stands_for
from landreg.law.book import Law, examine
from landreg.law.queries import load_law
from landreg.registry.casework.cases import written
from landreg.registry.guarded import Attached, ties_nothing

CHUNK = 50
"""Households a step of the worker: what else it does waits no longer than for these."""
UNDER_WAY = ("waiting", "running", "stopping")


def ask_run(actor: Actor, county: str, project_id: UUID) -> UUID:
    """Ask the worker to make the contracts of every household of the project. Raises Conflict (CON-5) while one is under way,
    Refused (QUAL-1, QUAL-4) where its taker may not have the whole of it.
    """
    with unit_of_work(actor) as uow:
        found, session = _free(uow, county, project_id), uow.session
        taker = deal_queries.taker(session, county, found.taker_id)
        if taker is None:
            raise NotFound
        left = mu_of(project_queries.area_unsigned(session, county, project_id))
        if told := examine(ENTER_RULES, taking_in(uow, taker, left), load_law(session, county, beijing_day(uow.now))):
            raise Refused(told)
        return _asked(uow, found, "draw", project_queries.households(session, county, project_id), {})


def ask_signatures(
    actor: Actor, county: str, project_id: UUID, one: Present, identity_checked: bool, paper: Attached | None = None
) -> UUID:
    """Ask the worker for the taker's signature, given in person, under every contract of the project that waits for it.
    paper: which the taker's signatory brings, kept under each of them.

    Raises Refused (CON-3, CON-29, GUARD-1), Conflict (CON-5) while a run is under way or where no contract waits.
    """
    with unit_of_work(actor) as uow:
        found = _free(uow, county, project_id)
        law = load_law(uow.session, county, beijing_day(uow.now))
        ties_nothing(law.on, paper, name=one.name, witness=one.witness)
        one = replace(one, attorney=paper is not None)
        given = Signing("taker", "in_person", "", "", one.name, identity_checked, one.witness, number=found.number)
        if wrong := con_3_signature_is_sound(given, law):
            raise Refused(wrong)
        known = _signatory(uow, found, one, law)
        made = project_queries.contracts(uow.session, county, project_id)
        households = [key for key, row in sorted(made.items(), key=_by_code) if row.state == "part_signed"]
        if not households:
            raise Conflict(Finding("CON-5", "state", {"where": "signed" if made else "drawn"}, subject=found.number))
        said = {"name": one.name.strip(), "witness": one.witness.strip(), **known}
        if paper is not None:
            said["paper"] = {"sha256": paper.sha256, "size": paper.size, "name": paper.name}
        return _asked(uow, found, "sign", households, said)


def _signatory(uow: UnitOfWork, found: Project, one: Present, law: Law) -> dict[str, Any]:
    """What is kept of who signs for the project's taker. Raises NotFound, Refused (CON-29)."""
    taker = deal_queries.taker(uow.session, found.county, found.taker_id)
    if taker is None:
        raise NotFound
    party = Party(taker.kind, taker.household_id or taker.taker_id, taker.name)
    asked = project_queries.households(uow.session, found.county, found.project_id)
    sides = [Party("household", home, "") for home in asked]
    return stands_for(uow, found.county, party, one, law, number=found.number, sides=sides)


def _by_code(item: tuple[UUID, Contract]) -> str:
    return item[1].household_code


def _free(uow: UnitOfWork, county: str, project_id: UUID) -> Project:
    """A project with no run under way. Raises NotFound, Conflict (CON-5), Refused (CON-100) where its term is over."""
    found = project_queries.one(uow.session, county, project_id)
    if found is None:
        raise NotFound
    last = project_queries.last_run(uow.session, county, project_id)
    if last is not None and last.state in UNDER_WAY:
        raise Conflict(Finding("CON-5", "state", {"where": f"run_{last.state}"}, subject=found.number))
    law = load_law(uow.session, county, beijing_day(uow.now))
    if over := con_100_term_is_not_over((found.number, found.until_on), law):
        raise Refused(over)
    return found


def _asked(uow: UnitOfWork, found: Project, step: str, households: Sequence[UUID], given: Mapping[str, Any]) -> UUID:
    actor = uow.actor
    row = ProjectRun(
        county=found.county, village=found.village, run_id=uuid4(), project_id=found.project_id, step=step, given=dict(given),
        household_ids=list(households), position=0, done=0, refused=[], state="waiting", asked_by=actor.account_id,
        asked_by_name=actor.name, asked_at=uow.now, jurisdiction=actor.jurisdiction, started_at=None, ended_at=None,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    return row.run_id


def interrupt(actor: Actor, county: str, run_id: UUID) -> None:
    """Stop a run after the household that it is at; what is made stays made."""
    _turn(actor, county, run_id, {"waiting": "stopped", "running": "stopping"})


def resume(actor: Actor, county: str, run_id: UUID) -> None:
    """Go on with a run that was stopped or failed."""
    _turn(actor, county, run_id, {"stopped": "waiting", "failed": "waiting"})


def _turn(actor: Actor, county: str, run_id: UUID, states: Mapping[str, str]) -> None:
    with unit_of_work(actor) as uow:
        found = project_queries.run(uow.session, county, run_id, lock=True)
        if found is None:
            raise NotFound
        if found.state not in states:
            raise Conflict(Finding("CON-5", "state", {"where": f"run_{found.state}"}))
        found.state = states[found.state]


def work(worker: Actor, chunk: int = CHUNK) -> int:
    """Go on with every run that waits and that no other worker has, by so many households each; how many there were."""
    count = 0
    with unit_of_work(worker) as uow:
        waiting = [(one.county, one.run_id) for one in project_queries.runs_waiting(uow.session)]
    for county, run_id in waiting:
        with alone(worker, f"run:{run_id}") as ours:
            if ours:
                _go_on(worker, county, run_id, chunk)
                count += 1
    return count


def _go_on(worker: Actor, county: str, run_id: UUID, chunk: int) -> None:
    """The next households of a run; it is done with the last of them."""
    with unit_of_work(worker) as uow:
        row = project_queries.run(uow.session, county, run_id, lock=True)
        if row is None or row.state not in UNDER_WAY:
            return
        over = row.position >= len(row.household_ids)
        if over or row.state == "stopping":
            row.state, row.ended_at = ("done" if over else "stopped"), uow.now
            return
        row.state, row.started_at = "running", row.started_at or uow.now
        ids = row.household_ids[row.position : row.position + chunk]
        law = load_law(uow.session, county, beijing_day(uow.now))
    asker = _asker(worker, row)
    against = [] if asker is None else _against(asker, row, law)
    refused = [] if asker is None or against else _taken(asker, row, ids, law)
    with unit_of_work(worker) as uow:
        now = project_queries.run(uow.session, county, run_id, lock=True)
        if now is None:
            return
        if asker is None or against:
            now.state, now.ended_at = "failed", uow.now
            now.refused = [*(one for one in now.refused if one["household"]), *against]
            return
        now.position += len(ids)
        now.refused = [*now.refused, *refused]
        now.done = project_queries.reached(uow.session, now, now.household_ids[: now.position])
        if now.position >= len(now.household_ids):
            now.state, now.ended_at = "done", uow.now


def _against(asker: Actor, row: ProjectRun, law: Law) -> list[dict[str, Any]]:
    """Why no contract of a run is signed: what it keeps of who stands for the taker is less than is asked for by now."""
    if row.step != "sign":
        return []
    with unit_of_work(asker) as uow:
        if (found := project_queries.one(uow.session, row.county, row.project_id)) is None:
            raise NotFound
        try:
            _signatory(uow, found, signed_by(row.given), law)
        except Refused as error:
            return [{"household": "", "findings": [written(one, law) for one in error.findings]}]
    return []


def _taken(asker: Actor, row: ProjectRun, ids: Iterable[UUID], law: Law) -> list[dict[str, Any]]:
    """The step of a run with these households; those that it was not taken with, each with the reason."""
    refused = []
    for household_id in ids:
        try:
            if row.step == "sign":
                sign_one(asker, row.county, row.project_id, household_id, signed_by(row.given), brought(row.given))
            else:
                make(asker, row.county, row.project_id, household_id)
        except Unavailable:
            raise
        except LandregError as error:
            refused.append({"household": str(household_id), "findings": [written(one, law) for one in error.findings]})
    return refused


def _asker(worker: Actor, row: ProjectRun) -> Actor | None:
    """Who asked for the run, as their account stands; None when it is locked, or lost its role."""
    with unit_of_work(worker) as uow:
        account = account_by_id(uow.session, row.asked_by)
    if account is not None and account.locked_at is None and Role.OPERATOR in account.roles:
        return Actor(account.account_id, account.name, Desk.EXCHANGE, frozenset({Role.OPERATOR}), row.jurisdiction)
    return None


def make(actor: Actor, county: str, project_id: UUID, household_id: UUID) -> None:
    """The contract of one household, signed by its own word; nothing where it has it. Raises Refused (CON-12 and as `draw`)."""
    with unit_of_work(actor) as uow:
        uow.lock_name(project_queries.household_lock(project_id, household_id))
        found = project_queries.one(uow.session, county, project_id)
        parcels = project_queries.parcels_of(uow.session, county, project_id, household_id)
        if found is None or not parcels:
            raise NotFound
        if project_queries.contract_of(uow.session, county, project_id, household_id) is not None:
            return
        word = project_queries.last_word(uow.session, county, project_id, household_id)
        code = parcels[0].household_code
        if word is None or word.kind != "consents":
            raise Refused(Finding("CON-12", "household", {"household": code}, subject=code))
        kept = [one for one in parcels if one.parcel_code not in word.left_out]
        if not kept:
            raise Refused(Finding("CON-12", "household", {"household": code}, subject=code))
        taker = deal_queries.taker(uow.session, county, found.taker_id)
        if taker is None:
            raise NotFound
        terms = Terms(
            found.kind, found.from_on, found.until_on, found.unit, kept[0].price, found.grain, found.escalator_percent,
            found.paid_every, found.paid_before,
        )  # fmt: skip
        taken = tuple(Taken(one.parcel_code, None, one.price) for one in kept)
        values = of_land(found.clauses, total_mu(one.area_m2 for one in kept))
        draft = Draft(kept[0].right_id, taken, terms, values, found.said, project_id=project_id)
        row = draw(uow, draft, taker)
        by_mandate(uow, row, beijing_day(uow.now), word.name or code, {"word_id": str(word.word_id)})


def signed_by(given: Mapping[str, Any]) -> Present:
    """Who signs for the taker, as the run keeps it: by the card they were known when the run was asked for."""
    mandatary = UUID(given["mandatary_id"]) if "mandatary_id" in given else None
    return Present(
        given["name"], given["witness"], attorney="paper" in given, bearer=recorded(given), mandatary=mandatary,
        head="head" in given,
    )  # fmt: skip


def brought(given: Mapping[str, Any]) -> Attached | None:
    """The paper that the taker's signatory brought when the run was asked for; it was read then."""
    return Attached(**given["paper"]) if "paper" in given else None


def sign_one(
    actor: Actor, county: str, project_id: UUID, household_id: UUID, one: Present, paper: Attached | None = None
) -> None:
    """The taker's signature under the contract of one household, where it waits for it. Raises Refused as `signing.sign`."""
    with unit_of_work(actor) as uow:
        found = project_queries.contract_of(uow.session, county, project_id, household_id)
        if found is None or found.state != "part_signed":
            return
    sign(
        actor,
        county,
        found.contract_id,
        Signature(
            "taker",
            "in_person",
            one.name,
            True,
            one.witness,
            bearer=one.bearer,
            attorney=one.attorney,
            mandatary=one.mandatary,
            head=one.head,
        ),
        paper,
    )
