"""The form of a listing: what it asks, how it is read, and what of it the register fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import shapely
from flask import current_app, request
from flask_babel import gettext as _
from geoalchemy2.shape import to_shape
from itsdangerous import BadSignature, URLSafeSerializer
from shapely import Polygon
from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from gis.zones import ZONES, to_lonlat
from landreg.core.errors import BadInput, Finding
from landreg.core.periods import DAY, years_after
from landreg.exchange.listings import papers, photos
from landreg.exchange.listings.photos import Kept
from landreg.exchange.listings.reading import Offer
from landreg.exchange.listings.rules.offer import first_day
from landreg.exchange.listings.rules.units import ONCE
from landreg.exchange.model import ListingPaper, ListingParcel
from landreg.exchange.routes.listing_sums import STAND_IN, unread_sums
from landreg.land import shown as land_shown
from landreg.law.book import Law, terms
from landreg.law.transfers import Transfer, transfers
from landreg.registry.facts import drawn
from landreg.registry.guarded import Attached
from landreg.registry.routes.parcel_shown import sketch_of
from landreg.registry.routes.surroundings import store
from landreg.web import i18n
from landreg.web.forms import Upload, read_form

YEARS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 50)
TO_THE_END = "end"
MOST_YEARS = 70
PUBLISHED = (15, 30, 60, 90)
PHOTO, PAPER = "listing-photo", "listing-paper"
"""Salts of the tokens by which a form names files that it left in the store."""


@dataclass(frozen=True)
class ListingForm:
    """What the offerer says. years: a number, or to the end of the contract. price_seen: one that is far, and meant.
    listing: sent twice, the form is one listing.
    """

    kind: str = field(metadata={"most": 30})
    price: Decimal | None = None
    parcel: tuple[str, ...] = ()
    part: str = field(default="", metadata={"most": 200_000})
    years: str = field(default="", metadata={"most": 4})
    from_on: date | None = None
    unit: str = "yuan_mu_year"
    grain: str = ""
    floor: Decimal | None = None
    floor_shown: bool = False
    escalator: Decimal = Decimal(0)
    paid_every: str = "year"
    paid: str = "before"
    to_whom: str = "members_first"
    way: str = "negotiation"
    crop: str = field(default="", metadata={"most": 40})
    water: str = ""
    road: str = ""
    slope: str = ""
    said: str = field(default="", metadata={"most": 500})
    days: int = 30
    listing: UUID | None = None
    instead_of: UUID | None = None
    photo_kept: tuple[str, ...] = ()
    contractor_consent: Upload | None = None
    filing: Upload | None = None
    assembly_minutes: Upload | None = None
    township_approval: Upload | None = None
    paper_kept: tuple[str, ...] = ()
    price_seen: Decimal | None = None


CHOICES: Mapping[str, str] = {
    "unit": "price_unit", "paid_every": "paid_every", "to_whom": "to_whom", "way": "listing_way", "water": "land_water",
    "road": "land_road", "slope": "land_slope", "grain": "price_grain",
}  # fmt: skip
"""By field: the terms that it may hold."""
OPTIONAL = ("water", "road", "slope", "grain")


def offer_from(
    given: ListingForm,
    law: Law,
    right_id: UUID | None,
    end_of_term: date | None,
    papers: frozenset[str] = frozenset(),
    handed: Mapping[str, Attached] = MappingProxyType({}),
    unread: Sequence[Finding] = (),
) -> Offer:
    """The offer that a form makes on the law's day. end_of_term: exclusive. papers: kinds that are there; handed: files.
    unread: sums that are no number, for which another stands in (`listing_sums.told_with`).

    Raises BadInput with every field that cannot be meant.
    """
    faults = [
        Finding("FORM-5", name, {"given": str(getattr(given, name))[:40]})
        for name, kind in CHOICES.items()
        if getattr(given, name) not in terms(kind) and not (name in OPTIONAL and not getattr(given, name))
    ]
    if not 0 < given.days <= 1000:
        faults.append(Finding("FORM-4", "days", {"given": str(given.days)[:20]}))
    years = _years(given, end_of_term)
    if years is None:
        faults.append(Finding("FORM-5" if given.years else "FORM-1", "years", {"given": given.years}))
    unknown = {one.field for one in unread}
    if given.price is None and "price" not in unknown:
        faults.append(Finding("FORM-1", "price"))
    if faults:
        raise BadInput([*unread, *faults, *([] if given.parcel else [Finding("FORM-1", "parcel")])])
    closes_on = law.on + timedelta(days=given.days)
    first = given.from_on or first_day(closes_on, given.way, law)
    if first.year > law.on.year + MOST_YEARS:
        raise BadInput(Finding("FORM-2", "from_on", {"given": first.isoformat()}))
    until = end_of_term if years == 0 and end_of_term is not None else years_after(first, years or 0)
    return Offer(
        kind=given.kind, parcels=tuple(dict.fromkeys(given.parcel)), first_day=first, until_on=until, closes_on=closes_on,
        price=STAND_IN if given.price is None else given.price,
        right_id=right_id, unit=given.unit, grain=given.grain if given.unit == "kg_mu_year" else "",
        floor=given.floor, floor_shown=given.floor_shown, escalator_percent=given.escalator, paid_every=given.paid_every,
        paid_before=given.paid == "before", to_whom=given.to_whom, way=given.way, crop=given.crop, water=given.water,
        road=given.road, slope=given.slope, said=given.said, part=given.part, instead_of=given.instead_of,
        papers=papers, handed=handed,
    )  # fmt: skip


def part_of(parcels: Sequence[ListingParcel]) -> tuple[str, str]:
    """Of which parcel a listing was a part, and the part's corners as a form holds them; empty where whole parcels were listed."""
    if len(parcels) != 1 or parcels[0].part is None:
        return "", ""
    corners = shapely.get_coordinates(shapely.get_exterior_ring(to_shape(parcels[0].part)))[:-1]
    return parcels[0].parcel_code, "\n".join(f"{east:.3f} {north:.3f}" for east, north in corners)


def years_of(first: date, until: date, end_of_term: date | None) -> str:
    """The choice of years that a term was, '' for a term that the form does not offer."""
    if until == end_of_term:
        return TO_THE_END
    return next((str(years) for years in YEARS if years_after(first, years) == until), "")


def _years(given: ListingForm, end_of_term: date | None) -> int | None:
    """The years asked for, 0 to the end of the contract; None for what is neither."""
    if given.years == TO_THE_END and end_of_term is not None:
        return 0
    return (
        int(given.years)
        if given.years.isascii() and given.years.isdigit() and 0 < int(given.years) <= MOST_YEARS
        else None
    )


def read_listing() -> ListingForm:
    """The form that was sent. An exchange or assignment is for members and to the end of the term, whatever was chosen."""
    unread = {one.field for one in unread_sums()}
    sent = [(name, text) for name, text in request.form.items(multi=True) if name not in unread]
    given = read_form(ListingForm, MultiDict(sent))
    found = transfers(date.max - DAY).get(given.kind)
    if found is not None and len(found.to_whom) == 1:
        given = replace(given, to_whom=found.to_whom[0])
    if given.unit in ONCE:
        given = replace(given, paid_every="once", paid="before")
    return replace(given, years=TO_THE_END) if found is not None and found.whole_term else given


def kept_photos(given: ListingForm) -> list[Kept]:
    """The photos that were sent now, after those that an earlier sending of this form left in the store."""
    earlier = [Kept(*found) for token in given.photo_kept if (found := _opened(token, PHOTO)) is not None]
    return [*earlier, *photos.keep(store(), (sent.stream for sent in request.files.getlist("photos") if sent.filename))]


def kept_papers(given: ListingForm) -> dict[str, Attached]:
    """The papers that the kind asks for: what an earlier sending of this form left in the store, and what was sent now."""
    asked = papers.asked_of(transfers(date.max - DAY).get(given.kind))
    kept = {}
    for token in given.paper_kept:
        match _opened(token, PAPER):
            case [kind, sha256, size, name] if kind in asked:
                paper = papers.again(store(), kind, sha256, size, name)
                kept.update({kind: paper} if paper is not None else {})
    return kept | papers.keep(store(), {kind: getattr(given, kind) for kind in asked})


def tokens(kept: Sequence[Kept]) -> list[str]:
    """Photos as a form that comes back carries them; nobody else's file can be named by one."""
    return [_signer(PHOTO).dumps([one.sha256, one.size]) for one in kept]


def paper_tokens(kept: Mapping[str, Attached] | Sequence[ListingPaper]) -> dict[str, tuple[str, str]]:
    """By kind: the name of a paper, and how a form carries it on."""
    told = kept.items() if isinstance(kept, Mapping) else [(one.kind, one) for one in kept]
    return {kind: (one.name, str(_signer(PAPER).dumps([kind, one.sha256, one.size, one.name]))) for kind, one in told}


def _opened(token: str, salt: str) -> list[Any] | None:
    try:
        found = _signer(salt).loads(token)
    except (BadSignature, ValueError):
        return None
    return found if isinstance(found, list) else None


def _signer(salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=salt)


@dataclass(frozen=True)
class Drawn:
    """The parcels of a form as a drawing, and for the map: its zone, its extent in degrees, the shapes to snap to."""

    sketch: Any
    zone: Any
    extent: tuple[float, float, float, float]
    shapes: dict[str, Any]


def drawing(rows: Sequence[Row[Any]], *codes: str, cut: Mapping[str, Polygon] | None = None) -> Drawn | None:
    """The parcels of a right, those of these codes before the others; cut: the parts that are listed. None for no parcel."""
    chosen = [row for row in rows if row.parcel_code in codes] or list(rows)
    if not chosen:
        return None
    srid = chosen[0].srid
    shapes = {row.parcel_code: drawn.shape_of(row.shape) for row in rows if row.srid == srid}
    own = [shapes[row.parcel_code] for row in chosen if row.parcel_code in shapes]
    others = [(code, shape) for code, shape in shapes.items() if code not in {row.parcel_code for row in chosen}]
    degrees = {code: shapely.transform(shape, lambda xy: to_lonlat(xy, ZONES[srid])) for code, shape in shapes.items()}
    inside = [degrees[row.parcel_code] for row in chosen if row.parcel_code in degrees]
    west, south, east, north = (float(one) for one in shapely.total_bounds(inside))
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "own": code in codes},
            "geometry": shapely.geometry.mapping(shape),
        }
        for code, shape in degrees.items()
    ]
    sketch = sketch_of(own, list((cut or {}).values()), others)
    extent = (west, south, east, north)
    return Drawn(sketch, land_shown.zone(srid), extent, {"type": "FeatureCollection", "features": features})


def words(kind: str, values: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """The choices of a field with their words."""
    return [(value, i18n.shown_term(value, kind)) for value in (terms(kind) if values is None else values)]


def kinds_of(right_kind: str | None, source: str, day: date) -> list[Transfer]:
    """The kinds that may be listed of a right of a kind, or of a collective's land."""
    return [
        one
        for one in transfers(day).values()
        if one.market == "listed" and one.source == source and (right_kind is None or right_kind in one.rights)
    ]


def named(one: Transfer) -> str:
    """A kind in the reader's language."""
    return one.en if i18n.language() == "en" else one.zh


def year_choices(
    end_of_term: date | None, most: int | None, first: date, of_sale: date | None = None
) -> list[tuple[str, str]]:
    """The terms that a form offers: those that fit from the first day meant, the most that the kind lets, and to the end of the
    contract. of_sale: the first day of what is bid for, where that is later; what does not fit from it says so.
    """
    fitting = [
        years
        for years in sorted({*YEARS, *([] if most is None else [most])})
        if (most is None or years <= most) and (end_of_term is None or years_after(first, years) < end_of_term)
    ]
    late = [one for one in fitting if of_sale and end_of_term and years_after(of_sale, one) > end_of_term]
    offered = [
        (
            str(one),
            _("%(n)s 年（只够协商；竞价、报价开始得晚，期限不够）", n=one) if one in late else _("%(n)s 年", n=one),
        )
        for one in fitting
    ]
    if end_of_term is not None:
        offered.append((TO_THE_END, _("到承包期满（%(day)s）", day=i18n.shown_day(end_of_term - DAY))))
    return offered


def usual_first(way: str, law: Law) -> date:
    """The first day of a term that is published for as long as usual."""
    return first_day(law.on + timedelta(days=law.days("LST-18.publication_days", "usual")), way, law)


def first_of_sale(kind: Transfer, law: Law) -> date | None:
    """The first day of what is bid for; None where nothing is, or where another day was asked for."""
    return None if request.values.get("from_on") or kind.ways == ("negotiation",) else usual_first("auction", law)


def days_meant(kind: Transfer, end_of_term: date | None, law: Law) -> tuple[date, date]:
    """The days for which a form shows what stands in the way: from the day asked for, or the first, a year or all the term."""
    try:
        first = date.fromisoformat(request.values.get("from_on", ""))
    except ValueError:
        first = usual_first("negotiation", law)
    first = min(first, years_after(law.on, MOST_YEARS))
    return first, end_of_term if kind.whole_term and end_of_term is not None else years_after(first, 1)


def day_choices(law: Law) -> list[tuple[str, str]]:
    """For how many days a form offers to publish."""
    least, most = law.days("LST-18.publication_days", "least"), law.days("LST-18.publication_days", "most")
    usual = law.days("LST-18.publication_days", "usual")
    return [(str(days), _("%(n)s 天", n=days)) for days in sorted({*PUBLISHED, usual}) if least <= days <= most]
