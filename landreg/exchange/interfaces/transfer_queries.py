"""Contracts of transfer as the provincial platform asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

# The household's own contract stands behind the right that is transferred.
_SIGNED = """
    SELECT c.number, c.kind, c.household_code, coalesce(t.code, '') AS taker_code, c.from_on, c.until_on, c.area_m2, c.unit,
        c.price, c.grain, c.state, s.on_day AS signed_on,
        (SELECT min(f.on_day) FROM exchange.contract_event AS f WHERE f.county = c.county AND f.contract_id = c.contract_id
            AND f.kind = 'filed') AS filed_on,
        (SELECT count(*) FROM exchange.contract_parcel AS q WHERE q.county = c.county AND q.contract_id = c.contract_id) AS parcels,
        (SELECT sum(round(q.area_m2 * 0.0015, 2)) FROM exchange.contract_parcel AS q
         WHERE q.county = c.county AND q.contract_id = c.contract_id) AS area_mu,
        coalesce((SELECT k.code FROM registry."right" AS r JOIN registry.contract AS k ON k.county = r.county
            AND k.contract_id = r.contract_id AND upper_inf(k.recorded) AND upper_inf(k.valid)
            WHERE r.county = c.county AND r.right_id = c.right_id AND upper_inf(r.recorded) AND upper_inf(r.valid) LIMIT 1), '')
            AS contract_code
    FROM exchange.contract AS c
    JOIN exchange.contract_event AS s ON s.county = c.county AND s.contract_id = c.contract_id AND s.kind = 'signed'
    LEFT JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
    WHERE c.village >= :within AND c.village < :past AND s.on_day BETWEEN :since AND :until
    ORDER BY c.county, c.number
"""


@dataclass(frozen=True)
class Transfer:
    """A contract that was signed. taker_code: '' of a person, whose number is given to nobody. filed_on: None where it was not."""

    number: str
    kind: str
    household_code: str
    taker_code: str
    from_on: date
    until_on: date
    area_m2: Decimal
    area_mu: Decimal
    unit: str
    price: Decimal
    grain: str
    state: str
    signed_on: date
    filed_on: date | None
    parcels: int
    contract_code: str


def signed_between(session: Session, within: str, since: date, until: date) -> list[Transfer]:
    """The contracts of a division that were signed on these days, both inside."""
    where = {"within": within, "past": f"{within}~", "since": since, "until": until}
    return [Transfer(**row._asdict()) for row in session.execute(sa.text(_SIGNED), where)]
