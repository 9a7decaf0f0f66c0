"""When a restriction was first entered is told wherever it lies since, however often it was said anew."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.tables import in_force
from landreg.registry.model import Restriction
from landreg.registry.rules.household_requests import Exchange
from landreg.registry.rules.requests import RestrictionAsked
from landreg.registry.term_queries import FirstEntry, first_entered
from tests.household_kit import SECOND, asked_for, parcels
from tests.registry_kit import BANK, Connection, applied, booked, one, pass_days, right_of, to_rights
from tests.villages import COUNTY

LOAN = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("1000.00"), whose=BANK)


def told(actor: Actor, right: UUID) -> list[tuple[Restriction, FirstEntry]]:
    """What stands on a right, each with how it was first entered."""
    with unit_of_work(actor) as uow:
        rows = uow.session.scalars(
            select(Restriction).where(Restriction.right_id == right, in_force(Restriction))
        ).all()
        first = first_entered(uow.session, COUNTY, rows)
        return [(row, first[row.row_id]) for row in rows]


@pytest.mark.parametrize("given", [1, 2])
def test_a_mortgage_that_went_with_land_onto_another_right_is_of_the_day_on_which_it_was_entered(
    registrar: Actor, reviewer: Actor, superuser: Connection, given: int
) -> None:
    """With some of its land, under a name of its own; or with all of it, under the same."""
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 1)
    mine, theirs = right_of(registrar), right_of(registrar, SECOND)
    lent = applied(registrar, "mortgage", LOAN, mine)
    booked(registrar, reviewer, superuser, lent, "mortgage")
    ((before, entered),) = told(registrar, mine)
    assert (entered.since, entered.at) == (before.valid.lower, before.recorded.lower)
    assert entered.case == one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :c', c=lent)
    pass_days(superuser, 5)
    give, take = parcels(registrar, mine)[:given], parcels(registrar, theirs)
    asked = Exchange(theirs, tuple(give), tuple(take), date(2026, 1, 5))
    booked(
        registrar,
        reviewer,
        superuser,
        asked_for(registrar, "exchange", asked, right=mine, more=("filing",)),
        "exchange",
    )
    ((moved, first),) = told(registrar, theirs)
    assert first == entered
    assert moved.recorded.lower is not None
    assert first.at < moved.recorded.lower
    pass_days(superuser, 5)
    give, take = parcels(registrar, theirs), parcels(registrar, mine)
    back = Exchange(mine, tuple(give), tuple(take), date(2026, 1, 15))
    booked(
        registrar,
        reviewer,
        superuser,
        asked_for(registrar, "exchange", back, right=theirs, more=("filing",)),
        "exchange",
    )
    assert {first for _row, first in told(registrar, mine)} == {entered}


def test_of_two_like_mortgages_each_is_of_its_own_day(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    """The same bank lends both households on contracts of one name: neither came from the other."""
    to_rights(registrar, reviewer, superuser, 2)
    rights = [right_of(registrar), right_of(registrar, SECOND)]
    lent = []
    for right in rights:
        pass_days(superuser, 1)
        lent.append(applied(registrar, "mortgage", LOAN, right))
        booked(registrar, reviewer, superuser, lent[-1], "mortgage")
    numbers = [one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :c', c=case) for case in lent]
    assert [first.case for right in rights for _row, first in told(registrar, right)] == numbers
