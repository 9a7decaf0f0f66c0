"""Letters of contracts to hand out on paper: a notice, whose delivery is recorded with its proof after; what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, request, send_file

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import NotFound, Refused
from landreg.exchange import letter
from landreg.exchange.contracts import letters, queries, telling
from landreg.exchange.contracts.entering import of_transfer, open_for
from landreg.exchange.contracts.routes.life import again
from landreg.exchange.contracts.rules import rent
from landreg.exchange.contracts.rules.service import asked_of
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.letter import Letter
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry.guarded import ties_nothing
from landreg.registry.routes.surroundings import desk_of, page_day
from landreg.web import problems
from landreg.web.forms import read_form

blueprint = Blueprint("contract_letters", __name__)
MOST_LETTERS = 200


@dataclass(frozen=True)
class Told:
    """What a notice says, of the form of its step. what: of a notice to remedy; ground, since: of an end. side: who is to mend, or
    who ends it.
    """

    what: str = ""
    ground: str = ""
    side: str = ""
    since: date | None = None
    said: str = field(default="", metadata={"most": 1000})


@blueprint.post("/contracts/<county>/<uuid:contract_id>/remedy/letter.pdf")
@allow(Role.OPERATOR)
@problems.back_to(again("remedy"))
def remedy(county: str, contract_id: UUID) -> Response:
    """The notice to remedy."""
    given = read_form(Told)
    with unit_of_work(current_actor()) as uow:
        found, law = _found(uow, county, contract_id)
        side = asked_of(found.contract.kind, {"side": given.side, "what": given.what})
        if wrong := telling.asked_to_remedy(found, law, given.what, side, given.said, law.on):
            raise Refused(wrong)
        desk = desk_of(uow.session, county)
        return _sent(uow, county, [letters.to_remedy(uow.session, desk, found, given.what, side, given.said)])


@blueprint.post("/contracts/<county>/<uuid:contract_id>/termination/letter.pdf")
@allow(Role.OPERATOR)
@problems.back_to(again("terminate"))
def termination(county: str, contract_id: UUID) -> Response:
    """The notice that a side ends the contract alone, where the law lets it."""
    given = read_form(Told)
    with unit_of_work(current_actor()) as uow:
        found, law = _found(uow, county, contract_id)
        side = given.side or "contractor"
        if wrong := telling.ends_alone(
            found, law, given.ground, law.on, given.said, law.on, since=given.since, side=side
        ):
            raise Refused(wrong)
        desk = desk_of(uow.session, county)
        return _sent(uow, county, [letters.of_end(uow.session, desk, found, given.ground, given.said, side)])


@blueprint.post("/contracts/<county>/<uuid:contract_id>/renewal/letter.pdf")
@allow(Role.OPERATOR)
@problems.back_to(again("renewal_asked"))
def renewal(county: str, contract_id: UUID) -> Response:
    """The inquiry whether whoever has the land renews."""
    given = read_form(Told)
    with unit_of_work(current_actor()) as uow:
        found, law = _found(uow, county, contract_id)
        open_for(found, law, "running", "over")
        of_transfer(found, law, "renewal_asked")
        ties_nothing(law.on, said=given.said)
        return _sent(uow, county, [letters.on_renewal(uow.session, desk_of(uow.session, county), found, given.said)])


@blueprint.get("/contracts/late/letters.pdf")
@allow(Role.OPERATOR)
def arrears() -> Response:
    """The letters on what is overdue today, the oldest first; of one contract where its number is given. Raises NotFound without
    any.
    """
    number, county = request.args.get("number", ""), current_actor().jurisdiction[:6]
    with unit_of_work(current_actor()) as uow:
        today = page_day(uow.session)
        late = [one for one in queries.late(uow.session, today) if number in ("", one.contract.number)]
        late.sort(key=lambda one: rent.late_since(one.settled, today) or today)
        if not late:
            raise NotFound
        desk = desk_of(uow.session, county)
        return _sent(uow, county, [letters.of_arrears(uow.session, desk, one) for one in late[:MOST_LETTERS]])


def _found(uow: UnitOfWork, county: str, contract_id: UUID) -> tuple[Whole, Law]:
    row = queries.one(uow.session, county, contract_id)
    if row is None:
        raise NotFound
    return queries.whole(uow.session, row), load_law(uow.session, county, page_day(uow.session))


def _sent(uow: UnitOfWork, county: str, made: Sequence[Letter]) -> Response:
    pdf = letter.printed(uow.session, desk_of(uow.session, county), county, made, page_day(uow.session))
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{made[0].number}.pdf")
