"""What triggers keep of contracts beside their events is held against these: a superuser's blow at it is named."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.contracts import land_queries, life
from landreg.exchange.contracts.kept_queries import kept_otherwise
from landreg.exchange.contracts.model import Contract
from tests.contract_kit import OPERATOR, OTHER, PAPER, VALUES, drawn, parcels_of, right_id, signed, today
from tests.exchange_kit import TERM
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY, past_triggers


@pytest.fixture
def contract(registrar: Actor, reviewer: Actor, superuser: Connection) -> Contract:
    to_rights(registrar, reviewer, superuser, 2, **TERM)
    return signed(drawn())


def otherwise(worker: Actor) -> list[tuple[str, str, str]]:
    with unit_of_work(worker) as uow:
        return [(row.table, row.key, row.fact) for row in kept_otherwise(uow.session)]


def test_drawn_half_signed_signed_and_ended_contracts_are_kept_as_their_events_say(
    contract: Contract, worker: Actor
) -> None:
    drawn(codes=parcels_of(OPERATOR, right_id())[1:2])
    signed(drawn(codes=parcels_of(OPERATOR, right_id())[1:2]), "contractor")
    assert otherwise(worker) == []
    life.end(OPERATOR, COUNTY, contract.contract_id, life.End("agreed", today() + timedelta(days=3), "双方商定"), PAPER)
    assert otherwise(worker) == []


def test_what_moves_the_right_is_held_until_the_register_has_moved_it(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor
) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)
    moved: dict[str, Any] = {
        "unit": "yuan_once",
        "price": Decimal("86000.00"),
        "paid_every": "once",
        "kind": "assignment",
    }
    with unit_of_work(OPERATOR) as uow:
        (right,) = land_queries.rights_of(uow.session, COUNTY, HOUSEHOLD)
    values = {**VALUES, "issuer_consent": "同意书一号"}
    codes = parcels_of(OPERATOR, right.right_id)
    signed(drawn(codes=codes, values=values, taker=OTHER, until_on=right.term.upper, **moved))
    assert otherwise(worker) == []
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.held_parcel SET held = daterange(lower(held), lower(held) + 9)")
    assert {fact for _, _, fact in otherwise(worker)} == {"held"}


@pytest.mark.parametrize(
    ("blow", "named"),
    [
        ("UPDATE exchange.contract SET state = 'ended'", ("exchange.contract", "{}", "state")),
        ("UPDATE exchange.contract SET ends_on = from_on", ("exchange.contract", "{}", "ends_on")),
        ("UPDATE exchange.contract SET void = true", ("exchange.contract", "{}", "void")),
        ("DELETE FROM exchange.held_parcel", ("exchange.held_parcel", "{}/{}", "held")),
        ("UPDATE exchange.held_parcel SET held = daterange(lower(held), lower(held) + 1)",
         ("exchange.held_parcel", "{}/{}", "held")),
    ],
)  # fmt: skip
def test_a_blow_at_what_is_kept_is_named(
    contract: Contract, superuser: Connection, worker: Actor, blow: str, named: tuple[str, str, str]
) -> None:
    with past_triggers(superuser):
        superuser.execute(blow)
    code = parcels_of(OPERATOR, right_id())[0]
    assert otherwise(worker) == [(named[0], named[1].format(contract.number, code), named[2])]
