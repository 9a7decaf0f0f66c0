"""From contract to register: the registry's desk opens the case of a land-operation right that the parties asked for.

The contract as it was signed, its filing and the parties' application come into the folder; then the case goes the way of every
act: accepted, reviewed, registered, certified.
"""

from __future__ import annotations

from io import BytesIO
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound
from landreg.core.files import Store
from landreg.core.periods import DAY
from landreg.exchange.contracts import queries
from landreg.exchange.contracts.entering import happened, held, open_for
from landreg.exchange.contracts.queries import Whole
from landreg.exchange.model import Taker
from landreg.registry import documents
from landreg.registry.casework.applications import case_on_right, open_case
from landreg.registry.rules.household_requests import LandOperation, Operator

MODES = {"lease": "lease", "subcontract": "lease", "share": "share"}


def open_case_of(actor: Actor, store: Store, county: str, contract_id: UUID, text: bytes) -> UUID:
    """Open the case that the parties asked for; its id. text: the contract as PDF, for the folder.

    Raises NotFound, Conflict (CON-5, REG-26), Refused with every finding of the act (TR-*, LO-*), BadInput (LO-3) for a person
    who has not been entered yet: that case is opened at the counter.
    """
    sha256, size = store.put(BytesIO(text))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        row = found.contract
        open_for(found, law, "signed", "running")
        if row.right_id is None or not found.of("registration_asked") or found.of("case_opened"):
            raise Conflict(Finding("CON-5", "state", {"where": "running"}, subject=row.number))
        taker = queries.taker(uow.session, county, row.taker_id)
        if taker is None:
            raise NotFound
        signed = found.of("signed")
        asked = LandOperation(
            "", _operator(uow, taker), MODES.get(row.kind, "other_way"), row.number, signed.on_day if signed else law.on,
            row.from_on, row.until_on - DAY, tuple(one.parcel_code for one in found.parcels),
        )  # fmt: skip
        case_id = open_case(uow, law, *case_on_right(uow, law, county, row.right_id, "land_operation", asked))
        _folder(uow, found, case_id, sha256, size)
        happened(uow, row, "case_opened", law.on, facts={"case_id": str(case_id)})
    return case_id


def _operator(uow: UnitOfWork, taker: Taker) -> Operator:
    """Who is to hold the right. Raises BadInput (LO-3) for a person."""
    if taker.kind == "household" and taker.household_id is not None:
        return Operator("household", taker.household_id, taker.name, taker.code)
    if taker.kind != "organisation":
        raise BadInput(Finding("LO-3", "operator"))
    known = queries.holder_by_code(uow.session, taker.county, taker.code)
    return Operator("organization", known or uuid4(), taker.name, taker.code)


def _folder(uow: UnitOfWork, found: Whole, case_id: UUID, sha256: str, size: int) -> None:
    row = found.contract
    papers = [
        ("operation_contract", sha256, size, f"{row.number}.pdf"),
        ("application", sha256, size, f"{row.number}.pdf"),
    ]
    filed = found.of("filed")
    if filed is not None and filed.document_id is not None and filed.document_id in found.papers:
        paper = found.papers[filed.document_id]
        papers.append(("filing", paper.sha256, paper.size, paper.name))
    for kind, digest, bytes_, name in papers:
        documents.enter(
            uow, county=row.county, village=row.village, sha256=digest, size=bytes_, kind=kind, name=name, cases=[case_id]
        )  # fmt: skip
