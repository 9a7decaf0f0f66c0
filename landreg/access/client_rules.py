"""Programs of offices: what a client of the interface may be registered for, how long its tokens hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from landreg.access.rules import (
    AccountFacts,
    acc_11_jurisdiction_is_a_division,
    acc_12_jurisdiction_lies_in_the_administrators,
)
from landreg.core.errors import Finding
from landreg.law.book import Law

TOKEN_HOLDS = timedelta(minutes=15)
SECRET_BYTES = 32
ATTEMPTS_PER_ADDRESS = 40


class Scope(StrEnum):
    """What a client may be let do; `read` never opens more than anybody in that office may see."""

    PARCELS_READ = "parcels:read"
    LISTINGS_READ = "listings:read"
    DEALS_READ = "deals:read"
    CONTRACTS_READ = "contracts:read"
    CONTRACTS_FILE = "contracts:file"
    PAYMENTS_WRITE = "payments:write"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True)
class ClientFacts:
    """A client as it would be; by_jurisdiction: of the administrator who registers it."""

    name: str
    scopes: tuple[str, ...]
    jurisdiction: str
    by_jurisdiction: str


def api_1_client_has_name_and_scopes(facts: ClientFacts, law: Law) -> Finding | None:
    """API-1: a client is of a named office and is let do at least one thing, of those that there are."""
    if not facts.name:
        return Finding("API-1", "name", {"given": ""})
    unknown = sorted(set(facts.scopes) - set(Scope))
    if unknown or not facts.scopes:
        return Finding("API-1", "scopes", {"given": " ".join(unknown)})
    return None


def client_stays_inside(facts: ClientFacts, law: Law) -> Finding | None:
    """ACC-11 and ACC-12, as of an account: a client works in a division, and sees no further than who registers it."""
    as_account = AccountFacts("", frozenset(), facts.jurisdiction, facts.by_jurisdiction)
    return acc_11_jurisdiction_is_a_division(as_account, law) or acc_12_jurisdiction_lies_in_the_administrators(
        as_account, law
    )


CLIENT_RULES = (api_1_client_has_name_and_scopes, client_stays_inside)
