"""The demonstration's land that goes further: a household passes on what it took in, two of one collective exchange parcels and
ask the register for it.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from landreg.core.actor import Actor
from landreg.core.codes import ISSUER
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day, years_after
from landreg.demo_market import Market
from landreg.demo_signers import sign_both
from landreg.exchange.contracts import drawing, land_queries, signing
from landreg.exchange.contracts.drafts import Draft, Taken, Terms
from landreg.registry.guarded import Attached

COOPERATIVE = ("93610902MA0000001B", "样本粮油种植专业合作社")


def pass_on(market: Market, households: list[Any], said: dict[str, str], paper: Attached) -> None:
    """Of households, with code and last day of their term, the first leases to the second, which passes the land on to a
    cooperative; the next two of one collective exchange a parcel each. Raises LandregError where a rule refuses one of them.
    """
    first, second, *rest = (str(one.code) for one in households)
    operator, county = market.operator, market.office.county
    today = _today(operator)
    until = min(years_after(today, 4), households[0].term_last)
    terms = Terms("lease", today - timedelta(days=30), until, "yuan_mu_year", Decimal(430))
    lease = sign_both(
        market, drawing.draw_recorded(operator, county, _draft(operator, county, first, terms, said), second)
    )
    signing.file(operator, county, lease.contract_id, today, "", paper)
    further = Terms("retransfer", today, min(years_after(today, 3), until), "yuan_mu_year", Decimal(520))
    key = (operator, county, lease.contract_id)
    sign_both(market, drawing.draw_following(*key, "retransfer", further, said, None, "", *COOPERATIVE, paper))
    pairs = ((one, other) for one in rest for other in rest if one < other and one[:ISSUER] == other[:ISSUER])
    for one, other in pairs:
        _exchange(market, one, other, said, paper)
        return


def _exchange(market: Market, one: str, other: str, said: dict[str, str], paper: Attached) -> None:
    """Two households of one collective exchange a parcel each, and ask for the register."""
    operator, county = market.operator, market.office.county
    today = _today(operator)
    with unit_of_work(operator) as uow:
        rights = [land_queries.rights_of(uow.session, county, code)[0] for code in (one, other)]
        theirs = land_queries.land(uow.session, county, rights[1].right_id)
    until = rights[0].term.upper
    terms = Terms("exchange", today, until, "balance_in", Decimal(600), paid_every="once")
    taken = sorted(theirs.parcels)[0] if theirs else ""
    draft = _draft(operator, county, one, terms, {**said, "other_parcels": f"互换对方地块 {taken}"})
    contract = sign_both(market, drawing.draw_recorded(operator, county, draft, other))
    signing.file(operator, county, contract.contract_id, today, "", paper)
    signing.ask_registration(operator, county, contract.contract_id, paper)


def _draft(operator: Actor, county: str, code: str, terms: Terms, values: dict[str, str]) -> Draft:
    """Over the first parcel of a household."""
    with unit_of_work(operator) as uow:
        right, *_more = land_queries.rights_of(uow.session, county, code)
        land = land_queries.land(uow.session, county, right.right_id)
    taken = tuple(Taken(parcel) for parcel in sorted(land.parcels if land else ())[:1])
    return Draft(right.right_id, taken, terms, values)


def _today(operator: Actor) -> date:
    with unit_of_work(operator) as uow:
        return beijing_day(uow.now)
