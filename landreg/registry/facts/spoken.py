"""What the register says now of a subject, of every day that it says anything of: the rows that a correction says anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from landreg.registry.effects.parcels import Spoken, SpokenRight
from landreg.registry.facts import standing
from landreg.registry.model import Contract, Right, RightHolder, RightParcel


def spoken(session: Session, name: str, table: Any, county: str, key: Any, wanted: UUID | None) -> tuple[Spoken, ...]:
    """The rows of a subject that the register says now, the one in force last; none where it is none now."""
    found = select(table).where(table.county == county, key == wanted, func.upper_inf(table.recorded))
    rows = session.scalars(found.order_by(func.lower(table.valid).nulls_first())).all()
    if not rows or rows[-1].valid.upper is not None:
        return ()
    return tuple(_said(name, row) for row in rows)


def _said(name: str, row: Any) -> Spoken:
    return Spoken(standing.standing(name, row), row.valid.upper)


def rights_over(session: Session, county: str, parcel_id: UUID) -> tuple[SpokenRight, ...]:
    """The same of every right that stood on a parcel on some day."""
    over = select(RightParcel.right_row).where(
        RightParcel.county == county, RightParcel.parcel_id == parcel_id, func.upper_inf(RightParcel.recorded)
    )
    return spoken_rights(session, county, Right.row_id.in_(over))


def spoken_rights(session: Session, county: str, which: Any) -> tuple[SpokenRight, ...]:
    """The rows of rights that the register says now, each with what hangs on it, the one in force last."""
    found = select(Right).where(Right.county == county, which, func.upper_inf(Right.recorded))
    rights = session.scalars(found.order_by(func.lower(Right.valid).nulls_first())).all()
    row_ids = [row.row_id for row in rights]
    hanging: dict[str, dict[UUID, list[Any]]] = {}
    tables: Mapping[str, Any] = {"right_holder": RightHolder, "right_parcel": RightParcel}
    for name, table in tables.items():
        of_row: dict[UUID, list[Any]] = defaultdict(list)
        listed = select(table).where(
            table.county == county, table.right_row.in_(row_ids), func.upper_inf(table.recorded)
        )
        for row in session.scalars(listed):
            of_row[row.right_row].append(row)
        hanging[name] = of_row
    signed = select(Contract).where(
        Contract.county == county,
        Contract.contract_id.in_([row.contract_id for row in rights if row.contract_id]),
        func.upper_inf(Contract.recorded),
    )
    contracts: dict[Any, Contract] = {(row.contract_id, row.valid): row for row in session.scalars(signed)}
    return tuple(
        SpokenRight(
            _said("right", row),
            tuple(_said("right_holder", one) for one in hanging["right_holder"][row.row_id]),
            tuple(
                _said("right_parcel", one)
                for one in sorted(hanging["right_parcel"][row.row_id], key=lambda one: one.position)
            ),
            _said("contract", contracts[row.contract_id, row.valid])
            if (row.contract_id, row.valid) in contracts
            else None,
        )
        for row in rights
    )
