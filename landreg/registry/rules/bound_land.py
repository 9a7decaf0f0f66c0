"""TR, LO: the transfer contracts that run on the land of an act. Pure."""

from __future__ import annotations

from datetime import date

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts, Running
from landreg.registry.rules.ends import taken
from landreg.registry.rules.exit_requests import ExitAsked
from landreg.registry.rules.household_facts import HouseholdActFacts
from landreg.registry.rules.household_requests import (
    Division,
    Exchange,
    HouseholdMerge,
    LandOperation,
    LandOperationChange,
    Operator,
)
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
    "land_operation_change",
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
            if asked.of == "land":
                return asked.codes("parcels_off")
            if asked.of == "held":
                return facts.parcels
            measured = asked.said("registered_area_m2") is not None
            return asked.parcels if measured else facts.parcels if _corrected(facts) else ()
        case asked:
            return tuple(getattr(asked, "parcels", ())) or facts.parcels


def tr_33_contracts_run_on(facts: ActFacts, law: Law) -> Finding | None:
    """TR-33: the transfer contracts on the land go on, and bind who takes it, until their last day, an assignment or an exchange
    until it is registered: a note for the reviewer. RLCL-37, CC-341.
    """
    return None if taken(facts.asked) else _running("TR-33", facts)


def tr_34_contracts_on_ground_that_is_gone(facts: ActFacts, law: Law) -> Finding | None:
    """TR-34: on ground expropriated, or lost, the transfer contracts are carried out no more and bind nobody who takes it: a
    note for the reviewer, who tells their parties. CC-338.
    """
    return _running("TR-34", facts) if taken(facts.asked) else None


def _running(code: str, facts: ActFacts) -> Finding | None:
    against = {one.number for one in _against(facts)}
    running = [one for one in facts.running if not one.own and one.number not in against]
    if not running:
        return None
    return Finding(code, "parcels", {"contracts": [_named(one) for one in running]}, subject=facts.code)


def lo_13_let_to_nobody_else(facts: ActFacts, law: Law) -> Finding | None:
    """LO-13: land that a signed contract lets to another is under no land-operation right over the same days, be it registered
    anew or for longer. RLCL-37, RERR-22.

    Where the right rests on its operator's own contract on the land, the market has seen to it.
    """
    against = _against(facts)
    if not against:
        return None
    field = "term" if _corrected(facts) else "parcels"
    return Finding("LO-13", field, {"contracts": [_named(one) for one in against]}, subject=facts.code)


def lo_15_within_its_contract(facts: ActFacts, law: Law) -> Finding | None:
    """LO-15: a land-operation right that rests on a signed contract of the market has no days and no land beside it; one whose
    operator takes the land by such a contract over its days has none beside that contract's, whatever else it names. Days that
    are added are held against the renewal that has them. RLCL-37, RERR-22.
    """
    days, land = _days(facts), set(land_of(facts))
    if days is None:
        return None
    rested = _rested_on(facts)
    # What it rested on until its last day says nothing of the days that a renewal adds.
    met = [one for one in rested if _meets(one, days)]
    for one in (*(met or rested), *_unnamed(facts, days)):
        beside = sorted(land - one.parcels) if one.own else []
        if beside or days[0] < one.from_on or not _before_its_end(one, days[1] - DAY):
            values = {"number": one.number, "from": one.from_on.isoformat()} | _last(one)
            field = "term" if _corrected(facts) else "last_day"
            return Finding("LO-15", field, values | ({"parcels": beside} if beside else {}), subject=facts.code)
    return None


def _days(facts: ActFacts) -> tuple[date, date] | None:
    """The days, half-open, over which the act lays a land-operation right on land that was under none; None where it lays none."""
    match facts.asked:
        case LandOperation(starts_on=first, last_day=last):
            return first, last + DAY
        case LandOperationChange(last_day=date() as last) if facts.term is not None and last >= facts.term[1]:
            return facts.term[1], last + DAY
        case Correction() if (let := _corrected(facts)) and facts.term is not None and let[1] > facts.term[1]:
            return facts.term[1], let[1]
    return None


def _corrected(facts: ActFacts) -> tuple[date, date] | None:
    """The term, half-open, to which that of a land-operation right is corrected; None of any other act."""
    let: tuple[date, date] | None = getattr(facts, "let", None)
    return let


def _rested_on(facts: ActFacts) -> list[Running]:
    return [one for one in facts.running if one.own and _taken(one, facts)]


def _unnamed(facts: ActFacts, days: tuple[date, date]) -> list[Running]:
    """The contracts by which a new right's operator takes the land over some of its days, though the act names none of them."""
    if not isinstance(facts.asked, LandOperation) or _rested_on(facts):
        return []
    return [one for one in facts.running if one.kind != "retransfer" and _taken(one, facts) and _meets(one, days)]


def _against(facts: ActFacts) -> list[Running]:
    days = _days(facts)
    if days is None or _rested_on(facts):
        return []
    return [one for one in facts.running if one.kind != "retransfer" and _meets(one, days) and not _taken(one, facts)]


def _meets(one: Running, days: tuple[date, date]) -> bool:
    return one.from_on < days[1] and _before_its_end(one, days[0])


def _before_its_end(one: Running, day: date) -> bool:
    return one.until_on is None or day < one.until_on


def _taken(one: Running, facts: ActFacts) -> bool:
    """Whether the operator, as it is or as it is to be, takes the land by the contract."""
    operator = getattr(facts.asked, "operator", None)
    return one.by_holder or (operator is not None and takes(one, operator))


def takes(one: Running, operator: Operator) -> bool:
    """Whether the contract's taker is the operator: the same household, organisation by its code, or person by name."""
    match operator.kind:
        case "household":
            return one.household_id == operator.holder_id
        case "organization":
            return bool(operator.code) and one.code == operator.code
    return one.code == "" and one.taker == operator.name


def _named(one: Running) -> dict[str, str]:
    return {"number": one.number, "kind": one.kind} | _last(one)


def _last(one: Running) -> dict[str, str]:
    return {} if one.until_on is None else {"last": (one.until_on - DAY).isoformat()}
