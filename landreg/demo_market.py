"""The demonstration's market: households of the sample list land month by month; the operator publishes or returns; some withdraw.

Resumable: how far a month is, is read from the listings that it made.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw
from sqlalchemy import text

from landreg.access import bindings
from landreg.access.bindings import Joining
from landreg.access.identity import reveal
from landreg.access.service import SYSTEM
from landreg.core.actor import WORKER, Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import DAY, beijing_day, years_after
from landreg.demo_year import Office
from landreg.exchange.listings import days, photos, service
from landreg.exchange.listings.reading import Offer
from landreg.exchange.listings.rules.offer import GRAINS
from landreg.exchange.model import Listing

FARMERS, A_MONTH = 12, 2
"""Households that list, and listings a month."""
OPERATOR = ("operator", "交易员样本", Role.OPERATOR)
OPENER = ("opener", "开标员样本", Role.OPERATOR)
ALONE, MONTH_DAYS = 10, 30
"""Months for which the market is alone, before the year of acts beside it, and the days of each: the youngest of the sample's
members was born in December 2024, and no register begins before that.
"""
WORDS = ("平地，路边，能进收割机。", "缓坡地，适合种油菜。", "", "水源近，旱涝保收。", "连片的小块，可以一起用机耕。")
SLOPES = ("2", "3", "", "1", "4")
CROPS = ("小麦", "油菜", "玉米", "水稻", "闲置")
WAYS, WATER, ROAD = (
    ("negotiation", "auction", "negotiation", "sealed"),
    ("channel", "some", "rain"),
    ("truck", "tractor", "path"),
)
_DOOR = Actor(UUID(int=0), "", Desk.REGISTRY)


@dataclass(frozen=True)
class Market:
    """Who runs the sample's market: the office that binds farmers, the operator, and who opens sealed bids with them."""

    office: Office
    operator: Actor
    opener: Actor


def begin_month(market: Market, number: int) -> None:
    """What a month begins with: new listings, and what becomes of them."""
    days.work(WORKER)
    if number == 1:
        return
    for serial in range(_listed(), A_MONTH * (number - 1)):
        # What a rule refuses, another act having come between, stays where it is.
        with suppress(LandregError):
            _list(market, serial)


def months_behind(market: Market) -> int:
    """How many months of the market's own year are over, by the clock: since the first registration."""
    (found,) = _rows(_DAYS_OPEN, county=market.office.county)
    return min(ALONE, int(found.days or 0) // MONTH_DAYS)


def finish(market: Market) -> None:
    """What is open when the year has ended: some listings of today, the last of them still to be reviewed."""
    days.work(WORKER)
    for serial in range(_listed(), A_MONTH * (ALONE + 14)):
        with suppress(LandregError):
            _list(market, serial, reviewed=serial % 4 != 3)


def farmers(market: Market) -> list[Actor]:
    """The farmers of the sample's market, each bound to its household; opened where there are none yet."""
    county = market.office.county
    known = _rows(_BOUND, county=county)
    for row in _rows(_HOUSEHOLDS, county=county, most=3 * FARMERS) if len(known) < FARMERS else ():
        if len(known) < FARMERS:
            # Whom the door does not bind, for a reason of theirs, is left out.
            with suppress(LandregError):
                bind(market, row.code, row.person_id)
            known = _rows(_BOUND, county=county)
    return [farmer(row) for row in known[:FARMERS]]


def bind(market: Market, code: str, person_id: UUID) -> None:
    """Open an account for a household's member and bind it."""
    office = market.office.registrar
    name = reveal(office, [person_id], "样本：带到窗口的身份证", code)[person_id].name
    told = bindings.make_code(office, code, person_id, by_letter=False)
    bindings.join(_DOOR, Joining(code, told.code, f"nonghu{code[-8:]}", name, _password()), "127.0.0.1")


def farmer(row: Any) -> Actor:
    """Who acts by a binding."""
    return Actor(row.account_id, "农户样本", Desk.CITIZEN, frozenset({Role.FARMER}), row.village, row.household_id)


def _list(market: Market, serial: int, *, reviewed: bool = True) -> Listing:
    """One listing of the next farmer, published; now and then one that comes back or is withdrawn."""
    offering = farmers(market)
    farmer = offering[serial % len(offering)]
    county = market.office.county
    with unit_of_work(farmer) as uow:
        today = beijing_day(uow.now)
    right = _rows(_RIGHT, household=farmer.household)[0]
    parcels = _rows(_PARCELS, county=county, right=right.right_id)
    chosen = parcels[serial // len(offering) % len(parcels)]
    # The contracts that run longest begin in 2025: what is offered before begins with them.
    # What is bid for leaves the months that its sale takes.
    way = WAYS[serial % 4]
    first = max(today + timedelta(days=61 if way == "negotiation" else 140), right.first)
    end = right.last + DAY
    until = min(years_after(first, 1 + serial % 6), end)
    offer = Offer(
        kind=("lease", "lease", "subcontract", "lease")[serial % 4], parcels=(chosen.code,), first_day=first, until_on=until,
        closes_on=today + timedelta(days=60), right_id=right.right_id, **_priced(serial),
        floor_shown=serial % 6 == 0, paid_every="year",
        to_whom=("all", "members_first", "members", "members_first")[serial % 4], way=way,
        crop=CROPS[serial % len(CROPS)], water=WATER[serial % 3], road=ROAD[serial % 3], slope=SLOPES[serial % len(SLOPES)],
        said=WORDS[serial % len(WORDS)], escalator_percent=Decimal(serial % 3),
    )  # fmt: skip
    kept = photos.keep(market.office.store, [_photo(serial)]) if serial % 3 == 0 else []
    row = service.list_own(farmer, county, offer, kept)
    if not reviewed:
        return row
    if serial % 9 == 5:
        service.return_(market.operator, county, row.listing_id, "照片看不清，或者不是这块地\n请补拍一张田块全景。")
        return row
    service.publish(market.operator, county, row.listing_id)
    if serial % 9 == 7:
        service.withdraw(farmer, county, row.listing_id, "家里商量后，还是自己种。")
    return row


def _priced(serial: int) -> dict[str, Any]:
    """The price that is asked and the least that is taken: of some in grain, of most in yuan."""
    if serial % 12 == 0 and serial:
        return {"unit": "kg_mu_year", "grain": GRAINS[serial // 12 % 3], "price": Decimal(160 + 12 * (serial % 5))}
    return {"price": Decimal(320 + 37 * (serial % 11)), "floor": Decimal(300) if serial % 3 == 0 else None}


def _password() -> str:
    """A password that nobody is told: these farmers act in the sample alone."""
    return "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(20)) + str(secrets.randbelow(10))


def _photo(serial: int) -> BytesIO:
    """A drawn field, marked as a sample."""
    image = Image.new("RGB", (1200, 800), (176, 208, 232))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 360, 1200, 800), fill=(150 + serial % 60, 170, 80))
    for furrow in range(-12, 24):
        draw.line((600 + (furrow - 6) * 20, 360, (furrow - 6) * 130 + 600, 800), fill=(110, 130, 60), width=4)
    draw.text((40, 40), "SAMPLE", fill=(180, 40, 40), font_size=96)
    told = BytesIO()
    image.save(told, "JPEG", quality=70)
    return BytesIO(told.getvalue())


def _listed() -> int:
    return int(_rows("SELECT count(*) AS n FROM exchange.listing")[0].n)


def _rows(statement: str, **values: Any) -> list[Any]:
    with unit_of_work(SYSTEM) as uow:
        return list(uow.session.execute(text(statement), values).all())


_DAYS_OPEN = """SELECT extract(day FROM system.clock() - min(lower(r.recorded))) AS days FROM registry."right" AS r
    WHERE r.county = :county"""
_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_BOUND = """SELECT b.account_id, b.village, b.household_id FROM access.binding AS b
    JOIN access.account AS a ON a.account_id = b.account_id AND a.login LIKE 'nonghu%'
    WHERE b.county = :county AND b.ended_at IS NULL ORDER BY b.bound_at, b.account_id"""
# Those whose contracts run longest: a market needs years that are left.
_HOUSEHOLDS = f"""SELECT h.code, m.person_id FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    JOIN LATERAL (SELECT m.person_id FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
        AND m.holds_right AND {_OPEN.format("m")} ORDER BY m.position LIMIT 1) AS m ON true
    WHERE r.county = :county AND r.kind = 'contract_management' AND {_OPEN.format("r")}
      AND NOT EXISTS (SELECT FROM registry.restriction AS s WHERE s.county = r.county AND s.right_id = r.right_id)
      AND NOT EXISTS (SELECT FROM registry."case" AS c WHERE c.county = r.county AND c.household_code = h.code
                      AND c.act_kind <> 'first_registration')
      AND NOT EXISTS (SELECT FROM access.binding AS b WHERE b.county = r.county AND b.household_id = h.household_id)
      AND NOT EXISTS (SELECT FROM exit.exit AS x WHERE x.county = r.county AND x.household_id = h.household_id)
    ORDER BY upper(r.term) DESC, h.code DESC LIMIT :most"""
_RIGHT = f"""SELECT r.right_id, lower(r.term) AS first, upper(r.term) - 1 AS last FROM registry."right" AS r
    WHERE r.household_id = :household AND r.kind = 'contract_management' AND {_OPEN.format("r")}"""
_PARCELS = f"""SELECT p.code FROM land.parcel AS p
    JOIN registry.right_parcel AS q ON q.county = p.county AND q.parcel_id = p.parcel_id AND {_OPEN.format("q")}
    JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row AND {_OPEN.format("r")}
    WHERE r.county = :county AND r.right_id = :right AND {_OPEN.format("p")} ORDER BY p.registered_area_m2 DESC, p.code"""
