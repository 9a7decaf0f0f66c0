"""END-5: ground that was expropriated, or is no more, is no collective's land. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from landreg.core.errors import Finding


def end_5_still_the_collective_s(gone: Mapping[str, str], field: str, subject: str | None) -> Finding | None:
    """END-5: land whose last right ended by expropriation, or with the land, is given out no more, also where the market asks.
    CC-338.

    gone: by parcel the case that ended it.
    """
    if not gone:
        return None
    return Finding("END-5", field, {"parcels": sorted(gone), "cases": sorted({*gone.values()})}, subject=subject)
