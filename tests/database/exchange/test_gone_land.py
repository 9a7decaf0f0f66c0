"""Land that was expropriated is its collective's no more: it is not listed, drawn, registered anew; its pages say so."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.exchange.contracts import drawing, making, signing
from landreg.exchange.contracts.entering import happened, held
from landreg.exchange.contracts.model import Contract
from landreg.exchange.listings import service
from landreg.exchange.listings.reading import Offer, Resolution
from landreg.land.parcel_queries import gone_by
from landreg.registry.casework import cases
from landreg.registry.casework.cases import locked
from landreg.registry.casework.opening import open_batch
from landreg.registry.facts.gone import gone_first
from landreg.registry.rules.parcel_requests import ParcelSplit, PartLoss
from landreg.registry.rules.requests import Cancellation
from tests.contract_kit import OPERATOR, PAPER, VALUES, drawn, seen, signature, signed
from tests.database.exchange.test_contract_of_collective import by, common, dealt
from tests.database.registry.test_parcel_acts import LOWER, UPPER, done, face, line
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


def test_a_case_kept_before_it_could_name_parcels_took_all(gone: str, registrar: Actor, superuser: Connection) -> None:
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.\"case\" SET request = request - 'parcels' WHERE act_kind = 'cancellation'")
    with unit_of_work(registrar) as uow:
        assert [found.parcel_code for found in gone_by(uow.session, COUNTY, [gone])] == [gone]


def test_so_is_the_part_of_a_parcel_that_was_taken_and_not_the_one_that_stayed(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    market(registrar, reviewer, superuser)
    drawn_part = face((-1, -1), (-1, 21), (5, 21), (5, -1))
    done(registrar, reviewer, superuser, "part_loss", PartLoss((LOWER,), drawn_part, "expropriation"))
    parts = one(registrar, "SELECT request -> 'codes' FROM registry.\"case\" WHERE act_kind = 'part_loss'")
    kept = parcels_of(registrar, right_of(registrar))
    lost = [code for code in parts if code not in kept]
    with unit_of_work(registrar) as uow:
        found = gone_by(uow.session, COUNTY, [*parts, LOWER, UPPER])
    number = one(registrar, "SELECT number FROM registry.\"case\" WHERE act_kind = 'part_loss'")
    assert [(row.parcel_code, row.reason, row.number) for row in found] == [(lost[0], "expropriation", number)]
    assert len(lost) == 1


def test_it_is_not_listed_for_the_collective(gone: str, registrar: Actor) -> None:
    today = date(2027, 1, 1)
    offer = Offer("unallocated", (gone,), today + timedelta(days=60), today + timedelta(days=365), today, Decimal(300),
                  resolution=Resolution(today, 60, 48))  # fmt: skip
    with pytest.raises(Refused) as refused:
        service.list_collective(registrar, COUNTY, offer)
    assert "END-5" in codes(refused)
    assert "LST-20" not in codes(refused)


def test_a_contract_of_its_collective_takes_it_neither_drawn_nor_signed(
    registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CON-109, kept by the database too between the two signatures, whoever writes the second in whichever way."""
    market(registrar, reviewer, superuser)
    land = common(superuser)
    deal = dealt(registrar, superuser, [land])
    given = {**VALUES, "representative": "样本代表"}
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, given)
    signing.sign(OPERATOR, COUNTY, contract.contract_id, by("contractor", "样本代表"))
    case = applied(registrar, "cancellation", Cancellation("expropriation"), right_of(registrar))
    booked(registrar, reviewer, superuser, case, "cancellation")
    _as_if_of_it(superuser, land)
    for _service_then_database in range(2):
        with pytest.raises(Refused) as refused:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, by("taker", "样本二"))
        assert codes(refused) == {"CON-109"}
        monkeypatch.setattr(making, "land_is_there", lambda *_: None)
    facts = {"way": "service", "reference": "1", "name": "样本二", "text_sha256": contract.text_sha256}

    def write() -> None:
        with unit_of_work(OPERATOR) as uow:
            found, law = held(uow, COUNTY, contract.contract_id)
            happened(uow, found.contract, "signed_taker", law.on, facts=facts)

    with pytest.raises(Refused) as refused:
        write()
    assert codes(refused) == {"CON-109"}
    assert seen(contract).contract.state == "part_signed"


@pytest.mark.parametrize("side", ["contractor", "taker"])
def test_a_household_s_draft_over_it_is_signed_by_neither_side(
    side: str, registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CON-109, told with the case before anybody presses, and kept by the database whoever signs in whichever way."""
    market(registrar, reviewer, superuser)
    land = parcels_of(registrar, right_of(registrar))[0]
    contract = drawn(codes=[land])
    other = next(one for one in signing.SIDES if one != side)
    signing.sign(OPERATOR, COUNTY, contract.contract_id, signature(contract, other), PAPER)
    assert told(contract) == []
    case = applied(registrar, "cancellation", Cancellation("expropriation"), right_of(registrar))
    booked(registrar, reviewer, superuser, case, "cancellation")
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case)
    (finding,) = told(contract)
    assert (finding.code, finding.values) == ("CON-109", {"parcels": [land], "cases": [number]})
    for _service_then_database in range(2):
        with pytest.raises(Refused) as refused:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, signature(contract, side), PAPER)
        assert codes(refused) == {"CON-109"}
        monkeypatch.setattr(making, "land_is_there", lambda *_: None)
    assert seen(contract).contract.state == "part_signed"


def test_a_draft_over_a_parcel_that_lost_a_part_is_signed_no_more_and_one_over_the_other_is(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    market(registrar, reviewer, superuser)
    cut, whole = drawn(codes=[LOWER]), drawn(codes=[UPPER])
    done(
        registrar,
        reviewer,
        superuser,
        "part_loss",
        PartLoss((LOWER,), face((-1, -1), (-1, 21), (5, 21), (5, -1)), "expropriation"),
    )
    assert [(one.code, one.values["parcels"]) for one in told(cut)] == [("CON-109", [LOWER])]
    assert (told(whole), seen(signed(whole)).contract.state) == ([], "signed")


def test_a_draft_over_a_parcel_that_was_split_alone_is_signed_as_it_was_drawn(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    market(registrar, reviewer, superuser)
    contract = drawn(codes=[LOWER])
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((5, -1), (5, 21))))
    assert (told(contract), seen(signed(contract)).contract.state) == ([], "signed")


def told(contract: Contract) -> list[Finding]:
    """What stands against a draft since its land is gone."""
    with unit_of_work(OPERATOR) as uow:
        return making.land_gone(uow.session, seen(contract), own=False)


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
