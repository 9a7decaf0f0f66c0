"""Facts for the exchange and the reissue of a certificate: the right, and the certificates in force on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import acts as effects
from landreg.registry.facts import standing
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted, term_of
from landreg.registry.rules.certificates import ExchangeFacts
from landreg.registry.rules.requests import read


def new_certificate_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases in which a certificate is exchanged or reissued, in a fixed number of queries."""
    county = cases[0].county
    right_ids = [right for case in cases for right in case.right_ids]
    bundles = standing.rights(session, county, right_ids)
    restrictions = standing.restrictions(session, county, right_ids)
    papers = folders(session, county, [case.case_id for case in cases])
    issued = standing.certificates_in_force(session, county, right_ids)
    made = []
    for case in cases:
        (right_id,) = case.right_ids
        rows = InForce(bundles.get(right_id), None, restrictions.get(right_id, ()))
        facts = ExchangeFacts(
            act_kind=case.act_kind,
            code=case.subject_code,
            asked=read(case.act_kind, case.request),
            in_force=rows.bundle is not None,
            right_kind=case.right_kind,
            missing=papers_lacking(case, act_type(case.act_kind), papers[case.case_id]),
            restrictions=restricted(rows.restrictions),
            term=term_of(rows.bundle),
            certificates=tuple(sorted(one.number for one in issued if one.right_id == right_id)),
        )
        made.append(ActProposal(case, rows, facts, partial(effects.reissue, (right_id,))))
    return made
