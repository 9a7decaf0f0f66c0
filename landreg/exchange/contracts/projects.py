"""A village's land to one taker in one project: each household asked by itself, its parcels at their own prices, free to leave
one out or to withdraw. The contracts are made in one run that the worker takes, household by household.

A run that is killed or stopped goes on where it stood: a household that has its contract is passed over, one that has not
consented, or withdrew, is named with its code (CON-12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.access import consents
from landreg.access.queries import account_by_id
from landreg.access.rules import Step
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import Unavailable, alone, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, LandregError, NotAllowed, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import CENT, mu_of
from landreg.exchange.bidding.rules.qualified import ENTER_RULES
from landreg.exchange.bidding.sales import taking_in
from landreg.exchange.contracts import logged, project_queries, queries
from landreg.exchange.contracts.drawing import Draft, Taken, Terms, draw, taker_of
from landreg.exchange.contracts.model import Project, ProjectParcel, ProjectRun, ProjectWord
from landreg.exchange.contracts.rules.terms import con_21_one_right_a_household
from landreg.exchange.contracts.signing import by_mandate
from landreg.law.book import examine
from landreg.law.queries import load_law
from landreg.registry.casework.cases import written
from landreg.registry.guarded import ties_nothing

CHUNK = 50
"""Households a step of the worker: what else it does waits no longer than for these."""
UNDER_WAY = ("waiting", "running", "stopping")
MOST_PARCELS = 5000
KINDS = ("lease", "subcontract", "share")


@dataclass(frozen=True)
class Priced:
    """A parcel that a project asks for, and its price of a mu and year."""

    code: str
    price: Decimal


@dataclass(frozen=True)
class Planned:
    """A project as it is opened. household_codes with their parcels follow from the parcels."""

    title: str
    taker_code: str
    terms: Terms
    parcels: tuple[Priced, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    taker_name: str = ""


@dataclass(frozen=True)
class Said:
    """A household's word. left_out: parcels that it keeps. consent: to its agent, where the agent says it."""

    kind: str
    left_out: tuple[str, ...] = ()
    name: str = ""
    identity_checked: bool = False
    witness: str = ""
    said: str = ""
    consent: UUID | None = None


def open_project(actor: Actor, county: str, village: str, planned: Planned) -> Project:
    """Open a project over parcels of a village. Raises Refused (CON-1 for a parcel under no contract right, TR-7, CON-15; QUAL-1,
    QUAL-4 for the whole of it; CON-21), BadInput (FORM-8) for more parcels than a project takes.
    """
    with unit_of_work(actor) as uow:
        law = load_law(uow.session, county, beijing_day(uow.now))
        texts = {f"clause_{name}": text for name, text in planned.values.items()}
        ties_nothing(law.on, None, "paper", title=planned.title, said=planned.said, **texts)
        if not planned.title.strip():
            raise BadInput(Finding("FORM-1", "title"))
        terms = planned.terms
        if terms.kind not in KINDS:
            raise BadInput(Finding("FORM-5", "kind", {"given": terms.kind[:40]}))
        if len(planned.parcels) > MOST_PARCELS:
            raise BadInput(Finding("FORM-8", "parcel", {"most": MOST_PARCELS}))
        asked = {one.code: one for one in planned.parcels}
        land = project_queries.contracted(uow.session, county, village, sorted(asked))
        wrong = sorted(set(asked) - set(land))
        findings = [Finding("CON-1", "parcels", {"parcels": wrong})] if wrong or not asked else []
        dear = [
            one for one in asked.values() if not one.price.is_finite() or not 0 < one.price <= Decimal("9999999999.99")
        ]
        if dear or terms.from_on >= terms.until_on or (terms.unit == "share") != (terms.kind == "share"):
            findings.append(Finding("CON-15", "price"))
        if several := con_21_one_right_a_household(
            [(land[code].household_code, land[code].right_id) for code in sorted(asked) if code in land], law
        ):
            findings.append(several)
        if findings:
            raise Refused(findings)
        taker = taker_of(uow, county, village, planned.taker_code, planned.taker_name)
        whole = mu_of(sum((land[code].area_m2 for code in asked), Decimal(0)))
        if told := examine(ENTER_RULES, taking_in(uow, taker, whole), law):
            raise Refused(told)
        serial = project_queries.next_number(uow.session, county, village)
        row = Project(
            county=county, village=village, project_id=uuid4(), number=f"{village}-X{serial:04d}",
            title=planned.title.strip()[:200], kind=terms.kind, taker_id=taker.taker_id, taker_name=taker.name,
            from_on=terms.from_on, until_on=terms.until_on, unit=terms.unit, grain=terms.grain,
            escalator_percent=terms.escalator_percent.quantize(CENT), paid_every=terms.paid_every, paid_before=terms.paid_before,
            clauses=dict(planned.values), said=planned.said.strip(), opened_by=actor.account_id, opened_by_name=actor.name,
            opened_at=uow.now,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        rows = [
            ProjectParcel(
                county=county, village=village, project_id=row.project_id, parcel_code=code, household_id=land[code].household_id,
                household_code=land[code].household_code, household_name=land[code].household_name,
                right_id=land[code].right_id, area_m2=land[code].area_m2, price=one.price.quantize(CENT),
            )
            for code, one in sorted(asked.items())
        ]  # fmt: skip
        uow.session.add_all(rows)
        uow.session.flush()
        logged.stage_project(uow, row, rows)
    return row


def say(actor: Actor, county: str, project_id: UUID, household_id: UUID, given: Said) -> ProjectWord:
    """A household's own word: at the desk, on its own phone, or by its agent. Raises NotFound, Refused (CON-3, ACC-25),
    Conflict (CON-5) once its contract is made.
    """
    if given.kind not in ("consents", "withdraws"):
        raise BadInput(Finding("FORM-5", "kind", {"given": given.kind[:40]}))
    way = "agent" if given.consent else "own" if actor.desk is Desk.CITIZEN else "in_person"
    if given.consent is not None:
        consent = consents.one_held(actor, county, given.consent)
        actor = replace(actor, household=consent.household_id, jurisdiction=consent.village)
    if actor.desk is Desk.CITIZEN and actor.household != household_id:
        raise NotFound
    with unit_of_work(actor) as uow:
        uow.lock_name(_household(project_id, household_id))
        found = project_queries.one(uow.session, county, project_id)
        parcels = project_queries.parcels_of(uow.session, county, project_id, household_id)
        if found is None or not parcels:
            raise NotFound
        ties_nothing(beijing_day(uow.now), None, "paper", said=given.said, witness=given.witness)
        code = parcels[0].household_code
        if project_queries.has_contract(uow.session, county, project_id, household_id):
            raise Conflict(Finding("CON-5", "state", {"where": "drawn"}, subject=code))
        if set(given.left_out) - {one.parcel_code for one in parcels}:
            raise BadInput(Finding("FORM-5", "left_out", {"given": "、".join(given.left_out)[:200]}))
        name = given.name.strip() or (parcels[0].household_name if way != "in_person" else "")
        sound = way != "in_person" or (bool(name) and given.identity_checked and bool(given.witness.strip()))
        if given.kind == "consents" and not sound:
            raise Refused(Finding("CON-3", "witness", subject=code))
        act = None
        if given.consent is not None:
            act = consents.write_act(uow, county, given.consent, Step.SIGN, found.number)
        row = ProjectWord(
            county=county, village=found.village, project_id=project_id, word_id=uuid4(), household_id=household_id,
            household_code=code, kind=given.kind, left_out=sorted(set(given.left_out)), way=way, name=name,
            identity_checked=given.identity_checked, witness=given.witness.strip(),
            agent_act_id=act.agent_act_id if act else None, said=given.said.strip(), by_id=actor.account_id,
            by_name=actor.name, at=uow.now,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        logged.stage_word(uow, row)
    return row


def _household(project_id: UUID, household_id: UUID) -> str:
    """What a household's word and its contract hold until they are written: either comes first."""
    return f"project:{project_id}:{household_id}"


def ask_run(actor: Actor, county: str, project_id: UUID) -> UUID:
    """Ask the worker to make the contracts of every household of the project. Raises Conflict (CON-5) while one is under way,
    Refused (QUAL-1, QUAL-4) where its taker may not have the whole of it.
    """
    with unit_of_work(actor) as uow:
        found = project_queries.one(uow.session, county, project_id)
        if found is None:
            raise NotFound
        last = project_queries.last_run(uow.session, county, project_id)
        if last is not None and last.state in UNDER_WAY:
            raise Conflict(Finding("CON-5", "state", {"where": last.state}, subject=found.number))
        taker = queries.taker(uow.session, county, found.taker_id)
        if taker is None:
            raise NotFound
        left = mu_of(project_queries.area_unsigned(uow.session, county, project_id))
        if told := examine(
            ENTER_RULES, taking_in(uow, taker, left), load_law(uow.session, county, beijing_day(uow.now))
        ):
            raise Refused(told)
        households = project_queries.households(uow.session, county, project_id)
        row = ProjectRun(
            county=county, village=found.village, run_id=uuid4(), project_id=project_id, household_ids=households, position=0,
            done=0, refused=[], state="waiting", asked_by=actor.account_id, asked_by_name=actor.name, asked_at=uow.now,
            jurisdiction=actor.jurisdiction, started_at=None, ended_at=None,
        )  # fmt: skip
        uow.session.add(row)
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
            raise Conflict(Finding("CON-5", "state", {"where": found.state}))
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
    done, refused, failed = 0, [], False
    for household_id in ids:
        try:
            done += make(_asker(worker, row), county, row.project_id, household_id)
        except Unavailable:
            raise
        except LandregError as error:
            failed = failed or isinstance(error, NotAllowed)
            refused.append({"household": str(household_id), "findings": [written(one, law) for one in error.findings]})
    with unit_of_work(worker) as uow:
        now = project_queries.run(uow.session, county, run_id, lock=True)
        if now is None:
            return
        if failed:
            now.state, now.ended_at = "failed", uow.now
            return
        now.position += len(ids)
        now.done += done
        now.refused = [*now.refused, *refused]
        if now.position >= len(now.household_ids):
            now.state, now.ended_at = "done", uow.now


def _asker(worker: Actor, row: ProjectRun) -> Actor:
    """Who asked for the run, as their account stands. Raises NotAllowed (ACC-3) when it is locked, or lost its role."""
    with unit_of_work(worker) as uow:
        account = account_by_id(uow.session, row.asked_by)
    if account is not None and account.locked_at is None and Role.OPERATOR in account.roles:
        return Actor(account.account_id, account.name, Desk.EXCHANGE, frozenset({Role.OPERATOR}), row.jurisdiction)
    raise NotAllowed(Finding("ACC-3", values={"roles": [Role.OPERATOR.value]}))


def make(actor: Actor, county: str, project_id: UUID, household_id: UUID) -> int:
    """The contract of one household, signed by its own word; 1, or 0 where it has it. Raises Refused (CON-12 and as `draw`)."""
    with unit_of_work(actor) as uow:
        uow.lock_name(_household(project_id, household_id))
        found = project_queries.one(uow.session, county, project_id)
        parcels = project_queries.parcels_of(uow.session, county, project_id, household_id)
        if found is None or not parcels:
            raise NotFound
        if project_queries.has_contract(uow.session, county, project_id, household_id):
            return 0
        word = project_queries.last_word(uow.session, county, project_id, household_id)
        code = parcels[0].household_code
        if word is None or word.kind != "consents":
            raise Refused(Finding("CON-12", "household", {"household": code}, subject=code))
        kept = [one for one in parcels if one.parcel_code not in word.left_out]
        if not kept:
            raise Refused(Finding("CON-12", "household", {"household": code}, subject=code))
        taker = queries.taker(uow.session, county, found.taker_id)
        if taker is None:
            raise NotFound
        terms = Terms(
            found.kind, found.from_on, found.until_on, found.unit, kept[0].price, found.grain, found.escalator_percent,
            found.paid_every, found.paid_before,
        )  # fmt: skip
        taken = tuple(Taken(one.parcel_code, None, one.price) for one in kept)
        draft = Draft(kept[0].right_id, taken, terms, found.clauses, found.said, project_id=project_id)
        row = draw(uow, draft, taker)
        by_mandate(uow, row, beijing_day(uow.now), word.name or code, {"word_id": str(word.word_id)})
    return 1
