"""Where a program wants to be told of what, and what it was to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from landreg.exchange.interfaces.rules import KINDS, LONGEST_ADDRESS

KIND_OF_EVENT = {"choices": KINDS}


@dataclass(frozen=True)
class NewWebhook:
    """Where to deliver, and what."""

    url: str = field(
        metadata={
            "pattern": r"^https?://[!-~]{1,480}$",
            "form": "address",
            "most": LONGEST_ADDRESS,
            "en": "by https, to a named host",
        }
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
