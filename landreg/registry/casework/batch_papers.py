"""One paper for the folders of a whole batch: what stands for all its members lies in each of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, select

from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding, NotAllowed, NotFound
from landreg.law.book import ActType, act_type
from landreg.registry import documents
from landreg.registry.casebook import Batch, Case, CaseDocument
from landreg.registry.casework.cases import FINISHED, locked


def put_into_batch(
    actor: Actor, county: str, batch_id: UUID, *, kind: str, name: str, sha256: str, size: int, number: str = ""
) -> int:
    """Put a stored file into the folder of each member that is not finished, and say of how many. number: of an archive's list.

    A paper that the act asks for of one kind of right alone goes to the members of that kind. Raises NotAllowed for another role,
    BadInput for an unknown kind of paper or a list without its number (REG-50), NotFound outside the jurisdiction, Conflict
    (REG-38) where no member takes it.
    """
    if not actor.has(Role.REGISTRAR, Role.REVIEWER):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.REGISTRAR.value, Role.REVIEWER.value]}))
    name = documents.called(kind, number, name)
    with unit_of_work(actor) as uow:
        batch = uow.session.get(Batch, {"county": county, "batch_id": batch_id})
        if batch is None:
            raise NotFound
        found = select(Case.case_id, Case.act_kind, Case.right_kind).where(
            Case.county == county, Case.batch_id == batch_id, Case.state.not_in(FINISHED)
        )
        taking = [
            row.case_id
            for row in uow.session.execute(found)
            if row.right_kind in rights_asked(act_type(row.act_kind), kind)
        ]
        # Held, so that it comes before or after a step, whose leaf tells what the folder held.
        open_still = [case for case in (locked(uow, county, taking) if taking else ()) if case.state not in FINISHED]
        if not open_still:
            raise Conflict(Finding("REG-38", "kind", {"kind": kind}))
        document = documents.enter(
            uow, county=county, village=batch.village, sha256=sha256, size=size, kind=kind, name=name, cases=()
        )
        folders = [
            {"county": county, "case_id": case.case_id, "document_id": document, "village": case.village}
            for case in open_still
        ]
        uow.session.execute(insert(CaseDocument), folders)
    return len(folders)


def rights_asked(act: ActType, kind: str) -> tuple[str, ...]:
    """The kinds of right of which an act asks for a paper, or for one that it stands for; all of them where none does."""
    standing_for = {kind, *act.instead.get(kind, ())}
    asking = tuple(right for right in act.rights if standing_for & set(act.papers(right)))
    return asking or act.rights
