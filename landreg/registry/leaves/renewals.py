"""What the log says of a roster: how it was drawn up, how it ended, by the members' decision or given up, and whom the office put
aside after they had decided.

Who is on it is not told: that may change until the decision, and each renewal then has a leaf of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from landreg.registry.leaves.rows import digest
from landreg.registry.roster_model import Roster, RosterEntry

Told = Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]


def drawn_facts(session: Session, county: str, renewal_id: UUID) -> dict[str, Any]:
    """What the leaf of a roster's drawing up says, as the tables have it now."""
    return _drawn(_one(session, "", county, renewal_id))


def decision_facts(session: Session, county: str, renewal_id: UUID) -> dict[str, Any]:
    """What the leaf of a decision says, as the tables have it now."""
    return _decided(_one(session, _DECIDED, county, renewal_id))


def given_up_facts(session: Session, county: str, renewal_id: UUID) -> dict[str, Any]:
    """What the leaf of a roster that was given up says, as the tables have it now."""
    return _given_up(_one(session, _GIVEN_UP, county, renewal_id))


def put_aside_facts(session: Session, roster: Roster, entry: RosterEntry) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Key, facts and personal facts of the leaf of a household put aside after the decision, as the tables have it now."""
    asked = {"county": roster.county, "roster": roster.renewal_id, "right": entry.right_id}
    of = "AND e.county = :county AND e.renewal_id = :roster AND e.right_id = :right"
    return _put_aside(session.execute(text(f"{_PUT_ASIDE} {of}"), asked).one())


def put_aside(session: Session) -> Told:
    """Every household put aside after the decision."""
    for row in session.execute(text(_PUT_ASIDE)):
        yield _put_aside(row)


def rosters(session: Session) -> Told:
    """Every roster as it was drawn up, from the tables as they are now."""
    return _every(session, "", _drawn)


def decisions(session: Session) -> Told:
    """Every decision as the tables have it now."""
    return _every(session, _DECIDED, _decided)


def given_up(session: Session) -> Told:
    """Every roster that was given up."""
    return _every(session, _GIVEN_UP, _given_up)


def _one(session: Session, which: str, county: str, renewal_id: UUID) -> Row[Any]:
    asked = {"county": county, "roster": renewal_id}
    return session.execute(text(f"{_ROSTERS} WHERE n.county = :county AND n.renewal_id = :roster {which}"), asked).one()


def _every(session: Session, which: str, told: Callable[[Row[Any]], dict[str, Any]]) -> Told:
    for row in session.execute(text(f"{_ROSTERS} WHERE true {which}")):
        yield row.number, told(row), {}


def _drawn(row: Row[Any]) -> dict[str, Any]:
    return {
        "roster": row.number,
        "collective": row.collective_code,
        "ends_from": row.ends_from,
        "ends_until": row.ends_until,
        "plan_sha256": row.plan_sha256,
        "registered": digest(row.as_drawn),
    }


def _decided(row: Row[Any]) -> dict[str, Any]:
    return {
        "roster": row.number,
        "collective": row.collective_code,
        "members": row.members,
        "present": row.present,
        "in_favour": row.in_favour,
        "held_on": row.held_on,
        "minutes_sha256": row.minutes_sha256,
        "registered": digest(row.as_is),
    }


def _put_aside(row: Row[Any]) -> tuple[str, dict[str, Any], dict[str, str]]:
    facts = {
        "roster": row.number,
        "contract": row.code,
        "reasons": sorted(row.reasons),
        "request_sha256": row.request_sha256,
        "registered": digest(row.as_is),
    }
    return f"{row.number}/{row.code}", facts, {"holder": row.holder, "said": row.said}


def _given_up(row: Row[Any]) -> dict[str, Any]:
    return {"roster": row.number, "collective": row.collective_code}


# As it was drawn up: without its course, and before the decision without a vote, so that one put in is seen. An explanation that
# nobody gave is left out: leaves older than the column know none.
_ROSTERS = """
    SELECT n.number, n.collective_code, n.ends_from, n.ends_until, n.members, n.present, n.in_favour, n.held_on,
           plan.sha256 AS plan_sha256, minutes.sha256 AS minutes_sha256,
           (to_jsonb(n) - '{county,village}'::text[] - CASE n.explained WHEN '' THEN 'explained' ELSE '' END)::text AS as_is,
           (to_jsonb(n) - '{county,village,state,batch_id}'::text[]
               - CASE WHEN n.state = 'decided' OR n.explained = '' THEN 'explained' ELSE '' END
               || CASE WHEN n.state = 'decided' THEN
               '{"members": null, "present": null, "in_favour": null, "held_on": null, "minutes_id": null,
                 "decided_by": null, "decided_at": null}' ELSE '{}' END::jsonb)::text AS as_drawn
    FROM registry.renewal AS n
    LEFT JOIN registry.document AS plan ON plan.county = n.county AND plan.document_id = n.plan_id
    LEFT JOIN registry.document AS minutes ON minutes.county = n.county AND minutes.document_id = n.minutes_id
"""
# Whoever was put aside by hand without a day was so since the decision, too: a line from before has one.
_PUT_ASIDE = """
    SELECT n.number, e.code, e.reasons, e.holder, e.said, d.sha256 AS request_sha256,
           (to_jsonb(e) - '{county,village,holder,said,case_id}'::text[])::text AS as_is
    FROM registry.renewal_entry AS e JOIN registry.renewal AS n ON n.county = e.county AND n.renewal_id = e.renewal_id
    LEFT JOIN registry.document AS d ON d.county = e.county AND d.document_id = e.requests[cardinality(e.requests)]
    WHERE n.state = 'decided' AND e.aside AND e.put_by IS NOT NULL AND (e.put_at > n.decided_at OR e.put_at IS NULL)
"""
_DECIDED = "AND n.state = 'decided'"
# Whatever is written into it that is none of its states.
_GIVEN_UP = "AND n.state NOT IN ('drawn', 'opened', 'decided')"
