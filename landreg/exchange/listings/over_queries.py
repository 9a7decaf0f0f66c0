"""Listings that might be over: nobody answered, their deal fell, or the contract of their deal ended early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session


def due(session: Session, today: date) -> Sequence[Row[Any]]:
    """Listings that might be over: county, listing_id, why (rules.course), way, closes_on, under_way, spent, given_up, awaited."""
    return session.execute(text(_DUE), {"today": today}).all()


_DUE = """SELECT l.county, l.listing_id, x.why, l.way, l.closes_on, exchange.under_way_until(l.county, l.listing_id) AS under_way,
    coalesce((SELECT c.over FROM exchange.sale AS s JOIN exchange.sale_clock AS c ON c.county = s.county AND c.sale_id = s.sale_id
        WHERE s.county = l.county AND s.listing_id = l.listing_id ORDER BY s.round DESC LIMIT 1) = 'spent', false) AS spent,
    EXISTS (SELECT FROM exchange.deal_fall AS f JOIN exchange.deal AS d ON d.county = f.county AND d.deal_id = f.deal_id
        WHERE d.county = l.county AND d.listing_id = l.listing_id AND f.given_up_by IN ('contractor', 'nobody')) AS given_up,
    exchange.turn_waits(l.county, l.listing_id) AS awaited
FROM (
    SELECT l.county, l.listing_id, 'quiet' AS why FROM exchange.listing AS l WHERE l.state = 'published' AND l.closes_on < :today
    UNION ALL
    -- The last deal fell: nobody, or the next one, has the land to come.
    SELECT l.county, l.listing_id, 'fell' FROM exchange.listing AS l
    WHERE l.state = 'dealt' AND l.until_on > :today
      AND EXISTS (SELECT FROM exchange.deal_fall AS f JOIN exchange.deal AS d ON d.county = f.county AND d.deal_id = f.deal_id
          WHERE d.county = l.county AND d.listing_id = l.listing_id)
      AND NOT EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = l.county AND d.listing_id = l.listing_id AND NOT EXISTS (
          SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id))
    UNION ALL
    -- The contract of its deal ended before its day, and no other binds its land.
    SELECT l.county, l.listing_id, 'ended' FROM exchange.contract AS c
    JOIN exchange.deal AS d ON d.county = c.county AND d.deal_id = c.deal_id
    JOIN exchange.listing AS l ON l.county = d.county AND l.listing_id = d.listing_id AND l.state = 'dealt' AND l.until_on > :today
    WHERE c.state = 'ended' AND c.until_on > :today AND c.ends_on < c.until_on
      AND NOT EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
      AND NOT EXISTS (SELECT FROM exchange.listing_parcel AS q
          JOIN exchange.held_parcel AS h ON h.county = q.county AND h.parcel_code = q.parcel_code AND h.depth = 0
          WHERE q.county = l.county AND q.listing_id = l.listing_id AND coalesce(upper(h.held), :today + 1) > :today)
) AS x JOIN exchange.listing AS l ON l.county = x.county AND l.listing_id = x.listing_id
ORDER BY l.closes_on, l.number LIMIT 500"""
