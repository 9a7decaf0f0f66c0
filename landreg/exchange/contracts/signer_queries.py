"""Who is party to a side of a contract."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.counter.present import Party


def party_of(session: Session, county: str, contract_id: UUID, side: str) -> Party:
    """Who is party to a side of a contract."""
    asked = sa.text("SELECT * FROM exchange.signing_party(:county, :contract, :side)")
    row = session.execute(asked, {"county": county, "contract": contract_id, "side": side}).one()
    return Party(row.kind, row.party_id, row.name)
