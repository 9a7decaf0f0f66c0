"""How exits go, in numbers, for everybody: no person, no village, nothing of a few."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response

from landreg.access.limits import limiter
from landreg.access.policy import allow, door
from landreg.core.actor import NOBODY, PREFECTURE, Role
from landreg.core.db import unit_of_work
from landreg.exit.public_queries import LEAST, numbers
from landreg.exit.rules.claimed import LAND
from landreg.land.queries import counties, division_names
from landreg.law.queries import load_law
from landreg.web import pages

blueprint = Blueprint("numbers", __name__)
LOOKS = "60 per minute"
LEASE = "CMP-8.lease_yuan_per_mu_year"


@blueprint.get("/exit-numbers")
@allow(Role.PUBLIC)
@limiter.limit(LOOKS)
def index() -> Response:
    """The figures to the end of the last quarter, and beside them the lease prices that the counties have published."""
    with unit_of_work(NOBODY) as uow:
        found = numbers(uow.session)
    with unit_of_work(door()) as uow:
        codes = counties(uow.session, PREFECTURE)
        names = division_names(uow.session, codes)
        laws = {code: load_law(uow.session, code, found.until) for code in codes}
    leases = {
        code: {kind: value for kind in LAND if (value := law.parameters[LEASE].values[kind])}
        for code, law in laws.items()
    }
    return pages.render(
        "exit/numbers.html",
        numbers=found,
        last=found.until - timedelta(days=1),
        least=LEAST,
        names=names,
        leases={code: prices for code, prices in leases.items() if prices},
    )
