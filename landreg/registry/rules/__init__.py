"""The register's rules, one module a family; the tuples here say which rules a step asks."""

from landreg.registry.rules import acts
from landreg.registry.rules.certificates import NEW_CERTIFICATES
from landreg.registry.rules.contract import CONTRACT_RULES
from landreg.registry.rules.corrections import CORRECTION_RULES
from landreg.registry.rules.exits import EXIT_RULES
from landreg.registry.rules.homestead import HOMESTEAD_RULES
from landreg.registry.rules.households import HOUSEHOLD_RULES
from landreg.registry.rules.names import NAME_RULES
from landreg.registry.rules.operation import OPERATION_RULES
from landreg.registry.rules.other_means import OTHER_MEANS_RULES
from landreg.registry.rules.parcels import PARCEL_RULES
from landreg.registry.rules.procedure import (
    ACCEPT_RULES,
    NOTICE_RULES,
    REGISTER_RULES,
    REVIEW_RULES,
)
from landreg.registry.rules.renewal import RENEWAL_RULES
from landreg.registry.rules.restriction_changes import CHANGE_RULES

ACT_RULES = {
    **acts.ACT_RULES,
    **RENEWAL_RULES,
    **CHANGE_RULES,
    **PARCEL_RULES,
    **CORRECTION_RULES,
    **HOUSEHOLD_RULES,
    **OPERATION_RULES,
    **OTHER_MEANS_RULES,
    **EXIT_RULES,
    **NEW_CERTIFICATES,
    **NAME_RULES,
}
"""By kind of act: the rules that judge it."""

__all__ = [
    "ACCEPT_RULES",
    "ACT_RULES",
    "CONTRACT_RULES",
    "HOMESTEAD_RULES",
    "NOTICE_RULES",
    "REGISTER_RULES",
    "REVIEW_RULES",
]
