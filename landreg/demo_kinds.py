"""The demonstration's lease for grain, by which the farmer of the sample lets a parcel, and a parcel that a household assigns to
another of its collective; on the market a parcel to be assigned for one sum, houses to let as a whole, one of which is let, and a
homestead.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from landreg.access.service import SYSTEM
from landreg.core.codes import ISSUER
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import beijing_day, years_after
from landreg.demo_contracts import COOPERATIVES, SAID, paid
from landreg.demo_market import Market, bind, farmer, farmers
from landreg.demo_signers import scan, sign_both
from landreg.exchange.bidding import offers, takers
from landreg.exchange.bidding.offers import Word
from landreg.exchange.contracts import drawing, land_queries, signing
from landreg.exchange.contracts.drafts import Draft, Taken, Terms
from landreg.exchange.listings import service
from landreg.exchange.listings.reading import Offer
from landreg.exchange.listings.rules.offer import HOUSES
from landreg.registry.casework import desk
from landreg.registry.guarded import Attached

VALUES = {**SAID, "use": "grain", "fixtures_end": "removed"}
HOUSE = {
    "taker_home": SAID["taker_home"], "house_state": "三间平房带小院，通水电，门窗完好", "use": "agritourism",
    "paid_to": SAID["paid_to"], "deposit_yuan": "500", "repairs_by": "contractor", "letting_on": "consent",
    "late_per_10000": "5", "fixtures_end": "removed", "renewal_notice_days": "60",
}  # fmt: skip
WORDS = {
    "assignment": "平地，路边，整块转让给本集体的农户。",
    "house_lease": "三间平房带小院，水电都通，适合长住或者开农家小店。",
    "homestead_lease": "老宅院，房屋旧但完好，可以整修后做民宿。",
}
LET_IN = 18
"""The month of both years in which a house is offered that is let."""


def begin_month(market: Market, number: int) -> None:
    """What a month begins with: in one of them a house is offered, and a neighbour and its household agree on the rent."""
    if number == LET_IN and _offered(market, "house_lease", 1):
        _agreed(market)


def finish(market: Market) -> None:
    """All of it, where it is not there yet. What a rule refuses stays where it is."""
    for kind, most in (("assignment", 1), ("house_lease", 2), ("homestead_lease", 1)):
        _offered(market, kind, most)
    _let(market)
    with unit_of_work(market.operator) as uow:
        today = beijing_day(uow.now)
    with unit_of_work(market.office.registrar) as uow:
        farmer = desk.household_with_a_right(uow.session)
    with unit_of_work(SYSTEM) as uow:
        known = uow.session.execute(text(_KNOWN)).scalar_one()
        others = uow.session.execute(text(_FREE), {"county": market.office.county}).all()
    if known:
        return
    paper = scan(market.office.store)
    if farmer:
        with suppress(LandregError):
            _in_grain(market, farmer, today, paper)
    pairs = ((one, two) for one in others for two in others if one.code != two.code and one.village == two.village)
    for giving, taking in pairs:
        with suppress(LandregError):
            _assigned(market, giving.code, taking.code, today, paper)
            return


def _offered(market: Market, kind: str, most: int) -> bool:
    """A listing of a kind by the first household whose land bears it, published; whether there is a new one. most: of the kind."""
    county, house = market.office.county, kind in HOUSES
    with unit_of_work(SYSTEM) as uow:
        asked = {"county": county, "right": "homestead" if house else "contract_management", "kind": kind, "most": most}
        found = uow.session.execute(text(_OFFERING), asked).all()
    for row in found:
        with suppress(LandregError):
            if row.account_id is None:
                bind(market, row.code, row.person_id)
            with unit_of_work(SYSTEM) as uow:
                bound = uow.session.execute(text(_BOUND), {"county": county, "household": row.household_id}).one()
            with unit_of_work(market.operator) as uow:
                today = beijing_day(uow.now)
            first, closes = today + timedelta(days=61), today + timedelta(days=60)
            until = years_after(first, 5) if house else row.until_on
            offer = Offer(
                kind, (row.parcel,), first, until, closes, Decimal(3600) if house else Decimal(86000), row.right_id,
                unit="yuan_year" if house else "yuan_once", paid_every="half" if house else "once",
                to_whom="all" if house else "members",
                said=WORDS[kind],
            )  # fmt: skip
            made = service.list_own(farmer(bound), county, offer, [])
            service.publish(market.operator, county, made.listing_id)
            return True
    return False


def _agreed(market: Market) -> None:
    """A neighbour offers for the house, and its household says yes."""
    with unit_of_work(market.operator) as uow:
        row = uow.session.execute(text(_HOUSE), {"county": market.office.county}).one()
    with unit_of_work(SYSTEM) as uow:
        asked = {"county": row.county, "household": row.household_id}
        owner = farmer(uow.session.execute(text(_BOUND), asked).one())
    buyer = next(one for one in farmers(market) if one.household != row.household_id)
    taker = takers.of_household(buyer, row.county).taker_id
    offers.say(buyer, row.county, row.listing_id, taker, Word("offer", row.price, "开农家小店，房屋自己打理。"))
    offers.say(owner, row.county, row.listing_id, taker, Word("accept"))


def _let(market: Market) -> None:
    """The contract of a house that was agreed on, signed and paid."""
    with unit_of_work(market.operator) as uow:
        deals = [row.deal_id for row in uow.session.execute(text(_HOUSE_DEALS), {"county": market.office.county})]
    for deal_id in deals:
        with suppress(LandregError):
            made = drawing.draw_from_deal(market.operator, market.office.county, deal_id, HOUSE)
            paid(market, sign_both(market, made))


def _in_grain(market: Market, code: str, today: date, paper: Attached) -> None:
    """A year of one parcel to a cooperative, for kilograms of grain, filed and not paid yet."""
    draft = _draft(market, code, lambda end: Terms("lease", today - timedelta(days=20), min(end, _in_a_year(today)),
        "kg_mu_year", Decimal(220), "corn"))  # fmt: skip
    made = sign_both(market, drawing.draw_recorded(market.operator, market.office.county, draft, *COOPERATIVES[0]))
    signing.file(market.operator, made.county, made.contract_id, today, "", paper)


def _assigned(market: Market, giving: str, taking: str, today: date, paper: Attached) -> None:
    """A parcel goes to another household of the collective, to the end of the term, and the parties ask for the register."""
    draft = _draft(
        market, giving, lambda end: Terms("assignment", today, end, "yuan_once", Decimal(8600), paid_every="once")
    )
    draft = Draft(
        draft.right_id, draft.parcels, draft.terms, {**VALUES, "issuer_consent": f"{giving[:ISSUER]} 同意转让（样本）"}
    )
    made = sign_both(market, drawing.draw_recorded(market.operator, market.office.county, draft, taking))
    signing.ask_registration(market.operator, made.county, made.contract_id, paper)


def _draft(market: Market, code: str, terms: Any) -> Draft:
    """Over the last parcel of a household's contract right. terms: from the end of its term."""
    county = market.office.county
    with unit_of_work(market.operator) as uow:
        right, *_more = land_queries.rights_of(uow.session, county, code)
        land = land_queries.land(uow.session, county, right.right_id)
    taken = tuple(Taken(parcel) for parcel in sorted(land.parcels if land else ())[-1:])
    return Draft(right.right_id, taken, terms(right.term.upper), VALUES)


def _in_a_year(today: date) -> date:
    return today + timedelta(days=345)


_KNOWN = "SELECT EXISTS (SELECT FROM exchange.contract AS c WHERE c.kind = 'assignment')"
_BOUND = """SELECT b.account_id, b.village, b.household_id FROM access.binding AS b
    WHERE b.county = :county AND b.household_id = :household AND b.ended_at IS NULL ORDER BY b.bound_at LIMIT 1"""
_HOUSE = """SELECT l.county, l.listing_id, l.household_id, l.price FROM exchange.listing AS l
    WHERE l.county = :county AND l.kind = 'house_lease' AND l.state = 'published' ORDER BY l.listed_at LIMIT 1"""
_HOUSE_DEALS = """SELECT d.deal_id FROM exchange.deal AS d JOIN exchange.listing AS l USING (county, listing_id)
    WHERE d.county = :county AND l.kind = 'house_lease' AND NOT EXISTS (
        SELECT FROM exchange.contract AS c WHERE c.county = d.county AND c.kind = 'house_lease')
    ORDER BY d.decided_at LIMIT 1"""
_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_FREE = f"""SELECT h.code, h.village FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    WHERE r.county = :county AND r.kind = 'contract_management' AND {_OPEN.format("r")}
      AND upper(r.term) > now() + interval '2 years'
      AND NOT EXISTS (SELECT FROM registry.restriction AS s WHERE s.county = r.county AND s.right_id = r.right_id)
      AND NOT EXISTS (SELECT FROM registry."case" AS c WHERE c.county = r.county AND c.household_code = h.code
                      AND c.act_kind <> 'first_registration')
      AND NOT EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = r.county AND c.household_id = h.household_id)
      AND NOT EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = r.county AND l.household_id = h.household_id)
      AND NOT EXISTS (SELECT FROM exit.exit AS x WHERE x.county = r.county AND x.household_id = h.household_id)
    ORDER BY h.code DESC LIMIT 6"""
# Households with a right of a kind on which nothing stands and of which nothing is listed, those with an account first.
_OFFERING = f"""SELECT r.right_id, r.household_id, h.code, m.person_id, upper(r.term) AS until_on, p.code AS parcel,
        (SELECT b.account_id FROM access.binding AS b WHERE b.county = r.county AND b.household_id = r.household_id
            AND b.ended_at IS NULL LIMIT 1) AS account_id
    FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    JOIN LATERAL (SELECT m.person_id FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
        AND m.holds_right AND {_OPEN.format("m")} ORDER BY m.position LIMIT 1) AS m ON true
    JOIN LATERAL (SELECT d.code FROM registry.right_parcel AS q JOIN land.parcel AS d ON d.county = q.county
        AND d.parcel_id = q.parcel_id AND {_OPEN.format("d")} WHERE q.county = r.county AND q.right_row = r.row_id
        AND {_OPEN.format("q")}
        AND NOT EXISTS (SELECT FROM exchange.listing_parcel AS t WHERE t.county = d.county AND t.parcel_code = d.code)
        AND NOT EXISTS (SELECT FROM exchange.contract_parcel AS t WHERE t.county = d.county AND t.parcel_code = d.code)
        ORDER BY d.code DESC LIMIT 1) AS p ON true
    WHERE r.county = :county AND r.kind = :right AND {_OPEN.format("r")}
      AND (:right = 'homestead' OR upper(r.term) > now() + interval '2 years')
      AND NOT EXISTS (SELECT FROM registry.restriction AS s WHERE s.county = r.county AND s.right_id = r.right_id)
      AND (:right = 'homestead' OR NOT EXISTS (SELECT FROM registry."case" AS c WHERE c.county = r.county
          AND c.household_code = h.code AND c.act_kind <> 'first_registration'))
      AND NOT EXISTS (SELECT FROM exit.exit AS x WHERE x.county = r.county AND x.household_id = h.household_id)
      AND NOT EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = r.county AND l.kind = :kind
          AND l.household_id = r.household_id)
      AND (SELECT count(*) FROM exchange.listing AS l WHERE l.county = r.county AND l.kind = :kind) < :most
    ORDER BY EXISTS (SELECT FROM access.binding AS b WHERE b.county = r.county AND b.household_id = r.household_id
        AND b.ended_at IS NULL) DESC, upper(r.term) DESC NULLS LAST, h.code DESC LIMIT 6"""
