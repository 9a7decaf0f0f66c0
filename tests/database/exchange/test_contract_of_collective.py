"""The contract of a deal on a collective's own land: drawn by its resolution, signed by its representative, filed and paid."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from landreg.audit.logged import register as of_register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange import logged
from landreg.exchange.contracts import deal_queries, drawing, life, making, signing
from landreg.exchange.contracts.entering import happened, held
from landreg.exchange.contracts.signing import Signature
from landreg.exchange.model import Deal, Listing
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from tests import exchange_kit
from tests.bidding_kit import household
from tests.contract_kit import OPERATOR, PAPER, VALUES, card_of, parcels_of, right_id, seen, today
from tests.exchange_kit import listing_row, market, put_event, put_listing
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY, VILLAGE, past_triggers

RESOLUTION = "成员（代表）会议 2026-11-01 决议：应到 60 人，同意 48 人。"
NEIGHBOUR = f"{VILLAGE}010002"


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    market(registrar, reviewer, superuser)


def common(superuser: Connection, serial: int = 90001) -> str:
    """A parcel of the collective, beside the first household's."""
    return exchange_kit.common(superuser, parcels_of(OPERATOR, right_id())[0], serial)


def dealt(registrar: Actor, superuser: Connection, land: list[str], kind: str = "unallocated") -> Deal:
    """The collective's land, listed by its resolution and given to a household of it."""
    row = listing_row(registrar, None, source="collective", household_id=None, household_code="", kind=kind,
                      to_whom="members_first", said=RESOLUTION, from_on=date(2022, 1, 1), until_on=date(2027, 7, 1))  # fmt: skip
    listing = put_listing(registrar, row, land)
    put_event(OPERATOR, listing, "published")
    return deal_of(listing, household(superuser, NEIGHBOUR)[0].taker_id)


def deal_of(listing: Listing, taker_id: UUID) -> Deal:
    with unit_of_work(OPERATOR) as uow:
        deal = Deal(
            county=COUNTY, village=listing.village, deal_id=uuid4(), listing_id=listing.listing_id, taker_id=taker_id,
            way=listing.way, price=listing.price, unit=listing.unit, by="negotiation", decided_at=uow.now,
            decided_by=OPERATOR.account_id, decided_by_name=OPERATOR.name,
        )  # fmt: skip
        uow.session.add(deal)
        uow.session.flush()
        logged.stage_deal(uow, deal)
    return deal


def by(side: str, name: str) -> Signature:
    """At the counter: for the collective whoever bears a name, for the neighbour who takes its land their own member."""
    name, card = (name, "") if side == "contractor" else card_of(NEIGHBOUR)
    return Signature(side, "in_person", name, True, "见证人甲", card=card)


def test_land_of_a_collective_gets_its_contract_signed_by_its_representative_filed_and_paid(
    registrar: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    deal = dealt(registrar, superuser, [common(superuser)])
    with unit_of_work(OPERATOR) as uow:
        assert [row.Deal.deal_id for row in deal_queries.deals_waiting(uow.session)] == [deal.deal_id]
    given = {**VALUES, "representative": "样本代表", "resolution": "别的决议"}
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, given)
    assert (contract.right_id, contract.household_id, contract.right_code) == (None, None, "")
    assert contract.number.startswith(contract.household_code)
    assert len(contract.number) == 18
    assert contract.clauses["resolution"] == RESOLUTION
    assert "东：" in seen(contract).parcels[0].neighbours
    with pytest.raises(Refused) as other:
        signing.sign(OPERATOR, COUNTY, contract.contract_id, by("contractor", "样本他人"))
    assert codes(other) == {"CON-18"}
    for side, name in (("contractor", "样本代表"), ("taker", "样本二")):
        signing.sign(OPERATOR, COUNTY, contract.contract_id, by(side, name))
    found = seen(contract)
    assert found.contract.state == "signed"
    signing.file(OPERATOR, COUNTY, contract.contract_id, today(), "已备案", PAPER)
    left = life.pay(OPERATOR, COUNTY, contract.contract_id, found.dues[0].amount, today(), "HP-1", PAPER)
    assert left == sum(due.amount for due in found.dues[1:])
    seal(worker, database)
    strays = recheck_register(worker, database, of_register()).findings
    assert [one for one in strays if one.layer not in ("access.binding", "access.account", "land.parcel")] == []


def test_the_database_takes_no_other_signature_for_the_collective(registrar: Actor, superuser: Connection) -> None:
    """CON-18: past the service."""
    deal = dealt(registrar, superuser, [common(superuser)])
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, {**VALUES, "representative": "样本代表"})
    facts = {"way": "in_person", "name": "样本他人", "text_sha256": contract.text_sha256}

    def sign_past_the_service() -> None:
        with unit_of_work(OPERATOR) as uow:
            found, law = held(uow, COUNTY, contract.contract_id)
            happened(uow, found.contract, "signed_contractor", law.on, facts=facts)

    with pytest.raises(Refused) as refused:
        sign_past_the_service()
    assert codes(refused) == {"CON-18"}


def test_what_a_household_has_is_not_the_collective_s_to_give(
    registrar: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CON-1, when it is drawn; CON-109, where a household got the land in between, before either signs."""
    own = parcels_of(OPERATOR, right_id())[0]
    taken = dealt(registrar, superuser, [own])
    with pytest.raises(Refused) as refused:
        drawing.draw_from_deal(OPERATOR, COUNTY, taken.deal_id, VALUES)
    assert "CON-1" in codes(refused)
    land = common(superuser)
    deal = dealt(registrar, superuser, [land], "four_wastes")
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, {**VALUES, "representative": "样本代表"})
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO registry.right_parcel SELECT (jsonb_populate_record(q, jsonb_build_object('row_id', gen_random_uuid(),
                   'parcel_id', (SELECT parcel_id FROM land.parcel WHERE code = %s)))).*
               FROM registry.right_parcel AS q JOIN land.parcel AS p ON p.county = q.county AND p.parcel_id = q.parcel_id
               WHERE p.code = %s AND upper_inf(q.recorded)""",
            [land, own],
        )
    for _service_then_database in range(2):
        with pytest.raises(Refused) as late:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, by("contractor", "样本代表"))
        assert codes(late) == {"CON-109"}
        monkeypatch.setattr(making, "land_is_there", lambda *_: None)


def test_a_contract_of_land_of_two_collectives_and_one_without_a_resolution_are_not_drawn(
    registrar: Actor, superuser: Connection
) -> None:
    """CON-82, TR-7."""
    deal = dealt(registrar, superuser, [common(superuser), f"{VILLAGE}0299999"])
    with pytest.raises(Refused) as refused:
        drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert codes(refused) == {"CON-82"}
    row = listing_row(registrar, None, source="collective", household_id=None, household_code="", kind="unallocated",
                      to_whom="members_first")  # fmt: skip
    bare = put_listing(registrar, row, [common(superuser, 90002)])
    put_event(OPERATOR, bare, "published")
    unsaid = deal_of(bare, household(superuser, NEIGHBOUR)[0].taker_id)
    with pytest.raises(Refused) as lacking:
        drawing.draw_from_deal(OPERATOR, COUNTY, unsaid.deal_id, VALUES)
    assert codes(lacking) == {"TR-7"}
