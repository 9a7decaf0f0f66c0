"""What acts on land-operation rights (土地经营权) do. Pure. `new` gives the ids of rows and rights that come to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from landreg.core.periods import Period
from landreg.registry.effects.acts import areas, followed, over
from landreg.registry.effects.changes import Changes, Opened, RightBundle
from landreg.registry.rules.household_requests import LandOperation, LandOperationChange, LandOperationEnd, Operator

NewId = Callable[[], UUID]
KIND = "land_operation"


def register(bundle: RightBundle, asked: LandOperation, known: bool, on: date, new: NewId) -> Changes:
    """A land-operation right out of a contract right, which stays as it is. 农村土地承包法 第四十一条.

    known: the register has the operator already.
    """
    row, village = new(), bundle.right.row["village"]
    taken = [parcel for parcel in bundle.parcels if bundle.codes[parcel.row["parcel_id"]] in asked.parcels]
    right = {
        "row_id": row, "right_id": new(), "kind": KIND, "code": asked.code, "household_id": asked.operator.holder_id,
        "contract_id": None, "term": Period.through(asked.starts_on, asked.last_day), "nature": asked.mode,
        "note": asked.basis, "village": village, **areas(taken),
    }  # fmt: skip
    holder = {
        "right_row": row,
        "household_id": asked.operator.holder_id,
        "kind": KIND,
        "numerator": 1,
        "denominator": 1,
    }
    opens = (
        *operator_row(asked.operator, known, village, new),
        Opened("right", right),
        Opened("right_holder", {**holder, "village": village}),
        *(
            parcel.from_day(on, right_row=row, kind=KIND, position=place, note="", signed_on=None)
            for place, parcel in enumerate(taken, 1)
        ),
    )
    return Changes(opens, on)


def change(bundle: RightBundle, asked: LandOperationChange, known: bool, on: date, new: NewId) -> Changes:
    """The right goes on to another last day, over fewer parcels, or with another operator. 农村土地承包法 第四十六条.

    Where land was lost it rests on its contract still, not on the decree.
    """
    told: dict[str, Any] = {} if asked.reason else {"note": asked.basis}
    holder: dict[str, Any] = {}
    opens: tuple[Opened, ...] = ()
    parcels = [parcel for parcel in bundle.parcels if bundle.codes[parcel.row["parcel_id"]] in asked.parcels]
    if asked.last_day is not None:
        told["term"] = Period.through(bundle.right.row["term"].lower, asked.last_day)
    if asked.operator is not None:
        opens = operator_row(asked.operator, known, bundle.right.row["village"], new)
        holder = {"household_id": asked.operator.holder_id}
    if parcels:
        told |= areas(parcels)
    changes = followed(bundle, on, new, told | holder, holder, parcels or bundle.parcels)
    return Changes((*opens, *changes.opens), on, changes.closes, changes.ends)


def end(bundle: RightBundle, asked: LandOperationEnd, on: date, new: NewId) -> Changes:
    """The right ends; the contract right that it came from is whole again."""
    return over(bundle, on, new)


def operator_row(operator: Operator, known: bool, village: str, new: NewId) -> tuple[Opened, ...]:
    """The row of an operator whom the register does not have yet; households it has always."""
    if known or operator.kind == "household":
        return ()
    row = {"row_id": new(), "holder_id": operator.holder_id, "kind": operator.kind, "code": operator.code,
           "name": operator.name, "person_id": operator.person_id, "address": operator.address, "village": village}  # fmt: skip
    return (Opened("holder", row),)
