"""What the market's pages share: the filters as read, what there is to choose from, names of places and kinds, the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row

from landreg.access.policy import door
from landreg.core.actor import NOBODY, PREFECTURE
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput
from landreg.core.periods import DAY, beijing_day, months_after
from landreg.exchange import prices
from landreg.exchange.contracts.rules.rent import Terms, calendar, of_year
from landreg.exchange.listings.rules.land import MOVING
from landreg.exchange.listings.rules.units import A_YEAR, ONCE, of_whole
from landreg.exchange.market import queries
from landreg.exchange.market.asked import Asked, faults
from landreg.exchange.market.gathered import market
from landreg.land.place_names import name_of
from landreg.land.queries import counties, division_names
from landreg.land.shown import code_name
from landreg.law.book import Law, terms
from landreg.law.queries import load_law
from landreg.law.transfers import all_transfers, transfers
from landreg.registry.routes.surroundings import settings
from landreg.web.forms import read_query
from landreg.web.i18n import language, shown_day, shown_instant, shown_term

LOOKS = "120 per minute"
CHOSEN_OF = {
    "unit": "price_unit", "grain": "price_grain", "way": "listing_way", "to_whom": "to_whom", "water": "land_water",
    "road": "land_road", "slope": "land_slope",
}  # fmt: skip
"""By filter: the terms it may hold."""


def asked() -> Asked:
    """The filters of the address. Raises BadInput with every one that cannot be meant."""
    return meant(read_query(Asked))


def meant(found: Asked) -> Asked:
    """Filters that can be meant, as they were given. Raises BadInput with every one that cannot."""
    known = {name: terms(kind) for name, kind in CHOSEN_OF.items()}
    wrong = faults(found, {**known, "kind": [one.kind for one in all_transfers()]})
    if wrong:
        raise BadInput(wrong)
    return found


def asked_or_none() -> Asked:
    """The same for the page that shows what was wrong: nothing is looked for."""
    try:
        return asked()
    except BadInput:
        return Asked()


def options() -> dict[str, list[tuple[str, str]]]:
    """By filter: value and text of what may be chosen; of places, crops and classes of land what is on the market now."""
    now = market().choices
    towns = sorted(now.get("township", {}))
    places = sorted({*(code[:6] for code in towns), *towns})
    names = place_names(places)
    crops = sorted(now.get("crop", {}), key=lambda crop: -now["crop"][crop])[:30]
    return {
        **{name: [(value, shown_term(value, kind)) for value in terms(kind)] for name, kind in CHOSEN_OF.items()},
        "within": [(code, f"{'' if len(code) == 6 else '　'}{names[code]}") for code in places],
        "kind": [(kind, kind_name(kind)) for kind in transfers(market().today) if kind in now.get("kind", {})],
        "crop": [(crop, crop) for crop in crops],
        "land_class": [(code, code_name(code, "land_class")) for code in sorted(now.get("land_class", {}))],
        "sort": [
            ("newest", _("最新发布")), ("price", _("价格从低到高")), ("-price", _("价格从高到低")), ("area", _("面积从小到大")),
            ("-area", _("面积从大到小")), ("closes", _("快到截止日")),
        ],
    }  # fmt: skip


def kind_name(kind: str) -> str:
    """A kind of transfer in the reader's language."""
    found = next((one for one in all_transfers() if one.kind == kind), None)
    if found is None:
        return kind
    return found.en if language() == "en" else found.zh


def place_names(codes: Sequence[str]) -> dict[str, str]:
    """Divisions by their names; the code of one that has none."""
    with unit_of_work(door()) as uow:
        found = division_names(uow.session, codes)
    return {code: found.get(code, code) for code in codes}


def where(village: str) -> str:
    """County, township and village by name, as one text."""
    return "".join(name_of(village[:length]) for length in (6, 9, 12)[: {6: 1, 9: 2}.get(len(village), 3)]) or village


def law_of(county: str) -> Law:
    """The law of a county today."""
    with unit_of_work(door()) as uow:
        return load_law(uow.session, county, beijing_day(uow.now))


def office(law: Law, county: str) -> tuple[str, str]:
    """Whom to ask in a county: the exchange's name and its telephone."""
    return law.text("MKT-5.office", "name").replace("{county}", name_of(county)), law.text("MKT-5.office", "phone")


def county_codes() -> list[str]:
    """The counties of the prefecture."""
    with unit_of_work(door()) as uow:
        return counties(uow.session, PREFECTURE)


@dataclass(frozen=True)
class Lot:
    """What land a listing offers, as everybody is told of it: its row, how much of each class and grade, photos; farmed: it is
    farmland by its kind.
    """

    row: Row[Any]
    ground: Sequence[Row[Any]]
    photos: Sequence[Row[Any]]
    farmed: bool


def lot_of(number: str) -> Lot | None:
    """The land of a listing; None of one that the market does not show."""
    with unit_of_work(NOBODY) as uow:
        found = queries.listings(uow.session, [number])
        if not found:
            return None
        ground, photos = queries.ground(uow.session, [number]).get(number, []), queries.photos(uow.session, number)
    kind = transfers(market().today).get(found[0].kind)
    return Lot(found[0], ground, photos, farmed=kind is None or kind.farmed)


def title_of(row: Row[Any]) -> str:
    """A listing in a few words: where, how large, how."""
    return f"{name_of(row.village[:9]) or row.village[:9]} {area_of(row)} {kind_name(row.kind)}"


def area_of(row: Row[Any]) -> str:
    """A listing's mu; of one that found its taker or is over, of which everybody is told a tenth of a mu, no more than that."""
    if row.state == "open":
        said: str = _("%(n)s 亩", n=f"{row.hundredths / 100:.2f}")
        return said
    about: str = _("约 %(n)s 亩", n=f"{row.hundredths / 100:.1f}")
    return about


def price_of(row: Row[Any]) -> str:
    """The price asked, with what it counts."""
    return prices.price_of(row, language())


def priced(row: Any, amount: Decimal | None = None) -> str:
    """A price of a listing, deal or contract as the reader is told it: `{{ listing | priced }}`; amount: another of its unit."""
    return prices.price_words(row.price if amount is None else amount, row.unit, getattr(row, "grain", ""), language())


def unit_of(row: Row[Any]) -> str:
    """What the price counts, with the grain of one in kind."""
    return prices.unit_words(row.unit, row.grain, language())


def paid(row: Any) -> str:
    """How often it is paid, whether before, and by how much the price rises each year: `{{ listing | paid }}`. With the price it
    is told wherever a yes binds: as much a part of it as the first figure.
    """
    often, percent = shown_term(row.paid_every, "paid_every"), row.escalator_percent
    if row.paid_every == "once":
        return often
    said = f"{often}，{_('先付后用') if row.paid_before else _('用后付')}"
    if percent:
        n = f"{abs(percent).normalize():f}"
        said += "，" + (_("每年加 %(n)s%%", n=n) if percent > 0 else _("每年减 %(n)s%%", n=n))
    return said


def sums(row: Any, price: Decimal | None = None, area_mu: Decimal | None = None, first: date | None = None) -> str:
    """What a listing comes to in its first year and over its term, at its price or another: `{{ listing | sums }}`. Of what is paid
    once it is the price itself, and nothing is said. area_mu, first: of a row that says them otherwise.
    """
    if row.unit in ONCE:
        return ""
    mu = Decimal(1) if of_whole(row.unit) else row.area_mu if area_mu is None else area_mu
    piece = (mu, (row.price if price is None else price) * A_YEAR.get(row.unit, 1))
    from_on = first or row.from_on
    terms = Terms(from_on, row.until_on, (piece,), row.unit, row.escalator_percent, row.paid_every, row.paid_before)
    counted = _("千克") if terms.in_kind else _("元")
    whole = f"{sum((one.amount for one in calendar(terms)), Decimal(0)):,.2f} {counted}"
    year = f"{of_year(terms, 0):,.2f} {counted}"
    by = "" if of_whole(row.unit) else _("按 %(mu)s 亩算，", mu=f"{mu:.2f}")
    if months_after(from_on, 12) >= row.until_on:
        said: str = by + _("整个期限一共 %(whole)s。", whole=whole)
    else:
        said = by + _("第一年 %(year)s，整个期限一共 %(whole)s。", year=year, whole=whole)
    return said


def time_of(row: Any) -> str:
    """From which day until when: `{{ listing | time_of }}`. What moves the contract right itself goes for good."""
    first, last = shown_day(row.from_on), shown_day(last_day(row))
    if row.kind in MOVING:
        said: str = _(
            "%(first)s 起，土地承包经营权转给对方：这一去就不再还，剩余的承包期（到 %(last)s）归对方",
            first=first,
            last=last,
        )
        return said
    return f"{first} – {last}"


def for_whom(row: Any) -> str:
    """For whom a listing is: `{{ listing | for_whom }}`. Members come first on equal terms for land to farm that
    they may take alone (PRI-6).
    """
    members_first = any(one.members_first for one in all_transfers() if one.kind == row.kind)
    return shown_term(row.to_whom, "to_whom" if members_first else "to_whom_built")


def in_yuan(row: Row[Any]) -> str:
    """What a price in grain comes to at the county's price of today, so that it can be compared; '' of another, and without one."""
    yuan = market().yuan_of(row)
    return "" if yuan is None else f"{yuan:,.2f}"


def address_of(number: str) -> str:
    """The address of a listing's page, whole."""
    return settings().base_url + url_for("market.listing", number=number)


def last_day(row: Row[Any]) -> date:
    """The last day of the term."""
    return cast(date, row.until_on) - DAY


def list_address(given: Mapping[str, Any]) -> str:
    """The address of the list with these filters."""
    return f"{url_for('market.index')}?{urlencode(given)}" if given else url_for("market.index")


def enter_by(sale: Any) -> str:
    """Until when to enter a sale, and what is paid by then."""
    at = shown_instant(sale.deposit_by)
    said: str = _("%(at)s，不用交保证金", at=at)
    if sale.deposit_yuan:
        said = _("%(at)s，同时交保证金 %(sum)s 元", at=at, sum=f"{sale.deposit_yuan:,.2f}")
    return said


def facts(row: Row[Any], sale: Any = None) -> list[tuple[str, str]]:
    """A listing's facts as label and text, for the map, a comparison and a feed. sale: by which it is to be had."""
    crop = [(_("现种"), row.crop)] if row.crop else []
    return [
        (_("价格"), price_of(row)),
        *([(_("按今天的粮价约合"), _("%(n)s 元/亩·年", n=yuan))] if (yuan := in_yuan(row)) else []),
        (_("面积"), area_of(row)),
        (_("期限"), _("%(first)s 至 %(last)s", first=row.from_on.isoformat(), last=last_day(row).isoformat())),
        (_("地类"), code_name(row.land_class, "land_class")),
        *([(_("水"), shown_term(row.water, "land_water"))] if row.water else []),
        *([(_("路"), shown_term(row.road, "land_road"))] if row.road else []),
        *([(_("坡度"), shown_term(row.slope, "land_slope"))] if row.slope else []),
        *crop,
        (_("成交办法"), shown_term(row.way, "listing_way")),
        *([(_("报名截止"), enter_by(sale))] if sale else []),
        (_("发布到"), row.closes_on.isoformat()),
    ]
