"""By which day a deposit goes back is a figure of the day on which it became free, for its owner, the desk and the watch."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from landreg.access.sealing import use_key
from landreg.audit import fairness_queries
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import calling_off, returning, sales
from landreg.law.queries import load_law
from tests import bidding_kit as kit
from tests.exchange_kit import OPERATOR
from tests.registry_kit import Connection, pass_days
from tests.villages import COUNTY

SHORTER = """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
    VALUES (%s, gen_random_uuid(), %s, 'BID-9.return_working_days', '', '1', %s, '样本', gen_random_uuid(), system.clock())"""
"""The county gives a deposit one working day from a day on."""


OWN = sa.text("SELECT exchange.own_deposit_free_since(:county, :entrant)")
ANY = sa.text("SELECT exchange.deposit_free_since(:county, :entrant)")


def test_days_that_the_county_shortens_hold_for_what_becomes_free_since(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, auditor: Actor
) -> None:
    use_key(database.keys["identity"])
    sale = kit.auction(kit.published(registrar, reviewer, superuser, way="auction"))
    taker, actor = kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor)
    calling_off.call_off(OPERATOR, COUNTY, sale.sale_id, "时间另定")
    with unit_of_work(OPERATOR) as uow:
        free, law = beijing_day(uow.now), sales.law_of(uow, COUNTY)
    due = law.working_days_after(free, 5)
    pass_days(superuser, 1)
    superuser.execute(SHORTER, [COUNTY, COUNTY, free + timedelta(days=1)])
    with unit_of_work(OPERATOR) as uow:
        assert [one.due_on for one in returning.to_return(uow.session, due)] == [due]
    with unit_of_work(actor) as uow:
        assert [(one.due_on, one.late) for one in returning.own(uow.session, due)] == [(due, False)]
        assert uow.session.scalar(OWN, {"county": COUNTY, "entrant": entrant.entrant_id}) == free
    _other, stranger = kit.person(superuser, 2)
    with unit_of_work(stranger) as uow:
        assert returning.own(uow.session, due) == []
        assert uow.session.scalar(OWN, {"county": COUNTY, "entrant": entrant.entrant_id}) is None
    with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work(stranger) as uow:
        uow.session.scalar(ANY, {"county": COUNTY, "entrant": entrant.entrant_id})
    pass_days(superuser, (due - free).days - 1)
    back = sales.Receipt("returned", kit.DEPOSIT, "T-1", due)
    sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, back)
    with unit_of_work(auditor) as uow:
        law = load_law(uow.session, COUNTY, beijing_day(uow.now))
        seen = fairness_queries.market(
            uow.session, COUNTY, uow.now - timedelta(days=60), uow.now + timedelta(days=1), law
        )
    assert [one.nothing for one in seen.market.returns] == [False]
