"""Effects: from the facts of a case to the rows that its act opens and closes. Pure.

The reviewer sees the same `Changes` that `registry.booking` writes.
"""

from landreg.registry.effects.changes import Changes, Line, Opened, RightBundle, Standing, difference
from landreg.registry.effects.first import (
    ContractRegistration,
    HomesteadRegistration,
    ParcelOfRight,
    register_contract,
    register_homestead,
)

__all__ = [
    "Changes",
    "ContractRegistration",
    "HomesteadRegistration",
    "Line",
    "Opened",
    "ParcelOfRight",
    "RightBundle",
    "Standing",
    "difference",
    "register_contract",
    "register_homestead",
]
