"""EXIT: what an exit's act must rest on when it is registered, beside what every act asks. The procedure before it is in
`landreg.exit`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from landreg.core.errors import Finding
from landreg.core.periods import months_after
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.acts import (
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
)
from landreg.registry.rules.bound_land import tr_33_contracts_run_on
from landreg.registry.rules.exit_requests import ExitAsked
from landreg.registry.rules.fixed_land import reg_43_land_as_applied_for
from landreg.registry.rules.parcels import Ground, par_1_shape_is_sound, par_2_children_add_up, par_16_area_is_some
from landreg.registry.rules.restrictions import RESTRICTED


@dataclass(frozen=True)
class ExitFacts(ActFacts):
    """What an exit's act is about, with how its procedure stands.

    agreed: the whole compensation in yuan, None before an agreement. noticed_on: in writing to the collective. contracted:
    contracted land goes back. over: it was taken back or has lapsed. taker_*: of the household that takes the land over: its
    collective, whether it holds a contract of the same term, whether it has a homestead; None without a taker. before, after: of
    a parcel of which a drawn part goes back; fault: of what is drawn.
    """

    agreed: Decimal | None = None
    paid: Decimal = Decimal(0)
    noticed_on: date | None = None
    contracted: bool = False
    homestead: bool = False
    over: bool = False
    taker_collective: str | None = None
    taker_same_term: bool = False
    taker_has_homestead: bool = False
    most_years_on: date | None = None
    before: tuple[Ground, ...] = ()
    after: tuple[Ground, ...] = ()
    fault: str = ""


def exit_2_half_a_year_before(facts: ExitFacts, law: Law) -> Finding | None:
    """EXIT-2: contracted land goes back half a year after written notice. 农村土地承包法 第三十条 (RLCL-30)."""
    asked = facts.asked
    if not facts.contracted or not isinstance(asked, ExitAsked) or asked.taker_id is not None:
        return None
    earliest = facts.noticed_on and months_after(facts.noticed_on, law.days("EXIT-2.notice_months"))
    if earliest is not None and (facts.today or law.on) >= earliest:
        return None
    return Finding("EXIT-2", "notice", {"noticed": facts.noticed_on, "earliest": earliest}, subject=facts.code)


def exit_3_ends_when_paid(facts: ExitFacts, law: Law) -> Finding | None:
    """EXIT-3: the right ends only when the compensation that was agreed is paid. RLCL-27, RLCL-30, LAL-62."""
    if facts.agreed is not None and facts.paid >= facts.agreed:
        return None
    return Finding("EXIT-3", "payment", {"agreed": facts.agreed, "paid": facts.paid}, subject=facts.code)


def exit_4_not_taken_back(facts: ExitFacts, law: Law) -> Finding | None:
    """EXIT-4: what the household took back, or what has lapsed, is not registered. RLCL-27."""
    return Finding("EXIT-4", "state", {}, subject=facts.code) if facts.over else None


def exit_5_whole_part_or_for_years(facts: ExitFacts, law: Law) -> Finding | None:
    """EXIT-5: a whole exit names no parcel, a part names some or is drawn on one and leaves some land, a temporary one is either,
    has its day and goes to the collective alone. domain.md EXIT-5.
    """
    asked = facts.asked
    if not isinstance(asked, ExitAsked) or not facts.in_force:
        return None
    most = law.days("EXIT-5.most_years")
    own, given = {*facts.parcels}, {*asked.parcels}
    sound = given <= own and (not given or facts.contracted)
    drawn = not asked.cut or (facts.contracted and asked.cut in own - given)
    match asked.mode:
        case "whole":
            sound = sound and not given and not asked.cut and asked.returns_on is None
        case "part":
            sound = sound and drawn and bool(given or asked.cut) and given != own and asked.returns_on is None
        case "temporary":
            day, today = asked.returns_on, facts.today or law.on
            sound = (
                sound
                and drawn
                and day is not None
                and today < day <= months_after(today, 12 * most)
                and asked.taker_id is None
            )
        case _:
            sound = False
    return None if sound else Finding("EXIT-5", _extent(asked, given, own), {"most": most}, subject=facts.code)


def _extent(asked: ExitAsked, given: set[str], own: set[str]) -> str:
    """The field of an application that is at fault in its extent, as far as one is."""
    if asked.mode == "temporary" and asked.returns_on is None:
        return "years"
    if asked.mode == "temporary" and asked.taker_id is not None:
        return "taker"
    return "parcel" if given - own or (asked.mode == "part" and given == own) else "mode"


def exit_10_taker_of_the_collective(facts: ExitFacts, law: Law) -> Finding | None:
    """EXIT-10: within the collective another household of it takes the land over, whose own right can take it in. RLCL-34."""
    asked = facts.asked
    if not isinstance(asked, ExitAsked) or asked.taker_id is None:
        return None
    sound = asked.taker_id != facts.holder and facts.taker_collective == facts.collective
    sound = sound and (facts.taker_same_term or not facts.contracted)
    if sound and not (facts.homestead and facts.taker_has_homestead):
        return None
    return Finding("EXIT-10", "taker", {}, subject=facts.code)


def lo_5_operated_land(facts: ExitFacts, law: Law) -> Finding | None:
    """LO-5: a registered land-operation right ends by its own act before the land under it is given back. CC-340, RLCL-42."""
    asked = facts.asked
    if not isinstance(asked, ExitAsked):
        return None
    given = (*asked.parcels, asked.cut) if asked.parcels or asked.cut else facts.parcels
    rights = sorted({facts.operated[code] for code in given if code in facts.operated})
    return Finding("LO-5", "parcels", {"rights": rights}, subject=facts.code) if rights else None


EXIT_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "exit": (
        reg_20_documents_complete,
        reg_21_still_in_force,
        reg_29_held_as_applied_for,
        reg_43_land_as_applied_for,
        *RESTRICTED,
        exit_2_half_a_year_before,
        exit_3_ends_when_paid,
        exit_4_not_taken_back,
        exit_5_whole_part_or_for_years,
        exit_10_taker_of_the_collective,
        lo_5_operated_land,
        tr_33_contracts_run_on,
        par_1_shape_is_sound,
        par_2_children_add_up,
        par_16_area_is_some,
    ),
}
"""By kind of act: the rules that judge it. What comes back with its day is judged by nobody."""
AT_THE_END = frozenset(("EXIT-2", "EXIT-3"))
"""What its procedure brings about: asked when the case is accepted, not when it is opened."""
