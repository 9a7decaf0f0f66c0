"""Land that was expropriated is its collective's no more: it is not listed, drawn, registered anew; its pages say so."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.contracts import drawing, signing
from landreg.exchange.listings import service
from landreg.exchange.listings.reading import Offer, Resolution
from landreg.land.parcel_queries import gone_by
from landreg.registry.casework import cases
from landreg.registry.casework.cases import locked
from landreg.registry.casework.opening import open_batch
from landreg.registry.facts.gone import gone_first
from landreg.registry.rules.requests import Cancellation
from tests.contract_kit import OPERATOR, VALUES
from tests.database.exchange.test_contract_of_collective import by, common, dealt
from tests.exchange_kit import market, parcels_of
from tests.registry_kit import Connection, applied, booked, codes, in_state, one, put_paper, right_of
from tests.villages import COUNTY, VILLAGE, past_triggers


@pytest.fixture
def gone(registrar: Actor, reviewer: Actor, superuser: Connection) -> str:
    """A parcel of the first household, whose whole right was expropriated."""
    market(registrar, reviewer, superuser)
    right = right_of(registrar)
    code = parcels_of(registrar, right)[0]
    case = applied(registrar, "cancellation", Cancellation("expropriation"), right)
    booked(registrar, reviewer, superuser, case, "cancellation")
    return code


def test_it_is_known_with_why_and_since_when(gone: str, registrar: Actor) -> None:
    with unit_of_work(registrar) as uow:
        (found,) = gone_by(uow.session, COUNTY, [gone])
    number = one(registrar, "SELECT number FROM registry.\"case\" WHERE act_kind = 'cancellation'")
    assert (found.parcel_code, found.reason, found.number) == (gone, "expropriation", number)


def test_it_is_not_listed_for_the_collective(gone: str, registrar: Actor) -> None:
    today = date(2027, 1, 1)
    offer = Offer("unallocated", (gone,), today + timedelta(days=60), today + timedelta(days=365), today, Decimal(300),
                  resolution=Resolution(today, 60, 48))  # fmt: skip
    with pytest.raises(Refused) as refused:
        service.list_collective(registrar, COUNTY, offer)
    assert "END-5" in codes(refused)
    assert "LST-20" not in codes(refused)


def test_a_contract_of_its_collective_takes_it_neither_drawn_nor_signed(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    market(registrar, reviewer, superuser)
    land = common(superuser)
    deal = dealt(registrar, superuser, [land])
    given = {**VALUES, "representative": "样本代表"}
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, given)
    signing.sign(OPERATOR, COUNTY, contract.contract_id, by("contractor", "样本代表"))
    case = applied(registrar, "cancellation", Cancellation("expropriation"), right_of(registrar))
    booked(registrar, reviewer, superuser, case, "cancellation")
    _as_if_of_it(superuser, land)
    with pytest.raises(Refused) as refused:
        signing.sign(OPERATOR, COUNTY, contract.contract_id, by("taker", "样本二"))
    assert codes(refused) <= {"CON-1", "END-5"}


def test_its_first_registration_asks_for_a_ruling(gone: str, registrar: Actor) -> None:
    package = one(registrar, "SELECT package_id FROM land.package LIMIT 1")
    (case,) = in_state(registrar, open_batch(registrar, COUNTY, package, VILLAGE), "draft")[:1]
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert "END-5" in codes(refused)
    put_paper(registrar, case, "ruling")
    with unit_of_work(registrar) as uow:
        assert gone_first(uow.session, locked(uow, COUNTY, [case])) == {}


def _as_if_of_it(superuser: Connection, land: str) -> None:
    """The expropriated right's case names this parcel too."""
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO registry.case_parcel SELECT (jsonb_populate_record(x, jsonb_build_object('parcel_code', %s::text))).*
               FROM registry.case_parcel AS x JOIN registry."case" AS c USING (county, case_id)
               WHERE c.act_kind = 'cancellation' LIMIT 1""",
            [land],
        )
