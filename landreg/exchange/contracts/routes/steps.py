"""Which steps may come next in the life of a contract, and the closed lists of their forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from landreg.exchange.contracts.life import AGREED
from landreg.exchange.contracts.model import ContractEvent
from landreg.exchange.contracts.routes.forms import words
from landreg.exchange.contracts.rules.below import WORDS
from landreg.exchange.contracts.rules.closing import (
    ABOUT,
    BREACH,
    FIXTURES,
    forums_of,
    moved_for_good,
)
from landreg.exchange.contracts.rules.course import (
    GROUNDS,
    OUTCOMES,
    Asked,
    Course,
    asked_to_remedy,
    stage,
    waits_for_remedy,
)
from landreg.exchange.contracts.rules.outcomes import BY_PAPER, DOCUMENTS, UNPROVEN
from landreg.exchange.contracts.rules.rent import PAYERS, ZERO
from landreg.exchange.contracts.rules.service import NOT_OF, OF_SERVICE, SERVICE
from landreg.exchange.contracts.rules.uses import OUTSIDE_FARMING
from landreg.exchange.contracts.telling import ends_freely
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.listings.rules.land import MOVING
from landreg.web import i18n

LIVING = ("signed", "running", "over")
STEPS: Mapping[str, tuple[str, ...]] = {
    "payment": (*LIVING, "disputed", "ending", "ended"), "remedy": LIVING, "remedied": LIVING, "renewal_asked": ("running", "over"),
    "dividend": ("running", "over", "ending", "ended"), "end": LIVING, "terminate": LIVING, "parent_end": LIVING,
    "dispute": (*LIVING, "ending", "ended"), "outcome": ("disputed", "ending", "ended"), "return": ("ended",),
}  # fmt: skip
"""By step at the desk: the stages at which it may come."""
REMEDIES = ("arrears", "use", "idle", "damage", "other")
OF_LENT = ("remedy", "remedied", "renewal_asked", "dividend", "terminate")
"""Steps of land that comes back: none of a contract that moves the right itself."""
OF_ENDED, OF_RUNNING = ("stands", "ended"), ("hand_back",)
"""Outcomes that no contract has that has ended, and none that has not."""


def never(found: Whole, step: str) -> bool:
    """Whether a step is none of this contract's at any stage: it moves the right itself, has moved it, or transfers nothing."""
    kind = found.contract.kind
    gone = moved_for_good(kind, registered=found.of("registered") is not None)
    if step == "parent_end" and found.contract.relation != "retransfer":
        return True
    return (kind in MOVING and (step in OF_LENT or (step == "end" and gone))) or step in NOT_OF.get(kind, ())


def steps_of(found: Whole, on: date) -> list[str]:
    """The steps that may come next in the life of a contract, as its page offers them."""
    course, row = found.course(on), found.contract
    where, owed = stage(course), found.next is not None
    lacking = {
        "payment": not owed,
        "remedied": not any(waits_for_remedy(course, side) for side in PAYERS),
        "dividend": row.kind != "share",
        "parent_end": row.relation != "retransfer",
        "dispute": course.disputed,
        "outcome": not course.disputed,
        "return": found.of("returned") is not None,
    }
    return [
        name
        for name, stages in STEPS.items()
        if where in stages and not lacking.get(name, False) and not never(found, name)
    ]


def lists(
    found: Whole, *, ended: bool, of_organisation: bool, wrong: ContractEvent | None = None, ran_out: bool = False
) -> dict[str, Any]:
    """The closed lists of the forms of steps: outcomes of a contract that has ended or has not, ends that its taker may come to.
    wrong: what is corrected. ran_out: the days of its mediation are over.
    """
    row = found.contract
    outside = row.kind in (*OUTSIDE_FARMING, SERVICE)
    grounds = (BREACH,) if outside else (*GROUNDS, BREACH)
    remedies = tuple(one for one in REMEDIES if one != "idle") if outside else REMEDIES
    remedies = OF_SERVICE if row.kind == SERVICE else remedies
    brought = found.of("disputed")
    forum = str(brought.facts.get("forum", "")) if brought else ""
    void = found.contract.void and (wrong is None or wrong.facts.get("outcome") != "void")
    sayable = {one for paper in DOCUMENTS.get(forum, ()) for one in BY_PAPER[paper]}
    sayable |= set(UNPROVEN if ran_out else ("withdrawn",))
    never = (*(OF_ENDED if ended else OF_RUNNING), *(("void",) if void else ()))
    ends = tuple(one for one in AGREED if of_organisation or one != "dissolved")
    return {
        "ends": words("contract_end", ends), "grounds": words("contract_ground", grounds),
        "remedies": words("contract_remedy", remedies), "forums": words("contract_forum", forums_of(row.kind)),
        "abouts": words("contract_about", ABOUT), "payers": words("contract_side", PAYERS),
        "outcomes": words("contract_outcome", tuple(one for one in OUTCOMES if one in sayable and one not in never)),
        "fixtures": words("contract_fixtures", FIXTURES), "documents": words("contract_document", DOCUMENTS.get(forum, ())),
        "owing": words("contract_side", found.owing), "below_words": words("below_word", WORDS),
    }  # fmt: skip


def awarded_over(found: Whole, wrong: ContractEvent | None, on: date) -> dict[str, Any]:
    """The dues that an outcome may award over: of which something is left over their day, or which the outcome that is corrected
    named.
    """
    named = tuple(wrong.facts.get("covers", {})) if wrong else ()
    own = [one for one in found.settled if one.late(on) or str(one.due.position) in named]
    return {
        "covered": named,
        "of_dues": [
            (
                str(one.due.position),
                f"{i18n.shown_term(one.due.payer, 'contract_side')} · {i18n.shown_day(one.due.due_on)} · "
                + (f"{one.left_kg} kg" if one.due.in_kind else f"{one.left:,.2f} {_('元')}"),
            )
            for one in own
        ],
    }


def if_ended(found: Whole, on_day: date) -> dict[str, Any]:
    """What stays owed if it ended on a day, in yuan and in kg, and what was paid beyond that, which goes back."""
    due = found.settled_until(on_day)
    return {
        "stays_owed": (sum((one.left for one in due), ZERO), sum((one.left_kg for one in due), ZERO)),
        "goes_back": found.beyond(due),
    }


def notices(course: Course) -> tuple[Asked, ...]:
    """What either side was asked to mend, by the notice that was served last for it."""
    return tuple(one for side in PAYERS for one in asked_to_remedy(course, side))


def ends_by(course: Course, kind: str) -> tuple[str, ...]:
    """Who may end a contract alone: the side that asked the other to mend something, either where neither did; of farmland the
    contractor in any case, on the grounds of RLCL-42.
    """
    by_law = () if ends_freely(kind, "contractor") else ("contractor",)
    asking = tuple(side for side in PAYERS if any(one != side for one in PAYERS if asked_to_remedy(course, one)))
    return tuple(side for side in PAYERS[::-1] if side in (*by_law, *(asking or PAYERS)))
