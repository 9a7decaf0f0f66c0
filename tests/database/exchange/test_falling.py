"""A deal falls by the account of the side that gives it up, or at the desk by its writing or a demand that has run (BID-25)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import falling
from landreg.exchange.contracts import drawing, signing
from landreg.exchange.model import Deal, DealFall
from tests import bidding_kit as kit
from tests.contract_kit import VALUES
from tests.database.exchange.test_after_publication import sold, two_bids
from tests.exchange_kit import OPERATOR
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY

PAPER = kit.BY_PAPER.paper
WHY = "催了三次仍不来签约"


@pytest.fixture
def deal(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Deal:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="auction")
    two_bids(superuser, kit.auction(listing))
    return sold(superuser, listing)


def today() -> date:
    return beijing_day(kit.now_of())


def refused(deal: Deal, *shown: Any) -> str:
    with pytest.raises(Refused) as why:
        falling.fall(OPERATOR, COUNTY, deal.deal_id, WHY, falling.Shown(*shown))
    assert codes(why) == {"BID-25"}
    return str(why.value.findings[0].values["fault"])


def put(deal: Deal, **said: Any) -> None:
    """A fall as a row past the rules."""
    sound = {"given_up_by": "taker", "ground": "demand", "sha256": "34" * 32, "paper": "a.pdf", "reason": WHY}
    with unit_of_work(OPERATOR) as uow:
        uow.session.add(DealFall(
            county=COUNTY, village=deal.village, deal_id=deal.deal_id, at=uow.now, by=OPERATOR.account_id,
            by_name=OPERATOR.name, **{**sound, **said},
        ))  # fmt: skip


def walled(deal: Deal, **said: Any) -> str:
    with pytest.raises(Refused) as wall:
        put(deal, **said)
    return str(wall.value.findings[0].values["constraint"])


def test_no_click_of_the_desk_takes_the_land_from_who_waits_for_the_contract(
    deal: Deal, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """The desk has to draw it first; a demand gives its days from its delivery."""
    with pytest.raises(Refused) as unsaid:
        falling.fall(OPERATOR, COUNTY, deal.deal_id, "x", kit.BY_PAPER)
    assert codes(unsaid) == {"BID-14"}
    with pytest.raises(Refused) as both:
        falling.fall(OPERATOR, COUNTY, deal.deal_id, "x", falling.Shown())
    assert codes(both) == {"BID-14", "BID-25"}
    assert refused(deal, "taker", "") == refused(deal, "contractor", "demand", PAPER, today()) == "fall_ground"
    assert refused(deal, "taker", "paper") == "fall_paper"
    assert refused(deal, "taker", "demand", PAPER, today()) == "fall_undrawn"
    before = today() - timedelta(days=1)
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    kit.pass_time(superuser, days=1)
    served = today()
    signing.drop(OPERATOR, COUNTY, contract.contract_id, WHY)
    assert refused(deal, "taker", "demand", PAPER, before) == "fall_served"
    assert refused(deal, "taker", "demand", PAPER, served) == "fall_runs"
    until = {"served_on": served, "until_on": served + timedelta(days=10)}
    assert walled(deal, **until) == "bid_25_demand_has_run"
    assert walled(deal, served_on=before, until_on=served) == "bid_25_demand_has_run"
    with pytest.raises(ProgrammingError, match="row-level security"):
        put(deal, ground="own", sha256=None, paper=None)
    assert walled(deal, ground="paper", sha256=None) == "bid_25_has_its_paper"
    assert walled(deal, ground="paper", **until) == "bid_25_demand_has_its_days"
    kit.pass_time(superuser, days=11)
    fell = falling.fall(OPERATOR, COUNTY, deal.deal_id, WHY, falling.Shown("taker", "demand", PAPER, served))
    assert (fell.served_on, fell.until_on) == (served, served + timedelta(days=10))
    assert kit.strays(worker, database) == []


def test_the_contractor_s_paper_ends_the_deal_at_the_desk(deal: Deal) -> None:
    fell = falling.fall(OPERATOR, COUNTY, deal.deal_id, "家里要自己种", falling.Shown("contractor", paper=PAPER))
    assert (fell.given_up_by, fell.ground, fell.paper) == ("contractor", "paper", "letter.pdf")


def test_before_its_days_are_over_no_record_of_the_desk_alone_ends_a_deal(deal: Deal, superuser: Connection) -> None:
    """Nobody gave it up then: no other comes, and every deposit goes back."""
    assert refused(deal, "nobody", "over") == "fall_not_over"
    assert refused(deal, "taker", "over") == refused(deal, "nobody", "paper", PAPER) == "fall_ground"
    bare = {"sha256": None, "paper": None}
    assert walled(deal, given_up_by="nobody", ground="over", **bare) == "bid_25_days_are_over"
    superuser.execute("UPDATE exchange.listing SET from_on = '2026-01-01', until_on = '2026-06-01'")
    assert walled(deal, ground="over", **bare) == "bid_25_nobody_where_days_are_over"
    assert walled(deal, given_up_by="nobody", ground="over") == "bid_25_has_its_paper"
    held = "SELECT bool_or(exchange.may_still_win(county, entrant_id)) FROM exchange.entrant"
    fell = falling.fall(OPERATOR, COUNTY, deal.deal_id, WHY, falling.Shown("nobody", "over", PAPER))
    assert (fell.given_up_by, fell.paper) == ("nobody", None)
    assert superuser.execute(held).fetchone() == (False,)
    free = "SELECT count(*) FROM exchange.entrant WHERE exchange.deposit_free_since(county, entrant_id) IS NULL"
    assert superuser.execute(free).fetchone() == (0,)
