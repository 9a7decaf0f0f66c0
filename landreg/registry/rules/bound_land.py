"""TR, LO: the transfer contracts that run on the land of an act. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts, Running
from landreg.registry.rules.exit_requests import ExitAsked
from landreg.registry.rules.household_facts import HouseholdActFacts
from landreg.registry.rules.household_requests import Division, Exchange, HouseholdMerge, LandOperation, Operator
from landreg.registry.rules.parcel_requests import Correction

BINDING = (
    "assignment",
    "exchange",
    "division",
    "household_merge",
    "homestead_inheritance",
    "cancellation",
    "exit",
    "part_loss",
    "parcel_split",
    "parcel_merge",
    "boundary_correction",
    "area_change",
    "correction",
    "office_correction",
    "land_operation",
)
"""Acts by which land is another's, another parcel, larger or smaller, under no right, or let: contracts may run on it."""


def land_of(facts: ActFacts) -> tuple[str, ...]:
    """The codes of the parcels that an act moves, cuts, measures anew, gives up or lets."""
    match facts.asked:
        case Division(branches=branches):
            return tuple(code for branch in branches for code in branch.parcels)
        case Exchange(give=give, take=take):
            return (*give, *take)
        case HouseholdMerge():
            return facts.other.parcels if isinstance(facts, HouseholdActFacts) and facts.other else ()
        case ExitAsked(parcels=given, cut=cut) if given or cut:
            return (*given, *([cut] if cut else []))
        case Correction() as asked:
            return asked.parcels if asked.said("registered_area_m2") is not None else ()
        case asked:
            return tuple(getattr(asked, "parcels", ())) or facts.parcels


def tr_33_contracts_run_on(facts: ActFacts, law: Law) -> Finding | None:
    """TR-33: the transfer contracts on the land go on, and bind who takes it, until their last day: a note for the reviewer.
    RLCL-37, CC-341.
    """
    against = {one.number for one in _against(facts)}
    running = [one for one in facts.running if not one.own and one.number not in against]
    if not running:
        return None
    return Finding("TR-33", "parcels", {"contracts": [_named(one) for one in running]}, subject=facts.code)


def lo_13_let_to_nobody_else(facts: ActFacts, law: Law) -> Finding | None:
    """LO-13: land that a signed contract lets to another is under no land-operation right over the same days. RLCL-37, RERR-22.

    Where the right rests on a contract that runs on the land itself, the market has seen to it.
    """
    against = _against(facts)
    if not against:
        return None
    return Finding("LO-13", "parcels", {"contracts": [_named(one) for one in against]}, subject=facts.code)


def _against(facts: ActFacts) -> list[Running]:
    asked = facts.asked
    if not isinstance(asked, LandOperation) or any(one.own for one in facts.running):
        return []
    return [
        one
        for one in facts.running
        if one.kind != "retransfer"
        and one.from_on <= asked.last_day
        and one.until_on > asked.starts_on
        and not _takes(one, asked.operator)
    ]


def _takes(one: Running, operator: Operator) -> bool:
    """Whether the contract's taker is the operator: the same household, organisation by its code, or person by name."""
    match operator.kind:
        case "household":
            return one.household_id == operator.holder_id
        case "organization":
            return bool(operator.code) and one.code == operator.code
    return one.code == "" and one.taker == operator.name


def _named(one: Running) -> dict[str, str]:
    return {"number": one.number, "kind": one.kind, "last": (one.until_on - DAY).isoformat()}
