"""The province's sign-on: which account an external identity is, bound by its owner, found by issuer and subject."""

from __future__ import annotations

from uuid import UUID, uuid4

import sqlalchemy as sa

from landreg.access import logged, queries, sessions
from landreg.access.model import ExternalIdentity, Session
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, NotFound, Refused
from landreg.log.leaf import Entry
from landreg.log.store import stage


def sign_on(door: Actor, issuer: str, subject: str) -> str:
    """Begin a session of the account that is bound to an identity which the provider has vouched for; its token.

    Raises LoginFailed (ACC-27) when none is, or it is locked.
    """
    with unit_of_work(door) as uow:
        account_id = queries.account_of_identity(uow.session, issuer, subject)
        if account_id is None:
            raise sessions.LoginFailed(Finding("ACC-27"))
        return sessions.open_session(uow, account_id, method="oidc")


def bind(actor: Actor, issuer: str, subject: str) -> None:
    """Bind one's own account. actor: at the process's own desk (`policy.own_affairs`).

    Raises Refused (ACC-28) when identity or account is bound already.
    """
    with unit_of_work(actor) as uow:
        row = ExternalIdentity(
            external_id=uuid4(), issuer=issuer, subject=subject, account_id=actor.account_id, bound_at=uow.now,
            ended_at=None, ended_by=None,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        facts, personal = logged.province_facts(row)
        county = actor.jurisdiction[:6].ljust(6, "0")
        stage(uow, Entry("account.province_bound", county, actor.jurisdiction, str(row.external_id), facts, personal))


def unbind(actor: Actor, issuer: str) -> None:
    """End one's own binding; sessions of the account that came by it end. Raises NotFound without one."""
    with unit_of_work(actor) as uow:
        row = queries.identity_of_account(uow.session, issuer, actor.account_id)
        if row is None:
            raise NotFound(Finding("ACC-17"))
        _end(uow, row, actor.jurisdiction)


def unbind_for(administrator: Actor, account_id: UUID) -> None:
    """End every binding of another's account, as when a telephone is lost or somebody leaves.

    Raises NotFound outside the administrator's jurisdiction or without a binding, Refused (ACC-13) for one's own account.
    """
    if account_id == administrator.account_id:
        raise Refused(Finding("ACC-13", "account", {"login": administrator.name}))
    with unit_of_work(administrator) as uow:
        account = queries.account_within(uow.session, account_id, administrator.jurisdiction)
        rows = queries.identities_of_account(uow.session, account_id) if account else ()
        if account is None or not rows:
            raise NotFound(Finding("ACC-17"))
        for row in rows:
            _end(uow, row, account.jurisdiction)


def _end(uow: UnitOfWork, row: ExternalIdentity, jurisdiction: str) -> None:
    row.ended_at, row.ended_by = uow.now, uow.actor.account_id
    uow.session.flush()
    uow.session.execute(
        sa.update(Session)
        .where(Session.account_id == row.account_id, Session.method == "oidc", Session.ended_at.is_(None))
        .values(ended_at=sa.func.clock_timestamp())
    )
    county = jurisdiction[:6].ljust(6, "0")
    facts = logged.province_ended_facts(row)
    stage(uow, Entry("account.province_unbound", county, jurisdiction, str(row.external_id), facts))


def bound(door: Actor, issuer: str, account_id: UUID) -> bool:
    """Whether an account is bound to an identity of this issuer."""
    with unit_of_work(door) as uow:
        return queries.identity_of_account(uow.session, issuer, account_id) is not None
