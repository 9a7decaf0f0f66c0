"""What the log says of a case's course: accepted when and in which order (REG-2), reviewed, returned, withdrawn, refused, opened
anew; and of objections.

The leaves are staged by the database itself (migration 0033), of what a desk does. A case and its parcels also say what these
steps made of them, and its folder holds the papers that they found (migration 0065; a registration's, in the leaf of its act):
`untold` finds those that say otherwise. The steps that have no leaf of their own are told of by the next one that has,
or by that of the act (migration 0119).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.law.book import act_types
from landreg.log.recheck_register import Copied, Keyed

Restated = tuple[str, Mapping[str, Any], Mapping[str, str]]
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KINDS = {"accept": "case.accepted", "review": "case.reviewed", "return": "case.returned", "withdraw": "case.withdrawn",
         "refuse": "case.refused", "rebuild": "case.rebuilt"}  # fmt: skip
"""By step that moves a case on: the kind of its entry. The other steps have entries of their own kinds, or are work."""
TOLD = {**KINDS, "contact": "objection.opened"}
"""By step with an entry of its own: its kind."""


def _restated(statement: str, session: Session, keys: Sequence[str]) -> Iterator[Restated]:
    # A key that somebody changed may be no id any more.
    ids = [key for key in keys if _ID.fullmatch(key)]
    for row in session.execute(text(statement), {"keys": ids}):
        yield row.key, row.facts, row.personal


_INSTANT = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_STEPS = f"""
    SELECT e.event_id::text AS key,
        jsonb_build_object('case', c.number, 'case_id', e.case_id, 'step', e.step, 'at', {_INSTANT.format("e.at")},
            'by', e.by) || e.told AS facts,
        jsonb_build_object('by_name', e.by_name, 'reason', e.reason, 'asked', jsonb_build_array(c.act_kind, c.right_kind,
            c.subject_code, c.household_code, c.applicant, c.prepared_by, c.package_id, c.request, c.right_ids)::text) AS personal
    FROM registry.case_event AS e LEFT JOIN registry."case" AS c ON c.county = e.county AND c.case_id = e.case_id
    WHERE e.step = '{{step}}' AND e.event_id = ANY (CAST(:keys AS uuid[]))
"""
_OBJECTIONS = """
    SELECT o.objection_id::text AS key,
        jsonb_build_object('case', c.number, 'case_id', o.case_id, 'notice', n.number) || {facts} AS facts,
        {personal} AS personal
    FROM registry.objection AS o LEFT JOIN registry."case" AS c ON c.county = o.county AND c.case_id = o.case_id
    LEFT JOIN registry.notice AS n ON n.county = o.county AND n.notice_id = o.notice_id
    WHERE {which} AND o.objection_id = ANY (CAST(:keys AS uuid[]))
"""
_RAISED = _OBJECTIONS.format(
    facts=f"jsonb_build_object('raised_at', {_INSTANT.format('o.raised_at')}, 'taken_by', o.taken_by)",
    personal="jsonb_build_object('raised_by', o.raised_by, 'reason', o.reason)",
    which="true",
)
_SETTLED = _OBJECTIONS.format(
    facts=f"jsonb_build_object('outcome', o.outcome, 'settled_at', {_INSTANT.format('o.settled_at')}, 'by', o.settled_by)",
    personal="jsonb_build_object('settlement', coalesce(o.settlement, ''))",
    which="o.outcome IS NOT NULL",
)
SOURCES: Mapping[str, Keyed] = {
    **{
        kind: Keyed(
            partial(_restated, _STEPS.format(step=step)),
            f"SELECT county, event_id::text AS key FROM registry.case_event WHERE step = '{step}'",
        )
        for step, kind in TOLD.items()
    },
    "objection.raised": Keyed(
        partial(_restated, _RAISED), "SELECT county, objection_id::text AS key FROM registry.objection"
    ),
    "objection.settled": Keyed(
        partial(_restated, _SETTLED),
        "SELECT county, objection_id::text AS key FROM registry.objection WHERE outcome IS NOT NULL",
    ),
}
"""By kind of entry: what the tables say of it now."""
_OF_CASE = {"case": "registry.case", "asked": "registry.case"}
TABLES: Mapping[str, Mapping[str, str]] = {
    **{kind: {"": "registry.case_event", **_OF_CASE} for kind in TOLD.values()},
    **{f"objection.{step}": {"": "registry.objection", **_OF_CASE} for step in ("raised", "settled")},
}


def untold(session: Session) -> Iterator[tuple[str, str]]:
    """Cases that say of their course what no step of theirs made of them, parcels with an order that no acceptance gave, papers
    that are not as the last step that told of them found them, steps that are not as a later one found them, and cases at their end
    whose notes are not as that end found them: table and key.
    """
    for row in session.execute(text(_UNTOLD), {"unasked": [act.kind for act in act_types() if act.by == "nobody"]}):
        yield row.table_name, row.key
    for row in session.execute(text(_PAPERS)):
        yield row.table_name, row.key
    for row in session.execute(text(_BETWEEN)):
        yield "registry.case_event", row.key
    for row in session.execute(text(_NOTES)):
        yield "registry.case", row.key


def taken_out(session: Session) -> Iterator[Copied]:
    """LOG-17: parcels of accepted cases, with their order, that are there no more."""
    for row in session.execute(text(_TAKEN_OUT)):
        yield Copied("registry.case_parcel", row.parcel_code, "acceptance_order", "—", row.number)


# From a review on, notice, objection, act and certificate lead on; an objection that is upheld returns its case. What comes
# back by its day is registered by the office as it was agreed: nobody applies, and there is nothing to review.
_FOLLOWS = """
    CASE l.step WHEN 'accept' THEN c.state = 'accepted'
            OR c.act_kind = ANY (:unasked) AND c.state IN ('registered', 'certified')
        WHEN 'review' THEN c.state IN ('reviewed', 'noticed', 'objected', 'registered', 'certified')
        WHEN 'return' THEN c.state = 'returned' WHEN 'refuse' THEN c.state = 'refused'
        WHEN 'withdraw' THEN c.state = 'withdrawn' WHEN 'rebuild' THEN c.state = 'withdrawn'
        ELSE c.state = 'draft' END
    OR l.step IN ('accept', 'review') AND c.state = 'returned' AND EXISTS (
        SELECT FROM registry.objection AS o WHERE o.county = c.county AND o.case_id = c.case_id AND o.outcome = 'upheld'
        AND o.settled_at >= l.at)
"""
_LAST = """
    SELECT DISTINCT ON (e.county, e.case_id) e.county, e.case_id, e.step, e.at, e.by, e.told FROM registry.case_event AS e
    WHERE e.step IN ({steps}) ORDER BY e.county, e.case_id, e.at DESC
"""
_UNTOLD = f"""
    WITH accepted AS ({_LAST.format(steps="'accept'")}), reviewed AS ({_LAST.format(steps="'review'")}),
        l AS ({_LAST.format(steps=", ".join(f"'{step}'" for step in KINDS))})
    SELECT 'registry.case' AS table_name, c.number AS key FROM registry."case" AS c
    LEFT JOIN l ON l.county = c.county AND l.case_id = c.case_id
    LEFT JOIN accepted AS a ON a.county = c.county AND a.case_id = c.case_id
    LEFT JOIN reviewed AS r ON r.county = c.county AND r.case_id = c.case_id AND r.at >= a.at
    WHERE NOT ({_FOLLOWS})
       OR (c.accepted_at, c.accepted_by, c.due_on) IS DISTINCT FROM (a.at, a.by, CAST(a.told ->> 'due_on' AS date))
       OR c.accepted_on IS DISTINCT FROM CAST(a.at AT TIME ZONE 'Asia/Shanghai' AS date)
       OR (c.reviewed_at, c.reviewed_by) IS DISTINCT FROM (r.at, r.by)
       OR (c.state IN ('registered', 'certified')) <> (c.act_id IS NOT NULL)
       OR c.act_id IS NOT NULL AND NOT EXISTS (SELECT FROM registry.act AS x WHERE x.county = c.county AND x.act_id = c.act_id
                                               AND x.case_id = c.case_id)
    UNION ALL
    SELECT 'registry.case_parcel', p.parcel_code
    FROM (SELECT a.county, a.case_id, s.key AS parcel_code, s.value AS number
          FROM accepted AS a, jsonb_each_text(a.told -> 'orders') AS s) AS o
    RIGHT JOIN (SELECT x.* FROM registry.case_parcel AS x JOIN accepted USING (county, case_id)) AS p
        ON p.county = o.county AND p.case_id = o.case_id AND p.parcel_code = o.parcel_code
    WHERE p.acceptance_order::text IS DISTINCT FROM o.number
    UNION ALL
    SELECT 'registry.case_parcel', p.parcel_code FROM registry.case_parcel AS p
    WHERE p.acceptance_order IS NOT NULL AND NOT EXISTS (
        SELECT FROM accepted AS a WHERE a.county = p.county AND a.case_id = p.case_id)
"""
_TAKEN_OUT = f"""
    WITH accepted AS ({_LAST.format(steps="'accept'")})
    SELECT s.key AS parcel_code, s.value AS number FROM accepted AS a, jsonb_each_text(a.told -> 'orders') AS s
    WHERE NOT EXISTS (SELECT FROM registry.case_parcel AS p
        WHERE p.county = a.county AND p.case_id = a.case_id AND p.parcel_code = s.key)
    ORDER BY 1
"""
# Each document once: a village's survey lies in the folder of every case of it. A paper that came after the step is work until
# the next; after the last step of a case none comes but to an exit, whose own leaves tell of them.
_PAPERS = f"""
    WITH l AS (
        SELECT DISTINCT ON (e.county, e.case_id) e.county, e.case_id, e.step, e.at, e.told -> 'papers' AS papers
        FROM registry.case_event AS e WHERE e.step IN ('accept', 'register', 'withdraw', 'refuse', 'rebuild')
        ORDER BY e.county, e.case_id, e.at DESC, e.step = 'register' DESC
    ), told AS (
        SELECT l.county, l.case_id, p.key, p.value AS said FROM l, jsonb_each_text(l.papers) AS p
    ), d AS MATERIALIZED (
        SELECT x.county, x.document_id, x.document_id::text AS key, x.put_at, encode(sha256(convert_to((jsonb_build_array(
            x.kind, x.sha256, x.size, encode(sha256(convert_to(x.name, 'UTF8')), 'hex'), x.put_by,
            {_INSTANT.format("x.put_at")}) || CASE WHEN coalesce(x.letter, x.restriction_id) IS NULL THEN '[]'
            ELSE jsonb_build_array(coalesce(x.letter, x.restriction_id)) END)::text, 'UTF8')), 'hex') AS said
        FROM registry.document AS x
    ), f AS MATERIALIZED (
        SELECT x.county, x.case_id, x.document_id::text AS key FROM registry.case_document AS x
    )
    SELECT 'registry.document' AS table_name, told.key FROM told LEFT JOIN d ON d.county = told.county AND d.key = told.key
    WHERE told.said IS DISTINCT FROM d.said
    UNION SELECT 'registry.case_document', told.key FROM told
    LEFT JOIN f ON f.county = told.county AND f.case_id = told.case_id AND f.key = told.key WHERE f.key IS NULL
    UNION SELECT 'registry.case_document', f.key FROM f LEFT JOIN d ON d.county = f.county AND d.key = f.key
    LEFT JOIN registry."case" AS c ON c.county = f.county AND c.case_id = f.case_id
    LEFT JOIN l ON l.county = f.county AND l.case_id = f.case_id
    LEFT JOIN told ON told.county = f.county AND told.case_id = f.case_id AND told.key = f.key
    WHERE c.case_id IS NULL OR d.key IS NULL OR l.papers IS NOT NULL AND told.key IS NULL
        AND (d.put_at < l.at OR l.step <> 'accept' AND c.act_kind <> 'exit')
    UNION SELECT 'registry.document', d.key FROM d LEFT JOIN f ON f.county = d.county AND f.key = d.key
    WHERE f.key IS NULL AND NOT EXISTS (SELECT FROM registry.renewal AS r WHERE r.county = d.county
        AND d.document_id IN (r.plan_id, r.approval_id, r.minutes_id))
        AND NOT EXISTS (SELECT FROM registry.renewal_entry AS e WHERE e.county = d.county AND d.document_id = ANY (e.requests))
"""
# A case's opening comes before its other steps; what else was slipped in between them, its later steps do not tell apart from
# what came at the same time. To whom a letter was written stands there by a salted hash, in leaves before migration 0136 by itself.
_BETWEEN = f"""
    WITH told AS (
        SELECT e.county, e.case_id, p.key, p.value AS said
        FROM registry.case_event AS e, jsonb_each_text(e.told -> 'steps') AS p
    )
    SELECT DISTINCT told.key FROM told
    LEFT JOIN registry.case_event AS x ON x.county = told.county AND x.case_id = told.case_id AND x.event_id::text = told.key
    WHERE x.event_id IS NULL OR NOT EXISTS (SELECT FROM unnest(ARRAY[x.reason, CASE x.step
            WHEN 'tell' THEN encode(sha256(convert_to(x.salt || x.reason, 'UTF8')), 'hex') END]) AS r (reason)
        WHERE told.said = encode(sha256(convert_to(jsonb_build_array(
            x.step, {_INSTANT.format("x.at")}, x.by, x.by_name, r.reason)::text, 'UTF8')), 'hex'))
    UNION SELECT x.event_id::text FROM registry.case_event AS x WHERE x.step = 'open'
        AND EXISTS (SELECT FROM told WHERE told.county = x.county AND told.case_id = x.case_id)
        AND NOT EXISTS (SELECT FROM told WHERE told.county = x.county AND told.case_id = x.case_id
                        AND told.key = x.event_id::text)
"""
# The notes of a case under way are what the rules say that day; those of its end stay.
_NOTES = """
    SELECT c.number AS key FROM registry.case_event AS e
    JOIN registry."case" AS c ON c.county = e.county AND c.case_id = e.case_id
    WHERE e.step IN ('register', 'withdraw', 'refuse', 'rebuild') AND e.told ? 'notes'
      AND e.told ->> 'notes' IS DISTINCT FROM encode(sha256(convert_to(e.salt || c.findings::text, 'UTF8')), 'hex')
"""
