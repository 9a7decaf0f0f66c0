"""A contract's pages say who holds its land today, and what of the price falls due to whom, however the contractor changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from landreg.access.own_queries import Bound, own_rights
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.periods import DAY
from landreg.exchange.contracts.holders import holders, out_of_right
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.held import Held
from landreg.registry.rules.household_requests import Exchange, HouseholdMerge, RepresentativeChange
from landreg.registry.rules.parcel_requests import ParcelSplit
from landreg.registry.rules.requests import Assignment, Cancellation
from tests.contract_kit import OPERATOR, OTHER, drawn, parcels_of, right_id, seen, signed
from tests.database.registry.test_parcel_acts import LOWER, UPPER, done, line
from tests.exchange_kit import TERM, farmer_of
from tests.household_kit import Placed, asked_for, division, household_id, members
from tests.registry_kit import HOUSEHOLD, Connection, booked, one, pass_days, right_of, to_rights


@pytest.fixture(autouse=True)
def _village(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2, **TERM)
    pass_days(superuser, 5)


@pytest.fixture
def let() -> Contract:
    """A lease of both parcels of the first household, of 400 m² each at one price a mu."""
    return signed(drawn(codes=[LOWER, UPPER]))


def held(contract: Contract, actor: Actor = OPERATOR, *, own: bool = False) -> list[Held]:
    found = seen(contract)
    with unit_of_work(actor) as uow:
        return holders(uow.session, found, own=own)


def today(actor: Actor) -> date:
    found: date = one(actor, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    return found


def test_land_that_was_assigned_since_is_said_to_be_its_taker_s_with_its_share(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """To the desk and to who signed; a party of another contract is told nothing."""
    assert held(let) == []
    asked = Assignment(household_id(registrar, OTHER), OTHER, date(2026, 1, 5), (LOWER,))
    case = asked_for(registrar, "assignment", asked, right=right_id())
    booked(registrar, reviewer, superuser, case, "assignment")
    since, number = today(registrar), one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :c', c=case)
    pass_days(superuser, 3)
    (theirs,) = held(let)
    assert theirs == Held(
        household_id(registrar, OTHER), OTHER, "户主2", (LOWER,), since, Decimal("0.5"), number, "assignment"
    )
    assert (theirs.percent, theirs.of(Decimal("720.01"))) == ("50", Decimal("360.01"))
    assert held(let, farmer_of(superuser, HOUSEHOLD), own=True) == [theirs]
    assert held(let, farmer_of(superuser, OTHER, login="other"), own=True) == []


def test_land_that_came_back_is_held_since_it_came_back_and_by_that_case(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """Who had it before another let it out is paid from the second day on, not from the first."""
    for to, of in ((OTHER, HOUSEHOLD), (HOUSEHOLD, OTHER)):
        asked = Assignment(household_id(registrar, to), to, date(2026, 1, 5), (LOWER,))
        case = asked_for(registrar, "assignment", asked, right=right_id(of))
        booked(registrar, reviewer, superuser, case, "assignment")
        if to == OTHER:
            pass_days(superuser, 3)
            contract = signed(drawn(OTHER, codes=[LOWER]))
            pass_days(superuser, 1)
    (theirs,) = held(contract)
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :c', c=case)
    assert (theirs.code, theirs.since, theirs.case) == (HOUSEHOLD, today(registrar), number)


def test_who_took_the_land_reads_the_contract_that_binds_it_and_what_of_the_price_is_its_own(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """On its own page; the household that let it, and still has the rest, is bound by its own contract and reads that."""
    asked = Assignment(household_id(registrar, OTHER), OTHER, date(2026, 1, 5), (LOWER,))
    before = farmer_of(superuser, OTHER)
    assert bound(before) == []
    booked(registrar, reviewer, superuser, asked_for(registrar, "assignment", asked, right=right_id()), "assignment")
    since = today(registrar)
    pass_days(superuser, 3)
    (theirs,) = bound(before)
    assert (theirs.number, theirs.kind, theirs.taker, theirs.price) == (let.number, "lease", let.taker_name, let.price)
    assert (list(theirs.parcels), theirs.since, theirs.percent) == ([LOWER], since, "50")
    assert theirs.last_day == let.until_on - DAY
    assert bound(farmer_of(superuser, HOUSEHOLD)) == []


def test_of_an_exchange_either_household_reads_what_binds_the_land_that_it_took(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """The contract of the one on the parcel that the other took, and that of the other on what it gave for it."""
    mine, theirs = right_id(), right_id(OTHER)
    given, *_ = parcels_of(OPERATOR, theirs)
    back = signed(drawn(OTHER))
    asked = Exchange(theirs, (LOWER,), (given,), date(2026, 1, 5))
    case = asked_for(registrar, "exchange", asked, right=mine, more=("filing",))
    booked(registrar, reviewer, superuser, case, "exchange")
    since = today(registrar)
    for code, contract, parcel, percent in ((OTHER, let, LOWER, "50"), (HOUSEHOLD, back, given, "100")):
        (told,) = bound(farmer_of(superuser, code))
        said = (told.number, told.contractor, list(told.parcels), told.since, told.percent)
        assert said == (contract.number, contract.household_name, [parcel], since, percent)


def test_a_household_that_another_joined_reads_what_the_other_had_let(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    homestead = right_of(registrar, OTHER, "homestead")
    gone = asked_for(registrar, "cancellation", Cancellation("ruling"), right=homestead)
    booked(registrar, reviewer, superuser, gone, "cancellation")
    contract = signed(drawn(OTHER))
    joining = tuple(Placed(member, "30") for member in members(registrar, OTHER))
    asked = HouseholdMerge(household_id(registrar, OTHER), joining, date(2026, 1, 5))
    booked(registrar, reviewer, superuser, asked_for(registrar, "household_merge", asked), "household_merge")
    (theirs,) = bound(farmer_of(superuser, HOUSEHOLD))
    assert (theirs.number, theirs.contractor, theirs.percent) == (contract.number, "户主2", "100")
    assert theirs.since == today(registrar)


def test_a_household_that_divided_from_another_reads_what_binds_its_part(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """Those that stay read their own contract."""
    case = asked_for(registrar, "division", division(registrar, right_id()))
    booked(registrar, reviewer, superuser, case, "division")
    code = one(registrar, "SELECT code FROM party.household WHERE name = '成员1之2' AND upper_inf(recorded)")
    (theirs,) = bound(farmer_of(superuser, code))
    assert (theirs.number, list(theirs.parcels), theirs.percent) == (let.number, [UPPER], "50")
    assert bound(farmer_of(superuser, HOUSEHOLD)) == []


def bound(farmer: Actor) -> list[Bound]:
    assert farmer.household is not None
    with unit_of_work(farmer) as uow:
        return [one for right in own_rights(uow.session, farmer.household) for one in right.bound_by]


def test_what_a_division_took_and_cut_since_is_told_by_the_pieces(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((5, -1), (5, 21))))
    pass_days(superuser, 1)
    parts = one(
        registrar,
        """SELECT array_agg(p.code ORDER BY p.code) FROM land.parcel AS p JOIN land.parcel_origin AS o
        ON o.county = p.county AND o.parcel_id = p.parcel_id WHERE upper_inf(p.recorded) AND upper_inf(p.valid)""",
    )
    case = asked_for(registrar, "division", division(registrar, right_id(), parcels=(parts[0],)))
    booked(registrar, reviewer, superuser, case, "division")
    (theirs,) = held(let)
    assert (theirs.name, theirs.parcels, theirs.percent) == ("成员1之2", (LOWER,), "12.5")


def test_a_household_that_another_stands_for_now_is_named_so_and_keeps_all(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    head, wife = members(registrar)
    change = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", change, more=("death_proof",))
    booked(registrar, reviewer, superuser, case, "representative_change")
    (theirs,) = held(let)
    assert (theirs.code, theirs.name, theirs.percent) == (HOUSEHOLD, "成员1之2", "100")
    assert (theirs.since, theirs.kind) == (today(registrar), "representative_change")


def test_land_whose_right_was_cancelled_since_is_told_to_both_sides_and_the_desk(
    let: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """A parcel of two was expropriated."""
    farmer = farmer_of(superuser, HOUSEHOLD)
    told = []
    for _ in range(2):
        for actor in (OPERATOR, farmer):
            found = seen(let)
            with unit_of_work(actor) as uow:
                told.append(out_of_right(uow.session, found, own=actor is farmer))
        if len(told) == 2:
            case = asked_for(registrar, "cancellation", Cancellation("expropriation", (LOWER,)), right=right_id())
            booked(registrar, reviewer, superuser, case, "cancellation")
            pass_days(superuser, 1)
    assert told == [[], [], [LOWER], [LOWER]]
