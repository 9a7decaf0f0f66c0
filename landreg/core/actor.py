"""Who acts: roles, desks (one database login each), jurisdiction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

PREFECTURE = "6109"


class Role(StrEnum):
    """What an account may do; see domain.md, people who use it."""

    SURVEYOR = "surveyor"
    REGISTRAR = "registrar"
    REVIEWER = "reviewer"
    OPERATOR = "operator"
    FARMER = "farmer"
    AGENT = "agent"
    TAKER = "taker"
    SETTLEMENT_OFFICER = "settlement_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PUBLIC = "public"


class Desk(StrEnum):
    """A database login: `landreg_<desk>`. The owner runs migrations only."""

    OWNER = "owner"
    REGISTRY = "registry"
    EXCHANGE = "exchange"
    CITIZEN = "citizen"
    SETTLEMENT = "settlement"
    AUDITOR = "auditor"
    PUBLIC = "public"
    WORKER = "worker"


@dataclass(frozen=True)
class Actor:
    """One account at one desk. jurisdiction: a prefix of at least four digits of the 12-digit division code, or ''."""

    account_id: UUID
    name: str
    desk: Desk
    roles: frozenset[Role] = frozenset()
    jurisdiction: str = ""
    household: UUID | None = None

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds one of the roles."""
        return not self.roles.isdisjoint(roles)

    def reaches(self, division: str) -> bool:
        """Whether a text is the code of a division, or the beginning of one, within the jurisdiction."""
        plain = division.isascii() and division.isdigit() and len(division) <= 12
        return plain and division.startswith(self.jurisdiction)


WORKER = Actor(UUID(int=1), "系统", Desk.WORKER, frozenset(), PREFECTURE)
NOBODY = Actor(UUID(int=0), "公众", Desk.PUBLIC, frozenset({Role.PUBLIC}))
