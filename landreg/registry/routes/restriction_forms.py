"""Forms of restrictions: laid on a right, and changed: a suit on an objection, a seizure renewed, a mortgage of another sum."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.errors import BadInput, Finding
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import RESTRICTIONS, RestrictionAsked
from landreg.web.forms import read_form

LAST_YEAR = 2200
"""No restriction is asked for beyond it: a later year is mistyped."""


@dataclass(frozen=True)
class RestrictionForm:
    """For whom, on which paper, what it secures, and until when; an advance notice: from when it can be registered; a
    mortgage: whether it was agreed not to transfer.
    """

    party: str = field(metadata={"most": 100})
    basis: str = field(metadata={"most": 100})
    amount: Decimal | None = None
    until: date | None = None
    registrable_on: date | None = None
    bars_transfer: bool = False


@dataclass(frozen=True)
class ChangeForm:
    """What is changed, on which paper, and what is new of it."""

    restriction: UUID
    basis: str = field(metadata={"most": 100})
    amount: Decimal | None = None
    until: date | None = None
    registrable_on: date | None = None


def asked(actor: Actor, kind: str) -> RestrictionAsked:
    """A restriction as the form asks for it."""
    given = read_form(RestrictionForm)
    _sensible(until=given.until, registrable_on=given.registrable_on)
    until = None if kind in ("objection_entry", "advance_notice", "dispute_entry") else given.until
    registrable_on = given.registrable_on if kind == "advance_notice" else None
    return RestrictionAsked(
        RESTRICTIONS[kind],
        given.party,
        given.basis,
        given.amount,
        until,
        registrable_on=registrable_on,
        bars_transfer=given.bars_transfer and kind == "mortgage",
    )


def changed(actor: Actor, kind: str) -> RestrictionChange:
    """A change as the form asks for it. Raises BadInput where a mortgage's new sum, or a seizure's new day, lacks."""
    given = read_form(ChangeForm)
    _sensible(until=given.until, registrable_on=given.registrable_on)
    name = {"mortgage_change": "amount", "seizure_renewal": "until", "advance_notice_day": "registrable_on"}.get(kind)
    if name and getattr(given, name) is None:
        raise BadInput(Finding("FORM-1", name))
    if kind == "objection_suit":
        return RestrictionChange(given.restriction, given.basis)
    if kind == "advance_notice_day":
        return RestrictionChange(given.restriction, given.basis, registrable_on=given.registrable_on)
    return RestrictionChange(given.restriction, given.basis, given.amount, given.until)


def _sensible(**days: date | None) -> None:
    wrong = [name for name, day in days.items() if day is not None and day.year > LAST_YEAR]
    if wrong:
        raise BadInput(Finding("FORM-2", name, {"given": str(days[name])}) for name in wrong)
