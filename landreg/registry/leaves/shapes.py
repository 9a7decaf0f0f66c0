"""The shapes that maps draw (EPSG:3857), held against the registered ones, of which the leaves tell, for `landreg log recheck`."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.log.recheck_register import Copied


def drawn_otherwise(session: Session) -> Iterator[Copied]:
    """LOG-17: which row of which parcel is drawn a millimetre or more off its registered boundary; another release of PROJ may
    differ by less. now, then: a point within each, in EPSG:3857.
    """
    for row in session.execute(sa.text(_OTHERWISE)):
        yield Copied("land.parcel", row.key, "geom_3857", row.now, row.then)


_OTHERWISE = """
    SELECT l.row_id::text AS key, coalesce(ST_AsText(ST_PointOnSurface(l.geom_3857), 3), '—') AS now,
        coalesce(ST_AsText(ST_PointOnSurface(w.geom), 3), '—') AS then
    FROM land.parcel AS l CROSS JOIN LATERAL (SELECT ST_Transform(l.geom, 3857) AS geom) AS w
    WHERE NOT ST_OrderingEquals(l.geom_3857, w.geom) AND (ST_HausdorffDistance(l.geom_3857, w.geom) < 0.001) IS NOT TRUE
"""
