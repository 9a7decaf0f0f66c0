"""What a correction finds registered after the error, of others: land-operation rights on a parcel, and transfers of a right.

Restrictions are read with the right itself; what was wrong was so from the first day, so that all of these came after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.codes import masked_name
from landreg.core.periods import beijing_day
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts

DISPOSALS = ("assignment", "exchange")
"""Kinds of act by which another came to hold a right, or land under it, from its holder."""


def beside_others(
    session: Session, made: Sequence[ActProposal], concerned: Sequence[Sequence[UUID]]
) -> list[ActProposal]:
    """The proposals of corrections, with what is registered of others since the error; two queries, whatever their number.

    concerned: of each, the rights that it concerns.
    """
    if not made:
        return []
    county = made[0].case.county
    asked = [one.facts.asked for one in made]
    operated = _operated(session, county, sorted({code for one in asked for code in _resized(one)}))
    rights = {right_id for some in concerned for right_id in some}
    passed = {
        row.right_id: (row.code, beijing_day(row.at))
        for row in session.execute(
            text(_DISPOSED), {"county": county, "rights": list(rights), "kinds": list(DISPOSALS)}
        )
    }
    return [
        _with(one, operated, dict(passed[right] for right in some if right in passed))
        for one, some in zip(made, concerned, strict=True)
    ]


def _with(made: ActProposal, operated: dict[str, list[str]], disposed: dict[str, date]) -> ActProposal:
    facts = made.facts
    assert isinstance(facts, ParcelActFacts)  # noqa: S101  every correction's are
    on = {code: "、".join(operated[code]) for code in _resized(facts.asked) if code in operated}
    return replace(made, facts=replace(facts, operated=on, disposed=disposed))


def _resized(asked: object) -> tuple[str, ...]:
    """The parcels whose area a correction changes: the rights of others say it too."""
    resized = isinstance(asked, Correction) and asked.said("registered_area_m2") is not None
    return asked.parcels if resized and isinstance(asked, Correction) else ()


def _operated(session: Session, county: str, codes: Sequence[str]) -> dict[str, list[str]]:
    """By parcel: the land-operation rights on it, each with who operates it, a person behind the mask."""
    found: dict[str, list[str]] = defaultdict(list)
    if codes:
        for row in session.execute(text(_OPERATED), {"county": county, "codes": codes}):
            name = row.name if row.party == "organization" else masked_name(row.name or "")
            found[row.parcel].append(f"{row.code}（{name}）")
    return found


_OPERATED = """
    SELECT p.code AS parcel, o.code, n.kind AS party, n.name
    FROM land.parcel AS p
    JOIN registry.right_parcel AS x ON x.county = p.county AND x.parcel_id = p.parcel_id AND upper_inf(x.recorded)
         AND upper_inf(x.valid)
    JOIN registry."right" AS o ON o.county = x.county AND o.row_id = x.right_row AND o.kind = 'land_operation'
         AND upper_inf(o.recorded) AND upper_inf(o.valid)
    LEFT JOIN party.named AS n ON n.county = o.county AND n.household_id = o.household_id AND upper_inf(n.recorded)
         AND upper_inf(n.valid)
    WHERE p.county = :county AND p.code = ANY (:codes) AND upper_inf(p.recorded) AND upper_inf(p.valid)
    ORDER BY o.code
"""
# Rows that were said anew since count too: what was disposed of stays so.
_DISPOSED = """
    SELECT r.right_id, r.code, max(a.registered_at) AS at
    FROM registry."right" AS r
    JOIN registry.act AS a ON a.county = r.county AND a.act_id = r.act_id AND a.kind = ANY (:kinds)
    WHERE r.county = :county AND r.right_id = ANY (:rights)
    GROUP BY r.right_id, r.code
"""
