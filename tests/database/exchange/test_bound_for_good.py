"""The database too: no term ends what moves the right itself, and it binds its land until it is registered."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.contracts import land_queries, queries
from landreg.exchange.contracts.entering import happened
from landreg.exchange.listings import listing_queries
from tests.contract_kit import OPERATOR, seen, signed, today
from tests.database.exchange.test_contract_ends import village
from tests.database.exchange.test_issuer_consent import assigned
from tests.database.exchange.test_whole_term import shorter
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY

__all__ = ["village"]
pytestmark = pytest.mark.usefixtures("village")


def test_the_database_ends_none_by_its_term(superuser: Connection) -> None:
    made = signed(assigned())
    shorter(superuser, made, today())
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, made, "ended", today(), facts={"how": "term_over"})
    assert codes(wall) == {"CON-30"}


def test_it_binds_its_land_past_the_period_until_the_register_has_moved_it(superuser: Connection) -> None:
    """The renewal of the period does not give the land back to who gave it away."""
    made = signed(assigned())
    with unit_of_work(OPERATOR) as uow:
        parcels = [one.parcel_code for one in seen(made).parcels]
        later: Any = (date(2050, 1, 1), date(2055, 1, 1))
        assert land_queries.bound(uow.session, COUNTY, parcels, *later, 0, ()) == dict.fromkeys(parcels, made.number)
        under = listing_queries.contracts_on(uow.session, COUNTY, None, parcels, passed_on=False, own=False)
        assert {(row.number, row.until_on) for row in under} == {(made.number, None)}
        assert queries.ended_by_day(uow.session, date(2050, 1, 1)) == []
