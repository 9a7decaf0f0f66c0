"""The sample sets every figure of compensation within its bounds, and two farmers of it are heard."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from landreg import demo_heard
from landreg.audit import complaint_queries
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.exit.rules import claimed
from landreg.exit.rules.claimed import Claim, House, Improvement, Land
from landreg.exit.rules.compensation import compensate
from landreg.law.queries import load_law
from tests.villages import COUNTY


def test_the_sample_can_be_worked_out_whole_and_its_complaints_are_heard_once(
    registrar: Actor, auditor: Actor, database: Any
) -> None:
    assert demo_heard.begin(registrar, auditor, COUNTY) == 2
    assert demo_heard.begin(registrar, auditor, COUNTY) == 0
    with unit_of_work(auditor) as uow:
        law = load_law(uow.session, COUNTY, beijing_day(uow.now))
        assert complaint_queries.counted(uow.session) == {"received": 1, "read": 0, "answered": 1, "closed": 0}
    mu = Decimal(2)
    for structure in claimed.HOUSES:
        everything = Claim(
            land=tuple(Land(kind, mu, 14) for kind in claimed.LAND),
            improvements=tuple(Improvement(kind, Decimal(1000), 3) for kind in claimed.IMPROVEMENTS),
            house=House(structure, Decimal(100), 10),
            homestead_m2=Decimal(130),
            fixtures=tuple((kind, mu) for kind in claimed.FIXTURES),
            crops=tuple((kind, mu) for kind in claimed.CROPS),
            movers=3,
        )
        found = compensate(everything, law)
        assert found.whole
        assert found.findings == ()
