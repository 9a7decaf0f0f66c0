"""What the first registration of a land-operation right by other means does: it enters the contract and the right. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from landreg.core.periods import Period
from landreg.registry.effects.acts import NewId, areas
from landreg.registry.effects.changes import Changes, Opened, Standing
from landreg.registry.effects.operation import KIND, operator_row
from landreg.registry.rules.household_requests import OtherMeans
from landreg.registry.rules.other_means import MEANS


def register(
    collective_id: UUID, village: str, parcels: Sequence[Standing], asked: OtherMeans, known: bool, on: date, new: NewId
) -> Changes:
    """The right, whole, for its contractor, under its own contract with the collective. 民法典 第三百四十二条.

    parcels: rows of the land, in the order in which the right has them. known: the register has the contractor already.
    """
    row, contract_id, holder_id = new(), new(), asked.operator.holder_id
    taken = [
        Standing(
            "right_parcel", {},
            {"right_row": row, "parcel_id": one.row["parcel_id"], "kind": KIND, "position": place, "note": "",
             "area_m2": one.row["registered_area_m2"], "mu": one.row["mu"], "village": village}, on,
        )
        for place, one in enumerate(parcels, 1)
    ]  # fmt: skip
    size, term = areas(taken), Period.through(asked.starts_on, asked.last_day)
    contract = {
        "row_id": new(), "contract_id": contract_id, "code": asked.code, "collective_id": collective_id, "household_id": holder_id,
        "mode": MEANS[asked.means], "term": term, "signed_on": asked.signed_on, "village": village, **size,
    }  # fmt: skip
    right = {
        "row_id": row, "right_id": new(), "kind": KIND, "code": asked.code, "household_id": holder_id, "contract_id": contract_id,
        "term": term, "nature": asked.means, "note": asked.basis, "village": village, **size,
    }  # fmt: skip
    holder = {"right_row": row, "household_id": holder_id, "kind": KIND, "numerator": 1, "denominator": 1}
    opens = (
        *operator_row(asked.operator, known, village, new),
        Opened("contract", contract),
        Opened("right", right),
        Opened("right_holder", {**holder, "village": village}),
        *(one.from_day(on) for one in taken),
    )
    return Changes(opens, on)
