"""Where a sale stands - leading price and plate, closing instant, what ended it - as triggers keep it beside its bids and
events, of which the leaves tell, held against these for `landreg log recheck`.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.log.recheck_register import Copied


def clocks_otherwise(session: Session) -> Iterator[Copied]:
    """LOG-17: which fact of which sale stands otherwise than its bids, entrants and events say."""
    for row in session.execute(sa.text(_CLOCKS)):
        yield Copied("exchange.sale_clock", str(row.sale_id), row.fact, row.now, row.told)


# A sale ends by its own event, or with its listing: before its close as called off, after it as come to nothing.
_CLOCKS = """
    WITH last AS (
        SELECT DISTINCT ON (b.county, b.sale_id) b.county, b.sale_id, b.seq, b.price, b.entrant_id, b.plate, b.closes_at
        FROM exchange.bid AS b ORDER BY b.county, b.sale_id, b.seq DESC
    ), locked AS (
        SELECT b.county, b.sale_id, max(b.seq) AS seq FROM exchange.sealed_bid AS b GROUP BY b.county, b.sale_id
    ), entered AS (
        SELECT e.county, e.sale_id, max(e.plate) AS plates FROM exchange.entrant AS e GROUP BY e.county, e.sale_id
    ), ended AS (
        SELECT DISTINCT ON (e.county, e.sale_id) e.county, e.sale_id, e.kind
        FROM exchange.sale_event AS e ORDER BY e.county, e.sale_id, e.kind = 'opened', e.at DESC
    )
    SELECT s.sale_id, f.fact, f.now, f.told FROM exchange.sale AS s
    LEFT JOIN exchange.sale_clock AS c USING (county, sale_id) LEFT JOIN last AS b USING (county, sale_id)
    LEFT JOIN locked AS k USING (county, sale_id) LEFT JOIN entered AS n USING (county, sale_id)
    LEFT JOIN ended AS e USING (county, sale_id)
    LEFT JOIN LATERAL (
        SELECT min(v.at) AS at FROM exchange.listing_event AS v WHERE v.county = s.county AND v.listing_id = s.listing_id
          AND v.kind IN ('withdrawn', 'expired', 'failed') AND v.at >= s.set_at) AS gone ON true
    CROSS JOIN LATERAL (VALUES
        ('seq', c.seq::text, coalesce(b.seq, k.seq, 0)::text),
        ('price', coalesce(trim_scale(c.price)::text, '—'), coalesce(trim_scale(b.price)::text, '—')),
        ('entrant_id', coalesce(c.entrant_id::text, '—'), coalesce(b.entrant_id::text, '—')),
        ('plate', coalesce(c.plate::text, '—'), coalesce(b.plate::text, '—')),
        ('closes_at', c.closes_at::text, coalesce(b.closes_at, s.closes_at)::text),
        ('entrants', c.entrants::text, coalesce(n.plates, 0)::text),
        ('over', c.over, CASE WHEN gone.at IS NOT NULL AND c.over IN ('cancelled', 'failed') THEN c.over
            ELSE coalesce(e.kind, '') END)) AS f (fact, now, told)
    WHERE f.now IS DISTINCT FROM f.told
    UNION ALL
    SELECT c.sale_id, 'sale_id', c.sale_id::text, '—' FROM exchange.sale_clock AS c
    WHERE NOT EXISTS (SELECT FROM exchange.sale AS s WHERE s.county = c.county AND s.sale_id = c.sale_id)
    ORDER BY 1, 2
"""
