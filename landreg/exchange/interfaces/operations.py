"""The table of operations: from it the routes are registered and the description is made, so that the two cannot differ."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from landreg.access.client_rules import Scope
from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding, NotFound, Refused
from landreg.core.files import Store
from landreg.exchange.contracts.life import pay_within
from landreg.exchange.contracts.signing import file_within
from landreg.exchange.interfaces import contract_queries, price_queries, queries, webhooks
from landreg.exchange.interfaces.model import Webhook as WebhookRow
from landreg.exchange.interfaces.schema import IDENTIFIER, Schema, told
from landreg.exchange.interfaces.shapes import contracts, land, market, prices
from landreg.exchange.interfaces.shapes import webhooks as told_to
from landreg.exchange.interfaces.shapes.walking import CODE, COUNTY, NUMBER, InTime
from landreg.exchange.listings import papers
from landreg.exchange.market.asked import Asked as Looked
from landreg.exchange.market.asked import faults
from landreg.registry.guarded import Attached
from landreg.web.forms import Upload

T = TypeVar("T")
BASE = "/api/v1"
LARGEST = 64 * 1024
LARGEST_WITH_PAPER = 1_500_000
PLACES: Mapping[str, Schema] = {
    "county": {"type": "string", "pattern": COUNTY, "description": "code of the county, 6 digits"},
    "code": {"type": "string", "pattern": CODE, "description": "code of the parcel"},
    "number": {"type": "string", "pattern": NUMBER, "description": "number of the listing or contract"},
    "webhook": {"type": "string", "format": "uuid", "pattern": IDENTIFIER, "description": "id of the webhook"},
}
"""What stands in an address, by name."""


@dataclass(frozen=True)
class Asked:
    """A call: where it works, what stands in its address, its query, its body, its own address for the next page."""

    uow: UnitOfWork
    places: Mapping[str, str]
    query: Any = None
    body: Any = None
    loopback: bool = False
    store: Store | None = None


@dataclass(frozen=True)
class Operation:
    """One thing that a client may do. call: does it, within the unit of work that it is given, and answers with `answer`.

    ruled: a rule may refuse what can be read.
    """

    name: str
    method: str
    path: str
    scope: Scope
    en: str
    answer: type
    call: Callable[[Asked], Any] = field(repr=False)
    query: type | None = None
    body: type | None = None
    status: int = 200
    ruled: bool = False

    @property
    def writes(self) -> bool:
        """Whether it changes anything: then it carries a key."""
        return self.method != "GET"

    @property
    def largest(self) -> int:
        """How many bytes its body may have: more where a paper comes with it."""
        return LARGEST_WITH_PAPER if self.body in (contracts.Filing, contracts.Payment) else LARGEST

    @property
    def places(self) -> tuple[str, ...]:
        """The names that stand in its address."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


def _page(kind: Any, path: str, asked: Asked, rows: Sequence[Any], key: Callable[[Any], str]) -> Any:
    """A page of rows of which one more was read than it holds."""
    limit, more = asked.query.limit, len(rows) > asked.query.limit
    items = tuple(rows[:limit])
    return kind(items, _next(path, asked.query, key(items[-1])) if more else None)


def _next(path: str, query: Any, after: str) -> str:
    given = {name: value for name, value in told(query).items() if value not in ("", None)}
    return f"{BASE}{path}?{urlencode({**given, 'after': after})}"


def _parcels(asked: Asked) -> land.Parcels:
    rows = queries.parcels(asked.uow.session, asked.query)
    page: land.Parcels = _page(land.Parcels, "/parcels", asked, rows, lambda row: str(row.code))
    return page


def _parcel(asked: Asked) -> land.Parcel:
    return _there(queries.parcel(asked.uow.session, asked.places["county"], asked.places["code"]))


def _listings(asked: Asked) -> market.Listings:
    query = asked.query
    wrong = faults(Looked(unit=query.unit, price_least=query.price_least, price_most=query.price_most), {})
    if wrong:
        raise Refused(wrong)
    rows = queries.listings(asked.uow.session, asked.query)
    page: market.Listings = _page(market.Listings, "/listings", asked, rows, lambda row: f"{row.county}{row.number}")
    return page


def _listing(asked: Asked) -> market.Listing:
    return _there(queries.listing(asked.uow.session, asked.places["county"], asked.places["number"]))


def _deals(asked: Asked) -> market.Deals:
    rows = queries.deals(asked.uow.session, asked.query)
    page: market.Deals = _page(
        market.Deals, "/deals", asked, rows, lambda row: queries.moment(row.decided_at, row.deal)
    )
    return page


def _index(asked: Asked) -> prices.Index:
    rows = price_queries.page(asked.query)
    items, more = rows[: asked.query.limit], len(rows) > asked.query.limit
    return price_queries.told(items, _next("/index", asked.query, price_queries.place(items[-1])) if more else None)


def _trend(asked: Asked) -> prices.Trend:
    return price_queries.trend(asked.query)


def _contracts(asked: Asked) -> contracts.Contracts:
    rows = contract_queries.contracts(asked.uow.session, asked.query)
    items = tuple(row for _place, row in rows[: asked.query.limit])
    more = len(rows) > asked.query.limit
    return contracts.Contracts(items, _next("/contracts", asked.query, rows[len(items) - 1][0]) if more else None)


def _contract(asked: Asked) -> contracts.Contract:
    return _there(contract_queries.contract(asked.uow.session, asked.places["county"], asked.places["number"]))


def _file(asked: Asked) -> contracts.Filed:
    county, number = asked.places["county"], asked.places["number"]
    found = _there(contract_queries.contract_id(asked.uow.session, county, number))
    file_within(asked.uow, county, found, asked.body.on_day, asked.body.said, _paper(asked))
    return contracts.Filed(number, asked.body.on_day)


def _pay(asked: Asked) -> contracts.Paid:
    county, number, said = asked.places["county"], asked.places["number"], asked.body
    found = _there(contract_queries.contract_id(asked.uow.session, county, number))
    paper = _paper(asked)
    try:
        left = pay_within(
            asked.uow, county, found, said.amount_yuan, said.paid_on, said.receipt, paper, payer=said.payer
        )
    except Refused as error:
        names = {"amount": "amount_yuan"}
        raise Refused([replace(one, field=names.get(one.field or "", one.field)) for one in error.findings]) from error
    return contracts.Paid(number, said.receipt, f"{left:.2f}")


def _paper(asked: Asked) -> Attached | None:
    assert asked.store is not None  # noqa: S101
    sent = asked.body.paper
    return papers.keep_one(asked.store, Upload(sent.name, io.BytesIO(base64.b64decode(sent.content))), "paper.content")


def _webhooks(asked: Asked) -> told_to.Webhooks:
    rows = queries.webhooks_of(asked.uow.session, asked.uow.actor.account_id)
    return told_to.Webhooks(tuple(told_to.Webhook(*_hook(row)) for row in rows))


def _set_webhook(asked: Asked) -> told_to.WebhookSet:
    row, secret = webhooks.set_one(asked.uow, asked.body.url, asked.body.kinds, loopback=asked.loopback)
    return told_to.WebhookSet(row.webhook_id, row.url, tuple(row.kinds), row.set_at, secret)


def _end_webhook(asked: Asked) -> told_to.Ended:
    webhooks.end(asked.uow, UUID(asked.places["webhook"]))
    return told_to.Ended(True)


def _deliveries(asked: Asked) -> told_to.Deliveries:
    hook = UUID(asked.places["webhook"])
    if hook not in {row.webhook_id for row in queries.webhooks_of(asked.uow.session, asked.uow.actor.account_id)}:
        raise NotFound()
    rows = queries.deliveries(asked.uow.session, hook, asked.query.after, asked.query.limit + 1)
    path = f"/webhooks/{hook}/deliveries"
    page: told_to.Deliveries = _page(
        told_to.Deliveries, path, asked, rows, lambda row: queries.moment(row.made_at, row.delivery)
    )
    return page


def _hook(row: WebhookRow) -> tuple[Any, ...]:
    return row.webhook_id, row.url, tuple(row.kinds), row.set_at


def _there(found: T | None) -> T:
    if found is None:
        raise NotFound(Finding("API-14", values={}))
    return found


OPERATIONS = (
    Operation(
        "listParcels", "GET", "/parcels", Scope.PARCELS_READ, "How the parcels of a village stand in the register",
        land.Parcels, _parcels, query=land.ParcelsAsked,
    ),
    Operation(
        "getParcel", "GET", "/parcels/{county}/{code}", Scope.PARCELS_READ, "How one parcel stands in the register",
        land.Parcel, _parcel,
    ),
    Operation(
        "listListings", "GET", "/listings", Scope.LISTINGS_READ, "Listings that were published", market.Listings, _listings,
        query=market.ListingsAsked, ruled=True,
    ),
    Operation(
        "getListing", "GET", "/listings/{county}/{number}", Scope.LISTINGS_READ, "One listing that was published",
        market.Listing, _listing,
    ),
    Operation(
        "listDeals", "GET", "/deals", Scope.DEALS_READ, "Deals that were made, in the order of time", market.Deals, _deals,
        query=market.DealsAsked,
    ),
    Operation(
        "listIndex", "GET", "/index", Scope.DEALS_READ,
        "The price index of transfers by township, class of land and term; open data of the whole prefecture",
        prices.Index, _index, query=prices.IndexAsked,
    ),
    Operation(
        "getIndexTrend", "GET", "/index/trend", Scope.DEALS_READ, "The price index over two years, quarter by quarter",
        prices.Trend, _trend, query=prices.TrendAsked,
    ),
    Operation(
        "listContracts", "GET", "/contracts", Scope.CONTRACTS_READ, "Contracts that were signed, in the order of time",
        contracts.Contracts, _contracts, query=contracts.ContractsAsked,
    ),
    Operation(
        "getContract", "GET", "/contracts/{county}/{number}", Scope.CONTRACTS_READ, "One contract that was signed",
        contracts.Contract, _contract,
    ),
    Operation(
        "fileContract", "POST", "/contracts/{county}/{number}/filing", Scope.CONTRACTS_FILE,
        "Tell that the issuing party has filed a contract", contracts.Filed, _file, body=contracts.Filing, status=201,
    ),
    Operation(
        "recordPayment", "POST", "/contracts/{county}/{number}/payments", Scope.PAYMENTS_WRITE,
        "Record a payment by the receipt of its bank", contracts.Paid, _pay, body=contracts.Payment, status=201,
    ),
    Operation(
        "listWebhooks", "GET", "/webhooks", Scope.WEBHOOKS, "Where the caller is told of what", told_to.Webhooks, _webhooks,
    ),
    Operation(
        "setWebhook", "POST", "/webhooks", Scope.WEBHOOKS, "Be told of what happens, at an address of one's own",
        told_to.WebhookSet, _set_webhook, body=told_to.NewWebhook, status=201,
    ),
    Operation(
        "endWebhook", "DELETE", "/webhooks/{webhook}", Scope.WEBHOOKS, "Be told no more", told_to.Ended, _end_webhook,
    ),
    Operation(
        "listDeliveries", "GET", "/webhooks/{webhook}/deliveries", Scope.WEBHOOKS,
        "What a webhook was to be told, and whether it was", told_to.Deliveries, _deliveries, query=InTime,
    ),
)  # fmt: skip
