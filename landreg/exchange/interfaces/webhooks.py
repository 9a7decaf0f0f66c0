"""Where programs want to be told: set, ended, and what was given up sent anew."""

from __future__ import annotations

import secrets
from uuid import UUID, uuid4

from landreg.access.sealing import seal
from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotAllowed, NotFound, Refused
from landreg.exchange.interfaces import logged, queries
from landreg.exchange.interfaces.model import Webhook
from landreg.exchange.interfaces.rules import (
    WEBHOOKS_MOST,
    Address,
    api_8_webhook_goes_out_by_https,
    secret_told,
)
from landreg.log.leaf import Entry
from landreg.log.store import stage


def set_one(uow: UnitOfWork, url: str, kinds: tuple[str, ...], *, loopback: bool) -> tuple[Webhook, str]:
    """A webhook of the acting client, and its secret. Raises Refused (API-8, API-9)."""
    if fault := api_8_webhook_goes_out_by_https(Address(url, loopback)):
        raise Refused(fault)
    if len(queries.webhooks_of(uow.session, uow.actor.account_id)) >= WEBHOOKS_MOST:
        raise Refused(Finding("API-9", values={"most": WEBHOOKS_MOST}))
    secret, webhook_id = secret_told(secrets.token_bytes(32)), uuid4()
    made = Webhook(
        county=uow.actor.jurisdiction[:6].ljust(6, "0"), village=uow.actor.jurisdiction, webhook_id=webhook_id,
        client_id=uow.actor.account_id, client_name=uow.actor.name, url=url, kinds=sorted(set(kinds)),
        secret_sealed=seal(secret), set_at=uow.now, ended_at=None, ended_by=None,
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    stage(uow, Entry("exchange.webhook_set", made.county, made.village, str(webhook_id), logged.webhook_facts(made)))
    return made, secret


def end(uow: UnitOfWork, webhook_id: UUID) -> None:
    """End a webhook that the acting desk sees; what is due to it is not sent any more. Raises NotFound."""
    found = queries.webhook(uow.session, webhook_id)
    if found is None:
        raise NotFound()
    found.ended_at, found.ended_by = uow.now, uow.actor.account_id
    uow.session.flush()
    facts = logged.webhook_ended_facts(found)
    stage(uow, Entry("exchange.webhook_ended", found.county, found.village, str(webhook_id), facts))


def send_anew(actor: Actor, delivery_id: UUID) -> None:
    """Let a delivery that was given up be tried again, by an administrator. Raises NotFound, Conflict (API-10), NotAllowed."""
    if not actor.has(Role.ADMINISTRATOR):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.ADMINISTRATOR.value]}))
    with unit_of_work(actor) as uow:
        found = queries.delivery(uow.session, delivery_id)
        if found is None:
            raise NotFound()
        if found.state != "dead":
            raise Conflict(Finding("API-10", values={"state": found.state}))
        found.state, found.next_at = "due", uow.now
