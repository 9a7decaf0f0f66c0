"""What an officer found a parcel to be used for, where its survey said that it is not farmed (COD-36) and was wrong there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import nyt2539
from landreg.core.asof import AsOf
from landreg.core.errors import Finding
from landreg.registry.facts.survey_notes import WEIGH, without_names

NOTE = "COD-36"
NOT_FARMED = "5"
"""TDYT of NY/T 2539 for what is not farmed."""
_SAID = re.compile(r"实际用途：([^。]+)。(.*)", re.DOTALL)
"""One use for all parcels, or each parcel's code and use, parted by ；."""


class FoundUse(NamedTuple):
    """A parcel whose survey in the register says that it is not farmed, and what was found at its registration, by whom."""

    parcel: str
    use: str
    reason: str
    by_name: str
    at: datetime


def farmed() -> Mapping[str, str]:
    """The uses of land under a contract by code, in the words of NY/T 2539."""
    table = nyt2539.FIELDS["DK", "TDYT"].code_table
    return {code: word for code, word in nyt2539.code_table(table or "").items() if code != NOT_FARMED}


def unfarmed(noted: Iterable[Finding]) -> list[str]:
    """The parcels of which the notes on a case say that they are not farmed."""
    return sorted({one.subject for one in noted if one.code == NOTE and one.subject})


def said(uses: Mapping[str, str], reason: str) -> str:
    """An officer's words with the uses that they found: by parcel, the code of each."""
    found = "；".join(f"{parcel} {farmed()[use]}" for parcel, use in sorted(uses.items()))
    return f"实际用途：{found}。{reason.strip()}"


def found_uses(
    session: Session, county: str, rights: Sequence[UUID], asked: AsOf | None = None
) -> Mapping[UUID, list[FoundUse]]:
    """By row of a right: its parcels that the register has as not farmed and an officer found to be, whatever right they were
    first registered under and whatever parcel they came out of. asked: as of when; without it, now.
    """
    if not rights:
        return {}
    values = {"county": county, "rights": list(rights), **(asked.values if asked else {"valid": None, "said": None})}
    found: dict[UUID, list[FoundUse]] = defaultdict(list)
    for row in session.execute(text(_FOUND), values):
        said = without_names(row.reason)
        words = _SAID.fullmatch(said)
        named, reason = words.groups() if words else ("", said)
        found[row.right_row].append(FoundUse(row.parcel, _use_of(row.noted, named), reason, row.by_name, row.at))
    return found


def _use_of(parcel: str, named: str) -> str:
    by_parcel = dict(one.split(" ", 1) for one in named.split("；") if " " in one)
    return by_parcel.get(parcel, "" if by_parcel else named)


def in_words(one: FoundUse) -> str:
    """As the certificate notes it."""
    use = one.use or "农业用途"
    return f"地块 {one.parcel} 的测绘成果记为非农业用途，登记时核实实际用途为{use}（核实人：{one.by_name}）。"


_STANDS = """{x}.recorded @> coalesce(CAST(:said AS timestamptz), system.clock())
    AND {x}.valid @> coalesce(CAST(:valid AS date), (system.clock() AT TIME ZONE 'Asia/Shanghai')::date)"""
_FOUND = f"""
    WITH RECURSIVE land_of AS (
        SELECT x.right_row, l.code AS parcel, l.parcel_id AS from_id FROM registry.right_parcel AS x
        JOIN land.parcel AS l ON l.county = x.county AND l.parcel_id = x.parcel_id AND l.land_use = '{NOT_FARMED}'
            AND {_STANDS.format(x="l")}
        WHERE x.county = :county AND x.right_row = ANY (:rights) AND {_STANDS.format(x="x")}
        UNION SELECT w.right_row, w.parcel, o.origin_id FROM land_of AS w
        JOIN land.parcel_origin AS o ON o.county = :county AND o.parcel_id = w.from_id)
    SELECT DISTINCT w.right_row, w.parcel, f.subject AS noted, e.reason, e.by_name, e.at
    FROM land_of AS w
    JOIN land.parcel AS l ON l.county = :county AND l.parcel_id = w.from_id
    JOIN registry.case_parcel AS p ON p.county = l.county AND p.parcel_code = l.code
    JOIN registry."case" AS c ON c.county = p.county AND c.case_id = p.case_id AND c.act_kind = 'first_registration'
        AND c.state IN ('registered', 'certified')
    JOIN land.package_finding AS f ON f.county = c.county AND f.package_id = c.package_id AND f.code = '{NOTE}'
        AND f.subject = p.parcel_code
    JOIN LATERAL (
        SELECT x.reason, x.by_name, x.at FROM registry.case_event AS x
        WHERE x.county = c.county AND x.case_id = c.case_id AND x.step = '{WEIGH}'
          AND (x.reason LIKE '%所答提示：%{NOTE} %' OR x.reason NOT LIKE '%所答提示：%')
        ORDER BY x.at DESC LIMIT 1) AS e ON true
    ORDER BY w.parcel
"""
