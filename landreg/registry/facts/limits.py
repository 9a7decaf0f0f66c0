"""Facts of restrictions: the rights on which they lie, and whose those are, as an officer is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.codes import masked_name
from landreg.registry.rules.act_facts import OnRight, Restricted


def lying_on(session: Session, county: str, limits: Iterable[Iterable[Restricted]]) -> dict[UUID | None, OnRight]:
    """By id: the rights in force on which these lie, of those that the officer may see; an organisation by its full name."""
    rights = {one.right_id for some in limits for one in some if one.right_id is not None}
    if not rights:
        return {}
    rows = session.execute(text(_RIGHTS), {"county": county, "rights": list(rights)})
    return {
        row.right_id: OnRight(row.kind, row.code, row.name if row.party == "organization" else masked_name(row.name))
        for row in rows
    }


_RIGHTS = """
    SELECT r.right_id, r.kind, r.code, n.kind AS party, n.name FROM registry."right" AS r
    JOIN party.named AS n ON n.county = r.county AND n.household_id = r.household_id
         AND upper_inf(n.recorded) AND upper_inf(n.valid)
    WHERE r.county = :county AND r.right_id = ANY (:rights) AND upper_inf(r.recorded) AND upper_inf(r.valid)
"""
