"""The floating dividend of a share contract: declared by its resolution, and corrected where it was recorded wrongly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding, Refused
from landreg.core.units import CENT
from landreg.exchange.contracts import correcting
from landreg.exchange.contracts.correcting import Wrong
from landreg.exchange.contracts.entering import happened, held, must, open_for
from landreg.exchange.contracts.rules.dividing import Declared, Dividend, con_86_dividend_is_resolved
from landreg.exchange.contracts.rules.rent import Due
from landreg.exchange.contracts.whole import Whole
from landreg.registry.guarded import Attached


def pay_dividend(
    actor: Actor, county: str, contract_id: UUID, asked: Dividend, paper: Attached | None, wrong: Wrong | None = None
) -> None:
    """Declare the floating dividend of a year: it falls due like a rent. wrong: in place of one that was recorded wrongly.

    Raises NotFound, Refused (CON-86, REC-1), BadInput (FORM-7), Conflict (CON-5) where that year's was declared and stands.
    """
    with unit_of_work(actor) as uow:
        key = uuid4()
        made = correcting.struck(uow, county, contract_id, wrong, key) if wrong else None
        found, law = held(uow, county, contract_id)
        row = found.contract
        # What a last year brought is resolved when it is over, and the contract with it.
        open_for(found, law, "running", "over", "ending", "ended")
        recorded = _recorded(found, asked.year)
        facts = Declared(asked, row.number, row.kind, row.from_on, row.ends_on or row.until_on)
        if refused := con_86_dividend_is_resolved(facts, law):
            raise Refused(refused)
        if recorded:
            raise Conflict(Finding("CON-5", "year", {"where": "one_dividend_a_year"}, subject=row.number))
        term = date(asked.year, 1, 1), date(asked.year + 1, 1, 1)
        due = Due(found.recorded.dues + 1, *term, asked.due_on, asked.yuan.quantize(CENT))
        said = {"year": asked.year, "resolved_on": asked.resolved_on.isoformat()}
        happened(
            uow, row, "dividend", law.on, facts=said, paper=must(paper), dues=[due], due_kind="dividend", event_id=key
        )
        if made is not None:
            correcting.staged(uow, made)


def _recorded(found: Whole, year: int) -> Decimal:
    """What is recorded of a year's dividend, in yuan."""
    first = date(year, 1, 1) if 1 <= year <= 9999 else None
    return sum((one.amount for one in found.dues if one.kind == "dividend" and one.from_on == first), Decimal("0.00"))
