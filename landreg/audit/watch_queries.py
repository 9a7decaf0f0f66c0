"""The one look over the wall: the watch's function, called as the auditor; every call is a leaf of the log."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.audit.watching import WatchedExit

_LOOK = "SELECT * FROM audit.exits_near_settlements(:month, :within) ORDER BY village, applied_on, number"


def exits_near(session: Session, month: date, within: str) -> list[WatchedExit]:
    """The exits applied for in a month and a division, each with the days of settlements that may be its household's."""
    rows = session.execute(sa.text(_LOOK), {"month": month, "within": within})
    return [
        WatchedExit(
            village=row.village,
            number=row.number,
            county=row.county,
            case_id=row.case_id,
            officer="" if row.officer is None else str(row.officer),
            buyer=row.buyer,
            reason=row.reason,
            applied_on=row.applied_on,
            settled=tuple(zip(row.settled_on, map(str, row.settled_by), strict=True)),
        )
        for row in rows
    ]
