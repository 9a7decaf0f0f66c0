"""Facts for what comes back of an exit: the rights as its act closed them, the parcels that it took from each, and what lay on
those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from landreg.core.tables import in_force
from landreg.land.model import Parcel, ParcelOrigin
from landreg.registry.effects import RightBundle, Standing
from landreg.registry.effects.parcels import Part, over_parts
from landreg.registry.facts import standing
from landreg.registry.model import Contract, Restriction, Right, RightHolder, RightParcel


def closed_by(session: Session, county: str, act_id: UUID) -> list[RightBundle]:
    """The rights that an act closed, with what hung on them, as they stood until then."""

    def ended(table: Any) -> Sequence[Any]:
        return session.scalars(select(table).where(table.county == county, table.ended_by_act == act_id)).all()

    holders, parcels = ended(RightHolder), ended(RightParcel)
    contracts = {row.contract_id: row for row in ended(Contract)}
    return [
        RightBundle(
            standing.standing("right", right),
            tuple(standing.standing("right_holder", one) for one in holders if one.right_row == right.row_id),
            tuple(
                standing.standing("right_parcel", one)
                for one in sorted(parcels, key=lambda one: one.position)
                if one.right_row == right.row_id
            ),
            standing.standing("contract", contracts[right.contract_id]) if right.contract_id in contracts else None,
        )
        for right in ended(Right)
    ]


def taken_by(session: Session, county: str, act_id: UUID, former: RightBundle, on: date) -> list[Standing]:
    """The parcels that an act took from a right that it closed, as rows of that right from a day on: those under it until then
    that it did not go on over, and of a parcel that the act divided the parts that went, with their share of its area.
    """
    kept = set(session.scalars(_gone_on_over(county, act_id, former.right_id)))
    parts: dict[UUID, list[tuple[UUID, Part]]] = defaultdict(list)
    for origin, row in session.execute(_made_by(county, act_id)):
        lost = row.parcel_id not in kept
        parts[origin].append((row.parcel_id, Part(row.code, "", row.registered_area_m2, lost=lost)))
    rows = [(one, one.row["parcel_id"] not in kept) for one in former.parcels]
    for one in former.parcels:
        if one.row["parcel_id"] in parts:
            divided = over_parts(former, {one.row["parcel_id"]}, parts[one.row["parcel_id"]], on)
            of_it = {parcel_id for parcel_id, _ in parts[one.row["parcel_id"]]}
            rows = [(row, lost) for row, lost in rows if row is not one]
            rows += [(row, lost) for row, lost in divided if row.row["parcel_id"] in of_it]
    return [row for row, lost in rows if lost]


def lay_on(
    session: Session, county: str, act_id: UUID, former: RightBundle, lost: Sequence[Standing], on: date
) -> list[Standing]:
    """What restricted a right when an act took parcels from it, and restricts them again from a day on: what stands still, or
    ended as its land was given back. Each says on which of the parcels it lies; one that went with the rest of its land to
    another right comes back under a name of its own. What was released, has lapsed or is over by that day is none.
    """
    of = {made.parcel_id: origin for origin, made in session.execute(_made_by(county, act_id))}
    land = [row.row["parcel_id"] for row in lost]
    asked = {"county": county, "act": act_id, "right": former.right_id, "on": on}
    moved = {row.row_id: row.elsewhere for row in session.execute(text(_LAY), asked)}
    found = []
    for row in session.scalars(select(Restriction).where(Restriction.county == county, Restriction.row_id.in_(moved))):
        lay = row.parcels or [one.row["parcel_id"] for one in former.parcels]
        if under := sorted(one for one in land if one in lay or of.get(one) in lay):
            one = standing.standing("restriction", row)
            named = {"restriction_id": uuid4()} if moved[row.row_id] else {}
            found.append(replace(one, row={**one.row, "parcels": under, **named}))
    return found


def codes_of(session: Session, county: str, parcel_ids: Sequence[UUID]) -> list[str]:
    """The codes of parcels in force, in order."""
    found = select(Parcel.code).where(Parcel.county == county, Parcel.parcel_id.in_(parcel_ids), in_force(Parcel))
    return list(session.scalars(found.order_by(Parcel.code)))


def free(session: Session, county: str, parcel_ids: Sequence[UUID]) -> bool:
    """Whether all of the parcels are in force and none of them lies under a right in force."""
    there = select(func.count()).select_from(Parcel)
    there = there.where(Parcel.county == county, Parcel.parcel_id.in_(parcel_ids), in_force(Parcel))
    held = select(RightParcel.parcel_id).join(
        Right, (Right.county == RightParcel.county) & (Right.row_id == RightParcel.right_row)
    )
    held = held.where(RightParcel.county == county, RightParcel.parcel_id.in_(parcel_ids))
    held = held.where(in_force(RightParcel), in_force(Right))
    return session.scalar(there) == len(parcel_ids) and session.scalars(held).first() is None


def _gone_on_over(county: str, act_id: UUID, right_id: UUID) -> Any:
    """The parcels over which an act lets a right go on: what it only said anew of the days before is none of them."""
    found = select(RightParcel.parcel_id).join(
        Right, (Right.county == RightParcel.county) & (Right.row_id == RightParcel.right_row)
    )
    found = found.where(Right.county == county, Right.right_id == right_id, Right.act_id == act_id)
    return found.where(RightParcel.act_id == act_id, func.upper_inf(RightParcel.valid))


def _made_by(county: str, act_id: UUID) -> Any:
    """The parcels that an act made out of others, from west to east as their codes are, each with its origin."""
    found = select(ParcelOrigin.origin_id, Parcel).join(
        Parcel, (Parcel.county == ParcelOrigin.county) & (Parcel.parcel_id == ParcelOrigin.parcel_id)
    )
    found = found.where(ParcelOrigin.county == county, ParcelOrigin.act_id == act_id, Parcel.act_id == act_id)
    return found.order_by(Parcel.code)


_LAY = """
    SELECT s.row_id, last.stands AND last.right_id <> s.right_id AS elsewhere FROM registry.restriction AS s
    JOIN registry.act AS a ON a.county = s.county AND a.act_id = :act
    CROSS JOIN LATERAL (
        SELECT n.right_id, upper_inf(n.valid) AS stands, b.kind FROM registry.restriction AS n
        JOIN registry.act AS b ON b.county = n.county AND b.act_id = n.act_id
        WHERE n.county = s.county AND n.restriction_id = s.restriction_id AND upper_inf(n.recorded)
        ORDER BY upper(n.valid) DESC NULLS FIRST LIMIT 1) AS last
    WHERE s.county = :county AND s.right_id = :right AND upper_inf(s.valid) AND lower(s.recorded) < a.registered_at
      AND (upper_inf(s.recorded) OR upper(s.recorded) >= a.registered_at) AND (s.until IS NULL OR s.until >= :on)
      AND (last.stands OR last.kind = 'exit')
    ORDER BY s.rank
"""
