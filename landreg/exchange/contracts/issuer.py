"""The issuing party's consent to an assignment: seen on paper, recorded, and asked for before a side signs."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.contracts.entering import happened, held, must, open_for
from landreg.exchange.contracts.rules.course import UNSIGNED
from landreg.exchange.contracts.rules.issuer import (
    Consent,
    con_93_consent_is_on_paper,
    con_93_consent_stands_for_filing,
    con_93_consent_was_read,
)
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law
from landreg.registry.guarded import Attached, ties_nothing

STEP = "issuer_consented"


def record(actor: Actor, county: str, contract_id: UUID, on_day: date, paper: Attached | None, *, read: bool) -> None:
    """Record the consent of a day, whose number the draft names. read: an officer held the paper against the draft.

    Raises NotFound, Conflict (CON-5) once both have signed, BadInput (FORM-7), Refused (CON-93, GUARD-1).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, *UNSIGNED)
        row, kept = found.contract, must(paper)
        ties_nothing(law.on, kept)
        if wrong := con_93_consent_was_read(Consent(row.number, row.kind, on_day, read), law):
            raise Refused(wrong)
        named = str(row.clauses.get("issuer_consent") or "")
        happened(uow, row, STEP, on_day, facts={"number": named, "read": True}, paper=kept)


def must_consent(found: Whole, law: Law) -> None:
    """Raises Refused (CON-93) of an assignment whose issuing party's consent nobody saw."""
    if wrong := con_93_consent_is_on_paper(_facts(found), law):
        raise Refused(wrong)


def must_not_file(found: Whole, law: Law) -> None:
    """Raises Refused (CON-93) of an assignment to which the issuing party consented."""
    if wrong := con_93_consent_stands_for_filing(_facts(found), law):
        raise Refused(wrong)


def _facts(found: Whole) -> tuple[str, str, date | None]:
    row, consent = found.contract, found.of(STEP)
    return row.number, row.kind, consent.on_day if consent else None
