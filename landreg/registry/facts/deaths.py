"""Of whom the register says that they died: members whose place in a household ended by an act that named them so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.codes import masked_name
from landreg.registry.rules.relations import RESTORED
from landreg.registry.rules.requests import HouseholdChange


def the_dead(asked: Mapping[str, Any]) -> list[UUID]:
    """The members of whom an application, as it is kept, says that they died."""
    leaves = (leaving["member_id"] for leaving in asked.get("leaves", ()) if leaving["reason"] == "death")
    return [UUID(member) for member in (*leaves, *asked.get("deceased", ()))]


def joining_dead(session: Session, county: str, asked: Mapping[UUID, Any]) -> dict[UUID, dict[str, str]]:
    """By case of a change of household: masked names of those who join whom the register has as dead, to the act's number; but not
    of who comes back since that was in error.
    """
    joins: dict[UUID, list[UUID]] = defaultdict(list)
    for case_id, change in asked.items():
        for join in change.joins if isinstance(change, HouseholdChange) else ():
            if join.reason != RESTORED:
                joins[join.person_id].append(case_id)
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    if joins:
        for row in session.execute(text(_DIED), {"county": county, "persons": list(joins)}):
            for case_id in joins[row.person_id]:
                found[case_id][masked_name(row.name_masked)] = row.number
    return found


_DIED = """
    SELECT asked.person_id, asked.name_masked, max(a.number) AS number
    FROM identity.person AS asked JOIN identity.person AS p ON p.id_digest = asked.id_digest
    JOIN party.member AS m ON m.county = :county AND m.person_id = p.person_id AND upper_inf(m.recorded)
         AND NOT upper_inf(m.valid)
    JOIN registry.act AS a ON a.county = m.county AND a.act_id = m.act_id
    JOIN registry."case" AS c ON c.county = a.county AND c.case_id = a.case_id
    WHERE asked.person_id = ANY (:persons)
      -- Who came back since was not dead.
      AND NOT EXISTS (SELECT FROM party.member AS b JOIN identity.person AS q ON q.person_id = b.person_id
                      WHERE b.county = m.county AND q.id_digest = p.id_digest AND upper_inf(b.recorded)
                      AND lower(b.valid) >= upper(m.valid))
      AND (c.request->'deceased' ? m.member_id::text OR c.request->'leaves' @> jsonb_build_array(
               jsonb_build_object('member_id', m.member_id::text, 'reason', 'death')))
    GROUP BY asked.person_id, asked.name_masked
"""
