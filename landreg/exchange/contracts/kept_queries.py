"""What triggers keep of contracts beside their events - state, last day, the land that they hold - held against these events, of
which the leaves tell, for `landreg log recheck`.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.log.recheck_register import Copied


def kept_otherwise(session: Session) -> Iterator[Copied]:
    """LOG-17: which fact of which contract stands otherwise than its events say, and which parcel it holds otherwise, or not."""
    for row in session.execute(sa.text(f"{_COURSE} {_STATES}")):
        yield Copied("exchange.contract", row.number, row.fact, row.now, row.told)
    for row in session.execute(sa.text(f"{_COURSE} {_HELD}")):
        yield Copied("exchange.held_parcel", f"{row.number}/{row.parcel_code}", "held", row.now, row.told)


# An outcome that was corrected counts no more, nor does the end that it brought: what was disputed is so again.
_COURSE = """
    WITH course AS (
        SELECT e.county, e.contract_id, bool_or(e.kind = 'signed') AS signed, bool_or(e.kind = 'withdrawn') AS withdrawn,
            bool_or(e.kind IN ('signed_contractor', 'signed_taker')) AS begun,
            min(e.on_day) FILTER (WHERE e.kind = 'ended') AS ended,
            min(e.on_day) FILTER (WHERE e.kind = 'registered') AS registered,
            bool_or(e.kind = 'settled' AND e.facts ->> 'outcome' = 'void') AS void,
            count(*) FILTER (WHERE e.kind = 'disputed') > count(*) FILTER (WHERE e.kind = 'settled') AS disputed
        FROM exchange.contract_event AS e WHERE NOT EXISTS (
            SELECT FROM exchange.correction AS x WHERE x.county = e.county AND x.record_id = e.event_id)
        GROUP BY e.county, e.contract_id
    )
"""
_STATES = """
    SELECT c.number, f.fact, f.now, f.told FROM exchange.contract AS c LEFT JOIN course AS k USING (county, contract_id)
    CROSS JOIN LATERAL (VALUES
        ('state', c.state, CASE WHEN k.withdrawn THEN 'withdrawn' WHEN k.ended IS NOT NULL THEN 'ended'
            WHEN k.signed THEN CASE WHEN k.disputed THEN 'disputed' ELSE 'signed' END
            WHEN k.begun THEN 'part_signed' ELSE 'drawn' END),
        ('ends_on', coalesce(c.ends_on::text, '—'), coalesce(k.ended::text, '—')),
        ('void', c.void::text, coalesce(k.void, false)::text)) AS f (fact, now, told)
    WHERE f.now <> f.told ORDER BY c.number, f.fact
"""
# Held from its first day until its last or its end; what moves the right itself, until the register has moved it, and before it was
# so kept until its last day; a service holds nothing.
_HELD = """
    , cut AS (
        SELECT c.county, c.contract_id, c.number, c.from_on, c.until_on, c.kind IN ('assignment', 'exchange') AS moves,
            least(k.ended,
                CASE WHEN c.relation IN ('', 'change') AND c.kind IN ('assignment', 'exchange') THEN k.registered END) AS day
        FROM exchange.contract AS c JOIN course AS k USING (county, contract_id)
        WHERE k.signed AND c.kind <> 'entrusted'
    ), due AS (
        SELECT x.county, x.contract_id, x.number, p.parcel_code, x.moves,
            daterange(x.from_on, CASE WHEN x.moves THEN x.day ELSE least(x.until_on, x.day) END) AS held,
            daterange(x.from_on, least(x.until_on, x.day)) AS before
        FROM cut AS x JOIN exchange.contract_parcel AS p USING (county, contract_id)
        WHERE x.from_on < least(x.until_on, x.day)
    )
    SELECT d.number, d.parcel_code, coalesce(h.held::text, '—') AS now, d.held::text AS told
    FROM due AS d LEFT JOIN exchange.held_parcel AS h USING (county, contract_id, parcel_code)
    WHERE h.held IS DISTINCT FROM d.held AND (NOT d.moves OR h.held IS DISTINCT FROM d.before OR upper_inf(d.held))
    UNION ALL
    SELECT c.number, h.parcel_code, h.held::text, '—'
    FROM exchange.held_parcel AS h JOIN exchange.contract AS c USING (county, contract_id)
    WHERE NOT EXISTS (SELECT FROM due AS d WHERE d.county = h.county AND d.contract_id = h.contract_id
        AND (d.parcel_code = h.parcel_code OR c.kind = 'exchange'))
    ORDER BY 1, 2
"""
