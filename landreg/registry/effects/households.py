"""What acts on households and between them do: members, land and rights go where the act says, and nothing is lost. Pure.

`new` gives the ids of rows, households and rights that come to be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from landreg.registry.effects.acts import areas, came_by, followed, history, parted
from landreg.registry.effects.changes import Changes, Ending, Opened, RightBundle, Standing
from landreg.registry.rules.household_requests import (
    Branch,
    Division,
    Exchange,
    HomesteadInheritance,
    HouseholdMerge,
    Placed,
    RepresentativeChange,
)

NewId = Callable[[], UUID]
CONTRACT, HOMESTEAD = "contract_management", "homestead"


@dataclass(frozen=True)
class Held:
    """A household as an act finds it: its row, its members in order, its rights."""

    household: Standing
    members: tuple[Standing, ...]
    bundles: tuple[RightBundle, ...]

    @property
    def household_id(self) -> UUID:
        """The same through all its rows."""
        found: UUID = self.household.row["household_id"]
        return found

    def of_kind(self, kind: str) -> list[RightBundle]:
        """Its rights of a kind."""
        return [bundle for bundle in self.bundles if bundle.right.row["kind"] == kind]


@dataclass
class _Made:
    """An act in the making, day and source of ids with it."""

    on: date
    new: NewId
    opens: list[Opened] = field(default_factory=list)
    closes: list[Standing] = field(default_factory=list)
    ends: dict[UUID, Ending] = field(default_factory=dict)

    def add(self, changes: Changes) -> None:
        self.opens += changes.opens
        self.closes += changes.closes
        self.ends |= changes.ends

    def change(self, row: Standing, **changed: Any) -> None:
        """A row goes on otherwise from the day."""
        self.end(row)
        self.opens.append(row.from_day(self.on, row_id=self.new(), **changed))

    def end(self, row: Standing) -> None:
        """A row holds until the day."""
        self.closes.append(row)
        self.opens += row.until(self.on, row_id=self.new())

    def done(self) -> Changes:
        return Changes(tuple(self.opens), self.on, tuple(self.closes), self.ends)


def divide(held: Held, asked: Division, on: date, new: NewId) -> Changes:
    """New households come out of one: each with its members, a contract and right of its own for the same term over the
    parcels that it takes; what nobody takes stays. 农村土地承包法 第十六条: the members share equally in the household's land.
    """
    made = _Made(on, new, ends=dict.fromkeys((bundle.right_id for bundle in held.bundles), "replaced"))
    started = [(branch, new()) for branch in asked.branches]
    members = {row.row["member_id"]: row for row in held.members}
    for branch, household_id in started:
        made.opens.append(_household(held, branch, household_id, members, new()))
        _move(made, members, branch.members, household_id, 0)
    for bundle in held.of_kind(CONTRACT):
        made.add(_contract_divided(bundle, asked, started, on, new))
    for bundle in held.of_kind(HOMESTEAD):
        for branch, household_id in started:
            if branch.homestead:
                made.add(_handed_over(bundle, household_id, {}, on, new))
    for placed in asked.staying:
        if members[placed.member_id].row["relation"] != placed.relation:
            made.change(members[placed.member_id], relation=placed.relation)
    if asked.representative is not None:
        person = members[asked.representative].row["person_id"]
        made.change(held.household, name=asked.name, representative_id=person)
    return made.done()


def _household(held: Held, branch: Branch, household_id: UUID, members: Mapping[Any, Standing], row_id: UUID) -> Opened:
    """A new household of the same collective; where it says no address of its own, at the old one's."""
    told = {"row_id": row_id, "household_id": household_id, "code": branch.code, "name": branch.name}
    told |= {"representative_id": members[branch.representative].row["person_id"]}
    return Opened(
        "household", {**held.household.row, **told, "address": branch.address or held.household.row["address"]}
    )


def _move(
    made: _Made, members: Mapping[Any, Standing], placed: Iterable[Placed], household_id: UUID, position: int
) -> None:
    """Members leave their household and are in another one from the day on."""
    for place, one in enumerate(placed, position + 1):
        was = members[one.member_id]
        made.end(was)
        told = {"household_id": household_id, "relation": one.relation, "position": place}
        made.opens.append(was.from_day(made.on, row_id=made.new(), member_id=made.new(), **told))


def _contract_divided(
    bundle: RightBundle, asked: Division, started: Sequence[tuple[Branch, UUID]], on: date, new: NewId
) -> Changes:
    """A contract right over what stays, and one for each new household over what it takes."""
    made = _Made(on, new)
    gone: set[str] = set()
    for branch, household_id in started:
        taken = [parcel for parcel in bundle.parcels if bundle.codes[parcel.row["parcel_id"]] in branch.parcels]
        if taken:
            gone |= {*branch.parcels}
            code = branch.code + str(bundle.right.row["code"])[len(branch.code) :]
            told = {"household_id": household_id, "code": code}
            made.opens += parted(bundle, new(), told, taken, asked.signed_on, on, new)
    staying = [parcel for parcel in bundle.parcels if bundle.codes[parcel.row["parcel_id"]] not in gone]
    if not staying:
        made.add(Changes(history(bundle, on, new, bundle.contract), on, bundle.rows, {bundle.right_id: "cancelled"}))
    elif gone & {*bundle.codes.values()}:
        made.add(followed(bundle, on, new, areas(staying), {}, staying))
    return made.done()


def _handed_over(bundle: RightBundle, holder: UUID, told: Mapping[str, Any], on: date, new: NewId) -> Changes:
    """The same right with another holder."""
    return followed(bundle, on, new, {"household_id": holder, **told}, {"household_id": holder}, bundle.parcels)


def merge(held: Held, joining: Held, asked: HouseholdMerge, on: date, new: NewId) -> Changes:
    """Another household joins: its members, and all its rights. Land under contracts for the same term goes under one
    right; the other household is no more.
    """
    made = _Made(on, new, ends=dict.fromkeys((bundle.right_id for bundle in held.bundles), "replaced"))
    last = max((int(row.row["position"]) for row in held.members), default=0)
    _move(made, {row.row["member_id"]: row for row in joining.members}, asked.members, held.household_id, last)
    made.end(joining.household)
    own, others = held.of_kind(CONTRACT), joining.of_kind(CONTRACT)
    if own and others:
        joined = (*own[0].parcels, *(parcel for bundle in others for parcel in bundle.parcels))
        made.add(followed(own[0], on, new, areas(joined), {}, joined, asked.signed_on))
        for bundle in others:
            ended: dict[UUID, Ending] = {bundle.right_id: "cancelled"}
            made.add(Changes(history(bundle, on, new, bundle.contract), on, bundle.rows, ended))
    for bundle in joining.bundles:
        if own and bundle in others:
            continue
        told: dict[str, Any] = {}
        if bundle.contract is not None:
            code = str(held.household.row["code"])
            told = {"code": code + str(bundle.right.row["code"])[len(code) :], "contract_id": new()}
        made.add(_handed_over(bundle, held.household_id, told, on, new))
    return made.done()


def change_representative(held: Held, asked: RepresentativeChange, on: date, new: NewId) -> Changes:
    """Another member stands for the household. Its right goes on by those who are left: the household holds it, and nobody
    inherits it (农村土地承包法 第十六、三十二条).
    """
    made = _Made(on, new, ends=dict.fromkeys((bundle.right_id for bundle in held.bundles), "replaced"))
    relations = {placed.member_id: placed.relation for placed in asked.members}
    for member in held.members:
        member_id = member.row["member_id"]
        if member_id in asked.deceased:
            made.end(member)
        elif relations.get(member_id, member.row["relation"]) != member.row["relation"]:
            made.change(member, relation=relations[member_id])
    person = next(row.row["person_id"] for row in held.members if row.row["member_id"] == asked.representative)
    made.change(held.household, name=asked.name, representative_id=person)
    return made.done()


def inherit_homestead(
    bundle: RightBundle,
    members: Sequence[Standing],
    asked: HomesteadInheritance,
    holder_id: UUID,
    note: str,
    on: date,
    new: NewId,
) -> Changes:
    """The house is inherited, and the homestead is used with it; note: where the heir is no member of the collective (HS-4). Who
    is dead by the papers is a member no longer.
    """
    heir = {"row_id": new(), "holder_id": holder_id, "kind": "person", "code": "", "name": asked.name,
            "person_id": asked.person_id, "address": asked.address, "village": bundle.right.row["village"]}  # fmt: skip
    made = _Made(on, new, opens=[Opened("holder", heir)])
    made.add(_handed_over(bundle, holder_id, {"note": note}, on, new))
    for member in members:
        if member.row["member_id"] in asked.deceased:
            made.end(member)
    return made.done()


def exchange(bundle: RightBundle, other: RightBundle, asked: Exchange, on: date, new: NewId) -> Changes:
    """Parcels of two rights change places; each right goes on with its holder, contract and term. 农村土地承包法 第三十三条."""
    made = _Made(on, new)
    for own, theirs, given, taken in ((bundle, other, asked.give, asked.take), (other, bundle, asked.take, asked.give)):
        parcels = [
            *(parcel for parcel in own.parcels if own.codes[parcel.row["parcel_id"]] not in given),
            *(
                came_by(parcel, asked.signed_on)
                for parcel in theirs.parcels
                if theirs.codes[parcel.row["parcel_id"]] in taken
            ),
        ]
        made.add(followed(own, on, new, areas(parcels), {}, parcels))
    return made.done()
