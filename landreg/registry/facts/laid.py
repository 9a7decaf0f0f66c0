"""What the party of a restriction that is applied for has, or had, on the same right; of one that is released, on others."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.casebook import Case
from landreg.registry.rules.act_facts import Laid
from landreg.registry.rules.renewal_requests import LAPSES
from landreg.registry.rules.requests import RELEASES, RESTRICTIONS, RestrictionAsked, read


def laid(session: Session, cases: Sequence[Case]) -> dict[UUID, tuple[Laid, ...]]:
    """By case of a restriction: those of its kind and party on its right that another case laid over all of it, and that stand or
    lapsed: one that moved up as another lapsed did not. An objection that lapsed is among them also where it came with some of the
    land: it was heard of that already. In one query.
    """
    asked: dict[UUID, Any] = {case.case_id: case for case in cases if case.act_kind in RESTRICTIONS}
    if not asked:
        return {}
    rights = list({right for case in asked.values() for right in case.right_ids})
    values = {"county": cases[0].county, "rights": rights, "lapses": list(LAPSES.values())}
    rows = session.execute(text(_LAID), values).all()
    found: dict[UUID, list[Laid]] = defaultdict(list)
    for case_id, case in asked.items():
        one: RestrictionAsked = read(case.act_kind, case.request)  # type: ignore[assignment]
        found[case_id] = [
            Laid(row.number, row.basis, _number(row.basis) == _number(one.basis), row.stands)
            for row in rows
            if row.right_id in case.right_ids and row.kind == one.kind and row.case_id != case_id and _same(one, row)
        ]
    return {case_id: tuple(some) for case_id, some in found.items()}


def lies_elsewhere(session: Session, cases: Sequence[Case]) -> dict[UUID, tuple[str, ...]]:
    """By case that releases a restriction: the codes of other rights on which the same party's stands by the same paper. It goes
    with ground that joins another right, so that one debt or order may lie on several.
    """
    asked = {case.case_id: str(case.request["restriction_id"]) for case in cases if case.act_kind in RELEASES}
    if not asked:
        return {}
    values = {"county": cases[0].county, "cases": list(asked), "restrictions": list(asked.values())}
    return {row.case_id: tuple(row.codes) for row in session.execute(text(_ELSEWHERE), values)}


def _same(one: RestrictionAsked, row: Any) -> bool:
    """Whether the row stands for the same: known by code or number, else by name, which may leave out the place."""
    if one.whose is None or row.party_kind is None:
        names = _plain(one.party), _plain(row.party)
        return names[0].endswith(names[1]) or names[1].endswith(names[0])
    if one.whose.kind != row.party_kind:
        return False
    return bool(one.whose.code == row.party_code if one.whose.code else one.whose.party_id == row.party_id)


def _plain(words: str) -> str:
    """Its letters, signs and digits alone: how a number is written is no other number."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", words).casefold() if sign.isalnum())


def _number(basis: str) -> tuple[str, ...]:
    """The number of a paper, word by word and figure by figure, without what frames a number and without leading zeros; where only
    such words are said, these.
    """
    said = _FRAME.sub("", unicodedata.normalize("NFKC", basis).casefold())
    return tuple(run.lstrip("0") for run in _RUNS.findall(said)) or (_plain(basis),)


_FRAME = re.compile("[第号字]|(执行|民事|行政|刑事)?(裁定|判决|决定|通知)书?$")
_RUNS = re.compile(r"[0-9]+|[^\W\d_]+")
_ELSEWHERE = """
    SELECT a.case_id, array_agg(DISTINCT r.code ORDER BY r.code) AS codes
    FROM unnest(CAST(:cases AS uuid[]), CAST(:restrictions AS uuid[])) AS a (case_id, restriction_id)
    JOIN registry.restriction AS s ON s.county = :county AND s.restriction_id = a.restriction_id AND upper_inf(s.recorded)
         AND upper_inf(s.valid)
    JOIN registry.restriction AS o ON o.county = s.county AND o.kind = s.kind AND o.party = s.party AND o.basis = s.basis
         AND o.right_id <> s.right_id AND upper_inf(o.recorded) AND upper_inf(o.valid)
    JOIN registry."right" AS r ON r.county = o.county AND r.right_id = o.right_id AND upper_inf(r.recorded) AND upper_inf(r.valid)
    GROUP BY a.case_id
"""
_LAID = """
    SELECT s.right_id, s.kind, s.party, s.basis, s.party_kind, s.party_code, s.party_id, upper_inf(s.valid) AS stands,
           f.number, f.case_id
    FROM registry.restriction AS s
    JOIN registry.act AS a ON a.county = s.county AND a.act_id = s.act_id
    CROSS JOIN LATERAL (
        SELECT c.number, c.case_id FROM registry.restriction AS e
        JOIN registry.act AS b ON b.county = e.county AND b.act_id = e.act_id
        JOIN registry."case" AS c ON c.county = b.county AND c.case_id = b.case_id
        WHERE e.county = s.county AND e.restriction_id = s.restriction_id ORDER BY lower(e.recorded) LIMIT 1) AS f
    WHERE s.county = :county AND s.right_id = ANY (:rights) AND upper_inf(s.recorded)
      AND (s.parcels IS NULL OR s.kind = 'objection' AND NOT upper_inf(s.valid))
      AND (upper_inf(s.valid) OR a.kind = ANY (:lapses) AND NOT EXISTS (
          SELECT FROM registry.restriction AS n WHERE n.county = s.county AND n.restriction_id = s.restriction_id
              AND upper_inf(n.recorded) AND lower(n.valid) >= upper(s.valid)))
    ORDER BY f.number
"""
