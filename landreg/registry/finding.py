"""What the search box finds: one list for each kind of thing, each read by an index of its own.

By number or code from its beginning, a case also by the last digits of its number and a parcel by the last part of its code; by
name from its beginning or as lists mask it, with the place beside it or alone; by exact citizen ID through its keyed digest.
What is compared under row-level security is compared by operators that are leakproof
(architecture.md 10): equality, and ranges in "C". Persons are shown by masked name and number; who wants more opens them,
and that is logged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.access import identity
from landreg.core.codes import citizen_id_fault, uscc_fault
from landreg.core.db import UnitOfWork
from landreg.core.periods import beijing_day
from landreg.core.tables import in_force
from landreg.land import parcel_queries
from landreg.land import queries as land
from landreg.land.queries import prefixed, prefixed_by, prefixes
from landreg.party.model import Household
from landreg.registry import typed
from landreg.registry.casebook import Act, Case, Certificate
from landreg.registry.casework.other_side_queries import cases_beside
from landreg.registry.found_parties import PersonFound, held_by_code, held_by_name, held_by_person, left_by, members
from landreg.registry.model import Right
from landreg.registry.shelves import certificates_statement, issued_to

FOUND = 10
"""Of each kind; who needs more goes to its list."""
NAMESAKES = 200
PLACES = 50
"""Divisions of one beginning among which a name is looked for."""
LAST_BIRTH = date(2099, 12, 31)
MASK = "*"
Row = TypeVar("Row")


@dataclass(frozen=True)
class Found:
    """What was found, by kind."""

    households: Sequence[Household] = ()
    persons: Sequence[PersonFound] = ()
    cases: Sequence[Case] = ()
    rights: Sequence[Right] = ()
    certificates: Sequence[Any] = ()
    acts: Sequence[Act] = ()
    parcels: Sequence[Any] = ()
    divisions: Sequence[Any] = ()

    @property
    def villages(self) -> list[str]:
        """The villages of all of it, to be named."""
        rows = (*self.households, *self.cases, *self.rights, *self.parcels, *(one.household for one in self.persons))
        return [row.village for row in rows]

    def __bool__(self) -> bool:
        kinds = (self.households, self.persons, self.cases, self.rights, self.certificates, self.acts, self.parcels)
        return any((*kinds, self.divisions))


def is_citizen_id(text: str) -> bool:
    """Whether this is a citizen ID, which belongs into no address. One in eleven codes of households has its check digit: but
    hardly its day of birth.
    """
    return citizen_id_fault(typed.folded(text).upper(), LAST_BIRTH) is None


def search(uow: UnitOfWork, text: str) -> Found:
    """Everything of the actor's jurisdiction that a text means, FOUND of each kind; nothing for an empty one."""
    plain = typed.folded(text)
    if not plain:
        return Found()
    # A plan that is kept knows not how many begin so: it goes by codes where the division's own lie together by villages.
    uow.session.execute(sa.text("SET LOCAL plan_cache_mode = force_custom_plan"))
    if is_citizen_id(plain):
        return _by_citizen_id(uow, plain.upper()) or _by_number(uow, plain.upper())
    if plain.isascii():
        return _by_number(uow, plain.upper())
    number = typed.certificate_number(text)
    if number is not None:
        certificates = _certificates(uow.session, uow.actor.jurisdiction, Certificate.number == number)
        return Found(certificates=certificates)
    if MASK in plain[1:]:
        return _by_masked_name(uow, plain)
    name, place = typed.name_and_place(text)
    return (place and _in_place(uow, name, place)) or _by_name(uow, name + place)


def _by_citizen_id(uow: UnitOfWork, number: str) -> Found:
    person = identity.find(uow, id_number=number)
    if person is None:
        return Found()
    held = held_by_person(uow.session, uow.actor.jurisdiction, person, FOUND)
    return Found(persons=[*members(uow, [person], FOUND), *left_by(uow, person, FOUND)][:FOUND], rights=held)


def _by_number(uow: UnitOfWork, text: str) -> Found:
    session, within = uow.session, uow.actor.jurisdiction
    if uscc_fault(text) is None and (held := held_by_code(session, within, text, FOUND)):
        return Found(rights=held)
    by_number = _cases(session, within, "number", text)
    by_subject = _own_first(text, within, lambda code: _cases(session, within, "subject_code", code))
    by_end = _ended(uow, text)
    return Found(
        households=_own_first(text, within, lambda code: _coded(session, within, Household, code)),
        cases=_once([*by_end, *by_number, *by_subject])[:FOUND],
        rights=_own_first(text, within, lambda code: _coded(session, within, Right, code)),
        certificates=session.execute(_by_serial(), {**prefixes(within=within), "serial": text}).all(),
        acts=session.scalars(_acts(), prefixes(within=within, number=text)).all(),
        parcels=_parcels(session, within, text),
    )


def _parcels(session: Session, within: str, text: str) -> Sequence[Any]:
    if typed.is_unit_tail(text):
        return parcel_queries.parcels_ended(session, within, text, FOUND)
    return parcel_queries.find_parcels(session, within, text, FOUND)


def _own_first(text: str, within: str, read: Callable[[str], Sequence[Row]]) -> Sequence[Row]:
    """What begins so, by codes that begin with a division's. Of the beginning of one's own division its code is asked for first:
    whoever else has codes that begin so would be read, row by row, and left out. A code may be older than its division's: where
    there are few, all are asked for.
    """
    found = read(within if within.startswith(text) else text)
    return found if text == within or not within.startswith(text) or len(found) == FOUND else read(text)


def _by_name(uow: UnitOfWork, text: str) -> Found:
    session, within = uow.session, uow.actor.jurisdiction
    name = Household.name.collate("C")
    households = _households(session, within, prefixed(name, text), name)
    known = {one.household_id for one in households}
    beside = cases_beside(session, within, households, FOUND)
    cases = _once([*_cases(session, within, "applicant", text), *beside])[:FOUND]
    people = members(uow, identity.named(uow, text)[:NAMESAKES], FOUND)
    numbered = _certificates(session, within, prefixed(Certificate.number.collate("C"), text))
    # With its county, or the index of what cases have been issued would be read from end to end.
    of_cases = sa.and_(
        Certificate.county.in_({case.county for case in cases}),
        Certificate.case_id.in_([case.case_id for case in cases]),
    )
    of_rights = sa.tuple_(Certificate.county, Certificate.right_id).in_(
        sa.select(Right.county, Right.right_id).where(
            Right.county.in_({one.county for one in households}),
            Right.household_id.in_([one.household_id for one in households]),
            in_force(Right),
        )
    )
    issued = [
        *(_certificates(session, within, sa.and_(of_rights, issued_to(text))) if households else ()),
        *(_certificates(session, within, sa.and_(of_cases, issued_to(text))) if cases else ()),
    ]
    return Found(
        households=households,
        persons=[one for one in people if one.household.household_id not in known],
        cases=cases,
        rights=held_by_name(session, within, text, FOUND),
        certificates=list({one[0].number: one for one in (*numbered, *issued)}.values())[:FOUND],
        parcels=parcel_queries.find_parcels(session, within, text, FOUND),
        divisions=land.divisions_named(session, within, text, FOUND),
    )


def _by_masked_name(uow: UnitOfWork, masked: str) -> Found:
    """The households whose name a list shows so: those that begin with its first signs, one sign for each star."""
    name = Household.name.collate("C")
    pattern = "".join("_" if sign == MASK else f"\\{sign}" if sign in "\\%_" else sign for sign in masked)
    shown = sa.and_(prefixed(name, masked.split(MASK)[0]), name.like(pattern, escape="\\"))
    return Found(households=_households(uow.session, uow.actor.jurisdiction, shown, name))


def _in_place(uow: UnitOfWork, name: str, place: str) -> Found:
    """The households of a name, from its beginning, in the divisions of a name; nothing where there is no such division."""
    session, within = uow.session, uow.actor.jurisdiction
    places = land.divisions_named(session, within, place, PLACES)
    if not places:
        return Found()
    named = Household.name.collate("C")
    there = sa.or_(*(prefixed(Household.village, one.code) for one in places))
    return Found(households=_households(session, within, sa.and_(prefixed(named, name), there), named))


def _households(session: Session, within: str, narrowed: Any, order: Any) -> Sequence[Household]:
    found = sa.select(Household).where(prefixed(Household.village, within), in_force(Household), narrowed)
    return session.scalars(found.order_by(order).limit(FOUND)).all()


def _coded(session: Session, within: str, table: Any, code: str) -> Sequence[Any]:
    """Those in force whose code begins so. Of all of one's own division, in the order of the index that begins with the village."""
    return session.scalars(_by_code(table, own=code == within), prefixes(within=within, code=code)).all()


@cache
def _by_code(table: Any, *, own: bool) -> sa.Select[Any]:
    found = sa.select(table).where(prefixed_by(table.village, "within"), in_force(table))
    order = (table.village, table.code) if own else (table.code,)
    return found.where(prefixed_by(table.code, "code")).order_by(*order).limit(FOUND)


def _cases(session: Session, within: str, column: str, text: str) -> Sequence[Case]:
    """In the order of the index that finds them: however many begin so, the first few are read and no more."""
    return session.scalars(_of_cases(column), prefixes(within=within, text=text)).all()


@cache
def _of_cases(column: str) -> sa.Select[Any]:
    sought = Case.subject_code if column == "subject_code" else getattr(Case, column).collate("C")
    found = sa.select(Case).where(prefixed_by(Case.village, "within"), prefixed_by(sought, "text"))
    return found.order_by(sought.desc()).limit(FOUND)


@cache
def _acts() -> sa.Select[Any]:
    found = sa.select(Act).where(prefixed_by(Act.village, "within"), prefixed_by(Act.number, "number"))
    return found.order_by(Act.number.desc()).limit(FOUND)


def _ended(uow: UnitOfWork, text: str) -> Sequence[Case]:
    """The cases whose numbers end in these digits."""
    within = uow.actor.jurisdiction
    if not typed.case_numbers(text, ("",), (0,)):
        return ()
    numbers = typed.case_numbers(text, land.counties(uow.session, within), typed.years(beijing_day(uow.now)))
    ended = sa.select(Case).where(prefixed(Case.village, within), Case.number.collate("C").in_(numbers))
    return uow.session.scalars(ended.limit(FOUND)).all()


def _once(cases: Sequence[Case]) -> list[Case]:
    return list({case.case_id: case for case in cases}.values())


def _certificates(session: Session, within: str, narrowed: Any) -> Sequence[Any]:
    return session.execute(_first_certificates(prefixed(Certificate.village, within), narrowed)).all()


@cache
def _by_serial() -> sa.Select[Any]:
    serial = Certificate.serial.collate("C") == sa.bindparam("serial")
    return _first_certificates(prefixed_by(Certificate.village, "within"), serial)


def _first_certificates(*narrowed: sa.ColumnElement[bool]) -> sa.Select[Any]:
    found = certificates_statement().where(*narrowed).order_by(None)
    return found.order_by(Certificate.number.collate("C").desc()).limit(FOUND)
