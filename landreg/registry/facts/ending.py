"""What a public notice says of an act that ends a right, or ends it on some of its land."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.parcel_requests import PartLoss
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.requests import Cancellation


def ending(facts: ActFacts, parcels: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The reason and, where the right goes on, the land that it ends on with its area in m², and how many parcels with which area
    it keeps; nothing of another act. drawn_of: the area of the parcel on which a part is drawn. parcels: all of the right's, a
    code and an area first.
    """
    match facts.asked:
        case Cancellation(reason=reason, parcels=named):
            ended = [row for row in parcels if row[0] in named]
            if not ended or len(ended) == len(parcels):
                return {"reason": reason}
            return {"reason": reason, **_part(ended, parcels, len(parcels) - len(ended))}
        case PartLoss(reason=reason, parcels=named) if isinstance(facts, ParcelActFacts):
            lost = sum((one.area_m2 for one in facts.after if one.lost), Decimal(0))
            drawn = [[row[0], str(lost), *row[2:]] for row in parcels if row[0] in named]
            whole = next((row[1] for row in parcels if row[0] in named), "0")
            return {
                "reason": reason,
                "drawn_of": whole,
                **_part(drawn, parcels, len(parcels) - 1 + sum(not one.lost for one in facts.after)),
            }
    return {}


def _part(ended: Sequence[Sequence[str]], parcels: Sequence[Sequence[str]], kept: int) -> dict[str, Any]:
    area = sum((Decimal(row[1]) for row in ended), Decimal(0))
    left = sum((Decimal(row[1]) for row in parcels), Decimal(0)) - area
    return {"parcels": list(ended), "area_m2": str(area), "mu": "", "remaining": [kept, str(left)]}
