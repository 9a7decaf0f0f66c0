"""The register's rules, one module a family; the tuples here say which rules a step asks."""

from landreg.registry.rules.acts import ACT_RULES
from landreg.registry.rules.contract import CONTRACT_RULES
from landreg.registry.rules.homestead import HOMESTEAD_RULES
from landreg.registry.rules.procedure import (
    ACCEPT_RULES,
    NOTICE_RULES,
    REGISTER_RULES,
    REVIEW_RULES,
)

__all__ = [
    "ACCEPT_RULES",
    "ACT_RULES",
    "CONTRACT_RULES",
    "HOMESTEAD_RULES",
    "NOTICE_RULES",
    "REGISTER_RULES",
    "REVIEW_RULES",
]
