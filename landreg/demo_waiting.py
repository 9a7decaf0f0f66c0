"""What waits for the sample's farmer: a listing with two offers, one of an organisation, a village agent's consents, and a project
that asks for land of the household.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from landreg.access import consents
from landreg.access import queries as accounts
from landreg.access.rules import Step
from landreg.access.service import SYSTEM
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import DAY, beijing_day, years_after
from landreg.demo_contracts import COOPERATIVES, SAID
from landreg.demo_market import Market, farmers
from landreg.demo_own import AGENT, DAYS, FARMER
from landreg.exchange.bidding import offers, takers
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.takers import Opening
from landreg.exchange.contracts import project_queries, projects
from landreg.exchange.contracts.drafts import Terms
from landreg.exchange.contracts.projects import Planned, Priced
from landreg.exchange.listings import listing_queries, service
from landreg.exchange.listings.reading import Offer
from landreg.exchange.model import Listing

COMPANY = Opening("organisation", "样本药材种植专业合作社", "93610902MA0000020A", "样本联系人", "taker")
PEOPLE = ((COMPANY.login, f"{COMPANY.name}，首次登录先改密码"),)
"""Who of them signs on, beside the farmer and the agent."""
ASKED, OFFERED, COMPANY_OFFERS = Decimal(520), Decimal(500), Decimal(530)


def begin(market: Market, kept: Path) -> None:
    """All of it, where the farmer has an account and has listed nothing yet. What a rule refuses stays where it is.

    kept: the file of the demo's passwords by login, to which the organisation's first one is added.
    """
    with unit_of_work(SYSTEM) as uow:
        row, agent = (accounts.account_by_login(uow.session, login) for login in (FARMER, AGENT))
        bound = None if row is None else uow.session.execute(text(_BOUND), {"account": row.account_id}).one_or_none()
    if row is None or agent is None or bound is None:
        return
    farmer = Actor(row.account_id, row.name, Desk.CITIZEN, frozenset({Role.FARMER}), bound.village, bound.household_id)
    with unit_of_work(farmer) as uow:
        if listing_queries.of_household(uow.session, bound.household_id):
            return
        today = beijing_day(uow.now)
    for step in (Step.LIST, Step.ANSWER):
        consents.give(farmer, agent.account_id, step, today, today + timedelta(days=DAYS))
    parcels = _free(market, bound.household_id)
    with suppress(LandregError):
        _offer(market, _list(market, farmer, parcels[0]), kept)
    with suppress(LandregError):
        _ask(market, parcels[1:2] or parcels[:1], bound.village)


def _list(market: Market, farmer: Actor, parcel: Any) -> Listing:
    """The household's largest parcel for five years, published today."""
    county = market.office.county
    with unit_of_work(farmer) as uow:
        today = beijing_day(uow.now)
    first = today + timedelta(days=61)
    offer = Offer(
        kind="lease", parcels=(parcel.code,), first_day=first, until_on=min(years_after(first, 5), parcel.last + DAY),
        closes_on=today + timedelta(days=60), right_id=parcel.right_id, price=ASKED, to_whom="all", crop="玉米", water="channel",
        road="tractor", said="离村道近，能进旋耕机。",
    )  # fmt: skip
    row = service.list_own(farmer, county, offer, [])
    service.publish(market.operator, county, row.listing_id)
    return row


def _offer(market: Market, listing: Listing, kept: Path) -> None:
    """A neighbour and an organisation offer; neither has an answer."""
    county = market.office.county
    neighbour = next(one for one in farmers(market) if one.household != listing.household_id)
    own = takers.of_household(neighbour, county)
    offers.say(neighbour, county, listing.listing_id, own.taker_id, Word("offer", OFFERED, "连着自家的地，种粮。"))
    company, password = takers.open_at_counter(market.operator, COMPANY)
    if password:
        passwords: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({**passwords, COMPANY.login: password}))
    if company.account_id is not None:
        office = Actor(company.account_id, company.name, Desk.CITIZEN, frozenset({Role.TAKER}), county)
        word = Word("offer", COMPANY_OFFERS, "种中药材，租金一年一付，先付后用。")
        offers.say(office, county, listing.listing_id, company.taker_id, word)


def _ask(market: Market, parcels: list[Any], village: str) -> None:
    """A cooperative asks for another parcel in a project of the village; the household has said nothing yet."""
    county = market.office.county
    with unit_of_work(market.operator) as uow:
        today = beijing_day(uow.now)
        land = project_queries.contracted(uow.session, county, village, [one.code for one in parcels])
    until = min(years_after(today, 4), parcels[0].last + DAY)
    terms = Terms("lease", today + timedelta(days=90), until, "yuan_mu_year", Decimal(480))
    planned = Planned(
        "样本村油料基地", COOPERATIVES[0][0], terms, tuple(Priced(code, Decimal(480)) for code in sorted(land)),
        {**SAID, "use": "oil", "fixtures_end": "removed"}, taker_name=COOPERATIVES[0][1],
    )  # fmt: skip
    projects.open_project(market.operator, county, village, planned)


def _free(market: Market, household: Any) -> list[Any]:
    """The parcels of the household's contract right that nothing is let of, the largest first."""
    with unit_of_work(SYSTEM) as uow:
        found = uow.session.execute(text(_PARCELS), {"county": market.office.county, "household": household})
        return list(found.all())


_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_BOUND = """SELECT b.village, b.household_id FROM access.binding AS b
    WHERE b.account_id = :account AND b.ended_at IS NULL ORDER BY b.bound_at LIMIT 1"""
_PARCELS = f"""SELECT p.code, r.right_id, upper(r.term) - 1 AS last FROM land.parcel AS p
    JOIN registry.right_parcel AS q ON q.county = p.county AND q.parcel_id = p.parcel_id AND {_OPEN.format("q")}
    JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row AND {_OPEN.format("r")}
    WHERE r.county = :county AND r.household_id = :household AND r.kind = 'contract_management' AND {_OPEN.format("p")}
      AND NOT EXISTS (SELECT FROM exchange.contract_parcel AS k WHERE k.county = p.county AND k.parcel_code = p.code)
    ORDER BY p.registered_area_m2 DESC, p.code"""
