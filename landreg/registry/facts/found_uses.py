"""What an officer found a parcel to be used for, where its survey said that it is not farmed (COD-36) and was wrong there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import nyt2539
from landreg.registry.facts.survey_notes import WEIGH

NOTE = "COD-36"
NOT_FARMED = "5"
"""TDYT of NY/T 2539 for what is not farmed."""
_SAID = re.compile(r"实际用途：([^。]+)。(.*)", re.DOTALL)


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


def said(use: str, reason: str) -> str:
    """An officer's words with the use that they found, by its code."""
    return f"实际用途：{farmed()[use]}。{reason.strip()}"


def found_uses(session: Session, county: str, contracts: Sequence[str]) -> Mapping[str, list[FoundUse]]:
    """By contract code: its parcels that the register still has as not farmed and an officer found to be."""
    found: dict[str, list[FoundUse]] = defaultdict(list)
    for row in session.execute(text(_FOUND), {"county": county, "codes": list(contracts)}) if contracts else ():
        words = _SAID.fullmatch(row.reason)
        use, reason = words.groups() if words else ("", row.reason)
        found[row.code].append(FoundUse(row.parcel, use, reason, row.by_name, row.at))
    return found


def in_words(one: FoundUse) -> str:
    """As the certificate notes it."""
    use = one.use or "农业用途"
    return f"地块 {one.parcel} 的测绘成果记为非农业用途，登记时核实实际用途为{use}（核实人：{one.by_name}）。"


_FOUND = f"""
    SELECT DISTINCT c.subject_code AS code, f.subject AS parcel, e.reason, e.by_name, e.at
    FROM registry."case" AS c
    JOIN registry.case_parcel AS p ON p.county = c.county AND p.case_id = c.case_id
    JOIN land.package_finding AS f ON f.county = c.county AND f.package_id = c.package_id AND f.code = '{NOTE}'
        AND f.subject = p.parcel_code
    JOIN land.parcel AS l ON l.county = c.county AND l.code = p.parcel_code AND l.land_use = '{NOT_FARMED}'
        AND upper_inf(l.recorded) AND upper_inf(l.valid)
    JOIN LATERAL (
        SELECT x.reason, x.by_name, x.at FROM registry.case_event AS x
        WHERE x.county = c.county AND x.case_id = c.case_id AND x.step = '{WEIGH}' ORDER BY x.at DESC LIMIT 1) AS e ON true
    WHERE c.county = :county AND c.subject_code = ANY (:codes) AND c.act_kind = 'first_registration'
        AND c.state IN ('registered', 'certified')
    ORDER BY f.subject
"""
