"""What the market's page shows of listings, held against the listings themselves, for `landreg log recheck`."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.log.recheck_register import Copied


def shown_otherwise(session: Session) -> Iterator[Copied]:
    """LOG-17: which fact of which listing is shown otherwise than it stands."""
    for row in session.execute(sa.text("SELECT * FROM exchange.shown_differs()")):
        yield Copied("exchange.shown", row.number, row.fact, row.shown, row.stands)
