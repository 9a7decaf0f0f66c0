"""Who may take land: opened at the counter by the operator with an account, or a household by its own account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from landreg.access import passwords, rules, service
from landreg.access.identity import CITIZEN_ID, ID_KINDS
from landreg.access.model import Account
from landreg.access.rules import Step
from landreg.access.sealing import digest, digests, seal
from landreg.core.actor import Actor, Desk, Role
from landreg.core.codes import citizen_id_fault, tidy, uscc_fault
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange import logged
from landreg.exchange.bidding import taker_queries
from landreg.exchange.bidding.acting import Under, noted
from landreg.exchange.bidding.taker_queries import Said
from landreg.exchange.model import Taker
from landreg.registry.guarded import ties_nothing

COUNTER_KINDS = ("person", "organisation")
MOST_NAME = 100


@dataclass(frozen=True)
class Opening:
    """A taker as the operator writes it down. number: of the identity card, or the unified social credit code."""

    kind: str
    name: str
    number: str
    contact: str
    login: str


def open_at_counter(actor: Actor, asked: Opening) -> tuple[Taker, str]:
    """Open a taker with an account; the taker and the temporary password, told once.

    Raises BadInput (FORM-5), Refused (ACC-5, BID-13, BID-22), Conflict (BID-16) where this person or business is there already.
    """
    if asked.kind not in COUNTER_KINDS:
        raise BadInput(Finding("FORM-5", "kind", {"given": asked.kind[:40]}))
    county, number, login = actor.jurisdiction[:6], tidy(asked.number), asked.login.strip().lower()
    person = asked.kind == "person"
    _refuse_unsound(asked, county, number)
    service.refuse(rules.AccountFacts(login, frozenset({Role.TAKER}), county, county))
    password = service.temporary_password()
    hashed, account, taker_id = passwords.hashed(password), uuid4(), uuid4()
    # As a registered person is digested: so the database knows whose household a taker is of (BID-6).
    said = f"{CITIZEN_ID}:{number}"
    with unit_of_work(actor) as uow:
        hold_number(uow, county, number)
        ties_nothing(beijing_day(uow.now), name=asked.name, contact=asked.contact)
        known = (*digests(said), *digests(f"{asked.kind}:{number}"))
        if taker_queries.code_known(uow.session, county, "" if person else number, known):
            raise Conflict(Finding("BID-16", "number"))
        if person and (home := _home(uow, county, number)):
            raise Refused(Finding("BID-13", "number", {"fault": "taker_of_household", "household": home}))
        name, village = asked.name.strip(), county.ljust(12, "0")
        opened_at = taker_queries.open_account(uow.session, account, login, name, county, hashed)
        service.tell_opened(uow, _account(account, login, name, county, actor, opened_at))
        who = {"id_sealed": seal(number), "id_digest": digest(said)} if person else {"code": number}
        given = {"taker_id": taker_id, "account_id": account, "contact": asked.contact.strip()}
        row = _open(uow, county, kind=asked.kind, name=name, village=village, **given, **who)
    return row, password


def _refuse_unsound(asked: Opening, county: str, number: str) -> None:
    """Raises Refused (BID-13) with all that is wrong."""
    person = asked.kind == "person"
    wrong = citizen_id_fault(number) if person else uscc_fault(number)
    faults = {
        "number": ("taker_id" if person else "taker_uscc") if wrong is not None else "",
        "name": "" if asked.name.strip() and len(asked.name) <= MOST_NAME else "taker_name",
        "login": "" if len(county) == len("610902") else "taker_county",
    }
    if any(faults.values()):
        raise Refused(
            Finding("BID-13", field, {"fault": fault, "most": MOST_NAME}) for field, fault in faults.items() if fault
        )


def hold(uow: UnitOfWork, county: str) -> None:
    """Hold what a county's takers have, and their reserves, until the end: of two deals, or two returns, one comes first."""
    uow.lock_name(f"takers:{county}")


def of_household(actor: Actor, county: str, under: Under | None = None, step: Step = Step.BID) -> Taker:
    """The household of a farmer's account as a taker, opened by itself when it first bids, or by its agent under a consent to
    `step`.

    Raises NotFound without one.
    """
    if actor.household is None:
        raise NotFound
    with unit_of_work(actor) as uow:
        found = taker_queries.taker_of_household(uow.session, county, actor.household)
        if found is None:
            # Two first bids at once are of one taker.
            hold_number(uow, county, str(actor.household))
            found = taker_queries.taker_of_household(uow.session, county, actor.household)
        if found is not None:
            return found
        household = taker_queries.own_household(uow.session, county, actor.household)
        if household is None:
            raise NotFound
        noted(uow, under, household.code, step)
        account = actor.account_id if under is None else None
        said = Said(actor.household, household.code, household.name, household.village)
        return _of(uow, county, said, account)


def hold_household(uow: UnitOfWork, county: str, code: str) -> Said | None:
    """A household as it is registered, held until the end, so that two who open it as a taker wait for each other."""
    known = taker_queries.household_said(uow.session, county, code)
    if known is not None:
        hold_number(uow, county, str(known.household_id))
    return known


def at_the_counter(uow: UnitOfWork, county: str, household: Said) -> Taker:
    """A household that is held, as a taker: opened by the operator where nobody has yet; its own account bids as it later."""
    found = taker_queries.taker_of_household(uow.session, county, household.household_id)
    return found or _of(uow, county, household, None)


@dataclass(frozen=True)
class Coded:
    """A code whose taker is held until the end. household: whose it is, None for an organisation's and one that is none. person: it
    is the number of somebody's card, who is in no household of that code.
    """

    code: str
    household: Said | None
    person: bool = False


def hold_code(uow: UnitOfWork, county: str, code: str) -> Coded:
    """Hold whom a code names, so that two who open them as a taker wait for each other."""
    code = tidy(code)
    if uscc_fault(code) is not None and (home := hold_household(uow, county, code)) is not None:
        return Coded(code, home)
    hold_number(uow, county, code)
    return Coded(code, None, uscc_fault(code) is not None and citizen_id_fault(code) is None)


def of_code(uow: UnitOfWork, county: str, held: Coded, village: str, name: str = "", contact: str = "") -> Taker:
    """Who takes land, by the code that is held: known to the market, or entered. village: of the land, for an organisation.

    Raises BadInput (CON-16) for a code that is none, (FORM-1) for an organisation or a person without their name, Refused (CON-16)
    for a member of a household, (BID-13) for a person whom the market does not know, or by another name, (GUARD-1).
    """
    ties_nothing(beijing_day(uow.now), taker_name=name, contact=contact)
    if held.household is not None:
        return at_the_counter(uow, county, held.household)
    if held.person:
        return _person(uow, county, held.code, name)
    if uscc_fault(held.code) is not None:
        raise BadInput(Finding("CON-16", "taker"))
    known = taker_queries.taker_of_code(uow.session, county, held.code)
    if known is None and not name.strip():
        raise BadInput(Finding("FORM-1", "taker_name"))
    given = {"name": name.strip()[:MOST_NAME], "contact": contact.strip()[:MOST_NAME]}
    return known or _open(uow, county, kind="organisation", village=village, code=held.code, **given)


def _person(uow: UnitOfWork, county: str, number: str, name: str) -> Taker:
    """Somebody by the number of their card, whom the counter has opened with an account of their own: to read, offer and bid."""
    if not name.strip():
        raise BadInput(Finding("FORM-1", "taker_name"))
    if home := _home(uow, county, number):
        raise Refused(Finding("CON-16", "taker", {"household": home}))
    said = f"{CITIZEN_ID}:{number}"
    known = taker_queries.taker_of_person(uow.session, county, (*digests(said), *digests(f"person:{number}")))
    if known is None:
        raise Refused(Finding("BID-13", "taker", {"fault": "taker_to_be_opened", "most": MOST_NAME}))
    if tidy(known.name) != tidy(name):
        raise Refused(Finding("BID-13", "taker_name", {"fault": "taker_known_otherwise", "most": MOST_NAME}))
    return known


def _home(uow: UnitOfWork, county: str, number: str) -> str:
    """The code of the household of which the bearer of a number is a member: it takes land as one, and not each of its own."""
    return taker_queries.home_of(uow.session, county, [key for kind in ID_KINDS for key in digests(f"{kind}:{number}")])


def by_code(uow: UnitOfWork, county: str, village: str, code: str, name: str = "", contact: str = "") -> Taker:
    """The same, held here: where the instant was not read yet."""
    return of_code(uow, county, hold_code(uow, county, code), village, name, contact)


def hold_number(uow: UnitOfWork, county: str, number: str) -> None:
    """Hold who is known by a number, so that two who open them as a taker wait for each other."""
    uow.lock_name(f"taker:{county}:{number}")


def _of(uow: UnitOfWork, county: str, said: Said, account: UUID | None) -> Taker:
    """A household, opened as a taker."""
    who = {"household_id": said.household_id, "code": said.code, "name": said.name, "village": said.village}
    return _open(uow, county, kind="household", account_id=account, **who)


def _open(uow: UnitOfWork, county: str, **said: Any) -> Taker:
    """Write a taker, and tell the log. The caller holds the number or the household.

    Raises Refused (BID-22) for an organisation that the register knows by another name.
    """
    if said["kind"] == "organisation":
        registered = taker_queries.holder_named(uow.session, county, said["code"])
        if registered is not None and tidy(registered) != tidy(said["name"]):
            raise Refused(Finding("BID-22", "name", {"registered": registered, "given": said["name"]}))
    asked = {
        "taker_id": uuid4(), "code": "", "household_id": None, "account_id": None, "id_sealed": None, "id_digest": None,
        "contact": "", **said,
    }  # fmt: skip
    row = Taker(county=county, opened_by=uow.actor.account_id, opened_at=uow.now, **asked)
    uow.session.add(row)
    uow.session.flush()
    logged.stage_taker(uow, row)
    return row


def own(actor: Actor, county: str, taker_id: UUID) -> Taker:
    """A taker as whom the actor may act. Raises NotFound."""
    with unit_of_work(actor) as uow:
        found = taker_queries.taker(uow.session, county, taker_id)
    if found is None:
        raise NotFound
    return found


def _account(account_id: UUID, login: str, name: str, county: str, by: Actor, opened_at: object) -> Account:
    """The account as its leaf tells of it."""
    return Account(
        account_id=account_id, login=login, name=name, desk=Desk.CITIZEN.value, roles=[Role.TAKER.value],
        jurisdiction=county, opened_by=by.account_id, opened_at=opened_at, locked_at=None,
    )  # fmt: skip
