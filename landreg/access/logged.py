"""What the log says of codes, bindings, consents and agents' acts: staged when they are written, and read again by recheck."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from landreg.access import person_queries
from landreg.access.client_model import Client
from landreg.access.model import AgentAct, Binding, Consent, ExternalIdentity, HouseholdCode
from landreg.log.leaf import canonical

Restated = tuple[str, Mapping[str, Any], Mapping[str, str]]
CODE_COURSE = ("code_hash", "attempts", "used_at", "withdrawn_at")
"""Of a code: its secret, and what becomes of it; its use is told by the binding."""
ON_PAPER = ("signed_by", "witness", "sha256", "paper")
"""Of a consent: what only one on paper has."""


def _rest(row: Any, *left_out: str) -> str:
    """A digest over a row's columns, but today's division codes, those that end it (which leaves of their own tell of), and
    `left_out`.
    """
    dropped = {"county", "village", "ended_at", "ended_by", "revoked_at", "revoked_by", "taken_back_by", *left_out}
    names = (column.key for column in row.__table__.columns)
    said = {name: getattr(row, name) for name in names if name not in dropped}
    return hashlib.sha256(canonical(said)).hexdigest()[:32]


def code_facts(row: HouseholdCode) -> tuple[dict[str, Any], dict[str, str]]:
    """Who made a code for which household, until when; personal: for whom."""
    facts = {"household": row.household_code, "by": row.made_by, "expires_at": row.expires_at, "letter": row.by_letter}
    facts["row"] = _rest(row, *CODE_COURSE)
    return facts, {"person": str(row.person_id)}


def binding_facts(row: Binding) -> tuple[dict[str, Any], dict[str, str]]:
    """Which account was bound to which household by which code; personal: as whom."""
    facts = {"household": row.household_code, "account": row.account_id, "code": row.code_id, "by": row.made_by}
    facts["row"] = _rest(row)
    return facts, {"person": str(row.person_id)}


def unbinding_facts(row: Binding) -> dict[str, Any]:
    """Who ended a binding when."""
    return {"household": row.household_code, "by": row.ended_by, "ended_at": row.ended_at}


def consent_facts(row: Consent) -> dict[str, Any]:
    """Who let whom do what for which household, from when until when; of one on paper, by which sheet."""
    facts = {
        "household": row.household_code,
        "given_by": row.given_by,
        "agent": row.agent_id,
        "step": row.step,
        "from_at": row.from_at,
        "until_at": row.until_at,
        "row": _rest(row, *(() if row.sha256 else ON_PAPER)),
    }
    return facts | ({"sha256": row.sha256} if row.sha256 else {})


def revocation_facts(row: Consent) -> tuple[dict[str, Any], dict[str, str]]:
    """Who took a consent back when; personal: which member came to the counter for it."""
    facts = {"household": row.household_code, "by": row.revoked_by, "revoked_at": row.revoked_at}
    return facts, {"came": str(row.taken_back_by)} if row.taken_back_by else {}


def agent_act_facts(row: AgentAct) -> tuple[dict[str, Any], dict[str, str]]:
    """Which agent did what under which consent; personal: the subject in the agent's words."""
    facts = {"consent": row.consent_id, "agent": row.agent_id, "step": row.step, "done_at": row.done_at}
    facts["row"] = _rest(row)
    return facts, {"subject": row.subject}


def province_facts(row: ExternalIdentity) -> tuple[dict[str, Any], dict[str, str]]:
    """Which account was bound to an identity of which provider; personal: who that is there."""
    facts = {"account": row.account_id, "issuer": row.issuer, "bound_at": row.bound_at, "row": _rest(row)}
    return facts, {"subject": row.subject}


def province_ended_facts(row: ExternalIdentity) -> dict[str, Any]:
    """Who ended such a binding when."""
    return {"account": row.account_id, "by": row.ended_by, "ended_at": row.ended_at}


def client_facts(row: Client) -> tuple[dict[str, Any], dict[str, str]]:
    """Who registered which program for what, and by the digest of which secret it is known; personal: who it was by name."""
    facts = {
        "client": row.client_id,
        "name": row.name,
        "scopes": row.scopes,
        "jurisdiction": row.jurisdiction,
        "secret_digest": row.secret_digest.hex(),
        "by": row.opened_by,
        "opened_at": row.opened_at,
    }
    return facts, {"by_name": row.opened_by_name}


def client_ended_facts(row: Client) -> dict[str, Any]:
    """Who shut a program out when."""
    return {"client": row.client_id, "by": row.ended_by, "ended_at": row.ended_at}


def _clients(session: Session) -> Iterator[Restated]:
    for row in session.scalars(sa.select(Client)):
        yield str(row.client_id), *client_facts(row)


def _clients_ended(session: Session) -> Iterator[Restated]:
    for row in session.scalars(
        sa.select(Client).where(sa.or_(Client.ended_at.is_not(None), Client.ended_by.is_not(None)))
    ):
        yield str(row.client_id), client_ended_facts(row), {}


def _codes(session: Session) -> Iterator[Restated]:
    # Who rechecks may read no hash of a code.
    for row in session.scalars(sa.select(HouseholdCode).options(defer(HouseholdCode.code_hash))):
        yield str(row.code_id), *code_facts(row)


def _bindings(session: Session) -> Iterator[Restated]:
    for row in session.scalars(sa.select(Binding)):
        yield str(row.binding_id), *binding_facts(row)


def _unbindings(session: Session) -> Iterator[Restated]:
    for row in session.scalars(
        sa.select(Binding).where(sa.or_(Binding.ended_at.is_not(None), Binding.ended_by.is_not(None)))
    ):
        yield str(row.binding_id), unbinding_facts(row), {}


def _consents(session: Session) -> Iterator[Restated]:
    for row in session.scalars(sa.select(Consent)):
        yield str(row.consent_id), consent_facts(row), {}


def _revocations(session: Session) -> Iterator[Restated]:
    for row in session.scalars(
        sa.select(Consent).where(sa.or_(Consent.revoked_at.is_not(None), Consent.revoked_by.is_not(None)))
    ):
        yield str(row.consent_id), *revocation_facts(row)


def _agent_acts(session: Session) -> Iterator[Restated]:
    for row in session.scalars(sa.select(AgentAct)):
        yield str(row.agent_act_id), *agent_act_facts(row)


def _provinces(session: Session) -> Iterator[Restated]:
    for row in session.scalars(sa.select(ExternalIdentity)):
        yield str(row.external_id), *province_facts(row)


def _provinces_ended(session: Session) -> Iterator[Restated]:
    ended = sa.or_(ExternalIdentity.ended_at.is_not(None), ExternalIdentity.ended_by.is_not(None))
    for row in session.scalars(sa.select(ExternalIdentity).where(ended)):
        yield str(row.external_id), province_ended_facts(row), {}


SOURCES = {
    "account.province_bound": _provinces,
    "account.province_unbound": _provinces_ended,
    "household.code_made": _codes,
    "household.bound": _bindings,
    "household.unbound": _unbindings,
    "consent.given": _consents,
    "consent.revoked": _revocations,
    "agent.acted": _agent_acts,
    "person.entered": person_queries.persons_entered,
    "client.registered": _clients,
    "client.ended": _clients_ended,
}
"""By kind of entry: what the tables say of it now."""
TABLES: Mapping[str, Mapping[str, str]] = {
    "account.province_bound": {"": "access.external_identity"},
    "account.province_unbound": {"": "access.external_identity"},
    "household.code_made": {"": "access.household_code"},
    "household.bound": {"": "access.binding"},
    "household.unbound": {"": "access.binding"},
    "consent.given": {"": "access.consent"},
    "consent.revoked": {"": "access.consent"},
    "agent.acted": {"": "access.agent_act"},
    "person.entered": {"": "identity.person"},
    "client.registered": {"": "access.client"},
    "client.ended": {"": "access.client"},
}
