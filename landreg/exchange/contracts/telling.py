"""Whether a side may tell the other what it does alone: that something is to be remedied, that it ends the contract. Asked as the
letter is printed, and again as its delivery is recorded.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from landreg.core.errors import BadInput, Finding
from landreg.exchange.contracts.rules.closing import con_37_no_transfer_of_farmland_ends_by_breach
from landreg.exchange.contracts.rules.course import Ending, con_7_ended_on_the_law_s_grounds, con_9_no_open_dispute
from landreg.exchange.contracts.rules.rent import PAYERS
from landreg.exchange.contracts.rules.service import OF_SERVICE, SERVICE, asked_of
from landreg.exchange.contracts.rules.stepping import (
    Notice,
    con_66_notice_says_what_is_wrong,
    con_67_end_is_told_with_its_facts,
)
from landreg.exchange.contracts.rules.uses import OUTSIDE_FARMING
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law, terms


def asked_to_remedy(found: Whole, law: Law, what: str, said: str, told_on: date) -> Finding | None:
    """CON-66 of a notice to remedy that is told on a day. Raises BadInput (FORM-5) for what no notice of this contract asks."""
    kind, signed = found.contract.kind, found.of("signed")
    if what not in (OF_SERVICE if kind == SERVICE else terms("contract_remedy")):
        raise BadInput(Finding("FORM-5", "what", {"given": what[:40]}))
    yuan, kg = overdue(found, law.on)
    owed_any = what != "arrears" or yuan > 0 or kg > 0
    told = Notice(found.contract.number, said, told_on, signed.on_day if signed else law.on, law.on, owed_any)
    return con_66_notice_says_what_is_wrong(told, law)


def overdue(found: Whole, on: date) -> tuple[Decimal, Decimal]:
    """What a notice of arrears asks for on a day: yuan, of a service its fee, and kg of grain."""
    course = found.course(on)
    return course.fee_late if found.contract.kind == SERVICE else course.arrears, course.arrears_kg


def ends_alone(
    found: Whole, law: Law, ground: str, on_day: date, said: str, told_on: date | None, *, since: date | None = None,
    side: str = "contractor", has_paper: bool = True,
) -> list[Finding]:  # fmt: skip
    """What stands against a side's ending the contract alone (CON-7, CON-9, CON-37, CON-67). Raises BadInput (FORM-5) for a side
    that cannot.
    """
    kind, notice, course = found.contract.kind, found.of("remedy_asked"), found.course(law.on)
    if side not in (PAYERS if kind == SERVICE else ("contractor",)):
        raise BadInput(Finding("FORM-5", "side", {"given": side[:40]}))
    of_whom = asked_of(kind, str(notice.facts.get("what", "")) if notice else "")
    ending = Ending(course, ground, on_day, since, has_paper, "terminated", side=side, asked_of=of_whom)
    outside = kind in (*OUTSIDE_FARMING, SERVICE)
    by_law = con_37_no_transfer_of_farmland_ends_by_breach if outside else con_7_ended_on_the_law_s_grounds
    told = Notice(course.number, said, told_on, course.from_on, on_day)
    findings = (con_9_no_open_dispute(course, law), by_law(ending, law), con_67_end_is_told_with_its_facts(told, law))
    return [one for one in findings if one is not None]
