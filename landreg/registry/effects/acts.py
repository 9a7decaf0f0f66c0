"""What acts of change do: household, right, restriction. Each takes what is in force and what is asked for. Pure.

`new` gives the ids of rows that are opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.core.units import total_mu
from landreg.registry.effects.changes import Changes, Ending, Opened, RightBundle, Standing
from landreg.registry.effects.lying import moved_up
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    HouseholdChange,
    Release,
    RestrictionAsked,
)

NewId = Callable[[], UUID]


def change_household(
    household: Standing,
    members: Iterable[Standing],
    rights: Iterable[UUID],
    asked: HouseholdChange,
    on: date,
    new: NewId,
) -> Changes:
    """Members leave, join, and are related otherwise, the household's name or address changes; its rights stay as they are, their
    certificates say it. Where it dies out these stay too, until the rights are cancelled: there is nobody to certify.

    农村土地承包法 第十六条: the household holds the right, its members share it equally.
    """
    opens: list[Opened] = []
    closes: list[Standing] = []
    position = 0
    members = list(members)
    related = {one.member_id: one for one in asked.relates}
    lives = asked.joins or {member.row["member_id"] for member in members} - asked.leaving
    for member in members:
        position = max(position, member.row["position"])
        if member.row["member_id"] in asked.leaving:
            closes.append(member)
            opens += member.until(on, row_id=new())
        elif said := related.get(member.row["member_id"]):
            closes.append(member)
            opens += (
                *member.until(said.on, row_id=new()),
                member.from_day(said.on, row_id=new(), relation=said.relation),
            )
    for place, joining in enumerate(asked.joins, 1):
        opens.append(Opened("member", {
            "row_id": new(), "member_id": new(), "household_id": household.row["household_id"], "person_id": joining.person_id,
            "relation": joining.relation, "holds_right": joining.holds_right, "position": position + place, "note": "",
        }))  # fmt: skip
    told = {name: value for name, value in (("name", asked.name), ("address", asked.address)) if value}
    if told:
        closes.append(household)
        opens += (*household.until(on, row_id=new()), household.from_day(on, row_id=new(), **told))
    return Changes(tuple(opens), on, tuple(closes), dict.fromkeys(rights if lives else (), "replaced"))


def assign(
    bundle: RightBundle,
    onto: RightBundle | None,
    asked: Assignment,
    on: date,
    new: NewId,
) -> Changes:
    """The land goes to another household of the collective for the rest of the term. 农村土地承包法 第三十四条.

    onto: the contract right that household holds already, which takes the parcels in; without one, the right itself goes
    over, under a contract of its new holder. The former contract ends with the day.
    """
    taken = [parcel for parcel in bundle.parcels if bundle.codes[parcel.row["parcel_id"]] in asked.parcels]
    if taken and len(taken) < len(bundle.parcels):
        return _assign_part(bundle, onto, asked, taken, on, new)
    if onto is not None:
        joined = (*onto.parcels, *(came_by(replace(parcel, since=on), asked.signed_on) for parcel in bundle.parcels))
        gained = followed(onto, on, new, areas(joined), {}, joined)
        opens = (*history(bundle, on, new, bundle.contract), *gained.opens)
        ends: dict[UUID, Ending] = {bundle.right_id: "cancelled", onto.right_id: "replaced"}
        return Changes(opens, on, (*bundle.rows, *gained.closes), ends)
    contract_id = new()
    told = {"household_id": asked.household_id, "code": asked.contract_code, "contract_id": contract_id}
    return followed(bundle, on, new, told, {"household_id": asked.household_id}, bundle.parcels, asked.signed_on)


def _assign_part(
    bundle: RightBundle,
    onto: RightBundle | None,
    asked: Assignment,
    taken: Sequence[Standing],
    on: date,
    new: NewId,
) -> Changes:
    """Some of the parcels go over, the right goes on with the others."""
    staying = [parcel for parcel in bundle.parcels if parcel not in taken]
    left = followed(bundle, on, new, areas(staying), {}, staying)
    if onto is not None:
        joined = (*onto.parcels, *(came_by(replace(parcel, since=on), asked.signed_on) for parcel in taken))
        gained = followed(onto, on, new, areas(joined), {}, joined)
    else:
        right_id = new()
        told = {"household_id": asked.household_id, "code": asked.contract_code}
        gained = Changes(tuple(parted(bundle, right_id, told, taken, asked.signed_on, on, new)), on)
    opens, closes = (*left.opens, *gained.opens), (*left.closes, *gained.closes)
    return Changes(opens, on, closes, {**left.ends, **gained.ends})


def parted(
    bundle: RightBundle,
    right_id: UUID,
    told: dict[str, Any],
    taken: Sequence[Standing],
    signed_on: date,
    on: date,
    new: NewId,
) -> list[Opened]:
    """A right of its own over some of the parcels of another, with its contract: all as in that but what is told of it."""
    row = new()
    of = {**told, "contract_id": new(), **areas(taken)}
    contract = (
        () if bundle.contract is None else (bundle.contract.from_day(on, row_id=new(), **of, signed_on=signed_on),)
    )
    return [
        *contract,
        bundle.right.from_day(on, row_id=row, right_id=right_id, **of),
        *(holder.from_day(on, right_row=row, household_id=told["household_id"]) for holder in bundle.holders),
        *(came_by(parcel).from_day(on, right_row=row, position=place) for place, parcel in enumerate(taken, 1)),
    ]


def came_by(parcel: Standing, signed_on: date | None = None) -> Standing:
    """The parcel with the day of the contract by which it comes under a right that another made; None: by the right's own."""
    return replace(parcel, row={**parcel.row, "signed_on": signed_on})


def cancel(
    bundle: RightBundle,
    asked: Cancellation,
    on: date,
    new: NewId,
    along: Sequence[RightBundle] = (),
) -> Changes:
    """The right ends, or goes on over the parcels that stay, and so does each right that goes along with
    the ground. 民法典 第三百三十八、三百六十五条.
    """
    lost = lost_of(bundle, asked)
    made = [_without(one, lost, on, new) for one in (bundle, *along)]
    return Changes(
        tuple(row for one in made for row in one.opens),
        on,
        tuple(row for one in made for row in one.closes),
        {right: ending for one in made for right, ending in one.ends.items()},
    )


def lost_of(bundle: RightBundle, asked: Cancellation) -> frozenset[UUID]:
    """The parcels of a right that a cancellation takes out of it."""
    return frozenset(parcel for parcel, code in bundle.codes.items() if not asked.parcels or code in asked.parcels)


def _without(bundle: RightBundle, lost: frozenset[UUID], on: date, new: NewId) -> Changes:
    staying = tuple(parcel for parcel in bundle.parcels if parcel.row["parcel_id"] not in lost)
    return followed(bundle, on, new, areas(staying), {}, staying) if staying else over(bundle, on, new)


def over(bundle: RightBundle, on: date, new: NewId) -> Changes:
    """The right ends with the day."""
    return Changes(history(bundle, on, new, bundle.contract), on, bundle.rows, {bundle.right_id: "cancelled"})


def restrict(bundle: RightBundle, asked: RestrictionAsked, rank: int, on: date, new: NewId) -> Changes:
    """A restriction on the right; a later seizure waits behind the earlier ones. 不动产登记暂行条例 第三条."""
    whose = asked.whose
    row = {
        "row_id": new(), "restriction_id": new(), "right_id": bundle.right.row["right_id"], "kind": asked.kind, "rank": rank,
        "party": asked.party, "basis": asked.basis, "amount": asked.amount, "until": asked.last_day(on),
        "village": bundle.right.row["village"], "bars_transfer": asked.bars_transfer if asked.kind == "mortgage" else None,
        "party_kind": whose.kind if whose else None, "party_code": (whose.code or None) if whose else None,
        "party_id": whose.party_id if whose else None,
    }  # fmt: skip
    return Changes((Opened("restriction", row),), on)


def release(restrictions: Iterable[Standing], asked: Release, on: date, new: NewId) -> Changes:
    """A restriction ends; those of its kind that waited behind it on its land move up by one."""
    standing = list(restrictions)
    (ended,) = (row for row in standing if row.row["restriction_id"] == asked.restriction_id)
    closes, opens, ranks = [ended], list(ended.until(on, row_id=new())), moved_up(standing, ended)
    for row in standing:
        if (rank := ranks.get(row.row["row_id"])) is not None:
            closes.append(row)
            opens += (*row.until(on, row_id=new()), row.from_day(on, row_id=new(), rank=rank))
    return Changes(tuple(opens), on, tuple(closes))


def reissue(rights: Iterable[UUID], on: date) -> Changes:
    """No right changes: the certificate that is lost, or was taken in, is replaced. 不动产登记暂行条例实施细则 第二十二条."""
    return Changes((), on, (), dict.fromkeys(rights, "replaced"))


def areas(parcels: Iterable[Standing]) -> dict[str, Decimal]:
    """The area of a right over these parcels, in m² and as the sum of their printed mu."""
    found = [Decimal(parcel.row["area_m2"]) for parcel in parcels]
    return {"area_m2": sum(found, Decimal(0)), "mu": total_mu(found)}


def areas_after(bundle: RightBundle, parcels: Iterable[Standing]) -> dict[str, Decimal]:
    """The same where its land is cut otherwise: a total that its contract has converted stays while its m² do."""
    told, was = areas(parcels), bundle.right.row
    converted = was["mu"] != sum((parcel.row["mu"] for parcel in bundle.parcels), Decimal(0))
    return told | ({"mu": was["mu"]} if converted and told["area_m2"] == was["area_m2"] else {})


def followed(
    bundle: RightBundle,
    on: date,
    new: NewId,
    right: dict[str, Any],
    holder: dict[str, Any],
    parcels: Iterable[Standing],
    signed_on: date | None = None,
) -> Changes:
    """The right until the day, and as it goes on from it over `parcels`, its contract too. right, holder: what changes."""
    row = new()
    told = {**right, **holder, **({} if signed_on is None else {"signed_on": signed_on})}
    land = parcels if signed_on is None else map(came_by, parcels)
    contract = () if bundle.contract is None else (_contract(bundle.contract, on, new, told),)
    opens = (
        *history(bundle, on, new, bundle.contract),
        *contract,
        bundle.right.from_day(on, row_id=row, **right),
        *(standing.from_day(on, right_row=row, **holder) for standing in bundle.holders),
        *(parcel.from_day(on, right_row=row, position=place) for place, parcel in enumerate(land, 1)),
    )
    return Changes(opens, on, bundle.rows, {bundle.right_id: "replaced"})


def _contract(contract: Standing, on: date, new: NewId, told: Mapping[str, Any]) -> Opened:
    """The contract as it goes on from the day, with what is told of the right but its note."""
    return contract.from_day(on, row_id=new(), **{name: value for name, value in told.items() if name != "note"})


def history(bundle: RightBundle, on: date, new: NewId, contract: Standing | None) -> tuple[Opened, ...]:
    """What held until the day, said anew: the right under a row of its own, with what hangs on it."""
    row = new()
    ended = bundle.right.until(on, row_id=row)
    if not ended:
        return ()
    told = () if contract is None else contract.until(on, row_id=new())
    return (*told, *ended, *(one for hanging in bundle.hanging for one in hanging.until(on, right_row=row)))
