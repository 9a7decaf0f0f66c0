"""What a renewal does: the right goes on, under a new contract for the term that follows; nothing of the land changes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.core.periods import Period
from landreg.registry.effects.acts import followed
from landreg.registry.effects.changes import Changes, Opened, RightBundle, Standing
from landreg.registry.rules.renewal_requests import Renewal, RestrictionChange

NewId = Callable[[], UUID]


def renew(bundle: RightBundle, asked: Renewal, on: date, new: NewId) -> Changes:
    """The right under its new contract, from the day on which it is registered. 农村土地承包法 第二十一条.

    The same right, holder and parcels: an expired term interrupted nothing. The register of earlier days keeps the old term.
    """
    told: dict[str, Any] = {"term": Period.through(asked.starts_on, asked.last_day), "contract_id": new()}
    return followed(bundle, on, new, told, {}, bundle.parcels, asked.signed_on or on)


def change(restrictions: Iterable[Standing], asked: RestrictionChange, kind: str, on: date, new: NewId) -> Changes:
    """A restriction goes on otherwise: a mortgage of another sum, a seizure renewed, an objection on which a suit was brought."""
    (row,) = (row for row in restrictions if row.row["restriction_id"] == asked.restriction_id)
    amount: Decimal | None = asked.amount if asked.amount is not None else row.row["amount"]
    told = {"basis": asked.basis, "amount": amount, "until": asked.until}
    if kind == "mortgage" and asked.until is None:
        told["until"] = row.row["until"]
    opens: tuple[Opened, ...] = (*row.until(on, row_id=new()), row.from_day(on, row_id=new(), **told))
    return Changes(opens, on, (row,))
