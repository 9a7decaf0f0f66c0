"""What every look of the auditor begins with: who looks, where, and at a month that has begun."""

from __future__ import annotations

from datetime import date

from landreg.core.actor import Actor, Role
from landreg.core.errors import BadInput, Finding, NotAllowed


def looked_at(actor: Actor, within: str) -> str:
    """The division that is looked at; `within` '' for the whole jurisdiction.

    Raises NotAllowed for another role, BadInput with FORM-5 for a division outside.
    """
    if not actor.has(Role.AUDITOR):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.AUDITOR.value]}))
    if within and not actor.reaches(within):
        raise BadInput(Finding("FORM-5", "within", {"given": within[:20]}))
    return within or actor.jurisdiction


def begun(month: date, today: date) -> None:
    """Raises BadInput with FORM-16 for a month that has not begun."""
    if month > today:
        raise BadInput(Finding("FORM-16", "month", {"given": f"{month:%Y-%m}"}))
