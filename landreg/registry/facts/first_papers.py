"""What the folders of first registrations lack of the papers that the act asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.documents import LIST
from landreg.registry.facts.proposals import folders, papers_lacking
from landreg.registry.rules.procedure import reg_37_papers_in_the_folder

FIRST = "first_registration"
REGISTERED = ("registered", "certified")
LEFT = ("withdrawn", "refused")
BEFORE = ("", "accept", "review")
"""Steps before which an officer looks at papers; '' where a case is looked at."""


def lacking(session: Session, cases: Sequence[Case], step: str = "") -> Mapping[UUID, Finding]:
    """By case that lacks some: REG-37, which names them. Of first registrations under way, and of what was registered without."""
    return looked_at(session, cases, step)[0]


def looked_at(
    session: Session, cases: Sequence[Case], step: str = ""
) -> tuple[Mapping[UUID, Finding], frozenset[UUID]]:
    """What `lacking` says; and the cases for whose papers the list of an archive stands, which holds none of them."""
    asked = [case for case in cases if case.act_kind == FIRST and case.state not in LEFT]
    if not asked or step not in BEFORE:
        return {}, frozenset()
    held = folders(session, asked[0].county, [case.case_id for case in asked])
    found, listed = {}, set()
    for case in asked:
        folder = held[case.case_id]
        lacks = papers_lacking(case, act_type(FIRST), folder)
        if finding := reg_37_papers_in_the_folder(case.number, lacks):
            found[case.case_id] = finding
        elif papers_lacking(case, act_type(FIRST), folder - {LIST}):
            listed.add(case.case_id)
    return found, frozenset(listed)


def lacking_in_batch(session: Session, county: str, batch_id: UUID, *, registered: bool = False) -> Mapping[str, int]:
    """By paper: how many first registrations of a batch lack it, in the order of the act's table: of those under way, or of those
    that were registered without.
    """
    kind, count = act_type(FIRST), Counter[str]()
    asked = {
        "county": county,
        "batch": batch_id,
        "registered": registered,
        "done": list(REGISTERED),
        "left": list(LEFT),
    }
    for row in session.execute(text(_FOLDERS), asked):
        there = kind.shown_by(row.papers)
        count.update({paper: row.cases for paper in kind.papers(row.right_kind) if paper not in there})
    order = (*kind.documents, *(paper for papers in kind.also.values() for paper in papers))
    return {paper: count[paper] for paper in order if count[paper]}


def prepared(session: Session, cases: Sequence[Case], account: UUID) -> frozenset[UUID]:
    """Those of the cases that an account has prepared, and may not review (REG-1)."""
    if not cases:
        return frozenset()
    asked = {"county": cases[0].county, "ids": [case.case_id for case in cases], "account": account}
    return frozenset(session.scalars(text(_PREPARED), asked))


_PREPARED = """
    SELECT c.case_id FROM registry."case" AS c WHERE c.county = :county AND c.case_id = ANY (:ids)
    AND EXISTS (SELECT FROM registry.who_prepared(c.county, c.case_id) AS p (account) WHERE p.account = :account)
"""
_FOLDERS = """
    SELECT right_kind, papers, count(*) AS cases
    FROM (SELECT c.right_kind, array(
              SELECT DISTINCT d.kind FROM registry.case_document AS x
              JOIN registry.document AS d ON d.county = x.county AND d.document_id = x.document_id
              WHERE x.county = c.county AND x.case_id = c.case_id ORDER BY d.kind) AS papers
          FROM registry."case" AS c WHERE c.county = :county AND c.batch_id = :batch AND c.act_kind = 'first_registration'
          AND c.state = ANY (:done) = :registered AND NOT c.state = ANY (:left)) AS folder
    GROUP BY right_kind, papers
"""
