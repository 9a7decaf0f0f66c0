"""Facts for corrections: every row that the register says now of a parcel, a household or a right, and what is to be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis.areas import decimal_m2
from landreg.access.identity import bearing
from landreg.core.codes import masked_name
from landreg.core.periods import DAY, Period
from landreg.core.tables import in_force
from landreg.core.units import mu_of
from landreg.land.model import Parcel
from landreg.law.book import act_type
from landreg.party.model import Household
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, Standing
from landreg.registry.effects import parcels as effects
from landreg.registry.effects.parcels import Spoken, SpokenRight
from landreg.registry.facts import drawn, standing
from landreg.registry.facts.correctable import as_text, read_facts, term_of
from landreg.registry.facts.ground import bundles_on
from landreg.registry.facts.operation import sources_of
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted
from landreg.registry.facts.spoken import rights_over, spoken, spoken_rights
from landreg.registry.facts.telling import told_of_errors
from landreg.registry.facts.third_parties import beside_others
from landreg.registry.model import Right, RightParcel
from landreg.registry.rules.contract import ContractFacts, ParcelFacts
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import Ground, ParcelActFacts
from landreg.registry.rules.requests import read

HOUSE = ("footprint_m2", "floor_area_m2", "floors")


@dataclass(frozen=True)
class Subject:
    """What is corrected: its rows that the register says now, the one in force last, and the rights that go with them."""

    rows: tuple[Spoken, ...] = ()
    rights: tuple[SpokenRight, ...] = ()
    land: tuple[tuple[str, Decimal, str], ...] = ()
    """Parcels under the right, where its term is corrected: code, area in m², class of land."""
    concerned: tuple[UUID, ...] = ()
    """The rights whose restrictions, transfers and certificates it concerns: the one applied for may be divided by now."""

    def now(self, fact: str) -> Any:
        """A fact as it stands; None for one that the subject does not have."""
        for row in (*self.rows[-1:], *(one.contract for one in self.rights[-1:] if one.contract)):
            if fact in row.row.row:
                return row.row.row[fact]
        return None


def correction_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of corrections."""
    if not cases:
        return []
    county = cases[0].county
    papers = folders(session, county, [case.case_id for case in cases])
    corrected = [(case, *_corrected(session, county, case)) for case in cases]
    restricted = standing.restrictions(session, county, [one for *_, subject in corrected for one in subject.concerned])
    told = told_of_errors(session, cases)
    made = []
    for case, asked, subject in corrected:
        rows = tuple(row for right_id in subject.concerned for row in restricted.get(right_id, ()))
        used, beyond = _used(session, county, asked, subject), _beyond(session, county, asked, subject)
        misnamed, until = _misnamed(session, county, asked, subject), _let_until(session, county, case, asked, subject)
        folder, on = papers[case.case_id], told.get(case.case_id)
        made.append(_proposal(case, asked, subject, rows, folder, used, beyond, misnamed, on, until))
    return beside_others(session, made, [subject.concerned for *_, subject in corrected])


def rights_concerned(session: Session, case: Case) -> tuple[UUID, ...]:
    """The rights that a correction concerns: those of its application, and those that stand on its parcel now or that its household
    holds.
    """
    return _corrected(session, case.county, case)[1].concerned


def _corrected(session: Session, county: str, case: Case) -> tuple[Correction, Subject]:
    asked = read(case.act_kind, case.request)
    assert isinstance(asked, Correction)  # noqa: S101  the kind of act says so
    subject = _subject(session, county, case, asked)
    return asked, replace(subject, concerned=_concerned(session, county, case, asked, subject))


def _proposal(
    case: Case,
    asked: Correction,
    subject: Subject,
    restrictions: tuple[Standing, ...],
    folder: frozenset[str],
    used: tuple[str, ...],
    beyond: Mapping[str, date],
    misnamed: tuple[str, ...],
    told_on: date | None,
    let_until: date | None,
) -> ActProposal:
    right, invalid = read_facts(case, asked)
    if "registered_area_m2" in right:
        right["mu"] = mu_of(right["registered_area_m2"])
    let = _let(case, right)
    facts = ParcelActFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=bool(subject.rows),
        right_kind=case.right_kind,
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(restrictions),
        parcels=tuple(code for code, *_ in subject.land) if let else asked.parcels,
        now={one.fact: as_text(subject.now(one.fact)) for one in asked.facts} if subject.rows else {},
        meant={fact: as_text(value) for fact, value in right.items()},
        invalid=invalid,
        used=used,
        after=_areas_after(subject, right) if subject.rows and not invalid else (),
        contract=_contract(subject, right),
        term=_term(subject) if let else None,
        holder=subject.now("household_id") if let else None,
        let=let,
        let_until=let_until,
        beyond=beyond,
        misnamed=misnamed,
        drawn_m2=_drawn(subject) if "registered_area_m2" in right else None,
        told_on=told_on,
        house=_house(case, subject, right),
    )
    effect: Callable[[date], Changes] = partial(_changes, case, asked, subject, right)
    return ActProposal(case, InForce(None, None, restrictions), facts, effect)


def _house(case: Case, subject: Subject, right: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Footprint, floor area and floors of a homestead's house as they would be; none where none of them is corrected."""
    if case.right_kind != "homestead" or not right.keys() & {*HOUSE}:
        return None, None, None
    footprint, floor_area, floors = (right[fact] if fact in right else subject.now(fact) for fact in HOUSE)
    return footprint, floor_area, floors


def _misnamed(session: Session, county: str, asked: Correction, subject: Subject) -> tuple[str, ...]:
    """The name that a household would get, where it is not that of the person who stands for it."""
    name = asked.said("name")
    if asked.of != "household" or name is None or not subject.rows:
        return ()
    code = subject.rows[-1].row.row["code"]
    person = standing.stands_for(standing.households(session, county, [code]).get(code))
    return () if not person.int or person in bearing(session, [(person, name)]) else (masked_name(name),)


def _let(case: Case, right: Mapping[str, Any]) -> tuple[date, date] | None:
    """The corrected term of a land-operation right."""
    term = right.get("term") if case.right_kind == "land_operation" else None
    return None if term is None else (term.lower, term.upper)


def _term(subject: Subject) -> tuple[date, date] | None:
    """The term of a right as it stands."""
    term = subject.now("term")
    return None if term is None else (term.lower, term.upper)


def _let_until(session: Session, county: str, case: Case, asked: Correction, subject: Subject) -> date | None:
    """The end of the contract that a land-operation right comes from, where its term is corrected."""
    if case.right_kind != "land_operation" or asked.said("term") is None:
        return None
    sources = sources_of(session, county, _parcel_ids(subject.rights)).values()
    return min((one.term[1] for one in sources if one.term is not None), default=None)


def _drawn(subject: Subject) -> Decimal | None:
    """What the boundary of a corrected parcel encloses, in m²."""
    return decimal_m2(drawn.shape_of(subject.rows[-1].row.row["geom"]).area) if subject.rows else None


def _contract(subject: Subject, right: Mapping[str, Any]) -> ContractFacts | None:
    """The contract as a corrected term would leave it; None where no term is corrected."""
    if "term" not in right or not subject.rights or subject.rights[-1].right.row.row["kind"] != "contract_management":
        return None
    row, term = subject.rights[-1].right.row.row, right["term"]
    parcels = tuple(ParcelFacts(code, area, kind, True) for code, area, kind in subject.land)
    return ContractFacts(
        row["code"], "", True, True, 0, Period(term.lower, term.upper), row["area_m2"], row["mu"], parcels, {}
    )


def _changes(case: Case, asked: Correction, subject: Subject, right: Mapping[str, Any], on: date) -> Changes:
    """Certificates that said what was wrong are replaced."""
    if not subject.rows:
        raise ValueError(f"{case.subject_code} is not in force")
    if asked.of == "right":
        made = effects.correct_right(subject.rights, right, on, uuid4)
    else:
        made = effects.correct(subject.rows, right, subject.rights, on, uuid4)
    return replace(made, ends={**dict.fromkeys(subject.concerned, "replaced"), **made.ends})


def _areas_after(subject: Subject, right: Mapping[str, Any]) -> tuple[Ground, ...]:
    """The areas that a corrected area leaves, of the parcel and of every right that says it."""
    if "registered_area_m2" not in right:
        return ()
    made = [Ground(subject.rows[-1].row.row["code"], right["registered_area_m2"])]
    for bundle in subject.rights:
        told, parcels = effects.resized_if(bundle, subject.rows[-1].row.row, right)
        made.append(Ground(bundle.right.row.row["code"], min(told["area_m2"], *(row["area_m2"] for row in parcels))))
    return tuple(made)


def _used(session: Session, county: str, asked: Correction, subject: Subject) -> tuple[str, ...]:
    """The asked code, where it names another parcel, or did."""
    wanted = [one.value for one in asked.facts if one.fact == "code"]
    if not wanted or not subject.rows or asked.of != "parcel":
        return ()
    found = select(Parcel.code).where(
        Parcel.county == county, Parcel.code.in_(wanted), Parcel.parcel_id != subject.rows[-1].row.row["parcel_id"]
    )
    return tuple(sorted(set(session.scalars(found))))


def _subject(session: Session, county: str, case: Case, asked: Correction) -> Subject:
    if asked.of == "parcel":
        rows = spoken(
            session, "parcel", Parcel, county, Parcel.parcel_id, _id(session, county, Parcel, case.subject_code)
        )
        area = any(one.fact == "registered_area_m2" for one in asked.facts)
        return Subject(rows, rights_over(session, county, rows[-1].row.row["parcel_id"]) if rows and area else ())
    if asked.of == "household":
        household = _id(session, county, Household, case.subject_code)
        return Subject(spoken(session, "household", Household, county, Household.household_id, household))
    rights = spoken_rights(session, county, Right.right_id.in_(case.right_ids))
    land = _land(session, county, rights) if asked.said("term") is not None else ()
    return Subject(tuple(one.right for one in rights), rights, land)


def _concerned(session: Session, county: str, case: Case, asked: Correction, subject: Subject) -> tuple[UUID, ...]:
    """The rights of the application, and those that have come to stand on its parcel or to be held by its household since."""
    now: list[UUID] = []
    row = subject.rows[-1].row.row if subject.rows else {}
    if asked.of == "parcel" and row:
        on = bundles_on(session, county, [row["parcel_id"]])
        now = [bundle.right_id for some in on.values() for bundle in some]
    elif asked.of == "household" and row:
        now = list(standing.rights_held(session, county, [row["household_id"]])[row["household_id"]])
    return tuple(dict.fromkeys([*now, *case.right_ids]))


def _land(session: Session, county: str, rights: Sequence[SpokenRight]) -> tuple[tuple[str, Decimal, str], ...]:
    """The parcels under a right as it is in force: code, area and class of each."""
    found = select(Parcel.code, Parcel.registered_area_m2, Parcel.land_class).where(
        Parcel.county == county, Parcel.parcel_id.in_(_parcel_ids(rights)), in_force(Parcel)
    )
    return tuple((code, area, kind or "") for code, area, kind in session.execute(found.order_by(Parcel.code)))


def _parcel_ids(rights: Sequence[SpokenRight]) -> list[UUID]:
    return [one.row.row["parcel_id"] for row in rights[-1:] for one in row.parcels]


def _beyond(session: Session, county: str, asked: Correction, subject: Subject) -> dict[str, date]:
    """By code: the registered land-operation rights on the parcels that would run past a corrected term, to their last day."""
    try:
        term = term_of(asked.said("term") or "")
    except ValueError:
        return {}
    on = select(RightParcel.right_row).where(
        RightParcel.county == county, RightParcel.parcel_id.in_(_parcel_ids(subject.rights)), in_force(RightParcel)
    )
    found = select(Right.code, func.upper(Right.term)).where(
        Right.county == county, Right.row_id.in_(on), Right.kind == "land_operation", in_force(Right),
        Right.right_id.not_in([one.right.row.row["right_id"] for one in subject.rights]),
    )  # fmt: skip
    return {code: end - DAY for code, end in session.execute(found) if end > term.upper}


def _id(session: Session, county: str, table: Any, code: str) -> UUID | None:
    key = table.parcel_id if table is Parcel else table.household_id
    found = select(key).where(table.county == county, table.code == code, in_force(table))
    return session.scalars(found).first()
