"""Who stands at the counter for the sample's parties: a household's member with the identity card, a person, a business's head."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from landreg import demo_papers
from landreg.access.identity import CITIZEN_ID, reveal
from landreg.access.service import SYSTEM
from landreg.core.codes import birth_of, citizen_id_fault, of_age
from landreg.core.db import unit_of_work
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.demo_market import Market
from landreg.exchange.contracts import issuer, signer_queries, signing
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.signing import SIDES, Signature
from landreg.registry.guarded import Attached

WITNESS = "村委会见证人"


def card_of(market: Market, household_id: UUID) -> tuple[str, str]:
    """Name and number of the card that the household's first member of age brings: the sample has no cards but the register's."""
    with unit_of_work(SYSTEM) as uow:
        today = beijing_day(uow.now)
        rows = uow.session.execute(text(_MEMBERS), {"county": market.office.county, "household": household_id}).all()
    opened = reveal(market.office.registrar, [row.person_id for row in rows], "样本：带到窗口的身份证", rows[0].code)
    for row in rows:
        one = opened[row.person_id]
        if one.id_kind == CITIZEN_ID and citizen_id_fault(one.id_number) is None:
            born = birth_of(one.id_number)
            if born is not None and of_age(born, today):
                return one.name, one.id_number
    return "", ""


def scan(store: Store) -> Attached:
    """A scanned paper of the sample."""
    page = demo_papers.sheet()
    return Attached(store.put_bytes(page), len(page), "样本扫描件.jpg")


def sign_both(market: Market, contract: Contract, sides: Sequence[str] = SIDES) -> Contract:
    """Both sides sign at the counter, or those who have not yet; an assignment once the issuing party's consent was seen."""
    if contract.kind == "assignment":
        paper = scan(market.office.store)
        with unit_of_work(market.operator) as uow:
            today = beijing_day(uow.now)
        issuer.record(market.operator, contract.county, contract.contract_id, today, paper, read=True)
    for side in sides:
        given = _signature(market, contract, side)
        signing.sign(market.operator, contract.county, contract.contract_id, given, scan(market.office.store))
    return contract


def _signature(market: Market, contract: Contract, side: str) -> Signature:
    with unit_of_work(market.operator) as uow:
        party = signer_queries.party_of(uow.session, contract.county, contract.contract_id, side)
    name, card, attorney = party.name, "", False
    match party.kind:
        case "household" if party.party_id is not None:
            name, card = card_of(market, party.party_id)
        case "organisation":
            name, attorney = "理事长样本", True
        case "collective":
            name = str(contract.clauses.get("representative", ""))
    return Signature(side, "in_person", name, True, WITNESS, card=card, attorney=attorney)


_MEMBERS = """SELECT m.person_id, h.code FROM party.member AS m
    JOIN party.household AS h ON h.county = m.county AND h.household_id = m.household_id
        AND upper_inf(h.recorded) AND upper_inf(h.valid)
    WHERE m.county = :county AND m.household_id = :household AND upper_inf(m.recorded) AND upper_inf(m.valid)
    ORDER BY m.position"""
