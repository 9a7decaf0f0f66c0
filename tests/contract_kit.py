"""The steps of a transfer contract as tests take them: drawn off the market, signed by both sides, filed, paid."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.exchange.contracts import (
    drawing,
    entering,
    issuer,
    land_queries,
    project_queries,
    queries,
    registering,
    signer_queries,
    signing,
)
from landreg.exchange.contracts.drafts import Draft, Taken, Terms
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.offering import offered
from landreg.exchange.contracts.projects import Said
from landreg.exchange.contracts.signing import Signature
from landreg.exchange.contracts.whole import Whole
from landreg.registry.booking import register
from landreg.registry.casework import cases
from landreg.registry.guarded import Attached
from tests.registry_kit import HOUSEHOLD, Connection, one, put_papers
from tests.villages import COUNTY, VILLAGE, citizen_id, past_triggers

PAPER = Attached("22" * 32, 9, "paper.jpg")
OTHER = f"{VILLAGE}010002"
TAKER = "93610902MA0000001B"
YEAR = beijing_day(datetime.now(UTC)).year
FIRST, UNTIL = date(YEAR - 4, 1, 1), date(YEAR + 1, 7, 1)
"""The days of the contract of `terms`, in whichever year the tests run: it has run for years, and half a year is to come."""
JUDGED: dict[str, Any] = {"document": "judgment", "final": True, "looked": True}
"""By which an outcome is recorded that ends a contract, or that it was void."""
OPERATOR = Actor(UUID(int=0x6109_0009), "交易员己", Desk.EXCHANGE, frozenset({Role.OPERATOR}), COUNTY)
VALUES = {
    "taker_home": "样本镇街道一号", "grade": "三等", "use": "grain", "paid_to": "甲方账户", "land_paid_to": "by_law",
    "crops_paid_to": "who_grew", "late_per_10000": "5", "fixtures_end": "removed",
}  # fmt: skip
SHARES = {
    **VALUES, "valued_yuan": "12000", "valued_by": "评估组", "shares": "120", "floating_percent": "20", "return_days": "30",
}  # fmt: skip
SHARES_BY_MU = {
    **VALUES, "valued_yuan_mu": "1500", "valued_by": "评估组", "shares_mu": "1.25", "floating_percent": "20", "return_days": "30",
}  # fmt: skip
"""The same as a village's project says it, of a mu."""


def day_of(actor: Actor) -> date:
    """Today by the register's clock."""
    found: date = one(actor, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    return found


def parcels_of(actor: Actor, right: UUID) -> list[str]:
    """The parcels of a right, by code."""
    with unit_of_work(actor) as uow:
        land = land_queries.land(uow.session, COUNTY, right)
    assert land is not None
    return sorted(land.parcels)


def right_id(code: str = HOUSEHOLD, actor: Actor = OPERATOR) -> UUID:
    """The contract right of a household."""
    with unit_of_work(actor) as uow:
        (found,) = land_queries.rights_of(uow.session, COUNTY, code)
    right: UUID = found.right_id
    return right


def terms(**changed: Any) -> Terms:
    """A lease of some five years that runs already, 600 yuan a mu and year, paid each year before."""
    said: dict[str, Any] = {
        "kind": "lease", "from_on": FIRST, "until_on": UNTIL, "unit": "yuan_mu_year",
        "price": Decimal("600.00"),
    }  # fmt: skip
    return Terms(**{**said, **changed})


def draft(right: UUID, codes: list[str], values: dict[str, str] | None = None, said: str = "", **changed: Any) -> Draft:
    """The same as a draft over parcels."""
    return Draft(right, tuple(Taken(code) for code in codes), terms(**changed), values or VALUES, said)


def drawn(
    code: str = HOUSEHOLD,
    codes: list[str] | None = None,
    values: dict[str, str] | None = None,
    taker: str = TAKER,
    **changed: Any,
) -> Contract:
    """A contract over the first parcel of a household, to a cooperative."""
    right = right_id(code)
    asked = draft(right, codes or parcels_of(OPERATOR, right)[:1], values, **changed)
    return drawing.draw_recorded(OPERATOR, COUNTY, asked, taker, "样本种植专业合作社")


def card_of(code: str, place: int = 1) -> tuple[str, str]:
    """Name and number of the identity card of a member of a household."""
    serial = int(code[-4:])
    return f"成员{serial}之{place}", citizen_id(2 * serial + place - 1)


def says(kind: str, code: str, left_out: tuple[str, ...] = (), place: int = 1) -> Said:
    """The word of a household's member at the counter."""
    name, card = card_of(code, place)
    return Said(kind, left_out, name, identity_checked=True, witness="见证人甲", card=card)


def agrees(project_id: UUID, home: UUID, left_out: tuple[str, ...] = ()) -> Said:
    """A household's yes by phone, to the text that its page shows."""
    with unit_of_work(OPERATOR) as uow:
        found = project_queries.one(uow.session, COUNTY, project_id)
        rows = project_queries.parcels_of(uow.session, COUNTY, project_id, home)
        day = beijing_day(uow.now)
    assert found is not None
    kept = [one for one in rows if one.parcel_code not in left_out]
    return Said("consents", left_out, read=offered(found, kept, day).digest)


def signature(contract: Contract, side: str) -> Signature:
    """A side's own signature at the counter: of a household by its first member, of others by whom their paper names."""
    with unit_of_work(OPERATOR) as uow:
        party = signer_queries.party_of(uow.session, COUNTY, contract.contract_id, side)
        asked = sa.text("SELECT code FROM exchange.taker WHERE household_id = :household")
        code = uow.session.scalar(asked, {"household": party.party_id}) or contract.household_code
    name, card, attorney = party.name, "", False
    match party.kind:
        case "household":
            name, card = card_of(contract.household_code if contract.household_id == party.party_id else code)
        case "collective":
            name = contract.clauses["representative"]
        case "organisation":
            name, attorney = f"样本社长（{side}）", True
        case "person":
            name, attorney = f"样本受托人（{side}）", True
    return Signature(side, "in_person", name, True, "见证人甲", card=card, attorney=attorney)


def signed(contract: Contract, *sides: str) -> Contract:
    """Both sides sign in person; of an assignment the issuing party has consented."""
    if contract.kind == "assignment" and not seen(contract).of("issuer_consented"):
        issuer.record(OPERATOR, COUNTY, contract.contract_id, today(), PAPER, read=True)
    for side in sides or signing.SIDES:
        signing.sign(OPERATOR, COUNTY, contract.contract_id, signature(contract, side), PAPER)
    return contract


def early(superuser: Connection, contract: Contract) -> Contract:
    """The same with the dues of a contract that both signed before its term began: each on its own day."""
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.rent_due SET due_on = from_on WHERE contract_id = %s", (contract.contract_id,)
        )
    return contract


def ended(contract: Contract, on_day: date) -> None:
    """Its taker dissolved on a day however long ago, as such an end was recorded before its days were bounded."""
    with unit_of_work(OPERATOR) as uow:
        found, _law = entering.held(uow, COUNTY, contract.contract_id)
        entering.happened(uow, found.contract, "ended", on_day, facts={"how": "dissolved", "ground": ""}, paper=PAPER)


def seen(contract: Contract, actor: Actor = OPERATOR) -> Whole:
    """A contract with all its rows."""
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, COUNTY, contract.contract_id)
        assert row is not None
        return queries.whole(uow.session, row)


def today(actor: Actor = OPERATOR) -> date:
    """Today by the register's clock."""
    with unit_of_work(actor) as uow:
        return beijing_day(uow.now)


def to_the_register(registrar: Actor, database: Settings, contract: Contract) -> UUID:
    """The parties ask for the register, the desk opens the case; its id."""
    signing.ask_registration(OPERATOR, COUNTY, contract.contract_id, PAPER)
    return registering.open_case_of(registrar, Store(database.store), COUNTY, contract.contract_id, b"%PDF-1.7 sample")


def booked(registrar: Actor, reviewer: Actor, case: UUID, kind: str) -> None:
    """The case is taken up, reviewed and registered."""
    put_papers(registrar, case, kind)
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    register(reviewer, COUNTY, [case])
