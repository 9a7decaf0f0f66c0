"""What a village's project of shares values a mu at, and what each household's contract then says of its own land. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from landreg.core.errors import Finding
from landreg.core.units import figure, half_up

BY_MU = {"valued_yuan": "valued_yuan_mu", "shares": "shares_mu"}
"""A value of a contract's clause, and that of a mu, which the project says in its place."""


def of_land(clauses: Mapping[str, Any], mu: Decimal) -> dict[str, Any]:
    """The values of a household's clauses out of those of its project: valuation and shares are those of a mu times its own land as
    printed, each half up to the hundredth, so that what it leaves out counts for nothing. One sum for whoever takes part, whatever
    it gives, is none: the contract lacks it (TR-7). RLCL-36.
    """
    found = {name: said for name, said in clauses.items() if name not in (*BY_MU, *BY_MU.values())}
    for name, by_mu in BY_MU.items():
        rate = figure(str(clauses.get(by_mu) or ""))
        if rate is not None:
            found[name] = str(half_up(rate * mu))
    return found


def tr_7_valued_by_the_mu(facts: tuple[str, str, Mapping[str, Any]]) -> Finding | None:
    """TR-7: (its number, its kind, its clauses). A project of shares opened over one sum values no household's land; another, by
    the mu, is opened in its place. RLCL-36, RLCL-40.
    """
    number, kind, clauses = facts
    fields = [by_mu for by_mu in BY_MU.values() if kind == "share" and figure(str(clauses.get(by_mu) or "")) is None]
    return Finding("TR-7", fields[0], {"clauses": ["valuation"], "fields": fields}, subject=number) if fields else None
