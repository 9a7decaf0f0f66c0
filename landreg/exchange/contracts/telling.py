"""Whether a side may tell the other what it does alone: that something is to be remedied, that it ends the contract. Asked as the
letter is printed, and again as its delivery is recorded.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from landreg.core.errors import BadInput, Finding
from landreg.exchange.contracts.rules import rent
from landreg.exchange.contracts.rules.closing import BREACH, con_37_ended_by_who_kept_it
from landreg.exchange.contracts.rules.course import (
    Ending,
    con_7_ended_on_the_law_s_grounds,
    con_9_no_open_dispute,
)
from landreg.exchange.contracts.rules.course import asked_to_remedy as asked_to_remedy_of
from landreg.exchange.contracts.rules.rent import PAYERS
from landreg.exchange.contracts.rules.service import OF_SERVICE, OF_TAKER, SERVICE
from landreg.exchange.contracts.rules.stepping import (
    Notice,
    con_66_notice_says_what_is_wrong,
    con_67_end_is_told_with_its_facts,
)
from landreg.exchange.contracts.rules.unpaid import ARREARS, Blamed, con_99_arrears_are_demanded_as_such
from landreg.exchange.contracts.rules.uses import OUTSIDE_FARMING
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law, terms


def asked_to_remedy(found: Whole, law: Law, what: str, side: str, said: str, told_on: date) -> Finding | None:
    """CON-66, CON-99 of a notice to remedy that is told to a side on a day. Raises BadInput (FORM-5) for what no notice of this
    contract asks, or not of this side.
    """
    kind = found.contract.kind
    if side not in PAYERS:
        raise BadInput(Finding("FORM-5", "side", {"given": side[:40]}))
    known = OF_SERVICE if kind == SERVICE else terms("contract_remedy")
    if what not in known or (side == "contractor" and what in OF_TAKER):
        raise BadInput(Finding("FORM-5", "what", {"given": what[:40]}))
    due_on = found.course(law.on).owed_since(side) if what == ARREARS else None
    since, owed = found.signed_on(law.on), what != ARREARS or due_on is not None
    told = Notice(found.contract.number, said, told_on, since, law.on, owed, due_on)
    plain = con_99_arrears_are_demanded_as_such(Blamed(found.contract.number, what, said), law)
    return plain or con_66_notice_says_what_is_wrong(told, law)


def demanded(found: Whole, side: str, told_on: date) -> dict[str, Any]:
    """What a notice of arrears demands of a side that it reached on a day, as it is recorded: the sum, in yuan and in kg of grain,
    and the days on which it was due.
    """
    late = [one for one in found.settled if one.late(told_on) and one.due.payer == side]
    yuan, kg = rent.arrears(late, told_on), rent.arrears_kg(late, told_on)
    days = sorted({one.due.due_on.isoformat() for one in late})
    return {"arrears": str(yuan), **({"arrears_kg": str(kg)} if kg else {}), "due_on": days}


def ends_freely(kind: str, side: str) -> bool:
    """Whether a side ends a contract of a kind alone by CON-37: any but the contractor of farmland, who has RLCL-42 (CON-7)."""
    return side != "contractor" or kind in (*OUTSIDE_FARMING, SERVICE)


def ends_alone(
    found: Whole, law: Law, ground: str, on_day: date, said: str, told_on: date | None, *, since: date | None = None,
    side: str = "contractor", has_paper: bool = True,
) -> list[Finding]:  # fmt: skip
    """What stands against a side's ending the contract alone (CON-7, CON-9, CON-37, CON-67). Raises BadInput (FORM-5) for who is
    none.
    """
    course = found.course(law.on)
    if side not in PAYERS:
        raise BadInput(Finding("FORM-5", "side", {"given": side[:40]}))
    ending = Ending(course, ground, on_day, since, has_paper, "terminated", side=side)
    freely = ends_freely(found.contract.kind, side)
    by_law = con_37_ended_by_who_kept_it if freely else con_7_ended_on_the_law_s_grounds
    told = Notice(course.number, said, told_on, course.from_on, on_day)
    findings = [con_9_no_open_dispute(course, law), by_law(ending, law), con_67_end_is_told_with_its_facts(told, law)]
    if ground in ("serious_breach", BREACH):
        notices = asked_to_remedy_of(course, ending.other, on_day)
        blamed = Blamed(course.number, ground, said, notices, any(course.overdue_of(ending.other)))
        findings.append(con_99_arrears_are_demanded_as_such(blamed, law))
    return [one for one in findings if one is not None]
