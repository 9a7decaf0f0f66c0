"""What goes over the interface, in both directions: each class is a schema of the description (`schema.py`).

No answer holds a name, a household, a number of identity or an account of anybody. English is what programmers read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from landreg.exchange.interfaces.rules import KINDS, LONGEST_ADDRESS

COUNTY = r"^6109[0-9]{2}$"
VILLAGE = r"^6109[0-9]{8}$"
DIVISION = r"^6109([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$"
CODE = r"^[0-9A-Z]{1,40}$"
NUMBER = r"^[0-9A-Za-z-]{1,40}$"
LONGEST_PAPER = 1_400_000
MOMENT = r"^[0-9]{16}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
"""Where a page in the order of time ends: microseconds since 1970, and the row."""
PAGE = 50
LARGEST_PAGE = 200
KIND_OF_EVENT = {"choices": KINDS}


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A page of a list: what comes after `after`, at most `limit` of it. Follow `next` until there is none."""

    limit: int = field(default=PAGE, metadata={"least": 1, "top": LARGEST_PAGE, "en": "rows of a page"})
    after: str = field(
        default="", metadata={"pattern": r"^([0-9A-Za-z-]{1,60})?$", "en": "where the page before ended"}
    )


@dataclass(frozen=True, kw_only=True)
class ParcelsAsked(Walk):
    """The parcels of one village."""

    village: str = field(metadata={"pattern": VILLAGE, "en": "code of the village, 12 digits"})


@dataclass(frozen=True, kw_only=True)
class InTime(Walk):
    """A page of a list in the order of time."""

    after: str = field(default="", metadata={"pattern": rf"^({MOMENT[1:-1]})?$", "en": "where the page before ended"})


@dataclass(frozen=True, kw_only=True)
class DealsAsked(InTime):
    """Deals of a division since a day."""

    within: str = field(default="", metadata={"pattern": rf"^({DIVISION[1:-1]})?$", "en": "code of a division"})
    since: date | None = field(default=None, metadata={"en": "made on this day or later, in Beijing"})


@dataclass(frozen=True, kw_only=True)
class ListingsAsked(Walk):
    """Listings by state and division."""

    state: str = field(
        default="published", metadata={"choices": ("published", "dealt", "withdrawn", "expired", "failed")}
    )
    within: str = field(default="", metadata={"pattern": rf"^({DIVISION[1:-1]})?$", "en": "code of a division"})


@dataclass(frozen=True)
class ParcelRight:
    """A right on a parcel: its kind, and its term where it has one. until_on is the first day on which it is over."""

    kind: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True)
class Parcel:
    """How a parcel stands in the register today. listing: the number under which it is on the market."""

    county: str
    village: str
    code: str
    kind: str
    area_m2: Decimal
    mu: Decimal
    land_class: str
    basic_farmland: bool | None
    rights: tuple[ParcelRight, ...]
    restrictions: tuple[str, ...]
    listing: str | None


@dataclass(frozen=True)
class Parcels:
    """A page of parcels, by code."""

    items: tuple[Parcel, ...]
    next: str | None = field(metadata={"en": "address of the next page"})


@dataclass(frozen=True)
class ListedParcel:
    """What is listed of a parcel."""

    code: str
    area_m2: Decimal


@dataclass(frozen=True)
class Listing:
    """A listing that was published, as everybody may read it. floor: the least that is taken, where the household shows it."""

    county: str
    village: str
    number: str
    kind: str
    source: str
    way: str
    to_whom: str
    state: str
    from_on: date
    until_on: date
    unit: str
    grain: str
    price: Decimal
    floor: Decimal | None
    escalator_percent: Decimal
    paid_every: str
    paid_before: bool
    crop: str
    water: str
    road: str
    soil: str
    area_m2: Decimal
    parcels: tuple[ListedParcel, ...]
    published_at: datetime
    closes_on: date


@dataclass(frozen=True)
class Listings:
    """A page of listings, by county and number."""

    items: tuple[Listing, ...]
    next: str | None = field(metadata={"en": "address of the next page"})


@dataclass(frozen=True)
class Deal:
    """A deal that was made on a listing; `fallen_at`: when it fell through. taker: what kind of taker, never who."""

    county: str
    village: str
    deal: UUID
    listing: str
    kind: str
    taker: str
    by: str
    unit: str
    price: Decimal
    area_m2: Decimal
    from_on: date
    until_on: date
    decided_at: datetime
    fallen_at: datetime | None


@dataclass(frozen=True)
class Deals:
    """A page of deals, in the order in which they were made."""

    items: tuple[Deal, ...]
    next: str | None = field(metadata={"en": "address of the next page"})


@dataclass(frozen=True, kw_only=True)
class ContractsAsked(InTime):
    """Contracts that were signed, of a division."""

    within: str = field(default="", metadata={"pattern": rf"^({DIVISION[1:-1]})?$", "en": "code of a division"})


@dataclass(frozen=True)
class Contract:
    """A contract of transfer that was signed, without its parties. filed_on: None where the issuer has not filed it."""

    county: str
    village: str
    number: str
    kind: str
    relation: str
    taker: str
    state: str
    from_on: date
    until_on: date
    unit: str
    grain: str
    price: Decimal
    escalator_percent: Decimal
    paid_every: str
    paid_before: bool
    area_m2: Decimal
    parcels: tuple[ListedParcel, ...]
    signed_on: date
    filed_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class Contracts:
    """A page of contracts, in the order in which they were signed."""

    items: tuple[Contract, ...]
    next: str | None = field(metadata={"en": "address of the next page"})


@dataclass(frozen=True)
class Paper:
    """A paper that comes with a step: its name and its content."""

    name: str = field(metadata={"most": 120, "shortest": 1, "pattern": r"^[^\u0000-\u001f\u007f/\\]+$"})
    content: str = field(metadata={"format": "byte", "most": LONGEST_PAPER, "shortest": 4, "en": "base64 of the file"})


@dataclass(frozen=True)
class Filing:
    """That the issuing party has filed a contract."""

    on_day: date
    paper: Paper
    said: str = field(default="", metadata={"most": 500})


@dataclass(frozen=True)
class Filed:
    """A contract, filed."""

    number: str
    on_day: date


@dataclass(frozen=True)
class Payment:
    """A payment under a contract, by the receipt of its bank. The register moves no money."""

    amount_yuan: Decimal
    paid_on: date
    receipt: str = field(metadata={"most": 60, "pattern": r"^[0-9A-Za-z-]{4,60}$"})
    paper: Paper


@dataclass(frozen=True)
class Paid:
    """A payment that was recorded, and what is left of all that is due."""

    number: str
    receipt: str
    left_yuan: str = field(metadata={"pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$"})


@dataclass(frozen=True)
class NewWebhook:
    """Where to deliver, and what."""

    url: str = field(
        metadata={"pattern": r"^https?://[!-~]{1,480}$", "most": LONGEST_ADDRESS, "en": "by https, to a named host"}
    )
    kinds: tuple[str, ...] = field(metadata={"each": KIND_OF_EVENT, "few": 1, "many": len(KINDS)})


@dataclass(frozen=True)
class Webhook:
    """Where the caller is told of what."""

    webhook: UUID
    url: str
    kinds: tuple[str, ...]
    set_at: datetime


@dataclass(frozen=True)
class WebhookSet(Webhook):
    """A webhook that was just set. secret: signs what is delivered (Standard Webhooks 1.0); told this once."""

    secret: str


@dataclass(frozen=True)
class Webhooks:
    """The caller's webhooks."""

    items: tuple[Webhook, ...]


@dataclass(frozen=True)
class Delivery:
    """What one webhook was to be told. state: due, done, or dead after the last attempt."""

    delivery: UUID
    kind: str
    state: str
    attempts: int
    made_at: datetime
    next_at: datetime | None


@dataclass(frozen=True)
class Deliveries:
    """A page of a webhook's deliveries, in the order in which they came about."""

    items: tuple[Delivery, ...]
    next: str | None = field(metadata={"en": "address of the next page"})


@dataclass(frozen=True)
class Ended:
    """That something is over."""

    ended: bool
