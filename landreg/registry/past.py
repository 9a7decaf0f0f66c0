"""Every row that the register ever said of a right, a parcel or a household, as its history tells them; and their acts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.access.person_queries import masked_persons, same_persons
from landreg.access.queries import names_of
from landreg.land.model import Parcel, ParcelOrigin
from landreg.party.model import Holder, Household, Member
from landreg.registry import queries, shelves
from landreg.registry.casebook import Act, Case, CaseEvent, Document
from landreg.registry.facts.limits import lying
from landreg.registry.history import Line, Said, differences
from landreg.registry.model import Contract, Restriction, Right, RightHolder, RightParcel
from landreg.registry.past_holders import renamings

MOST_ACTS = 200
RIGHT = ("code", "area_m2", "mu", "excess_m2", "term", "nature", "floor_area_m2", "floors", "built_on", "note")
CONTRACT = ("code", "term", "signed_on", "mode", "area_m2")
PARCEL = (
    "code", "kind", "name", "registered_area_m2", "mu", "land_class", "soil_grade", "land_use", "basic_farmland",
    "neighbour_east", "neighbour_south", "neighbour_west", "neighbour_north",
)  # fmt: skip
HOUSEHOLD = ("code", "name", "address", "postcode")
RESTRICTION = ("kind", "rank", "party", "party_code", "basis", "amount", "until", "bars_transfer")
MEMBER = ("relation", "holds_right", "note")


@dataclass(frozen=True)
class ActTold:
    """An act with what it changed of a subject, who entered it, and why: its case, what officers wrote, its documents.

    leaf: its place in the log, None while it waits to be sealed.
    """

    act: Act
    lines: Sequence[Line]
    who: str
    leaf: int | None
    case: Case | None
    events: Sequence[CaseEvent]
    documents: Sequence[Document]


@dataclass(frozen=True)
class Changed:
    """What one act changed of a parcel, a right or a household: subject ('parcel', 'right', 'household'), its id and code, and its
    kind or name.
    """

    subject: str
    key: UUID
    code: str
    name: str
    told: ActTold


def changed_by(session: Session, act: Act, most: int) -> tuple[list[Changed], int]:
    """What an act changed, of the first `most` parcels, rights and households, and how many more there are."""
    county, mine = act.county, act.act_id
    ids = [
        *_rows(session, Right, Right.county == county, sa.or_(Right.act_id == mine, Right.ended_by_act == mine)),
        *_rows(
            session, Restriction, Restriction.county == county,
            sa.or_(Restriction.act_id == mine, Restriction.ended_by_act == mine),
        ),
    ]  # fmt: skip
    named = sa.or_(Holder.act_id == mine, Holder.ended_by_act == mine)
    renamed = [row.holder_id for row in _rows(session, Holder, Holder.county == county, named)]
    ids += _rows(session, Right, Right.county == county, Right.household_id.in_(renamed)) if renamed else ()
    rights = list(dict.fromkeys(row.right_id for row in ids))
    written = sa.or_(Household.act_id == mine, Household.ended_by_act == mine)
    rows = [*_rows(session, Household, Household.county == county, written)]
    members = sa.or_(Member.act_id == mine, Member.ended_by_act == mine)
    rows += _rows(session, Member, Member.county == county, members)
    households = list(dict.fromkeys(row.household_id for row in rows))
    drawn = sa.or_(Parcel.act_id == mine, Parcel.ended_by_act == mine)
    parcels = list(dict.fromkeys(row.parcel_id for row in _rows(session, Parcel, Parcel.county == county, drawn)))
    found: list[Changed] = []
    for parcel_id in parcels[:most]:
        place = _rows(session, Parcel, Parcel.county == county, Parcel.parcel_id == parcel_id)[-1]
        told = [one for one in parcel_history(session, county, parcel_id) if one.act.act_id == mine]
        found += [Changed("parcel", parcel_id, place.code, place.name, one) for one in told]
    for right_id in rights[:most]:
        row = _rows(session, Right, Right.county == county, Right.right_id == right_id)[-1]
        told = [one for one in right_history(session, county, right_id) if one.act.act_id == mine]
        found += [Changed("right", right_id, row.code, row.kind, one) for one in told]
    for household_id in households[:most]:
        last = _rows(session, Household, Household.county == county, Household.household_id == household_id)[-1]
        told = [one for one in household_history(session, county, household_id) if one.act.act_id == mine]
        found += [Changed("household", household_id, last.code, last.name, one) for one in told]
    return found, sum(max(len(ids) - most, 0) for ids in (parcels, rights, households))


def right_history(session: Session, county: str, right_id: UUID) -> list[ActTold]:
    """The acts on a right, newest first: the right itself, its contract, holders, parcels and restrictions.

    An act on it that left it as it was is told too: its certificate was lost, or another right came out of it.
    """
    rights = _rows(session, Right, Right.county == county, Right.right_id == right_id)
    of_rows = [row.row_id for row in rights]
    holders = _rows(session, RightHolder, RightHolder.county == county, RightHolder.right_row.in_(of_rows))
    parcels = _rows(session, RightParcel, RightParcel.county == county, RightParcel.right_row.in_(of_rows))
    contracts = {row.contract_id for row in rights if row.contract_id}
    limits = _rows(session, Restriction, Restriction.county == county, Restriction.right_id == right_id)
    signed = _rows(session, Contract, Contract.county == county, Contract.contract_id.in_(contracts))
    on = lying(session, county, limits)
    households = _names(session, Household.household_id, Household.name, county, (row.household_id for row in holders))
    households |= _names(session, Holder.holder_id, Holder.name, county, (row.household_id for row in holders))
    codes = _names(session, Parcel.parcel_id, Parcel.code, county, (row.parcel_id for row in parcels))
    rows = [
        *(_said("right", row.right_id, "", _facts(row, RIGHT), row) for row in rights),
        *(_said("contract", row.code, row.code, _facts(row, CONTRACT), row) for row in signed),
        *(_said("holder", row.household_id, households.get(row.household_id, ""), _share(row), row) for row in holders),
        *(_said("parcel_of_right", row.parcel_id, codes.get(row.parcel_id, ""), _area(row), row) for row in parcels),
        *(
            _said(
                "restriction",
                row.restriction_id,
                f"{row.kind} {row.party}",
                _facts(row, RESTRICTION) | _on(row, on),
                row,
            )
            for row in limits
        ),
    ]
    of_cases = sa.select(Case.act_id).where(Case.county == county, Case.right_ids.contains([right_id]))
    also: dict[UUID | None, tuple[Line, ...]] = {act: () for act in session.scalars(of_cases) if act}
    return _told(session, county, rows, also | renamings(session, county, rights))


def _on(row: Restriction, on: Mapping[UUID, tuple[str, ...]]) -> dict[str, str]:
    """The parcels on which a restriction lies, where that are not all of its right."""
    return {"parcels": "、".join(on[row.row_id])} if row.row_id in on else {}


def parcel_history(session: Session, county: str, parcel_id: UUID) -> list[ActTold]:
    """The acts on a parcel, newest first: the parcel itself with its shape, and the rights that came and went."""
    shape = sa.func.md5(sa.func.ST_AsEWKB(Parcel.geom)).label("shape")
    found = sa.select(Parcel, shape).where(Parcel.county == county, Parcel.parcel_id == parcel_id)
    parcels = session.execute(found.order_by(sa.func.lower(Parcel.recorded), sa.func.lower(Parcel.valid))).all()
    held = _rows(session, RightParcel, RightParcel.county == county, RightParcel.parcel_id == parcel_id)
    rights = {row.row_id: row for row in _by_row(session, county, [row.right_row for row in held])}
    rows = [
        *(_said("parcel", parcel_id, "", {**_facts(row, PARCEL), "shape": drawn[:8]}, row) for row, drawn in parcels),
        *_kin(session, county, parcel_id),
        *_on_rights("right", held, rights, _area),
    ]
    return _told(session, county, rows)


def _kin(session: Session, county: str, parcel_id: UUID) -> list[Said]:
    """The parcels that a parcel came from, and those that came of it."""
    mine = sa.or_(ParcelOrigin.parcel_id == parcel_id, ParcelOrigin.origin_id == parcel_id)
    kin = _rows(session, ParcelOrigin, ParcelOrigin.county == county, mine)
    others = {row.origin_id if row.parcel_id == parcel_id else row.parcel_id for row in kin}
    codes = _names(session, Parcel.parcel_id, Parcel.code, county, others)
    said = []
    for row in kin:
        part, other = ("origin", row.origin_id) if row.parcel_id == parcel_id else ("descendant", row.parcel_id)
        said.append(_said(part, other, "", {"code": codes.get(other, "")}, row))
    return said


def household_history(session: Session, county: str, household_id: UUID) -> list[ActTold]:
    """The acts on a household, newest first: the household itself, its members by masked names, its shares in rights."""
    households = _rows(session, Household, Household.county == county, Household.household_id == household_id)
    members = _rows(session, Member, Member.county == county, Member.household_id == household_id)
    masked = masked_persons(session, [row.person_id for row in members])
    numbers = _numbered(session, members, {person: number for person, (_name, number) in masked.items()})
    renamed = [row for row in members if row.person_id not in numbers]
    called = _called(renamed, {person: name for person, (name, _number) in masked.items()})
    held = _rows(session, RightHolder, RightHolder.county == county, RightHolder.household_id == household_id)
    rights = {row.row_id: row for row in _by_row(session, county, [row.right_row for row in held])}
    rows = [
        *(_said("household", household_id, "", _facts(row, HOUSEHOLD), row) for row in households),
        *(
            _said(
                "member", row.member_id, masked.get(row.person_id, ("—", ""))[0], _of_member(row, called, numbers), row
            )
            for row in members
        ),
        *_on_rights("right", held, rights, _share),
    ]
    return _told(session, county, rows)


def _numbered(session: Session, members: Sequence[Member], masked: Mapping[UUID, str]) -> dict[UUID, str]:
    """By person, of members whose identity number was corrected: it behind its mask, told apart where the masks look alike."""
    persons: dict[UUID, dict[UUID, None]] = defaultdict(dict)
    for row in members:
        persons[row.member_id][row.person_id] = None
    some = [list(one) for one in persons.values() if len(one) > 1]
    first = same_persons(session, [person for one in some for person in one])
    found: dict[UUID, str] = {}
    for one in some:
        numbers = list(dict.fromkeys(first.get(person, person) for person in one))
        alike = len({masked.get(number) for number in one}) < len(numbers)
        for person in one if len(numbers) > 1 else ():
            place = numbers.index(first.get(person, person)) + 1
            found[person] = masked.get(person, "—") + (f"（{place}）" if alike else "")
    return found


def _called(members: Sequence[Member], masked: Mapping[UUID, str]) -> dict[UUID, str]:
    """By person, of members whose name changed: what they are called; numbered where their names look alike behind the mask."""
    persons: dict[UUID, list[UUID]] = defaultdict(list)
    for row in members:
        if row.person_id not in persons[row.member_id]:
            persons[row.member_id].append(row.person_id)
    renamed = [some for some in persons.values() if len(some) > 1]
    alike = {
        person: f"（{place}）"
        for some in renamed
        if len({masked.get(person) for person in some}) < len(some)
        for place, person in enumerate(some, 1)
    }
    return {person: masked.get(person, "—") + alike.get(person, "") for some in renamed for person in some}


def _of_member(row: Member, called: Mapping[UUID, str], numbers: Mapping[UUID, str]) -> dict[str, Any]:
    name = {"person_id": called[row.person_id]} if row.person_id in called else {}
    number = {"id_number": numbers[row.person_id]} if row.person_id in numbers else {}
    return {**name, **number, **_facts(row, MEMBER)}


def _rows(session: Session, table: Any, *where: sa.ColumnElement[bool]) -> Sequence[Any]:
    found = sa.select(table).where(*where).order_by(sa.func.lower(table.recorded), sa.func.lower(table.valid))
    return session.scalars(found).all()


def _by_row(session: Session, county: str, rows: Sequence[UUID]) -> Sequence[Right]:
    return session.scalars(sa.select(Right).where(Right.county == county, Right.row_id.in_(rows))).all()


def _names(session: Session, key: Any, name: Any, county: str, ids: Iterable[UUID]) -> dict[UUID, str]:
    """What each is called now, or was called last."""
    found = sa.select(key, name).where(key.class_.county == county, key.in_(set(ids)))
    return {row[0]: row[1] for row in session.execute(found.order_by(sa.func.lower(key.class_.recorded)))}


def _on_rights(part: str, held: Sequence[Any], rights: Mapping[UUID, Right], facts: Any) -> list[Said]:
    """A share or an area under each right: the subject comes under the right and leaves it, whatever its row."""
    return [
        _said(part, right.right_id, right.code, {"kind": right.kind, **facts(row)}, row)
        for row in held
        if (right := rights.get(row.right_row))
    ]


def _said(part: str, key: UUID | str, name: str, facts: Mapping[str, Any], row: Any) -> Said:
    return Said(part, str(key), name, facts, row.valid.lower, row.valid.upper, row.act_id, row.ended_by_act)


def _facts(row: Any, names: Sequence[str]) -> dict[str, Any]:
    """What the row says; an empty text is nothing said."""
    return {name: value for name in names if (value := getattr(row, name)) not in (None, "")}


def _share(row: Any) -> dict[str, Any]:
    return {"share": f"{row.numerator}/{row.denominator}"}


def _area(row: Any) -> dict[str, Any]:
    return {"area_m2": row.area_m2, "signed_on": row.signed_on}


def _told(
    session: Session, county: str, rows: Sequence[Said], also: Mapping[UUID | None, Sequence[Line]] | None = None
) -> list[ActTold]:
    """also: acts that are told even if they changed nothing of these rows, with what else they changed."""
    more = {act: lines for act, lines in (also or {}).items() if act}
    changed: dict[UUID, Sequence[Line]] = dict(more)
    changed |= {act: (*lines, *more.get(act, ())) for act, lines in differences(rows).items() if lines}
    found = sa.select(Act).where(Act.county == county, Act.act_id.in_(changed))
    acts = session.scalars(found.order_by(Act.registered_at.desc(), Act.number.desc()).limit(MOST_ACTS)).all()
    cases = shelves.cases_of_acts(session, acts)
    leaves = shelves.leaves_of(session, [act.number for act in acts])
    who = names_of(session, {act.registered_by for act in acts})
    return [
        ActTold(
            act,
            changed[act.act_id],
            who.get(act.registered_by, ""),
            leaves.get(act.number),
            case := cases.get(act.act_id),
            [event for event in queries.events(session, county, case.case_id) if event.reason] if case else (),
            queries.documents(session, county, case.case_id) if case else (),
        )
        for act in acts
    ]
