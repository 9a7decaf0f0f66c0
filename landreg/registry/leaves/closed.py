"""Rows that are closed, and certificates that ended: by which act, and when."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.log.recheck_register import Closed
from landreg.registry.leaves.rows import CLOCKED


def closings(session: Session) -> Iterator[Closed]:
    """Every row that is closed, and every end of a certificate, with the act that is said to have done it, and when."""
    for row in session.execute(text(_CLOSINGS)):
        yield Closed(row.table_name.replace('"', ""), row.key, row.act_number, row.ended_at, row.registered_at)


# Instants as text: one that is infinite is read too.
_CLOSINGS = """SELECT 'registry.certificate_end' AS table_name, coalesce(c.number, e.certificate_id::text) AS key,
        a.number AS act_number, CAST(e.ended_at AS text) AS ended_at, CAST(a.registered_at AS text) AS registered_at
    FROM registry.certificate_end AS e LEFT JOIN registry.act AS a ON a.county = e.county AND a.act_id = e.act_id
    LEFT JOIN registry.certificate AS c ON c.county = e.county AND c.certificate_id = e.certificate_id UNION ALL
""" + " UNION ALL ".join(
    f"""SELECT '{table}', {key}, a.number, CAST(upper(x.recorded) AS text), CAST(a.registered_at AS text)
        FROM {table} AS x LEFT JOIN registry.act AS a ON a.county = x.county AND a.act_id = x.ended_by_act
        WHERE NOT upper_inf(x.recorded) OR x.ended_by_act IS NOT NULL"""
    for table, key in CLOCKED.items()
)
