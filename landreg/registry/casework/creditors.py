"""Whose consent a paper for the folder is: of the creditors behind a mortgage that would secure more, or for longer (TR-32)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.errors import BadInput, Finding
from landreg.registry.casebook import Case
from landreg.registry.facts.acts import act_proposals
from landreg.registry.rules.act_facts import Restricted
from landreg.registry.rules.ranks import PAPER, harmed_behind


def later(session: Session, case: Case) -> list[Restricted]:
    """The mortgages whose creditors a case needs the consent of."""
    if case.act_kind != "mortgage_change" and case.request.get("limit") != "mortgage":
        return []
    (proposal,) = act_proposals(session, [case])
    return harmed_behind(proposal.facts)


def consenting(session: Session, case: Case, kind: str, named: UUID | None) -> UUID | None:
    """The mortgage whose creditor a paper is of; the only one where none is named, None where it is another paper. Raises BadInput
    (FORM-1, FORM-5).
    """
    behind = [one.restriction_id for one in later(session, case)] if kind == PAPER else []
    if not behind:
        return None
    if named is None and len(behind) > 1:
        raise BadInput(Finding("FORM-1", "restriction"))
    if named is not None and named not in behind:
        raise BadInput(Finding("FORM-5", "restriction", {"given": str(named)}))
    return named or behind[0]
