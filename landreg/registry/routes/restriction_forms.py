"""Forms of restrictions: laid on a right, and changed: a suit on an objection, a seizure renewed, a mortgage of another sum."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.registry.casework import household_queries
from landreg.registry.casework.applications import person_of
from landreg.registry.rules.household_requests import of_other_means
from landreg.registry.rules.identified import KINDS, OFFICIAL
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import RESTRICTIONS, Identified, RestrictionAsked
from landreg.web.forms import collected, read_form

LAST_YEAR = 2200
"""No restriction is asked for beyond it: a later year is mistyped."""


@dataclass(frozen=True)
class RestrictionForm:
    """On which paper, what it secures, and until when; an advance notice: from when it can be registered; a mortgage: whether it
    was agreed not to transfer.
    """

    basis: str = field(metadata={"most": 100})
    amount: Decimal | None = None
    until: date | None = None
    registrable_on: date | None = None
    bars_transfer: bool = False


@dataclass(frozen=True)
class OfficeForm:
    """Whose order or file it is, by the name that the paper says."""

    party: str = field(metadata={"most": 100})


@dataclass(frozen=True)
class PartyForm:
    """Whom it stands for: of which kind, and the fields of that kind."""

    party_kind: str
    party: str = field(default="", metadata={"most": 100})
    uscc: str = field(default="", metadata={"most": 20})
    id_number: str = field(default="", metadata={"most": 20})
    household: str = field(default="", metadata={"most": 18})


@dataclass(frozen=True)
class ChangeForm:
    """What is changed, on which paper, and what is new of it."""

    restriction: UUID
    basis: str = field(metadata={"most": 100})
    amount: Decimal | None = None
    until: date | None = None
    registrable_on: date | None = None


def parties_of(kind: str, right_kind: str, code: str) -> tuple[str, ...]:
    """Of which kinds they may be whom a restriction of a kind of act stands for; none where an office's paper says it."""
    if RESTRICTIONS.get(kind, "seizure") in OFFICIAL:
        return ()
    contracted = right_kind in ("contract_management", "land_operation") and not of_other_means(right_kind, code)
    if kind == "mortgage" and contracted:
        return ("organization",)
    return ("household",) if kind == "advance_notice" and right_kind == "contract_management" else KINDS


def asked(actor: Actor, kind: str) -> RestrictionAsked:
    """A restriction as the form asks for it; its faults and those of whom it stands for are told at once."""
    faults: list[Finding] = []
    with collected(faults):
        given = read_form(RestrictionForm)
        _sensible(until=given.until, registrable_on=given.registrable_on)
    with collected(faults):
        party, whose = _party(actor, kind)
    if faults:
        raise BadInput(faults)
    until = None if kind in ("objection_entry", "advance_notice", "dispute_entry") else given.until
    registrable_on = given.registrable_on if kind == "advance_notice" else None
    return RestrictionAsked(
        RESTRICTIONS[kind],
        party,
        given.basis,
        given.amount,
        until,
        registrable_on=registrable_on,
        bars_transfer=given.bars_transfer and kind == "mortgage",
        whose=whose,
    )


def _party(actor: Actor, kind: str) -> tuple[str, Identified | None]:
    """The name of whom it stands for, and who that is; a person is entered where new, whatever becomes of the case."""
    if RESTRICTIONS[kind] in OFFICIAL:
        return read_form(OfficeForm).party, None
    return party_given(actor, read_form(PartyForm))


def party_given(actor: Actor, given: PartyForm) -> tuple[str, Identified]:
    """The name of who is named with a code or an identity number, and who that is. Raises BadInput where it is not all said."""
    match given.party_kind:
        case "household":
            with unit_of_work(actor) as uow:
                found = household_queries.household_of(uow.session, tidy(given.household))
            if found is None:
                raise BadInput(Finding("RES-14", "household", {"given": given.household}))
            return found.name, Identified("household", found.code, found.household_id)
        case "organization":
            _all(party=given.party, uscc=given.uscc)
            return given.party, Identified("organization", tidy(given.uscc))
        case "person":
            _all(party=given.party, id_number=given.id_number)
            return given.party, Identified("person", "", person_of(actor, given.party, tidy(given.id_number), "party"))
    raise BadInput(Finding("FORM-5", "party_kind", {"given": given.party_kind[:20]}))


def _all(**texts: str) -> None:
    """Raises BadInput for those of the fields that are empty."""
    if lacking := [name for name, text in texts.items() if not text.strip()]:
        raise BadInput(Finding("FORM-1", name) for name in lacking)


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
