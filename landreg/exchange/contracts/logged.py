"""What the log says of contracts, read from their tables: staged when a row is written, read again by `landreg log recheck`.

Parcels are told by the leaf of their contract or project, dues and the paper of a step by the leaf of that step.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from landreg.core.db import UnitOfWork
from landreg.core.tables import Base
from landreg.exchange.contracts.model import (
    Contract,
    ContractEvent,
    ContractPaper,
    ContractParcel,
    Project,
    ProjectParcel,
    ProjectWord,
    RentDue,
    RentPayment,
)
from landreg.exchange.logged import NOT_TOLD
from landreg.log.leaf import Entry
from landreg.log.recheck_register import Source
from landreg.log.store import stage
from landreg.log.told_rows import TableSource, Told, row_text

FOLLOWS = NOT_TOLD | {"ends_on", "sign_until", "void", "clauses", "facts", "instalments"}
"""Columns that a leaf tells not as they print: what follows from events, and what is told in its canonical form."""

LATER = frozenset({"member_id", "document_id", "mandatary_id"})
"""Columns of a word that came after leaves had told of words."""
LATER_DRAWN = frozenset({"drawn_until"})
"""Columns of a contract that came after leaves had told of contracts."""
LATER_PAID = frozenset({"payer"})
"""Columns of dues and payments that came after leaves had told of them."""


def stage_contract(uow: UnitOfWork, row: Contract, parcels: Sequence[ContractParcel]) -> None:
    """Tell the log of a contract with its parcels."""
    stage(uow, Entry("exchange.contract", row.county, row.village, row.number, *_contract(row, parcels)))


def stage_step(uow: UnitOfWork, row: ContractEvent, papers: Sequence[ContractPaper], dues: Sequence[RentDue]) -> None:
    """Tell the log of a step of a contract, with its paper, if it has one, and what it made due."""
    stage(uow, Entry("exchange.contract_step", row.county, row.village, str(row.event_id), *_step(row, papers, dues)))


def stage_payment(uow: UnitOfWork, row: RentPayment, paper: ContractPaper) -> None:
    """Tell the log of a payment."""
    stage(uow, Entry("exchange.rent_paid", row.county, row.village, str(row.payment_id), *_payment(row, [paper])))


def stage_project(uow: UnitOfWork, row: Project, parcels: Sequence[ProjectParcel]) -> None:
    """Tell the log of a project with the land that it asks for."""
    stage(uow, Entry("exchange.project", row.county, row.village, row.number, *_project(row, parcels)))


def stage_word(uow: UnitOfWork, row: ProjectWord, papers: Sequence[ContractPaper]) -> None:
    """Tell the log of a household's word on a project, with its power of attorney, if it has one."""
    stage(uow, Entry("exchange.project_word", row.county, row.village, str(row.word_id), *_word(row, papers)))


def _contract(row: Contract, parcels: Iterable[ContractParcel], steps: Iterable[ContractEvent] = ()) -> Told:
    facts = {"contract": row.contract_id, "kind": row.kind, "area_m2": row.area_m2, "text": row.text_sha256}
    # A contract that is paid at once has the text that it had before there were instalments.
    parts = {} if row.instalments is None else {"instalments": row.instalments}
    return facts, {
        "row": _text(row, later=LATER_DRAWN, clauses=row.clauses, **parts),
        "parcels": _all(parcels, "parcel_code"),
        **_moved(row, steps),
    }


def _moved(row: Contract, steps: Iterable[ContractEvent]) -> dict[str, str]:
    """The last day of a draft where it is another than was drawn or put off last: of that no leaf tells."""
    said = sorted(steps, key=lambda one: one.at)
    put_off = [one.facts["until"] for one in said if one.kind == "draft_renewed"]
    last = put_off[-1] if put_off else row.drawn_until and row.drawn_until.isoformat()
    now = row.sign_until and row.sign_until.isoformat()
    return {} if last is None or last == now else {"sign_until": str(now)}


def _step(row: ContractEvent, papers: Sequence[ContractPaper], dues: Sequence[RentDue]) -> Told:
    told = {"row": _text(row, facts=row.facts), **_paper(papers)}
    if dues:
        told["dues"] = _all(dues, "position")
    return {"contract": row.contract_id, "step": row.kind, "on": row.on_day}, told


def _payment(row: RentPayment, papers: Sequence[ContractPaper]) -> Told:
    paid = {"kg": row.kg} if row.amount_yuan is None else {"yuan": row.amount_yuan}
    return {"contract": row.contract_id, **paid}, {"row": _text(row, later=LATER_PAID), **_paper(papers)}


def _paper(papers: Sequence[ContractPaper]) -> dict[str, str]:
    return {"paper": _text(papers[0])} if papers else {}


def _project(row: Project, parcels: Iterable[ProjectParcel]) -> Told:
    return {"project": row.project_id}, {
        "row": _text(row, clauses=row.clauses),
        "parcels": _all(parcels, "parcel_code"),
    }


def _word(row: ProjectWord, papers: Sequence[ContractPaper]) -> Told:
    return {"project": row.project_id, "word": row.kind}, {
        "row": row_text(row, but=FOLLOWS, later=LATER),
        **_paper(papers),
    }


def _text(
    row: Base, later: frozenset[str] = frozenset(), **kept: Mapping[str, Any] | Sequence[Mapping[str, str]]
) -> str:
    told = [f"{name}={json.dumps(value, ensure_ascii=False, sort_keys=True)}" for name, value in kept.items()]
    return "; ".join([row_text(row, but=FOLLOWS, later=later), *told])


def _all(rows: Iterable[Any], key: str) -> str:
    return " | ".join(_text(row, later=LATER_PAID) for row in sorted(rows, key=lambda row: getattr(row, key)))


_PAPER = (ContractPaper, "document_id")
SOURCES: Mapping[str, Source] = {
    "exchange.contract": TableSource(
        Contract, ("number",), _contract, ((ContractParcel, "contract_id"), (ContractEvent, "contract_id"))
    ),
    "exchange.contract_step": TableSource(ContractEvent, ("event_id",), _step, (_PAPER, (RentDue, "event_id"))),
    "exchange.rent_paid": TableSource(RentPayment, ("payment_id",), _payment, (_PAPER,)),
    "exchange.project": TableSource(Project, ("number",), _project, ((ProjectParcel, "project_id"),)),
    "exchange.project_word": TableSource(ProjectWord, ("word_id",), _word, (_PAPER,)),
}
"""By kind of entry: what the tables say of it now."""
TABLES: Mapping[str, Mapping[str, str]] = {
    "exchange.contract": {"": "exchange.contract", "parcels": "exchange.contract_parcel"},
    "exchange.contract_step": {
        "": "exchange.contract_event",
        "paper": "exchange.contract_paper",
        "dues": "exchange.rent_due",
    },
    "exchange.rent_paid": {"": "exchange.rent_payment", "paper": "exchange.contract_paper"},
    "exchange.project": {"": "exchange.project", "parcels": "exchange.project_parcel"},
    "exchange.project_word": {"": "exchange.project_word", "paper": "exchange.contract_paper"},
}
